//! The operations of the store.

use std::collections::HashMap;
use std::sync::Arc;

use jam_core::base::clock::CLOCK_DIFFERENCE;
use jam_core::base::error::StoreError;
use jam_core::session::{
    AtLimit, Change, Changes, OwnerLimit, Page, Record, SessionId, SessionStore, Usage, Value,
    ValueKey, WriteOutcome,
};
use tokio_postgres::types::ToSql;

use crate::connection::{Kind, Step};
use crate::error::Fault;
use crate::row::{self, Fields, seconds};
use crate::schema;
use crate::store::{PostgresStore, get, one};

const DAY: i64 = 86_400;

impl SessionStore for PostgresStore {
    async fn create(
        &self,
        id: SessionId,
        record: Record,
        limit: OwnerLimit,
    ) -> Result<WriteOutcome, StoreError> {
        let (mark, origin) = self.listener.hub().mark();
        let fields = Fields::from(&record);
        let most = i64::from(limit.most);
        let ends_one = limit.at_limit == AtLimit::EndLeastRecentlyUsed;
        let id: &[u8] = id.as_bytes();
        // A session that ended on this day or later is at most a day over.
        let day = fields.last_seen / DAY - 1;
        let create = Step {
            statement: &self.statements.create,
            parameters: &[
                &id,
                &fields.owner,
                &fields.lineage,
                &fields.version,
                &fields.auth_time,
                &fields.last_seen,
                &fields.expires_at,
                &fields.idle,
                &fields.data,
                &most,
                &ends_one,
                &origin,
            ],
        };
        let clean = Step {
            statement: &self.statements.clean,
            parameters: &[&day],
        };
        let row = self.with_owner(fields.owner, None, create, Some(clean));
        let row = row.await?;
        let [is_made, is_taken, is_full] = [get(&row, 0)?, get(&row, 1)?, get(&row, 2)?];
        self.tell_ids(mark, &get::<Vec<&[u8]>>(&row, 3)?);
        Ok(match (is_made, is_taken, is_full) {
            (true, _, _) => WriteOutcome::Done,
            (false, false, true) => WriteOutcome::Full,
            _ => WriteOutcome::Conflict,
        })
    }

    async fn load(
        &self,
        id: &SessionId,
        usage: Option<Usage>,
    ) -> Result<Option<Arc<Record>>, StoreError> {
        let key: &[u8] = id.as_bytes();
        let load = &self.statements.load;
        let rows = self.rows(Kind::Repeatable, load, &[&key]).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let record = match row::record(row)? {
            Some((read, record)) if read == *id => record,
            // Behind a pooler a prepared statement may be one of another process.
            Some(_) => {
                return Err(Fault::new("PostgreSQL returned the row of another session").into());
            }
            None => return Ok(None),
        };
        // A statement that could note the use too would cost each request a third more, and few uses are due.
        if let Some(usage) = usage.filter(|usage| usage.is_due(&record)) {
            let latest = seconds(usage.now.saturating_add(CLOCK_DIFFERENCE));
            let [now, interval, idle] =
                [usage.now, usage.interval, usage.idle_timeout].map(seconds);
            let parameters: [&(dyn ToSql + Sync); 5] = [&key, &now, &interval, &idle, &latest];
            let note = &self.statements.note_use;
            self.rows(Kind::Repeatable, note, &parameters).await?;
        }
        Ok(Some(record))
    }

    async fn update(&self, id: &SessionId, record: Record) -> Result<WriteOutcome, StoreError> {
        let (mark, origin) = self.listener.hub().mark();
        let fields = Fields::from(&record);
        let key: &[u8] = id.as_bytes();
        let rows = self
            .rows(
                Kind::Once,
                &self.statements.update,
                &[
                    &key,
                    &fields.version,
                    &fields.data,
                    &fields.auth_time,
                    &fields.expires_at,
                    &origin,
                ],
            )
            .await?;
        if get::<i64>(&one(rows)?, 0)? > 0 {
            self.tell(mark, Change::Record(*id));
            return Ok(WriteOutcome::Done);
        }
        let exists = &self.statements.exists;
        let rows = self.rows(Kind::Repeatable, exists, &[&key]).await?;
        Ok(if get(&one(rows)?, 0)? {
            WriteOutcome::Conflict
        } else {
            WriteOutcome::Missing
        })
    }

    async fn rotate(
        &self,
        old: &SessionId,
        new: SessionId,
        record: Record,
    ) -> Result<WriteOutcome, StoreError> {
        let (mark, origin) = self.listener.hub().mark();
        let fields = Fields::from(&record);
        let old_key: &[u8] = old.as_bytes();
        let new: &[u8] = new.as_bytes();
        let lock = Step {
            statement: &self.statements.lock_row,
            parameters: &[&old_key],
        };
        let rotate = Step {
            statement: &self.statements.rotate,
            parameters: &[
                &new,
                &fields.owner,
                &fields.lineage,
                &fields.version,
                &fields.auth_time,
                &fields.last_seen,
                &fields.expires_at,
                &fields.idle,
                &fields.data,
                &old_key,
                &origin,
            ],
        };
        let row = self.with_owner(fields.owner, Some(lock), rotate, None);
        let row = row.await?;
        Ok(match (get(&row, 0)?, get(&row, 1)?) {
            (false, _) => WriteOutcome::Missing,
            (true, false) => WriteOutcome::Conflict,
            (true, true) => {
                self.tell(mark, Change::Record(*old));
                WriteOutcome::Done
            }
        })
    }

    async fn find(&self, id: &SessionId) -> Result<Option<SessionId>, StoreError> {
        let key: &[u8] = id.as_bytes();
        let find = &self.statements.find;
        let rows = self.rows(Kind::Repeatable, find, &[&key]).await?;
        match rows.first() {
            Some(row) => Ok(row::id(get(row, 0)?)),
            None => Ok(None),
        }
    }

    async fn delete(&self, id: &SessionId) -> Result<bool, StoreError> {
        let (mark, origin) = self.listener.hub().mark();
        let key: &[u8] = id.as_bytes();
        let delete = &self.statements.delete;
        let rows = self.rows(Kind::Once, delete, &[&key, &origin]).await?;
        let existed = get::<i64>(&one(rows)?, 0)? > 0;
        if existed {
            self.tell(mark, Change::Record(*id));
        }
        Ok(existed)
    }

    async fn delete_by_owner(
        &self,
        owner: &str,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        let (mark, origin) = self.listener.hub().mark();
        let owner = owner.as_bytes();
        let keep = keep.as_ref().map(|keep| &keep.as_bytes()[..]);
        let delete = Step {
            statement: &self.statements.delete_by_owner,
            parameters: &[&keep, &owner, &origin],
        };
        let row = self.with_owner(owner, None, delete, None).await?;
        let ids: Vec<&[u8]> = get(&row, 0)?;
        self.tell_ids(mark, &ids);
        Ok(ids.len() as u64)
    }

    async fn list_by_owner(
        &self,
        owner: &str,
        page: Page,
    ) -> Result<Vec<(SessionId, Arc<Record>)>, StoreError> {
        let owner = owner.as_bytes();
        let mut after = page
            .after
            .map_or_else(Vec::new, |id| id.as_bytes().to_vec());
        let mut records = Vec::new();
        // A row that cannot be decoded is left out. Another one takes its place, because a short page is the
        // last one.
        loop {
            let left = i64::from(page.most) - records.len() as i64;
            let list = &self.statements.list;
            let rows = self
                .rows(Kind::Repeatable, list, &[&after, &owner, &left])
                .await?;
            for row in &rows {
                records.extend(row::record(row)?);
            }
            match rows.last() {
                Some(last) if records.len() < page.most as usize && rows.len() as i64 == left => {
                    after = get(last, 0)?;
                }
                _ => return Ok(records),
            }
        }
    }

    async fn values(&self, keys: &[ValueKey], now: u64) -> Result<Vec<Option<Value>>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let bytes: Vec<&[u8]> = keys.iter().map(|key| &key.as_bytes()[..]).collect();
        let values = &self.statements.values;
        let rows = self
            .rows(Kind::Repeatable, values, &[&bytes, &seconds(now)])
            .await?;
        let mut found = HashMap::new();
        for row in &rows {
            found.extend(row::value(row)?);
        }
        Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
    }

    async fn swap_value(
        &self,
        key: ValueKey,
        present: Option<Value>,
        value: Value,
        now: u64,
    ) -> Result<WriteOutcome, StoreError> {
        let (mark, origin) = self.listener.hub().mark();
        let bytes: &[u8] = key.as_bytes();
        let [expires_at, now] = [value.expires_at, now].map(seconds);
        let present = present.map(|present| present.bytes);
        let (set, swap) = (&self.statements.set_value, &self.statements.swap_value);
        let mut parameters: Vec<&(dyn ToSql + Sync)> =
            vec![&bytes, &value.bytes, &expires_at, &now, &origin];
        let statement = match &present {
            None => set,
            Some(present) => {
                parameters.push(present);
                swap
            }
        };
        let rows = self.rows(Kind::Once, statement, &parameters).await?;
        if get::<i64>(&one(rows)?, 0)? == 0 {
            return Ok(WriteOutcome::Conflict);
        }
        self.tell(mark, Change::Value(key));
        Ok(WriteOutcome::Done)
    }

    fn changes(&self) -> Option<Changes> {
        self.listener.changes()
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        // A user without the permission to create tables may use those that exist.
        let version = match self.version().await? {
            Some(version) => version,
            None => {
                self.connections.script(&self.prefix.migration()).await?;
                tracing::info!(
                    target: "jam",
                    version = schema::VERSION,
                    "tables of the PostgreSQL store created"
                );
                self.version().await?.unwrap_or_default()
            }
        };
        Ok(schema::check(version)?)
    }

    async fn health(&self) -> Result<(), StoreError> {
        let rows = self.rows(Kind::Repeatable, &self.statements.version, &[]);
        Ok(schema::check(get(&one(rows.await?)?, 0)?)?)
    }
}

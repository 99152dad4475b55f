//! The sessions of one owner.
//!
//! The index of an owner is a sorted set of ids, each with the end of its session. An id is added before its
//! record can be alive, so the index never misses one. It may have ids of records that are gone.

use std::sync::Arc;

use futures_util::future::try_join_all;
use jam_core::session::{AtLimit, OwnerLimit, Page, Record, SessionId, WriteOutcome};
use redis::Cmd;

use crate::error::Fault;
use crate::record::{self, State, Stored};
use crate::records::{Removed, milliseconds};
use crate::scripts;
use crate::store::Inner;

/// Times that room is made for a session while others are created.
const ATTEMPTS: usize = 100;
/// Records that are read or deleted at once.
const AT_ONCE: usize = 64;

impl Inner {
    pub(crate) async fn create(
        &self,
        id: &SessionId,
        record: &Record,
        limit: OwnerLimit,
    ) -> Result<WriteOutcome, Fault> {
        if !self.write_new(id, record, State::New).await? {
            return Ok(WriteOutcome::Conflict);
        }
        for _ in 0..ATTEMPTS {
            if self.add_to_index(id, record, Some(limit.most)).await? {
                return Ok(match self.confirm(id, record).await? {
                    true => WriteOutcome::Done,
                    // All sessions of the owner were ended meanwhile.
                    false => WriteOutcome::Conflict,
                });
            }
            if !self
                .make_room(&record.owner, record.last_seen, limit)
                .await?
            {
                self.forget(id, &record.owner).await?;
                return Ok(WriteOutcome::Full);
            }
        }
        self.forget(id, &record.owner).await?;
        Err(Fault::new(
            "sessions of one owner are created faster than room is made",
        ))
    }

    /// Adds an id to the index of its owner. Returns `false` if the owner has `most` ids.
    pub(crate) async fn add_to_index(
        &self,
        id: &SessionId,
        record: &Record,
        most: Option<u32>,
    ) -> Result<bool, Fault> {
        let now = record.last_seen;
        let life = milliseconds(now, record.expires_at).to_string();
        let most = most.map_or(-1, i64::from).to_string();
        let (expires_at, now) = (record.expires_at.to_string(), now.to_string());
        let arguments: [&[u8]; 5] = [
            id.as_bytes(),
            expires_at.as_bytes(),
            most.as_bytes(),
            now.as_bytes(),
            life.as_bytes(),
        ];
        let key = self.keys.owner(&record.owner);
        self.link.script(&scripts::ADD, &key, &arguments).await
    }

    pub(crate) async fn remove_from_index(&self, id: &SessionId, owner: &str) -> Result<(), Fault> {
        let mut cmd = Cmd::new();
        cmd.arg("ZREM")
            .arg(self.keys.owner(owner))
            .arg(id.as_bytes());
        self.link.query(&cmd).await
    }

    /// Returns the ids of the index in their order.
    async fn index(&self, owner: &str) -> Result<Vec<SessionId>, Fault> {
        let mut cmd = Cmd::new();
        cmd.arg("ZRANGE").arg(self.keys.owner(owner)).arg(0).arg(-1);
        let members: Vec<Vec<u8>> = self.link.query(&cmd).await?;
        let mut ids: Vec<_> = members.iter().filter_map(|id| record::id(id)).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// Returns what is stored under each id.
    async fn get_all(&self, ids: &[SessionId]) -> Result<Vec<Option<Stored>>, Fault> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut cmd = Cmd::new();
        cmd.arg("MGET");
        for id in ids {
            cmd.arg(self.keys.record(id));
        }
        let values: Vec<Option<Vec<u8>>> = self.link.query(&cmd).await?;
        let decode = |value: Option<Vec<u8>>| value.map(|bytes| record::decode(&bytes));
        Ok(values.into_iter().map(decode).collect())
    }

    /// Makes room for one more session of the owner. Returns `false` if the limit forbids it.
    async fn make_room(&self, owner: &str, now: u64, limit: OwnerLimit) -> Result<bool, Fault> {
        let ids = self.index(owner).await?;
        let mut alive = Vec::new();
        for some in ids.chunks(AT_ONCE) {
            for (id, stored) in some.iter().zip(self.get_all(some).await?) {
                match stored {
                    Some(
                        Stored::Alive(record)
                        | Stored::New(record)
                        | Stored::Successor { record, .. },
                    ) if record.owner == owner => {
                        if record.ends() > now {
                            alive.push((record.last_seen, record.ends(), *id));
                        } else {
                            self.remove(id, Some(owner), None).await?;
                        }
                    }
                    // A record is written before its id is in the index, so this one is gone.
                    _ => self.remove_from_index(id, owner).await?,
                }
            }
        }
        let most = limit.most as usize;
        if alive.len() < most {
            return Ok(true);
        }
        if limit.at_limit == AtLimit::Reject {
            return Ok(false);
        }
        alive.sort_unstable();
        let too_many = alive.len() + 1 - most;
        for (_, _, id) in alive.iter().take(too_many) {
            self.end(id, owner, None).await?;
        }
        Ok(true)
    }

    pub(crate) async fn delete_by_owner(
        &self,
        owner: &str,
        keep: Option<SessionId>,
    ) -> Result<u64, Fault> {
        let mut count = 0;
        for _ in 0..ATTEMPTS {
            let ids = self.index(owner).await?;
            let mut found = false;
            for some in ids.chunks(AT_ONCE) {
                let ended = some
                    .iter()
                    .filter(|id| Some(**id) != keep)
                    .map(|id| self.end(id, owner, keep));
                for ended in try_join_all(ended).await? {
                    found |= ended.is_some();
                    count += u64::from(ended == Some(true));
                }
            }
            // A rotation adds its new id before the old record is gone, so a pass that finds nothing has seen
            // all.
            if !found {
                return Ok(count);
            }
        }
        Err(Fault::new(
            "sessions of one owner are created faster than they end",
        ))
    }

    /// Ends the session that the record `id` is or has become. Returns `None` if nothing was there, and `true`
    /// if the session was alive.
    async fn end(
        &self,
        id: &SessionId,
        owner: &str,
        keep: Option<SessionId>,
    ) -> Result<Option<bool>, Fault> {
        let mut at = *id;
        for _ in 0..ATTEMPTS {
            match self.remove(&at, Some(owner), keep.as_ref()).await? {
                Removed::Alive => return Ok(Some(true)),
                Removed::New => return Ok(Some(false)),
                Removed::Moved(to) if Some(to) != keep => at = to,
                Removed::Successor if self.read(&at).await?.is_some() => {}
                Removed::Successor | Removed::Kept | Removed::Moved(_) => return Ok(None),
                Removed::Nothing => {
                    self.remove_from_index(id, owner).await?;
                    return Ok(None);
                }
            }
        }
        Err(Fault::new("a session is rotated faster than it ends"))
    }

    pub(crate) async fn list_by_owner(
        &self,
        owner: &str,
        page: Page,
    ) -> Result<Vec<(SessionId, Arc<Record>)>, Fault> {
        let mut ids = self.index(owner).await?;
        ids.retain(|id| page.after.is_none_or(|after| *id > after));
        let most = page.most as usize;
        let mut records = Vec::new();
        for some in ids.chunks(most.clamp(1, 256)) {
            for (id, stored) in some.iter().zip(self.get_all(some).await?) {
                let record = match stored {
                    Some(Stored::Alive(record)) => Some(record),
                    Some(Stored::Successor { .. }) => self.read(id).await?,
                    _ => None,
                };
                if let Some(record) = record.filter(|record| record.owner == owner)
                    && records.len() < most
                {
                    records.push((*id, Arc::new(record)));
                }
            }
            if records.len() == most {
                break;
            }
        }
        Ok(records)
    }
}

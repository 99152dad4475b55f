//! The operations on one record.
//!
//! The records of a cluster are on several nodes, and a script runs on one. So a rotation has several steps, and
//! one of them decides: the old record is replaced by the id of its successor. Before it the successor opens
//! nothing; after it the old record opens nothing.

use std::sync::Arc;

use jam_core::session::{Change, Record, SessionId, Usage, WriteOutcome};
use redis::Cmd;

use crate::error::Fault;
use crate::record::{self, State, Stored};
use crate::scripts;
use crate::store::Inner;

/// Steps from a record to its successor that are followed.
const STEPS: usize = 100;
/// Times that a record is read again because a rotation was under way.
const ATTEMPTS: usize = 5;
/// Seconds after which a session that was not finished is deleted.
const UNFINISHED: u64 = 60;
/// Seconds after its end in which a session stays in Redis, in case that clocks step.
const KEPT: u64 = 60 * 60;

/// Returns the time that a key is kept, in milliseconds.
pub(crate) fn milliseconds(now: u64, ends: u64) -> u64 {
    (ends.saturating_sub(now).saturating_add(KEPT)).saturating_mul(1_000)
}

/// The answer of a script that removes a record.
pub(crate) enum Removed {
    /// It was alive.
    Alive,
    /// It was being created.
    New,
    Moved(SessionId),
    /// It is the successor of a record that may not have moved yet.
    Successor,
    Nothing,
    /// It was kept.
    Kept,
}

impl Inner {
    pub(crate) async fn get(&self, id: &SessionId) -> Result<Option<Stored>, Fault> {
        self.numbered_get(id).await.map(|(_, stored)| stored)
    }

    /// Returns the content of the key, and the number of the connection.
    async fn numbered_get(&self, id: &SessionId) -> Result<(u64, Option<Stored>), Fault> {
        let mut cmd = Cmd::new();
        cmd.arg("GET").arg(self.keys.record(id));
        let (number, bytes): (u64, Option<Vec<u8>>) = self.link.numbered_query(&cmd).await?;
        Ok((number, bytes.map(|bytes| record::decode(&bytes))))
    }

    /// Returns the record if it is alive.
    pub(crate) async fn read(&self, id: &SessionId) -> Result<Option<Record>, Fault> {
        for _ in 0..ATTEMPTS {
            match self.get(id).await? {
                Some(Stored::Alive(record)) => return Ok(Some(record)),
                Some(Stored::Successor { of, record }) => {
                    if self.has_moved(&of, id).await? {
                        self.settle(id, &of, record.last_seen).await?;
                        return Ok(Some(record));
                    }
                    // The rotation may have ended between the two look-ups.
                    if matches!(self.get(id).await?, Some(Stored::Successor { .. }) | None) {
                        return Ok(None);
                    }
                }
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    pub(crate) async fn has_moved(&self, old: &SessionId, new: &SessionId) -> Result<bool, Fault> {
        let stored = self.get(old).await?;
        Ok(matches!(stored, Some(Stored::Moved(to)) if to == *new))
    }

    /// Makes the successor of `old`, which has moved, a record like any other.
    pub(crate) async fn settle(
        &self,
        id: &SessionId,
        old: &SessionId,
        last_seen: u64,
    ) -> Result<(), Fault> {
        let arguments: [&[u8]; 2] = [old.as_bytes(), &last_seen.to_be_bytes()];
        let key = self.keys.record(id);
        self.link.script(&scripts::SETTLE, &key, &arguments).await
    }

    /// Notes that this process has changed a record.
    fn changed(&self, id: &SessionId) {
        if let Some(near) = &self.near {
            near.forget(id);
        }
        self.notifier.notify(Change::Record(*id));
    }

    pub(crate) async fn load(
        &self,
        id: &SessionId,
        usage: Option<Usage>,
    ) -> Result<Option<Arc<Record>>, Fault> {
        let reservation = self.near.as_ref().map(|near| near.reserve(id));
        let (number, stored) = self.numbered_get(id).await?;
        let record = match stored {
            Some(Stored::Alive(record)) => {
                let record = Arc::new(record);
                if let (Some(near), Some(reservation)) = (&self.near, reservation) {
                    near.keep(id, reservation, number, &record);
                }
                Some(record)
            }
            Some(Stored::Successor { .. }) => self.read(id).await?.map(Arc::new),
            _ => None,
        };
        if let (Some(record), Some(usage)) = (&record, usage)
            && usage.is_due(record)
        {
            let now = usage.now.to_be_bytes();
            let key = self.keys.record(id);
            let _: i64 = self.link.script(&scripts::TOUCH, &key, &[&now]).await?;
            if let Some(near) = &self.near {
                near.forget(id);
            }
        }
        Ok(record)
    }

    /// Writes a record under an id that is free. Returns `false` if the id is taken.
    pub(crate) async fn write_new(
        &self,
        id: &SessionId,
        record: &Record,
        state: State,
    ) -> Result<bool, Fault> {
        let life = match state {
            State::New => UNFINISHED * 1_000,
            State::SuccessorOf(_) => milliseconds(record.last_seen, record.ends()),
        };
        let written: Option<String> = self
            .link
            .query(
                Cmd::new()
                    .arg("SET")
                    .arg(self.keys.record(id))
                    .arg(record::encode(record, state))
                    .arg("NX")
                    .arg("PX")
                    .arg(life),
            )
            .await?;
        Ok(written.is_some())
    }

    pub(crate) async fn confirm(&self, id: &SessionId, record: &Record) -> Result<bool, Fault> {
        let life = milliseconds(record.last_seen, record.ends()).to_string();
        let key = self.keys.record(id);
        self.link
            .script(&scripts::CONFIRM, &key, &[life.as_bytes()])
            .await
    }

    pub(crate) async fn update(
        &self,
        id: &SessionId,
        record: &Record,
    ) -> Result<WriteOutcome, Fault> {
        let (version, auth_time) = (record.version.to_be_bytes(), record.auth_time.to_be_bytes());
        let expires_at = record.expires_at.to_be_bytes();
        let message = self.message(Change::Record(*id));
        let arguments: [&[u8]; 6] = [
            &version,
            &auth_time,
            &expires_at,
            record.data.as_json(),
            self.keys.channel.as_bytes(),
            &message,
        ];
        let key = self.keys.record(id);
        for _ in 0..ATTEMPTS {
            let state: String = self.link.script(&scripts::UPDATE, &key, &arguments).await?;
            match state.as_str() {
                "D" => {
                    self.changed(id);
                    return Ok(WriteOutcome::Done);
                }
                "C" => return Ok(WriteOutcome::Conflict),
                // Reading it settles the rotation that made it.
                "P" if self.read(id).await?.is_some() => {}
                _ => return Ok(WriteOutcome::Missing),
            }
        }
        Ok(WriteOutcome::Conflict)
    }

    pub(crate) async fn rotate(
        &self,
        old: &SessionId,
        new: &SessionId,
        record: &Record,
    ) -> Result<WriteOutcome, Fault> {
        let mut successor = record.clone();
        successor.version = 0;
        // Most of what can be wrong is seen without a trace in Redis.
        match self.read(old).await? {
            Some(present) if present.owner == record.owner => {
                if present.version != record.version {
                    return Ok(WriteOutcome::Conflict);
                }
            }
            _ => return Ok(WriteOutcome::Missing),
        }
        if !self
            .write_new(new, &successor, State::SuccessorOf(*old))
            .await?
        {
            return Ok(WriteOutcome::Conflict);
        }
        // The index never misses a record that is alive.
        self.add_to_index(new, &successor, None).await?;
        let version = record.version.to_be_bytes();
        let message = self.message(Change::Record(*old));
        let arguments: [&[u8]; 5] = [
            &version,
            record.owner.as_bytes(),
            new.as_bytes(),
            self.keys.channel.as_bytes(),
            &message,
        ];
        let key = self.keys.record(old);
        let answer: Vec<u8> = self
            .link
            .script_for_good(&scripts::MOVE, &key, &arguments)
            .await?;
        let last_seen = match answer.split_first() {
            Some((b'D', last_seen)) => last_seen.try_into().map_or(0, u64::from_be_bytes),
            other => {
                self.forget(new, &record.owner).await?;
                let is_conflict = matches!(other, Some((b'C' | b'P', _)));
                return Ok(match is_conflict {
                    true => WriteOutcome::Conflict,
                    false => WriteOutcome::Missing,
                });
            }
        };
        self.changed(old);
        // The session has moved, whatever happens from here on.
        if let Err(fault) = self.tidy(old, new, record, last_seen).await {
            tracing::warn!(target: "jam", "a rotated session is not tidied up: {fault}");
        }
        Ok(WriteOutcome::Done)
    }

    /// Makes a rotation look as if it had been one step.
    async fn tidy(
        &self,
        old: &SessionId,
        new: &SessionId,
        record: &Record,
        last_seen: u64,
    ) -> Result<(), Fault> {
        self.settle(new, old, last_seen).await?;
        let lineage = &record.lineage;
        if lineage == old {
            // The record of the first id leads to the present one from now on.
        } else {
            if *lineage.as_bytes() != [0; 32] {
                let key = self.keys.record(lineage);
                let arguments: [&[u8]; 1] = [new.as_bytes()];
                let _: i64 = self.link.script(&scripts::POINT, &key, &arguments).await?;
            }
            self.drop_key(old).await?;
        }
        self.remove_from_index(old, &record.owner).await
    }

    /// Deletes a record that never was alive.
    pub(crate) async fn forget(&self, id: &SessionId, owner: &str) -> Result<(), Fault> {
        self.drop_key(id).await?;
        self.remove_from_index(id, owner).await
    }

    async fn drop_key(&self, id: &SessionId) -> Result<(), Fault> {
        let key = self.keys.record(id);
        self.link.query(Cmd::new().arg("DEL").arg(key)).await
    }

    pub(crate) async fn find(&self, id: &SessionId) -> Result<Option<SessionId>, Fault> {
        let mut id = *id;
        for _ in 0..STEPS {
            match self.get(&id).await? {
                Some(Stored::Alive(_)) => return Ok(Some(id)),
                Some(Stored::Moved(to)) => id = to,
                Some(Stored::Successor { .. }) => {
                    return Ok(self.read(&id).await?.map(|_| id));
                }
                _ => return Ok(None),
            }
        }
        Err(Fault::new("a session of Redis was rotated in a circle"))
    }

    pub(crate) async fn delete(&self, id: &SessionId) -> Result<bool, Fault> {
        for _ in 0..ATTEMPTS {
            match self.remove(id, None, None).await? {
                Removed::Alive => return Ok(true),
                Removed::Successor if self.read(id).await?.is_some() => {}
                _ => return Ok(false),
            }
        }
        Ok(false)
    }

    /// Deletes a record, if it belongs to `owner` and its lineage is not `keep`.
    pub(crate) async fn remove(
        &self,
        id: &SessionId,
        owner: Option<&str>,
        keep: Option<&SessionId>,
    ) -> Result<Removed, Fault> {
        let message = self.message(Change::Record(*id));
        let arguments: [&[u8]; 5] = [
            owner.unwrap_or_default().as_bytes(),
            keep.map_or(&[], |keep| keep.as_bytes()),
            self.keys.channel.as_bytes(),
            &message,
            if owner.is_some() { b"1" } else { b"0" },
        ];
        let key = self.keys.record(id);
        let answer: Vec<Vec<u8>> = self
            .link
            .script_for_good(&scripts::REMOVE, &key, &arguments)
            .await?;
        let mut answer = answer.into_iter();
        let state = answer.next().unwrap_or_default();
        Ok(match state.as_slice() {
            b"R" | b"N" => {
                self.changed(id);
                let owner = answer.next().unwrap_or_default();
                let lineage = answer.next().and_then(|lineage| record::id(&lineage));
                if let Some(lineage) = lineage.filter(|lineage| lineage != id) {
                    self.drop_key(&lineage).await?;
                }
                if let Ok(owner) = std::str::from_utf8(&owner) {
                    self.remove_from_index(id, owner).await?;
                }
                match state.as_slice() {
                    b"R" => Removed::Alive,
                    _ => Removed::New,
                }
            }
            b"M" => match answer.next().and_then(|to| record::id(&to)) {
                Some(to) => Removed::Moved(to),
                None => Removed::Nothing,
            },
            b"P" => Removed::Successor,
            b"K" => Removed::Kept,
            _ => Removed::Nothing,
        })
    }
}

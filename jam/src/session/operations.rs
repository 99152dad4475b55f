//! What is done with sessions, whatever store keeps them.

use std::pin::Pin;
use std::sync::Arc;

use super::data::SessionData;
use super::id::{SessionId, SessionToken, presented};
use super::store::{Change, Record, StoreError};
use super::{Opened, Session, SessionInfo, Sessions};
use crate::deadline;
use crate::error::{Error, ErrorKind};
use crate::payload::Payload;

/// A second 256-bit id that is taken means a broken generator, not bad luck.
const ID_ATTEMPTS: u32 = 3;
/// Each lost race means that another writer won one: more rounds than there can be
/// writers at one session.
const UPDATE_ATTEMPTS: u32 = 100;
/// Use of a session is written down at most this often in its idle time.
const TOUCHES_PER_IDLE: u64 = 20;

impl Sessions {
    pub(crate) async fn create<P: Payload>(
        &self,
        owner: &str,
        data: &P,
        now: u64,
    ) -> Result<SessionToken, Error> {
        let data = SessionData::of(data)?;
        for _ in 0..ID_ATTEMPTS {
            let token =
                SessionToken::random(self.absolute).ok_or_else(|| Error::new(ErrorKind::Random))?;
            let ends = now.saturating_add(self.absolute);
            let mut record = Record::new(owner.to_owned(), data.clone(), now, ends);
            record.idle = self.idle;
            record.lineage = *token.id();
            match self.ask(self.store.create(*token.id(), record)).await? {
                Change::Done => {
                    tracing::info!(target: "jam", session = %token.id().prefix(), "session created");
                    return Ok(token);
                }
                Change::Conflict | Change::Missing => {}
            }
        }
        Err(Error::because(
            ErrorKind::Random,
            "it gave ids that are taken, one after the other",
        ))
    }

    /// What a presented token opens. If it is `used`, that is noted.
    pub(crate) async fn open<P: Payload>(
        &self,
        token: &[u8],
        now: u64,
        used: bool,
    ) -> Result<Opened<P>, Error> {
        let Some(id) = presented(token) else {
            return Ok(Opened::Nothing);
        };
        let opened = self.look(&id, now).await?;
        if let Opened::Session(Session { about, .. }) = &opened
            && used
            && self.is_to_be_noted(about.last_seen(), now)
        {
            self.ask(self.store.touch(&id, now)).await?;
        }
        Ok(opened)
    }

    /// The same at once, if the store need not be waited for.
    pub(crate) fn open_at_once<P: Payload>(
        &self,
        token: &[u8],
        now: u64,
        used: bool,
    ) -> Option<Opened<P>> {
        let Some(id) = presented(token) else {
            return Some(Opened::Nothing);
        };
        let record = self.store.at_hand(&id)?;
        if !self.is_alive(&record, now) {
            return Some(Opened::Nothing);
        }
        if used && self.is_to_be_noted(record.last_seen, now) {
            return None;
        }
        Some(Self::opened(id, record))
    }

    #[inline]
    fn is_to_be_noted(&self, last_seen: u64, now: u64) -> bool {
        now.saturating_sub(last_seen) >= (self.idle / TOUCHES_PER_IDLE).max(1)
    }

    pub(crate) async fn get<P: Payload>(
        &self,
        id: &SessionId,
        now: u64,
    ) -> Result<Option<Session<P>>, Error> {
        match self.look(id, now).await? {
            Opened::Session(session) => Ok(Some(session)),
            Opened::OtherPayload | Opened::Nothing => Ok(None),
        }
    }

    async fn look<P: Payload>(&self, id: &SessionId, now: u64) -> Result<Opened<P>, Error> {
        let Some(record) = self.alive(id, now).await? else {
            return Ok(Opened::Nothing);
        };
        Ok(Self::opened(*id, record))
    }

    fn opened<P: Payload>(id: SessionId, record: Arc<Record>) -> Opened<P> {
        match record.data.read(&id) {
            Some(data) => Opened::Session(Session {
                about: SessionInfo::new(id, record),
                data,
            }),
            None => Opened::OtherPayload,
        }
    }

    pub(crate) async fn update<P: Payload>(
        &self,
        id: &SessionId,
        now: u64,
        mut change: impl FnMut(&mut P),
    ) -> Result<Session<P>, Error> {
        for _ in 0..UPDATE_ATTEMPTS {
            let missing = || Error::new(ErrorKind::SessionMissing);
            let record = self.alive(id, now).await?.ok_or_else(missing)?;
            let data: Arc<P> = record.data.read(id).ok_or_else(missing)?;
            let mut data = Arc::unwrap_or_clone(data);
            change(&mut data);
            let mut record = Arc::unwrap_or_clone(record);
            record.data = SessionData::of(&data)?;
            let about = SessionInfo::new(*id, Arc::new(record.clone()));
            let data = Arc::new(data);
            match self.ask(self.store.update(id, record)).await? {
                Change::Done => return Ok(Session { about, data }),
                Change::Conflict => {}
                Change::Missing => return Err(missing()),
            }
        }
        Err(Error::new(ErrorKind::SessionConflict))
    }

    pub(crate) async fn rework(&self, old: &SessionId, now: u64) -> Result<SessionToken, Error> {
        self.replace(old, now, |_| {}).await
    }

    pub(crate) async fn relogin(&self, old: &SessionId, now: u64) -> Result<SessionToken, Error> {
        self.replace(old, now, |record| {
            record.auth_time = now;
            record.last_seen = now;
            record.expires_at = now.saturating_add(self.absolute);
        })
        .await
    }

    /// Puts a session of a new id, changed by `change`, in place of the old one.
    async fn replace(
        &self,
        old: &SessionId,
        now: u64,
        change: impl Fn(&mut Record),
    ) -> Result<SessionToken, Error> {
        for _ in 0..UPDATE_ATTEMPTS {
            let missing = || Error::new(ErrorKind::SessionMissing);
            let record = self.alive(old, now).await?.ok_or_else(missing)?;
            let mut record = Arc::unwrap_or_clone(record);
            change(&mut record);
            let token = SessionToken::random(record.expires_at.saturating_sub(now))
                .ok_or_else(|| Error::new(ErrorKind::Random))?;
            match self
                .ask(self.store.rotate(old, *token.id(), record))
                .await?
            {
                Change::Done => {
                    tracing::info!(
                        target: "jam",
                        session = %old.prefix(),
                        successor = %token.id().prefix(),
                        "session id changed"
                    );
                    return Ok(token);
                }
                Change::Conflict => {}
                Change::Missing => return Err(missing()),
            }
        }
        Err(Error::new(ErrorKind::SessionConflict))
    }

    pub(crate) async fn delete(&self, id: &SessionId) -> Result<bool, Error> {
        let deleted = self.ask(self.store.delete(id)).await?;
        tracing::info!(target: "jam", session = %id.prefix(), deleted, "session ended");
        Ok(deleted)
    }

    /// Ends `session` and whatever it was rotated into meanwhile: a request that was under
    /// way may have given it another id.
    pub(crate) async fn end(&self, session: &SessionInfo) -> Result<(), Error> {
        let nameless = *session.lineage() == SessionId::from_bytes([0; 32]);
        for _ in 0..UPDATE_ATTEMPTS {
            if self.delete(session.id()).await? || nameless {
                return Ok(());
            }
            let successor = self
                .ask(self.store.list_by_owner(session.owner()))
                .await?
                .into_iter()
                .find(|(_, record)| record.lineage == *session.lineage());
            match successor {
                Some((id, _)) if self.delete(&id).await? => return Ok(()),
                Some(_) => {} // rotated once more
                None => return Ok(()),
            }
        }
        Err(Error::because(
            ErrorKind::Store,
            "it lists a session that it cannot end",
        ))
    }

    pub(crate) async fn clear(&self, owner: &str, keep: Option<&SessionId>) -> Result<u64, Error> {
        let ended = self.ask(self.store.delete_by_owner(owner, keep)).await?;
        tracing::info!(target: "jam", ended, "sessions of one owner ended");
        Ok(ended)
    }

    pub(crate) async fn list(&self, owner: &str, now: u64) -> Result<Vec<SessionInfo>, Error> {
        let mut sessions: Vec<SessionInfo> = self
            .ask(self.store.list_by_owner(owner))
            .await?
            .into_iter()
            .filter(|(_, record)| self.is_alive(record, now))
            .map(|(id, record)| SessionInfo::new(id, record))
            .collect();
        sessions.sort_by_key(|session| (std::cmp::Reverse(session.last_seen()), *session.id()));
        Ok(sessions)
    }

    async fn alive(&self, id: &SessionId, now: u64) -> Result<Option<Arc<Record>>, Error> {
        let record = self.ask(self.store.load(id)).await?;
        Ok(record.filter(|record| self.is_alive(record, now)))
    }

    #[inline]
    fn is_alive(&self, record: &Record, now: u64) -> bool {
        now < record.ends() && now < record.last_seen.saturating_add(self.idle)
    }

    /// The store's answer, if it comes before the deadline.
    async fn ask<T>(
        &self,
        answer: Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + '_>>,
    ) -> Result<T, Error> {
        deadline::within(self.deadline, answer).await
    }
}

//! What is done with sessions, whatever store keeps them.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use super::id::{SessionId, SessionToken, presented};
use super::store::{Change, Record, StoreError};
use super::{Session, SessionInfo, Sessions};
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
        let data = encode(data)?;
        for _ in 0..ID_ATTEMPTS {
            let token =
                SessionToken::random(self.absolute).ok_or_else(|| Error::new(ErrorKind::Random))?;
            let ends = now.saturating_add(self.absolute);
            let record = Record::new(owner.to_owned(), Arc::clone(&data), now, ends);
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

    /// The session that a presented token opens; it counts as used now.
    pub(crate) async fn open<P: Payload>(
        &self,
        token: &[u8],
        now: u64,
    ) -> Result<Option<Session<P>>, Error> {
        let Some(id) = presented(token) else {
            return Ok(None);
        };
        let Some(session) = self.get::<P>(&id, now).await? else {
            return Ok(None);
        };
        let step = (self.idle / TOUCHES_PER_IDLE).max(1);
        if now.saturating_sub(session.about.last_seen) >= step {
            self.ask(self.store.touch(&id, now)).await?;
        }
        Ok(Some(session))
    }

    pub(crate) async fn get<P: Payload>(
        &self,
        id: &SessionId,
        now: u64,
    ) -> Result<Option<Session<P>>, Error> {
        let Some(record) = self.alive(id, now).await? else {
            return Ok(None);
        };
        let Some(data) = decode(id, &record) else {
            return Ok(None);
        };
        let about = SessionInfo::new(*id, &record);
        Ok(Some(Session { about, data }))
    }

    pub(crate) async fn update<P: Payload>(
        &self,
        id: &SessionId,
        now: u64,
        mut change: impl FnMut(&mut P),
    ) -> Result<Session<P>, Error> {
        for _ in 0..UPDATE_ATTEMPTS {
            let missing = || Error::new(ErrorKind::SessionMissing);
            let mut record = self.alive(id, now).await?.ok_or_else(missing)?;
            let mut data: P = decode(id, &record).ok_or_else(missing)?;
            change(&mut data);
            record.data = encode(&data)?;
            let about = SessionInfo::new(*id, &record);
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
            let mut record = self.alive(old, now).await?.ok_or_else(missing)?;
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
            .map(|(id, record)| SessionInfo::new(id, &record))
            .collect();
        sessions.sort_by_key(|session| (std::cmp::Reverse(session.last_seen), session.id));
        Ok(sessions)
    }

    async fn alive(&self, id: &SessionId, now: u64) -> Result<Option<Record>, Error> {
        let record = self.ask(self.store.load(id)).await?;
        Ok(record.filter(|record| self.is_alive(record, now)))
    }

    fn is_alive(&self, record: &Record, now: u64) -> bool {
        now < record.expires_at && now < record.last_seen.saturating_add(self.idle)
    }

    /// The store's answer, if it comes before the deadline.
    async fn ask<T>(
        &self,
        mut answer: Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + '_>>,
    ) -> Result<T, Error> {
        // A store in memory has its answer at once, and then no timer is needed.
        let at_once = poll_fn(|context| Poll::Ready(answer.as_mut().poll(context))).await;
        let answer = match at_once {
            Poll::Ready(answer) => answer,
            Poll::Pending => tokio::time::timeout(self.deadline, answer)
                .await
                .map_err(|elapsed| Error::because(ErrorKind::Store, elapsed))?,
        };
        answer.map_err(|error| Error::because(ErrorKind::Store, error))
    }
}

fn encode<P: Payload>(data: &P) -> Result<Arc<[u8]>, Error> {
    match serde_json::to_vec(data) {
        Ok(json) => Ok(json.into()),
        Err(error) => Err(Error::because(ErrorKind::Payload, error)),
    }
}

/// A record that does not read as this payload is no session: the payload's type may
/// have changed since it was written.
fn decode<P: Payload>(id: &SessionId, record: &Record) -> Option<P> {
    match serde_json::from_slice(&record.data) {
        Ok(data) => Some(data),
        Err(error) => {
            // serde's text may quote the data; its class and place do not.
            tracing::warn!(
                target: "jam",
                session = %id.prefix(),
                class = ?error.classify(),
                column = error.column(),
                "the data of a session does not read as the payload"
            );
            None
        }
    }
}

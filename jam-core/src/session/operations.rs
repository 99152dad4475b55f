//! The operations on sessions, for every store.

use std::cmp::Reverse;
use std::sync::Arc;

use super::data::SessionData;
use super::id::{SessionId, SessionToken, presented};
use super::record::{Record, Usage};
use super::store::{Page, WriteOutcome};
use super::{Opened, Session, SessionInfo, Sessions};
use crate::base::clock::CLOCK_DIFFERENCE;
use crate::base::decision::Decision;
use crate::base::error::{Error, ErrorKind};
use crate::base::yielding::yield_now;
use crate::payload::Payload;

/// A second id of 256 bits that is taken means that the generator is broken.
const ID_ATTEMPTS: u32 = 3;
/// Attempts of a write. Each lost race means that another write succeeded; one session does not have that
/// many writers.
const UPDATE_ATTEMPTS: u32 = 100;
/// Uses that are noted within the idle timeout.
const TOUCHES_PER_IDLE: u64 = 20;

impl Sessions {
    /// Creates a session of `owner` that holds `data`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`], [`ErrorKind::Random`], [`ErrorKind::SessionLimit`] or
    /// [`ErrorKind::Payload`].
    #[doc(hidden)] // for the crate of a framework
    pub async fn create<P: Payload>(
        &self,
        owner: &str,
        data: &P,
        now: u64,
    ) -> Result<SessionToken, Error> {
        let data = SessionData::of(data)?;
        for _ in 0..ID_ATTEMPTS {
            let token = SessionToken::random(self.absolute_timeout, None)
                .ok_or_else(|| Error::new(ErrorKind::Random))?;
            let ends = now.saturating_add(self.absolute_timeout);
            let mut record = Record::new(owner.to_owned(), data.clone(), now, ends);
            record.idle = self.idle_timeout.min(Record::LAST);
            record.lineage = *token.id();
            let creation = self.store.create(token.record(), record, self.per_owner);
            match self.ask("create", creation).await? {
                WriteOutcome::Done => {
                    tracing::info!(target: "jam", session = %token.id().prefix(), "session created");
                    return Ok(token);
                }
                WriteOutcome::Full => return Err(Error::new(ErrorKind::SessionLimit)),
                WriteOutcome::Conflict | WriteOutcome::Missing => {}
            }
        }
        Err(Error::because(
            ErrorKind::Random,
            "the store reports every new id as taken",
        ))
    }

    /// Returns the session that a presented token opens. If the request counts as use of the session,
    /// the time of the last use is noted. A request that only reads may present the token from before a
    /// rotation.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`] if the store fails.
    #[inline]
    pub(crate) fn open<'a, P: Payload>(
        &'a self,
        token: &[u8],
        now: u64,
        is_use: bool,
        only_reads: bool,
    ) -> Decision<'a, Result<Opened<P>, Error>> {
        let Some(id) = presented(token) else {
            return Decision::Ready(Ok(Opened::Nothing));
        };
        let usage = is_use.then(|| self.usage(now));
        if let Some(record) = self.store.load_now(&id) {
            match self.state_of(&record, now) {
                State::Alive if usage.is_some_and(|usage| usage.is_due(&record)) => {}
                State::Alive => return Decision::Ready(Ok(Self::opened(id, record))),
                State::Over => return Decision::Ready(Ok(Opened::Nothing)),
                // The store has to delete it.
                State::OfTheFuture => {}
            }
        }
        Decision::Pending(Box::pin(self.present(id, now, usage, only_reads)))
    }

    async fn present<P: Payload>(
        &self,
        id: SessionId,
        now: u64,
        usage: Option<Usage>,
        only_reads: bool,
    ) -> Result<Opened<P>, Error> {
        match self.look(id, now, usage).await? {
            Opened::Nothing if only_reads => match self.successor(&id, now).await? {
                Some(successor) => self.look(successor, now, None).await,
                None => Ok(Opened::Nothing),
            },
            opened => Ok(opened),
        }
    }

    /// Returns the session, or `None` if it has ended or holds another payload.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`].
    #[doc(hidden)] // for the crate of a framework
    pub async fn get<P: Payload>(
        &self,
        id: &SessionId,
        now: u64,
    ) -> Result<Option<Session<P>>, Error> {
        let Some((at, record)) = self.current(id, now, None).await? else {
            return Ok(None);
        };
        Ok(match Self::opened(at, record) {
            Opened::Session(session) => Some(session),
            Opened::OtherPayload | Opened::Nothing => None,
        })
    }

    /// Returns the current record of the session `id` with its own id, or `None` if the session has ended.
    async fn current(
        &self,
        id: &SessionId,
        now: u64,
        usage: Option<Usage>,
    ) -> Result<Option<(SessionId, Arc<Record>)>, Error> {
        let mut found = self.record_of(id).await?;
        for _ in 0..UPDATE_ATTEMPTS {
            let Some(at) = found else {
                return Ok(None);
            };
            if let Some(record) = self.alive(&at, now, usage).await? {
                return Ok(Some((at, record)));
            }
            // The session has ended, unless it was rotated meanwhile.
            found = self.record_of(id).await?;
            if found == Some(at) {
                return Ok(None);
            }
        }
        Err(Error::new(ErrorKind::SessionConflict))
    }

    /// Returns the id of the current record of the session `id`.
    async fn record_of(&self, id: &SessionId) -> Result<Option<SessionId>, Error> {
        self.ask("find", self.store.find(id)).await
    }

    async fn look<P: Payload>(
        &self,
        id: SessionId,
        now: u64,
        usage: Option<Usage>,
    ) -> Result<Opened<P>, Error> {
        let Some(record) = self.alive(&id, now, usage).await? else {
            return Ok(Opened::Nothing);
        };
        Ok(Self::opened(id, record))
    }

    #[inline]
    fn opened<P: Payload>(id: SessionId, record: Arc<Record>) -> Opened<P> {
        match record.data.read(&id) {
            Some(data) => Opened::Session(Session {
                about: SessionInfo::new(id, record),
                data,
            }),
            None => Opened::OtherPayload,
        }
    }

    /// Changes the data of a session by `change`, and returns the session as it is then.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SessionMissing`], [`ErrorKind::SessionConflict`], [`ErrorKind::Store`] or
    /// [`ErrorKind::Payload`].
    #[doc(hidden)] // for the crate of a framework
    pub async fn update<P: Payload>(
        &self,
        id: &SessionId,
        now: u64,
        mut change: impl FnMut(&mut P),
    ) -> Result<Session<P>, Error> {
        let missing = || Error::new(ErrorKind::SessionMissing);
        for _ in 0..UPDATE_ATTEMPTS {
            let current = self.current(id, now, None).await?;
            let (at, record) = current.ok_or_else(missing)?;
            let data: Arc<P> = record.data.read(&at).ok_or_else(missing)?;
            let mut data = Arc::unwrap_or_clone(data);
            change(&mut data);
            let mut record = Arc::unwrap_or_clone(record);
            record.data = SessionData::of(&data)?;
            let about = SessionInfo::new(at, Arc::new(record.clone()));
            let data = Arc::new(data);
            if self.ask("update", self.store.update(&at, record)).await? == WriteOutcome::Done {
                return Ok(Session { about, data });
            }
        }
        Err(Error::new(ErrorKind::SessionConflict))
    }

    /// Gives a session a new token. The old one opens nothing any more.
    ///
    /// # Errors
    ///
    /// As [`update`](Self::update); [`ErrorKind::Random`].
    #[doc(hidden)] // for the crate of a framework
    pub async fn rotate(&self, old: &SessionId, now: u64) -> Result<SessionToken, Error> {
        let (replaced, token) = self.replace(old, now, |_| {}).await?;
        self.note_rotation(&replaced, &token.record(), now).await;
        Ok(token)
    }

    /// Gives a session a new token and notes that its user has signed in at `now`.
    ///
    /// # Errors
    ///
    /// As [`rotate`](Self::rotate).
    #[doc(hidden)] // for the crate of a framework
    pub async fn reauthenticate(&self, old: &SessionId, now: u64) -> Result<SessionToken, Error> {
        let replaced = self.replace(old, now, |record| {
            record.auth_time = now;
            record.last_seen = now;
            record.expires_at = now.saturating_add(self.absolute_timeout).min(Record::LAST);
        });
        replaced.await.map(|(_, token)| token)
    }

    /// Replaces the record by one with a new id, changed by `change`. Returns the id of the replaced record too.
    async fn replace(
        &self,
        id: &SessionId,
        now: u64,
        change: impl Fn(&mut Record),
    ) -> Result<(SessionId, SessionToken), Error> {
        let missing = || Error::new(ErrorKind::SessionMissing);
        for _ in 0..UPDATE_ATTEMPTS {
            let current = self.current(id, now, None).await?;
            let (old, record) = current.ok_or_else(missing)?;
            let mut record = Arc::unwrap_or_clone(record);
            change(&mut record);
            if record.lineage.is_zero() {
                record.lineage = old;
            }
            let life = record.expires_at.saturating_sub(now);
            let token = SessionToken::random(life, Some(record.lineage))
                .ok_or_else(|| Error::new(ErrorKind::Random))?;
            let rotation = self.store.rotate(&old, token.record(), record);
            if self.ask("rotate", rotation).await? == WriteOutcome::Done {
                tracing::info!(target: "jam", session = %token.id().prefix(), "session rotated");
                return Ok((old, token));
            }
        }
        Err(Error::new(ErrorKind::SessionConflict))
    }

    /// Ends the session, also if a request has rotated its record meanwhile. Returns `true` if it existed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`]: the session may live on.
    #[doc(hidden)] // for the crate of a framework
    pub async fn delete(&self, id: &SessionId) -> Result<bool, Error> {
        for _ in 0..UPDATE_ATTEMPTS {
            let Some(record) = self.record_of(id).await? else {
                return Ok(false);
            };
            if self.ask("delete", self.store.delete(&record)).await? {
                tracing::info!(target: "jam", session = %id.prefix(), "session ended");
                return Ok(true);
            }
        }
        Err(Error::because(
            ErrorKind::Store,
            "the store finds a session that it cannot delete",
        ))
    }

    /// Ends every session of `owner` but `keep`, and returns the number of those that ended.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`].
    #[doc(hidden)] // for the crate of a framework
    pub async fn clear(&self, owner: &str, keep: Option<&SessionId>) -> Result<u64, Error> {
        let ended = self
            .ask(
                "delete_by_owner",
                self.store.delete_by_owner(owner, keep.copied()),
            )
            .await?;
        tracing::info!(target: "jam", ended, "sessions of one owner ended");
        Ok(ended)
    }

    /// Returns the sessions of `owner` that are alive and hold a `P`, the one used last first.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`].
    #[doc(hidden)] // for the crate of a framework
    pub async fn list<P: Payload>(&self, owner: &str, now: u64) -> Result<Vec<Session<P>>, Error> {
        let mut sessions = Vec::new();
        let mut next = Some(Page::FIRST);
        while let Some(page) = next {
            let records = self
                .ask("list_by_owner", self.store.list_by_owner(owner, page))
                .await?;
            next = page.next(&records);
            for (id, record) in records {
                if self.state_of(&record, now) == State::Alive
                    && let Opened::Session(session) = Self::opened(id, record)
                {
                    sessions.push(session);
                }
            }
            // Decoding a page takes a while, and a store in memory never waits.
            yield_now().await;
        }
        sessions.sort_by_key(|session: &Session<P>| {
            (Reverse(session.about.last_seen()), *session.about.id())
        });
        Ok(sessions)
    }

    /// Notes a use of the session `id` at `now`. Returns `true` if the session is alive.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`].
    #[doc(hidden)] // for the crate of a framework
    pub async fn touch(&self, id: &SessionId, now: u64) -> Result<bool, Error> {
        let current = self.current(id, now, Some(self.usage(now))).await?;
        Ok(current.is_some())
    }

    fn usage(&self, now: u64) -> Usage {
        Usage {
            now,
            interval: (self.idle_timeout / TOUCHES_PER_IDLE).max(1),
            idle_timeout: self.idle_timeout,
        }
    }

    async fn alive(
        &self,
        id: &SessionId,
        now: u64,
        usage: Option<Usage>,
    ) -> Result<Option<Arc<Record>>, Error> {
        let Some(record) = self.ask("load", self.store.load(id, usage)).await? else {
            return Ok(None);
        };
        match self.state_of(&record, now) {
            State::Alive => Ok(Some(record)),
            State::Over => Ok(None),
            State::OfTheFuture => {
                // The clock was ahead when it was created. Once the clock reaches that time, the
                // session would be alive again.
                self.ask("delete", self.store.delete(id)).await?;
                Ok(None)
            }
        }
    }

    #[inline]
    fn state_of(&self, record: &Record, now: u64) -> State {
        if record.auth_time > now.saturating_add(CLOCK_DIFFERENCE) {
            return State::OfTheFuture;
        }
        match now < record.ends() && now < record.last_seen.saturating_add(self.idle_timeout) {
            true => State::Alive,
            false => State::Over,
        }
    }
}

/// The state of a session's record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Alive,
    Over,
    /// The user signed in later than clocks may differ.
    OfTheFuture,
}

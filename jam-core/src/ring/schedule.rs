//! The times of the keys of a ring.

use std::time::Duration;

use super::error::RingError;
use super::scheduled::{KeyState, ScheduledKey};
use crate::base::clock::CLOCK_DIFFERENCE;
use crate::key::{Algorithm, KeySet, KeysNow, SigningKey};

/// Seconds from a rotation to its effect, in which every running program reads the ring again.
pub(super) const NOTICE: u64 = 30;

/// Keys, and the times at which each of them signs and verifies.
///
/// The state of a key follows from the times, so that all programs with the same schedule agree on it:
///
/// - A key without [`signs_from`](ScheduledKey::signs_from), or before it, stands by. It verifies and is published.
/// - The key with the latest `signs_from` that has passed is current. It signs.
/// - Earlier keys are retired. They verify for one token lifetime, and a minute for the difference of clocks.
/// - A revoked key neither signs nor verifies.
///
/// ```
/// use std::time::Duration;
/// use jam::token::{Algorithm, KeySchedule, KeyState, ScheduledKey, SigningKey};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let old = SigningKey::generate(Algorithm::Hs256)?.with_id("2026-10");
/// let new = SigningKey::generate(Algorithm::Hs256)?.with_id("2026-11");
/// let (october, november) = (1_790_812_800, 1_793_491_200);
/// let keys = [
///     ScheduledKey::new(old, october)?.signs_from(october),
///     ScheduledKey::new(new, october)?.signs_from(november),
/// ];
/// let schedule = KeySchedule::new(Duration::from_secs(3600), keys)?;
/// assert_eq!(schedule.state("2026-10", november + 1), Some(KeyState::Retired));
/// assert_eq!(schedule.state("2026-11", november + 1), Some(KeyState::Current));
/// # Ok(())
/// # }
/// ```
///
/// # Defaults
///
/// | setting | default |
/// |---|---|
/// | standby: seconds for which a new key is published before it signs | 3600 s |
#[derive(Clone, Debug)]
pub struct KeySchedule {
    pub(super) token_lifetime: u64,
    pub(super) standby: u64,
    pub(super) keys: Vec<ScheduledKey>,
}

impl KeySchedule {
    /// Makes a schedule of these keys. No token lives longer than `token_lifetime`, in whole seconds.
    ///
    /// # Errors
    ///
    /// [`RingError`] if the lifetime is shorter than a second, if there is no key that is not revoked, if two keys
    /// have the same id, or if there are shared secrets beside public keys.
    pub fn new(
        token_lifetime: Duration,
        keys: impl IntoIterator<Item = ScheduledKey>,
    ) -> Result<Self, RingError> {
        Self {
            token_lifetime: token_lifetime.as_secs(),
            standby: 3600,
            keys: keys.into_iter().collect(),
        }
        .checked()
    }

    /// Sets the time for which a new key is published before it signs, in whole seconds. Verifiers may keep the
    /// published keys for half of it.
    #[must_use]
    pub fn standby(mut self, standby: Duration) -> Self {
        self.standby = standby.as_secs();
        self
    }

    pub(super) fn checked(self) -> Result<Self, RingError> {
        if self.token_lifetime == 0 {
            return Err(RingError::new("tokens must live for at least one second"));
        }
        let keys = self.keys.iter();
        let all = keys.filter_map(|each| each.key.as_ref());
        KeySet::new(all.map(SigningKey::verifying_key))?;
        for (at, each) in self.keys.iter().enumerate() {
            if self.keys[..at].iter().any(|other| other.id == each.id) {
                return Err(RingError::new(format!(
                    "two keys have the id {:?}",
                    each.id
                )));
            }
        }
        Ok(self)
    }

    /// Returns the longest lifetime of a token, in seconds.
    pub fn token_lifetime(&self) -> u64 {
        self.token_lifetime
    }

    /// Returns the keys in the order in which they were made.
    pub fn keys(&self) -> impl Iterator<Item = &ScheduledKey> {
        self.keys.iter()
    }

    /// Returns the state of the key `id` at `now`, or `None` if there is no such key.
    pub fn state(&self, id: &str, now: u64) -> Option<KeyState> {
        self.key(id).map(|key| self.state_of(key, now))
    }

    /// Returns the key `id`.
    pub fn key(&self, id: &str) -> Option<&ScheduledKey> {
        self.keys.iter().find(|key| *key.id == *id)
    }

    fn known(&self, id: &str) -> Result<&ScheduledKey, RingError> {
        let unknown = || RingError::new(format!("there is no key {id:?}"));
        self.key(id).ok_or_else(unknown)
    }

    fn key_mut(&mut self, id: &str) -> Option<&mut ScheduledKey> {
        self.keys.iter_mut().find(|key| *key.id == *id)
    }

    pub(super) fn state_of(&self, key: &ScheduledKey, now: u64) -> KeyState {
        if key.revoked_at.is_some() {
            return KeyState::Revoked;
        }
        if key.signs_from.is_none_or(|from| now < from) {
            return KeyState::Standby;
        }
        match self.verifies_until(key) {
            Some(end) if now >= end => KeyState::Expired,
            _ if self.retires_at(key).is_some_and(|at| now >= at) => KeyState::Retired,
            _ => KeyState::Current,
        }
    }

    /// Returns the time at which a later key takes over from `key`.
    pub fn retires_at(&self, key: &ScheduledKey) -> Option<u64> {
        let own = key.signs_from?;
        let later = self.keys.iter().filter(|other| {
            let from = other.signs_from;
            // Of two keys with the same time the one that is listed last signs.
            let is_later = from > Some(own) || (from == Some(own) && self.is_after(other, key));
            // A key that was revoked before it signed never took over.
            is_later && other.revoked_at.is_none_or(|revoked| Some(revoked) >= from)
        });
        later.filter_map(|other| other.signs_from).min()
    }

    fn is_after(&self, one: &ScheduledKey, other: &ScheduledKey) -> bool {
        let place = |key: &ScheduledKey| self.keys.iter().position(|each| each.id == key.id);
        place(one) > place(other)
    }

    /// Returns the first second at which no token of `key` can be valid any more.
    pub fn verifies_until(&self, key: &ScheduledKey) -> Option<u64> {
        let retired = self.retires_at(key)?;
        Some(self.end_of_tokens(retired))
    }

    /// Returns the first second at which no token that was signed at `time` can be valid any more.
    fn end_of_tokens(&self, time: u64) -> u64 {
        // A file can have any lifetime.
        time.saturating_add(self.token_lifetime)
            .saturating_add(CLOCK_DIFFERENCE)
    }

    /// Returns the keys in this state.
    fn in_state(&self, state: KeyState, now: u64) -> impl Iterator<Item = &ScheduledKey> {
        let keys = self.keys.iter();
        keys.filter(move |key| self.state_of(key, now) == state)
    }

    /// Returns the key that signs at `now`.
    pub fn current(&self, now: u64) -> Option<&ScheduledKey> {
        self.in_state(KeyState::Current, now).next()
    }

    /// Returns the public keys that verify at `now`, as a JWK set (RFC 7517 section 5). Shared secrets are never
    /// part of it.
    pub fn jwks(&self, now: u64) -> serde_json::Value {
        match self.verifying(now) {
            Some(keys) => keys.to_jwks(),
            None => serde_json::json!({ "keys": [] }),
        }
    }

    /// Returns the keys that verify at `now`, the current one first, or `None` if every key was revoked or has
    /// expired.
    fn verifying(&self, now: u64) -> Option<KeySet> {
        let states = [KeyState::Current, KeyState::Standby, KeyState::Retired];
        let keys = states
            .into_iter()
            .flat_map(|state| self.in_state(state, now));
        let keys = keys.filter_map(|key| key.key.as_ref());
        KeySet::new(keys.map(SigningKey::verifying_key)).ok()
    }

    /// Returns the keys at `now`.
    pub(super) fn keys_now(&self, now: u64) -> KeysNow {
        let current = self.current(now).and_then(|key| key.key.clone());
        let starts = self.keys.iter().filter_map(|key| key.signs_from);
        let ends = self.keys.iter().filter_map(|key| self.verifies_until(key));
        KeysNow {
            signing: current,
            verifying: self.verifying(now),
            longest_lifetime: Some(self.token_lifetime),
            until: starts.chain(ends).filter(|time| *time > now).min(),
        }
    }

    /// Returns the seconds for which a verifier may keep the [`jwks`](Self::jwks) of `now`.
    ///
    /// A new key stands by for twice as long, so that every verifier has it before it signs.
    pub fn jwks_max_age(&self) -> u64 {
        self.standby / 2
    }

    // Changes

    /// Plans that the key that has stood by longest takes over, and generates another one.
    ///
    /// Returns the id of the key that takes over, and the time.
    pub(super) fn rotate(
        &mut self,
        algorithm: Option<Algorithm>,
        now: u64,
    ) -> Result<(String, u64), RingError> {
        let planned = self
            .keys
            .iter()
            .find(|key| key.signs_from > Some(now) && key.key.is_some());
        if let Some(planned) = planned {
            let at = planned.signs_from.unwrap_or(now);
            return Err(RingError::new(format!(
                "a rotation is planned: the key {:?} takes over in {} s",
                planned.id,
                at - now
            )));
        }
        self.prune(now);
        let published_for = self.standby;
        let next = self.standby_or_new(algorithm, now)?;
        let ready = next.created_at.saturating_add(published_for);
        let (id, at) = (next.id.clone(), ready.max(now + NOTICE));
        self.set_start(&id, at);
        self.add_standby(algorithm, now)?;
        Ok((id.to_string(), at))
    }

    /// Revokes the key `id`. If it signs, or was to sign, another key takes over at once.
    pub(super) fn revoke(&mut self, id: &str, now: u64) -> Result<(), RingError> {
        let key = self.known(id)?;
        if key.revoked_at.is_some() {
            return Err(RingError::new(format!("the key {id:?} is revoked")));
        }
        let had_to_sign = key.signs_from.is_some();
        let algorithm = Some(key.algorithm);
        if let Some(key) = self.key_mut(id) {
            *key = key.clone().revoked_at(now);
        }
        if had_to_sign && self.current(now).is_none() {
            let next = self.standby_or_new(algorithm, now)?.id.clone();
            self.set_start(&next, now);
        }
        let is_standby = |key: &ScheduledKey| key.key.is_some() && key.signs_from.is_none();
        if !self.keys.iter().any(is_standby) {
            self.add_standby(algorithm, now)?;
        }
        Ok(())
    }

    /// Retires the key `id`: the current one by a rotation, one that stands by at once.
    ///
    /// Returns the time from which the key does not sign.
    pub(super) fn retire(&mut self, id: &str, now: u64) -> Result<u64, RingError> {
        let key = self.known(id)?;
        let state = self.state_of(key, now);
        match state {
            KeyState::Current => Ok(self.rotate(None, now)?.1),
            KeyState::Standby if key.signs_from.is_none() => {
                let algorithm = Some(key.algorithm);
                // It has signed nothing, so that nobody misses it.
                self.keys.retain(|key| *key.id != *id);
                self.add_standby(algorithm, now)?;
                Ok(now)
            }
            KeyState::Standby => Err(RingError::new(format!(
                "the key {id:?} is about to sign; revoke it, or wait"
            ))),
            _ => Err(RingError::new(format!(
                "the key {id:?} is {}",
                state.name()
            ))),
        }
    }

    /// Returns the key that has stood by longest, or a new one.
    fn standby_or_new(
        &mut self,
        algorithm: Option<Algorithm>,
        now: u64,
    ) -> Result<&ScheduledKey, RingError> {
        let is_free =
            |key: &ScheduledKey| key.key.is_some() && key.signs_from.is_none_or(|from| from > now);
        if !self.keys.iter().any(is_free) {
            self.add_standby(algorithm, now)?;
        }
        let found = self.keys.iter().find(|key| is_free(key));
        found.ok_or_else(|| RingError::new("no key stands by"))
    }

    pub(super) fn add_standby(
        &mut self,
        algorithm: Option<Algorithm>,
        now: u64,
    ) -> Result<(), RingError> {
        let latest = self.keys.last().map(|key| key.algorithm);
        let algorithm = algorithm.or(latest).unwrap_or(Algorithm::Hs256);
        self.keys.push(ScheduledKey::generate(algorithm, now)?);
        Ok(())
    }

    fn set_start(&mut self, id: &str, at: u64) {
        if let Some(key) = self.key_mut(id) {
            key.signs_from = Some(at);
        }
    }

    /// Removes keys that no token can name any more.
    fn prune(&mut self, now: u64) {
        let gone = |key: &ScheduledKey| match key.revoked_at {
            Some(at) => now >= self.end_of_tokens(at),
            None => self.state_of(key, now) == KeyState::Expired,
        };
        let gone: Vec<_> = self
            .keys
            .iter()
            .filter(|key| gone(key))
            .map(|key| key.id.clone())
            .collect();
        self.keys.retain(|key| !gone.contains(&key.id));
    }
}

//! Sources of keys that change while a program runs.

use std::fmt;

use super::set::KeySet;
use super::signing::SigningKey;
use crate::base::decision::BoxFuture;

/// A source of keys that change while a program runs, such as a ring or the keys of another issuer.
pub trait KeySource: fmt::Debug + Send + Sync + 'static {
    /// Returns a number that changes when the keys have changed. It is called for every token.
    fn revision(&self) -> u64;

    /// Returns the keys at `now`, in seconds since the Unix epoch.
    fn keys(&self, now: u64) -> KeysNow;

    /// Looks for new keys, because a token names an unknown key, or because there are no keys. Returns
    /// `None` if the source has nothing to look for.
    fn refresh(&self, now: u64) -> Option<BoxFuture<'_, ()>> {
        let _ = now;
        None
    }

    /// Returns the public keys to publish, as a JWK set, and the seconds for which a verifier may keep them.
    /// Returns `None` if they are not ours to publish.
    fn published(&self, now: u64) -> Option<(serde_json::Value, u64)> {
        let _ = now;
        None
    }
}

/// The keys of a [`KeySource`] at one time.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct KeysNow {
    /// The key that signs.
    pub signing: Option<SigningKey>,
    /// The keys that verify. `None` if the source has no keys at the moment: tokens are then rejected with 503.
    pub verifying: Option<KeySet>,
    /// The seconds after which a token must have expired, because the key that signed it verifies no
    /// longer.
    pub longest_lifetime: Option<u64>,
    /// The first second, since the Unix epoch, at which the source must be asked again.
    pub until: Option<u64>,
}

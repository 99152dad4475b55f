//! The claims of verified tokens, and a cache of them: a client sends the same token with each request.

use std::any::Any;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::claims::{Claims, RegisteredClaims};
use crate::payload::{Held, Payload};

/// Tokens in the cache by default, if they are signed with a private key.
pub(super) const DEFAULT: usize = 1024;
/// The most tokens that a cache can have.
const MOST: usize = 1 << 16;

/// The claims of a valid token. Requests with the same token can share its payload.
#[allow(missing_debug_implementations)] // the payload is private data of the user
#[allow(clippy::exhaustive_structs)] // the gate takes it apart
pub struct Verified<P> {
    /// The registered claims.
    pub registered: RegisteredClaims,
    /// The payload.
    pub payload: Held<P>,
}

impl<P: Clone> From<Verified<P>> for Claims<P> {
    fn from(verified: Verified<P>) -> Self {
        Self {
            registered: verified.registered,
            payload: verified.payload.into_inner(),
        }
    }
}

/// Tokens with a valid signature, each with its claims. Their number is bounded, and a refusal is never kept.
///
/// A token has one place, which its last bytes choose, and replaces the token that was there. A client without
/// a key cannot add one. A token is found by all of its bytes, for the same payload and the same keys.
pub(super) struct VerifiedTokens {
    size: usize,
    /// Allocated with the first token.
    places: OnceLock<Box<[Mutex<Option<Entry>>]>>,
}

struct Entry {
    token: Box<[u8]>,
    /// The number of the keys that verified it.
    keys: u64,
    registered: RegisteredClaims,
    /// A payload of any type.
    payload: Arc<dyn Any + Send + Sync>,
}

impl VerifiedTokens {
    pub(super) fn new(size: usize) -> Self {
        Self {
            size: match size {
                0 => 0,
                size => size.min(MOST).next_power_of_two(),
            },
            places: OnceLock::new(),
        }
    }

    /// Returns the claims of a token that these keys verified.
    #[inline]
    pub(super) fn get<P: Payload>(&self, token: &[u8], keys: u64) -> Option<Verified<P>> {
        let places = self.places.get()?;
        let place = places.get(place(token, places.len()))?;
        let (registered, payload) = {
            let place = place.lock().unwrap_or_else(PoisonError::into_inner);
            let entry = place.as_ref()?;
            let is_it =
                entry.keys == keys && entry.payload.is::<P>() && is_same(&entry.token, token);
            is_it.then(|| (entry.registered.clone(), Arc::clone(&entry.payload)))?
        };
        Some(Verified {
            registered,
            payload: Held::Shared(payload.downcast().ok()?),
        })
    }

    /// Adds a token that these keys verified, and returns its payload.
    pub(super) fn add<P: Payload>(
        &self,
        token: &[u8],
        keys: u64,
        registered: &RegisteredClaims,
        payload: P,
    ) -> Held<P> {
        if self.size == 0 {
            return Held::Own(payload);
        }
        let payload = Arc::new(payload);
        let places = self
            .places
            .get_or_init(|| (0..self.size).map(|_| Mutex::default()).collect());
        if let Some(place) = places.get(place(token, places.len())) {
            let entry = Entry {
                token: token.into(),
                keys,
                registered: registered.clone(),
                payload: Arc::clone(&payload) as _,
            };
            // The token that was there is dropped outside of the lock.
            let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
            let before = place.replace(entry);
            drop((place, before));
        }
        Held::Shared(payload)
    }
}

/// Returns the place of a token. Its last bytes are those of the signature, which are evenly distributed.
fn place(token: &[u8], places: usize) -> usize {
    let mut last = [0; 8];
    if let Some(end) = token.last_chunk::<8>() {
        last = *end;
    }
    // Fibonacci hashing: the high bits of the product depend on all bits.
    let hash = u64::from_le_bytes(last).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    usize::try_from(hash >> 32).unwrap_or_default() & (places - 1)
}

/// Compares in a time that does not depend on the content, so that nobody finds a signature byte by byte.
fn is_same(known: &[u8], token: &[u8]) -> bool {
    let difference = |(one, other): (&u8, &u8)| one ^ other;
    let pairs = known.iter().zip(token);
    known.len() == token.len() && pairs.map(difference).fold(0, |all, one| all | one) == 0
}

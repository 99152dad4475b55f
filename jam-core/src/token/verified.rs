//! A cache of verified tokens: a client sends the same token with each request.

use std::any::{Any, TypeId};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::claims::Claims;
use crate::payload::Payload;

/// Tokens in the cache by default, if they are signed with a private key.
pub(super) const DEFAULT: usize = 1024;
/// The most tokens that a cache can have.
const MOST: usize = 1 << 16;

/// Tokens with a valid signature, each with its claims. Their number is bounded, and a refusal is never kept.
///
/// A token has one place, which its last bytes choose, and replaces the token that was there. A client without
/// a key cannot add one. A token is found by all of its bytes, for the same payload and the same keys.
pub(super) struct VerifiedTokens {
    size: usize,
    /// Allocated with the first token.
    places: OnceLock<Box<[Mutex<Option<Verified>>]>>,
}

struct Verified {
    token: Box<[u8]>,
    payload: TypeId,
    /// The number of the keys that verified it.
    keys: u64,
    /// A `Claims<P>`.
    claims: Arc<dyn Any + Send + Sync>,
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
    pub(super) fn get<P: Payload>(&self, token: &[u8], keys: u64) -> Option<Claims<P>> {
        let places = self.places.get()?;
        find(places, token, keys)
    }

    /// Adds a token that these keys verified.
    pub(super) fn add<P: Payload>(&self, token: &[u8], keys: u64, claims: &Claims<P>) {
        if self.size == 0 {
            return;
        }
        let places = self
            .places
            .get_or_init(|| (0..self.size).map(|_| Mutex::default()).collect());
        let verified = Verified {
            token: token.into(),
            payload: TypeId::of::<P>(),
            keys,
            claims: Arc::new(claims.clone()),
        };
        if let Some(place) = places.get(place(token, places.len())) {
            // The token that was there is dropped outside of the lock.
            let before = place
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .replace(verified);
            drop(before);
        }
    }
}

fn find<P: Payload>(
    places: &[Mutex<Option<Verified>>],
    token: &[u8],
    keys: u64,
) -> Option<Claims<P>> {
    let place = places.get(place(token, places.len()))?;
    let claims = {
        let place = place.lock().unwrap_or_else(PoisonError::into_inner);
        let verified = place.as_ref()?;
        let is_it = verified.keys == keys
            && verified.payload == TypeId::of::<P>()
            && is_same(&verified.token, token);
        is_it.then(|| Arc::clone(&verified.claims))?
    };
    claims.downcast_ref::<Claims<P>>().cloned()
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

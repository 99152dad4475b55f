//! A cache of accepted headers: an issuer writes the same header into all tokens of a key.

use std::sync::OnceLock;

use crate::key::Algorithm;

/// Headers in the cache. An issuer has one for each key in use.
const MOST: usize = 8;

/// The encoded headers of valid tokens. They stay as long as the verifier, and their number is bounded.
#[derive(Default)]
pub(crate) struct AcceptedHeaders([OnceLock<Accepted>; MOST]);

/// The keys of a set that a header selects.
#[derive(Clone, Copy)]
pub(crate) enum Selected {
    /// The key at this index.
    One(usize),
    /// Each key of the algorithm, because the header has no `kid`.
    Each(Algorithm),
}

struct Accepted {
    encoded: Box<[u8]>,
    /// The token type of the payload for which the header was accepted.
    own_type: Option<&'static str>,
    selected: Selected,
}

impl AcceptedHeaders {
    /// Returns the keys that the header selects, if the header is in the cache.
    #[inline]
    pub(crate) fn keys_of(
        &self,
        encoded: &[u8],
        own_type: Option<&'static str>,
    ) -> Option<Selected> {
        if cfg!(jam_plain) {
            return None;
        }
        let mut all = self.0.iter().map_while(OnceLock::get);
        let known = all.find(|known| *known.encoded == *encoded && known.own_type == own_type);
        known.map(|known| known.selected)
    }

    /// Adds a header, if the cache has room.
    pub(crate) fn add(&self, encoded: &[u8], own_type: Option<&'static str>, selected: Selected) {
        let Some(free) = self.0.iter().find(|place| place.get().is_none()) else {
            return;
        };
        // If another request took the place meanwhile, this header is read again next time.
        free.get_or_init(|| Accepted {
            encoded: encoded.into(),
            own_type,
            selected,
        });
    }
}

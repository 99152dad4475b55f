//! A cache of accepted headers: an issuer writes the same header into all its tokens.

use std::sync::OnceLock;

/// Headers in the cache. An issuer has one, or one for each key.
const MOST: usize = 8;

/// The encoded headers of valid tokens. They stay as long as the verifier, and their number is bounded.
#[derive(Default)]
pub(crate) struct AcceptedHeaders([OnceLock<Accepted>; MOST]);

struct Accepted {
    encoded: Box<[u8]>,
    /// The token type of the payload for which the header was accepted.
    own_type: Option<&'static str>,
}

impl AcceptedHeaders {
    #[inline]
    pub(crate) fn holds(&self, encoded: &[u8], own_type: Option<&'static str>) -> bool {
        !cfg!(jam_plain)
            && self
                .all()
                .any(|known| *known.encoded == *encoded && known.own_type == own_type)
    }

    fn all(&self) -> impl Iterator<Item = &Accepted> {
        self.0.iter().map_while(OnceLock::get)
    }

    /// Adds a header, if the cache has room.
    pub(crate) fn add(&self, encoded: &[u8], own_type: Option<&'static str>) {
        let Some(free) = self.0.iter().find(|place| place.get().is_none()) else {
            return;
        };
        // If another request took the place meanwhile, this header is read again next time.
        free.get_or_init(|| Accepted {
            encoded: encoded.into(),
            own_type,
        });
    }
}

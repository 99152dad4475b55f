//! Headers that were read and found to be good, so that they need not be read again: an issuer
//! writes all its tokens with the same one.

use std::sync::OnceLock;

/// How many there can be. An issuer has one, or one for each key.
const MOST: usize = 8;

/// The encoded headers of good tokens. They are never forgotten, and no more than a few.
#[derive(Default)]
pub(crate) struct AcceptedHeaders([OnceLock<Accepted>; MOST]);

struct Accepted {
    encoded: Box<[u8]>,
    /// The type of the payload for which it was found to be good.
    own_type: Option<&'static str>,
}

impl AcceptedHeaders {
    #[inline]
    pub(crate) fn holds(&self, encoded: &[u8], own_type: Option<&'static str>) -> bool {
        self.all()
            .any(|known| *known.encoded == *encoded && known.own_type == own_type)
    }

    fn all(&self) -> impl Iterator<Item = &Accepted> {
        self.0.iter().map_while(OnceLock::get)
    }

    /// Remembers a header, if there is room.
    pub(crate) fn add(&self, encoded: &[u8], own_type: Option<&'static str>) {
        let Some(free) = self.0.iter().find(|place| place.get().is_none()) else {
            return;
        };
        // Another request may have been faster: it is read once more then.
        free.get_or_init(|| Accepted {
            encoded: encoded.into(),
            own_type,
        });
    }
}

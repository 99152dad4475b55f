//! The keys of tokens, which can change while a program runs.

use std::fmt;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::accepted::{AcceptedHeaders, Selected};
use super::compact::Compact;
use super::header::{self, Header};
use crate::base::decision::BoxFuture;
use crate::base::error::TokenFault;
use crate::key::{KeySet, KeySource, SigningKey, VerifyingKey};

/// The keys of a verifier, fixed or from a source.
pub(super) struct Keys(Origin);

// There is one for each `Jam`, and it is in use for each request.
#[allow(clippy::large_enum_variant)]
enum Origin {
    Fixed(Known),
    Changing(Changing),
}

struct Changing {
    source: Arc<dyn KeySource>,
    /// The `typ` of the application's own tokens.
    typ: String,
    answer: RwLock<Answer>,
}

/// The answer of a source.
#[derive(Default)]
struct Answer {
    /// `None` before the source was asked.
    revision: Option<u64>,
    from: u64,
    until: Option<u64>,
    known: Option<Arc<Known>>,
}

/// Keys, and what is derived from them.
pub(super) struct Known {
    keys: KeySet,
    pub(super) signer: Option<Signer>,
    /// The keys that the header of the application's own tokens selects.
    own_keys: Selected,
    /// Other headers that were accepted.
    pub(super) accepted: AcceptedHeaders,
    /// The seconds after which a token of these keys must have expired.
    pub(super) longest_lifetime: Option<u64>,
    /// A number of these keys, which no others have.
    pub(super) number: u64,
}

/// The number of the next keys.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// A key that signs, and the encoded header of its tokens.
pub(super) struct Signer {
    pub(super) key: SigningKey,
    pub(super) header: String,
}

impl Known {
    /// The first key verifies what the signer signs.
    fn new(keys: KeySet, signing: Option<SigningKey>, typ: &str) -> Self {
        let signer = signing.map(|key| Signer {
            header: header::of(&key, typ),
            key,
        });
        Self {
            own_keys: first_key(&keys),
            keys,
            signer,
            accepted: AcceptedHeaders::default(),
            longest_lifetime: None,
            number: NEXT.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// Returns the encoded header of the application's own tokens. It is empty if there are none, and no token
    /// has an empty header.
    #[inline]
    pub(super) fn own_header(&self) -> &str {
        match &self.signer {
            Some(signer) => &signer.header,
            None => "",
        }
    }

    /// Returns the keys that the header of a token selects without being decoded: our own header, byte for byte,
    /// or one that was accepted before. The token was parsed with our own header as the usual one.
    #[inline]
    pub(super) fn selected(
        &self,
        compact: &Compact<'_>,
        own_type: Option<&'static str>,
    ) -> Option<Selected> {
        match compact.is_usual && own_type.is_none() && !cfg!(jam_plain) {
            true => Some(self.own_keys),
            false => self.accepted.keys_of(compact.header, own_type),
        }
    }

    /// Returns the keys that can have signed a token with this header.
    pub(super) fn select(&self, header: &Header) -> Result<Selected, TokenFault> {
        let mut keys = self.keys.iter().enumerate();
        let mut fitting = self
            .keys
            .iter()
            .enumerate()
            .filter(|(_, key)| key.algorithm().is_named(&header.alg));
        if let Some(id) = &header.kid {
            let named = keys.find(|(_, key)| key.id() == Some(id));
            return match named {
                Some((at, key)) if key.algorithm().is_named(&header.alg) => Ok(Selected::One(at)),
                // The key has another algorithm.
                Some(_) => Err(TokenFault::Header),
                None if fitting.next().is_none() => Err(TokenFault::Header),
                None => Err(TokenFault::Key),
            };
        }
        match (fitting.next(), fitting.next()) {
            (Some((at, _)), None) => Ok(Selected::One(at)),
            (Some((_, key)), Some(_)) => Ok(Selected::Each(key.algorithm())),
            (None, _) => Err(TokenFault::Header),
        }
    }

    /// Returns the keys of a selection. With an algorithm, those of another one are not among them.
    #[inline]
    pub(super) fn of(&self, selected: Selected) -> impl Iterator<Item = &VerifyingKey> {
        // One loop for both, because the compiler inlines a hash that it finds in one place.
        let (keys, algorithm) = match selected {
            Selected::One(at) => (self.keys.starting_at(at).get(..1), None),
            Selected::Each(algorithm) => (Some(self.keys.starting_at(0)), Some(algorithm)),
        };
        let keys = keys.unwrap_or_default().iter();
        keys.filter(move |key| algorithm.is_none_or(|algorithm| key.algorithm() == algorithm))
    }
}

/// Returns the keys that the header of the first key selects.
fn first_key(keys: &KeySet) -> Selected {
    let first = keys.first();
    let same = keys
        .iter()
        .filter(|key| key.algorithm() == first.algorithm());
    match first.id().is_none() && same.count() > 1 {
        true => Selected::Each(first.algorithm()),
        false => Selected::One(0),
    }
}

impl Keys {
    /// Keys that stay as they are. The first one verifies what `signing` signs.
    pub(super) fn fixed(keys: KeySet, signing: Option<SigningKey>, typ: &str) -> Self {
        Self(Origin::Fixed(Known::new(keys, signing, typ)))
    }

    /// Keys of a source. Own tokens have this `typ`.
    pub(super) fn changing(source: Arc<dyn KeySource>, typ: &str) -> Self {
        Self(Origin::Changing(Changing {
            source,
            typ: typ.to_owned(),
            answer: RwLock::default(),
        }))
    }

    /// Returns the keys at `now`.
    ///
    /// # Errors
    ///
    /// [`TokenFault::Unavailable`] if the source has no keys.
    #[inline]
    pub(super) fn at(&self, now: u64) -> Result<KnownAt<'_>, TokenFault> {
        match &self.0 {
            Origin::Fixed(known) => Ok(KnownAt::Fixed(known)),
            Origin::Changing(changing) => {
                let known = changing.at(now).ok_or(TokenFault::Unavailable)?;
                Ok(KnownAt::Shared(known))
            }
        }
    }

    /// Looks for new keys. Returns `None` if there is nothing to look for.
    pub(super) fn refresh(&self, now: u64) -> Option<BoxFuture<'_, ()>> {
        match &self.0 {
            Origin::Fixed(_) => None,
            Origin::Changing(changing) => changing.source.refresh(now),
        }
    }

    /// Returns the public keys as a JWK set, and the seconds for which it may be kept.
    pub(super) fn published(&self, now: u64) -> Option<(serde_json::Value, u64)> {
        match &self.0 {
            Origin::Fixed(known) => Some((known.keys.to_jwks(), PUBLISHED_FOR)),
            Origin::Changing(changing) => changing.source.published(now),
        }
    }
}

/// Seconds for which a verifier may keep keys that do not change while the program runs.
const PUBLISHED_FOR: u64 = 300;

impl Changing {
    fn at(&self, now: u64) -> Option<Arc<Known>> {
        let revision = self.source.revision();
        let answer = self.answer.read().unwrap_or_else(PoisonError::into_inner);
        let is_of_now = answer.revision == Some(revision)
            && now >= answer.from
            && answer.until.is_none_or(|until| now < until);
        if is_of_now {
            return answer.known.clone();
        }
        drop(answer);
        self.ask(now, revision)
    }

    #[cold]
    fn ask(&self, now: u64, revision: u64) -> Option<Arc<Known>> {
        let keys = self.source.keys(now);
        let known = keys.verifying.map(|set| {
            Arc::new(Known {
                longest_lifetime: keys.longest_lifetime,
                ..Known::new(set, keys.signing, &self.typ)
            })
        });
        let answer = Answer {
            revision: Some(revision),
            from: now,
            until: keys.until,
            known: known.clone(),
        };
        *self.answer.write().unwrap_or_else(PoisonError::into_inner) = answer;
        known
    }
}

/// The keys at one time.
pub(super) enum KnownAt<'a> {
    Fixed(&'a Known),
    Shared(Arc<Known>),
}

impl Deref for KnownAt<'_> {
    type Target = Known;

    #[inline]
    fn deref(&self) -> &Known {
        match self {
            Self::Fixed(known) => known,
            Self::Shared(known) => known,
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Origin::Fixed(known) => known.keys.fmt(f),
            Origin::Changing(changing) => changing.source.fmt(f),
        }
    }
}

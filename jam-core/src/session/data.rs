//! The payload of a session in a store.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};

use serde::Serializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

use super::SessionId;
use crate::base::error::{Error, ErrorKind};
use crate::claims::Name;
use crate::claims::read_back;
use crate::payload::Payload;
use crate::payload::kind;

/// The payload of a session in a store: JSON, with the kind of the payload around it, so that a session
/// of one kind is never read as one of another.
///
/// ```
/// # use jam::session::SessionData;
/// let data = SessionData::from_json(r#"{"app::User":{"user":1}}"#);
/// assert_eq!(data.as_json(), br#"{"app::User":{"user":1}}"#);
/// ```
///
/// Cloning is cheap. Clones share the decoded payload: if a store in the process returns the same value
/// again, it is not decoded again.
#[derive(Clone)]
pub struct SessionData(Arc<Inner>);

struct Inner {
    json: Box<[u8]>,
    /// The payload, once it was decoded.
    read: OnceLock<Arc<dyn Any + Send + Sync>>,
}

impl SessionData {
    /// Makes the value from the JSON that a store kept.
    pub fn from_json(json: impl AsRef<[u8]>) -> Self {
        Self(Arc::new(Inner {
            json: json.as_ref().into(),
            read: OnceLock::new(),
        }))
    }

    /// Returns the JSON for a store.
    pub fn as_json(&self) -> &[u8] {
        &self.0.json
    }

    /// `{"app::User":{"user":1}}`
    pub(super) fn of<P: Payload>(data: &P) -> Result<Self, Error> {
        kind::claim::<P>()?;
        let mut json = Vec::new();
        let written = serde_json::Serializer::new(&mut json).collect_map([(P::kind(), data)]);
        match written {
            Ok(()) => {
                if read_back::is_due::<P>() {
                    check_read_back::<P>(&json, data)?;
                }
                Ok(Self::from_json(json))
            }
            Err(error) => Err(Error::because(ErrorKind::Payload, error)),
        }
    }

    /// Decodes the payload of the session `id`. `None` for another kind, and for a type that has changed
    /// since it was written.
    pub(super) fn read<P: Payload>(&self, id: &SessionId) -> Option<Arc<P>> {
        if let Some(read) = self.0.read.get()
            && let Ok(payload) = Arc::clone(read).downcast()
        {
            return Some(payload);
        }
        let payload: Arc<P> = Arc::new(decode(id, &self.0.json)?);
        // If a type of the same kind was first, this one is decoded each time.
        self.0.read.get_or_init(|| Arc::clone(&payload) as _);
        Some(payload)
    }
}

impl PartialEq for SessionData {
    fn eq(&self, other: &Self) -> bool {
        self.as_json() == other.as_json()
    }
}

impl Eq for SessionData {}

impl fmt::Debug for SessionData {
    // The payload is the user's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionData").finish_non_exhaustive()
    }
}

fn decode<P: Payload>(id: &SessionId, json: &[u8]) -> Option<P> {
    if let Err(clash) = kind::claim::<P>() {
        tracing::error!(target: "jam", session = %id.prefix(), "a session is not read: {clash}");
        return None;
    }
    match serde_json::from_slice::<Kept<P>>(json) {
        Ok(Kept(data)) => data,
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

/// Refuses to create a session that will not be read.
fn check_read_back<P: Payload>(json: &[u8], written: &P) -> Result<(), Error> {
    let read = match serde_json::from_slice(json) {
        Ok(Kept(Some(read))) => Ok(read),
        Ok(Kept(None)) => Err("its kind changes".to_owned()),
        // serde's text may quote the data; its class and place do not.
        Err(error) => Err(format!(
            "{:?} error at byte {}",
            error.classify(),
            error.column()
        )),
    };
    read_back::check(written, read)
}

struct Kept<P>(Option<P>);

impl<'de, P: Payload> Deserialize<'de> for Kept<P> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeptVisitor<P>(PhantomData<P>);

        impl<'de, P: Payload> Visitor<'de> for KeptVisitor<P> {
            type Value = Kept<P>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a payload with its kind around it")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Kept<P>, A::Error> {
                let Some(Name(kind)) = map.next_key()? else {
                    return Err(de::Error::custom("no kind"));
                };
                if kind == P::kind() {
                    return map.next_value().map(|data| Kept(Some(data)));
                }
                map.next_value::<de::IgnoredAny>()?;
                Ok(Kept(None))
            }
        }

        deserializer.deserialize_map(KeptVisitor(PhantomData))
    }
}

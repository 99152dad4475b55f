//! A payload in the store: JSON, with the kind of the payload around it, so that the session of
//! one kind is never taken for one of another.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::Serializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

use super::SessionId;
use crate::claims::Name;
use crate::error::{Error, ErrorKind};
use crate::payload::Payload;

/// `{"User":{"user":1}}`
pub(super) fn encode<P: Payload>(data: &P) -> Result<Arc<[u8]>, Error> {
    let mut json = Vec::new();
    let written = serde_json::Serializer::new(&mut json).collect_map([(P::KIND, data)]);
    match written {
        Ok(()) => Ok(json.into()),
        Err(error) => Err(Error::because(ErrorKind::Payload, error)),
    }
}

/// Nothing for another kind, and for one whose type has changed since it was written.
pub(super) fn decode<P: Payload>(id: &SessionId, json: &[u8]) -> Option<P> {
    match serde_json::from_slice::<Kept<P>>(json) {
        Ok(Kept(Some(data))) => Some(data),
        Ok(Kept(None)) => None,
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
                if kind == P::KIND {
                    return map.next_value().map(|data| Kept(Some(data)));
                }
                map.next_value::<de::IgnoredAny>()?;
                Ok(Kept(None))
            }
        }

        deserializer.deserialize_map(KeptVisitor(PhantomData))
    }
}

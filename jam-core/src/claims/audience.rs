//! The audience of a token (RFC 7519 section 4.1.3).

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};
use smol_str::SmolStr;

/// The claim `aud`: a text or an array of texts, none of them empty. The claim may be missing.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) enum Audience {
    #[default]
    Unsaid,
    One(SmolStr),
    Several(Vec<SmolStr>),
}

impl Audience {
    pub(crate) fn as_slice(&self) -> &[SmolStr] {
        match self {
            Self::Unsaid => &[],
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(several) => several,
        }
    }
}

impl From<Option<SmolStr>> for Audience {
    fn from(audience: Option<SmolStr>) -> Self {
        audience.map_or(Self::Unsaid, Self::One)
    }
}

impl Serialize for Audience {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.as_slice() {
            [one] => serializer.serialize_str(one),
            several => serializer.collect_seq(several.iter().map(SmolStr::as_str)),
        }
    }
}

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AudienceVisitor;

        impl<'de> Visitor<'de> for AudienceVisitor {
            type Value = Audience;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an audience: a text or an array of texts")
            }

            fn visit_str<E: de::Error>(self, one: &str) -> Result<Audience, E> {
                if one.is_empty() {
                    return Err(E::custom("the audience is empty"));
                }
                Ok(Audience::One(one.into()))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Audience, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = seq.next_element::<String>()? {
                    all.push(SmolStr::from(one));
                }
                if all.is_empty() || all.iter().any(SmolStr::is_empty) {
                    return Err(de::Error::custom("the audience is empty"));
                }
                Ok(Audience::Several(all))
            }
        }

        deserializer.deserialize_any(AudienceVisitor)
    }
}

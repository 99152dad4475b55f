//! Claims out of the text of a token, in a single pass.
//!
//! The payload's own serde implementation drives it; the registered claims are taken
//! out of the stream of members on the way, so that nothing is buffered and every
//! attribute of serde works as in any other JSON.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::CowStrDeserializer;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::strict::{Name, no_duplicates};
use super::subject::{SubjectReader, WireSubject};
use crate::error::TokenFault;
use crate::payload::{Mark, Payload};

/// The registered claims of a token (RFC 7519 section 4.1), and `auth_time` of OpenID
/// Connect. Times are whole seconds since the Unix epoch.
#[derive(Clone, Default)]
pub struct RegisteredClaims {
    pub(crate) issuer: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) audience: Vec<String>,
    pub(crate) expires_at: u64,
    pub(crate) not_before: Option<u64>,
    pub(crate) issued_at: Option<u64>,
    pub(crate) token_id: Option<String>,
    pub(crate) auth_time: Option<u64>,
}

/// What the members of the object left behind.
#[derive(Default)]
struct Found {
    registered: RegisteredClaims,
    expires_at: Option<u64>,
    bound: bool,
}

/// Reads `json` as registered claims and a `P`. Only the form is judged here: whether
/// the times and names are acceptable is the verifier's decision.
pub(crate) fn read<P: Payload>(json: &[u8]) -> Result<(RegisteredClaims, P), TokenFault> {
    let json = std::str::from_utf8(json).map_err(|_| TokenFault::Claims)?;
    // One brace means one object, and then the members seen below are all there are.
    let opened = |byte| json.bytes().filter(|found| *found == byte).take(2).count();
    if opened(b'{') > 1 || opened(b'[') > 1 {
        no_duplicates(json).map_err(|_| TokenFault::Claims)?;
    }
    let mut found = Found::default();
    let mut reader = serde_json::Deserializer::from_str(json);
    let payload = P::deserialize(ClaimsReader {
        inner: &mut reader,
        marks: P::MARKS,
        found: &mut found,
    })
    .and_then(|payload| reader.end().map(|()| payload));
    if found.bound {
        return Err(TokenFault::Bound);
    }
    let payload = payload.map_err(|_| TokenFault::Claims)?;
    let mut registered = found.registered;
    registered.expires_at = found.expires_at.ok_or(TokenFault::Claims)?;
    Ok((registered, payload))
}

struct ClaimsReader<'a, D> {
    inner: D,
    marks: &'static [Mark],
    found: &'a mut Found,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for ClaimsReader<'_, D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_map(Members {
            visitor,
            marks: self.marks,
            found: self.found,
        })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// Passes the payload's members on to its own visitor, and keeps the others.
struct Members<'a, V> {
    visitor: V,
    marks: &'static [Mark],
    found: &'a mut Found,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Members<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one object of claims")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let mut members = MemberAccess {
            map,
            marks: self.marks,
            found: self.found,
            seen: Vec::new(),
            subject: false,
        };
        let mut members = &mut members;
        let payload = self.visitor.visit_map(&mut *members)?;
        // A visitor may stop early; what it left unread is judged all the same.
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(payload)
    }
}

struct MemberAccess<'a, 'de, A> {
    map: A,
    marks: &'static [Mark],
    found: &'a mut Found,
    seen: Vec<Cow<'de, str>>,
    /// Whether the value that comes next is the subject.
    subject: bool,
}

impl<'de, A: MapAccess<'de>> MemberAccess<'_, 'de, A> {
    /// Reads the value of a registered claim; `false` when `name` is none of them.
    fn registered(&mut self, name: &str) -> Result<bool, A::Error> {
        let Found {
            registered,
            expires_at,
            bound,
        } = &mut *self.found;
        match name {
            "exp" => *expires_at = Some(self.map.next_value::<NumericDate>()?.0),
            "nbf" => registered.not_before = Some(self.map.next_value::<NumericDate>()?.0),
            "iat" => registered.issued_at = Some(self.map.next_value::<NumericDate>()?.0),
            "auth_time" => registered.auth_time = Some(self.map.next_value::<NumericDate>()?.0),
            "iss" => registered.issuer = Some(self.map.next_value()?),
            "jti" => registered.token_id = Some(self.map.next_value()?),
            "sub" => {
                registered.subject = Some(self.map.next_value::<WireSubject<'_>>()?.into_text())
            }
            "aud" => registered.audience = self.map.next_value::<Audience>()?.0,
            "cnf" => {
                *bound = true;
                self.map.next_value::<IgnoredAny>()?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for &mut MemberAccess<'_, 'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        loop {
            let Some(Name(name)) = self.map.next_key()? else {
                return Ok(None);
            };
            if self.seen.contains(&name) {
                return Err(de::Error::custom("a claim is there twice"));
            }
            self.seen.push(name.clone());
            let marked = self.marks.iter().find(|mark| mark.claim == name);
            let field = match marked {
                Some(mark) => Cow::Borrowed(mark.field),
                None if self.registered(&name)? => continue,
                // The claim of this field has another name: by its own name it is
                // nothing, or a token could say one thing in `sub` and another in `id`.
                None if self.marks.iter().any(|mark| mark.field == name) => {
                    self.map.next_value::<IgnoredAny>()?;
                    continue;
                }
                None => name,
            };
            self.subject = marked.is_some_and(|mark| mark.claim == "sub");
            return seed.deserialize(CowStrDeserializer::new(field)).map(Some);
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        if self.subject {
            seed.deserialize(SubjectReader::new(self.map.next_value()?))
        } else {
            self.map.next_value_seed(seed)
        }
    }
}

/// RFC 7519 section 2: seconds, which some issuers write with a fraction.
///
/// A fraction is cut off, a time before 1970 is 1970, and one that no clock will reach
/// is the greatest there is.
struct NumericDate(u64);

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct DateVisitor;

        impl Visitor<'_> for DateVisitor {
            type Value = NumericDate;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of seconds")
            }

            fn visit_u64<E>(self, seconds: u64) -> Result<NumericDate, E> {
                Ok(NumericDate(seconds))
            }

            fn visit_i64<E>(self, seconds: i64) -> Result<NumericDate, E> {
                Ok(NumericDate(u64::try_from(seconds).unwrap_or(0)))
            }

            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // `as` saturates
            fn visit_f64<E>(self, seconds: f64) -> Result<NumericDate, E> {
                Ok(NumericDate(seconds as u64))
            }
        }

        // Not `deserialize_any`: serde_json's `arbitrary_precision`, which any crate in the
        // program may switch on, would show the number as a map.
        deserializer.deserialize_f64(DateVisitor)
    }
}

/// RFC 7519 section 4.1.3: a text or an array of texts, none of them empty.
struct Audience(Vec<String>);

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
                Ok(Audience(vec![one.to_owned()]))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Audience, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = seq.next_element::<String>()? {
                    all.push(one);
                }
                if all.is_empty() || all.iter().any(String::is_empty) {
                    return Err(de::Error::custom("the audience is empty"));
                }
                Ok(Audience(all))
            }
        }

        deserializer.deserialize_any(AudienceVisitor)
    }
}

//! A reader for claims, which reads the JSON of a token in a single pass.
//!
//! The payload's own serde implementation drives the reader. The reader takes the registered claims
//! out of the stream of members. So nothing is buffered, and every attribute of serde works as in
//! any other JSON.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::value::CowStrDeserializer;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};
use smol_str::SmolStr;

use super::Claims;
use super::json::own;
use super::json::plain::PlainReader;
use super::placed::{hoist, is_placed};
use super::registered::{Parties, RegisteredClaims};
use super::strict::{Name, no_duplicates};
use super::subject::{SubjectReader, WireSubject};
use crate::base::error::TokenFault;
use crate::payload::Payload;

/// The registered claims that were found with the payload.
#[derive(Default)]
struct Gathered {
    /// The name of the last member, if duplicates are detected by name.
    last: Option<SmolStr>,
    registered: RegisteredClaims,
    parties: Parties,
    expires_at: Option<u64>,
    bound: bool,
}

/// Reads the payload from `json`, and the registered claims into `registered`, which is undefined
/// after an error. The reader checks the form only. The verifier checks times and names.
///
/// `own` are the parties in tokens of this application. Claims with the same parties share them.
#[inline]
pub(crate) fn read<P: Payload>(
    json: &[u8],
    own: Option<&Arc<Parties>>,
    registered: &mut RegisteredClaims,
) -> Result<P, TokenFault> {
    let json = std::str::from_utf8(json).map_err(|_| TokenFault::Claims)?;
    // The fast readers look for claims at the top alone.
    let is_fast = !cfg!(jam_plain) && !is_placed::<P>();
    if is_fast && let Some(payload) = own::read(json, own, registered) {
        return Ok(payload);
    }
    let claims = match is_fast {
        true => read_plain(json, own).or_else(|_| read_any(json, own))?,
        false => read_any(json, own)?,
    };
    *registered = claims.registered;
    Ok(claims.payload)
}

/// Reads most valid claims of any issuer. An error does not mean that the claims are invalid: then
/// [`read_any`] decides.
pub(super) fn read_plain<P: Payload>(
    json: &str,
    own: Option<&Arc<Parties>>,
) -> Result<Claims<P>, TokenFault> {
    let mut found = Gathered::default();
    let mut reader = PlainReader::new(json);
    // The plain reader detects duplicate names itself.
    let payload = P::deserialize(ClaimsReader::<_, P>::new(&mut reader, &mut found, None));
    let payload = payload.and_then(|payload| reader.end().map(|()| payload));
    found.beside(payload, own)
}

pub(crate) fn read_any<P: Payload>(
    json: &str,
    own: Option<&Arc<Parties>>,
) -> Result<Claims<P>, TokenFault> {
    // With one brace there is one object, and then the members below are all members. So a separate
    // search for duplicates is necessary only in nested JSON.
    let is_placed = is_placed::<P>();
    let opened = |byte| json.bytes().filter(|found| *found == byte).take(2).count();
    if is_placed || opened(b'{') > 1 || opened(b'[') > 1 {
        no_duplicates(json).map_err(|_| TokenFault::Claims)?;
    }
    let mut found = Gathered::default();
    let payload = read_members(json, &mut found);
    found.beside(payload, own)
}

/// Reads with serde_json only, and detects duplicates by name.
fn read_members<P: Payload>(json: &str, found: &mut Gathered) -> Result<P, serde_json::Error> {
    if is_placed::<P>() {
        let mut claims: Map<String, Value> = serde_json::from_str(json)?;
        hoist::<P>(&mut claims);
        let seen = Some(HashSet::new());
        return P::deserialize(ClaimsReader::<_, P>::new(
            Value::Object(claims),
            found,
            seen,
        ));
    }
    let mut reader = serde_json::Deserializer::from_str(json);
    let seen = Some(HashSet::new());
    let payload = P::deserialize(ClaimsReader::<_, P>::new(&mut reader, found, seen))?;
    reader.end().map(|()| payload)
}

/// Returns the reason why `json` is not read as a `P`, with the name of the claim, and without any
/// value.
#[cold]
pub(crate) fn culprit<P: Payload>(json: &[u8]) -> String {
    let Ok(json) = std::str::from_utf8(json) else {
        return "it is not UTF-8".to_owned();
    };
    let mut found = Gathered::default();
    match read_members::<P>(json, &mut found) {
        Ok(_) if found.expires_at.is_none() => "the claim `exp` is missing".to_owned(),
        Ok(_) => "a name occurs twice, or the JSON is nested too deeply".to_owned(),
        Err(error) => match (&found.last, error.to_string()) {
            (Some(name), _) => {
                let name = name.escape_debug();
                format!("the claim `{name}` occurs twice or has the wrong type")
            }
            // This message of serde names a field of the struct and contains no value.
            (None, text) if text.starts_with("missing field `") => {
                let name = text.split('`').nth(1).unwrap_or_default();
                let mark = P::MARKS.iter().find(|mark| mark.field == name);
                format!(
                    "the claim `{}` is missing",
                    mark.map_or(name, |mark| mark.claim)
                )
            }
            (None, _) => "its claims contradict each other".to_owned(),
        },
    }
}

impl Gathered {
    /// Returns the claims, if all required ones were found.
    fn beside<P, E>(
        self,
        payload: Result<P, E>,
        own: Option<&Arc<Parties>>,
    ) -> Result<Claims<P>, TokenFault> {
        if self.bound {
            return Err(TokenFault::Bound);
        }
        let payload = payload.map_err(|_| TokenFault::Claims)?;
        let registered = RegisteredClaims {
            expires_at: self.expires_at.ok_or(TokenFault::Claims)?,
            parties: self.parties.shared(own),
            ..self.registered
        };
        Ok(Claims {
            registered,
            payload,
        })
    }
}

struct ClaimsReader<'a, 'de, D, P> {
    inner: D,
    payload: PhantomData<P>,
    found: &'a mut Gathered,
    /// The names of the members so far, or `None` if the inner reader detects duplicates.
    seen: Option<HashSet<Cow<'de, str>>>,
}

impl<'a, 'de, D, P> ClaimsReader<'a, 'de, D, P> {
    fn new(inner: D, found: &'a mut Gathered, seen: Option<HashSet<Cow<'de, str>>>) -> Self {
        Self {
            inner,
            payload: PhantomData,
            found,
            seen,
        }
    }
}

impl<'de, D: Deserializer<'de>, P: Payload> Deserializer<'de> for ClaimsReader<'_, 'de, D, P> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_map(Members {
            visitor,
            payload: self.payload,
            found: self.found,
            seen: self.seen,
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

/// Passes the members of the payload to its own visitor, and stores the registered claims.
struct Members<'a, 'de, V, P> {
    visitor: V,
    payload: PhantomData<P>,
    found: &'a mut Gathered,
    seen: Option<HashSet<Cow<'de, str>>>,
}

impl<'de, V: Visitor<'de>, P: Payload> Visitor<'de> for Members<'_, 'de, V, P> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one object of claims")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let mut members = MemberAccess {
            map,
            payload: self.payload,
            found: self.found,
            seen: self.seen,
            subject: false,
        };
        let mut members = &mut members;
        let payload = self.visitor.visit_map(&mut *members)?;
        // A visitor can stop early. The members after that must still be checked.
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(payload)
    }
}

struct MemberAccess<'a, 'de, A, P> {
    map: A,
    payload: PhantomData<P>,
    found: &'a mut Gathered,
    seen: Option<HashSet<Cow<'de, str>>>,
    /// `true` if the next value is the subject.
    subject: bool,
}

impl<'de, A: MapAccess<'de>, P: Payload> MemberAccess<'_, 'de, A, P> {
    /// Reads the value of a registered claim. Returns `false` if `name` is not a registered claim.
    fn registered(&mut self, name: &str) -> Result<bool, A::Error> {
        let Gathered {
            registered,
            parties,
            expires_at,
            bound,
            last: _,
        } = &mut *self.found;
        match name {
            "exp" => *expires_at = Some(self.map.next_value::<NumericDate>()?.0),
            "nbf" => registered.not_before = Some(self.map.next_value::<NumericDate>()?.0.into()),
            "iat" => registered.issued_at = Some(self.map.next_value::<NumericDate>()?.0.into()),
            "auth_time" => {
                registered.auth_time = Some(self.map.next_value::<NumericDate>()?.0.into())
            }
            "iss" => parties.issuer = Some(self.map.next_value::<Text>()?.0),
            "jti" => registered.token_id = Some(self.map.next_value::<Text>()?.0),
            "sub" => {
                let subject = self.map.next_value::<WireSubject<'_>>()?;
                parties.subject = Some(subject.into_text().into());
            }
            "aud" => parties.audience = self.map.next_value()?,
            "cnf" => {
                *bound = true;
                self.map.next_value::<IgnoredAny>()?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl<'de, A: MapAccess<'de>, P: Payload> MapAccess<'de> for &mut MemberAccess<'_, 'de, A, P> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        loop {
            let Some(Name(name)) = self.map.next_key()? else {
                self.found.last = None;
                return Ok(None);
            };
            if let Some(seen) = &mut self.seen {
                self.found.last = Some(name.as_ref().into());
                if !seen.insert(name.clone()) {
                    return Err(de::Error::custom("a claim occurs twice"));
                }
            }
            let marked = P::MARKS.iter().find(|mark| mark.claim == name);
            let field = match marked {
                Some(mark) => Cow::Borrowed(mark.field),
                None if self.registered(&name)? => continue,
                // The claim of this field has another name. The name of the field itself is
                // ignored: otherwise a token could have one subject in `sub` and another one in
                // `id`.
                None if P::MARKS.iter().any(|mark| mark.field == name) => {
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

/// A `NumericDate` (RFC 7519 section 2) in seconds. Some issuers write a fraction.
///
/// The fraction is dropped. A time before 1970 counts as 1970, and a time that is too large counts
/// as the largest `u64`.
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

        // Not `deserialize_any`: with serde_json's feature `arbitrary_precision`, which any crate
        // in the program can enable, the number would be a map.
        deserializer.deserialize_f64(DateVisitor)
    }
}

/// A text that is stored. Most texts are short and need no allocation.
struct Text(SmolStr);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl Visitor<'_> for TextVisitor {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.into()))
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}

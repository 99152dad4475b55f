//! A reader for claims as `write.rs` writes them: it looks whether each member is where it was
//! written, and needs not look for names.
//!
//! It reads a part of what the other readers read, and the payload by its own serde implementation
//! as they do, so that whatever that refuses is refused here.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::REGISTERED;
use super::audience::Audience;
use super::plain::{NotPlain, PlainReader};
use super::read::RegisteredClaims;
use super::subject::SubjectReader;
use crate::payload::Payload;

/// Reads what this crate has written. Of anything else it says nothing.
pub(super) fn read<P: Payload>(json: &str) -> Option<(RegisteredClaims, P)> {
    let mut reader = PlainReader::inside_object(json);
    let registered = registered(&mut reader)?;
    let payload = P::deserialize(Fields::<P> {
        reader: &mut reader,
        fields: &[],
        is_subject: false,
        payload: std::marker::PhantomData,
    });
    let payload = payload.ok()?;
    // Whatever was not read is not what was written.
    (reader.literal("}") && reader.end().is_ok()).then_some((registered, payload))
}

fn registered(reader: &mut PlainReader<'_>) -> Option<RegisteredClaims> {
    let mut registered = RegisteredClaims::default();
    if !reader.literal("{\"exp\":") {
        if reader.literal("{\"iss\":") {
            registered.issuer = Some(reader.text().ok()?.into());
            reader.literal(",").then_some(())?;
        } else {
            reader.literal("{").then_some(())?;
        }
        if reader.literal("\"aud\":") {
            let audience = reader.text().ok().filter(|text| !text.is_empty())?;
            registered.audience = Audience::One(audience.into());
            reader.literal(",").then_some(())?;
        }
        reader.literal("\"exp\":").then_some(())?;
    }
    registered.expires_at = reader.natural().ok()?;
    reader.literal(",\"iat\":").then_some(())?;
    registered.issued_at = Some(reader.natural().ok()?);
    reader.literal(",\"jti\":").then_some(())?;
    registered.token_id = Some(reader.text().ok()?.into());
    if reader.literal(",\"auth_time\":") {
        registered.auth_time = Some(reader.natural().ok()?);
    }
    Some(registered)
}

/// The payload's fields, in the order in which serde knows them.
struct Fields<'a, 'de, P> {
    reader: &'a mut PlainReader<'de>,
    /// Those that are to come.
    fields: &'static [&'static str],
    /// Whether the value that comes next is the subject.
    is_subject: bool,
    payload: std::marker::PhantomData<P>,
}

impl<'de, P: Payload> Deserializer<'de> for Fields<'_, 'de, P> {
    type Error = NotPlain;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, NotPlain> {
        Err(NotPlain)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        mut self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotPlain> {
        self.fields = fields;
        visitor.visit_map(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl<'de, P: Payload> MapAccess<'de> for Fields<'_, 'de, P> {
    type Error = NotPlain;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, NotPlain> {
        let [field, rest @ ..] = self.fields else {
            return Ok(None);
        };
        self.fields = rest;
        let claim = match P::MARKS.iter().find(|mark| mark.field == *field) {
            Some(mark) => mark.claim,
            None if REGISTERED.contains(field) => return self.reader.fail(),
            None => field,
        };
        if !self.reader.member(claim) {
            return match self.reader.is_at_end() {
                true => Ok(None),
                false => self.reader.fail(),
            };
        }
        self.is_subject = claim == "sub";
        seed.deserialize(BorrowedStrDeserializer::new(field))
            .map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, NotPlain> {
        if self.is_subject {
            seed.deserialize(SubjectReader::new(self.reader.value().subject()?))
        } else {
            seed.deserialize(self.reader.value())
        }
    }
}

//! A fast reader for claims as `write.rs` writes them. It expects each member at its written
//! position, so it does not search for names.
//!
//! It reads a subset of the texts that the other readers read. Like them, it reads the payload by
//! its own serde implementation, so it rejects everything that the payload rejects.

use std::sync::Arc;

use jam_syntax::REGISTERED_CLAIMS;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use smol_str::SmolStr;

use super::plain::{NotPlain, PlainReader};
use super::scan::Sketch;
use crate::claims::registered::{Parties, RegisteredClaims};
use crate::claims::subject::SubjectReader;
use crate::payload::Payload;

/// Reads claims that this crate has written. Returns `None` for any other text, and then
/// `registered` is undefined.
#[inline]
pub(in crate::claims) fn read<P: Payload>(
    json: &str,
    own: Option<&Arc<Parties>>,
    registered: &mut RegisteredClaims,
) -> Option<P> {
    *registered = RegisteredClaims::default();
    let mut reader = PlainReader::inside_object(json);
    self::registered(&mut reader, own, registered)?;
    let payload = P::deserialize(Fields::<P> {
        reader: &mut reader,
        fields: &[],
        read: 0,
        names: Sketch::default(),
        is_subject: false,
        payload: std::marker::PhantomData,
    });
    let payload = payload.ok()?;
    // If a text is left, this crate did not write it.
    reader.is_at_the_last("}").then_some(payload)
}

/// Reads the registered claims. A claim that is missing is not changed.
#[inline]
fn registered(
    reader: &mut PlainReader<'_>,
    own: Option<&Arc<Parties>>,
    registered: &mut RegisteredClaims,
) -> Option<()> {
    if !reader.literal("{\"exp\":") {
        registered.parties = parties(reader, own)?;
        reader.literal("\"exp\":").then_some(())?;
    }
    registered.expires_at = reader.natural().ok()?;
    reader.literal(",\"iat\":").then_some(())?;
    registered.issued_at = Some(reader.natural().ok()?.into());
    reader.literal(",\"jti\":").then_some(())?;
    registered.token_id = Some(reader.text().ok()?.into());
    if reader.literal(",\"auth_time\":") {
        registered.auth_time = Some(reader.natural().ok()?.into());
    }
    Some(())
}

/// Reads the issuer and the audience, with the punctuation around them.
fn parties(
    reader: &mut PlainReader<'_>,
    own: Option<&Arc<Parties>>,
) -> Option<Option<Arc<Parties>>> {
    let (mut issuer, mut audience) = (None, None);
    if reader.literal("{\"iss\":") {
        issuer = Some(reader.text().ok()?);
        reader.literal(",").then_some(())?;
    } else {
        reader.literal("{").then_some(())?;
    }
    if reader.literal("\"aud\":") {
        audience = Some(reader.text().ok().filter(|text| !text.is_empty())?);
        reader.literal(",").then_some(())?;
    }
    if let Some(own) = own.filter(|own| own.are(issuer, audience)) {
        return Some(Some(Arc::clone(own)));
    }
    let parties = Parties {
        issuer: issuer.map(SmolStr::from),
        subject: None,
        audience: audience.map(SmolStr::from).into(),
    };
    Some(parties.shared(None))
}

/// The fields of the payload, in the order of serde.
struct Fields<'a, 'de, P> {
    reader: &'a mut PlainReader<'de>,
    fields: &'static [&'static str],
    /// The number of fields that were read.
    read: usize,
    names: Sketch,
    /// `true` if the next value is the subject.
    is_subject: bool,
    payload: std::marker::PhantomData<P>,
}

/// Returns the name of the field in a token. Returns `None` if the field has the name of a
/// registered claim or of another field's claim, so that this reader never reads two fields from
/// one claim.
fn claim_of<P: Payload>(field: &'static str) -> Option<&'static str> {
    match P::MARKS.iter().find(|mark| mark.field == field) {
        Some(mark) => Some(mark.claim),
        None if REGISTERED_CLAIMS.contains(&field) => None,
        None if P::MARKS.iter().any(|mark| mark.claim == field) => None,
        None => Some(field),
    }
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
        let Some(field) = self.fields.get(self.read).copied() else {
            return Ok(None);
        };
        let Some(claim) = claim_of::<P>(field) else {
            return self.reader.fail();
        };
        if !self.reader.member(claim) {
            return match self.reader.is_at_the_last("}") {
                true => Ok(None),
                false => self.reader.fail(),
            };
        }
        // A serde implementation that is not derived may list a field twice.
        if self.names.had(field) && self.fields[..self.read].contains(&field) {
            return self.reader.fail();
        }
        self.read += 1;
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

//! The writer of claims: the registered claims, then the fields of the payload by its own serde
//! implementation, in one flat JSON object.

use std::marker::PhantomData;

use jam_syntax::REGISTERED_CLAIMS;
use serde::ser::{
    self, Error as _, Impossible, Serialize, SerializeMap, SerializeStruct, Serializer,
};

use super::Claims;
use super::shape::shape;
use super::subject::{Form, SubjectWriter};
use crate::payload::{Mark, Payload};

impl<P: Payload> Serialize for Claims<P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let registered = &self.registered;
        let mut map = serializer.serialize_map(None)?;
        if let Some(parties) = &registered.parties {
            if let Some(issuer) = &parties.issuer {
                map.serialize_entry("iss", issuer.as_str())?;
            }
            if let Some(subject) = &parties.subject {
                map.serialize_entry("sub", subject.as_str())?;
            }
            if !parties.audience.as_slice().is_empty() {
                map.serialize_entry("aud", &parties.audience)?;
            }
        }
        map.serialize_entry("exp", &registered.expires_at)?;
        if let Some(not_before) = registered.not_before() {
            map.serialize_entry("nbf", &not_before)?;
        }
        if let Some(issued_at) = registered.issued_at() {
            map.serialize_entry("iat", &issued_at)?;
        }
        if let Some(token_id) = &registered.token_id {
            map.serialize_entry("jti", token_id.as_str())?;
        }
        if let Some(auth_time) = registered.auth_time {
            map.serialize_entry("auth_time", &auth_time.seconds())?;
        }
        self.payload.serialize(Fields {
            map: &mut map,
            payload: PhantomData::<P>,
            name: None,
            written: Vec::new(),
        })?;
        map.end()
    }
}

/// Writes the members of a payload into the map of the claims.
struct Fields<'a, M, P> {
    map: &'a mut M,
    payload: PhantomData<P>,
    /// The name of the member before its value is written, in a payload that serializes as a map.
    name: Option<String>,
    /// The claims so far, in a payload that serializes as a map. A struct that flattens a map is
    /// one, and the map may have a member with the name of a field.
    written: Vec<String>,
}

impl<M: SerializeMap, P: Payload> Fields<'_, M, P> {
    fn mark(&self, field: &str) -> Option<&'static Mark> {
        P::MARKS.iter().find(|mark| mark.field == field)
    }

    fn member<T: Serialize + ?Sized>(
        &mut self,
        field: &str,
        mark: Option<&Mark>,
        value: &T,
    ) -> Result<(), M::Error> {
        let claim = match mark {
            Some(mark) if mark.claim == "sub" => return self.subject(value),
            Some(mark) => mark.claim,
            None if P::MARKS.iter().any(|mark| mark.claim == field) => {
                return Err(M::Error::custom(format_args!(
                    "the payload has a member `{field}` and a field that is marked as the same claim"
                )));
            }
            None => field,
        };
        // The derive rejects such fields, but a flattened map can contain them.
        if REGISTERED_CLAIMS.contains(&claim) {
            return Err(M::Error::custom(format_args!(
                "the payload has a member `{claim}`, which is a registered claim"
            )));
        }
        self.map.serialize_entry(claim, value)
    }

    /// Writes the subject as text (RFC 7519 section 4.1.2).
    fn subject<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), M::Error> {
        match value.serialize(SubjectWriter::new(self.map))? {
            Form::Number if shape::<P>().subject_is_anything => Err(M::Error::custom(
                "the subject is a number, and its type accepts any value, as an untagged enum \
                 does: it would be read back as text. Use a number or a `String`",
            )),
            Form::Number | Form::Text => Ok(()),
        }
    }
}

impl<M: SerializeMap, P: Payload> SerializeStruct for Fields<'_, M, P> {
    type Ok = ();
    type Error = M::Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), M::Error> {
        self.member(name, self.mark(name), value)
    }

    fn end(self) -> Result<(), M::Error> {
        Ok(())
    }
}

impl<M: SerializeMap, P: Payload> SerializeMap for Fields<'_, M, P> {
    type Ok = ();
    type Error = M::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), M::Error> {
        match serde_json::to_value(key).map_err(M::Error::custom)? {
            serde_json::Value::String(name) => self.name = Some(name),
            other => self.name = Some(other.to_string()),
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), M::Error> {
        match self.name.take() {
            Some(name) => {
                let mark = self.mark(&name);
                let claim = mark.map_or(name.as_str(), |mark| mark.claim);
                if self.written.iter().any(|written| written == claim) {
                    return Err(M::Error::custom(format_args!(
                        "the payload has the member `{claim}` twice"
                    )));
                }
                self.written.push(claim.to_owned());
                self.member(&name, mark, value)
            }
            None => Err(M::Error::custom("a value without a name")),
        }
    }

    fn end(self) -> Result<(), M::Error> {
        Ok(())
    }
}

macro_rules! refuse {
    ($($method:ident($($argument:ty),*) -> $ok:ty;)*) => {$(
        fn $method(self $(, _: $argument)*) -> Result<$ok, M::Error> {
            Err(not_an_object())
        }
    )*};
}

fn not_an_object<E: ser::Error>() -> E {
    E::custom("a payload must serialize to a JSON object")
}

impl<M: SerializeMap, P: Payload> Serializer for Fields<'_, M, P> {
    type Ok = ();
    type Error = M::Error;
    type SerializeSeq = Impossible<(), M::Error>;
    type SerializeTuple = Impossible<(), M::Error>;
    type SerializeTupleStruct = Impossible<(), M::Error>;
    type SerializeTupleVariant = Impossible<(), M::Error>;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), M::Error>;

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, M::Error> {
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, M::Error> {
        Ok(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), M::Error> {
        value.serialize(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), M::Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), M::Error> {
        Err(not_an_object())
    }

    refuse! {
        serialize_bool(bool) -> ();
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u32(u32) -> ();
        serialize_u64(u64) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_str(&str) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }
}

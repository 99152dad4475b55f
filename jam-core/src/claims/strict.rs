//! Checks for duplicate names and for deep nesting, which serde_json alone does not reject.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// The largest depth of nesting. RFC 8725 section 3.7 requires a limit. No token of any known
/// issuer comes near it.
const MAX_DEPTH: u8 = 64;

/// The name by which serde_json represents a number as a map, if any crate in the program enables
/// its feature `arbitrary_precision`. With this name in a token, a map would be read as a number.
const NUMBER: &str = "$serde_json::private::Number";

/// Checks that no object has a name twice, at any depth, and that the JSON nests no deeper than 64
/// levels (RFC 7515 section 4, RFC 7519 section 4).
///
/// # Errors
///
/// The error of serde_json if the text does not meet these conditions or is not JSON.
pub fn no_duplicates(json: &str) -> Result<(), serde_json::Error> {
    if json.contains(NUMBER) {
        return Err(de::Error::custom("a number is written as a map"));
    }
    let mut reader = serde_json::Deserializer::from_str(json);
    Strict { depth: MAX_DEPTH }.deserialize(&mut reader)?;
    reader.end()
}

/// The name of a member. It is borrowed from the text, unless the text has escapes.
pub(crate) struct Name<'de>(pub(crate) Cow<'de, str>);

impl<'de> de::Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;

        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }

        deserializer.deserialize_str(NameVisitor)
    }
}

#[derive(Clone, Copy)]
struct Strict {
    depth: u8,
}

impl Strict {
    fn inside<E: de::Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth }),
            None => Err(E::custom("nested too deep")),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let inside = self.inside()?;
        let mut seen: Vec<Cow<'de, str>> = Vec::new();
        while let Some(Name(name)) = map.next_key()? {
            // An owned name had escapes, so it really is in the text. serde_json's own map has a
            // borrowed name.
            if matches!(&name, Cow::Owned(name) if name == NUMBER) {
                return Err(de::Error::custom("a number is written as a map"));
            }
            if seen.contains(&name) {
                return Err(de::Error::custom("a name occurs twice"));
            }
            seen.push(name);
            map.next_value_seed(inside)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let inside = self.inside()?;
        while seq.next_element_seed(inside)?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::no_duplicates;

    #[test]
    fn no_map_passes_for_a_number_under_arbitrary_precision() {
        for name in [
            "$serde_json::private::Number",
            r"\u0024serde_json::private::Number",
        ] {
            let json = format!(r#"{{"sub":{{"{name}":"7"}}}}"#);
            assert!(no_duplicates(&json).is_err(), "{json}");
        }
        assert!(no_duplicates(r#"{"sub":{"number":"7"}}"#).is_ok());
    }
}

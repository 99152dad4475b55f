//! The header of a token (RFC 7515 section 4).

use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize};

use crate::base::base64url;
use crate::base::error::TokenFault;
use crate::claims::no_duplicates;
use crate::key::SigningKey;

/// The members of a header that matter. Keys and addresses of keys (`jwk`, `jku`, `x5u`, `x5c`) are ignored,
/// because the signer of a token must not choose the key.
#[derive(Deserialize)]
pub(crate) struct Header {
    pub(crate) alg: String,
    #[serde(default, deserialize_with = "text")]
    pub(crate) kid: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) typ: Option<String>,
    // Critical extensions (RFC 7515 section 4.1.11), of which none is supported; unencoded payloads (RFC
    // 7797), which a JWT cannot have; encryption and compression, which a signed token does not have.
    #[serde(default, deserialize_with = "never", rename = "crit")]
    _crit: (),
    #[serde(default, deserialize_with = "never", rename = "b64")]
    _b64: (),
    #[serde(default, deserialize_with = "never", rename = "enc")]
    _enc: (),
    #[serde(default, deserialize_with = "never", rename = "zip")]
    _zip: (),
}

/// Decodes a header.
pub(crate) fn read(encoded: &[u8]) -> Result<Header, TokenFault> {
    let json = base64url::decode(encoded).ok_or(TokenFault::Malformed)?;
    let json = std::str::from_utf8(&json).map_err(|_| TokenFault::Header)?;
    // serde also reads a struct from an array.
    if !json
        .trim_start_matches([' ', '\t', '\r', '\n'])
        .starts_with('{')
    {
        return Err(TokenFault::Header);
    }
    no_duplicates(json)
        .and_then(|()| serde_json::from_str(json))
        .map_err(|_| TokenFault::Header)
}

/// Reads text. The member may be missing, but not `null`.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

fn never<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    IgnoredAny::deserialize(deserializer)?;
    Err(D::Error::custom("not acceptable in the header of a token"))
}

/// Returns the encoded header of a token of this type and key.
pub(super) fn of(key: &SigningKey, typ: &str) -> String {
    #[derive(Serialize)]
    struct Written<'a> {
        typ: &'a str,
        alg: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        kid: Option<&'a str>,
    }

    let header = Written {
        typ,
        alg: key.algorithm().name(),
        kid: key.id(),
    };
    // A header of three texts always has a JSON form.
    base64url::encode(&serde_json::to_vec(&header).unwrap_or_default())
}

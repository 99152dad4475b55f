//! JSON Web Keys and sets of them (RFC 7517).

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, Visitor};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::algorithm::Algorithm;
use super::error::KeyError;
use super::hmac::HmacKey;
use super::signing::{self, SigningKey};
use super::verifying::{Method, VerifyingKey};
use crate::base::base64url;
use crate::claims::no_duplicates;

/// The members of a JWK that are read. Certificates (`x5c`, `x5u`) are ignored: they do not select a key.
#[derive(Deserialize)]
#[cfg_attr(not(feature = "public-keys"), allow(dead_code))] // the numbers of public keys
pub(super) struct Jwk {
    pub(super) kty: String,
    #[serde(default, deserialize_with = "present")]
    alg: Option<String>,
    #[serde(default, deserialize_with = "present", rename = "use")]
    purpose: Option<String>,
    #[serde(default, deserialize_with = "present")]
    key_ops: Option<Vec<String>>,
    #[serde(default, deserialize_with = "present")]
    kid: Option<String>,
    #[serde(default, deserialize_with = "present")]
    pub(super) crv: Option<String>,
    #[serde(default, deserialize_with = "present")]
    pub(super) x: Option<Bytes>,
    #[serde(default, deserialize_with = "present")]
    pub(super) y: Option<Bytes>,
    #[serde(default, deserialize_with = "present")]
    pub(super) n: Option<Bytes>,
    #[serde(default, deserialize_with = "present")]
    pub(super) e: Option<Bytes>,
    #[serde(default, deserialize_with = "present")]
    k: Option<Bytes>,
    #[serde(default, deserialize_with = "present")]
    pub(super) d: Option<Bytes>,
    #[serde(default, deserialize_with = "present")]
    pub(super) p: Option<Bytes>,
    #[serde(default, deserialize_with = "present")]
    pub(super) q: Option<Bytes>,
    #[serde(default, deserialize_with = "present")]
    pub(super) dp: Option<Bytes>,
    #[serde(default, deserialize_with = "present")]
    pub(super) dq: Option<Bytes>,
    #[serde(default, deserialize_with = "present")]
    pub(super) qi: Option<Bytes>,
    #[serde(default, deserialize_with = "present")]
    pub(super) oth: Option<IgnoredAny>,
}

/// The operation that a key is read for.
#[derive(Clone, Copy)]
enum Operation {
    Sign,
    Verify,
}

impl Operation {
    fn name(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Verify => "verify",
        }
    }
}

/// The reason why a member of a set is not used.
enum Unusable {
    /// The key is for another algorithm or another purpose.
    Other(KeyError),
    /// The key is not valid.
    Invalid(KeyError),
}

impl From<Unusable> for KeyError {
    fn from(unusable: Unusable) -> Self {
        match unusable {
            Unusable::Other(why) | Unusable::Invalid(why) => why,
        }
    }
}

fn other(why: impl Into<String>) -> Unusable {
    Unusable::Other(KeyError::new(why.into()))
}

fn invalid(why: impl Into<String>) -> Unusable {
    Unusable::Invalid(KeyError::new(why.into()))
}

/// Reads a key that verifies.
pub(super) fn verifying_key(json: &str, allowed: &[Algorithm]) -> Result<VerifyingKey, KeyError> {
    unique_names(json)?;
    Ok(read(json).and_then(|jwk| jwk.verifying_key(allowed))?)
}

/// Reads a key that signs.
pub(super) fn signing_key(json: &str, allowed: &[Algorithm]) -> Result<SigningKey, KeyError> {
    unique_names(json)?;
    Ok(read(json).and_then(|jwk| jwk.signing_key(allowed))?)
}

/// Reads a set. Keys for other algorithms or purposes are left out. `on_invalid` decides about a key that
/// is not valid: an error rejects the set.
///
/// # Errors
///
/// [`KeyError`] if the text is not a set, if secrets and public keys are mixed, or if no key is left.
pub(super) fn verifying_keys(
    json: &str,
    allowed: &[Algorithm],
    mut on_invalid: impl FnMut(KeyError) -> Result<(), KeyError>,
) -> Result<Vec<VerifyingKey>, KeyError> {
    #[derive(Deserialize)]
    struct Set<'a> {
        #[serde(borrow)]
        keys: Vec<&'a RawValue>,
    }

    unique_names(json)?;
    let set: Set<'_> = serde_json::from_str(json)
        .map_err(|_| KeyError::new("this is not a JWK set: {\"keys\": [..]}"))?;
    let mut keys = Vec::new();
    let (mut secrets, mut others) = (false, false);
    for (at, member) in set.keys.iter().enumerate() {
        let of_member = |why: KeyError| KeyError::new(format!("key {} of the set: {why}", at + 1));
        let key = read(member.get()).and_then(|jwk| {
            match jwk.kty == "oct" {
                true => secrets = true,
                false => others = true,
            }
            jwk.verifying_key(allowed)
        });
        match key {
            Ok(key) => keys.push(key),
            Err(Unusable::Other(why)) => {
                tracing::debug!(target: "jam", "{}", of_member(why));
            }
            Err(Unusable::Invalid(why)) => on_invalid(of_member(why))?,
        }
    }
    if secrets && others {
        return Err(KeyError::new(
            "a set of shared secrets and public keys is a mistake: its secrets are published (RFC 8725 \
             section 3.1)",
        ));
    }
    if keys.is_empty() {
        return Err(KeyError::new(
            "no key of the set can verify with an allowed algorithm",
        ));
    }
    Ok(keys)
}

fn unique_names(json: &str) -> Result<(), KeyError> {
    no_duplicates(json).map_err(|_| {
        KeyError::new("this is not JSON, a name occurs twice, or it is nested too deeply")
    })
}

fn read(json: &str) -> Result<Jwk, Unusable> {
    // serde also reads a struct from an array.
    if !json.trim_start().starts_with('{') {
        return Err(invalid("a JWK is a JSON object"));
    }
    serde_json::from_str(json).map_err(|error| {
        // The text of the error can quote the key.
        invalid(format!(
            "this is not a JWK: {:?} error in line {}, column {}",
            error.classify(),
            error.line(),
            error.column()
        ))
    })
}

impl Jwk {
    fn verifying_key(&self, allowed: &[Algorithm]) -> Result<VerifyingKey, Unusable> {
        self.check_purpose(Operation::Verify)?;
        let algorithm = self.algorithm(allowed)?;
        let method = match self.kty.as_str() {
            "oct" => Method::Hmac(self.secret(algorithm)?),
            _ => self.public_method(algorithm).map_err(Unusable::Invalid)?,
        };
        Ok(VerifyingKey::of(algorithm, method, self.id()))
    }

    fn signing_key(&self, allowed: &[Algorithm]) -> Result<SigningKey, Unusable> {
        self.check_purpose(Operation::Sign)?;
        let algorithm = self.algorithm(allowed)?;
        let method = match self.kty.as_str() {
            "oct" => signing::Method::Hmac(self.secret(algorithm)?),
            _ => self.private_method(algorithm).map_err(Unusable::Invalid)?,
        };
        Ok(SigningKey::of(algorithm, method, self.id()))
    }

    fn id(&self) -> Option<Arc<str>> {
        self.kid.as_deref().map(Into::into)
    }

    fn secret(&self, algorithm: Algorithm) -> Result<HmacKey, Unusable> {
        let secret = self.k.as_ref().ok_or_else(|| invalid("`k` is missing"))?;
        HmacKey::new(algorithm, &secret.0).map_err(Unusable::Invalid)
    }

    #[cfg(feature = "public-keys")]
    fn private_method(&self, algorithm: Algorithm) -> Result<signing::Method, KeyError> {
        let key = super::private::PrivateKey::from_jwk(algorithm, self)?;
        Ok(signing::Method::Private(Arc::new(key)))
    }

    #[cfg(not(feature = "public-keys"))]
    fn private_method(&self, algorithm: Algorithm) -> Result<signing::Method, KeyError> {
        Err(missing_feature(algorithm))
    }

    #[cfg(feature = "public-keys")]
    fn public_method(&self, algorithm: Algorithm) -> Result<Method, KeyError> {
        let material = super::public::Material::from_jwk(self)?;
        let key = super::public::PublicKey::new(algorithm, material)?;
        Ok(Method::Public(Arc::new(key)))
    }

    #[cfg(not(feature = "public-keys"))]
    fn public_method(&self, algorithm: Algorithm) -> Result<Method, KeyError> {
        Err(missing_feature(algorithm))
    }

    /// Checks `use` and `key_ops` (RFC 7517 sections 4.2 and 4.3).
    fn check_purpose(&self, operation: Operation) -> Result<(), Unusable> {
        if let Some(purpose) = self.purpose.as_deref().filter(|purpose| *purpose != "sig") {
            return Err(other(format!("its `use` is {purpose:?}, not \"sig\"")));
        }
        let Some(operations) = &self.key_ops else {
            return Ok(());
        };
        let is_listed = |name: &str| operations.iter().any(|own| own == name);
        if !is_listed(operation.name()) {
            return Err(other(format!(
                "its `key_ops` lack \"{}\"",
                operation.name()
            )));
        }
        let unrelated = operations.iter().enumerate().any(|(at, own)| {
            !matches!(own.as_str(), "sign" | "verify") || operations[..at].contains(own)
        });
        match unrelated {
            true => Err(invalid(
                "its `key_ops` repeat one, or combine unrelated ones",
            )),
            false => Ok(()),
        }
    }

    /// Returns the one allowed algorithm of the key.
    fn algorithm(&self, allowed: &[Algorithm]) -> Result<Algorithm, Unusable> {
        let fits = |algorithm: &Algorithm| self.fits(*algorithm);
        if let Some(name) = &self.alg {
            let algorithm = Algorithm::from_name(name)
                .filter(|algorithm| allowed.contains(algorithm))
                .ok_or_else(|| other(format!("its `alg` {name:?} is not allowed")))?;
            return match fits(&algorithm) {
                true => Ok(algorithm),
                false => Err(invalid(format!(
                    "its `alg` {name:?} does not fit its type or curve"
                ))),
            };
        }
        let mut fitting = allowed.iter().copied().filter(fits);
        let Some(first) = fitting.next() else {
            return Err(other(format!(
                "no allowed algorithm fits its type {:?}",
                self.kty
            )));
        };
        match fitting.any(|next| next != first) {
            false => Ok(first),
            true => Err(invalid(
                "it names no `alg`, and several allowed algorithms fit: allow one of them",
            )),
        }
    }

    fn fits(&self, algorithm: Algorithm) -> bool {
        use Algorithm::{
            EdDsa, Es256, Es384, Es512, Hs256, Hs384, Hs512, Ps256, Ps384, Ps512, Rs256, Rs384,
            Rs512,
        };
        match algorithm {
            Hs256 | Hs384 | Hs512 => self.kty == "oct",
            Rs256 | Rs384 | Rs512 | Ps256 | Ps384 | Ps512 => self.kty == "RSA",
            Es256 => self.is_on("EC", "P-256"),
            Es384 => self.is_on("EC", "P-384"),
            Es512 => self.is_on("EC", "P-521"),
            EdDsa => self.is_on("OKP", "Ed25519"),
        }
    }

    fn is_on(&self, kty: &str, curve: &str) -> bool {
        self.kty == kty && self.crv.as_deref() == Some(curve)
    }
}

#[cfg(not(feature = "public-keys"))]
pub(super) fn missing_feature(algorithm: Algorithm) -> KeyError {
    KeyError::new(format!(
        "{algorithm} needs the feature `asymmetric` or `graviola` of jam-auth"
    ))
}

/// Reads a member that may be missing, but not `null`.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Bytes in canonical base64url. They are wiped, because they can be a secret.
pub(super) struct Bytes(pub(super) Zeroizing<Vec<u8>>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("base64url without padding")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Bytes, E> {
                match base64url::decode(text.as_bytes()) {
                    Some(bytes) => Ok(Bytes(Zeroizing::new(bytes))),
                    None => Err(E::custom("not base64url without padding")),
                }
            }
        }

        deserializer.deserialize_str(Text)
    }
}

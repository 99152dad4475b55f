//! Private keys of RSA, ECDSA and Ed25519.

use std::sync::Arc;

use super::algorithm::Algorithm;
#[cfg(feature = "asymmetric")]
use super::aws_lc as backend;
use super::der::{self, Pkcs8};
use super::error::KeyError;
#[cfg(not(feature = "asymmetric"))]
use super::graviola as backend;
use super::jwk::{Bytes, Jwk};
use super::public::{Material, PublicKey};

/// Signs with one algorithm and one parsed key.
pub(super) trait Sign: Send + Sync {
    /// Returns the signature of `message`, or `None` if the system has no random bytes.
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>>;
}

/// A private key with its parsed form.
pub(super) struct PrivateKey {
    parsed: Box<dyn Sign>,
    pkcs8: Pkcs8,
    public: Arc<PublicKey>,
}

impl PrivateKey {
    pub(super) fn from_pkcs8(algorithm: Algorithm, pkcs8: Pkcs8) -> Result<Self, KeyError> {
        const TEXT: &[u8] = b"a text to compare the two parts of a key";
        let (parsed, material) = backend::signer(algorithm, &pkcs8)?;
        if matches!(material, Material::Rsa { .. }) {
            der::check_primes(&pkcs8)?;
        }
        let public = PublicKey::new(algorithm, material)?;
        let signature = parsed.sign(TEXT);
        if !signature.is_some_and(|signature| public.verifies(TEXT, &signature)) {
            return Err(KeyError::new(
                "its private part does not fit its public part",
            ));
        }
        Ok(Self {
            parsed,
            pkcs8,
            public: Arc::new(public),
        })
    }

    pub(super) fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        Self::from_pkcs8(algorithm, backend::generate(algorithm)?)
    }

    /// Reads the private members of a JWK (RFC 7518 section 6, RFC 8037 section 2), and compares the key with
    /// the public ones.
    pub(super) fn from_jwk(algorithm: Algorithm, jwk: &Jwk) -> Result<Self, KeyError> {
        let public = Material::from_jwk(jwk)?;
        let member = |name: &str, bytes: &Option<Bytes>| match bytes {
            Some(bytes) => Ok(bytes.0.clone()),
            None => Err(KeyError::new(format!(
                "`{name}` is missing: this is no private key"
            ))),
        };
        let d = member("d", &jwk.d)?;
        let pkcs8 = match &public {
            Material::Rsa { n, e } => {
                if jwk.oth.is_some() {
                    return Err(KeyError::new(
                        "an RSA key with more than two primes is not supported",
                    ));
                }
                let numbers = [
                    ("p", &jwk.p),
                    ("q", &jwk.q),
                    ("dp", &jwk.dp),
                    ("dq", &jwk.dq),
                    ("qi", &jwk.qi),
                ];
                let [p, q, dp, dq, qi] = numbers.map(|(name, bytes)| member(name, bytes));
                let (p, q, dp, dq, qi) = (p?, q?, dp?, dq?, qi?);
                der::wrap_rsa(&der::rsa_private([n, e, &d, &p, &q, &dp, &dq, &qi])?)?
            }
            Material::Ec(_, point) => der::wrap_ec(algorithm, &der::ec_private(&d, point)?)?,
            Material::Ed25519(_) => der::wrap_ed25519(&d)?,
        };
        let key = Self::from_pkcs8(algorithm, pkcs8)?;
        match *key.public.material() == public {
            true => Ok(key),
            false => Err(KeyError::new(
                "its private part does not fit its public part",
            )),
        }
    }

    pub(super) fn public_key(&self) -> Arc<PublicKey> {
        Arc::clone(&self.public)
    }

    pub(super) fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        self.parsed.sign(message)
    }
}

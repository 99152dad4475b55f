//! Keys of the crate [`jsonwebtoken`], and keys for it. Nothing here uses its provider for the whole process.

use std::sync::Arc;

use jsonwebtoken::crypto::{JwtSigner, JwtVerifier};
use jsonwebtoken::signature::{Error as SignatureError, Signer, Verifier};
use jsonwebtoken::{AlgorithmFamily, DecodingKey, DecodingKeyKind, EncodingKey, jwk};

use super::algorithm::Algorithm;
use super::error::KeyError;
use super::signing::SigningKey;
use super::verifying::{Method, VerifyingKey};
use crate::base::base64url;

/// Verifies in the place of a key: for a hardware module, or for an algorithm of your own.
pub(super) type Plugged = Arc<dyn JwtVerifier + Send + Sync>;

impl SigningKey {
    /// Makes a key from one of `jsonwebtoken`. Needs the feature `jsonwebtoken`.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the key is of another family than the algorithm, or for the reasons of
    /// [`hmac`](Self::hmac) and `from_der`.
    pub fn from_encoding_key(algorithm: Algorithm, key: &EncodingKey) -> Result<Self, KeyError> {
        check_family(algorithm, key.family())?;
        match algorithm.is_symmetric() {
            true => Self::hmac(algorithm, key.as_bytes()),
            false => private(algorithm, key.as_bytes()),
        }
    }

    /// Returns the key as a signer of `jsonwebtoken`. Needs the feature `jsonwebtoken`.
    ///
    /// # Errors
    ///
    /// [`KeyError`] for ES512, which `jsonwebtoken` does not know.
    pub fn to_jwt_signer(&self) -> Result<impl JwtSigner + Send + Sync + use<>, KeyError> {
        Ok(Named(self.clone(), named(self.algorithm())?))
    }
}

impl VerifyingKey {
    /// Makes a key from one of `jsonwebtoken`. Needs the feature `jsonwebtoken`.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the key is of another family than the algorithm, or for the reasons of the other
    /// constructors.
    pub fn from_decoding_key(algorithm: Algorithm, key: &DecodingKey) -> Result<Self, KeyError> {
        check_family(algorithm, key.family())?;
        match key.kind() {
            DecodingKeyKind::SecretOrDer(secret) if algorithm.is_symmetric() => {
                Self::hmac(algorithm, secret)
            }
            DecodingKeyKind::SecretOrDer(der) => public(algorithm, der),
            DecodingKeyKind::RsaModulusExponent { n, e } => {
                let [n, e] = [n, e].map(|number| base64url::encode(number));
                let jwk = serde_json::json!({ "kty": "RSA", "n": n, "e": e });
                Self::from_jwk(&jwk.to_string(), &[algorithm])
            }
        }
    }

    /// Makes a key from a JWK of `jsonwebtoken`, with the checks of [`from_jwk`](Self::from_jwk): its `use`, `key_ops` and `alg`
    /// are enforced. Needs the feature `jsonwebtoken`.
    ///
    /// # Errors
    ///
    /// Those of [`from_jwk`](Self::from_jwk).
    pub fn from_jwt_jwk(key: &jwk::Jwk, allowed: &[Algorithm]) -> Result<Self, KeyError> {
        let unreadable = |_| KeyError::new("it has no JSON form");
        Self::from_jwk(&serde_json::to_string(key).map_err(unreadable)?, allowed)
    }

    /// Makes a key of any verifier, such as one that asks a hardware module, or one of
    /// `jsonwebtoken::crypto`. Needs the feature `jsonwebtoken`.
    ///
    /// A key of this kind is not published, and has no thumbprint.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the verifier is for shared secrets: whoever can verify with one can also sign, so it is
    /// checked by [`hmac`](Self::hmac).
    pub fn from_jwt_verifier(
        verifier: Box<dyn JwtVerifier + Send + Sync>,
    ) -> Result<Self, KeyError> {
        let algorithm = of_name(verifier.algorithm())?;
        match algorithm.is_symmetric() {
            true => Err(KeyError::new(
                "a shared secret is given by its bytes: VerifyingKey::hmac",
            )),
            false => Ok(Self::of(algorithm, Method::Plugged(verifier.into()), None)),
        }
    }

    /// Returns the key as a verifier of `jsonwebtoken`. Needs the feature `jsonwebtoken`.
    ///
    /// # Errors
    ///
    /// [`KeyError`] for ES512, which `jsonwebtoken` does not know.
    pub fn to_jwt_verifier(&self) -> Result<impl JwtVerifier + Send + Sync + use<>, KeyError> {
        Ok(Named(self.clone(), named(self.algorithm())?))
    }
}

/// A key with its algorithm as `jsonwebtoken` names it.
struct Named<K>(K, jsonwebtoken::Algorithm);

impl Signer<Vec<u8>> for Named<SigningKey> {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        self.0.signature(message).ok_or_else(SignatureError::new)
    }
}

impl JwtSigner for Named<SigningKey> {
    fn algorithm(&self) -> jsonwebtoken::Algorithm {
        self.1
    }
}

impl Verifier<Vec<u8>> for Named<VerifyingKey> {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        let signature = base64url::encode(signature);
        match self.0.verifies(message, signature.as_bytes()) {
            Ok(true) => Ok(()),
            _ => Err(SignatureError::new()),
        }
    }
}

impl JwtVerifier for Named<VerifyingKey> {
    fn algorithm(&self) -> jsonwebtoken::Algorithm {
        self.1
    }
}

fn named(algorithm: Algorithm) -> Result<jsonwebtoken::Algorithm, KeyError> {
    let unknown = |_| KeyError::new(format!("jsonwebtoken does not know {algorithm}"));
    algorithm.name().parse().map_err(unknown)
}

fn of_name(algorithm: jsonwebtoken::Algorithm) -> Result<Algorithm, KeyError> {
    let mut all = Algorithm::ALL.iter().copied();
    let found = all.find(|own| named(*own) == Ok(algorithm));
    found.ok_or_else(|| KeyError::new("its algorithm is unknown"))
}

fn check_family(algorithm: Algorithm, family: AlgorithmFamily) -> Result<(), KeyError> {
    let own = match algorithm {
        Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => AlgorithmFamily::Hmac,
        Algorithm::Es256 | Algorithm::Es384 | Algorithm::Es512 => AlgorithmFamily::Ec,
        Algorithm::EdDsa => AlgorithmFamily::Ed,
        _ => AlgorithmFamily::Rsa,
    };
    match own == family {
        true => Ok(()),
        false => Err(KeyError::new(format!("the key is not for {algorithm}"))),
    }
}

#[cfg(feature = "public-keys")]
fn private(algorithm: Algorithm, der: &[u8]) -> Result<SigningKey, KeyError> {
    SigningKey::from_der(algorithm, der)
}

#[cfg(not(feature = "public-keys"))]
fn private(algorithm: Algorithm, _der: &[u8]) -> Result<SigningKey, KeyError> {
    Err(super::jwk::missing_feature(algorithm))
}

#[cfg(feature = "public-keys")]
fn public(algorithm: Algorithm, der: &[u8]) -> Result<VerifyingKey, KeyError> {
    use super::public::{Curve, Material};

    // jsonwebtoken keeps the bare point of a curve.
    let curve = match algorithm {
        Algorithm::Es256 => Some(Curve::P256),
        Algorithm::Es384 => Some(Curve::P384),
        _ => None,
    };
    match (curve, der.try_into()) {
        (Some(curve), _) if der.first() == Some(&4) => {
            VerifyingKey::public(algorithm, Material::on_curve(curve, der.to_vec())?)
        }
        (None, Ok(point)) if algorithm == Algorithm::EdDsa => {
            VerifyingKey::public(algorithm, Material::Ed25519(point))
        }
        _ => VerifyingKey::from_der(algorithm, der),
    }
}

#[cfg(not(feature = "public-keys"))]
fn public(algorithm: Algorithm, _der: &[u8]) -> Result<VerifyingKey, KeyError> {
    Err(super::jwk::missing_feature(algorithm))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn algorithms() -> impl Iterator<Item = Algorithm> {
        let all = Algorithm::ALL.iter().copied();
        all.filter(|algorithm| named(*algorithm).is_ok())
            .filter(|algorithm| cfg!(feature = "public-keys") || algorithm.is_symmetric())
    }

    #[test]
    fn keys_sign_and_verify_for_jsonwebtoken() {
        for algorithm in algorithms() {
            let key = SigningKey::generate(algorithm).expect("a key");
            let (signer, verifier) = (key.to_jwt_signer(), key.verifying_key().to_jwt_verifier());
            let (signer, verifier) = (signer.expect("a signer"), verifier.expect("a verifier"));
            assert_eq!(signer.algorithm(), verifier.algorithm());
            let mut signature = signer.try_sign(b"message").expect("a signature");
            assert!(
                verifier.verify(b"message", &signature).is_ok(),
                "{algorithm}"
            );
            assert!(
                verifier.verify(b"massage", &signature).is_err(),
                "{algorithm}"
            );
            signature[9] ^= 1;
            assert!(
                verifier.verify(b"message", &signature).is_err(),
                "{algorithm}"
            );
        }
    }

    #[cfg(feature = "asymmetric")]
    #[test]
    fn jsonwebtoken_does_not_know_es512() {
        let key = SigningKey::generate(Algorithm::Es512).expect("a key");
        assert!(key.to_jwt_signer().is_err() && key.verifying_key().to_jwt_verifier().is_err());
    }

    #[test]
    fn secrets_of_jsonwebtoken_are_checked() {
        let secret = [7; 32];
        let key =
            SigningKey::from_encoding_key(Algorithm::Hs256, &EncodingKey::from_secret(&secret));
        let signed = key
            .expect("a key")
            .signature(b"message")
            .expect("a signature");
        let key =
            VerifyingKey::from_decoding_key(Algorithm::Hs256, &DecodingKey::from_secret(&secret));
        let encoded = base64url::encode(&signed);
        assert_eq!(
            key.expect("a key").verifies(b"message", encoded.as_bytes()),
            Ok(true)
        );
        for (algorithm, secret) in [
            (Algorithm::Hs256, &[7; 31][..]),
            (Algorithm::Hs512, &[7; 32]),
            (Algorithm::Rs256, &[7; 32]),
        ] {
            assert!(
                SigningKey::from_encoding_key(algorithm, &EncodingKey::from_secret(secret))
                    .is_err()
            );
            assert!(
                VerifyingKey::from_decoding_key(algorithm, &DecodingKey::from_secret(secret))
                    .is_err()
            );
        }
    }

    #[cfg(feature = "public-keys")]
    #[test]
    fn public_keys_of_jsonwebtoken_verify() {
        for algorithm in algorithms().filter(|algorithm| !algorithm.is_symmetric()) {
            let key = SigningKey::generate(algorithm).expect("a key");
            let mut token = "message".to_owned();
            key.sign(&mut token).expect("a signature");
            let signature = token.rsplit_once('.').expect("a signature").1;
            let jwk = key.verifying_key().to_jwk().expect("a public key");
            let theirs: jwk::Jwk = serde_json::from_value(jwk.clone()).expect("their JWK");
            let keys = [
                VerifyingKey::from_jwt_jwk(&theirs, &[algorithm]),
                VerifyingKey::from_decoding_key(
                    algorithm,
                    &DecodingKey::from_jwk(&theirs).expect("their key"),
                ),
            ];
            for key in keys {
                let key = key.unwrap_or_else(|why| panic!("{algorithm}: {why}"));
                assert_eq!(
                    key.verifies(b"message", signature.as_bytes()),
                    Ok(true),
                    "{algorithm}"
                );
            }
            // For another purpose.
            let mut other = jwk;
            other["use"] = "enc".into();
            let theirs: jwk::Jwk = serde_json::from_value(other).expect("their JWK");
            assert!(VerifyingKey::from_jwt_jwk(&theirs, &[algorithm]).is_err());
        }
    }

    #[cfg(feature = "public-keys")]
    #[test]
    fn private_keys_of_jsonwebtoken_sign() {
        for (algorithm, key) in [
            (
                Algorithm::Es256,
                EncodingKey::from_ec_der as fn(&[u8]) -> EncodingKey,
            ),
            (Algorithm::EdDsa, EncodingKey::from_ed_der),
            (Algorithm::Rs256, EncodingKey::from_rsa_der),
        ] {
            let own = SigningKey::generate(algorithm).expect("a key");
            let pem = own.to_pem().expect("a private key");
            let (_, der) = pem_rfc7468::decode_vec(pem.as_bytes()).expect("PEM");
            let again = SigningKey::from_encoding_key(algorithm, &key(&der)).expect("a key");
            assert_eq!(
                again.verifying_key().thumbprint(),
                own.verifying_key().thumbprint()
            );
            assert!(SigningKey::from_encoding_key(Algorithm::Hs256, &key(&der)).is_err());
        }
    }

    #[cfg(feature = "public-keys")]
    #[test]
    fn other_forms_of_public_keys_are_read_or_refused() {
        // The point of a curve with its algorithm, as in a certificate.
        let key = SigningKey::generate(Algorithm::Es256).expect("a key");
        let pem = key.verifying_key().to_pem().expect("a public key");
        let (_, der) = pem_rfc7468::decode_vec(pem.as_bytes()).expect("PEM");
        let theirs = DecodingKey::from_ec_der(&der);
        let read = VerifyingKey::from_decoding_key(Algorithm::Es256, &theirs).expect("a key");
        assert_eq!(read.thumbprint(), key.verifying_key().thumbprint());
        // As long as a point of Ed25519, but for RSA.
        let theirs = DecodingKey::from_rsa_der(&[7; 32]);
        assert!(VerifyingKey::from_decoding_key(Algorithm::Rs256, &theirs).is_err());
    }

    /// Verifies by asking somebody else.
    #[cfg(feature = "public-keys")]
    #[test]
    fn any_verifier_can_be_a_key() {
        use crate::claims::twins::Little;
        use crate::token::Verifier as TokenVerifier;

        struct Module {
            key: VerifyingKey,
            asked: Arc<std::sync::atomic::AtomicUsize>,
        }

        impl Verifier<Vec<u8>> for Module {
            fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
                self.asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                self.key
                    .to_jwt_verifier()
                    .map_err(|_| SignatureError::new())?
                    .verify(message, signature)
            }
        }

        impl JwtVerifier for Module {
            fn algorithm(&self) -> jsonwebtoken::Algorithm {
                jsonwebtoken::Algorithm::ES256
            }
        }

        let key = SigningKey::generate(Algorithm::Es256).expect("a key");
        let asked = Arc::<std::sync::atomic::AtomicUsize>::default();
        let module = Module {
            key: key.verifying_key(),
            asked: Arc::clone(&asked),
        };
        let plugged = VerifyingKey::from_jwt_verifier(Box::new(module)).expect("a key");
        assert!(plugged.to_jwk().is_none() && plugged.thumbprint().is_none());
        let verifier = TokenVerifier::builder(plugged).build().expect("a verifier");
        let header = base64url::encode(br#"{"alg":"ES256"}"#);
        let claims = base64url::encode(br#"{"exp":1800000060,"name":"ann"}"#);
        let mut token = format!("{header}.{claims}");
        key.sign(&mut token).expect("a signature");
        assert!(verifier.verify_at::<Little>(&token, 1_800_000_000).is_ok());
        let forged = format!("{}A", &token[..token.len() - 1]);
        assert!(
            forged == token
                || verifier
                    .verify_at::<Little>(&forged, 1_800_000_000)
                    .is_err()
        );
        assert!(asked.load(std::sync::atomic::Ordering::SeqCst) >= 1);
        let secret = Named(
            VerifyingKey::hmac(Algorithm::Hs256, [7; 32]).expect("a key"),
            jsonwebtoken::Algorithm::HS256,
        );
        assert!(VerifyingKey::from_jwt_verifier(Box::new(secret)).is_err());
    }
}

//! Signatures by AWS-LC, on parsed keys.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, ParsedPublicKey,
    RsaEncoding, RsaKeyPair,
};
use zeroize::Zeroizing;

use super::algorithm::Algorithm;
use super::der::{self, Pkcs8};
use super::error::KeyError;
use super::private::Sign;
use super::public::{Curve, Material, Verify};

impl Verify for ParsedPublicKey {
    #[inline]
    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.verify_sig(message, signature).is_ok()
    }
}

/// Parses a key that was checked.
pub(super) fn verifier(
    algorithm: Algorithm,
    material: &Material,
) -> Result<Box<dyn Verify>, KeyError> {
    let parsed = match material {
        Material::Rsa { n, e } => {
            let parameters = match algorithm {
                Algorithm::Rs256 => &signature::RSA_PKCS1_2048_8192_SHA256,
                Algorithm::Rs384 => &signature::RSA_PKCS1_2048_8192_SHA384,
                Algorithm::Rs512 => &signature::RSA_PKCS1_2048_8192_SHA512,
                Algorithm::Ps256 => &signature::RSA_PSS_2048_8192_SHA256,
                Algorithm::Ps384 => &signature::RSA_PSS_2048_8192_SHA384,
                Algorithm::Ps512 => &signature::RSA_PSS_2048_8192_SHA512,
                other => return Err(KeyError::new(format!("{other} does not use an RSA key"))),
            };
            let (n, e) = (n.as_slice(), e.as_slice());
            let components = PublicKeyComponents { n, e };
            components.to_parsed_public_key(parameters).ok()
        }
        Material::Ec(curve, point) => {
            let parameters = match (algorithm, curve) {
                (Algorithm::Es256, Curve::P256) => &signature::ECDSA_P256_SHA256_FIXED,
                (Algorithm::Es384, Curve::P384) => &signature::ECDSA_P384_SHA384_FIXED,
                (Algorithm::Es512, Curve::P521) => &signature::ECDSA_P521_SHA512_FIXED,
                (other, _) => {
                    return Err(KeyError::new(format!("{other} does not use this curve")));
                }
            };
            ParsedPublicKey::new(parameters, point).ok()
        }
        Material::Ed25519(point) => match algorithm {
            Algorithm::EdDsa => ParsedPublicKey::new(&signature::ED25519, point).ok(),
            other => {
                return Err(KeyError::new(format!(
                    "{other} does not use an Ed25519 key"
                )));
            }
        },
    };
    match parsed {
        Some(parsed) => Ok(Box::new(parsed)),
        None => Err(KeyError::new(match material {
            Material::Ec(..) => "the point of the key is not on its curve",
            _ => "the numbers are not a public key",
        })),
    }
}

struct RsaSigner(RsaKeyPair, &'static dyn RsaEncoding);

impl Sign for RsaSigner {
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        let done = self
            .0
            .sign(self.1, &SystemRandom::new(), message, &mut signature);
        done.ok().map(|()| signature)
    }
}

impl Sign for EcdsaKeyPair {
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let signature = Self::sign(self, &SystemRandom::new(), message).ok()?;
        Some(signature.as_ref().to_vec())
    }
}

impl Sign for Ed25519KeyPair {
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        Some(self.try_sign(message).ok()?.as_ref().to_vec())
    }
}

/// The parameters of an algorithm that signs.
enum Parameters {
    Rsa(&'static dyn RsaEncoding),
    Ec(Curve, &'static EcdsaSigningAlgorithm),
    Ed25519,
}

fn parameters(algorithm: Algorithm) -> Result<Parameters, KeyError> {
    Ok(match algorithm {
        Algorithm::Rs256 => Parameters::Rsa(&signature::RSA_PKCS1_SHA256),
        Algorithm::Rs384 => Parameters::Rsa(&signature::RSA_PKCS1_SHA384),
        Algorithm::Rs512 => Parameters::Rsa(&signature::RSA_PKCS1_SHA512),
        Algorithm::Ps256 => Parameters::Rsa(&signature::RSA_PSS_SHA256),
        Algorithm::Ps384 => Parameters::Rsa(&signature::RSA_PSS_SHA384),
        Algorithm::Ps512 => Parameters::Rsa(&signature::RSA_PSS_SHA512),
        Algorithm::Es256 => {
            Parameters::Ec(Curve::P256, &signature::ECDSA_P256_SHA256_FIXED_SIGNING)
        }
        Algorithm::Es384 => {
            Parameters::Ec(Curve::P384, &signature::ECDSA_P384_SHA384_FIXED_SIGNING)
        }
        Algorithm::Es512 => {
            Parameters::Ec(Curve::P521, &signature::ECDSA_P521_SHA512_FIXED_SIGNING)
        }
        Algorithm::EdDsa => Parameters::Ed25519,
        other => return Err(KeyError::new(format!("{other} does not use a private key"))),
    })
}

/// Parses a private key, and returns its public part too.
pub(super) fn signer(
    algorithm: Algorithm,
    pkcs8: &[u8],
) -> Result<(Box<dyn Sign>, Material), KeyError> {
    let invalid = |_| {
        KeyError::new(format!(
            "this is not a private key for {algorithm}, or its private part does not fit its public part"
        ))
    };
    match parameters(algorithm)? {
        Parameters::Rsa(encoding) => {
            let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(invalid)?;
            let material = der::public(pair.public_key().as_ref())?;
            Ok((Box::new(RsaSigner(pair, encoding)), material))
        }
        Parameters::Ec(curve, parameters) => {
            let pair = EcdsaKeyPair::from_pkcs8(parameters, pkcs8).map_err(invalid)?;
            let material = Material::on_curve(curve, pair.public_key().as_ref().to_vec())?;
            Ok((Box::new(pair), material))
        }
        Parameters::Ed25519 => {
            let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).map_err(invalid)?;
            let point = pair.public_key().as_ref().try_into();
            let point = point.map_err(|_| KeyError::new("an Ed25519 key has 32 bytes"))?;
            Ok((Box::new(pair), Material::Ed25519(point)))
        }
    }
}

/// Generates a private key: RSA with 2048 bits.
pub(super) fn generate(algorithm: Algorithm) -> Result<Pkcs8, KeyError> {
    let failed = |_| KeyError::new("the key could not be generated");
    let random = SystemRandom::new();
    let bytes = match parameters(algorithm)? {
        Parameters::Rsa(_) => {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
            pair.as_der().map_err(failed)?.as_ref().to_vec()
        }
        Parameters::Ec(_, parameters) => {
            let document = EcdsaKeyPair::generate_pkcs8(parameters, &random).map_err(failed)?;
            document.as_ref().to_vec()
        }
        Parameters::Ed25519 => {
            let document = Ed25519KeyPair::generate_pkcs8v1(&random).map_err(failed)?;
            document.as_ref().to_vec()
        }
    };
    Ok(Zeroizing::new(bytes))
}

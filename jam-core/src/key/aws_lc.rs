//! Signatures by AWS-LC, on parsed keys.

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{self, ParsedPublicKey};

use super::algorithm::Algorithm;
use super::error::KeyError;
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

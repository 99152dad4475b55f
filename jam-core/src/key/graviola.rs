//! Signatures by graviola, on parsed keys.

use graviola::hashing::{Hash, Sha256, Sha384};
use graviola::signing::ecdsa::{self, Curve as EcdsaCurve, P256, P384};
use graviola::signing::eddsa::{Ed25519SigningKey, Ed25519VerifyingKey};
use graviola::signing::rsa;
use graviola::util::is_cpu_supported;
use zeroize::Zeroizing;

use super::algorithm::Algorithm;
use super::der::{self, Pkcs8};
use super::error::KeyError;
use super::private::Sign;
use super::public::{Curve, Material, Verify};

/// Room for a private key in PKCS#8, in bytes.
const ROOM: usize = 8 * 1024;

/// Returns an error if graviola does not support the processor.
pub(super) fn check_processor() -> Result<(), KeyError> {
    match is_cpu_supported() {
        true => Ok(()),
        false => Err(KeyError::new(
            "graviola does not support this processor: it needs x86-64 with AVX2, ADX and BMI2, or aarch64 with \
             AES and SHA2. Use the feature `asymmetric`",
        )),
    }
}

fn unsupported(algorithm: Algorithm) -> KeyError {
    KeyError::new(format!(
        "{algorithm} needs the feature `asymmetric` of jam-auth"
    ))
}

struct Rsa<K>(K, Algorithm);
struct Ecdsa<K>(K);

impl Verify for Rsa<rsa::VerifyingKey> {
    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let Self(key, algorithm) = self;
        let verified = match algorithm {
            Algorithm::Rs256 => key.verify_pkcs1_sha256(signature, message),
            Algorithm::Rs384 => key.verify_pkcs1_sha384(signature, message),
            Algorithm::Rs512 => key.verify_pkcs1_sha512(signature, message),
            Algorithm::Ps256 => key.verify_pss_sha256(signature, message),
            Algorithm::Ps384 => key.verify_pss_sha384(signature, message),
            Algorithm::Ps512 => key.verify_pss_sha512(signature, message),
            _ => return false,
        };
        verified.is_ok()
    }
}

impl Verify for Ecdsa<ecdsa::VerifyingKey<P256>> {
    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify::<Sha256>(&[message], signature).is_ok()
    }
}

impl Verify for Ecdsa<ecdsa::VerifyingKey<P384>> {
    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify::<Sha384>(&[message], signature).is_ok()
    }
}

impl Verify for Ed25519VerifyingKey {
    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.verify(signature, message).is_ok()
    }
}

/// Parses a key that was checked.
pub(super) fn verifier(
    algorithm: Algorithm,
    material: &Material,
) -> Result<Box<dyn Verify>, KeyError> {
    check_processor()?;
    let off_curve = |_| KeyError::new("the point of the key is not on its curve");
    Ok(match (material, algorithm) {
        (
            Material::Rsa { n, e },
            Algorithm::Rs256
            | Algorithm::Rs384
            | Algorithm::Rs512
            | Algorithm::Ps256
            | Algorithm::Ps384
            | Algorithm::Ps512,
        ) => {
            let key = rsa::VerifyingKey::from_pkcs1_der(&der::rsa_public(n, e)?);
            let key = key.map_err(|_| KeyError::new("the numbers are not a public key"))?;
            Box::new(Rsa(key, algorithm))
        }
        (Material::Ec(Curve::P256, point), Algorithm::Es256) => {
            let key = ecdsa::VerifyingKey::<P256>::from_x962_uncompressed(point);
            Box::new(Ecdsa(key.map_err(off_curve)?))
        }
        (Material::Ec(Curve::P384, point), Algorithm::Es384) => {
            let key = ecdsa::VerifyingKey::<P384>::from_x962_uncompressed(point);
            Box::new(Ecdsa(key.map_err(off_curve)?))
        }
        (Material::Ec(Curve::P521, _), Algorithm::Es512) => return Err(unsupported(algorithm)),
        (Material::Ed25519(point), Algorithm::EdDsa) => {
            Box::new(Ed25519VerifyingKey::from_bytes(point).map_err(off_curve)?)
        }
        (Material::Rsa { .. }, other) => {
            return Err(KeyError::new(format!("{other} does not use an RSA key")));
        }
        (Material::Ec(..), other) => {
            return Err(KeyError::new(format!("{other} does not use this curve")));
        }
        (Material::Ed25519(_), other) => {
            return Err(KeyError::new(format!(
                "{other} does not use an Ed25519 key"
            )));
        }
    })
}

impl Sign for Rsa<rsa::SigningKey> {
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let Self(key, algorithm) = self;
        let mut signature = vec![0; key.modulus_len_bytes()];
        let signed = match algorithm {
            Algorithm::Rs256 => key.sign_pkcs1_sha256(&mut signature, message),
            Algorithm::Rs384 => key.sign_pkcs1_sha384(&mut signature, message),
            Algorithm::Rs512 => key.sign_pkcs1_sha512(&mut signature, message),
            Algorithm::Ps256 => key.sign_pss_sha256(&mut signature, message),
            Algorithm::Ps384 => key.sign_pss_sha384(&mut signature, message),
            Algorithm::Ps512 => key.sign_pss_sha512(&mut signature, message),
            _ => return None,
        };
        Some(signed.ok()?.to_vec())
    }
}

impl Sign for Ecdsa<ecdsa::SigningKey<P256>> {
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        ecdsa_signature::<_, Sha256>(&self.0, message)
    }
}

impl Sign for Ecdsa<ecdsa::SigningKey<P384>> {
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        ecdsa_signature::<_, Sha384>(&self.0, message)
    }
}

fn ecdsa_signature<C: EcdsaCurve, H: Hash>(
    key: &ecdsa::SigningKey<C>,
    message: &[u8],
) -> Option<Vec<u8>> {
    let mut room = [0; 96];
    Some(key.sign::<H>(&[message], &mut room).ok()?.to_vec())
}

impl Sign for Ed25519SigningKey {
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        Some(Self::sign(self, message).to_vec())
    }
}

/// Parses a private key, and returns its public part too.
pub(super) fn signer(
    algorithm: Algorithm,
    pkcs8: &[u8],
) -> Result<(Box<dyn Sign>, Material), KeyError> {
    check_processor()?;
    let invalid = |_| {
        KeyError::new(format!(
            "this is not a private key for {algorithm}, or its private part does not fit its public part"
        ))
    };
    let mut room = vec![0; ROOM];
    Ok(match algorithm {
        Algorithm::Rs256
        | Algorithm::Rs384
        | Algorithm::Rs512
        | Algorithm::Ps256
        | Algorithm::Ps384
        | Algorithm::Ps512 => {
            let key = rsa::SigningKey::from_pkcs8_der(pkcs8).map_err(invalid)?;
            let public = key.public_key();
            let material = der::public(public.to_pkcs1_der(&mut room).map_err(invalid)?)?;
            (Box::new(Rsa(key, algorithm)), material)
        }
        Algorithm::Es256 => {
            let key = ecdsa::SigningKey::<P256>::from_pkcs8_der(pkcs8).map_err(invalid)?;
            let material = der::public(key.to_spki_der(&mut room).map_err(invalid)?)?;
            (Box::new(Ecdsa(key)), material)
        }
        Algorithm::Es384 => {
            let key = ecdsa::SigningKey::<P384>::from_pkcs8_der(pkcs8).map_err(invalid)?;
            let material = der::public(key.to_spki_der(&mut room).map_err(invalid)?)?;
            (Box::new(Ecdsa(key)), material)
        }
        Algorithm::EdDsa => {
            let key = Ed25519SigningKey::from_pkcs8_der(pkcs8).map_err(invalid)?;
            let material = Material::Ed25519(key.public_key().as_bytes());
            (Box::new(key), material)
        }
        Algorithm::Es512 => return Err(unsupported(algorithm)),
        Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => {
            return Err(KeyError::new(format!(
                "{algorithm} does not use a private key"
            )));
        }
    })
}

/// Generates a private key: RSA with 2048 bits.
pub(super) fn generate(algorithm: Algorithm) -> Result<Pkcs8, KeyError> {
    check_processor()?;
    let failed = |_| KeyError::new("the key could not be generated");
    let mut room = Zeroizing::new(vec![0; ROOM]);
    let written = match algorithm {
        Algorithm::Es256 => ecdsa::SigningKey::<P256>::generate()
            .map_err(failed)?
            .to_pkcs8_der(&mut room)
            .map_err(failed)?,
        Algorithm::Es384 => ecdsa::SigningKey::<P384>::generate()
            .map_err(failed)?
            .to_pkcs8_der(&mut room)
            .map_err(failed)?,
        Algorithm::EdDsa => Ed25519SigningKey::generate()
            .map_err(failed)?
            .to_pkcs8_der(&mut room)
            .map_err(failed)?,
        Algorithm::Es512 => return Err(unsupported(algorithm)),
        Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => {
            return Err(KeyError::new(format!(
                "{algorithm} does not use a private key"
            )));
        }
        _ => rsa::SigningKey::generate(rsa::KeySize::Rsa2048)
            .map_err(failed)?
            .to_pkcs8_der(&mut room)
            .map_err(failed)?,
    };
    Ok(Zeroizing::new(written.to_vec()))
}

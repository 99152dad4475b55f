//! Keys in PEM and DER: PKCS#1, PKCS#8, SEC 1, SPKI and X.509.

use pkcs1::{RsaPrivateKeyRef, RsaPublicKeyRef};
use pkcs8::PrivateKeyInfoRef;
use pkcs8::der::asn1::{AnyRef, BitStringRef, ContextSpecificRef, OctetStringRef, UintRef};
use pkcs8::der::{Decode, Encode, SliceReader, Tag, TagMode, TagNumber, Tagged};
use pkcs8::spki::{AlgorithmIdentifierRef, ObjectIdentifier, SubjectPublicKeyInfoRef};
use zeroize::Zeroizing;

use super::algorithm::Algorithm;
use super::error::KeyError;
use super::public::{Curve, Material};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// The bytes of a private key in PKCS#8.
pub(super) type Pkcs8 = Zeroizing<Vec<u8>>;

/// Reads a public key in PEM: `PUBLIC KEY`, `RSA PUBLIC KEY` or `CERTIFICATE`.
pub(super) fn public_pem(pem: &[u8]) -> Result<Material, KeyError> {
    let (label, der) = block(pem)?;
    match label.as_str() {
        "PUBLIC KEY" | "RSA PUBLIC KEY" | "CERTIFICATE" => public(&der),
        label if label.ends_with("PRIVATE KEY") => Err(KeyError::new(
            "this is a private key; a verifier needs only the public one: `openssl pkey -pubout`",
        )),
        label => Err(KeyError::new(format!(
            "a block {label:?} is not a public key"
        ))),
    }
}

/// Reads a public key in DER: SPKI, X.509 or PKCS#1.
pub(super) fn public(der: &[u8]) -> Result<Material, KeyError> {
    if let Ok(info) = SubjectPublicKeyInfoRef::from_der(der) {
        return material(&info);
    }
    if let Ok(key) = RsaPublicKeyRef::from_der(der) {
        return Ok(rsa(&key));
    }
    match certificate(der) {
        Ok(info) => material(&info),
        Err(_) => Err(KeyError::new(
            "this is not a public key in SPKI, X.509 or PKCS#1",
        )),
    }
}

/// Returns the key of an X.509 certificate (RFC 5280 section 4.1). The certificate is not verified.
fn certificate(der: &[u8]) -> pkcs8::der::Result<SubjectPublicKeyInfoRef<'_>> {
    let certificate = AnyRef::from_der(der)?;
    certificate.tag().assert_eq(Tag::Sequence)?;
    let mut certificate = SliceReader::new(certificate.value())?;
    let signed = AnyRef::decode(&mut certificate)?;
    signed.tag().assert_eq(Tag::Sequence)?;
    let mut signed = SliceReader::new(signed.value())?;
    let version = Tag::ContextSpecific {
        constructed: true,
        number: TagNumber(0),
    };
    // Serial number, signature, issuer, validity and subject; before them the version, unless it is 1.
    let mut before = 5;
    while before > 0 {
        if AnyRef::decode(&mut signed)?.tag() != version {
            before -= 1;
        }
    }
    SubjectPublicKeyInfoRef::decode(&mut signed)
}

fn material(info: &SubjectPublicKeyInfoRef<'_>) -> Result<Material, KeyError> {
    let invalid = || KeyError::new("the public key in it is not valid");
    let bytes = info.subject_public_key.as_bytes().ok_or_else(invalid)?;
    match info.algorithm.oid {
        RSA => Ok(rsa(
            &RsaPublicKeyRef::from_der(bytes).map_err(|_| invalid())?
        )),
        RSA_PSS => Err(KeyError::new(
            "its type is RSASSA-PSS; PS256 uses a key of the type rsaEncryption (RFC 7518 section 3.5)",
        )),
        EC => {
            let curve = info.algorithm.parameters_oid().map_err(|_| invalid())?;
            Material::on_curve(curve_of(curve)?, bytes.to_vec())
        }
        ED25519 => Ok(Material::Ed25519(bytes.try_into().map_err(|_| invalid())?)),
        other => Err(KeyError::new(format!("its type {other} is not supported"))),
    }
}

fn rsa(key: &RsaPublicKeyRef<'_>) -> Material {
    Material::Rsa {
        n: key.modulus.as_bytes().to_vec(),
        e: key.public_exponent.as_bytes().to_vec(),
    }
}

fn curve_of(oid: ObjectIdentifier) -> Result<Curve, KeyError> {
    match oid {
        P256 => Ok(Curve::P256),
        P384 => Ok(Curve::P384),
        P521 => Ok(Curve::P521),
        other => Err(KeyError::new(format!("its curve {other} is not supported"))),
    }
}

fn oid_of(curve: Curve) -> &'static ObjectIdentifier {
    match curve {
        Curve::P256 => &P256,
        Curve::P384 => &P384,
        Curve::P521 => &P521,
    }
}

/// Reads a private key in PEM: `PRIVATE KEY`, `RSA PRIVATE KEY` or `EC PRIVATE KEY`.
pub(super) fn private_pem(algorithm: Algorithm, pem: &[u8]) -> Result<Pkcs8, KeyError> {
    let (label, der) = block(pem)?;
    match label.as_str() {
        "PRIVATE KEY" => Ok(der),
        "RSA PRIVATE KEY" => wrap_rsa(&der),
        "EC PRIVATE KEY" => wrap_ec(algorithm, &der),
        "ENCRYPTED PRIVATE KEY" => Err(KeyError::new(
            "the key is encrypted with a passphrase; decrypt it first: `openssl pkcs8`",
        )),
        label => Err(KeyError::new(format!(
            "a block {label:?} is not a private key"
        ))),
    }
}

/// Reads a private key in DER: PKCS#8, PKCS#1 or SEC 1.
pub(super) fn private(algorithm: Algorithm, der: &[u8]) -> Result<Pkcs8, KeyError> {
    if PrivateKeyInfoRef::from_der(der).is_ok() {
        return Ok(Zeroizing::new(der.to_vec()));
    }
    match algorithm {
        Algorithm::Es256 | Algorithm::Es384 | Algorithm::Es512 => wrap_ec(algorithm, der),
        _ => wrap_rsa(der),
    }
}

/// Puts an RSA key of PKCS#1 (RFC 8017 appendix A.1.2) into PKCS#8.
pub(super) fn wrap_rsa(der: &[u8]) -> Result<Pkcs8, KeyError> {
    wrap(RSA, Some(AnyRef::NULL), der)
}

/// Puts an elliptic curve key of SEC 1 (RFC 5915) into PKCS#8.
pub(super) fn wrap_ec(algorithm: Algorithm, der: &[u8]) -> Result<Pkcs8, KeyError> {
    let curve = match algorithm {
        Algorithm::Es256 => P256,
        Algorithm::Es384 => P384,
        Algorithm::Es512 => P521,
        other => {
            return Err(KeyError::new(format!(
                "{other} does not use an elliptic curve key"
            )));
        }
    };
    wrap(EC, Some(AnyRef::from(&curve)), der)
}

/// Puts the seed of an Ed25519 key (RFC 8410 section 7) into PKCS#8.
pub(super) fn wrap_ed25519(seed: &[u8]) -> Result<Pkcs8, KeyError> {
    let inner = OctetStringRef::new(seed).and_then(|seed| seed.to_der());
    let inner = Zeroizing::new(inner.map_err(|_| unwritable())?);
    wrap(ED25519, None, &inner)
}

/// Returns the PKCS#1 form of an RSA key: modulus, exponents, primes, their exponents and the coefficient.
pub(super) fn rsa_private(numbers: [&[u8]; 8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let read = |number| UintRef::new(number).map_err(|_| unwritable());
    let [n, e, d, p, q, dp, dq, qi] = numbers;
    let key = RsaPrivateKeyRef {
        modulus: read(n)?,
        public_exponent: read(e)?,
        private_exponent: read(d)?,
        prime1: read(p)?,
        prime2: read(q)?,
        exponent1: read(dp)?,
        exponent2: read(dq)?,
        coefficient: read(qi)?,
        other_prime_infos: None,
    };
    Ok(Zeroizing::new(key.to_der().map_err(|_| unwritable())?))
}

/// Returns the SEC 1 form of an elliptic curve key (RFC 5915 section 3).
pub(super) fn ec_private(number: &[u8], point: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let written = || {
        let point = BitStringRef::from_bytes(point)?;
        let public = ContextSpecificRef {
            tag_number: TagNumber(1),
            tag_mode: TagMode::Explicit,
            value: &point,
        };
        let mut members = Zeroizing::new(1_u8.to_der()?);
        members.extend_from_slice(&Zeroizing::new(OctetStringRef::new(number)?.to_der()?));
        members.extend(public.to_der()?);
        AnyRef::new(Tag::Sequence, &members)?.to_der()
    };
    let written: pkcs8::der::Result<Vec<u8>> = written();
    Ok(Zeroizing::new(written.map_err(|_| unwritable())?))
}

/// Checks that the numbers of a private RSA key have the lengths that its modulus implies. graviola assumes it.
pub(super) fn check_primes(pkcs8: &[u8]) -> Result<(), KeyError> {
    let invalid = || KeyError::new("this is not a private RSA key");
    let info = PrivateKeyInfoRef::from_der(pkcs8).map_err(|_| invalid())?;
    let key = RsaPrivateKeyRef::from_der(info.private_key.as_bytes()).map_err(|_| invalid())?;
    let length = |number: UintRef<'_>| number.as_bytes().len();
    let half = length(key.modulus) / 2;
    let primes_fit = length(key.prime1) == half && length(key.prime2) == half;
    let rest = [key.exponent1, key.exponent2, key.coefficient];
    match primes_fit && rest.iter().all(|number| length(*number) <= half) {
        true => Ok(()),
        false => Err(KeyError::new(
            "the primes of an RSA key have half the length of its modulus each",
        )),
    }
}

/// Writes a public key as PEM with SPKI (RFC 5280 section 4.1).
pub(super) fn public_to_pem(material: &Material) -> Option<String> {
    let bytes;
    let (oid, parameters, key) = match material {
        Material::Rsa { n, e } => {
            bytes = rsa_public(n, e).ok()?;
            (RSA, Some(AnyRef::NULL), bytes.as_slice())
        }
        Material::Ec(curve, point) => (EC, Some(AnyRef::from(oid_of(*curve))), point.as_slice()),
        Material::Ed25519(point) => (ED25519, None, point.as_slice()),
    };
    let info = SubjectPublicKeyInfoRef {
        algorithm: AlgorithmIdentifierRef { oid, parameters },
        subject_public_key: BitStringRef::from_bytes(key).ok()?,
    };
    let der = info.to_der().ok()?;
    pem_rfc7468::encode_string("PUBLIC KEY", pem_rfc7468::LineEnding::LF, &der).ok()
}

/// Returns the PKCS#1 form of a public RSA key.
pub(super) fn rsa_public(n: &[u8], e: &[u8]) -> Result<Vec<u8>, KeyError> {
    let written = || {
        RsaPublicKeyRef {
            modulus: UintRef::new(n)?,
            public_exponent: UintRef::new(e)?,
        }
        .to_der()
    };
    let written: pkcs8::der::Result<Vec<u8>> = written();
    written.map_err(|_| KeyError::new("the numbers are not a public key"))
}

fn wrap(
    oid: ObjectIdentifier,
    parameters: Option<AnyRef<'_>>,
    private_key: &[u8],
) -> Result<Pkcs8, KeyError> {
    let algorithm = AlgorithmIdentifierRef { oid, parameters };
    let private_key = OctetStringRef::new(private_key).map_err(|_| unwritable())?;
    let info = PrivateKeyInfoRef::new(algorithm, private_key);
    Ok(Zeroizing::new(info.to_der().map_err(|_| unwritable())?))
}

fn unwritable() -> KeyError {
    KeyError::new("the private key cannot be written as PKCS#8")
}

/// Writes a private key as PEM.
pub(super) fn to_pem(pkcs8: &[u8]) -> Option<Zeroizing<String>> {
    let pem = pem_rfc7468::encode_string("PRIVATE KEY", pem_rfc7468::LineEnding::LF, pkcs8);
    pem.ok().map(Zeroizing::new)
}

/// Returns the label and the content of the first PEM block (RFC 7468) that is a key.
fn block(pem: &[u8]) -> Result<(String, Zeroizing<Vec<u8>>), KeyError> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    const END: &[u8] = b"-----END ";
    let mut rest = pem;
    while let Some(begin) = memchr::memmem::find(rest, BEGIN) {
        rest = &rest[begin..];
        let end = memchr::memmem::find(rest, END)
            .ok_or_else(|| KeyError::new("a PEM block has no end"))?;
        let line = rest[end..].iter().position(|byte| *byte == b'\n');
        let (this, behind) = rest.split_at(line.map_or(rest.len(), |line| end + line));
        rest = behind;
        // OpenSSL writes the curve before an EC key, which names it too.
        if this.starts_with(b"-----BEGIN EC PARAMETERS-----") {
            continue;
        }
        let (label, der) = pem_rfc7468::decode_vec(this.trim_ascii_end())
            .map_err(|error| KeyError::new(format!("this is not PEM: {error}")))?;
        return Ok((label.to_owned(), Zeroizing::new(der)));
    }
    Err(KeyError::new(
        "this is not PEM: it has no line `-----BEGIN ..-----`",
    ))
}

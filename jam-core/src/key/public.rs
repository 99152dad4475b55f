//! Public keys of RSA, ECDSA and Ed25519.

use super::algorithm::Algorithm;
#[cfg(feature = "asymmetric")]
use super::aws_lc as backend;
use super::edwards;
use super::error::KeyError;
#[cfg(not(feature = "asymmetric"))]
use super::graviola as backend;
use super::jwk::{Bytes, Jwk};
use crate::base::base64url;

/// Verifies with one algorithm and one parsed key.
pub(super) trait Verify: Send + Sync {
    /// Returns `true` if `signature` is the one of `message`.
    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool;
}

/// A public key with its parsed form.
pub(super) struct PublicKey {
    parsed: Box<dyn Verify>,
    material: Material,
}

/// The numbers of a public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Material {
    /// The modulus and the exponent, big-endian without leading zeros.
    Rsa { n: Vec<u8>, e: Vec<u8> },
    /// The curve, and the point in uncompressed form (SEC 1 section 2.3.3).
    Ec(Curve, Vec<u8>),
    /// The encoded point (RFC 8032 section 5.1.2).
    Ed25519([u8; 32]),
}

/// A curve of ECDSA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    /// Bytes of a coordinate.
    fn size(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }
}

impl PublicKey {
    pub(super) fn new(algorithm: Algorithm, material: Material) -> Result<Self, KeyError> {
        material.check()?;
        let parsed = backend::verifier(algorithm, &material)?;
        Ok(Self { parsed, material })
    }

    pub(super) fn material(&self) -> &Material {
        &self.material
    }

    #[inline]
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.parsed.verifies(message, signature)
    }
}

impl Material {
    /// Reads the public members of a JWK (RFC 7518 section 6, RFC 8037 section 2).
    pub(super) fn from_jwk(jwk: &Jwk) -> Result<Self, KeyError> {
        fn member<'a>(name: &str, bytes: &'a Option<Bytes>) -> Result<&'a [u8], KeyError> {
            match bytes {
                Some(bytes) => Ok(&bytes.0),
                None => Err(KeyError::new(format!("`{name}` is missing"))),
            }
        }
        let coordinates = |curve: Curve| {
            let (x, y) = (member("x", &jwk.x)?, member("y", &jwk.y)?);
            if x.len() != curve.size() || y.len() != curve.size() {
                return Err(KeyError::new(format!(
                    "`x` and `y` have {} bytes each (RFC 7518 section 6.2.1.2)",
                    curve.size()
                )));
            }
            Ok(Self::Ec(curve, [&[4], x, y].concat()))
        };
        match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("RSA", _) => Ok(Self::Rsa {
                n: member("n", &jwk.n)?.to_vec(),
                e: member("e", &jwk.e)?.to_vec(),
            }),
            ("EC", Some("P-256")) => coordinates(Curve::P256),
            ("EC", Some("P-384")) => coordinates(Curve::P384),
            ("EC", Some("P-521")) => coordinates(Curve::P521),
            ("OKP", Some("Ed25519")) => match member("x", &jwk.x)?.try_into() {
                Ok(point) => Ok(Self::Ed25519(point)),
                Err(_) => Err(KeyError::new("`x` has 32 bytes (RFC 8037 section 2)")),
            },
            _ => Err(KeyError::new("its type and curve are not supported")),
        }
    }

    /// Makes the key of an uncompressed point.
    pub(super) fn on_curve(curve: Curve, point: Vec<u8>) -> Result<Self, KeyError> {
        match point.first() == Some(&4) && point.len() == 1 + 2 * curve.size() {
            true => Ok(Self::Ec(curve, point)),
            false => Err(KeyError::new(
                "the point of the key is not in uncompressed form",
            )),
        }
    }

    /// Returns the required members of the JWK in the order of their names, as RFC 7638 section 3.2 hashes
    /// them.
    pub(super) fn members(&self) -> Vec<(&'static str, String)> {
        let text = |name, bytes: &[u8]| (name, base64url::encode(bytes));
        match self {
            Self::Rsa { n, e } => vec![text("e", e), ("kty", "RSA".to_owned()), text("n", n)],
            Self::Ec(curve, point) => {
                let (x, y) = point[1..].split_at(curve.size());
                let crv = ("crv", curve.name().to_owned());
                vec![crv, ("kty", "EC".to_owned()), text("x", x), text("y", y)]
            }
            Self::Ed25519(point) => {
                let crv = ("crv", "Ed25519".to_owned());
                vec![crv, ("kty", "OKP".to_owned()), text("x", point)]
            }
        }
    }

    /// Checks the key without its backend, so that every backend accepts the same keys.
    pub(super) fn check(&self) -> Result<(), KeyError> {
        match self {
            Self::Rsa { n, e } => check_rsa(n, e),
            // The backend checks that the point is on the curve.
            Self::Ec(..) => Ok(()),
            Self::Ed25519(point) => check_ed25519(point),
        }
    }
}

/// RFC 7518 section 3.3 requires 2048 bits. FIPS 186-5 section 5.4 requires an odd exponent above 2^16, but
/// keys with the exponent 3 exist, and are safe for signatures with checked padding.
fn check_rsa(n: &[u8], e: &[u8]) -> Result<(), KeyError> {
    if n.first() == Some(&0) || e.first() == Some(&0) {
        return Err(KeyError::new(
            "`n` and `e` have no leading zeros (RFC 7518 sections 2 and 6.3.1)",
        ));
    }
    let bits = n.len() * 8 - n.first().map_or(0, |first| first.leading_zeros() as usize);
    if bits < 2048 {
        return Err(KeyError::new(format!(
            "an RSA key has 2048 bits or more (RFC 7518 section 3.3); this one has {bits}"
        )));
    }
    if bits > 8192 {
        return Err(KeyError::new("an RSA key has 8192 bits or less"));
    }
    if is_roca(n) {
        return Err(KeyError::new(
            "the RSA key was made by a faulty chip, and its private key can be computed (CVE-2017-15361)",
        ));
    }
    let is_odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
    if !is_odd(n) {
        return Err(KeyError::new("the modulus of an RSA key is odd"));
    }
    if !is_odd(e) || e == [1] || e.len() > 4 {
        return Err(KeyError::new(
            "the exponent of an RSA key is an odd number from 3 to 4294967295",
        ));
    }
    Ok(())
}

/// Returns `true` if the modulus has the form of the keys of faulty chips: its remainder by each small prime
/// is a power of 65537 (Nemec et al., "The Return of Coppersmith's Attack", 2017, section 2.3).
fn is_roca(n: &[u8]) -> bool {
    (3..=167_u32)
        .filter(|number| is_prime(*number))
        .all(|prime| {
            let remainder = n
                .iter()
                .fold(0, |rest, byte| ((rest << 8) | u32::from(*byte)) % prime);
            let mut power = 1;
            (0..prime).any(|_| {
                power = power * (65_537 % prime) % prime;
                power == remainder
            })
        })
}

fn is_prime(number: u32) -> bool {
    (2..number)
        .take_while(|factor| factor * factor <= number)
        .all(|factor| !number.is_multiple_of(factor))
}

/// Points of small order: with one of them, one signature can be valid for many messages. The sign bit is
/// cleared.
const SMALL_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    {
        let mut minus_one = [0xff; 32];
        minus_one[0] = 0xec;
        minus_one[31] = 0x7f;
        minus_one
    },
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

fn check_ed25519(point: &[u8; 32]) -> Result<(), KeyError> {
    let mut y = *point;
    y[31] &= 0x7f;
    // The prime 2^255 - 19, little-endian.
    let is_reduced = y[31] < 0x7f || y[1..31].iter().any(|byte| *byte < 0xff) || y[0] < 0xed;
    if !is_reduced {
        return Err(KeyError::new(
            "the point of an Ed25519 key is not reduced (RFC 8032 section 5.1.3)",
        ));
    }
    if SMALL_ORDER.contains(&y) {
        return Err(KeyError::new(
            "the point of an Ed25519 key has a small order, so one signature is valid for many messages",
        ));
    }
    if !edwards::has_point(&y) {
        return Err(KeyError::new(
            "the point of an Ed25519 key is not on the curve (RFC 8032 section 5.1.3)",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Curve, Material, is_roca};

    #[test]
    fn a_modulus_of_a_faulty_chip_is_recognized() {
        // 65537 to the power 1234567, modulo the product of the primes from 3 to 167.
        let modulus = [
            0x02, 0x5e, 0xe6, 0xc6, 0x39, 0xb4, 0x4c, 0x08, 0xe9, 0x3b, 0xd5, 0x44, 0x77, 0x4c,
            0x41, 0xb5, 0x72, 0x33, 0x7e, 0x82, 0x79, 0xda, 0x60, 0x20, 0xc3, 0xea, 0x99, 0x72,
        ];
        assert!(is_roca(&modulus));
        assert!(is_roca(&[1]), "1 is the power 0");
        // Another number fails for one of the primes.
        for at in 0..modulus.len() {
            let mut other = modulus;
            other[at] ^= 2;
            assert!(!is_roca(&other), "{at}");
        }
        assert!(!is_roca(&[0xff; 256]));
    }

    #[test]
    fn a_point_has_both_coordinates_in_uncompressed_form() {
        let is_accepted = |point: Vec<u8>| Material::on_curve(Curve::P256, point).is_ok();
        assert!(is_accepted([&[4], &[7; 64][..]].concat()));
        assert!(!is_accepted([&[4], &[7; 63][..]].concat()));
        assert!(!is_accepted([&[4], &[7; 65][..]].concat()));
        assert!(!is_accepted([&[2], &[7; 64][..]].concat()));
        assert!(!is_accepted(vec![4]));
        assert!(!is_accepted(Vec::new()));
    }

    /// The prime is 2^255 - 19. Its bytes from the second to the last but one are 0xff.
    #[test]
    fn a_point_of_ed25519_is_below_the_prime() {
        let check = |first: u8, second: u8, last: u8| {
            let mut point = [0xff; 32];
            point[0] = first;
            point[1] = second;
            point[31] = last;
            match Material::Ed25519(point).check() {
                Ok(()) => String::new(),
                Err(error) => error.to_string(),
            }
        };
        for sign in [0, 0x80] {
            let is_reduced = |first, second, last: u8| {
                !check(first, second, last | sign).contains("not reduced")
            };
            assert!(is_reduced(0xff, 0xff, 0x7e));
            assert!(is_reduced(0xff, 0xfe, 0x7f));
            assert!(is_reduced(0xeb, 0xff, 0x7f));
            // The prime minus one has a small order.
            assert!(check(0xec, 0xff, 0x7f | sign).contains("small order"));
            assert!(!is_reduced(0xed, 0xff, 0x7f));
            assert!(!is_reduced(0xff, 0xff, 0x7f));
        }
    }

    #[test]
    fn a_point_of_ed25519_is_on_the_curve() {
        let is_point = |first: u8| {
            let mut point = [0; 32];
            point[0] = first;
            Material::Ed25519(point).check().is_ok()
        };
        let points: Vec<_> = (2..10).filter(|first| is_point(*first)).collect();
        assert_eq!(points, [3, 4, 5, 6, 9]);
    }

    #[test]
    fn the_exponent_of_an_rsa_key_has_four_bytes_at_most() {
        let check = |e: &[u8]| {
            let key = Material::Rsa {
                n: vec![0xff; 256],
                e: e.to_vec(),
            };
            key.check().is_ok()
        };
        assert!(check(&[3]) && check(&[1, 0, 1]) && check(&[0xff; 4]));
        assert!(!check(&[1, 0, 0, 0, 1]) && !check(&[1]) && !check(&[2]) && !check(&[]));
    }
}

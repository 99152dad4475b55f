//! Signature algorithms.

use std::fmt;

/// A signature algorithm of JSON Web Tokens (RFC 7518 section 3.1).
///
/// A key has one algorithm, so a token cannot select how it is verified (RFC 8725 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256 and a shared secret of 32 bytes or more.
    Hs256,
    /// HMAC with SHA-384 and a shared secret of 48 bytes or more.
    Hs384,
    /// HMAC with SHA-512 and a shared secret of 64 bytes or more.
    Hs512,
    /// RSASSA-PKCS1-v1_5 with SHA-256 and a key of 2048 to 8192 bits.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384 and a key of 2048 to 8192 bits.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512 and a key of 2048 to 8192 bits.
    Rs512,
    /// RSASSA-PSS with SHA-256 and a key of 2048 to 8192 bits.
    Ps256,
    /// RSASSA-PSS with SHA-384 and a key of 2048 to 8192 bits.
    Ps384,
    /// RSASSA-PSS with SHA-512 and a key of 2048 to 8192 bits.
    Ps512,
    /// ECDSA with the curve P-256 and SHA-256.
    Es256,
    /// ECDSA with the curve P-384 and SHA-384.
    Es384,
    /// ECDSA with the curve P-521 and SHA-512. Feature `asymmetric` only.
    Es512,
    /// EdDSA with the curve Ed25519 (RFC 8037). A token can also name it `Ed25519` (RFC 9864).
    EdDsa,
}

impl Algorithm {
    /// All algorithms.
    pub const ALL: &'static [Self] = &[
        Self::Hs256,
        Self::Hs384,
        Self::Hs512,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::EdDsa,
    ];

    /// Returns the name in the header of a token, such as `"ES256"`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Returns the algorithm with this name. Names are compared with case.
    pub fn from_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|algorithm| algorithm.is_named(name))
    }

    /// Returns `true` if a token or a key can name the algorithm so.
    pub(crate) fn is_named(self, name: &str) -> bool {
        name == self.name() || self == Self::EdDsa && name == "Ed25519"
    }

    /// Returns `true` if the key is a shared secret: whoever can verify a token can also sign one.
    pub const fn is_symmetric(self) -> bool {
        matches!(self, Self::Hs256 | Self::Hs384 | Self::Hs512)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Algorithm;

    #[test]
    fn a_name_belongs_to_one_algorithm() {
        for algorithm in Algorithm::ALL.iter().copied() {
            assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
            assert_eq!(algorithm.to_string(), algorithm.name());
            assert_eq!(algorithm.is_symmetric(), algorithm.name().starts_with("HS"));
        }
        assert_eq!(Algorithm::from_name("Ed25519"), Some(Algorithm::EdDsa));
        for name in ["", "none", "hs256", "HS256 ", "eddsa", "Ed448", "ES256K"] {
            assert_eq!(Algorithm::from_name(name), None, "{name}");
        }
    }
}

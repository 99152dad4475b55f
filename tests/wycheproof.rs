//! Signatures and keys of the project Wycheproof, which attack implementations of algorithms.
//!
//! The signatures are over messages of any form, so they are verified through jsonwebtoken's trait, which does not
//! know ES512. Prints a line for each set, in the form of `tests/vectors/main.rs`. `scripts/vectors` runs it.

#![allow(clippy::unwrap_used)] // a test reports an error with a panic

use jam::token::{Algorithm, VerifyingKey};
use jsonwebtoken::signature::Verifier;
use wycheproof::TestResult;

/// One test of a set: a signature over a message.
struct Row<'a> {
    id: usize,
    message: &'a [u8],
    signature: &'a [u8],
    /// Implementations must accept it, must reject it, or can do either.
    result: TestResult,
    comment: &'a str,
}

/// The rows of a set under one algorithm.
struct Set {
    name: &'static str,
    algorithm: Algorithm,
    rows: usize,
    disagreements: Vec<String>,
    refused_keys: usize,
}

impl Set {
    fn new(name: &'static str, algorithm: Algorithm) -> Self {
        Self {
            name,
            algorithm,
            rows: 0,
            disagreements: Vec::new(),
            refused_keys: 0,
        }
    }

    /// Checks the signatures of one key. A key that is refused accepts no signature; `may_refuse` says that the
    /// policy of keys asks for that.
    fn check<'a>(
        &mut self,
        key: Result<VerifyingKey, jam::token::KeyError>,
        may_refuse: bool,
        rows: impl Iterator<Item = Row<'a>>,
    ) {
        let key = match key {
            Ok(key) => key,
            Err(_) if may_refuse => {
                self.refused_keys += 1;
                return;
            }
            Err(why) => return self.disagreements.push(format!("a key is refused: {why}")),
        };
        let verifier = key.to_jwt_verifier();
        for row in rows {
            self.rows += 1;
            let accepted = match &verifier {
                Ok(verifier) => verifier
                    .verify(row.message, &row.signature.to_vec())
                    .is_ok(),
                Err(why) => return self.disagreements.push(why.to_string()),
            };
            let agrees = match row.result {
                TestResult::Valid => accepted,
                TestResult::Invalid => !accepted,
                TestResult::Acceptable => true,
            };
            if !agrees {
                let found = if accepted { "accepted" } else { "rejected" };
                let (id, comment) = (row.id, row.comment);
                self.disagreements
                    .push(format!("{id}: {found} ({comment})"));
            }
        }
    }

    fn finish(self) {
        println!(
            "vectors wycheproof/{} as {} {} rows, {} disagreements, {} keys refused",
            self.name,
            self.algorithm,
            self.rows,
            self.disagreements.len(),
            self.refused_keys
        );
        assert!(self.rows > 0, "{}: nothing was checked", self.name);
        assert!(self.disagreements.is_empty(), "{:#?}", self.disagreements);
    }
}

/// Checks each of these sets.
macro_rules! check {
    ($kind:ident: $($name:ident as $algorithm:ident,)*) => {$({
        use wycheproof::$kind::{TestName, TestSet};
        let mut set = Set::new(stringify!($name), Algorithm::$algorithm);
        for group in TestSet::load(TestName::$name).unwrap().test_groups {
            let key = VerifyingKey::from_der(set.algorithm, &group.der);
            set.check(key, false, group.tests.iter().map(|test| Row {
                id: test.tc_id,
                message: &test.msg,
                signature: &test.sig,
                result: test.result,
                comment: &test.comment,
            }));
        }
        set.finish();
    })*};
}

#[cfg(any(feature = "asymmetric", feature = "graviola"))]
#[test]
fn signatures_of_curves() {
    check! { ecdsa:
        EcdsaSecp256r1Sha256P1363 as Es256,
        EcdsaSecp384r1Sha384P1363 as Es384,
    }
    check! { eddsa:
        Ed25519 as EdDsa,
    }
}

#[cfg(any(feature = "asymmetric", feature = "graviola"))]
#[test]
fn signatures_of_rsa() {
    check! { rsa_pkcs1_verify:
        Rsa2048Sha256 as Rs256,
        Rsa2048Sha384 as Rs384,
        Rsa2048Sha512 as Rs512,
        Rsa3072Sha256 as Rs256,
        Rsa3072Sha384 as Rs384,
        Rsa3072Sha512 as Rs512,
        Rsa4096Sha256 as Rs256,
        Rsa4096Sha384 as Rs384,
        Rsa4096Sha512 as Rs512,
        Rsa8192Sha256 as Rs256,
    }
    check! { rsa_pss_verify:
        RsaPss2048Sha256Mgf1SaltLen32 as Ps256,
        RsaPss2048Sha384Mgf1SaltLen48 as Ps384,
        RsaPss3072Sha256Mgf1SaltLen32 as Ps256,
        RsaPss4096Sha256Mgf1SaltLen32 as Ps256,
        RsaPss4096Sha384Mgf1SaltLen48 as Ps384,
        RsaPss4096Sha512Mgf1SaltLen64 as Ps512,
    }
}

#[test]
fn shared_secrets() {
    use wycheproof::mac::{TestName, TestSet};
    for (name, algorithm, length) in [
        (TestName::HmacSha256, Algorithm::Hs256, 32),
        (TestName::HmacSha384, Algorithm::Hs384, 48),
        (TestName::HmacSha512, Algorithm::Hs512, 64),
    ] {
        let mut set = Set::new("hmac", algorithm);
        for group in TestSet::load(name).unwrap().test_groups {
            for test in &group.tests {
                let row = Row {
                    id: test.tc_id,
                    message: &test.msg,
                    signature: &test.tag,
                    // A tag that was cut short is no signature of RFC 7518 section 3.2.
                    result: match group.tag_size == length * 8 {
                        true => test.result,
                        false => TestResult::Invalid,
                    },
                    comment: &test.comment,
                };
                // A secret that is shorter than the hash is refused (RFC 7518 section 3.2).
                let is_short = test.key.len() < length;
                let key = VerifyingKey::hmac(algorithm, &test.key);
                set.check(key, is_short, std::iter::once(row));
            }
        }
        set.finish();
    }
}

//! `jam token verify`: is a token valid, and if not, which check fails.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueHint};
use jam::token::{
    Algorithm, KeyError, KeyRing, KeySet, KeyState, SigningKey, Verifier, VerifierKeys,
    VerifyingKey,
};
use jam::{ErrorKind, JamPayload};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::decode::Decoded;
use super::fault::{self, Expected};
use super::source;
use crate::output::{Failure, Reply, Status, pretty};
use crate::{algorithm, input, keys, time};

/// Verifies a token, and prints its claims or the check that failed.
///
/// The checks are those of a program with jam-auth: signature, type, times, issuer, audience. They stop at the
/// first one that fails.
#[derive(Args)]
pub(crate) struct Verify {
    /// The token; without it, or for `-`, it is read from stdin, so that it is not in the history of the shell
    #[arg(value_name = "TOKEN")]
    token: Option<String>,
    #[command(flatten)]
    source: Source,
    /// The algorithm: HS256 by default for a secret, needed for --public-key, and for a JWK set whose keys do
    /// not name theirs
    #[arg(long, value_parser = algorithm::parser(), ignore_case = true, conflicts_with = "keys")]
    algorithm: Option<Algorithm>,
    /// The issuer that the token must name in `iss`
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    issuer: Option<String>,
    /// The audience that the token must name in `aud`; without it, a token that names one is not valid
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    audience: Option<String>,
    /// The type that the token must have in `typ`, such as at+jwt; without it `JWT`, or none
    #[arg(long = "type", value_name = "TYPE", value_parser = NonEmptyStringValueParser::new())]
    token_type: Option<String>,
    /// The tolerated difference of clocks: 60 at most
    #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=60))]
    leeway: u64,
    /// The longest time for which a token may be valid, from its `iat`
    #[arg(long, value_name = "SECONDS")]
    max_lifetime: Option<u64>,
}

/// The place of the keys. Without any of them, the shared secret is in the variable JAM_SECRET.
#[derive(Args)]
#[group(multiple = false)]
struct Source {
    /// The folder of a ring
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    keys: Option<PathBuf>,
    /// A file with a JWK set
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    jwks: Option<PathBuf>,
    /// A file whose text is the shared secret; it can also be in the variable JAM_SECRET
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    secret_file: Option<PathBuf>,
    /// A file with a public key or a certificate in PEM
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    public_key: Option<PathBuf>,
}

/// Claims of any names. They are shown as they are in the token.
#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct AnyClaims {}

/// Keys, and their names for a message.
struct Known {
    keys: VerifierKeys,
    names: Vec<(Option<String>, Algorithm)>,
}

impl Verify {
    pub(crate) fn run(self) -> Result<Reply, Failure> {
        // Before the token, which may have to be typed.
        let Known { keys, names } = self.source.read(self.algorithm)?;
        let token = input::token(self.token)?;
        let mut builder = Verifier::builder(keys).leeway(Duration::from_secs(self.leeway));
        if let Some(issuer) = &self.issuer {
            builder = builder.issuer(issuer);
        }
        if let Some(audience) = &self.audience {
            builder = builder.audience(audience);
        }
        if let Some(token_type) = &self.token_type {
            builder = builder.token_type(token_type);
        }
        if let Some(seconds) = self.max_lifetime {
            builder = builder.max_lifetime(Duration::from_secs(seconds));
        }
        let verifier = builder
            .build()
            .map_err(|error| Failure::usage(error.to_string()))?;
        let now = time::now();
        let decoded = Decoded::read(&token);
        match verifier.verify_at::<AnyClaims>(&token, now) {
            Ok(_) => valid(decoded, now),
            Err(error) => {
                let ErrorKind::Token(fault) = error.kind() else {
                    return Err(Failure::usage(error.to_string()));
                };
                let expected = Expected {
                    keys: names,
                    issuer: self.issuer,
                    audience: self.audience,
                    token_type: self.token_type,
                    max_lifetime: self.max_lifetime,
                };
                let (check, why) = fault::explain(fault, decoded.as_ref(), &expected, now);
                let json = json!({ "valid": false, "check": check, "reason": why });
                let mut reply =
                    Reply::new("", json).with_note(format!("NOT VALID ({check}): {why}"));
                reply.status = Status::No;
                Ok(reply)
            }
        }
    }
}

fn valid(decoded: Result<Decoded, String>, now: u64) -> Result<Reply, Failure> {
    let decoded = decoded.map_err(Failure::usage)?;
    let json = json!({ "valid": true, "header": decoded.header, "claims": decoded.claims });
    let note = format!("Valid.\n{}", decoded.times(now));
    Ok(Reply::new(pretty(&decoded.claims), json).with_note(note))
}

impl Source {
    fn read(&self, algorithm: Option<Algorithm>) -> Result<Known, Failure> {
        if let Some(folder) = &self.keys {
            return of_ring(folder);
        }
        if let Some(file) = &self.jwks {
            return of_jwks(file, algorithm);
        }
        if let Some(file) = &self.public_key {
            let algorithm = source::of_file(algorithm, "--public-key")?;
            let key = public_key(algorithm, &input::text_file(file)?);
            let key = key.map_err(source::unusable(&file.display().to_string()))?;
            return Ok(Known::from(KeySet::from(key)));
        }
        let file = self.secret_file.as_deref();
        let Some(secret) = source::secret(file)? else {
            return Err(Failure::usage(
                "name the keys: --keys FOLDER, --jwks FILE, --public-key FILE or --secret-file FILE, or set \
                 JAM_SECRET",
            ));
        };
        let key = VerifyingKey::hmac(source::of_secret(algorithm), secret);
        let key = key.map_err(source::unusable(&source::name_of_secret(file)))?;
        Ok(Known::from(KeySet::from(key)))
    }
}

impl From<KeySet> for Known {
    fn from(keys: KeySet) -> Self {
        let name = |key: &VerifyingKey| (key.id().map(str::to_owned), key.algorithm());
        Self {
            names: keys.iter().map(name).collect(),
            keys: keys.into(),
        }
    }
}

fn of_ring(folder: &Path) -> Result<Known, Failure> {
    let (schedule, now) = (keys::read(folder)?, time::now());
    let verifying = schedule.keys().filter(|key| {
        let state = schedule.state(key.id(), now);
        state.is_some_and(KeyState::verifies)
    });
    let keys = verifying.filter_map(|key| key.key().map(SigningKey::verifying_key));
    let names = keys.map(|key| (key.id().map(str::to_owned), key.algorithm()));
    Ok(Known {
        names: names.collect(),
        keys: KeyRing::new(schedule).into(),
    })
}

fn of_jwks(file: &Path, algorithm: Option<Algorithm>) -> Result<Known, Failure> {
    let text = input::text_file(file)?;
    let allowed = algorithm.map_or_else(algorithm::with_public_keys, |one| vec![one]);
    let keys = KeySet::from_jwks(&text, &allowed).map_err(|error| {
        let hint = match text.trim_start().starts_with('<') {
            true => "; it is a page in HTML or XML: fetch the address that the issuer names as `jwks_uri`",
            false if algorithm.is_none() => "; to choose the algorithm, write --algorithm, such as \
                                             --algorithm RS256",
            false => "",
        };
        Failure::usage(format!("{}: {error}{hint}", file.display()))
    })?;
    Ok(keys.into())
}

#[cfg(any(feature = "asymmetric", feature = "graviola"))]
fn public_key(algorithm: Algorithm, pem: &str) -> Result<VerifyingKey, KeyError> {
    VerifyingKey::from_pem(algorithm, pem)
}

/// Returns the error that names the feature that is missing.
#[cfg(not(any(feature = "asymmetric", feature = "graviola")))]
fn public_key(_algorithm: Algorithm, _pem: &str) -> Result<VerifyingKey, KeyError> {
    SigningKey::generate(Algorithm::Es256).map(|key| key.verifying_key())
}

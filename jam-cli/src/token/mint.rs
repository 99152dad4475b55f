//! `jam token mint`: a token for a test.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueHint};
use jam::token::{Algorithm, KeyError, KeyRing, SigningKey};
use jam::{ErrorKind, Jam, JamPayload, Jwt, Payload};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::source;
use crate::output::{Failure, Reply};
use crate::{algorithm, input, keys, time};

/// Signs a token, for tests and for finding faults.
///
/// `jti`, `iat` and `exp` are added. The token is printed alone, so that it can be passed on:
/// `jam token mint --keys keys --subject 7 | jam token verify --keys keys`
#[derive(Args)]
pub(crate) struct Mint {
    #[command(flatten)]
    source: Source,
    /// The algorithm: HS256 by default for a secret, needed for --private-key
    #[arg(long, value_parser = algorithm::parser(), ignore_case = true, conflicts_with = "keys")]
    algorithm: Option<Algorithm>,
    /// The subject, `sub`
    #[arg(long, value_name = "TEXT")]
    subject: Option<String>,
    /// Another claim, with its value as JSON, such as 'roles=["admin"]' or 'name="Ann"'; it can be repeated
    #[arg(long = "claim", value_name = "NAME=JSON", value_parser = claim)]
    claims: Vec<(String, Value)>,
    /// The time until the token expires; by default that of the ring, or 3600
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    lifetime: Option<u64>,
    /// The issuer, `iss`
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    issuer: Option<String>,
    /// The audience, `aud`
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    audience: Option<String>,
    /// The type, `typ`; by default JWT
    #[arg(long = "type", value_name = "TYPE", value_parser = NonEmptyStringValueParser::new())]
    token_type: Option<String>,
}

/// The place of the key. Without any of them, the shared secret is in the variable JAM_SECRET.
#[derive(Args)]
#[group(multiple = false)]
struct Source {
    /// The folder of a ring, whose current key signs
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    keys: Option<PathBuf>,
    /// A file whose text is the shared secret; it can also be in the variable JAM_SECRET
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    secret_file: Option<PathBuf>,
    /// A file with a private key in PEM
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    private_key: Option<PathBuf>,
}

/// Claims without a subject.
#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct Unnamed {
    #[serde(flatten)]
    claims: BTreeMap<String, Value>,
}

/// Claims with a subject.
#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct Named {
    #[jam(sub)]
    subject: String,
    #[serde(flatten)]
    claims: BTreeMap<String, Value>,
}

/// Reads a claim of the command line.
fn claim(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text
        .split_once('=')
        .filter(|(name, _)| !name.is_empty())
        .ok_or("write NAME=JSON, such as 'level=3'")?;
    let own = match name {
        "sub" => Some("write --subject"),
        "iss" => Some("write --issuer"),
        "aud" => Some("write --audience"),
        "exp" => Some("write --lifetime"),
        "iat" | "jti" | "nbf" | "auth_time" | "cnf" => Some("it cannot be set here"),
        _ => None,
    };
    if let Some(instead) = own {
        return Err(format!("`{name}` is a registered claim: {instead}"));
    }
    let value = serde_json::from_str(value)
        .map_err(|_| format!("the value is not JSON; a text has double quotes: '{name}=\"..\"'"))?;
    Ok((name.to_owned(), value))
}

impl Mint {
    pub(crate) fn run(self) -> Result<Reply, Failure> {
        let mut jwt = self.source.read(self.algorithm)?;
        if let Some(seconds) = self.lifetime {
            jwt = jwt.lifetime(Duration::from_secs(seconds));
        }
        if let Some(issuer) = self.issuer {
            jwt = jwt.issuer(issuer);
        }
        if let Some(audience) = self.audience {
            jwt = jwt.audience(audience);
        }
        if let Some(token_type) = self.token_type {
            jwt = jwt.token_type(token_type);
        }
        let jam = Jam::builder().jwt(jwt).build();
        // The error names the setting as a configuration does.
        let named = |text: String| text.replace("jwt.lifetime", "--lifetime");
        let jam = jam.map_err(|error| Failure::usage(named(error.to_string())))?;
        let mut claims = BTreeMap::new();
        for (name, value) in self.claims {
            if claims.insert(name.clone(), value).is_some() {
                return Err(Failure::usage(format!("--claim {name} is given twice")));
            }
        }
        match self.subject {
            Some(subject) => sign(&jam, Named { subject, claims }),
            None => sign(&jam, Unnamed { claims }),
        }
    }
}

fn sign<P: Payload>(jam: &Jam, payload: P) -> Result<Reply, Failure> {
    let token = jam.gen_jwt_token(&jam.make_payload(payload));
    let token = token.map_err(|error| match error.kind() {
        // There are no keys at all.
        ErrorKind::Token(_) => Failure::usage("no key of the ring signs; list them: jam keys list"),
        _ => Failure::usage(error.to_string()),
    })?;
    let json = json!({
        "token": token.as_str(),
        "expires_at": time::utc(token.expires_at()),
    });
    Ok(Reply::new(token.as_str(), json))
}

impl Source {
    fn read(&self, algorithm: Option<Algorithm>) -> Result<Jwt, Failure> {
        if let Some(folder) = &self.keys {
            return Ok(Jwt::keys(KeyRing::new(keys::read(folder)?)));
        }
        if let Some(file) = &self.private_key {
            let algorithm = source::of_file(algorithm, "--private-key")?;
            let key = private_key(algorithm, &input::text_file(file)?);
            let key = key.map_err(source::unusable(&file.display().to_string()))?;
            return Ok(Jwt::with_key(key));
        }
        let file = self.secret_file.as_deref();
        let Some(secret) = source::secret(file)? else {
            return Err(Failure::usage(
                "name the key: --keys FOLDER, --secret-file FILE or --private-key FILE, or set JAM_SECRET",
            ));
        };
        let key = SigningKey::hmac(source::of_secret(algorithm), secret);
        let key = key.map_err(source::unusable(&source::name_of_secret(file)))?;
        Ok(Jwt::with_key(key))
    }
}

#[cfg(any(feature = "asymmetric", feature = "graviola"))]
fn private_key(algorithm: Algorithm, pem: &str) -> Result<SigningKey, KeyError> {
    SigningKey::from_pem(algorithm, pem)
}

/// Returns the error that names the feature that is missing.
#[cfg(not(any(feature = "asymmetric", feature = "graviola")))]
fn private_key(_algorithm: Algorithm, _pem: &str) -> Result<SigningKey, KeyError> {
    SigningKey::generate(Algorithm::Es256)
}

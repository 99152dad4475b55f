//! The table `jwt` of a configuration.

use std::path::Path;
use std::time::Duration;

use zeroize::Zeroizing;

use super::error::Fault;
use super::table::Table;
use jam_core::key::{Algorithm, SigningKey};
use jam_core::ring::KeyRing;
use jam_core::token::Jwt;

/// Reads the table. A relative path of a key begins at `folder`.
pub(super) fn read(mut table: Table, folder: &Path, faults: &mut Vec<Fault>) -> Option<Jwt> {
    let algorithm = table.text("algorithm", faults);
    let secret = table.text("secret", faults).map(Zeroizing::new);
    let previous = table
        .texts("previous_secrets", faults)
        .into_iter()
        .map(Zeroizing::new);
    let key_file = table.text("key_file", faults);
    let ring = table.text("keys", faults);
    let lifetime = table.number("lifetime", "seconds", faults);
    let max_lifetime = table.number("max_lifetime", "seconds", faults);
    let leeway = table.number("leeway", "seconds", faults);
    let texts = ["issuer", "audience", "key_id", "token_type"].map(|key| table.text(key, faults));
    let mut jwt = match ring {
        Some(path) => {
            let others = [
                ("algorithm", algorithm.is_some()),
                ("secret", secret.is_some()),
                ("key_file", key_file.is_some()),
            ];
            for (other, _) in others.into_iter().filter(|(_, is_set)| *is_set) {
                let why = format!("`{}` names a ring, which has all keys", table.key("keys"));
                faults.push(table.fault(other, &why));
            }
            let ring = KeyRing::load(folder.join(path));
            ring.map(Jwt::keys)
                .map_err(|why| faults.push(table.fault("keys", &why.to_string())))
                .ok()
        }
        None => of_one_key(
            &table,
            algorithm.as_deref(),
            secret,
            key_file,
            folder,
            faults,
        ),
    };
    table.finish(faults);
    for secret in previous {
        jwt = jwt.map(|jwt| jwt.also_accept(secret.as_bytes()));
    }
    let mut jwt = jwt?;
    if let Some(seconds) = lifetime {
        jwt = jwt.lifetime(Duration::from_secs(seconds));
    }
    if let Some(seconds) = max_lifetime {
        jwt = jwt.max_lifetime(Duration::from_secs(seconds));
    }
    if let Some(seconds) = leeway {
        jwt = jwt.leeway(Duration::from_secs(seconds));
    }
    let [issuer, audience, key_id, token_type] = texts;
    if let Some(issuer) = issuer {
        jwt = jwt.issuer(issuer);
    }
    if let Some(audience) = audience {
        jwt = jwt.audience(audience);
    }
    if let Some(key_id) = key_id {
        jwt = jwt.key_id(key_id);
    }
    if let Some(token_type) = token_type {
        jwt = jwt.token_type(token_type);
    }
    Some(jwt)
}

/// Makes the backend with the key of the configuration.
fn of_one_key(
    table: &Table,
    algorithm: Option<&str>,
    secret: Option<Zeroizing<String>>,
    key_file: Option<String>,
    folder: &Path,
    faults: &mut Vec<Fault>,
) -> Option<Jwt> {
    let named = algorithm.map(Algorithm::from_name);
    let algorithm = named.unwrap_or(Some(Algorithm::Hs256)).unwrap_or_else(|| {
        let why = "unknown algorithm: write \"HS256\", \"ES256\", \"EdDSA\", \"RS256\" or a longer form of one";
        faults.push(table.fault("algorithm", why));
        Algorithm::Hs256
    });
    let (of_secret, of_file) = (
        ("secret", secret.is_some()),
        ("key_file", key_file.is_some()),
    );
    let ((key, has_key), (other, has_other)) = match algorithm.is_symmetric() {
        true => (of_secret, of_file),
        false => (of_file, of_secret),
    };
    if has_other {
        let why = format!("{algorithm} does not use it: set `{}`", table.key(key));
        faults.push(table.fault(other, &why));
    }
    if !has_key && !table.has_fault(key, faults) {
        faults.push(table.fault(key, "it is missing: tokens are signed with it"));
    }
    match algorithm {
        Algorithm::Hs256 => secret.map(|secret| Jwt::hs256(secret.as_bytes())),
        Algorithm::Hs384 => secret.map(|secret| Jwt::hs384(secret.as_bytes())),
        Algorithm::Hs512 => secret.map(|secret| Jwt::hs512(secret.as_bytes())),
        other => key_file.and_then(|path| match read_key(other, &folder.join(path)) {
            Ok(key) => Some(Jwt::with_key(key)),
            Err(why) => {
                faults.push(table.fault("key_file", &why));
                None
            }
        }),
    }
}

/// Reads a private key. An error names the file, and never quotes it.
fn read_key(algorithm: Algorithm, path: &Path) -> Result<SigningKey, String> {
    let of_file = |why: String| format!("{}: {why}", path.display());
    let pem = std::fs::read(path).map(Zeroizing::new);
    let pem = pem.map_err(|error| of_file(error.to_string()))?;
    parse(algorithm, &pem).map_err(of_file)
}

#[cfg(any(feature = "asymmetric", feature = "graviola"))]
fn parse(algorithm: Algorithm, pem: &[u8]) -> Result<SigningKey, String> {
    SigningKey::from_pem(algorithm, pem).map_err(|why| why.to_string())
}

#[cfg(not(any(feature = "asymmetric", feature = "graviola")))]
fn parse(algorithm: Algorithm, _: &[u8]) -> Result<SigningKey, String> {
    // Another crate may have switched the feature of `jam-core` on, so this is decided here.
    Err(format!(
        "{algorithm} needs the feature `asymmetric` or `graviola` of jam-auth"
    ))
}

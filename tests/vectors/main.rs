//! Test vectors of others. `JAM_VECTORS` names a folder of them, each file with one JSON object in a line.
//!
//! | member of a row | meaning |
//! |---|---|
//! | `id`, `why` | the name of the row, and what it is about |
//! | `key` | a JWK or a JWK set |
//! | `token` | the token |
//! | `allowed_algs` | only the signature is checked: the allowed algorithms |
//! | `now`, `policy` | the claims are checked too: at this time, with `alg`, `iss`, `aud`, `typ`, `leeway` |
//! | `request` | a request over HTTP, and in `expect` its response |
//! | `expect` | `accept`, `reject`, or `either-no-panic` |
//!
//! Prints one line for each file, and one for each row with another result. `scripts/vectors` runs it.

#![allow(clippy::unwrap_used)] // a test reports an error with a panic

mod http;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use jam::JamPayload;
use jam::token::{Algorithm, KeySet, Verifier, VerifyingKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A payload that accepts any claims.
#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct Anything {}

/// The result of one row.
pub(crate) enum Verdict {
    Agrees,
    Disagrees(String),
    /// The row is about something that Jam does not have.
    Skipped(&'static str),
}

fn main() -> ExitCode {
    let folder = std::env::var("JAM_VECTORS").unwrap_or_default();
    if folder.is_empty() {
        println!("vectors: ignored, because JAM_VECTORS names no folder");
        return ExitCode::SUCCESS;
    }
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{folder}: {error}"))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"))
        .collect();
    files.sort();
    assert!(
        !files.is_empty(),
        "{folder} has no file that ends in .jsonl"
    );
    let disagreements: usize = files.iter().map(|file| check_file(file)).sum();
    match disagreements {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// Checks the rows of a file. Returns the number of disagreements.
fn check_file(file: &Path) -> usize {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{file:?}: {error}"));
    let rows: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let verdicts = match rows.iter().all(|row| row["request"].is_object()) {
        true => http::check(&rows),
        false => rows.iter().map(check).collect(),
    };
    let mut disagreements = Vec::new();
    let mut skipped: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (row, verdict) in rows.iter().zip(verdicts) {
        match verdict {
            Verdict::Agrees => {}
            Verdict::Disagrees(found) => {
                disagreements.push(format!("  {}: {found} ({})", row["id"], row["why"]));
            }
            Verdict::Skipped(why) => skipped
                .entry(why)
                .or_default()
                .push(row["id"].as_str().unwrap()),
        }
    }
    for (why, ids) in &skipped {
        match ids.as_slice() {
            [first, .., last] => {
                println!("  {} rows are skipped, {first} to {last}: {why}", ids.len())
            }
            _ => println!("  {} is skipped: {why}", ids.join("")),
        }
    }
    println!(
        "vectors {} {} rows, {} disagreements",
        file.file_name().unwrap_or_default().display(),
        rows.len() - skipped.values().map(Vec::len).sum::<usize>(),
        disagreements.len()
    );
    for disagreement in &disagreements {
        println!("{disagreement}");
    }
    disagreements.len()
}

fn check(row: &Value) -> Verdict {
    let policy = &row["policy"];
    let names = match policy["alg"].is_array() {
        true => &policy["alg"],
        false => &row["allowed_algs"],
    };
    let names = names.as_array().unwrap().iter();
    let allowed: Vec<_> = names
        .filter_map(|name| Algorithm::from_name(name.as_str().unwrap()))
        .collect();
    let has = |algorithm: &Algorithm| {
        algorithm.is_symmetric()
            || cfg!(feature = "asymmetric")
            || cfg!(feature = "graviola") && *algorithm != Algorithm::Es512
    };
    if !allowed.iter().all(has) {
        return Verdict::Skipped("this build lacks the algorithm: see the features of jam-tests");
    }
    let expected = row["expect"].as_str().unwrap();
    match (verify(row, &allowed), expected) {
        (Ok(()), "accept") | (Err(_), "reject") | (_, "either-no-panic") => Verdict::Agrees,
        (Ok(()), _) => Verdict::Disagrees("accepted".to_owned()),
        (Err(why), _) => Verdict::Disagrees(format!("rejected: {why}")),
    }
}

/// Verifies the token of a row. A key that is rejected accepts no token.
fn verify(row: &Value, allowed: &[Algorithm]) -> Result<(), Box<dyn std::error::Error>> {
    let key = row["key"].to_string();
    let keys = match row["key"]["keys"].is_array() {
        true => KeySet::from_jwks(&key, allowed)?,
        false => VerifyingKey::from_jwk(&key, allowed)?.into(),
    };
    let verifier = Verifier::builder(keys);
    let token = row["token"].as_str().unwrap();
    let Some(now) = row["now"].as_u64() else {
        verifier.build()?.verify_signature(token)?;
        return Ok(());
    };
    let policy = &row["policy"];
    // A leeway above a minute is an error. Rows with one test overflow.
    let leeway = policy["leeway"].as_u64().unwrap().min(60);
    let mut verifier = verifier
        .issuer(policy["iss"].as_str().unwrap())
        .audience(policy["aud"].as_str().unwrap())
        .leeway(Duration::from_secs(leeway));
    if let Some(typ) = policy["typ"].as_str() {
        verifier = verifier.token_type(typ);
    }
    verifier.build()?.verify_at::<Anything>(token, now)?;
    Ok(())
}

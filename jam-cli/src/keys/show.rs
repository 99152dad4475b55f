//! Keys as text and as JSON.

use std::fmt::Write;
use std::path::Path;

use jam::token::{KeySchedule, KeyState, ScheduledKey, SigningKey, VerifyingKey};
use serde_json::{Value, json};

use super::{quoted, read};
use crate::output::{Failure, Reply};
use crate::time;

/// Returns the key `id`.
pub(super) fn find<'a>(
    schedule: &'a KeySchedule,
    path: &Path,
    id: &str,
) -> Result<&'a ScheduledKey, Failure> {
    schedule.key(id).ok_or_else(|| {
        Failure::usage(format!(
            "there is no key {id:?} in {}; list its keys: jam keys list {}",
            path.display(),
            quoted(path)
        ))
    })
}

/// Returns one line for each key.
pub(super) fn lines(schedule: &KeySchedule, now: u64) -> String {
    let width = schedule.keys().map(|key| key.id().len()).max().unwrap_or(0);
    let mut text = String::new();
    for key in schedule.keys() {
        let (state, since) = (state(schedule, key, now), since(schedule, key, now));
        let (id, algorithm) = (key.id(), key.algorithm().name());
        // Writing into text cannot fail.
        let _ = writeln!(
            text,
            "{id:width$}  {algorithm:5}  {:7}  {since}",
            state.name()
        );
    }
    text
}

fn state(schedule: &KeySchedule, key: &ScheduledKey, now: u64) -> KeyState {
    // The key is in the schedule, so it has a state.
    schedule.state(key.id(), now).unwrap_or(KeyState::Expired)
}

/// Returns since when or until when the key is in its state.
fn since(schedule: &KeySchedule, key: &ScheduledKey, now: u64) -> String {
    let at = |time: u64| time::with_distance(time, now);
    let retires = schedule.retires_at(key).map(at);
    let verifies_until = schedule.verifies_until(key).map(at);
    match (state(schedule, key, now), key.signs()) {
        (KeyState::Revoked, _) => match key.revoked() {
            Some(time) => format!("since {}", at(time)),
            None => String::new(),
        },
        (KeyState::Standby, Some(from)) => format!("signs from {}", at(from)),
        (KeyState::Standby, None) => format!("made {}", at(key.created())),
        (KeyState::Current, from) => {
            let from = from.map(at).unwrap_or_default();
            let until = retires.map(|time| format!(", signs until {time}"));
            format!("since {from}{}", until.unwrap_or_default())
        }
        (KeyState::Retired, _) => format!("verifies until {}", verifies_until.unwrap_or_default()),
        (_, _) => format!("since {}", verifies_until.unwrap_or_default()),
    }
}

/// Returns all keys as JSON, without their private parts.
pub(super) fn all(schedule: &KeySchedule, now: u64) -> Value {
    schedule.keys().map(|key| one(schedule, key, now)).collect()
}

/// Returns a key as JSON, without its private part.
pub(super) fn one(schedule: &KeySchedule, key: &ScheduledKey, now: u64) -> Value {
    let at = |time: Option<u64>| time.map(time::utc);
    json!({
        "kid": key.id(),
        "algorithm": key.algorithm().name(),
        "state": state(schedule, key, now).name(),
        "created_at": time::utc(key.created()),
        "signs_from": at(key.signs()),
        "retires_at": at(schedule.retires_at(key)),
        "verifies_until": at(schedule.verifies_until(key)),
        "revoked_at": at(key.revoked()),
    })
}

/// Prints one key.
pub(super) fn show(path: &Path, id: &str, private: bool) -> Result<Reply, Failure> {
    let (now, schedule) = (time::now(), read(path)?);
    let scheduled = find(&schedule, path, id)?;
    let Some(key) = scheduled.key().map(SigningKey::verifying_key) else {
        return Err(Failure::usage(format!(
            "the key {id:?} was revoked, and removed from {}",
            path.display()
        )));
    };
    let mut json = one(&schedule, scheduled, now);
    if private {
        return show_secret(scheduled, json);
    }
    let Some(pem) = pem(&key) else {
        return Err(Failure::usage(format!(
            "the key {id:?} is a shared secret, and has no public part; to print the secret, write --private"
        )));
    };
    add(&mut json, "public_key", pem.as_str().into());
    add(&mut json, "jwk", key.to_jwk().into());
    Ok(Reply::new(pem, json))
}

fn show_secret(key: &ScheduledKey, mut json: Value) -> Result<Reply, Failure> {
    // Only a ring in memory has keys without their text.
    let secret = key.secret_text();
    let secret = secret.ok_or_else(|| Failure::usage("the key has no private text"))?;
    let name = match key.algorithm().is_symmetric() {
        true => "secret",
        false => "private_key",
    };
    add(&mut json, name, secret.into());
    Ok(Reply::new(secret, json).with_note("Keep it secret: whoever has it can sign tokens."))
}

fn add(json: &mut Value, name: &str, value: Value) {
    if let Some(members) = json.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

#[cfg(any(feature = "asymmetric", feature = "graviola"))]
fn pem(key: &VerifyingKey) -> Option<String> {
    key.to_pem()
}

/// Without public keys there are only shared secrets.
#[cfg(not(any(feature = "asymmetric", feature = "graviola")))]
fn pem(_key: &VerifyingKey) -> Option<String> {
    None
}

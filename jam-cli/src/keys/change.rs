//! Changes of a ring.

use std::path::Path;
use std::time::Duration;

use jam::token::{Algorithm, KeyFolder, KeySchedule, KeyState, NewRing, RingError};
use serde_json::{Value, json};

use super::show::{all, find};
use super::{io_error, is_missing, open, quoted, read};
use crate::output::{Failure, Reply};
use crate::{algorithm, time};

/// The effect on programs that have loaded the folder.
const READ_AGAIN: &str =
    "Programs that loaded the folder read it again within 10 seconds; no restart is needed.";

/// Makes a ring, or adds a key.
pub(super) fn generate(
    path: &Path,
    algorithm: Option<Algorithm>,
    token_lifetime: Option<u64>,
    standby: Option<u64>,
) -> Result<Reply, Failure> {
    match KeyFolder::open(path) {
        Ok(_) if token_lifetime.is_some() || standby.is_some() => Err(Failure::usage(format!(
            "{} has a ring, and its lifetimes are set when it is made; to add a key, leave out \
             --token-lifetime and --standby",
            path.display()
        ))),
        Ok(folder) => add(&folder, algorithm),
        Err(error) if is_missing(&error) => {
            let mut ring = NewRing::new(algorithm.unwrap_or_else(algorithm::of_new_ring));
            if let Some(seconds) = token_lifetime {
                ring = ring.token_lifetime(Duration::from_secs(seconds));
            }
            if let Some(seconds) = standby {
                ring = ring.standby(Duration::from_secs(seconds));
            }
            create(path, &ring)
        }
        Err(error) => Err(Failure::storage(error.to_string())),
    }
}

fn create(path: &Path, ring: &NewRing) -> Result<Reply, Failure> {
    let now = time::now();
    KeyFolder::create(path, ring, now).map_err(|error| Failure::storage(error.to_string()))?;
    let schedule = read(path)?;
    let text = format!(
        "Made a ring in {}. A token lives for {} at most.\n{}",
        path.display(),
        time::duration(schedule.token_lifetime()),
        super::show::lines(&schedule, now),
    );
    let note = format!(
        "Load it with Jwt::keys(KeyRing::load(..)?) or the key `jwt.keys` of the configuration. Keep the \
         folder out of version control. To replace the key that signs: jam keys rotate {}",
        quoted(path)
    );
    let json = changed(path, &schedule, now, &[("created", true.into())]);
    Ok(Reply::new(text, json).with_note(note))
}

fn add(folder: &KeyFolder, algorithm: Option<Algorithm>) -> Result<Reply, Failure> {
    let now = time::now();
    let id = folder.generate(algorithm, now).map_err(refused)?;
    let schedule = read(folder.path())?;
    let text = format!("{id} stands by. Keys that have stood by for longer sign before it.");
    let json = changed(
        folder.path(),
        &schedule,
        now,
        &[("created", false.into()), ("kid", id.into())],
    );
    Ok(Reply::new(text, json))
}

/// Plans that another key signs.
pub(super) fn rotate(path: &Path, algorithm: Option<Algorithm>) -> Result<Reply, Failure> {
    let (folder, before) = open(path)?;
    let now = time::now();
    let (id, at) = folder.rotate(algorithm, now).map_err(refused)?;
    let schedule = read(path)?;
    let mut text = format!("{id} takes over at {}.\n", time::with_distance(at, now));
    if let Some(current) = schedule.current(now) {
        text.push_str(&format!("{} signs until then", current.id()));
        if let Some(end) = schedule.verifies_until(current) {
            text.push_str(&format!(", and verifies until {}", time::utc(end)));
        }
        text.push_str(".\n");
    }
    text.push_str(&stand_by(&before, &schedule));
    let more = [("kid", id.into()), ("signs_from", time::utc(at).into())];
    Ok(Reply::new(text, changed(path, &schedule, now, &more)).with_note(READ_AGAIN))
}

/// Takes a key out of use.
pub(super) fn retire(path: &Path, id: &str) -> Result<Reply, Failure> {
    let (folder, before) = open(path)?;
    let now = time::now();
    let was_current = before.state(find(&before, path, id)?.id(), now) == Some(KeyState::Current);
    let at = folder.retire(id, now).map_err(refused)?;
    let schedule = read(path)?;
    let key = schedule.key(id);
    let mut text = match (
        was_current,
        key.and_then(|key| schedule.verifies_until(key)),
    ) {
        (true, Some(end)) => format!(
            "{id} signs until {}, and verifies until {}.\n",
            time::with_distance(at, now),
            time::utc(end)
        ),
        _ => format!("{id} is removed. It has signed no token.\n"),
    };
    if let Some(next) = schedule.keys().find(|key| key.signs() == Some(at)) {
        text.push_str(&format!("{} signs then.\n", next.id()));
    }
    text.push_str(&stand_by(&before, &schedule));
    let until = was_current.then(|| time::utc(at));
    let more = [("kid", id.into()), ("signs_until", until.into())];
    Ok(Reply::new(text, changed(path, &schedule, now, &more)).with_note(READ_AGAIN))
}

/// Revokes a key.
pub(super) fn revoke(path: &Path, id: &str) -> Result<Reply, Failure> {
    let (folder, before) = open(path)?;
    find(&before, path, id)?;
    let now = time::now();
    folder.revoke(id, now).map_err(refused)?;
    let schedule = read(path)?;
    let mut text = format!(
        "{id} is revoked. Its private key is removed from {}.\n",
        path.display()
    );
    let signer = |schedule: &KeySchedule| schedule.current(now).map(|key| key.id().to_owned());
    match (signer(&before), signer(&schedule)) {
        (before, Some(current)) if before.as_ref() != Some(&current) => {
            text.push_str(&format!("{current} signs now.\n"));
        }
        (_, Some(current)) => text.push_str(&format!("{current} signs as before.\n")),
        (_, None) => text.push_str("No key signs.\n"),
    }
    text.push_str(&stand_by(&before, &schedule));
    let note = format!(
        "Programs that loaded the folder reject its tokens within 10 seconds. Programs that fetch the public \
         keys do so when they fetch them again, in {} at most. Callers with its tokens must sign in again.",
        time::duration(schedule.jwks_max_age())
    );
    let json = changed(path, &schedule, now, &[("kid", id.into())]);
    Ok(Reply::new(text, json).with_note(note))
}

/// Says which keys stand by that were not there before.
fn stand_by(before: &KeySchedule, schedule: &KeySchedule) -> String {
    let new = schedule.keys().filter(|key| before.key(key.id()).is_none());
    new.filter(|key| key.signs().is_none())
        .map(|key| format!("{} is new, and stands by.\n", key.id()))
        .collect()
}

/// Returns the ring after a change as JSON.
fn changed(path: &Path, schedule: &KeySchedule, now: u64, more: &[(&str, Value)]) -> Value {
    let mut json = json!({
        "folder": path.display().to_string(),
        "keys": all(schedule, now),
    });
    if let Some(members) = json.as_object_mut() {
        let more = more.iter().cloned();
        members.extend(more.map(|(name, value)| (name.to_owned(), value)));
    }
    json
}

/// Returns the failure of a change of a ring that could be read before.
// Passed by name to `map_err`.
#[allow(clippy::needless_pass_by_value)]
fn refused(error: RingError) -> Failure {
    match io_error(&error) {
        Some(_) => Failure::storage(error.to_string()),
        // The ring does not allow the change.
        None => Failure::usage(error.to_string()),
    }
}

//! Schedules and folders. `token/ring_tests.rs` has the rings in use.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use super::{KeyFolder, KeyRing, KeySchedule, KeyState, NewRing, RingError, ScheduledKey};
use crate::key::{Algorithm, SigningKey};

pub(crate) const NOW: u64 = 1_800_000_000;
pub(crate) const HOUR: u64 = 3600;

#[cfg(feature = "public-keys")]
const ALGORITHM: Algorithm = Algorithm::Es256;
#[cfg(not(feature = "public-keys"))]
const ALGORITHM: Algorithm = Algorithm::Hs256;

/// A folder that is removed at the end of the test.
pub(crate) struct Place(pub(crate) PathBuf);

impl Place {
    pub(crate) fn new() -> Self {
        let name = crate::base::random::text::<12>().expect("random bytes");
        let parent = std::env::temp_dir().join(format!("jam-ring-{name}"));
        fs::create_dir(&parent).expect("a folder");
        Self(parent)
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.0.join("keys")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Nothing depends on it.
        drop(fs::remove_dir_all(&self.0));
    }
}

pub(crate) fn folder(place: &Place) -> KeyFolder {
    KeyFolder::create(place.keys(), &NewRing::new(ALGORITHM), NOW).expect("a ring")
}

/// Returns the state of each key, in the order in which they were made.
fn states(schedule: &KeySchedule, now: u64) -> Vec<KeyState> {
    let keys = schedule.keys();
    keys.filter_map(|key| schedule.state(key.id(), now))
        .collect()
}

fn current(folder: &KeyFolder, now: u64) -> String {
    let schedule = folder.read().expect("a ring");
    schedule
        .current(now)
        .expect("a current key")
        .id()
        .to_owned()
}

pub(crate) fn message<T: std::fmt::Debug>(result: Result<T, RingError>) -> String {
    result.expect_err("an error").to_string()
}

pub(crate) fn scheduled(id: &str, signs_from: Option<u64>) -> ScheduledKey {
    let key = SigningKey::generate(Algorithm::Hs256)
        .expect("a key")
        .with_id(id);
    let key = ScheduledKey::new(key, NOW).expect("it has an id");
    match signs_from {
        Some(time) => key.signs_from(time),
        None => key,
    }
}

pub(crate) fn schedule(keys: impl IntoIterator<Item = ScheduledKey>) -> KeySchedule {
    KeySchedule::new(Duration::from_secs(HOUR), keys).expect("a schedule")
}

// Schedules

#[test]
fn the_state_of_a_key_follows_from_the_times() {
    use KeyState::{Current, Expired, Retired, Standby};

    let schedule = schedule([
        scheduled("a", Some(NOW)),
        scheduled("b", Some(NOW + 100)),
        scheduled("c", None),
    ]);
    let end = NOW + 100 + HOUR + 60;
    for (now, expected) in [
        (NOW - 1, [Standby, Standby, Standby]),
        (NOW, [Current, Standby, Standby]),
        (NOW + 99, [Current, Standby, Standby]),
        (NOW + 100, [Retired, Current, Standby]),
        (end - 1, [Retired, Current, Standby]),
        (end, [Expired, Current, Standby]),
    ] {
        assert_eq!(
            states(&schedule, now),
            expected,
            "{}",
            now as i64 - NOW as i64
        );
        let verify = expected.iter().filter(|state| state.verifies()).count();
        let keys = schedule.keys_now(now);
        assert_eq!(keys.verifying.map(|set| set.len()), Some(verify));
        assert_eq!(keys.signing.is_some(), now >= NOW);
    }
    // The keys are the same up to the next of these times.
    let until = |now| schedule.keys_now(now).until;
    assert_eq!(until(NOW - 1), Some(NOW));
    assert_eq!(until(NOW), Some(NOW + 100));
    assert_eq!(until(NOW + 100), Some(end));
    assert_eq!(until(end), None);
}

#[test]
fn of_two_keys_with_one_time_the_later_one_signs() {
    let schedule = schedule([scheduled("a", Some(NOW)), scheduled("b", Some(NOW))]);
    assert_eq!(
        states(&schedule, NOW),
        [KeyState::Retired, KeyState::Current]
    );
}

#[test]
fn a_lifetime_without_end_does_not_overflow() {
    let keys = [
        scheduled("a", Some(NOW)),
        scheduled("b", Some(NOW + 1)),
        scheduled("c", None).revoked_at(NOW),
    ];
    let schedule = KeySchedule::new(Duration::from_secs(u64::MAX), keys).expect("a schedule");
    assert_eq!(schedule.state("a", NOW + 2), Some(KeyState::Retired));
}

#[test]
fn a_key_that_was_revoked_before_it_signed_retires_no_other() {
    let revoked = scheduled("b", Some(NOW + 100)).revoked_at(NOW + 99);
    let one = schedule([scheduled("a", Some(NOW)), revoked]);
    assert_eq!(
        states(&one, NOW + 200),
        [KeyState::Current, KeyState::Revoked]
    );
    // This one has signed, so the earlier key stays retired.
    let revoked = scheduled("b", Some(NOW + 100)).revoked_at(NOW + 100);
    let other = schedule([scheduled("a", Some(NOW)), revoked]);
    assert_eq!(
        states(&other, NOW + 200),
        [KeyState::Retired, KeyState::Revoked]
    );
    assert!(other.current(NOW + 200).is_none());
}

#[test]
fn a_schedule_has_keys_with_different_ids_and_a_lifetime() {
    let made = |lifetime, keys: Vec<ScheduledKey>| {
        KeySchedule::new(Duration::from_secs(lifetime), keys).map(drop)
    };
    let one = || scheduled("a", Some(NOW));
    assert!(message(made(0, vec![one()])).contains("at least one second"));
    assert!(message(made(HOUR, Vec::new())).contains("one key or more"));
    assert!(message(made(HOUR, vec![one().revoked_at(NOW)])).contains("one key or more"));
    assert!(message(made(HOUR, vec![one(), one()])).contains("\"a\""));
    // A revoked key keeps its id.
    assert!(message(made(HOUR, vec![one().revoked_at(NOW), one()])).contains("\"a\""));
    let unnamed = SigningKey::generate(Algorithm::Hs256).expect("a key");
    assert!(ScheduledKey::new(unnamed, NOW).is_err());
}

#[test]
fn debug_output_shows_no_secret() {
    let place = Place::new();
    let ring = KeyRing::load(folder(&place).path()).expect("a ring");
    let text = fs::read_to_string(place.keys().join("ring.json")).expect("the file");
    let file: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let shown = format!("{ring:?}");
    for key in file["keys"].as_array().expect("keys") {
        let (id, secret) = (key["kid"].as_str(), key["key"].as_str());
        assert!(shown.contains(id.expect("an id")), "{shown}");
        let secret = secret.expect("a key").lines().nth(1).or(secret);
        assert!(!shown.contains(secret.expect("a line")), "{shown}");
    }
}

// Folders

#[test]
fn a_new_ring_has_a_current_key_and_one_that_stands_by() {
    let place = Place::new();
    let folder = folder(&place);
    let schedule = folder.read().expect("a ring");
    assert_eq!(
        states(&schedule, NOW),
        [KeyState::Current, KeyState::Standby]
    );
    assert_eq!(schedule.token_lifetime(), HOUR);
    let ids: Vec<_> = schedule.keys().map(|key| key.id().to_owned()).collect();
    // Another reader gets the same keys.
    let again = KeyFolder::open(place.keys())
        .expect("a ring")
        .read()
        .expect("a ring");
    assert_eq!(
        ids,
        again
            .keys()
            .map(|key| key.id().to_owned())
            .collect::<Vec<_>>()
    );
    let why = message(KeyFolder::create(
        place.keys(),
        &NewRing::new(ALGORITHM),
        NOW,
    ));
    assert!(why.contains("the folder has a ring"), "{why}");
}

#[test]
fn a_rotation_waits_until_the_key_was_published_for_long_enough() {
    let place = Place::new();
    let folder = folder(&place);
    let first = current(&folder, NOW);
    // The second key was made with the ring, and every program has time to read it.
    let (second, at) = folder.rotate(None, NOW + 10).expect("a rotation");
    assert_eq!(at, NOW + HOUR);
    assert_eq!(current(&folder, at - 1), first);
    assert_eq!(current(&folder, at), second);
    // One rotation at a time.
    let why = message(folder.rotate(None, NOW + 20));
    assert!(
        why.contains("planned") && why.contains(&format!("{second:?}")),
        "{why}"
    );
    // A key that has stood by for long takes over as soon as all programs know it.
    let (third, at) = folder.rotate(None, NOW + 9 * HOUR).expect("a rotation");
    assert_eq!(at, NOW + 9 * HOUR + 30);
    assert_eq!(current(&folder, at), third);
    // The first key can have no token any more, and is gone.
    let schedule = folder.read().expect("a ring");
    assert_eq!(schedule.state(&first, at), None);
    assert_eq!(schedule.state(&second, at), Some(KeyState::Retired));
    assert_eq!(schedule.keys().count(), 3);
}

#[test]
fn a_revoked_key_is_replaced_at_once_and_removed_from_the_file() {
    let place = Place::new();
    let folder = folder(&place);
    let first = current(&folder, NOW);
    folder.revoke(&first, NOW + 5).expect("revoked");
    let schedule = folder.read().expect("a ring");
    let states = states(&schedule, NOW + 5);
    assert_eq!(
        states,
        [KeyState::Revoked, KeyState::Current, KeyState::Standby]
    );
    let text = fs::read_to_string(place.keys().join("ring.json")).expect("the file");
    let file: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert!(file["keys"][0].get("key").is_none() && file["keys"][1].get("key").is_some());
    let texts: Vec<_> = schedule.keys().map(|key| key.secret_text()).collect();
    assert_eq!(texts[0], None);
    assert!(texts[1].is_some() && texts[1] == file["keys"][1]["key"].as_str());
    for (id, expected) in [(first.as_str(), "is revoked"), ("other", "there is no key")] {
        let why = message(folder.revoke(id, NOW + 6));
        assert!(why.contains(expected), "{why}");
    }
    // A planned rotation to a key ends with the key.
    let (planned, at) = folder.rotate(None, NOW + 7).expect("a rotation");
    folder.revoke(&planned, NOW + 8).expect("revoked");
    let schedule = folder.read().expect("a ring");
    assert_eq!(schedule.state(&planned, at), Some(KeyState::Revoked));
    assert!(schedule.current(at).is_some());
}

#[test]
fn another_key_takes_over_only_if_no_key_signs() {
    let keys = |first: ScheduledKey| {
        let next = scheduled("b", Some(NOW + 100));
        schedule([first, next, scheduled("c", None)])
    };
    // The planned key is revoked, and the current one goes on.
    let mut planned = keys(scheduled("a", Some(NOW)));
    planned.revoke("b", NOW + 1).expect("revoked");
    assert_eq!(planned.current(NOW + 200).map(ScheduledKey::id), Some("a"));
    assert_eq!(planned.key("c").and_then(ScheduledKey::signs), None);
    // A key that never signed is revoked while none signs.
    let mut none = schedule([scheduled("a", None), scheduled("b", None)]);
    none.revoke("a", NOW + 1).expect("revoked");
    assert!(none.current(NOW + 1).is_none());
    // The last key that signs is revoked.
    let mut last = keys(scheduled("a", Some(NOW)).revoked_at(NOW + 150));
    last.revoke("b", NOW + 200).expect("revoked");
    assert_eq!(last.current(NOW + 200).map(ScheduledKey::id), Some("c"));
}

#[test]
fn a_revoked_key_stays_listed_until_its_tokens_have_expired() {
    let listed_at = |time| {
        let mut keys = schedule([
            scheduled("a", Some(NOW)).revoked_at(NOW + 5),
            scheduled("b", Some(NOW + 5)),
        ]);
        keys.rotate(None, time).expect("a rotation");
        keys.state("a", time)
    };
    let end = NOW + 5 + HOUR + 60;
    assert_eq!(listed_at(end - 1), Some(KeyState::Revoked));
    assert_eq!(listed_at(end), None);
}

#[test]
fn a_schedule_says_the_times_of_its_keys() {
    let keys = schedule([
        scheduled("a", Some(NOW + 1)).revoked_at(NOW + 5),
        scheduled("b", None),
    ]);
    let times = |key: &ScheduledKey| (key.created(), key.signs(), key.revoked());
    let times: Vec<_> = keys.keys().map(times).collect();
    let expected = [(NOW, Some(NOW + 1), Some(NOW + 5)), (NOW, None, None)];
    assert_eq!(times, expected);
    assert_eq!(keys.jwks_max_age(), 1800);
    assert_eq!(keys.standby(Duration::from_secs(90)).jwks_max_age(), 45);
}

#[test]
fn the_current_key_is_revoked_while_a_rotation_is_planned() {
    let place = Place::new();
    let folder = folder(&place);
    let first = current(&folder, NOW);
    let (next, _) = folder.rotate(None, NOW).expect("a rotation");
    folder.revoke(&first, NOW + 1).expect("revoked");
    assert_eq!(current(&folder, NOW + 1), next);
}

#[test]
fn a_retired_key_signs_no_more_and_one_that_stands_by_is_replaced() {
    let place = Place::new();
    let folder = folder(&place);
    let first = current(&folder, NOW);
    let standing = |folder: &KeyFolder| {
        let schedule = folder.read().expect("a ring");
        let mut keys = schedule.keys();
        let found = keys.find(|key| schedule.state(key.id(), NOW) == Some(KeyState::Standby));
        found.expect("a key that stands by").id().to_owned()
    };
    let second = standing(&folder);
    assert_eq!(folder.retire(&second, NOW).expect("retired"), NOW);
    assert_ne!(standing(&folder), second);
    let at = folder.retire(&first, NOW).expect("retired");
    assert_eq!(at, NOW + HOUR);
    let next = current(&folder, at);
    assert_ne!(next, first);
    for (id, now, expected) in [
        (next.as_str(), NOW, "about to sign"),
        (&first, at, "is retired"),
        ("other", at, "there is no key"),
    ] {
        let why = message(folder.retire(id, now));
        assert!(why.contains(expected), "{why}");
    }
    let more = folder.generate(Some(ALGORITHM), at).expect("a key");
    let schedule = folder.read().expect("a ring");
    assert_eq!(schedule.state(&more, at), Some(KeyState::Standby));
}

#[cfg(feature = "public-keys")]
#[test]
fn the_published_keys_are_public_and_bear_their_thumbprints() {
    let place = Place::new();
    let folder = folder(&place);
    let (_, at) = folder.rotate(None, NOW).expect("a rotation");
    let schedule = folder.read().expect("a ring");
    let published = schedule.jwks(at);
    let keys = published["keys"].as_array().expect("keys");
    assert_eq!(keys.len(), 3);
    for key in keys {
        assert!(
            key.get("d").is_none() && key["use"] == "sig" && key["alg"] == "ES256",
            "{key}"
        );
        let known = schedule
            .key(key["kid"].as_str().expect("an id"))
            .expect("a key");
        let thumbprint = known.key().and_then(|key| key.verifying_key().thumbprint());
        assert_eq!(thumbprint.as_deref(), key["kid"].as_str());
    }
    // A rotation to another algorithm: the key of the new one is the last to stand by.
    let (_, at) = folder
        .rotate(Some(Algorithm::EdDsa), at + HOUR)
        .expect("a rotation");
    let (_, at) = folder.rotate(None, at + HOUR).expect("a rotation");
    let schedule = folder.read().expect("a ring");
    assert_eq!(
        schedule.current(at).expect("a key").algorithm(),
        Algorithm::EdDsa
    );
}

#[test]
fn shared_secrets_are_never_published() {
    let keys = schedule([scheduled("a", Some(NOW)), scheduled("b", None)]);
    assert_eq!(keys.jwks(NOW), serde_json::json!({ "keys": [] }));
}

#[cfg(unix)]
mod permissions {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("it exists").permissions().mode() & 0o777
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
    }

    #[test]
    fn the_folder_and_its_files_are_open_to_their_owner_alone() {
        let place = Place::new();
        let folder = folder(&place);
        folder.rotate(None, NOW).expect("a rotation");
        assert_eq!(mode(&place.keys()), 0o700);
        for file in ["ring.json", "lock"] {
            assert_eq!(mode(&place.keys().join(file)), 0o600, "{file}");
        }
        assert_eq!(fs::read_dir(place.keys()).expect("a folder").count(), 2);
        for (path, open, closed) in [
            (place.keys(), 0o750, 0o700),
            (place.keys().join("ring.json"), 0o640, 0o600),
        ] {
            set_mode(&path, open);
            let why = message(folder.read());
            let fix = format!("chmod {closed:o} {}", path.display());
            assert!(
                why.contains("others can open it") && why.contains(&fix),
                "{why}"
            );
            assert!(KeyRing::load(place.keys()).is_err());
            assert!(folder.rotate(None, NOW + 9 * HOUR).is_err());
            set_mode(&path, closed);
            assert!(folder.read().is_ok());
        }
    }

    #[test]
    fn symbolic_links_are_refused() {
        let place = Place::new();
        let folder = folder(&place);
        let link = place.0.join("link");
        symlink(place.keys(), &link).expect("a link");
        let why = message(KeyFolder::open(&link));
        assert!(why.contains("symbolic link"), "{why}");
        // The file is a link to a file with the same content.
        let (file, elsewhere) = (place.keys().join("ring.json"), place.0.join("elsewhere"));
        fs::rename(&file, &elsewhere).expect("moved");
        symlink(&elsewhere, &file).expect("a link");
        let why = message(folder.read());
        assert!(why.contains("symbolic link"), "{why}");
        fs::remove_file(&file).expect("removed");
        fs::rename(&elsewhere, &file).expect("moved back");
        // A link where the next file will be written is not followed.
        symlink(place.0.join("victim"), place.keys().join("ring.json.next")).expect("a link");
        folder.rotate(None, NOW).expect("a rotation");
        assert!(!place.0.join("victim").exists());
        // A link in the place of the lock is not followed.
        let lock = place.keys().join("lock");
        fs::remove_file(&lock).expect("removed");
        symlink(place.0.join("victim"), &lock).expect("a link");
        let why = message(folder.rotate(None, NOW + 9 * HOUR));
        assert!(why.contains("lock: it is a symbolic link"), "{why}");
        assert!(!place.0.join("victim").exists());
    }
}

#[test]
fn a_change_that_stopped_in_the_middle_leaves_the_old_keys() {
    let place = Place::new();
    let folder = folder(&place);
    let before = current(&folder, NOW);
    fs::write(place.keys().join("ring.json.next"), "{\"version\": 1, \"ke").expect("half a file");
    assert_eq!(current(&folder, NOW), before);
    let (next, at) = folder.rotate(None, NOW).expect("a rotation");
    assert_eq!(current(&folder, at), next);
}

#[test]
fn a_file_that_was_replaced_by_one_of_the_same_size_and_time_has_another_version() {
    let place = Place::new();
    let folder = folder(&place);
    let (file, copy) = (place.keys().join("ring.json"), place.0.join("copy"));
    let before = folder.version().expect("a version");
    assert_eq!(folder.version().expect("a version"), before);
    fs::copy(&file, &copy).expect("copied");
    let copied = fs::File::options()
        .write(true)
        .open(&copy)
        .expect("the copy");
    copied.set_modified(before.0).expect("the time");
    fs::rename(&copy, &file).expect("replaced");
    let after = folder.version().expect("a version");
    assert_eq!((after.0, after.1), (before.0, before.1));
    assert_eq!(after != before, cfg!(unix));
}

#[test]
fn a_file_of_1_mib_is_read_and_a_longer_one_is_not() {
    let place = Place::new();
    let folder = folder(&place);
    let file = place.keys().join("ring.json");
    let mut text = fs::read(&file).expect("the file");
    text.resize(1 << 20, b' ');
    fs::write(&file, &text).expect("written");
    assert_eq!(folder.read().expect("a ring").keys().count(), 2);
    text.push(b' ');
    fs::write(&file, &text).expect("written");
    let why = message(folder.read());
    assert!(why.contains("longer than 1 MiB"), "{why}");
}

#[test]
fn a_file_that_cannot_be_removed_is_named_with_the_cause() {
    let place = Place::new();
    let folder = folder(&place);
    fs::create_dir(place.keys().join("ring.json.next")).expect("a folder");
    let error = folder.rotate(None, NOW).expect_err("an error");
    assert!(
        error
            .to_string()
            .contains("ring.json.next: cannot remove it"),
        "{error}"
    );
    assert!(std::error::Error::source(&error).is_some());
    assert!(std::error::Error::source(&RingError::new("text")).is_none());
}

#[test]
fn changes_wait_for_each_other() {
    let place = Place::new();
    let folder = folder(&place);
    std::thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(|| folder.generate(None, NOW).expect("a key"));
        }
    });
    // None of them is lost.
    assert_eq!(folder.read().expect("a ring").keys().count(), 2 + 8);
}

#[test]
fn what_is_wrong_with_a_ring_is_said_with_the_file() {
    let place = Place::new();
    let why = message(KeyFolder::open(place.keys()));
    assert!(why.contains("keys: cannot read it: "), "{why}");
    let folder = folder(&place);
    let file = place.keys().join("ring.json");
    let good: serde_json::Value =
        serde_json::from_slice(&fs::read(&file).expect("the file")).expect("JSON");
    let with = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut json = good.clone();
        change(&mut json);
        json.to_string()
    };
    let secret = good["keys"][0]["key"].as_str().expect("a key").to_owned();
    for (text, expected) in [
        ("<html>".to_owned(), "it is not a ring: line 1"),
        (String::new(), "it is not a ring"),
        (good.to_string()[..100].to_owned(), "it is not a ring"),
        (with(&|json| json["version"] = 2.into()), "it has version 2"),
        (with(&|json| json["more"] = 2.into()), "it is not a ring"),
        (
            with(&|json| json["token_lifetime"] = 0.into()),
            "one second",
        ),
        (
            with(&|json| json["keys"] = serde_json::json!([])),
            "one key or more",
        ),
        (
            with(&|json| json["keys"][0]["alg"] = "none".into()),
            "its algorithm is unknown",
        ),
        (
            with(&|json| json["keys"][1]["kid"] = json["keys"][0]["kid"].clone()),
            "two keys",
        ),
        (
            with(&|json| json["keys"][0]["key"] = "AAAA".into()),
            "key \"",
        ),
        (
            with(&|json| {
                drop(
                    json["keys"][0]
                        .as_object_mut()
                        .expect("a key")
                        .remove("key"),
                )
            }),
            "no `key`",
        ),
    ] {
        fs::write(&file, &text).expect("written");
        let why = message(folder.read());
        assert!(
            why.contains(expected) && why.contains("ring.json: "),
            "{expected}: {why}"
        );
        assert!(!why.contains(&secret), "{why}");
        // Bad input loses nothing: a change does not replace what cannot be read.
        assert!(folder.rotate(None, NOW).is_err());
        assert_eq!(fs::read_to_string(&file).expect("the file"), text);
    }
    fs::write(&file, vec![b' '; 1024 * 1024 + 1]).expect("written");
    let why = message(folder.read());
    assert!(why.contains("longer than 1 MiB"), "{why}");
}

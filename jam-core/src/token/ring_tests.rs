//! Tokens of rings, and rings that change while they are in use.

use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::{Jwt, Tokens, Verifier, VerifierKeys};
use crate::base::decision::BoxFuture;
use crate::base::error::{Error, ErrorKind, TokenFault};
use crate::claims::twins::Little;
use crate::key::{Algorithm, KeySource, KeysNow, SigningKey};
use crate::ring::tests::{HOUR, NOW, Place, folder, message, schedule, scheduled};
use crate::ring::{KeyRing, KeySchedule};

fn payload() -> Little {
    serde_json::from_value(serde_json::json!({ "name": "ann" })).expect("a payload")
}

fn tokens(ring: &KeyRing) -> Tokens {
    Jwt::keys(ring.clone()).ready().expect("tokens")
}

fn issue(tokens: &Tokens, now: u64) -> String {
    let token = tokens
        .sign(&tokens.claims(payload(), now), now)
        .expect("a token");
    token.as_str().to_owned()
}

fn verify(tokens: &Tokens, token: &str, now: u64) -> Result<(), TokenFault> {
    let verified = tokens.verify::<Little>(token.as_bytes(), now).ready();
    verified.expect("nothing is fetched").map(drop)
}

#[test]
fn tokens_are_valid_until_they_expire_and_their_key_until_then() {
    let ring = KeyRing::new(schedule([
        scheduled("a", Some(NOW)),
        scheduled("b", Some(NOW + 100)),
    ]));
    let tokens = tokens(&ring);
    let last = issue(&tokens, NOW + 99);
    assert_eq!(verify(&tokens, &last, NOW + 99 + HOUR - 1), Ok(()));
    assert_eq!(
        verify(&tokens, &last, NOW + 99 + HOUR),
        Err(TokenFault::Expired)
    );
    // Then its key does not verify at all (REQUIREMENTS: J29), whatever the token says.
    let end = NOW + 100 + HOUR + 60;
    assert_eq!(verify(&tokens, &last, end - 1), Err(TokenFault::Expired));
    assert_eq!(verify(&tokens, &last, end), Err(TokenFault::Key));
    // A clock that is set back finds the keys of that time.
    assert_eq!(verify(&tokens, &last, NOW + 99), Ok(()));
}

#[test]
fn a_token_that_would_outlive_its_key_is_not_signed() {
    let ring = KeyRing::new(schedule([scheduled("a", Some(NOW))]));
    let tokens = tokens(&ring);
    let claims = |lifetime| {
        tokens
            .claims(payload(), NOW)
            .with_lifetime(Duration::from_secs(lifetime))
    };
    assert!(tokens.sign(&claims(HOUR), NOW).is_ok());
    let error = tokens.sign(&claims(HOUR + 1), NOW).expect_err("too long");
    assert_eq!(error.kind(), ErrorKind::Payload);
    assert!(
        error.to_string().contains("outlive") || error.to_string().contains("longer"),
        "{error}"
    );
    let faults = Jwt::keys(ring)
        .lifetime(Duration::from_secs(HOUR + 1))
        .faults();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(faults[0].0, "jwt.lifetime");
}

#[test]
fn tokens_of_a_ring_live_as_long_as_the_ring_says() {
    let keys = [scheduled("a", Some(NOW))];
    let schedule = KeySchedule::new(Duration::from_secs(90), keys).expect("a schedule");
    let tokens = tokens(&KeyRing::new(schedule));
    let token = issue(&tokens, NOW);
    assert_eq!(verify(&tokens, &token, NOW + 89), Ok(()));
    assert_eq!(verify(&tokens, &token, NOW + 90), Err(TokenFault::Expired));
}

#[test]
fn a_ring_takes_no_other_keys_and_names_its_own() {
    let ring = KeyRing::new(schedule([scheduled("a", Some(NOW))]));
    let other = SigningKey::generate(Algorithm::Hs256).expect("a key");
    for (jwt, expected) in [
        (
            Jwt::keys(ring.clone()).also_accept([1; 32]),
            "add the other one to the ring",
        ),
        (
            Jwt::keys(ring.clone()).also_accept_key(other.verifying_key()),
            "add the other one to the ring",
        ),
        (Jwt::keys(ring.clone()).key_id("a"), "remove the key id"),
    ] {
        let faults = jwt.faults();
        assert!(
            faults.len() == 1 && faults[0].1.contains(expected),
            "{faults:?}"
        );
        assert!(jwt.ready().is_none());
    }
}

#[test]
fn a_ring_without_a_current_key_signs_nothing_and_verifies_still() {
    let ring = KeyRing::new(schedule([scheduled("a", Some(NOW)), scheduled("b", None)]));
    let tokens = tokens(&ring);
    let token = issue(&tokens, NOW);
    let revoked = scheduled("a", Some(NOW)).revoked_at(NOW + 1);
    ring.replace(schedule([revoked, scheduled("b", None)]));
    let error = tokens
        .sign(&tokens.claims(payload(), NOW), NOW)
        .expect_err("no key signs");
    assert!(error.to_string().contains("no current key"), "{error}");
    assert_eq!(verify(&tokens, &token, NOW + 1), Err(TokenFault::Key));
}

#[test]
fn a_verifier_follows_a_ring() {
    let ring = KeyRing::new(schedule([scheduled("a", Some(NOW))]));
    let verifier = Verifier::builder(ring.clone()).build().expect("a verifier");
    let token = issue(&tokens(&ring), NOW);
    assert!(verifier.verify_at::<Little>(&token, NOW).is_ok());
    ring.replace(schedule([scheduled("b", Some(NOW))]));
    let error = verifier
        .verify_at::<Little>(&token, NOW)
        .map(drop)
        .expect_err("another key");
    assert_eq!(error.kind(), ErrorKind::Token(TokenFault::Key));
    assert_eq!(Error::from(TokenFault::Unavailable).status(), 503);
}

/// Waits until the ring has seen a change.
fn wait_until(what: impl Fn() -> bool) {
    let start = Instant::now();
    while !what() {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "the change was not seen"
        );
        std::thread::yield_now();
    }
}

/// 20 rotations while four threads issue and verify: two programs, of which one sees each change later. No
/// live token is refused, and each key ends.
#[test]
fn twenty_rotations_under_load_refuse_no_live_token() {
    let place = Place::new();
    let folder = folder(&place);
    let early = KeyRing::load_and_look(place.keys(), Duration::from_millis(1)).expect("a ring");
    let late = KeyRing::load_and_look(place.keys(), Duration::from_millis(5)).expect("a ring");
    let programs = [tokens(&early), tokens(&late)];
    let clock = AtomicU64::new(NOW);
    let done = AtomicBool::new(false);
    let live: Mutex<Vec<(String, u64)>> = Mutex::default();
    let verified = AtomicU64::new(0);
    std::thread::scope(|threads| {
        for worker in 0..4 {
            let (programs, clock, done, live, verified) =
                (&programs, &clock, &done, &live, &verified);
            threads.spawn(move || {
                while !done.load(Ordering::SeqCst) {
                    let issued = clock.load(Ordering::SeqCst);
                    let token = issue(&programs[worker % 2], issued);
                    // The other program accepts it at once, and whatever lives is accepted by both.
                    let mut live = live.lock().expect("no panic");
                    let now = clock.load(Ordering::SeqCst);
                    live.push((token, issued + HOUR));
                    live.retain(|(_, end)| now < *end);
                    let some = live.iter().rev().take(3).chain(live.first());
                    for (token, _) in some {
                        for program in programs {
                            assert_eq!(verify(program, token, now), Ok(()));
                        }
                        verified.fetch_add(1, Ordering::SeqCst);
                    }
                    if live.len() > 200 {
                        let at = live.len() / 2;
                        live.remove(at);
                    }
                }
            });
        }
        let mut first_of_key = Vec::new();
        for round in 0..20 {
            let now = clock.load(Ordering::SeqCst);
            first_of_key.push((issue(&programs[0], now), now));
            let (next, at) = folder.rotate(None, now).expect("a rotation");
            // Within the notice of 30 s, every program reads the folder.
            for ring in [&early, &late] {
                wait_until(|| {
                    ring.schedule()
                        .key(&next)
                        .is_some_and(|key| key.signs() == Some(at))
                });
            }
            // Up to the second of the rotation, with the threads at work in between.
            for time in [at - 1, at, at + 1, at + HOUR / 2] {
                let seen = verified.load(Ordering::SeqCst);
                let _hold = live.lock().expect("no panic");
                clock.store(time, Ordering::SeqCst);
                drop(_hold);
                wait_until(|| verified.load(Ordering::SeqCst) > seen + 8);
            }
            assert_eq!(
                early.schedule().current(at).map(|key| key.id().to_owned()),
                Some(next),
                "{round}"
            );
        }
        done.store(true, Ordering::SeqCst);
        // The keys of long ago verify nothing.
        let now = clock.load(Ordering::SeqCst);
        for (token, issued) in first_of_key {
            if issued + 3 * HOUR < now {
                assert_eq!(verify(&programs[0], &token, now), Err(TokenFault::Key));
            }
        }
    });
    let kept = folder.read().expect("a ring").keys().count();
    assert!(kept <= 5, "keys that no token can name are removed: {kept}");
}

#[test]
fn a_ring_whose_folder_vanishes_keeps_its_keys() {
    let place = Place::new();
    let folder = folder(&place);
    let ring = KeyRing::load_and_look(place.keys(), Duration::from_millis(1)).expect("a ring");
    let tokens = tokens(&ring);
    let token = issue(&tokens, NOW);
    let aside = place.0.join("aside");
    fs::rename(place.keys(), &aside).expect("moved");
    let why = message(ring.reload());
    assert!(why.contains("cannot read it"), "{why}");
    assert_eq!(verify(&tokens, &token, NOW), Ok(()));
    assert_eq!(verify(&tokens, &issue(&tokens, NOW), NOW), Ok(()));
    // A file that is not a ring.
    fs::rename(&aside, place.keys()).expect("moved back");
    let file = place.keys().join("ring.json");
    let good = fs::read(&file).expect("the file");
    fs::write(&file, "<html>").expect("written");
    assert!(ring.reload().is_err());
    assert_eq!(verify(&tokens, &token, NOW), Ok(()));
    // When it is back, changes are seen again.
    fs::write(&file, good).expect("written");
    let (next, _) = folder.rotate(None, NOW).expect("a rotation");
    wait_until(|| {
        ring.schedule()
            .key(&next)
            .is_some_and(|key| key.signs().is_some())
    });
    assert!(ring.revision() > 0);
}

/// A source that has keys, and nothing else.
#[derive(Debug)]
struct Bare(SigningKey);

impl KeySource for Bare {
    fn revision(&self) -> u64 {
        0
    }

    fn keys(&self, _now: u64) -> KeysNow {
        KeysNow {
            verifying: Some(self.0.verifying_key().into()),
            ..KeysNow::default()
        }
    }
}

#[test]
fn only_own_keys_are_published_and_with_the_time_for_which_they_stand_by() {
    let ring = KeyRing::new(schedule([scheduled("a", Some(NOW))]));
    // A shared secret is never published, so the set is empty.
    let (set, seconds) = tokens(&ring).jwks(NOW).expect("a set");
    assert_eq!(set, serde_json::json!({ "keys": [] }));
    assert_eq!(seconds, 1800);
    let key = SigningKey::generate(Algorithm::Hs256).expect("a key");
    let fixed = Jwt::with_key(key.clone()).ready().expect("tokens");
    assert_eq!(fixed.jwks(NOW).expect("a set").1, 300);
    let bare = Bare(key);
    assert!(bare.published(NOW).is_none());
    assert!(bare.refresh(NOW).is_none());
}

/// A source that has its key only after it was asked to look for it.
#[derive(Debug)]
struct Fetched(SigningKey, AtomicU64);

impl KeySource for Fetched {
    fn revision(&self) -> u64 {
        self.1.load(Ordering::SeqCst)
    }

    fn keys(&self, _now: u64) -> KeysNow {
        KeysNow {
            verifying: (self.revision() > 0).then(|| self.0.verifying_key().into()),
            ..KeysNow::default()
        }
    }

    fn refresh(&self, _now: u64) -> Option<BoxFuture<'_, ()>> {
        Some(Box::pin(async {
            self.1.fetch_add(1, Ordering::SeqCst);
        }))
    }
}

#[tokio::test]
async fn keys_that_are_missing_are_looked_for_once() {
    let key = SigningKey::generate(Algorithm::Hs256).expect("a key");
    let signer = Jwt::with_key(key.clone()).ready().expect("tokens");
    let token = issue(&signer, NOW);
    let source = Fetched(key, AtomicU64::new(0));
    let keys = VerifierKeys::from_source(source);
    let verifier = Verifier::builder(keys).build().expect("a verifier");
    let missing = verifier.verify_at::<Little>(&token, NOW);
    assert_eq!(
        missing.expect_err("no keys").kind(),
        ErrorKind::Token(TokenFault::Unavailable)
    );
    let found = verifier
        .decide::<Little>(token.as_bytes(), NOW)
        .wait()
        .await;
    assert_eq!(found.map(drop), Ok(()));
    // An unknown token makes it look again, and it is rejected with what there is then.
    let other = Jwt::with_key(SigningKey::generate(Algorithm::Hs256).expect("a key"));
    let other = issue(&other.ready().expect("tokens"), NOW);
    let refused = verifier
        .decide::<Little>(other.as_bytes(), NOW)
        .wait()
        .await;
    assert_eq!(refused.map(drop), Err(TokenFault::Signature));
}

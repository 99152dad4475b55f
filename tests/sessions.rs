//! Sessions through the methods of `Jam`, and over HTTP.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use http::StatusCode;
use jam::{
    ErrorKind, Jam, JamPayload, Jwt, Session, SessionId, Sessions,
    session::{MemoryStore, OwnerLimit, Record, SessionData, SessionStore, SessionToken},
};
use serde::{Deserialize, Serialize};

use crate::support::{HOUR, NOW, SECRET, User, app, call, get_with, jam, jam_with, login};

async fn status(app: &axum::Router, cookie: &str) -> u16 {
    get_with(app, "/session/user", &[("cookie", cookie)])
        .await
        .status
        .as_u16()
}

async fn read(jam: &Jam, session: &SessionToken) -> Option<Session<User>> {
    jam.get_session::<User>(session).await.unwrap()
}

#[tokio::test]
async fn a_session_token_is_rejected_after_the_logout() {
    let app = app(jam().0);
    let cookie = login(&app, "/session/login").await;
    assert_eq!(status(&app, &cookie).await, 200);
    let answer = call(&app, "POST", "/logout", &[("cookie", &cookie)]).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    let cleared = answer.set_cookies();
    assert_eq!(
        cleared,
        ["sid=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure"],
        "the removal has the attributes of the cookie"
    );
    assert_eq!(status(&app, &cookie).await, 401);
}

#[tokio::test]
async fn a_session_is_read_changed_listed_and_ended() {
    let (jam, clock) = jam();
    let first = jam.create_session("ann", &User { user: 1 }).await.unwrap();
    clock.advance(10);
    let second = jam.create_session("ann", &User { user: 2 }).await.unwrap();
    let other = jam.create_session("bob", &User { user: 3 }).await.unwrap();

    let read_first = read(&jam, &first).await.unwrap();
    assert_eq!((read_first.user, read_first.info().owner()), (1, "ann"));
    assert_eq!(read_first.info().auth_time(), NOW);
    let changed = jam
        .update_session(&first, |user: &mut User| user.user += 10)
        .await
        .unwrap();
    assert_eq!(changed.user, 11);
    assert_eq!(read(&jam, &first).await.unwrap().user, 11);

    let listed = jam.sessions::<User>("ann").await.unwrap();
    let ids: Vec<_> = listed.iter().map(|session| *session.info().id()).collect();
    assert_eq!(
        ids,
        [*second.id(), *first.id()],
        "the last used session is first"
    );

    assert_eq!(jam.clear_other_sessions("ann", &first).await.unwrap(), 1);
    assert!(read(&jam, &second).await.is_none());
    assert!(jam.delete_session(&listed[1]).await.unwrap());
    assert!(!jam.delete_session(&first).await.unwrap());
    assert_eq!(jam.clear_sessions("bob").await.unwrap(), 1);
    assert!(read(&jam, &other).await.is_none());
}

#[tokio::test]
async fn an_ended_session_cannot_be_changed_or_rotated() {
    let (jam, _) = jam();
    let session = jam.create_session("a", &User { user: 1 }).await.unwrap();
    jam.delete_session(&session).await.unwrap();
    let update = jam
        .update_session(&session, |_: &mut User| ())
        .await
        .unwrap_err();
    assert_eq!(update.kind(), ErrorKind::SessionMissing);
    let rework = jam.rotate_session(&session).await.unwrap_err();
    assert_eq!(rework.kind(), ErrorKind::SessionMissing);
    assert!(jam.sessions::<User>("a").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_rotation_issues_a_new_token_and_rejects_the_old_one_immediately() {
    let (jam, clock) = jam();
    let app = app(jam.clone());
    let old = jam.create_session("a", &User { user: 1 }).await.unwrap();
    clock.advance(3600 - 1);
    let new = jam.rotate_session(&old).await.unwrap();
    assert_ne!(old.as_str(), new.as_str());
    assert_eq!(status(&app, &format!("sid={}", old.as_str())).await, 401);
    assert_eq!(status(&app, &format!("sid={}", new.as_str())).await, 200);
    let info = read(&jam, &new).await.unwrap();
    assert_eq!(info.info().auth_time(), NOW, "a rotation is no login");
    assert_eq!(
        info.info().expires_at(),
        NOW + 24 * 3600,
        "a rotation does not extend the lifetime"
    );
    let cookie = format!("{:?}", jam.session_cookie("sid", new));
    assert!(
        cookie.contains(&format!("max_age: {}", 23 * 3600 + 1)),
        "{cookie}"
    );
}

#[tokio::test]
async fn an_idle_session_ends_and_a_used_one_lasts_until_the_absolute_timeout() {
    let (jam, clock) = jam();
    let app = app(jam);
    let idle = login(&app, "/session/login").await;
    clock.advance(3599);
    assert_eq!(status(&app, &idle).await, 200);
    clock.advance(3599);
    assert_eq!(
        status(&app, &idle).await,
        200,
        "the use extended the session"
    );
    clock.advance(3600);
    assert_eq!(status(&app, &idle).await, 401);

    let used = login(&app, "/session/login").await;
    for _ in 0..47 {
        clock.advance(1800);
        assert_eq!(status(&app, &used).await, 200);
    }
    clock.advance(1799);
    assert_eq!(status(&app, &used).await, 200);
    clock.advance(1);
    assert_eq!(
        status(&app, &used).await,
        401,
        "the absolute timeout is 24 h"
    );
}

#[tokio::test]
async fn reading_a_session_does_not_count_as_a_use() {
    let (jam, clock) = jam();
    let session = jam.create_session("a", &User { user: 1 }).await.unwrap();
    clock.advance(3000);
    assert!(read(&jam, &session).await.is_some());
    clock.advance(600);
    assert!(read(&jam, &session).await.is_none());
    assert!(jam.sessions::<User>("a").await.unwrap().is_empty());
}

#[tokio::test]
async fn only_issued_tokens_are_accepted_and_a_login_adopts_no_token() {
    let (jam, _) = jam();
    let app = app(jam.clone());
    let chosen = format!("sid={}", "A".repeat(43));
    assert_eq!(status(&app, &chosen).await, 401);
    // Session fixation: a login does not adopt the id that a request brings.
    let answer = call(&app, "POST", "/session/login", &[("cookie", &chosen)]).await;
    let issued = answer.cookie();
    assert_ne!(issued, chosen);
    assert_eq!(status(&app, &chosen).await, 401);
    assert_eq!(status(&app, &issued).await, 200);
    // The id that the methods take is not the token.
    let listed = jam.sessions::<User>("username").await.unwrap();
    let id = listed[0].info().id().as_bytes();
    let id = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(id);
    assert_eq!(status(&app, &format!("sid={id}")).await, 401);
}

#[tokio::test]
async fn a_token_has_one_spelling() {
    let app = app(jam().0);
    let cookie = login(&app, "/session/login").await;
    let value = cookie.strip_prefix("sid=").unwrap();
    assert_eq!(value.len(), 43);
    for respelt in [
        format!("sid={value}="),
        format!("sid=\"{value}\""),
        format!("sid={value}A"),
        format!("sid={}", &value[..42]),
        format!("sid=%{value}"),
        format!("SID={value}"),
        format!("=sid={value}"),
        format!("x=1, sid={value}"),
    ] {
        assert_eq!(status(&app, &respelt).await, 401, "{respelt}");
    }
    assert_eq!(status(&app, &format!("a=b;sid={value}; c=d")).await, 200);
}

#[tokio::test]
async fn ids_do_not_repeat_and_every_bit_of_them_is_random() {
    const IDS: usize = 20_000;
    let (jam, _) = jam();
    let mut seen = HashSet::new();
    let mut ones = [0_usize; 256];
    for owner in 0..IDS {
        let key = owner.to_string();
        let session = jam.create_session(&key, &User { user: 1 }).await.unwrap();
        let token = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(session.as_str())
            .unwrap();
        for (at, count) in ones.iter_mut().enumerate() {
            *count += usize::from(token[at / 8] >> (at % 8) & 1);
        }
        assert!(seen.insert(session.into_string()));
    }
    // Each bit is set in half of the ids, within seven standard deviations.
    let deviation = (IDS as f64).sqrt() / 2.0;
    for (at, count) in ones.into_iter().enumerate() {
        let off = (count as f64 - IDS as f64 / 2.0).abs() / deviation;
        assert!(off < 7.0, "bit {at} is set {count} times of {IDS}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_changes_are_all_kept() {
    const WRITERS: u64 = 24;
    let (jam, _) = jam();
    let session = jam.create_session("a", &User { user: 0 }).await.unwrap();
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let (jam, id) = (jam.clone(), *session.id());
            tokio::spawn(async move {
                jam.update_session(id, |user: &mut User| user.user += 1)
                    .await
                    .unwrap();
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(read(&jam, &session).await.unwrap().user, WRITERS);
}

#[tokio::test]
async fn a_concurrent_update_does_not_undo_a_logout() {
    let (jam, _) = jam();
    let session = jam.create_session("a", &User { user: 1 }).await.unwrap();
    let (other, id) = (jam.clone(), *session.id());
    let mut ended = false;
    let update = jam.update_session(id, move |user: &mut User| {
        // The logout happens between the read and the write.
        if !ended {
            ended = true;
            let deleted = at_once(other.delete_session(id));
            assert!(deleted.unwrap());
        }
        user.user = 2;
    });
    assert_eq!(update.await.unwrap_err().kind(), ErrorKind::SessionMissing);
    assert!(read(&jam, &session).await.is_none());
}

/// Polls a future once. The memory store never waits.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("the store waits"),
    }
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct Other {
    name: String,
}

#[tokio::test]
async fn a_session_of_another_type_answers_401_and_not_500() {
    let (jam, _) = jam();
    let app = app(jam.clone());
    let session = jam
        .create_session(
            "a",
            &Other {
                name: "x".to_owned(),
            },
        )
        .await
        .unwrap();
    for _ in 0..3 {
        assert_eq!(
            status(&app, &format!("sid={}", session.as_str())).await,
            401
        );
    }
    assert!(jam.get_session::<Other>(&session).await.unwrap().is_some());
}

#[tokio::test]
async fn anonymous_requests_write_nothing_to_the_store() {
    let store = Arc::new(MemoryStore::new());
    let (jam, _) = jam_with(
        Jwt::hs256(SECRET),
        Sessions::in_store(Arc::clone(&store)).idle_timeout(HOUR),
    );
    let app = app(jam);
    for path in ["/home", "/session/user", "/public"] {
        for cookie in ["", "sid=garbage"] {
            get_with(&app, path, &[("cookie", cookie)]).await;
        }
    }
    assert!(store.is_empty());
    login(&app, "/session/login").await;
    assert_eq!(store.len(), 1);
}

#[tokio::test]
async fn session_info_shows_all_fields_of_a_session() {
    let (jam, clock) = jam();
    let token = jam.create_session("ann", &User { user: 1 }).await.unwrap();
    clock.advance(600);
    let app = app(jam.clone());
    let cookie = format!("sid={}", token.as_str());
    assert_eq!(status(&app, &cookie).await, 200);
    let session = read(&jam, &token).await.unwrap();
    let info = session.info();
    assert_eq!(info.id(), token.id());
    assert_eq!(info.as_ref() as &SessionId, token.id());
    assert_eq!(info.owner(), "ann");
    assert_eq!(info.auth_time(), NOW);
    assert_eq!(info.last_seen(), NOW + 600);
    assert_eq!(info.expires_at(), NOW + 24 * 3600);

    clock.advance(60);
    let newer = jam.reauthenticate_session(&token).await.unwrap();
    let session = read(&jam, &newer).await.unwrap();
    let info = session.info();
    assert_eq!(info.id(), token.id(), "a new login keeps the id");
    assert_eq!(info.auth_time(), NOW + 660);
    assert_eq!(info.last_seen(), NOW + 660);
    assert_eq!(info.expires_at(), NOW + 660 + 24 * 3600);
}

/// Asserts that a use is recorded once in a twentieth of the idle timeout.
#[tokio::test]
async fn an_idle_session_ends_exactly_after_its_last_recorded_use() {
    for (idle, used_after, is_noted) in [
        (3600, 179, false),
        (3600, 180, true),
        (40, 1, false),
        (40, 2, true),
        (20, 1, true),
        (2, 1, true),
    ] {
        let sessions = Sessions::in_memory().idle_timeout(Duration::from_secs(idle));
        let (jam, clock) = jam_with(Jwt::hs256(SECRET), sessions);
        let app = app(jam.clone());
        let cookie = login(&app, "/session/login").await;
        clock.advance(used_after);
        assert_eq!(status(&app, &cookie).await, 200);
        clock.advance(idle - used_after);
        let alive = !jam.sessions::<User>("username").await.unwrap().is_empty();
        assert_eq!(alive, is_noted, "{idle} {used_after}");
        if is_noted {
            clock.advance(used_after - 1);
            assert!(!jam.sessions::<User>("username").await.unwrap().is_empty());
            clock.advance(1);
        }
        assert_eq!(status(&app, &cookie).await, 401, "{idle} {used_after}");
    }
}

#[tokio::test]
async fn a_request_under_way_may_still_read_within_the_grace_after_a_rotation() {
    let grace = Duration::from_secs(5);
    let sessions = Sessions::in_memory().rotation_grace(grace);
    let (jam, clock) = jam_with(Jwt::hs256(SECRET), sessions);
    let app = app(jam.clone());
    let first = jam.create_session("ann", &User { user: 1 }).await.unwrap();
    let cookie = format!("sid={}", first.as_str());
    let second = jam.rotate_session(&first).await.unwrap();
    assert_eq!(status(&app, &cookie).await, 200);
    // It changes nothing.
    let answer = call(&app, "POST", "/logout", &[("cookie", &cookie)]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    clock.advance(4);
    assert_eq!(status(&app, &cookie).await, 200);
    clock.advance(1);
    assert_eq!(status(&app, &cookie).await, 401, "the grace is over");
    let cookie = format!("sid={}", second.as_str());
    assert_eq!(status(&app, &cookie).await, 200);
}

#[tokio::test]
async fn the_grace_ends_with_the_session_and_at_a_new_login() {
    let sessions = Sessions::in_memory().rotation_grace(Duration::from_secs(5));
    let (jam, _) = jam_with(Jwt::hs256(SECRET), sessions);
    let app = app(jam.clone());
    let first = jam.create_session("ann", &User { user: 1 }).await.unwrap();
    let cookie = format!("sid={}", first.as_str());
    let second = jam.rotate_session(&first).await.unwrap();
    assert_eq!(status(&app, &cookie).await, 200);
    jam.delete_session(&second).await.unwrap();
    assert_eq!(status(&app, &cookie).await, 401);

    let first = jam.create_session("ann", &User { user: 1 }).await.unwrap();
    let cookie = format!("sid={}", first.as_str());
    let _second = jam.reauthenticate_session(&first).await.unwrap();
    assert_eq!(
        status(&app, &cookie).await,
        401,
        "the old token does not get the new rights"
    );
}

#[tokio::test]
async fn a_touch_counts_as_use_of_a_session_that_is_alive() {
    let sessions = Sessions::in_memory().idle_timeout(HOUR);
    let (jam, clock) = jam_with(Jwt::hs256(SECRET), sessions);
    let first = jam.create_session("ann", &User { user: 1 }).await.unwrap();
    for _ in 0..3 {
        clock.advance(3_000);
        assert!(jam.touch_session(&first).await.unwrap());
        assert!(read(&jam, &first).await.is_some());
    }
    let second = jam.rotate_session(&first).await.unwrap();
    clock.advance(3_000);
    assert!(
        jam.touch_session(&first).await.unwrap(),
        "it is the same session"
    );
    assert!(jam.touch_session(&second).await.unwrap());
    clock.advance(3_600);
    assert!(!jam.touch_session(&first).await.unwrap(), "it has ended");
    assert!(
        read(&jam, &first).await.is_none(),
        "a touch does not bring it back"
    );
}

/// A session that was created before the type gained a field opens with the default of the field.
#[tokio::test]
async fn a_session_from_before_a_new_field_opens_with_its_default() {
    #[derive(Clone, Serialize, Deserialize, JamPayload)]
    #[jam(kind = "account")]
    struct Account {
        name: String,
        #[serde(default)]
        theme: Option<String>,
        #[serde(default)]
        visits: u32,
    }

    let store = Arc::new(MemoryStore::new());
    let (jam, _) = jam_with(Jwt::hs256(SECRET), Sessions::in_store(Arc::clone(&store)));
    for (number, json, opens) in [
        (1, r#"{"account":{"name":"ann"}}"#, true),
        (2, r#"{"account":{"name":"ann","gone":1}}"#, true),
        (3, r#"{"account":{"title":"ann"}}"#, false),
        (4, r#"{"other":{"name":"ann"}}"#, false),
    ] {
        let id = SessionId::from_bytes([number; 32]);
        let record = Record::new(
            "ann".to_owned(),
            SessionData::from_json(json),
            NOW,
            NOW + 600,
        );
        store.create(id, record, OwnerLimit::DEFAULT).await.unwrap();
        let read = jam.get_session::<Account>(&id).await.unwrap();
        assert_eq!(read.is_some(), opens, "{json}");
        if let Some(read) = read {
            let fields = (read.name.as_str(), read.theme.as_deref(), read.visits);
            assert_eq!(fields, ("ann", None, 0));
        }
    }
}

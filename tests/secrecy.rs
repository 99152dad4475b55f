//! Tests that no token, session id or secret is in a log, a `Debug` output or an error.

use std::sync::Arc;

use jam::{
    JamPayload, Jwt, Sessions,
    session::{MemoryStore, SessionStore},
};
use serde::{Deserialize, Serialize};

use crate::support::{SECRET, User, app, call, get_with, jam, jam_with, login, trace};

#[tokio::test]
async fn the_log_contains_no_credential_at_any_level() {
    // It can contain events of other tests.
    let log = trace();

    let (jam, clock) = jam();
    let app = app(jam.clone());
    let token = login(&app, "/jwt/login").await;
    let session = login(&app, "/session/login").await;
    let bad_token = format!("{token}AAAA");
    for cookie in [&token, &session, &bad_token] {
        for path in ["/jwt/user", "/session/user", "/home", "/nowhere"] {
            get_with(&app, path, &[("cookie", cookie)]).await;
        }
    }
    let bearer = format!("Bearer {}", token.strip_prefix("jwt=").unwrap());
    get_with(&app, "/bearer/user", &[("authorization", &bearer)]).await;
    let listed = jam.sessions::<User>("username").await.unwrap();
    let reworked = jam.rotate_session(&listed[0]).await.unwrap();
    let other = jam
        .create_session(
            "b",
            &Named {
                name: "private-name".to_owned(),
            },
        )
        .await
        .unwrap();
    let cookie = format!("sid={}", other.as_str());
    get_with(&app, "/session/user", &[("cookie", &cookie)]).await;
    clock.advance(100_000);
    get_with(&app, "/jwt/user", &[("cookie", &token)]).await;
    call(&app, "POST", "/logout", &[("cookie", &session)]).await;

    let log = log.text();
    assert!(
        log.contains("session created") && log.contains("token refused"),
        "{log}"
    );
    let mut secrets = vec![SECRET, "private-name", reworked.as_str(), other.as_str()];
    secrets.push(session.strip_prefix("sid=").unwrap());
    secrets.extend(token.strip_prefix("jwt=").unwrap().split('.').skip(1));
    for secret in secrets {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct Named {
    name: String,
}

#[tokio::test]
async fn debug_shows_no_secret() {
    let (jam, _) = jam();
    let claims = jam.make_payload(Named {
        name: "private-name".to_owned(),
    });
    let token = jam.gen_jwt_token(&claims).unwrap();
    let session = jam
        .create_session("owner", &User { user: 1 })
        .await
        .unwrap();
    let read = jam.get_session::<User>(&session).await.unwrap().unwrap();
    let shown = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        jam,
        claims,
        token,
        session,
        read,
        Jwt::hs256(SECRET),
        jam::Jam::builder().jwt(Jwt::hs256(SECRET)),
        jam.jwt_cookie("jwt", token.clone()),
        jam.session_cookie("sid", session.clone()),
        jam.verify_jwt_token::<User>(token.as_str()),
    );
    let mut secrets = vec![SECRET, "private-name", session.as_str()];
    secrets.push(claims.registered().token_id().unwrap());
    secrets.extend(token.as_str().split('.'));
    for secret in secrets {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[tokio::test]
async fn a_copy_of_the_store_contains_no_valid_token() {
    let store = Arc::new(MemoryStore::new());
    let (jam, _) = jam_with(Jwt::hs256(SECRET), Sessions::in_store(Arc::clone(&store)));
    let app = app(jam.clone());
    let session = jam.create_session("a", &User { user: 1 }).await.unwrap();
    let stored = store
        .list_by_owner("a", jam::session::Page::FIRST)
        .await
        .unwrap();
    let dump = format!("{:?} {:?}", stored, stored[0].0.as_bytes());
    assert!(!dump.contains(session.as_str()));
    use base64::Engine;
    for encoded in [
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(stored[0].0.as_bytes()),
        base64::engine::general_purpose::STANDARD.encode(stored[0].0.as_bytes()),
        stored[0]
            .0
            .as_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    ] {
        let cookie = format!("sid={encoded}");
        assert_eq!(
            get_with(&app, "/session/user", &[("cookie", &cookie)])
                .await
                .status,
            401
        );
    }
    let cookie = format!("sid={}", session.as_str());
    assert_eq!(
        get_with(&app, "/session/user", &[("cookie", &cookie)])
            .await
            .status,
        200
    );
}

/// Asserts that `Debug` names the type. An empty output would not help the reader.
#[tokio::test]
async fn debug_names_the_type() {
    let (jam, _) = jam();
    let claims = jam.make_payload(User { user: 1 });
    let token = jam.gen_jwt_token(&claims).unwrap();
    let session = jam
        .create_session("owner", &User { user: 1 })
        .await
        .unwrap();
    let read = jam.get_session::<User>(&session).await.unwrap().unwrap();
    let rule: jam::Access<User> = jam::dsl::user()
        .backend("jwt")
        .or(jam::dsl::user().backend("session"));
    let data = jam::session::SessionData::from_json("{}");
    assert!(data != jam::session::SessionData::from_json("[]") && data == data.clone());
    let record = jam::session::Record::new("owner".to_owned(), data, 1, 2);
    for (name, shown) in [
        ("Jam", format!("{jam:?}")),
        ("Claims", format!("{claims:?}")),
        ("RegisteredClaims", format!("{:?}", claims.registered())),
        ("Token", format!("{token:?}")),
        ("SessionToken", format!("{session:?}")),
        ("SessionId", format!("{:?}", session.id())),
        ("Session", format!("{read:?}")),
        ("SessionInfo", format!("{:?}", read.info())),
        ("Sessions", format!("{:?}", Sessions::in_memory())),
        ("Jwt", format!("{:?}", Jwt::hs256(SECRET))),
        (
            "SetCookie",
            format!("{:?}", jam.jwt_cookie("jwt", token.clone())),
        ),
        ("MemoryStore", format!("{:?}", MemoryStore::new())),
        ("SessionData", format!("{:?}", record.data)),
        ("Record", format!("{record:?}")),
        ("User: jwt", format!("{rule:?}")),
    ] {
        assert!(shown.starts_with(name), "{name}: {shown}");
    }
    let id = session.id().to_string();
    assert_eq!(
        format!("{:?}", session.id()),
        format!("SessionId({}..)", &id[..8])
    );
    let layer = jam::layer::SessionBackend::new(jam.clone())
        .cookie("sid")
        .header("x-session");
    let shown = format!("{layer:?}");
    assert!(
        shown.contains("sid") && shown.contains("x-session"),
        "{shown}"
    );
    assert!(format!("{:?}", read.info()).contains("auth_time"));
}

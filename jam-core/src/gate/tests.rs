use http::Request;
use http::header::{AUTHORIZATION, COOKIE};

use super::{Admission, Authenticator, admit};
use crate::claims::twins::Little;
use crate::refusal::Scheme;
use crate::request::cookie::Transport;
use crate::request::credential::Credential;
use crate::rule::{Access, Source};
use crate::session::Sessions;
use crate::token::Jwt;

fn authenticator() -> Authenticator {
    Authenticator {
        tokens: Jwt::hs256_random().ready(),
        sessions: Some(Sessions::in_memory()),
        own_backends: Default::default(),
        issuers: Default::default(),
        clock: Default::default(),
        transport: Transport::Https,
        origins: Default::default(),
        cookie_names: Default::default(),
        original_uri: |request| &request.uri,
    }
}

#[test]
fn debug_output_names_the_backends_and_hides_credentials() {
    let shown = format!("{:?}", authenticator());
    assert!(
        shown.starts_with("Authenticator { jwt: true, session: true, "),
        "{shown}"
    );

    let request = Request::get("/")
        .header(AUTHORIZATION, "Bearer secret")
        .body(());
    let (parts, ()) = request.expect("a request").into_parts();
    let credential = Credential {
        scheme: Some(Scheme::Bearer),
        secret: b"secret",
        source: Source::AUTHORIZATION,
        request: &parts,
    };
    let shown = format!("{credential:?}");
    assert!(
        shown.contains("Bearer") && shown.contains("[redacted]"),
        "{shown}"
    );
    assert!(!shown.contains("secret\"]"), "{shown}");
}

#[tokio::test]
async fn tokens_and_sessions_in_memory_are_decided_without_waiting() {
    const BOTH: Access<Little> = Access::user()
        .backend("jwt")
        .or(Access::user().backend("session").cookie("sid"));
    let authenticator = authenticator();
    let now = authenticator.now();
    let payload: Little = serde_json::from_str(r#"{"name":"ann"}"#).expect("JSON");
    let sessions = authenticator.sessions().expect("sessions");
    let session = sessions.create("ann", &payload, now).await;
    let session = session.expect("a session");
    let tokens = authenticator.tokens().expect("tokens");
    let token = tokens
        .sign(&tokens.claims(payload, now), now)
        .expect("a token");
    let cookie = format!("sid={}", session.as_str());
    let bearer = format!("Bearer {}", token.as_str());
    for (name, value) in [(COOKIE, cookie), (AUTHORIZATION, bearer)] {
        let request = Request::get("/").header(&name, value).body(());
        let (parts, ()) = request.expect("a request").into_parts();
        let ready = admit(&authenticator, &BOTH, &parts).ready();
        assert!(matches!(ready, Some(Ok(Admission::Caller(_)))), "{name}");
    }
}

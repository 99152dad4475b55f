use http::Request;
use http::header::{AUTHORIZATION, COOKIE};

use super::{Admission, Authenticator, admit};
use crate::claims::twins::Little;
use crate::request::cookie::Transport;
use crate::rule::Access;
use crate::session::Sessions;
use crate::token::Jwt;

fn authenticator() -> Authenticator {
    Authenticator {
        tokens: Jwt::hs256_random().ready(),
        sessions: Some(Sessions::in_memory()),
        own_backends: Default::default(),
        clock: Default::default(),
        transport: Transport::Https,
        origins: Default::default(),
        cookie_names: Default::default(),
        original_uri: |request| &request.uri,
    }
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
    let token = tokens.sign(&tokens.claims(payload, now)).expect("a token");
    let cookie = format!("sid={}", session.as_str());
    let bearer = format!("Bearer {}", token.as_str());
    for (name, value) in [(COOKIE, cookie), (AUTHORIZATION, bearer)] {
        let request = Request::get("/").header(&name, value).body(());
        let (parts, ()) = request.expect("a request").into_parts();
        let ready = admit(&authenticator, &BOTH, &parts).ready();
        assert!(matches!(ready, Some(Ok(Admission::Caller(_)))), "{name}");
    }
}

//! Responses over HTTP: status, challenge, body and headers.

use http::StatusCode;
use jam::{Jam, Sessions};

use crate::support::{
    Answer, HOUR, NOW, app, call, claims, foreign_token, forge, get_with, jam, login,
};

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

fn assert_problem(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let problem = answer.json();
    assert_eq!(problem["status"], status);
    for member in ["type", "title", "detail"] {
        assert!(problem[member].is_string(), "{member} in {problem}");
    }
    if status == 401 {
        assert!(
            answer.challenge().starts_with("Bearer"),
            "{:?}",
            answer.headers
        );
    }
}

#[tokio::test]
async fn no_credential_is_401_with_a_bare_challenge() {
    let app = app(jam().0);
    for path in [
        "/jwt/user",
        "/bearer/user",
        "/session/user",
        "/session/header",
    ] {
        let answer = get_with(&app, path, &[]).await;
        assert_problem(&answer, 401);
        assert_eq!(answer.challenge(), "Bearer", "{path}");
    }
}

#[tokio::test]
async fn a_valid_credential_is_accepted() {
    let app = app(jam().0);
    let token = bearer(&foreign_token());
    let answer = get_with(&app, "/bearer/user", &[("authorization", &token)]).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (StatusCode::OK, r#"{"user":1}"#)
    );
}

#[tokio::test]
async fn every_bad_credential_gets_an_identical_response() {
    let (jam, clock) = jam();
    let app = app(jam.clone());
    let expired = forge(
        r#"{"alg":"HS256"}"#,
        &format!(r#"{{"exp":{NOW},"user":1}}"#),
    );
    let early = forge(
        r#"{"alg":"HS256"}"#,
        &claims(&format!(r#""nbf":{},"user":1"#, NOW + 9)),
    );
    let other_payload = forge(r#"{"alg":"HS256"}"#, &claims(r#""name":"x""#));
    let unknown_key = forge(r#"{"alg":"HS256","kid":"k"}"#, &claims(r#""user":1"#));
    let bound = forge(
        r#"{"alg":"HS256"}"#,
        &claims(r#""user":1,"cnf":{"jkt":"x"}"#),
    );
    let mut bad_signature = foreign_token();
    bad_signature.pop();
    bad_signature.push('A');
    let mut answers = Vec::new();
    for token in [
        &expired,
        &early,
        &other_payload,
        &unknown_key,
        &bound,
        &bad_signature,
        "abc",
        "a.b.c",
    ] {
        let header = bearer(token);
        answers.push(get_with(&app, "/bearer/user", &[("authorization", &header)]).await);
        let cookie = format!("jwt={token}");
        answers.push(get_with(&app, "/jwt/user", &[("cookie", &cookie)]).await);
    }
    let session = login(&app, "/session/login").await;
    clock.advance(25 * 3600);
    for session in [
        session.as_str(),
        "sid=garbage",
        &format!("sid={}", "A".repeat(43)),
    ] {
        answers.push(get_with(&app, "/session/user", &[("cookie", session)]).await);
    }
    for answer in &mut answers {
        // `Vary` depends on the rule, not on the presented credential.
        assert!(answer.headers.remove("vary").is_some());
    }
    for answer in &answers {
        assert_problem(answer, 401);
        assert_eq!(answer.challenge(), r#"Bearer error="invalid_token""#);
        assert_eq!(answer.body, answers[0].body);
        assert_eq!(answer.headers, answers[0].headers);
    }
}

#[tokio::test]
async fn the_scheme_is_accepted_in_any_case_and_with_any_spaces() {
    let app = app(jam().0);
    let token = foreign_token();
    for header in [
        format!("bearer {token}"),
        format!("BEARER {token}"),
        format!("BeArEr    {token}"),
        format!("Bearer {token} "),
    ] {
        let answer = get_with(&app, "/bearer/user", &[("authorization", &header)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{header}");
    }
}

#[tokio::test]
async fn a_malformed_or_repeated_authorization_is_400() {
    let app = app(jam().0);
    let token = foreign_token();
    let good = bearer(&token);
    for headers in [
        &[("authorization", "Bearer")][..],
        &[("authorization", "Bearer ")],
        &[("authorization", &*format!("Bearer\t{token}"))],
        &[("authorization", &*format!("Bearer {token} {token}"))],
        &[("authorization", &*format!("Bearer {token}, Bearer {token}"))],
        &[("authorization", r#"Bearer a"b"#)],
        &[("authorization", "Bearer a%0d%0aX-Y: z")],
        &[("authorization", &good), ("authorization", &good)],
        &[("authorization", "Basic dTpw"), ("authorization", &good)],
    ] {
        let answer = get_with(&app, "/bearer/user", headers).await;
        assert_problem(&answer, 400);
        assert_eq!(
            answer.challenge(),
            r#"Bearer error="invalid_request""#,
            "{headers:?}"
        );
    }
}

#[tokio::test]
async fn another_scheme_does_not_count_as_a_credential() {
    let app = app(jam().0);
    for header in ["Basic dTpw", "DPoP abc", "Bearerx abc"] {
        let answer = get_with(&app, "/bearer/user", &[("authorization", header)]).await;
        assert_problem(&answer, 401);
        assert_eq!(answer.challenge(), "Bearer", "{header}");
    }
}

#[tokio::test]
async fn a_token_in_the_query_or_in_another_header_is_ignored() {
    let app = app(jam().0);
    let token = foreign_token();
    let query = format!("/bearer/user?access_token={token}");
    let answer = get_with(
        &app,
        &query,
        &[("x-user-id", "1"), ("x-forwarded-user", "admin")],
    )
    .await;
    assert_problem(&answer, 401);
    assert_eq!(answer.challenge(), "Bearer");
}

#[tokio::test]
async fn head_is_checked_like_get_and_options_runs_no_handler() {
    let app = app(jam().0);
    let head = call(&app, "HEAD", "/bearer/user", &[]).await;
    assert_eq!(head.status, StatusCode::UNAUTHORIZED);
    let preflight = [
        ("origin", "https://x.example"),
        ("access-control-request-method", "GET"),
    ];
    let options = call(&app, "OPTIONS", "/bearer/user", &preflight).await;
    assert_eq!(options.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(
        get_with(&app, "/nowhere", &[]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn on_reject_maps_a_rejection_of_an_attribute() {
    let jam = Jam::builder()
        .sessions(Sessions::in_memory().idle_timeout(HOUR))
        .on_reject(|rejection, request| {
            let text = format!("{:?} at {}", rejection.kind(), request.uri.path());
            (StatusCode::UNAUTHORIZED, text).into_response()
        })
        .build()
        .unwrap();
    use axum::response::IntoResponse;
    let answer = get_with(&app(jam), "/session/user", &[]).await;
    assert_eq!(answer.body, "NoCredential at /session/user");
    // A mapped 401 response still has a challenge, and no cache stores it.
    assert_eq!(answer.challenge(), "Bearer");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn a_missing_backend_answers_500_and_not_401() {
    let jam = Jam::builder()
        .sessions(Sessions::in_memory())
        .build()
        .unwrap();
    let answer = get_with(&app(jam), "/jwt/user", &[("cookie", "jwt=a.b.c")]).await;
    assert_problem(&answer, 500);
}

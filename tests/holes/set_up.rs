//! Configuration and development mode.

use std::fs;

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::post;
use jam::{Jam, JamRouter, Jwt, Sessions, jam_routes, layer::ResponseHeadersLayer};

use crate::support::{SECRET, User, call};

fn from_json(text: &str) -> Result<Jam, jam::ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jam.json");
    fs::write(&path, text).unwrap();
    Jam::from_config(&path)
}

#[test]
fn a_configuration_error_shows_no_part_of_a_secret() {
    let texts = [
        r#"{"jwt":{"secret":"abc${hunter2}def"}}"#,
        r#"{"jwt":{"secret":"${hunter2"}}"#,
        r#"{"session":{"store":"memory"},"origins":["https://me:hunter2@app.example"]}"#,
        r#"{"session":{"store":"memory"},"origins":["hunter2"]}"#,
        r#"{"session":{"store":"hunter2"}}"#,
        r#"{"jwt":{"secret":"hunter2"}}"#,
    ];
    for text in texts {
        let error = from_json(text).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
    // A name in capital letters is the name of a variable, not a secret. The error shows it,
    // because the user must set it.
    let error = from_json(r#"{"jwt":{"secret":"${JAM_TESTS_UNSET}"}}"#).unwrap_err();
    assert!(
        error.to_string().contains("`JAM_TESTS_UNSET` is not set"),
        "{error}"
    );
}

#[test]
fn a_duplicate_key_is_an_error() {
    let twice = format!(r#"{{"jwt":{{"secret":"{SECRET}","lifetime":60,"lifetime":3600}}}}"#);
    let error = from_json(&twice).unwrap_err().to_string();
    assert!(error.contains("a key occurs twice"), "{error}");
    assert!(from_json(&format!(r#"{{"jwt":{{"secret":"{SECRET}"}}}}"#)).is_ok());
}

async fn login(State(jam): State<Jam>) -> Result<impl IntoResponse, jam::Error> {
    let session = jam.create_session("1", &User { user: 1 }).await?;
    Ok(jam.session_cookie("sid", session))
}

#[tokio::test]
async fn a_public_login_in_development_mode_sets_no_cookie_for_another_host() {
    let jam = Jam::builder()
        .jwt(Jwt::hs256(SECRET))
        .sessions(Sessions::in_memory())
        .development("127.0.0.1:3000".parse().unwrap())
        .build()
        .unwrap();
    let table: JamRouter<Jam> = jam_routes![public("login") = [post("/login", login)]];
    let plain = Router::new()
        .route("/login", post(login))
        .layer(ResponseHeadersLayer::new(&jam));
    for app in [table.into_router(&jam).unwrap(), plain] {
        let app = app.with_state(jam.clone());
        for (host, status) in [
            ("localhost:3000", 200),
            ("127.0.0.1:3000", 200),
            ("evil.example", 500),
            ("[::1]evil", 500),
            ("localhost:3000@evil", 500),
        ] {
            let answer = call(&app, "POST", "/login", &[("host", host)]).await;
            assert_eq!(answer.status, status, "{host}");
            assert_eq!(
                answer.set_cookies().len(),
                usize::from(status == 200),
                "{host}"
            );
        }
    }
}

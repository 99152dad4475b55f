//! Duplicate cookies. A sibling domain may have set one of the two.

use axum::Router;
use jam::dsl::user;
use jam::{
    Access, Auth, Jam, JamPayload, JamRouter, jam_auth, jam_routes,
    layer::{AuthenticationLayer, SessionBackend},
};
use serde::{Deserialize, Serialize};

use crate::support::{User, app, call, get_with, jam, login};

const WEB: Access<User> = user().backend("session").cookie("sid");

async fn page(user: Option<Auth<User>>) -> &'static str {
    match user {
        Some(_) => "caller",
        None => "anonymous",
    }
}

fn whole_app(jam: &Jam) -> Router {
    let table: JamRouter<Jam> = jam_routes![
        WEB.optional() = [get("/maybe", page)],
        WEB.guest() = [get("/login", page), post("/login", page)],
    ];
    let layered = Router::new().route("/layered", axum::routing::get(page));
    let layer = AuthenticationLayer::new(SessionBackend::new(jam.clone()).cookie("sid"));
    app(jam.clone())
        .merge(table.into_router(jam).unwrap().with_state(jam.clone()))
        .merge(layered.layer(layer))
}

#[tokio::test]
async fn a_planted_cookie_does_not_block_pages_that_require_no_caller() {
    let (jam, _) = jam();
    let app = whole_app(&jam);
    let mine = login(&app, "/session/login").await;
    for cookies in [
        format!("{mine}; sid=planted"),
        format!("sid=planted; {mine}"),
        "sid=planted; sid=planted-too".to_owned(),
    ] {
        for (method, path) in [
            ("GET", "/home"),
            ("GET", "/maybe"),
            ("GET", "/login"),
            ("POST", "/login"),
            ("GET", "/layered"),
        ] {
            let answer = call(&app, method, path, &[("cookie", &cookies)]).await;
            assert_eq!(
                (answer.status.as_u16(), answer.body.as_str()),
                (200, "anonymous"),
                "{path}"
            );
            assert!(
                answer.set_cookies().is_empty(),
                "{path}: no cookie is cleared"
            );
        }
        // Routes that require a caller reject the request.
        for (method, path) in [("GET", "/session/user"), ("POST", "/logout")] {
            let answer = call(&app, method, path, &[("cookie", &cookies)]).await;
            assert_eq!(answer.status, 401, "{path}");
            let challenge = answer.headers["www-authenticate"].to_str().unwrap();
            assert_eq!(challenge, r#"Bearer error="invalid_token""#, "{path}");
            assert!(
                answer.set_cookies().is_empty(),
                "{path}: no cookie is cleared"
            );
        }
    }
}

#[tokio::test]
async fn two_cookies_with_the_same_value_count_as_one() {
    let (jam, _) = jam();
    let app = whole_app(&jam);
    let mine = login(&app, "/session/login").await;
    let twice = format!("{mine}; a=b; {mine}");
    let fields = [("cookie", mine.as_str()), ("cookie", mine.as_str())];
    for headers in [&[("cookie", twice.as_str())][..], &fields] {
        assert_eq!(get_with(&app, "/session/user", headers).await.status, 200);
        assert_eq!(get_with(&app, "/maybe", headers).await.body, "caller");
        // A guest page rejects a caller.
        assert_eq!(get_with(&app, "/login", headers).await.status, 403);
    }
}

/// Asserts that a token of another payload keeps its cookie. It can be a login of another part of
/// the application.
#[tokio::test]
async fn a_valid_token_of_another_payload_is_not_cleared() {
    #[derive(Clone, Serialize, Deserialize, JamPayload)]
    struct Named {
        name: String,
    }

    #[derive(Clone, Serialize, Deserialize, JamPayload)]
    #[jam(kind = "half-of-a-login")]
    struct Half {
        user: u64,
    }

    #[jam_auth(backend = "jwt", cookie = "jwt", optional)]
    async fn named(user: Option<Auth<Named>>) -> String {
        user.map_or("nobody".to_owned(), |user| user.name.clone())
    }

    #[jam_auth(backend = "jwt", cookie = "jwt", optional)]
    async fn half(user: Option<Auth<Half>>) -> String {
        user.map_or("nobody".to_owned(), |user| user.user.to_string())
    }

    #[jam_auth(backend = "jwt", cookie = "jwt", optional)]
    async fn user_or_nobody(_: Option<Auth<User>>) {}

    let (jam, clock) = jam();
    let app = Router::new()
        .route("/named", axum::routing::get(named))
        .route("/half", axum::routing::get(half))
        .route("/user", axum::routing::get(user_or_nobody))
        .with_state(jam.clone());
    let token = jam
        .gen_jwt_token(&jam.make_payload(User { user: 1 }))
        .unwrap();
    let cookie = format!("jwt={}", token.as_str());
    for path in ["/named", "/half"] {
        let answer = get_with(&app, path, &[("cookie", &cookie)]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body.as_str()),
            (200, "nobody"),
            "{path}"
        );
        assert!(answer.set_cookies().is_empty(), "{path}");
    }
    clock.advance(100_000);
    let answer = get_with(&app, "/user", &[("cookie", &cookie)]).await;
    assert_eq!(answer.set_cookies().len(), 1, "an expired token is cleared");
}

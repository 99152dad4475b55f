//! The authentication layer.

use axum::routing::get;
use axum::{Json, Router};
use jam::{
    Auth,
    layer::{AuthenticationLayer, JwtBackend, SessionBackend},
};

use crate::support::{User, foreign_token, get_with, jam};

async fn me(user: Auth<User>) -> Json<User> {
    Json(user.into_inner())
}

async fn maybe(user: Option<Auth<User>>) -> String {
    user.map_or("anonymous".to_owned(), |user| format!("user {}", user.user))
}

/// Two extractors of one request get the same caller.
async fn twice(first: Auth<User>, second: Auth<User>, third: Option<Auth<User>>) -> String {
    format!("{} {} {}", first.user, second.user, third.is_some())
}

fn routes() -> Router {
    Router::new()
        .route("/me", get(me).post(me))
        .route("/maybe", get(maybe))
        .route("/twice", get(twice))
        .route("/public", get(|| async { "public" }))
}

fn by_token() -> Router {
    let backend = JwtBackend::new(jam().0)
        .cookie("jwt")
        .header("authorization");
    routes().layer(AuthenticationLayer::new(backend))
}

#[tokio::test]
async fn only_handlers_with_a_required_caller_reject_anonymous_requests() {
    let app = by_token();
    assert_eq!(get_with(&app, "/public", &[]).await.body, "public");
    assert_eq!(get_with(&app, "/maybe", &[]).await.body, "anonymous");
    let answer = get_with(&app, "/me", &[]).await;
    assert_eq!(
        (answer.status.as_u16(), answer.challenge()),
        (401, "Bearer")
    );
}

#[tokio::test]
async fn a_caller_is_authenticated_from_either_source() {
    let app = by_token();
    let token = foreign_token();
    let (cookie, bearer) = (format!("jwt={token}"), format!("Bearer {token}"));
    for header in [("cookie", &*cookie), ("authorization", &*bearer)] {
        assert_eq!(get_with(&app, "/me", &[header]).await.body, r#"{"user":1}"#);
        assert_eq!(get_with(&app, "/maybe", &[header]).await.body, "user 1");
        assert_eq!(get_with(&app, "/twice", &[header]).await.body, "1 1 true");
    }
}

#[tokio::test]
async fn a_bad_credential_does_not_block_public_routes() {
    let app = by_token();
    let bad = [("cookie", "jwt=a.b.c")];
    assert_eq!(get_with(&app, "/public", &bad).await.status, 200);
    assert_eq!(get_with(&app, "/nowhere", &bad).await.status, 404);
    let answer = get_with(&app, "/maybe", &bad).await;
    assert_eq!(answer.body, "anonymous");
    assert_eq!(
        answer.set_cookies(),
        ["jwt=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure"]
    );
    let answer = get_with(&app, "/me", &bad).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.challenge(), r#"Bearer error="invalid_token""#);
    assert!(answer.set_cookies().is_empty());
    let bad = [("authorization", "Bearer a.b.c")];
    assert_eq!(get_with(&app, "/maybe", &bad).await.status, 401);
    assert_eq!(get_with(&app, "/public", &bad).await.status, 200);
}

#[tokio::test]
async fn responses_that_depend_on_the_caller_have_a_vary_header() {
    let app = by_token();
    let varies = async |path| {
        let answer = get_with(&app, path, &[]).await;
        let fields = answer.headers.get_all("vary").iter();
        fields
            .map(|field| field.to_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(varies("/maybe").await, ["cookie, authorization"]);
    assert!(varies("/public").await.is_empty());
}

#[tokio::test]
async fn sessions_use_a_cookie_by_default() {
    let (jam, _) = jam();
    let session = jam.create_session("a", &User { user: 3 }).await.unwrap();
    let app = routes().layer(AuthenticationLayer::new(SessionBackend::new(jam)));
    let cookie = format!("__Host-session={}", session.as_str());
    assert_eq!(
        get_with(&app, "/me", &[("cookie", &cookie)]).await.body,
        r#"{"user":3}"#
    );
    // Invalid and empty cookies do not authenticate a caller.
    for cookie in ["__Host-session=garbage", "__Host-session=", "sessionId=x"] {
        assert_eq!(
            get_with(&app, "/me", &[("cookie", cookie)]).await.status,
            401,
            "{cookie}"
        );
    }
}

#[tokio::test]
async fn a_cross_site_post_with_a_cookie_is_rejected() {
    let app = by_token();
    let cookie = format!("jwt={}", foreign_token());
    let headers = [
        ("cookie", cookie.as_str()),
        ("sec-fetch-site", "cross-site"),
    ];
    let answer = crate::support::call(&app, "POST", "/me", &headers).await;
    assert_eq!(answer.status, 403);
}

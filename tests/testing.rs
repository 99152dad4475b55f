//! The tools that `jam::testing` gives to applications.

use std::panic::{AssertUnwindSafe, catch_unwind};

use axum::Json;
use axum::response::IntoResponse;
use jam::testing::auth;
use jam::{Access, Auth, Jam, JamRouter, dsl::user, jam_auth, jam_routes};

use crate::support::User;

const WEB: Access<User> = user().backend("session").cookie("sid");

#[jam_auth(WEB)]
async fn me(user: Auth<User>) -> Json<User> {
    Json(user.into_inner())
}

#[jam_auth(backend = "jwt", optional)]
async fn home(user: Option<Auth<User>>) -> String {
    user.map_or("anonymous".to_owned(), |user| user.user.to_string())
}

async fn in_a_table(user: Auth<User>) -> u64 {
    user.user
}

#[tokio::test]
async fn a_handler_can_be_called_directly() {
    assert_eq!(me(auth(User { user: 7 })).await.0.user, 7);
    assert_eq!(in_a_table(auth(User { user: 8 })).await, 8);
    let caller: Auth<User> = auth(User { user: 8 });
    assert_eq!(caller.expires_at(), Some(u64::MAX), "it never expires");
    assert_eq!(caller.token().unwrap().issued_at(), Some(0));
    for (user, body) in [(Some(9), "9"), (None, "anonymous")] {
        let user = user.map(|user| auth(User { user }));
        let answer = home(user.into()).await.into_response();
        let body_now = axum::body::to_bytes(answer.into_body(), 100).await.unwrap();
        assert_eq!(body_now, body);
    }
}

async fn page() {}

fn routes(opened: bool) -> JamRouter<Jam> {
    let account: JamRouter<Jam> = match opened {
        false => jam_routes![WEB = [get("/account", page)]],
        true => jam_routes![public("looked harmless") = [get("/account", page)]],
    };
    jam_routes![
        public("probe") = [get("/healthz", page)],
        WEB = [get("/me", page)],
        merge(account),
    ]
}

#[test]
fn a_table_equal_to_the_reviewed_file_passes() {
    jam::assert_table!(routes(false), "testing-table.txt");
}

#[test]
fn a_route_that_was_opened_is_named() {
    let opened = catch_unwind(AssertUnwindSafe(|| {
        jam::assert_table!(routes(true), "testing-table.txt");
    }));
    let message = *opened.unwrap_err().downcast::<String>().unwrap();
    for line in [
        "- GET /account User: session by cookie sid page",
        "+ GET /account public: looked harmless page",
        "JAM_BLESS=1",
    ] {
        assert!(message.contains(line), "{line} in {message}");
    }
    assert!(!message.contains("/healthz"), "{message}");
}

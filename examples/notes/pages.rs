//! HTML pages.

use axum::response::Html;
use jam::Auth;

use crate::user::User;

pub(crate) async fn about() -> Html<&'static str> {
    Html("<!doctype html><title>Notes</title><h1>Notes</h1><p><a href=/>Home</a>")
}

pub(crate) async fn home(user: Option<Auth<User>>) -> Html<String> {
    let body = match user {
        // The application chooses the names of its users. If users choose their names, escape them
        // here.
        Some(user) => format!(
            "<p>Hello, {}. <form method=post action=/logout><button>Sign out</button></form>",
            user.name
        ),
        None => "<p><a href=/login>Sign in</a>".to_owned(),
    };
    Html(format!(
        "<!doctype html><title>Notes</title><h1>Notes</h1>{body}"
    ))
}

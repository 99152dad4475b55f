//! Login and logout: with a session in a browser, and with a token for programs.

use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use jam::{Auth, Jam, JamRouter, jam_routes};
use serde::Deserialize;

use crate::App;
use crate::db::Db;
use crate::routes::WEB;
use crate::user::User;

#[derive(Deserialize)]
pub(crate) struct Next {
    /// The page that required the login.
    next: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Credentials {
    name: String,
    password: String,
}

pub(crate) async fn form() -> Html<&'static str> {
    // The form posts to its own address, so that `next` and `reauth` stay in the query.
    Html(
        "<!doctype html><title>Sign in</title><form method=post>\
         <label>Name <input name=name autocomplete=username required></label> \
         <label>Password <input name=password type=password autocomplete=current-password \
         required></label> <button>Sign in</button></form>",
    )
}

pub(crate) async fn submit(
    Query(Next { next }): Query<Next>,
    State(jam): State<Jam>,
    State(db): State<Db>,
    Form(Credentials { name, password }): Form<Credentials>,
) -> Result<Response, jam::Error> {
    // Password hashing blocks a thread, so it does not run on a thread that serves requests.
    let checked = tokio::task::spawn_blocking(move || db.sign_in(&name, &password)).await;
    let user = match checked {
        Ok(Some(user)) => user,
        Ok(None) => {
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, "wrong name or password").into_response());
        }
        Err(_) => return Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response()),
    };
    let session = jam.create_session(&user.id.to_string(), &user).await?;
    let cookie = jam.session_cookie("sid", session);
    Ok((cookie, Redirect::to(jam::return_to(next.as_deref()))).into_response())
}

/// Issues tokens for the user's own programs, which have no browser.
pub(crate) fn tokens() -> JamRouter<App> {
    jam_routes![WEB = [post("/token", token).fresh(minutes(5))]]
}

async fn token(user: Auth<User>, State(jam): State<Jam>) -> Result<String, jam::Error> {
    let signed_in = user.auth_time().unwrap_or(0);
    let claims = jam.make_payload(user.into_inner());
    let token = jam.gen_jwt_token(&claims.with_auth_time(signed_in))?;
    Ok(token.into_string())
}

pub(crate) async fn logout(
    user: Auth<User>,
    State(jam): State<Jam>,
) -> Result<impl IntoResponse, jam::Error> {
    Ok((jam.logout(&user).await?, Redirect::to("/about")))
}

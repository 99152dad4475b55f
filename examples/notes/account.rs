//! The account of the caller.

use axum::extract::State;
use axum::response::IntoResponse;
use jam::{Auth, Jam};

use crate::db::Db;
use crate::user::User;

/// Deletes the account and ends the sessions of the user on every device.
pub(crate) async fn remove(
    user: Auth<User>,
    State(jam): State<Jam>,
    State(db): State<Db>,
) -> Result<impl IntoResponse, jam::Error> {
    jam.clear_sessions(&user.id.to_string()).await?;
    db.remove_user(user.id);
    Ok((jam.remove_cookie("sid"), "Goodbye."))
}

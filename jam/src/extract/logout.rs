//! Signing a caller out.

use super::auth::Auth;
use super::level::Level;
use crate::response::error::Error;
use crate::response::logout::Logout;
use crate::setup::jam::Jam;

impl Jam {
    /// Signs `user` out: ends the session, also if it was rotated meanwhile, and returns a response, or a part
    /// of one, that removes the cookie and the cached pages from the browser.
    ///
    /// A token stays valid until it expires; only its cookie is removed.
    ///
    /// ```
    /// use axum::{extract::State, response::{IntoResponse, Redirect}};
    /// use jam::{Auth, Jam, JamPayload, jam_auth};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Serialize, Deserialize, JamPayload)]
    /// # struct User { user: u64 }
    ///
    /// #[jam_auth(backend = "session", cookie = "sid")]
    /// async fn logout(user: Auth<User>, State(jam): State<Jam>) -> Result<impl IntoResponse, jam::Error> {
    ///     Ok((jam.logout(&user).await?, Redirect::to("/")))
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) if the session may still exist (503): the cookie is kept too, so
    /// that the user can try again.
    pub async fn logout<P, R: Level>(&self, user: &Auth<P, R>) -> Result<Logout, Error> {
        if let Some(session) = user.session() {
            self.sessions_backend()?.delete(session.id()).await?;
        }
        Ok(Logout {
            removal: user
                .source()
                .cookie_name()
                .map(|name| self.remove_cookie(name)),
        })
    }
}

//! The routes and their rules.

use axum::Json;
use axum::extract::{Path, State};
use jam::dsl::user;
use jam::{Access, Auth, JamRouter, jam_auth, jam_routes};

use crate::db::{Db, NoteId};
use crate::user::{Role, User};
use crate::{App, account, admin, hooks, login, notes, ops, pages, reports};

const API: Access<User> = user().backend("jwt");
pub(crate) const WEB: Access<User> = user().backend("session").cookie("sid").login("/login");
const BOTH: Access<User> = API.or(WEB);
const ADMIN: Access<User> = WEB.role(Role::Admin);

pub(crate) fn routes() -> JamRouter<App> {
    jam_routes![
        public("marketing page and probe") = [
            get("/about", pages::about),
            get("/healthz", ops::health), // scraped every 5 s
        ],
        public("verifies its own HMAC signature") = [post("/hooks/stripe", hooks::stripe)],
        WEB.guest().redirect_to("/") = [get("/login", login::form), post("/login", login::submit)],
        WEB.optional() = [get("/", pages::home)],
        BOTH = [
            get("/notes", notes::list),
            post("/notes", notes::create).scope("notes:write"),
            put("/notes/{id}", notes::update).policy(note_owner),
        ],
        WEB = [
            post("/logout", login::logout),
            delete("/account", account::remove).fresh(minutes(5)),
        ],
        ADMIN = [get("/admin", admin::index)],
        declared() = [get("/me", me)], // the rule is on the handler's #[jam_auth]
        merge(login::tokens()),
        merge(reports::routes()),
    ]
}

/// A policy of the notes. It is an axum handler that returns `bool`.
async fn note_owner(user: Auth<User>, Path(id): Path<NoteId>, State(db): State<Db>) -> bool {
    db.owner_of(id) == Some(user.id)
}

#[jam_auth(any(jwt, session(cookie = "sid")))]
async fn me(user: Auth<User>) -> Json<User> {
    Json(user.into_inner())
}

#[cfg(test)]
mod tests {
    use super::routes;

    #[test]
    fn the_table_is_equal_to_the_reviewed_file() {
        jam::assert_table!(routes(), "notes/auth-table.txt");
    }

    #[test]
    fn callers_without_permission_are_rejected() {
        let open = [
            "GET /about",
            "GET /healthz",
            "POST /hooks/stripe",
            "GET /login",
            "POST /login",
            "GET /",
            "GET /version",
        ];
        jam::testing::assert_denies(routes(), open);
    }
}

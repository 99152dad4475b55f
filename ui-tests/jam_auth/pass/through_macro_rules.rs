// `macro_rules!` passes its arguments in invisible delimiters.

use axum::Json;
use jam::{Access, Auth, Jam, JamPayload, JamRouter, dsl, jam_auth, jam_routes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

const WEB: Access<User> = dsl::user().backend("session").cookie("sid");

macro_rules! handlers {
    ($($name:ident, $caller:ty, $payload:ty, $backend:literal, $cookie:expr, $body:block;)*) => {
        $(
            #[jam_auth(backend = $backend, cookie = $cookie)]
            async fn $name(user: $caller) -> Json<$payload> {
                let _ = &user;
                $body
            }
        )*
    };
}

handlers! {
    one, Auth<User>, User, "jwt", "jwt", { Json(User { user: 1 }) };
    two, jam::Auth<User>, User, "session", "sid", { Json(User { user: 2 }) };
}

macro_rules! of {
    ($payload:ty) => { Auth<$payload> };
    ($rule:path, $name:ident, $payload:ty) => {
        #[jam_auth($rule)]
        async fn $name(user: Auth<$payload>) -> String {
            user.user.to_string()
        }
    };
}

of!(WEB, three, User);

macro_rules! optional {
    ($name:ident, $user:ident, $caller:ty, $body:expr) => {
        #[jam_auth(backend = "jwt", optional)]
        async fn $name($user: Option<$caller>) -> String {
            $body
        }
    };
}

optional!(
    four,
    user,
    Auth<User>,
    user.map_or(String::new(), |user| user.user.to_string())
);

// The macro has options of its own and adds the options of the call.
macro_rules! with {
    ($name:ident, $($option:tt)*) => {
        #[jam_auth(any(jwt, session(cookie = "sid")), hide, $($option)*)]
        async fn $name(_: Auth<User>) {}
    };
}

with!(five, login = "/login", fresh = "5m");

macro_rules! table {
    ($rule:expr; $age:expr, $policy:expr, $router:expr; $page:path; $($verb:ident $path:literal $handler:path),*) => {
        jam_routes![
            $rule = [
                $($verb($path, $page)),*,
                $($verb("/more", $page).fresh($age).hide().policy($policy, owner)),*,
                mount("/mounted", $router).hide(),
            ],
            declared() = [$($verb("/declared", $handler)),*],
        ]
    };
}

async fn owner(_: Auth<User>) -> bool {
    true
}

async fn page(_: Auth<User>) {}

fn routes() -> JamRouter<Jam> {
    table![WEB.hide(); dsl::minutes(5), self::owner, axum::Router::new(); self::page; get "/one" self::one, post "/two" two]
}

fn main() {
    let _: axum::Router<Jam> = axum::Router::new()
        .route("/1", axum::routing::get(one))
        .route("/2", axum::routing::get(two))
        .route("/3", axum::routing::get(three))
        .route("/4", axum::routing::get(four))
        .route("/5", axum::routing::get(five));
    let _: fn(of!(User)) = |_| {};
    let _ = routes();
}

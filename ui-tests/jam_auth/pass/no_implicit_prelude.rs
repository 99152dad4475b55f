// The program has no prelude, and names of the prelude have another meaning.

#![no_implicit_prelude]

use ::jam::{Auth, JamPayload, JamRole, Scopes, jam_auth};
use ::serde::{Deserialize, Serialize};
use ::std::clone::Clone;
use ::std::cmp::{Eq, PartialEq};
use ::std::marker::Copy;

#[allow(dead_code)]
trait Option {}
#[allow(dead_code)]
enum Result {
    Some,
    Ok,
}
#[allow(dead_code)]
mod core {}
#[allow(dead_code)]
mod std {}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
enum Role {
    Admin,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Role, scopes("a"))]
struct User {
    #[jam(sub)]
    id: u64,
    #[jam(roles)]
    roles: ::std::vec::Vec<Role>,
    #[jam(scopes)]
    scopes: Scopes,
}

#[jam_auth(
    backend = "jwt",
    cookie = "jwt",
    role(Role::Admin),
    any_role(Role::Admin),
    scope("a")
)]
async fn me(user: Auth<User>) -> ::std::string::String {
    ::std::string::ToString::to_string(&user.id)
}

#[jam_auth(
    any(jwt(fresh = "5m"), session(cookie, role(Role::Admin))),
    login = "/login"
)]
async fn both(_: Auth<User>) {}

async fn owner(_: Auth<User>) -> bool {
    true
}

#[jam_auth(backend = "jwt", optional)]
async fn home(user: ::std::option::Option<Auth<User>>) -> ::std::string::String {
    let _ = user;
    ::std::string::String::new()
}

#[jam_auth(backend = "jwt", payload(user: u64))]
async fn own(user: Auth<OwnPayload>) -> ::std::string::String {
    ::std::string::ToString::to_string(&user.user)
}

async fn plain(_: Auth<User>) {}

fn routes() -> ::jam::JamRouter<::jam::Jam> {
    ::jam::jam_routes![
        declared() = [get("/me", me), get("/", home), get("/both", both)],
        user::<User>() = [
            post("/me", plain).role(Role::Admin).fresh(minutes(5)),
            put("/me", plain).policy(owner),
            mount("/more", ::axum::Router::new()).hide(),
        ],
        declared() = [get("/own", own)],
    ]
}

fn main() {
    let _ = routes();
}

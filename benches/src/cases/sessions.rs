//! The cases of Jam's sessions, in memory.

use axum::routing::get;
use jam::dsl::user;
use jam::{Access, Auth, Jam, Sessions, jam_auth, jam_routes};

use crate::case::{Case, routes, run};
use crate::people::Profile;

fn jam() -> Jam {
    Jam::builder()
        .sessions(Sessions::in_memory())
        .build()
        .expect("memory is all that it needs")
}

fn session(jam: &Jam, number: usize) -> String {
    let profile = Profile::number(number);
    let session = run(jam.create_session(&profile.id, &profile));
    session.expect("a session").into_string()
}

#[jam_auth(backend = "session", cookie = "sid")]
async fn me(user: Auth<Profile>) -> &'static str {
    std::hint::black_box(&user.username);
    "hello"
}

pub(super) fn attribute() -> Case {
    let jam = jam();
    let session = session(&jam, 1);
    Case::by_cookie(routes(get(me)).with_state(jam), "sid", &session)
}

pub(super) fn table() -> Case {
    const WEB: Access<Profile> = user().backend("session").cookie("sid");
    async fn me(user: Auth<Profile>) -> &'static str {
        std::hint::black_box(&user.username);
        "hello"
    }
    async fn other() -> &'static str {
        "other"
    }
    let jam = jam();
    let session = session(&jam, 1);
    let table = jam_routes![
        WEB = [get("/me", me), get("/about", other)],
        public("a page for everybody") = [get("/", other), get("/notes/{id}", other)],
    ];
    let router = table.into_router(&jam).expect("a table that is right");
    Case::by_cookie(router, "sid", &session)
}

/// Returns a router whose store holds `count` sessions, and the tokens of some of them.
pub fn profiles(count: usize) -> (Jam, axum::Router, Vec<String>) {
    let jam = jam();
    let apart = (count / 1000).max(1);
    let mut tokens = Vec::new();
    for number in 0..count {
        let token = session(&jam, number);
        if number % apart == 0 {
            tokens.push(token);
        }
    }
    (jam.clone(), routes(get(me)).with_state(jam), tokens)
}

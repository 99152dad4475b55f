// An own rule with the name of a word of `jam::dsl` is not silently replaced.

use jam::{Access, Auth, JamPayload, JamRouter, jam_routes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(scopes("write"))]
struct User {
    #[jam(scopes)]
    scopes: jam::Scopes,
}

const fn user() -> Access<User> {
    jam::dsl::user().backend("jwt").scope("write")
}

mod rules {
    pub const fn public(_audience: &'static str) -> jam::Access<crate::User> {
        super::user()
    }
}
use rules::public;

mod times {
    pub const fn minutes(seconds: u64) -> std::time::Duration {
        std::time::Duration::from_secs(seconds)
    }
}
use times::*;

const WEB: Access<User> = jam::dsl::user().backend("session").cookie("sid");

async fn secret(_: Auth<User>) {}

macro_rules! behind_a_macro {
    () => {
        user()
    };
}

fn local() -> JamRouter {
    const fn hours(_: u64) -> std::time::Duration {
        std::time::Duration::MAX
    }
    jam_routes![WEB.fresh(hours(1)) = [get("/e", secret)]]
}

struct Wrapped {
    rule: Access<User>,
}

fn in_a_field() -> JamRouter {
    jam_routes![Wrapped { rule: user() }.rule = [get("/g", secret)]]
}

fn own_declared() -> JamRouter {
    const fn declared() -> Access<User> {
        jam::dsl::user().backend("jwt").scope("write")
    }
    jam_routes![declared() = [get("/h", secret)]]
}

fn main() {
    let _: JamRouter = jam_routes![
        user() = [get("/a", secret)],
        public("partners") = [get("/b", async || ())],
        jam::dsl::user().backend("jwt") = [get("/c", secret)],
        crate::user() = [get("/unambiguous", secret)],
        WEB.fresh(minutes(1)) = [get("/d", secret)],
        behind_a_macro!() = [get("/f", secret)],
    ];
    (local(), in_a_field(), own_declared());
}

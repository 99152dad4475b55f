// A rule of the application that is called as a word of `jam::dsl` is not silently another rule.

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

async fn secret(_: Auth<User>) {}

fn main() {
    let _: JamRouter = jam_routes![
        user() = [get("/a", secret)],
        public("partners") = [get("/b", async || ())],
        jam::dsl::user().backend("jwt") = [get("/c", secret)],
    ];
}

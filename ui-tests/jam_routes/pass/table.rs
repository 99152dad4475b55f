// Sections of all kinds in one table, with several payloads and with all kinds of brackets.

use jam::dsl::{self, user};
use jam::{Access, Auth, Jam, JamPayload, JamRouter, jam_auth, jam_routes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    name: String,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct Machine {
    serial: u64,
}

const WEB: Access<User> = user().backend("session").cookie("sid");
const API: Access<Machine> = dsl::user().backend("jwt");

mod ops {
    pub async fn health() -> &'static str {
        "ok"
    }
}

async fn page(user: Auth<User>) -> String {
    user.name.clone()
}

async fn home(user: Option<Auth<User>>) -> String {
    user.is_some().to_string()
}

async fn machine(machine: Auth<Machine>) -> String {
    machine.serial.to_string()
}

#[jam_auth(backend = "jwt")]
async fn me(user: Auth<User>) -> String {
    user.name.clone()
}

mod reports {
    use jam::{Jam, JamRouter, jam_routes};

    pub fn routes() -> JamRouter<Jam> {
        jam_routes! {
            public("a report for everybody") = {
                get("/report", async || "report"),
            },
        }
    }
}

// Names that do not conflict with the words of the table.
#[allow(dead_code)]
fn get() {}
#[allow(dead_code)]
fn nest() {}
#[allow(dead_code)]
mod public {}
#[allow(dead_code)]
struct Declared;

impl Declared {
    const RULE: Access<User> = WEB;
}

fn routes() -> JamRouter<Jam> {
    jam_routes![
        public("probe of the load balancer") = [
            get("/healthz", ops::health), // scraped every 5 s
            any("/echo", |body: String| async move { body }),
        ],
        WEB = [
            get("/page", page),
            post("/page", page),
            put("/page", page),
            patch("/page", page),
            delete("/page", page),
            any("/page", page),
            get("/page/{id}", page),
            get("/page/{id}/{*rest}", page),
        ],
        WEB.optional() = (get("/", home)),
        API = [get("/machine", machine)],
        user::<Machine>().backend("jwt").cookie("jwt") = [get("/other", machine)],
        declared() = [get("/me", me)],
        /// A doc comment of a section.
        WEB.hide() = [
            /// A doc comment of a row.
            get("/hidden", page),
        ],
        Declared::RULE.fresh(jam::dsl::minutes(5)) = [get("/fresh", page)],
        merge(reports::routes()),
    ]
}

fn empty() -> JamRouter {
    jam_routes![]
}

/// A handler with the name of a word, and an exclamation mark that does not belong to a macro.
mod words {
    use super::{Access, Auth, JamRouter, User, jam_routes};

    const API: Access<User> = jam::dsl::user().backend("jwt");

    async fn user(_: Auth<User>) {}
    async fn hours() {}

    pub fn routes() -> JamRouter {
        jam_routes![
            public("open to the world!") = [get("/hours", hours)],
            API = [get("/user", user)],
        ]
    }
}

fn main() {
    let _ = (routes(), empty(), words::routes());
}

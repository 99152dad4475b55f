// A table takes no attributes. A false `cfg` would remove a section.

use jam::{Access, Auth, JamPayload, JamRouter, dsl::user, jam_routes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    name: String,
}

const WEB: Access<User> = user().backend("session").cookie("sid");

async fn me(_: Auth<User>) {}

fn main() {
    let _: JamRouter = jam_routes![
        #[cfg(all())]
        WEB = [
            get("/a", me),
            #[cfg(any())]
            get("/b", me),
        ],
        #[cfg(debug_assertions)]
        merge(JamRouter::new()),
    ];
}

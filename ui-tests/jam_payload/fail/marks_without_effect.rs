// serde writes and reads another type than the marked type.

use jam::JamPayload;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize)]
struct Wire {
    id: u64,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[serde(into = "Wire", from = "Wire")]
struct User {
    #[jam(sub)]
    id: u64,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[serde(try_from = "Wire")]
struct Checked {
    #[jam(sub)]
    id: u64,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[serde(transparent)]
struct Wrapped {
    #[jam(sub)]
    id: u64,
}

impl From<User> for Wire {
    fn from(user: User) -> Self {
        Self { id: user.id }
    }
}

impl From<Wire> for User {
    fn from(wire: Wire) -> Self {
        Self { id: wire.id }
    }
}

impl From<Wire> for Checked {
    fn from(wire: Wire) -> Self {
        Self { id: wire.id }
    }
}

fn main() {}

// Jam writes these claims.

use jam::JamPayload;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[serde(rename_all = "snake_case")]
struct User {
    sub: String,
    exp: u64,
    #[serde(rename = "aud")]
    audience: String,
    #[serde(rename = "authTime")]
    auth_time: u64,
    #[serde(skip)]
    iat: u64,
}

fn main() {}

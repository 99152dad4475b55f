//! The caller of the requests. Every program uses the same claims and the same session.

use serde::{Deserialize, Serialize};

pub const SECRET: &str = "a secret that is at least 32 bytes";

/// The caller of a token. With `jti`, `iat` and `exp` there are six claims, in 145 bytes of JSON.
#[derive(Clone, Debug, Serialize, Deserialize, jam::JamPayload)]
pub struct User {
    #[jam(sub)]
    pub id: String,
    pub username: String,
    pub role: String,
}

impl User {
    pub fn alice() -> Self {
        Self {
            id: "user-0001".to_owned(),
            username: "alice.liddell".to_owned(),
            role: "editor".to_owned(),
        }
    }
}

/// The claims as a program without a library declares them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    pub exp: u64,
    pub iat: u64,
    pub jti: String,
    pub sub: String,
    pub username: String,
    pub role: String,
}

impl Claims {
    pub fn alice() -> Self {
        let User { id, username, role } = User::alice();
        let iat = now();
        Self {
            exp: iat + 3600,
            iat,
            jti: "Zm9vYmFyYmF6cXV4MTIzNA".to_owned(),
            sub: id,
            username,
            role,
        }
    }
}

/// The data of a session: four strings and two numbers.
#[derive(Clone, Debug, Serialize, Deserialize, jam::JamPayload)]
pub struct Profile {
    #[jam(sub)]
    pub id: String,
    pub username: String,
    pub role: String,
    pub device: String,
    pub since: u64,
    pub quota: u64,
}

impl Profile {
    /// Returns one of many profiles.
    pub fn number(number: usize) -> Self {
        Self {
            id: format!("user-{number:07}"),
            username: "alice.liddell".to_owned(),
            role: "editor".to_owned(),
            device: "Firefox on Debian 13".to_owned(),
            since: 1_700_000_000,
            quota: 5_368_709_120,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, jam::JamRole)]
pub enum Role {
    Reader,
    Editor,
}

/// A caller that has every property that a rule can require.
#[derive(Clone, Debug, Serialize, Deserialize, jam::JamPayload)]
#[jam(role = Role, scopes("notes:read", "notes:write"))]
pub struct Editor {
    #[jam(sub)]
    pub id: String,
    #[jam(roles)]
    pub roles: Vec<Role>,
    #[jam(scopes)]
    pub scopes: jam::Scopes,
}

impl Editor {
    pub fn alice() -> Self {
        Self {
            id: "user-0001".to_owned(),
            roles: vec![Role::Reader, Role::Editor],
            scopes: ["notes:read", "notes:write"].into_iter().collect(),
        }
    }
}

/// Returns the seconds since the Unix epoch.
pub fn now() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// Returns unpadded base64url.
pub fn encode(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
}

/// Returns the id of one of many sessions. It is a hash, like a real id.
pub fn session_id(number: usize) -> jam::SessionId {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut bytes = [0; 32];
    for (part, eight) in bytes.chunks_mut(8).enumerate() {
        let mut hasher = DefaultHasher::new();
        (number, part).hash(&mut hasher);
        eight.copy_from_slice(&hasher.finish().to_le_bytes());
    }
    jam::SessionId::from_bytes(bytes)
}

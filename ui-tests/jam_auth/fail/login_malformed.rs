// The login page is a page of this site.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(backend = "session", login = "login")]
async fn one(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(backend = "session", login = "//example.com/login")]
async fn two(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(backend = "session", login = "https://example.com/login")]
async fn three(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(backend = "session", login = "/\\example.com")]
async fn four(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(backend = "session", login = LOGIN)]
async fn five(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}

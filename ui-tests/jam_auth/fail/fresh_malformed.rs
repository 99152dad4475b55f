// A duration is a positive whole number and a unit.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(backend = "jwt", fresh = "5 minutes")]
async fn one(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(backend = "jwt", fresh = "5")]
async fn two(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(backend = "jwt", fresh = "1.5h")]
async fn three(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(backend = "jwt", fresh = "0m")]
async fn four(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(backend = "jwt", fresh = 5m)]
async fn five(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(backend = "jwt", fresh("5m"))]
async fn six(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(backend = "jwt", fresh)]
async fn seven(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}

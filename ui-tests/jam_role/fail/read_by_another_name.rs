// A role is read only by the name that it writes.

#![allow(unreachable_patterns)]

use jam::JamRole;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
enum Alias {
    #[serde(alias = "Reader")]
    Admin,
    Reader,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
enum Crossed {
    #[serde(rename(serialize = "reader", deserialize = "root"))]
    Reader,
    #[serde(rename(serialize = "root", deserialize = "reader"))]
    Admin,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
enum Other {
    Reader,
    #[serde(other)]
    Admin,
}

fn main() {}

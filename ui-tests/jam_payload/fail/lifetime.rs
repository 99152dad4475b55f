// A payload owns its data.

use jam::JamPayload;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User<'a> {
    name: std::borrow::Cow<'a, str>,
}

fn main() {}

// Two fields are marked as the subject, and one field has two marks.

use jam::JamPayload;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    #[jam(sub)]
    id: u64,
    #[jam(sub)]
    name: String,
    #[jam(scopes, sub)]
    scopes: jam::Scopes,
}

fn main() {}

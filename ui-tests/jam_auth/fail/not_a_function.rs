// The attribute is only for handlers.

use jam::jam_auth;

#[jam_auth(backend = "jwt")]
#[derive(Clone)]
pub struct Me {
    user: u64,
}

#[jam_auth(backend = "jwt")]
impl Me {}

#[jam_auth(backend = "jwt")]
mod pages {}

#[jam_auth(backend = "jwt")]
const ME: u64 = 1;

fn main() {}

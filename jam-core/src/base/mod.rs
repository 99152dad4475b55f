//! Text, time, random bytes and errors: what has no place in the model of authentication.
//!
//! Uses no other folder.

pub mod base64url;
pub mod clock;
pub mod decision;
pub mod error;
pub mod random;
pub mod text;
pub mod timeout;
pub mod yielding;

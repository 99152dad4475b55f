//! Text, time, random bytes and errors: code that is not specific to authentication.
//!
//! Uses no other folder.

pub mod base64url;
pub mod clock;
pub mod decision;
pub mod error;
pub mod random;
pub(crate) mod sync;
pub mod text;
pub mod timeout;
pub mod yielding;

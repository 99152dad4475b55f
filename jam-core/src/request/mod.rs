//! Reading a request: where it has a credential, which site sent it, and where a browser that shows
//! pages is sent.
//!
//! Uses [`base`](crate::base) and [`rule`](crate::rule).

pub mod cookie;
pub mod cookie_names;
pub mod credential;
pub mod headers;
pub mod origin;
pub mod redirect;

//! Readers of a request: its credential, the site that sent it, and the redirect of a browser.
//!
//! Uses [`base`](crate::base) and [`rule`](crate::rule).

pub mod cookie;
pub mod cookie_names;
pub mod credential;
pub mod headers;
pub mod origin;
pub mod redirect;

//! Rules: compile-time data about the callers that a handler admits.
//!
//! Uses [`base`](crate::base), [`refusal`](crate::refusal), [`payload`](crate::payload) and
//! [`backend`](crate::backend).

mod access;
mod attribute;
pub mod condition;
mod describe;
pub mod dsl;
mod list;
mod resource;
mod source;
#[cfg(test)]
mod tests;
mod way;
mod word;

pub use access::{Access, Declared, Public};
pub use attribute::{AttributeRule, AttributeRules};
pub use condition::Condition;
pub use list::List;
pub use resource::Resource;
pub use source::{BackendName, DEFAULT_JWT_COOKIE, DEFAULT_SESSION_COOKIE, Source};
pub use way::{Audience, Way};
pub use word::{Of, Word, of, read, said};

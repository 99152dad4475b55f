//! Functions on the tokens of rustc.

pub(crate) mod commas;
pub(crate) mod entries;
pub(crate) mod spans;
pub(crate) mod text;

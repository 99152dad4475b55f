//! A crate that re-exports jam, as a framework of a company's own does.

pub use jam;

//! A crate that re-exports jam, as the internal framework of a company does.

pub use jam;

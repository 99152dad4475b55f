//! Errors of rings.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::key::KeyError;

/// The error of a ring. Its text names the file and the reason, and never contains a part of a key.
#[derive(Debug)]
pub struct RingError {
    place: Option<PathBuf>,
    why: String,
    source: Option<io::Error>,
}

impl RingError {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self {
            place: None,
            why: why.into(),
            source: None,
        }
    }

    pub(super) fn at(place: &Path, why: impl Into<String>) -> Self {
        Self {
            place: Some(place.to_owned()),
            ..Self::new(why)
        }
    }

    /// Makes an error of an operation on a file: `what` was tried.
    pub(super) fn io(place: &Path, what: &str) -> impl FnOnce(io::Error) -> Self {
        let (place, why) = (place.to_owned(), format!("cannot {what} it"));
        move |source| Self {
            place: Some(place),
            why,
            source: Some(source),
        }
    }

    /// Names the file of an error.
    pub(super) fn in_file(mut self, place: &Path) -> Self {
        self.place.get_or_insert_with(|| place.to_owned());
        self
    }
}

impl From<KeyError> for RingError {
    fn from(error: KeyError) -> Self {
        Self::new(error.to_string())
    }
}

impl fmt::Display for RingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{}: ", place.display())?;
        }
        f.write_str(&self.why)?;
        match &self.source {
            Some(source) => write!(f, ": {source}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for RingError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

//! The mistakes of a configuration, all at once.

use std::error::Error;
use std::fmt;

/// All mistakes of a configuration.
///
/// It prints a line for each fault: the file, if there is one, the key and the reason.
/// No secret is printed, nor any line of a file, since a secret may stand in the wrong place.
pub struct ConfigError {
    faults: Vec<Fault>,
    file: Option<String>,
}

pub(crate) struct Fault {
    key: String,
    why: String,
}

impl Fault {
    pub(crate) fn new(key: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            why: why.into(),
        }
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }
}

impl ConfigError {
    /// Keeps the first fault of each key: the others follow from it.
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        let mut told: Vec<Fault> = Vec::new();
        for fault in faults {
            if fault.key.is_empty() || told.iter().all(|earlier| earlier.key != fault.key) {
                told.push(fault);
            }
        }
        Self {
            faults: told,
            file: None,
        }
    }

    pub(crate) fn of(file: &str, key: &str, why: String) -> Self {
        Self::new(vec![Fault::new(key, why)]).in_file(file)
    }

    pub(crate) fn in_file(mut self, file: &str) -> Self {
        self.file = Some(file.to_owned());
        self
    }

    /// The keys that are at fault, in the order of the text; the empty one is the whole
    /// configuration.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.faults.iter().map(Fault::key)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Fault { key, why }) in self.faults.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            if let Some(file) = &self.file {
                write!(f, "{file}: ")?;
            }
            if !key.is_empty() {
                write!(f, "{key}: ")?;
            }
            f.write_str(why)?;
        }
        Ok(())
    }
}

impl fmt::Debug for ConfigError {
    // `main` prints it this way when it returns an error.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for ConfigError {}

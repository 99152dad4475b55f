//! The names and the SQL of the tables.

use jam_core::session::ValueKey;

use crate::error::Fault;

/// The version of the tables that this version of the crate reads and writes.
pub(crate) const VERSION: i32 = 1;
/// The beginning of the names of the tables.
pub(crate) const PREFIX: &str = "jam_";
/// PostgreSQL cuts names after 63 bytes, and the longest one adds 17.
const LONGEST: usize = 40;

/// The tables with the default prefix. The docs of the crate show them.
const TABLES: &str = include_str!("schema.sql");

/// The beginning of the names of all tables, which is free of what SQL would have to quote.
#[derive(Clone, Debug)]
pub(crate) struct Prefix(String);

impl Prefix {
    pub(crate) fn new(prefix: &str) -> Result<Self, Fault> {
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let begins_well = !prefix.starts_with(|first: char| first.is_ascii_digit());
        if (1..=LONGEST).contains(&prefix.len()) && begins_well && prefix.bytes().all(is_name) {
            Ok(Self(prefix.to_owned()))
        } else {
            Err(Fault::new(
                "the prefix of the tables has 1 to 40 lower-case letters, digits and `_`, and no digit first",
            ))
        }
    }

    /// Puts the prefix into a text.
    pub(crate) fn put(&self, text: &str) -> String {
        text.replace("{prefix}", &self.0)
    }

    /// Returns the SQL that creates the tables.
    pub(crate) fn tables(&self) -> String {
        TABLES.replace(PREFIX, &self.0)
    }

    /// Returns the name of the channel of changes.
    pub(crate) fn channel(&self) -> String {
        self.put("{prefix}changes")
    }

    /// Returns the key of the advisory lock of `part`. Locks belong to the whole database, so the key
    /// depends on the prefix too.
    pub(crate) fn lock(&self, usage: &str, part: &[u8]) -> i64 {
        let key = ValueKey::new(usage, &[self.0.as_bytes(), part]);
        let [a, b, c, d, e, f, g, h, ..] = *key.as_bytes();
        i64::from_le_bytes([a, b, c, d, e, f, g, h])
    }

    /// Returns the SQL that creates the tables while no other process does.
    pub(crate) fn migration(&self) -> String {
        let lock = self.lock("migrate", &[]);
        format!("SELECT pg_advisory_xact_lock({lock});\n{}", self.tables())
    }
}

/// Checks the version of the tables that exist.
pub(crate) fn check(version: i32) -> Result<(), Fault> {
    match version {
        VERSION => Ok(()),
        ..VERSION => Err(Fault::new(
            "the tables of the sessions are those of an earlier version; call `migrate`",
        )),
        _ => Err(Fault::new(
            "the tables of the sessions are those of a later version of jam-postgres",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{Prefix, VERSION, check};

    #[test]
    fn a_prefix_needs_no_quotes() {
        for good in ["jam_", "_a1", "shop_2_"] {
            assert!(Prefix::new(good).is_ok(), "{good}");
        }
        let long = "a".repeat(41);
        for bad in ["", "1a", "A", "a b", "a.b", "a\"", "ä", "a;", long.as_str()] {
            assert!(Prefix::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn locks_of_two_prefixes_differ() {
        let [one, other] = ["a_", "b_"].map(|prefix| Prefix::new(prefix).expect("a good prefix"));
        assert_ne!(one.lock("owner", b"x"), other.lock("owner", b"x"));
        assert_ne!(one.lock("owner", b"x"), one.lock("owner", b"y"));
    }

    #[test]
    fn another_version_is_an_error_that_says_so() {
        let earlier = check(VERSION - 1).expect_err("earlier").to_string();
        assert!(earlier.contains("earlier"), "{earlier}");
        let later = check(VERSION + 1).expect_err("later").to_string();
        assert!(later.contains("later"), "{later}");
    }
}

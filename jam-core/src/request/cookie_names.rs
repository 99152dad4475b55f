//! The names of the cookies that the application sets and that its rules read. If they differ, no
//! caller is found, and the cause is hard to see.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use http::HeaderMap;

use super::cookie::{self, CookieValue};
use crate::rule::Source;

/// The names of the cookies that the application sets and that rules read.
#[derive(Debug, Default)]
pub struct CookieNames {
    /// The names on the wire.
    set: Mutex<Vec<String>>,
    /// The names in rules.
    read: Mutex<Vec<&'static str>>,
    warned: AtomicBool,
}

impl CookieNames {
    /// Records that the application sets a cookie of this name for a credential.
    pub fn sets(&self, name: &str) {
        let mut set = lock(&self.set);
        if !set.iter().any(|own| own == name) {
            set.push(name.to_owned());
        }
    }

    /// Records that a rule reads these sources.
    pub fn reads(&self, sources: impl Iterator<Item = Source>) {
        let mut read = lock(&self.read);
        for source in sources {
            if let Source::Cookie(name) = source
                && !read.contains(&name)
            {
                read.push(name);
            }
        }
    }

    /// Logs one warning if a request without a credential has a cookie that the application sets
    /// and no rule reads.
    #[cold]
    pub(crate) fn compare(&self, headers: &HeaderMap, sources: impl Iterator<Item = Source>) {
        let set = lock(&self.set);
        if set.is_empty() || self.warned.load(Ordering::Relaxed) {
            return;
        }
        self.reads(sources);
        let read = lock(&self.read);
        let unread = set.iter().find(|name| {
            let is_there = !matches!(cookie::find(headers, name), CookieValue::Absent);
            is_there && !read.contains(&name.as_str())
        });
        if let Some(name) = unread
            && !self.warned.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                target: "jam",
                set = %name,
                read = ?*read,
                "the application sets a cookie that no rule reads: name the same cookie in the rule \
                 and in session_cookie or jwt_cookie"
            );
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

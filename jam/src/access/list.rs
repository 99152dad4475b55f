//! Lists inside of rules.

use std::fmt;

/// A short list that a `const fn` can add to.
#[derive(Clone, Copy)]
pub(crate) struct List<T: Copy, const MOST: usize> {
    items: [Option<T>; MOST],
    len: usize,
}

impl<T: Copy, const MOST: usize> List<T, MOST> {
    pub(crate) const NONE: Self = Self {
        items: [None; MOST],
        len: 0,
    };

    #[track_caller]
    pub(crate) const fn with(mut self, item: T) -> Self {
        assert!(
            self.len < MOST,
            "a rule has at most 4 ways in, and each way at most 4 sources and 6 roles or scopes"
        );
        self.items[self.len] = Some(item);
        self.len += 1;
        self
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> + Clone {
        self.items.iter().map_while(Option::as_ref)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// For a `const fn`, which cannot iterate.
    pub(crate) const fn at(&self, at: usize) -> Option<T> {
        self.items[at]
    }

    pub(crate) const fn set(mut self, at: usize, item: T) -> Self {
        self.items[at] = Some(item);
        self
    }
}

impl<T: Copy + fmt::Debug, const MOST: usize> fmt::Debug for List<T, MOST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

//! Lists in rules.

use std::fmt;

/// A short list that a `const fn` can add to.
#[derive(Clone, Copy)]
pub struct List<T: Copy, const MOST: usize> {
    items: [Option<T>; MOST],
    len: usize,
}

impl<T: Copy, const MOST: usize> List<T, MOST> {
    /// An empty list.
    pub const EMPTY: Self = Self {
        items: [None; MOST],
        len: 0,
    };

    /// Adds an item to the end.
    ///
    /// # Panics
    ///
    /// Panics if the list is full. In a constant the panic is a compile error.
    #[track_caller]
    pub const fn with(mut self, item: T) -> Self {
        if self.len == MOST {
            return Self::full();
        }
        self.items[self.len] = Some(item);
        self.len += 1;
        self
    }

    #[track_caller]
    pub(super) const fn full() -> Self {
        panic!("a rule has at most 4 ways in, and each way at most 4 sources and 6 roles or scopes")
    }

    /// Returns the items in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &T> + Clone {
        self.items.iter().map_while(Option::as_ref)
    }

    /// Returns `true` if the list is empty.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the number of items.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Returns the item at this index. A `const fn` needs it because it cannot use an iterator.
    pub(super) const fn at(&self, at: usize) -> Option<T> {
        self.items[at]
    }

    /// Replaces the item at this index.
    pub(super) const fn set(mut self, at: usize, item: T) -> Self {
        self.items[at] = Some(item);
        self
    }
}

impl<T: Copy + fmt::Debug, const MOST: usize> fmt::Debug for List<T, MOST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

//! The names of an object's members, to find one that is there twice.

use std::borrow::Cow;
use std::collections::HashSet;

/// How many names are kept in place. An object with more of them, or with names that are escaped,
/// takes memory of its own.
const FEW: usize = 48;
/// Places of the index: more than names, so that one is found free soon.
const PLACES: usize = 128;

/// Names that were seen.
pub(super) struct Names<'de> {
    few: [&'de str; FEW],
    count: u8,
    /// Where in `few` a name is, counted from 1, by its hash.
    index: [u8; PLACES],
    more: HashSet<String>,
}

impl Default for Names<'_> {
    fn default() -> Self {
        Self {
            few: [""; FEW],
            count: 0,
            index: [0; PLACES],
            more: HashSet::new(),
        }
    }
}

impl<'de> Names<'de> {
    /// Adds `name`; `false` when it was there.
    pub(super) fn add(&mut self, name: &Cow<'de, str>) -> bool {
        let mut place = place_of(name);
        while let at @ 1.. = self.index[place] {
            if self.few[usize::from(at) - 1] == *name {
                return false;
            }
            place = (place + 1) % PLACES;
        }
        match (name, self.few.get_mut(usize::from(self.count))) {
            (Cow::Borrowed(name), Some(free)) => {
                *free = name;
                self.count += 1;
                self.index[place] = self.count;
                !self.more.contains(*name)
            }
            _ => self.more.insert(name.to_string()),
        }
    }
}

/// FNV-1a. A signed token's names are not chosen to collide, and if they are, `few` is few.
fn place_of(name: &str) -> usize {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    // The high bits are the well mixed ones.
    (hash >> 25) as usize % PLACES
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::Names;

    proptest! {
        #[test]
        fn a_name_is_new_once(
            all in prop::collection::vec(("[a-c]{0,3}|[a-z]{9}", any::<bool>()), 0..150),
        ) {
            let mut names = Names::default();
            let mut seen = HashSet::new();
            for (name, owned) in &all {
                let presented = if *owned { Cow::Owned(name.clone()) } else { Cow::Borrowed(&**name) };
                prop_assert_eq!(names.add(&presented), seen.insert(name), "{}", name);
            }
        }
    }
}

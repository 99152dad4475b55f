//! The arguments of a handler, compared with the rule of its row.
//!
//! Some arguments cannot be compared by the compiler. The table compares them when it is built, by the names
//! of their types. A name is no proof: a handler that passes by mistake answers 500 or is stricter than its
//! row, but never admits a caller that the row rejects.

use std::any::type_name;

use super::table::TableRow;
use crate::extract::auth::Auth;
use crate::extract::level::{Gated, GatedWithPolicies};
use crate::extract::optional::Optional;
use jam_core::payload::kind::without_paths;

/// Returns why a handler with the arguments `T` does not fit `row`, whose callers are `P`.
pub(super) fn fault<P, T>(row: &TableRow) -> Option<String> {
    let arguments = type_name::<T>();
    let auth = generic(type_name::<Auth<()>>());
    let marks = [
        type_name::<Optional<(), ()>>(),
        type_name::<Gated<()>>(),
        type_name::<GatedWithPolicies<()>>(),
    ];
    if marks.iter().any(|mark| count(arguments, generic(mark)) > 0) {
        return Some(format!(
            "{row} has a rule of its own, in its #[jam_auth(..)], and its section has another: move \
             it to `declared() = [..]`, or remove the attribute"
        ));
    }
    let all = count(arguments, auth);
    if all == 0 {
        return None;
    }
    if row.reason.is_some() {
        return Some(format!(
            "{row} is public and takes `Auth<_>`, but a public row has no caller: remove the argument, or \
             move the row to a section with a rule"
        ));
    }
    let own = count(arguments, type_name::<Auth<P>>());
    if own < all {
        return Some(format!(
            "{row} takes `Auth<_>` of another payload than its rule has: take `Auth<{}>`",
            without_paths(type_name::<P>())
        ));
    }
    let optional = count(arguments, type_name::<Option<Auth<P>>>());
    if row.allows_anonymous() && optional < all {
        return Some(format!(
            "{row} serves anonymous requests and takes `Auth<_>`, which they do not have: take \
             `Option<Auth<_>>`, or remove `.optional()` or `.guest()` from the rule"
        ));
    }
    None
}

/// The name of a generic type with its opening bracket.
fn generic(name: &'static str) -> &'static str {
    let end = name.find('<').map_or(name.len(), |bracket| bracket + 1);
    &name[..end]
}

/// How often `name` stands in `text`, as a whole path.
fn count(text: &str, name: &str) -> usize {
    let places = text.match_indices(name);
    let is_whole = |at: usize| {
        let before = text[..at].chars().next_back();
        before.is_none_or(|letter| !letter.is_alphanumeric() && !matches!(letter, '_' | ':'))
    };
    places.filter(|(at, _)| is_whole(*at)).count()
}

#[cfg(test)]
mod tests {
    use super::{count, generic};

    #[test]
    fn names_are_compared_as_whole_paths() {
        assert_eq!(
            generic("jam::auth::Auth<(), jam::rule::Plain>"),
            "jam::auth::Auth<"
        );
        let text = "(via, jam::auth::Auth<a>, other::jam::auth::Auth<a>, x<jam::auth::Auth<b>>)";
        assert_eq!(count(text, "jam::auth::Auth<"), 2);
        assert_eq!(count(text, "jam::auth::Auth<a>"), 1);
    }
}

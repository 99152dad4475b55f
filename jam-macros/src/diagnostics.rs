//! The errors of a macro, collected so that one build reports all of them.
//!
//! A message has two lines. The first names the mistake: lower case, no full stop, code in
//! backticks. The second names the correction, and looks like the help of rustc.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The errors found so far. A macro that drops them without emitting them has a bug.
pub(crate) struct Errors {
    found: Option<Vec<syn::Error>>,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Self {
            found: Some(Vec::new()),
        }
    }

    /// Reports a mistake at the tokens to change.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, line: impl Display, help: impl Display) {
        let tokens = tokens.to_token_stream();
        self.push(syn::Error::new_spanned(tokens, message(&line, &help)));
    }

    /// Reports a mistake at a span, if there are no tokens to underline.
    pub(crate) fn at_span(&mut self, span: Span, line: impl Display, help: impl Display) {
        self.push(syn::Error::new(span, message(&line, &help)));
    }

    /// Adds an error.
    pub(crate) fn push(&mut self, error: syn::Error) {
        if let Some(found) = &mut self.found {
            found.push(error);
        }
    }

    /// Returns true if there are no errors yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.as_ref().is_none_or(Vec::is_empty)
    }

    /// Returns one `compile_error!` for each error, in the order of the reports.
    pub(crate) fn into_tokens(mut self) -> TokenStream {
        self.found
            .take()
            .unwrap_or_default()
            .iter()
            .map(syn::Error::to_compile_error)
            .collect()
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        debug_assert!(
            self.found.is_none() || std::thread::panicking(),
            "errors were collected and not emitted"
        );
    }
}

/// Returns the help for a word that is not in the list: the nearest word, or else the whole list.
pub(crate) fn did_you_mean(word: &str, known: &[&str]) -> String {
    match nearest(word, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("write one of {}", listed(known)),
    }
}

/// Returns the known word with the smallest edit distance, if that distance is small enough for a
/// typing mistake.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let wanted = word.to_lowercase();
    known
        .iter()
        .map(|known| (distance(&wanted, known), *known))
        .filter(|(distance, known)| *distance <= 1 + known.len() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

fn message(line: &dyn Display, help: &dyn Display) -> String {
    // rustc indents all lines of a message after the first.
    format!("{line}\n= help: {help}")
}

fn listed(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

/// Returns the edit distance. A swap of two neighbours counts as one step.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1)
                .min(row[j - 1] + 1)
                .min(rows[i - 1][j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_suggested() {
        let known = ["header", "hide", "role", "any_role"];
        assert_eq!(nearest("haeder", &known), Some("header"));
        assert_eq!(nearest("HEADER", &known), Some("header"));
        assert_eq!(nearest("roel", &known), Some("role"));
        assert_eq!(nearest("timeout", &known), None);
    }

    #[test]
    fn a_swap_is_one_step() {
        assert_eq!(distance("jtw", "jwt"), 1);
        assert_eq!(distance("", "ab"), 2);
        assert_eq!(distance("same", "same"), 0);
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "not emitted")]
    fn dropped_errors_panic() {
        drop(Errors::new());
    }
}

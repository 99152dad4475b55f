//! The parts that rows and items of the table share: an attribute, and a path with its target.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens as _;

use crate::diagnostics::Errors;
use crate::tokens::entries;
use crate::tokens::{commas, text};
use crate::trees::Trees;

/// Reads an attribute before an item or a row, and returns the number of its tokens. Reports any
/// attribute that is not a comment.
pub(super) fn attribute(part: &[TokenTree], errors: &mut Errors) -> Option<usize> {
    let [TokenTree::Punct(hash), TokenTree::Group(group), ..] = part else {
        return None;
    };
    if hash.as_char() != '#' || group.delimiter() != Delimiter::Bracket {
        return None;
    }
    if text::of(&group.stream()).starts_with("doc=") {
        return Some(2);
    }
    errors.at(
        group,
        "a table takes no attributes",
        "for rows that depend on a `cfg`, write `merge(routes())`: a function that returns another \
         table, or an empty one",
    );
    Some(2)
}

/// The form of a row or of an item with a path, for the help of errors.
pub(super) struct Form {
    word: &'static str,
    target: &'static str,
    example: &'static str,
}

impl Form {
    pub(super) const VERB: Self = Self {
        word: "get",
        target: "handler",
        example: "write `get(\"/path\", handler)`",
    };
    pub(super) const MOUNT: Self = Self {
        word: "mount",
        target: "router",
        example: "write `mount(\"/path\", router)`",
    };
    pub(super) const NEST: Self = Self {
        word: "nest",
        target: "table",
        example: "write `nest(\"/path\", other::routes())`",
    };
}

/// Reads the arguments: the path, and the handler, the router or the table.
pub(super) fn contents(
    arguments: &Group,
    form: &Form,
    errors: &mut Errors,
) -> Option<(syn::LitStr, TokenStream)> {
    let Form {
        word: verb,
        target,
        example,
    } = form;
    let list = Trees::from(arguments.stream());
    let mut parts = commas::split(&list);
    let Some(mut first) = parts.next() else {
        let line = format!("there is no path and no {target} here");
        errors.at(arguments, line, example);
        return None;
    };
    let mut rest = None;
    if let [TokenTree::Literal(_), next, ..] = first {
        entries::missing_comma(next, errors);
        let (path, target) = first.split_at(1);
        first = path;
        rest = Some(target);
    }
    let mut parts = rest.into_iter().chain(parts);
    let first: TokenStream = first.iter().cloned().collect();
    let path = text::string(&first);
    if path.is_none() {
        errors.at(&first, "the path is not a string literal", example);
    }
    let Some(found) = parts.next() else {
        if let Some(path) = path {
            errors.at(
                &path,
                format!("there is no {target} here"),
                format!("write `{verb}({}, {target})`", path.to_token_stream()),
            );
        }
        return None;
    };
    if let Some(extra) = parts.next() {
        errors.at(
            Trees::from(extra),
            format!("`{verb}` takes one path and one {target}"),
            "remove this",
        );
    }
    let path = path.unwrap_or_else(|| syn::LitStr::new("/", Span::call_site()));
    let found = text::ungroup(found.iter().cloned().collect());
    Some((path, found))
}

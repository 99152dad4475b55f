//! The grammar of the table. Rules and handlers are not parsed, because an editor expands the table
//! while they are incomplete.
//!
//! ```text
//! table     := item ("," item)* ","?
//! item      := rule "=" "[" row ("," row)* ","? "]"
//!            | "merge" "(" expr ")" | "nest" "(" path "," expr ")" | "crate" "=" path
//! row       := verb "(" path "," handler ")" condition*
//!            | "mount" "(" path "," router ")" condition*
//! condition := "." name "(" .. ")"
//! ```

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::quote;

use super::head::Head;
use super::parts::{Form, attribute, contents};
use super::row::{Row, is_row, row, shown};
use crate::diagnostics::Errors;
use crate::paths::Krate;
use crate::tokens::entries::{self, Value};
use crate::tokens::{commas, text};
use crate::trees::Trees;

/// An item of the table.
pub(crate) enum Item {
    Section(Section),
    Merge(TokenStream),
    /// The path of a nested table, and the table.
    Nest(syn::LitStr, TokenStream),
    /// An expression that an editor completes to a section.
    Incomplete(TokenStream),
}

/// A rule and its rows.
pub(crate) struct Section {
    pub(crate) head: Head,
    pub(crate) rows: Vec<Row>,
}

/// The items of a table, and the path of the runtime.
#[derive(Default)]
pub(crate) struct Table {
    pub(crate) krate: Krate,
    pub(crate) items: Vec<Item>,
    has_krate: bool,
}

/// Parses the tokens of the table.
pub(crate) fn table(tokens: TokenStream, errors: &mut Errors) -> Table {
    let mut table = Table::default();
    let tokens = Trees::from(tokens);
    for part in commas::split(&tokens) {
        let mut rest = part;
        while !rest.is_empty() {
            let taken = item(rest, &mut table, errors);
            rest = &rest[taken..];
            if let Some(next) = rest.first() {
                entries::missing_comma(next, errors);
            }
        }
    }
    table
}

/// Reads one item, and returns the number of its tokens.
fn item(part: &[TokenTree], table: &mut Table, errors: &mut Errors) -> usize {
    if let Some(taken) = attribute(part, errors) {
        return taken
            + part
                .get(taken..)
                .map_or(0, |part| item(part, table, errors));
    }
    let sign = section_sign(part);
    if let ([TokenTree::Ident(word), ..], Some(1)) = (part, sign)
        && word == "crate"
    {
        let path = Value::Equals(part[2..].iter().cloned().collect());
        if std::mem::replace(&mut table.has_krate, true) {
            errors.at(word, "`crate` is set twice", "keep one of the two");
        }
        table.krate = Krate::read(word, &path, errors);
        return part.len();
    }
    if let [TokenTree::Ident(word), TokenTree::Group(group), ..] = part
        && group.delimiter() == Delimiter::Parenthesis
        && sign != Some(2)
    {
        if word == "merge" {
            table.items.push(Item::Merge(group.stream()));
            return 2;
        }
        if word == "nest" {
            let nested = contents(group, &Form::NEST, errors);
            let nested = nested.map(|(path, routes)| Item::Nest(path, routes));
            table.items.extend(nested);
            return 2;
        }
    }
    if let Some(sign) = sign {
        return section(part, sign, &mut table.items, errors);
    }
    if let [TokenTree::Ident(verb), TokenTree::Group(arguments), ..] = part
        && is_row(verb, arguments)
    {
        errors.at(
            verb,
            format!("`{verb}` stands outside of every rule"),
            format!(
                "say who may call it: `public(\"why\") = [{}]`, or a rule `= [..]`",
                shown(verb, arguments)
            ),
        );
        // The row is still read, so that its other mistakes are reported too.
        row(part, &Head::new(quote!(RULE)), errors);
        return part.len();
    }
    let tokens: TokenStream = part.iter().cloned().collect();
    let incomplete = text::completed(&tokens).map(Item::Incomplete);
    table.items.extend(incomplete);
    errors.at(
        tokens,
        "expected a rule and its rows",
        "write `RULE = [get(\"/path\", handler)]`, `merge(other::routes())` or \
         `nest(\"/path\", other::routes())`",
    );
    part.len()
}

/// Returns the position of the `=` between a rule and its rows. `==` and `=>` do not count.
fn section_sign(part: &[TokenTree]) -> Option<usize> {
    let mut joined = false;
    part.iter().position(|token| {
        let TokenTree::Punct(punct) = token else {
            joined = false;
            return false;
        };
        let alone = !joined && punct.spacing() == Spacing::Alone;
        joined = punct.spacing() == Spacing::Joint;
        alone && punct.as_char() == '='
    })
}

/// Reads one section, and returns the number of its tokens.
fn section(part: &[TokenTree], sign: usize, items: &mut Vec<Item>, errors: &mut Errors) -> usize {
    const HELP: &str = "write `RULE = [get(\"/path\", handler)]`";
    let head = Head::new(text::ungroup(part[..sign].iter().cloned().collect()));
    let mut taken = sign + 1;
    let rows = match part.get(taken) {
        Some(TokenTree::Group(group)) if group.delimiter() != Delimiter::None => {
            taken += 1;
            group.clone()
        }
        Some(other) => {
            errors.at(other, "expected the rule's rows in brackets", HELP);
            items.push(Item::Section(Section {
                head,
                rows: Vec::new(),
            }));
            return part.len();
        }
        None => {
            errors.at(&part[sign], "expected the rule's rows behind `=`", HELP);
            items.push(Item::Section(Section {
                head,
                rows: Vec::new(),
            }));
            return taken;
        }
    };
    if head.tokens.is_empty() {
        errors.at(
            &part[sign],
            "these rows have no rule",
            "say who may call them: `public(\"why\") = [..]`, or a rule `= [..]`",
        );
    }
    let mut read = Vec::new();
    let rows = Trees::from(rows.stream());
    for part in commas::split(&rows) {
        let mut rest = part;
        while !rest.is_empty() {
            let (found, taken) = row(rest, &head, errors);
            read.extend(found);
            rest = &rest[taken..];
            if let Some(next) = rest.first() {
                entries::missing_comma(next, errors);
            }
        }
    }
    if !head.tokens.is_empty() {
        items.push(Item::Section(Section { head, rows: read }));
    }
    taken
}

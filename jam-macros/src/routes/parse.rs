//! The grammar of the table. Rules and handlers stay tokens: an editor asks
//! for completions while they are half typed.
//!
//! ```text
//! table := item ("," item)* ","?
//! item  := rule "=" "[" row ("," row)* ","? "]"
//!        | "merge" "(" expr ")" | "nest" "(" path "," expr ")" | "crate" "=" path
//! row   := verb "(" path "," handler ")" word* | "mount" "(" path "," router ")" word*
//! word  := "." tightener "(" .. ")"
//! ```

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::quote;

use super::row::{Form, Row, contents, is_row, row, shown};
use crate::diagnostics::Errors;
use crate::paths::Krate;
use crate::tokens::{self, Value};

pub(crate) enum Item {
    Section(Section),
    Merge(TokenStream),
    /// The path below which the routes are, and their table.
    Nest(syn::LitStr, TokenStream),
    /// What is no section yet: for an editor to complete.
    HalfTyped(TokenStream),
}

pub(crate) struct Section {
    pub(crate) head: Head,
    pub(crate) rows: Vec<Row>,
}

/// What stands before the `=` of a section.
pub(crate) struct Head {
    pub(crate) tokens: TokenStream,
    pub(crate) rule: Rule,
}

/// What can be told of a rule by its first tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// `public(..)`: everybody.
    Public,
    /// `declared()`: the one on each handler.
    Declared,
    /// Any other, which rows may narrow.
    Named,
}

impl Head {
    fn new(tokens: TokenStream) -> Self {
        let mut iter = tokens.clone().into_iter();
        let rule = match (iter.next(), iter.next()) {
            (Some(TokenTree::Ident(word)), Some(TokenTree::Group(_))) if word == "public" => {
                Rule::Public
            }
            // That nothing follows is checked later.
            (Some(TokenTree::Ident(word)), Some(TokenTree::Group(_))) if word == "declared" => {
                Rule::Declared
            }
            _ => Rule::Named,
        };
        Self { tokens, rule }
    }
}

/// The items of a table, and where it finds the runtime.
#[derive(Default)]
pub(crate) struct Table {
    pub(crate) krate: Krate,
    pub(crate) items: Vec<Item>,
    has_krate: bool,
}

pub(crate) fn table(tokens: TokenStream, errors: &mut Errors) -> Table {
    let mut table = Table::default();
    for part in tokens::split(tokens) {
        let mut rest = part.as_slice();
        while !rest.is_empty() {
            let taken = item(rest, &mut table, errors);
            rest = &rest[taken..];
            if let Some(next) = rest.first() {
                tokens::missing_comma(next, errors);
            }
        }
    }
    table
}

/// Reads one item, and says how many tokens that took.
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
        // Read all the same, for what else there is to say about it.
        row(part, &Head::new(quote!(RULE)), errors);
        return part.len();
    }
    let tokens: TokenStream = part.iter().cloned().collect();
    let half_typed = tokens::completed(&tokens).map(Item::HalfTyped);
    table.items.extend(half_typed);
    errors.at(
        tokens,
        "expected a rule and its rows",
        "write `RULE = [get(\"/path\", handler)]`, `merge(other::routes())` or \
         `nest(\"/path\", other::routes())`",
    );
    part.len()
}

/// Where the `=` between a rule and its rows is; `==` and `=>` are none.
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

/// Reports an attribute before an item or a row, unless it is a comment, and says how many tokens it
/// has.
pub(super) fn attribute(part: &[TokenTree], errors: &mut Errors) -> Option<usize> {
    let [TokenTree::Punct(hash), TokenTree::Group(group), ..] = part else {
        return None;
    };
    if hash.as_char() != '#' || group.delimiter() != Delimiter::Bracket {
        return None;
    }
    if tokens::text(&group.stream()).starts_with("doc=") {
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

fn section(part: &[TokenTree], sign: usize, items: &mut Vec<Item>, errors: &mut Errors) -> usize {
    const HELP: &str = "write `RULE = [get(\"/path\", handler)]`";
    let head = Head::new(tokens::ungroup(part[..sign].iter().cloned().collect()));
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
    for part in tokens::split(rows.stream()) {
        let mut rest = part.as_slice();
        while !rest.is_empty() {
            let (found, taken) = row(rest, &head, errors);
            read.extend(found);
            rest = &rest[taken..];
            if let Some(next) = rest.first() {
                tokens::missing_comma(next, errors);
            }
        }
    }
    if !head.tokens.is_empty() {
        items.push(Item::Section(Section { head, rows: read }));
    }
    taken
}

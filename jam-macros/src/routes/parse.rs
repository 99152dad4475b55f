//! The grammar of the table. Rules and handlers stay tokens: an editor asks
//! for completions while they are half typed.
//!
//! ```text
//! table := item ("," item)* ","?
//! item  := rule "=" "[" row ("," row)* ","? "]" | "merge" "(" expr ")"
//! row   := verb "(" path "," handler ")" word* | "mount" "(" path "," router ")" word*
//! word  := "." tightener "(" .. ")"
//! ```

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::quote;

use super::row::{Row, is_row, row, shown};
use crate::diagnostics::Errors;
use crate::tokens;

pub(crate) enum Item {
    Section(Section),
    Merge(TokenStream),
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

pub(crate) fn table(tokens: TokenStream, errors: &mut Errors) -> Vec<Item> {
    let mut items = Vec::new();
    for part in tokens::split(tokens) {
        let mut rest = part.as_slice();
        while !rest.is_empty() {
            let taken = item(rest, &mut items, errors);
            rest = &rest[taken..];
            if let Some(next) = rest.first() {
                tokens::missing_comma(next, errors);
            }
        }
    }
    items
}

/// Reads one item, and says how many tokens that took.
fn item(part: &[TokenTree], items: &mut Vec<Item>, errors: &mut Errors) -> usize {
    if let [TokenTree::Ident(word), TokenTree::Group(group), ..] = part
        && word == "merge"
        && group.delimiter() == Delimiter::Parenthesis
        && section_sign(part) != Some(2)
    {
        items.push(Item::Merge(group.stream()));
        return 2;
    }
    if let Some(sign) = section_sign(part) {
        return section(part, sign, items, errors);
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
    items.extend(tokens::completed(&tokens).map(Item::HalfTyped));
    errors.at(
        tokens,
        "expected a rule and its rows",
        "write `RULE = [get(\"/path\", handler)]` or `merge(other::routes())`",
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

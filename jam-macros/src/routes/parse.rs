//! The grammar of the table. Rules and handlers stay tokens: an editor asks
//! for completions while they are half typed.
//!
//! ```text
//! table := item ("," item)* ","?
//! item  := rule "=" "[" row ("," row)* ","? "]" | "merge" "(" expr ")"
//! row   := verb "(" path "," handler ")" ("." tightener "(" .. ")")*
//! ```

use proc_macro2::{Delimiter, Group, Ident, Spacing, Span, TokenStream, TokenTree};
use quote::quote;

use crate::diagnostics::{Errors, did_you_mean, nearest};
use crate::tokens;

/// Every verb: its name in the table, its variant of `Verb`, and its method.
const VERBS: &[Verb] = &[
    Verb("get", "Get", "GET"),
    Verb("post", "Post", "POST"),
    Verb("put", "Put", "PUT"),
    Verb("patch", "Patch", "PATCH"),
    Verb("delete", "Delete", "DELETE"),
    Verb("any", "Any", "any method"),
];

#[derive(Clone, Copy)]
pub(crate) struct Verb(
    &'static str,
    pub(crate) &'static str,
    pub(crate) &'static str,
);

pub(crate) enum Item {
    Section(Section),
    Merge(TokenStream),
}

pub(crate) struct Section {
    pub(crate) rule: TokenStream,
    /// The rule is `declared()`: the one on each handler.
    pub(crate) declared: bool,
    pub(crate) rows: Vec<Row>,
}

pub(crate) struct Row {
    pub(crate) verb: Verb,
    pub(crate) verb_span: Span,
    pub(crate) path: syn::LitStr,
    pub(crate) handler: TokenStream,
}

impl Row {
    /// Whether the handler is a path, as `declared()` needs.
    pub(crate) fn names_its_handler(&self) -> bool {
        tokens::text(&self.handler)
            .chars()
            .all(|letter| letter.is_alphanumeric() || "_:#<>, ".contains(letter))
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
        row(part, &quote!(RULE), errors);
        return part.len();
    }
    errors.at(
        part.iter().cloned().collect::<TokenStream>(),
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
    let rule: TokenStream = tokens::ungroup(part[..sign].iter().cloned().collect());
    let mut taken = sign + 1;
    let rows = match part.get(taken) {
        Some(TokenTree::Group(group)) if group.delimiter() != Delimiter::None => {
            taken += 1;
            group.clone()
        }
        Some(other) => {
            errors.at(other, "expected the rule's rows in brackets", HELP);
            items.push(Item::Section(section_of(rule, Vec::new())));
            return part.len();
        }
        None => {
            errors.at(&part[sign], "expected the rule's rows behind `=`", HELP);
            items.push(Item::Section(section_of(rule, Vec::new())));
            return taken;
        }
    };
    if rule.is_empty() {
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
            let (found, taken) = row(rest, &rule, errors);
            read.extend(found);
            rest = &rest[taken..];
            if let Some(next) = rest.first() {
                tokens::missing_comma(next, errors);
            }
        }
    }
    if !rule.is_empty() {
        items.push(Item::Section(section_of(rule, read)));
    }
    taken
}

fn section_of(rule: TokenStream, rows: Vec<Row>) -> Section {
    Section {
        declared: is_declared(&rule),
        rule,
        rows,
    }
}

/// Whether the rule begins with `declared()`; that nothing follows is checked
/// later.
fn is_declared(rule: &TokenStream) -> bool {
    let mut tokens = rule.clone().into_iter();
    matches!(
        (tokens.next(), tokens.next()),
        (Some(TokenTree::Ident(word)), Some(TokenTree::Group(_))) if word == "declared"
    )
}

/// Reads one row, and says how many tokens that took.
fn row(part: &[TokenTree], rule: &TokenStream, errors: &mut Errors) -> (Option<Row>, usize) {
    let [TokenTree::Ident(word), TokenTree::Group(arguments), ..] = part else {
        let tokens: TokenStream = part.iter().cloned().collect();
        let help = "write `get(\"/path\", handler)`";
        errors.at(tokens, "expected a row", help);
        return (None, part.len());
    };
    let verb = verb(word, errors);
    let row = contents(arguments, errors).map(|(path, handler)| Row {
        verb,
        verb_span: word.span(),
        path,
        handler,
    });
    let taken = tighteners(part, rule, errors);
    (row, taken)
}

/// A row of this release takes no tightener: each is reported, with where to
/// put it. Says how many tokens the row took.
fn tighteners(part: &[TokenTree], rule: &TokenStream, errors: &mut Errors) -> usize {
    let mut taken = 2;
    while let Some(TokenTree::Punct(dot)) = part.get(taken)
        && dot.as_char() == '.'
    {
        let Some(TokenTree::Ident(name)) = part.get(taken + 1) else {
            errors.at(dot, "expected nothing behind the row", "remove the `.`");
            return part.len();
        };
        let call = match part.get(taken + 2) {
            Some(TokenTree::Group(group)) => quote!(#rule.#name #group),
            _ => quote!(#rule.#name()),
        };
        errors.at(
            name,
            format!("a row has no `{name}` of its own"),
            format!("put it on the rule: `{} = [..]`", tokens::text(&call)),
        );
        taken = part.len().min(taken + 3);
    }
    taken
}

/// An unknown verb is reported, and read as the one that was probably meant.
fn verb(word: &Ident, errors: &mut Errors) -> Verb {
    let text = word.to_string();
    let names: Vec<_> = VERBS.iter().map(|Verb(name, ..)| *name).collect();
    let find = |name: &str| VERBS.iter().find(|verb| verb.0 == name).copied();
    find(&text).unwrap_or_else(|| {
        errors.at(
            word,
            format!("unknown verb `{text}`"),
            did_you_mean(&text, &names),
        );
        nearest(&text, &names).and_then(find).unwrap_or(VERBS[0])
    })
}

/// The path and the handler.
fn contents(arguments: &Group, errors: &mut Errors) -> Option<(syn::LitStr, TokenStream)> {
    const HELP: &str = "write `get(\"/path\", handler)`";
    let mut parts = tokens::split(arguments.stream()).into_iter();
    let Some(mut first) = parts.next() else {
        errors.at(arguments, "this row has no path and no handler", HELP);
        return None;
    };
    // A forgotten comma after the path.
    if let [TokenTree::Literal(_), next, ..] = first.as_slice() {
        tokens::missing_comma(next, errors);
        let handler = first.split_off(1);
        parts = std::iter::once(handler)
            .chain(parts)
            .collect::<Vec<_>>()
            .into_iter();
    }
    let written: TokenStream = first.into_iter().collect();
    let path = tokens::string(&written);
    if path.is_none() {
        errors.at(&written, "the path is not a string literal", HELP);
    }
    let Some(handler) = parts.next() else {
        if path.is_some() {
            errors.at(
                &written,
                "this row has no handler",
                format!("write `get({}, handler)`", tokens::text(&written)),
            );
        }
        return None;
    };
    if let Some(extra) = parts.next() {
        errors.at(
            extra.into_iter().collect::<TokenStream>(),
            "a row has one path and one handler",
            "remove this",
        );
    }
    let path = path.unwrap_or_else(|| syn::LitStr::new("/", Span::call_site()));
    let handler = tokens::ungroup(handler.into_iter().collect());
    Some((path, handler))
}

/// Whether this was meant to be a row: by its verb, or by its path.
fn is_row(verb: &Ident, arguments: &Group) -> bool {
    VERBS.iter().any(|Verb(name, ..)| verb == name)
        || matches!(
            arguments.stream().into_iter().next(),
            Some(TokenTree::Literal(_))
        ) && verb != "public"
}

fn shown(verb: &Ident, arguments: &Group) -> String {
    tokens::text(&quote!(#verb #arguments))
}

//! The checks of the table, among them the mistakes for which axum panics at startup.

use matchit::InsertError;
use proc_macro2::TokenTree;
use quote::ToTokens as _;

use super::head::Rule;
use super::parse::{Item, Section};
use super::row::{Method, Row};
use crate::diagnostics::Errors;
use crate::tokens::text;

pub(crate) fn all(table: &[Item], errors: &mut Errors) {
    let sections = table.iter().filter_map(|item| match item {
        Item::Section(section) => Some(section),
        Item::Nest(path, _) => {
            is_prefix(path, errors);
            None
        }
        Item::Merge(_) | Item::Incomplete(_) => None,
    });
    let sections: Vec<_> = sections.collect();
    let mut routes = Routes::default();
    for section in sections {
        for row in &section.rows {
            if section.head.rule == Rule::Declared {
                names_its_handler(row, errors);
            }
            if is_path(row, errors) {
                match row.method {
                    Some(method) => routes.insert(row, method, errors),
                    None => routes.mount(row, errors),
                }
            }
        }
        declared_stands_alone(section, errors);
        public_has_a_reason(section, errors);
    }
}

/// The routes so far, in the form in which axum stores them.
#[derive(Default)]
struct Routes {
    matcher: matchit::Router<()>,
    handlers: Vec<Routed>,
    /// The paths of mounted routers, each with its router.
    mounts: Vec<(String, String)>,
}

/// A route to a handler.
struct Routed {
    path: String,
    method: &'static str,
    handler: String,
}

impl Routes {
    fn insert(&mut self, row: &Row, Method(_, method): Method, errors: &mut Errors) {
        let routed = Routed {
            path: row.path.value(),
            method,
            handler: text::of(&row.target),
        };
        let same_path = self.handlers.iter().filter(|own| own.path == routed.path);
        let same_path: Vec<_> = same_path.collect();
        // axum merges the rows of one path, and `any` gets the methods that the others do not have.
        if let Some(Routed { path, handler, .. }) =
            same_path.iter().find(|own| own.method == method)
        {
            errors.at_span(
                row.verb_span,
                format!("`{method} {path}` is routed twice"),
                format!("it goes to `{handler}` already: remove one of the two rows"),
            );
            return;
        }
        if same_path.is_empty()
            && let Err(error) = self.matcher.insert(routed.path.clone(), ())
        {
            report(row, &error, errors);
            return;
        }
        self.handlers.push(routed);
    }

    /// Adds a mounted router. Its own routes are not known here.
    fn mount(&mut self, row: &Row, errors: &mut Errors) {
        let path = row.path.value();
        if path == "/" {
            errors.at(
                &row.path,
                "a router is mounted below a path of its own",
                "write `mount(\"/path\", router)`",
            );
            return;
        }
        if path.contains(['{', '}']) {
            errors.at(
                &row.path,
                "the path of a mounted router has no parameters",
                "write `mount(\"/path\", router)`",
            );
            return;
        }
        let router = text::of(&row.target);
        let path = path.trim_end_matches('/').to_owned();
        match self.mounts.iter().find(|(own, _)| *own == path) {
            Some((_, first)) => errors.at_span(
                row.verb_span,
                format!("two routers are mounted at `{path}`"),
                format!("`{first}` is there already: remove one of the two rows"),
            ),
            None => self.mounts.push((path, router)),
        }
    }
}

fn names_its_handler(row: &Row, errors: &mut Errors) {
    if row.method.is_none() {
        errors.at_span(
            row.verb_span,
            "a router declares no rule",
            format!(
                "move the row to a section with a rule: `RULE = [mount({}, {})]`",
                row.path.to_token_stream(),
                text::of(&row.target)
            ),
        );
    } else if !row.names_its_handler() {
        errors.at(
            &row.target,
            "a row of `declared()` names its handler",
            "write the path of a function that has `#[jam_auth(..)]`",
        );
    }
}

fn report(row: &Row, error: &InsertError, errors: &mut Errors) {
    let path = row.path.value();
    match error {
        InsertError::Conflict { with } => errors.at(
            &row.path,
            format!("`{path}` collides with `{with}`"),
            match path.contains("{*") != with.contains("{*") {
                true => "what follows here is one parameter or a catch-all: keep one of the two"
                    .to_owned(),
                false => {
                    format!("a parameter has one name at one place: write \"{with}\" here too")
                }
            },
        ),
        InsertError::InvalidCatchAll => errors.at(
            &row.path,
            "a catch-all stands at the end of the path",
            "write \"/files/{*path}\"",
        ),
        InsertError::InvalidParamSegment => errors.at(
            &row.path,
            "a parameter is the last thing between two `/`",
            "write \"/{a}/{b}\"",
        ),
        _ => errors.at(
            &row.path,
            "a parameter has a name between `{` and `}`",
            "write \"/notes/{id}\"",
        ),
    }
}

/// Checks the path of a nested table.
fn is_prefix(path: &syn::LitStr, errors: &mut Errors) {
    let text = path.value();
    if text == "/" {
        errors.at(
            path,
            "a table is nested below a path of its own",
            "write `merge(..)` for routes at the root",
        );
    } else if !text.starts_with('/') || text.ends_with('/') || text.contains("{*") {
        errors.at(
            path,
            format!("{text:?} is not a path to nest a table below"),
            "begin it with `/`, end it without one, and use no catch-all: `nest(\"/api/v1\", table)`",
        );
    }
}

/// Returns true if axum accepts the form of the path, and reports any other form.
fn is_path(row: &Row, errors: &mut Errors) -> bool {
    let path = row.path.value();
    if !path.starts_with('/') {
        errors.at(
            &row.path,
            "a path starts with `/`",
            format!("write \"/{path}\""),
        );
        return false;
    }
    let old = path
        .split('/')
        .find(|segment| segment.starts_with([':', '*']));
    if let Some(old) = old {
        let rewritten: Vec<_> = path.split('/').map(modern).collect();
        errors.at(
            &row.path,
            format!("`{old}` is how axum 0.7 wrote a parameter"),
            format!("write \"{}\"", rewritten.join("/")),
        );
        return false;
    }
    true
}

/// Returns a segment of a path in the syntax of axum 0.8.
fn modern(segment: &str) -> String {
    match (segment.strip_prefix(':'), segment.starts_with('*')) {
        (Some(name), _) => format!("{{{name}}}"),
        (None, true) => format!("{{{segment}}}"),
        (None, false) => segment.to_owned(),
    }
}

/// Checks that `declared()` has no conditions.
fn declared_stands_alone(section: &Section, errors: &mut Errors) {
    let Section { head, .. } = section;
    if head.rule == Rule::Declared && text::of(&head.tokens) != "declared()" {
        errors.at(
            &head.tokens,
            "`declared()` stands alone: the rules are on the handlers",
            "write `declared() = [..]`",
        );
    }
}

/// Checks the reason of a public section. The runtime checks it too, but only when it builds the
/// table.
fn public_has_a_reason(section: &Section, errors: &mut Errors) {
    let rule: Vec<TokenTree> = section.head.tokens.clone().into_iter().collect();
    let [TokenTree::Ident(word), TokenTree::Group(list)] = rule.as_slice() else {
        return;
    };
    let is_blank = |text: syn::LitStr| text.value().trim().is_empty();
    if word == "public" && text::string(&list.stream()).is_some_and(is_blank) {
        errors.at(
            list,
            "an open route needs a reason",
            "say why everybody may call it: `public(\"health probe\") = [..]`",
        );
    }
}

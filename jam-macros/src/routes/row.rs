//! The grammar of one row: a route, and the conditions after it.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};

use super::head::{Head, Rule};
use super::parts::{Form, attribute, contents};
use crate::diagnostics::{Errors, did_you_mean, nearest};
use crate::lists;
use crate::tokens::text;

/// The first word of a row: its name, its variant of `Verb` and its HTTP method. `mount` has no
/// method, because it routes all of them.
const VERBS: &[Verb] = &[
    Verb("get", Some(Method("Get", "GET"))),
    Verb("post", Some(Method("Post", "POST"))),
    Verb("put", Some(Method("Put", "PUT"))),
    Verb("patch", Some(Method("Patch", "PATCH"))),
    Verb("delete", Some(Method("Delete", "DELETE"))),
    Verb("any", Some(Method("Any", "any method"))),
    Verb("mount", None),
];

/// The conditions that a row can add to the rule of its section, each with an example.
const TIGHTENERS: &[(&str, &str)] = &[
    ("role", ".role(Role::Admin)"),
    ("any_role", ".any_role(&[Role::Editor, Role::Admin])"),
    ("scope", ".scope(\"notes:write\")"),
    ("fresh", ".fresh(minutes(5))"),
    ("policy", ".policy(is_owner)"),
    ("hide", ".hide()"),
];

/// The other words of a rule. Only the rule of the section has them, because on a row they could
/// accept a caller that the section rejects.
const LOOSENERS: &[&str] = &[
    "backend",
    "cookie",
    "cookie_default",
    "redirect_to",
    "guest",
    "header",
    "login",
    "optional",
    "or",
];

#[derive(Clone, Copy)]
struct Verb(&'static str, Option<Method>);

/// A variant of `Verb` and an HTTP method.
#[derive(Clone, Copy)]
pub(crate) struct Method(pub(crate) &'static str, pub(crate) &'static str);

/// A row of the table.
pub(crate) struct Row {
    /// The method of a handler. A mounted router has none.
    pub(crate) method: Option<Method>,
    pub(crate) verb_span: Span,
    pub(crate) path: syn::LitStr,
    /// The handler, or the router.
    pub(crate) target: TokenStream,
    pub(crate) conditions: Conditions,
}

/// The conditions after a row, in order.
#[derive(Default)]
pub(crate) struct Conditions {
    /// The names of the conditions, each with its arguments in parentheses.
    pub(crate) calls: Vec<(Ident, Group)>,
    pub(crate) policies: Vec<TokenStream>,
    /// The words that are no conditions, for an editor to complete.
    pub(crate) incomplete: Vec<Ident>,
}

impl Conditions {
    pub(crate) fn is_empty(&self) -> bool {
        let Self {
            calls,
            policies,
            incomplete,
        } = self;
        calls.is_empty() && policies.is_empty() && incomplete.is_empty()
    }
}

impl Row {
    /// Returns true if the handler is a path. `declared()` needs one.
    pub(crate) fn names_its_handler(&self) -> bool {
        text::of(&self.target)
            .chars()
            .all(|letter| letter.is_alphanumeric() || "_:#<>, ".contains(letter))
    }
}

/// Reads one row. Returns it and the number of its tokens.
pub(super) fn row(part: &[TokenTree], head: &Head, errors: &mut Errors) -> (Option<Row>, usize) {
    if let Some(attribute) = attribute(part, errors) {
        let (row, taken) = row(&part[attribute..], head, errors);
        return (row, attribute + taken);
    }
    let [TokenTree::Ident(word), TokenTree::Group(arguments), ..] = part else {
        let tokens: TokenStream = part.iter().cloned().collect();
        let help = "write `get(\"/path\", handler)`";
        errors.at(tokens, "expected a row", help);
        return (None, part.len());
    };
    let Verb(_, method) = verb(word, errors);
    let form = if method.is_some() {
        &Form::VERB
    } else {
        &Form::MOUNT
    };
    let contents = contents(arguments, form, errors);
    let (conditions, taken) = conditions(part, head, method.is_none(), errors);
    let row = contents.map(|(path, target)| Row {
        method,
        verb_span: word.span(),
        path,
        target,
        conditions,
    });
    (row, taken)
}

/// Reads the conditions after a row. Returns them and the number of tokens of the row.
fn conditions(
    part: &[TokenTree],
    head: &Head,
    mounts: bool,
    errors: &mut Errors,
) -> (Conditions, usize) {
    let mut conditions = Conditions::default();
    let mut taken = 2;
    while let Some(TokenTree::Punct(dot)) = part.get(taken)
        && dot.as_char() == '.'
    {
        let Some(TokenTree::Ident(name)) = part.get(taken + 1) else {
            errors.at(
                dot,
                "expected a word behind the `.`",
                did_you_mean("", &tighteners()),
            );
            conditions.incomplete.push(text::placeholder(dot.span()));
            return (conditions, part.len());
        };
        let arguments = match part.get(taken + 2) {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
                Some(group)
            }
            _ => None,
        };
        taken += if arguments.is_some() { 3 } else { 2 };
        if !is_allowed(name, arguments, head, errors) {
            // A keyword is left out, because the expansion needs a name.
            let is_name = syn::parse2::<Ident>(name.to_token_stream()).is_ok();
            conditions.incomplete.extend(is_name.then(|| name.clone()));
        } else if let Some(arguments) = arguments {
            if name == "policy" && mounts {
                errors.at(
                    name,
                    "only a handler has a policy, and this is a router",
                    "make a table of its routes, with the policy on the rows, and `merge(..)` it",
                );
            } else if name == "policy" {
                let example = ".policy(is_owner)";
                conditions
                    .policies
                    .extend(lists::policies(name, arguments, example, errors));
            } else {
                conditions.calls.push((name.clone(), arguments.clone()));
            }
        }
    }
    (conditions, taken)
}

/// Checks that a row of this section can have this condition.
fn is_allowed(name: &Ident, arguments: Option<&Group>, head: &Head, errors: &mut Errors) -> bool {
    let word = name.to_string();
    let tightener = TIGHTENERS.iter().find(|(known, _)| *known == word);
    let call = match arguments {
        Some(arguments) => text::of(&quote!(#name #arguments)),
        None => format!("{word}()"),
    };
    let rule = text::of(&head.tokens);
    if tightener.is_none() && !LOOSENERS.contains(&word.as_str()) {
        errors.at(
            name,
            format!("a row has no `{word}`"),
            did_you_mean(&word, &tighteners()),
        );
        return false;
    }
    match (head.rule, tightener, arguments) {
        (Rule::Public, ..) => errors.at(
            name,
            "a public section has no conditions",
            "move the row to a section of its own rule: `RULE = [..]`",
        ),
        (Rule::Declared, ..) => errors.at(
            name,
            "the rule of a row of `declared()` is on its handler",
            "say it there, in `#[jam_auth(..)]`",
        ),
        (Rule::Named, None, _) => errors.at(
            name,
            format!("a row can only narrow the rule of its section, and `{word}` does not"),
            format!("put it on the section's rule: `{rule}.{call} = [..]`"),
        ),
        (Rule::Named, Some((_, example)), None) => errors.at(
            name,
            format!("`{word}` is a call"),
            format!("write `{example}`"),
        ),
        (Rule::Named, Some(_), Some(_)) => return true,
    }
    false
}

fn tighteners() -> Vec<&'static str> {
    TIGHTENERS.iter().map(|(name, _)| *name).collect()
}

/// Reads the verb. Reports an unknown one, and returns the nearest known one.
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

/// Returns true if the tokens look like a row: they start with a verb, or have a path.
pub(super) fn is_row(verb: &Ident, arguments: &Group) -> bool {
    VERBS.iter().any(|Verb(name, ..)| verb == name)
        || matches!(
            arguments.stream().into_iter().next(),
            Some(TokenTree::Literal(_))
        ) && verb != "public"
}

/// Returns the row without its conditions as text.
pub(super) fn shown(verb: &Ident, arguments: &Group) -> String {
    text::of(&quote!(#verb #arguments))
}

//! The grammar of one row: what is routed, and the words behind it.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};

use super::parse::{Head, Rule, attribute};
use crate::diagnostics::{Errors, did_you_mean, nearest};
use crate::tokens;

/// What a row begins with: its name in the table, its variant of `Verb`, and
/// its method. A router is mounted whatever the method is.
const VERBS: &[Verb] = &[
    Verb("get", Some(Method("Get", "GET"))),
    Verb("post", Some(Method("Post", "POST"))),
    Verb("put", Some(Method("Put", "PUT"))),
    Verb("patch", Some(Method("Patch", "PATCH"))),
    Verb("delete", Some(Method("Delete", "DELETE"))),
    Verb("any", Some(Method("Any", "any method"))),
    Verb("mount", None),
];

/// What a row can add to its section's rule, and the way it is written.
const TIGHTENERS: &[(&str, &str)] = &[
    ("role", ".role(Role::Admin)"),
    ("any_role", ".any_role(&[Role::Editor, Role::Admin])"),
    ("scope", ".scope(\"notes:write\")"),
    ("fresh", ".fresh(minutes(5))"),
    ("policy", ".policy(is_owner)"),
    ("hide", ".hide()"),
];

/// The other words of a rule. They belong to the whole section: on a row they
/// could let in others than it does.
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

#[derive(Clone, Copy)]
pub(crate) struct Method(pub(crate) &'static str, pub(crate) &'static str);

pub(crate) struct Row {
    /// `None` mounts a router.
    pub(crate) method: Option<Method>,
    pub(crate) verb_span: Span,
    pub(crate) path: syn::LitStr,
    /// The handler, or the router.
    pub(crate) target: TokenStream,
    pub(crate) words: Words,
}

/// The words behind a row, in order.
#[derive(Default)]
pub(crate) struct Words {
    /// What narrows the rule: names, each with its arguments in parentheses.
    pub(crate) calls: Vec<(Ident, Group)>,
    pub(crate) policies: Vec<TokenStream>,
    /// What is no tightener, or not yet: for an editor to complete.
    pub(crate) half_typed: Vec<Ident>,
}

impl Words {
    pub(crate) fn is_empty(&self) -> bool {
        let Self {
            calls,
            policies,
            half_typed,
        } = self;
        calls.is_empty() && policies.is_empty() && half_typed.is_empty()
    }
}

impl Row {
    /// Whether the handler is a path, as `declared()` needs.
    pub(crate) fn names_its_handler(&self) -> bool {
        tokens::text(&self.target)
            .chars()
            .all(|letter| letter.is_alphanumeric() || "_:#<>, ".contains(letter))
    }
}

/// Reads one row, and says how many tokens that took.
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
    let (words, taken) = words(part, head, method.is_none(), errors);
    let row = contents.map(|(path, target)| Row {
        method,
        verb_span: word.span(),
        path,
        target,
        words,
    });
    (row, taken)
}

/// Reads the words behind the row, and says how many tokens the row took.
fn words(part: &[TokenTree], head: &Head, mounts: bool, errors: &mut Errors) -> (Words, usize) {
    let mut words = Words::default();
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
            words.half_typed.push(tokens::nothing(dot.span()));
            return (words, part.len());
        };
        let arguments = match part.get(taken + 2) {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
                Some(group)
            }
            _ => None,
        };
        taken += if arguments.is_some() { 3 } else { 2 };
        if !is_allowed(name, arguments, head, errors) {
            // A keyword would be no name, and rustc reads this too.
            let is_name = syn::parse2::<Ident>(name.to_token_stream()).is_ok();
            words.half_typed.extend(is_name.then(|| name.clone()));
        } else if let Some(arguments) = arguments {
            if name == "policy" && mounts {
                errors.at(
                    name,
                    "only a handler has a policy, and this is a router",
                    "make a table of its routes, with the policy on the rows, and `merge(..)` it",
                );
            } else if name == "policy" {
                let example = ".policy(is_owner)";
                words
                    .policies
                    .extend(tokens::policies(name, arguments, example, errors));
            } else {
                words.calls.push((name.clone(), arguments.clone()));
            }
        }
    }
    (words, taken)
}

/// Whether a row of this section may say this.
fn is_allowed(name: &Ident, arguments: Option<&Group>, head: &Head, errors: &mut Errors) -> bool {
    let word = name.to_string();
    let tightener = TIGHTENERS.iter().find(|(known, _)| *known == word);
    let call = match arguments {
        Some(arguments) => tokens::text(&quote!(#name #arguments)),
        None => format!("{word}()"),
    };
    let rule = tokens::text(&head.tokens);
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
            "a public section asks nothing of its callers",
            "move the row to a section of its own rule: `RULE = [..]`",
        ),
        (Rule::Declared, ..) => errors.at(
            name,
            "the rule of a row of `declared()` is on its handler",
            "say it there, in `#[jam_auth(..)]`",
        ),
        (Rule::Named, None, _) => errors.at(
            name,
            format!("rules of a row only narrow, and `{word}` does not"),
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

/// How something with a path is written.
pub(super) struct Form {
    word: &'static str,
    target: &'static str,
    example: &'static str,
}

impl Form {
    const VERB: Self = Self {
        word: "get",
        target: "handler",
        example: "write `get(\"/path\", handler)`",
    };
    const MOUNT: Self = Self {
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

/// The path, and the handler, the router or the table.
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
    let mut parts = tokens::split(arguments.stream()).into_iter();
    let Some(mut first) = parts.next() else {
        let line = format!("there is no path and no {target} here");
        errors.at(arguments, line, example);
        return None;
    };
    // A forgotten comma after the path.
    if let [TokenTree::Literal(_), next, ..] = first.as_slice() {
        tokens::missing_comma(next, errors);
        let rest = first.split_off(1);
        parts = std::iter::once(rest)
            .chain(parts)
            .collect::<Vec<_>>()
            .into_iter();
    }
    let written: TokenStream = first.into_iter().collect();
    let path = tokens::string(&written);
    if path.is_none() {
        errors.at(&written, "the path is not a string literal", example);
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
            extra.into_iter().collect::<TokenStream>(),
            format!("`{verb}` takes one path and one {target}"),
            "remove this",
        );
    }
    let path = path.unwrap_or_else(|| syn::LitStr::new("/", Span::call_site()));
    let found = tokens::ungroup(found.into_iter().collect());
    Some((path, found))
}

/// Whether this was meant to be a row: by its verb, or by its path.
pub(super) fn is_row(verb: &Ident, arguments: &Group) -> bool {
    VERBS.iter().any(|Verb(name, ..)| verb == name)
        || matches!(
            arguments.stream().into_iter().next(),
            Some(TokenTree::Literal(_))
        ) && verb != "public"
}

pub(super) fn shown(verb: &Ident, arguments: &Group) -> String {
    tokens::text(&quote!(#verb #arguments))
}

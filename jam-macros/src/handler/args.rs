//! What was written between the parentheses of `#[jam_auth(..)]`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::parse::Parser as _;

use super::options::{self, Read};
use crate::diagnostics::{Errors, did_you_mean};
use crate::paths::Krate;
use crate::tokens::{self, Entry, Value};

/// Every option: its name, where it may stand, the way it is written, and what
/// reads it. A new option starts here, with a field of [`Args`].
const OPTIONS: &[Row] = &[
    Row("backend", Rule, "backend = \"jwt\"", options::backend),
    Row("any", Rule, "any(jwt, session(cookie))", options::any),
    Row("cookie", Way, "cookie = \"jwt\"", options::cookie),
    Row("header", Way, "header = \"authorization\"", options::header),
    Row("login", Rule, "login = \"/login\"", options::login),
    Row("optional", Rule, "optional", options::optional),
    Row("role", Way, "role(Role::Admin)", options::role),
    Row(
        "any_role",
        Way,
        "any_role(Role::Editor, Role::Admin)",
        options::any_role,
    ),
    Row("scope", Way, "scope(\"notes:write\")", options::scope),
    Row("fresh", Way, "fresh = \"5m\"", options::fresh),
    Row("hide", Way, "hide", options::hide),
    Row("policy", Rule, "policy(is_owner)", options::policy),
    Row("state", Rule, "state = App", options::state),
    Row("public", Rule, "public = \"health probe\"", options::public),
    Row(
        "payload",
        Rule,
        "payload(user: u64, name: String)",
        options::payload,
    ),
    Row("crate", Rule, "crate = path::to::jam", options::krate),
];

struct Row(&'static str, Of, &'static str, Read);

use Of::{Rule, Way};

/// What an option belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// The rule as a whole.
    Rule,
    /// The rule, or one entry of `any(..)`.
    Way,
}

/// What to write for an option.
pub(super) fn example(key: &Ident) -> &'static str {
    OPTIONS
        .iter()
        .find(|Row(name, ..)| key == name)
        .map_or("", |Row(_, _, example, _)| example)
}

/// The options as written, each with its key. Nothing is decided yet.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) krate: Krate,
    /// The path of a rule that stands in place of all options.
    pub(crate) constant: Option<TokenStream>,
    pub(crate) backend: Option<(Ident, Backend)>,
    /// The entries of `any(..)`.
    pub(crate) any: Option<(Ident, Vec<Entrance>)>,
    /// In the order written, which is the order of looking.
    pub(crate) sources: Vec<Source>,
    pub(crate) login: Option<(Ident, syn::LitStr)>,
    pub(crate) optional: Option<Ident>,
    pub(crate) demands: Demands,
    pub(crate) policies: Option<(Ident, Vec<TokenStream>)>,
    pub(crate) state: Option<(Ident, syn::Type)>,
    pub(crate) public: Option<(Ident, syn::LitStr)>,
    pub(crate) payload: Option<(Ident, Vec<syn::Field>)>,
    /// The keys of all options, known or not, for the editor.
    pub(crate) keys: Vec<Ident>,
}

/// Who knows the caller.
pub(crate) enum Backend {
    /// One of Jam's own.
    Named(syn::LitStr),
    /// The type of one of the application's.
    Typed(TokenStream),
}

/// One entry of `any(..)`: a backend with options of its own.
pub(crate) struct Entrance {
    pub(crate) key: Ident,
    pub(crate) backend: Backend,
    pub(crate) sources: Vec<Source>,
    pub(crate) demands: Demands,
}

/// What is asked of a caller.
#[derive(Default)]
pub(crate) struct Demands {
    pub(crate) role: Option<(Ident, TokenStream)>,
    pub(crate) any_role: Option<(Ident, Vec<TokenStream>)>,
    pub(crate) scope: Option<(Ident, Vec<syn::LitStr>)>,
    /// How many seconds ago the login may be.
    pub(crate) fresh: Option<(Ident, u64)>,
    pub(crate) hide: Option<Ident>,
}

/// Where a credential is looked for.
pub(crate) enum Source {
    /// A cookie; without a name, the default one of the backend.
    Cookie(Ident, Option<syn::LitStr>),
    Header(Ident, syn::LitStr),
}

impl Source {
    pub(crate) fn key(&self) -> &Ident {
        match self {
            Self::Cookie(key, _) | Self::Header(key, _) => key,
        }
    }
}

impl Args {
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let mut seen: Vec<Ident> = Vec::new();
        for entry in tokens::entries(tokens, errors) {
            match entry {
                Entry::Option { key, value } => {
                    match row(&key) {
                        Some(row) => args.read(row, &key, &value, &mut seen, errors),
                        None if is_constant(&key, &value) => args.constant(quote!(#key), errors),
                        None => unknown(&key, Rule, errors),
                    }
                    args.keys.push(key);
                }
                Entry::Other(tokens) => args.constant(tokens, errors),
            }
        }
        args.stands_alone(&seen, errors);
        args
    }

    /// Reads the options of one entry of `any(..)`.
    pub(super) fn entrance(
        &mut self,
        (key, backend): (Ident, Backend),
        tokens: TokenStream,
        errors: &mut Errors,
    ) -> Entrance {
        let name = &key;
        let mut own = Self::default();
        let mut seen: Vec<Ident> = Vec::new();
        for entry in tokens::entries(tokens, errors) {
            match entry {
                Entry::Option { key, value } => {
                    match row(&key) {
                        Some(row) if row.1 == Way => {
                            own.read(row, &key, &value, &mut seen, errors);
                        }
                        Some(_) if key == "backend" || key == "any" => errors.at(
                            &key,
                            format!("`{name}` names the backend of this entry"),
                            "remove this, or write another entry: `any(jwt, session(cookie))`",
                        ),
                        Some(Row(_, _, example, _)) => errors.at(
                            &key,
                            format!("`{key}` belongs to the whole rule"),
                            format!("put it behind the entries: `any(..), {example}`"),
                        ),
                        None => unknown(&key, Way, errors),
                    }
                    own.keys.push(key);
                }
                Entry::Other(tokens) => errors.at(
                    tokens,
                    format!("`{name}` takes options"),
                    format!("write `{name}(cookie = \"{name}\")`"),
                ),
            }
        }
        self.keys.append(&mut own.keys);
        Entrance {
            key,
            backend,
            sources: own.sources,
            demands: own.demands,
        }
    }

    fn read(
        &mut self,
        Row(_, _, _, read): &Row,
        key: &Ident,
        value: &Value,
        seen: &mut Vec<Ident>,
        errors: &mut Errors,
    ) {
        if seen.contains(key) {
            errors.at(key, format!("`{key}` is set twice"), "keep one of the two");
        } else {
            seen.push(key.clone());
            read(self, key, value, errors);
        }
    }

    fn constant(&mut self, tokens: TokenStream, errors: &mut Errors) {
        let path = tokens::ungroup(tokens);
        if syn::Path::parse_mod_style.parse2(path.clone()).is_err() {
            errors.at(
                path,
                "`#[jam_auth]` takes options or the path of one rule",
                "name the rule, `const RULE: Access<User> = ..`, and write `#[jam_auth(RULE)]`",
            );
        } else if let Some(first) = &self.constant {
            errors.at(
                path,
                "a handler has one rule",
                format!("keep `{}`, or make a rule of both", tokens::text(first)),
            );
        } else {
            self.constant = Some(path);
        }
    }

    /// What says it all leaves nothing for other options to say.
    fn stands_alone(&self, seen: &[Ident], errors: &mut Errors) {
        if let Some((public, _)) = &self.public {
            for key in seen.iter().filter(|key| *key != "crate" && *key != public) {
                errors.at(
                    key,
                    format!("`{key}` cannot stand beside `public`"),
                    "keep one of the two: behind `public` everybody may call",
                );
            }
            if let Some(constant) = &self.constant {
                errors.at(
                    constant,
                    format!("`{}` cannot stand beside `public`", tokens::text(constant)),
                    "keep one of the two: behind `public` everybody may call",
                );
            }
        } else if let Some(constant) = &self.constant {
            let name = tokens::text(constant);
            // What a constant cannot hold is added to it.
            let others = ["crate", "policy", "state"];
            for key in seen
                .iter()
                .filter(|key| others.iter().all(|other| key != other))
            {
                errors.at(
                    key,
                    format!("`{key}` cannot stand beside the rule `{name}`"),
                    format!("put it in the rule: `const {name}: Access<User> = ..`"),
                );
            }
        }
        let is_policed = seen.iter().any(|key| key == "policy");
        if let Some((key, _)) = self.state.as_ref().filter(|_| !is_policed) {
            errors.at(
                key,
                "`state` is the router's state for policies, and there is none",
                "remove it, or add `policy(is_owner)`",
            );
        }
    }
}

/// Names in capitals are constants; other words are meant to be options.
fn is_constant(key: &Ident, value: &Value) -> bool {
    matches!(value, Value::Word) && !key.to_string().contains(char::is_lowercase)
}

/// Whether it is an option that is no keyword besides.
pub(super) fn is_option(key: &Ident) -> bool {
    row(key).is_some_and(|Row(name, ..)| *name != "crate")
}

fn row(key: &Ident) -> Option<&'static Row> {
    OPTIONS.iter().find(|Row(name, ..)| key == name)
}

/// The help knows the options that may stand `here`.
fn unknown(key: &Ident, here: Of, errors: &mut Errors) {
    let names: Vec<_> = OPTIONS
        .iter()
        .filter(|Row(_, of, ..)| here == Rule || *of == Way)
        .map(|Row(name, ..)| *name)
        .collect();
    errors.at(
        key,
        format!("unknown option `{key}`"),
        did_you_mean(&key.to_string(), &names),
    );
}

//! The handler under the attribute, and the checks of its signature.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::quote;

use super::signature::{Argument, Attribute, Parameter, Signature};
use super::types::{bare, is_type, last_segment};
use crate::diagnostics::Errors;
use crate::tokens::text::{self, is_punct, is_word};
use crate::trees::Trees;

/// The names of the extractors that read the body of the request.
const BODY_EXTRACTORS: &[&str] = &[
    "Body",
    "Bytes",
    "Form",
    "Json",
    "Multipart",
    "RawForm",
    "Request",
    "String",
];

/// The largest number of arguments for which axum implements `Handler`.
const MOST_ARGUMENTS: usize = 16;

/// The function under the attribute.
pub(crate) struct Handler(pub(crate) Signature);

/// The argument with the caller.
pub(crate) struct Caller {
    /// The index of the argument.
    pub(crate) position: usize,
    /// The whole type.
    pub(crate) written: Trees,
    pub(crate) payload: Trees,
    /// True for `Option<Auth<_>>`, false for `Auth<_>`.
    pub(crate) optional: bool,
}

/// The relation of the type of an argument to the caller.
enum Relation {
    Caller(Box<Caller>),
    /// `Auth` without a payload, or with several generic arguments.
    Malformed,
    /// `Result<Auth<_>, _>`, which also accepts a rejected caller.
    Result,
    /// An `Auth` that another `#[jam_auth]` on the same function has marked.
    Marked,
    /// No relation.
    None,
}

/// Returns the name of the type that has the rule of a handler. It is not the name of the handler,
/// because a module or another type can have that name.
pub(super) fn rule_name(handler: &Ident) -> String {
    let handler = handler.to_string();
    format!("__jam_rule_of_{}", handler.trim_start_matches("r#"))
}

impl Handler {
    /// Reads the function, and reports any other item.
    pub(crate) fn read(item: &TokenStream, errors: &mut Errors) -> Option<Self> {
        let signature = Signature::read(item);
        if signature.is_none() {
            let (head, kind) = not_a_function(item);
            errors.at(
                head,
                format!("`#[jam_auth]` protects `async fn` handlers, not {kind}"),
                "put it on the handler: `#[jam_auth(..)] async fn me(user: Auth<User>)`",
            );
        }
        signature.map(Self)
    }

    pub(crate) fn name(&self) -> &Ident {
        &self.0.name
    }

    pub(crate) fn is_method(&self) -> bool {
        self.0.receiver.is_some()
    }

    /// Checks the signature and returns the argument with the caller. `payload` is the name of the
    /// payload in examples.
    pub(crate) fn caller(&self, payload: &str, errors: &mut Errors) -> Option<Caller> {
        self.check_function(errors);
        self.check_lifetimes(errors);
        self.check_arguments(errors);
        let caller = self.find_caller(payload, errors)?;
        self.check_payload(caller, errors)
    }

    /// Checks the signature of a public handler.
    pub(crate) fn check_open(&self, errors: &mut Errors) {
        self.check_function(errors);
        self.check_lifetimes(errors);
        self.check_body_extractors(errors);
        for argument in self.arguments() {
            if !matches!(self.relation_of(&argument.ty), Relation::None) {
                errors.at(
                    &argument.ty,
                    "a public handler has no caller",
                    "for callers and anonymous requests, replace `public` by a rule with `optional`",
                );
            }
        }
    }

    /// Returns the state of the router if exactly one argument is a `State` of a concrete type.
    pub(crate) fn state(&self) -> Option<Trees> {
        let mut states = self.arguments().filter_map(|argument| {
            let segment = last_segment(&argument.ty).filter(|segment| segment.name == "State")?;
            match segment.arguments.as_slice() {
                [state] if is_type(state) => Some(state.clone()),
                _ => None,
            }
        });
        let state = states.next()?;
        (states.next().is_none() && self.parameter_in(&state).is_none()).then_some(state)
    }

    /// Returns the first generic parameter of the handler that the type contains.
    fn parameter_in(&self, ty: &Trees) -> Option<&Ident> {
        self.0
            .parameters
            .iter()
            .find_map(|parameter| match parameter {
                Parameter::Type(name) => {
                    text::mentions(ty.to_vec(), &name.to_string()).then_some(name)
                }
                _ => None,
            })
    }

    fn check_function(&self, errors: &mut Errors) {
        let ident = self.name();
        let qualifiers = &self.0.qualifiers;
        if !qualifiers.iter().any(|word| is_word(Some(word), "async")) {
            errors.at(
                qualifiers.last(),
                format!("handler `{ident}` must be async"),
                format!("write `async fn {ident}`"),
            );
        }
        if let Some(receiver) = &self.0.receiver {
            errors.at(
                receiver,
                format!("handler `{ident}` cannot take `self`"),
                "move it out of the `impl` block and reach shared data through `State`",
            );
        }
    }

    fn check_lifetimes(&self, errors: &mut Errors) {
        let name = self.name();
        let line = || format!("handler `{name}` cannot borrow: a handler owns its arguments");
        let mut borrows = false;
        for argument in self.arguments() {
            let ty = bare(&argument.ty);
            let [and, after @ ..] = &*ty else {
                continue;
            };
            if is_punct(Some(and), '&') {
                borrows = true;
                let owned = match after {
                    [tick, _, owned @ ..] if is_punct(Some(tick), '\'') => owned,
                    owned => owned,
                };
                let owned = match owned {
                    [word, owned @ ..] if is_word(Some(word), "mut") => owned,
                    owned => owned,
                };
                let owned = text::of(&owned.iter().cloned().collect());
                let help = match owned.as_str() {
                    "str" => "take `String`".to_owned(),
                    _ => format!("take `{owned}`, by value"),
                };
                errors.at(Trees::from(&*ty), line(), help);
            }
        }
        for parameter in &self.0.parameters {
            if let Parameter::Lifetime(lifetime) = parameter
                && !borrows
            {
                errors.at(lifetime, line(), "remove the lifetime and take owned types");
            }
        }
    }

    /// Checks the arguments that would prevent the type check of the handler.
    fn check_arguments(&self, errors: &mut Errors) {
        if let Some(first_too_many) = self.0.arguments.get(MOST_ARGUMENTS) {
            errors.at(
                &first_too_many.ty,
                format!("a handler takes {MOST_ARGUMENTS} arguments at most"),
                "put several of them into one struct that derives `axum::extract::FromRequestParts`",
            );
        }
        for argument in self.arguments() {
            if text::mentions(argument.ty.to_vec(), "impl") {
                errors.at(
                    &argument.ty,
                    "the type of an argument has to be named: axum chooses the extractor by it",
                    "write the type, or make it a parameter: `async fn name<T: ..>(.., it: T)`",
                );
            }
        }
    }

    fn find_caller(&self, payload: &str, errors: &mut Errors) -> Option<Caller> {
        let mut found: Option<Caller> = None;
        for (position, argument) in self.arguments().enumerate() {
            match self.relation_of(&argument.ty) {
                Relation::Caller(_) if found.is_some() => errors.at(
                    &argument.ty,
                    "a handler takes its caller once",
                    "remove this argument",
                ),
                Relation::Caller(caller) => {
                    self.check_attributes(&argument.attrs, errors);
                    if position > 0 {
                        errors.at(
                            &argument.ty,
                            "the caller must be the first argument",
                            "move it to the front: an anonymous request is then rejected before its other parts are read",
                        );
                    }
                    found = Some(Caller {
                        position,
                        ..*caller
                    });
                }
                Relation::Malformed => {
                    errors.at(
                        &argument.ty,
                        "`Auth` takes one type, the payload",
                        format!("write `Auth<{payload}>`"),
                    );
                    return None;
                }
                Relation::Result => {
                    errors.at(
                        &argument.ty,
                        "a `Result` would admit callers that the rule rejects",
                        format!(
                            "take `Auth<{payload}>`; for anonymous requests too, add `optional` and \
                             take `Option<Auth<{payload}>>`"
                        ),
                    );
                    return None;
                }
                Relation::Marked => {
                    errors.at_span(
                        proc_macro2::Span::call_site(),
                        format!("`{}` is already protected", self.name()),
                        "keep one `#[jam_auth(..)]`",
                    );
                    return None;
                }
                Relation::None => {}
            }
        }
        match &found {
            None if !self.is_method() => errors.at_span(
                self.0.parentheses.span(),
                format!("handler `{}` does not take its caller", self.name()),
                format!("add a first argument: `user: Auth<{payload}>`, or `_: Auth<{payload}>`"),
            ),
            // A caller at a wrong position is one mistake, so its neighbours are not checked.
            Some(caller) if caller.position == 0 => self.check_body_extractors(errors),
            _ => {}
        }
        found
    }

    /// Rejects `#[cfg]` on the caller, because a handler without a caller would be public.
    fn check_attributes(&self, attrs: &[Attribute], errors: &mut Errors) {
        for attr in attrs {
            if let Some(word) = ["cfg", "cfg_attr"].iter().find(|word| attr.is(word)) {
                errors.at(
                    attr,
                    format!("`#[{word}]` cannot remove the caller of a handler"),
                    "write two handlers, each with its own `#[cfg(..)]`",
                );
            }
        }
    }

    fn check_body_extractors(&self, errors: &mut Errors) {
        let count = self.arguments().count();
        if self.has_cfg() || count == 0 {
            return;
        }
        for argument in self.arguments().take(count - 1) {
            let Some(name) = last_segment(&argument.ty).map(|segment| segment.name) else {
                continue;
            };
            if BODY_EXTRACTORS.iter().any(|extractor| name == extractor) {
                errors.at(
                    &argument.ty,
                    format!("`{name}` reads the request's body, so it must be the last argument"),
                    format!("move it behind the other arguments of `{}`", self.name()),
                );
            }
        }
    }

    /// Rejects a generic payload, because the rule is a constant and a constant has no generic
    /// parameters.
    fn check_payload(&self, caller: Caller, errors: &mut Errors) -> Option<Caller> {
        let payload = &caller.payload;
        let Some(param) = self.parameter_in(payload) else {
            return Some(caller);
        };
        errors.at(
            payload,
            format!("the payload of `{}` cannot be generic", self.name()),
            format!("name the type, such as `Auth<User>`, in place of `{param}`"),
        );
        None
    }

    /// Returns the relation of an argument of this type to the caller.
    fn relation_of(&self, ty: &[TokenTree]) -> Relation {
        let Some(segment) = last_segment(ty) else {
            return Relation::None;
        };
        let rule = rule_name(self.name());
        let is_marker = |ty: &Trees| is_type(ty) && text::mentions(ty.to_vec(), &rule);
        let arguments = segment.arguments.as_slice();
        match arguments {
            [payload] if segment.name == "Auth" && is_type(payload) => {
                Relation::Caller(Box::new(Caller {
                    position: 0,
                    written: Trees::from(&*bare(ty)),
                    payload: payload.clone(),
                    optional: false,
                }))
            }
            [_, marker] if segment.name == "Auth" && is_marker(marker) => Relation::Marked,
            _ if segment.name == "Auth" => Relation::Malformed,
            [_, marker] if segment.name == "Optional" && is_marker(marker) => Relation::Marked,
            [inner] if segment.name == "Option" => match self.relation_of(inner) {
                Relation::Caller(caller) => Relation::Caller(Box::new(Caller {
                    written: Trees::from(&*bare(ty)),
                    optional: true,
                    ..*caller
                })),
                other => other,
            },
            [inner, ..] if segment.name == "Result" => match self.relation_of(inner) {
                Relation::Caller(_) | Relation::Malformed | Relation::Result => Relation::Result,
                other => other,
            },
            _ => Relation::None,
        }
    }

    pub(crate) fn arguments(&self) -> impl Iterator<Item = &Argument> + Clone {
        self.0.arguments.iter()
    }

    /// Returns true if a `#[cfg]` can remove an argument, so that the positions are not known.
    pub(crate) fn has_cfg(&self) -> bool {
        self.arguments()
            .flat_map(|argument| &argument.attrs)
            .any(|attr| attr.is("cfg") || attr.is("cfg_attr"))
    }
}

/// Returns the head of an item that is not a function, and its kind in plain words.
fn not_a_function(item: &TokenStream) -> (TokenStream, &'static str) {
    const KINDS: &[(&str, &str)] = &[
        ("struct", "structs"),
        ("enum", "enums"),
        ("union", "unions"),
        ("impl", "`impl` blocks"),
        ("mod", "modules"),
        ("trait", "traits"),
        ("use", "imports"),
        ("static", "statics"),
        ("const", "constants"),
        ("type", "type aliases"),
        ("macro_rules", "macros"),
    ];
    let mut head = TokenStream::new();
    let mut kind = None;
    let mut tokens = item.clone().into_iter();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == '#' && kind.is_none() => {
                tokens.next();
                continue;
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' => break,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => break,
            TokenTree::Ident(word) if kind.is_none() => {
                kind = KINDS.iter().find(|(keyword, _)| word == keyword);
            }
            _ => {}
        }
        head = quote!(#head #token);
    }
    (head, kind.map_or("this", |(_, name)| name))
}

//! The function under the attribute: its signature parsed, its body left as
//! the tokens it came in.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, FnArg, GenericArgument, Signature, Type, Visibility};

use super::types::{arguments, bare, last_segment};
use crate::diagnostics::Errors;
use crate::tokens;

/// Extractors that read the request's body, by the name they are written with.
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

pub(crate) struct Handler {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: TokenStream,
}

/// The argument that takes the caller.
pub(crate) struct Caller {
    /// Which of the arguments it is.
    pub(crate) position: usize,
    /// The type as written.
    pub(crate) written: Type,
    pub(crate) payload: Type,
    /// `Option<Auth<_>>` rather than `Auth<_>`.
    pub(crate) optional: bool,
}

/// What an argument's type has to do with the caller.
enum Role {
    Caller(Box<Caller>),
    /// `Auth` with no payload, or with more than one argument.
    Malformed,
    /// Marked by another `#[jam_auth]` on the same function.
    Marked,
    None,
}

/// What stands before the body.
struct Head(Vec<Attribute>, Visibility, Signature);

impl Parse for Head {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        Ok(Self(attrs, input.parse()?, input.parse()?))
    }
}

impl Handler {
    pub(crate) fn read(item: &TokenStream, errors: &mut Errors) -> Option<Self> {
        if let Some((head, kind)) = not_a_function(item) {
            errors.at(
                head,
                format!("`#[jam_auth]` protects `async fn` handlers, not {kind}"),
                "put it on the handler: `#[jam_auth(..)] async fn me(user: Auth<User>)`",
            );
            return None;
        }
        // A parser takes all tokens in hand, at all depths. The body is left alone, however
        // long it is.
        let mut head: Vec<TokenTree> = item.clone().into_iter().collect();
        let is_body = |token: &mut TokenTree| match token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            TokenTree::Punct(punct) => punct.as_char() == ';',
            _ => false,
        };
        let body = head.pop_if(is_body).map(TokenStream::from);
        match syn::parse2(head.into_iter().collect()) {
            Ok(Head(attrs, vis, sig)) => Some(Self {
                attrs,
                vis,
                sig,
                body: body.unwrap_or_default(),
            }),
            Err(error) => {
                errors.push(error);
                None
            }
        }
    }

    pub(crate) fn name(&self) -> &Ident {
        &self.sig.ident
    }

    pub(crate) fn is_method(&self) -> bool {
        matches!(self.sig.inputs.first(), Some(FnArg::Receiver(_)))
    }

    /// Checks the signature and finds the argument that takes the caller.
    /// `payload` is the payload's name in examples.
    pub(crate) fn caller(&self, payload: &str, errors: &mut Errors) -> Option<Caller> {
        self.check_function(errors);
        self.check_lifetimes(errors);
        let caller = self.find_caller(payload, errors)?;
        self.check_payload(caller, errors)
    }

    /// Checks the signature of a handler that is open to everybody.
    pub(crate) fn check_open(&self, errors: &mut Errors) {
        self.check_function(errors);
        self.check_lifetimes(errors);
        self.check_body_extractors(errors);
        for argument in self.arguments() {
            if !matches!(self.role_of(&argument.ty), Role::None) {
                errors.at(
                    &argument.ty,
                    "a public handler knows no caller",
                    "to tell callers from strangers, replace `public` by a rule with `optional`",
                );
            }
        }
    }

    /// The router's state, as far as the arguments tell: the one that is taken, if it is one.
    pub(crate) fn state(&self) -> Option<Type> {
        let mut states = self.arguments().filter_map(|argument| {
            let segment = last_segment(&argument.ty).filter(|segment| segment.ident == "State")?;
            match arguments(segment).as_slice() {
                [GenericArgument::Type(state)] => Some(state.clone()),
                _ => None,
            }
        });
        let state = states.next()?;
        let is_generic = self
            .sig
            .generics
            .type_params()
            .any(|param| tokens::mentions(state.to_token_stream(), &param.ident.to_string()));
        (states.next().is_none() && !is_generic).then_some(state)
    }

    fn check_function(&self, errors: &mut Errors) {
        let Signature {
            fn_token, ident, ..
        } = &self.sig;
        if self.sig.asyncness.is_none() {
            errors.at(
                fn_token,
                format!("handler `{ident}` must be async"),
                format!("write `async fn {ident}`"),
            );
        }
        if let Some(FnArg::Receiver(receiver)) = self.sig.inputs.first() {
            errors.at(
                receiver,
                format!("handler `{ident}` cannot take `self`"),
                "move it out of the `impl` block and reach shared data through `State`",
            );
        }
    }

    fn check_lifetimes(&self, errors: &mut Errors) {
        let name = self.name();
        let line = format!("handler `{name}` cannot borrow: a handler owns its arguments");
        let mut borrows = false;
        for argument in self.arguments() {
            if let Type::Reference(reference) = bare(&argument.ty) {
                borrows = true;
                let owned = tokens::text(&reference.elem.to_token_stream());
                let help = match owned.as_str() {
                    "str" => "take `String`".to_owned(),
                    _ => format!("take `{owned}`, by value"),
                };
                errors.at(reference, &line, help);
            }
        }
        if !borrows {
            for lifetime in self.sig.generics.lifetimes() {
                errors.at(lifetime, &line, "remove the lifetime and take owned types");
            }
        }
    }

    fn find_caller(&self, payload: &str, errors: &mut Errors) -> Option<Caller> {
        let mut found: Option<Caller> = None;
        for (position, argument) in self.arguments().enumerate() {
            match self.role_of(&argument.ty) {
                Role::Caller(_) if found.is_some() => errors.at(
                    &argument.ty,
                    "a handler takes its caller once",
                    "remove this argument",
                ),
                Role::Caller(caller) => {
                    if position > 0 && !self.has_cfg() {
                        errors.at(
                            &argument.ty,
                            "the caller must be the first argument",
                            "move it to the front: a stranger's request is then left unread",
                        );
                    }
                    found = Some(Caller {
                        position,
                        ..*caller
                    });
                }
                Role::Malformed => {
                    errors.at(
                        &argument.ty,
                        "`Auth` takes one type, the payload",
                        format!("write `Auth<{payload}>`"),
                    );
                    return None;
                }
                Role::Marked => {
                    errors.at_span(
                        proc_macro2::Span::call_site(),
                        format!("`{}` is already protected", self.name()),
                        "keep one `#[jam_auth(..)]`",
                    );
                    return None;
                }
                Role::None => {}
            }
        }
        match &found {
            None if !self.is_method() => errors.at_span(
                self.sig.paren_token.span.join(),
                format!("handler `{}` does not take its caller", self.name()),
                format!("add a first argument: `user: Auth<{payload}>`, or `_: Auth<{payload}>`"),
            ),
            // A misplaced caller is one mistake, whatever stands before it.
            Some(caller) if caller.position == 0 => self.check_body_extractors(errors),
            _ => {}
        }
        found
    }

    fn check_body_extractors(&self, errors: &mut Errors) {
        let count = self.arguments().count();
        if self.has_cfg() || count == 0 {
            return;
        }
        for argument in self.arguments().take(count - 1) {
            let Some(name) = last_segment(&argument.ty).map(|segment| &segment.ident) else {
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

    /// The rule is a constant, and a constant cannot wait for a type.
    fn check_payload(&self, caller: Caller, errors: &mut Errors) -> Option<Caller> {
        let payload = &caller.payload;
        let generic =
            self.sig.generics.type_params().find(|param| {
                tokens::mentions(payload.to_token_stream(), &param.ident.to_string())
            });
        let Some(param) = generic else {
            return Some(caller);
        };
        errors.at(
            payload,
            format!("the payload of `{}` cannot be generic", self.name()),
            format!(
                "name the type, such as `Auth<User>`, in place of `{}`",
                param.ident
            ),
        );
        None
    }

    fn role_of(&self, ty: &Type) -> Role {
        let ty = bare(ty);
        match last_segment(ty) {
            Some(segment) if segment.ident == "Auth" => match arguments(segment).as_slice() {
                [GenericArgument::Type(payload)] => Role::Caller(Box::new(Caller {
                    position: 0,
                    written: ty.clone(),
                    payload: payload.clone(),
                    optional: false,
                })),
                [_, GenericArgument::Type(marker)] if self.is_marker(marker) => Role::Marked,
                _ => Role::Malformed,
            },
            Some(segment) if segment.ident == "Option" => match arguments(segment).as_slice() {
                [GenericArgument::Type(inner)] => match self.role_of(inner) {
                    Role::Caller(caller) => Role::Caller(Box::new(Caller {
                        written: ty.clone(),
                        optional: true,
                        ..*caller
                    })),
                    other => other,
                },
                _ => Role::None,
            },
            Some(segment) if segment.ident == "Optional" => match arguments(segment).as_slice() {
                [_, GenericArgument::Type(marker)] if self.is_marker(marker) => Role::Marked,
                _ => Role::None,
            },
            _ => Role::None,
        }
    }

    fn is_marker(&self, ty: &Type) -> bool {
        last_segment(ty).is_some_and(|segment| segment.ident == *self.name())
    }

    pub(crate) fn arguments(&self) -> impl Iterator<Item = &syn::PatType> + Clone {
        self.sig
            .inputs
            .iter()
            .filter_map(|argument| match argument {
                FnArg::Typed(argument) => Some(argument),
                FnArg::Receiver(_) => None,
            })
    }

    /// An argument may still vanish: then nothing is known about positions.
    pub(crate) fn has_cfg(&self) -> bool {
        self.arguments()
            .flat_map(|argument| &argument.attrs)
            .any(|attr| attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr"))
    }
}

/// The head of an item that is not a function, and what to call it.
fn not_a_function(item: &TokenStream) -> Option<(TokenStream, &'static str)> {
    const KINDS: &[(&str, &str)] = &[
        ("struct", "structs"),
        ("enum", "enums"),
        ("union", "unions"),
        ("impl", "`impl` blocks"),
        ("mod", "modules"),
        ("trait", "traits"),
        ("use", "imports"),
        ("static", "statics"),
        ("type", "type aliases"),
        ("macro_rules", "macros"),
    ];
    let mut head = TokenStream::new();
    let mut kind = None;
    let mut tokens = item.clone().into_iter().peekable();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == '#' && kind.is_none() => {
                tokens.next();
                continue;
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' => break,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => break,
            TokenTree::Ident(word) if kind.is_none() => {
                if word == "fn" {
                    return None;
                }
                kind = KINDS.iter().find(|(keyword, _)| word == keyword);
                // `const X` is a constant, `const fn` a function.
                if word == "const"
                    && !matches!(tokens.peek(), Some(TokenTree::Ident(next)) if is_qualifier(next))
                {
                    kind = Some(&("const", "constants"));
                }
            }
            _ => {}
        }
        head = quote!(#head #token);
    }
    kind.map(|(_, name)| (head, *name))
}

fn is_qualifier(word: &Ident) -> bool {
    ["fn", "async", "unsafe", "extern"]
        .iter()
        .any(|qualifier| word == qualifier)
}

//! The options of `#[jam_auth(..)]` after parsing.

use proc_macro2::{Ident, TokenStream};

use crate::paths::Krate;

/// The options, each with its key. The checks and the defaults come later.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) krate: Krate,
    /// The path of a rule that replaces the options.
    pub(crate) constant: Option<TokenStream>,
    pub(crate) backend: Option<(Ident, Backend)>,
    /// The entries of `any(..)`.
    pub(crate) any: Option<(Ident, Vec<AnyEntry>)>,
    /// The sources of the credential, in the order in which a request is searched.
    pub(crate) sources: Vec<Source>,
    pub(crate) login: Option<(Ident, syn::LitStr)>,
    pub(crate) optional: Option<Ident>,
    pub(crate) conditions: Conditions,
    pub(crate) policies: Option<(Ident, Vec<TokenStream>)>,
    pub(crate) state: Option<(Ident, syn::Type)>,
    pub(crate) public: Option<(Ident, syn::LitStr)>,
    pub(crate) payload: Option<(Ident, Vec<syn::Field>)>,
    /// The keys of all options, also of unknown ones, for the editor.
    pub(crate) keys: Vec<Ident>,
}

/// The backend that authenticates the caller.
pub(crate) enum Backend {
    /// The name of a backend of Jam.
    Named(syn::LitStr),
    /// The type of a backend of the application.
    Typed(TokenStream),
}

/// One entry of `any(..)`: a backend with its own options.
pub(crate) struct AnyEntry {
    pub(crate) key: Ident,
    pub(crate) backend: Backend,
    pub(crate) sources: Vec<Source>,
    pub(crate) conditions: Conditions,
}

/// The conditions that a caller has to meet.
#[derive(Default)]
pub(crate) struct Conditions {
    pub(crate) role: Option<(Ident, TokenStream)>,
    pub(crate) any_role: Option<(Ident, Vec<TokenStream>)>,
    pub(crate) scope: Option<(Ident, Vec<syn::LitStr>)>,
    /// The maximum age of the login in seconds.
    pub(crate) fresh: Option<(Ident, u64)>,
    pub(crate) hide: Option<Ident>,
}

/// The place of a credential in the request.
pub(crate) enum Source {
    /// A cookie. Without a name it is the default cookie of the backend.
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

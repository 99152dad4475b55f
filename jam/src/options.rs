//! The options of [`#[jam_auth(..)]`](macro@crate::jam_auth), one item each: an editor
//! that hovers over an option in the attribute shows what is written here.

/// An option of the attribute.
#[derive(Clone, Copy, Debug)]
pub struct AttributeOption {
    _private: (),
}

macro_rules! options {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[allow(non_upper_case_globals)]
        pub const $name: AttributeOption = AttributeOption { _private: () };
    )*};
}

options! {
    /// `backend = "jwt"` or `backend = "session"`: the backend that authenticates the caller.
    /// `backend(ApiKeys)` is one of your own, by the type that implements `Backend`.
    backend;
    /// `any(jwt(cookie = "jwt"), session(cookie = "sid", role(Role::Admin)))`: one of two to
    /// four backends, each with its own cookies, headers and conditions, in this order;
    /// `backend(ApiKeys, header = "x-api-key")` is one of your own. The
    /// credential that is found first decides. Options outside of it hold for all of them.
    any;
    /// `cookie = "name"`: the credential is in this cookie. `cookie` alone is the
    /// backend's own name, `__Host-jwt` or `__Host-session`. Beside `header`, the one that
    /// is written first is looked at first.
    cookie;
    /// `header = "authorization"`: the credential is in this header; in `Authorization` it
    /// follows the scheme `Bearer`. This is the default for tokens; sessions are in the cookie
    /// `__Host-session`.
    header;
    /// `login = "/login"`: browsers are sent to this page of the same site instead of 401.
    login;
    /// `optional`: anonymous requests are admitted too, and the handler takes `Option<Auth<_>>`.
    optional;
    /// `role(Role::Admin)`: the caller has this role.
    role;
    /// `any_role(Role::Editor, Role::Admin)`: the caller has one of these roles.
    any_role;
    /// `scope("notes:write")`: the caller has this scope, and each further one.
    scope;
    /// `fresh = "5m"`: the caller signed in within this time: a whole number and `s`, `m` or
    /// `h`.
    fresh;
    /// `hide`: a caller without a role or a scope is rejected with 404 instead of 403.
    hide;
    /// `policy(is_owner)`: an async function of extractors that returns `bool`. It runs after the rule and
    /// before the handler's other arguments.
    policy;
    /// `state = App`: the state of the router, for `policy`. It need not be named where the
    /// handler takes it itself, as `State<App>`; where it takes a part, `State<Db>`, it must.
    state;
    /// `public = "health probe"`: every request is admitted, for this reason. It stands alone.
    public;
    /// `payload(user: u64, name: String)`: makes the payload's type for this handler;
    /// `get_user` gets `GetUserPayload`.
    payload;
}

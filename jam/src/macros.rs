//! The macros, and their documentation: here its examples compile.

/// Guards one handler.
///
/// ```
/// # use axum::{Json, extract::Path};
/// # use jam::{Access, Auth, JamPayload, JamRole, Scopes, dsl::user, jam_auth};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
/// # enum Role { Editor, Admin }
/// # #[derive(Clone, Serialize, Deserialize, JamPayload)]
/// # #[jam(role = Role, scopes("notes:write"))]
/// # struct User { #[jam(sub)] id: u64, #[jam(roles)] roles: Vec<Role>, #[jam(scopes)] scopes: Scopes }
/// #[jam_auth(backend = "jwt", cookie = "jwt")]
/// async fn me(user: Auth<User>) -> Json<User> { Json(user.into_inner()) }
///
/// #[jam_auth(backend = "jwt", header = "authorization", cookie = "jwt", scope("notes:write"))]
/// async fn edit(user: Auth<User>, Path(id): Path<u64>) -> String { format!("{} {id}", user.id) }
///
/// #[jam_auth(any(jwt, session(cookie = "sid")), role(Role::Admin), login = "/login", fresh = "5m")]
/// async fn admin(_: Auth<User>) -> &'static str { "secret" }
///
/// #[jam_auth(backend = "session", cookie = "sid", optional)]
/// async fn home(user: Option<Auth<User>>) -> String { user.is_some().to_string() }
///
/// const WEB: Access<User> = user().backend("session").cookie("sid");
///
/// #[jam_auth(WEB)]
/// async fn account(user: Auth<User>) -> String { user.id.to_string() }
/// ```
///
/// The caller, [`Auth<P>`](crate::Auth), is the first argument, so nothing else of the request is read before
/// the caller is admitted. A request that is not admitted gets the answer of its
/// [`Rejection`](crate::Rejection). The handler keeps its arity, attributes, generics and documentation; a
/// hidden type carries the rule.
///
/// # Options
///
/// | option | meaning |
/// |---|---|
/// | `backend = "jwt"`, `"session"` | the backend that authenticates the caller |
/// | `cookie = "name"`, `cookie` | the credential is in this cookie; without a name in the backend's own |
/// | `header = "name"` | the credential is in this header; without `cookie` and `header` a session is in its cookie `__Host-session`, a token in `authorization` |
/// | `backend(ApiKeys)` | the same, by a [`Backend`](crate::Backend) of your own |
/// | `any(jwt(..), session(..), backend(ApiKeys, ..))` | instead of the three: several ways in, each with options of its own |
/// | `optional` | anonymous requests too; the handler takes `Option<Auth<P>>` |
/// | `role(R)`, `any_role(R, S)`, `scope("s", "t")` | roles and scopes that the caller must have |
/// | `fresh = "5m"` | the longest age of the login: a number and `s`, `m` or `h` |
/// | `login = "/login"` | the page to which a browser is sent to sign in |
/// | `hide` | 404 instead of 403 |
/// | `policy(is_owner)` | a [`Policy`](crate::routes::Policy), which runs after the rule |
/// | `state = App` | the router's state, for `policy`; not needed where the handler takes `State<App>` (all of it, not a part) |
/// | `public = "why"` | every request is admitted; stands alone, for rows of `declared()` |
/// | `payload(user: u64, name: String)` | makes the payload's type, named after the handler |
/// | `RULE` | one constant of type [`Access`](crate::Access) instead of all others but `policy` and `state` |
/// | `crate = path` | the path of this crate, if it was renamed |
///
/// `cookie` and `header` together are read in the order in which they are written, and the first one with any
/// content decides. [`Access`](crate::Access) documents each word.
///
/// # Limits
///
/// `Auth` is found by its name: an alias of it is not. The attribute cannot stand in an `impl`
/// block. An optional handler returns its answer in a wrapper that clears a stale cookie. The attribute
/// cannot add headers to the answer of a handler that is not optional: a table does, and so does
/// [`ResponseHeadersLayer`](crate::layer::ResponseHeadersLayer).
///
/// The type that `payload(..)` makes has no kind of its own: a token of another handler's type with the
/// same fields is read too. To keep them apart, write a struct with `#[jam(kind = "..")]`.
pub use jam_macros::jam_auth;

/// Makes a [`JamRouter`](crate::JamRouter) of routes in sections, each under its rule.
///
/// ```
/// # use axum::{Json, Router, extract::{Path, State}};
/// # use jam::{Access, Auth, Jam, JamPayload, JamRole, JamRouter, Scopes, dsl::user, jam_auth, jam_routes};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
/// # enum Role { Editor, Admin }
/// # #[derive(Clone, Serialize, Deserialize, JamPayload)]
/// # #[jam(role = Role, scopes("notes:write"))]
/// # struct User { #[jam(sub)] id: u64, #[jam(roles)] roles: Vec<Role>, #[jam(scopes)] scopes: Scopes }
/// # async fn health() {}
/// # async fn form() {}
/// # async fn list(_: Auth<User>) {}
/// # async fn update(_: Auth<User>, Path(_): Path<u64>) {}
/// # async fn remove(_: Auth<User>) {}
/// # async fn index(_: Auth<User>) {}
/// # #[jam_auth(backend = "jwt")] async fn me(_: Auth<User>) {}
/// # fn metrics() -> Router<Jam> { Router::new() }
/// # fn reports() -> JamRouter<Jam> { JamRouter::new() }
/// const API: Access<User> = user().backend("jwt");
/// const WEB: Access<User> = user().backend("session").cookie("sid").login("/login");
/// const BOTH: Access<User> = API.or(WEB);
/// const ADMIN: Access<User> = WEB.role(Role::Admin);
///
/// async fn note_owner(user: Auth<User>, Path(id): Path<u64>) -> bool { user.id == id }
///
/// fn routes() -> JamRouter<Jam> {
///     jam_routes![
///         public("probe of the load balancer") = [get("/healthz", health)],
///         WEB.guest().redirect_to("/") = [get("/login", form)],
///         BOTH = [
///             get("/notes", list),
///             put("/notes/{id}", update).scope("notes:write").policy(note_owner),
///         ],
///         WEB = [delete("/account", remove).fresh(minutes(5))],
///         ADMIN = [get("/admin", index), mount("/metrics", metrics())],
///         declared() = [get("/me", me)], // the rule is on the handler's #[jam_auth]
///         merge(reports()),
///     ]
/// }
/// # let jam = Jam::builder().jwt(jam::Jwt::hs256_random()).sessions(jam::Sessions::in_memory()).build();
/// # assert!(routes().into_router(&jam.unwrap()).is_ok());
/// ```
///
/// # Grammar
///
/// A table is sections, `merge(other_table)` and `nest("/path", other_table)`, separated by commas;
/// `crate = path` says where this crate is, when it was renamed or is re-exported. A section is a rule, `=` and rows in
/// brackets. The rule is `public("why")`, `declared()`, or any expression of type
/// [`Access`](crate::Access); the words of [`dsl`](crate::dsl) need no import in it. A row is
///
/// - a verb with path and handler, `get("/path", handler)`: `get` (HEAD too), `post`, `put`, `patch`,
///   `delete` or `any`;
/// - or `mount("/path", router)`: an [`axum::Router`] that is guarded whole, with its fallback;
///
/// and may narrow its section's rule: `.role(R)`, `.any_role(&[R, S])`, `.scope("s")`, `.fresh(age)`,
/// `.hide()`, and, on a handler, `.policy(p)` with a [`Policy`](crate::routes::Policy). It can never loosen it.
///
/// The order in one request is: route, rule, policies, arguments, body, handler. Layers of your own around the
/// router run before all of it, and no rule covers them.
///
/// # Limits
///
/// In a rule `public`, `user`, `declared`, `seconds`, `minutes` and `hours` are the functions of
/// [`jam::dsl`](crate::dsl). If a function of your own has such a name, rustc says that the name is
/// ambiguous: rename yours, or write `jam::dsl::user()`.
pub use jam_macros::jam_routes;

/// Implements [`Payload`](trait@crate::Payload) for a struct.
///
/// On the struct `#[jam(..)]` takes `role = Role`, the enum of roles; `scopes("a", "b")`, the scopes
/// that rules may require; `kind = "reset"`, a name that tells this payload from all others;
/// `crate = path`. On a field it takes `sub`, `roles` or `scopes`: the field is then written as that claim.
/// `claim = "https://app.example/roles"` names another claim for a field, and `claim = "realm_access.roles"` one in a
/// nested object, if there is no claim of that very name. `ignore_unknown` beside `roles` passes over roles that the
/// enum does not have, as another issuer may write them.
///
/// A field that has the name of a registered claim (`iss sub aud exp nbf iat jti auth_time cnf`) does
/// not compile unless it is marked as that claim.
///
/// # Limits
///
/// A marked field is written and read by one name: it takes no `alias`, `flatten` or `skip` of serde.
/// The field marked `sub` takes no `default` either, so that there is no default user. Beside a `flatten` no
/// marked field takes `skip_serializing_if`, because a map could contain the omitted claim. Beside a mark no
/// field has one name for writing and another for reading. A struct with marks takes no `from`, `into`,
/// `try_from` or `transparent`, because serde would read and write another type.
///
/// A subject whose type reads a missing value, such as a transparent `Option`, may be missing in a token.
///
/// In a token the subject is text (RFC 7519 section 4.1.2), also if it is a whole number of up to 128 bits. A
/// type that reads any JSON value, such as an untagged enum or `serde_json::Value`, would read the number
/// back as text: signing such a number is an error.
pub use jam_macros::JamPayload;

/// Implements [`IssuerType`](trait@crate::IssuerType) for a type that stands for an issuer of tokens other than the
/// application.
///
/// `#[jam(..)]` takes `payload = User`, the payload of its tokens; `name = "corp"`, its name in route tables, which
/// otherwise is the name of the type in lower case; `crate = path`.
///
/// ```
/// use jam::{Access, Issuer, Jam, JamIssuer, JamPayload, JamRole, dsl::user};
/// use jam::token::{Algorithm, KeySet, SigningKey};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
/// #[serde(rename_all = "lowercase")]
/// enum Role { Admin }
///
/// #[derive(Clone, Serialize, Deserialize, JamPayload)]
/// #[jam(role = Role)]
/// struct CorpUser {
///     #[jam(sub)] id: String,
///     #[serde(default)]
///     #[jam(roles, claim = "realm_access.roles", ignore_unknown)] roles: Vec<Role>,
/// }
///
/// #[derive(JamIssuer)]
/// #[jam(payload = CorpUser)]
/// struct Corp;
///
/// const ADMIN: Access<CorpUser> = user().backend_type::<Corp>().role(Role::Admin);
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = KeySet::from(SigningKey::generate(Algorithm::Hs256)?.verifying_key());
/// let corp = Issuer::with_keys("https://id.corp.example", keys).audience("https://api.example.com");
/// let jam = Jam::builder().issuer::<Corp>(corp).build()?;
/// # let _ = (jam, ADMIN);
/// # Ok(())
/// # }
/// ```
pub use jam_macros::JamIssuer;

/// Implements [`Role`](trait@crate::Role) for an enum of unit variants, with the names that serde gives them.
///
/// # Limits
///
/// A role is written and read by one name: variants take no `alias`, `other` or `skip`, and no
/// `rename(serialize = .., deserialize = ..)`.
pub use jam_macros::JamRole;

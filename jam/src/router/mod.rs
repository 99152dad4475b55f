//! The table: routes under the rules that guard them.

mod arguments;
mod declared;
mod guarded;
mod openapi;
pub(crate) mod passing;
mod resources;
mod section;
mod served;
mod table;
#[cfg(feature = "testing")]
pub(crate) mod trial;
mod verb;

use std::borrow::Cow;
use std::fmt;

use axum::Router;
use axum::routing::MethodRouter;

pub use section::SectionRule;
use section::{DeclaredSection, Section};
pub use table::{RouteTable, TableRow};
pub use verb::Verb;

use crate::layer::ResponseHeadersLayer;
use crate::setup::jam::Jam;
use jam_core::request::cookie::Transport;
use jam_core::rule::BackendName;

/// Routes, each under the rule that guards it: what [`jam_routes!`](crate::jam_routes)
/// makes.
///
/// It becomes an [`axum::Router`] only through [`into_router`](Self::into_router), which
/// checks it against a [`Jam`].
///
/// ```
/// use axum::{Json, Router};
/// use jam::{Access, Auth, Jam, JamPayload, JamRouter, Sessions, dsl::user, jam_routes};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Serialize, Deserialize, JamPayload)]
/// struct User { user: u64 }
///
/// const WEB: Access<User> = user().backend("session").cookie("sid");
///
/// async fn health() -> &'static str { "ok" }
/// async fn me(user: Auth<User>) -> Json<User> { Json(user.into_inner()) }
///
/// fn routes() -> JamRouter {
///     jam_routes![
///         public("probe of the load balancer") = [get("/healthz", health)],
///         WEB = [get("/me", me)],
///     ]
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let jam = Jam::builder().sessions(Sessions::in_memory()).build()?;
/// let app: Router = routes().into_router(&jam)?;
/// # let _ = app;
/// # Ok(())
/// # }
/// ```
#[must_use = "routes are served only after .into_router(..)"]
pub struct JamRouter<S = ()> {
    routes: Vec<Route<S>>,
}

/// A route and what is known of it.
pub(crate) struct Route<S> {
    row: TableRow,
    target: Target<S>,
    /// Why the handler does not fit the rule.
    fault: Option<String>,
    #[cfg(feature = "testing")]
    trial: trial::Trial,
}

type Build<T> = Box<dyn FnOnce(&Jam) -> T + Send + Sync>;

/// The target of a route, built once its `Jam` is known.
enum Target<S> {
    Handler(Build<MethodRouter<S>>),
    Router(Build<Router<S>>),
}

impl<S: Clone + Send + Sync + 'static> JamRouter<S> {
    /// A table without routes.
    pub fn new() -> Self {
        Self { routes: Vec::new() }
    }

    #[doc(hidden)]
    pub fn section<R: SectionRule>(self, rule: R) -> Section<S, R> {
        Section::new(self, rule)
    }

    #[doc(hidden)]
    pub fn declared(self) -> DeclaredSection<S> {
        DeclaredSection::new(self)
    }

    /// Adds the routes of another table.
    pub fn merge(mut self, other: Self) -> Self {
        self.routes.extend(other.routes);
        self
    }

    /// Adds the routes of another table below `path`, such as `/api/v1`: a route `/notes` of it is
    /// served, listed and documented as `/api/v1/notes`.
    ///
    /// Handlers see the whole path, and a parameter in `path` (`/{tenant}`) is one of theirs. It is
    /// the way to nest a table: [`axum::Router::nest`] serves the routes elsewhere, and the table
    /// cannot know.
    ///
    /// # Errors
    ///
    /// A path that does not begin with `/` is an error of [`into_router`](Self::into_router).
    pub fn nest(mut self, path: &str, other: Self) -> Self {
        self.routes
            .extend(other.routes.into_iter().map(|mut route| {
                let below = Some(&*route.row.path).filter(|below| *below != "/");
                let whole = format!("{}{}", path.trim_end_matches('/'), below.unwrap_or(""));
                route.row.path = if whole.is_empty() {
                    "/".into()
                } else {
                    whole.into()
                };
                route
            }));
        self
    }

    /// Returns the rules of all routes as data: the rules that are enforced.
    pub fn table(&self) -> RouteTable {
        RouteTable::new(self.routes.iter().map(|route| route.row.clone()).collect())
    }

    /// The router, once everything that its rules need is there.
    ///
    /// If a rule has a [`resource`](crate::Access::resource), the router also serves its metadata (RFC 9728), unless the
    /// table has a route of that path.
    ///
    /// # Errors
    ///
    /// One [`RoutesError`] that lists every backend that a rule names and `jam` was built
    /// without, every two routes that collide, and every policy that has no place.
    ///
    /// # Panics
    ///
    /// As axum does, when a route inside of a mounted router is one of the table's too: what is
    /// in a router cannot be seen from outside.
    pub fn into_router(self, jam: &Jam) -> Result<Router<S>, RoutesError> {
        self.check(jam)?;
        let metadata = resources::documents(&self.routes.iter().map(|route| &route.row), jam);
        let routes = self.routes.into_iter();
        let router = build(routes.map(|route| (route.row.path, route.target)), jam);
        let router = resources::serve(router, metadata);
        // Public rows have no gate that would look at the host: among them is the login.
        Ok(match jam.transport() {
            Transport::PlainLoopback => router.layer(ResponseHeadersLayer::new(jam)),
            Transport::Https => router,
        })
    }

    fn check(&self, jam: &Jam) -> Result<(), RoutesError> {
        let faults = self.faults(jam);
        match faults.is_empty() {
            true => Ok(()),
            false => Err(RoutesError(faults)),
        }
    }

    fn faults(&self, jam: &Jam) -> Vec<String> {
        let mut faults = Vec::new();
        let mut paths = matchit::Router::new();
        for (at, route) in self.routes.iter().enumerate() {
            let Route {
                row, target, fault, ..
            } = route;
            let mut earlier = self.routes[..at].iter().map(|route| &route.row);
            let path_is_new = earlier.clone().all(|other| other.path != row.path);
            if let Some(twin) =
                earlier.find(|other| other.path == row.path && other.method == row.method)
            {
                faults.push(format!(
                    "{row} is in the table twice: the first one goes to `{}`",
                    twin.handler
                ));
            } else if matches!(target, Target::Router(_)) && row.path.contains('{') {
                faults.push(format!(
                    "{row} cannot be routed: a router is not mounted below a path with parameters"
                ));
            } else if !row.path.starts_with('/') {
                faults.push(format!("{row} cannot be routed: a path begins with `/`"));
            } else if let Some(name) = repeated_parameter(&row.path) {
                faults.push(format!(
                    "{row} has the parameter `{name}` twice: rename one, as the two cannot be told apart"
                ));
            } else if path_is_new && let Err(error) = paths.insert(&*row.path, ()) {
                faults.push(format!("{row} cannot be routed: {error}"));
            }
            faults.extend(fault.clone());
            faults.extend(
                row.info
                    .clash
                    .as_ref()
                    .map(|clash| format!("{row}: {clash}")),
            );
            if let Some(policy) = row.policies.first() {
                if row.reason.is_some() {
                    faults.push(format!("{row} is public and has the policy `{policy}`"));
                }
                if matches!(target, Target::Router(_)) {
                    faults.push(format!(
                        "{row} is a router and has the policy `{policy}`, which only a handler has"
                    ));
                }
            }
            faults.extend(row.backends().filter_map(|backend| match backend {
                Some(backend) if !jam.authenticator().has(backend) => Some(format!(
                    "{row} needs the backend \"{}\": add {} to Jam::builder()",
                    backend.as_str(),
                    match backend {
                        BackendName::Jwt => ".jwt(..)",
                        BackendName::Session => ".sessions(..)",
                        _ => ".backend(..) or .issuer(..) with it",
                    }
                )),
                Some(BackendName::Jwt) => resources::fault(row, jam),
                None if jam.authenticator().only_backend().is_none() => Some(format!(
                    "{row} has a rule that names no backend, and {}",
                    jam.authenticator().why_unnamed()
                )),
                _ => None,
            }));
        }
        faults
    }
}

/// A parameter that is in `path` twice. axum would give it to a handler twice, and one that reads
/// parameters by name would see another one of them than one that reads them in order.
fn repeated_parameter(path: &str) -> Option<&str> {
    let names = path.split('/').filter_map(|part| {
        let name = part.split_once('{')?.1.split_once('}')?.0;
        // `{{` is a brace of the path itself.
        (!name.starts_with('{')).then(|| name.trim_start_matches('*'))
    });
    let mut seen = Vec::new();
    for name in names {
        if seen.contains(&name) {
            return Some(name);
        }
        seen.push(name);
    }
    None
}

/// Routes as an axum router.
fn build<S: Clone + Send + Sync + 'static>(
    routes: impl IntoIterator<Item = (Cow<'static, str>, Target<S>)>,
    jam: &Jam,
) -> Router<S> {
    let routes = routes.into_iter();
    routes.fold(Router::new(), |router, (path, target)| match target {
        Target::Handler(build) => router.route(&path, build(jam)),
        Target::Router(build) => router.nest(&path, build(jam)),
    })
}

impl<S: Clone + Send + Sync + 'static> Default for JamRouter<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> fmt::Debug for JamRouter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.routes.iter().map(|route| &route.row))
            .finish()
    }
}

/// Everything for which a table cannot be served.
#[derive(Clone, PartialEq, Eq)]
pub struct RoutesError(Vec<String>);

impl fmt::Display for RoutesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl fmt::Debug for RoutesError {
    // `main` prints it this way when it returns an error.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for RoutesError {}

//! The table: routes under the rules that guard them.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use axum::routing::{self, MethodFilter, MethodRouter};
use http::header::ALLOW;
use http::{Method, StatusCode};

use crate::access::{Access, BackendName, List, Public};
use crate::auth::{Found, Gate, GateId};
use crate::gate::{self, Admission};
use crate::jam::Jam;
use crate::payload::Payload;
use crate::response;
use crate::rule::Rule;

/// The method of a route in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verb {
    /// GET, and HEAD with it, as axum has it.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
    /// Every method.
    Any,
}

impl Verb {
    fn route<H, T, S>(self, handler: H) -> MethodRouter<S>
    where
        H: Handler<T, S>,
        T: 'static,
        S: Clone + Send + Sync + 'static,
    {
        let filter = match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Put => MethodFilter::PUT,
            Self::Patch => MethodFilter::PATCH,
            Self::Delete => MethodFilter::DELETE,
            Self::Any => return routing::any(handler),
        };
        routing::on(filter, handler)
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Any => "ANY",
        })
    }
}

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

struct Route<S> {
    verb: Verb,
    path: &'static str,
    handler: &'static str,
    rule: RouteRule,
    mount: Mount<S>,
}

type Mount<S> = Box<dyn FnOnce(&Jam) -> MethodRouter<S> + Send + Sync>;

/// What of a route's rule is known without its payload's type.
#[derive(Clone, Copy)]
enum RouteRule {
    Public(Public),
    /// The backends that the rule names, with `None` where it leaves one open.
    Callers(List<Option<BackendName>, 4>),
}

impl<S: Clone + Send + Sync + 'static> JamRouter<S> {
    /// A table without routes.
    pub fn new() -> Self {
        Self { routes: Vec::new() }
    }

    #[doc(hidden)]
    pub fn section<R: SectionRule>(self, rule: R) -> Section<S, R> {
        Section { table: self, rule }
    }

    #[doc(hidden)]
    pub fn declared(self) -> DeclaredSection<S> {
        DeclaredSection { table: self }
    }

    /// Adds the routes of another table.
    pub fn merge(mut self, other: Self) -> Self {
        self.routes.extend(other.routes);
        self
    }

    /// The router, once everything that its rules need is there.
    ///
    /// # Errors
    ///
    /// One [`RoutesError`] that lists every backend that a rule names and `jam` was built
    /// without, and every two routes that collide.
    pub fn into_router(self, jam: &Jam) -> Result<Router<S>, RoutesError> {
        let faults = self.faults(jam);
        if !faults.is_empty() {
            return Err(RoutesError(faults));
        }
        let mut router = Router::new();
        for route in self.routes {
            router = router.route(route.path, (route.mount)(jam));
        }
        Ok(router)
    }

    fn faults(&self, jam: &Jam) -> Vec<String> {
        let mut faults = Vec::new();
        let mut paths = matchit::Router::new();
        for (at, route) in self.routes.iter().enumerate() {
            let earlier = &self.routes[..at];
            if let Some(twin) = earlier
                .iter()
                .find(|other| other.path == route.path && other.verb == route.verb)
            {
                faults.push(format!(
                    "{route} is there twice: first it goes to `{}`",
                    twin.handler
                ));
            } else if !earlier.iter().any(|other| other.path == route.path)
                && let Err(error) = paths.insert(route.path, ())
            {
                faults.push(format!("{route} cannot be routed: {error}"));
            }
            let RouteRule::Callers(backends) = route.rule else {
                continue;
            };
            for backend in backends.into_iter() {
                match backend {
                    Some(backend) if !jam.has(backend) => faults.push(format!(
                        "{route} needs the backend \"{}\": add {} to Jam::builder()",
                        backend.as_str(),
                        match backend {
                            BackendName::Jwt => ".jwt(..)",
                            BackendName::Session => ".sessions(..)",
                        }
                    )),
                    None if jam.only_backend().is_none() => faults.push(format!(
                        "{route} has a rule that names no backend, and this Jam has two: add \
                         .backend(\"jwt\") or .backend(\"session\") to it"
                    )),
                    _ => {}
                }
            }
        }
        faults
    }
}

impl<S: Clone + Send + Sync + 'static> Default for JamRouter<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> fmt::Display for Route<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} (`{}`)", self.verb, self.path, self.handler)
    }
}

impl<S> fmt::Debug for JamRouter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.routes.iter().map(|route| match route.rule {
                RouteRule::Public(public) => format!("{route} public: {}", public.reason),
                RouteRule::Callers(_) => format!("{route} callers"),
            }))
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

/// What can stand at the head of a section.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a rule for a section of routes",
    label = "not a rule",
    note = "write `public(\"why\")`, `user::<User>()`, `declared()`, or a constant of type \
            `jam::Access<User>`"
)]
pub trait SectionRule: Copy + Send + Sync + 'static {
    #[doc(hidden)]
    fn mount<H, T, S>(self, verb: Verb, handler: H) -> Mounted<S>
    where
        H: Handler<T, S> + Sync,
        T: 'static,
        S: Clone + Send + Sync + 'static;
}

/// A route under its rule.
#[doc(hidden)]
#[allow(missing_debug_implementations)] // it lives within one statement
pub struct Mounted<S> {
    rule: RouteRule,
    mount: Mount<S>,
}

#[diagnostic::do_not_recommend]
impl SectionRule for Public {
    fn mount<H, T, S>(self, verb: Verb, handler: H) -> Mounted<S>
    where
        H: Handler<T, S> + Sync,
        T: 'static,
        S: Clone + Send + Sync + 'static,
    {
        Mounted {
            rule: RouteRule::Public(self),
            mount: Box::new(move |_| verb.route(handler)),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<P: Payload> SectionRule for Access<P> {
    fn mount<H, T, S>(self, verb: Verb, handler: H) -> Mounted<S>
    where
        H: Handler<T, S> + Sync,
        T: 'static,
        S: Clone + Send + Sync + 'static,
    {
        Mounted {
            rule: RouteRule::Callers(self.backends()),
            mount: Box::new(move |jam| {
                verb.route(Guarded {
                    rule: Arc::new((jam.clone(), self)),
                    handler,
                })
            }),
        }
    }
}

#[doc(hidden)]
#[must_use]
#[allow(missing_debug_implementations)] // it lives within one statement
pub struct Section<S, R> {
    table: JamRouter<S>,
    rule: R,
}

impl<S: Clone + Send + Sync + 'static, R: SectionRule> Section<S, R> {
    pub fn route<H, T>(
        mut self,
        verb: Verb,
        path: &'static str,
        handler: H,
        name: &'static str,
    ) -> Self
    where
        H: Handler<T, S> + Sync,
        T: 'static,
    {
        let Mounted { rule, mount } = self.rule.mount(verb, handler);
        self.table.routes.push(Route {
            verb,
            path,
            handler: name,
            rule,
            mount,
        });
        self
    }

    pub fn end(self) -> JamRouter<S> {
        self.table
    }
}

#[doc(hidden)]
#[must_use]
#[allow(missing_debug_implementations)] // it lives within one statement
pub struct DeclaredSection<S> {
    table: JamRouter<S>,
}

impl<S: Clone + Send + Sync + 'static> DeclaredSection<S> {
    pub fn route<M, H, T>(
        mut self,
        verb: Verb,
        path: &'static str,
        handler: H,
        name: &'static str,
    ) -> Self
    where
        M: Rule,
        H: Handler<T, S> + Sync,
        T: 'static,
    {
        self.table.routes.push(Route {
            verb,
            path,
            handler: name,
            rule: RouteRule::Callers(M::rule().access().backends()),
            mount: Box::new(move |_| verb.route(handler)),
        });
        self
    }

    pub fn end(self) -> JamRouter<S> {
        self.table
    }
}

/// A handler behind the gate of its rule.
struct Guarded<H, P: Payload> {
    rule: Arc<(Jam, Access<P>)>,
    handler: H,
}

impl<H: Clone, P: Payload> Clone for Guarded<H, P> {
    fn clone(&self) -> Self {
        Self {
            rule: Arc::clone(&self.rule),
            handler: self.handler.clone(),
        }
    }
}

impl<H, T, S, P> Handler<T, S> for Guarded<H, P>
where
    H: Handler<T, S> + Sync,
    S: Send + Sync + 'static,
    P: Payload,
{
    type Future = Pin<Box<dyn Future<Output = Response> + Send>>;

    fn call(self, request: Request, state: S) -> Self::Future {
        Box::pin(async move {
            let (jam, access) = &*self.rule;
            let mut response = self.guard(jam, access, request, state).await;
            response::vary(&mut response, access.sources());
            response
        })
    }
}

impl<H, P: Payload> Guarded<H, P> {
    async fn guard<T, S>(
        &self,
        jam: &Jam,
        access: &Access<P>,
        request: Request,
        state: S,
    ) -> Response
    where
        H: Handler<T, S>,
    {
        // A preflight asks about a request and is none; the handler is not for it.
        if request.method() == Method::OPTIONS {
            let allow = [(ALLOW, "GET, HEAD, POST, PUT, PATCH, DELETE")];
            return (StatusCode::METHOD_NOT_ALLOWED, allow).into_response();
        }
        let (mut parts, body) = request.into_parts();
        let (caller, stale) = match gate::admit(jam, access, &parts).await {
            Ok(Admission::Caller(caller)) => (Some(caller), None),
            Ok(Admission::Stranger { stale }) => (None, stale),
            Err(rejection) => return rejection.into_response(),
        };
        let id = GateId::of(&self.rule);
        let jam = jam.clone();
        parts.extensions.insert(Found::new(id, caller));
        parts.extensions.insert(Gate {
            id,
            jam: jam.clone(),
        });
        let request = Request::from_parts(parts, body);
        let mut response = self.handler.clone().call(request, state).await;
        if let Some(name) = stale {
            response::clear(&mut response, &jam.remove_cookie(name));
        }
        response
    }
}

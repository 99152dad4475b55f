//! The table of routes as data, for people, tests and tools.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Value, json};

use super::openapi;
use jam_core::payload::Payload;
use jam_core::payload::kind;
use jam_core::rule::{Access, Audience, BackendName, Condition, Public, Resource, Source};

/// The rules of all routes, from [`JamRouter::table`](crate::JamRouter::table).
///
/// It prints as an aligned text, a line for each route:
///
/// ```
/// # use jam::{JamRouter, jam_routes};
/// # async fn health() {}
/// let routes: JamRouter = jam_routes![public("probe") = [get("/healthz", health)]];
/// assert_eq!(routes.table().to_string(), "GET  /healthz  public: probe  health\n");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteTable {
    rows: Vec<TableRow>,
}

/// One route of a [`RouteTable`].
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableRow {
    /// `GET`, `POST`, `PUT`, `PATCH`, `DELETE`, `ANY`, or `MOUNT` for a whole router.
    pub method: &'static str,
    /// The whole path, as axum matches it, with the paths below which the table is nested.
    pub path: Cow<'static, str>,
    /// The handler, as the table names it.
    pub handler: &'static str,
    /// The rule, in words.
    pub rule: String,
    /// The reason of a public route.
    pub reason: Option<&'static str>,
    /// The policies, as the table names them.
    pub policies: Vec<&'static str>,
    pub(super) info: RuleInfo,
}

/// The facts about a rule that do not need the type of its payload.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleInfo {
    text: String,
    reason: Option<&'static str>,
    pub(super) ways: Vec<WayInfo>,
    /// The rule admits anonymous requests.
    pub(super) open: bool,
    /// The rule admits only anonymous requests.
    pub(super) guests: bool,
    pub(super) resource: Option<Resource>,
    /// All scopes of the rule.
    pub(super) scopes: Vec<&'static str>,
    /// The mistake, if the payload has the kind of another one.
    pub(super) clash: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WayInfo {
    pub(super) backend: Option<BackendName>,
    pub(super) sources: Vec<Source>,
    /// The scopes, and the roles where there is one that is demanded.
    pub(super) demands: Vec<&'static str>,
}

impl RuleInfo {
    pub(super) fn public(public: Public) -> Self {
        Self {
            text: format!("public: {}", public.reason),
            reason: Some(public.reason),
            ways: Vec::new(),
            open: true,
            guests: false,
            resource: None,
            scopes: Vec::new(),
            clash: None,
        }
    }

    pub(super) fn of<P: Payload>(access: &Access<P>) -> Self {
        let ways = access.ways().map(|way| WayInfo {
            backend: way.backend,
            sources: way.sources().collect(),
            demands: way
                .conditions()
                .filter_map(Condition::required_name)
                .collect(),
        });
        Self {
            text: access.to_string(),
            reason: None,
            ways: ways.collect(),
            open: access.allows_anonymous(),
            guests: matches!(access.audience, Audience::Guests { .. }),
            resource: access.protected_resource(),
            scopes: access.scopes(),
            clash: kind::claim::<P>().err().map(|clash| clash.to_string()),
        }
    }
}

impl TableRow {
    pub(super) fn new(
        method: &'static str,
        path: &'static str,
        handler: &'static str,
        info: RuleInfo,
        policies: &[&'static str],
    ) -> Self {
        Self {
            method,
            path: Cow::Borrowed(path),
            handler,
            rule: info.text.clone(),
            reason: info.reason,
            policies: policies.to_vec(),
            info,
        }
    }

    /// The backends that the rule needs, with `None` where it leaves one open.
    pub(crate) fn backends(&self) -> impl Iterator<Item = Option<BackendName>> {
        self.info.ways.iter().map(|way| way.backend)
    }

    /// The places where the rule looks for a credential, each with its backend.
    #[cfg(feature = "testing")]
    pub(crate) fn sources(&self) -> impl Iterator<Item = (Option<BackendName>, Source)> {
        let ways = self.info.ways.iter();
        ways.flat_map(|way| way.sources.iter().map(|source| (way.backend, *source)))
    }

    pub(crate) fn allows_anonymous(&self) -> bool {
        self.info.open
    }

    /// The rule and the policies, in words.
    fn who(&self) -> String {
        let policies = self
            .policies
            .iter()
            .map(|policy| format!("; policy {policy}"));
        format!("{}{}", self.rule, policies.collect::<String>())
    }
}

/// `GET /notes (`notes::list`)`
impl fmt::Display for TableRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} (`{}`)", self.method, self.path, self.handler)
    }
}

impl fmt::Debug for TableRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} {}", self.who())
    }
}

impl RouteTable {
    pub(super) fn new(rows: Vec<TableRow>) -> Self {
        Self { rows }
    }

    /// The routes, in the order of the table.
    pub fn rows(&self) -> &[TableRow] {
        &self.rows
    }

    /// The table as JSON: an array with an object for each route, with `method`, `path`,
    /// `handler`, `rule`, `public` (the reason, or null) and `policies`.
    pub fn to_json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            json!({
                "method": row.method,
                "path": row.path,
                "handler": row.handler,
                "rule": row.rule,
                "public": row.reason,
                "policies": row.policies,
            })
        });
        rows.collect()
    }

    /// Returns the parts of an OpenAPI 3.1 document about access: `components.securitySchemes`, and
    /// `security` for every operation in `paths`.
    ///
    /// Merge it into the document of your operations. A mounted router is not in it: its
    /// operations are not known here.
    pub fn openapi(&self) -> Value {
        openapi::document(&self.rows)
    }
}

/// Writes aligned text with one line for each route: method, path, rule, handler.
impl fmt::Display for RouteTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: &dyn Fn(&TableRow) -> usize| self.rows.iter().map(column).max();
        let method = width(&|row| row.method.len()).unwrap_or(0);
        let path = width(&|row| row.path.chars().count()).unwrap_or(0);
        let who = width(&|row| row.who().chars().count()).unwrap_or(0);
        for row in &self.rows {
            let TableRow {
                method: verb,
                path: route,
                handler,
                ..
            } = row;
            let rule = row.who();
            writeln!(f, "{verb:method$}  {route:path$}  {rule:who$}  {handler}")?;
        }
        Ok(())
    }
}

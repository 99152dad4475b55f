//! The matrix of `jam::testing`: the faults that it finds, and the parts of an application that it
//! does not need.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use axum::Router;
use axum::extract::{FromRef, Json, State};
use jam::dsl::user;
use jam::testing::{Denials, assert_denies};
use jam::{
    Access, Auth, Backend, Identity, Jam, JamPayload, JamRole, JamRouter, Scopes, StoreError,
    jam_auth, jam_routes,
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JamRole)]
#[serde(rename_all = "lowercase")]
enum Role {
    Reader,
    Editor,
    Admin,
}

/// A type that accepts only some texts.
#[derive(Clone)]
struct Uuid;

impl Serialize for Uuid {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("00000000-0000-4000-8000-000000000001")
    }
}

impl<'de> Deserialize<'de> for Uuid {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)? {
            text if text.len() == 36 && text.matches('-').count() == 4 => Ok(Self),
            _ => Err(serde::de::Error::custom("no UUID")),
        }
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("00000000-0000-4000-8000-000000000001")
    }
}

#[derive(Clone, Serialize, Deserialize)]
enum Plan {
    Free,
    Paid { seats: u32, until: Option<u64> },
}

/// A payload with every kind of field.
#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Role, scopes("notes:read", "notes:write"))]
struct User {
    #[jam(sub)]
    id: Uuid,
    name: String,
    plan: Plan,
    ratio: f64,
    tags: Vec<String>,
    #[jam(roles)]
    roles: Vec<Role>,
    #[jam(scopes)]
    scopes: Scopes,
}

/// A payload that always has exactly one role.
#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Role)]
struct Officer {
    #[jam(roles)]
    role: [Role; 1],
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct Client {
    #[serde(deserialize_with = "iban")]
    iban: String,
}

fn iban<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match String::deserialize(deserializer)? {
        text if text.starts_with("GB82") => Ok(text),
        _ => Err(serde::de::Error::custom("no IBAN")),
    }
}

struct ApiKeys;

impl Backend for ApiKeys {
    type Payload = User;
    const NAME: &'static str = "api_key";

    async fn authenticate(&self, _: &str) -> Result<Option<Identity<User>>, StoreError> {
        panic!("the matrix calls no custom backend")
    }
}

/// A state that cannot be created. The matrix does not need it.
#[derive(Clone)]
struct App {
    database: std::convert::Infallible,
}

impl FromRef<App> for Jam {
    fn from_ref(app: &App) -> Self {
        match app.database {}
    }
}

const API: Access<User> = user().backend("jwt");
const WEB: Access<User> = user().backend("session").cookie("sid").login("/login");
const KEYS: Access<User> = user().backend_type::<ApiKeys>().header("x-api-key");
const ADMIN: Access<User> = WEB.role(Role::Admin);
const BOTH: Access<User> = API.or(WEB);
const EITHER: Access<User> = API.scope("notes:write").or(API.role(Role::Admin));
const OFFICER: Access<Officer> = user().backend("session").cookie("officer");

async fn handler(State(_): State<App>, Json(_): Json<u64>) {
    panic!("the matrix calls no handler")
}

async fn policy(State(_): State<App>) -> bool {
    panic!("the matrix calls no policy")
}

async fn reports(_: Auth<User>) {}

#[jam_auth(backend = "jwt", role(Role::Editor))]
async fn declared_here(_: Auth<User>) {}

#[jam_auth(WEB, policy(never), state = jam::Jam)]
async fn with_a_policy(_: Auth<User>) {}

async fn never() -> bool {
    panic!("the matrix calls no policy")
}

#[jam_auth(public = "probe")]
async fn open() {
    panic!("the matrix calls no handler")
}

fn routes() -> JamRouter<App> {
    jam_routes![
        public("everybody reads it") = [get("/about", handler), mount("/assets", Router::new())],
        BOTH = [
            get("/notes/{id}", handler),
            post("/notes", handler).scope("notes:write"),
            put("/notes/{id}", handler)
                .role(Role::Admin)
                .role(Role::Editor)
                .policy(policy),
            delete("/files/{*rest}", handler)
                .any_role(&[Role::Editor, Role::Admin])
                .hide(),
            any("/redundant", handler)
                .role(Role::Admin)
                .any_role(&[Role::Editor, Role::Admin]),
        ],
        EITHER = [patch("/either", handler)],
        KEYS = [
            get("/scripts", reports).scope("notes:read"),
            post("/recent", handler).fresh(hours(3))
        ],
        KEYS.or(WEB) = [post("/keys-or-web", handler)
            .role(Role::Reader)
            .fresh(minutes(5))],
        WEB = [
            post("/account", handler).fresh(hours(48)),
            mount("/admin", Router::new()).role(Role::Admin)
        ],
        OFFICER = [
            get("/officer", handler).role(Role::Admin),
            post("/officer", handler)
        ],
        WEB.guest().redirect_to("/") = [get("/login", handler), post("/login", handler)],
        BOTH.optional() = [get("/", handler), post("/", handler)],
        declared() = [get("/declared", declared_here), get("/open", open)],
    ]
}

const OPEN: [&str; 7] = [
    "GET /about",
    "MOUNT /assets",
    "GET /login",
    "POST /login",
    "GET /",
    "POST /",
    "GET /open",
];

fn faults_of<S: Clone + Send + Sync + 'static>(denials: Denials<S>) -> Vec<String> {
    let panicked = catch_unwind(AssertUnwindSafe(|| denials.assert()));
    match panicked {
        Ok(()) => Vec::new(),
        Err(payload) => {
            let text = payload.downcast_ref::<String>().unwrap();
            let mut lines = text.lines().map(str::to_owned);
            assert_eq!(
                lines.next().unwrap(),
                "the routes do not enforce what they declare:"
            );
            lines.collect()
        }
    }
}

#[test]
fn a_table_with_every_kind_of_rule_passes_the_matrix() {
    assert_denies(routes(), OPEN);
}

#[tokio::test]
async fn the_matrix_runs_inside_a_runtime() {
    assert_denies(routes(), OPEN);
}

#[test]
fn the_matrix_tries_handlers_with_policies_of_another_state() {
    let routes: JamRouter<Jam> = jam_routes![declared() = [get("/policy", with_a_policy)]];
    assert_denies(routes, [""; 0]);
}

#[test]
fn the_matrix_tries_each_row_of_a_shared_path() {
    let routes: JamRouter<App> = jam_routes![
        public("everybody reads it") = [get("/x", handler), get("/v/1", handler)],
        API = [any("/x", handler), get("/v/{n}", handler)],
        WEB = [
            get("/admin", handler),
            get("/all", handler),
            post("/all", handler),
            put("/all", handler),
            patch("/all", handler),
            delete("/all", handler)
        ],
        ADMIN = [
            any("/all", handler),
            mount("/admin", Router::new()),
            get("/a{{b}}/{id}", handler)
        ],
    ];
    assert_denies(routes, ["GET /x", "GET /v/1"]);
}

/// A payload that always has one role.
#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Role)]
struct Member {
    #[jam(roles)]
    role: Option<Role>,
}

#[test]
fn the_matrix_finds_rejected_callers_among_single_roles_and_given_payloads() {
    const ADMINS: Access<Member> = user().backend("jwt").role(Role::Admin);
    const READERS: Access<Member> = user().backend("jwt").role(Role::Reader);
    const EITHER: Access<Member> = ADMINS.or(READERS);
    let routes = || -> JamRouter<App> { jam_routes![EITHER = [get("/", handler)]] };
    assert_denies(routes(), [""; 0]);
    for role in [Some(Role::Reader), Some(Role::Admin), None] {
        Denials::of(routes()).sample(Member { role }).assert();
    }
}

#[test]
fn a_route_that_was_opened_is_named() {
    let opened: JamRouter<App> = jam_routes![
        public("quick fix") = [get("/admin", handler)],
        WEB.optional() = [get("/maybe", handler)],
        declared() = [get("/open", open)],
    ];
    assert_eq!(
        faults_of(Denials::of(opened).open(["GET /maybe", "GET /gone", "POST /admin"])),
        [
            "GET /admin (`handler`) admits anonymous requests (public: quick fix): if that is intended, \
             list \"GET /admin\" as open",
            "GET /open (`open`) admits anonymous requests (public: probe): if that is intended, list \
             \"GET /open\" as open",
            "\"GET /gone\" is listed as open, but the table has no such route",
            "\"POST /admin\" is listed as open, but the table has no such route",
        ]
    );
    let closed: JamRouter<App> = jam_routes![WEB = [get("/", handler)]];
    assert_eq!(
        faults_of(Denials::of(closed).open(["GET /"])),
        ["\"GET /\" is listed as open, but rejects anonymous requests"]
    );
}

#[test]
fn the_matrix_names_a_rule_that_no_caller_can_meet() {
    let routes: JamRouter<App> =
        jam_routes![OFFICER = [get("/", handler).role(Role::Admin).role(Role::Editor)],];
    assert_eq!(
        faults_of(Denials::of(routes)),
        ["GET / (`handler`) cannot be tried: no `Officer` can meet all conditions of the rule"]
    );
}

#[test]
fn the_matrix_requires_a_payload_that_it_cannot_generate() {
    const CLIENTS: Access<Client> = user().backend("jwt");
    let routes = || -> JamRouter<App> { jam_routes![CLIENTS = [get("/", handler)]] };
    assert_eq!(
        faults_of(Denials::of(routes())),
        [
            "GET / (`handler`) cannot be tried: no `Client` can be generated (no IBAN): give one to \
          Denials::sample(..)"
        ]
    );
    let iban = "GB82 WEST 1234 5698 7654 32".to_owned();
    Denials::of(routes()).sample(Client { iban }).assert();
}

#[test]
fn the_matrix_does_not_try_an_invalid_table() {
    let routes: JamRouter<App> = jam_routes![
        WEB = [get("/{a}", handler)],
        merge(jam_routes![WEB = [get("/{b}", handler)]]),
    ];
    let faults = faults_of(Denials::of(routes));
    assert!(
        faults[0].starts_with("GET /{b} (`handler`) cannot be routed"),
        "{faults:?}"
    );
}

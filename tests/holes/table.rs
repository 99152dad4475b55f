//! The table shows the rules that are enforced.

use axum::Json;
use axum::extract::{Path, Query, State};
use jam::dsl::user;
use jam::testing::assert_denies;
use jam::{Access, Auth, Jam, JamRouter, Jwt, Rejection, jam_auth, jam_routes};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::support::{User, bearer, get_with, jam};

const API: Access<User> = user().backend("jwt");

async fn asks(_: Query<Value>, _: Auth<User>) {}

async fn may_ask(_: Option<Auth<User>>) {}

async fn asks_for_a_result(_: Result<Auth<User>, Rejection>) -> &'static str {
    "served"
}

async fn generic<T: Send>(_: Auth<User>, _: State<T>) {}

#[jam_auth(API)]
async fn with_a_rule(_: Auth<User>, _: Query<Value>) {}

#[jam_auth(API, policy(owner), state = Jam)]
async fn with_rule_and_policy(_: Auth<User>, _: Query<Value>) {}

#[jam_auth(backend = "jwt", optional)]
async fn optional_with_a_rule(_: Option<Auth<User>>) {}

fn faults(routes: JamRouter<Jam>) -> Vec<String> {
    let (jam, _) = jam();
    let error = routes.into_router(&jam).unwrap_err().to_string();
    error.lines().map(str::to_owned).collect()
}

#[test]
fn a_public_row_with_a_handler_that_requires_a_caller_is_a_startup_error() {
    let routes = || -> JamRouter<Jam> {
        jam_routes![
            public("why") = [
                get("/a", asks),
                get("/b", may_ask),
                get("/c", asks_for_a_result),
                get("/d", generic::<Jam>),
                get("/e", async |_: Auth<User>| {}),
            ],
        ]
    };
    let found = faults(routes());
    assert_eq!(found.len(), 5, "{found:#?}");
    assert_eq!(
        found[0],
        "GET /a (`asks`) is public and takes `Auth<_>`, but a public row has no caller: remove the argument, \
         or move the row to a section with a rule"
    );
    let denied = catch_unwind(AssertUnwindSafe(|| {
        assert_denies(routes(), ["GET /a", "GET /b", "GET /c", "GET /d", "GET /e"]);
    }));
    let message = *denied.unwrap_err().downcast::<String>().unwrap();
    assert!(
        message.contains("GET /c (`asks_for_a_result`) is public"),
        "{message}"
    );
}

#[test]
fn an_optional_or_guest_row_with_a_required_caller_is_a_startup_error() {
    let found = faults(jam_routes![
        API.optional() = [get("/a", asks), get("/b", may_ask)],
        API.guest() = [get("/c", generic::<Jam>), get("/d", may_ask)],
    ]);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(
        found[0].starts_with("GET /a (`asks`) serves anonymous requests and takes `Auth<_>`"),
        "{found:#?}"
    );
    assert!(found[1].starts_with("GET /c "), "{found:#?}");
}

#[test]
fn a_handler_with_its_own_rule_in_another_section_is_a_startup_error() {
    let found = faults(jam_routes![
        API = [get("/a", with_a_rule), get("/b", with_a_rule)],
        API.optional() = [get("/c", optional_with_a_rule)],
        public("why") = [get("/d", with_a_rule), get("/e", optional_with_a_rule)],
        API = [get("/f", with_rule_and_policy)],
        public("why") = [get("/g", with_rule_and_policy)],
    ]);
    assert_eq!(found.len(), 7, "{found:#?}");
    for fault in &found {
        assert!(fault.contains(") has a rule of its own, "), "{fault}");
    }
    assert_eq!(
        found[0],
        "GET /a (`with_a_rule`) has a rule of its own, in its #[jam_auth(..)], and its section has \
         another: move it to `declared() = [..]`, or remove the attribute"
    );
}

#[jam_auth(API)]
async fn attributed(user: Auth<User>) -> Json<User> {
    Json(user.into_inner())
}

async fn owner(user: Auth<User>) -> bool {
    user.user == 1
}

#[jam_auth(API, policy(owner), state = Jam)]
async fn with_policy(user: Auth<User>, State(_): State<Jam>) -> Json<User> {
    Json(user.into_inner())
}

#[jam_auth(backend = "jwt", optional)]
async fn maybe(user: Option<Auth<User>>) -> String {
    user.map_or(0, |user| user.user).to_string()
}

/// Asserts that the `Jam` of the table is used. The `Jam` of the router's state has another key.
#[tokio::test]
async fn one_jam_guards_all_rows_of_a_table() {
    let (jam, _) = jam();
    let other = Jam::builder().jwt(Jwt::hs256_random()).build().unwrap();
    let routes: JamRouter<Jam> = jam_routes![
        API = [get("/row", async |user: Auth<User>| Json(
            user.into_inner()
        ))],
        declared() = [
            get("/declared", attributed),
            get("/policy", with_policy),
            get("/maybe", maybe),
        ],
    ];
    let app = routes.into_router(&jam).unwrap().with_state(other.clone());
    let (own, foreign) = (
        bearer(&jam, &User { user: 1 }),
        bearer(&other, &User { user: 1 }),
    );
    for path in ["/row", "/declared", "/policy", "/maybe"] {
        let answer = get_with(&app, path, &[("authorization", &own)]).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("vary"), Some("authorization"), "{path}");
        let answer = get_with(&app, path, &[("authorization", &foreign)]).await;
        assert_eq!(answer.status, 401, "{path}");
    }
    let second = bearer(&jam, &User { user: 2 });
    let answer = get_with(&app, "/policy", &[("authorization", &second)]).await;
    assert_eq!(answer.status, 403);
    assert_eq!(get_with(&app, "/maybe", &[]).await.body, "0");
    assert_eq!(get_with(&app, "/declared", &[]).await.status, 401);
}

#[tokio::test]
async fn a_nested_table_shows_the_served_paths() {
    async fn id(Path(id): Path<u64>) -> String {
        id.to_string()
    }
    let inner = || -> JamRouter<Jam> {
        jam_routes![
            API = [get("/", may_ask), get("/notes/{id}", id)],
            declared() = [get("/me", attributed)],
        ]
    };
    let mounted = || -> JamRouter<Jam> {
        let router = axum::Router::new().route("/x", axum::routing::get(async || "x"));
        jam_routes![API = [mount("/m", router)]]
    };
    let routes = || -> JamRouter<Jam> {
        jam_routes![
            nest("/api/v1", inner()),
            nest("/api/v1", mounted()),
            nest("/{tenant}", inner()),
            API = [get("/", may_ask)]
        ]
    };
    let paths: Vec<_> = routes().table().rows()[..5]
        .iter()
        .map(|row| row.path.to_string())
        .collect();
    assert_eq!(
        paths,
        [
            "/api/v1",
            "/api/v1/notes/{id}",
            "/api/v1/me",
            "/api/v1/m",
            "/{tenant}"
        ]
    );
    let openapi = routes().table().openapi();
    assert!(
        openapi["paths"]["/api/v1/notes/{id}"].is_object(),
        "{openapi}"
    );
    assert!(routes().table().to_string().contains("GET    /api/v1/me  "));
    assert_eq!(routes().table().to_json()[1]["path"], "/api/v1/notes/{id}");

    let (jam, _) = jam();
    let app = routes().into_router(&jam).unwrap().with_state(jam.clone());
    let token = bearer(&jam, &User { user: 1 });
    let bearer = [("authorization", token.as_str())];
    for (path, body) in [
        ("/api/v1", ""),
        ("/api/v1/notes/7", "7"),
        ("/api/v1/m/x", "x"),
        ("/acme/me", r#"{"user":1}"#),
    ] {
        assert_eq!(get_with(&app, path, &[]).await.status, 401, "{path}");
        let answer = get_with(&app, path, &bearer).await;
        assert_eq!(
            (answer.status.as_u16(), &*answer.body),
            (200, body),
            "{path}"
        );
    }
    assert_denies(routes(), [""; 0]);

    // Collisions below the prefix are errors, and so is an invalid prefix.
    let twice: JamRouter<Jam> = jam_routes![
        nest("/api", inner()),
        nest("/{any}", inner()),
        API = [get("/api/notes/{id}", id), get("/{other}", id)],
    ];
    let found = faults(twice);
    assert!(
        found[0].contains("GET /api/notes/{id} (`id`) is in the table twice"),
        "{found:#?}"
    );
    assert!(found[1].contains("cannot be routed"), "{found:#?}");
    let found = faults(JamRouter::new().nest("/{tenant}", mounted()));
    assert!(
        found[0].contains("below a path with parameters"),
        "{found:#?}"
    );
    let found = faults(JamRouter::new().nest("api", inner()));
    assert!(
        found[0].contains("api (`may_ask`) cannot be routed: a path begins with `/`"),
        "{found:#?}"
    );
}

#[jam_auth(public = "probe")]
async fn health() -> &'static str {
    "ok"
}

#[jam_auth(public = "probe of one kind")]
async fn generic_health<T: Default + ToString>() -> String {
    T::default().to_string()
}

type Boxed<O> = std::pin::Pin<Box<dyn Future<Output = O> + Send>>;

/// Returns a closure behind a reference.
fn leaked<F: Future>(
    _: fn() -> F,
    closure: impl Fn() -> F + Send + Sync + 'static,
) -> &'static (dyn Fn() -> F + Send + Sync) {
    Box::leak(Box::new(closure))
}

/// Returns a function pointer of this type.
fn erased<O>(function: fn() -> Boxed<O>) -> fn() -> Boxed<O> {
    function
}

#[test]
fn a_value_that_calls_a_public_handler_declares_no_rule() {
    let stats = async || health().await;
    let pointer = erased(|| Box::pin(async { health().await }));
    let reference = leaked(health, move || {
        std::hint::black_box(());
        health()
    });
    let found = faults(jam_routes![
        declared() = [
            get("/stats", stats),
            get("/pointer", pointer),
            get("/reference", reference),
            get("/health", health),
            get("/generic", generic_health::<u64>),
        ],
    ]);
    let of = |name: &str| {
        format!(
            "GET /{name} (`{name}`): `{name}` is a value without `#[jam_auth(..)]`: name the \
             function that has the attribute"
        )
    };
    assert_eq!(found, [of("stats"), of("pointer"), of("reference")]);
}

#[test]
fn a_repeated_path_parameter_is_a_startup_error() {
    let inner: JamRouter<Jam> = jam_routes![API = [get("/notes/{id}", asks)]];
    let found = faults(jam_routes![
        nest("/users/{id}", inner),
        API = [
            get("/{a}/{b}", asks),
            get("/files/{path}/{*path}", asks),
            get("/{{literal}}/{{literal}}", asks),
        ],
    ]);
    let of = |path: &str, name: &str| {
        format!(
            "GET {path} (`asks`) has the parameter `{name}` twice: rename one, as the two cannot be \
             told apart"
        )
    };
    assert_eq!(
        found,
        [
            of("/users/{id}/notes/{id}", "id"),
            of("/files/{path}/{*path}", "path"),
        ]
    );
}

/// Asserts that a constant in a function shadows the constant of the module, also next to a word of
/// `jam::dsl`.
#[tokio::test]
async fn a_rule_defined_in_a_function_is_used_in_every_row() {
    fn routes() -> JamRouter<Jam> {
        const API: Access<User> = user().backend("session");
        jam_routes![
            API = [get("/plain", asks), get("/row", asks).fresh(minutes(5)),],
            API.fresh(minutes(5)) = [get("/section", asks)],
        ]
    }
    let (jam, _) = jam();
    let table = routes().table().to_string();
    assert_eq!(table.matches("User: session by").count(), 3, "{table}");
    let app = routes().into_router(&jam).unwrap().with_state(jam.clone());
    let bearer = bearer(&jam, &User { user: 1 });
    for path in ["/plain", "/row", "/section"] {
        let answer = get_with(&app, path, &[("authorization", &bearer)]).await;
        assert_eq!(answer.status, 401, "{path}");
    }
}

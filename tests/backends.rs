//! Custom backends of an application. They work in attributes, tables and OpenAPI like the built-in
//! ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use jam::dsl::user;
use jam::{
    Access, Auth, Backend, Identity, Jam, JamPayload, JamRole, JamRouter, Jwt, StoreError,
    jam_auth, jam_routes, routes::BackendName,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::{NOW, SECRET, call, get_with};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JamRole)]
enum Role {
    Reader,
    Writer,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Role)]
struct Client {
    name: String,
    #[jam(roles)]
    roles: Vec<Role>,
}

/// The API keys of scripts. A key is `name` or `name:writer`, and some names are special.
struct ApiKeys {
    state: Arc<AtomicU8>,
}

const UP: u8 = 0;
const DOWN: u8 = 1;
const HANGING: u8 = 2;

impl Backend for ApiKeys {
    type Payload = Client;
    const NAME: &'static str = "api_key";
    const TIMEOUT: Duration = Duration::from_millis(50);

    async fn authenticate(&self, key: &str) -> Result<Option<Identity<Client>>, StoreError> {
        match self.state.load(Ordering::SeqCst) {
            DOWN => return Err(StoreError::new("the database is down")),
            HANGING => std::future::pending::<()>().await,
            _ => {}
        }
        let (name, role) = key.split_once(':').unwrap_or((key, ""));
        let roles = match role {
            "writer" => vec![Role::Reader, Role::Writer],
            _ => vec![Role::Reader],
        };
        let client = Identity::new(Client {
            name: name.to_owned(),
            roles,
        });
        Ok(match name {
            "script" => Some(client),
            "recent" => Some(client.with_auth_time(NOW - 60)),
            "long-ago" => Some(client.with_auth_time(NOW - 600)),
            "expired" => Some(client.with_expires_at(NOW)),
            "expiring" => Some(client.with_expires_at(NOW + 1)),
            _ => None,
        })
    }
}

const SCRIPTS: Access<Client> = user().backend_type::<ApiKeys>().header("x-api-key");
const COOKIE: Access<Client> = user().backend_type::<ApiKeys>().cookie("key");
const EITHER: Access<Client> = user().backend("jwt").or(SCRIPTS);

async fn who(client: Auth<Client>) -> String {
    format!(
        "{} {} {:?} {:?}",
        client.name,
        client.backend().as_str(),
        client.auth_time(),
        client.expires_at()
    )
}

#[jam_auth(backend(ApiKeys), header = "x-api-key", role(Role::Writer))]
async fn write(client: Auth<Client>) -> String {
    assert!(matches!(client.backend(), BackendName::Own(id) if id.name() == "api_key"));
    assert!(client.token().is_none() && client.session().is_none());
    client.name.clone()
}

#[jam_auth(any(jwt, backend(ApiKeys, header = "x-api-key", role(Role::Writer))))]
async fn both(client: Auth<Client>) -> String {
    client.name.clone()
}

#[jam_auth(backend(ApiKeys))]
async fn in_authorization(client: Auth<Client>) -> String {
    client.name.clone()
}

fn routes() -> JamRouter<Jam> {
    jam_routes![
        SCRIPTS = [
            get("/who", who),
            get("/recent", who).fresh(minutes(5)),
            get("/hidden", who).role(Role::Writer).hide(),
        ],
        EITHER = [get("/either", who)],
        COOKIE = [post("/cookie", who)],
        COOKIE.optional() = [get("/optional", async || "anybody")],
        declared() = [
            post("/write", write),
            get("/both", both),
            get("/in-authorization", in_authorization)
        ],
    ]
}

fn app() -> (Router, Jam, Arc<AtomicU8>) {
    let state = Arc::new(AtomicU8::new(UP));
    let jam = Jam::builder()
        .jwt(Jwt::hs256(SECRET))
        .backend(ApiKeys {
            state: Arc::clone(&state),
        })
        .clock(jam::testing::ManualClock::at(NOW))
        .build()
        .unwrap();
    let router = routes().into_router(&jam).unwrap().with_state(jam.clone());
    (router, jam, state)
}

async fn with_key(app: &Router, method: &str, path: &str, key: &str) -> (u16, String) {
    let answer = call(app, method, path, &[("x-api-key", key)]).await;
    (answer.status.as_u16(), answer.body)
}

#[tokio::test]
async fn a_custom_backend_admits_the_callers_that_it_authenticates() {
    let (app, jam, _) = app();
    let known = with_key(&app, "GET", "/who", "script").await;
    assert_eq!(known, (200, "script api_key None None".to_owned()));
    assert_eq!(with_key(&app, "GET", "/either", "script").await.0, 200);
    assert_eq!(
        with_key(&app, "POST", "/write", "script:writer").await.0,
        200
    );
    assert_eq!(with_key(&app, "GET", "/both", "script:writer").await.0, 200);
    let bearer = [("authorization", "bearer script")];
    assert_eq!(
        get_with(&app, "/in-authorization", &bearer).await.body,
        "script"
    );

    let client = Client {
        name: "a token's".to_owned(),
        roles: Vec::new(),
    };
    let token = jam.gen_jwt_token(&jam.make_payload(client)).unwrap();
    let token = format!("Bearer {}", token.as_str());
    for path in ["/either", "/both"] {
        let answer = get_with(&app, path, &[("authorization", &token)]).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_custom_backend_rejects_unknown_credentials_like_a_built_in_one() {
    let (app, _, _) = app();
    let anonymous = get_with(&app, "/who", &[]).await;
    assert_eq!(
        (anonymous.status.as_u16(), anonymous.challenge()),
        (401, "Bearer")
    );
    let bad = get_with(&app, "/who", &[("x-api-key", "nobody")]).await;
    let challenge = r#"Bearer error="invalid_token""#;
    assert_eq!((bad.status.as_u16(), bad.challenge()), (401, challenge));
    let expired = get_with(&app, "/who", &[("x-api-key", "expired")]).await;
    assert_eq!((expired.status, &expired.body), (bad.status, &bad.body));
    assert_eq!(with_key(&app, "GET", "/who", "expiring").await.0, 200);
    // A header value that is not text is passed to no backend.
    let bytes = http::HeaderValue::from_bytes(b"script\xff").unwrap();
    let request = axum::extract::Request::get("/who").header("x-api-key", bytes);
    let answer = crate::support::send(&app, request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 401);
    // The rule does not fall through to the API key.
    let headers = [("authorization", "Bearer bad"), ("x-api-key", "script")];
    assert_eq!(get_with(&app, "/either", &headers).await.status, 401);
}

#[tokio::test]
async fn a_custom_backend_keeps_the_checks_of_roles_freshness_and_origin() {
    let (app, _, _) = app();
    assert_eq!(with_key(&app, "POST", "/write", "script").await.0, 403);
    assert_eq!(with_key(&app, "GET", "/both", "script").await.0, 403);
    assert_eq!(with_key(&app, "GET", "/hidden", "script").await.0, 404);
    for (key, status) in [("recent", 200), ("long-ago", 401), ("script", 401)] {
        assert_eq!(
            with_key(&app, "GET", "/recent", key).await.0,
            status,
            "{key}"
        );
    }
    let cookie = ("cookie", "key=script");
    let foreign = [cookie, ("sec-fetch-site", "cross-site")];
    assert_eq!(call(&app, "POST", "/cookie", &foreign).await.status, 403);
    let own = [cookie, ("sec-fetch-site", "same-origin")];
    assert_eq!(call(&app, "POST", "/cookie", &own).await.status, 200);
    let stale = get_with(&app, "/optional", &[("cookie", "key=nobody")]).await;
    assert_eq!(stale.status, 200);
    assert!(
        stale.set_cookies()[0].starts_with("key=;"),
        "{:?}",
        stale.set_cookies()
    );
}

#[tokio::test]
async fn a_custom_backend_that_fails_or_hangs_answers_503() {
    let (app, _, state) = app();
    for fault in [DOWN, HANGING] {
        state.store(fault, Ordering::SeqCst);
        let answer = get_with(&app, "/who", &[("x-api-key", "script")]).await;
        assert_eq!(answer.status, 503);
        assert_eq!(answer.header("retry-after"), Some("1"));
        let answer = get_with(&app, "/optional", &[("cookie", "key=script")]).await;
        assert_eq!(answer.status, 503);
        assert!(answer.set_cookies().is_empty());
        assert_eq!(get_with(&app, "/optional", &[]).await.status, 200);
    }
}

#[tokio::test]
async fn a_missing_custom_backend_is_an_error_when_the_table_is_built() {
    let jam = Jam::builder().jwt(Jwt::hs256(SECRET)).build().unwrap();
    let error = routes().into_router(&jam).unwrap_err().to_string();
    assert!(
        error.contains(
            "GET /who (`who`) needs the backend \"api_key\": add .backend(..) or .issuer(..) with it to \
             Jam::builder()"
        ),
        "{error}"
    );
    assert_eq!(error.lines().count(), 9, "{error}");
    // Without a table, the first request reports the missing backend.
    let app: Router = Router::new().route("/write", post(write)).with_state(jam);
    assert_eq!(with_key(&app, "POST", "/write", "script").await.0, 500);
}

#[test]
fn two_custom_backends_with_one_name_are_rejected() {
    let keys = || ApiKeys {
        state: Arc::default(),
    };
    let builder = Jam::builder().backend(keys()).backend(keys());
    let error = builder.build().unwrap_err().to_string();
    assert!(
        error.contains("two backends have the name \"api_key\""),
        "{error}"
    );
}

#[tokio::test]
async fn a_rule_without_a_backend_does_not_select_a_custom_backend() {
    let jam = Jam::builder().backend(ApiKeys {
        state: Arc::default(),
    });
    const ANY: Access<Client> = user().header("x-api-key");
    let routes: JamRouter<Jam> = jam_routes![ANY = [get("/", who)]];
    let error = routes.into_router(&jam.build().unwrap()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("names no backend, and a custom backend is named by its type"),
        "{error}"
    );
}

#[test]
fn tables_and_openapi_documents_name_a_custom_backend() {
    let table = routes().table();
    assert_eq!(table.rows()[0].rule, "Client: api_key by header x-api-key");
    let document = table.openapi();
    assert_eq!(
        document["components"]["securitySchemes"]["api_key_header_x-api-key"],
        json!({ "type": "apiKey", "in": "header", "name": "x-api-key" })
    );
    assert_eq!(
        document["paths"]["/both"]["get"]["security"],
        json!([{ "jwt_bearer": [] }, { "api_key_header_x-api-key": ["Writer"] }])
    );
}

#[test]
fn debug_output_does_not_show_the_state_of_a_custom_backend() {
    let (_, jam, _) = app();
    let text = format!("{jam:?} {SCRIPTS:?}");
    assert!(text.contains(r#"own: ["api_key"]"#), "{text}");
    let client = Client {
        name: "secret".to_owned(),
        roles: Vec::new(),
    };
    assert!(!format!("{:?}", Identity::new(client)).contains("secret"));
}

/// Two backends with one name. The constants of a rule cannot distinguish them.
struct Keys<const ADMINS: bool>;

impl<const ADMINS: bool> Backend for Keys<ADMINS> {
    type Payload = Client;
    const NAME: &'static str = "keys";

    async fn authenticate(&self, key: &str) -> Result<Option<Identity<Client>>, StoreError> {
        Ok(Some(Identity::new(Client {
            name: key.to_owned(),
            roles: Vec::new(),
        })))
    }
}

const WRITERS: Access<Client> = user()
    .backend_type::<Keys<true>>()
    .header("x-api-key")
    .role(Role::Writer);
const TWINS: Access<Client> = WRITERS.or(user().backend_type::<Keys<false>>().header("x-api-key"));

#[jam_auth(TWINS)]
async fn twins(_: Auth<Client>) {}

#[tokio::test]
async fn the_conditions_of_a_backend_hold_next_to_another_backend_with_the_same_name() {
    let jam = Jam::builder().backend(Keys::<true>).build().unwrap();
    let app: Router = Router::new().route("/", post(twins)).with_state(jam);
    assert_eq!(with_key(&app, "POST", "/", "anybody").await.0, 403);
}

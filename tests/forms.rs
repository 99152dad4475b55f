//! The kinds of handlers that `#[jam_auth]` accepts.

use std::collections::HashMap;

use axum::extract::{FromRef, Path, Query, State};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use jam::{
    Access, Auth, Jam, JamPayload, JamRole, Scopes, dsl::user, jam_auth, routes::BackendName,
};
use serde::{Deserialize, Serialize};

use crate::support::{Answer, NOW, User, claims, foreign_token, forge, get_with, jam};

#[derive(Clone, FromRef)]
struct App {
    jam: Jam,
    greeting: &'static str,
}

const API: Access<User> = user().backend("jwt").cookie("jwt");

#[jam_auth(API)]
async fn by_constant(user: Auth<User>) -> Json<User> {
    Json(user.into_inner())
}

#[jam_auth(backend = "jwt", cookie = "jwt")]
async fn with_others(
    user: Auth<User>,
    Path(id): Path<u64>,
    Query(query): Query<HashMap<String, String>>,
    State(greeting): State<&'static str>,
    Json(body): Json<u64>,
) -> String {
    format!("{greeting} {} {id} {} {body}", user.user, query["q"])
}

#[jam_auth(backend = "jwt", cookie = "jwt")]
async fn without_a_name(_: Auth<User>) -> StatusCode {
    StatusCode::NO_CONTENT
}

#[jam_auth(backend = "jwt", cookie = "jwt", payload(user: u64, name: String))]
async fn two_claims(caller: Auth<TwoClaimsPayload>) -> String {
    format!("{} {}", caller.user, caller.name)
}

trait Greeter: Clone + Send + Sync + 'static {
    fn greet(&self) -> String;
}

#[derive(Clone)]
struct Polite;

impl Greeter for Polite {
    fn greet(&self) -> String {
        "good day".to_owned()
    }
}

/// A handler that is generic over types other than the payload.
#[jam_auth(backend = "jwt", cookie = "jwt")]
async fn generic<G: Greeter>(user: Auth<User>, State(state): State<With<G>>) -> String {
    format!("{} {}", state.greeter.greet(), user.user)
}

#[derive(Clone)]
struct With<G> {
    jam: Jam,
    greeter: G,
}

impl<G> FromRef<With<G>> for Jam {
    fn from_ref(state: &With<G>) -> Self {
        state.jam.clone()
    }
}

#[axum::debug_handler]
#[jam_auth(backend = "jwt", cookie = "jwt")]
#[tracing::instrument(skip_all)]
async fn stacked(user: Auth<User>, State(jam): State<Jam>) -> Result<String, jam::Error> {
    let _ = jam.gen_jwt_token(&jam.make_payload(user.into_inner()))?;
    Ok("stacked".to_owned())
}

/// A function that takes the caller as a proof. An anonymous request cannot call it.
fn notes_of(user: &Auth<User>) -> String {
    format!("notes of {}", user.user)
}

#[jam_auth(backend = "jwt", cookie = "jwt")]
async fn proof(user: Auth<User>) -> String {
    assert_eq!(user.backend(), BackendName::Jwt);
    assert!(user.session().is_none());
    assert_eq!(user.token().unwrap().expires_at(), NOW + 600);
    assert_eq!(user.expires_at(), Some(NOW + 600));
    notes_of(&user)
}

#[jam_auth(backend = "jwt", cookie = "jwt", optional)]
async fn optional(user: Option<Auth<User>>) -> Result<impl IntoResponse, StatusCode> {
    let Some(user) = user else {
        return Err(StatusCode::IM_A_TEAPOT);
    };
    let number = u8::try_from(user.user).map_err(|_| StatusCode::BAD_REQUEST)?;
    Ok((StatusCode::CREATED, number.to_string()))
}

fn app() -> Router {
    let (jam, _) = jam();
    let state = App {
        jam: jam.clone(),
        greeting: "hello",
    };
    Router::new()
        .route("/constant", get(by_constant))
        .route("/others/{id}", post(with_others))
        .route("/nameless", get(without_a_name))
        .route("/two-claims", get(two_claims))
        .route("/stacked", get(stacked))
        .route("/proof", get(proof))
        .route("/optional", get(optional))
        .with_state(state)
        .route(
            "/generic",
            get(generic::<Polite>).with_state(With {
                jam,
                greeter: Polite,
            }),
        )
}

async fn get_as(token: &str, path: &str) -> Answer {
    get_with(&app(), path, &[("cookie", &format!("jwt={token}"))]).await
}

#[tokio::test]
async fn every_kind_of_handler_admits_the_caller_and_rejects_anonymous_requests() {
    for (path, status, body) in [
        ("/constant", 200, r#"{"user":1}"#),
        ("/nameless", 204, ""),
        ("/stacked", 200, "stacked"),
        ("/proof", 200, "notes of 1"),
        ("/optional", 201, "1"),
        ("/generic", 200, "good day 1"),
    ] {
        let answer = get_as(&foreign_token(), path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body.as_str()),
            (status, body),
            "{path}"
        );
        let anonymous = get_with(&app(), path, &[]).await;
        let refused = if path == "/optional" { 418 } else { 401 };
        assert_eq!(anonymous.status, refused, "{path}");
    }
}

#[tokio::test]
async fn other_extractors_work_next_to_the_caller() {
    let request = axum::extract::Request::post("/others/7?q=x")
        .header("cookie", format!("jwt={}", foreign_token()))
        .header("content-type", "application/json")
        .body("8".into())
        .unwrap();
    let answer = crate::support::send(&app(), request).await;
    assert_eq!(answer.body, "hello 1 7 x 8");
}

#[tokio::test]
async fn a_generated_payload_contains_its_claims() {
    let token = forge(
        r#"{"alg":"HS256"}"#,
        &claims(r#""user":5,"name":"ann","more":[1]"#),
    );
    assert_eq!(get_as(&token, "/two-claims").await.body, "5 ann");
    assert_eq!(get_as(&foreign_token(), "/two-claims").await.status, 401);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JamRole)]
enum Role {
    Reader,
    Editor,
    Admin,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Role, scopes("notes:read", "notes:write"))]
struct Member {
    #[jam(sub)]
    id: u64,
    #[jam(roles)]
    roles: Vec<Role>,
    #[jam(scopes)]
    scopes: Scopes,
}

#[jam_auth(backend = "jwt", role(Role::Admin))]
async fn admin(user: Auth<Member>) -> String {
    user.id.to_string()
}

#[jam_auth(backend = "jwt", any_role(Role::Editor, Role::Admin), hide)]
async fn editors(_: Auth<Member>) -> &'static str {
    "in"
}

#[jam_auth(backend = "jwt", scope("notes:read", "notes:write"))]
async fn scoped(_: Auth<Member>) -> &'static str {
    "in"
}

#[tokio::test]
async fn roles_and_scopes_are_required() {
    let app = Router::new()
        .route("/admin", get(admin))
        .route("/editors", get(editors))
        .route("/scoped", get(scoped))
        .with_state(jam().0);
    let ask = async |roles: &str, scope: &str, path: &str| {
        let members = format!(r#""sub":"1","roles":{roles},"scope":"{scope}""#);
        let bearer = format!("Bearer {}", forge(r#"{"alg":"HS256"}"#, &claims(&members)));
        get_with(&app, path, &[("authorization", &bearer)]).await
    };
    assert_eq!(ask(r#"["Reader","Admin"]"#, "", "/admin").await.status, 200);
    let refused = ask(r#"["Reader","Editor"]"#, "", "/admin").await;
    assert_eq!(refused.status, 403);
    assert!(refused.header("www-authenticate").is_none());
    assert_eq!(
        refused.header("content-type"),
        Some("application/problem+json")
    );
    for role in ["Editor", "Admin"] {
        assert_eq!(
            ask(&format!(r#"["{role}"]"#), "", "/editors").await.status,
            200
        );
    }
    assert_eq!(
        ask(r#"["Reader"]"#, "", "/editors").await.status,
        404,
        "hidden"
    );
    assert_eq!(get_with(&app, "/editors", &[]).await.status, 401);
    assert_eq!(
        ask("[]", "notes:write x notes:read", "/scoped")
            .await
            .status,
        200
    );
    for scope in [
        "",
        "notes:read",
        "notes",
        "notes:writes notes:read",
        "NOTES:WRITE notes:read",
    ] {
        let refused = ask(r#"["Admin"]"#, scope, "/scoped").await;
        assert_eq!(refused.status, 403, "{scope}");
        assert_eq!(
            refused.challenge(),
            r#"Bearer error="insufficient_scope", scope="notes:read notes:write""#
        );
    }
    assert_eq!(
        ask(r#"["Owner"]"#, "", "/admin").await.status,
        401,
        "no such role"
    );
}

#[tokio::test]
async fn auth_without_a_rule_answers_500() {
    async fn unruled(user: Auth<User>) -> Json<User> {
        Json(user.into_inner())
    }
    async fn maybe(user: Option<Auth<User>>) -> String {
        user.is_some().to_string()
    }
    let app = Router::new()
        .route("/", get(unruled))
        .route("/maybe", get(maybe));
    let bearer = format!("Bearer {}", foreign_token());
    for path in ["/", "/maybe"] {
        let answer = get_with(&app, path, &[("authorization", &bearer)]).await;
        assert_eq!(answer.status, 500, "the error is a server error");
    }
}

//! A program that does not depend on jam directly. Every macro uses the path in `crate = ..`.

#![allow(clippy::unwrap_used, missing_docs)]

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use jam_facade::jam::{self, Access, Auth, Jam, JamRouter, Jwt, Scopes, dsl::user};
use serde::{Deserialize, Serialize};
use tower::ServiceExt;

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, jam::JamRole)]
#[jam(crate = jam_facade::jam)]
enum Role {
    Admin,
}

#[derive(Clone, Serialize, Deserialize, jam::JamPayload)]
#[jam(crate = jam_facade::jam, role = Role, scopes("read"))]
struct User {
    #[jam(sub)]
    id: u64,
    #[jam(roles)]
    roles: Vec<Role>,
    #[jam(scopes)]
    scopes: Scopes,
}

const API: Access<User> = user().backend("jwt");

#[jam::jam_auth(crate = jam_facade::jam, backend = "jwt", role(Role::Admin), scope("read"))]
async fn attributed(user: Auth<User>) -> String {
    user.id.to_string()
}

#[jam::jam_auth(crate = jam_facade::jam, backend = "jwt", payload(id: String))]
async fn own(user: Auth<OwnPayload>) -> String {
    user.id.clone()
}

#[jam::jam_auth(crate = jam_facade::jam, backend = "jwt", optional, policy(yes), state = Jam)]
async fn home(user: Option<Auth<User>>) -> String {
    user.is_some().to_string()
}

#[jam::jam_auth(crate = jam_facade::jam, public = "probe")]
async fn health() {}

async fn yes() -> bool {
    true
}

async fn listed(user: Auth<User>) -> String {
    user.id.to_string()
}

fn routes() -> JamRouter<Jam> {
    jam::jam_routes![
        crate = jam_facade::jam,
        API.scope("read") = [
            get("/listed", listed),
            put("/listed", listed).role(Role::Admin).policy(yes),
        ],
        declared() = [
            get("/declared", attributed),
            get("/own", own),
            get("/", home),
            get("/health", health),
        ],
        nest(
            "/nested",
            jam::jam_routes![crate = jam_facade::jam, API = [get("/x", listed)]]
        ),
    ]
}

#[tokio::test]
async fn every_macro_works_through_another_crate() {
    let jam = Jam::builder().jwt(Jwt::hs256_random()).build().unwrap();
    let app: Router = routes().into_router(&jam).unwrap().with_state(jam.clone());
    let admin = User {
        id: 7,
        roles: vec![Role::Admin],
        scopes: ["read"].into_iter().collect(),
    };
    let token = jam.gen_jwt_token(&jam.make_payload(admin)).unwrap();
    let bearer = format!("Bearer {}", token.as_str());
    for (method, path, anonymous, caller) in [
        ("GET", "/listed", 401, 200),
        ("PUT", "/listed", 401, 200),
        ("GET", "/declared", 401, 200),
        // A token of another payload.
        ("GET", "/own", 401, 401),
        ("GET", "/", 200, 200),
        ("GET", "/health", 200, 200),
        ("GET", "/nested/x", 401, 200),
    ] {
        for (credential, expected) in [(None, anonymous), (Some(&bearer), caller)] {
            let mut request = Request::builder().method(method).uri(path);
            if let Some(credential) = credential {
                request = request.header("authorization", credential);
            }
            let request = request.body(Body::empty()).unwrap();
            let answer = app.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.status(), expected, "{method} {path}");
        }
    }
}

//! The table and a document that `utoipa` generates for the same handlers.

use axum::Json;
use jam::dsl::user;
use jam::{Access, Auth, Jam, JamRouter, jam_auth, jam_routes};
use serde_json::Value;
use utoipa::OpenApi;

use crate::support::User;

const API: Access<User> = user().backend("jwt");
const WEB: Access<User> = user().backend("session").cookie("sid");
const BOTH: Access<User> = API.or(WEB);

/// Returns the caller.
#[utoipa::path(get, path = "/me", responses((status = 200, description = "the caller")))]
#[jam_auth(BOTH)]
async fn me(user: Auth<User>) -> Json<User> {
    Json(user.into_inner())
}

/// Returns the news.
#[jam_auth(backend = "jwt", optional)]
#[utoipa::path(get, path = "/news", responses((status = 200, description = "the news")))]
async fn news(user: Option<Auth<User>>) -> String {
    user.is_some().to_string()
}

#[utoipa::path(delete, path = "/notes/{id}", responses((status = 204, description = "gone")))]
async fn remove() {}

#[utoipa::path(get, path = "/healthz", responses((status = 200, description = "alive")))]
async fn health() {}

#[derive(OpenApi)]
#[openapi(paths(me, news, remove, health))]
struct Api;

fn routes() -> JamRouter<Jam> {
    jam_routes![
        public("probe") = [get("/healthz", health)],
        WEB = [delete("/notes/{id}", remove)],
        declared() = [get("/me", me), get("/news", news)],
    ]
}

/// Merges the members of one object into another, as a user does to combine the two documents.
fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, member) in from {
                merge(into.entry(name).or_insert(Value::Null), member);
            }
        }
        (into, from) => *into = from,
    }
}

#[test]
fn the_security_of_a_document_comes_from_the_table() {
    let mut document = serde_json::to_value(Api::openapi()).unwrap();
    let table = routes().table().openapi();
    merge(&mut document, table.clone());

    // The merged document is a valid OpenAPI document for the types of `utoipa`.
    let valid: utoipa::openapi::OpenApi = serde_json::from_value(document.clone()).unwrap();
    assert_eq!(valid.paths.paths.len(), 4);

    let operations = |document: &Value| -> Vec<(String, Value)> {
        let mut all = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                all.push((format!("{method} {path}"), operation["security"].clone()));
            }
        }
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        all
    };
    assert_eq!(
        operations(&document),
        operations(&table),
        "both documents have the same operations"
    );
    let schemes = document["components"]["securitySchemes"]
        .as_object()
        .unwrap();
    for (operation, security) in operations(&document) {
        for requirement in security.as_array().unwrap() {
            for scheme in requirement.as_object().unwrap().keys() {
                assert!(schemes.contains_key(scheme), "{operation} names {scheme}");
            }
        }
    }
    // The descriptions of the handlers are kept.
    assert_eq!(
        document["paths"]["/me"]["get"]["summary"],
        "Returns the caller."
    );
}

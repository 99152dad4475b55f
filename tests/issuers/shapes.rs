//! Tokens as known providers shape them. The data is made here after their documentation.

use jam::dsl::user;
use jam::testing::{ManualClock, TestIssuer};
use jam::{Access, Auth, Jam, JamIssuer, JamPayload, JamRole, Scopes, jam_routes};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::call;
use crate::support::NOW;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JamRole)]
enum Role {
    #[serde(rename = "Notes.Admin")]
    Admin,
}

/// Defines the payload of a provider, and a test that its token is read.
macro_rules! provider {
    ($name:ident, $issuer:literal, $audience:literal, { $($fields:tt)* }, $claims:tt, [$($grants:literal),*], |$user:ident| $shown:expr, $expected:literal) => {
        mod $name {
            use super::*;

            #[derive(Clone, Debug, Serialize, Deserialize, JamPayload)]
            #[jam(role = Role, scopes("notes:read"))]
            struct Caller { $($fields)* }

            #[derive(JamIssuer)]
            #[jam(payload = Caller)]
            struct Provider;

            const RULE: Access<Caller> = user().backend_type::<Provider>();

            #[tokio::test]
            async fn its_token_is_read() {
                let clock = ManualClock::at(NOW);
                let issuer = TestIssuer::new($issuer, $audience).unwrap().clock(clock.clone());
                let jam = Jam::builder().issuer::<Provider>(issuer.issuer()).clock(clock).build().unwrap();
                let table: jam::JamRouter<Jam> = jam_routes![
                    RULE = [
                        get("/", async |$user: Auth<Caller>| $shown),
                        get("/read", async |_user: Auth<Caller>| "read").scope("notes:read"),
                        get("/admin", async |_user: Auth<Caller>| "admin").role(Role::Admin),
                    ]
                ];
                let app = table.into_router(&jam).unwrap().with_state(jam);
                let claims: Value = json!($claims);
                let token = issuer.token(claims.clone());
                let answer = call(&app, "/", &token).await;
                assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, $expected));
                assert_eq!(call(&app, "/read", &token).await.status, 200);
                assert_eq!(call(&app, "/admin", &token).await.status, 200);
                // What the rules ask for is in these claims, and nowhere else.
                for claim in claims.as_object().unwrap().keys() {
                    let mut less = claims.clone();
                    less[claim] = Value::Null;
                    let token = issuer.token(less);
                    let all = [call(&app, "/read", &token).await, call(&app, "/admin", &token).await];
                    let named = [$($grants),*].contains(&claim.as_str());
                    assert_eq!(named, all.iter().any(|answer| answer.status != 200), "{claim}");
                }
            }
        }
    };
}

provider!(auth0, "https://tenant.eu.auth0.com/", "https://api.example.com", {
    #[jam(sub)] id: String,
    #[serde(default)] #[jam(roles, claim = "https://notes.example/roles", ignore_unknown)] roles: Vec<Role>,
    #[serde(default)] #[jam(scopes, claim = "permissions")] scopes: Scopes,
}, {
    "sub": "auth0|5f7c8ec7c33c6c004bbafe82", "azp": "spa-client", "gty": "password",
    "aud": ["https://api.example.com", "https://tenant.eu.auth0.com/userinfo"],
    "https://notes.example/roles": ["Notes.Admin", "Billing"], "permissions": ["notes:read", "notes:share"]
}, ["sub", "aud", "https://notes.example/roles", "permissions"], |user| user.id.clone(), "auth0|5f7c8ec7c33c6c004bbafe82");

provider!(keycloak, "https://sso.example/realms/corp", "notes-api", {
    #[jam(sub)] id: String,
    #[serde(default)] #[jam(roles, claim = "resource_access.notes-api.roles", ignore_unknown)] roles: Vec<Role>,
    #[serde(default)] #[jam(scopes)] scopes: Scopes,
    preferred_username: Option<String>,
}, {
    "sub": "f:0d9c:ann", "azp": "web", "sid": "c1a2", "acr": "1", "typ": "Bearer", "session_state": "c1a2",
    "realm_access": { "roles": ["offline_access", "uma_authorization"] },
    "resource_access": { "notes-api": { "roles": ["Notes.Admin", "viewer"] }, "account": { "roles": ["view-profile"] } },
    "scope": "openid profile notes:read", "email_verified": true, "preferred_username": "ann"
}, ["sub", "resource_access", "scope"], |user| user.preferred_username.clone().unwrap_or_default(), "ann");

provider!(entra_id, "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", "api://notes", {
    #[jam(sub)] id: String,
    #[serde(default)] #[jam(roles, ignore_unknown)] roles: Vec<Role>,
    #[serde(default)] #[jam(scopes, claim = "scp")] scopes: Scopes,
    oid: Option<String>,
}, {
    "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ", "oid": "00000000-0000-0000-66f3-3332eca7ea81",
    "tid": "9188040d-6c67-4c5b-b112-36a304b66dad", "ver": "2.0", "azpacr": "0", "uti": "fqiBqXLPj0eQa82S-IYFAA",
    "roles": ["Notes.Admin"], "scp": "notes:read User.Read", "aio": "Df2UVXL1ix!lMCWMSOJBcFatzcGfvFGhjKv8q5g0x732dR5MB5BisvGQO7YWByjd8iQDLq!eGbIDakyp5mnOrcdqHeYSnltepQmRp6AIZ8jY"
}, ["sub", "roles", "scp"], |user| user.oid.clone().unwrap_or_default(), "00000000-0000-0000-66f3-3332eca7ea81");

provider!(google, "https://accounts.google.com", "client-id.apps.googleusercontent.com", {
    #[jam(sub)] id: String,
    email: Option<String>,
    #[serde(default)] #[jam(roles, claim = "groups", ignore_unknown)] roles: Vec<Role>,
    #[serde(default)] #[jam(scopes, claim = "scope")] scopes: Scopes,
}, {
    "sub": "110169484474386276334", "azp": "client-id.apps.googleusercontent.com", "email": "ann@corp.example",
    "email_verified": true, "at_hash": "HK6E_P6Dh8Y93mRNtsDB1Q", "hd_domain": "corp.example", "locale": "en",
    "groups": ["Notes.Admin"], "scope": "openid notes:read"
}, ["sub", "groups", "scope"], |user| user.email.clone().unwrap_or_default(), "ann@corp.example");

provider!(cognito, "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123", "7s8t9u", {
    #[jam(sub)] id: String,
    #[serde(default)] #[jam(roles, claim = "cognito:groups", ignore_unknown)] roles: Vec<Role>,
    #[serde(default)] #[jam(scopes)] scopes: Scopes,
    token_use: Option<String>,
}, {
    "sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "token_use": "access", "client_id": "7s8t9u", "version": 2,
    "cognito:groups": ["Notes.Admin", "eu-central-1_AbCdEf123_Google"], "scope": "aws.cognito.signin.user.admin notes:read",
    "auth_time": NOW - 5, "jti": "e7a1", "username": "ann", "origin_jti": "b2c3"
}, ["sub", "cognito:groups", "scope"], |user| user.token_use.clone().unwrap_or_default(), "access");

provider!(okta, "https://dev-1234.okta.com/oauth2/default", "api://default", {
    #[jam(sub)] id: String,
    #[serde(default)] #[jam(roles, claim = "groups", ignore_unknown)] roles: Vec<Role>,
    #[serde(default)] #[jam(scopes, claim = "scp")] scopes: Scopes,
}, {
    "sub": "ann@corp.example", "ver": 1, "jti": "AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE", "cid": "0oa1", "uid": "00u1",
    "scp": ["openid", "notes:read"], "groups": ["Everyone", "Notes.Admin"], "auth_time": NOW - 9
}, ["sub", "groups", "scp"], |user| user.id.clone(), "ann@corp.example");

provider!(github_actions, "https://token.actions.githubusercontent.com", "https://github.com/corp", {
    #[jam(sub)] id: String,
    repository: Option<String>,
    #[serde(default)] #[jam(roles, claim = "environment", ignore_unknown)] roles: Option<Role>,
    #[serde(default)] #[jam(scopes, claim = "repository_visibility")] scopes: Scopes,
}, {
    "sub": "repo:corp/notes:environment:Notes.Admin", "ref": "refs/heads/main", "sha": "2f5c", "run_id": "3078",
    "repository": "corp/notes", "repository_owner": "corp", "actor": "ann", "workflow": "deploy", "event_name": "push",
    "environment": "Notes.Admin", "repository_visibility": "notes:read", "runner_environment": "github-hosted", "jti": "e1"
}, ["sub", "environment", "repository_visibility"], |user| user.repository.clone().unwrap_or_default(), "corp/notes");

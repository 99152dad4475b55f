//! Tokens of issuers other than the application.

use axum::Router;
use jam::testing::{ManualClock, TestIssuer};
use jam::token::{Algorithm, SigningKey};
use jam::{
    Access, Auth, Issuer, Jam, JamIssuer, JamPayload, JamRole, JamRouter, Jwt, Scopes, jam_auth,
    jam_routes,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::{Answer, NOW, get_with};

#[cfg(all(feature = "jwks", any(feature = "asymmetric", feature = "graviola")))]
mod fetched;
mod shapes;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JamRole)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    Admin,
    Editor,
}

/// A user of an identity provider, as Keycloak shapes its tokens.
#[derive(Clone, Debug, Serialize, Deserialize, JamPayload)]
#[jam(role = Role, scopes("notes:read"))]
struct CorpUser {
    #[jam(sub)]
    id: String,
    #[serde(default)]
    #[jam(roles, claim = "realm_access.roles", ignore_unknown)]
    roles: Vec<Role>,
    #[serde(default)]
    #[jam(scopes)]
    scopes: Scopes,
}

#[derive(JamIssuer)]
#[jam(payload = CorpUser)]
struct Corp;

#[derive(JamIssuer)]
#[jam(payload = CorpUser, name = "partner")]
enum Partner {}

const CORP: Access<CorpUser> = jam::dsl::user().backend_type::<Corp>();
const ANY: Access<CorpUser> = CORP.or(jam::dsl::user().backend_type::<Partner>());
const ALL: Access<CorpUser> = jam::dsl::user().backend("jwt").or(ANY);

const CORP_URL: &str = "https://id.corp.example";
const PARTNER_URL: &str = "https://id.partner.example";
const API: &str = "https://api.example.com";

async fn who(user: Auth<CorpUser>) -> String {
    let issuer = user
        .token()
        .and_then(|claims| claims.issuer())
        .unwrap_or("-");
    format!("{} of {issuer} with {:?}", user.id, user.roles)
}

#[jam_auth(backend(Corp))]
async fn marked(user: Auth<CorpUser>) -> String {
    user.id.clone()
}

fn routes() -> JamRouter<Jam> {
    jam_routes![
        CORP = [
            get("/corp", who),
            get("/admin", async |user: Auth<CorpUser>| user.id.clone()).role(Role::Admin),
            get("/notes", async |user: Auth<CorpUser>| user.id.clone()).scope("notes:read"),
        ],
        ANY = [get("/any", who)],
        ALL = [get("/all", who)],
        declared() = [get("/marked", marked)],
    ]
}

fn claims() -> Value {
    json!({ "sub": "ann", "realm_access": { "roles": ["offline_access", "editor"] } })
}

struct World {
    app: Router,
    corp: TestIssuer,
    partner: TestIssuer,
    own: Jam,
}

fn world() -> World {
    let clock = ManualClock::at(NOW);
    let issuer = |url: &str| TestIssuer::new(url, API).unwrap().clock(clock.clone());
    let (corp, partner) = (issuer(CORP_URL), issuer(PARTNER_URL));
    let jam = Jam::builder()
        .jwt(Jwt::hs256([7; 32]))
        .issuer::<Corp>(corp.issuer())
        .issuer::<Partner>(partner.issuer())
        .clock(clock)
        .build()
        .unwrap();
    let app = routes().into_router(&jam).unwrap().with_state(jam.clone());
    World {
        app,
        corp,
        partner,
        own: jam,
    }
}

pub(crate) async fn call(app: &Router, path: &str, token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    get_with(app, path, &[("authorization", &bearer)]).await
}

#[tokio::test]
async fn a_token_of_the_issuer_is_accepted_and_its_claims_are_at_hand() {
    let world = world();
    let token = world.corp.token(claims());
    for path in ["/corp", "/any", "/all"] {
        let answer = call(&world.app, path, &token).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        assert_eq!(answer.body, format!("ann of {CORP_URL} with [Editor]"));
    }
    assert_eq!(call(&world.app, "/marked", &token).await.body, "ann");
    assert_eq!(call(&world.app, "/admin", &token).await.status, 403);
    let answer = call(&world.app, "/notes", &token).await;
    assert_eq!(answer.status, 403);
    assert!(
        answer.challenge().contains("insufficient_scope"),
        "{}",
        answer.challenge()
    );
}

#[tokio::test]
async fn the_iss_of_a_token_picks_one_of_several_issuers() {
    let world = world();
    let of = |key: &TestIssuer, issuer: &str| {
        let mut claims = claims();
        claims["iss"] = issuer.into();
        key.token(claims)
    };
    let partner = world.partner.token(claims());
    for (path, status) in [
        ("/corp", 401),
        ("/any", 200),
        ("/all", 200),
        ("/marked", 401),
    ] {
        assert_eq!(
            call(&world.app, path, &partner).await.status,
            status,
            "{path}"
        );
    }
    // The issuer is compared byte for byte, and the key of one issuer is nothing to another one.
    for bad in [
        of(&world.partner, CORP_URL),
        of(&world.corp, PARTNER_URL),
        of(&world.corp, "https://id.corp.example/"),
        of(&world.corp, "https://ID.corp.example"),
        of(&world.corp, ""),
        of(&TestIssuer::new(CORP_URL, API).unwrap(), CORP_URL),
    ] {
        for path in ["/corp", "/any", "/all"] {
            let answer = call(&world.app, path, &bad).await;
            assert_eq!(answer.status, 401, "{path} {bad}");
            assert_eq!(answer.challenge(), r#"Bearer error="invalid_token""#);
        }
    }
}

#[tokio::test]
async fn tokens_of_the_application_are_told_from_those_of_issuers() {
    let world = world();
    let user = CorpUser {
        id: "own".to_owned(),
        roles: vec![Role::Admin],
        scopes: Scopes::none(),
    };
    let own = world
        .own
        .gen_jwt_token(&world.own.make_payload(user))
        .unwrap();
    let answer = call(&world.app, "/all", own.as_str()).await;
    assert_eq!(answer.body, "own of - with [Admin]", "{}", answer.status);
    for path in ["/corp", "/any"] {
        assert_eq!(call(&world.app, path, own.as_str()).await.status, 401);
    }
}

#[tokio::test]
async fn a_token_names_the_audience() {
    let world = world();
    for (aud, status) in [
        (json!(API), 200),
        (json!(["https://other.example", API]), 200),
        (json!("https://other.example"), 401),
        (json!("https://api.example.com/"), 401),
        (json!([]), 401),
        // Left out.
        (Value::Null, 401),
    ] {
        let mut claims = claims();
        claims["aud"] = aud.clone();
        let token = world.corp.token(claims);
        assert_eq!(
            call(&world.app, "/corp", &token).await.status,
            status,
            "{aud}"
        );
    }
}

#[tokio::test]
async fn roles_are_read_from_their_place_alone() {
    let world = world();
    for (members, expected) in [
        (
            json!({ "realm_access": { "roles": ["admin"] } }),
            Some("[Admin]"),
        ),
        (
            json!({ "realm_access": { "roles": ["unknown"] } }),
            Some("[]"),
        ),
        (json!({ "realm_access": {} }), Some("[]")),
        (json!({ "realm_access": ["admin"] }), Some("[]")),
        (json!({}), Some("[]")),
        // A name of the field, or of the usual claim, grants nothing.
        (json!({ "roles": ["admin"] }), Some("[]")),
        (
            json!({ "roles": ["admin"], "realm_access": { "roles": ["editor"] } }),
            Some("[Editor]"),
        ),
        // A claim with the very name comes before the path.
        (
            json!({ "realm_access.roles": ["editor"], "realm_access": { "roles": ["admin"] } }),
            Some("[Editor]"),
        ),
        // A value that is not a role at all rejects the token.
        (json!({ "realm_access": { "roles": [1] } }), None),
        (json!({ "realm_access": { "roles": "admin" } }), None),
        (
            json!({ "realm_access": { "roles": { "admin": true } } }),
            None,
        ),
    ] {
        let mut claims = claims();
        let all = claims.as_object_mut().unwrap();
        all.remove("realm_access");
        all.extend(members.as_object().unwrap().clone());
        let answer = call(&world.app, "/corp", &world.corp.token(claims)).await;
        match expected {
            Some(roles) => {
                assert_eq!(
                    answer.body,
                    format!("ann of {CORP_URL} with {roles}"),
                    "{members}"
                );
            }
            None => assert_eq!(answer.status, 401, "{members}"),
        }
    }
}

#[tokio::test]
async fn a_claim_in_a_nested_object_occurs_once() {
    let world = world();
    for twice in [
        r#""realm_access":{"roles":["editor"],"roles":["admin"]}"#,
        r#""realm_access":{"roles":["editor"]},"realm_access":{"roles":["admin"]}"#,
        r#""realm_access":{"roles":["editor"]},"sub":"bob""#,
    ] {
        let exp = NOW + 60;
        let json =
            format!(r#"{{"iss":"{CORP_URL}","aud":"{API}","sub":"ann","exp":{exp},{twice}}}"#);
        let token = world.corp.sign(&json!({ "alg": "HS256" }), &json);
        assert_eq!(
            call(&world.app, "/corp", &token).await.status,
            401,
            "{twice}"
        );
    }
}

#[test]
fn an_issuer_has_an_audience_and_a_name_of_its_own() {
    #[derive(JamIssuer)]
    #[jam(payload = CorpUser, name = "corp")]
    struct Same;

    let key = SigningKey::generate(Algorithm::Hs256)
        .unwrap()
        .verifying_key();
    let issuer = || Issuer::with_keys(CORP_URL, key.clone());
    let error = Jam::builder()
        .issuer::<Corp>(issuer())
        .build()
        .unwrap_err()
        .to_string();
    assert!(error.contains("issuer.corp: it has no audience"), "{error}");
    let error = Jam::builder()
        .issuer::<Corp>(issuer().audience(API))
        .issuer::<Same>(issuer().audience(""))
        .build()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("two backends have the name \"corp\""),
        "{error}"
    );
    assert!(
        error.contains("issuer.corp: audience: it must not be empty"),
        "{error}"
    );
}

#[test]
fn a_table_names_the_issuer_that_the_application_lacks() {
    let jam = Jam::builder().jwt(Jwt::hs256([7; 32])).build().unwrap();
    let error = routes().into_router(&jam).unwrap_err().to_string();
    assert!(
        error.contains("needs the backend \"corp\": add .backend(..) or .issuer(..)"),
        "{error}"
    );
    assert!(error.contains("needs the backend \"partner\""), "{error}");
}

//! Protected resources (RFC 9728, RFC 8707) and access tokens (RFC 9068).

use axum::Router;
use jam::dsl::user;
use jam::testing::{ManualClock, TestIssuer};
use jam::{
    Access, Auth, Issuer, Jam, JamIssuer, JamPayload, JamRouter, Jwt, Scopes, Sessions, jam_routes,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::{Answer, NOW, get_with};

#[derive(Clone, Debug, Serialize, Deserialize, JamPayload)]
#[jam(scopes("notes:read", "notes:write"))]
struct Caller {
    #[jam(sub)]
    id: String,
    #[serde(default)]
    #[jam(scopes)]
    scopes: Scopes,
}

#[derive(JamIssuer)]
#[jam(payload = Caller)]
struct Corp;

const CORP_URL: &str = "https://id.corp.example";
const API: &str = "https://api.example.com";
const METADATA: &str = "https://api.example.com/.well-known/oauth-protected-resource";

const CORP: Access<Caller> = user().backend_type::<Corp>().resource(API);

async fn who(user: Auth<Caller>) -> String {
    user.id.clone()
}

fn routes() -> JamRouter<Jam> {
    jam_routes![
        CORP = [
            get("/me", who),
            get("/notes", who).scope("notes:read"),
            post("/notes", who).scope("notes:read").scope("notes:write"),
            get("/recent", who).fresh(minutes(5)),
        ],
        CORP.optional() = [get("/", async |user: Option<Auth<Caller>>| user
            .is_some()
            .to_string())],
    ]
}

struct World {
    app: Router,
    issuer: TestIssuer,
}

fn world(make: impl FnOnce(&TestIssuer) -> Issuer) -> World {
    let clock = ManualClock::at(NOW);
    let issuer = TestIssuer::new(CORP_URL, API).unwrap().clock(clock.clone());
    let jam = Jam::builder()
        .issuer::<Corp>(make(&issuer))
        .clock(clock)
        .build()
        .unwrap();
    let app = routes().into_router(&jam).unwrap().with_state(jam);
    World { app, issuer }
}

async fn call(app: &Router, method: &str, path: &str, token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    crate::support::call(app, method, path, &[("authorization", &bearer)]).await
}

#[tokio::test]
async fn challenges_name_the_metadata_and_all_scopes_of_the_row() {
    let world = world(TestIssuer::issuer);
    let token = |scope: &str| world.issuer.token(json!({ "sub": "ann", "scope": scope }));
    let metadata = format!("resource_metadata=\"{METADATA}\"");
    for (method, path, scopes) in [
        ("GET", "/me", ""),
        ("GET", "/notes", ", scope=\"notes:read\""),
        ("POST", "/notes", ", scope=\"notes:read notes:write\""),
    ] {
        let answer = crate::support::call(&world.app, method, path, &[]).await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.challenge(), format!("Bearer {metadata}{scopes}"));
        let answer = call(&world.app, method, path, "not.a.token").await;
        assert_eq!(answer.status, 401);
        let wanted = format!("Bearer error=\"invalid_token\", {metadata}{scopes}");
        assert_eq!(answer.challenge(), wanted);
        let answer = call(&world.app, method, path, &token("notes:read notes:write")).await;
        assert_eq!(answer.status, 200);
    }
    // A caller with one of two scopes learns both.
    let answer = call(&world.app, "POST", "/notes", &token("notes:read")).await;
    assert_eq!(answer.status, 403);
    assert_eq!(
        answer.challenge(),
        format!(
            "Bearer error=\"insufficient_scope\", scope=\"notes:read notes:write\", {metadata}"
        )
    );
    let old = world
        .issuer
        .token(json!({ "sub": "ann", "auth_time": NOW - 900 }));
    let answer = call(&world.app, "GET", "/recent", &old).await;
    assert_eq!(answer.status, 401);
    assert!(
        answer.challenge().ends_with(&metadata),
        "{}",
        answer.challenge()
    );
    assert!(
        answer.challenge().contains("max_age=300"),
        "{}",
        answer.challenge()
    );
}

#[tokio::test]
async fn a_token_names_the_resource() {
    const OTHER: &str = "https://other.example.com";
    // The issuer is configured with another audience, so that the rule decides.
    let world = world(|issuer| issuer.issuer().audience(OTHER));
    for (aud, status) in [
        (json!([OTHER, API]), 200),
        (json!([API, OTHER]), 200),
        (json!(OTHER), 401),
        (json!([OTHER]), 401),
        (json!([OTHER, "https://api.example.com/"]), 401),
        (json!([OTHER, "https://API.example.com"]), 401),
        (json!(API), 401),
    ] {
        let token = world.issuer.token(json!({ "sub": "ann", "aud": aud }));
        for path in ["/me", "/"] {
            let answer = call(&world.app, "GET", path, &token).await;
            assert_eq!(answer.status, status, "{aud} {path}");
        }
    }
}

#[tokio::test]
async fn the_metadata_is_made_from_the_table() {
    let world = world(TestIssuer::issuer);
    let answer = get_with(&world.app, "/.well-known/oauth-protected-resource", &[]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(
        answer.json(),
        json!({
            "resource": API,
            "authorization_servers": [CORP_URL],
            "scopes_supported": ["notes:read", "notes:write"],
            "bearer_methods_supported": ["header"],
        })
    );
}

#[tokio::test]
async fn a_resource_with_a_path_has_its_metadata_below_the_well_known_path() {
    const V1: Access<Caller> = user()
        .backend("jwt")
        .cookie("jwt")
        .resource("https://api.example.com/v1");
    let table = |path: &'static str| -> JamRouter<Jam> {
        let own: JamRouter<Jam> = jam_routes![V1 = [get("/v1/me", who)]];
        match path {
            "" => own,
            _ => own.merge(jam_routes![
                public("our own document") = [get(
                    "/.well-known/oauth-protected-resource/v1",
                    async || "own"
                )]
            ]),
        }
    };
    let jwt = || {
        Jwt::hs256([7; 32])
            .issuer(CORP_URL)
            .audience("https://api.example.com/v1")
    };
    let jam = Jam::builder().jwt(jwt()).build().unwrap();
    let path = "/.well-known/oauth-protected-resource/v1";
    let app = table("").into_router(&jam).unwrap().with_state(jam.clone());
    assert_eq!(
        get_with(&app, path, &[]).await.json(),
        json!({
            "resource": "https://api.example.com/v1",
            "authorization_servers": [CORP_URL],
            "bearer_methods_supported": [],
        })
    );
    // A route of the table comes first.
    let app = table("own").into_router(&jam).unwrap().with_state(jam);
    assert_eq!(get_with(&app, path, &[]).await.body, "own");
    // The application's own tokens would never name the resource.
    let jam = Jam::builder().jwt(jwt().audience("other")).build().unwrap();
    let error = table("").into_router(&jam).unwrap_err().to_string();
    assert!(
        error.contains("add .audience(\"https://api.example.com/v1\") to the `Jwt`"),
        "{error}"
    );
}

#[tokio::test]
async fn a_session_needs_no_audience() {
    const WEB: Access<Caller> = user().backend("session").cookie("sid").resource(API);
    let jam = Jam::builder()
        .sessions(Sessions::in_memory())
        .build()
        .unwrap();
    let table: JamRouter<Jam> = jam_routes![WEB = [get("/me", who)]];
    let app = table.into_router(&jam).unwrap().with_state(jam.clone());
    let caller = Caller {
        id: "ann".to_owned(),
        scopes: Scopes::none(),
    };
    let session = jam.create_session("ann", &caller).await.unwrap();
    let cookie = format!("sid={}", session.as_str());
    assert_eq!(
        get_with(&app, "/me", &[("cookie", &cookie)]).await.status,
        200
    );
}

#[test]
fn the_table_shows_the_resource() {
    let table = routes().table().to_string();
    assert!(
        table.contains("Caller: corp by header authorization; resource https://api.example.com"),
        "{table}"
    );
}

/// RFC 9068: each claim of the profile is required, one at a time (J24).
#[tokio::test]
async fn access_tokens_have_every_claim_of_the_profile() {
    let world = world(|issuer| issuer.issuer().access_tokens());
    let good = json!({
        "iss": CORP_URL, "exp": NOW + 60, "aud": API, "sub": "ann", "client_id": "spa", "iat": NOW, "jti": "1",
    });
    let status = async |typ: Option<&str>, claims: &Value| {
        let mut header = json!({ "alg": "HS256" });
        if let Some(typ) = typ {
            header["typ"] = typ.into();
        }
        let token = world.issuer.sign(&header, &claims.to_string());
        call(&world.app, "GET", "/me", &token).await.status.as_u16()
    };
    for (typ, wanted) in [
        (Some("at+jwt"), 200),
        (Some("AT+JWT"), 200),
        (Some("application/at+jwt"), 200),
        (Some("JWT"), 401),
        (Some("at+jwt+x"), 401),
        (Some("id+jwt"), 401),
        (None, 401),
    ] {
        assert_eq!(status(typ, &good).await, wanted, "{typ:?}");
    }
    for claim in good.as_object().unwrap().keys() {
        let mut less = good.clone();
        less.as_object_mut().unwrap().remove(claim);
        assert_eq!(status(Some("at+jwt"), &less).await, 401, "{claim}");
        for bad in [json!(""), Value::Null, json!({})] {
            let mut other = good.clone();
            other[claim] = bad.clone();
            // An empty `jti` names the token as well as any other.
            let wanted = if claim == "jti" && bad == json!("") {
                200
            } else {
                401
            };
            assert_eq!(
                status(Some("at+jwt"), &other).await,
                wanted,
                "{claim}: {bad}"
            );
        }
    }
    let mut bound = good.clone();
    bound["cnf"] = json!({ "jkt": "x" });
    assert_eq!(status(Some("at+jwt"), &bound).await, 401);
}

//! The test client that `jam::testing` gives to applications.

use axum::extract::{FromRef, State};
use axum::response::{IntoResponse, Redirect};
use axum::{Form, Json, Router};
use jam::dsl::user;
use jam::testing::TestClient;
use jam::{
    Access, Auth, Error, Jam, JamPayload, JamRouter, Jwt, Sessions, jam_auth, jam_routes,
    routes::RoutesError,
};
use serde::{Deserialize, Serialize};

use crate::support::{SECRET, jam};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JamPayload)]
struct User {
    #[jam(sub)]
    id: u64,
}

const USER: User = User { id: 7 };
const WEB: Access<User> = user().backend("session").cookie("sid").login("/login");
const API: Access<User> = user().backend("jwt");
const TOKEN_COOKIE: Access<User> = user().backend("jwt").cookie("jwt");

#[derive(Deserialize)]
struct Login {
    name: String,
}

async fn login(
    State(jam): State<Jam>,
    Form(Login { name }): Form<Login>,
) -> Result<impl IntoResponse, Error> {
    assert_eq!(name, "A & B=\u{fc}");
    let session = jam.create_session("7", &USER).await?;
    Ok((jam.session_cookie("sid", session), Redirect::to("/me")))
}

async fn me(user: Auth<User>) -> Json<User> {
    Json(user.into_inner())
}

async fn logout(user: Auth<User>, State(jam): State<Jam>) -> Result<impl IntoResponse, Error> {
    jam.logout(&user).await
}

async fn echo(_: Auth<User>, Json(value): Json<serde_json::Value>) -> Json<serde_json::Value> {
    Json(value)
}

fn routes() -> JamRouter<Jam> {
    jam_routes![
        WEB.guest() = [post("/login", login)],
        WEB = [
            get("/me", me),
            post("/logout", logout),
            put("/echo", echo),
            delete("/me", me),
        ],
        API = [get("/api", me)],
        TOKEN_COOKIE = [get("/cookie", me)],
    ]
}

#[tokio::test]
async fn a_client_signs_in_with_a_session_or_a_token() {
    let (jam, _) = jam();
    let anonymous = TestClient::new(routes(), &jam);
    let by_session = TestClient::new(routes(), &jam).session(&USER);
    let by_token = TestClient::new(routes(), &jam).token(&USER);
    for (path, statuses) in [("/me", [401, 200, 401]), ("/api", [401, 401, 200])] {
        for (client, status) in [&anonymous, &by_session, &by_token].iter().zip(statuses) {
            assert_eq!(client.get(path).await.status(), status, "{path}");
        }
    }
    assert_eq!(by_session.get("/me").await.json::<User>(), USER);
    let sessions = jam.sessions::<User>("7").await.unwrap();
    assert_eq!(
        sessions.len(),
        1,
        "one session is owned by the payload's subject"
    );
}

#[tokio::test]
async fn a_client_keeps_cookies_and_sends_same_origin_headers() {
    let (jam, _) = jam();
    let client = TestClient::new(routes(), &jam);
    let answer = client
        .post("/login")
        .form(&[("name", "A & B=\u{fc}")])
        .await;
    assert_eq!(
        (answer.status().as_u16(), answer.location()),
        (303, Some("/me"))
    );
    assert_eq!(client.get("/me").await.status(), 200);
    let body = serde_json::json!({ "a": [1, "x"] });
    let answer = client.put("/echo").json(&body).await;
    assert_eq!(answer.json::<serde_json::Value>(), body);
    let foreign = client.delete("/me").from_another_site().await;
    assert_eq!(foreign.status(), 403);
    assert_eq!(
        foreign.header("vary"),
        Some("Sec-Fetch-Site, Origin, cookie")
    );
    assert_eq!(client.post("/logout").await.status(), 204);
    assert_eq!(
        client.get("/me").await.status(),
        401,
        "the cookie is removed"
    );
    let page = client.get("/me").header("accept", "text/html").await;
    assert_eq!(page.location(), Some("/login?next=/me"));
}

#[derive(Clone, FromRef)]
struct App {
    jam: Jam,
}

#[jam_auth(backend = "session")]
async fn attributed(user: Auth<User>) -> String {
    user.id.to_string()
}

#[tokio::test]
async fn a_client_calls_routers_and_tables() -> Result<(), RoutesError> {
    let jam = Jam::builder()
        .jwt(Jwt::hs256(SECRET))
        .sessions(Sessions::in_memory());
    let jam = jam
        .development("127.0.0.1:3000".parse().unwrap())
        .build()
        .unwrap();
    let table: JamRouter<App> = jam_routes![TOKEN_COOKIE = [get("/", me), post("/", me)]];
    let client = TestClient::new((table, App { jam: jam.clone() }), &jam).token(&USER);
    assert_eq!(client.get("/").await.status(), 200);
    assert_eq!(client.post("/").await.status(), 200);
    let router = Router::new()
        .route("/", axum::routing::get(attributed))
        .with_state(jam.clone());
    let client = TestClient::new(router, &jam).session(&USER);
    assert_eq!(client.get("/").await.text(), "7");
    let table: JamRouter = jam_routes![WEB = [get("/", me)]];
    let client = TestClient::new(table, &jam).cookie("sid", "garbage");
    assert_eq!(client.get("/").await.status(), 401);
    Ok(())
}

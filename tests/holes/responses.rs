//! Response headers for browsers, caches and htmx.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use jam::dsl::user;
use jam::{
    Access, Auth, Error, Jam, JamRouter, RejectionKind, cookie::Logout, jam_auth, jam_routes,
    layer::ResponseHeadersLayer,
};

use crate::support::{HOUR, User, bearer, call, get_with, jam};

const WEB: Access<User> = user().backend("session").cookie("sid").login("/login");
const API: Access<User> = user().backend("jwt");

async fn page() -> &'static str {
    "page"
}

async fn cached() -> ([(&'static str, &'static str); 1], &'static str) {
    ([("cache-control", "private, max-age=60")], "cached")
}

#[jam_auth(backend = "session", cookie = "sid")]
async fn by_cookie(_: Auth<User>) -> &'static str {
    "page"
}

#[jam_auth(backend = "jwt")]
async fn by_header(_: Auth<User>) -> &'static str {
    "page"
}

#[jam_auth(backend = "session", cookie = "sid")]
async fn logout(user: Auth<User>, State(jam): State<Jam>) -> Result<Logout, Error> {
    jam.logout(&user).await
}

#[jam_auth(backend = "session", cookie = "sid")]
async fn logout_elsewhere(
    user: Auth<User>,
    State(jam): State<Jam>,
) -> Result<impl IntoResponse, Error> {
    Ok((jam.logout(&user).await?, Redirect::to("/")))
}

async fn session(jam: &Jam) -> String {
    let session = jam.create_session("1", &User { user: 1 }).await.unwrap();
    format!("sid={}", session.as_str())
}

#[tokio::test]
async fn pages_with_a_cookie_rule_are_private_and_revalidated() {
    let (jam, _) = jam();
    let table: JamRouter<Jam> = jam_routes![
        WEB = [get("/page", page), get("/cached", cached)],
        WEB.optional() = [get("/maybe", page)],
        API = [get("/api", page)],
        declared() = [get("/declared", by_cookie)],
        public("everybody's") = [get("/public", page)],
    ];
    let plain = Router::new()
        .route("/attribute/cookie", get(by_cookie))
        .route("/attribute/header", get(by_header))
        .route("/attribute/open", get(page))
        .layer(ResponseHeadersLayer::new(&jam));
    let app = table.into_router(&jam).unwrap().merge(plain);
    let app = app.with_state(jam.clone());
    let (cookie, bearer) = (session(&jam).await, bearer(&jam, &User { user: 1 }));
    let headers = [("cookie", cookie.as_str()), ("authorization", &bearer)];
    let revalidate = Some("private, no-cache");
    for (path, vary, caching) in [
        ("/page", Some("cookie"), revalidate),
        ("/cached", Some("cookie"), Some("private, max-age=60")),
        ("/maybe", Some("cookie"), revalidate),
        ("/declared", Some("cookie"), revalidate),
        ("/api", Some("authorization"), None),
        ("/public", None, None),
        ("/attribute/cookie", Some("cookie"), revalidate),
        ("/attribute/header", Some("authorization"), None),
        ("/attribute/open", None, None),
    ] {
        let answer = get_with(&app, path, &headers).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("vary"), vary, "{path}");
        assert_eq!(answer.header("cache-control"), caching, "{path}");
        let refused = get_with(&app, path, &[]).await;
        assert_eq!(
            refused.headers.get_all("vary").iter().count(),
            usize::from(vary.is_some())
        );
        if refused.status == 401 {
            assert_eq!(refused.header("vary"), vary, "{path}");
            assert_eq!(refused.header("cache-control"), Some("no-store"), "{path}");
        }
    }
}

#[tokio::test]
async fn a_rejection_by_an_attribute_has_vary() {
    let (jam, _) = jam();
    let app = Router::new().route("/", get(by_cookie)).with_state(jam);
    let answer = get_with(&app, "/", &[]).await;
    assert_eq!(answer.header("vary"), Some("cookie"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn a_logout_response_clears_the_cached_pages() {
    let (jam, _) = jam();
    let app = Router::new()
        .route("/logout", axum::routing::post(logout))
        .route("/elsewhere", axum::routing::post(logout_elsewhere))
        .with_state(jam.clone());
    for (path, status) in [("/logout", 204), ("/elsewhere", 303)] {
        let cookie = session(&jam).await;
        let answer = call(&app, "POST", path, &[("cookie", &cookie)]).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(
            answer.header("clear-site-data"),
            Some("\"cache\""),
            "{path}"
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(answer.cookie(), "sid=", "{path}");
        let again = call(&app, "POST", path, &[("cookie", &cookie)]).await;
        assert_eq!(again.status, 401, "{path}");
        assert_eq!(again.header("clear-site-data"), None, "{path}");
    }
}

#[tokio::test]
async fn htmx_receives_the_login_page_in_a_header() {
    let (jam, clock) = jam();
    let table: JamRouter<Jam> = jam_routes![
        WEB = [
            get("/part", page),
            post("/part", page),
            get("/recent", page).fresh(minutes(5)),
        ],
        WEB.guest().redirect_to("/home") = [get("/login", page)],
    ];
    let app = table.into_router(&jam).unwrap().with_state(jam.clone());
    let htmx = ("hx-request", "true");
    for (page, to) in [
        (
            Some("https://app.example/notes?q=1#x"),
            "/login?next=/notes%3Fq%3D1",
        ),
        (Some("https://app.example"), "/login?next=/"),
        (Some("https://app.example//evil.example"), "/login"),
        (Some("nonsense"), "/login"),
        (None, "/login"),
    ] {
        for method in ["GET", "POST"] {
            let mut headers = vec![htmx, ("accept", "text/html")];
            headers.extend(page.map(|page| ("hx-current-url", page)));
            let answer = call(&app, method, "/part", &headers).await;
            assert_eq!(answer.status, 401, "{method} {page:?}");
            assert_eq!(answer.challenge(), "Bearer");
            assert_eq!(answer.header("hx-redirect"), Some(to), "{method} {page:?}");
            assert_eq!(answer.header("location"), None);
        }
    }
    let cookie = session(&jam).await;
    clock.advance(HOUR.as_secs() / 2);
    let headers = [
        htmx,
        ("cookie", cookie.as_str()),
        ("hx-current-url", "http://a/b"),
    ];
    let answer = get_with(&app, "/recent", &headers).await;
    assert_eq!(
        answer.header("hx-redirect"),
        Some("/login?next=/b&reauth=1")
    );
    let answer = get_with(&app, "/login", &headers).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("hx-redirect")),
        (403, Some("/home"))
    );
    // Only htmx requests get the header.
    assert_eq!(
        get_with(&app, "/part", &[]).await.header("hx-redirect"),
        None
    );
}

#[tokio::test]
async fn an_application_can_map_a_rejection_to_any_response() {
    let builder = Jam::builder().sessions(jam::Sessions::in_memory());
    let jam = builder
        .on_reject(|rejection, _| match rejection.kind() {
            RejectionKind::NoCredential => Err("sign in first"),
            _ => Ok(StatusCode::IM_A_TEAPOT),
        })
        .build()
        .unwrap();
    let table: JamRouter = jam_routes![WEB = [get("/", page)]];
    let app = table.into_router(&jam).unwrap();
    assert_eq!(get_with(&app, "/", &[]).await.body, "sign in first");
    let bad = [("cookie", "sid=bad")];
    assert_eq!(get_with(&app, "/", &bad).await.status, 418);
}

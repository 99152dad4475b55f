//! The cookies that a response sets, and the cookies that a request presents.

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use http::StatusCode;
use jam::{Access, Auth, Jam, JamRouter, Jwt, Sessions, dsl::user, jam_auth, jam_routes};
use std::net::SocketAddr;
use std::time::Duration;

use crate::support::{NOW, SECRET, User, app, call, foreign_token, get_with, jam, login};

#[tokio::test]
async fn a_cookie_is_http_only_same_site_and_secure() {
    let app = app(jam().0);
    for (path, name, life) in [
        ("/jwt/login", "jwt", 3600),
        ("/session/login", "sid", 86400),
    ] {
        let answer = call(&app, "POST", path, &[]).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let [cookie] = &answer.set_cookies()[..] else {
            panic!()
        };
        let (pair, attributes) = cookie.split_once(';').unwrap();
        assert!(pair.starts_with(&format!("{name}=")), "{cookie}");
        let wanted = format!(" Max-Age={life}; Path=/; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(attributes, wanted);
    }
}

async fn set(jam: Jam, name: Option<&'static str>) -> crate::support::Answer {
    async fn handler(
        State((jam, name)): State<(Jam, Option<&'static str>)>,
    ) -> Result<impl IntoResponse, jam::Error> {
        let session = jam.create_session("a", &User { user: 1 }).await?;
        Ok((jam.session_cookie(name, session), "set"))
    }
    let app = Router::new()
        .route("/", get(handler))
        .with_state((jam, name));
    get_with(&app, "/", &[]).await
}

#[tokio::test]
async fn a_cookie_without_a_name_has_the_host_prefix() {
    let answer = set(jam().0, None).await;
    let [cookie] = &answer.set_cookies()[..] else {
        panic!()
    };
    assert!(cookie.starts_with("__Host-session="), "{cookie}");
    for needed in ["; Path=/", "; Secure"] {
        assert!(cookie.contains(needed));
    }
    assert!(!cookie.contains("Domain"));
    let (jam, _) = jam();
    let token = jam
        .gen_jwt_token(&jam.make_payload(User { user: 1 }))
        .unwrap();
    assert!(format!("{:?}", jam.jwt_cookie(None, token)).contains("\"__Host-jwt\""));
}

#[jam_auth(backend = "session", cookie)]
async fn default_cookie(user: Auth<User>) -> String {
    user.user.to_string()
}

#[tokio::test]
async fn a_rule_reads_the_cookie_with_the_default_name() {
    let (jam, _) = jam();
    let cookie = set(jam.clone(), None).await.cookie();
    let app = Router::new()
        .route("/", get(default_cookie))
        .with_state(jam);
    assert_eq!(
        get_with(&app, "/", &[("cookie", &cookie)]).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn an_invalid_cookie_answers_500_and_is_not_dropped() {
    for name in ["", "a b", "a;b", "a,b", "a=b", "a\r\nb", "a\"b", "ä", "a\0"] {
        let answer = set(jam().0, Some(name)).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{name:?}");
        assert!(answer.set_cookies().is_empty());
    }
    // Browsers silently drop cookies that are longer than 4096 bytes.
    let long: &'static str = Box::leak("n".repeat(4096 - 42).into_boxed_str());
    assert_eq!(
        set(jam().0, Some(long)).await.status,
        StatusCode::INTERNAL_SERVER_ERROR
    );
    assert_eq!(set(jam().0, Some(&long[1..])).await.status, StatusCode::OK);
}

#[tokio::test]
async fn one_response_sets_one_cookie_of_a_name() {
    async fn twice(State(jam): State<Jam>) -> Result<impl IntoResponse, jam::Error> {
        let first = jam.create_session("a", &User { user: 1 }).await?;
        let second = jam.create_session("a", &User { user: 2 }).await?;
        let other = jam.remove_cookie("jwt");
        Ok((
            jam.session_cookie("sid", first),
            other,
            jam.session_cookie("sid", second),
            "set",
        ))
    }
    let (jam, _) = jam();
    let app = app(jam.clone()).merge(Router::new().route("/twice", get(twice)).with_state(jam));
    let answer = get_with(&app, "/twice", &[]).await;
    let cookies = answer.set_cookies();
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    let session = cookies
        .iter()
        .find(|cookie| cookie.starts_with("sid="))
        .unwrap();
    let cookie = session.split(';').next().unwrap();
    let user = get_with(&app, "/session/user", &[("cookie", cookie)]).await;
    assert_eq!(user.body, r#"{"user":2}"#, "the last cookie stays");
}

#[tokio::test]
async fn a_cookie_can_expire_earlier_but_not_later_than_its_credential() {
    let (jam, _) = jam();
    let token = || {
        jam.gen_jwt_token(&jam.make_payload(User { user: 1 }))
            .unwrap()
    };
    for (asked, got) in [(60, 60), (3600, 3600), (99_999, 3600)] {
        let cookie = jam
            .jwt_cookie("jwt", token())
            .max_age(Duration::from_secs(asked));
        assert!(
            format!("{cookie:?}").contains(&format!("max_age: {got}")),
            "{cookie:?}"
        );
    }
}

#[tokio::test]
async fn a_duplicate_cookie_is_rejected_in_either_order() {
    let app = app(jam().0);
    let mine = login(&app, "/session/login").await;
    let planted = login(&app, "/session/login").await;
    for headers in [
        &[("cookie", &*format!("{mine}; {planted}"))][..],
        &[("cookie", &*format!("{planted}; {mine}"))],
        &[("cookie", &mine), ("cookie", &planted)],
        &[("cookie", &*format!("{mine}; {mine}; {planted}"))],
    ] {
        assert_eq!(
            get_with(&app, "/session/user", headers).await.status,
            401,
            "{headers:?}"
        );
    }
    // Several Cookie fields are valid (RFC 9113 section 8.2.3), and so is an empty duplicate.
    let split = [
        ("cookie", "a=1"),
        ("cookie", mine.as_str()),
        ("cookie", "b=2; sid="),
    ];
    assert_eq!(get_with(&app, "/session/user", &split).await.status, 200);
}

#[tokio::test]
async fn a_cookie_is_found_among_two_thousand() {
    let app = app(jam().0);
    let cookie = login(&app, "/session/login").await;
    let many: String = (0..2000).map(|at| format!("c{at}=1; ")).collect();
    let header = format!("{many}{cookie}");
    assert_eq!(
        get_with(&app, "/session/user", &[("cookie", &header)])
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn an_optional_rule_ignores_and_clears_a_stale_cookie() {
    let app = app(jam().0);
    for cookie in ["sid=garbage", &format!("sid={}", "A".repeat(43))] {
        let answer = get_with(&app, "/home", &[("cookie", cookie)]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body.as_str()),
            (200, "anonymous")
        );
        let cleared = answer.set_cookies();
        assert_eq!(
            cleared,
            ["sid=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure"]
        );
    }
    for cookie in ["", "sid=", "other=1"] {
        let answer = get_with(&app, "/home", &[("cookie", cookie)]).await;
        assert_eq!(answer.body, "anonymous");
        assert!(answer.set_cookies().is_empty());
    }
    let good = login(&app, "/session/login").await;
    let answer = get_with(&app, "/home", &[("cookie", &good)]).await;
    assert_eq!(answer.body, "user 1");
    assert!(answer.set_cookies().is_empty());
}

const MAYBE: Access<User> = user().backend("session").cookie("sid").optional();
const MAYBE_BEARER: Access<User> = user().backend("jwt").optional();

async fn relogin(State(jam): State<Jam>, user: Option<Auth<User>>) -> impl IntoResponse {
    assert!(user.is_none());
    let session = jam.create_session("a", &User { user: 9 }).await;
    session.map(|session| jam.session_cookie("sid", session))
}

async fn maybe(user: Option<Auth<User>>) -> String {
    user.map_or("anonymous".to_owned(), |user| user.user.to_string())
}

#[tokio::test]
async fn a_table_clears_a_stale_cookie_unless_the_handler_sets_it() {
    let (jam, _) = jam();
    let routes: JamRouter<Jam> = jam_routes![
        MAYBE = [get("/maybe", maybe), get("/relogin", relogin)],
        MAYBE_BEARER = [get("/bearer", maybe)],
    ];
    let app = routes.into_router(&jam).unwrap().with_state(jam);
    let stale = [("cookie", "sid=garbage")];
    let answer = get_with(&app, "/maybe", &stale).await;
    assert_eq!(answer.body, "anonymous");
    assert_eq!(answer.set_cookies().len(), 1);
    let answer = get_with(&app, "/relogin", &stale).await;
    assert_ne!(answer.cookie(), "sid=");
    // A malformed header is rejected even if the rule admits anonymous requests.
    let bad = [("authorization", "Bearer abc")];
    assert_eq!(get_with(&app, "/bearer", &bad).await.status, 401);
    assert_eq!(get_with(&app, "/bearer", &[]).await.body, "anonymous");
}

fn in_development(address: &str) -> Result<Jam, jam::ConfigError> {
    let address: SocketAddr = address.parse().unwrap();
    Jam::builder()
        .jwt(Jwt::hs256(SECRET))
        .sessions(Sessions::in_memory())
        .clock(jam::testing::ManualClock::at(NOW))
        .development(address)
        .build()
}

#[tokio::test]
async fn development_mode_allows_only_loopback_addresses() {
    for address in [
        "0.0.0.0:3000",
        "192.0.2.1:3000",
        "[::]:3000",
        "[2001:db8::1]:1",
    ] {
        let error = in_development(address).unwrap_err();
        assert_eq!(error.keys().collect::<Vec<_>>(), ["development"]);
        assert!(error.to_string().contains(address), "{error}");
    }
    let jam = in_development("127.0.0.1:3000").unwrap();
    let answer = set(jam.clone(), None).await;
    let [cookie] = &answer.set_cookies()[..] else {
        panic!()
    };
    // Browsers accept a cookie with this prefix only over HTTPS.
    assert!(
        cookie.starts_with("session=") && !cookie.contains("Secure"),
        "{cookie}"
    );
    let cookie = answer.cookie();
    let app = Router::new()
        .route("/", get(default_cookie))
        .with_state(jam);
    for (host, status) in [
        ("localhost:3000", 200),
        ("127.0.0.1", 200),
        ("[::1]:3000", 200),
        ("app.localhost", 200),
        ("app.example", 500),
        ("localhost.evil.example", 500),
        ("127.0.0.1.nip.io:3000", 500),
    ] {
        let answer = get_with(&app, "/", &[("cookie", &cookie), ("host", host)]).await;
        assert_eq!(answer.status, status, "{host}");
    }
}

#[tokio::test]
async fn the_first_presented_source_of_a_rule_decides() {
    #[jam_auth(backend = "jwt", cookie = "jwt", header = "authorization")]
    async fn cookie_first(user: Auth<User>) -> String {
        format!("{:?}", user.source())
    }
    #[jam_auth(backend = "jwt", header = "authorization", cookie = "jwt")]
    async fn header_first(user: Auth<User>) -> String {
        format!("{:?}", user.source())
    }
    let app = Router::new()
        .route("/cookie-first", get(cookie_first))
        .route("/header-first", get(header_first))
        .with_state(jam().0);
    let token = foreign_token();
    let (cookie, bearer) = (format!("jwt={token}"), format!("Bearer {token}"));
    let (bad_cookie, bad_bearer) = ("jwt=a.b.c", "Bearer a.b.c");
    for (path, cookie, bearer, expected) in [
        (
            "/cookie-first",
            Some(&*cookie),
            Some(bad_bearer),
            (200, "Cookie(\"jwt\")"),
        ),
        ("/cookie-first", Some(bad_cookie), Some(&*bearer), (401, "")),
        (
            "/cookie-first",
            None,
            Some(&*bearer),
            (200, "Header(\"authorization\")"),
        ),
        (
            "/cookie-first",
            Some("jwt="),
            Some(&*bearer),
            (200, "Header(\"authorization\")"),
        ),
        ("/header-first", Some(&*cookie), Some(bad_bearer), (401, "")),
        (
            "/header-first",
            Some(bad_cookie),
            Some(&*bearer),
            (200, "Header(\"authorization\")"),
        ),
        (
            "/header-first",
            Some(&*cookie),
            None,
            (200, "Cookie(\"jwt\")"),
        ),
        (
            "/header-first",
            Some(&*cookie),
            Some("Basic dTpw"),
            (200, "Cookie(\"jwt\")"),
        ),
    ] {
        let mut headers = Vec::new();
        headers.extend(cookie.map(|cookie| ("cookie", cookie)));
        headers.extend(bearer.map(|bearer| ("authorization", bearer)));
        let answer = get_with(&app, path, &headers).await;
        assert_eq!(answer.status, expected.0, "{path} {headers:?}");
        if answer.status == 200 {
            assert_eq!(answer.body, expected.1, "{path} {headers:?}");
        }
    }
}

#[tokio::test]
async fn a_secure_cookie_prefix_requires_https() {
    let token = |jam: &Jam| {
        jam.gen_jwt_token(&jam.make_payload(User { user: 1 }))
            .unwrap()
    };
    let (https, _) = jam();
    let answer = https
        .jwt_cookie("__Secure-jwt", token(&https))
        .into_response();
    assert_eq!(answer.status(), 200);
    let plain = in_development("127.0.0.1:3000").unwrap();
    let answer = plain
        .jwt_cookie("__Secure-jwt", token(&plain))
        .into_response();
    assert_eq!(answer.status(), 500);
    let answer = plain.jwt_cookie("jwt", token(&plain)).into_response();
    assert_eq!(answer.status(), 200);
}

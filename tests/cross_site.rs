//! Cross-site requests that a browser sends.

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::response::Response;
use axum::routing::{any, get};
use jam::{Auth, Jam, Sessions, jam_auth};

use crate::support::{User, app, call, foreign_token, get_with, jam, login};

async fn post(app: &Router, cookie: &str, headers: &[(&str, &str)]) -> u16 {
    let mut all = vec![("cookie", cookie), ("host", "site.example")];
    all.extend(headers);
    call(app, "POST", "/session/user", &all)
        .await
        .status
        .as_u16()
}

#[tokio::test]
async fn an_unsafe_request_by_cookie_must_come_from_the_same_origin() {
    let app = app(jam().0);
    let cookie = login(&app, "/session/login").await;
    let own = ("origin", "https://site.example");
    for (headers, status) in [
        // The client is not a browser. Only a browser attaches cookies by itself.
        (&[][..], 200),
        (&[("sec-fetch-site", "same-origin"), own][..], 200),
        (&[own], 200),
        (&[("origin", "https://site.example:443")], 200),
        // The request comes from a same-origin page with `Referrer-Policy: no-referrer`.
        (
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
            200,
        ),
        // `Sec-Fetch-Site` takes precedence over `Origin`.
        (&[("sec-fetch-site", "cross-site"), own], 403),
        (
            &[
                ("sec-fetch-site", "same-site"),
                ("origin", "https://sub.site.example"),
            ],
            403,
        ),
        (&[("sec-fetch-site", "none")], 403),
        (&[("sec-fetch-site", "SAME-ORIGIN")], 403),
        (
            &[
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-site", "cross-site"),
            ],
            403,
        ),
        (&[("origin", "null")], 403),
        (&[("origin", "")], 403),
        (&[("origin", "site.example")], 403),
        (&[("origin", "http://site.example")], 403),
        (&[("origin", "https://site.example:8443")], 403),
        (&[("origin", "https://site.example.evil.example")], 403),
        (&[("origin", "https://evil-site.example")], 403),
        (
            &[("origin", "https://evil.example/https://site.example")],
            403,
        ),
        (&[own, ("origin", "https://evil.example")], 403),
    ] {
        assert_eq!(post(&app, &cookie, headers).await, status, "{headers:?}");
    }
}

#[tokio::test]
async fn a_rejection_has_a_vary_header() {
    let app = app(jam().0);
    let cookie = login(&app, "/session/login").await;
    let headers = [
        ("cookie", cookie.as_str()),
        ("sec-fetch-site", "cross-site"),
    ];
    let answer = call(&app, "POST", "/logout", &headers).await;
    assert_eq!(answer.status, 403);
    assert_eq!(
        answer.header("vary"),
        Some("Sec-Fetch-Site, Origin, cookie")
    );
    assert!(answer.set_cookies().is_empty());
    assert_eq!(
        get_with(&app, "/session/user", &headers[..1]).await.status,
        200
    );
}

#[tokio::test]
async fn safe_methods_and_header_credentials_are_exempt() {
    let app = app(jam().0);
    let cookie = login(&app, "/session/login").await;
    let cross = ("sec-fetch-site", "cross-site");
    let get = get_with(&app, "/session/user", &[("cookie", &cookie), cross]).await;
    assert_eq!(get.status, 200);
    let bearer = format!("Bearer {}", foreign_token());
    let headers = [
        ("authorization", bearer.as_str()),
        cross,
        ("origin", "https://spa.example"),
    ];
    assert_eq!(
        call(&app, "POST", "/bearer/user", &headers).await.status,
        200
    );
    // A token in a cookie is checked like any cookie.
    let cookie = format!("jwt={}", foreign_token());
    let headers = [("cookie", cookie.as_str()), cross];
    assert_eq!(call(&app, "POST", "/jwt/user", &headers).await.status, 403);
}

#[tokio::test]
async fn a_bad_credential_stays_401_and_an_anonymous_request_stays_anonymous() {
    let app = app(jam().0);
    let cross = [("sec-fetch-site", "cross-site"), ("cookie", "sid=garbage")];
    assert_eq!(
        call(&app, "POST", "/session/user", &cross).await.status,
        401
    );
    assert_eq!(call(&app, "POST", "/home", &cross).await.body, "anonymous");
    let good = login(&app, "/session/login").await;
    let cross = [("sec-fetch-site", "cross-site"), ("cookie", good.as_str())];
    assert_eq!(call(&app, "POST", "/home", &cross).await.status, 403);
}

#[tokio::test]
async fn configured_origins_are_allowed_in_addition_to_the_own_origin() {
    let jam = Jam::builder()
        .sessions(Sessions::in_memory())
        .origin("https://app.example")
        .origin("https://admin.example:8443")
        .origin("tauri://localhost")
        .build()
        .unwrap();
    let app = app(jam);
    let cookie = login(&app, "/session/login").await;
    for (origin, status) in [
        ("https://app.example", 200),
        ("https://APP.example", 200),
        ("https://admin.example:8443", 200),
        ("https://site.example", 200),
        ("tauri://localhost", 200),
        ("tauri://other", 403),
        ("https://admin.example", 403),
        ("http://app.example", 403),
    ] {
        assert_eq!(
            post(&app, &cookie, &[("origin", origin)]).await,
            status,
            "{origin}"
        );
    }
}

#[test]
fn a_configured_origin_has_the_spelling_of_browsers() {
    let named = |origin: &str| {
        Jam::builder()
            .sessions(Sessions::in_memory())
            .origin(origin)
            .build()
    };
    for good in [
        "https://app.example",
        "http://localhost:5173",
        "https://app.example:80",
        "http://app.example:443",
        "tauri://localhost",
    ] {
        assert!(named(good).is_ok(), "{good}");
    }
    for bad in ["https://app.example:443", "http://app.example:80"] {
        let error = named(bad).unwrap_err().to_string();
        assert!(
            error.contains("the port that browsers leave out"),
            "{error}"
        );
    }
}

/// Asserts that an HTTP page of the same name is the own origin only on loopback. On a network,
/// another party can serve such a page.
#[tokio::test]
async fn an_http_page_is_same_origin_only_on_loopback() {
    let (jam, _) = jam();
    let app = app(jam);
    let cookie = login(&app, "/session/login").await;
    for (host, origin, status) in [
        ("app.example", "http://app.example", 403),
        ("app.example", "https://app.example", 200),
        ("app.example", "https://app.example:443", 200),
        ("app.example:443", "https://app.example", 200),
        ("app.example", "https://app.example:80", 403),
        ("app.example", "ftp://app.example", 403),
        ("localhost:3000", "http://localhost:3000", 200),
        ("localhost", "http://localhost:80", 200),
        ("localhost:80", "http://localhost", 200),
        ("127.0.0.1:3000", "http://127.0.0.1:3000", 200),
        ("[::1]:3000", "http://[::1]:3000", 200),
        ("localhost:3000", "http://localhost:3001", 403),
        (
            "localhost.evil.example",
            "http://localhost.evil.example",
            403,
        ),
    ] {
        let headers = [("cookie", &*cookie), ("host", host), ("origin", origin)];
        let answer = call(&app, "POST", "/session/user", &headers).await;
        assert_eq!(answer.status, status, "{origin} at {host}");
    }
}

#[jam_auth(backend = "session", cookie = "sid")]
async fn socket(_: Auth<User>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(|_| async {})
}

/// Asserts that a WebSocket handshake is checked like a POST. The handshake is a GET, and the check
/// runs before the 101 response.
#[tokio::test]
async fn a_cross_site_websocket_handshake_is_rejected() {
    let (jam, _) = jam();
    let app = app(jam.clone()).merge(
        Router::new()
            .route("/ws", get(socket))
            .route("/any", any(socket))
            .with_state(jam),
    );
    let cookie = login(&app, "/session/login").await;
    for path in ["/ws", "/any"] {
        let handshake = |origin: &'static str, cookie: &'static str| {
            [
                ("host", "site.example"),
                ("cookie", cookie),
                ("origin", origin),
                ("connection", "Upgrade"),
                ("upgrade", "websocket"),
                ("sec-websocket-version", "13"),
                ("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA=="),
            ]
        };
        let cookie: &'static str = Box::leak(cookie.clone().into_boxed_str());
        let status = async |origin, cookie| {
            get_with(&app, path, &handshake(origin, cookie))
                .await
                .status
                .as_u16()
        };
        assert_eq!(status("https://evil.example", cookie).await, 403);
        assert_eq!(status("https://site.example", "sid=garbage").await, 401);
        // 426 shows that the request passed the gate. A call without a connection cannot be
        // upgraded.
        assert_eq!(status("https://site.example", cookie).await, 426);
    }
}

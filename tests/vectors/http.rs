//! Requests, with the status and the challenge that each must get.

use axum::body::Body;
use axum::extract::Request;
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::BodyExt;
use jam::testing::ManualClock;
use jam::{Auth, Jam, JamPayload, Jwt, Sessions, jam_auth};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower::ServiceExt;

use super::Verdict;

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    #[jam(sub)]
    user: String,
}

const NOW: u64 = 1_800_000_000;
const SECRET: &[u8] = b"a secret of the vectors' own, 32 bytes";

#[jam_auth(backend = "jwt")]
async fn by_header(user: Auth<User>) -> Json<User> {
    Json(user.into_inner())
}

#[jam_auth(backend = "session", cookie = "sid")]
async fn by_cookie(user: Auth<User>) -> Json<User> {
    Json(user.into_inner())
}

/// One protected resource with two sources. The header is checked first.
async fn both(
    axum::extract::State(jam): axum::extract::State<Jam>,
    request: Request,
) -> axum::response::Response {
    let by = match request.headers().contains_key("authorization") {
        true => axum::routing::any(by_header).with_state::<()>(jam),
        false => axum::routing::any(by_cookie).with_state::<()>(jam),
    };
    by.oneshot(request).await.unwrap()
}

fn token(members: &Value, valid_secret: bool) -> String {
    let mut claims = serde_json::json!({
        "iss": "https://issuer.example", "aud": "api", "sub": "u1", "exp": NOW + 600,
    });
    for (name, value) in members.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    let secret = if valid_secret { SECRET } else { b"another" };
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret).unwrap();
    mac.update(signed.as_bytes());
    format!(
        "{signed}.{}",
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    )
}

/// Sends the request of each row. Returns what is wrong with each response.
pub(crate) fn check(rows: &[Value]) -> Vec<Verdict> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(over_http(rows))
}

async fn over_http(rows: &[Value]) -> Vec<Verdict> {
    let jwt = Jwt::hs256(SECRET)
        .issuer("https://issuer.example")
        .audience("api");
    let builder = Jam::builder().jwt(jwt).sessions(Sessions::in_memory());
    let jam = builder.clock(ManualClock::at(NOW)).build().unwrap();
    let session = async |user: &str| {
        let data = User {
            user: user.to_owned(),
        };
        jam.create_session(user, &data).await.unwrap().into_string()
    };
    let placeholders = [
        ("{VALID}", token(&serde_json::json!({}), true)),
        ("{OTHER}", token(&serde_json::json!({"sub": "other"}), true)),
        (
            "{EXPIRED}",
            token(&serde_json::json!({"exp": NOW - 1}), true),
        ),
        (
            "{NBF_FUTURE}",
            token(&serde_json::json!({"nbf": NOW + 60}), true),
        ),
        ("{WRONG_AUD}", token(&serde_json::json!({"aud": "x"}), true)),
        (
            "{CNF_JKT}",
            token(&serde_json::json!({"cnf": {"jkt": "x"}}), true),
        ),
        (
            "{CNF_X5T}",
            token(&serde_json::json!({"cnf": {"x5t#S256": "x"}}), true),
        ),
        ("{BADSIG}", token(&serde_json::json!({}), false)),
        ("{SID_ATTACKER}", session("attacker").await),
        ("{SID}", session("u1").await),
        ("{COOKIE_NAME_UPPER}", "SID".to_owned()),
        ("{COOKIE_NAME}", "sid".to_owned()),
    ];
    let fill = |text: &str| {
        placeholders
            .iter()
            .fold(text.to_owned(), |text, (name, value)| {
                text.replace(name, value)
            })
    };
    let app = Router::new()
        .route("/protected", get(both).post(both))
        .route("/ws", get(both))
        .with_state(jam.clone());
    let mut verdicts = Vec::new();
    for row in rows {
        let (sent, expected) = (&row["request"], &row["expect"]);
        // This library has no revocation of single tokens yet.
        if sent.to_string().contains("{REVOKED}") {
            verdicts.push(Verdict::Skipped("tokens cannot be revoked yet"));
            continue;
        }
        let mut request = Request::builder()
            .method(sent["method"].as_str().unwrap())
            .uri(fill(sent["path"].as_str().unwrap()))
            .header("host", "site.example");
        for header in sent["headers"].as_array().unwrap() {
            let value = fill(header[1].as_str().unwrap());
            // An HTTP server removes this from a field before an application reads it.
            let value = value.trim_matches(' ').to_owned();
            request = request.header(header[0].as_str().unwrap(), value);
        }
        let body = sent["body"].as_str().map(fill).unwrap_or_default();
        let Ok(request) = request.body(Body::from(body)) else {
            verdicts.push(Verdict::Skipped("no HTTP library sends such a request"));
            continue;
        };
        let response = app.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()).into_owned();
        let status = u64::from(head.status.as_u16());
        let challenge = head
            .headers
            .get("www-authenticate")
            .map_or(String::new(), |value| value.to_str().unwrap().to_owned());
        let mut faults = Vec::new();
        match (
            expected["status_any"].as_array(),
            expected["status"].as_u64(),
        ) {
            (Some(any), _) if any.contains(&Value::from(status)) => {}
            (None, None) => {}
            (None, Some(wanted)) if wanted == status => {}
            wanted => faults.push(format!("{status} instead of {wanted:?}")),
        }
        if let Some(wanted) = expected["www_authenticate"].as_object()
            && status == expected["status"].as_u64().unwrap_or(status)
        {
            let error = wanted["error"].as_str();
            let found = challenge
                .split("error=\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next());
            if !challenge.starts_with("Bearer") || found != error {
                faults.push(format!("challenge {challenge}"));
            }
        }
        if status == 401 && challenge.is_empty() {
            faults.push("401 without a challenge".to_owned());
        }
        if let Some(echoed) = expected["not_in_headers"].as_str()
            && format!("{:?}", head.headers).contains(echoed)
        {
            faults.push("the request's bytes are echoed".to_owned());
        }
        if let Some(principal) = expected["never_principal"].as_str()
            && body.contains(principal)
        {
            faults.push(format!("{principal} got in"));
        }
        if expected["handler_not_run"] == true && body.contains("u1") {
            faults.push("the handler ran".to_owned());
        }
        verdicts.push(match faults.is_empty() {
            true => Verdict::Agrees,
            false => Verdict::Disagrees(faults.join("; ")),
        });
    }
    verdicts
}

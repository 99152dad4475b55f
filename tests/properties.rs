//! Tests with random requests. A response is never a panic or a 500, and no request is accepted.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use http::{HeaderName, HeaderValue};
use jam::{Jam, Scopes};
use proptest::prelude::*;
use tokio::runtime::Runtime;

use crate::support::{SECRET, User, app, claims, foreign_token, forge, forge_bytes, jam, send};

fn header_bytes() -> impl Strategy<Value = Vec<u8>> {
    // All bytes that a field value can contain (RFC 9110 section 5.5).
    proptest::collection::vec(
        prop_oneof![Just(b'\t'), 0x20..=0x7e_u8, 0x80..=0xff_u8],
        0..200,
    )
}

/// Text that resembles a credential and contains some errors.
fn near_miss() -> impl Strategy<Value = Vec<u8>> {
    let token = foreign_token().into_bytes();
    (0..token.len(), any::<u8>(), 0..4_u8).prop_map(move |(at, byte, what)| {
        let mut token = token.clone();
        match what {
            0 => token[at] = byte,
            1 => token.insert(at, byte),
            2 => {
                token.remove(at);
            }
            _ => token.truncate(at),
        }
        token
    })
}

struct Target {
    runtime: Runtime,
    app: Router,
}

fn target() -> Target {
    Target {
        runtime: Runtime::new().unwrap(),
        app: app(jam().0),
    }
}

impl Target {
    fn status(&self, path: &str, name: &str, value: &[u8]) -> Option<u16> {
        let value = HeaderValue::from_bytes(value).ok()?;
        let request = Request::get(path)
            .header(name.parse::<HeaderName>().unwrap(), value)
            .body(Body::empty())
            .unwrap();
        Some(
            self.runtime
                .block_on(send(&self.app, request))
                .status
                .as_u16(),
        )
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_authorization_is_refused_clearly(value in header_bytes(), scheme in any::<bool>()) {
        let value = if scheme { [b"Bearer ", &value[..]].concat() } else { value };
        let status = target().status("/bearer/user", "authorization", &value);
        prop_assert!(matches!(status, None | Some(400 | 401)), "{status:?}");
    }

    #[test]
    fn any_cookie_is_refused_clearly(value in header_bytes(), name in 0..4_usize) {
        let name = ["", "jwt=", "sid=", "a=b; sid="][name];
        let value = [name.as_bytes(), &value[..]].concat();
        let target = target();
        for path in ["/jwt/user", "/session/user"] {
            let status = target.status(path, "cookie", &value);
            prop_assert!(matches!(status, None | Some(401)), "{path}: {status:?}");
        }
        let status = target.status("/home", "cookie", &value);
        prop_assert!(matches!(status, None | Some(200)), "/home: {status:?}");
    }

    #[test]
    fn a_changed_token_is_never_accepted(token in near_miss()) {
        prop_assume!(token != foreign_token().as_bytes());
        let cookie = [b"jwt=", &token[..]].concat();
        let status = target().status("/jwt/user", "cookie", &cookie);
        // A `;` ends the cookie early, and the shorter value is no valid token either.
        prop_assert!(matches!(status, None | Some(401)), "{status:?}");
    }

    #[test]
    fn signed_garbage_is_rejected_without_panic(
        header in proptest::collection::vec(any::<u8>(), 0..80),
        payload in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let (jam, _) = jam();
        let token = forge_bytes(&header, &payload, SECRET.as_bytes());
        prop_assert!(jam.verify_jwt_token::<User>(&token).is_err());
        let token = forge_bytes(br#"{"alg":"HS256"}"#, &payload, SECRET.as_bytes());
        prop_assert!(jam.verify_jwt_token::<User>(&token).is_err());
    }

    #[test]
    fn signed_json_of_any_shape_does_not_panic(
        name in "(exp|iat|nbf|iss|sub|aud|jti|auth_time|user|[a-z]{1,4})",
        value in "(null|true|-?[0-9]{1,25}(\\.[0-9]{1,5})?(e[0-9]{1,4})?|\"[ -~]{0,9}\"|\\[[0-9,]{0,9}\\]|\\{\\})",
    ) {
        let (jam, _) = jam();
        let member = format!(r#""{name}":{value}"#);
        let token = forge(r#"{"alg":"HS256"}"#, &claims(&format!(r#""user":1,{member}"#)));
        let verified = jam.verify_jwt_token::<User>(&token);
        if let Ok(claims) = verified {
            // Other claims do not change the caller.
            prop_assert_eq!(claims.user, 1);
            prop_assert!(!matches!(name.as_str(), "exp" | "user"), "{} twice", name);
        }
    }

    #[test]
    fn a_signed_payload_is_read_back(user in any::<u64>(), lifetime in 1..u64::MAX) {
        let (jam, _) = jam();
        let lifetime = std::time::Duration::from_secs(lifetime);
        let claims = jam.make_payload(User { user }).with_lifetime(lifetime);
        let token = jam.gen_jwt_token(&claims).unwrap();
        let read = jam.verify_jwt_token::<User>(token.as_str()).unwrap();
        prop_assert_eq!(read.registered().expires_at(), claims.registered().expires_at());
        prop_assert_eq!(read.into_inner(), User { user });
    }

    #[test]
    fn a_token_with_another_secret_is_rejected(secret in proptest::collection::vec(any::<u8>(), 0..70)) {
        let (jam, _) = jam();
        let payload = claims(r#""user":1"#);
        let token = forge_bytes(br#"{"alg":"HS256"}"#, payload.as_bytes(), &secret);
        prop_assert!(jam.verify_jwt_token::<User>(&token).is_err());
    }

    #[test]
    fn scopes_are_compared_exactly(held in "[a-c ]{0,12}", asked in "[a-c ]{0,3}") {
        let scopes: Scopes = held.split(' ').collect();
        let expected = !asked.is_empty() && held.split(' ').any(|scope| scope == asked);
        prop_assert_eq!(scopes.contains(&asked), expected);
    }

    #[test]
    fn sessions_of_any_owner_come_back(owner in any::<String>(), user in any::<u64>()) {
        let (jam, _): (Jam, _) = jam();
        Runtime::new().unwrap().block_on(async {
            let session = jam.create_session(&owner, &User { user }).await.unwrap();
            let read = jam.get_session::<User>(&session).await.unwrap().unwrap();
            assert_eq!((read.user, read.info().owner()), (user, &*owner));
            assert_eq!(jam.clear_sessions(&owner).await.unwrap(), 1);
        });
    }
}

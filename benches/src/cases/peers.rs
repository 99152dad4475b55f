//! The cases of other libraries.

use std::convert::Infallible;
use std::sync::{Arc, Once};

use axum::Router;
use axum::routing::get;
use axum_login::{AuthManagerLayerBuilder, AuthSession, AuthUser, AuthnBackend};
use axum_security::cookie::{CookieContext, CookieSession, MemStore};
use axum_security::jwt::{Jwt, JwtContext};
use jsonwebtoken_10::{Algorithm, DecodingKey, Validation, crypto};

use super::by_hand;
use crate::case::{Case, routes, run};
use crate::people::{Claims, Profile, SECRET};

/// Selects a provider. Two of the libraries enable both providers of jsonwebtoken, and neither
/// selects one.
fn choose_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let chosen = crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        assert!(chosen.is_ok(), "no provider was selected before");
    });
}

pub(super) fn axum_jwt_auth() -> Case {
    async fn me(user: axum_jwt_auth::Claims<Claims>) -> &'static str {
        std::hint::black_box(&user.claims.username);
        "hello"
    }
    choose_provider();
    let decoder = axum_jwt_auth::LocalDecoder::builder()
        .keys(vec![DecodingKey::from_secret(SECRET.as_bytes())])
        .validation({
            let mut validation = Validation::new(Algorithm::HS256);
            // The library requires an audience by default, and the tokens here have none.
            validation.set_audience::<&str>(&[]);
            validation.validate_aud = false;
            validation
        })
        .build()
        .expect("a decoder");
    let state: axum_jwt_auth::Decoder<Claims> = Arc::new(decoder);
    let header = ("authorization", format!("Bearer {}", by_hand::token()));
    Case::new(routes(get(me)).with_state(state), Some(header))
}

pub(super) fn axum_security_token() -> Case {
    async fn me(Jwt(claims): Jwt<Claims>) -> &'static str {
        std::hint::black_box(&claims.username);
        "hello"
    }
    choose_provider();
    let context = JwtContext::builder()
        .jwt_secret(SECRET)
        .extract_cookie("jwt")
        .use_dev_cookie(false)
        .build::<Claims>();
    let router = routes(get(me)).layer(context);
    Case::by_cookie(router, "jwt", &by_hand::token())
}

pub(super) fn axum_security_session() -> Case {
    async fn me(session: CookieSession<Profile>) -> &'static str {
        std::hint::black_box(&session.state.username);
        "hello"
    }
    async fn login(context: &CookieContext<Profile>) -> String {
        let cookie = context.create_session(Profile::number(1)).await;
        cookie.expect("a session").value().to_owned()
    }
    let context = CookieContext::builder()
        .cookie(|cookie| cookie.name("sid"))
        .use_dev_cookie(false)
        .store(MemStore::new())
        .expires_none()
        .build::<Profile>();
    let id = run(login(&context));
    Case::by_cookie(routes(get(me)).layer(context), "sid", &id)
}

pub(super) fn tower_sessions() -> Case {
    use tower_sessions::{MemoryStore, Session, SessionManagerLayer};
    async fn me(session: Session) -> &'static str {
        let profile = session.get::<Profile>("profile").await;
        let profile = profile.expect("a store").expect("a profile");
        std::hint::black_box(&profile.username);
        "hello"
    }
    let store = MemoryStore::default();
    let session = Session::new(None, Arc::new(store.clone()), None);
    run(async {
        session.insert("profile", Profile::number(1)).await?;
        session.save().await
    })
    .expect("a session");
    let id = session.id().expect("an id").to_string();
    let layer = SessionManagerLayer::new(store).with_name("sid");
    Case::by_cookie(routes(get(me)).layer(layer), "sid", &id)
}

/// Fills the store of tower-sessions, to compare the memory of a session.
pub fn fill_tower_sessions(count: usize) -> Box<dyn std::any::Any> {
    use tower_sessions::{MemoryStore, Session};
    let store = Arc::new(MemoryStore::default());
    for number in 0..count {
        let session = Session::new(None, store.clone(), None);
        run(async {
            session.insert("profile", Profile::number(number)).await?;
            session.save().await
        })
        .expect("a session");
    }
    Box::new(store)
}

#[derive(Clone)]
struct Accounts;

impl AuthUser for Profile {
    type Id = String;

    fn id(&self) -> String {
        self.id.clone()
    }

    fn session_auth_hash(&self) -> &[u8] {
        self.role.as_bytes()
    }
}

impl AuthnBackend for Accounts {
    type User = Profile;
    type Credentials = ();
    type Error = Infallible;

    async fn authenticate(&self, (): ()) -> Result<Option<Profile>, Infallible> {
        Ok(Some(Profile::number(1)))
    }

    async fn get_user(&self, _: &String) -> Result<Option<Profile>, Infallible> {
        Ok(Some(Profile::number(1)))
    }
}

pub(super) fn axum_login() -> Case {
    async fn me(session: AuthSession<Accounts>) -> &'static str {
        let user = session.user.expect("a user");
        std::hint::black_box(&user.username);
        "hello"
    }
    async fn login(mut session: AuthSession<Accounts>) {
        session.login(&Profile::number(1)).await.expect("a login");
    }
    let store = tower_sessions_14::MemoryStore::default();
    let sessions = tower_sessions_14::SessionManagerLayer::new(store).with_name("sid");
    let layer = AuthManagerLayerBuilder::new(Accounts, sessions).build();
    let router: Router = routes(get(me))
        .route("/login", axum::routing::post(login))
        .layer(layer);
    let request = http::Request::post("/login").body(axum::body::Body::empty());
    let answer = run(tower::ServiceExt::oneshot(
        router.clone(),
        request.expect("a request"),
    ));
    let Ok(answer) = answer;
    let cookie = answer.headers()[http::header::SET_COOKIE]
        .to_str()
        .expect("a text");
    let id = cookie
        .strip_prefix("sid=")
        .and_then(|rest| rest.split(';').next());
    Case::by_cookie(router, "sid", id.expect("a session"))
}

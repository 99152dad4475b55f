//! The cases of Jam's tokens.

use axum::Router;
use axum::extract::FromRequestParts;
use axum::routing::get;
use http::StatusCode;
use http::request::Parts;
use jam::dsl::{minutes, user};
use jam::{Access, Auth, Jam, Jwt, jam_auth, jam_routes};
use jsonwebtoken::{Algorithm, EncodingKey};

use super::by_hand::forge;
use crate::case::{Case, routes, run};
use crate::people::{Claims, Editor, Role, SECRET, User};

pub(super) fn jam() -> Jam {
    Jam::builder()
        .jwt(Jwt::hs256(SECRET))
        .build()
        .expect("a secret is all that it needs")
}

#[jam_auth(backend = "jwt", cookie = "jwt")]
async fn me(user: Auth<User>) -> &'static str {
    std::hint::black_box(&user.username);
    "hello"
}

fn router(jam: &Jam) -> Router {
    routes(get(me)).with_state(jam.clone())
}

fn token(jam: &Jam) -> String {
    let claims = jam.make_payload(User::alice());
    jam.gen_jwt_token(&claims).expect("a token").into_string()
}

pub(super) fn attribute() -> Case {
    let jam = jam();
    Case::by_cookie(router(&jam), "jwt", &token(&jam))
}

pub(super) fn bearer() -> Case {
    #[jam_auth(backend = "jwt")]
    async fn me(user: Auth<User>) -> &'static str {
        std::hint::black_box(&user.username);
        "hello"
    }
    let jam = jam();
    let header = ("authorization", format!("Bearer {}", token(&jam)));
    let router = routes(get(me)).with_state(jam);
    Case::new(router, Some(header))
}

pub(super) fn table() -> Case {
    const API: Access<User> = user().backend("jwt").cookie("jwt");
    async fn me(user: Auth<User>) -> &'static str {
        std::hint::black_box(&user.username);
        "hello"
    }
    async fn other() -> &'static str {
        "other"
    }
    let jam = jam();
    let token = token(&jam);
    let table = jam_routes![
        API = [get("/me", me), get("/about", other)],
        public("a page for everybody") = [get("/", other), get("/notes/{id}", other)],
    ];
    let router = table.into_router(&jam).expect("a table that is right");
    Case::by_cookie(router, "jwt", &token)
}

/// Returns a token as another library writes it, with another header, another order and spaces.
pub(super) fn foreign() -> Case {
    let jam = jam();
    let Claims {
        exp,
        iat,
        jti,
        sub,
        username,
        role,
    } = Claims::alice();
    let claims = format!(
        r#"{{"sub":"{sub}","username":"{username}","role":"{role}","iat":{iat},"exp":{exp},"jti":"{jti}"}}"#
    );
    let signed = format!(
        "{}.{}",
        crate::people::encode(r#"{"alg":"HS256","typ":"JWT"}"#),
        crate::people::encode(&claims)
    );
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &key, Algorithm::HS256);
    let token = format!("{signed}.{}", signature.expect("a signature"));
    Case::by_cookie(router(&jam), "jwt", &token)
}

fn editor_case(me: axum::routing::MethodRouter<Jam>) -> Case {
    let jam = jam();
    let claims = jam.make_payload(Editor::alice());
    let token = jam.gen_jwt_token(&claims).expect("a token");
    Case::by_cookie(routes(me).with_state(jam), "jwt", token.as_str())
}

pub(super) fn editor() -> Case {
    #[jam_auth(backend = "jwt", cookie = "jwt")]
    async fn me(user: Auth<Editor>) -> &'static str {
        std::hint::black_box(&user.id);
        "hello"
    }
    editor_case(get(me))
}

/// Returns the caller and the token of the previous case, with a rule that requires more.
pub(super) fn editor_rules() -> Case {
    const EDITORS: Access<Editor> = user()
        .backend("jwt")
        .cookie("jwt")
        .role(Role::Editor)
        .scope("notes:write")
        .fresh(minutes(60));
    #[jam_auth(EDITORS)]
    async fn me(user: Auth<Editor>) -> &'static str {
        std::hint::black_box(&user.id);
        "hello"
    }
    editor_case(get(me))
}

pub(super) fn refused() -> Case {
    Case::new(router(&jam()), None).answered(StatusCode::UNAUTHORIZED)
}

pub(super) fn forged() -> Case {
    let jam = jam();
    let forged = forge(&token(&jam));
    Case::by_cookie(router(&jam), "jwt", &forged).answered(StatusCode::UNAUTHORIZED)
}

/// Signs the claims of one user.
pub(super) fn issue() -> Box<dyn FnMut()> {
    let jam = jam();
    let claims = jam.make_payload(User::alice());
    Box::new(move || {
        let token = jam.gen_jwt_token(&claims);
        let _ = std::hint::black_box(token.expect("a token"));
    })
}

/// Creates the first argument of a handler as axum does.
fn argument<C, Answer>(
    _: fn(C) -> Answer,
    parts: &mut Parts,
    jam: &Jam,
) -> impl Future<Output = Result<C, C::Rejection>>
where
    C: FromRequestParts<Jam>,
{
    C::from_request_parts(parts, jam)
}

/// Rejects a forged token, without a response.
pub(super) fn refusal() -> Box<dyn FnMut()> {
    let jam = jam();
    let mut parts = forged().request().into_parts().0;
    // The secret is correct, so only the signature is wrong.
    Box::new(move || {
        let user = run(argument(me, &mut parts, &jam));
        assert!(user.is_err(), "the token is forged");
    })
}

/// Verifies a token, without a request.
pub(super) fn verify() -> Box<dyn FnMut()> {
    let jam = jam();
    let token = token(&jam);
    Box::new(move || {
        let claims = jam.verify_jwt_token::<User>(&token);
        std::hint::black_box(claims.expect("the token is valid"));
    })
}

/// Authenticates and authorizes a caller, without a router.
pub(super) fn extract() -> Box<dyn FnMut()> {
    let jam = jam();
    let mut parts = attribute().request().into_parts().0;
    Box::new(move || {
        let user = run(argument(me, &mut parts, &jam));
        std::hint::black_box(user.expect("the caller is accepted"));
    })
}

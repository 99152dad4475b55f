// Another type has the name `Auth`, and an alias hides another type.

use jam::{Auth, Jam, JamPayload, JamRouter, jam_auth, jam_routes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

mod other {
    use axum::extract::FromRequestParts;
    use axum::http::request::Parts;

    pub struct Auth<P, R = ()>(std::marker::PhantomData<(P, R)>);

    impl<S: Send + Sync, P, R> FromRequestParts<S> for Auth<P, R> {
        type Rejection = ();

        async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, ()> {
            Ok(Self(std::marker::PhantomData))
        }
    }
}

#[jam_auth(backend = "jwt")]
async fn plain(_: other::Auth<User>) -> &'static str {
    "secret"
}

#[jam_auth(backend = "jwt")]
async fn generic<T: Send>(_: other::Auth<User>, _: T) -> &'static str {
    "secret"
}

#[jam_auth(backend = "jwt")]
async fn with_cfg(_: other::Auth<User>, #[cfg(any())] _: u8) -> &'static str {
    "secret"
}

mod result {
    use super::User;
    use jam::{Rejection, jam_auth};

    type Auth<P, R = ()> = Result<jam::Auth<P, R>, Rejection>;

    #[jam_auth(backend = "jwt")]
    async fn wrapped(_: Auth<User>) -> &'static str {
        "secret"
    }
}

fn routes() -> JamRouter<Jam> {
    jam_routes![]
}

fn main() {
    let _: Option<Auth<User>> = None;
    routes();
}

//! Requests that are measured while one quantity grows.

use std::sync::LazyLock;

use axum::routing::get;
use http::Request;
use jam::dsl::user;
use jam::{Access, Auth, Jam, JamPayload, Jwt, Payload, Role, Sessions, jam_auth};
use serde::{Deserialize, Serialize};

use crate::case::{Case, routes, run};
use crate::cases;
use crate::people::{SECRET, User};

/// The growing quantities and their sizes.
pub const ALL: &[(&str, &[usize])] = &[
    ("routes", &[1, 10, 100, 1000]),
    ("roles", &[1, 10, 100, 1000]),
    ("fields", &[1, 2, 5, 10, 20, 50]),
    ("sessions", &[1_000, 10_000, 100_000, 1_000_000]),
];

/// Returns the counted requests for the size `size` of `what`.
pub fn case(what: &str, size: usize) -> Option<Vec<(Case, Request<axum::body::Body>)>> {
    let once = |case: Case| {
        let request = case.request();
        vec![(case, request)]
    };
    match what {
        "routes" => Some(once(among_routes(size))),
        "roles" => Some(once(with_roles(size))),
        "fields" => with_fields(size).map(once),
        "sessions" => Some(among_sessions(size)),
        _ => None,
    }
}

fn tokens() -> Jam {
    let jam = Jam::builder().jwt(Jwt::hs256(SECRET)).build();
    jam.expect("a secret is all that it needs")
}

fn token<P: Payload>(jam: &Jam, payload: P) -> String {
    let token = jam.gen_jwt_token(&jam.make_payload(payload));
    token.expect("a token").into_string()
}

fn among_routes(count: usize) -> Case {
    #[jam_auth(backend = "jwt", cookie = "jwt")]
    async fn me(user: Auth<User>) -> &'static str {
        std::hint::black_box(&user.username);
        "hello"
    }
    let jam = tokens();
    let mut router = routes(get(me));
    for number in 4..count {
        router = router.route(&format!("/route/{number}"), get(me));
    }
    let token = token(&jam, User::alice());
    Case::by_cookie(router.with_state(jam), "jwt", &token)
}

/// One of a thousand roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
struct Numbered(u16);

const ROLES: usize = 1000;

impl Role for Numbered {
    const ALL: &'static [Self] = &{
        let mut all = [Self(0); ROLES];
        let mut at = 0;
        while at < ROLES {
            all[at] = Self(at as u16);
            at += 1;
        }
        all
    };

    fn name(self) -> &'static str {
        static NAMES: LazyLock<Vec<String>> =
            LazyLock::new(|| (0..ROLES).map(|number| format!("role-{number}")).collect());
        &NAMES[usize::from(self.0)]
    }
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Numbered)]
struct Member {
    #[jam(sub)]
    id: String,
    #[jam(roles)]
    roles: Vec<Numbered>,
}

/// Returns a case whose rule requires the last role of the user.
fn with_roles(count: usize) -> Case {
    const MEMBERS: Access<Member> = user().backend("session").cookie("sid").role(Numbered(0));
    #[jam_auth(MEMBERS)]
    async fn me(user: Auth<Member>) -> &'static str {
        std::hint::black_box(&user.id);
        "hello"
    }
    let jam = Jam::builder().sessions(Sessions::in_memory()).build();
    let jam = jam.expect("memory is all that it needs");
    let member = Member {
        id: "user-0001".to_owned(),
        roles: (0..count as u16).rev().map(Numbered).collect(),
    };
    let session = run(jam.create_session(&member.id, &member)).expect("a session");
    Case::by_cookie(routes(get(me)).with_state(jam), "sid", session.as_str())
}

/// Declares a payload with the given number of fields, and a request with it in a token.
macro_rules! fields {
    ($($count:literal: $($field:ident)*;)*) => {
        fn with_fields(count: usize) -> Option<Case> {
            match count {
                $($count => Some({
                    #[derive(Clone, Serialize, Deserialize, JamPayload)]
                    struct Fields { $($field: u64,)* }

                    #[jam_auth(backend = "jwt", cookie = "jwt")]
                    async fn me(user: Auth<Fields>) -> &'static str {
                        std::hint::black_box(user.into_inner());
                        "hello"
                    }
                    let jam = tokens();
                    let token = token(&jam, Fields { $($field: 12345,)* });
                    Case::by_cookie(routes(get(me)).with_state(jam), "jwt", &token)
                }),)*
                _ => None,
            }
        }
    };
}

fields! {
    1: field01;
    2: field01 field02;
    5: field01 field02 field03 field04 field05;
    10: field01 field02 field03 field04 field05 field06 field07 field08 field09 field10;
    20: field01 field02 field03 field04 field05 field06 field07 field08 field09 field10
        field11 field12 field13 field14 field15 field16 field17 field18 field19 field20;
    50: field01 field02 field03 field04 field05 field06 field07 field08 field09 field10
        field11 field12 field13 field14 field15 field16 field17 field18 field19 field20
        field21 field22 field23 field24 field25 field26 field27 field28 field29 field30
        field31 field32 field33 field34 field35 field36 field37 field38 field39 field40
        field41 field42 field43 field44 field45 field46 field47 field48 field49 field50;
}

/// Returns requests with different sessions that were not used recently.
fn among_sessions(count: usize) -> Vec<(Case, Request<axum::body::Body>)> {
    let (_, router, tokens) = cases::profiles(count);
    let some = tokens.iter().step_by(tokens.len().div_ceil(7));
    some.map(|token| {
        let case = Case::by_cookie(router.clone(), "sid", token);
        let request = case.request();
        (case, request)
    })
    .collect()
}

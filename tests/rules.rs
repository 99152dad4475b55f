//! Rules: `or`, roles and scopes, the age of the login, guests, and the redirect to the login page.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use jam::__private::{AsArgument, InRequest};
use jam::dsl::{minutes, user};
use jam::testing::ManualClock;
use jam::{Access, Auth, Jam, JamPayload, JamRole, JamRouter, Scopes, jam_auth, jam_routes};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::support::{Answer, NOW, bearer, call, claims, forge, get_with, jam};

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JamRole,
)]
enum Role {
    Reader,
    Editor,
    Admin,
}

#[derive(Clone, Debug, Serialize, Deserialize, JamPayload)]
#[jam(role = Role, scopes("notes:read", "notes:write"))]
struct User {
    #[jam(sub)]
    id: u64,
    #[jam(roles)]
    roles: Vec<Role>,
    #[jam(scopes)]
    scopes: Scopes,
}

fn user_with(roles: &[Role], scopes: &[&str]) -> User {
    User {
        id: 1,
        roles: roles.to_vec(),
        scopes: scopes.iter().collect(),
    }
}

const API: Access<User> = user().backend("jwt");
const WEB: Access<User> = user()
    .backend("session")
    .cookie("sid")
    .login("/login?theme=dark");
const BOTH: Access<User> = API.or(WEB);
const EITHER: Access<User> = API.scope("notes:write").or(WEB.role(Role::Admin));
const HIDDEN: Access<User> = WEB.role(Role::Admin).hide();
const RECENT: Access<User> = WEB.fresh(minutes(5));
const GUEST: Access<User> = WEB.guest();
const GUEST_ELSE: Access<User> = BOTH.guest().redirect_to("/");

async fn ok(_: Auth<User>) -> &'static str {
    "in"
}

async fn form() -> &'static str {
    "form"
}

async fn relogin(
    user: Auth<User>,
    State(jam): State<Jam>,
) -> Result<impl IntoResponse, jam::Error> {
    let session = user.session().unwrap();
    let token = jam.reauthenticate_session(session).await?;
    Ok(jam.session_cookie("sid", token))
}

fn routes() -> JamRouter<Jam> {
    jam_routes![
        BOTH = [get("/both", ok), post("/both", ok)],
        EITHER = [get("/either", ok)],
        HIDDEN = [get("/hidden", ok)],
        WEB = [
            get("/web", ok),
            post("/web", ok),
            get("//x", ok),
            post("/relogin", relogin)
        ],
        RECENT = [get("/recent", ok), post("/recent", ok)],
        GUEST = [get("/guest", form)],
        GUEST_ELSE = [get("/login", form), post("/login", form)],
    ]
}

fn app() -> (Router, Jam, ManualClock) {
    let (jam, clock) = jam();
    let router = routes().into_router(&jam).unwrap().with_state(jam.clone());
    (router, jam, clock)
}

async fn session_of(jam: &Jam, user: &User) -> String {
    let session = jam.create_session("1", user).await.unwrap();
    format!("sid={}", session.as_str())
}

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

#[tokio::test]
async fn each_side_of_or_admits_and_the_first_presented_credential_decides() {
    let (app, jam, _) = app();
    let someone = user_with(&[], &[]);
    let (cookie, token) = (session_of(&jam, &someone).await, bearer(&jam, &someone));
    for (headers, status) in [
        (&[("authorization", &*token)][..], 200),
        (&[("cookie", &*cookie)][..], 200),
        (&[("authorization", &*token), ("cookie", "sid=bad")], 200),
        (
            &[("authorization", "Bearer bad"), ("cookie", &*cookie)],
            401,
        ),
        (&[("authorization", "Basic x"), ("cookie", &*cookie)], 200),
        (&[][..], 401),
    ] {
        assert_eq!(
            get_with(&app, "/both", headers).await.status,
            status,
            "{headers:?}"
        );
    }
    // The token is exempt from the cross-site check, and the cookie is ignored.
    let cross = ("sec-fetch-site", "cross-site");
    let both = [("authorization", &*token), ("cookie", &*cookie), cross];
    assert_eq!(call(&app, "POST", "/both", &both).await.status, 200);
    assert_eq!(call(&app, "POST", "/both", &both[1..]).await.status, 403);
}

#[tokio::test]
async fn a_condition_of_one_side_of_or_does_not_apply_to_the_other() {
    let (app, jam, _) = app();
    let writer = user_with(&[], &["notes:write"]);
    let admin = user_with(&[Role::Admin], &[]);
    for (user, by_token, by_cookie) in [
        (&writer, 200, 403),
        (&admin, 403, 200),
        (&user_with(&[Role::Admin], &["notes:write"]), 200, 200),
        (&user_with(&[Role::Reader], &["notes:read"]), 403, 403),
    ] {
        let token = bearer(&jam, user);
        let answer = get_with(&app, "/either", &[("authorization", &token)]).await;
        assert_eq!(answer.status, by_token, "{user:?}");
        let cookie = session_of(&jam, user).await;
        let answer = get_with(&app, "/either", &[("cookie", &cookie)]).await;
        assert_eq!(answer.status, by_cookie, "{user:?}");
    }
    let reader = session_of(&jam, &user_with(&[Role::Reader], &[])).await;
    assert_eq!(
        get_with(&app, "/hidden", &[("cookie", &reader)])
            .await
            .status,
        404
    );
    assert_eq!(get_with(&app, "/hidden", &[]).await.status, 401);
}

#[tokio::test]
async fn only_a_browser_without_a_credential_is_redirected_to_the_login_page() {
    let (app, _, _) = app();
    let location = async |method: &str, path: &str, headers: &[(&str, &str)]| {
        let answer = call(&app, method, path, headers).await;
        let location = answer.header("location").map(str::to_owned);
        (answer.status.as_u16(), location)
    };
    let to = |location: &str| (303, Some(location.to_owned()));
    assert_eq!(
        location("GET", "/web?q=a%20b&next=//evil", &[HTML]).await,
        to("/login?theme=dark&next=/web%3Fq%3Da%2520b%26next%3D//evil")
    );
    // A stale cookie is redirected too.
    let stale = [HTML, ("cookie", "sid=stale")];
    assert_eq!(
        location("GET", "/web", &stale).await,
        to("/login?theme=dark&next=/web")
    );
    assert_eq!(
        location("GET", "/both", &[HTML]).await,
        to("/login?theme=dark&next=/both")
    );
    // Only a GET request has a return path, and only to a page of this site.
    assert_eq!(
        location("HEAD", "/web", &[HTML]).await,
        to("/login?theme=dark")
    );
    assert_eq!(
        location("GET", "//x", &[HTML]).await,
        to("/login?theme=dark")
    );
    // A posted form is redirected too, without a return path.
    assert_eq!(
        location("POST", "/web", &[HTML]).await,
        to("/login?theme=dark")
    );
    for (method, headers) in [
        ("POST", &[][..]),
        ("POST", &[("accept", "*/*")]),
        ("GET", &[]),
        ("GET", &[("accept", "*/*")]),
        ("GET", &[("accept", "application/json, text/*")]),
        ("GET", &[("accept", "text/html;q=0, application/json")]),
    ] {
        assert_eq!(
            location(method, "/web", headers).await,
            (401, None),
            "{method} {headers:?}"
        );
    }
    let answer = get_with(&app, "/web", &[HTML]).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
    assert_eq!(vary, ["accept, cookie"]);
}

#[tokio::test]
async fn the_return_path_contains_the_path_of_the_outer_router() {
    let (inner, _, _) = app();
    let app = Router::new().nest("/area", inner);
    let answer = get_with(&app, "/area/web?x", &[HTML]).await;
    assert_eq!(
        answer.header("location"),
        Some("/login?theme=dark&next=/area/web%3Fx")
    );
}

#[test]
fn a_return_path_is_a_page_of_this_site() {
    for good in [
        "/",
        "/notes",
        "/notes?q=//x",
        "/a//b",
        "/a?next=https://x.example/",
    ] {
        assert_eq!(jam::return_to(Some(good)), good);
    }
    for bad in [
        "",
        "notes",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/a\\b",
        "https://evil.example",
        "javascript:alert(1)",
        " /x",
        "/x\r\nset-cookie: a=b",
        "/\t/x",
        "/ä",
    ] {
        assert_eq!(jam::return_to(Some(bad)), "/", "{bad:?}");
    }
}

#[tokio::test]
async fn guests_are_admitted_and_callers_are_rejected_or_redirected() {
    let (app, jam, _) = app();
    let someone = user_with(&[], &[]);
    let (cookie, token) = (session_of(&jam, &someone).await, bearer(&jam, &someone));
    for path in ["/guest", "/login"] {
        assert_eq!(get_with(&app, path, &[]).await.body, "form");
        let stale = get_with(&app, path, &[("cookie", "sid=stale")]).await;
        assert_eq!(
            (stale.status.as_u16(), stale.cookie().as_str()),
            (200, "sid=")
        );
    }
    assert_eq!(
        get_with(&app, "/guest", &[("cookie", &cookie)])
            .await
            .status,
        403
    );
    for header in [("cookie", &*cookie), ("authorization", &*token)] {
        let answer = get_with(&app, "/login", &[header]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (303, Some("/"))
        );
    }
    // `WEB` accepts no tokens, so the caller is a guest for it.
    assert_eq!(
        get_with(&app, "/guest", &[("authorization", &token)])
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn another_site_cannot_sign_a_user_in() {
    let (app, _, _) = app();
    let post = async |headers: &[(&str, &str)]| call(&app, "POST", "/login", headers).await;
    assert_eq!(post(&[]).await.status, 200);
    assert_eq!(post(&[("sec-fetch-site", "same-origin")]).await.status, 200);
    for headers in [
        [("sec-fetch-site", "cross-site"), ("host", "a.example")],
        [("origin", "https://evil.example"), ("host", "a.example")],
        [("origin", "null"), ("host", "a.example")],
    ] {
        assert_eq!(post(&headers).await.status, 403, "{headers:?}");
    }
}

#[tokio::test]
async fn use_of_a_session_does_not_make_its_login_recent() {
    let (app, jam, clock) = app();
    let cookie = session_of(&jam, &user_with(&[], &[])).await;
    let recent = async |headers: &[(&str, &str)]| -> Answer {
        let mut all = vec![("cookie", cookie.as_str())];
        all.extend(headers);
        get_with(&app, "/recent", &all).await
    };
    assert_eq!(recent(&[]).await.status, 200);
    for _ in 0..4 {
        clock.advance(60);
        assert_eq!(recent(&[]).await.status, 200);
    }
    clock.advance(60);
    let stale = recent(&[]).await;
    assert_eq!(stale.status, 401);
    assert_eq!(
        stale.challenge(),
        r#"Bearer error="insufficient_user_authentication", max_age=300"#
    );
    assert_eq!(
        get_with(&app, "/web", &[("cookie", &cookie)]).await.status,
        200
    );
    let browser = recent(&[HTML]).await;
    let location = "/login?theme=dark&next=/recent&reauth=1";
    assert_eq!(
        (browser.status.as_u16(), browser.header("location")),
        (303, Some(location))
    );

    // A new login makes the session recent and issues a new token. The old token is rejected.
    let again = call(&app, "POST", "/relogin", &[("cookie", &cookie)])
        .await
        .cookie();
    assert_eq!(
        get_with(&app, "/recent", &[("cookie", &again)])
            .await
            .status,
        200
    );
    assert_eq!(
        get_with(&app, "/web", &[("cookie", &cookie)]).await.status,
        401
    );
    // Both timeouts start again.
    for _ in 0..28 {
        clock.advance(3000);
        assert_eq!(
            get_with(&app, "/web", &[("cookie", &again)]).await.status,
            200
        );
    }
}

#[jam_auth(RECENT)]
async fn recent_by_constant(_: Auth<User>) -> &'static str {
    "in"
}

#[tokio::test]
async fn the_auth_time_of_a_token_decides_if_it_is_recent() {
    const API_RECENT: Access<User> = API.fresh(minutes(5));
    let (jam, clock) = jam();
    let table: JamRouter<Jam> = jam_routes![
        API_RECENT = [get("/", ok)],
        declared() = [get("/declared", recent_by_constant)],
    ];
    let app = table.into_router(&jam).unwrap().with_state(jam.clone());
    clock.set(NOW + 1000);
    let rest = r#""sub":"1","roles":[],"scope":"""#;
    for (members, status) in [
        (format!(r#""iat":{}"#, NOW + 701), 200),
        (format!(r#""iat":{}"#, NOW + 700), 401),
        // The token was refreshed now, but the time of the login counts.
        (format!(r#""iat":{},"auth_time":{NOW}"#, NOW + 1000), 401),
        // The token does not contain the time of the login.
        (r#""x":1"#.to_owned(), 401),
    ] {
        let claims = claims(&format!("{members},{rest}")).replace(
            &format!("\"exp\":{}", NOW + 600),
            &format!("\"exp\":{}", NOW + 2000),
        );
        let token = format!("Bearer {}", forge(r#"{"alg":"HS256"}"#, &claims));
        let answer = get_with(&app, "/", &[("authorization", &token)]).await;
        assert_eq!(answer.status, status, "{members}");
    }
    let cookie = session_of(&jam, &user_with(&[], &[])).await;
    let declared = async || {
        get_with(&app, "/declared", &[("cookie", &cookie)])
            .await
            .status
    };
    assert_eq!(declared().await, 200);
    clock.advance(300);
    assert_eq!(declared().await, 401);
}

#[test]
fn a_rule_displays_its_conditions() {
    for (rule, words) in [
        (API, "User: jwt by header authorization"),
        (
            BOTH,
            "User: jwt by header authorization or session by cookie sid; login /login?theme=dark",
        ),
        (
            EITHER,
            "User: jwt by header authorization [scope notes:write] or session by cookie sid [role Admin]; login /login?theme=dark",
        ),
        (
            RECENT,
            "User: session by cookie sid [signed in within 300 s]; login /login?theme=dark",
        ),
        (
            HIDDEN,
            "User: session by cookie sid [role Admin, hidden]; login /login?theme=dark",
        ),
        (
            GUEST_ELSE,
            "guests of User: jwt by header authorization or session by cookie sid; others to /; login /login?theme=dark",
        ),
        (
            WEB.optional(),
            "anonymous or User: session by cookie sid; login /login?theme=dark",
        ),
    ] {
        assert_eq!(rule.to_string(), words);
    }
}

/// One condition of a rule.
#[derive(Clone, Debug)]
enum Word {
    Role(Role),
    AnyRole(&'static [Role]),
    Scope(&'static str),
    Fresh(u64),
}

fn word() -> impl Strategy<Value = Word> {
    let role = prop_oneof![Just(Role::Reader), Just(Role::Editor), Just(Role::Admin)];
    const SEVERAL: [&[Role]; 3] = [
        &[Role::Reader],
        &[Role::Reader, Role::Admin],
        &[Role::Editor, Role::Admin],
    ];
    prop_oneof![
        role.prop_map(Word::Role),
        proptest::sample::select(&SEVERAL[..]).prop_map(Word::AnyRole),
        proptest::sample::select(&["notes:read", "notes:write"][..]).prop_map(Word::Scope),
        proptest::sample::select(&[60, 300][..]).prop_map(Word::Fresh),
    ]
}

impl Word {
    fn add(&self, rule: Access<User>) -> Access<User> {
        match *self {
            Self::Role(role) => rule.role(role),
            Self::AnyRole(roles) => rule.any_role(roles),
            Self::Scope(scope) => rule.scope(scope),
            Self::Fresh(age) => rule.fresh(Duration::from_secs(age)),
        }
    }

    /// Returns `true` if the caller meets the condition. The check does not use the code of the
    /// library.
    fn holds(&self, user: &User, age: u64) -> bool {
        match *self {
            Self::Role(role) => user.roles.contains(&role),
            Self::AnyRole(roles) => roles.iter().any(|role| user.roles.contains(role)),
            Self::Scope(scope) => user.scopes.to_string().split(' ').any(|held| held == scope),
            Self::Fresh(limit) => age < limit,
        }
    }
}

/// A generated rule: alternatives that are joined with `or`, and conditions after them.
#[derive(Clone, Debug)]
struct Generated {
    /// The alternatives. The first value is `true` for a session and `false` for a token. The
    /// second value lists the conditions.
    sides: Vec<(bool, Vec<Word>)>,
    after: Vec<Word>,
}

fn generated() -> impl Strategy<Value = Generated> {
    let side = (any::<bool>(), proptest::collection::vec(word(), 0..4));
    let sides = proptest::collection::vec(side, 1..5);
    (sides, proptest::collection::vec(word(), 0..3))
        .prop_map(|(sides, after)| Generated { sides, after })
}

impl Generated {
    fn rule(&self) -> Access<User> {
        let sides = self.sides.iter().map(|(by_session, words)| {
            let backend = match by_session {
                true => user().backend("session").cookie("sid"),
                false => user().backend("jwt").header("authorization"),
            };
            words.iter().fold(backend, |rule, word| word.add(rule))
        });
        let rule = sides.reduce(|left, right| left.or(right)).unwrap();
        self.after.iter().fold(rule, |rule, word| word.add(rule))
    }

    /// Returns the expected decision, by a truth table. `credentials` holds one value for a token
    /// and one for a session: `None` if it is missing, otherwise its validity.
    fn lets_in(&self, credentials: [Option<bool>; 2], user: &User, age: u64) -> bool {
        let first = self
            .sides
            .iter()
            .map(|(by_session, _)| usize::from(*by_session));
        let Some(decisive) = first.into_iter().find(|kind| credentials[*kind].is_some()) else {
            return false;
        };
        credentials[decisive] == Some(true)
            && self.sides.iter().any(|(by_session, words)| {
                usize::from(*by_session) == decisive
                    && words
                        .iter()
                        .chain(&self.after)
                        .all(|word| word.holds(user, age))
            })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn and_and_or_are_what_the_truth_table_says(
        generated in generated(),
        roles in proptest::sample::subsequence(vec![Role::Reader, Role::Editor, Role::Admin], 0..=3),
        scopes in proptest::sample::subsequence(vec!["notes:read", "notes:write"], 0..=2),
        age in 0..400_u64,
        token in proptest::option::of(any::<bool>()),
        session in proptest::option::of(any::<bool>()),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let user = user_with(&roles, &scopes);
        let (jam, clock) = jam();
        let mut headers = Vec::new();
        let (good_token, good_cookie) = runtime.block_on(async {
            (bearer(&jam, &user), session_of(&jam, &user).await)
        });
        clock.advance(age);
        headers.extend(token.map(|good| match good {
            true => ("authorization", good_token.as_str()),
            false => ("authorization", "Bearer bad"),
        }));
        headers.extend(session.map(|good| match good {
            true => ("cookie", good_cookie.as_str()),
            false => ("cookie", "sid=bad"),
        }));
        let table = JamRouter::<()>::new()
            .section(generated.rule())
            .route(jam::__private::Verb::Get, "/argument", AsArgument::VALUE, ok, "ok")
            .route(jam::__private::Verb::Get, "/request", InRequest, ok, "ok")
            .end();
        let app = table.into_router(&jam).unwrap();
        let answer = |path| runtime.block_on(get_with(&app, path, &headers));
        let (answer, twin) = (answer("/argument"), answer("/request"));
        prop_assert_eq!(&answer.status, &twin.status);
        prop_assert_eq!(&answer.headers, &twin.headers);
        prop_assert_eq!(&answer.body, &twin.body);
        let status = answer.status.as_u16();
        let expected = generated.lets_in([token, session], &user, age);
        prop_assert_eq!(status == 200, expected, "{} {:?}", generated.rule(), headers);
        prop_assert!(matches!(status, 200 | 401 | 403), "{status}");
    }
}

/// Asserts that an alternative checks only the credentials of its own sources. A machine sends its
/// token in a header, and a browser sends it in a cookie. The rule requires a role only of the
/// browser.
#[tokio::test]
async fn an_alternative_checks_only_credentials_of_its_own_sources() {
    const BY_SOURCE: Access<User> = user()
        .backend("jwt")
        .cookie("jwt")
        .role(Role::Admin)
        .or(user().backend("jwt").header("authorization"));
    const OTHER_ORDER: Access<User> = user()
        .backend("jwt")
        .header("authorization")
        .or(user().backend("jwt").cookie("jwt").role(Role::Admin));

    let (jam, _) = jam();
    let table: JamRouter<Jam> = jam_routes![
        BY_SOURCE = [get("/by-source", ok)],
        OTHER_ORDER = [get("/other-order", ok)],
    ];
    let app = table.into_router(&jam).unwrap().with_state(jam.clone());
    for (roles, in_cookie) in [(&[Role::Reader][..], 403), (&[Role::Admin], 200)] {
        let token = jam.gen_jwt_token(&jam.make_payload(user_with(roles, &[])));
        let token = token.unwrap();
        let cookie = format!("jwt={}", token.as_str());
        let header = format!("Bearer {}", token.as_str());
        for path in ["/by-source", "/other-order"] {
            let answer = get_with(&app, path, &[("cookie", &cookie)]).await;
            assert_eq!(answer.status, in_cookie, "{path} {roles:?}");
            let answer = get_with(&app, path, &[("authorization", &header)]).await;
            assert_eq!(answer.status, 200, "{path} {roles:?}");
        }
    }
}

/// Tests of every collection that can hold roles.
mod collections {
    use std::collections::{BTreeSet, HashSet};

    use super::*;

    macro_rules! collections {
        ($($name:ident: $collection:ty = $roles:expr,)*) => {$(
            mod $name {
                use super::*;

                #[derive(Clone, Serialize, Deserialize, JamPayload)]
                #[jam(role = Role)]
                struct Member {
                    #[jam(roles)]
                    roles: $collection,
                }

                #[jam_auth(backend = "jwt", role(Role::Admin))]
                async fn admins(_: Auth<Member>) {}

                #[tokio::test]
                async fn a_collection_holds_the_roles_of_a_caller() {
                    let (jam, _) = jam();
                    let app = Router::new().route("/", axum::routing::get(admins));
                    let app = app.with_state(jam.clone());
                    for role in [Role::Reader, Role::Editor, Role::Admin] {
                        let roles: $collection = ($roles)(role);
                        let token = jam.gen_jwt_token(&jam.make_payload(Member { roles }));
                        let header = format!("Bearer {}", token.unwrap().as_str());
                        let answer = get_with(&app, "/", &[("authorization", &header)]).await;
                        let right = if role == Role::Admin { 200 } else { 403 };
                        assert_eq!(answer.status, right, "{role:?}");
                    }
                }
            }
        )*};
    }

    collections! {
        vectors: Vec<Role> = |role| vec![Role::Reader, role],
        options: Option<Role> = Some,
        arrays: [Role; 2] = |role| [role, Role::Reader],
        slices: Box<[Role]> = |role| Box::from([role]),
        ordered_sets: BTreeSet<Role> = |role| [Role::Editor, role].into(),
        hashed_sets: HashSet<Role> = |role| [role, Role::Reader].into(),
    }
}

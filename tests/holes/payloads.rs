//! Payloads. A session belongs to one type, and an issued credential can be read.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use jam::dsl::user;
use jam::{
    Access, Auth, Error, ErrorKind, Jam, JamPayload, JamRole, JamRouter, Jwt, Payload, Scopes,
    Sessions, jam_auth, jam_routes,
    token::{Token, TokenFault},
};
use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Deserialize, Serialize, Serializer};

use crate::support::{NOW, SECRET, User, claims, forge, forge_bytes, get_with, jam, jam_with, log};

mod customer {
    use super::*;

    #[derive(Clone, Serialize, Deserialize, JamPayload)]
    pub(super) struct Account {
        pub(super) name: String,
    }

    #[jam_auth(backend = "session", cookie = "sid", payload(name: String))]
    pub(super) async fn index(user: Auth<IndexPayload>) -> String {
        user.into_inner().name
    }

    pub(super) fn generated() -> impl Payload {
        IndexPayload {
            name: "a".to_owned(),
        }
    }
}

mod admin {
    use super::*;

    #[derive(Clone, Serialize, Deserialize, JamPayload)]
    pub(super) struct Account {
        pub(super) name: String,
    }

    #[jam_auth(backend = "session", cookie = "sid", payload(name: String))]
    pub(super) async fn index(user: Auth<IndexPayload>) -> String {
        user.into_inner().name
    }

    pub(super) fn generated() -> impl Payload {
        IndexPayload {
            name: "a".to_owned(),
        }
    }
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[serde(bound = "")]
struct Context<A: Clone + Send + Sync + 'static> {
    name: String,
    #[serde(skip)]
    account: PhantomData<A>,
}

impl<A: Clone + Send + Sync + 'static> Context<A> {
    fn of_a() -> Self {
        Self {
            name: "a".to_owned(),
            account: PhantomData,
        }
    }
}

#[jam_auth(backend = "session", cookie = "sid")]
async fn marked(user: Auth<admin::Account>) -> String {
    user.into_inner().name
}

async fn plain(user: Auth<admin::Account>) -> String {
    user.into_inner().name
}

async fn in_context(user: Auth<Context<admin::Account>>) -> String {
    user.into_inner().name
}

const ADMINS: Access<admin::Account> = user().backend("session").cookie("sid");
const IN_CONTEXT: Access<Context<admin::Account>> = user().backend("session").cookie("sid");

fn app(jam: &Jam) -> Router {
    let table: JamRouter<Jam> = jam_routes![
        ADMINS = [get("/table", plain)],
        IN_CONTEXT = [get("/context", in_context)],
        declared() = [get("/declared", marked)],
    ];
    Router::new()
        .route("/attribute", get(marked))
        .route("/generated", get(admin::index))
        .route("/generated/customer", get(customer::index))
        .merge(table.into_router(jam).unwrap())
        .with_state(jam.clone())
}

async fn statuses(jam: &Jam, data: &impl Payload) -> Vec<u16> {
    let session = jam.create_session("a", data).await.unwrap();
    let cookie = format!("sid={}", session.as_str());
    let app = app(jam);
    let mut statuses = Vec::new();
    for path in [
        "/attribute",
        "/table",
        "/declared",
        "/context",
        "/generated",
    ] {
        let answer = get_with(&app, path, &[("cookie", &cookie)]).await;
        statuses.push(answer.status.as_u16());
    }
    statuses
}

#[tokio::test]
async fn a_session_of_another_type_with_the_same_name_is_rejected() {
    let (jam, _) = jam();
    let name = || "a".to_owned();
    let own = statuses(&jam, &admin::Account { name: name() }).await;
    assert_eq!(own, [200, 200, 200, 401, 401]);
    let other = statuses(&jam, &customer::Account { name: name() }).await;
    assert_eq!(other, [401; 5]);
    let own = statuses(&jam, &Context::<admin::Account>::of_a()).await;
    assert_eq!(own, [401, 401, 401, 200, 401]);
    let other = statuses(&jam, &Context::<customer::Account>::of_a()).await;
    assert_eq!(other, [401; 5]);
    assert_eq!(
        statuses(&jam, &admin::generated()).await,
        [401, 401, 401, 401, 200]
    );
    assert_eq!(statuses(&jam, &customer::generated()).await, [401; 5]);
}

mod before {
    use super::*;

    #[derive(Clone, Serialize, Deserialize, JamPayload)]
    #[jam(kind = "account-of-two")]
    pub(super) struct First {
        pub(super) name: String,
    }

    #[derive(Clone, Serialize, Deserialize, JamPayload)]
    #[jam(kind = "account-of-two")]
    pub(super) struct Second {
        pub(super) name: String,
    }
}

#[tokio::test]
async fn two_types_with_one_kind_are_an_error_at_every_use() {
    const SECOND: Access<before::Second> = user().backend("session").cookie("sid");
    async fn handler(_: Auth<before::Second>) {}

    let (jam, _) = jam();
    let first = before::First {
        name: "a".to_owned(),
    };
    let session = jam.create_session("a", &first).await.unwrap();
    let token = jam.gen_jwt_token(&jam.make_payload(first)).unwrap();
    assert!(
        jam.get_session::<before::First>(&session)
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        jam.get_session::<before::Second>(&session)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        jam.verify_jwt_token::<before::First>(token.as_str())
            .is_ok()
    );
    assert!(
        jam.verify_jwt_token::<before::Second>(token.as_str())
            .is_err()
    );

    let second = before::Second {
        name: "a".to_owned(),
    };
    let error = jam.create_session("a", &second).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Payload);
    let text = error.to_string();
    for part in [
        "before::First` and `",
        "before::Second` have the same kind",
        "account-of-two",
    ] {
        assert!(text.contains(part), "{text}");
    }
    let error = jam.gen_jwt_token(&jam.make_payload(second)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Payload);

    let table: JamRouter = jam_routes![SECOND = [get("/", handler)]];
    let error = table.into_router(&jam).unwrap_err().to_string();
    assert!(
        error.contains("have the same kind, \"account-of-two\""),
        "{error}"
    );
}

#[test]
fn a_fixed_kind_does_not_depend_on_the_type_name() {
    #[derive(Clone, Serialize, Deserialize, JamPayload)]
    #[jam(kind = "renamed")]
    struct AnyName {}

    assert_eq!(AnyName::kind(), "renamed");
    assert!(admin::Account::kind().ends_with("::payloads::admin::Account"));
    assert_ne!(
        Context::<admin::Account>::kind(),
        Context::<customer::Account>::kind()
    );
    assert_eq!(
        ADMINS.to_string(),
        "Account: session by cookie sid",
        "the displayed name has no path"
    );
    assert!(IN_CONTEXT.to_string().starts_with("Context<Account>: "));
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct WithRest {
    name: String,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct Measured {
    value: f64,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct Skipped {
    name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    list: Vec<u8>,
}

/// A payload that omits its scopes and writes user input as the scope claim.
#[derive(Clone, Deserialize, JamPayload)]
#[jam(scopes("write"))]
struct Tagged {
    #[jam(scopes)]
    #[serde(default, rename = "rights")]
    scopes: Scopes,
    #[serde(skip)]
    tags: String,
}

impl Serialize for Tagged {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Tagged", 1)?;
        fields.serialize_field("scope", &self.tags)?;
        fields.end()
    }
}

#[test]
fn a_member_with_the_name_of_a_marked_claim_is_not_signed() {
    let (jam, _) = jam();
    let tagged = Tagged {
        scopes: Scopes::none(),
        tags: "write".to_owned(),
    };
    let error = jam.gen_jwt_token(&jam.make_payload(tagged)).unwrap_err();
    assert!(error.to_string().contains("a member `scope`"), "{error}");
}

/// A payload that writes its roles only if there are any. The derive cannot see this.
#[derive(Clone, Deserialize, JamPayload)]
#[jam(role = Role, scopes("write"))]
struct LeavesOut {
    #[jam(sub)]
    #[serde(rename = "user")]
    id: String,
    #[jam(roles)]
    #[serde(default)]
    roles: Vec<Role>,
    #[jam(scopes)]
    #[serde(default, rename = "rights")]
    scopes: Scopes,
    #[serde(flatten)]
    about: BTreeMap<String, serde_json::Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JamRole)]
enum Role {
    Reader,
    Admin,
}

impl Serialize for LeavesOut {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.id.is_empty() {
            map.serialize_entry("user", &self.id)?;
        }
        if !self.roles.is_empty() {
            map.serialize_entry("roles", &self.roles)?;
        }
        if self.scopes.iter().next().is_some() {
            map.serialize_entry("rights", &self.scopes)?;
        }
        for (name, value) in &self.about {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[tokio::test]
async fn a_flattened_map_cannot_add_an_omitted_claim() {
    let leaves_out = |id: &str, name: &str, value: serde_json::Value| LeavesOut {
        id: id.to_owned(),
        roles: Vec::new(),
        scopes: Scopes::none(),
        about: [(name.to_owned(), value)].into(),
    };
    let harmless = issue(leaves_out("7", "team", "a".into())).await;
    assert!(harmless.iter().all(Result::is_ok), "{harmless:?}");
    for (id, name, value, changed) in [
        ("7", "roles", serde_json::json!(["Admin"]), "roles change"),
        ("7", "rights", "write".into(), "scopes change"),
        ("", "user", "7".into(), "subject change"),
    ] {
        for issued in issue(leaves_out(id, name, value.clone())).await {
            let error = issued.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Payload, "{name}");
            assert!(error.to_string().contains(changed), "{name}: {error}");
        }
    }
}

async fn issue(data: impl Payload) -> [Result<(), Error>; 2] {
    let (jam, _) = jam();
    let session = jam.create_session("a", &data).await.map(drop);
    let token = jam.gen_jwt_token(&jam.make_payload(data)).map(drop);
    [session, token]
}

/// Asserts that debug builds check each payload. Tests are debug builds.
#[tokio::test]
async fn a_payload_that_cannot_be_read_back_is_not_issued() {
    let rest = |name: &str| WithRest {
        name: "a".to_owned(),
        rest: [(name.to_owned(), "b".to_owned())].into(),
    };
    let measured = |value| Measured { value };
    let skipped = |list| Skipped {
        name: "a".to_owned(),
        list,
    };
    for good in [
        issue(rest("other")).await,
        issue(measured(0.5)).await,
        issue(skipped(vec![1])).await,
    ] {
        assert!(good.iter().all(Result::is_ok), "{good:?}");
    }
    for [session, token] in [
        issue(rest("name")).await,
        issue(measured(f64::NAN)).await,
        issue(skipped(Vec::new())).await,
    ] {
        assert_eq!(session.unwrap_err().kind(), ErrorKind::Payload);
        assert_eq!(token.unwrap_err().kind(), ErrorKind::Payload);
    }
    let [_, token] = issue(rest("name")).await;
    let text = token.unwrap_err().to_string();
    assert!(text.contains("the member `name` twice"), "{text}");
    let [_, token] = issue(measured(f64::NAN)).await;
    let text = token.unwrap_err().to_string();
    assert!(text.contains("the claim `value` "), "{text}");
    let [_, token] = issue(skipped(Vec::new())).await;
    let text = token.unwrap_err().to_string();
    assert!(text.contains("the claim `list` is missing"), "{text}");
}

#[test]
fn an_unreadable_own_token_is_logged_once_a_minute_with_its_claim() {
    let (jam, clock) = jam();
    let (lines, _guard) = log();
    let warnings = || lines.text().matches("WARN").count();
    let read = |members: &str| verify(&jam, members).unwrap_err();

    assert_eq!(
        read(r#""user":"secret-value""#),
        ErrorKind::Token(TokenFault::Claims)
    );
    assert_eq!(warnings(), 1);
    let text = lines.text();
    assert!(
        text.contains("the claim `user` occurs twice or has the wrong type"),
        "{text}"
    );
    assert!(text.contains("payload=User"), "{text}");
    assert!(
        !text.contains("secret-value"),
        "the log contains no value: {text}"
    );

    for _ in 0..3 {
        read(r#""name":"a""#);
    }
    clock.advance(59);
    read(r#""name":"a""#);
    assert_eq!(warnings(), 1, "{}", lines.text());
    clock.advance(1);
    read(r#""name":"a""#);
    assert_eq!(warnings(), 2, "{}", lines.text());
    assert!(lines.text().contains("the claim `user` is missing"));

    // A token with a bad signature logs nothing.
    clock.advance(120);
    let header = br#"{"alg":"HS256"}"#;
    let forged = forge_bytes(
        header,
        claims(r#""user":"a""#).as_bytes(),
        b"another secret",
    );
    assert!(jam.verify_jwt_token::<User>(&forged).is_err());
    assert_eq!(warnings(), 2);
}

#[test]
fn a_kind_equal_to_the_token_type_is_not_signed() {
    #[derive(Clone, Serialize, Deserialize, JamPayload)]
    #[jam(kind = "half")]
    struct Half {
        user: u64,
    }

    for typ in ["half+jwt", "HALF+jwt"] {
        let jwt = Jwt::hs256(SECRET).token_type(typ);
        let (jam, _) = jam_with(jwt, Sessions::in_memory());
        let error = jam
            .gen_jwt_token(&jam.make_payload(Half { user: 1 }))
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Payload);
        assert!(error.to_string().contains("Jwt::token_type"), "{error}");
    }
    let (jam, _) = jam();
    let token = jam
        .gen_jwt_token(&jam.make_payload(Half { user: 1 }))
        .unwrap();
    assert!(jam.verify_jwt_token::<Half>(token.as_str()).is_ok());
    assert!(jam.verify_jwt_token::<User>(token.as_str()).is_err());
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct WithSubject {
    #[jam(sub)]
    id: u64,
    #[serde(deserialize_with = "even")]
    even: u64,
}

fn even<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = u64::deserialize(deserializer)?;
    match number % 2 {
        0 => Ok(number),
        _ => Err(serde::de::Error::custom("missing field `odd`, it says")),
    }
}

#[test]
fn the_warning_names_the_wrong_claim() {
    let told = |claims: &str| {
        let (jam, _) = jam();
        let (lines, _guard) = log();
        let token = forge(r#"{"alg":"HS256"}"#, claims);
        assert!(jam.verify_jwt_token::<WithSubject>(&token).is_err());
        lines.text()
    };
    for (claims, why) in [
        (r#"{"sub":"7","even":2}"#, "the claim `exp` is missing"),
        (r#"{"exp":1,"even":2}"#, "the claim `sub` is missing"),
        (r#"{"exp":1,"sub":"7"}"#, "the claim `even` is missing"),
        (
            r#"{"exp":1,"sub":"7","even":3}"#,
            "the claim `even` occurs twice or has the wrong type",
        ),
        (
            r#"{"exp":1,"sub":"7","even":2,"even":2}"#,
            "the claim `even` occurs twice",
        ),
        (
            r#"{"exp":1,"sub":"7","even":2,"x":{"a":1,"a":2}}"#,
            "a name occurs twice, or the JSON is nested",
        ),
        (
            r#"{"exp":1,"sub":"7","even":2,"a\nb":1,"a\nb":2}"#,
            "the claim `a\\nb` occurs twice",
        ),
        (r#"["exp"]"#, "its claims contradict each other"),
    ] {
        let text = told(claims);
        assert!(text.contains(why), "{claims}: {text}");
        assert_eq!(text.lines().count(), 1, "{text}");
    }
}

fn verify(jam: &Jam, members: &str) -> Result<(), ErrorKind> {
    let token = forge(r#"{"typ":"JWT","alg":"HS256"}"#, &claims(members));
    let read = jam.verify_jwt_token::<User>(&token);
    read.map(drop).map_err(|error| error.kind())
}

#[test]
fn a_token_from_a_clock_slightly_ahead_is_accepted() {
    const EARLY: Result<(), ErrorKind> = Err(ErrorKind::Token(TokenFault::NotYetValid));
    let (jam, _) = jam();
    for claim in ["iat", "auth_time"] {
        let at = |seconds| verify(&jam, &format!(r#""user":1,"{claim}":{}"#, NOW + seconds));
        assert_eq!(at(5), Ok(()), "{claim}");
        assert_eq!(at(6), EARLY, "{claim}");
    }
    let not_before = |seconds| verify(&jam, &format!(r#""user":1,"nbf":{}"#, NOW + seconds));
    assert_eq!(not_before(0), Ok(()));
    assert_eq!(not_before(1), EARLY);
}

#[test]
fn a_token_with_too_long_a_lifetime_is_rejected() {
    const LONG: Result<(), ErrorKind> = Err(ErrorKind::Token(TokenFault::Lifetime));
    let seconds = Duration::from_secs;
    let jwt = || Jwt::hs256(SECRET).lifetime(seconds(600));
    let strict = |most| {
        let jwt = jwt().max_lifetime(seconds(most));
        jam_with(jwt, Sessions::in_memory()).0
    };
    // `claims` expire 600 s from now.
    let issued = |ago| format!(r#""user":1,"iat":{}"#, NOW - ago);
    assert_eq!(verify(&strict(600), r#""user":1"#), Ok(()));
    assert_eq!(verify(&strict(601), &issued(1)), Ok(()));
    assert_eq!(verify(&strict(601), &issued(2)), LONG);
    let error = Jam::builder()
        .jwt(jwt().max_lifetime(seconds(599)))
        .build()
        .unwrap_err();
    assert!(error.to_string().contains("jwt.max_lifetime"), "{error}");

    let (lenient, _) = jam();
    assert_eq!(verify(&lenient, &issued(100_000_000)), Ok(()));
}

#[test]
fn the_lifetime_of_a_token_without_iat_is_measured_from_now() {
    const LONG: Result<(), ErrorKind> = Err(ErrorKind::Token(TokenFault::Lifetime));
    let jwt = Jwt::hs256(SECRET)
        .lifetime(Duration::from_secs(1))
        .max_lifetime(Duration::from_secs(599));
    let (jam, clock) = jam_with(jwt, Sessions::in_memory());
    assert_eq!(verify(&jam, r#""user":1"#), LONG);
    clock.advance(1);
    assert_eq!(verify(&jam, r#""user":1"#), Ok(()));
}

#[test]
fn a_token_serializes_to_its_text_and_debug_hides_it() {
    #[derive(Serialize)]
    struct Answer {
        access_token: Token,
    }

    let (jam, _) = jam();
    let token = jam
        .gen_jwt_token(&jam.make_payload(User { user: 1 }))
        .unwrap();
    let text = token.as_str().to_owned();
    assert!(!format!("{token:?}").contains(&text));
    let answer = serde_json::to_value(Answer {
        access_token: token,
    });
    assert_eq!(answer.unwrap(), serde_json::json!({ "access_token": text }));
}

#[tokio::test]
async fn the_configuration_limits_the_sessions_of_an_owner() {
    let file = std::env::temp_dir().join(format!("jam-per-owner-{}.json", std::process::id()));
    std::fs::write(&file, r#"{"session":{"store":"memory","per_owner":2}}"#).unwrap();
    let jam = Jam::from_config(&file);
    std::fs::remove_file(&file).unwrap();
    let jam = jam.unwrap();
    for user in 0..3 {
        let _ = jam.create_session("a", &User { user }).await.unwrap();
    }
    let all = jam.sessions::<User>("a").await.unwrap();
    assert_eq!(all.len(), 2);
}

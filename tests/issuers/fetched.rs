//! Keys of issuers that are fetched from a real server on this machine.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jam::jwks::{Addresses, RemoteKeys, RemoteKeysBuilder};
use jam::testing::{ManualClock, TestIssuer};
use jam::token::{Algorithm, KeySet, SigningKey, Verifier};
use jam::{Issuer, Jam};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::{API, Corp, CorpUser, call, claims, routes};
use crate::support::NOW;

/// The answer of the server.
#[derive(Clone)]
enum Behaviour {
    Keys(Value),
    Text(String),
    Status(u16),
    Redirect(String),
    /// More bytes than any set has.
    Endless,
    /// One byte in a while, and never the end.
    Slow,
}

/// An identity provider on a free port of this machine.
#[derive(Clone)]
struct Provider {
    url: String,
    state: Arc<ProviderState>,
}

struct ProviderState {
    url: String,
    keys: Mutex<Behaviour>,
    document: Mutex<Option<Value>>,
    fetches: AtomicUsize,
    delay: Mutex<Duration>,
}

impl Provider {
    async fn start(keys: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(ProviderState {
            url: url.clone(),
            keys: Mutex::new(keys),
            document: Mutex::default(),
            fetches: AtomicUsize::new(0),
            delay: Mutex::default(),
        });
        let app = Router::new().fallback(answer).with_state(state.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, state }
    }

    fn set(&self, keys: Behaviour) {
        *self.state.keys.lock().unwrap() = keys;
    }

    fn fetches(&self) -> usize {
        self.state.fetches.load(Ordering::SeqCst)
    }
}

async fn answer(State(state): State<Arc<ProviderState>>, request: Request) -> Response {
    if request.uri().path() == "/.well-known/openid-configuration" {
        let document = state.document.lock().unwrap().clone();
        let usual = json!({ "issuer": state.url, "jwks_uri": format!("{}/keys", state.url) });
        return document.unwrap_or(usual).to_string().into_response();
    }
    state.fetches.fetch_add(1, Ordering::SeqCst);
    let delay = *state.delay.lock().unwrap();
    tokio::time::sleep(delay).await;
    let keys = state.keys.lock().unwrap().clone();
    match keys {
        Behaviour::Keys(keys) => keys.to_string().into_response(),
        Behaviour::Text(text) => text.into_response(),
        Behaviour::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Behaviour::Redirect(to) => (StatusCode::FOUND, [("location", to)]).into_response(),
        Behaviour::Endless => vec![b' '; 10 * 1024 * 1024].into_response(),
        Behaviour::Slow => {
            let (mut writer, reader) = tokio::io::duplex(1);
            tokio::spawn(async move {
                while writer.write_all(b" ").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            });
            Body::from_stream(Stream(reader)).into_response()
        }
    }
}

/// A reader as a stream of single bytes.
struct Stream(tokio::io::DuplexStream);

impl futures_core::Stream for Stream {
    type Item = std::io::Result<Vec<u8>>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        let mut byte = [0];
        let mut buffer = tokio::io::ReadBuf::new(&mut byte);
        let reader = std::pin::Pin::new(&mut self.0);
        tokio::io::AsyncRead::poll_read(reader, context, &mut buffer)
            .map(|read| Some(read.map(|()| buffer.filled().to_vec())))
    }
}

fn key(id: &str) -> SigningKey {
    SigningKey::generate(Algorithm::Es256).unwrap().with_id(id)
}

fn set<'a>(keys: impl IntoIterator<Item = &'a SigningKey>) -> Behaviour {
    let keys = keys.into_iter().map(SigningKey::verifying_key);
    Behaviour::Keys(KeySet::new(keys).unwrap().to_jwks())
}

/// An application that accepts the tokens of the provider.
struct World {
    app: Router,
    clock: ManualClock,
    provider: Provider,
}

fn remote(provider: &Provider) -> RemoteKeysBuilder {
    RemoteKeys::discover(&provider.url).addresses(Addresses::Loopback)
}

async fn world(keys: Behaviour) -> World {
    let provider = Provider::start(keys).await;
    let keys = remote(&provider);
    world_with(provider, keys)
}

fn world_with(provider: Provider, keys: RemoteKeysBuilder) -> World {
    let clock = ManualClock::at(NOW);
    let issuer = Issuer::with_remote_keys(&provider.url, keys).audience(API);
    let partner = TestIssuer::new("https://id.partner.example", API).unwrap();
    let jam = Jam::builder()
        .jwt(jam::Jwt::hs256_random())
        .issuer::<Corp>(issuer)
        .issuer::<super::Partner>(partner.issuer())
        .clock(clock.clone())
        .build()
        .unwrap();
    let app = routes().into_router(&jam).unwrap().with_state(jam);
    World {
        app,
        clock,
        provider,
    }
}

impl World {
    fn token(&self, key: &SigningKey) -> String {
        let issuer = TestIssuer::with_key(key.clone(), &self.provider.url, API);
        // Valid for as long as a test lasts.
        let mut claims = claims();
        claims["exp"] = (NOW + 1_000_000).into();
        issuer.clock(self.clock.clone()).token(claims)
    }

    async fn status(&self, key: &SigningKey) -> u16 {
        call(&self.app, "/corp", &self.token(key))
            .await
            .status
            .as_u16()
    }
}

/// Waits until the server was asked this often, which happens in the background.
async fn until_fetches(provider: &Provider, count: usize) {
    let start = Instant::now();
    while provider.fetches() < count {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{} fetches",
            provider.fetches()
        );
        tokio::task::yield_now().await;
    }
}

/// Waits until requests with this key have this status.
async fn until_status(world: &World, key: &SigningKey, status: u16) {
    let start = Instant::now();
    while world.status(key).await != status {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "the status stays"
        );
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn keys_are_discovered_and_kept() {
    let (one, two) = (key("one"), key("two"));
    let world = world(set([&one, &two])).await;
    for key in [&one, &two, &one] {
        assert_eq!(world.status(key).await, 200);
    }
    assert_eq!(world.provider.fetches(), 1);
    // A key of somebody else with a known id.
    assert_eq!(world.status(&key("one")).await, 401);
    assert_eq!(world.provider.fetches(), 1);
}

#[tokio::test]
async fn requests_at_the_same_time_wait_for_one_fetch() {
    let own = key("one");
    let world = world(set([&own])).await;
    *world.provider.state.delay.lock().unwrap() = Duration::from_millis(50);
    let token = world.token(&own);
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (app, token) = (world.app.clone(), token.clone());
        all.spawn(async move { call(&app, "/corp", &token).await.status.as_u16() });
    }
    assert!(all.join_all().await.iter().all(|status| *status == 200));
    assert_eq!(world.provider.fetches(), 1);
}

/// A request that goes away does not end the fetch for the others.
#[tokio::test]
async fn a_request_that_is_dropped_does_not_end_the_fetch() {
    let own = key("one");
    let world = world(set([&own])).await;
    *world.provider.state.delay.lock().unwrap() = Duration::from_millis(50);
    let token = world.token(&own);
    let first = tokio::time::timeout(Duration::from_millis(10), call(&world.app, "/corp", &token));
    assert!(first.await.is_err());
    assert_eq!(world.status(&own).await, 200);
    assert_eq!(world.provider.fetches(), 1);
}

/// F-JWKS 1: the last good keys verify while the provider fails, and for a stated time. Then requests are
/// rejected with 503, and accepted again when the provider is back.
#[tokio::test]
async fn the_last_good_keys_are_kept_for_an_hour() {
    let own = key("one");
    let world = world(set([&own])).await;
    assert_eq!(world.status(&own).await, 200);
    for (behaviour, after) in [
        (Behaviour::Status(500), 700),
        (
            Behaviour::Text("<html>down for maintenance</html>".to_owned()),
            900,
        ),
        (Behaviour::Keys(json!({ "keys": [] })), 1200),
        (
            Behaviour::Keys(json!({ "keys": [{ "kty": "RSA", "n": "AQAB", "e": "AQAB" }] })),
            1500,
        ),
        (
            Behaviour::Redirect("https://evil.example/keys".to_owned()),
            1800,
        ),
        (Behaviour::Endless, 2100),
        (Behaviour::Text(String::new()), 3599),
    ] {
        world.provider.set(behaviour);
        world.clock.set(NOW + after);
        let before = world.provider.fetches();
        assert_eq!(world.status(&own).await, 200, "after {after} s");
        until_fetches(&world.provider, before + 1).await;
        // A token with an unknown key waits for the end of the fetch.
        assert_eq!(world.status(&key("unknown")).await, 401);
        assert_eq!(world.status(&own).await, 200, "after {after} s");
    }
    world.clock.set(NOW + 3600);
    let answer = call(&world.app, "/corp", &world.token(&own)).await;
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(answer.challenge(), "");
    // Other backends are not affected.
    assert_eq!(call(&world.app, "/all", "not.a.token").await.status, 401);
    world.provider.set(set([&own]));
    world.clock.set(NOW + 3600 + 30);
    until_status(&world, &own, 200).await;
}

/// F-JWKS 2: at the first fetch nothing else than a set of keys is accepted.
#[tokio::test]
async fn redirects_long_and_slow_answers_are_refused() {
    let own = key("one");
    let hidden = Provider::start(set([&own])).await;
    for behaviour in [
        Behaviour::Redirect(format!("{}/keys", hidden.url)),
        Behaviour::Redirect("file:///etc/passwd".to_owned()),
        Behaviour::Endless,
        Behaviour::Slow,
        Behaviour::Status(204),
        Behaviour::Status(404),
        Behaviour::Text("<html></html>".to_owned()),
    ] {
        let world = world(behaviour).await;
        let start = Instant::now();
        assert_eq!(world.status(&own).await, 503);
        assert!(
            start.elapsed() < Duration::from_secs(8),
            "{:?}",
            start.elapsed()
        );
    }
    assert_eq!(hidden.fetches(), 0);
}

/// F-JWKS 2: the document cannot send the application to another address.
#[tokio::test]
async fn a_document_cannot_name_another_issuer_or_host() {
    let own = key("one");
    let elsewhere = Provider::start(set([&own])).await;
    let other_host = elsewhere.url.replace("127.0.0.1", "localhost");
    let other_issuer = "https://evil.example";
    for (issuer, jwks_uri) in [
        (None, "file:///etc/passwd"),
        (None, "http://169.254.169.254/latest/meta-data"),
        (None, "http://[::ffff:169.254.169.254]/"),
        (None, "https://8.8.8.8/keys"),
        (None, &*format!("{other_host}/keys")),
        (None, &*format!("http://user@{}/keys", &elsewhere.url[7..])),
        (Some(other_issuer), &*format!("{}/keys", elsewhere.url)),
    ] {
        let world = world(set([&own])).await;
        let issuer = issuer.unwrap_or(&world.provider.url).to_owned();
        let document = json!({ "issuer": issuer, "jwks_uri": jwks_uri });
        *world.provider.state.document.lock().unwrap() = Some(document);
        assert_eq!(world.status(&own).await, 503, "{jwks_uri}");
        assert_eq!(world.provider.fetches(), 0);
    }
    assert_eq!(elsewhere.fetches(), 0);
    // Another host that the configuration names.
    let provider = Provider::start(set([&own])).await;
    let document = json!({ "issuer": provider.url, "jwks_uri": format!("{other_host}/keys") });
    *provider.state.document.lock().unwrap() = Some(document);
    let keys = remote(&provider).jwks_host("localhost");
    let world = world_with(provider, keys);
    assert_eq!(world.status(&own).await, 200);
    assert_eq!((world.provider.fetches(), elsewhere.fetches()), (0, 1));
}

/// F-JWKS 3: invented names of keys cause one fetch in 30 s.
#[tokio::test]
async fn a_flood_of_unknown_keys_causes_one_fetch_in_thirty_seconds() {
    let own = key("one");
    let world = world(set([&own])).await;
    assert_eq!(world.status(&own).await, 200);
    for second in 0..90 {
        world.clock.set(NOW + 100 + second);
        for number in 0..5 {
            assert_eq!(
                world
                    .status(&key(&format!("unknown-{second}-{number}")))
                    .await,
                401
            );
        }
    }
    assert_eq!(world.provider.fetches(), 1 + 3);
    // A new key is found by the next one.
    let new = key("two");
    world.provider.set(set([&own, &new]));
    assert_eq!(world.status(&new).await, 401);
    world.clock.set(NOW + 190);
    assert_eq!(world.status(&new).await, 200);
    assert_eq!(world.status(&own).await, 200);
    assert_eq!(world.provider.fetches(), 1 + 4);
}

/// F-JWKS 4: a key that the provider removed is rejected after the next refresh.
#[tokio::test]
async fn a_removed_key_is_rejected_after_the_refresh() {
    let (old, new) = (key("old"), key("new"));
    let world = world(set([&old, &new])).await;
    assert_eq!(world.status(&old).await, 200);
    world.provider.set(set([&new]));
    world.clock.set(NOW + 599);
    assert_eq!(world.status(&old).await, 200);
    assert_eq!(world.provider.fetches(), 1);
    // The refresh runs in the background, while the old keys verify.
    world.clock.set(NOW + 600);
    assert_eq!(world.status(&new).await, 200);
    until_status(&world, &old, 401).await;
    assert_eq!(world.status(&new).await, 200);
    assert_eq!(world.provider.fetches(), 2);
}

/// F-JWKS 5: one bad member is left out, and the others verify.
#[tokio::test]
async fn a_bad_member_of_the_set_is_left_out() {
    let own = key("one");
    let good = own.verifying_key().to_jwk().unwrap();
    let mut set = vec![
        json!({ "kty": "RSA", "kid": "weak", "alg": "RS256", "use": "sig", "n": "AQAB", "e": "AQAB" }),
        json!({ "kty": "EC", "kid": "off", "alg": "ES256", "crv": "P-256", "x": "AAAA", "y": "AAAA" }),
        json!({ "kty": "OKP", "kid": "later", "crv": "X448", "x": "AAAA" }),
        json!("not a key"),
        json!({}),
    ];
    set.push(good);
    let world = world(Behaviour::Keys(json!({ "keys": set }))).await;
    assert_eq!(world.status(&own).await, 200);
    assert_eq!(world.status(&key("weak")).await, 401);
}

/// A set with a shared secret beside public keys is not the set of a careful issuer.
#[tokio::test]
async fn a_set_with_a_shared_secret_is_refused() {
    let own = key("one");
    let secret = json!({ "kty": "oct", "kid": "s", "alg": "HS256", "k": "c2VjcmV0".repeat(8) });
    let keys = json!({ "keys": [own.verifying_key().to_jwk(), secret] });
    let world = world(Behaviour::Keys(keys)).await;
    assert_eq!(world.status(&own).await, 503);
}

#[tokio::test]
async fn settings_that_cannot_work_are_reported_when_the_application_starts() {
    for (keys, why) in [
        (RemoteKeys::discover("http://id.example"), "https://"),
        (RemoteKeys::at("file:///etc/passwd"), "not a URL"),
        (
            RemoteKeys::at("https://id.example").algorithms([]),
            "public keys",
        ),
        (
            RemoteKeys::at("https://id.example").algorithms([Algorithm::Hs256]),
            "public keys",
        ),
        (
            RemoteKeys::at("https://id.example").keep_for(Duration::from_secs(600)),
            "longer",
        ),
        (
            RemoteKeys::at("https://id.example").refresh_after(Duration::ZERO),
            "longer",
        ),
    ] {
        let issuer = Issuer::with_remote_keys("https://id.example", keys).audience(API);
        let error = Jam::builder()
            .issuer::<Corp>(issuer)
            .build()
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("issuer.corp: ") && error.contains(why),
            "{why}: {error}"
        );
    }
}

/// A verifier without HTTP fetches the keys too.
#[tokio::test]
async fn a_verifier_fetches_keys() {
    let own = key("one");
    let provider = Provider::start(set([&own])).await;
    let keys = RemoteKeys::at(format!("{}/keys", provider.url)).addresses(Addresses::Loopback);
    let builder = Verifier::builder(keys.build().unwrap());
    let verifier = builder.issuer(&provider.url).audience(API).build().unwrap();
    let issuer = TestIssuer::with_key(own, &provider.url, API);
    let token = issuer.token(claims());
    // Nothing is at hand yet.
    let error = verifier.verify::<CorpUser>(&token).map(drop).unwrap_err();
    assert_eq!(error.status(), 503);
    let claims = verifier.verify_fetching::<CorpUser>(&token).await.unwrap();
    assert_eq!(claims.id, "ann");
    assert!(verifier.verify::<CorpUser>(&token).is_ok());
}

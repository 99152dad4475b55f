//! Failures of the session store during operation.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use http::StatusCode;
use jam::{
    ErrorKind, Jam, Jwt, SessionId, Sessions, StoreError,
    session::{
        MemoryStore, OwnerLimit, Page, Record, SessionStore, Usage, Value, ValueKey, WriteOutcome,
    },
};

use crate::support::{SECRET, User, app, call, get_with, login};

const WORKS: u8 = 0;
const FAILS: u8 = 1;
const HANGS: u8 = 2;

/// A store that can fail or hang on request.
#[derive(Clone, Default)]
struct Breakable {
    mode: Arc<AtomicU8>,
    /// The number of new ids that the store reports as taken.
    taken: Arc<AtomicU8>,
    inner: Arc<MemoryStore>,
}

impl Breakable {
    async fn pass(&self) -> Result<(), StoreError> {
        match self.mode.load(Ordering::SeqCst) {
            WORKS => Ok(()),
            FAILS => Err(StoreError::new("connection refused")),
            _ => pending().await,
        }
    }
}

impl SessionStore for Breakable {
    async fn create(
        &self,
        id: SessionId,
        record: Record,
        limit: OwnerLimit,
    ) -> Result<WriteOutcome, StoreError> {
        self.pass().await?;
        let taken = self.taken.load(Ordering::SeqCst);
        if taken > 0 {
            self.taken.store(taken - 1, Ordering::SeqCst);
            return Ok(WriteOutcome::Conflict);
        }
        self.inner.create(id, record, limit).await
    }

    async fn load(
        &self,
        id: &SessionId,
        usage: Option<Usage>,
    ) -> Result<Option<Arc<Record>>, StoreError> {
        self.pass().await?;
        self.inner.load(id, usage).await
    }

    async fn update(&self, id: &SessionId, record: Record) -> Result<WriteOutcome, StoreError> {
        self.pass().await?;
        self.inner.update(id, record).await
    }

    async fn rotate(
        &self,
        old: &SessionId,
        new: SessionId,
        record: Record,
    ) -> Result<WriteOutcome, StoreError> {
        self.pass().await?;
        self.inner.rotate(old, new, record).await
    }

    async fn find(&self, id: &SessionId) -> Result<Option<SessionId>, StoreError> {
        self.pass().await?;
        self.inner.find(id).await
    }

    async fn delete(&self, id: &SessionId) -> Result<bool, StoreError> {
        self.pass().await?;
        self.inner.delete(id).await
    }

    async fn delete_by_owner(
        &self,
        owner: &str,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        self.pass().await?;
        self.inner.delete_by_owner(owner, keep).await
    }

    async fn list_by_owner(
        &self,
        owner: &str,
        page: Page,
    ) -> Result<Vec<(SessionId, Arc<Record>)>, StoreError> {
        self.pass().await?;
        self.inner.list_by_owner(owner, page).await
    }

    async fn values(&self, keys: &[ValueKey], now: u64) -> Result<Vec<Option<Value>>, StoreError> {
        self.pass().await?;
        self.inner.values(keys, now).await
    }

    async fn swap_value(
        &self,
        key: ValueKey,
        present: Option<Value>,
        value: Value,
        now: u64,
    ) -> Result<WriteOutcome, StoreError> {
        self.pass().await?;
        self.inner.swap_value(key, present, value, now).await
    }
}

fn broken() -> (Jam, Breakable) {
    let store = Breakable::default();
    let sessions = Sessions::in_store(store.clone()).store_timeout(Duration::from_millis(50));
    let builder = Jam::builder().jwt(Jwt::hs256(SECRET)).sessions(sessions);
    (builder.build().unwrap(), store)
}

#[tokio::test]
async fn a_store_that_fails_or_hangs_answers_503_only_on_protected_routes() {
    for mode in [FAILS, HANGS] {
        let (jam, store) = broken();
        let app = app(jam);
        let cookie = login(&app, "/session/login").await;
        let good = [("cookie", cookie.as_str())];
        assert_eq!(
            get_with(&app, "/session/user", &good).await.status,
            StatusCode::OK
        );

        store.mode.store(mode, Ordering::SeqCst);
        let begun = Instant::now();
        // An optional rule fails too: without the store, the caller cannot be treated as anonymous.
        for (method, path) in [
            ("GET", "/session/user"),
            ("GET", "/home"),
            ("POST", "/logout"),
        ] {
            let answer = call(&app, method, path, &good).await;
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
            assert_eq!(answer.header("retry-after"), Some("1"));
            assert_eq!(
                answer.header("content-type"),
                Some("application/problem+json")
            );
            assert!(
                answer.set_cookies().is_empty(),
                "no cookie is set or cleared"
            );
        }
        assert!(begun.elapsed() < Duration::from_secs(1));
        let answer = call(&app, "POST", "/session/login", &[]).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.header("retry-after"), Some("1"));
        assert!(answer.set_cookies().is_empty());

        // These requests do not need the store.
        assert_eq!(get_with(&app, "/public", &[]).await.status, StatusCode::OK);
        assert_eq!(get_with(&app, "/home", &[]).await.status, StatusCode::OK);
        assert_eq!(
            get_with(&app, "/session/user", &[]).await.status,
            StatusCode::UNAUTHORIZED
        );
        let malformed = [("cookie", "sid=garbage")];
        let answer = get_with(&app, "/session/user", &malformed).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);

        // The session is valid again after the store recovers.
        store.mode.store(WORKS, Ordering::SeqCst);
        assert_eq!(
            get_with(&app, "/session/user", &good).await.status,
            StatusCode::OK
        );
    }
}

#[tokio::test]
async fn the_health_is_that_of_the_store() {
    let (jam, store) = broken();
    jam.migrate().await.unwrap();
    jam.health().await.unwrap();
    for mode in [FAILS, HANGS] {
        store.mode.store(mode, Ordering::SeqCst);
        let error = jam.health().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store);
        assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
    store.mode.store(WORKS, Ordering::SeqCst);
    jam.health().await.unwrap();
    let tokens = Jam::builder().jwt(Jwt::hs256(SECRET)).build().unwrap();
    tokens.health().await.unwrap();
    tokens.migrate().await.unwrap();
}

#[tokio::test]
async fn a_logout_is_an_error_if_the_store_fails() {
    let (jam, store) = broken();
    let session = jam.create_session("a", &User { user: 1 }).await.unwrap();
    store.mode.store(FAILS, Ordering::SeqCst);
    let error = jam.delete_session(&session).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(error.to_string().contains("connection refused"), "{error}");
    store.mode.store(WORKS, Ordering::SeqCst);
    assert!(jam.get_session::<User>(&session).await.unwrap().is_some());
}

#[tokio::test]
async fn a_taken_id_is_replaced_and_repeated_collisions_answer_503() {
    let (jam, store) = broken();
    let app = app(jam);
    store.taken.store(2, Ordering::SeqCst);
    login(&app, "/session/login").await;
    store.taken.store(200, Ordering::SeqCst);
    let answer = call(&app, "POST", "/session/login", &[]).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.set_cookies().is_empty());
}

#[test]
fn a_store_error_shows_its_cause() {
    use std::error::Error as _;

    #[derive(Debug)]
    struct Disk(std::fmt::Error);

    impl std::fmt::Display for Disk {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("the disk is full")
        }
    }

    impl std::error::Error for Disk {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    let error = StoreError::new(Disk(std::fmt::Error));
    assert_eq!(error.to_string(), "the disk is full");
    assert!(error.source().is_some());
    assert!(StoreError::new("refused").source().is_none());
}

/// Counts what the store does, as an exporter would.
#[cfg(feature = "metrics")]
#[tokio::test]
async fn operations_of_the_store_and_their_failures_are_counted() {
    use metrics::{Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName};
    use metrics::{Metadata, Recorder, SharedString, Unit};

    #[derive(Default)]
    struct Seen(std::sync::Mutex<std::collections::BTreeMap<String, u64>>);

    struct One(Arc<Seen>, String);

    impl CounterFn for One {
        fn increment(&self, value: u64) {
            *self.0.0.lock().unwrap().entry(self.1.clone()).or_default() += value;
        }

        fn absolute(&self, _: u64) {}
    }

    impl HistogramFn for One {
        fn record(&self, seconds: f64) {
            assert!((0.0..1.0).contains(&seconds));
            self.increment(1);
        }
    }

    struct Exporter(Arc<Seen>);

    impl Exporter {
        fn one(&self, key: &Key) -> Arc<One> {
            let labels: Vec<_> = key.labels().map(|label| label.value().to_owned()).collect();
            Arc::new(One(
                Arc::clone(&self.0),
                format!("{} {}", key.name(), labels.join(",")),
            ))
        }
    }

    impl Recorder for Exporter {
        fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

        fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
            Counter::from_arc(self.one(key))
        }

        fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
            Gauge::noop()
        }

        fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
            Histogram::from_arc(self.one(key))
        }
    }

    let seen = Arc::new(Seen::default());
    let exporter = Exporter(Arc::clone(&seen));
    let _recorder = metrics::set_default_local_recorder(&exporter);
    let (jam, store) = broken();
    let _session = jam.create_session("a", &User { user: 1 }).await.unwrap();
    store.mode.store(HANGS, Ordering::SeqCst);
    assert!(jam.health().await.is_err());
    assert!(jam.clear_sessions("a").await.is_err());
    let seen: Vec<_> = seen.0.lock().unwrap().clone().into_iter().collect();
    let expected = [
        ("jam_store_failures_total delete_by_owner", 1),
        ("jam_store_failures_total health", 1),
        ("jam_store_seconds create", 1),
        ("jam_store_seconds delete_by_owner", 1),
        ("jam_store_seconds health", 1),
    ];
    assert_eq!(seen, expected.map(|(name, count)| (name.to_owned(), count)));
}

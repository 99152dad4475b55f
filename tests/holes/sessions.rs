//! Sessions: their tokens, ids, lifetimes and limits.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use jam::dsl::user;
use jam::{
    Access, Auth, Error, ErrorKind, Jam, JamRouter, Jwt, Payload, SessionId, Sessions, StoreError,
    cookie::Logout,
    jam_auth, jam_routes,
    session::{
        AtLimit, MemoryStore, OwnerLimit, Record, SessionData, SessionStore, Usage, WriteOutcome,
    },
};

use crate::support::{NOW, SECRET, User, app, call, get_with, jam, jam_with};

const WEB: Access<User> = user().backend("session").cookie("sid");

async fn status(app: &Router, token: &str) -> u16 {
    let cookie = format!("sid={token}");
    get_with(app, "/session/user", &[("cookie", &cookie)])
        .await
        .status
        .as_u16()
}

/// Asserts that the store compares the whole token. The store keeps used sessions in a cache with a
/// few thousand slots, so two tokens can share a slot.
#[tokio::test]
async fn a_token_that_was_never_issued_is_rejected() {
    let (jam, _) = jam();
    let app = app(jam.clone());
    let mut tokens = Vec::new();
    for number in 0..6_000 {
        let data = User { user: number };
        let token = jam
            .create_session(&number.to_string(), &data)
            .await
            .unwrap();
        let id = *token.id();
        assert_eq!(
            jam.get_session::<User>(id).await.unwrap().unwrap().user,
            number
        );
        tokens.push(token.into_string());
    }
    for (number, token) in tokens.iter().enumerate().step_by(7) {
        let cookie = format!("sid={token}");
        let answer = get_with(&app, "/session/user", &[("cookie", &cookie)]).await;
        assert_eq!(answer.body, format!(r#"{{"user":{number}}}"#));
    }
    for token in tokens.iter().step_by(5) {
        // The forged token has the length of an issued token.
        let forged: String = token.chars().rev().collect();
        assert_eq!(status(&app, &forged).await, 401);
    }
}

#[tokio::test]
async fn the_id_of_a_listed_session_stays_valid_through_rotations() {
    let (jam, clock) = jam();
    let app = app(jam.clone());
    for round in 0..30 {
        let owner = format!("owner {round}");
        let first = jam.create_session(&owner, &User { user: 1 }).await.unwrap();
        let listed = jam.sessions::<User>(&owner).await.unwrap().pop().unwrap();
        let id = *listed.info().id();
        let second = jam.rotate_session(&listed).await.unwrap();
        let third = jam.reauthenticate_session(&first).await.unwrap();
        clock.advance(1);
        let fourth = jam.rotate_session(id).await.unwrap();
        for token in [&first, &second, &third] {
            assert_eq!(
                status(&app, token.as_str()).await,
                401,
                "an old token is rejected"
            );
        }
        assert_eq!(status(&app, fourth.as_str()).await, 200);
        for token in [&first, &second, &third, &fourth] {
            assert_eq!(*token.id(), id, "the id stays the same");
        }
        // Every operation accepts the token, the listed session and the id.
        let read = jam.get_session::<User>(&first).await.unwrap().unwrap();
        assert_eq!((read.user, *read.info().id()), (1, id));
        let changed = jam
            .update_session(&listed, |user: &mut User| user.user = 2)
            .await;
        assert_eq!(changed.unwrap().user, 2);
        let other = jam.create_session(&owner, &User { user: 3 }).await.unwrap();
        assert_eq!(jam.clear_other_sessions(&owner, &listed).await.unwrap(), 1);
        assert!(jam.get_session::<User>(&other).await.unwrap().is_none());
        let by_text: SessionId = id.to_string().parse().unwrap();
        let deleted = match round % 3 {
            0 => jam.delete_session(&listed).await,
            1 => jam.delete_session(&first).await,
            _ => jam.delete_session(by_text).await,
        };
        assert!(deleted.unwrap(), "round {round}");
        assert_eq!(status(&app, fourth.as_str()).await, 401);
        assert!(!jam.delete_session(id).await.unwrap());
        assert!(jam.sessions::<User>(&owner).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_logout_ends_a_session_after_a_concurrent_rotation() {
    #[jam_auth(backend = "session", cookie = "sid")]
    async fn logout(user: Auth<User>, State(jam): State<Jam>) -> Result<Logout, Error> {
        let _ = jam.rotate_session(user.session().unwrap()).await?;
        jam.logout(&user).await
    }
    let (jam, _) = jam();
    let app = Router::new()
        .route("/", post(logout))
        .with_state(jam.clone());
    let token = jam.create_session("a", &User { user: 1 }).await.unwrap();
    let cookie = format!("sid={}", token.as_str());
    assert_eq!(
        call(&app, "POST", "/", &[("cookie", &cookie)]).await.status,
        204
    );
    assert!(jam.sessions::<User>("a").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_session_from_a_clock_ahead_does_not_outlive_its_timeout() {
    let (jam, clock) = jam();
    let table: JamRouter<Jam> = jam_routes![
        WEB = [
            get("/", async || "page"),
            get("/fresh", async || "page").fresh(minutes(5))
        ]
    ];
    let app = table.into_router(&jam).unwrap().with_state(jam.clone());
    let day = 24 * 3600;
    clock.set(NOW + day + 3600);
    let token = jam.create_session("a", &User { user: 1 }).await.unwrap();
    let listed = jam.create_session("a", &User { user: 1 }).await.unwrap();
    let cookie = format!("sid={}", token.as_str());
    let headers = [("cookie", cookie.as_str())];
    assert_eq!(get_with(&app, "/", &headers).await.status, 200);
    // The clock is corrected.
    clock.set(NOW);
    assert_eq!(get_with(&app, "/", &headers).await.status, 401);
    assert_eq!(get_with(&app, "/fresh", &headers).await.status, 401);
    assert!(jam.sessions::<User>("a").await.unwrap().is_empty());
    assert!(jam.get_session::<User>(&listed).await.unwrap().is_none());
    // The session does not become valid again later.
    clock.set(NOW + day + 3600);
    assert_eq!(get_with(&app, "/", &headers).await.status, 401);
    // Clocks may differ by one minute.
    clock.set(NOW + 60);
    let token = jam.create_session("a", &User { user: 1 }).await.unwrap();
    let cookie = format!("sid={}", token.as_str());
    clock.set(NOW);
    for path in ["/", "/fresh"] {
        assert_eq!(
            get_with(&app, path, &[("cookie", &cookie)]).await.status,
            200,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_login_in_the_future_is_not_fresh() {
    #[jam_auth(backend = "jwt", fresh = "5m")]
    async fn page(_: Auth<User>) {}
    let (jam, _) = jam_with(
        Jwt::hs256(SECRET).leeway(Duration::from_secs(60)),
        Sessions::in_memory(),
    );
    let app = Router::new().route("/", get(page)).with_state(jam.clone());
    for (ahead, expected) in [(0, 200), (60, 200), (61, 401), (86_400, 401)] {
        let claims = jam
            .make_payload(User { user: 1 })
            .with_auth_time(NOW + ahead);
        let token = jam.gen_jwt_token(&claims).unwrap();
        let bearer = format!("Bearer {}", token.as_str());
        let answer = get_with(&app, "/", &[("authorization", &bearer)]).await;
        assert_eq!(answer.status, expected, "{ahead} s ahead");
    }
}

#[tokio::test]
async fn a_login_above_a_thousand_sessions_ends_the_least_recently_used_one() {
    let (jam, clock) = jam();
    let app = app(jam.clone());
    let mut tokens = Vec::new();
    for _ in 0..1_000 {
        let token = jam.create_session("a", &User { user: 1 }).await.unwrap();
        tokens.push(token.into_string());
    }
    // The first session is used, so that another session is the least recently used one.
    clock.advance(600);
    assert_eq!(status(&app, &tokens[0]).await, 200);
    let _ = jam.create_session("a", &User { user: 1 }).await.unwrap();
    assert_eq!(jam.sessions::<User>("a").await.unwrap().len(), 1_000);
    assert_eq!(status(&app, &tokens[0]).await, 200);
    let mut ended = 0;
    for token in &tokens {
        ended += usize::from(status(&app, token).await == 401);
    }
    assert_eq!(ended, 1);
}

#[tokio::test]
async fn a_login_above_the_limit_can_be_rejected() {
    async fn login(State(jam): State<Jam>) -> Result<(), Error> {
        jam.create_session("a", &User { user: 1 }).await.map(drop)
    }
    let sessions = Sessions::in_memory().per_owner(2, AtLimit::Reject);
    let (jam, clock) = jam_with(Jwt::hs256(SECRET), sessions);
    let app = Router::new()
        .route("/", post(login))
        .with_state(jam.clone());
    for expected in [200, 200, 409] {
        assert_eq!(call(&app, "POST", "/", &[]).await.status, expected);
    }
    let error = jam
        .create_session("a", &User { user: 1 })
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SessionLimit);
    // An expired session makes room for a new one.
    clock.advance(3_600);
    assert_eq!(call(&app, "POST", "/", &[]).await.status, 200);
    let none = Sessions::in_memory().per_owner(0, AtLimit::Reject);
    let error = Jam::builder().sessions(none).build().unwrap_err();
    assert_eq!(error.keys().collect::<Vec<_>>(), ["session.per_owner"]);
}

/// Yields to other tasks, and returns after each of them ran once.
async fn turn() {
    let mut turned = false;
    std::future::poll_fn(|context| {
        context.waker().wake_by_ref();
        match std::mem::replace(&mut turned, true) {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
}

/// Asserts that a list of 20,000 sessions yields to the runtime many times.
#[tokio::test]
async fn a_long_list_of_one_owner_lets_others_sign_in() {
    let sessions = Sessions::in_memory().per_owner(u32::MAX, AtLimit::Reject);
    let (jam, _) = jam_with(Jwt::hs256(SECRET), sessions);
    for number in 0..20_000 {
        let _ = jam
            .create_session("many", &User { user: number })
            .await
            .unwrap();
    }
    let listing = tokio::spawn({
        let jam = jam.clone();
        async move { jam.sessions::<User>("many").await.unwrap() }
    });
    // The runtime has one worker. Another task runs only when the list yields.
    let list = listing.abort_handle();
    let logins = tokio::spawn(async move {
        let mut logins = 0;
        while !list.is_finished() {
            let _ = jam
                .create_session("other", &User { user: 1 })
                .await
                .unwrap();
            logins += 1;
            turn().await;
        }
        logins
    });
    let logins = logins.await.unwrap();
    assert!(logins > 50, "{logins} logins while the list was made");
    let users: HashSet<u64> = listing
        .await
        .unwrap()
        .iter()
        .map(|session| session.user)
        .collect();
    assert_eq!(users.len(), 20_000);
}

#[test]
fn a_session_id_has_one_spelling() {
    let id = SessionId::from_bytes(std::array::from_fn(|at| u8::try_from(at * 8).unwrap()));
    let text = id.to_string();
    assert_eq!(text.parse(), Ok(id));
    assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{text}\""));
    assert_eq!(
        serde_json::from_str::<SessionId>(&format!("\"{text}\"")).unwrap(),
        id
    );
    for bad in [
        "",
        "00",
        &text[1..],
        &format!("{text}0"),
        &text.to_uppercase(),
        &"g".repeat(64),
    ] {
        let error = bad.parse::<SessionId>().unwrap_err();
        assert!(error.to_string().contains("64 hexadecimal digits"), "{bad}");
        assert!(
            serde_json::from_str::<SessionId>(&format!("\"{bad}\"")).is_err(),
            "{bad}"
        );
    }
}

/// Asserts that a record without a lineage is accepted. An older version or another program can
/// write such a record.
#[tokio::test]
async fn a_session_without_a_lineage_has_the_id_of_its_record() {
    let store = Arc::new(MemoryStore::new());
    let (jam, _) = jam_with(Jwt::hs256(SECRET), Sessions::in_store(Arc::clone(&store)));
    let id = SessionId::from_bytes([7; 32]);
    let data = format!(r#"{{"{}":{{"user":1}}}}"#, User::kind());
    let record = Record::new(
        "ann".to_owned(),
        SessionData::from_json(data),
        NOW,
        NOW + 600,
    );
    store.create(id, record, OwnerLimit::DEFAULT).await.unwrap();
    let ids = async || -> Vec<SessionId> {
        let all = jam.sessions::<User>("ann").await.unwrap();
        all.iter().map(|session| *session.info().id()).collect()
    };
    assert_eq!(ids().await, [id]);
    let rotated = jam.rotate_session(id).await.unwrap();
    assert_eq!(ids().await, [id], "the id stays the same");
    assert_eq!(*rotated.id(), id);
    assert!(jam.delete_session(id).await.unwrap());
    assert!(ids().await.is_empty());
}

#[tokio::test]
async fn a_shorter_idle_timeout_applies_to_existing_sessions() {
    let store = Arc::new(MemoryStore::new());
    let with_idle = |seconds| {
        let sessions =
            Sessions::in_store(Arc::clone(&store)).idle_timeout(Duration::from_secs(seconds));
        jam_with(Jwt::hs256(SECRET), sessions)
    };
    let (before, _) = with_idle(3600);
    let (after, clock) = with_idle(600);
    let token = before
        .create_session("ann", &User { user: 1 })
        .await
        .unwrap();
    clock.advance(599);
    assert!(after.get_session::<User>(&token).await.unwrap().is_some());
    clock.advance(1);
    assert!(after.get_session::<User>(&token).await.unwrap().is_none());
    assert!(before.get_session::<User>(&token).await.unwrap().is_some());
}

/// Asserts that an expired session counts as missing, even while its record is in the store.
#[tokio::test]
async fn an_expired_session_cannot_be_changed() {
    let (jam, clock) = jam();
    let token = jam.create_session("ann", &User { user: 1 }).await.unwrap();
    clock.advance(3600);
    let error = jam
        .update_session(&token, |_: &mut User| ())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SessionMissing);
    let error = jam.rotate_session(&token).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SessionMissing);
    assert!(jam.get_session::<User>(&token).await.unwrap().is_none());
}

/// A store in which another request rotates a session between two steps of an operation.
#[derive(Clone, Default)]
struct Racing {
    store: Arc<MemoryStore>,
    /// The number of rotations that remain.
    armed: Arc<AtomicU8>,
    rotated: Arc<AtomicU8>,
}

impl Racing {
    /// Rotates the session of the record `old` if a rotation remains.
    async fn rotate_first(&self, old: &SessionId) -> Result<(), StoreError> {
        let armed = self.armed.load(Ordering::Relaxed);
        if armed == 0 {
            return Ok(());
        }
        self.armed.store(armed - 1, Ordering::Relaxed);
        let number = self.rotated.fetch_add(1, Ordering::Relaxed);
        let record = self
            .store
            .load(old, None)
            .await?
            .expect("the record exists");
        let new = SessionId::from_bytes([number + 1; 32]);
        let rotated = self.store.rotate(old, new, Record::clone(&record)).await?;
        assert_eq!(rotated, WriteOutcome::Done);
        Ok(())
    }
}

impl SessionStore for Racing {
    async fn create(
        &self,
        id: SessionId,
        record: Record,
        limit: OwnerLimit,
    ) -> Result<WriteOutcome, StoreError> {
        self.store.create(id, record, limit).await
    }

    async fn load(
        &self,
        id: &SessionId,
        usage: Option<Usage>,
    ) -> Result<Option<Arc<Record>>, StoreError> {
        self.store.load(id, usage).await
    }

    async fn update(&self, id: &SessionId, record: Record) -> Result<WriteOutcome, StoreError> {
        self.store.update(id, record).await
    }

    async fn rotate(
        &self,
        old: &SessionId,
        new: SessionId,
        record: Record,
    ) -> Result<WriteOutcome, StoreError> {
        self.store.rotate(old, new, record).await
    }

    async fn find(&self, id: &SessionId) -> Result<Option<SessionId>, StoreError> {
        let found = self.store.find(id).await?;
        if let Some(found) = &found {
            self.rotate_first(found).await?;
        }
        Ok(found)
    }

    async fn delete(&self, id: &SessionId) -> Result<bool, StoreError> {
        self.store.delete(id).await
    }

    async fn delete_by_owner(
        &self,
        owner: &str,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        self.store.delete_by_owner(owner, keep).await
    }

    async fn list_by_owner(
        &self,
        owner: &str,
        page: jam::session::Page,
    ) -> Result<Vec<(SessionId, Arc<Record>)>, StoreError> {
        self.store.list_by_owner(owner, page).await
    }

    async fn values(
        &self,
        keys: &[jam::session::ValueKey],
        now: u64,
    ) -> Result<Vec<Option<jam::session::Value>>, StoreError> {
        self.store.values(keys, now).await
    }

    async fn swap_value(
        &self,
        key: jam::session::ValueKey,
        present: Option<jam::session::Value>,
        value: jam::session::Value,
        now: u64,
    ) -> Result<WriteOutcome, StoreError> {
        self.store.swap_value(key, present, value, now).await
    }
}

#[tokio::test]
async fn an_operation_follows_a_concurrently_rotated_session() {
    let racing = Racing::default();
    let (jam, _) = jam_with(Jwt::hs256(SECRET), Sessions::in_store(racing.clone()));
    let token = jam.create_session("ann", &User { user: 1 }).await.unwrap();
    let id = *token.id();
    for rounds in 1..=2 {
        let arm = || racing.armed.store(rounds, Ordering::Relaxed);
        arm();
        assert!(
            jam.get_session::<User>(id).await.unwrap().is_some(),
            "{rounds}"
        );
        arm();
        let changed = jam
            .update_session(id, |user: &mut User| user.user += 1)
            .await;
        assert_eq!(changed.unwrap().user, 1 + u64::from(rounds));
        arm();
        assert_eq!(*jam.rotate_session(id).await.unwrap().id(), id);
    }
    racing.armed.store(2, Ordering::Relaxed);
    assert!(jam.delete_session(id).await.unwrap());
    assert!(jam.get_session::<User>(id).await.unwrap().is_none());
}

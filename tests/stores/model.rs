//! Random operations of two clients on each store, beside a model: a list of records and the words of
//! `SessionStore`.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::{Arc, LazyLock};

use jam::SessionId;
use jam::session::{
    AtLimit, MemoryStore, OwnerLimit, Page, PostgresStore, Record, RedisOptions, RedisStore,
    SessionData, SessionStore, SqliteStore, Usage, WriteOutcome,
};
use jam_servers::postgres::Postgres;
use jam_servers::redis::{RedisCluster, RedisServer};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use tempfile::TempDir;
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

const ABSOLUTE: u64 = 2_000;
const IDLE: u64 = 300;

/// One operation. `client` is one of two stores that share a server.
#[derive(Clone, Debug)]
struct Step {
    client: usize,
    /// Seconds since the last operation.
    after: u64,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Create { owner: u8, limit: OwnerLimit },
    CreateTaken { session: usize },
    Load { session: usize, is_use: bool },
    Update { session: usize, is_stale: bool },
    Rotate { session: usize, is_stale: bool },
    Find { session: usize },
    Logout { session: usize },
    EndAll { owner: u8, keep: Option<usize> },
    List { owner: u8 },
}

/// The state that a store must have.
#[derive(Clone, Debug, Default)]
struct Model {
    now: u64,
    /// The number of ids that were issued.
    issued: u32,
    records: BTreeMap<SessionId, Record>,
}

fn id(number: u32) -> SessionId {
    let mut bytes = [0x77; 32];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    bytes[4..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9).to_le_bytes());
    SessionId::from_bytes(bytes)
}

fn data(number: u64) -> SessionData {
    SessionData::from_json(format!("{{\"app::User\":{{\"user\":{number}}}}}"))
}

impl Model {
    fn new_record(&self, owner: u8) -> Record {
        let owner = format!("owner {owner}");
        let mut record = Record::new(owner, data(self.now), self.now, self.now + ABSOLUTE);
        record.idle = IDLE;
        record.lineage = id(self.issued);
        record
    }

    /// Returns the id that was issued as this number, or the last one before it.
    fn issued(&self, session: usize) -> SessionId {
        match self.issued {
            0 => id(u32::MAX),
            issued => id(u32::try_from(session).unwrap() % issued),
        }
    }

    fn is_alive(&self, record: &Record) -> bool {
        record.ends() > self.now
    }

    fn owned(&self, owner: u8) -> Vec<SessionId> {
        let name = format!("owner {owner}");
        let all = self.records.iter();
        let owned = all.filter(|(_, record)| record.owner == name);
        owned.map(|(id, _)| *id).collect()
    }

    fn create(&mut self, owner: u8, limit: OwnerLimit) -> WriteOutcome {
        let mut alive: Vec<_> = self
            .owned(owner)
            .into_iter()
            .filter(|id| self.is_alive(&self.records[id]))
            .map(|id| (self.records[&id].last_seen, id))
            .collect();
        alive.sort_unstable();
        let too_many = (alive.len() + 1).saturating_sub(limit.most as usize);
        if too_many > 0 && limit.at_limit == AtLimit::Reject {
            return WriteOutcome::Full;
        }
        for (_, id) in &alive[..too_many] {
            self.records.remove(id);
        }
        let record = self.new_record(owner);
        self.records.insert(id(self.issued), record);
        WriteOutcome::Done
    }
}

/// The transitions of the model.
struct Reference;

impl ReferenceStateMachine for Reference {
    type State = Model;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Model> {
        Just(Model {
            now: 1_000_000,
            ..Model::default()
        })
        .boxed()
    }

    fn transitions(_: &Model) -> BoxedStrategy<Step> {
        let session = || 0..40_usize;
        let limit = (1..5_u32, any::<bool>()).prop_map(|(most, rejects)| OwnerLimit {
            most,
            at_limit: match rejects {
                true => AtLimit::Reject,
                false => AtLimit::EndLeastRecentlyUsed,
            },
        });
        let what = prop_oneof![
            4 => (0..3_u8, limit).prop_map(|(owner, limit)| What::Create { owner, limit }),
            1 => session().prop_map(|session| What::CreateTaken { session }),
            4 => (session(), any::<bool>())
                .prop_map(|(session, is_use)| What::Load { session, is_use }),
            3 => (session(), any::<bool>())
                .prop_map(|(session, is_stale)| What::Update { session, is_stale }),
            3 => (session(), prop::bool::weighted(0.2))
                .prop_map(|(session, is_stale)| What::Rotate { session, is_stale }),
            2 => session().prop_map(|session| What::Find { session }),
            2 => session().prop_map(|session| What::Logout { session }),
            1 => (0..3_u8, prop::option::of(session()))
                .prop_map(|(owner, keep)| What::EndAll { owner, keep }),
            1 => (0..3_u8).prop_map(|owner| What::List { owner }),
        ];
        let after = prop_oneof![9 => 1..30_u64, 1 => 200..400_u64];
        (0..2_usize, after, what)
            .prop_map(|(client, after, what)| Step {
                client,
                after,
                what,
            })
            .boxed()
    }

    fn apply(mut model: Model, step: &Step) -> Model {
        model.now += step.after;
        match step.what {
            What::Create { owner, limit } => {
                model.create(owner, limit);
                model.issued += 1;
            }
            What::Load {
                session,
                is_use: true,
            } => {
                let now = model.now;
                if let Some(record) = model.records.get_mut(&model.issued(session))
                    && usage(now).is_due(record)
                {
                    record.last_seen = now;
                }
            }
            What::Update {
                session,
                is_stale: false,
            } => {
                let now = model.now;
                // The application does not change a session that has ended.
                if let Some(record) = model.records.get_mut(&model.issued(session))
                    && record.ends() > now
                {
                    record.version += 1;
                    record.data = data(now);
                }
            }
            What::Rotate {
                session,
                is_stale: false,
            } => {
                let old = model.issued(session);
                if let Some(mut record) = model.records.get(&old).cloned()
                    && record.ends() > model.now
                {
                    model.records.remove(&old);
                    record.version = 0;
                    model.records.insert(id(model.issued), record);
                }
                model.issued += 1;
            }
            What::Rotate { is_stale: true, .. } => model.issued += 1,
            What::Logout { session } => {
                model.records.remove(&model.issued(session));
            }
            What::EndAll { owner, keep } => {
                let keep = keep.map(|keep| model.issued(keep));
                for id in model.owned(owner) {
                    if Some(id) != keep && Some(model.records[&id].lineage) != keep {
                        model.records.remove(&id);
                    }
                }
            }
            What::CreateTaken { .. }
            | What::Load { .. }
            | What::Update { .. }
            | What::Find { .. }
            | What::List { .. } => {}
        }
        model
    }
}

fn usage(now: u64) -> Usage {
    Usage {
        now,
        interval: 15,
        idle_timeout: IDLE,
    }
}

/// A kind of store, and how two clients of a new one are made.
trait Kind {
    type Store: SessionStore;

    fn clients() -> ([Self::Store; 2], Option<TempDir>);
}

struct On<K>(PhantomData<K>);

struct Clients<S> {
    stores: [S; 2],
    model: Model,
    _folder: Option<TempDir>,
}

impl<K: Kind> StateMachineTest for On<K> {
    type SystemUnderTest = Clients<K::Store>;
    type Reference = Reference;

    fn init_test(model: &Model) -> Self::SystemUnderTest {
        let (stores, _folder) = K::clients();
        Clients {
            stores,
            model: model.clone(),
            _folder,
        }
    }

    fn apply(
        mut clients: Self::SystemUnderTest,
        after: &Model,
        step: Step,
    ) -> Self::SystemUnderTest {
        let store = &clients.stores[step.client];
        RUNTIME.block_on(check(store, &clients.model, after, &step));
        clients.model = after.clone();
        clients
    }
}

/// Runs the step on the store, whose state is that of `before`, and compares its answer with the model.
async fn check(store: &impl SessionStore, before: &Model, after: &Model, step: &Step) {
    let now = after.now;
    // Sessions that have ended by the time of the step may be gone or not.
    let alive = |record: &Record| record.ends() > now;
    let known = |session| {
        let id = before.issued(session);
        (id, before.records.get(&id).filter(|record| alive(record)))
    };
    let has_ended = |session| {
        let ended = before.records.get(&before.issued(session));
        ended.is_some_and(|record| !alive(record))
    };
    match step.what {
        What::Create { owner, limit } => {
            let mut at = before.clone();
            at.now = now;
            let record = at.new_record(owner);
            let expected = at.create(owner, limit);
            let new = id(before.issued);
            let created = store.create(new, record, limit).await.unwrap();
            assert_eq!(created, expected);
        }
        What::CreateTaken { session } => {
            let (id, record) = known(session);
            if let Some(record) = record {
                let created = store.create(id, record.clone(), OwnerLimit::DEFAULT).await;
                assert_eq!(created.unwrap(), WriteOutcome::Conflict);
            }
        }
        What::Load { session, is_use } => {
            let (id, record) = known(session);
            let read = store.load(&id, is_use.then(|| usage(now))).await.unwrap();
            if !has_ended(session) {
                assert_eq!(read.as_deref(), record);
            }
        }
        What::Update { session, .. } | What::Rotate { session, .. } if has_ended(session) => {}
        What::Update { session, is_stale } => {
            let (id, record) = known(session);
            let mut changed = record.cloned().unwrap_or_else(|| before.new_record(9));
            changed.version += u64::from(is_stale);
            changed.data = data(now);
            let updated = store.update(&id, changed).await.unwrap();
            assert_eq!(updated, outcome(record.is_some(), is_stale));
        }
        What::Rotate { session, is_stale } => {
            let (old, record) = known(session);
            let mut changed = record.cloned().unwrap_or_else(|| before.new_record(9));
            changed.version += u64::from(is_stale);
            let rotated = store.rotate(&old, id(before.issued), changed).await;
            assert_eq!(rotated.unwrap(), outcome(record.is_some(), is_stale));
        }
        What::Find { session } => {
            let id = before.issued(session);
            let mut records = before.records.iter();
            let expected = match before.records.get_key_value(&id) {
                Some(own) => Some(own),
                None => records.find(|(_, record)| record.lineage == id),
            };
            let found = store.find(&id).await.unwrap();
            if expected.is_none_or(|(_, record)| alive(record)) {
                assert_eq!(found, expected.map(|(id, _)| *id));
            }
        }
        What::Logout { session } => {
            let (id, record) = known(session);
            let deleted = store.delete(&id).await.unwrap();
            if !has_ended(session) {
                assert_eq!(deleted, record.is_some());
            }
        }
        What::EndAll { owner, keep } => {
            let name = format!("owner {owner}");
            let keep = keep.map(|keep| before.issued(keep));
            let ended = store.delete_by_owner(&name, keep).await.unwrap();
            let gone = before
                .records
                .iter()
                .filter(|(id, _)| !after.records.contains_key(id));
            let (alive, over): (Vec<_>, Vec<_>) = gone.partition(|(_, record)| alive(record));
            let (least, most) = (alive.len(), alive.len() + over.len());
            assert!(
                (least..=most).contains(&usize::try_from(ended).unwrap()),
                "{ended}"
            );
        }
        What::List { owner } => {
            let name = format!("owner {owner}");
            let mut listed = store.list_by_owner(&name, Page::FIRST).await.unwrap();
            listed.retain(|(_, record)| alive(record));
            listed.sort_by_key(|(id, _)| *id);
            let owned = before.owned(owner).into_iter();
            let expected: Vec<_> = owned
                .map(|id| (id, Arc::new(before.records[&id].clone())))
                .filter(|(_, record)| alive(record))
                .collect();
            assert_eq!(listed, expected);
        }
    }
}

/// Returns the outcome of a write that names a version.
fn outcome(exists: bool, is_stale: bool) -> WriteOutcome {
    match (exists, is_stale) {
        (false, _) => WriteOutcome::Missing,
        (true, true) => WriteOutcome::Conflict,
        (true, false) => WriteOutcome::Done,
    }
}

/// Runs random steps on one kind of store.
fn run<K: Kind>() {
    let config = Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    };
    let strategy = Reference::sequential_strategy(1..120);
    let outcome = TestRunner::new(config.clone()).run(&strategy, |(model, steps, seen)| {
        On::<K>::test_sequential(config.clone(), model, steps, seen);
        Ok(())
    });
    outcome.unwrap();
}

struct Memory;
struct Sqlite;
struct Database;
struct Single;
struct Near;
struct Cluster;

/// Returns a prefix that no other case has.
fn prefix(separator: &str) -> String {
    static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    format!("case_{number}{separator}")
}

impl Kind for Memory {
    type Store = Arc<MemoryStore>;

    fn clients() -> ([Self::Store; 2], Option<TempDir>) {
        let store = Arc::new(MemoryStore::new());
        ([Arc::clone(&store), store], None)
    }
}

impl Kind for Sqlite {
    type Store = SqliteStore;

    fn clients() -> ([Self::Store; 2], Option<TempDir>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.db");
        let clients = [(); 2].map(|()| SqliteStore::open(&path).unwrap());
        (clients, Some(folder))
    }
}

impl Kind for Database {
    type Store = PostgresStore;

    fn clients() -> ([Self::Store; 2], Option<TempDir>) {
        static SERVER: LazyLock<Postgres> = LazyLock::new(Postgres::start);
        let prefix = prefix("_");
        let _runtime = RUNTIME.enter();
        let clients = [(); 2].map(|()| {
            let options = jam::session::PostgresOptions::new().prefix(&prefix);
            options.connections(2).connect(&SERVER.url()).unwrap()
        });
        RUNTIME.block_on(clients[0].migrate()).unwrap();
        (clients, None)
    }
}

static REDIS: LazyLock<RedisServer> =
    LazyLock::new(|| RUNTIME.block_on(RedisServer::start(&[])).unwrap());

impl Kind for Single {
    type Store = RedisStore;

    fn clients() -> ([Self::Store; 2], Option<TempDir>) {
        let prefix = prefix(":");
        let open = || {
            RedisOptions::new()
                .prefix(&prefix)
                .open(REDIS.url())
                .unwrap()
        };
        ([open(), open()], None)
    }
}

impl Kind for Near {
    type Store = RedisStore;

    fn clients() -> ([Self::Store; 2], Option<TempDir>) {
        let prefix = prefix(":");
        let options = || RedisOptions::new().prefix(&prefix).near_cache(100);
        let open = || options().open(REDIS.url()).unwrap();
        ([open(), open()], None)
    }
}

impl Kind for Cluster {
    type Store = RedisStore;

    fn clients() -> ([Self::Store; 2], Option<TempDir>) {
        static SERVERS: LazyLock<RedisCluster> =
            LazyLock::new(|| RUNTIME.block_on(RedisCluster::start()).unwrap());
        let prefix = prefix(":");
        let options = || RedisOptions::new().prefix(&prefix);
        let open = || options().cluster(SERVERS.urls()).unwrap();
        ([open(), open()], None)
    }
}

macro_rules! tests {
    ($($name:ident: $kind:ident;)*) => {
        $(#[test]
        fn $name() {
            run::<$kind>();
        })*
    };
}

tests! {
    memory_does_what_the_model_does: Memory;
    sqlite_does_what_the_model_does: Sqlite;
    postgres_does_what_the_model_does: Database;
    redis_does_what_the_model_does: Single;
    a_near_cache_does_what_the_model_does: Near;
    a_redis_cluster_does_what_the_model_does: Cluster;
}

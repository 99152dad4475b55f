//! Keys that are fetched, kept and refreshed.

use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::Uri;
use jam_core::base::decision::BoxFuture;
use jam_core::key::{Algorithm, KeySet, KeySource, KeysNow};
use jam_core::token::VerifierKeys;
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::addresses::Addresses;
use crate::document;
use crate::error::JwksError;
use crate::fetch::{Fetch, FetchError, LONGEST};
use crate::https::HttpsClient;

/// Seconds between two fetches because of unknown keys. Whoever sends tokens with invented names of keys causes
/// no more than one fetch in this time.
const UNKNOWN_KEY_FLOOR: u64 = 30;
/// Seconds between two fetches while there are no keys.
const NO_KEYS_FLOOR: u64 = 5;
/// Seconds between two attempts to refresh keys that are still good.
const REFRESH_FLOOR: u64 = 30;
/// Time for one fetch, discovery included.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The keys of an issuer, fetched from its JWK set.
///
/// ```no_run
/// use jam_core::key::Algorithm;
/// use jam_core::token::Verifier;
/// use jam_jwks::RemoteKeys;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let google = RemoteKeys::discover("https://accounts.google.com")
///     .jwks_host("www.googleapis.com")
///     .algorithms([Algorithm::Rs256])
///     .build()?;
/// let verifier = Verifier::builder(google)
///     .issuer("https://accounts.google.com")
///     .audience("client-id")
///     .build()?;
/// # let _ = verifier;
/// # Ok(())
/// # }
/// ```
///
/// # Fetching
///
/// - The first request that needs keys waits for them. Requests at the same time wait for the same fetch.
/// - Keys are fetched again after 10 minutes, in the background, while the old ones verify.
/// - A token with an unknown `kid` causes a fetch, at most one in 30 seconds, and waits for it.
/// - A fetch that fails leaves the last good keys. They verify for an hour after they were fetched; then requests
///   are rejected with 503 until a fetch succeeds. An empty set and a set without a usable key count as failures.
/// - A member of the set that is not valid is left out, and logged.
/// - A key that the issuer has removed verifies until the next fetch: for 10 minutes at most, if the issuer answers.
#[derive(Clone)]
pub struct RemoteKeys(Arc<Remote>);

struct Remote {
    origin: Origin,
    addresses: Addresses,
    allowed: Vec<Algorithm>,
    client: Arc<dyn Fetch>,
    refresh_after: u64,
    keep_for: u64,
    state: Mutex<State>,
    revision: AtomicU64,
    /// Changes at the end of every fetch.
    finished: watch::Sender<u64>,
}

/// The place of the keys.
#[derive(Clone, Debug)]
enum Origin {
    /// Behind a discovery document.
    Discovery {
        issuer: String,
        document: Uri,
        jwks_host: Option<String>,
    },
    /// At this address.
    Jwks(Uri),
}

#[derive(Default)]
struct State {
    keys: Option<KeySet>,
    /// The time of the last successful fetch, and of the last attempt.
    fetched_at: u64,
    attempted_at: Option<u64>,
    running: bool,
}

impl RemoteKeys {
    /// Keys of the issuer `issuer`, at the address in its discovery document,
    /// `<issuer>/.well-known/openid-configuration`.
    pub fn discover(issuer: impl Into<String>) -> RemoteKeysBuilder {
        RemoteKeysBuilder::new(Place::Issuer(issuer.into()))
    }

    /// Keys in the JWK set at the address `url`.
    pub fn at(url: impl Into<String>) -> RemoteKeysBuilder {
        RemoteKeysBuilder::new(Place::Jwks(url.into()))
    }
}

impl Remote {
    fn state(&self) -> MutexGuard<'_, State> {
        // No code that can panic runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns `true` if keys of this age still verify.
    fn is_good(&self, state: &State, now: u64) -> bool {
        state.keys.is_some() && now < state.fetched_at.saturating_add(self.keep_for)
    }

    /// Starts a fetch, unless one is running or the last one began less than `floor` seconds ago. Returns `true`
    /// if one is running.
    fn start(self: &Arc<Self>, state: &mut State, now: u64, floor: u64) -> bool {
        if state.running {
            return true;
        }
        let is_early = |last: u64| now.saturating_sub(last) < floor && now >= last;
        let Ok(runtime) = Handle::try_current() else {
            return false;
        };
        if state.attempted_at.is_some_and(is_early) {
            return false;
        }
        state.running = true;
        state.attempted_at = Some(now);
        // In a task of its own, so that a request that goes away does not end it.
        let running = Running(Arc::clone(self));
        drop(runtime.spawn(async move {
            let fetched = tokio::time::timeout(TIMEOUT, running.0.fetch()).await;
            let late = || Err(FetchError::new("no answer within 5 seconds"));
            running.0.finish(fetched.unwrap_or_else(|_| late()), now);
        }));
        true
    }

    fn finish(&self, fetched: Result<KeySet, FetchError>, now: u64) {
        match fetched {
            Ok(keys) => {
                let mut state = self.state();
                tracing::info!(target: "jam", origin = %self.origin, keys = keys.len(), "keys fetched");
                (state.keys, state.fetched_at) = (Some(keys), now);
                drop(state);
                self.revision.fetch_add(1, Ordering::Release);
            }
            Err(error) => {
                tracing::warn!(target: "jam", origin = %self.origin, %error, "keys cannot be fetched");
            }
        }
    }

    async fn fetch(&self) -> Result<KeySet, FetchError> {
        let address = match &self.origin {
            Origin::Jwks(address) => address.clone(),
            Origin::Discovery {
                issuer,
                document,
                jwks_host,
            } => {
                let text = self.get(document).await?;
                let host = jwks_host.as_deref();
                document::jwks_address(&text, issuer, host, self.addresses)
                    .map_err(|why| FetchError::new(format!("{document}: {why}")))?
            }
        };
        let text = self.get(&address).await?;
        let of_set = |why: String| FetchError::new(format!("{address}: {why}"));
        let text = std::str::from_utf8(&text).map_err(|_| of_set("it is not UTF-8".to_owned()))?;
        let skipped = |why| {
            tracing::warn!(target: "jam", %address, %why, "a key of the set is left out");
        };
        KeySet::from_jwks_of_issuer(text, &self.allowed, skipped)
            .map_err(|why| of_set(why.to_string()))
    }

    async fn get(&self, address: &Uri) -> Result<Bytes, FetchError> {
        let fetched = self.client.fetch(address).await;
        let text = fetched.map_err(|why| FetchError::new(format!("{address}: {why}")))?;
        // A client of the application may read more.
        match text.len() > LONGEST {
            true => Err(FetchError::new(format!(
                "{address}: it is longer than 256 KiB"
            ))),
            false => Ok(text),
        }
    }

    /// Returns a future that ends with the fetch that is running.
    fn end_of_fetch(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut finished = self.finished.subscribe();
        async move {
            // The sender lives as long as the task.
            let _ = finished.changed().await;
        }
    }
}

/// A fetch that is running. It ends when this is dropped, also by a panic.
struct Running(Arc<Remote>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.state().running = false;
        self.0.finished.send_modify(|count| *count += 1);
    }
}

impl KeySource for RemoteKeys {
    fn revision(&self) -> u64 {
        self.0.revision.load(Ordering::Acquire)
    }

    fn keys(&self, now: u64) -> KeysNow {
        let remote = &self.0;
        let mut state = remote.state();
        let mut keys = KeysNow::default();
        if !remote.is_good(&state, now) {
            return keys;
        }
        let refresh_at = state.fetched_at.saturating_add(remote.refresh_after);
        let end = state.fetched_at.saturating_add(remote.keep_for);
        keys.until = Some(refresh_at.min(end));
        if now >= refresh_at {
            remote.start(&mut state, now, REFRESH_FLOOR);
            keys.until = Some(end.min(now.saturating_add(REFRESH_FLOOR)));
        }
        keys.verifying.clone_from(&state.keys);
        keys
    }

    fn refresh(&self, now: u64) -> Option<BoxFuture<'_, ()>> {
        let remote = &self.0;
        let mut state = remote.state();
        let floor = match remote.is_good(&state, now) {
            true => UNKNOWN_KEY_FLOOR,
            false => NO_KEYS_FLOOR,
        };
        // Before the fetch begins, so that its end is not missed.
        let end = remote.end_of_fetch();
        let is_running = remote.start(&mut state, now, floor);
        is_running.then(|| Box::pin(end) as BoxFuture<'_, ()>)
    }
}

impl From<RemoteKeys> for VerifierKeys {
    fn from(keys: RemoteKeys) -> Self {
        Self::from_source(keys)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Discovery { issuer, .. } => f.write_str(issuer),
            Self::Jwks(address) => address.fmt(f),
        }
    }
}

impl fmt::Debug for RemoteKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteKeys")
            .field("origin", &self.0.origin)
            .field("keys", &self.0.state().keys)
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
enum Place {
    Issuer(String),
    Jwks(String),
}

/// Builds [`RemoteKeys`].
///
/// # Defaults
///
/// | setting | default |
/// |---|---|
/// | algorithms | RS256, ES256, ES384, ES512, EdDSA |
/// | host of the keys | the host of the issuer |
/// | addresses | the public internet |
/// | time to the next fetch | 600 s |
/// | time for which keys verify after they were fetched | 3600 s |
/// | client | [`HttpsClient`] |
#[derive(Debug)]
#[must_use = "keys are made by .build()"]
pub struct RemoteKeysBuilder {
    place: Place,
    jwks_host: Option<String>,
    addresses: Addresses,
    algorithms: Vec<Algorithm>,
    refresh_after: u64,
    keep_for: u64,
    client: Option<Arc<dyn Fetch>>,
}

impl RemoteKeysBuilder {
    fn new(place: Place) -> Self {
        Self {
            place,
            jwks_host: None,
            addresses: Addresses::Public,
            algorithms: vec![
                Algorithm::Rs256,
                Algorithm::Es256,
                Algorithm::Es384,
                Algorithm::Es512,
                Algorithm::EdDsa,
            ],
            refresh_after: 600,
            keep_for: 3600,
            client: None,
        }
    }

    /// Sets the host of the keys, if the discovery document names them at another host than the issuer's.
    pub fn jwks_host(mut self, host: impl Into<String>) -> Self {
        self.jwks_host = Some(host.into());
        self
    }

    /// Sets the algorithms. Keys for others are left out. A key without `alg` must fit exactly one of them.
    ///
    /// # Errors
    ///
    /// An empty list, or an algorithm with a shared secret, makes [`build`](Self::build) fail.
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Sets the addresses that the client may connect to.
    pub fn addresses(mut self, addresses: Addresses) -> Self {
        self.addresses = addresses;
        self
    }

    /// Sets the time from one fetch to the next, in whole seconds.
    pub fn refresh_after(mut self, time: Duration) -> Self {
        self.refresh_after = time.as_secs();
        self
    }

    /// Sets the time for which keys verify after they were fetched, in whole seconds, if no fetch succeeds.
    ///
    /// # Errors
    ///
    /// A time that is not longer than [`refresh_after`](Self::refresh_after) makes [`build`](Self::build) fail.
    pub fn keep_for(mut self, time: Duration) -> Self {
        self.keep_for = time.as_secs();
        self
    }

    /// Fetches with another client.
    pub fn client(mut self, client: impl Fetch) -> Self {
        self.client = Some(Arc::new(client));
        self
    }

    /// Makes the keys. Nothing is fetched yet.
    ///
    /// # Errors
    ///
    /// [`JwksError`] if an address is not an https URL, or if a setting is not allowed.
    pub fn build(self) -> Result<RemoteKeys, JwksError> {
        if self.algorithms.is_empty() || self.algorithms.iter().any(|each| each.is_symmetric()) {
            let why =
                "the keys of another issuer are public keys: allow RS256, ES256, EdDSA or others";
            return Err(JwksError::new(why));
        }
        if self.refresh_after == 0 || self.keep_for <= self.refresh_after {
            let why = "keys must be kept for longer than the time to the next fetch, which is a second or more";
            return Err(JwksError::new(why));
        }
        let origin = match self.place {
            Place::Jwks(url) => Origin::Jwks(document::address(&url, self.addresses)?),
            Place::Issuer(issuer) => Origin::Discovery {
                document: document::discovery_address(&issuer, self.addresses)?,
                issuer,
                jwks_host: self.jwks_host,
            },
        };
        let client = match self.client {
            Some(client) => client,
            None => Arc::new(HttpsClient::new(self.addresses)?),
        };
        Ok(RemoteKeys(Arc::new(Remote {
            origin,
            addresses: self.addresses,
            allowed: self.algorithms,
            client,
            refresh_after: self.refresh_after,
            keep_for: self.keep_for,
            state: Mutex::default(),
            revision: AtomicU64::new(0),
            finished: watch::Sender::new(0),
        })))
    }
}

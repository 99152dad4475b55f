//! Backends of the application's own: credentials that are neither tokens nor sessions.

use std::any::{Any, TypeId};
use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use crate::base::error::{Error, ErrorKind, StoreError};
use crate::base::text;
use crate::base::timeout;
use crate::payload::Payload;

/// A backend of your own: it knows whose credential it is that a request presents.
///
/// Give one to [`JamBuilder::backend`](crate::JamBuilder::backend), and name its type in a rule,
/// [`user().backend_type::<ApiKeys>()`](crate::Access::backend_type), or on a handler,
/// `#[jam_auth(backend(ApiKeys), header = "x-api-key")]`. Where the credential is, what else the
/// caller must have, and what a refused one is told, is then as for the backends that are
/// built in. (An [`AuthenticationLayer`](crate::AuthenticationLayer) takes only those.)
///
/// ```
/// use std::collections::HashMap;
/// use axum::{Router, routing::get};
/// use jam::{Auth, Backend, Identity, Jam, JamPayload, StoreError, jam_auth};
/// use serde::{Deserialize, Serialize};
/// use sha2::{Digest, Sha256};
///
/// #[derive(Clone, Serialize, Deserialize, JamPayload)]
/// struct Client { name: String }
///
/// /// API keys of scripts. The table has their hashes only, so a leaked table reveals no key.
/// struct ApiKeys(HashMap<[u8; 32], Client>);
///
/// impl Backend for ApiKeys {
///     type Payload = Client;
///     const NAME: &'static str = "api_key";
///
///     async fn authenticate(&self, key: &str) -> Result<Option<Identity<Client>>, StoreError> {
///         let hash: [u8; 32] = Sha256::digest(key).into();
///         Ok(self.0.get(&hash).cloned().map(Identity::new))
///     }
/// }
///
/// #[jam_auth(backend(ApiKeys), header = "x-api-key")]
/// async fn report(client: Auth<Client>) -> String { format!("for {}", client.name) }
///
/// # fn main() -> Result<(), jam::ConfigError> {
/// # let keys = HashMap::new();
/// let jam = Jam::builder().backend(ApiKeys(keys)).build()?;
/// let app: Router = Router::new().route("/report", get(report)).with_state(jam);
/// # let _ = app;
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a backend",
    label = "this type does not implement `jam::Backend`",
    note = "implement it: `async fn authenticate(&self, credential: &str) -> \
            Result<Option<Identity<User>>, StoreError>`"
)]
pub trait Backend: Send + Sync + 'static {
    /// What a caller is who is known by it.
    type Payload: Payload;

    /// The name in tables, in OpenAPI documents and in the log: letters, digits, `-` and `_`.
    const NAME: &'static str;

    /// How long one answer may take. After that the backend counts as out of reach.
    const TIMEOUT: Duration = Duration::from_secs(1);

    /// Who presents `credential`: `None` for one that is not good, whatever the reason, which is
    /// 401 `invalid_token`.
    ///
    /// `credential` is as the request has it: any text that a header or a cookie can hold. In
    /// `Authorization` it follows the scheme `Bearer`, which is not part of it, and is a `token68`
    /// (RFC 9110 section 11.2). The future is dropped at the [`TIMEOUT`](Self::TIMEOUT). Compare secrets by their hash, so that the
    /// time it takes tells nothing.
    ///
    /// # Errors
    ///
    /// A [`StoreError`] when it cannot be known now: 503 with `Retry-After`.
    fn authenticate(
        &self,
        credential: &str,
    ) -> impl Future<Output = Result<Option<Identity<Self::Payload>>, StoreError>> + Send;
}

/// Who a [`Backend`] says presents a credential.
#[derive(Clone)]
pub struct Identity<P> {
    pub(crate) payload: P,
    pub(crate) auth_time: Option<u64>,
    pub(crate) expires_at: Option<u64>,
}

impl<P: Payload> Identity<P> {
    /// A caller whose payload is `payload`.
    ///
    /// # Defaults
    ///
    /// It is not known when they proved who they are, so that a rule with
    /// [`fresh`](crate::Access::fresh) does not let them in, and the credential does not expire.
    pub fn new(payload: P) -> Self {
        Self {
            payload,
            auth_time: None,
            expires_at: None,
        }
    }

    /// The same, who proved who they are at `auth_time`, in seconds since the Unix epoch.
    #[must_use]
    pub fn with_auth_time(mut self, auth_time: u64) -> Self {
        self.auth_time = Some(auth_time);
        self
    }

    /// The same, with a credential that is no longer good at `expires_at`, in seconds since the
    /// Unix epoch. One that has expired lets nobody in.
    #[must_use]
    pub fn with_expires_at(mut self, expires_at: u64) -> Self {
        self.expires_at = Some(expires_at);
        self
    }
}

impl<P> fmt::Debug for Identity<P> {
    // The payload is the user's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("auth_time", &self.auth_time)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Which [`Backend`] it is, without its type.
#[derive(Clone, Copy)]
pub struct BackendId {
    name: &'static str,
    /// A constant cannot hold the id itself before Rust 1.91.
    backend_type: fn() -> TypeId,
}

impl BackendId {
    #[track_caller]
    pub(crate) const fn of<B: Backend>() -> Self {
        assert!(
            text::is_token(B::NAME),
            "a backend's NAME has letters, digits, `-` and `_`"
        );
        assert!(
            !text::same(B::NAME, "jwt") && !text::same(B::NAME, "session"),
            "a backend's NAME is its own, and this is one of jam's"
        );
        Self {
            name: B::NAME,
            backend_type: TypeId::of::<B>,
        }
    }

    /// [`Backend::NAME`].
    pub const fn name(self) -> &'static str {
        self.name
    }

    fn backend_type(self) -> TypeId {
        (self.backend_type)()
    }
}

impl PartialEq for BackendId {
    fn eq(&self, other: &Self) -> bool {
        self.backend_type() == other.backend_type()
    }
}

impl Eq for BackendId {}

impl fmt::Debug for BackendId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

type Recognition<'a, P> =
    Pin<Box<dyn Future<Output = Result<Option<Identity<P>>, Error>> + Send + 'a>>;
type Recognize<P> = dyn for<'a> Fn(&'a str) -> Recognition<'a, P> + Send + Sync;

/// The backends of the application's own.
#[derive(Default)]
pub struct OwnBackends(Vec<OwnBackend>);

struct OwnBackend {
    id: BackendId,
    /// A `Box<Recognize<P>>` for the payload of the backend, which its rules share.
    recognize: Box<dyn Any + Send + Sync>,
}

impl OwnBackends {
    /// Adds a backend.
    pub fn add<B: Backend>(&mut self, backend: B) {
        let backend = Arc::new(backend);
        self.add_as::<B::Payload>(
            const { BackendId::of::<B>() },
            Box::new(move |credential| {
                let backend = Arc::clone(&backend);
                Box::pin(async move {
                    let answer = pin!(backend.authenticate(credential));
                    timeout::within(B::TIMEOUT, answer).await
                })
            }),
        );
    }

    fn add_as<P: Payload>(&mut self, id: BackendId, recognize: Box<Recognize<P>>) {
        self.0.push(OwnBackend {
            id,
            recognize: Box::new(recognize),
        });
    }

    /// Adds a stand-in for the backend `id`, which answers at once, for a test.
    #[cfg(feature = "testing")]
    pub fn add_ready<P: Payload>(
        &mut self,
        id: BackendId,
        recognize: fn(&str) -> Result<Option<Identity<P>>, Error>,
    ) {
        self.add_as::<P>(
            id,
            Box::new(move |credential| Box::pin(std::future::ready(recognize(credential)))),
        );
    }

    /// Returns `true` if the backend was added.
    pub fn has(&self, id: BackendId) -> bool {
        self.0.iter().any(|own| own.id == id)
    }

    /// Returns the names of the backends.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|own| own.id.name)
    }

    pub(crate) async fn recognize<P: Payload>(
        &self,
        id: BackendId,
        credential: &str,
    ) -> Result<Option<Identity<P>>, Error> {
        let own = self.0.iter().find(|own| own.id == id);
        let recognize = own.and_then(|own| own.recognize.downcast_ref::<Box<Recognize<P>>>());
        match recognize {
            Some(recognize) => recognize(credential).await,
            None => {
                let missing = format!("add .backend(..) with {:?} to its builder", id.name);
                Err(Error::because(ErrorKind::BackendMissing, missing))
            }
        }
    }

    /// Returns the mistakes of this configuration, each with its key: two backends of one name could not
    /// be told apart in a table.
    pub fn faults(&self) -> Vec<(&'static str, String)> {
        let twice = self.0.iter().enumerate().filter(|(at, own)| {
            let mut earlier = self.0[..*at].iter();
            earlier.any(|other| other.id.name == own.id.name)
        });
        twice
            .map(|(_, own)| {
                let why = format!("two backends have the name {:?}; remove one", own.id.name);
                ("backend", why)
            })
            .collect()
    }
}

impl fmt::Debug for OwnBackends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

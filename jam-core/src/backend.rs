//! Backends of the application, for credentials that are neither tokens nor sessions.

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

/// A backend of your own, which authenticates callers by their credential.
///
/// Pass a backend to `JamBuilder::backend`, and name its type in a rule,
/// [`user().backend_type::<ApiKeys>()`](crate::rule::Access::backend_type), or on a handler,
/// `#[jam_auth(backend(ApiKeys), header = "x-api-key")]`. The source of the credential, the
/// conditions and the rejections are then the same as for the backends `"jwt"` and `"session"`.
/// (`AuthenticationLayer` supports only these two.)
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
pub trait Backend: Send + Sync + 'static {
    /// The payload of a caller.
    type Payload: Payload;

    /// The name of the backend in route tables, in OpenAPI documents and in the log. It consists of
    /// letters, digits, `-` and `_`.
    const NAME: &'static str;

    /// The timeout of one call to [`authenticate`](Self::authenticate). After it the request is
    /// rejected with 503.
    ///
    /// # Defaults
    ///
    /// One second.
    const TIMEOUT: Duration = Duration::from_secs(1);

    /// Returns the caller that `credential` belongs to, or `None` if it is not valid, for any
    /// reason. `None` rejects the request with 401 `invalid_token`.
    ///
    /// `credential` is the text in the request, unchanged: any text that a header or a cookie can
    /// hold. In `Authorization` it follows the scheme `Bearer`, which is not part of it, and it is
    /// a `token68` (RFC 9110 section 11.2).
    ///
    /// The future is dropped at the [`TIMEOUT`](Self::TIMEOUT). Compare secrets by their hash, so
    /// that the time of the comparison reveals nothing.
    ///
    /// # Errors
    ///
    /// A [`StoreError`] if the backend cannot decide at the moment: 503 with `Retry-After`.
    fn authenticate(
        &self,
        credential: &str,
    ) -> impl Future<Output = Result<Option<Identity<Self::Payload>>, StoreError>> + Send;
}

/// A type that rules name as a backend: a [`Backend`], or an issuer that derives
/// [`IssuerType`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a backend",
    label = "this type does not implement `jam::Backend`",
    note = "implement it: `async fn authenticate(&self, credential: &str) -> \
            Result<Option<Identity<User>>, StoreError>`",
    note = "for tokens of another issuer derive it: `#[derive(jam::JamIssuer)] #[jam(payload = User)]`"
)]
pub trait BackendType: 'static {
    /// The payload of a caller.
    type Payload: Payload;

    /// The name in route tables, in OpenAPI documents and in the log. It consists of letters, digits, `-` and `_`.
    const NAME: &'static str;

    #[doc(hidden)]
    const IS_ISSUER: bool = false;
}

/// A type that stands for an issuer of tokens other than the application. Derive it:
///
/// ```
/// use jam::{JamIssuer, JamPayload};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Serialize, Deserialize, JamPayload)]
/// struct CorpUser { #[jam(sub)] id: String }
///
/// #[derive(JamIssuer)]
/// #[jam(payload = CorpUser)]
/// struct Corp;
/// ```
///
/// A rule names it as a backend, `user().backend_type::<Corp>()`, and the builder of the `Jam` has its address
/// and keys.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an issuer",
    label = "this type does not derive `JamIssuer`",
    note = "derive it: `#[derive(jam::JamIssuer)] #[jam(payload = User)]`"
)]
pub trait IssuerType: BackendType {}

#[diagnostic::do_not_recommend]
impl<B: Backend> BackendType for B {
    type Payload = B::Payload;

    const NAME: &'static str = B::NAME;
}

/// The caller that a [`Backend`] authenticated.
#[derive(Clone)]
pub struct Identity<P> {
    pub(crate) payload: P,
    pub(crate) auth_time: Option<u64>,
    pub(crate) expires_at: Option<u64>,
}

impl<P: Payload> Identity<P> {
    /// Makes an identity with this payload.
    ///
    /// # Defaults
    ///
    /// - The time of the login is not known, so a rule with [`fresh`](crate::rule::Access::fresh)
    ///   rejects the caller.
    /// - The credential does not expire.
    pub fn new(payload: P) -> Self {
        Self {
            payload,
            auth_time: None,
            expires_at: None,
        }
    }

    /// Sets the time of the login, in seconds since the Unix epoch.
    #[must_use]
    pub fn with_auth_time(mut self, auth_time: u64) -> Self {
        self.auth_time = Some(auth_time);
        self
    }

    /// Sets the first second at which the credential is no longer valid, in seconds since the Unix
    /// epoch. An expired credential is rejected with 401.
    #[must_use]
    pub fn with_expires_at(mut self, expires_at: u64) -> Self {
        self.expires_at = Some(expires_at);
        self
    }
}

impl<P> fmt::Debug for Identity<P> {
    // The payload is private data of the user, so it is not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("auth_time", &self.auth_time)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// The identity of a [`Backend`], without its type.
#[derive(Clone, Copy)]
pub struct BackendId(&'static About);

/// The facts about a backend without its type.
struct About {
    name: &'static str,
    is_issuer: bool,
    /// A function, because a constant cannot hold a `TypeId` before Rust 1.91.
    backend_type: fn() -> TypeId,
}

impl BackendId {
    /// Returns the identity of the backend `B`.
    ///
    /// # Panics
    ///
    /// Panics if its name has other characters, or is `jwt` or `session`. In a constant the panic is a compile
    /// error.
    #[track_caller]
    pub const fn of<B: BackendType>() -> Self {
        assert!(
            text::is_token(B::NAME),
            "a backend's NAME has letters, digits, `-` and `_`"
        );
        assert!(
            !text::same(B::NAME, "jwt") && !text::same(B::NAME, "session"),
            "a backend's NAME is its own, and this is one of jam's"
        );
        Self(
            const {
                &About {
                    name: B::NAME,
                    is_issuer: B::IS_ISSUER,
                    backend_type: TypeId::of::<B>,
                }
            },
        )
    }

    /// Returns [`Backend::NAME`].
    pub const fn name(self) -> &'static str {
        self.0.name
    }

    /// Returns `true` if the credential is a token of another issuer.
    pub const fn is_issuer(self) -> bool {
        self.0.is_issuer
    }

    fn backend_type(self) -> TypeId {
        (self.0.backend_type)()
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
        f.write_str(self.0.name)
    }
}

type Recognition<'a, P> =
    Pin<Box<dyn Future<Output = Result<Option<Identity<P>>, Error>> + Send + 'a>>;
type Recognize<P> = dyn for<'a> Fn(&'a str) -> Recognition<'a, P> + Send + Sync;

/// The backends of the application.
#[derive(Default)]
pub struct OwnBackends(Vec<OwnBackend>);

struct OwnBackend {
    id: BackendId,
    /// A `Box<Recognize<P>>`, with the payload of the backend.
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

    /// Adds a substitute for the backend `id`, which answers without waiting, for a test.
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
        self.0.iter().map(|own| own.id.name())
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
                let missing = format!(
                    "add .backend(..) or .issuer(..) with {:?} to its builder",
                    id.name()
                );
                Err(Error::because(ErrorKind::BackendMissing, missing))
            }
        }
    }

    /// Returns the faults of this configuration, each with its key. Two backends with the same name
    /// are a fault, because a route table could not distinguish them.
    pub fn faults(&self) -> Vec<(&'static str, String)> {
        let twice = self.0.iter().enumerate().filter(|(at, own)| {
            let mut earlier = self.0[..*at].iter();
            earlier.any(|other| other.id.name() == own.id.name())
        });
        twice
            .map(|(_, own)| {
                let why = format!("two backends have the name {:?}; remove one", own.id.name());
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

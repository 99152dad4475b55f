//! What tests of an application need (feature `testing`).
//!
//! Switch the feature on for tests alone, in `[dev-dependencies]`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::access::Source;
use crate::auth::{Auth, Caller, Evidence, Holding};
use crate::claims::RegisteredClaims;
use crate::payload::Payload;
use crate::router::RouteTable;
use crate::rule::Level;

/// A clock that moves only when it is told to.
///
/// Give a clone of it to [`JamBuilder::clock`](crate::JamBuilder::clock) and keep
/// the other one: both show the same time.
///
/// ```
/// # fn main() -> Result<(), jam::ConfigError> {
/// use jam::{Jam, Jwt, testing::ManualClock};
///
/// let clock = ManualClock::at(1_800_000_000);
/// let jam = Jam::builder()
///     .jwt(Jwt::hs256("a secret that is at least 32 bytes"))
///     .clock(clock.clone())
///     .build()?;
/// clock.advance(3600);
/// # let _ = jam;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct ManualClock(Arc<AtomicU64>);

impl ManualClock {
    /// A clock that shows `now`, in seconds since the Unix epoch.
    pub fn at(now: u64) -> Self {
        Self(Arc::new(AtomicU64::new(now)))
    }

    /// Sets the clock to `now`, in seconds since the Unix epoch.
    pub fn set(&self, now: u64) {
        self.0.store(now, Ordering::SeqCst);
    }

    /// Moves the clock forward by `seconds`.
    pub fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    /// What the clock shows, in seconds since the Unix epoch.
    pub fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A caller who was let in by nobody: to call a protected handler directly in a unit test.
///
/// It takes the type that the handler asks for. It looks like the caller of a token in the
/// `Authorization` header that was issued in 1970 and never expires. For a handler that is
/// optional write `Some(auth(..)).into()`, or `None.into()`.
///
/// ```
/// # use axum::Json;
/// # use jam::{Auth, JamPayload, jam_auth};
/// # use serde::{Deserialize, Serialize};
/// #[derive(Clone, Serialize, Deserialize, JamPayload)]
/// struct User { user: u64 }
///
/// #[jam_auth(backend = "jwt", cookie = "jwt")]
/// async fn me(user: Auth<User>) -> Json<User> { Json(user.into_inner()) }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let answer = me(jam::testing::auth(User { user: 7 })).await;
/// assert_eq!(answer.0.user, 7);
/// # }
/// ```
pub fn auth<P: Payload, R: Level>(payload: P) -> Auth<P, R> {
    let registered = RegisteredClaims {
        expires_at: u64::MAX,
        issued_at: Some(0),
        ..RegisteredClaims::default()
    };
    Auth::holding_of(Holding::Own(Caller {
        payload,
        evidence: Evidence::Token(registered),
        source: Source::AUTHORIZATION,
    }))
}

/// Fails when who may call what is not what the file says: see
/// [`assert_table!`](crate::assert_table).
///
/// # Panics
///
/// Then, with the lines that are new and those that are gone.
#[doc(hidden)]
pub fn check_table(table: &RouteTable, path: &Path) {
    let now = table.to_string();
    if std::env::var_os("JAM_BLESS").is_some_and(|bless| bless == "1") {
        if let Err(error) = std::fs::write(path, &now) {
            panic!("{} cannot be written: {error}", path.display());
        }
        return;
    }
    let before = match std::fs::read_to_string(path) {
        Ok(before) => before,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => panic!("{} cannot be read: {error}", path.display()),
    };
    // Columns move when another row gets wider: rows are compared by their words.
    let words = |text: &str| -> Vec<String> {
        let lines = text.lines();
        lines
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect()
    };
    let (before, now) = (words(&before), words(&now));
    if now == before {
        return;
    }
    let only = |these: &[String], those: &[String], sign: &str| -> String {
        let lines = these.iter().filter(|line| !those.contains(line));
        lines.map(|line| format!("\n  {sign} {line}")).collect()
    };
    let (gone, new) = (only(&before, &now, "-"), only(&now, &before, "+"));
    let order = match gone.is_empty() && new.is_empty() {
        true => "\n  the same rows, in another order or another number",
        false => "",
    };
    panic!(
        "who may call what is not what {} says:{gone}{new}{order}\nIf that is meant, run the test with JAM_BLESS=1 \
         and have the change of the file reviewed.",
        path.display(),
    );
}

/// Fails when who may call what changes without the change being reviewed.
///
/// It compares the table of routes with a file that is kept beside the code, in the folder of
/// the package. `JAM_BLESS=1` in the environment writes the file.
///
/// ```no_run
/// # use jam::{JamRouter, jam_routes};
/// # async fn health() {}
/// # fn routes() -> JamRouter { jam_routes![public("probe") = [get("/healthz", health)]] }
/// #[test]
/// fn who_may_call_what() {
///     jam::assert_table!(routes(), "auth-table.txt");
/// }
/// ```
#[macro_export]
macro_rules! assert_table {
    ($routes:expr, $file:literal $(,)?) => {
        $crate::testing::check_table(
            &$routes.table(),
            ::std::path::Path::new(::core::concat!(
                ::core::env!("CARGO_MANIFEST_DIR"),
                "/",
                $file
            )),
        )
    };
}

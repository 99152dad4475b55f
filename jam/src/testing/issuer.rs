//! An issuer for tests.

use std::fmt;

use jam_core::base::clock::{Clock, ManualClock};
use jam_core::key::{Algorithm, KeyError, SigningKey};
use jam_core::token::sign_json;
use serde_json::{Value, json};

use crate::setup::issuer::Issuer;

/// Seconds from the issue of a token to its expiry.
const LIFETIME: u64 = 3600;

/// An issuer that signs any token, in the place of the real one in tests.
///
/// ```
/// use jam::testing::TestIssuer;
/// use jam::{Jam, JamIssuer, JamPayload};
/// use serde::{Deserialize, Serialize};
/// use serde_json::json;
///
/// #[derive(Clone, Serialize, Deserialize, JamPayload)]
/// struct CorpUser { #[jam(sub)] id: String }
///
/// #[derive(JamIssuer)]
/// #[jam(payload = CorpUser)]
/// struct Corp;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let corp = TestIssuer::new("https://id.corp.example", "https://api.example.com")?;
/// let jam = Jam::builder().issuer::<Corp>(corp.issuer()).build()?;
/// let token = corp.token(json!({ "sub": "ann", "email": "ann@corp.example" }));
/// # let _ = (jam, token);
/// # Ok(())
/// # }
/// ```
pub struct TestIssuer {
    key: SigningKey,
    issuer: String,
    audience: String,
    clock: Clock,
}

impl TestIssuer {
    /// Makes an issuer with a key of its own. `issuer` and `audience` are the `iss` and `aud` of its tokens.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the system has no random bytes.
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>) -> Result<Self, KeyError> {
        let key = SigningKey::generate(Algorithm::Hs256)?;
        Ok(Self::with_key(key, issuer, audience))
    }

    /// Makes an issuer with this key.
    pub fn with_key(
        key: SigningKey,
        issuer: impl Into<String>,
        audience: impl Into<String>,
    ) -> Self {
        Self {
            key,
            issuer: issuer.into(),
            audience: audience.into(),
            clock: Clock::default(),
        }
    }

    /// Takes the time of new tokens from `clock`.
    #[must_use]
    pub fn clock(mut self, clock: ManualClock) -> Self {
        self.clock = Clock::Manual(clock);
        self
    }

    /// Returns the issuer for [`JamBuilder::issuer`](crate::JamBuilder::issuer).
    pub fn issuer(&self) -> Issuer {
        Issuer::with_keys(&self.issuer, self.key.verifying_key()).audience(&self.audience)
    }

    /// Returns a token with `claims`. `iss`, `aud`, `iat` and `exp`, an hour from now, are added if they are not
    /// among them. A claim that is `null` is left out.
    ///
    /// # Panics
    ///
    /// Panics if `claims` is not an object, or if the system has no random bytes.
    pub fn token(&self, claims: Value) -> String {
        let now = self.clock.now();
        let mut all = json!({
            "iss": self.issuer, "aud": self.audience, "iat": now, "exp": now + LIFETIME,
        });
        let (Some(all_claims), Value::Object(claims)) = (all.as_object_mut(), claims) else {
            panic!("claims are an object: json!({{ \"sub\": \"ann\" }})");
        };
        all_claims.extend(claims);
        all_claims.retain(|_, value| !value.is_null());
        let mut header = json!({ "alg": self.key.algorithm().name(), "typ": "JWT" });
        if let Some(id) = self.key.id() {
            header["kid"] = id.into();
        }
        self.sign(&header, &all.to_string())
    }

    /// Returns a token with this header and this text in the place of the claims, as they are.
    ///
    /// # Panics
    ///
    /// Panics if the system has no random bytes.
    pub fn sign(&self, header: &Value, claims: &str) -> String {
        let signed = sign_json(&self.key, &header.to_string(), claims);
        signed.expect("the system has random bytes")
    }
}

impl fmt::Debug for TestIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestIssuer")
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

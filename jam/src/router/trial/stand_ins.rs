//! Stand-ins for the custom backends of an application, in the test of a table.

use std::collections::HashSet;

use serde_json::{Value, json};

use jam_core::backend::{BackendId, Identity, OwnBackends};
use jam_core::base::base64url;
use jam_core::payload::Payload;

/// Stand-ins for custom backends, which accept the test's credentials.
#[derive(Default)]
#[allow(missing_debug_implementations, unreachable_pub)]
pub struct StandIns {
    known: HashSet<&'static str>,
    backends: OwnBackends,
}

impl StandIns {
    /// Adds a backend whose credential is the encoded identity of its caller.
    pub(super) fn add<P: Payload>(&mut self, id: BackendId) {
        if !self.known.insert(id.name()) {
            return;
        }
        let recognize = |credential: &str| Ok(identity_of::<P>(credential));
        self.backends.add_ready(id, recognize);
    }

    pub(crate) fn into_backends(self) -> OwnBackends {
        self.backends
    }
}

/// Returns a credential that a stand-in accepts for this payload.
pub(super) fn credential<P: Payload>(payload: &P, auth_time: u64, expires_at: u64) -> String {
    let identity = json!({ "payload": payload, "auth_time": auth_time, "expires_at": expires_at });
    base64url::encode(identity.to_string().as_bytes())
}

fn identity_of<P: Payload>(credential: &str) -> Option<Identity<P>> {
    let json = base64url::decode(credential.as_bytes())?;
    let mut value: Value = serde_json::from_slice(&json).ok()?;
    let payload: P = serde_json::from_value(value["payload"].take()).ok()?;
    let mut identity = Identity::<P>::new(payload);
    if let Some(auth_time) = value["auth_time"].as_u64() {
        identity = identity.with_auth_time(auth_time);
    }
    if let Some(expires_at) = value["expires_at"].as_u64() {
        identity = identity.with_expires_at(expires_at);
    }
    Some(identity)
}

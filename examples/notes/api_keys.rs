//! A custom backend of the application: API keys of programs.

use std::collections::HashMap;

use jam::{Backend, Identity, JamPayload, StoreError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A program that calls the API.
#[derive(Clone, Serialize, Deserialize, JamPayload)]
pub(crate) struct Program {
    pub(crate) name: String,
}

/// The programs, by the hash of their keys. A reader of this map cannot recover a key.
pub(crate) struct ApiKeys(HashMap<[u8; 32], Program>);

impl ApiKeys {
    /// Creates a backend with one key, and returns the backend and the key.
    pub(crate) fn with_one(name: &str) -> (Self, String) {
        let key = random();
        let name = name.to_owned();
        let program = Program { name };
        (Self(HashMap::from([(hash(&key), program)])), key)
    }
}

impl Backend for ApiKeys {
    type Payload = Program;
    const NAME: &'static str = "api_key";

    async fn authenticate(&self, key: &str) -> Result<Option<Identity<Program>>, StoreError> {
        Ok(self.0.get(&hash(key)).cloned().map(Identity::new))
    }
}

fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key).into()
}

/// Returns 128 bits from the random generator of the system, as text.
pub(crate) fn random() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system has random bytes");
    format!("{:032x}", u128::from_be_bytes(bytes))
}

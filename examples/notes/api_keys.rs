//! A backend of the application's own: keys that programs call with.

use std::collections::HashMap;

use jam::{Backend, Identity, JamPayload, StoreError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A program that calls.
#[derive(Clone, Serialize, Deserialize, JamPayload)]
pub(crate) struct Program {
    pub(crate) name: String,
}

/// Programs by the hash of their keys: whoever reads the list learns no key.
pub(crate) struct ApiKeys(HashMap<[u8; 32], Program>);

impl ApiKeys {
    /// The keys, of which there is one, and that one.
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

/// 128 bits from the system's generator, as text.
pub(crate) fn random() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system has random bytes");
    format!("{:032x}", u128::from_be_bytes(bytes))
}

// The backend has another payload.

use jam::{Auth, Backend, Identity, JamPayload, StoreError, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct Client {
    client: u64,
}

struct ApiKeys;

impl Backend for ApiKeys {
    type Payload = Client;
    const NAME: &str = "api_key";

    async fn authenticate(&self, _: &str) -> Result<Option<Identity<Client>>, StoreError> {
        Ok(None)
    }
}

#[jam_auth(backend(ApiKeys), header = "x-api-key")]
async fn report(_: Auth<User>) {}

fn main() {}

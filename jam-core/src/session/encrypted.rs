//! Encryption of sessions in a store (feature `encryption`).
//!
//! Uses XChaCha20-Poly1305, whose nonces are long enough to be random. The data is bound to its owner and to the
//! id of its record, so that data that was moved to another row does not open.

use std::fmt;
use std::sync::Arc;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use super::change::Changes;
use super::data::SessionData;
use super::id::SessionId;
use super::record::{Record, Usage};
use super::store::{OwnerLimit, Page, SessionStore, WriteOutcome};
use super::value::{Value, ValueKey};
use crate::base::error::StoreError;
use crate::base::{base64url, random};
use crate::key::hmac::HmacKey;
use crate::key::{Algorithm, KeyError};

/// The beginning of data that is encrypted. The text is JSON, because a store may have a column for it.
const BEGIN: &[u8] = br#"{"jam-encrypted-1":""#;
const END: &[u8] = br#""}"#;
const KEY_ID: usize = 4;
const NONCE: usize = 24;

/// The keys of an [`EncryptedStore`]: the first encrypts, all decrypt.
///
/// ```
/// use jam::session::EncryptionKeys;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (new, old) = ([7; 32], [8; 32]);
/// let keys = EncryptionKeys::new(new)?.also_accept(old)?;
/// # let _ = keys;
/// # Ok(())
/// # }
/// ```
///
/// A key can be left out once all sessions that it encrypted have ended:
/// [`Sessions::absolute_timeout`](super::Sessions::absolute_timeout) after it was replaced. `Debug` does not
/// print the keys.
pub struct EncryptionKeys(Vec<Key>);

struct Key {
    id: [u8; KEY_ID],
    cipher: XChaCha20Poly1305,
}

impl EncryptionKeys {
    /// Makes the keys from a secret of 32 bytes or more, which encrypts from now on.
    ///
    /// # Errors
    ///
    /// If the secret is short, published in documentation, or a public key.
    pub fn new(secret: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        Ok(Self(vec![Key::new(secret.as_ref())?]))
    }

    /// Adds a secret that was used before. It only decrypts.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn also_accept(mut self, secret: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        self.0.push(Key::new(secret.as_ref())?);
        Ok(self)
    }

    fn encrypt(&self, data: &[u8], bound_to: &[u8]) -> Result<SessionData, StoreError> {
        let failed = || StoreError::new("a session cannot be encrypted");
        let key = self.0.first().ok_or_else(failed)?;
        let nonce: [u8; NONCE] = random::bytes()
            .ok_or_else(|| StoreError::new("the system's random generator failed"))?;
        let payload = Payload {
            msg: data,
            aad: bound_to,
        };
        let sealed = key.cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| failed())?;
        let text = base64url::encode(&[&key.id, &nonce[..], &sealed].concat());
        Ok(SessionData::from_json(
            [BEGIN, text.as_bytes(), END].concat(),
        ))
    }

    /// Returns the data, or `None` if it is not encrypted, was changed, or has a key that is not known.
    fn decrypt(&self, data: &[u8], bound_to: &[u8]) -> Option<SessionData> {
        let text = data.strip_prefix(BEGIN)?.strip_suffix(END)?;
        let bytes = base64url::decode(text)?;
        let (id, rest) = bytes.split_first_chunk::<KEY_ID>()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>()?;
        // Two keys may have one id.
        let keys = self.0.iter().filter(|key| key.id == *id);
        let opened = keys.filter_map(|key| {
            let payload = Payload {
                msg: sealed,
                aad: bound_to,
            };
            key.cipher.decrypt(&XNonce::from(*nonce), payload).ok()
        });
        opened.map(SessionData::from_json).next()
    }
}

impl Key {
    fn new(secret: &[u8]) -> Result<Self, KeyError> {
        // The secret may be used elsewhere, and has any length.
        let secret = HmacKey::new(Algorithm::Hs256, secret)?;
        let derive = |usage: &str| secret.sign(usage.as_bytes());
        let (key, id) = (
            derive("jam: key of session data"),
            derive("jam: id of a key"),
        );
        let (key, id) = (key.as_ref().first_chunk::<32>(), id.as_ref().first_chunk());
        let (Some(key), Some(id)) = (key, id) else {
            return Err(KeyError::new("the secret cannot be used".to_owned()));
        };
        Ok(Self {
            id: *id,
            cipher: XChaCha20Poly1305::new(key.into()),
        })
    }
}

impl fmt::Debug for EncryptionKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptionKeys").finish_non_exhaustive()
    }
}

/// A store that encrypts the data of sessions before another store keeps it.
///
/// ```
/// use jam::session::{EncryptedStore, EncryptionKeys, MemoryStore};
/// use jam::Sessions;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let secret = [7; 32];
/// let store = EncryptedStore::new(MemoryStore::new(), EncryptionKeys::new(secret)?);
/// let sessions = Sessions::in_store(store);
/// # let _ = sessions;
/// # Ok(())
/// # }
/// ```
///
/// The payload is encrypted. The owner, the ids, which are hashes, and the times are not, because the store looks
/// for them. Data that is not encrypted, or was changed, is no session and one line in the log: there is no
/// plaintext to fall back to.
#[derive(Debug)]
pub struct EncryptedStore<S> {
    store: S,
    keys: EncryptionKeys,
}

impl<S: SessionStore> EncryptedStore<S> {
    /// Encrypts what `store` keeps by `keys`.
    pub fn new(store: S, keys: EncryptionKeys) -> Self {
        Self { store, keys }
    }

    fn encrypted(&self, id: &SessionId, mut record: Record) -> Result<Record, StoreError> {
        let bound_to = bound_to(id, &record);
        record.data = self.keys.encrypt(record.data.as_json(), &bound_to)?;
        Ok(record)
    }

    fn decrypted(&self, id: &SessionId, record: Arc<Record>) -> Option<Arc<Record>> {
        let bound_to = bound_to(id, &record);
        let Some(data) = self.keys.decrypt(record.data.as_json(), &bound_to) else {
            tracing::warn!(target: "jam", session = %id.prefix(), "a session cannot be decrypted");
            return None;
        };
        let mut record = Arc::unwrap_or_clone(record);
        record.data = data;
        Some(Arc::new(record))
    }
}

/// Returns what the data belongs to: its record and its owner.
fn bound_to(id: &SessionId, record: &Record) -> Vec<u8> {
    [id.as_bytes(), record.owner.as_bytes()].concat()
}

impl<S: SessionStore> SessionStore for EncryptedStore<S> {
    async fn create(
        &self,
        id: SessionId,
        record: Record,
        limit: OwnerLimit,
    ) -> Result<WriteOutcome, StoreError> {
        let record = self.encrypted(&id, record)?;
        self.store.create(id, record, limit).await
    }

    async fn load(
        &self,
        id: &SessionId,
        usage: Option<Usage>,
    ) -> Result<Option<Arc<Record>>, StoreError> {
        let record = self.store.load(id, usage).await?;
        Ok(record.and_then(|record| self.decrypted(id, record)))
    }

    fn load_now(&self, id: &SessionId) -> Option<Arc<Record>> {
        self.decrypted(id, self.store.load_now(id)?)
    }

    async fn update(&self, id: &SessionId, record: Record) -> Result<WriteOutcome, StoreError> {
        let record = self.encrypted(id, record)?;
        self.store.update(id, record).await
    }

    async fn rotate(
        &self,
        old: &SessionId,
        new: SessionId,
        record: Record,
    ) -> Result<WriteOutcome, StoreError> {
        let record = self.encrypted(&new, record)?;
        self.store.rotate(old, new, record).await
    }

    async fn find(&self, id: &SessionId) -> Result<Option<SessionId>, StoreError> {
        self.store.find(id).await
    }

    async fn delete(&self, id: &SessionId) -> Result<bool, StoreError> {
        self.store.delete(id).await
    }

    async fn delete_by_owner(
        &self,
        owner: &str,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        self.store.delete_by_owner(owner, keep).await
    }

    async fn list_by_owner(
        &self,
        owner: &str,
        page: Page,
    ) -> Result<Vec<(SessionId, Arc<Record>)>, StoreError> {
        let mut decrypted = Vec::new();
        let mut next = Some(page);
        // Records that cannot be decrypted are left out, and a short page is the last one.
        while let Some(page) = next {
            let records = self.store.list_by_owner(owner, page).await?;
            next = page.next(&records);
            for (id, record) in records {
                decrypted.extend(self.decrypted(&id, record).map(|record| (id, record)));
            }
            if decrypted.len() >= page.most as usize {
                break;
            }
        }
        decrypted.truncate(page.most as usize);
        Ok(decrypted)
    }

    async fn values(&self, keys: &[ValueKey], now: u64) -> Result<Vec<Option<Value>>, StoreError> {
        self.store.values(keys, now).await
    }

    async fn swap_value(
        &self,
        key: ValueKey,
        present: Option<Value>,
        value: Value,
        now: u64,
    ) -> Result<WriteOutcome, StoreError> {
        self.store.swap_value(key, present, value, now).await
    }

    fn changes(&self) -> Option<Changes> {
        self.store.changes()
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        self.store.migrate().await
    }

    async fn health(&self) -> Result<(), StoreError> {
        self.store.health().await
    }
}

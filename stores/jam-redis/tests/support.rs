//! Sessions and assertions for the tests of faults.

#![allow(dead_code)] // each test program uses a part
#![allow(clippy::unwrap_used)] // a test reports an error with a panic

use std::sync::Arc;
use std::time::{Duration, Instant};

use jam_core::base::error::StoreError;
use jam_core::session::{OwnerLimit, Record, SessionData, SessionId, SessionStore, WriteOutcome};

/// Time within which a store must work again.
pub(crate) const RECOVERY: Duration = Duration::from_secs(5);

pub(crate) fn id(number: u32) -> SessionId {
    let mut bytes = [0x5a; 32];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    SessionId::from_bytes(bytes)
}

/// Returns a record that tells the number of its session.
pub(crate) fn record(number: u32) -> Record {
    let data = SessionData::from_json(format!("{{\"app::User\":{{\"user\":{number}}}}}"));
    Record::new(format!("user {number}"), data, 100, 10_000)
}

pub(crate) async fn create(
    store: &impl SessionStore,
    number: u32,
) -> Result<WriteOutcome, StoreError> {
    let limit = OwnerLimit::DEFAULT;
    store.create(id(number), record(number), limit).await
}

/// Asserts that the session is there.
pub(crate) async fn is_there(store: &impl SessionStore, number: u32) {
    let read = store.load(&id(number), None).await.unwrap();
    assert_eq!(read, Some(Arc::new(record(number))));
}

/// Asserts that an operation fails with this text, within a second.
pub(crate) async fn fails<T: std::fmt::Debug>(
    operation: impl Future<Output = Result<T, StoreError>>,
    text: &str,
) {
    let begun = Instant::now();
    let error = operation.await.unwrap_err().to_string();
    assert!(error.contains(text), "{error}");
    assert!(
        begun.elapsed() < Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
}

/// Waits until the session can be read again.
pub(crate) async fn recovers(store: &impl SessionStore, number: u32) {
    let begun = Instant::now();
    loop {
        match store.load(&id(number), None).await {
            Ok(read) => {
                assert_eq!(read, Some(Arc::new(record(number))));
                return;
            }
            Err(error) => assert!(begun.elapsed() < RECOVERY, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

//! The sessions of the measurements.

use std::error::Error;
use std::sync::Arc;

use jam::SessionId;
use jam::session::{OwnerLimit, Record, SessionData, SessionStore};

pub(crate) const NOW: u64 = 1_800_000_000;
/// Sessions that are made at the same time.
const AT_ONCE: u32 = 64;

pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

pub(crate) fn id(number: u32) -> SessionId {
    let mut bytes = [0x33; 32];
    bytes[..4].copy_from_slice(&number.wrapping_mul(0x9e37_79b9).to_le_bytes());
    SessionId::from_bytes(bytes)
}

pub(crate) fn record(number: u32) -> Record {
    let json = format!("{{\"app::User\":{{\"name\":\"user {number}\",\"roles\":[\"editor\"]}}}}");
    let owner = format!("user {number}");
    let mut record = Record::new(owner, SessionData::from_json(json), NOW, NOW + 86_400);
    record.idle = 3_600;
    record
}

/// Makes the tables and the sessions from 0 to `count`.
pub(crate) async fn fill(store: &Arc<impl SessionStore>, count: u32) -> Outcome<()> {
    store.migrate().await?;
    fill_from(store, 0, count).await
}

/// Makes the sessions from `first` to `count`.
pub(crate) async fn fill_from(
    store: &Arc<impl SessionStore>,
    first: u32,
    count: u32,
) -> Outcome<()> {
    let tasks: Vec<_> = (0..AT_ONCE)
        .map(|task| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                for number in (first + task..count).step_by(AT_ONCE as usize) {
                    let created = store.create(id(number), record(number), OwnerLimit::DEFAULT);
                    created.await?;
                }
                Outcome::Ok(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    Ok(())
}

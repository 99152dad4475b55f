//! Creates a session with Jam and counts it with sqlx, in one file.

use jam::session::SqliteStore;
use jam::{Jam, JamPayload, Sessions};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::temp_dir().join(format!("beside-sqlx-{}.db", std::process::id()));
    let sessions = Sessions::in_store(SqliteStore::open(&path)?);
    let jam = Jam::builder().sessions(sessions).build()?;
    let session = jam.create_session("ann", &User { user: 7 }).await?;

    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let pool = sqlx::SqlitePool::connect_with(options).await?;
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM jam_sessions WHERE owner = 'ann'")
        .fetch_one(&pool)
        .await?;
    let read = jam.get_session::<User>(&session).await?;
    std::fs::remove_file(&path)?;
    assert_eq!((count, read.map(|session| session.user)), (1, Some(7)));
    println!("signed in beside sqlx, rusqlite {}", rusqlite::version());
    Ok(())
}

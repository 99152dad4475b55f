//! A process that writes is killed at random times, again and again. Each login that it acknowledged is there
//! afterwards, and each logout too.
//!
//! `JAM_KILLS` sets the number of rounds (50).

#![allow(clippy::unwrap_used)] // a test reports an error with a panic

use std::collections::HashSet;
use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use std::{env, io, thread};

use jam_core::session::{OwnerLimit, Record, SessionData, SessionId, SessionStore};
use jam_sqlite::SqliteStore;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().collect();
    match arguments.as_slice() {
        [_, what, path, round] if what == "write" => write(path.as_ref(), round.parse()?),
        _ => rounds(),
    }
}

/// Logs users in and out until it is killed, and prints what the store has acknowledged.
#[tokio::main]
async fn write(path: &Path, round: u32) -> Outcome<()> {
    let store = Arc::new(SqliteStore::open(path)?);
    say("open", "")?;
    let users = (0..8_u8).map(|user| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            for number in 0_u32.. {
                let mut bytes = [user; 32];
                bytes[..4].copy_from_slice(&round.to_le_bytes());
                bytes[4..8].copy_from_slice(&number.to_le_bytes());
                let id = SessionId::from_bytes(bytes);
                let data = SessionData::from_json("{\"app::User\":{\"user\":1}}");
                let record = Record::new(format!("user {user}"), data, 100, 10_000);
                store
                    .create(
                        id,
                        record,
                        OwnerLimit {
                            most: u32::MAX,
                            ..OwnerLimit::DEFAULT
                        },
                    )
                    .await?;
                say("login", &id.to_string())?;
                if number % 2 == 0 {
                    say("leaves", &id.to_string())?;
                    store.delete(&id).await?;
                    say("logout", &id.to_string())?;
                }
            }
            Outcome::Ok(())
        })
    });
    for user in users.collect::<Vec<_>>() {
        user.await??;
    }
    Ok(())
}

fn say(what: &str, id: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{what} {id}")?;
    out.flush()
}

fn rounds() -> Outcome<()> {
    let rounds: u32 = env::var("JAM_KILLS").map_or(Ok(50), |rounds| rounds.parse())?;
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let path = folder.path().join("app.db");
    let (mut present, mut logins, mut logouts) = (HashSet::new(), 0, 0);
    for round in 0..rounds {
        let mut child = Command::new(env::current_exe()?)
            .args([
                "write".as_ref(),
                path.as_os_str(),
                round.to_string().as_ref(),
            ])
            .stdout(Stdio::piped())
            .spawn()?;
        let out = BufReader::new(child.stdout.take().ok_or("the output is piped")?);
        let mut lines = out.lines();
        assert_eq!(
            lines.next().ok_or("the file opens")??,
            "open ",
            "round {round}"
        );
        // Each round ends at another time.
        thread::sleep(Duration::from_micros(u64::from(
            round.wrapping_mul(7_919) % 40_000,
        )));
        child.kill()?;
        child.wait()?;
        // A line that was cut was not acknowledged.
        let mut leaving = HashSet::new();
        for line in lines {
            let line = line?;
            let (what, id) = line.split_once(' ').unwrap_or((&line, ""));
            let Ok(id) = id.parse::<SessionId>() else {
                continue;
            };
            match what {
                "login" => {
                    present.insert(id);
                    logins += 1;
                }
                "leaves" => {
                    leaving.insert(id);
                }
                "logout" => {
                    present.remove(&id);
                    leaving.remove(&id);
                    logouts += 1;
                    assert!(!is_there(&path, &id)?, "round {round}: a session is back");
                }
                _ => {}
            }
        }
        // The store may have deleted it or not.
        for id in leaving {
            if !is_there(&path, &id)? {
                present.remove(&id);
            }
        }
        for id in &present {
            assert!(
                is_there(&path, id)?,
                "round {round}: an acknowledged login is lost"
            );
        }
    }
    assert!(logins > u64::from(rounds), "only {logins} logins");
    println!("{rounds} rounds, {logins} logins, {logouts} logouts: none lost, none back");
    Ok(())
}

/// Looks into the file with a connection of its own, as a restarted process would.
fn is_there(path: &Path, id: &SessionId) -> Outcome<bool> {
    thread_local! {
        static OPEN: std::cell::RefCell<Option<rusqlite::Connection>> = const { std::cell::RefCell::new(None) };
    }
    OPEN.with_borrow_mut(|open| {
        let connection = match open {
            Some(connection) => connection,
            None => open.insert(rusqlite::Connection::open(path)?),
        };
        let sql = "SELECT 1 FROM jam_sessions WHERE id = ?1";
        Ok(connection.prepare_cached(sql)?.exists([id.as_bytes()])?)
    })
}

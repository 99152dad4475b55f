//! A ring in a running program.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::thread;
use std::time::{Duration, SystemTime};

use super::error::RingError;
use super::folder::KeyFolder;
use super::schedule::{KeySchedule, NOTICE};
use crate::key::{KeySource, KeysNow};

/// Time from one look at the folder to the next.
const LOOKS_EVERY: Duration = Duration::from_secs(10);

// A rotation takes effect after every program has looked twice.
const _: () = assert!(LOOKS_EVERY.as_secs() * 2 < NOTICE);

/// The keys of an application, which change while it runs.
///
/// Pass it to [`Jwt::keys`](crate::token::Jwt::keys). A clone is the same ring.
///
/// ```no_run
/// use jam::{Jam, Jwt, token::KeyRing};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // Made by `jam keys generate keys/`, rotated by `jam keys rotate keys/`.
/// let jam = Jam::builder().jwt(Jwt::keys(KeyRing::load("keys/")?)).build()?;
/// # let _ = jam;
/// # Ok(())
/// # }
/// ```
///
/// # A folder that changes
///
/// The program looks at the folder every 10 s. If it cannot be read any more, the keys stay as they are, and an
/// error is logged every minute.
#[derive(Clone)]
pub struct KeyRing(Arc<Shared>);

struct Shared {
    schedule: RwLock<Arc<KeySchedule>>,
    revision: AtomicU64,
    folder: Option<KeyFolder>,
}

impl KeyRing {
    /// Loads the ring in the folder `path`, and looks for changes of it every 10 s.
    ///
    /// # Errors
    ///
    /// [`RingError`] if the folder is open to others or has no ring that can be read, or if no thread can be
    /// started.
    pub fn load(path: impl Into<PathBuf>) -> Result<Self, RingError> {
        Self::load_and_look(path.into(), LOOKS_EVERY)
    }

    pub(crate) fn load_and_look(path: PathBuf, every: Duration) -> Result<Self, RingError> {
        let folder = KeyFolder::at(path);
        // Before it is read, so that a change between the two is found later.
        let version = folder.version();
        let ring = Self::of(folder.read()?, Some(folder.clone()));
        let shared = Arc::downgrade(&ring.0);
        let look = move || look_for_changes(&shared, &folder, version.ok(), every);
        let thread = thread::Builder::new().name("jam-keys".to_owned());
        thread
            .spawn(look)
            .map_err(|error| RingError::new(format!("cannot start a thread: {error}")))?;
        Ok(ring)
    }

    /// Makes a ring of keys that the application holds. Give it other keys by [`replace`](Self::replace).
    pub fn new(schedule: KeySchedule) -> Self {
        Self::of(schedule, None)
    }

    fn of(schedule: KeySchedule, folder: Option<KeyFolder>) -> Self {
        Self(Arc::new(Shared {
            schedule: RwLock::new(Arc::new(schedule)),
            revision: AtomicU64::new(0),
            folder,
        }))
    }

    /// Replaces the keys. Tokens are signed and verified by the new ones from now on.
    pub fn replace(&self, schedule: KeySchedule) {
        self.0.replace(schedule);
    }

    /// Reads the folder now. A ring without a folder stays as it is.
    ///
    /// # Errors
    ///
    /// [`RingError`] if the folder cannot be read. The keys then stay as they are.
    pub fn reload(&self) -> Result<(), RingError> {
        if let Some(folder) = &self.0.folder {
            self.0.replace(folder.read()?);
        }
        Ok(())
    }

    /// Returns the keys and their times.
    pub fn schedule(&self) -> Arc<KeySchedule> {
        self.0.schedule()
    }
}

impl Shared {
    fn schedule(&self) -> Arc<KeySchedule> {
        Arc::clone(&self.schedule.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn replace(&self, schedule: KeySchedule) {
        let schedule = Arc::new(schedule);
        *self
            .schedule
            .write()
            .unwrap_or_else(PoisonError::into_inner) = schedule;
        // After the keys, so that whoever sees the number finds the keys.
        self.revision.fetch_add(1, Ordering::Release);
    }
}

impl KeySource for KeyRing {
    fn revision(&self) -> u64 {
        self.0.revision.load(Ordering::Acquire)
    }

    fn keys(&self, now: u64) -> KeysNow {
        self.schedule().keys_now(now)
    }

    fn published(&self, now: u64) -> Option<(serde_json::Value, u64)> {
        let schedule = self.schedule();
        Some((schedule.jwks(now), schedule.jwks_max_age()))
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyRing").field(&self.schedule()).finish()
    }
}

type Version = (SystemTime, u64, u64);

/// Of so many failures to read the ring, the first one is logged: one in a minute.
const LOGGED_EVERY: u32 = 6;

/// Looks at the folder until the ring is dropped.
fn look_for_changes(
    ring: &Weak<Shared>,
    folder: &KeyFolder,
    mut seen: Option<Version>,
    every: Duration,
) {
    let mut failures = 0_u32;
    loop {
        thread::sleep(every);
        let Some(ring) = ring.upgrade() else {
            return;
        };
        match changed(&ring, folder, seen) {
            Ok(version) => (seen, failures) = (Some(version), 0),
            Err(error) => {
                if failures.is_multiple_of(LOGGED_EVERY) {
                    tracing::error!(target: "jam", %error, "the ring cannot be read; its keys stay as they are");
                }
                failures = failures.wrapping_add(1);
            }
        }
    }
}

/// Reads the folder if it has changed. Returns the version that was read.
fn changed(ring: &Shared, folder: &KeyFolder, seen: Option<Version>) -> Result<Version, RingError> {
    let unreadable = |error: io::Error| RingError::io(folder.path(), "read")(error);
    let version = folder.version().map_err(unreadable)?;
    if seen != Some(version) {
        ring.replace(folder.read()?);
        tracing::info!(target: "jam", folder = %folder.path().display(), "the ring was read");
    }
    Ok(version)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{NOW, Place, folder};
    use super::{KeyRing, KeySource, changed};

    #[test]
    fn a_folder_is_read_again_only_after_a_change() {
        let place = Place::new();
        let folder = folder(&place);
        let ring = KeyRing::load(place.keys()).expect("a ring");
        let before = folder.version().expect("a version");
        let seen = changed(&ring.0, &folder, Some(before)).expect("read");
        assert_eq!((seen, ring.revision()), (before, 0));
        let (next, _) = folder.rotate(None, NOW).expect("a rotation");
        let seen = changed(&ring.0, &folder, Some(before)).expect("read");
        assert_ne!(seen, before);
        assert_eq!(ring.revision(), 1);
        let schedule = ring.schedule();
        assert!(schedule.key(&next).and_then(|key| key.signs()).is_some());
        // It was not read before, so that nothing is known of its version.
        changed(&ring.0, &folder, None).expect("read");
        assert_eq!(ring.revision(), 2);
    }
}

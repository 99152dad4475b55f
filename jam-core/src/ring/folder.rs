//! The folder of a ring.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use zeroize::Zeroizing;

use super::error::RingError;
use super::file;
use super::schedule::KeySchedule;
use super::scheduled::ScheduledKey;
use crate::key::Algorithm;

/// The file with the keys, the one that will replace it, and the one that is locked during a change.
const RING: &str = "ring.json";
const NEXT: &str = "ring.json.next";
const LOCK: &str = "lock";

/// Longest file in bytes.
const LONGEST: u64 = 1024 * 1024;

/// A folder with the keys of a ring.
///
/// The folder is open to its owner alone (mode 0700, the files 0600), and neither it nor a file in it is a
/// symbolic link. A change is written to a new file, which then takes the place of the old one, so a program
/// that reads or stops in between sees the old keys or the new ones. A lock keeps two changes apart.
///
/// All times are in seconds since the Unix epoch.
#[derive(Clone, Debug)]
pub struct KeyFolder(PathBuf);

/// The settings of a new ring.
///
/// # Defaults
///
/// | setting | default |
/// |---|---|
/// | longest lifetime of a token | 3600 s |
/// | standby: time for which a new key is published before it signs | 3600 s |
#[derive(Clone, Debug)]
pub struct NewRing {
    algorithm: Algorithm,
    token_lifetime: Duration,
    standby: Duration,
}

impl NewRing {
    /// Makes the settings of a ring with keys of this algorithm.
    pub fn new(algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            token_lifetime: Duration::from_secs(3600),
            standby: Duration::from_secs(3600),
        }
    }

    /// Sets the longest lifetime of a token, in whole seconds. A retired key verifies for that long.
    #[must_use]
    pub fn token_lifetime(mut self, token_lifetime: Duration) -> Self {
        self.token_lifetime = token_lifetime;
        self
    }

    /// Sets the time for which a new key is published before it signs, in whole seconds.
    #[must_use]
    pub fn standby(mut self, standby: Duration) -> Self {
        self.standby = standby;
        self
    }

    fn schedule(&self, now: u64) -> Result<KeySchedule, RingError> {
        let first = ScheduledKey::generate(self.algorithm, now)?.signs_from(now);
        let keys = [first, ScheduledKey::generate(self.algorithm, now)?];
        Ok(KeySchedule::new(self.token_lifetime, keys)?.standby(self.standby))
    }
}

impl KeyFolder {
    /// Makes a ring in the folder `path`: a key that signs from `now` on, and one that stands by. The folder is
    /// created if it does not exist.
    ///
    /// # Errors
    ///
    /// [`RingError`] if the folder has a ring, is open to others, or cannot be written.
    pub fn create(path: impl Into<PathBuf>, ring: &NewRing, now: u64) -> Result<Self, RingError> {
        let folder = Self(path.into());
        if let Err(error) = private_folder(&folder.0)
            && error.kind() != io::ErrorKind::AlreadyExists
        {
            return Err(RingError::io(&folder.0, "create")(error));
        }
        folder.check()?;
        let _lock = folder.lock()?;
        let file = folder.file();
        if fs::symlink_metadata(&file).is_ok() {
            return Err(RingError::at(&file, "the folder has a ring"));
        }
        folder.write(&ring.schedule(now)?)?;
        Ok(folder)
    }

    /// Opens the folder `path`.
    ///
    /// # Errors
    ///
    /// [`RingError`] if the folder is open to others, or has no ring that can be read.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, RingError> {
        let folder = Self::at(path.into());
        folder.read()?;
        Ok(folder)
    }

    /// Names a folder. Nothing is read yet.
    pub(super) fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// Returns the path of the folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Reads the keys.
    ///
    /// # Errors
    ///
    /// [`RingError`] if the folder is open to others, or has no ring that can be read.
    pub fn read(&self) -> Result<KeySchedule, RingError> {
        self.check()?;
        let path = self.file();
        let mut file = open(&path)?;
        let length = file.metadata().map_err(RingError::io(&path, "read"))?.len();
        if length > LONGEST {
            return Err(RingError::at(&path, "it is longer than 1 MiB"));
        }
        // With room for all of it, so that no part of a key stays in a buffer that was too small.
        let capacity = usize::try_from(length).unwrap_or_default() + 1;
        let mut text = Zeroizing::new(Vec::with_capacity(capacity));
        let mut limited = (&mut file).take(LONGEST);
        limited
            .read_to_end(&mut text)
            .map_err(RingError::io(&path, "read"))?;
        file::read(&text).map_err(|error| error.in_file(&path))
    }

    /// Plans that the key that has stood by longest signs, and generates another one that stands by. With an
    /// `algorithm` the new one is of that algorithm.
    ///
    /// Returns the id of the key that takes over, and the time: as soon as the key has been published for the
    /// time of standby, and 30 s from now at the earliest, so that every running program knows of it.
    ///
    /// # Errors
    ///
    /// [`RingError`] if a rotation is planned already, or if the folder cannot be read or written.
    pub fn rotate(
        &self,
        algorithm: Option<Algorithm>,
        now: u64,
    ) -> Result<(String, u64), RingError> {
        self.change(|schedule| schedule.rotate(algorithm, now))
    }

    /// Retires the key `id`. If it signs, the ring is rotated. If it stands by, it is replaced.
    ///
    /// Returns the time from which the key does not sign.
    ///
    /// # Errors
    ///
    /// [`RingError`] if there is no such key, if it is retired or revoked, or if the folder cannot be read or
    /// written.
    pub fn retire(&self, id: &str, now: u64) -> Result<u64, RingError> {
        self.change(|schedule| schedule.retire(id, now))
    }

    /// Revokes the key `id`: its tokens are rejected by every program as soon as it reads the ring again. If it
    /// signs, another key takes over at once. The private key is removed from the folder.
    ///
    /// # Errors
    ///
    /// [`RingError`] if there is no such key, if it is revoked, or if the folder cannot be read or written.
    pub fn revoke(&self, id: &str, now: u64) -> Result<(), RingError> {
        self.change(|schedule| schedule.revoke(id, now))
    }

    /// Generates one more key that stands by.
    ///
    /// Returns its id.
    ///
    /// # Errors
    ///
    /// [`RingError`] if the folder cannot be read or written.
    pub fn generate(&self, algorithm: Option<Algorithm>, now: u64) -> Result<String, RingError> {
        self.change(|schedule| {
            schedule.add_standby(algorithm, now)?;
            let id = schedule.keys.last().map(|key| key.id.to_string());
            Ok(id.unwrap_or_default())
        })
    }

    fn change<T>(
        &self,
        change: impl FnOnce(&mut KeySchedule) -> Result<T, RingError>,
    ) -> Result<T, RingError> {
        self.check()?;
        let _lock = self.lock()?;
        let mut schedule = self.read()?;
        let result = change(&mut schedule).map_err(|error| error.in_file(&self.0))?;
        self.write(&schedule.checked()?)?;
        Ok(result)
    }

    /// Returns what changes when the file changes.
    pub(super) fn version(&self) -> io::Result<(SystemTime, u64, u64)> {
        let about = fs::symlink_metadata(self.file())?;
        Ok((about.modified()?, about.len(), file_number(&about)))
    }

    fn file(&self) -> PathBuf {
        self.0.join(RING)
    }

    /// Checks that the folder is one, and open to its owner alone.
    fn check(&self) -> Result<(), RingError> {
        let about = fs::symlink_metadata(&self.0).map_err(RingError::io(&self.0, "read"))?;
        if about.is_symlink() {
            return Err(RingError::at(
                &self.0,
                "it is a symbolic link; name the folder itself",
            ));
        }
        if !about.is_dir() {
            return Err(RingError::at(&self.0, "it is not a folder"));
        }
        check_private(&self.0, &about, "700")
    }

    /// Waits until no other change is under way. The lock ends with the returned file, and with the process.
    fn lock(&self) -> Result<File, RingError> {
        let path = self.0.join(LOCK);
        let file = match private_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => open(&path)?,
            other => other.map_err(RingError::io(&path, "create"))?,
        };
        file.lock().map_err(RingError::io(&path, "lock"))?;
        Ok(file)
    }

    /// Replaces the file. The caller holds the lock.
    fn write(&self, schedule: &KeySchedule) -> Result<(), RingError> {
        let text = file::write(schedule)?;
        let (path, next) = (self.file(), self.0.join(NEXT));
        // It is left of a change that did not end.
        match fs::remove_file(&next) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(RingError::io(&next, "remove")(error));
            }
            _ => {}
        }
        let written = private_file(&next).and_then(|mut file| {
            file.write_all(&text)?;
            file.sync_all()
        });
        written.map_err(RingError::io(&next, "write"))?;
        fs::rename(&next, &path).map_err(RingError::io(&path, "replace"))?;
        sync_folder(&self.0).map_err(RingError::io(&self.0, "sync"))
    }
}

/// Opens a file that is not a symbolic link and open to its owner alone.
fn open(path: &Path) -> Result<File, RingError> {
    let about = fs::symlink_metadata(path).map_err(RingError::io(path, "read"))?;
    if !about.is_file() {
        return Err(RingError::at(path, "it is a symbolic link or not a file"));
    }
    let file = OpenOptions::new().read(true).write(true).open(path);
    let file = file
        .or_else(|_| File::open(path))
        .map_err(RingError::io(path, "open"))?;
    let opened = file.metadata().map_err(RingError::io(path, "read"))?;
    // Otherwise a link has taken its place meanwhile.
    if file_number(&opened) != file_number(&about) {
        return Err(RingError::at(
            path,
            "it was replaced while it was opened; try again",
        ));
    }
    check_private(path, &opened, "600")?;
    Ok(file)
}

#[cfg(unix)]
fn check_private(path: &Path, about: &fs::Metadata, mode: &str) -> Result<(), RingError> {
    use std::os::unix::fs::PermissionsExt;

    if about.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    let why = format!(
        "others can open it; close it: chmod {mode} {}",
        path.display()
    );
    Err(RingError::at(path, why))
}

#[cfg(not(unix))]
fn check_private(_path: &Path, _about: &fs::Metadata, _mode: &str) -> Result<(), RingError> {
    Ok(())
}

#[cfg(unix)]
fn file_number(about: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(about)
}

#[cfg(not(unix))]
fn file_number(_about: &fs::Metadata) -> u64 {
    0
}

/// Creates a file that is open to its owner alone.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Creates a folder that is open to its owner alone.
fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes the new name of a file durable.
fn sync_folder(path: &Path) -> io::Result<()> {
    match cfg!(unix) {
        true => File::open(path)?.sync_all(),
        // Other systems cannot open a folder as a file.
        false => Ok(()),
    }
}

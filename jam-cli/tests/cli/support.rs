//! A folder, the command in it, and tokens that are signed by hand.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

pub(crate) const SECRET: &str = "a shared secret with 32 bytes or more";

/// The output of a command.
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let ran = Self {
            status: output.status.code().expect("no signal ended it"),
            out: text(output.stdout),
            err: text(output.stderr),
        };
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
        ran
    }

    /// Requires this status, and returns what was printed.
    #[track_caller]
    pub(crate) fn ends_with(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("{}\n{}", self.out, self.err))
    }

    /// Requires an error with this text, and nothing on stdout.
    #[track_caller]
    pub(crate) fn fails(self, status: i32, why: &str) {
        let ran = self.ends_with(status);
        assert!(ran.err.contains(why), "{why:?} is missing in: {}", ran.err);
        assert_eq!(ran.out, "");
    }
}

/// A temporary folder, in which the command runs.
pub(crate) struct Place(pub(crate) tempfile::TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A place with a ring in `keys`.
    pub(crate) fn with_ring(algorithm: &str) -> Self {
        let place = Self::new();
        place
            .jam(&["keys", "generate", "--algorithm", algorithm])
            .ends_with(0);
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jam"));
        command.args(arguments).current_dir(self.0.path());
        command.env_remove("JAM_SECRET").stdin(Stdio::null());
        command
    }

    pub(crate) fn jam(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    pub(crate) fn jam_with_secret(&self, secret: &str, arguments: &[&str]) -> Ran {
        let mut command = self.command(arguments);
        Ran::of(command.env("JAM_SECRET", secret).output().unwrap())
    }

    pub(crate) fn jam_reads(&self, stdin: impl AsRef<[u8]>, arguments: &[&str]) -> Ran {
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // It may end before it has read all.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_ref());
        Ran::of(child.wait_with_output().unwrap())
    }

    /// Returns the keys of the ring as `jam keys list --json` prints them.
    pub(crate) fn keys(&self) -> Vec<Value> {
        let list = self.jam(&["keys", "list", "--json"]).ends_with(0).json();
        list["keys"].as_array().unwrap().clone()
    }

    /// Returns the id of the first key in this state.
    #[track_caller]
    pub(crate) fn key(&self, state: &str) -> String {
        let keys = self.keys();
        let found = keys.iter().find(|key| key["state"] == state);
        found.unwrap()["kid"].as_str().unwrap().to_owned()
    }

    /// Returns a token of the ring.
    pub(crate) fn token(&self) -> String {
        let minted = self.jam(&["token", "mint", "--keys", "keys", "--subject", "7"]);
        minted.ends_with(0).out.trim().to_owned()
    }

    /// Changes the file of the ring.
    pub(crate) fn edit_ring(&self, edit: impl FnOnce(&mut Value)) {
        let path = self.path("keys/ring.json");
        let mut ring: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        edit(&mut ring);
        std::fs::write(&path, ring.to_string()).unwrap();
    }
}

pub(crate) fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

/// Signs any header and claims with HMAC-SHA-256 under [`SECRET`].
pub(crate) fn signed(header: &Value, claims: &Value) -> String {
    signed_text(&header.to_string(), &claims.to_string())
}

pub(crate) fn signed_text(header: &str, claims: &str) -> String {
    let parts = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part));
    let message = parts.join(".");
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    format!(
        "{message}.{}",
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    )
}

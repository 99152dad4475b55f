//! A PostgreSQL server of a test.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::{Process, free_port};

const MISSING: &str =
    "these tests need a PostgreSQL server of their own: apt-get install postgresql";
/// Time in which the server has to start and to end.
const DEADLINE: Duration = Duration::from_secs(30);

/// A PostgreSQL server with a folder and a port of its own. Its user is `postgres`, without a password.
///
/// It ends when it is dropped, or when the process of the test ends in any way.
#[derive(Debug)]
pub struct Postgres {
    process: Process,
    port: u16,
    settings: Vec<String>,
    databases: AtomicU32,
    _reaper: Reaper,
}

impl Postgres {
    /// Starts a server that does not wait for its disk.
    pub fn start() -> Self {
        Self::with(&[
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
        ])
    }

    /// Starts a server with these settings.
    pub fn with(settings: &[&str]) -> Self {
        let started = Self::try_start(settings);
        started.unwrap_or_else(|error| panic!("PostgreSQL does not start: {error}"))
    }

    fn try_start(settings: &[&str]) -> io::Result<Self> {
        let initdb = [
            "initdb",
            "--auth=trust",
            "--username=postgres",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C",
        ];
        Self::of(&initdb, settings)
    }

    /// Starts a replica, which follows this server, and waits until it answers.
    pub fn replica(&self) -> Self {
        let port = format!("--port={}", self.port);
        let copy = [
            "pg_basebackup",
            "--host=127.0.0.1",
            "--username=postgres",
            "--write-recovery-conf",
            "--checkpoint=fast",
            "--no-sync",
            &port,
        ];
        let settings: Vec<&str> = self.settings.iter().map(String::as_str).collect();
        let started = Self::of(&copy, &settings);
        started.unwrap_or_else(|error| panic!("the replica does not start: {error}"))
    }

    /// Lets a replica take writes, and waits until it does.
    pub fn promote(&self) {
        self.sql("postgres", "SELECT pg_promote()");
    }

    /// Makes the folder of a server with a command, and starts the server.
    fn of(command: &[&str], settings: &[&str]) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("jam-postgres").tempdir()?;
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
        if let Some((user, group)) = other_user()? {
            chown(folder.path(), Some(user), Some(group))?;
        }
        let reaper = Reaper::start(folder.path())?;
        let data = folder.path().join("data");
        let made = as_user(command[0])?
            .args(&command[1..])
            .arg("--pgdata")
            .arg(&data)
            .current_dir(folder.path())
            .output()?;
        if !made.status.success() {
            let text = String::from_utf8_lossy(&made.stderr).into_owned();
            return Err(io::Error::other(text));
        }
        let port = free_port()?;
        let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        let process = Process::start(&mut server(&data, port, &settings)?, folder)?;
        let server = Self {
            process,
            port,
            settings,
            databases: AtomicU32::new(0),
            _reaper: reaper,
        };
        server.wait();
        Ok(server)
    }

    /// Returns the port of the server.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the address of the first database.
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// Returns the address of a database.
    pub fn url_of(&self, database: &str) -> String {
        format!(
            "postgres://postgres@127.0.0.1:{}/{database}?sslmode=disable",
            self.port
        )
    }

    /// Creates an empty database and returns its name.
    pub fn new_database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        name
    }

    /// Runs SQL in a database and returns the rows, one a line.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let done = Command::new(binary("psql").expect(MISSING))
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
            .args(["--set=ON_ERROR_STOP=1", "--command", sql])
            .arg(self.url_of(database))
            .output()
            .expect("psql starts");
        let error = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{sql}: {error}");
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    }

    /// Kills the server with all its processes (SIGKILL), as a power failure does.
    pub fn kill(&mut self) {
        let children = self.signal_all(Signal::SIGKILL);
        self.process.kill().expect("the server is killed");
        until("the processes of the server end", || {
            !children.iter().any(|&child| is_running(child))
        });
    }

    /// Stops all processes of the server (SIGSTOP): its connections stay open, and nothing answers.
    pub fn hang(&self) {
        self.signal_all(Signal::SIGSTOP);
    }

    /// Lets the server go on (SIGCONT).
    pub fn go_on(&self) {
        self.signal_all(Signal::SIGCONT);
    }

    /// Starts the server again after [`kill`](Self::kill), and waits until it answers.
    pub fn restart(&mut self) {
        let data = self.process.folder().join("data");
        let mut command = server(&data, self.port, &self.settings).expect(MISSING);
        let restarted = self.process.restart(&mut command);
        restarted.expect("the server starts again");
        self.wait();
    }

    fn wait(&self) {
        let begun = Instant::now();
        while !self.is_ready() {
            assert!(begun.elapsed() < DEADLINE, "{}", self.process.log());
            sleep(Duration::from_millis(20));
        }
    }

    /// Returns the id of the first process.
    fn pid(&self) -> Option<i32> {
        let path = self.process.folder().join("data/postmaster.pid");
        let text = std::fs::read_to_string(path).ok()?;
        text.lines().next()?.parse().ok()
    }

    fn is_ready(&self) -> bool {
        Command::new(binary("pg_isready").expect(MISSING))
            .args(["--host=127.0.0.1", "--quiet", "--port"])
            .arg(self.port.to_string())
            .status()
            .is_ok_and(|status| status.success())
    }

    /// Sends a signal to the server and then to its processes, each of which has a session of its own. Returns
    /// those processes.
    fn signal_all(&self, signal: Signal) -> Vec<i32> {
        // The first process must start no other ones meanwhile.
        let _ = self.process.signal(match signal {
            Signal::SIGKILL => Signal::SIGSTOP,
            signal => signal,
        });
        let children = children(self.pid());
        for &child in &children {
            // It may have ended meanwhile.
            let _ = kill(Pid::from_raw(child), signal);
        }
        children
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.signal_all(Signal::SIGKILL);
    }
}

/// A process that kills the server and removes its folder once the process of the test has ended, also if that
/// is killed: a server in a static is never dropped.
#[derive(Debug)]
struct Reaper(Child);

impl Reaper {
    fn start(folder: &Path) -> io::Result<Self> {
        // The input ends with the process of the test.
        let script = r#"read -r _
            pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && kill -KILL "$pid"
            while [ -e "$1" ] && ! rm -rf "$1"; do sleep 0.1; done"#;
        let child = Command::new("sh")
            .args(["-c", script, "sh"])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        Ok(Self(child))
    }
}

impl Drop for Reaper {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// Returns the ids of the user and the group to run the server as. PostgreSQL refuses to run as root.
fn other_user() -> io::Result<Option<(u32, u32)>> {
    if number_of(&["-u"])? != 0 {
        return Ok(None);
    }
    for name in ["postgres", "nobody"] {
        if let (Ok(user), Ok(group)) = (number_of(&["-u", name]), number_of(&["-g", name])) {
            return Ok(Some((user, group)));
        }
    }
    Err(io::Error::other("there is no user to run PostgreSQL as"))
}

fn number_of(arguments: &[&str]) -> io::Result<u32> {
    let printed = Command::new("id").args(arguments).output()?.stdout;
    let number = String::from_utf8_lossy(&printed);
    number.trim().parse().map_err(io::Error::other)
}

/// Returns a command of PostgreSQL for the user of the server.
fn as_user(name: &str) -> io::Result<Command> {
    let path = binary(name)?;
    let Some((user, group)) = other_user()? else {
        return Ok(Command::new(path));
    };
    let mut command = Command::new("setpriv");
    command
        .arg(format!("--reuid={user}"))
        .arg(format!("--regid={group}"))
        .args(["--clear-groups", "--"])
        .arg(path);
    Ok(command)
}

fn server(data: &Path, port: u16, settings: &[String]) -> io::Result<Command> {
    let mut command = as_user("postgres")?;
    command.arg("-D").arg(data).current_dir(data);
    for setting in [
        format!("port={port}"),
        "listen_addresses=127.0.0.1".to_owned(),
        "unix_socket_directories=".to_owned(),
        "max_connections=200".to_owned(),
    ]
    .iter()
    .chain(settings)
    {
        command.args(["-c", setting]);
    }
    Ok(command)
}

/// Finds a program of PostgreSQL. Debian keeps those of the server outside of the path.
fn binary(name: &str) -> io::Result<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let mut folders: Vec<PathBuf> = versions
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    folders.sort();
    folders.reverse();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.extend(std::env::split_paths(&path));
    let found = folders
        .into_iter()
        .map(|folder| folder.join(name))
        .find(|path| path.is_file());
    found.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, MISSING))
}

/// Returns the processes that `parent` started.
fn children(parent: Option<i32>) -> Vec<i32> {
    let Some(parent) = parent.map(|parent| parent.to_string()) else {
        return Vec::new();
    };
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|process| {
            let pid: i32 = process.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(process.path().join("stat")).ok()?;
            // The name of the process, in brackets, may contain anything. Its state and its parent follow.
            let (_, after_name) = stat.rsplit_once(") ")?;
            (after_name.split(' ').nth(1) == Some(&parent)).then_some(pid)
        })
        .collect()
}

fn is_running(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // A zombie has ended.
    matches!(stat.rsplit_once(") "), Some((_, rest)) if !rest.starts_with('Z'))
}

fn until(condition: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < DEADLINE, "not in time: {condition}");
        sleep(Duration::from_millis(5));
    }
}

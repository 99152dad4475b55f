//! A server process with a folder of its own.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, mpsc};
use std::thread;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

/// Returns a loopback port that is free at this time.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

/// A server process. It is killed when it is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    folder: TempDir,
}

impl Process {
    /// Starts `command`, whose output goes into the file `log` of the folder.
    pub fn start(command: &mut Command, folder: TempDir) -> io::Result<Self> {
        let child = spawn(command, folder.path())?;
        Ok(Self { child, folder })
    }

    /// Returns the folder of the server.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the output of the server, for the message of a test that fails.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Kills the server (SIGKILL) and waits for its end.
    pub fn kill(&mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(|_| ())
    }

    /// Stops the server (SIGSTOP): its connections stay open, and nothing answers.
    pub fn hang(&self) -> io::Result<()> {
        self.signal(Signal::SIGSTOP)
    }

    /// Lets the server go on (SIGCONT).
    pub fn go_on(&self) -> io::Result<()> {
        self.signal(Signal::SIGCONT)
    }

    /// Sends a signal to the server.
    pub fn signal(&self, signal: Signal) -> io::Result<()> {
        let pid = i32::try_from(self.child.id()).map_err(io::Error::other)?;
        kill(Pid::from_raw(pid), signal).map_err(io::Error::from)
    }

    /// Starts the server again after [`kill`](Self::kill).
    pub fn restart(&mut self, command: &mut Command) -> io::Result<()> {
        self.child = spawn(command, self.folder.path())?;
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // An error means that it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command and the place for the process.
type Order = (Command, mpsc::Sender<io::Result<Child>>);

/// Starts all servers on one thread that never ends. `setpriv --pdeathsig` kills a server when the thread that
/// started it ends, and the thread of a test ends before other tests have used the server.
static STARTER: LazyLock<mpsc::Sender<Order>> = LazyLock::new(|| {
    let (orders, all) = mpsc::channel::<Order>();
    thread::spawn(move || {
        for (mut command, started) in all {
            // An error means that the test has ended.
            let _ = started.send(command.spawn());
        }
    });
    orders
});

fn spawn(command: &Command, folder: &Path) -> io::Result<Child> {
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(folder.join("log"))?;
    let mut own = Command::new(command.get_program());
    own.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => own.env(name, value),
            None => own.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        own.current_dir(folder);
    }
    own.stdin(Stdio::null())
        .stderr(log.try_clone()?)
        .stdout(log);
    let (started, child) = mpsc::channel();
    STARTER.send((own, started)).map_err(io::Error::other)?;
    child.recv().map_err(io::Error::other)?
}

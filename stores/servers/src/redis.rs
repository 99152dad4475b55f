//! Redis servers: single, with replicas and sentinels, and clusters.
//!
//! `JAM_REDIS_SERVER` names another program than `redis-server`, such as that of Valkey.

use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::process::{Process, free_port};

/// A Redis server of its own, with an append-only file that is flushed for each write.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    options: Vec<String>,
    process: Process,
}

impl RedisServer {
    /// Starts a server with additional options, such as `["--maxmemory", "2mb"]`, and waits until it answers.
    pub async fn start(options: &[&str]) -> io::Result<Self> {
        let port = free_port()?;
        let options: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
        let folder = tempfile::tempdir()?;
        let mut command = command(port, folder.path(), &options);
        let process = Process::start(&mut command, folder)?;
        let server = Self {
            port,
            options,
            process,
        };
        server.wait().await?;
        Ok(server)
    }

    /// Starts a replica of `master`, which it reaches at `port`, and waits until it follows.
    pub async fn replica(master: &Self, port: u16) -> io::Result<Self> {
        let of = format!("127.0.0.1 {port}");
        let replica = Self::start(&["--replicaof", &of]).await?;
        // A replica is called online before the master sends it what is written. Its first acknowledgement, of an
        // offset that is not 0, shows that it follows.
        master.send("SET follows 1").await?;
        let begun = Instant::now();
        loop {
            let info = master.send("INFO replication").await?;
            if info.contains("state=online") && !info.contains("state=online,offset=0,") {
                break;
            }
            if begun.elapsed() > Duration::from_secs(20) {
                return Err(io::Error::other("the replica does not follow the master"));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(replica)
    }

    /// Returns the port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the address.
    pub fn url(&self) -> String {
        url(self.port)
    }

    /// Returns the process, to stop or to kill it.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Starts the server again after a kill, with the data of its file.
    pub async fn restart(&mut self) -> io::Result<()> {
        let mut command = command(self.port, self.process.folder(), &self.options);
        self.process.restart(&mut command)?;
        self.wait().await
    }

    /// Starts the server again after a kill, and does not wait until it has read its data. Reading takes half a
    /// millisecond for each key.
    pub async fn restart_slowly(&mut self) -> io::Result<()> {
        let mut options = self.options.clone();
        let slow = [
            "--key-load-delay",
            "500",
            "--loading-process-events-interval-bytes",
            "1024",
        ];
        options.extend(slow.map(str::to_owned));
        let mut command = command(self.port, self.process.folder(), &options);
        self.process.restart(&mut command)?;
        // It listens before it has read its data.
        let begun = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))
            .await
            .is_err()
        {
            if begun.elapsed() > Duration::from_secs(20) {
                return Err(io::Error::other(self.process.log()));
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(())
    }

    /// Sends a command, such as `"CONFIG SET maxmemory 1mb"`, and returns the beginning of the answer.
    pub async fn send(&self, line: &str) -> io::Result<String> {
        send(self.port, line).await
    }

    async fn wait(&self) -> io::Result<()> {
        wait(self.port, &self.process, |answer| {
            answer.starts_with("+PONG")
        })
        .await
    }
}

/// Waits until the server at `port` answers a PING as `is_ready` says.
async fn wait(port: u16, process: &Process, is_ready: impl Fn(&str) -> bool) -> io::Result<()> {
    let begun = Instant::now();
    loop {
        if let Ok(answer) = send(port, "PING").await
            && is_ready(&answer)
        {
            return Ok(());
        }
        if begun.elapsed() > Duration::from_secs(20) {
            let log = process.log();
            return Err(io::Error::other(format!(
                "redis-server does not answer: {log}"
            )));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Returns the address of a port.
pub fn url(port: u16) -> String {
    format!("redis://127.0.0.1:{port}/")
}

/// Sends a command to the server at `port`.
pub async fn send(port: u16, line: &str) -> io::Result<String> {
    let exchange = async {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        stream.write_all(format!("{line}\r\n").as_bytes()).await?;
        let mut answer = vec![0; 16 * 1024];
        let read = stream.read(&mut answer).await?;
        answer.truncate(read);
        Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    tokio::time::timeout(Duration::from_secs(2), exchange)
        .await
        .map_err(io::Error::other)?
}

fn command(port: u16, folder: &Path, options: &[String]) -> Command {
    let mut command = server_command();
    command
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args([
            "--appendonly",
            "yes",
            "--appendfsync",
            "always",
            "--save",
            "",
        ])
        .arg("--dir")
        .arg(folder)
        .args(options);
    command
}

/// Returns the command of a server that ends with the process that started it.
fn server_command() -> Command {
    let program = std::env::var_os("JAM_REDIS_SERVER");
    let mut command = Command::new("setpriv");
    command
        .args(["--pdeathsig", "KILL"])
        .arg(program.unwrap_or_else(|| "redis-server".into()));
    command
}

/// A cluster of three nodes that share all slots.
#[derive(Debug)]
pub struct RedisCluster {
    /// The nodes.
    pub nodes: Vec<RedisServer>,
}

impl RedisCluster {
    /// Starts a cluster and waits until it is complete.
    pub async fn start() -> io::Result<Self> {
        let mut nodes = Vec::new();
        for _ in 0..3 {
            let options = ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"];
            nodes.push(RedisServer::start(&options).await?);
        }
        let slots = [(0, 5460), (5461, 10922), (10923, 16383)];
        for (node, (first, last)) in nodes.iter().zip(slots) {
            node.send(&format!("CLUSTER ADDSLOTSRANGE {first} {last}"))
                .await?;
            for other in &nodes {
                let port = other.port();
                node.send(&format!("CLUSTER MEET 127.0.0.1 {port} {}", port + 10_000))
                    .await?;
            }
        }
        let begun = Instant::now();
        for node in &nodes {
            while !node
                .send("CLUSTER INFO")
                .await?
                .contains("cluster_state:ok")
                || !node
                    .send("CLUSTER INFO")
                    .await?
                    .contains("cluster_known_nodes:3")
            {
                if begun.elapsed() > Duration::from_secs(30) {
                    return Err(io::Error::other("the Redis cluster does not come up"));
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        Ok(Self { nodes })
    }

    /// Returns the addresses of the nodes.
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(RedisServer::url).collect()
    }
}

/// A master, a replica, and a sentinel that makes the replica the master when the master is gone.
#[derive(Debug)]
pub struct RedisSentinel {
    /// The servers; the first one is the master at the start.
    pub servers: Vec<RedisServer>,
    port: u16,
    _sentinel: Process,
}

impl RedisSentinel {
    /// Starts the servers and waits until the sentinel knows the replica.
    pub async fn start() -> io::Result<Self> {
        let master = RedisServer::start(&["--repl-diskless-sync-delay", "0"]).await?;
        let replica = RedisServer::replica(&master, master.port()).await?;
        let folder = tempfile::tempdir()?;
        let port = free_port()?;
        let file = folder.path().join("sentinel.conf");
        std::fs::write(
            &file,
            format!(
                "port {port}\nbind 127.0.0.1\nsentinel monitor sessions 127.0.0.1 {} 1\n\
                 sentinel down-after-milliseconds sessions 500\n\
                 sentinel failover-timeout sessions 2000\n",
                master.port()
            ),
        )?;
        let mut command = server_command();
        command.arg(&file).arg("--sentinel");
        let sentinel = Process::start(&mut command, folder)?;
        wait(port, &sentinel, |answer| answer.starts_with("+PONG")).await?;
        let begun = Instant::now();
        while !send(port, "SENTINEL MASTER sessions")
            .await?
            .contains("num-slaves\r\n$1\r\n1")
        {
            if begun.elapsed() > Duration::from_secs(20) {
                return Err(io::Error::other("the sentinel does not see the replica"));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(Self {
            servers: vec![master, replica],
            port,
            _sentinel: sentinel,
        })
    }

    /// Returns the port of the sentinel.
    pub fn port(&self) -> u16 {
        self.port
    }
}

//! A TCP proxy that delays, stalls and cuts connections.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::sleep;

/// The treatment of all connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums)]
pub enum Fault {
    /// Bytes pass.
    None,
    /// Each piece of an answer comes later.
    Delay(Duration),
    /// No byte of an answer passes; the connections stay open.
    Stall,
    /// No byte of an answer passes on the present connections. New ones work.
    StallPresent,
    /// The connection is cut after this number of bytes of answers.
    CutAfter(usize),
    /// Every connection is cut, and new ones are cut at once.
    Cut,
}

/// A proxy in front of a server.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    fault: Arc<watch::Sender<Fault>>,
}

impl Proxy {
    /// Starts a proxy on a free loopback port in front of the server on `port`.
    pub async fn start(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let fault = Arc::new(watch::Sender::new(Fault::None));
        let sender = Arc::clone(&fault);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, port, sender.subscribe()));
            }
        });
        Ok(Self { address, fault })
    }

    /// Returns the port of the proxy.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Treats all connections, also the present ones, in this way from now on.
    pub fn set(&self, fault: Fault) {
        self.fault.send_replace(fault);
    }
}

async fn pass(client: TcpStream, port: u16, fault: watch::Receiver<Fault>) {
    if *fault.borrow() == Fault::Cut {
        return;
    }
    let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else {
        return;
    };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let is_new = *fault.borrow() == Fault::StallPresent;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let mut cut = fault.clone();
    tokio::select! {
        () = requests(from_client, to_server) => {}
        () = answers(from_server, to_client, fault, is_new) => {}
        _ = cut.wait_for(|fault| *fault == Fault::Cut) => {}
    }
}

async fn requests(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    let _ = tokio::io::copy(&mut from, &mut to).await;
}

async fn answers(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut fault: watch::Receiver<Fault>,
    is_new: bool,
) {
    let mut bytes = [0; 16 * 1024];
    let mut passed = 0;
    loop {
        let Ok(read @ 1..) = from.read(&mut bytes).await else {
            return;
        };
        let present = *fault.borrow_and_update();
        let piece = &bytes[..read];
        match present {
            Fault::None | Fault::Cut => {}
            Fault::StallPresent if is_new => {}
            Fault::StallPresent => std::future::pending().await,
            Fault::Delay(delay) => sleep(delay).await,
            Fault::Stall => {
                if fault
                    .wait_for(|fault| *fault != Fault::Stall)
                    .await
                    .is_err()
                {
                    return;
                }
            }
            Fault::CutAfter(most) => {
                let left = most.saturating_sub(passed);
                if piece.len() >= left {
                    let _ = to.write_all(&piece[..left]).await;
                    return;
                }
            }
        }
        passed += piece.len();
        if to.write_all(piece).await.is_err() {
            return;
        }
    }
}

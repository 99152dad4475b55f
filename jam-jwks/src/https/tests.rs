//! The client against servers on this machine, with names that no resolver of a system knows.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;

/// Answers each question with the next list of addresses. The last one stays.
struct Answers(Mutex<VecDeque<Vec<IpAddr>>>);

impl Answers {
    fn new<'a>(answers: impl IntoIterator<Item = &'a [&'a str]>) -> Arc<Self> {
        let answers = answers.into_iter().map(|answer| {
            let addresses = answer.iter().map(|address| address.parse());
            addresses.collect::<Result<Vec<_>, _>>().expect("addresses")
        });
        Arc::new(Self(Mutex::new(answers.collect())))
    }
}

impl Resolve for Answers {
    fn resolve(&self, _host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let mut answers = self.0.lock().expect("no panic");
        let answer = match answers.len() {
            1 => answers.front().cloned(),
            _ => answers.pop_front(),
        };
        Box::pin(std::future::ready(Ok(answer.unwrap_or_default())))
    }
}

/// A server with a certificate for `id.test`, by a root of its own.
struct Server {
    port: u16,
    root: String,
    connections: Arc<AtomicUsize>,
}

async fn server() -> Server {
    let mut root = rcgen::CertificateParams::new(Vec::new()).expect("parameters");
    root.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root_key = rcgen::KeyPair::generate().expect("a key");
    let root = rcgen::CertifiedIssuer::self_signed(root, root_key).expect("a root");
    let key = rcgen::KeyPair::generate().expect("a key");
    let own = rcgen::CertificateParams::new(vec!["id.test".to_owned()]).expect("parameters");
    let certificate = own.signed_by(&key, &root).expect("a certificate");
    let tls = ServerConfig::builder_with_provider(Arc::new(provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).expect("a key"),
        )
        .expect("a configuration");
    let tls = TlsAcceptor::from(Arc::new(tls));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            let tls = tls.clone();
            tokio::spawn(async move {
                // A client that does not trust the certificate ends the handshake.
                if let Ok(stream) = tls.accept(stream).await {
                    answer(stream).await;
                }
            });
        }
    });
    Server {
        port,
        root: root.pem(),
        connections,
    }
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let mut request = [0; 1024];
    let read = stream.read(&mut request).await.expect("a request");
    let request = String::from_utf8_lossy(&request[..read]);
    assert!(request.starts_with("GET /keys HTTP/1.1\r\n"), "{request}");
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    stream
        .write_all(answer.as_bytes())
        .await
        .expect("an answer");
    // The client may be gone.
    drop(stream.shutdown().await);
}

impl Server {
    fn client(&self, addresses: Addresses, dns: Arc<dyn Resolve>) -> HttpsClient {
        HttpsClient::resolving(addresses, &[self.root.as_bytes()], dns).expect("a client")
    }

    async fn fetch(&self, client: &HttpsClient, origin: &str) -> Result<Bytes, String> {
        let uri = format!("{origin}:{}/keys", self.port)
            .parse()
            .expect("a URI");
        client.fetch(&uri).await.map_err(|error| error.to_string())
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn documents_are_fetched_over_tls_from_a_trusted_server() {
    let server = server().await;
    let dns = Answers::new([&["127.0.0.1"][..]]);
    let client = server.client(Addresses::Loopback, dns.clone());
    let fetched = server.fetch(&client, "https://id.test").await;
    assert_eq!(fetched.as_deref(), Ok(b"{}".as_slice()));
    // A certificate for another name, and a root that is not trusted.
    let error = server
        .fetch(&client, "https://other.test")
        .await
        .expect_err("another name");
    assert!(error.contains("certificate"), "{error}");
    let client = HttpsClient::resolving(Addresses::Loopback, &[], dns).expect("a client");
    let error = server
        .fetch(&client, "https://id.test")
        .await
        .expect_err("no root");
    assert!(error.contains("certificate"), "{error}");
}

#[tokio::test]
async fn an_answer_of_dns_that_changes_leads_nowhere_else() {
    let server = server().await;
    for (addresses, answers) in [
        (Addresses::Public, &["127.0.0.1"][..]),
        (
            Addresses::Public,
            &["10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1"],
        ),
        (
            Addresses::Private,
            &["127.0.0.1", "169.254.169.254", "fd00:ec2::254"],
        ),
        (Addresses::Loopback, &["169.254.169.254", "10.0.0.1"]),
        (Addresses::Public, &[]),
    ] {
        let client = server.client(addresses, Answers::new([answers]));
        let error = server
            .fetch(&client, "https://id.test")
            .await
            .expect_err("refused");
        assert!(
            error.contains("no address that may be connected to"),
            "{error}"
        );
    }
    assert_eq!(server.connections(), 0);
    // The second answer is another one. It is checked as the first one was.
    let dns = Answers::new([&["127.0.0.1"][..], &["169.254.169.254"], &["127.0.0.1"]]);
    let client = server.client(Addresses::Loopback, dns);
    assert!(server.fetch(&client, "https://id.test").await.is_ok());
    assert!(server.fetch(&client, "https://id.test").await.is_err());
    assert!(server.fetch(&client, "https://id.test").await.is_ok());
    assert_eq!(server.connections(), 2);
    // Of several addresses, the allowed ones alone are used.
    let dns = Answers::new([&["169.254.169.254", "127.0.0.1"][..]]);
    let client = server.client(Addresses::Loopback, dns);
    assert!(server.fetch(&client, "https://id.test").await.is_ok());
}

#[tokio::test]
async fn addresses_in_the_place_of_names_are_checked_too() {
    let server = server().await;
    let client = server.client(Addresses::Public, Arc::new(SystemDns));
    for host in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        // Other ways to write 127.0.0.1, which resolvers understand.
        "2130706433",
        "0x7f.0.0.1",
        "127.1",
    ] {
        for scheme in ["https", "http"] {
            let fetched = server.fetch(&client, &format!("{scheme}://{host}")).await;
            assert!(fetched.is_err(), "{host}");
        }
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_root_certificate_is_pem() {
    for root in [
        &b""[..],
        b"no certificate",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        let error = HttpsClient::with_roots(Addresses::Public, &[root]).map(drop);
        assert!(error.expect_err("not valid").to_string().contains("PEM"));
    }
}

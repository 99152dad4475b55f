//! The client that comes with the crate.

use std::error::Error as _;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{ACCEPT, USER_AGENT};
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioExecutor;
use jam_core::base::decision::BoxFuture;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::addresses::Addresses;
use crate::error::JwksError;
use crate::fetch::{Fetch, FetchError, LONGEST};

/// A client over https, with the root certificates of Mozilla.
///
/// It connects only to [`Addresses`] that are allowed, and checks the address that it connects to, so a DNS
/// answer that changes after the check has no effect. It follows no redirect and reads at most 256 KiB.
#[derive(Clone)]
pub struct HttpsClient {
    client: Client<HttpsConnector<HttpConnector<CheckedDns>>, Empty<Bytes>>,
    addresses: Addresses,
}

impl HttpsClient {
    /// Makes a client that connects to these addresses.
    ///
    /// # Errors
    ///
    /// [`JwksError`] if the cryptography does not work on this processor.
    pub fn new(addresses: Addresses) -> Result<Self, JwksError> {
        Self::with_roots(addresses, &[])
    }

    /// Makes a client that also trusts the root certificates in these PEM texts, such as the one of a company.
    ///
    /// # Errors
    ///
    /// [`JwksError`] if a text has no certificate, or if the cryptography does not work on this processor.
    pub fn with_roots(addresses: Addresses, roots: &[&[u8]]) -> Result<Self, JwksError> {
        Self::resolving(addresses, roots, Arc::new(SystemDns))
    }

    pub(crate) fn resolving(
        addresses: Addresses,
        roots: &[&[u8]],
        dns: Arc<dyn Resolve>,
    ) -> Result<Self, JwksError> {
        jam_core::key::check_processor().map_err(|why| JwksError::new(why.to_string()))?;
        let mut store = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.into(),
        };
        for pem in roots {
            let before = store.len();
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let added = certificate
                    .ok()
                    .and_then(|certificate| store.add(certificate).ok());
                added.ok_or_else(|| JwksError::new("a root certificate is not valid PEM"))?;
            }
            if store.len() == before {
                return Err(JwksError::new("a root certificate is not valid PEM"));
            }
        }
        // Explicit, because the default of the process may be another one, or none.
        let tls = ClientConfig::builder_with_provider(Arc::new(provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| JwksError::new(error.to_string()))?
            .with_root_certificates(store)
            .with_no_client_auth();
        let mut http = HttpConnector::new_with_resolver(CheckedDns { addresses, dns });
        http.enforce_http(false);
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        // Keys are fetched rarely, and each connection goes to an address that was checked for it.
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .build(https);
        Ok(Self { client, addresses })
    }
}

#[cfg(feature = "asymmetric")]
fn provider() -> CryptoProvider {
    rustls::crypto::aws_lc_rs::default_provider()
}

#[cfg(not(feature = "asymmetric"))]
fn provider() -> CryptoProvider {
    rustls_graviola::default_provider()
}

impl Fetch for HttpsClient {
    fn fetch<'a>(&'a self, uri: &'a Uri) -> BoxFuture<'a, Result<Bytes, FetchError>> {
        Box::pin(async move {
            // The connector asks no resolver for an address in the place of a name.
            let host = uri.host().unwrap_or_default();
            let literal = host.trim_start_matches('[').trim_end_matches(']').parse();
            if let Ok(address) = literal
                && !self.addresses.allow(address)
            {
                return Err(FetchError::new(forbidden(host, &[address])));
            }
            let request = Request::get(uri)
                .header(ACCEPT, "application/json")
                .header(USER_AGENT, concat!("jam/", env!("CARGO_PKG_VERSION")))
                .body(Empty::new())
                .map_err(|error| FetchError::new(error.to_string()))?;
            let response = self.client.request(request).await;
            let response = response.map_err(|error| FetchError::new(whole(&error)))?;
            match response.status() {
                StatusCode::OK => {}
                status if status.is_redirection() => {
                    let why = format!("the answer is a redirect ({status}), which is not followed");
                    return Err(FetchError::new(why));
                }
                status => {
                    return Err(FetchError::new(format!(
                        "the answer has the status {status}"
                    )));
                }
            }
            let body = Limited::new(response.into_body(), LONGEST).collect().await;
            let body =
                body.map_err(
                    |error| match error.is::<http_body_util::LengthLimitError>() {
                        true => FetchError::new("the answer is longer than 256 KiB"),
                        false => FetchError::new(error.to_string()),
                    },
                )?;
            Ok(body.to_bytes())
        })
    }
}

/// Returns the text of an error and of its causes.
fn whole(error: &hyper_util::client::legacy::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

fn forbidden(host: &str, found: &[IpAddr]) -> String {
    format!(
        "{host} has no address that may be connected to ({found:?}); for an issuer in the same network add \
         .addresses(Addresses::Private)"
    )
}

/// Finds the addresses of a host.
pub(crate) trait Resolve: Send + Sync + 'static {
    fn resolve(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The resolver of the system.
struct SystemDns;

impl Resolve for SystemDns {
    fn resolve(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let host = host.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// A resolver that returns the allowed addresses alone.
#[derive(Clone)]
struct CheckedDns {
    addresses: Addresses,
    dns: Arc<dyn Resolve>,
}

impl tower_service::Service<Name> for CheckedDns {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, host: Name) -> Self::Future {
        let (addresses, found) = (self.addresses, self.dns.resolve(host.as_str()));
        Box::pin(async move {
            let found = found.await?;
            let allowed: Vec<_> = found
                .iter()
                .filter(|address| addresses.allow(**address))
                .map(|address| SocketAddr::new(*address, 0))
                .collect();
            match allowed.is_empty() {
                true => Err(io::Error::other(forbidden(host.as_str(), &found))),
                false => Ok(allowed.into_iter()),
            }
        })
    }
}

impl fmt::Debug for HttpsClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpsClient")
            .field("addresses", &self.addresses)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

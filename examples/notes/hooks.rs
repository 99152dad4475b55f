//! Calls from other services, which authenticate by a signature of the body.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The secret that the other service uses to sign.
#[derive(Clone)]
pub(crate) struct Webhooks(Hmac<Sha256>);

impl Webhooks {
    pub(crate) fn new(secret: &str) -> Self {
        Self(Hmac::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length"))
    }

    /// Verifies `Stripe-Signature: t=<seconds>,v1=<hex of HMAC-SHA-256 over "t.body">`.
    fn verify(&self, signature: &str, body: &[u8]) -> Option<()> {
        let field = |name| {
            signature
                .split(',')
                .find_map(|field| field.strip_prefix(name))
        };
        let (time, signed) = (field("t=")?, field("v1=")?);
        // An old call is rejected, because an attacker could replay a recorded call.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
        if now.abs_diff(time.parse().ok()?) > 5 * 60 {
            return None;
        }
        let signed = u128::from_str_radix(signed.get(..32)?, 16)
            .ok()
            .zip(u128::from_str_radix(signed.get(32..)?, 16).ok())
            .map(|(high, low)| [high.to_be_bytes(), low.to_be_bytes()].concat())?;
        let mac = self
            .0
            .clone()
            .chain_update(time)
            .chain_update(b".")
            .chain_update(body);
        mac.verify_slice(&signed).ok()
    }
}

pub(crate) async fn stripe(
    State(webhooks): State<Webhooks>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let signature = headers
        .get("stripe-signature")
        .and_then(|value| value.to_str().ok());
    match signature.and_then(|signature| webhooks.verify(signature, &body)) {
        Some(()) => StatusCode::NO_CONTENT,
        None => StatusCode::FORBIDDEN,
    }
}

//! Verification of tokens.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::accepted::AcceptedHeaders;
use super::compact::Compact;
use super::jwt::PLAIN_TYPE;
use super::key::VerifyingKey;
use super::{header, same_type};
use crate::base::error::TokenFault;
use crate::claims::{self, Claims, Parties, RegisteredClaims, Time};
use crate::payload::{Payload, kind};

/// Seconds by which a token may have been issued in the future.
const ISSUED_EARLY: u64 = 5;

/// Seconds from one warning to the next.
const WARNED_EVERY: u64 = 60;

/// The verifier of tokens, with its policy.
pub(super) struct Verifier {
    pub(super) key: VerifyingKey,
    /// The encoded header of the application's own tokens.
    pub(super) own_header: String,
    /// Other headers that were accepted.
    pub(super) accepted: AcceptedHeaders,
    /// The time of the last warning, or 0.
    pub(super) warned: AtomicU64,
    pub(super) max_lifetime: u64,
    pub(super) leeway: u64,
    /// The issuer and the audience that tokens must name.
    pub(super) parties: Option<Arc<Parties>>,
    pub(super) typ: String,
}

impl Verifier {
    /// Returns the claims of a valid token.
    #[inline]
    pub(super) fn verify<P: Payload>(
        &self,
        text: &[u8],
        now: u64,
    ) -> Result<Claims<P>, TokenFault> {
        if P::KIND.is_some()
            && let Err(clash) = kind::claim::<P>()
        {
            tracing::error!(target: "jam", "a token is not read: {clash}");
            return Err(TokenFault::Type);
        }
        let compact = Compact::parse(text, &self.own_header)?;
        // Our own header, byte for byte, or one that was accepted before.
        let is_own = P::TOKEN_TYPE.is_none() && compact.header == self.own_header.as_bytes();
        let known =
            is_own && !cfg!(jam_plain) || self.accepted.holds(compact.header, P::TOKEN_TYPE);
        if !known {
            self.judge_header(compact.header, P::TOKEN_TYPE)?;
        }
        compact.verified_payload(&self.key, |json| {
            if !known {
                // After the signature was verified, so that only a holder of the key can fill the cache.
                self.accepted.add(compact.header, P::TOKEN_TYPE);
            }
            let mut registered = RegisteredClaims::default();
            let payload = match claims::read(json, self.parties.as_ref(), &mut registered) {
                Ok(payload) => payload,
                Err(fault) => {
                    if fault == TokenFault::Claims {
                        self.warn_unreadable::<P>(json, now);
                    }
                    return Err(fault);
                }
            };
            self.judge(&registered, now)?;
            Ok(Claims {
                registered,
                payload,
            })
        })
    }

    /// Checks the header of a token. `own_type` is the token type of the payload, if it has one.
    pub(super) fn judge_header(
        &self,
        encoded: &[u8],
        own_type: Option<&str>,
    ) -> Result<(), TokenFault> {
        let header = header::read(encoded)?;
        if header.alg != self.key.algorithm_name() {
            return Err(TokenFault::Header);
        }
        match (&header.kid, self.key.name()) {
            (None, _) => {}
            (Some(asked), Some(name)) if asked == name => {}
            (Some(_), _) => return Err(TokenFault::Key),
        }
        // Otherwise the payload's tokens could not be told from all others.
        if own_type.is_some_and(|own| same_type(&self.typ, own)) {
            return Err(TokenFault::Type);
        }
        let wanted = own_type.unwrap_or(&self.typ);
        match header.typ {
            Some(typ) if same_type(&typ, wanted) => Ok(()),
            None if wanted == PLAIN_TYPE => Ok(()),
            _ => Err(TokenFault::Type),
        }
    }

    #[inline]
    pub(super) fn judge(&self, registered: &RegisteredClaims, now: u64) -> Result<(), TokenFault> {
        let (late, early) = (
            now.saturating_sub(self.leeway),
            now.saturating_add(self.leeway),
        );
        if registered.expires_at <= late {
            return Err(TokenFault::Expired);
        }
        // RFC 7519 does not require this check, and the issuer's clock may be ahead by some seconds.
        let nearly = early.max(now.saturating_add(ISSUED_EARLY));
        let issued = registered.issued_at.max(registered.auth_time);
        let is_after = |time: Option<Time>, limit| time.is_some_and(|time| time.seconds() > limit);
        if is_after(registered.not_before, early) || is_after(issued, nearly) {
            return Err(TokenFault::NotYetValid);
        }
        let issued_at = registered.issued_at().unwrap_or(now);
        if registered.expires_at.saturating_sub(issued_at) > self.max_lifetime {
            return Err(TokenFault::Lifetime);
        }
        // Such a token would never be valid.
        if registered.not_before() >= Some(registered.expires_at) {
            return Err(TokenFault::Claims);
        }
        // Most tokens name the same issuer and audience as our own.
        if registered.parties == self.parties {
            return Ok(());
        }
        let nobody = Parties::default();
        let named = registered.parties.as_deref().unwrap_or(&nobody);
        let own = self.parties.as_deref().unwrap_or(&nobody);
        if own.issuer.is_some() && named.issuer != own.issuer {
            return Err(TokenFault::Issuer);
        }
        let audience = named.audience.as_slice();
        let ours = match own.audience.as_slice() {
            [] => audience.is_empty(),
            [own, ..] => audience.contains(own),
        };
        if !ours {
            return Err(TokenFault::Audience);
        }
        Ok(())
    }

    /// Logs, at most once a minute, why signed claims do not read as a `P`.
    #[cold]
    fn warn_unreadable<P: Payload>(&self, json: &[u8], now: u64) {
        let warned = self.warned.load(Ordering::Relaxed);
        let is_due = warned == 0 || now.saturating_sub(warned) >= WARNED_EVERY;
        if !is_due {
            return;
        }
        // Of several requests at the same time, one logs the warning.
        let mine =
            self.warned
                .compare_exchange(warned, now.max(1), Ordering::Relaxed, Ordering::Relaxed);
        if mine.is_ok() {
            tracing::warn!(
                target: "jam",
                payload = %kind::name::<P>(),
                "a token with a good signature does not read as the payload: {}",
                claims::culprit::<P>(json)
            );
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

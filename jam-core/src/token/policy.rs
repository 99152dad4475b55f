//! The conditions that a token must meet besides its signature.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{profile, same_type};
use crate::base::error::TokenFault;
use crate::claims::{Parties, RegisteredClaims, Time};

/// Seconds by which a token may have been issued in the future.
const ISSUED_EARLY: u64 = 5;

/// The `typ` of a token without a special purpose (RFC 7519 section 5.1).
pub(super) const PLAIN_TYPE: &str = "JWT";

/// The conditions as they are configured.
#[derive(Clone)]
pub(super) struct Policy {
    pub(super) max_lifetime: u64,
    pub(super) leeway: u64,
    pub(super) issuer: Option<String>,
    pub(super) audience: Option<String>,
    pub(super) typ: String,
    /// Tokens have the profile of RFC 9068.
    pub(super) is_access_token: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            max_lifetime: u64::MAX,
            leeway: 0,
            issuer: None,
            audience: None,
            typ: PLAIN_TYPE.to_owned(),
            is_access_token: false,
        }
    }
}

impl Policy {
    /// Returns the mistakes, each with the name of its setting.
    pub(super) fn faults(&self) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        if self.leeway > 60 {
            faults.push((
                "leeway",
                "clocks may differ by 60 seconds at most".to_owned(),
            ));
        }
        for (setting, text) in [("issuer", &self.issuer), ("audience", &self.audience)] {
            if self.is_access_token && text.is_none() {
                let why = "an access token names it (RFC 9068 section 4)";
                faults.push((setting, why.to_owned()));
            }
        }
        for (setting, text) in [
            ("issuer", self.issuer.as_deref()),
            ("audience", self.audience.as_deref()),
            ("token_type", Some(self.typ.as_str())),
        ] {
            if text.is_some_and(str::is_empty) {
                faults.push((setting, "it must not be empty".to_owned()));
            }
        }
        faults
    }

    pub(super) fn ready(self) -> ReadyPolicy {
        let parties = Parties {
            issuer: self.issuer.map(Into::into),
            subject: None,
            audience: self.audience.map(SmolStr::from).into(),
        };
        ReadyPolicy {
            max_lifetime: self.max_lifetime,
            leeway: self.leeway,
            parties: parties.shared(None),
            typ: self.typ,
            is_access_token: self.is_access_token,
        }
    }
}

/// The conditions in the form that a verifier uses.
pub(super) struct ReadyPolicy {
    max_lifetime: u64,
    leeway: u64,
    /// The issuer and the audience that tokens must name.
    pub(super) parties: Option<Arc<Parties>>,
    pub(super) typ: String,
    is_access_token: bool,
}

impl ReadyPolicy {
    /// Checks `typ`. `own_type` is the token type of the payload, if it has one.
    pub(super) fn check_type(
        &self,
        typ: Option<&str>,
        own_type: Option<&str>,
    ) -> Result<(), TokenFault> {
        // Otherwise the payload's tokens could not be told from all others.
        if own_type.is_some_and(|own| same_type(&self.typ, own)) {
            return Err(TokenFault::Type);
        }
        let wanted = own_type.unwrap_or(&self.typ);
        match typ {
            Some(typ) if same_type(typ, wanted) => Ok(()),
            None if wanted == PLAIN_TYPE => Ok(()),
            _ => Err(TokenFault::Type),
        }
    }

    /// Checks the claims of an access token (RFC 9068 section 2.2), if the policy asks for them.
    #[inline]
    pub(super) fn check_profile(&self, json: &[u8]) -> Result<(), TokenFault> {
        match self.is_access_token {
            true => profile::check(json),
            false => Ok(()),
        }
    }

    /// Checks the times and the parties of a token at `now`.
    #[inline]
    pub(super) fn check(&self, registered: &RegisteredClaims, now: u64) -> Result<(), TokenFault> {
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
        let none = Parties::default();
        let named = registered.parties.as_deref().unwrap_or(&none);
        let own = self.parties.as_deref().unwrap_or(&none);
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
}

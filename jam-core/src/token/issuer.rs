//! Issuing of tokens.

use std::fmt;
use std::sync::Arc;

use super::keys::{Known, Signer};
use super::signed::Token;
use super::{compact, header, same_type};
use crate::base::error::{Error, ErrorKind};
use crate::base::random;
use crate::claims::{self, Claims, Parties, RegisteredClaims, read_back};
use crate::payload::{Payload, kind};

/// The issuer of an application's own tokens.
pub(super) struct Issuer {
    /// Seconds from issue to expiry.
    pub(super) lifetime: u64,
    /// The issuer and the audience that the tokens name.
    pub(super) parties: Option<Arc<Parties>>,
    pub(super) typ: String,
}

impl Issuer {
    /// Makes claims around `payload`, issued at `now`.
    pub(super) fn claims<P: Payload>(&self, payload: P, now: u64) -> Claims<P> {
        Claims {
            registered: RegisteredClaims {
                expires_at: now.saturating_add(self.lifetime),
                not_before: None,
                issued_at: Some(now.into()),
                // If the generator failed, `sign` tries again or returns an error.
                token_id: random::text::<16>().map(Into::into),
                auth_time: None,
                parties: self.parties.clone(),
            },
            payload,
        }
    }

    /// Signs claims at `now` with the key that signs.
    pub(super) fn sign<P: Payload>(
        &self,
        known: &Known,
        claims: &Claims<P>,
        now: u64,
    ) -> Result<Token, Error> {
        let Some(signer) = &known.signer else {
            return Err(Error::because(ErrorKind::Payload, NO_KEY_SIGNS));
        };
        // Otherwise the token could be valid for longer than its key verifies.
        let expires_at = claims.registered.expires_at;
        if known
            .longest_lifetime
            .is_some_and(|longest| expires_at > now.saturating_add(longest))
        {
            return Err(Error::because(ErrorKind::Payload, OUTLIVES_ITS_KEY));
        }
        let json = match claims.registered.token_id {
            Some(_) => serde_json::to_vec(claims),
            None => {
                let mut claims = claims.clone();
                let token_id = random::text::<16>().ok_or_else(|| Error::new(ErrorKind::Random))?;
                claims.registered.token_id = Some(token_id.into());
                serde_json::to_vec(&claims)
            }
        };
        let json = json.map_err(|error| Error::because(ErrorKind::Payload, error))?;
        if P::KIND.is_some() {
            kind::claim::<P>()?;
        }
        // Otherwise a payload without a kind could be read from this token.
        if let Some(typ) = P::TOKEN_TYPE
            && same_type(&self.typ, typ)
        {
            return Err(Error::because(ErrorKind::Payload, KIND_IS_COMMON));
        }
        if read_back::is_due::<P>() {
            self.read_back(&json, &claims.payload)?;
        }
        let Signer { key, header } = signer;
        let text = match P::TOKEN_TYPE {
            Some(typ) => compact::sign(key, &header::of(key, typ), &json)?,
            None => compact::sign(key, header, &json)?,
        };
        Ok(Token {
            text,
            expires_at,
            issued_at: claims.registered.issued_at().unwrap_or(0),
        })
    }

    /// Returns an error if the claims would not be accepted.
    fn read_back<P: Payload>(&self, json: &[u8], written: &P) -> Result<(), Error> {
        let mut registered = RegisteredClaims::default();
        let read = claims::read::<P>(json, self.parties.as_ref(), &mut registered);
        read_back::check(written, read.map_err(|_| claims::culprit::<P>(json)))
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer")
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

const NO_KEY_SIGNS: &str = "the ring has no current key: every key is revoked or stands by";

const OUTLIVES_ITS_KEY: &str = "the token would live for longer than the token lifetime of the ring, after \
                                which its key may verify no longer";

const KIND_IS_COMMON: &str = "its kind makes the `typ` that `Jwt::token_type` gives to payloads without \
                              a kind: choose another name for one of the two";

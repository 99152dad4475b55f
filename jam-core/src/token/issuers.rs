//! Issuers other than the application.

use std::fmt;

use serde::Deserialize;

use super::compact::Compact;
use super::verifier::Verifier;
use crate::backend::BackendId;

/// The issuers whose tokens the application accepts, each with its verifier.
#[derive(Default)]
pub struct Issuers(Vec<(BackendId, Verifier)>);

impl Issuers {
    /// Adds an issuer, which rules name as the backend `id`.
    pub fn add(&mut self, id: BackendId, verifier: Verifier) {
        self.0.push((id, verifier));
    }

    /// Returns `true` if no issuer was added.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the verifier of the issuer.
    #[inline]
    pub fn verifier(&self, id: BackendId) -> Option<&Verifier> {
        let mut all = self.0.iter();
        all.find(|(known, _)| *known == id)
            .map(|(_, verifier)| verifier)
    }

    /// Returns the names of the issuers as backends.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(id, _)| id.name())
    }
}

/// Returns `iss` of a token that is not verified yet. Only the verifier that it chooses decides about the
/// token, and checks `iss` again.
pub(crate) fn unverified_issuer(token: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Issued {
        iss: String,
    }

    let compact = Compact::parse(token, "").ok()?;
    let read = compact.payload(|json| Ok(serde_json::from_slice::<Issued>(json)));
    Some(read.ok()?.ok()?.iss)
}

impl fmt::Debug for Issuers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

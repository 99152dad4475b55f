//! Keys: shared secrets and public keys, each with one algorithm.
//!
//! Each key holds its own parsed form, so nothing depends on a provider of the process, which another
//! crate may have chosen or left unchosen.
//!
//! Uses [`base`](crate::base) and [`claims`](crate::claims).

mod algorithm;
#[cfg(feature = "asymmetric")]
mod aws_lc;
#[cfg(feature = "public-keys")]
mod der;
#[cfg(feature = "public-keys")]
mod edwards;
mod error;
// With both features AWS-LC is used, and a test compares the two.
#[cfg(all(feature = "graviola", any(test, not(feature = "asymmetric"))))]
mod graviola;
pub(crate) mod hmac;
#[cfg(feature = "jsonwebtoken")]
mod jsonwebtoken;
mod jwk;
#[cfg(feature = "public-keys")]
mod private;
#[cfg(feature = "public-keys")]
mod public;
mod public_key;
mod published;
mod set;
mod signing;
mod source;
#[cfg(test)]
pub(crate) mod tests;
#[cfg(all(any(test, fuzzing), feature = "public-keys"))]
pub(crate) mod twins;
mod verifying;

/// Returns an error if the implementation of public keys does not support this processor.
///
/// # Errors
///
/// [`KeyError`] with graviola on a processor without the instructions that it needs.
#[cfg(feature = "public-keys")]
#[doc(hidden)] // for the crate of remote keys
pub fn check_processor() -> Result<(), KeyError> {
    #[cfg(not(feature = "asymmetric"))]
    graviola::check_processor()?;
    Ok(())
}

pub use algorithm::Algorithm;
pub use error::KeyError;
pub use set::KeySet;
pub use signing::SigningKey;
pub use source::{KeySource, KeysNow};
pub use verifying::VerifyingKey;

//! A check of a payload before it is issued: the payload is written and read back, and the two must
//! be the same caller.

use crate::base::error::{Error, ErrorKind};
use crate::claims;
use crate::payload::{Payload, Role};

/// Returns `true` if a payload `P` must be read back before it is issued.
///
/// Debug builds read back every payload. Release builds read back only payloads that accept any
/// members, such as a struct that flattens a map: the map may write a field that the struct leaves
/// out.
pub(crate) fn is_due<P: Payload>() -> bool {
    cfg!(debug_assertions) || !claims::shape::<P>().is_struct
}

/// Compares a payload with the result of reading it back.
///
/// # Errors
///
/// [`ErrorKind::Payload`] if `read` is an error or another caller.
pub(crate) fn check<P: Payload>(written: &P, read: Result<P, String>) -> Result<(), Error> {
    let why = match read {
        Err(why) => format!("it does not read back as it was written: {why}"),
        Ok(read) if read.subject() != written.subject() => changed("subject"),
        Ok(read) if read.scopes() != written.scopes() => changed("scopes"),
        Ok(read) if !have_the_same_roles(written, &read) => changed("roles"),
        Ok(_) => return Ok(()),
    };
    Err(Error::because(ErrorKind::Payload, why))
}

fn have_the_same_roles<P: Payload>(written: &P, read: &P) -> bool {
    let mut all = P::Role::ALL.iter();
    all.all(|role| written.has_role(*role) == read.has_role(*role))
}

fn changed(what: &str) -> String {
    format!("its {what} change when it is written and read")
}

//! Reads a payload back before it is issued, and refuses it if another caller comes out.

use crate::base::error::{Error, ErrorKind};
use crate::claims;
use crate::payload::{Payload, Role};

/// Returns `true` if a `P` is to be read back before it is issued.
///
/// Debug builds read each one. Release builds read those that take whatever members there are, such
/// as a struct that flattens a map: what one field leaves out another one may have written.
pub(crate) fn is_due<P: Payload>() -> bool {
    cfg!(debug_assertions) || !claims::shape::<P>().is_struct
}

/// Refuses to issue `written` if `read`, the outcome of reading it back, is another caller, or an
/// error.
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

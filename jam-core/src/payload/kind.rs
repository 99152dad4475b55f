//! The kinds of payloads in this program. Each kind belongs to one type.

use std::any::{TypeId, type_name};
use std::collections::HashMap;
use std::fmt::{self, Display};
use std::sync::{PoisonError, RwLock};

use crate::base::error::{Error, ErrorKind};
use crate::payload::Payload;

/// The type of each kind that was used.
static OWNERS: RwLock<Option<Owners>> = RwLock::new(None);

type Owners = HashMap<&'static str, (TypeId, &'static str)>;

/// The error for two types with the same kind.
#[derive(Clone, Copy, Debug)]
pub struct Clash {
    kind: &'static str,
    first: &'static str,
    second: &'static str,
}

impl Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            kind,
            first,
            second,
        } = self;
        write!(f, "`{first}` and ")?;
        match first == second {
            true => f.write_str("another type of that name")?,
            false => write!(f, "`{second}`")?,
        }
        write!(
            f,
            " have the same kind, {kind:?}: give each one of its own, `#[jam(kind = \"..\")]`"
        )
    }
}

impl std::error::Error for Clash {}

impl From<Clash> for Error {
    fn from(clash: Clash) -> Self {
        Self::because(ErrorKind::Payload, clash)
    }
}

/// Records that the kind of `P` belongs to `P`.
///
/// # Errors
///
/// [`Clash`] if the kind belongs to another type.
pub fn claim<P: Payload>() -> Result<(), Clash> {
    claim_for(P::kind(), TypeId::of::<P>(), type_name::<P>())
}

fn claim_for(kind: &'static str, own: TypeId, name: &'static str) -> Result<(), Clash> {
    let known = OWNERS.read().unwrap_or_else(PoisonError::into_inner);
    let mut owner = known.as_ref().and_then(|owners| owners.get(kind)).copied();
    drop(known);
    if owner.is_none() {
        let mut owners = OWNERS.write().unwrap_or_else(PoisonError::into_inner);
        let owners = owners.get_or_insert_default();
        owner = Some(*owners.entry(kind).or_insert((own, name)));
    }
    match owner {
        Some((id, first)) if id != own => Err(Clash {
            kind,
            first,
            second: name,
        }),
        _ => Ok(()),
    }
}

/// Returns the kind as text for people. A type is written without its path, such as
/// `Context<Account>`.
pub fn name<P: Payload>() -> String {
    P::KIND.map_or_else(|| without_paths(type_name::<P>()), str::to_owned)
}

/// Removes the paths from the name of a type: `a::b::User<c::D>` becomes `User<D>`.
pub fn without_paths(name: &str) -> String {
    let parts = name.split_inclusive(['<', '>', ',', ' ', '(', ')', '[', ']', '&', ';']);
    parts
        .map(|part| part.rsplit("::").next().unwrap_or(part))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::any::TypeId;

    use super::{claim_for, without_paths};

    #[test]
    fn a_kind_belongs_to_the_type_that_used_it_first() {
        let (one, other) = (TypeId::of::<u8>(), TypeId::of::<u16>());
        let claim = |id, name| claim_for("kind of this test", id, name);
        assert!(claim(one, "a::One").is_ok());
        assert!(claim(one, "a::One").is_ok());
        let clash = claim(other, "b::Other")
            .expect_err("it has another owner")
            .to_string();
        assert!(
            clash.starts_with("`a::One` and `b::Other` have the same kind"),
            "{clash}"
        );
        let clash = claim(other, "a::One")
            .expect_err("it has another owner")
            .to_string();
        assert!(
            clash.starts_with("`a::One` and another type of that name have"),
            "{clash}"
        );
    }

    #[test]
    fn a_name_is_short_without_its_paths() {
        assert_eq!(without_paths("a::b::User"), "User");
        assert_eq!(
            without_paths("a::User<b::c::D, (e::F, g)>"),
            "User<D, (F, g)>"
        );
    }
}

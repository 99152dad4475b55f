//! The rule of one handler, and how its `Auth<_>` carries it.

use std::time::Duration;

use crate::access::Access;
use crate::auth::{Auth, Holding, Optional};
use crate::payload::{HasRoles, HasScopes, Payload};

/// The rule of one handler, which `#[jam_auth]` generates.
#[doc(hidden)]
pub trait Rule: Sized + 'static {
    type Payload: Payload;
    const RULE: HandlerRule<Self>;

    /// [`RULE`](Self::RULE), in one place in memory.
    fn rule() -> &'static HandlerRule<Self>;
}

/// The rule of the handler whose marker is `R`.
///
/// It is an [`Access`] that is spelt by way of the marker: whatever is wrong with the
/// payload is then reported once, where the marker names it, and not again at each word.
#[doc(hidden)]
#[allow(missing_debug_implementations)] // the `Access` in it has one
pub struct HandlerRule<R: Rule>(Access<R::Payload>);

macro_rules! words {
    ($($word:ident($($name:ident: $argument:ty)?);)*) => {$(
        #[track_caller]
        pub const fn $word(self $(, $name: $argument)?) -> Self {
            Self(self.0.$word($($name)?))
        }
    )*};
}

impl<R: Rule> HandlerRule<R> {
    pub const fn user() -> Self {
        Self(Access::user())
    }

    pub const fn of(access: Access<R::Payload>) -> Self {
        Self(access)
    }

    words! {
        backend(name: &'static str);
        cookie(name: &'static str);
        cookie_default();
        header(name: &'static str);
        login(path: &'static str);
        optional();
        fresh(age: Duration);
        hide();
    }

    #[track_caller]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0.or(other.0))
    }

    #[track_caller]
    pub const fn role(self, role: <R::Payload as HasRoles>::Enum) -> Self
    where
        R::Payload: HasRoles,
    {
        Self(self.0.role(role))
    }

    #[track_caller]
    pub const fn any_role(self, roles: &'static [<R::Payload as HasRoles>::Enum]) -> Self
    where
        R::Payload: HasRoles,
    {
        Self(self.0.any_role(roles))
    }

    #[track_caller]
    pub const fn scope(self, scope: &'static str) -> Self
    where
        R::Payload: HasScopes,
    {
        Self(self.0.scope(scope))
    }

    pub(crate) const fn access(&self) -> &Access<R::Payload> {
        &self.0
    }
}

impl<R: Rule> Clone for HandlerRule<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: Rule> Copy for HandlerRule<R> {}

/// No rule of its own: what a table or a layer found out.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_enums)] // it is empty for good
pub enum Plain {}

/// The arguments of a handler (as axum lists them) that begin with the caller of the rule `R`.
///
/// A row of `declared()` finds the rule by the handler's name and the handler by its value; this
/// holds them together.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this handler does not take the caller of the `#[jam_auth(..)]` that it is named for",
    label = "another function, or one without the attribute",
    note = "put `#[jam_auth(..)]` on the function that the row names, and name no other value like it"
)]
pub trait TakesCaller<R> {}

macro_rules! takes_caller {
    ($(($($argument:ident)*))*) => {$(
        #[diagnostic::do_not_recommend]
        impl<R: Rule, V, P, $($argument,)*> TakesCaller<R> for (V, Auth<P, R>, $($argument,)*) {}
        #[diagnostic::do_not_recommend]
        impl<R: Rule, V, P, $($argument,)*> TakesCaller<R> for (V, Optional<P, R>, $($argument,)*) {}
    )*};
}

takes_caller! {
    ()
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E F)
    (A B C D E F G)
    (A B C D E F G H)
    (A B C D E F G H I)
    (A B C D E F G H I J)
    (A B C D E F G H I J K)
    (A B C D E F G H I J K L)
    (A B C D E F G H I J K L M)
    (A B C D E F G H I J K L M N)
    (A B C D E F G H I J K L M N O)
}

/// What an [`Auth`] holds and derefs to: [`Plain`] holds the caller and leads to the
/// payload, a rule's holds a plain one and leads to it.
#[doc(hidden)]
pub trait Level {
    type Holds<P>;
    type Target<P>;

    fn target<P>(holds: &Self::Holds<P>) -> &Self::Target<P>;
    fn holding<P>(holds: &Self::Holds<P>) -> &Holding<P>;
    fn into_holding<P>(holds: Self::Holds<P>) -> Holding<P>;
    #[cfg(feature = "testing")]
    fn hold<P>(holding: Holding<P>) -> Self::Holds<P>;
}

impl Level for Plain {
    type Holds<P> = Holding<P>;
    type Target<P> = P;

    fn target<P>(holds: &Holding<P>) -> &P {
        &holds.caller().payload
    }

    fn holding<P>(holds: &Holding<P>) -> &Holding<P> {
        holds
    }

    fn into_holding<P>(holds: Holding<P>) -> Holding<P> {
        holds
    }

    #[cfg(feature = "testing")]
    fn hold<P>(holding: Holding<P>) -> Holding<P> {
        holding
    }
}

impl<R: Rule> Level for R {
    type Holds<P> = Auth<P>;
    type Target<P> = Auth<P>;

    fn target<P>(holds: &Auth<P>) -> &Auth<P> {
        holds
    }

    fn holding<P>(holds: &Auth<P>) -> &Holding<P> {
        holds.holding()
    }

    fn into_holding<P>(holds: Auth<P>) -> Holding<P> {
        holds.into_holding()
    }

    #[cfg(feature = "testing")]
    fn hold<P>(holding: Holding<P>) -> Auth<P> {
        Auth::holding_of(holding)
    }
}

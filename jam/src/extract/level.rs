//! The marks that `#[jam_auth]` puts on the caller of a handler.

use std::marker::PhantomData;

use jam_core::payload::Payload;
use jam_core::rule::{Access, Audience, Public};

use super::auth::{Auth, Holding};
use super::policy::Policies;

/// The reason of a handler with `#[jam_auth(public = "..")]`.
#[doc(hidden)]
pub trait OpenRule: Send + 'static {
    const PUBLIC: Public;

    /// Shows an editor the names of the options. It is never called.
    fn options() {}
}

/// Checks at compile time that the rule of a handler with `Auth<_>` requires a caller.
#[doc(hidden)]
#[track_caller]
pub const fn required<P: Payload>(access: Access<P>) {
    not_for_guests(access);
    assert!(
        !access.allows_anonymous(),
        "this rule admits anonymous requests: take `Option<Auth<_>>` instead of `Auth<_>`"
    );
}

/// Checks at compile time that the rule of a handler with `Option<Auth<_>>` admits anonymous requests.
#[doc(hidden)]
#[track_caller]
pub const fn anonymous_too<P: Payload>(access: Access<P>) {
    not_for_guests(access);
    assert!(
        matches!(access.audience, Audience::Optional),
        "this rule rejects anonymous requests: take `Auth<_>` instead of `Option<Auth<_>>`, or end \
         the rule with `.optional()`"
    );
}

#[track_caller]
const fn not_for_guests<P: Payload>(access: Access<P>) {
    assert!(
        !matches!(access.audience, Audience::Guests { .. }),
        "this rule is for guests, which have no caller: remove the argument and the attribute, and put \
         the handler under the rule in `jam_routes!`"
    );
}

/// Marker: the enclosing table or layer authenticates.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_enums)] // it stays empty
pub enum Plain {}

/// Marks the caller of a handler with the rule `R`.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Gated<R>(PhantomData<R>);

/// Marks the caller of a handler with the rule `R` and the policies of `R`.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct GatedWithPolicies<R>(PhantomData<R>);

/// The policies of a handler, for a router with the state `S`.
#[doc(hidden)]
pub trait Policed<S: 'static>: 'static {
    fn policies() -> &'static Policies<S>;
}

/// The content of an [`Auth`] and the target of its `Deref`: with [`Plain`] the caller and the payload, with
/// the mark of a rule a plain `Auth`.
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

macro_rules! holds_a_plain_one {
    ($($marker:ty),*) => {$(
        impl<R> Level for $marker {
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
    )*};
}

holds_a_plain_one!(Gated<R>, GatedWithPolicies<R>);

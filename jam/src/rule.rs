//! The rule of one handler, and how its `Auth<_>` carries it.

use std::any::TypeId;
use std::marker::PhantomData;

use crate::access::{Access, Audience, Public};
use crate::auth::{Auth, Holding, Optional};
use crate::payload::Payload;
use crate::policy::Policies;

/// The rule of one handler, which `#[jam_auth]` generates.
#[doc(hidden)]
pub trait Rule: Sized + 'static {
    type Payload: Payload;
    /// What stands in front of the handler: [`Gate`], [`GateAnd`] or [`Open`].
    type Front;

    /// Whether the handler has policies: then its caller is marked by [`GateAnd`], and whoever is
    /// marked by the rule alone has passed none of them.
    const POLICED: bool = false;

    /// The reason of a handler that is open to everybody.
    const PUBLIC: Option<Public> = None;
    /// Which function it is that is open to everybody, unless it is generic.
    fn open_handler() -> Option<TypeId> {
        None
    }

    /// The words of a rule that asks nothing of the payload's type. Text is a constant that costs
    /// the compiler nothing, and no code stands beside it: [`Payload::rule`] makes a rule of it.
    const WORDS: &'static str = "";

    /// What the attribute says.
    ///
    /// The parameter is for nothing but this: what depends on one is not evaluated before it is
    /// used, and 300 rules that `cargo check` evaluates are a tenth of what it does.
    fn rule<Lazily>() -> &'static Access<Self::Payload> {
        Self::Payload::rule::<Self>()
    }

    /// Has rustc look at the handler where it stands. Nobody calls it.
    fn check() {}

    /// Has an editor look at the names of options. Nobody calls it.
    fn options() {}
}

/// At compile time: the rule of a handler that takes `Auth<_>` demands a caller.
#[doc(hidden)]
#[track_caller]
pub const fn required<P: Payload>(access: Access<P>) {
    assert!(
        !access.lets_strangers_in(),
        "this rule lets strangers in: take `Option<Auth<_>>` instead of `Auth<_>`"
    );
}

/// At compile time: the rule of a handler that takes `Option<Auth<_>>` lets strangers in.
#[doc(hidden)]
#[track_caller]
pub const fn strangers_too<P: Payload>(access: Access<P>) {
    assert!(
        matches!(access.audience, Audience::Optional),
        "this rule lets no stranger in: take `Auth<_>` instead of `Option<Auth<_>>`, or end the \
         rule with `.optional()`"
    );
}

/// No rule of its own: what a table or a layer found out.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_enums)] // it is empty for good
pub enum Plain {}

/// In front of a handler: its rule.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_enums)] // it is empty for good
pub enum Gate {}

/// In front of a handler: its rule, and then the policies of its marker `R`. Its `Auth<_>` is
/// marked with this instead of the marker alone.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct GateAnd<R>(PhantomData<R>);

/// In front of a handler: nothing.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_enums)] // it is empty for good
pub enum Open {}

/// The policies of a handler, for a router with the state `S`.
#[doc(hidden)]
pub trait Policed<S: 'static>: Rule {
    fn policies() -> &'static Policies<S>;
}

/// What is asked in front of a handler, besides its rule.
#[doc(hidden)]
pub trait Front<S: 'static> {
    fn policies() -> Option<&'static Policies<S>>;
}

impl<S: 'static> Front<S> for Gate {
    fn policies() -> Option<&'static Policies<S>> {
        None
    }
}

impl<S: 'static> Front<S> for Open {
    fn policies() -> Option<&'static Policies<S>> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<S: 'static, R: Policed<S>> Front<S> for GateAnd<R> {
    fn policies() -> Option<&'static Policies<S>> {
        Some(R::policies())
    }
}

/// A front that a handler with the arguments `T` can stand behind, as a row of `declared()`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this handler does not take the caller of the `#[jam_auth(..)]` that it is named for",
    label = "another function, or one without the attribute",
    note = "put `#[jam_auth(..)]` on the function that the row names, and name no other value like it"
)]
pub trait Declares<R, T> {}

#[diagnostic::do_not_recommend]
impl<R: Rule, T: TakesCaller<R>> Declares<R, T> for Gate {}
#[diagnostic::do_not_recommend]
impl<R: Rule, T: TakesCaller<Self>> Declares<R, T> for GateAnd<R> {}
#[diagnostic::do_not_recommend]
impl<R: Rule, T> Declares<R, T> for Open {}

/// The arguments of a handler (as axum lists them) that begin with the caller that `R` marks.
///
/// A row of `declared()` finds the rule by the handler's name and the handler by its value; this
/// holds them together.
#[doc(hidden)]
pub trait TakesCaller<R> {}

macro_rules! takes_caller {
    ($(($($argument:ident)*))*) => {$(
        #[diagnostic::do_not_recommend]
        impl<R: Level, V, P, $($argument,)*> TakesCaller<R> for (V, Auth<P, R>, $($argument,)*) {}
        #[diagnostic::do_not_recommend]
        impl<R, V, P, $($argument,)*> TakesCaller<R> for (V, Optional<P, R>, $($argument,)*) {}
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

macro_rules! holds_a_plain_one {
    ($($marker:ty),*) => {$(
        impl<R: Rule> Level for $marker {
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

holds_a_plain_one!(R, GateAnd<R>);

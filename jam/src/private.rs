//! What the macros' output names. None of it is for use by hand, and all of it may
//! change with any version.

use std::future::Future;

use axum::response::IntoResponse;

pub use std::any::TypeId;
pub use std::borrow::Cow;
pub use std::sync::LazyLock;

pub use serde;

pub use crate::access::word::{Word, of, said};
pub use crate::access::{Access, Public};
pub use crate::auth::{Optional, Stale};
pub use crate::payload::{Mark, NoRole, Nobody, Roles, Subject};
pub use crate::policy::Policies;
pub use crate::response::{Answered, answer};
pub use crate::rule::{Gate, GateAnd, Open, Policed, Rule, required, strangers_too};

/// A function of the arguments `Args`.
pub trait HandlerFn<Args> {
    type Future: Future;
}

macro_rules! handler_fn {
    ($(($($argument:ident)*))*) => {$(
        #[diagnostic::do_not_recommend]
        impl<F, Fut: Future, $($argument,)*> HandlerFn<($($argument,)*)> for F
        where
            F: FnOnce($($argument),*) -> Fut,
        {
            type Future = Fut;
        }
    )*};
}

handler_fn! {
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E G)
    (A B C D E G H)
    (A B C D E G H I)
    (A B C D E G H I J)
    (A B C D E G H I J K)
    (A B C D E G H I J K L)
    (A B C D E G H I J K L M)
    (A B C D E G H I J K L M N)
    (A B C D E G H I J K L M N O)
    (A B C D E G H I J K L M N O P)
    (A B C D E G H I J K L M N O P Q)
}

/// The handler's future moves between threads. It is named here, and not called.
pub fn need_send<Args, H: HandlerFn<Args>>(_: H)
where
    H::Future: Send,
{
}

/// Which function this is.
pub fn function<H: 'static>(_: &H) -> Option<TypeId> {
    Some(TypeId::of::<H>())
}

/// What a handler may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a response",
    label = "this type does not implement `axum::response::IntoResponse`",
    note = "return `axum::Json<..>`, `String`, a status code, or implement `IntoResponse` for it"
)]
pub trait Answer: IntoResponse {}

#[diagnostic::do_not_recommend]
impl<R: IntoResponse> Answer for R {}

pub fn need_response<R: Answer>() {}

//! The rule that `#[jam_auth]` puts on one handler.

use super::Access;
use crate::payload::Payload;

/// The rule of one handler over callers with the payload `P`, which `#[jam_auth]` generates.
///
/// The payload is a parameter and not an associated type: a private payload is then no error
/// (E0446) behind a handler that is `pub`.
#[doc(hidden)]
pub trait AttributeRule<P: AttributeRules>: Sized + 'static {
    /// The words of a rule that asks nothing of the payload's type. A text constant costs the
    /// compiler nothing, and no code stands beside it: [`AttributeRules::rule`] parses it.
    const WORDS: &'static str = "";

    /// Returns the rule of the attribute.
    ///
    /// The type parameter delays evaluation: a constant that depends on one is evaluated when it
    /// is used, and 300 rules that `cargo check` evaluates are a tenth of its work.
    fn rule<Lazily>() -> &'static Access<P> {
        P::rule::<Self>()
    }

    /// Has rustc type-check the handler where it stands. It is never called.
    fn check() {}

    /// Shows an editor the names of the options. It is never called.
    fn options() {}
}

/// A payload over which attributes can have rules. The derive of [`Payload`] implements it.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the payload of a caller",
    label = "this type does not implement `jam::Payload`",
    note = "derive it: `#[derive(Clone, serde::Serialize, serde::Deserialize, jam::JamPayload)]`"
)]
pub trait AttributeRules: Payload {
    /// Returns the rule of the words of `R`. There is one function for all handlers. It is here
    /// because only a constant of a known type, with a known type of roles, can be borrowed for
    /// `'static`.
    fn rule<R: AttributeRule<Self>>() -> &'static Access<Self>;
}

//! The rule that `#[jam_auth]` puts on one handler.

use super::Access;
use crate::payload::Payload;

/// The rule of one handler for callers with the payload `P`. `#[jam_auth]` generates the
/// implementation.
///
/// The payload is a type parameter and not an associated type. With an associated type, a private
/// payload would be an error (E0446) on a handler that is `pub`.
#[doc(hidden)]
pub trait AttributeRule<P: AttributeRules>: Sized + 'static {
    /// The words of a rule that does not depend on the payload's type. A text constant costs the
    /// compiler nothing and adds no code: [`AttributeRules::rule`] parses it.
    const WORDS: &'static str = "";

    /// Returns the rule of the attribute.
    ///
    /// The type parameter delays the evaluation: a constant that depends on a type parameter is
    /// evaluated only when it is used. Without the delay, the evaluation of 300 rules is a tenth of
    /// the work of `cargo check`.
    fn rule<Lazily>() -> &'static Access<P> {
        P::rule::<Self>()
    }

    /// Makes rustc type-check the handler at its place in the source. The function is never called.
    fn check() {}

    /// Shows the names of the options to an editor. The function is never called.
    fn options() {}
}

/// A payload that attributes can have rules for. The derive of [`Payload`] implements it.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the payload of a caller",
    label = "this type does not implement `jam::Payload`",
    note = "derive it: `#[derive(Clone, serde::Serialize, serde::Deserialize, jam::JamPayload)]`"
)]
pub trait AttributeRules: Payload {
    /// Returns the rule of the words of `R`. One function serves all handlers. It is a method of
    /// this trait because only a constant of a concrete type can be borrowed for `'static`.
    fn rule<R: AttributeRule<Self>>() -> &'static Access<Self>;
}

//! Handlers for operators.

pub(crate) async fn health() -> &'static str {
    "ok"
}

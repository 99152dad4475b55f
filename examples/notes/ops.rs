//! For those who run it.

pub(crate) async fn health() -> &'static str {
    "ok"
}

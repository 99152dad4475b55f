//! Layers for whole routers.
// Uses `extract`, `setup`, `response` and `jam-core`.

mod authentication;
mod response_headers;

pub use authentication::{Authentication, AuthenticationLayer, JwtBackend, SessionBackend};
pub use response_headers::{ResponseHeaders, ResponseHeadersLayer};

#[doc(hidden)]
pub use crate::extract::layer_rule::LayerRule;

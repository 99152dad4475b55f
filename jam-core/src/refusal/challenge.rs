//! Challenges: the values of `WWW-Authenticate` (RFC 9110 section 11.6.1).

use http::HeaderValue;

/// An authentication scheme (RFC 9110 section 11.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scheme {
    /// A bearer token (RFC 6750).
    Bearer,
}

impl Scheme {
    /// Returns the name of the scheme in a header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
        }
    }

    /// Makes a challenge with an error code and parameters. Returns `None` if a parameter contains
    /// a character that is not allowed in a header.
    pub fn challenge(self, error: &str, parameters: &[(&str, &str)]) -> Option<HeaderValue> {
        let mut challenge = format!(r#"{} error="{error}""#, self.as_str());
        for (name, value) in parameters {
            // RFC 9470 section 3 writes the number of seconds without quotes.
            challenge.push_str(&match *name {
                "max_age" => format!(", {name}={value}"),
                _ => format!(r#", {name}="{value}""#),
            });
        }
        HeaderValue::try_from(challenge).ok()
    }
}

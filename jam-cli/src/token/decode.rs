//! `jam token decode`: what a token says, without verifying it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::output::{Failure, Reply, pretty};
use crate::{input, time};

/// The claims that are times (RFC 7519 section 4.1, OpenID Connect Core section 2), with their meaning.
const TIMES: [(&str, &str); 4] = [
    ("iat", "issued"),
    ("nbf", "valid from"),
    ("auth_time", "signed in"),
    ("exp", "expires"),
];

/// The parts of a token, of which nothing is verified.
pub(super) struct Decoded {
    pub(super) header: Value,
    pub(super) claims: Value,
}

impl Decoded {
    /// Decodes a token. The error says which part is wrong, and quotes nothing of it.
    pub(super) fn read(token: &str) -> Result<Self, String> {
        let parts: Vec<_> = token.split('.').collect();
        let (header, claims) = match parts.as_slice() {
            [header, claims, _] => (header, claims),
            [_, _, _, _, _] => {
                return Err("it has five parts, so it is encrypted (RFC 7516 section 3.1), which Jam does not \
                            support"
                    .to_owned());
            }
            other => {
                return Err(format!(
                    "a token has three parts with dots between them, and this text has {}; copy all of it, \
                     without quotes",
                    other.len()
                ));
            }
        };
        Ok(Self {
            header: part("first part, the header,", header)?,
            claims: part("second part, the claims,", claims)?,
        })
    }

    /// Returns a claim that is a time, in whole seconds.
    pub(super) fn time(&self, name: &str) -> Option<u64> {
        let value = self.claims.get(name)?;
        // A fraction is dropped, as Jam does. `as` turns a negative number into 0.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let whole = |seconds: f64| seconds as u64;
        value.as_u64().or_else(|| value.as_f64().map(whole))
    }

    /// Returns one line for each claim that is a time.
    pub(super) fn times(&self, now: u64) -> String {
        let found = TIMES.iter().filter_map(|(name, meaning)| {
            let shown = time::with_distance(self.time(name)?, now);
            let meaning = match *name == "exp" && self.time(name) <= Some(now) {
                true => "expired",
                false => meaning,
            };
            Some(format!("{name:9}  {meaning:10}  {shown}\n"))
        });
        found.collect()
    }
}

fn part(name: &str, encoded: &str) -> Result<Value, String> {
    let bytes = URL_SAFE_NO_PAD.decode(encoded);
    let bytes = bytes
        .map_err(|_| format!("its {name} is not base64url without padding (RFC 7515 section 2)"))?;
    let value: Value =
        serde_json::from_slice(&bytes).map_err(|_| format!("its {name} is not JSON"))?;
    match value.is_object() {
        true => Ok(value),
        false => Err(format!("its {name} is not a JSON object")),
    }
}

pub(super) fn run(token: Option<String>) -> Result<Reply, Failure> {
    let token = input::token(token)?;
    let decoded = Decoded::read(&token)
        .map_err(|why| Failure::usage(format!("this is not a token: {why}")))?;
    let times = decoded.times(time::now());
    let mut text = format!(
        "Header\n{}\n\nClaims\n{}\n",
        pretty(&decoded.header),
        pretty(&decoded.claims)
    );
    if !times.is_empty() {
        text.push_str("\nTimes\n");
        text.push_str(&times);
    }
    let json = json!({
        "verified": false,
        "header": decoded.header,
        "claims": decoded.claims,
    });
    Ok(Reply::new(text, json)
        .with_note("NOT VERIFIED: anyone can have made this token. To check it: jam token verify"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Decoded;

    #[test]
    fn a_time_is_a_number_of_any_form() {
        for (value, time) in [
            (json!(7), Some(7)),
            (json!(7.9), Some(7)),
            (json!(-7), Some(0)),
            (json!(1e300), Some(u64::MAX)),
            (json!("7"), None),
            (json!(null), None),
        ] {
            let decoded = Decoded {
                header: json!({}),
                claims: json!({ "exp": value }),
            };
            assert_eq!(decoded.time("exp"), time, "{value}");
            assert_eq!(decoded.times(0).is_empty(), time.is_none());
        }
    }
}

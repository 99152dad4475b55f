//! Why a token is not valid, in words.

use jam::token::{Algorithm, TokenFault};
use serde_json::Value;

use super::decode::Decoded;
use crate::time;

/// The settings that the token was verified with.
pub(super) struct Expected {
    /// The ids and the algorithms of the keys.
    pub(super) keys: Vec<(Option<String>, Algorithm)>,
    pub(super) issuer: Option<String>,
    pub(super) audience: Option<String>,
    pub(super) token_type: Option<String>,
    pub(super) max_lifetime: Option<u64>,
}

/// Returns the name of the check that failed, and a sentence that says what to do.
pub(super) fn explain(
    fault: TokenFault,
    token: Result<&Decoded, &String>,
    expected: &Expected,
    now: u64,
) -> (&'static str, String) {
    match fault {
        TokenFault::Malformed => ("form", malformed(token.err())),
        TokenFault::Header => ("header", header(token.ok(), expected)),
        TokenFault::Key => ("key", key(token.ok(), expected)),
        TokenFault::Unavailable => (
            "key",
            "no key of the ring verifies any more; list them: jam keys list".to_owned(),
        ),
        TokenFault::Signature => ("signature", signature(expected)),
        TokenFault::Type => ("type", token_type(token.ok(), expected)),
        TokenFault::Claims => ("claims", claims(token)),
        TokenFault::Expired => ("expiry", expired(token.ok(), now)),
        TokenFault::NotYetValid => ("time", not_yet_valid(token.ok(), now)),
        TokenFault::Lifetime => ("lifetime", lifetime(expected)),
        TokenFault::Issuer => ("issuer", issuer(token.ok(), expected)),
        TokenFault::Audience => ("audience", audience(token.ok(), expected)),
        TokenFault::Bound => (
            "binding",
            "it is bound to a key of its holder (`cnf`, RFC 7800), and a bearer cannot prove to have that \
             key; ask the issuer for a bearer token"
                .to_owned(),
        ),
        // A later version of jam-auth may have more.
        other => ("other", format!("a check failed: {other:?}")),
    }
}

/// Returns the text of a member for a message: a short one as JSON.
fn shown(object: Option<&Value>, name: &str) -> String {
    match object.and_then(|object| object.get(name)) {
        None => "missing".to_owned(),
        Some(value) => {
            let text = value.to_string();
            match text.char_indices().nth(80) {
                Some((at, _)) => format!("{} ..", &text[..at]),
                None => text,
            }
        }
    }
}

fn malformed(why: Option<&String>) -> String {
    let why = why.map_or(
        "it is not canonical base64url, or it is longer than 8 KiB",
        |why| why,
    );
    format!("it is not a token: {why}")
}

fn algorithms(expected: &Expected) -> String {
    let mut names: Vec<_> = expected.keys.iter().map(|(_, each)| each.name()).collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

fn header(token: Option<&Decoded>, expected: &Expected) -> String {
    let Some(token) = token else {
        return "its header is not one JSON object with unique names".to_owned();
    };
    for name in ["crit", "b64", "enc", "zip"] {
        if token.header.get(name).is_some() {
            return format!(
                "its header has `{name}`, which Jam does not support; ask the issuer for a plain token"
            );
        }
    }
    let named = token.header.get("alg").and_then(Value::as_str);
    if expected
        .keys
        .iter()
        .any(|(_, each)| Some(each.name()) == named)
    {
        return "its `kid` names a key of another algorithm than its `alg`, or it has a value of the wrong type: \
                check that the keys are those of the issuer"
            .to_owned();
    }
    format!(
        "its `alg` is {}, and the keys are for {}: use the keys of the issuer, and name their algorithm",
        shown(Some(&token.header), "alg"),
        algorithms(expected)
    )
}

fn key(token: Option<&Decoded>, expected: &Expected) -> String {
    let found = shown(token.map(|token| &token.header), "kid");
    let ids = expected.keys.iter().filter_map(|(id, _)| id.as_deref());
    let ids: Vec<_> = ids.map(|id| format!("{id:?}")).collect();
    let known = match ids.is_empty() {
        true => "the key has no id".to_owned(),
        false => format!("the known ids are {}", ids.join(", ")),
    };
    format!(
        "its key {found} is not known, and {known}; the token is of another issuer, its key was revoked or has \
         expired, or the set of keys is old: fetch it again"
    )
}

fn signature(expected: &Expected) -> String {
    let is_secret = expected.keys.iter().any(|(_, each)| each.is_symmetric());
    let check = match is_secret {
        true => "check that the secret is that of the issuer, to the last character",
        false => "check that the key is that of the issuer",
    };
    format!(
        "the signature is not of this key: the token was changed, or another key signed it; {check}"
    )
}

fn token_type(token: Option<&Decoded>, expected: &Expected) -> String {
    let found = token.and_then(|token| token.header.get("typ"));
    let name = found.and_then(Value::as_str).unwrap_or("TYPE");
    let wanted = match &expected.token_type {
        Some(wanted) => format!("{wanted:?}"),
        None => "\"JWT\" or missing".to_owned(),
    };
    format!(
        "its `typ` is {}, and must be {wanted}: it is a token for another purpose; if it is the one that you \
         expect, write --type {name:?}",
        shown(token.map(|token| &token.header), "typ")
    )
}

fn claims(token: Result<&Decoded, &String>) -> String {
    let token = match token {
        Ok(token) => token,
        Err(why) => return why.clone(),
    };
    if token.claims.get("exp").is_none() {
        return "its claim `exp` is missing: a token must expire".to_owned();
    }
    if let (Some(from), Some(end)) = (token.time("nbf"), token.time("exp"))
        && from >= end
    {
        return "its `nbf` is not before its `exp`, so it is never valid".to_owned();
    }
    "a name occurs twice, or a registered claim has the wrong type: times are numbers, `iss` and `jti` are \
     texts, and `aud` is a text or a list of texts"
        .to_owned()
}

fn expired(token: Option<&Decoded>, now: u64) -> String {
    let end = token.and_then(|token| token.time("exp"));
    let end = end.map_or_else(String::new, |end| {
        format!(": {}", time::with_distance(end, now))
    });
    format!("it has expired{end}; sign in again, or mint another one")
}

fn not_yet_valid(token: Option<&Decoded>, now: u64) -> String {
    let ahead = ["nbf", "iat", "auth_time"].iter().filter_map(|name| {
        let time = token?.time(name)?;
        (time > now).then(|| format!("`{name}` is {}", time::with_distance(time, now)))
    });
    let ahead: Vec<_> = ahead.collect();
    format!(
        "it is not valid yet: {}; wait, or compare the clocks of the issuer and of this machine (--leeway \
         tolerates 60 seconds)",
        ahead.join(", ")
    )
}

fn lifetime(expected: &Expected) -> String {
    let longest = expected.max_lifetime.unwrap_or(u64::MAX);
    format!(
        "it is valid for longer than --max-lifetime allows ({}); ask for a shorter one",
        time::duration(longest)
    )
}

fn issuer(token: Option<&Decoded>, expected: &Expected) -> String {
    format!(
        "its `iss` is {}, and must be {:?}: check --issuer, to the last character",
        shown(token.map(|token| &token.claims), "iss"),
        expected.issuer.as_deref().unwrap_or_default()
    )
}

fn audience(token: Option<&Decoded>, expected: &Expected) -> String {
    let found = shown(token.map(|token| &token.claims), "aud");
    match &expected.audience {
        Some(wanted) => format!(
            "its `aud` is {found}, and must name {wanted:?}: it is for another application, or check --audience"
        ),
        None => format!(
            "its `aud` is {found}, and no audience is expected: if that is your application, name it with \
             --audience"
        ),
    }
}

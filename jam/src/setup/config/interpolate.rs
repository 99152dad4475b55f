//! Environment variables in the texts of a configuration.

use serde_json::Value;

use super::error::Fault;

/// Replaces `${NAME}` and `${NAME:-text}` in every text of `value`, which stands at
/// `key`.
pub(crate) fn interpolate(
    value: &mut Value,
    key: &str,
    variable: &mut impl FnMut(&str) -> Option<String>,
    faults: &mut Vec<Fault>,
) {
    let below = |name: &dyn std::fmt::Display| match key {
        "" => name.to_string(),
        key => format!("{key}.{name}"),
    };
    match value {
        Value::String(text) => match replaced(text, variable) {
            Ok(new) => *text = new,
            Err(why) => faults.push(Fault::new(key, why)),
        },
        Value::Array(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                interpolate(item, &below(&at), variable, faults);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                interpolate(member, &below(name), variable, faults);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// `text` with its variables replaced. What a variable holds is taken as it is: a dollar
/// sign in a secret is a dollar sign.
fn replaced(
    text: &str,
    variable: &mut impl FnMut(&str) -> Option<String>,
) -> Result<String, String> {
    let mut new = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        new.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            new.push('$');
            rest = after;
            continue;
        }
        let Some(after) = after.strip_prefix('{') else {
            new.push('$');
            rest = after;
            continue;
        };
        let Some((inside, after)) = after.split_once('}') else {
            return Err("a `${` is not closed by `}`; write `$$` for a dollar sign".to_owned());
        };
        let (name, default) = match inside.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inside, None),
        };
        let is_name = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_name {
            return Err(
                "what stands between `${` and `}` is not the name of a variable".to_owned(),
            );
        }
        match (variable(name), default) {
            (Some(value), None) => new.push_str(&value),
            (Some(value), Some(_)) if !value.is_empty() => new.push_str(&value),
            (_, Some(default)) => new.push_str(default),
            (None, None) if is_shown(name) => {
                return Err(format!("the environment variable `{name}` is not set"));
            }
            (None, None) => {
                return Err(
                    "an environment variable in it is not set; write `$$` for a dollar sign"
                        .to_owned(),
                );
            }
        }
        rest = after;
    }
    new.push_str(rest);
    Ok(new)
}

/// Returns `true` if the text is certainly the name of a variable, and not a part of a secret with
/// `${` in it.
fn is_shown(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

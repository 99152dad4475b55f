//! The names, grammars and limits that the macros and the runtime of jam-auth share. Use them through
//! that crate.
//!
//! The macros check them to report a mistake at its place in the source. The runtime checks them again,
//! because a rule can also be written without a macro. All functions are `const`, because rules are
//! evaluated at compile time.

#![no_std]

/// The claims that only a marked field of a payload can have (RFC 7519 section 4.1, OpenID Connect Core
/// section 2 for `auth_time`, RFC 7800 for `cnf`).
pub const REGISTERED_CLAIMS: [&str; 9] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "auth_time",
    "cnf",
];

/// The name of the backend for signed tokens.
pub const JWT: &str = "jwt";
/// The name of the backend for sessions.
pub const SESSION: &str = "session";

/// The largest number of ways of a rule.
pub const MOST_WAYS: usize = 4;
/// The largest number of sources of one way.
pub const MOST_SOURCES: usize = 4;
/// The largest number of roles and scopes of one way.
pub const MOST_CONDITIONS: usize = 6;

/// Returns `true` for a `token` (RFC 9110 section 5.6.2), the grammar of header and cookie names.
pub const fn is_token(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !matches!(bytes[at],
            b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_'
            | b'`' | b'|' | b'~' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z')
        {
            return false;
        }
        at += 1;
    }
    !bytes.is_empty()
}

/// Returns `true` for a `scope-token` (RFC 6749 section 3.3).
pub const fn is_scope(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !matches!(bytes[at], 0x21 | 0x23..=0x5B | 0x5D..=0x7E) {
            return false;
        }
        at += 1;
    }
    !bytes.is_empty()
}

/// Returns `true` for the kind of a payload: lower-case letters, digits and `-`. The kind becomes part of
/// a media type (RFC 6838 section 4.2).
pub const fn is_kind(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !matches!(bytes[at], b'a'..=b'z' | b'0'..=b'9' | b'-') {
            return false;
        }
        at += 1;
    }
    !bytes.is_empty()
}

/// Returns `true` for a path of this site, with or without a query, that `Location` can hold. Two
/// slashes are not allowed at the beginning, and backslashes are not allowed at all, because
/// browsers read `//` and `/\` as the beginning of an address of another site.
pub const fn is_local_path(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !matches!(bytes[at], 0x21..=0x7E) || bytes[at] == b'\\' {
            return false;
        }
        at += 1;
    }
    match bytes {
        [b'/'] => true,
        [b'/', second, ..] => *second != b'/',
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_kind, is_local_path, is_scope, is_token};

    /// Asserts that `accepts` is true for exactly these ASCII characters and for no other character.
    fn assert_characters(accepts: fn(&str) -> bool, characters: &str) {
        for character in ('\0'..='\u{ff}').chain(['ſ', '→']) {
            let mut buffer = [0; 4];
            let text = character.encode_utf8(&mut buffer);
            assert_eq!(accepts(text), characters.contains(character), "{text:?}");
        }
        assert!(!accepts(""));
        assert!(!accepts("a b"));
    }

    const ALPHANUMERIC: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    #[test]
    fn a_token_has_the_characters_of_rfc_9110() {
        extern crate std;
        let characters = std::format!("{ALPHANUMERIC}!#$%&'*+-.^_`|~");
        assert_characters(is_token, &characters);
        assert!(is_token("x-api-key"));
    }

    #[test]
    fn a_scope_has_the_characters_of_rfc_6749() {
        extern crate std;
        let characters = std::format!("{ALPHANUMERIC}!#$%&'()*+,-./:;<=>?@[]^_`{{|}}~");
        assert_characters(is_scope, &characters);
        assert!(is_scope("notes:read"));
    }

    #[test]
    fn a_kind_has_lower_case_letters_digits_and_dashes() {
        assert_characters(is_kind, "0123456789abcdefghijklmnopqrstuvwxyz-");
        assert!(is_kind("password-reset"));
    }

    #[test]
    fn a_local_path_has_no_host() {
        for text in ["/", "/login?from=a", "/a//b", "/~"] {
            assert!(is_local_path(text), "{text}");
        }
        for text in [
            "",
            "login",
            "//host/login",
            "https://host/",
            "/\\host",
            "/a\\b",
            "/a b",
            "/a\n",
            "/\u{7f}",
            "/é",
        ] {
            assert!(!is_local_path(text), "{text}");
        }
    }
}

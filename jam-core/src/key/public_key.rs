//! Detection of public keys that are configured as a secret.
//!
//! Anyone with the public key could then sign tokens (RFC 8725 section 2.1).

use base64_simd::forgiving_decode_to_vec;
use serde_json::Value;
use zeroize::Zeroizing;

/// Returns `true` if `secret` is a public key: PEM, DER, SSH, a JWK or a set of them, an RSA modulus, or
/// base64 or hexadecimal digits of one of these.
pub(super) fn is_public_key(secret: &[u8]) -> bool {
    // An editor or a shell may have added a byte order mark, a NUL, white space or quotes.
    let is_text = |byte: &u8| !matches!(byte, 0xef | 0xbb | 0xbf | 0xfe | 0xff | 0);
    let text = secret.iter().copied().filter(is_text);
    let text = Zeroizing::new(text.collect::<Vec<u8>>());
    let text = text.trim_ascii();
    is_binary_key(secret)
        || is_armored(text)
        || is_jwk(text)
        || decoded(text).iter().any(|bytes| {
            let text = bytes.trim_ascii();
            is_binary_key(bytes) || is_armored(text) || is_jwk(text)
        })
}

fn is_binary_key(bytes: &[u8]) -> bool {
    is_der(bytes) || is_ssh_blob(bytes) || is_modulus(bytes)
}

/// PEM (RFC 7468) and SSH (RFC 4253, RFC 4716) as text.
fn is_armored(text: &[u8]) -> bool {
    let starts = |prefix: &&[u8]| text.starts_with(prefix);
    let ssh: [&[u8]; 4] = [b"ssh-", b"ecdsa-sha2-", b"sk-ssh-", b"sk-ecdsa-"];
    ssh.iter().any(starts)
        || [&b"-----BEGIN "[..], b"---- BEGIN "]
            .iter()
            .any(|begin| memchr::memmem::find(text, begin).is_some())
}

/// A JWK or a JWK set (RFC 7517).
fn is_jwk(text: &[u8]) -> bool {
    let Ok(Value::Object(members)) = serde_json::from_slice(text) else {
        return false;
    };
    members.contains_key("kty") || members.contains_key("keys")
}

/// An ASN.1 sequence that fills all of `bytes` and begins as keys and certificates do.
fn is_der(bytes: &[u8]) -> bool {
    let [0x30, rest @ ..] = bytes else {
        return false;
    };
    let (length, body) = match *rest {
        [length @ ..=0x7f, ref body @ ..] => (usize::from(length), body),
        [0x81, length, ref body @ ..] => (usize::from(length), body),
        [0x82, high, low, ref body @ ..] => (usize::from(u16::from_be_bytes([high, low])), body),
        _ => return false,
    };
    let is_short = bytes.len() < 0x80;
    let begins = match body {
        // A sequence that names an algorithm.
        [0x30, 0..0x80, 0x06, ..] => true,
        // A certificate, a modulus, or the version of a private key.
        [0x30 | 0x02, ..] => !is_short,
        _ => false,
    };
    // Something may follow, such as the end of a line.
    begins && (length..=length + 2).contains(&body.len())
}

/// The binary form of an SSH key: the length of a name, and the name.
fn is_ssh_blob(bytes: &[u8]) -> bool {
    let [0, 0, 0, 4..=64, name @ ..] = bytes else {
        return false;
    };
    is_armored(name)
}

/// An RSA modulus of a usual size. A random secret of that length also counts as one if it is odd, has its
/// highest bit set and has no small factor; secrets are seldom that long.
fn is_modulus(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(&[0]).unwrap_or(bytes);
    let is_usual = matches!(bytes.len(), 128 | 256 | 384 | 512);
    let is_large = bytes.first().is_some_and(|first| *first >= 0x80);
    let is_divided_by = |factor: u32| {
        let rest = |rest: u32, byte: &u8| ((rest << 8) | u32::from(*byte)) % factor;
        bytes.iter().fold(0, rest) == 0
    };
    is_usual && is_large && !(2..4096).any(is_divided_by)
}

/// Returns the bytes that `text` may encode: base64, base64url, hexadecimal digits, a JSON string of these.
pub(super) fn decoded(text: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let unquoted = text
        .strip_prefix(b"\"")
        .and_then(|text| text.strip_suffix(b"\""));
    let plain = unquoted
        .unwrap_or(text)
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'=' | b':'))
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        })
        .collect::<Vec<u8>>();
    let plain = Zeroizing::new(plain);
    let hex = plain.chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair)
            .ok()
            .filter(|pair| pair.len() == 2)?;
        u8::from_str_radix(pair, 16).ok()
    });
    let base64 = forgiving_decode_to_vec(plain.as_slice()).ok();
    base64
        .into_iter()
        .chain(hex.collect::<Option<_>>())
        .map(Zeroizing::new)
        .collect()
}

#[cfg(test)]
mod tests;

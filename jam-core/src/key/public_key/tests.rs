//! Every spelling of a public key is told, and no secret is taken for one.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::is_public_key;

/// An RSA key of 2048 bits, as DER in base64.
const RSA: &str = "\
    MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsYVvipqbuAlexbRhbjfSD8Fwzmg5mBeg5Xtg/6jwFtGE\
    QRKmB3kAooaDXXVgxAKQT5WW7zcnDCtoMxDv8SStrmPNI+baC/0Xh84B5aaUGt1NyvOdUn2kUsUmB6W+tYSl9Ie8\
    /9AmHh1ZBfCl13Ivic9OdmLnSOWqabW2yDHzabzlvShuHkmEmmocTs6VJTjbdWMZrpKBdQ1dQSGR+NJ5reeVhUCJ\
    v+VPvdfQzTdsnYt4AhW3m0SAB8LHvKs06iokZ/Ecg40OP5/zFpggb0+6Xj/1RlBYwwwxX/EpJLF/+Bc/OFowbjln\
    hJ5s0sJ9b0lGDGgA1YBtsD8LhM+iriKcBwIDAQAB\
    ";
/// A key on the curve P-256, as DER in base64.
const P256: &str = "\
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEDHxL5OiQvc6tSxGIJTfT4cfF0hPZdu/vtdc7ZoIszIUseDnu4LwN\
    UJwRf3QYrnWdTs1P8tOMFtlIf/b2VtW6DQ==\
    ";
/// A key on the curve P-521, as DER in base64: its length takes a second byte.
const P521: &str = "\
    MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQAbZSSigBVLQ8py1p2u6ZrQzmjKWkzWmY0uw/opMBqezMMuyfgEi3U\
    Av51i1lxvG8rCHujgvIkC9ik9lEutdcAp90AjgiJh7+rATUv/yzg/a0QXfYxQLdO2FuhrnG+8JHZ4C6hNOoeSKqW\
    5qc2j6bWv2D9wKEdk6hOE8RK2tpLSAmYbfs=\
    ";
/// A key on the curve Ed25519, as DER in base64.
const ED25519: &str = "\
    MCowBQYDK2VwAyEAOkByAryeYjHeNao0xmWd+qzgF1cp4URJ0A13NtNIk/E=\
    ";
/// A certificate with the key on the curve P-256, as DER in base64.
const CERTIFICATE: &str = "\
    MIIBbjCCAROgAwIBAgIUatzR703w6LyQwH/HbF9CvK0T5aowCgYIKoZIzj0EAwIwDDEKMAgGA1UEAwwBYTAeFw0y\
    NjExMjcyMDQxMDhaFw0zNjExMjQyMDQxMDhaMAwxCjAIBgNVBAMMAWEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\
    AAQMfEvk6JC9zq1LEYglN9Phx8XSE9l27++11ztmgizMhSx4Oe7gvA1QnBF/dBiudZ1OzU/y04wW2Uh/9vZW1boN\
    o1MwUTAdBgNVHQ4EFgQU/QUD/4zyxT4VBFXTNIz/JZU1Ey0wHwYDVR0jBBgwFoAU/QUD/4zyxT4VBFXTNIz/JZU1\
    Ey0wDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEA0iB6Mh62wBbv86+a78fOXjiCcsr9IAnR+zkN\
    C1hayQICIQCnyOdHwt6LYtApCYPkhw03t8eGQEOT7p2oCh+ec4JW6g==\
    ";
/// The RSA key as SSH has it, in base64.
const SSH: &str = "\
    AAAAB3NzaC1yc2EAAAADAQABAAABAQCxhW+Kmpu4CV7FtGFuN9IPwXDOaDmYF6Dle2D/qPAW0YRBEqYHeQCihoNd\
    dWDEApBPlZbvNycMK2gzEO/xJK2uY80j5toL/ReHzgHlppQa3U3K851SfaRSxSYHpb61hKX0h7z/0CYeHVkF8KXX\
    ci+Jz052YudI5apptbbIMfNpvOW9KG4eSYSaahxOzpUlONt1YxmukoF1DV1BIZH40nmt55WFQIm/5U+919DNN2yd\
    i3gCFbebRIAHwse8qzTqKiRn8RyDjQ4/n/MWmCBvT7peP/VGUFjDDDFf8SkksX/4Fz84WjBuOWeEnmzSwn1vSUYM\
    aADVgG2wPwuEz6KuIpwH\
    ";

fn der(base64: &str) -> Vec<u8> {
    STANDARD.decode(base64).expect("base64")
}

fn pem(label: &str, base64: &str) -> String {
    let lines: Vec<&str> = (0..base64.len())
        .step_by(64)
        .map(|at| &base64[at..base64.len().min(at + 64)])
        .collect();
    let lines = lines.join("\n");
    format!("-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n")
}

/// The 256 bytes of the RSA key's modulus; three bytes of an exponent and their head follow it.
fn modulus() -> Vec<u8> {
    let der = der(RSA);
    der[der.len() - 5 - 256..der.len() - 5].to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_public_key_is_told_in_all_its_spellings() {
    let rsa = pem("PUBLIC KEY", RSA);
    let n = URL_SAFE_NO_PAD.encode(modulus());
    let jwk = format!(r#"{{"kty":"RSA","e":"AQAB","n":"{n}"}}"#);
    let utf16: Vec<u8> = rsa.encode_utf16().flat_map(u16::to_le_bytes).collect();
    // Without the head that names the algorithm: PKCS #1.
    let pkcs1 = der(RSA)[24..].to_vec();
    let spellings: Vec<(&str, Vec<u8>)> = vec![
        ("PEM", rsa.clone().into()),
        ("PEM of P-256", pem("PUBLIC KEY", P256).into()),
        ("PEM of Ed25519", pem("PUBLIC KEY", ED25519).into()),
        (
            "PEM of PKCS #1",
            pem("RSA PUBLIC KEY", &STANDARD.encode(&pkcs1)).into(),
        ),
        ("a certificate", pem("CERTIFICATE", CERTIFICATE).into()),
        ("PEM behind white space", format!(" \r\n\t{rsa}").into()),
        (
            "PEM behind a byte order mark",
            format!("\u{feff}{rsa}").into(),
        ),
        ("PEM behind a NUL", format!("\0{rsa}").into()),
        ("PEM behind a comment", format!("Key of 2026\n{rsa}").into()),
        ("PEM in UTF-16", utf16),
        ("PEM in a JSON string", format!("{rsa:?}").into()),
        ("PEM in base64", STANDARD.encode(&rsa).into()),
        ("DER", der(RSA)),
        ("DER of P-256", der(P256)),
        ("DER of P-521", der(P521)),
        ("DER of Ed25519", der(ED25519)),
        ("DER of PKCS #1", pkcs1.clone()),
        ("DER of a certificate", der(CERTIFICATE)),
        (
            "DER and the end of a line",
            [der(RSA), b"\n".to_vec()].concat(),
        ),
        (
            "DER and the end of a line of two characters",
            [der(P521), b"\r\n".to_vec()].concat(),
        ),
        ("DER in base64", RSA.into()),
        (
            "DER in base64 without padding",
            STANDARD_NO_PAD.encode(der(P256)).into(),
        ),
        (
            "DER in base64url",
            URL_SAFE_NO_PAD.encode(der(ED25519)).into(),
        ),
        (
            "DER in lines of base64",
            rsa.lines()
                .filter(|line| !line.contains('-'))
                .collect::<Vec<_>>()
                .join("\n")
                .into(),
        ),
        ("DER in quoted base64", format!("\"{P256}\"").into()),
        ("DER in hexadecimal digits", hex(&der(P256)).into()),
        ("a certificate in base64", CERTIFICATE.into()),
        ("SSH", format!("ssh-rsa {SSH} a@example").into()),
        ("SSH without its name", SSH.into()),
        (
            "SSH of RFC 4716",
            format!("---- BEGIN SSH2 PUBLIC KEY ----\n{SSH}\n---- END SSH2 PUBLIC KEY ----").into(),
        ),
        ("SSH as bytes", der(SSH)),
        ("JWK", jwk.clone().into()),
        (
            "JWK behind a byte order mark",
            format!("\u{feff}{jwk}").into(),
        ),
        ("JWK in base64url", URL_SAFE_NO_PAD.encode(&jwk).into()),
        ("a set of JWKs", format!(r#"{{"keys":[{jwk}]}}"#).into()),
        ("the modulus", modulus()),
        ("the modulus behind its sign", [vec![0], modulus()].concat()),
        ("the modulus in base64url", n.into()),
        ("the modulus in hexadecimal digits", hex(&modulus()).into()),
    ];
    for (what, secret) in spellings {
        assert!(is_public_key(&secret), "{what}");
    }
}

#[test]
fn a_secret_that_resembles_a_key_is_accepted() {
    let mut short = der(ED25519);
    short.truncate(40);
    // Three bytes behind the sequence, a length of twice as many, and one that is short of one.
    let longer = [der(P521), b"\r\n\0".to_vec()].concat();
    let twice = [der(P521), der(P521)[3..].to_vec()].concat();
    let cut = der(P521)[..der(P521).len() - 1].to_vec();
    // As long as a sequence that names no algorithm may be: 127 and 128 bytes.
    let of_length = |length: u8| {
        [
            vec![0x30, 0x81, length - 3, 0x02],
            vec![7; usize::from(length) - 4],
        ]
        .concat()
    };
    assert!(is_public_key(&of_length(128)));
    let mut even = modulus();
    even[255] &= 0xfe;
    for secret in [
        &b"0*0 this text begins like DER, by accident"[..],
        b"{\"a\":\"JSON that is no key is as good a secret\"}",
        b"-----BEGINNINGS are hard, said the secret text",
        &short,
        &longer,
        &twice,
        &cut,
        &of_length(127),
        &even,
        &modulus()[..255],
    ] {
        assert!(!is_public_key(secret), "{}", secret.escape_ascii());
    }
}

proptest! {
    // Those that `openssl rand` makes, in every form.
    #[test]
    fn a_random_secret_is_no_public_key(secret in prop::collection::vec(any::<u8>(), 32..128)) {
        prop_assert!(!is_public_key(&secret));
        prop_assert!(!is_public_key(STANDARD.encode(&secret).as_bytes()));
        prop_assert!(!is_public_key(URL_SAFE_NO_PAD.encode(&secret).as_bytes()));
        prop_assert!(!is_public_key(hex(&secret).as_bytes()));
    }
}

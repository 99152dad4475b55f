//! Secrets that documentation and templates publish.
//!
//! An attacker tries them first (RFC 8725 section 3.5). The list has those that are long enough for an
//! algorithm. The secrets of RFC 7515 and RFC 7520 are not: libraries are tested with them.

use super::public_key::decoded;

const PUBLISHED: &[&str] = &[
    // jwt.io
    "a-string-secret-at-least-256-bits-long",
    "a-valid-string-secret-that-is-at-least-384-bits-long",
    "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",
    // FastAPI
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    // Flask
    "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
    // Supabase
    "super-secret-jwt-token-with-at-least-32-characters-long",
    "your-super-secret-jwt-token-with-at-least-32-characters-long",
    // PostgREST
    "reallyreallyreallyreallyverysafe",
    // Hasura
    "3EK6FD+o0+c7tzBNVfjpMkNDi2yARAAKzQlk8O2IKoxQu4nF7EdAh8s3TwpHwrdWT6R",
    // NestJS
    "DO NOT USE THIS VALUE. INSTEAD, CREATE A COMPLEX SECRET AND KEEP IT SAFE OUTSIDE OF THE SOURCE CODE.",
    // Nacos
    "SecretKey012345678901234567890123456789012345678901234567890123456789",
    "SecretKey01234567890123456789012345678901234567890123456789012345678",
    "ThisIsMyCustomSecretKey012345678",
    // Superset
    "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET",
    "YOUR_OWN_RANDOM_GENERATED_SECRET_KEY",
    // Tutorials for ASP.NET and Node.js
    "THIS IS USED TO SIGN AND VERIFY JWT TOKENS, REPLACE IT WITH YOUR OWN SECRET, IT CAN BE ANY STRING",
    "THIS IS USED TO SIGN AND VERIFY JWT TOKENS, REPLACE IT WITH YOUR OWN SECRET",
    "db3OIsj+BXE9NZDy0t8W3TcNekrF+2d/1sFnWG4HnV8TZY30iTOdtVWJG8abWvB1GlOgJuQZdcF2Luqm/hccMw==",
    // Tutorials for Spring
    "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970",
    // Templates
    "<random_string_at_least_32_characters_long>",
    "12345678901234567890123456789012",
    "01234567890123456789012345678901",
    "abcdefghijklmnopqrstuvwxyz123456",
    "0123456789abcdef0123456789abcdef",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
];

/// The beginning of a secret that Django makes for a new project, and that it asks to replace.
const DJANGO: &[u8] = b"django-insecure-";

/// Returns `true` if `secret` is published, as it is or as the bytes that a published text encodes.
pub(super) fn is_published(secret: &[u8]) -> bool {
    let text = secret.trim_ascii();
    let is_it = |published: &&str| {
        let published = published.as_bytes();
        text == published || decoded(published).iter().any(|bytes| **bytes == *secret)
    };
    text.starts_with(DJANGO)
        || PUBLISHED.iter().any(is_it)
        || decoded(text).iter().any(|bytes| {
            PUBLISHED
                .iter()
                .any(|published| **bytes == *published.as_bytes())
        })
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::super::{Algorithm, SigningKey};
    use super::PUBLISHED;

    fn refusal(secret: impl AsRef<[u8]>) -> Option<String> {
        let key = SigningKey::hmac(Algorithm::Hs256, secret);
        key.err().map(|error| error.to_string())
    }

    #[test]
    fn a_published_secret_is_refused_in_every_spelling() {
        for published in PUBLISHED {
            for secret in [
                published.as_bytes().to_vec(),
                format!("{published}\n").into_bytes(),
                STANDARD.encode(published).into_bytes(),
                URL_SAFE_NO_PAD.encode(published).into_bytes(),
            ] {
                let why = refusal(&secret).expect(published);
                assert!(why.contains("published"), "{published}: {why}");
            }
        }
        let spring = PUBLISHED.iter().find(|text| text.starts_with("404E"));
        let hex = spring.expect("a tutorial's secret").as_bytes();
        let bytes: Vec<u8> = hex
            .chunks(2)
            .filter_map(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok())
            .collect();
        assert!(refusal(bytes).is_some());
        assert!(refusal("django-insecure-q8v)s5h$1o2=c7k&4r0!t9w_z3x6").is_some());
    }

    #[test]
    fn other_secrets_are_accepted() {
        for secret in [
            "a-string-secret-at-least-256-bits-lonh",
            "9c4b1f6e0d7a2853f1e6c8a4b7d90325e4f8a1c6b3d7092e5f8c1a4b6d9e0372",
        ] {
            assert_eq!(refusal(secret), None);
        }
    }
}

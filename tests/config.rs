//! Configuration from files and from environment variables.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jam::Jam;

use crate::support::{SECRET, User};

struct File {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn file(name: &str, text: &str) -> File {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    File {
        _folder: folder,
        path,
    }
}

fn fails(name: &str, text: &str) -> String {
    let file = file(name, text);
    let error = Jam::from_config(&file.path).unwrap_err().to_string();
    let prefix = file.path.display().to_string();
    for line in error.lines() {
        assert!(
            line.starts_with(&prefix),
            "every line names the file: {line}"
        );
    }
    error.replace(&format!("{prefix}: "), "")
}

#[test]
fn every_file_format_gives_the_same_configuration() {
    let toml =
        format!("[jwt]\nsecret = \"{SECRET}\"\nlifetime = 60\n[session]\nstore = \"memory\"\n");
    let json = format!(
        r#"{{"jam":{{"jwt":{{"secret":"{SECRET}","lifetime":60}},"session":{{"store":"memory"}}}}}}"#
    );
    let mut files = vec![("jam.toml", toml), ("jam.json", json)];
    if cfg!(feature = "yaml") {
        let yaml = format!("jwt:\n  secret: {SECRET}\n  lifetime: 60\nsession:\n  store: memory\n");
        files.extend([("jam.yaml", yaml.clone()), ("jam.yml", yaml)]);
    }
    for (name, text) in files {
        let jam = Jam::from_config(&file(name, &text).path).unwrap();
        let token = jam
            .gen_jwt_token(&jam.make_payload(User { user: 1 }))
            .unwrap();
        assert_eq!(token.expires_in(), 60, "{name}");
    }
}

#[test]
fn all_faults_are_reported_together_with_key_and_reason() {
    let error = fails(
        "jam.toml",
        r#"
        development = "0.0.0.0"
        origins = ["https://a.example", 7]
        unknown = 1
        [jwt]
        algorithm = "none"
        secret = "short-secret"
        lifetime = "soon"
        leeway = 61
        isuer = "x"
        [session]
        store = "disk"
        idle_timeout = 0
        "#,
    );
    let faults: HashMap<&str, &str> = error
        .lines()
        .map(|line| line.split_once(": ").unwrap())
        .collect();
    for (key, part) in [
        ("development", "address"),
        ("origins", "list of texts"),
        (
            "unknown",
            "unknown key; the keys here are jwt, session, origins, development",
        ),
        ("jwt.algorithm", "HS256"),
        ("jwt.secret", "32 bytes"),
        ("jwt.lifetime", "whole number of seconds"),
        ("jwt.leeway", "60 seconds at most"),
        ("jwt.isuer", "issuer"),
        ("session.store", "memory"),
        ("session.idle_timeout", "at least"),
    ] {
        assert!(faults[key].contains(part), "{key}: {}", faults[key]);
    }
    assert_eq!(faults.len(), 10, "{error}");
    assert!(!error.contains("short-secret"), "{error}");
}

#[test]
fn a_syntax_error_is_reported_with_its_line_and_without_the_secret() {
    for line in [
        r#"secret = "my-broken-secret"#,
        r#"secret = "my-broken-secret\q""#,
        r#"secret = "my-broken-secret" my-broken-secret"#,
        r#"secret = "my-broken-secret" = 1"#,
        "secret = my-broken-secret",
        "secret = 'my-broken-secret\u{1}'",
        "secret = [\"my-broken-secret\"",
        "my-broken-secret",
    ] {
        let broken = fails("jam.toml", &format!("[jwt]\n{line}\nlifetime = 1\n"));
        assert!(
            broken.starts_with("line ")
                && broken.contains("it is not TOML")
                && !broken.contains("my-broken-secret"),
            "{broken}"
        );
    }
    let place = fails(
        "jam.toml",
        "[jwt]\nsecret = \"my-broken-secret\nlifetime = 1\n",
    );
    assert!(place.contains("line 2: it is not TOML"), "{place}");
    let broken = fails("jam.json", "{\"jwt\":{\"secret\":\"my-broken-secret\n");
    assert!(
        broken.contains("it is not JSON") && !broken.contains("my-broken-secret"),
        "{broken}"
    );
    if cfg!(feature = "yaml") {
        let broken = fails("jam.yaml", "jwt:\n  secret: \"my-broken-secret\n x: [\n");
        assert!(
            broken.contains("YAML") && !broken.contains("my-broken-secret"),
            "{broken}"
        );
    } else {
        let missing = fails("jam.yaml", "");
        assert!(missing.contains(r#"features = ["yaml"]"#), "{missing}");
    }
    assert!(fails("jam.ini", "").contains("ends neither"));
    assert!(fails("jam.json", "[]").contains("must be a table"));
    for empty in ["{}", r#"{"jam":{}}"#] {
        assert!(fails("jam.json", empty).contains("no backend"), "{empty}");
    }
    let missing = Jam::from_config("does/not/exist.toml")
        .unwrap_err()
        .to_string();
    assert!(
        missing.starts_with("does/not/exist.toml: cannot be read"),
        "{missing}"
    );
}

#[test]
fn origins_in_a_configuration_have_the_spelling_of_browsers() {
    for (origin, part) in [
        ("app.example", "is not an origin"),
        ("https://app.example/", "is not an origin"),
        ("https://app.example/x", "is not an origin"),
        ("ftp://app.example", "has a scheme that no page has"),
        ("wss://app.example", "has a scheme that no page has"),
        ("https://*.app.example", "name each origin by itself"),
        ("*", "name each origin by itself"),
        ("https://u:hunter2@app.example", "user"),
        ("https://app.example/?token=hunter2", "is not an origin"),
        ("hunter2", "is not an origin"),
        ("https://app.example:443", "port"),
        ("", "is not an origin"),
    ] {
        let builder = Jam::builder().jwt(jam::Jwt::hs256(SECRET));
        let error = builder.origin(origin).build().unwrap_err().to_string();
        assert!(
            error.starts_with("origins: number 1 ") && error.contains(part),
            "{origin}: {error}"
        );
        assert!(!error.contains("hunter2"), "{error}");
    }
    for shell in [
        "tauri://localhost",
        "capacitor://localhost",
        "app://obsidian.md",
    ] {
        let builder = Jam::builder().jwt(jam::Jwt::hs256(SECRET));
        assert!(builder.origin(shell).build().is_ok(), "{shell}");
    }
}

/// All threads of a process share its environment. For this reason each case runs this test again
/// in a new process with the variables set.
#[test]
fn variables() {
    const CASE: &str = "JAM_TESTS_CASE";
    let Ok(case) = std::env::var(CASE) else {
        let run = |case: &str, variables: &[(&str, &str)]| {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["--exact", "config::variables", "--nocapture"]);
            command.env(CASE, case).envs(variables.iter().copied());
            let output = command.output().unwrap();
            assert!(
                output.status.success(),
                "{case}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        };
        let secret = ("JAM_JWT_SECRET", SECRET);
        run(
            "env-good",
            &[
                secret,
                ("JAM_JWT_LIFETIME", "60"),
                ("JAM_SESSION_STORE", "memory"),
            ],
        );
        run(
            "env-bad",
            &[("JAM_JWT_SECRET", "short"), ("JAM_JWT_TTL", "60")],
        );
        run("env-twice", &[secret, ("JAM_JWT_secret", "another")]);
        run(
            "env-previous",
            &[
                secret,
                (
                    "JAM_JWT_PREVIOUS_SECRETS",
                    "the first secret that is too old, the second secret that is too old",
                ),
            ],
        );
        run("env-none", &[]);
        run(
            "file",
            &[("MY_SECRET", SECRET), ("HOST", "id.example"), ("EMPTY", "")],
        );
        return;
    };
    match case.as_str() {
        "env-good" => {
            let jam = Jam::from_env().unwrap();
            let token = jam
                .gen_jwt_token(&jam.make_payload(User { user: 1 }))
                .unwrap();
            assert_eq!(token.expires_in(), 60);
        }
        "env-bad" => {
            let error = Jam::from_env().unwrap_err();
            let keys: Vec<&str> = error.keys().collect();
            assert_eq!(keys, ["jwt.ttl", "jwt.secret"], "{error}");
            assert!(
                error.to_string().starts_with("the environment: "),
                "{error}"
            );
        }
        "env-previous" => {
            let jam = Jam::from_env().unwrap();
            for secret in [
                "the first secret that is too old",
                "the second secret that is too old",
            ] {
                let old = Jam::builder().jwt(jam::Jwt::hs256(secret)).build().unwrap();
                let token = old
                    .gen_jwt_token(&old.make_payload(User { user: 1 }))
                    .unwrap();
                assert!(
                    jam.verify_jwt_token::<User>(token.as_str()).is_ok(),
                    "{secret}"
                );
            }
        }
        "env-twice" => {
            let error = Jam::from_env().unwrap_err().to_string();
            assert!(error.contains("occurs in another case"), "{error}");
            assert!(!error.contains(SECRET), "{error}");
        }
        "env-none" => {
            let error = Jam::from_env().unwrap_err().to_string();
            assert!(error.contains("no backend"), "{error}");
        }
        "file" => in_a_file(),
        other => panic!("{other}"),
    }
}

fn in_a_file() {
    let good = r#"
        [jwt]
        secret = "${MY_SECRET}"
        issuer = "https://${HOST}/${UNSET:-a}${EMPTY:-b}$$x$"
        lifetime = "${UNSET:-90}"
    "#;
    let jam = Jam::from_config(&file("jam.toml", good).path).unwrap();
    let claims = jam.make_payload(User { user: 1 });
    assert_eq!(
        claims.registered().issuer(),
        Some("https://id.example/ab$x$")
    );
    assert_eq!(jam.gen_jwt_token(&claims).unwrap().expires_in(), 90);
    let error = fails(
        "jam.toml",
        "origins = [\"${NO_A}\"]\nunknown = 1\n[jwt]\nlifetime = \"${NO_C}\"\nsecret = \"${NO_B}\"\nissuer = \"${oops\"\naudience = \"${}\"\n",
    );
    for part in [
        "origins.0: the environment variable `NO_A` is not set",
        "jwt.secret: the environment variable `NO_B` is not set",
        "jwt.issuer: a `${` is not closed",
        "jwt.audience: what stands between",
        "jwt.lifetime: the environment variable `NO_C` is not set",
        "unknown: unknown key",
    ] {
        assert!(error.contains(part), "{part} in {error}");
    }
    // A key reports one fault. The faults that follow from it are not reported.
    assert_eq!(error.lines().count(), 6, "{error}");
}

/// Each algorithm needs a secret or a key file, and never both.
#[test]
fn the_algorithm_decides_between_a_secret_and_a_key_file() {
    let secret = "s".repeat(64);
    for algorithm in ["HS256", "HS384", "HS512"] {
        let text = format!("[jwt]\nalgorithm = {algorithm:?}\nsecret = {secret:?}\n");
        let jam = Jam::from_config(&file("jam.toml", &text).path).unwrap();
        let token = jam
            .gen_jwt_token(&jam.make_payload(User { user: 1 }))
            .unwrap();
        let header = token.as_str().split('.').next().unwrap();
        let header = URL_SAFE_NO_PAD.decode(header).unwrap();
        assert!(String::from_utf8(header).unwrap().contains(algorithm));
    }
    for (text, wanted) in [
        (
            "algorithm = \"hs256\"\nsecret = \"S\"",
            "jwt.algorithm: unknown algorithm",
        ),
        (
            "algorithm = \"HS512\"\nsecret = \"too short\"",
            "jwt.secret: an HS512 secret has 64 bytes",
        ),
        (
            "algorithm = \"HS512\"\nkey_file = \"key.pem\"",
            "jwt.key_file: HS512 does not use it: set `jwt.secret`",
        ),
        ("algorithm = \"ES256\"", "jwt.key_file: it is missing"),
        (
            "algorithm = \"ES256\"\nsecret = \"S\"",
            "jwt.secret: ES256 does not use it: set `jwt.key_file`",
        ),
        (
            "algorithm = \"ES256\"\nkey_file = \"gone.pem\"",
            "gone.pem: No such file",
        ),
        (
            "secret = \"S\"\nprevious_secrets = [\"S\", \"short\"]",
            "jwt.previous_secrets: an HS256 secret",
        ),
        (
            "secret = \"S\"\nprevious_secrets = \"S\"",
            "jwt.previous_secrets: it must be a list of texts",
        ),
    ] {
        let text = text.replace("\"S\"", &format!("{secret:?}"));
        let error = fails("jam.toml", &format!("[jwt]\n{text}\n"));
        assert!(error.contains(wanted), "{text}: {error}");
    }
}

/// A relative path begins at the folder of the file.
#[cfg(any(feature = "asymmetric", feature = "graviola"))]
#[test]
fn a_key_file_is_read_from_the_folder_of_the_configuration() {
    use jam::token::{Algorithm, SigningKey, Verifier};

    let key = SigningKey::generate(Algorithm::EdDsa).unwrap();
    let text = "[jwt]\nalgorithm = \"EdDSA\"\nkey_file = \"keys/own.pem\"\nkey_id = \"k1\"\n";
    let file = file("jam.toml", text);
    let folder = file.path.parent().unwrap().join("keys");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("own.pem"), key.to_pem().unwrap()).unwrap();
    let jam = Jam::from_config(&file.path).unwrap();
    let token = jam
        .gen_jwt_token(&jam.make_payload(User { user: 1 }))
        .unwrap();
    let verifier = Verifier::builder(key.verifying_key().with_id("k1"))
        .build()
        .unwrap();
    assert!(verifier.verify::<User>(token.as_str()).is_ok());

    std::fs::write(folder.join("own.pem"), "a text that is no key").unwrap();
    let error = Jam::from_config(&file.path).unwrap_err().to_string();
    assert!(error.contains("own.pem: this is not PEM"), "{error}");
    assert!(
        !error.contains("no key"),
        "the content is not shown: {error}"
    );
}

#[cfg(not(any(feature = "asymmetric", feature = "graviola")))]
#[test]
fn a_key_file_without_its_feature_names_the_feature() {
    let file = file(
        "jam.toml",
        "[jwt]\nalgorithm = \"ES256\"\nkey_file = \"jam.toml\"\n",
    );
    let error = Jam::from_config(&file.path).unwrap_err().to_string();
    assert!(
        error.contains("feature `asymmetric` or `graviola`"),
        "{error}"
    );
}

#[test]
fn a_store_is_named_by_its_address() {
    let with = |store: &str| {
        let text = format!("[session]\nstore = \"{store}\"\n");
        file("jam.toml", &text)
    };
    for (feature, is_on, address) in [
        ("sqlite", cfg!(feature = "sqlite"), "sqlite:app.db"),
        (
            "postgres",
            cfg!(feature = "postgres"),
            "postgres://user:my-password@host/app",
        ),
        (
            "redis",
            cfg!(feature = "redis"),
            "redis://:my-password@host/0",
        ),
    ] {
        let file = with(address);
        match Jam::from_config(&file.path) {
            Ok(_) => assert!(is_on, "{address}"),
            Err(error) => {
                let expected = format!("session.store: it needs the feature `{feature}`");
                assert!(!is_on && error.to_string().contains(&expected), "{error}");
                assert!(!error.to_string().contains("my-password"), "{error}");
                assert!(!error.to_string().contains("my-password"), "{error}");
            }
        }
    }
    for unknown in [
        "mysql://user:my-password@host",
        "sqlite",
        "my-password",
        "",
        "file:app.db",
    ] {
        let error = fails("jam.toml", &format!("[session]\nstore = \"{unknown}\"\n"));
        assert!(
            error.contains("session.store: unknown value: write \"memory\""),
            "{error}"
        );
        assert!(!error.contains("my-password"), "{error}");
    }
}

#[cfg(feature = "sqlite")]
#[test]
fn the_file_of_a_store_is_beside_the_file_of_the_configuration() {
    let file = file("jam.toml", "[session]\nstore = \"sqlite:app.db\"\n");
    Jam::from_config(&file.path).unwrap();
    let beside = file.path.with_file_name("app.db");
    assert!(beside.exists());
    let error = fails("jam.toml", "[session]\nstore = \"sqlite:missing/app.db\"\n");
    assert!(error.contains("the folder does not exist"), "{error}");
}

/// Without the feature the secret is refused, so that nothing is stored unencrypted by mistake.
#[test]
fn a_secret_of_encryption_is_used_or_refused() {
    let secret = "a secret of encryption that has forty bytes";
    let session = |lines: &str| format!("[session]\nstore = \"memory\"\n{lines}\n");
    let good = session(&format!(
        "encryption_secret = \"{secret}\"\nprevious_encryption_secrets = [\"{secret} that was\"]"
    ));
    let file = file("jam.toml", &good);
    let is_on = cfg!(feature = "encryption");
    match Jam::from_config(&file.path) {
        Ok(_) => assert!(is_on),
        Err(error) => {
            let error = error.to_string();
            let expected = "session.encryption_secret: it needs the feature `encryption`";
            assert!(!is_on && error.contains(expected), "{error}");
            assert!(!error.contains(secret), "{error}");
        }
    }
    let error = fails("jam.toml", &session("encryption_secret = \"short-secret\""));
    assert!(error.contains("session.encryption_secret: "), "{error}");
    assert!(!error.contains("short-secret"), "{error}");
    let lone = session(&format!("previous_encryption_secrets = [\"{secret}\"]"));
    let error = fails("jam.toml", &lone);
    let expected = "session.previous_encryption_secrets: it needs `encryption_secret`";
    assert!(error.contains(expected), "{error}");
}

#[cfg(all(feature = "encryption", feature = "sqlite"))]
#[tokio::test]
async fn sessions_of_a_configuration_with_a_secret_are_encrypted() {
    use crate::support::User;

    let [old, new] = ["old", "new"].map(|name| format!("the {name} secret of 32 bytes or more"));
    let with = |lines: &str| format!("[session]\nstore = \"sqlite:app.db\"\n{lines}\n");
    let file = file("jam.toml", &with(&format!("encryption_secret = \"{old}\"")));
    let jam = Jam::from_config(&file.path).unwrap();
    let session = jam
        .create_session("ann", &User { user: 4711 })
        .await
        .unwrap();
    let stored = std::fs::read(file.path.with_file_name("app.db")).unwrap();
    let logged = std::fs::read(file.path.with_file_name("app.db-wal")).unwrap_or_default();
    for bytes in [stored, logged] {
        assert!(!bytes.windows(4).any(|bytes| bytes == b"4711"));
    }
    let lines = [
        format!("encryption_secret = \"{new}\"\nprevious_encryption_secrets = [\"{old}\"]"),
        format!("encryption_secret = \"{new}\""),
    ];
    for (lines, is_known) in lines.iter().zip([true, false]) {
        std::fs::write(&file.path, with(lines)).unwrap();
        let jam = Jam::from_config(&file.path).unwrap();
        let found = jam.get_session::<User>(&session).await.unwrap();
        assert_eq!(found.is_some(), is_known);
    }
}

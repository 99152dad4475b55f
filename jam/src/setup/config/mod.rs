//! Configuration from a file or from the environment.

mod error;
mod interpolate;
mod jwt;
mod session;
mod table;

use std::path::Path;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

pub use error::ConfigError;
pub(crate) use error::Fault;

use jam_core::claims::no_duplicates;

use super::builder::{JamBuilder, Ready, WantsBackend};
use super::jam::Jam;
use interpolate::interpolate;
use table::Table;

/// The name of the environment in errors, where a file has its path.
const ENVIRONMENT: &str = "the environment";

impl Jam {
    /// Builds a `Jam` from a file in JSON, TOML or YAML. The file extension decides: `.json`, `.toml`, `.yaml` or
    /// `.yml`. TOML and YAML need the features of these names.
    ///
    /// ```toml
    /// [jwt]
    /// secret = "${JAM_SECRET}"         # 32 bytes or more
    /// lifetime = 3600                  # seconds
    /// issuer = "https://${HOST:-id.example}"
    ///
    /// [session]
    /// store = "memory"
    /// idle_timeout = 3600              # seconds
    /// absolute_timeout = 86400         # seconds
    /// ```
    ///
    /// In any text `${NAME}` stands for the environment variable `NAME`, `${NAME:-text}`
    /// for `text` when that is not set or empty, and `$$` for a dollar sign. The tables may
    /// stand under one table `jam`.
    ///
    /// | key | value | default |
    /// |---|---|---|
    /// | `jwt.algorithm` | an [`Algorithm`](crate::token::Algorithm) such as `"HS256"` | `"HS256"` |
    /// | `jwt.secret` | for HS256, HS384, HS512: text of 32, 48, 64 bytes or more | |
    /// | `jwt.previous_secrets` | list of secrets that are still accepted | none |
    /// | `jwt.keys` | instead of a secret: path of the folder of a ring, from the folder of the file | |
    /// | `jwt.key_file` | for other algorithms: path of a private key in PEM, from the folder of the file | |
    /// | `jwt.lifetime`, `jwt.leeway` | seconds | 3600, 0 |
    /// | `jwt.max_lifetime` | seconds | no limit |
    /// | `jwt.issuer`, `jwt.audience`, `jwt.key_id`, `jwt.token_type` | text | |
    /// | `session.store` | `"memory"`; with the features of these names `"sqlite:app.db"` (a path from the folder of the file), `"postgres://user@host/database"`, `"redis://host"` | |
    /// | `session.idle_timeout`, `session.absolute_timeout` | seconds | 3600, 86400 |
    /// | `session.per_owner` | number of sessions | 1000 |
    /// | `session.store_timeout` | milliseconds | 1000 |
    /// | `session.rotation_grace` | seconds | 0 |
    /// | `session.encryption_secret` | with the feature `encryption`: text of 32 bytes or more, for [`EncryptedStore`](crate::session::EncryptedStore) | not encrypted |
    /// | `session.previous_encryption_secrets` | list of secrets that still decrypt | none |
    /// | `origins` | list of origins | the request's own host |
    /// | `development` | address of a loopback listener | |
    ///
    /// # Errors
    ///
    /// One [`ConfigError`] that lists everything that is wrong, each with file, key and
    /// reason: an unknown key, a variable that is not set, an invalid value.
    pub fn from_config(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Self::builder().config(path)?.build()
    }

    /// Builds a `Jam` from environment variables: the keys of [`from_config`](Self::from_config)
    /// in capitals, with `_` for the dot and the prefix `JAM_`, such as `JAM_JWT_SECRET` and
    /// `JAM_SESSION_STORE`. `JAM_ORIGINS`, `JAM_JWT_PREVIOUS_SECRETS` and
    /// `JAM_SESSION_PREVIOUS_ENCRYPTION_SECRETS` are lists, separated by commas.
    ///
    /// # Errors
    ///
    /// As [`from_config`](Self::from_config); an unknown variable that begins with
    /// `JAM_JWT_` or `JAM_SESSION_` is an error too.
    pub fn from_env() -> Result<Self, ConfigError> {
        let mut faults = Vec::new();
        let variables: Vec<(String, String)> = std::env::vars_os()
            .filter_map(|(name, value)| {
                let name = name
                    .into_string()
                    .ok()
                    .filter(|name| name.starts_with("JAM_"))?;
                match value.into_string() {
                    Ok(value) => Some((name, value)),
                    Err(_) => {
                        faults.push(Fault::new(name, "it is not UTF-8 text"));
                        None
                    }
                }
            })
            .collect();
        let root = Value::Object(from_variables(variables, &mut faults));
        configure(Self::builder(), ENVIRONMENT, root, faults)?.build()
    }
}

impl JamBuilder<WantsBackend> {
    /// Reads a file as [`Jam::from_config`] does, for an application that sets more than a
    /// file can say.
    ///
    /// # Errors
    ///
    /// As [`Jam::from_config`].
    pub fn config(self, path: impl AsRef<Path>) -> Result<JamBuilder<Ready>, ConfigError> {
        let path = path.as_ref();
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map(Zeroizing::new)
            .map_err(|error| ConfigError::of(&file, "", format!("cannot be read: {error}")))?;
        let mut root = parse(path, &text).map_err(|why| ConfigError::of(&file, "", why))?;
        let mut faults = Vec::new();
        interpolate(
            &mut root,
            "",
            &mut |name| std::env::var(name).ok(),
            &mut faults,
        );
        configure(self, &file, root, faults)
    }
}

/// Parses the file into a tree. A syntax error is reported by its place and never quotes the line, which can
/// contain a secret.
fn parse(path: &Path, text: &str) -> Result<Value, String> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("json") => {
            let place = |error: &serde_json::Error| {
                format!("line {}, column {}", error.line(), error.column())
            };
            let tree = text
                .parse()
                .map_err(|error| format!("{}: it is not JSON", place(&error)))?;
            no_duplicates(text)
                .map_err(|error| format!("{}: a key occurs twice", place(&error)))?;
            Ok(tree)
        }
        #[cfg(feature = "toml")]
        Some("toml") => toml::from_str(text).map_err(|error| {
            let place = error.span().map_or(0, |span| span.start);
            let line = text
                .bytes()
                .take(place)
                .filter(|byte| *byte == b'\n')
                .count()
                + 1;
            format!("line {line}: it is not TOML: {}", error.message())
        }),
        #[cfg(not(feature = "toml"))]
        Some("toml") => Err(needs("toml")),
        #[cfg(feature = "yaml")]
        Some("yaml" | "yml") => serde_saphyr::from_str(text).map_err(|error| {
            let (line, column) = error
                .location()
                .map_or((1, 1), |place| (place.line(), place.column()));
            format!("line {line}, column {column}: it is not YAML")
        }),
        #[cfg(not(feature = "yaml"))]
        Some("yaml" | "yml") => Err(needs("yaml")),
        _ => Err("ends neither in .toml, .yaml, .yml nor .json".to_owned()),
    }
}

#[cfg(not(all(feature = "toml", feature = "yaml")))]
fn needs(feature: &str) -> String {
    format!(
        "needs the feature `{feature}` of jam-auth: add `features = [\"{feature}\"]` to it in Cargo.toml"
    )
}

/// The variables that are lists, of the tables.
const LISTS: [&str; 2] = [
    "JAM_JWT_PREVIOUS_SECRETS",
    "JAM_SESSION_PREVIOUS_ENCRYPTION_SECRETS",
];

/// The keys of a file, as far as the environment has them.
fn from_variables(variables: Vec<(String, String)>, faults: &mut Vec<Fault>) -> Map<String, Value> {
    let mut root = Map::new();
    for (name, value) in variables {
        let text = || Value::String(value.clone());
        let mut put = |table: &str, key: &str| {
            let value = match LISTS.contains(&name.as_str()) {
                true => list(&value),
                false => text(),
            };
            let table = root
                .entry(table)
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(table) = table
                && table.insert(key.to_ascii_lowercase(), value).is_some()
            {
                faults.push(Fault::new(
                    name.clone(),
                    "the same key occurs in another case",
                ));
            }
        };
        if let Some(key) = name.strip_prefix("JAM_JWT_") {
            put("jwt", key);
        } else if let Some(key) = name.strip_prefix("JAM_SESSION_") {
            put("session", key);
        } else if name == "JAM_DEVELOPMENT" {
            root.insert("development".to_owned(), text());
        } else if name == "JAM_ORIGINS" {
            root.insert("origins".to_owned(), list(&value));
        }
    }
    root
}

/// Returns the texts between the commas.
fn list(value: &str) -> Value {
    let items = value
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty());
    items.collect()
}

/// Reads the whole tree, and only then says what was wrong with it; `faults` is what is
/// known to be wrong already.
fn configure(
    builder: JamBuilder<WantsBackend>,
    file: &str,
    root: Value,
    mut faults: Vec<Fault>,
) -> Result<JamBuilder<Ready>, ConfigError> {
    // A key file is beside the file that names it.
    let folder = match file {
        ENVIRONMENT => Path::new(""),
        file => Path::new(file).parent().unwrap_or(Path::new("")),
    };
    let mut root = Table::root(root, &mut faults);
    let jwt = root
        .table("jwt", &mut faults)
        .map(|table| jwt::read(table, folder, &mut faults));
    let sessions = root
        .table("session", &mut faults)
        .map(|table| session::read(table, folder, &mut faults));
    let origins = root.texts("origins", &mut faults);
    let development = root.parsed(
        "development",
        "an address such as 127.0.0.1:3000",
        &mut faults,
    );
    root.finish(&mut faults);
    if jwt.is_none() && sessions.is_none() && faults.is_empty() {
        faults.push(Fault::new(
            "",
            match file {
                ENVIRONMENT => {
                    "it configures no backend: set JAM_JWT_SECRET to a text of 32 bytes or \
                                more, or JAM_SESSION_STORE to `memory`"
                }
                _ => "it configures no backend: add a table `jwt` or `session`",
            }
            .to_owned(),
        ));
    }
    // The builder's checks run here too, so that one error lists all faults.
    if let Some(Some(jwt)) = &jwt {
        faults.extend(jwt.faults().into_iter().map(|(key, why)| match key {
            "jwt.also_accept" => Fault::new("jwt.previous_secrets", why),
            key => Fault::new(key, why),
        }));
    }
    if let Some(Some(sessions)) = &sessions {
        faults.extend(
            sessions
                .faults()
                .into_iter()
                .map(|(key, why)| Fault::new(key, why)),
        );
    }
    if !faults.is_empty() {
        return Err(ConfigError::new(faults).in_file(file));
    }
    let mut builder = builder;
    builder.jwt = jwt.flatten();
    builder.sessions = sessions.flatten();
    builder.origins.extend(origins);
    builder.development = development.or(builder.development);
    Ok(builder.with_backend())
}

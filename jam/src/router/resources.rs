//! The metadata of protected resources (RFC 9728), from the table.

use std::collections::BTreeMap;

use axum::Router;
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use jam_core::rule::{Resource, Source};
use serde_json::{Value, json};

use super::table::TableRow;
use crate::setup::jam::Jam;

/// Seconds for which a client may keep the metadata.
const MAX_AGE: &str = "public, max-age=300";

/// The issuers and scopes that the rules of one resource name.
#[derive(Default)]
struct Named<'a> {
    issuers: Vec<&'a str>,
    scopes: Vec<&'static str>,
    in_header: bool,
}

/// Returns the path and the metadata of each resource of the table. A path that the table serves is left out.
pub(super) fn documents<'a>(
    rows: &(impl Iterator<Item = &'a TableRow> + Clone),
    jam: &Jam,
) -> Vec<(String, Value)> {
    let mut resources: BTreeMap<&str, (Resource, Named<'_>)> = BTreeMap::new();
    for row in rows.clone() {
        let Some(resource) = row.info.resource else {
            continue;
        };
        let named = resources
            .entry(resource.url())
            .or_insert((resource, Named::default()));
        add_missing(&mut named.1.scopes, row.info.scopes.iter().copied());
        for way in &row.info.ways {
            let backend = way.backend.or(jam.authenticator().only_backend());
            let issuer = backend.and_then(|backend| jam.authenticator().issuer_of(backend));
            add_missing(&mut named.1.issuers, issuer.flatten());
            let is_token = issuer.is_some();
            named.1.in_header |=
                is_token && way.sources.iter().any(|it| it.is(Source::AUTHORIZATION));
        }
    }
    let documents = resources.into_values().map(|(resource, named)| {
        let mut document = json!({ "resource": resource.url() });
        if !named.issuers.is_empty() {
            document["authorization_servers"] = named.issuers.into();
        }
        if !named.scopes.is_empty() {
            document["scopes_supported"] = named.scopes.into();
        }
        let methods: &[&str] = if named.in_header { &["header"] } else { &[] };
        document["bearer_methods_supported"] = methods.into();
        (resource.metadata_path(), document)
    });
    documents
        .filter(|(path, _)| rows.clone().all(|row| row.path != *path))
        .collect()
}

fn add_missing<'a>(list: &mut Vec<&'a str>, items: impl IntoIterator<Item = &'a str>) {
    for item in items {
        if !list.contains(&item) {
            list.push(item);
        }
    }
}

/// Adds a route for each document.
pub(super) fn serve<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    documents: Vec<(String, Value)>,
) -> Router<S> {
    documents
        .into_iter()
        .fold(router, |router, (path, document)| {
            let text = document.to_string();
            let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, MAX_AGE)];
            router.route(&path, get(async move || (headers, text)))
        })
}

/// Returns the mistake of a rule with a resource that the application's own tokens never name.
pub(super) fn fault(row: &TableRow, jam: &Jam) -> Option<String> {
    let resource = row.info.resource?.url();
    let own = jam.authenticator().own_audience();
    (own != Some(resource)).then(|| {
        let named = own.map_or("none".to_owned(), |own| format!("{own:?}"));
        format!(
            "{row} is of the resource {resource:?}, and the audience of the application's tokens is {named}: add \
             .audience({resource:?}) to the `Jwt`"
        )
    })
}

//! The table as OpenAPI 3.1.

use serde_json::{Map, Value, json};

use super::table::{TableRow, WayInfo};
use jam_core::rule::{BackendName, Source};

pub(super) fn document(rows: &[TableRow]) -> Value {
    let mut schemes = Map::new();
    let mut paths = Map::new();
    // A row with a verb goes before a row with `any`, as in axum.
    let (every, own): (Vec<_>, Vec<_>) = rows
        .iter()
        .filter(|row| row.method != "MOUNT")
        .partition(|row| row.method == "ANY");
    for row in own.into_iter().chain(every) {
        let security = security(row, &mut schemes);
        let path = paths
            .entry(row.path.replace("{*", "{"))
            .or_insert_with(|| json!({}));
        let Value::Object(item) = path else { continue };
        for operation in operations(row.method) {
            item.entry(*operation)
                .or_insert_with(|| json!({ "security": security.clone() }));
        }
    }
    json!({
        "components": { "securitySchemes": schemes },
        "paths": paths,
    })
}

/// Returns the names of the operations of a path (OpenAPI 3.1 section 4.8.9).
fn operations(method: &str) -> &'static [&'static str] {
    match method {
        "GET" => &["get"],
        "POST" => &["post"],
        "PUT" => &["put"],
        "PATCH" => &["patch"],
        "DELETE" => &["delete"],
        _ => &["get", "put", "post", "delete", "patch"],
    }
}

/// Returns the alternatives of a row (OpenAPI 3.1 section 4.8.30). An empty one stands for no credential.
fn security(row: &TableRow, schemes: &mut Map<String, Value>) -> Value {
    let mut ways = Vec::new();
    // A guest presents no credential.
    if row.info.guests {
        return Value::Array(ways);
    }
    if row.info.open && !row.info.ways.is_empty() {
        ways.push(json!({}));
    }
    for way in &row.info.ways {
        for source in &way.sources {
            let (name, scheme) = scheme(way, *source);
            ways.push(json!({ &name: way.demands }));
            schemes.insert(name, scheme);
        }
    }
    Value::Array(ways)
}

/// Returns the name and the scheme of a source (OpenAPI 3.1 section 4.8.27).
fn scheme(way: &WayInfo, source: Source) -> (String, Value) {
    let backend = way.backend.map_or("any", BackendName::as_str);
    match source {
        Source::Header(name) if name.eq_ignore_ascii_case("authorization") => {
            let mut scheme = json!({ "type": "http", "scheme": "bearer" });
            if way.backend == Some(BackendName::Jwt) {
                scheme["bearerFormat"] = json!("JWT");
            }
            (format!("{backend}_bearer"), scheme)
        }
        Source::Header(name) => (
            format!("{backend}_header_{name}"),
            json!({ "type": "apiKey", "in": "header", "name": name }),
        ),
        other => {
            let name = other.cookie_name().unwrap_or(other.header_name());
            (
                format!("{backend}_cookie_{name}"),
                json!({ "type": "apiKey", "in": "cookie", "name": name }),
            )
        }
    }
}

//! The requests for each row of a table: only that row can answer them.

use crate::router::TableRow;

/// The requests of one row.
#[allow(missing_debug_implementations, unreachable_pub)] // named by a hidden method alone
pub struct Route {
    /// The number in the answers of the route.
    pub(crate) id: usize,
    pub(crate) path: String,
    /// A safe method if the row has one, otherwise an unsafe one.
    pub(crate) reads: &'static str,
    /// An unsafe method.
    pub(crate) changes: Option<&'static str>,
}

/// A method that no row can name. `any` and a mounted router accept it.
const OTHER: &str = "PROPPATCH";

impl Route {
    pub(crate) fn of(row: &TableRow, id: usize, rows: &[TableRow]) -> Self {
        let siblings: Vec<_> = rows.iter().filter(|other| other.path == row.path).collect();
        let is_free = |method: &&str| siblings.iter().all(|other| other.method != *method);
        let path = filled(&row.path);
        match row.method {
            "GET" => Self {
                id,
                path,
                reads: "GET",
                changes: None,
            },
            "ANY" => {
                let changes = ["POST", "PUT", "PATCH", "DELETE"].into_iter().find(is_free);
                let changes = changes.unwrap_or(OTHER);
                let reads = Some("GET").filter(is_free).unwrap_or(changes);
                Self {
                    id,
                    path,
                    reads,
                    changes: Some(changes),
                }
            }
            // Below its root, which may be a row of its own.
            "MOUNT" => Self {
                id,
                path: format!("{}/{SEGMENT}/{SEGMENT}", path.trim_end_matches('/')),
                reads: "GET",
                changes: Some("POST"),
            },
            method => Self {
                id,
                path,
                reads: method,
                changes: Some(method),
            },
        }
    }
}

/// The value of each path parameter. No table has it as a segment.
const SEGMENT: &str = "jam-matrix";

/// Replaces each parameter of the path by a value, and `{{` and `}}` by single braces.
fn filled(path: &str) -> String {
    let mut filled = String::new();
    let mut rest = path;
    while let Some(brace) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(brace);
        filled.push_str(before);
        if let Some(literal) = from.strip_prefix("{{") {
            filled.push('{');
            rest = literal;
        } else if let Some(literal) = from.strip_prefix("}}") {
            filled.push('}');
            rest = literal;
        } else {
            filled.push_str(SEGMENT);
            rest = from.split_once('}').map_or("", |(_, rest)| rest);
        }
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::filled;

    #[test]
    fn parameters_are_filled() {
        assert_eq!(filled("/"), "/");
        assert_eq!(
            filled("/notes/{id}/{*rest}"),
            "/notes/jam-matrix/jam-matrix"
        );
        assert_eq!(filled("/a{b}c/{{x}}/{id}"), "/ajam-matrixc/{x}/jam-matrix");
    }
}

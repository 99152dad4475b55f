//! The table of routes, compared with the reviewed one.

use std::path::Path;

use crate::router::RouteTable;

/// Compares the rules of the routes with the file: see
/// [`assert_table!`](crate::assert_table).
///
/// # Panics
///
/// Panics if they differ, with the lines that are new and those that are gone, and if the file cannot be read
/// or written.
#[doc(hidden)]
pub fn check_table(table: &RouteTable, path: &Path) {
    let now = table.to_string();
    if std::env::var_os("JAM_BLESS").is_some_and(|bless| bless == "1") {
        if let Err(error) = std::fs::write(path, &now) {
            panic!("{} cannot be written: {error}", path.display());
        }
        return;
    }
    let before = match std::fs::read_to_string(path) {
        Ok(before) => before,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => panic!("{} cannot be read: {error}", path.display()),
    };
    // Columns move when another row gets wider: rows are compared by their words.
    let words = |text: &str| -> Vec<String> {
        let lines = text.lines();
        lines
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect()
    };
    let (before, now) = (words(&before), words(&now));
    if now == before {
        return;
    }
    let only = |these: &[String], those: &[String], sign: &str| -> String {
        let lines = these.iter().filter(|line| !those.contains(line));
        lines.map(|line| format!("\n  {sign} {line}")).collect()
    };
    let (gone, new) = (only(&before, &now, "-"), only(&now, &before, "+"));
    let order = match gone.is_empty() && new.is_empty() {
        true => "\n  the same rows, in another order or another number",
        false => "",
    };
    panic!(
        "the table differs from {}:{gone}{new}{order}\nIf the change is intended, run the test \
         with JAM_BLESS=1 and let the change of the file be reviewed.",
        path.display(),
    );
}

/// Fails if the rules of the routes change without a review.
///
/// It compares the table of routes with a file that is kept beside the code, in the folder of
/// the package. `JAM_BLESS=1` in the environment writes the file.
///
/// ```no_run
/// # use jam::{JamRouter, jam_routes};
/// # async fn health() {}
/// # fn routes() -> JamRouter { jam_routes![public("probe") = [get("/healthz", health)]] }
/// #[test]
/// fn the_matrix_of_every_route_and_caller() {
///     jam::assert_table!(routes(), "auth-table.txt");
/// }
/// ```
#[macro_export]
macro_rules! assert_table {
    ($routes:expr, $file:literal $(,)?) => {
        $crate::testing::check_table(
            &$routes.table(),
            ::std::path::Path::new(::core::concat!(
                ::core::env!("CARGO_MANIFEST_DIR"),
                "/",
                $file
            )),
        )
    };
}

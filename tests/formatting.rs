//! rustfmt and the table. A table consists of expressions, and rustfmt formats them like other
//! expressions.

use std::io::Write;
use std::process::{Command, Stdio};

/// Returns the source with its table as rustfmt writes it.
fn formatted(source: &str) -> String {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--emit", "stdout"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("rustfmt is installed, because rust-toolchain.toml lists it");
    let mut stdin = rustfmt.stdin.take().unwrap();
    stdin.write_all(source.as_bytes()).unwrap();
    drop(stdin);
    let output = rustfmt.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn rustfmt_formats_a_table_and_keeps_a_formatted_one() {
    let source = include_str!("../examples/notes/routes.rs");
    assert_eq!(formatted(source), source);

    // A table with changed line breaks and indentation.
    let (before, rest) = source.split_once("jam_routes![").unwrap();
    let (table, after) = rest.split_once("\n    ]\n}").unwrap();
    let lines = table.lines().map(|line| match line.split_once("//") {
        Some((code, comment)) => format!("{}//{comment}\n", code.trim()),
        None => line.trim().replace(", ", ","),
    });
    let squeezed: String = lines.collect();
    assert!(
        squeezed.lines().count() < table.lines().count() / 4,
        "{squeezed}"
    );
    assert_eq!(
        formatted(&format!("{before}jam_routes![{squeezed}]}}{after}")),
        source
    );
}

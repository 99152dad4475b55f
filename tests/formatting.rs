//! rustfmt and the table: a table is expressions, which it formats as it does any others.

use std::io::Write;
use std::process::{Command, Stdio};

/// The source with its table, as rustfmt writes it.
fn formatted(source: &str) -> String {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--emit", "stdout"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("rustfmt, which rust-toolchain.toml names, is there");
    let mut stdin = rustfmt.stdin.take().unwrap();
    stdin.write_all(source.as_bytes()).unwrap();
    drop(stdin);
    let output = rustfmt.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn rustfmt_leaves_a_formatted_table_as_it_is_and_formats_one_that_is_not() {
    let source = include_str!("../examples/notes/routes.rs");
    assert_eq!(formatted(source), source);

    // A table whose lines are all where they were not.
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

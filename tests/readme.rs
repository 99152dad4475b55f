//! A test that the README shows the code of the quickstart.

use std::path::Path;

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::read_to_string(root.join(path)).unwrap()
}

#[test]
fn the_readme_shows_the_quickstart() {
    let readme = read("README.md");
    let example = readme
        .split("```rust\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let source = read("examples/quickstart/main.rs");
    assert!(
        source.lines().count() < 90,
        "the quickstart has fewer than 90 lines"
    );
    let mut rest = source.as_str();
    for item in example.split("\n\n").map(str::trim_end) {
        let Some((_, after)) = rest.split_once(item) else {
            panic!("not in the quickstart, or not in this order:\n{item}");
        };
        rest = after;
    }
}

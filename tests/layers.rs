//! The layers of each crate. A folder uses only the folders before it.

use std::collections::BTreeSet;
use std::path::Path;

/// A crate and its top-level folders and files, lowest layer first. `lib.rs`, `macros.rs` and
/// `private.rs` are not listed, because they name the items of all layers.
struct Crate {
    name: &'static str,
    layers: &'static [&'static str],
    /// Pairs of folders on one level. Neither folder uses the other.
    peers: &'static [(&'static str, &'static str)],
}

const CRATES: [Crate; 2] = [
    Crate {
        name: "jam-core",
        layers: &[
            "base", "refusal", "payload", "backend", "claims", "key", "ring", "token", "session",
            "rule", "request", "gate", "testing",
        ],
        peers: &[("session", "token"), ("rule", "claims")],
    },
    Crate {
        name: "jam",
        layers: &[
            "options", "response", "setup", "extract", "layer", "router", "testing",
        ],
        peers: &[],
    },
];

#[test]
fn no_use_line_names_a_higher_layer() {
    let mut upwards = BTreeSet::new();
    let mut arrows = 0;
    for Crate {
        name,
        layers,
        peers,
    } in CRATES
    {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../{name}/src"));
        for (own, layer) in layers.iter().enumerate() {
            for (file, text) in files(&source, layer) {
                for used in used(&text) {
                    let Some(other) = layers.iter().position(|layer| *layer == used) else {
                        assert!(used != "__private", "{file} uses __private");
                        continue;
                    };
                    arrows += 1;
                    if other > own || peers.contains(&(*layer, layers[other])) {
                        upwards.insert(format!("{file} uses {used}"));
                    }
                }
            }
        }
    }
    assert!(arrows > 150, "the test reads the `use` lines: {arrows}");
    assert!(upwards.is_empty(), "{upwards:#?}");
}

/// Returns the names and texts of the files of a layer, without its tests.
fn files(source: &Path, layer: &str) -> Vec<(String, String)> {
    let file = source.join(format!("{layer}.rs"));
    if file.exists() {
        let text = std::fs::read_to_string(&file).expect("a source file");
        return vec![(file.display().to_string(), text)];
    }
    let mut all = Vec::new();
    let mut folders = vec![source.join(layer)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                folders.push(path);
            } else if !matches!(&*name, "tests.rs" | "twins.rs") {
                let text = std::fs::read_to_string(&path).expect("a source file");
                all.push((path.display().to_string(), text));
            }
        }
    }
    all
}

/// Returns the names after each `crate::` in a file, up to its tests.
fn used(text: &str) -> impl Iterator<Item = &str> {
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or(text);
    let lines = code.lines().map(str::trim_start);
    let lines = lines.filter(|line| !line.starts_with("//"));
    lines
        .flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| {
            let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
            rest.split(|letter| !is_name(letter)).next().unwrap_or(rest)
        })
}

//! The layers of the crate: the `use` lines of its files form no cycle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use syn::{Item, UseTree};

/// The modules that each module uses.
type Arrows = BTreeMap<String, BTreeSet<String>>;

#[test]
fn files_and_folders_use_each_other_in_one_direction() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = BTreeMap::new();
    read(&source.join("lib.rs"), &source, "crate", &mut files);
    let files = arrows(&files);
    let count: usize = files.values().map(BTreeSet::len).sum();
    assert!(count > 100, "the files have only {count} arrows");
    assert_eq!(cycle(&files), None, "the files form a cycle");
    assert_eq!(cycle(&folders(&files)), None, "the folders form a cycle");
}

#[test]
fn a_cycle_is_found_and_printed() {
    let file = |source| syn::parse_file(source).expect("a file");
    let files = BTreeMap::from([
        ("crate".to_owned(), file("mod a; mod b;")),
        ("crate::a".to_owned(), file("mod c; use c::D;")),
        ("crate::a::c".to_owned(), file("use crate::b::{self, E};")),
        (
            "crate::b".to_owned(),
            file(
                "use std::fmt; use super::a::{c::D as F}; #[cfg(test)] mod tests { use crate::a; }",
            ),
        ),
    ]);
    let files = arrows(&files);
    let found = cycle(&files).expect("a cycle");
    assert_eq!(found, "crate::a::c -> crate::b -> crate::a::c");
    let found = cycle(&folders(&files)).expect("a cycle");
    assert_eq!(found, "crate::a -> crate::b -> crate::a");
    let tests = BTreeMap::from([("crate".to_owned(), file("#[cfg(test)] use crate::a;"))]);
    assert_eq!(cycle(&arrows(&tests)), None);
}

/// Reads a module and its children. `folder` is the folder of the children.
fn read(path: &Path, folder: &Path, module: &str, files: &mut BTreeMap<String, syn::File>) {
    let text = std::fs::read_to_string(path).expect("a source file");
    let file = syn::parse_file(&text).expect("a file of Rust");
    for child in children(&file) {
        let folder = folder.join(&child);
        let own = folder.with_extension("rs");
        let path = match own.exists() {
            true => own,
            false => folder.join("mod.rs"),
        };
        read(&path, &folder, &format!("{module}::{child}"), files);
    }
    files.insert(module.to_owned(), file);
}

/// Returns the names of the modules in other files.
fn children(file: &syn::File) -> Vec<String> {
    let children = file.items.iter().filter_map(|item| match item {
        Item::Mod(module) if module.content.is_none() && !is_test(&module.attrs) => {
            Some(module.ident.to_string())
        }
        _ => None,
    });
    children.collect()
}

fn is_test(attrs: &[syn::Attribute]) -> bool {
    attrs.iter().any(|attr| match &attr.meta {
        syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    })
}

/// Returns the arrows of the `mod` and `use` lines. A module uses its children.
fn arrows(files: &BTreeMap<String, syn::File>) -> Arrows {
    let mut arrows = Arrows::new();
    for (module, file) in files {
        let used = arrows.entry(module.clone()).or_default();
        used.extend(
            children(file)
                .iter()
                .map(|child| format!("{module}::{child}")),
        );
        for item in &file.items {
            let Item::Use(item) = item else { continue };
            let mut paths = Vec::new();
            if !is_test(&item.attrs) {
                flatten(&item.tree, "", &mut paths);
            }
            let targets = paths.iter().filter_map(|path| resolve(module, path, files));
            used.extend(targets.filter(|target| target != module));
        }
    }
    arrows
}

/// Adds all paths of a `use` line, each with a `::` at its end.
fn flatten(tree: &UseTree, prefix: &str, paths: &mut Vec<String>) {
    match tree {
        UseTree::Path(path) => flatten(&path.tree, &format!("{prefix}{}::", path.ident), paths),
        UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, prefix, paths);
            }
        }
        UseTree::Name(name) => paths.push(format!("{prefix}{}::", name.ident)),
        UseTree::Rename(name) => paths.push(format!("{prefix}{}::", name.ident)),
        UseTree::Glob(_) => paths.push(prefix.to_owned()),
    }
}

/// Returns the module that contains the item at the path, or `None` for an item of another crate.
fn resolve(module: &str, path: &str, files: &BTreeMap<String, syn::File>) -> Option<String> {
    let mut segments = path.split("::").filter(|name| !name.is_empty()).peekable();
    let mut target = match segments.peek()? {
        &"crate" => "crate".to_owned(),
        &("super" | "self") => module.to_owned(),
        name if files.contains_key(&format!("{module}::{name}")) => module.to_owned(),
        _ => return None,
    };
    for name in segments {
        match name {
            "crate" | "self" => {}
            "super" => target = target.rsplit_once("::")?.0.to_owned(),
            name => {
                let child = format!("{target}::{name}");
                if !files.contains_key(&child) {
                    break;
                }
                target = child;
            }
        }
    }
    Some(target)
}

/// Returns the arrows between the folders and files at the top.
fn folders(files: &Arrows) -> Arrows {
    let top = |module: &String| {
        let names: Vec<_> = module.split("::").take(2).collect();
        names.join("::")
    };
    let mut folders = Arrows::new();
    for (module, used) in files {
        let own = top(module);
        let others = used.iter().map(top).filter(|other| *other != own);
        let others: Vec<_> = others.collect();
        folders.entry(own).or_default().extend(others);
    }
    folders
}

/// Returns the first cycle as text.
fn cycle(arrows: &Arrows) -> Option<String> {
    let mut done = BTreeSet::new();
    let mut from = Vec::new();
    arrows
        .keys()
        .find_map(|module| search(module, arrows, &mut from, &mut done))
}

/// Searches for a cycle through a module. `from` is the path to the module.
fn search<'a>(
    module: &'a str,
    arrows: &'a Arrows,
    from: &mut Vec<&'a str>,
    done: &mut BTreeSet<&'a str>,
) -> Option<String> {
    if let Some(start) = from.iter().position(|other| *other == module) {
        let cycle = [&from[start..], &[module]].concat();
        return Some(cycle.join(" -> "));
    }
    if done.contains(module) {
        return None;
    }
    from.push(module);
    let used = arrows.get(module).into_iter().flatten();
    let found = used
        .map(String::as_str)
        .find_map(|other| search(other, arrows, from, done));
    from.pop();
    done.insert(module);
    found
}

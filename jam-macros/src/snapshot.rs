//! The comparison of expansions with the files in `tests/expand`. `UPDATE_EXPECT=1` writes the
//! files.

use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};

/// Compares the items with `tests/expand/<name>.rs`.
pub(crate) fn check(name: &str, expansion: TokenStream) {
    let file: syn::File = syn::parse2(expansion).expect("the expansion is a list of items");
    let found = prettyplease::unparse(&file);
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/expand")
        .join(name)
        .with_extension("rs");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &found).expect("the snapshot is written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{} is different", path.display());
}

/// Returns the first line of each `compile_error!`, in order.
pub(crate) fn errors(expansion: TokenStream) -> Vec<String> {
    let mut errors = Vec::new();
    collect(expansion, &mut errors);
    errors
}

fn collect(tokens: TokenStream, errors: &mut Vec<String>) {
    let mut after_macro = false;
    for token in tokens {
        if let TokenTree::Group(group) = &token {
            let text = syn::parse2::<syn::LitStr>(group.stream());
            match text {
                Ok(text) if after_macro => {
                    errors.extend(text.value().lines().next().map(str::to_owned));
                }
                _ => collect(group.stream(), errors),
            }
            after_macro = false;
        } else if let TokenTree::Ident(word) = &token {
            after_macro = word == "compile_error";
        }
    }
}

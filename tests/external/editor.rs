//! The macros in an editor: what rust-analyzer offers while a table or an attribute is being
//! typed, and where it leads from there.
//!
//! To complete a name rust-analyzer puts one of its own at the cursor, expands the macro with
//! it and looks where it ends up. So this is about what the macros make of incomplete input.

mod lsp;

use std::path::Path;
use std::process::Command;

use lsp::Editor;
use serde_json::{Value, json};
use tempfile::TempDir;

const NOTES: &str = include_str!("editor/notes.rs");

// The parts of it that are typed over.
const RULE: &str = "WEB = ";
const ROW: &str = "get(\"/notes\", notes::list)";
const OPTIONS: &str = "backend = \"jwt\"";

/// The typed text, the part that it replaces, and names that the editor must offer.
/// Brackets are closed, as editors do it: of a macro with an open one rust-analyzer sees
/// nothing.
const COMPLETIONS: [(&str, &str, &[&str]); 16] = [
    (ROW, "get(\"/notes\", $0)", &["notes", "me"]),
    (ROW, "get(\"/notes\", notes::$0)", &["list", "update"]),
    (ROW, "get(\"/notes\", notes::up$0)", &["update"]),
    (
        ROW,
        "get(\"/notes\", notes::$0).hide()",
        &["list", "update"],
    ),
    (ROW, "get(\"/notes\", notes::list).h$0", &["hide"]),
    (
        ROW,
        "get(\"/notes\", notes::list).role(Role::$0)",
        &["Admin"],
    ),
    (ROW, "get(\"/notes\", notes::list).fresh(m$0)", &["minutes"]),
    (
        ROW,
        "get(\"/notes\", notes::list).policy(notes::$0)",
        &["owner"],
    ),
    (RULE, "W$0 = ", &["WEB", "user", "public"]),
    (RULE, "WEB.$0 = ", &["cookie", "guest", "or"]),
    (RULE, "user::<User>().$0 = ", &["backend", "cookie", "role"]),
    (
        RULE,
        "user::<User>().$0, WEB = ",
        &["backend", "cookie", "role"],
    ),
    (RULE, "WEB.$0, WEB = ", &["cookie", "guest", "or"]),
    (OPTIONS, "b$0", &["backend"]),
    (
        OPTIONS,
        "backend = \"jwt\", coo$0",
        &["cookie", "role", "fresh"],
    ),
    (OPTIONS, "any(jwt(coo$0))", &["cookie"]),
];

pub(crate) fn rust_analyzer(program: &str) {
    let project = project();
    let mut editor = open(program, project.path());

    let found = editor.ask("textDocument/diagnostic", &format!("{NOTES}$0"));
    assert_eq!(found["items"], json!([]), "a program without mistakes");

    for (part, typed, expected) in COMPLETIONS {
        let answer = editor.ask("textDocument/completion", &with(part, typed));
        let offered = names(&answer);
        for name in expected {
            assert!(
                offered.contains(name),
                "{typed}: no `{name}` in {offered:?}"
            );
        }
    }

    for (handler, function) in [
        ("notes::li$0st)", "pub async fn list("),
        ("m$0e)", "async fn me("),
    ] {
        let text = with(&handler.replace("$0", ""), handler);
        let answer = editor.ask("textDocument/definition", &text);
        let found = lines(&answer);
        let [line] = found.as_slice() else {
            panic!("{handler} leads to {found:?}");
        };
        assert!(line.trim_start().starts_with(function), "{handler}: {line}");
    }

    // Evaluated: in its source it is no `Session` and no `Cookie`, but words in quotes.
    let answer = editor.ask("textDocument/hover", &with(RULE, "WE$0B = "));
    let shown = answer["contents"]["value"].as_str().unwrap_or_default();
    for value in ["Session", "Cookie(\"sid\")", "Admin", "Some(\"/login\")"] {
        assert!(shown.contains(value), "no `{value}` in {shown}");
    }
}

/// A project that depends on what is tested.
fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let manifest = format!(
        "[package]\n\
         name = \"notes\"\n\
         edition = \"2024\"\n\
         [workspace]\n\
         [dependencies]\n\
         jam = {{ package = \"jam-auth\", path = {:?} }}\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\n",
        workspace.join("jam")
    );
    std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    // The same versions, so that nothing is resolved anew.
    std::fs::copy(
        workspace.join("Cargo.lock"),
        folder.path().join("Cargo.lock"),
    )
    .unwrap();
    std::fs::create_dir(folder.path().join("src")).unwrap();
    std::fs::write(folder.path().join("src/lib.rs"), NOTES).unwrap();
    folder
}

fn open(program: &str, project: &Path) -> Editor {
    // Its own toolchain, which has the sources of the standard library: without them no rule
    // is evaluated, and in a toolchain that it finds by itself it installs them.
    let sysroot = Path::new(program).ancestors().nth(2);
    let sysroot = sysroot.unwrap_or_else(|| panic!("`{program}` is not the path of a program"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(sysroot.join("bin")).chain(std::env::split_paths(&path));
    let mut server = Command::new(program);
    server.env("PATH", std::env::join_paths(path).unwrap());
    // By these, Cargo and rustup lead a test's programs to the toolchain that runs it.
    for variable in ["CARGO", "LD_LIBRARY_PATH", "RUSTUP_TOOLCHAIN"] {
        server.env_remove(variable);
    }
    let options = json!({
        "cachePriming": { "enable": false },
        "cargo": { "sysroot": sysroot, "targetDir": project.join("target") },
        "checkOnSave": false,
    });
    Editor::open(&mut server, project, "src/lib.rs", &options)
}

/// The program with something else in place of a part of it.
fn with(part: &str, typed: &str) -> String {
    assert_eq!(NOTES.matches(part).count(), 1, "{part}");
    NOTES.replace(part, typed)
}

/// The names that are offered, without what a label has behind them, such as arguments.
fn names(answer: &Value) -> Vec<&str> {
    let items = answer["items"].as_array().into_iter().flatten();
    items
        .filter_map(|item| item["label"].as_str()?.split(['(', '<', ':']).next())
        .collect()
}

/// The lines of the program that an answer points to.
fn lines(answer: &Value) -> Vec<&str> {
    let places = answer.as_array().into_iter().flatten();
    places
        .filter_map(|place| place["range"]["start"]["line"].as_u64())
        .filter_map(|line| NOTES.lines().nth(usize::try_from(line).ok()?))
        .collect()
}

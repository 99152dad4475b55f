//! The macros in an editor. The test checks the completions that rust-analyzer offers in a table or
//! an attribute, and the targets of its links.
//!
//! To complete a name, rust-analyzer inserts a name of its own at the cursor. It expands the macro
//! and finds where the name is in the expansion. The test therefore checks how the macros expand
//! incomplete input.

mod lsp;

use std::path::Path;
use std::process::Command;

use lsp::Editor;
use serde_json::{Value, json};
use tempfile::TempDir;

const NOTES: &str = include_str!("editor/notes.rs");

// The parts of the program that the test replaces.
const RULE: &str = "WEB = ";
const ROW: &str = "get(\"/notes\", notes::list)";
const OPTIONS: &str = "backend = \"jwt\"";

/// The typed text, the part that it replaces, and the names that the editor must offer. Brackets
/// are closed, as editors close them: rust-analyzer sees nothing of a macro with an open bracket.
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
    assert_eq!(found["items"], json!([]), "the program has no errors");

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

    // The value is evaluated. The source of the constant contains only strings, not `Session` and
    // `Cookie`.
    let answer = editor.ask("textDocument/hover", &with(RULE, "WE$0B = "));
    let shown = answer["contents"]["value"].as_str().unwrap_or_default();
    for value in ["Session", "Cookie(\"sid\")", "Admin", "Some(\"/login\")"] {
        assert!(shown.contains(value), "no `{value}` in {shown}");
    }
}

/// Creates a project that depends on the tested crates.
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
    // The project uses the same versions, so that Cargo resolves nothing again.
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
    // The server uses its own toolchain, which has the sources of the standard library. Without
    // them it evaluates no rule. If it finds a toolchain by itself, it installs them there.
    let sysroot = Path::new(program).ancestors().nth(2);
    let sysroot = sysroot.unwrap_or_else(|| panic!("`{program}` is not the path of a program"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(sysroot.join("bin")).chain(std::env::split_paths(&path));
    let mut server = Command::new(program);
    server.env("PATH", std::env::join_paths(path).unwrap());
    // Cargo and rustup use these variables to select the toolchain for the programs of a test.
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

/// Returns the program with one part replaced.
fn with(part: &str, typed: &str) -> String {
    assert_eq!(NOTES.matches(part).count(), 1, "{part}");
    NOTES.replace(part, typed)
}

/// Returns the offered names without the rest of a label, such as arguments.
fn names(answer: &Value) -> Vec<&str> {
    let items = answer["items"].as_array().into_iter().flatten();
    items
        .filter_map(|item| item["label"].as_str()?.split(['(', '<', ':']).next())
        .collect()
}

/// Returns the lines of the program that an answer points to.
fn lines(answer: &Value) -> Vec<&str> {
    let places = answer.as_array().into_iter().flatten();
    places
        .filter_map(|place| place["range"]["start"]["line"].as_u64())
        .filter_map(|line| NOTES.lines().nth(usize::try_from(line).ok()?))
        .collect()
}

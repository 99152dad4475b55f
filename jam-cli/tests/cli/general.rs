//! The help, statuses, completion scripts, manual pages, and readers that are gone.

use std::process::Stdio;

use serde_json::Value;

use crate::support::{Place, Ran};

#[test]
fn the_help_and_the_manual_name_every_exit_status() {
    let place = Place::new();
    let help = place.jam(&["--help"]).ends_with(0).out;
    let page = place.jam(&["man"]).ends_with(0).out;
    for meaning in [
        "it is done, or the answer is yes",
        "the answer is no: the token is not valid",
        "an argument or the content of the input is wrong",
        "a ring or a file cannot be read or written",
    ] {
        assert!(help.contains(meaning), "{help}");
        assert!(page.contains(meaning), "{page}");
    }
    assert!(
        place
            .jam(&["--version"])
            .ends_with(0)
            .out
            .starts_with("jam ")
    );
    place.jam(&[]).fails(2, "Usage: jam");
}

#[test]
fn wrong_arguments_are_an_error_of_usage() {
    let place = Place::new();
    for arguments in [
        &["sing"][..],
        &["keys", "lost"],
        &["keys", "list", "a", "b"],
        &["keys", "show"],
        &["keys", "generate", "--algorithm", "none"],
        &["token", "mint", "--secret", "x"],
        &["token", "verify", "--leeway", "61", "a.b.c"],
        &["token", "verify", "--keys", "k", "--jwks", "f", "a.b.c"],
        &[
            "token",
            "verify",
            "--keys",
            "k",
            "--algorithm",
            "ES256",
            "a.b.c",
        ],
        &["completion", "tcsh"],
    ] {
        place.jam(arguments).fails(2, "error: ");
        let ran = place.jam(&[arguments, &["--json"]].concat()).ends_with(2);
        let error: Value = serde_json::from_str(&ran.err).unwrap();
        assert!(
            error["error"].is_string() && ran.out.is_empty(),
            "{}",
            ran.err
        );
    }
}

#[test]
fn an_error_is_one_json_document_on_request() {
    let place = Place::new();
    let ran = place.jam(&["--json", "keys", "list"]).ends_with(3);
    let error: Value = serde_json::from_str(&ran.err).unwrap();
    assert!(
        error["error"]
            .as_str()
            .unwrap()
            .starts_with("keys: there is no ring")
    );
    assert_eq!(ran.out, "");
}

#[test]
fn every_shell_has_a_completion_script() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = place.jam(&["completion", shell]).ends_with(0).out;
        assert!(
            script.contains("jam") && script.contains("revoke"),
            "{shell}"
        );
        let json = place
            .jam(&["completion", shell, "--json"])
            .ends_with(0)
            .json();
        assert_eq!(
            json["script"].as_str().unwrap().trim(),
            script.trim(),
            "{shell}"
        );
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let place = Place::new();
    let files = place.jam(&["man", "a/pages", "--json"]).ends_with(0).json();
    let files = files["files"].as_array().unwrap();
    for name in ["jam", "jam-keys-rotate", "jam-token-verify", "jam-man"] {
        let page = std::fs::read_to_string(place.path(&format!("a/pages/{name}.1"))).unwrap();
        assert!(
            page.contains("EXIT STATUS") && page.contains("SYNOPSIS"),
            "{page}"
        );
    }
    assert_eq!(
        std::fs::read_dir(place.path("a/pages")).unwrap().count(),
        files.len()
    );
    let page = place.jam(&["man", "--json"]).ends_with(0).json();
    assert!(page["page"].as_str().unwrap().contains("jam\\-keys(1)"));
    place.write("file", "");
    place
        .jam(&["man", "file"])
        .fails(3, "file: cannot write it");
}

#[test]
fn a_reader_that_is_gone_is_no_error() {
    let place = Place::new();
    for arguments in [&["completion", "bash"][..], &["--help"], &["man"]] {
        let mut command = place.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error() {
    let place = Place::new();
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut command = place.command(&["man"]);
    let ran = Ran::of(
        command
            .stdout(full)
            .stderr(Stdio::piped())
            .output()
            .unwrap(),
    );
    assert!(ran.ends_with(3).err.contains("cannot write to stdout"));
}

//! `jam completion` and `jam man`: what a package of the command installs beside it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Command, CommandFactory, ValueHint};
use clap_complete::Shell;
use clap_mangen::roff::{Roff, roman};
use serde_json::json;

use crate::Cli;
use crate::output::{Failure, Reply, Status};

/// Prints the completion script of a shell.
///
/// For bash: `jam completion bash > ~/.local/share/bash-completion/completions/jam`
#[derive(Args)]
pub(crate) struct Completion {
    /// The shell
    shell: Shell,
}

impl Completion {
    pub(crate) fn run(self) -> Result<Reply, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "jam", &mut script);
        let script = String::from_utf8_lossy(&script).into_owned();
        let json = json!({ "shell": self.shell.to_string(), "script": script });
        Ok(Reply::new(script, json))
    }
}

/// Prints the manual page, or writes the pages of all commands into a folder.
#[derive(Args)]
pub(crate) struct Man {
    /// The folder for the pages, which is created if it does not exist
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    folder: Option<PathBuf>,
}

impl Man {
    pub(crate) fn run(self) -> Result<Reply, Failure> {
        let failed = |error: io::Error| Failure::storage(format!("cannot write a page: {error}"));
        let mut all = Cli::command().disable_help_subcommand(true);
        all.build();
        let Some(folder) = self.folder else {
            let page = page(&all).map_err(failed)?.1;
            let page = String::from_utf8_lossy(&page).into_owned();
            let json = json!({ "page": page });
            return Ok(Reply::new(page, json));
        };
        let in_folder = |path: &Path, error: io::Error| {
            Failure::storage(format!("{}: cannot write it: {error}", path.display()))
        };
        fs::create_dir_all(&folder).map_err(|error| in_folder(&folder, error))?;
        let mut files = Vec::new();
        for command in with_subcommands(&all) {
            let (name, text) = page(command).map_err(failed)?;
            let path = folder.join(name);
            fs::write(&path, text).map_err(|error| in_folder(&path, error))?;
            files.push(path.display().to_string());
        }
        Ok(Reply::new(files.join("\n"), json!({ "files": files })))
    }
}

/// Returns a command and all commands below it.
fn with_subcommands(command: &Command) -> Vec<&Command> {
    let below = command.get_subcommands().flat_map(with_subcommands);
    std::iter::once(command).chain(below).collect()
}

/// Returns the name of the page of a command, and its text.
fn page(command: &Command) -> io::Result<(String, Vec<u8>)> {
    let page = clap_mangen::Man::new(command.clone());
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    if command.has_subcommands() {
        page.render_subcommands_section(&mut text)?;
    }
    exit_status().to_writer(&mut text)?;
    Ok((page.get_filename(), text))
}

fn exit_status() -> Roff {
    let mut section = Roff::default();
    section.control("SH", ["EXIT STATUS"]);
    for (status, meaning) in Status::ALL {
        section.control("TP", []);
        section.text([roman((status as u8).to_string())]);
        section.text([roman(meaning)]);
    }
    section
}

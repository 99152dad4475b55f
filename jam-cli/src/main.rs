//! The command `jam`: keys and tokens of jam-auth on the command line.

mod algorithm;
mod completion;
mod input;
mod keys;
mod output;
mod time;
mod token;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::output::{Failure, Reply};

/// Manages the keys of jam-auth, and makes, shows and verifies tokens.
#[derive(Parser)]
#[command(
    name = "jam",
    version,
    after_help = output::exit_status(),
    max_term_width = 100
)]
struct Cli {
    /// Print one JSON document; an error is {"error": ".."} on stderr
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    group: Group,
}

#[derive(Subcommand)]
enum Group {
    Keys(keys::Keys),
    Token(token::Tokens),
    Completion(completion::Completion),
    Man(completion::Man),
}

impl Group {
    fn run(self) -> Result<Reply, Failure> {
        match self {
            Self::Keys(keys) => keys.run(),
            Self::Token(token) => token.run(),
            Self::Completion(completion) => completion.run(),
            Self::Man(man) => man.run(),
        }
    }
}

fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => output::finish(cli.json, cli.group.run()),
        Err(error) => output::finish_unparsed(&error),
    }
}

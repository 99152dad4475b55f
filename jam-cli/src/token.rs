//! `jam token`: tokens as text, valid or not.

mod decode;
mod fault;
mod mint;
mod source;
mod verify;

use clap::{Args, Subcommand};

use crate::output::{Failure, Reply};

/// Shows, verifies and makes tokens.
#[derive(Args)]
pub(crate) struct Tokens {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Subcommand)]
enum TokenCommand {
    Decode(Text),
    Verify(verify::Verify),
    Mint(mint::Mint),
}

/// Shows the header and the claims of a token WITHOUT verifying it.
///
/// Anyone can make a token with any claims: do not believe what it shows.
#[derive(Args)]
struct Text {
    /// The token; without it, or for `-`, it is read from stdin, so that it is not in the history of the shell
    #[arg(value_name = "TOKEN")]
    token: Option<String>,
}

impl Tokens {
    pub(crate) fn run(self) -> Result<Reply, Failure> {
        match self.command {
            TokenCommand::Decode(text) => decode::run(text.token),
            TokenCommand::Verify(verify) => verify.run(),
            TokenCommand::Mint(mint) => mint.run(),
        }
    }
}

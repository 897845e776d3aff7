//! The command line: what was typed, what is printed, which exit code.

mod args;
mod exit;
mod language;
mod rules;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};
pub use exit::Outcome;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match &cli.command {
        Command::Rules(command) => rules::run(command, &cli.common),
    };
    match outcome {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            anstream::eprintln!("{}: {error:#}", cli.common.lang.pick("错误", "error"));
            Outcome::Unfinished.into()
        }
    }
}

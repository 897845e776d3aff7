//! The command line: what was typed, what is printed, which exit code.

mod annotated;
mod annotation;
mod args;
mod cache;
mod clauses;
mod config;
mod diff;
mod exit;
mod export;
mod gate;
mod gitleaks;
mod init;
mod key;
mod language;
mod lexicon;
mod licence;
mod merge;
mod progress;
mod provenance;
mod report;
mod review;
mod rules;
mod sample;
mod save;
mod scan;
mod schema;
mod setup;
mod sign;
mod since;
mod table;
mod testbank;
mod tokens;
mod verify;
mod works;

use std::fmt::Write as _;
use std::panic;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use args::{Cli, Command};
pub use exit::Outcome;
use language::Language;

use crate::guard::is_guarded;
use crate::{Paint, SetupError};

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    // The message of a panic can hold a piece of the text that was being read.
    panic::set_hook(Box::new(|info| {
        if is_guarded() {
            return;
        }
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        anstream::eprintln!("internal error at {place}: please report it");
    }));
    let ended = panic::catch_unwind(|| run(&cli));
    match ended.unwrap_or_else(|_| Err(anyhow::anyhow!("the program has gone wrong"))) {
        Ok(outcome) => outcome.into(),
        Err(error) if is_broken_pipe(&error) => Outcome::Passed.into(),
        Err(error) => {
            anstream::eprintln!(
                "{}: {}",
                cli.common.lang.pick("错误", "error"),
                told(&error, cli.common.lang)
            );
            Outcome::Unfinished.into()
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<Outcome> {
    match &cli.command {
        Command::Init(args) => init::run(args, &cli.common),
        Command::Config(command) => config::run(command, &cli.common),
        Command::Scan(args) => scan::run(args, &cli.common),
        Command::Gate(args) => gate::run(args, &cli.common),
        Command::Report(args) => report::run(args, &cli.common),
        Command::Schema { of, output } => schema::run(*of, output.as_deref()),
        Command::Export(args) => export::run(args),
        Command::Provenance(args) => provenance::run(args, &cli.common),
        Command::Annotation(command) => annotation::run(command, &cli.common),
        Command::Verify(args) => verify::run(args, &cli.common),
        Command::Merge(args) => merge::run(args, &cli.common),
        Command::Sample(args) => sample::run(args, &cli.common),
        Command::Review(command) => review::run(command, &cli.common),
        Command::Diff(args) => diff::run(args, &cli.common),
        Command::Sign(args) => sign::run(args, &cli.common),
        Command::Rules(command) => rules::run(command, &cli.common),
        Command::Testbank(command) => testbank::run(command, &cli.common),
        Command::Works(command) => works::run(command, &cli.common),
        Command::Completions { shell } => {
            clap_complete::generate(
                *shell,
                &mut Cli::command(),
                "yujian",
                &mut std::io::stdout(),
            );
            Ok(Outcome::Passed)
        }
        Command::Man => {
            clap_mangen::Man::new(Cli::command()).render(&mut std::io::stdout())?;
            Ok(Outcome::Passed)
        }
    }
}

/// The error with its causes, each said once: many messages hold their cause already. What is
/// wrong with files is shown at its place.
fn told(error: &anyhow::Error, lang: Language) -> String {
    if let Some(SetupError::Complaints(all)) = error.downcast_ref() {
        let mut told = String::new();
        let chinese = lang == Language::Zh;
        for (number, complaint) in all.iter().enumerate() {
            told.push_str(if number == 0 { "" } else { "\n" });
            let written = complaint.write(&mut told, chinese, Paint::TERMINAL);
            written.expect("text takes all");
        }
        if all.len() > 1 {
            let (zh, en) = ("处问题", "problems");
            let _ = write!(told, "\n{} {}", all.len(), lang.pick(zh, en));
        }
        return told;
    }
    let mut told = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if told.is_empty() {
            told = cause;
        } else if !told.contains(&cause) {
            told = format!("{told}: {cause}");
        }
    }
    told
}

/// Whoever reads our output may stop when they have enough.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}

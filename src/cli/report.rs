//! `yujian report`: the summary of a run, for machines and for people.

use std::fs;

use anyhow::{Context as _, Result};

use super::args::{Common, ReportArgs};
use super::language::Language;
use super::setup::Configured;
use super::{Outcome, gate};
use crate::report::{ReportLanguage, Summary};
use crate::run::{Holders, Run};

/// Runs the command.
pub fn run(args: &ReportArgs, common: &Common) -> Result<Outcome> {
    let run = Run::open(&args.run)?;
    let configured = Configured::find(&args.config, &[std::path::PathBuf::from(".")])?;
    let verdict = gate::verdict(&run, &configured.config)?;
    let tally = run.tally()?;
    let rules = run.rules()?;
    let holders = Holders::of(&run)?;
    let summary = Summary::new(run.manifest(), &tally, &rules, &holders, verdict);
    let language = match common.lang {
        Language::Zh => ReportLanguage::Zh,
        Language::En => ReportLanguage::En,
    };
    fs::create_dir_all(&args.output)
        .with_context(|| format!("cannot make the directory {}", args.output.display()))?;
    let json = serde_json::to_string_pretty(&summary)? + "\n";
    for (name, text) in [
        ("summary.json", json),
        ("summary.md", summary.markdown(language)),
    ] {
        let (path, fresh) = (
            args.output.join(name),
            args.output.join(format!(".{name}.new")),
        );
        fs::write(&fresh, text)
            .and_then(|()| fs::rename(&fresh, &path))
            .with_context(|| format!("cannot write {}", path.display()))?;
        if !common.quiet {
            anstream::println!("{}", path.display());
        }
    }
    Ok(Outcome::Passed)
}

//! `yujian gate`: a run against the policy.

use std::io::Write as _;

use anyhow::Result;

use super::args::{Common, GateArgs, GateFormat};
use super::setup::Configured;
use super::{Outcome, clauses, table};
use crate::config::Config;
use crate::judge::{Facts, Policy, Verdict, judge};
use crate::rules::RuleInfo;
use crate::run::{Manifest, Run};
use crate::scan::Tally;

/// Runs the command.
pub fn run(args: &GateArgs, common: &Common) -> Result<Outcome> {
    let run = Run::open(&args.run)?;
    let configured = Configured::find(&args.config, &[std::path::PathBuf::from(".")])?;
    if args.clauses {
        return clauses::run(&run, &configured, args, common);
    }
    judge_run(&run, &configured.config, args.format, common)
}

/// Judges a run, prints the verdict, and says how the command ends.
pub fn judge_run(
    run: &Run,
    config: &Config,
    format: GateFormat,
    common: &Common,
) -> Result<Outcome> {
    let verdict = verdict(run, config)?;
    match format {
        GateFormat::Table if common.quiet => {}
        GateFormat::Table => table::verdict(&verdict, common)?,
        GateFormat::Json => {
            let mut out = anstream::stdout().lock();
            serde_json::to_writer_pretty(&mut out, &verdict)?;
            writeln!(out)?;
        }
    }
    Ok(match (verdict.covered, verdict.passed) {
        (false, _) => Outcome::Unfinished,
        (true, true) => Outcome::Passed,
        (true, false) => Outcome::Failed,
    })
}

/// The verdict over a run.
pub fn verdict(run: &Run, config: &Config) -> Result<Verdict> {
    let manifest = run.manifest();
    let tally = run.tally()?;
    let policy = Policy::new(config)?;
    let rules = run.rules()?;
    let facts = facts(manifest, &tally, &rules);
    Ok(judge(&facts, &policy))
}

/// What a run says, as far as judging needs it.
pub fn facts<'a>(manifest: &'a Manifest, tally: &'a Tally, rules: &'a [RuleInfo]) -> Facts<'a> {
    let stored = manifest.coverage.stored_bytes;
    Facts {
        tally,
        rules,
        whole: manifest.coverage.whole,
        bytes: (stored.scanned, stored.scanned + stored.failed),
        unread: manifest.coverage.unread.len() as u64 + manifest.coverage.unread_more,
        origins: manifest.origins.as_ref(),
    }
}

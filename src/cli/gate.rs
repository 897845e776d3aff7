//! `yujian gate`: a run against the policy.

use std::io::Write as _;
use std::path::Path;

use anyhow::Result;

use super::args::{Common, GateArgs, GateFormat};
use super::save::{can_be_saved, save};
use super::setup::Configured;
use super::{Outcome, clauses, table};
use crate::SetupError;
use crate::config::Config;
use crate::judge::{Facts, Policy, Verdict, judge};
use crate::report::ReportLanguage;
use crate::report::families::{Families, Limits};
use crate::report::results::{COMMENT, GateReport, Results, junit, markdown};
use crate::report::sarif::{self, Before, SarifInput};
use crate::rules::RuleInfo;
use crate::run::{Manifest, Run};
use crate::scan::Tally;

/// Runs the command.
pub fn run(args: &GateArgs, common: &Common) -> Result<Outcome> {
    if let Some(path) = &args.output {
        if args.format == GateFormat::Table {
            return Err(SetupError::other(
                "-o keeps no table",
                "add --format json, junit, markdown or sarif",
            )
            .into());
        }
        can_be_saved(path, args.force)?;
    }
    if args.before.is_some() && !args.clauses && args.format != GateFormat::Sarif {
        return Err(SetupError::other(
            "--before has nothing to tell here",
            "add --clauses, or --format sarif",
        )
        .into());
    }
    let run = Run::open_unchanged(&args.run)?;
    let configured = Configured::find(&args.config, &[std::path::PathBuf::from(".")])?;
    if args.clauses {
        return clauses::run(&run, &configured, args, common);
    }
    let config = &configured.config;
    if args.format == GateFormat::Table {
        return judge_run(&run, config, common);
    }
    let verdict = verdict(&run, config)?;
    let outcome = outcome(&verdict);
    if args.format == GateFormat::Json {
        let json = GateReport::new(&verdict);
        out(&(serde_json::to_string_pretty(&json)? + "\n"), args)?;
        return Ok(outcome);
    }
    let review_passes = Policy::new(config)?.review_passes;
    let results = Results::of_verdict(&verdict, run.manifest(), review_passes);
    tell(&run, &results, outcome, args, common)?;
    Ok(outcome)
}

/// Writes results in a format of pipelines.
pub fn tell(
    run: &Run,
    results: &Results,
    outcome: Outcome,
    args: &GateArgs,
    common: &Common,
) -> Result<()> {
    let language = ReportLanguage::from(common.lang);
    let text = match args.format {
        GateFormat::Junit => junit(results, language),
        // What fits into a comment fits into a summary too.
        GateFormat::Markdown => markdown(results, language, COMMENT),
        GateFormat::Table | GateFormat::Json | GateFormat::Sarif => {
            let log = log(run, results, outcome, args.before.as_deref(), language)?;
            serde_json::to_string_pretty(&log)? + "\n"
        }
    };
    out(&text, args)
}

fn log(
    run: &Run,
    results: &Results,
    outcome: Outcome,
    before: Option<&Path>,
    language: ReportLanguage,
) -> Result<serde_json::Value> {
    let limits = Limits {
        families: sarif::RESULTS,
        places: sarif::PLACES,
        ..Limits::default()
    };
    let families = Families::of(run, limits)?;
    let rules = run.rules()?;
    let old = match before.map(Run::open_unchanged).transpose()? {
        // Values are told apart by their keyed hashes: with another key all of them would be new.
        Some(old) if old.manifest().key_id == run.manifest().key_id => {
            Some((Families::of(&old, limits)?, old.rules()?))
        }
        _ => None,
    };
    Ok(sarif::sarif(
        &SarifInput {
            results,
            families: &families,
            rules: &rules,
            before: (old.as_ref()).map(|(families, rules)| Before { families, rules }),
            exit_code: outcome.code(),
        },
        language,
    ))
}

/// Writes to the file that was named, or to standard output.
pub fn out(text: &str, args: &GateArgs) -> Result<()> {
    match &args.output {
        Some(path) => save(path, text.as_bytes(), args.force),
        None => {
            // As it is: escape codes in names are gone already.
            std::io::stdout().lock().write_all(text.as_bytes())?;
            Ok(())
        }
    }
}

/// Judges a run, prints the verdict as a table, and says how the command ends.
pub fn judge_run(run: &Run, config: &Config, common: &Common) -> Result<Outcome> {
    let verdict = verdict(run, config)?;
    if !common.quiet {
        table::verdict(&verdict, common)?;
    }
    Ok(outcome(&verdict))
}

const fn outcome(verdict: &Verdict) -> Outcome {
    match (verdict.covered, verdict.passed) {
        (false, _) => Outcome::Unfinished,
        (true, true) => Outcome::Passed,
        (true, false) => Outcome::Failed,
    }
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

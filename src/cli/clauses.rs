//! `yujian gate --clauses`: every duty of the table, judged.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use anstyle::{AnsiColor, Style};
use anyhow::Result;

use super::args::{CacheFolder, Common, GateArgs, GateFormat, RuleFiles};
use super::setup::Configured;
use super::table::table;
use super::{Outcome, annotated, gate, lexicon, testbank};
use crate::annotation::{AnnotationReport, planned};
use crate::judge::{
    BeforeAfter, Case, Clauses, KeywordAudit, KeywordPolicy, Matrix, Point, State, TestBankAudit,
    matrix,
};
use crate::problem::Problems;
use crate::report::TokenSummary;
use crate::report::results::{ClausesReport, Results};
use crate::review::{Reviewed, Store};
use crate::rules::{RuleInfo, RuleSet};
use crate::run::{Rectification, Run, rectify, rules_of_both};
use crate::sources::{Day, Ledger, Problem};
use crate::testbank::TestBank;

/// Problems that are printed; all are counted.
const SHOWN: usize = 100;

/// Runs the command.
pub fn run(
    run: &Run,
    configured: &Configured,
    args: &GateArgs,
    common: &Common,
) -> Result<Outcome> {
    let judging = Judging {
        as_of: args.as_of,
        annotation: args.annotation.as_deref(),
        before: args.before.as_deref(),
        verdicts: args.verdicts.as_deref(),
        cache: &args.cache,
    };
    let judged = judged(run, configured, &judging, common)?;
    let (matrix, ledger) = (&judged.matrix, &judged.ledger);
    let annotated = judged.annotation.as_ref().is_none_or(|report| report.whole);
    let outcome = match (run.manifest().coverage.whole && annotated, matrix.positive) {
        (false, _) => Outcome::Unfinished,
        (true, true) => Outcome::Passed,
        (true, false) => Outcome::Failed,
    };
    match args.format {
        GateFormat::Table if common.quiet => {}
        GateFormat::Table => {
            print(matrix, common)?;
            problems(&judged.problems(), judged.more(), common)?;
        }
        GateFormat::Json => {
            let problems = judged.problems();
            let all = ClausesReport::new(matrix, &ledger.evidence, &problems, judged.more());
            gate::out(&(serde_json::to_string_pretty(&all)? + "\n"), args)?;
        }
        GateFormat::Junit | GateFormat::Markdown | GateFormat::Sarif => {
            let mut results = Results::of_matrix(matrix, run.manifest());
            results.whole &= annotated;
            results.passed &= annotated;
            gate::tell(run, &results, outcome, args, common)?;
        }
    }
    Ok(outcome)
}

/// How clauses are judged.
pub struct Judging<'a> {
    /// As of which day; of the scan if none is named.
    pub as_of: Option<Day>,
    /// A report of annotation that was kept.
    pub annotation: Option<&'a Path>,
    /// An earlier run.
    pub before: Option<&'a Path>,
    /// A store of verdicts, instead of the one that is configured.
    pub verdicts: Option<&'a Path>,
    /// Where compiled rules are kept.
    pub cache: &'a CacheFolder,
}

/// The clauses of a run, judged, and what that rests on.
pub struct Judged {
    /// Clause by clause.
    pub matrix: Matrix,
    /// The sources and all evidence.
    pub ledger: Ledger,
    /// What came of the check of annotation; none if nothing of it is declared.
    pub annotation: Option<AnnotationReport>,
    /// What people say of samples; none if no store of verdicts is named.
    pub reviewed: Option<Reviewed>,
    /// The keywords; none if the rules of now are not those of the run.
    pub keywords: Option<Keywords>,
    /// The test banks and their audit; none if nothing of them is declared.
    pub testbank: Option<(TestBank, TestBankAudit)>,
    /// What became of the findings of an earlier run, and the rules of both.
    pub before: Option<(Rectification, Vec<RuleInfo>)>,
}

/// The keywords of a run.
pub struct Keywords {
    /// The rules that they are of.
    pub rules: RuleSet,
    /// Their audit.
    pub audit: KeywordAudit,
    /// Days on which they were released.
    pub releases: Vec<Day>,
}

impl Judged {
    /// Problems that are only counted.
    fn more(&self) -> u64 {
        let annotation = self.annotation.iter().map(|report| &report.problems);
        let testbank = self.testbank.iter().map(|(bank, _)| &bank.problems);
        annotation.chain(testbank).map(Problems::more).sum()
    }

    /// What is wrong with anything that was read.
    pub fn problems(&self) -> Vec<Problem> {
        let mut all = self.ledger.problems.clone();
        let told = self.annotation.iter();
        all.extend(told.flat_map(|report| report.problems.first.iter().cloned()));
        let told = self.testbank.iter();
        all.extend(told.flat_map(|(bank, _)| bank.problems.first.iter().cloned()));
        all
    }
}

/// Judges the clauses of a run.
pub fn judged(
    run: &Run,
    configured: &Configured,
    judging: &Judging<'_>,
    common: &Common,
) -> Result<Judged> {
    let config = &configured.config;
    let mut files: Vec<(String, String)> = config
        .statement
        .iter()
        .flat_map(|statement| {
            let key = format!("statement.{}", statement.clause);
            let files = statement.evidence.iter();
            files.map(move |path| (key.clone(), path.clone()))
        })
        .collect();
    let annotated = planned(&config.annotation, configured.base()).inputs;
    files.extend(annotated.into_iter().map(|input| (input.key, input.path)));
    files.extend(config.testbank.paths());
    let mut ledger = Ledger::read(config.sources(), &files, configured.base());
    ledger.join(run)?;
    let tally = run.tally()?;
    let tokens = TokenSummary::of(run.manifest(), &tally);
    let mut supplied: BTreeMap<String, Vec<Point>> = BTreeMap::new();
    let verdict = gate::verdict(run, config)?;
    for check in &verdict.checks {
        let points = supplied.entry(check.check.clause.clone()).or_default();
        points.push(Point::of_check(check));
    }
    let kept = (judging.annotation, judging.cache);
    let annotation = annotated::report(run, configured, kept, &ledger, common)?;
    let as_of = judging.as_of.unwrap_or_else(|| day_of(run));
    let keywords = keywords(run, configured, as_of)?;
    for check in keywords.iter().flat_map(|of| &of.audit.checks) {
        let finding = check.finding.clone();
        let point = Point::new(None, check.state, finding.zh, finding.en);
        let points = supplied.entry(check.clause.clone()).or_default();
        points.push(point);
    }
    let testbank = testbank::audited(run, configured, as_of, common)?;
    for (clause, points) in testbank.iter().flat_map(|(_, audit)| &audit.points) {
        let all = supplied.entry(clause.clone()).or_default();
        all.extend(points.iter().cloned());
    }
    let before = judging.before.map(|path| before(path, run)).transpose()?;
    let reviewed = reviewed(run, configured, judging.verdicts)?;
    let rows = run.records()?.total();
    let rules = run.rules()?;
    let case = Case {
        facts: &gate::facts(run.manifest(), &tally, &rules),
        ledger: &ledger,
        statements: &config.statement,
        supplied,
        annotation: annotation.as_ref(),
        reviewed: reviewed.as_ref(),
        tokens: tokens.as_ref().map(|tokens| &*tokens.strata),
        recorded: rows == run.manifest().totals.records.scanned,
        denied: config.policy.denied_sources.as_deref(),
        model: &config.model,
        before: before.as_ref().map(|(of, _)| summed(of)),
        as_of,
    };
    let matrix = matrix(&case, &Clauses::builtin());
    Ok(Judged {
        matrix,
        ledger,
        annotation,
        reviewed,
        keywords,
        testbank,
        before,
    })
}

/// What became of the findings of an earlier run.
fn before(path: &Path, run: &Run) -> Result<(Rectification, Vec<RuleInfo>)> {
    let old = Run::open(path)?;
    Ok((rectify(&old, run)?, rules_of_both(&old, run)?))
}

fn summed(of: &Rectification) -> BeforeAfter {
    let total = &of.total;
    BeforeAfter {
        comparable: of.is_comparable(),
        before: total.before,
        removed: total.removed,
        replaced: total.replaced,
        closed: total.closed,
        still: total.still,
        // Of what was not kept nothing can be said either.
        unclear: total.unclear + total.unkept_before,
        after: total.after,
        new: total.new,
    }
}

/// What people say of samples of the run: from the store that was named, or the one that is configured.
fn reviewed(run: &Run, configured: &Configured, named: Option<&Path>) -> Result<Option<Reviewed>> {
    let store = &configured.config.review.store;
    let path = match named {
        Some(path) => path.to_owned(),
        None if store.is_empty() => return Ok(None),
        None => configured.base().join(store),
    };
    let kept = Store::open(&path)?.kept()?;
    Ok(Some(Reviewed::of(&kept, run)?))
}

/// The day on which the scan ended, in the time zone of the duties.
pub fn day_of(run: &Run) -> Day {
    let finished = &run.manifest().environment.finished;
    let moment = chrono::DateTime::parse_from_rfc3339(finished);
    Day(lexicon::day_in_china(moment.map_or(0, |at| at.timestamp())))
}

/// The keywords and their audit, if they still are those of the run.
fn keywords(run: &Run, configured: &Configured, as_of: Day) -> Result<Option<Keywords>> {
    let texts = configured.rules(&RuleFiles::default())?;
    let rules = texts.load()?;
    if rules.digest() != run.manifest().rules.digest {
        return Ok(None);
    }
    let (_, paths) = configured.config.rule_paths(configured.base());
    let days = lexicon::release_days(&paths)?;
    Ok(Some(Keywords {
        audit: KeywordPolicy::builtin().audit(&rules, &days, as_of.0),
        rules,
        releases: days.into_iter().map(Day).collect(),
    }))
}

fn print(matrix: &Matrix, common: &Common) -> Result<()> {
    let l = |zh, en| common.lang.pick(zh, en);
    let mut rows = table(&[
        l("条款", "clause"),
        l("要求", "duty"),
        l("来源", "source"),
        l("结果", "result"),
        l("依据", "reason"),
    ]);
    for clause in &matrix.clauses {
        let title = common.lang.pick(&clause.title.zh, &clause.title.en);
        let worst: Vec<&Point> = clause
            .points
            .iter()
            .filter(|p| p.state == clause.state)
            .collect();
        let shown: Vec<&Point> = if common.verbose {
            clause.points.iter().collect()
        } else {
            worst.iter().copied().take(1).collect()
        };
        let more = if common.verbose {
            0
        } else {
            worst.len().saturating_sub(1)
        };
        for (at, point) in shown.iter().enumerate() {
            let mut reason = common
                .lang
                .pick(&point.reason.zh, &point.reason.en)
                .to_owned();
            if more > 0 {
                reason.push_str(&format!(" (+{more})"));
            }
            let first = at == 0;
            rows.add_row([
                if first {
                    clause.id.clone()
                } else {
                    String::new()
                },
                if first {
                    title.to_owned()
                } else {
                    String::new()
                },
                point
                    .source
                    .clone()
                    .unwrap_or_else(|| l("全部", "all").to_owned()),
                common
                    .lang
                    .pick(point.state.zh(), point.state.en())
                    .to_owned(),
                reason,
            ]);
        }
    }
    let mut out = anstream::stdout().lock();
    writeln!(out, "{rows}")?;
    let counts: Vec<String> = [
        State::Compliant,
        State::NotApplicable,
        State::NeedsReview,
        State::NeedsEvidence,
        State::NonCompliant,
    ]
    .into_iter()
    .map(|state| {
        let count = matrix.counts.get(state.en()).copied().unwrap_or(0);
        format!("{} {count}", common.lang.pick(state.zh(), state.en()))
    })
    .collect();
    let color = if matrix.positive {
        AnsiColor::Green
    } else {
        AnsiColor::Red
    };
    let style = Style::new().fg_color(Some(color.into())).bold();
    let word = if matrix.positive {
        l("整体结论:符合", "conclusion: compliant")
    } else {
        l(
            "整体结论:尚不能得出符合的结论",
            "conclusion: not compliant as it stands",
        )
    };
    writeln!(
        out,
        "{} {} ({} {}): {}  {style}{word}{style:#}",
        l("条款表", "clauses"),
        matrix.version,
        l("截至", "as of"),
        matrix.as_of,
        counts.join(l("、", ", "))
    )?;
    Ok(())
}

/// Tells problems on standard error.
pub fn problems(problems: &[Problem], more: u64, common: &Common) -> Result<()> {
    let mut out = anstream::stderr().lock();
    for problem in problems.iter().take(SHOWN) {
        let what = common.lang.pick(&problem.what.zh, &problem.what.en);
        let hint = common.lang.pick(&problem.hint.zh, &problem.hint.en);
        writeln!(out, "{}: {what}", problem.place())?;
        if !hint.is_empty() {
            writeln!(out, "  hint: {hint}")?;
        }
    }
    let more = more + problems.len().saturating_sub(SHOWN) as u64;
    if more > 0 {
        writeln!(out, "… {more}")?;
    }
    Ok(())
}

//! `yujian testbank`: the questions that a model is tested with.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use indicatif::HumanCount;

use super::args::{Common, ConfigFile, TestbankCommand};
use super::setup::Configured;
use super::table::{align_right, table};
use super::{Outcome, lexicon};
use crate::judge::{Leak, TestBankAudit, TestBankCase};
use crate::run::Run;
use crate::sources::Day;
use crate::testbank::{TestBank, TestBankPolicy};
use crate::works::{Builder, Pack, Scheme, Work};

/// Entity of questions that were found.
const ITEM: &str = "rights.work.item";
/// Memory for sorting, in bytes. A bank of 100,000 questions takes some 200 MB.
const MEMORY: usize = 512 << 20;

/// Runs the command.
pub fn run(command: &TestbankCommand, common: &Common) -> Result<Outcome> {
    match command {
        TestbankCommand::Check {
            config,
            as_of,
            json,
        } => check(config, *as_of, *json, common),
        TestbankCommand::Index { config, output } => make(config, output, common),
    }
}

/// The banks that a configuration names, and its policy.
fn read(config: &ConfigFile) -> Result<(Configured, TestBank, TestBankPolicy)> {
    let configured = Configured::find(config, &[Path::new(".").to_owned()])?;
    if configured.config.testbank.files.is_empty() {
        bail!(
            "no test bank is declared\n  hint: name its files in yujian.toml: [testbank] files = [\"bank.xlsx\"]"
        );
    }
    let policy = TestBankPolicy::builtin();
    let bank = TestBank::read(&configured.config.testbank, configured.base(), &policy);
    Ok((configured, bank, policy))
}

fn check(config: &ConfigFile, as_of: Option<Day>, json: bool, common: &Common) -> Result<Outcome> {
    let (configured, bank, policy) = read(config)?;
    let case = TestBankCase {
        config: &configured.config.testbank,
        bank: &bank,
        policy: &policy,
        leak: Leak::default(),
        as_of: as_of.unwrap_or_else(|| Day(lexicon::today())),
    };
    let mut audit = TestBankAudit::new(&case);
    // Without a run nothing is known of the corpus.
    audit.points.retain(|clause, _| clause != "TST-04");
    if json {
        let mut out = anstream::stdout().lock();
        serde_json::to_writer_pretty(&mut out, &audit)?;
        writeln!(out)?;
    } else {
        print(&audit, common)?;
    }
    let states = audit.points.values().flatten().map(|point| point.state);
    let passed = matches!(
        crate::judge::worst(states),
        crate::State::Compliant | crate::State::NotApplicable
    );
    Ok(match (bank.problems.unread, passed) {
        (0, true) => Outcome::Passed,
        (0, false) => Outcome::Failed,
        _ => Outcome::Unfinished,
    })
}

fn print(audit: &TestBankAudit, common: &Common) -> Result<()> {
    let l = |zh, en| common.lang.pick(zh, en);
    let mut counts = table(&[
        l("题库", "bank"),
        l("类别", "class"),
        l("去重后", "different"),
        l("要求", "wanted"),
        l("缺", "missing"),
    ]);
    for bank in &audit.banks {
        let wanted = |n: Option<u64>| n.map_or_else(|| "·".to_owned(), |n| n.to_string());
        let missing = bank.at_least.unwrap_or(0).saturating_sub(bank.unique);
        counts.add_row([
            common.lang.of(&bank.title).to_owned(),
            l("合计", "all").to_owned(),
            bank.unique.to_string(),
            wanted(bank.at_least),
            missing.to_string(),
        ]);
        for class in &bank.classes {
            counts.add_row([
                String::new(),
                format!("{} {}", class.code, common.lang.of(&class.title)),
                class.unique.to_string(),
                wanted(class.at_least),
                class.missing.to_string(),
            ]);
        }
    }
    align_right(&mut counts, 2..5);
    let mut out = anstream::stdout().lock();
    writeln!(out, "{counts}")?;
    let mut checks = table(&[
        l("条款", "clause"),
        l("结论", "state"),
        l("说明", "finding"),
    ]);
    for (clause, points) in &audit.points {
        for point in points {
            checks.add_row([
                clause.as_str(),
                common.lang.pick(point.state.zh(), point.state.en()),
                common.lang.of(&point.reason),
            ]);
        }
    }
    writeln!(out, "{checks}")?;
    drop(out);
    super::clauses::problems(&audit.problems.first, audit.problems.more(), common)
}

fn make(config: &ConfigFile, output: &Path, common: &Common) -> Result<Outcome> {
    let (_, bank, _) = read(config)?;
    let folder = output
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let (builder, short) = builder(&bank, folder.unwrap_or(Path::new(".")))?;
    let built = builder.finish(output)?;
    if !common.quiet {
        anstream::println!(
            "{}: {} {}, {} {}",
            output.display(),
            HumanCount(built.works as u64),
            common.lang.pick("题", "questions"),
            HumanCount(short),
            common.lang.pick("题过短,未收入", "too short and left out")
        );
    }
    super::clauses::problems(&bank.problems.first, bank.problems.more(), common)?;
    Ok(match bank.problems.unread {
        0 => Outcome::Passed,
        _ => Outcome::Unfinished,
    })
}

/// The pack of a bank in the making, each question once, and how many are too short for it.
/// Questions are named by file and row, so that a pack holds no word of them.
fn builder(bank: &TestBank, folder: &Path) -> Result<(Builder, u64)> {
    let builder = Builder::new(Scheme::Items, folder, MEMORY);
    let mut seen = BTreeSet::new();
    let mut short = 0;
    for question in &bank.questions {
        let mut reading = builder.work();
        reading.push(&question.text);
        if reading.units() < Scheme::Items.guaranteed() as u64 {
            short += u64::from(seen.insert(reading.digest()));
            continue;
        }
        if !seen.insert(reading.digest()) {
            continue;
        }
        let (file, row) = question.place;
        let about = Work {
            title: format!("{}:{row}", bank.files[file].path),
            ..Work::default()
        };
        reading.end(about).context("cannot put questions aside")?;
    }
    Ok((builder, short))
}

/// The test banks of a configuration and their audit against a run; none if nothing is declared.
///
/// # Errors
///
/// A tally that cannot be read.
pub fn audited(
    run: &Run,
    configured: &Configured,
    as_of: Day,
    common: &Common,
) -> Result<Option<(TestBank, TestBankAudit)>> {
    let config = &configured.config.testbank;
    if config.is_empty() {
        return Ok(None);
    }
    let policy = TestBankPolicy::builtin();
    let bank = TestBank::read(config, configured.base(), &policy);
    let case = TestBankCase {
        config,
        bank: &bank,
        policy: &policy,
        leak: leak(run, configured, &bank, common)?,
        as_of,
    };
    let audit = TestBankAudit::new(&case);
    Ok(Some((bank, audit)))
}

/// Which questions the run was compared with, and how many were found.
fn leak(run: &Run, configured: &Configured, bank: &TestBank, common: &Common) -> Result<Leak> {
    let mut leak = Leak::default();
    let scanned = &run.manifest().works;
    let mut known: BTreeSet<String> = BTreeSet::new();
    for path in &configured.config.rights.works {
        let pack = match Pack::open(&configured.base().join(path), true) {
            Ok(pack) => pack,
            Err(error) => {
                // What cannot be opened is no proof of anything; the questions count as absent.
                if !common.quiet {
                    anstream::eprintln!("{error}");
                }
                continue;
            }
        };
        let digest = pack.digest();
        let used = scanned.iter().any(|used| used.version == digest);
        if used && pack.scheme() == Scheme::Items {
            leak.packs.push(path.clone());
            known.extend(pack.works().iter().map(|work| work.digest.clone()));
        }
    }
    let builder = Builder::new(Scheme::Items, Path::new("."), MEMORY);
    let mut seen = BTreeSet::new();
    for question in &bank.questions {
        let mut reading = builder.work();
        reading.push(&question.text);
        let digest = reading.digest();
        if !seen.insert(digest.clone()) {
            continue;
        }
        match reading.units() < Scheme::Items.guaranteed() as u64 {
            true => leak.short += 1,
            false if known.contains(&digest) => leak.compared += 1,
            false => leak.absent += 1,
        }
    }
    let tally = run.tally()?;
    for source in tally.sources.values() {
        if let Some(hits) = source.entities.get(ITEM) {
            leak.findings += hits.findings;
            leak.records += hits.records;
        }
    }
    Ok(leak)
}

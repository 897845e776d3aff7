//! [`rectify`]: what became of the findings of a run once its corpus was put right, for whoever
//! answers for the rectification (整改): removed with their records, replaced within records that
//! are still there, suppressed, still there, new.
//!
//! Built on the comparison of [`diff`](super::diff), and stricter. A finding that is gone is called
//! removed or replaced only if both runs looked at their corpora in the same way and its record is
//! known to be gone or to be there; otherwise it is unclear, with a reason. A finding of the same rule
//! about the same value in the same record is the same finding, whatever was written around it.
//!
//! Sums are held against the tallies of both runs, by source and rule, before anything is told.

mod fates;
mod files;

use std::collections::BTreeMap;

use serde::Serialize;

use super::diff::{Compared, Files, compare};
use super::manifest::Manifest;
use super::reader::Run;
use crate::RunError;
use crate::rules::RuleInfo;
use crate::scan::{Counts, Tally};
use fates::Fates;

/// Why it cannot be said what became of a finding that is gone.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    schemars::JsonSchema,
    serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Unclear {
    /// Rules, configuration, program or key differ: it may be there and not be found.
    OtherScan,
    /// Where it may be was not read.
    Unread,
    /// The later run has no row for every record.
    NoRecords,
    /// Records of a file with fewer or more records have no ids.
    NoIds,
    /// Several records have the same id.
    SameIds,
    /// The later run kept only some of the findings of its record.
    NotKept,
}

/// Findings that count, before and after. Both sides are sums:
/// `before = removed + replaced + closed + still + unclear + unkept_before` and
/// `after = carried + reopened + new + unkept_after`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Rectified {
    /// Of the earlier run.
    pub before: u64,
    /// Gone with their records.
    pub removed: u64,
    /// Gone from records that are still there.
    pub replaced: u64,
    /// Still there, and suppressed now.
    pub closed: u64,
    /// Still there.
    pub still: u64,
    /// Gone, and it cannot be said how.
    pub unclear: u64,
    /// Counted by the earlier run and not kept, so that nothing can be said of them.
    pub unkept_before: u64,
    /// Of the later run.
    pub after: u64,
    /// Those that are still there, by what the later run has them under.
    pub carried: u64,
    /// Suppressed before, and counted now.
    pub reopened: u64,
    /// Not in the earlier run.
    pub new: u64,
    /// Counted by the later run and not kept.
    pub unkept_after: u64,
}

impl Rectified {
    /// Adds `other`.
    pub fn add(&mut self, other: &Self) {
        self.before += other.before;
        self.removed += other.removed;
        self.replaced += other.replaced;
        self.closed += other.closed;
        self.still += other.still;
        self.unclear += other.unclear;
        self.unkept_before += other.unkept_before;
        self.after += other.after;
        self.carried += other.carried;
        self.reopened += other.reopened;
        self.new += other.new;
        self.unkept_after += other.unkept_after;
    }

    /// Whether both sides are sums of their parts.
    pub const fn closes(&self) -> bool {
        let before = self.removed + self.replaced + self.closed + self.still + self.unclear;
        let after = self.carried + self.reopened + self.new;
        self.before == before + self.unkept_before && self.after == after + self.unkept_after
    }
}

/// Records of a source, before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RectifiedRecords {
    /// Scanned by the earlier run.
    pub before: u64,
    /// Their decoded bytes.
    pub bytes_before: u64,
    /// Scanned by the later run.
    pub after: u64,
    /// Their decoded bytes.
    pub bytes_after: u64,
    /// Of the earlier run, those with a finding that counts.
    pub flagged_before: u64,
    /// Of the later run.
    pub flagged_after: u64,
    /// Of those of the earlier run, known to be gone.
    pub flagged_removed: u64,
    /// Their decoded bytes.
    pub flagged_removed_bytes: u64,
    /// Of those of the earlier run, known to be there.
    pub flagged_there: u64,
    /// Of those of the earlier run, neither.
    pub flagged_unclear: u64,
}

impl RectifiedRecords {
    /// Adds `other`.
    pub fn add(&mut self, other: &Self) {
        self.before += other.before;
        self.bytes_before += other.bytes_before;
        self.after += other.after;
        self.bytes_after += other.bytes_after;
        self.flagged_before += other.flagged_before;
        self.flagged_after += other.flagged_after;
        self.flagged_removed += other.flagged_removed;
        self.flagged_removed_bytes += other.flagged_removed_bytes;
        self.flagged_there += other.flagged_there;
        self.flagged_unclear += other.flagged_unclear;
    }

    const fn closes(&self) -> bool {
        self.flagged_before == self.flagged_removed + self.flagged_there + self.flagged_unclear
    }
}

/// One of the two runs, as documents name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RectifiedRun {
    /// Root of everything it says.
    pub root: String,
    /// Names its corpus.
    pub corpus: String,
    /// Digest of its rules.
    pub rules: String,
    /// Digest of the configuration that bears on scanning.
    pub config: String,
    /// Version of the program.
    pub tool: String,
    /// Whether everything was read.
    pub whole: bool,
    /// Whether it has a row for every record.
    pub every_record: bool,
    /// Files.
    pub files: Counts,
}

impl RectifiedRun {
    fn of(run: &Run) -> Result<Self, RunError> {
        let manifest = run.manifest();
        Ok(Self {
            root: manifest.integrity.root.clone(),
            corpus: manifest.root_digest.clone(),
            rules: manifest.rules.digest.clone(),
            config: manifest.config_digest.clone(),
            tool: manifest.tool_version.clone(),
            whole: manifest.coverage.whole,
            every_record: run.records()?.total() == manifest.totals.records.scanned,
            files: manifest.totals.files,
        })
    }
}

/// What became of everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rectification {
    /// The earlier run.
    pub old: RectifiedRun,
    /// The later one.
    pub new: RectifiedRun,
    /// What differs between them besides the corpus; if anything does, nothing is called removed
    /// or replaced.
    pub apart: Vec<String>,
    /// Files of the two corpora.
    pub files: Files,
    /// All findings that count.
    pub total: Rectified,
    /// All records.
    pub records: RectifiedRecords,
    /// Findings, by source and rule; without those of which there are none in either run.
    pub findings: BTreeMap<String, BTreeMap<String, Rectified>>,
    /// Records, by source.
    pub sources: BTreeMap<String, RectifiedRecords>,
    /// Why it cannot be said of some what became of them.
    pub unclear: BTreeMap<Unclear, u64>,
}

impl Rectification {
    /// Whether the two runs looked at their corpora in the same way, and at all of them.
    pub const fn is_comparable(&self) -> bool {
        self.apart.is_empty() && self.old.whole && self.new.whole
    }
}

/// Compares a run with one of the corpus as it was put right.
///
/// # Errors
///
/// If a run is damaged or cannot be read, or the sums do not close.
pub fn rectify(old: &Run, new: &Run) -> Result<Rectification, RunError> {
    let sides = [RectifiedRun::of(old)?, RectifiedRun::of(new)?];
    let mut fates = Fates::new(old, new, &sides)?;
    let diff = compare(old, new, None, Some(&mut fates))?;
    let apart = apart(&diff.apart, old.manifest(), new.manifest());
    let told = fates.told(&apart, old, new)?;
    let [old_side, new_side] = sides;
    let mut all = Rectification {
        old: old_side,
        new: new_side,
        apart,
        files: diff.files,
        total: Rectified::default(),
        records: RectifiedRecords::default(),
        findings: told.findings,
        sources: told.records,
        unclear: told.unclear,
    };
    all.count(&old.tally()?, &new.tally()?)?;
    Ok(all)
}

/// What differs besides the corpus. Parts of a corpus are no other configuration, and yet what the
/// other part holds is not gone.
fn apart(diff: &[&'static str], old: &Manifest, new: &Manifest) -> Vec<String> {
    let mut apart: Vec<String> = diff.iter().map(|what| (*what).to_owned()).collect();
    let part = |manifest: &Manifest| {
        let command = &manifest.environment.command;
        let of = command.iter().position(|word| word == "--shard");
        let word = of.and_then(|at| command.get(at + 1)).cloned();
        word.or_else(|| {
            let mut all = command.iter();
            all.find_map(|word| word.strip_prefix("--shard=").map(str::to_owned))
        })
    };
    if part(old) != part(new) {
        apart.push("part".to_owned());
    }
    apart
}

impl Rectification {
    /// Adds what tallies know, and sums everything up.
    fn count(&mut self, old: &Tally, new: &Tally) -> Result<(), RunError> {
        for (name, tally) in &old.sources {
            let records = self.sources.entry(name.clone()).or_default();
            records.before = tally.records.scanned;
            records.bytes_before = tally.bytes.scanned;
            // In files with the same bytes every record is there.
            records.flagged_before = tally.records_with_findings;
            let told = records.flagged_removed + records.flagged_unclear;
            records.flagged_there = unkept(records.flagged_before, told)?;
            let rules = tally.rules.iter().filter(|(_, hits)| hits.findings > 0);
            for (rule, hits) in rules {
                self.cell(name, rule).before = hits.findings;
            }
        }
        for (name, tally) in &new.sources {
            let records = self.sources.entry(name.clone()).or_default();
            records.after = tally.records.scanned;
            records.bytes_after = tally.bytes.scanned;
            records.flagged_after = tally.records_with_findings;
            let rules = tally.rules.iter().filter(|(_, hits)| hits.findings > 0);
            for (rule, hits) in rules {
                self.cell(name, rule).after = hits.findings;
            }
        }
        for cell in self.findings.values_mut().flat_map(BTreeMap::values_mut) {
            let told = cell.removed + cell.replaced + cell.closed + cell.still + cell.unclear;
            cell.unkept_before = unkept(cell.before, told)?;
            let told = cell.carried + cell.reopened + cell.new;
            cell.unkept_after = unkept(cell.after, told)?;
        }
        for cell in self.findings.values().flat_map(BTreeMap::values) {
            self.total.add(cell);
        }
        for records in self.sources.values() {
            self.records.add(records);
        }
        self.check(old, new)
    }

    fn cell(&mut self, source: &str, rule: &str) -> &mut Rectified {
        let rules = self.findings.entry(source.to_owned()).or_default();
        rules.entry(rule.to_owned()).or_default()
    }

    /// # Errors
    ///
    /// If not every finding and record of both runs was told of once.
    fn check(&self, old: &Tally, new: &Tally) -> Result<(), RunError> {
        let open = |tally: &Tally| {
            let sources = tally.sources.values();
            let rules = sources.flat_map(|source| source.rules.values());
            rules.map(|hits| hits.findings).sum::<u64>()
        };
        let cells = || self.findings.values().flat_map(BTreeMap::values);
        let closes = self.total.before == open(old)
            && self.total.after == open(new)
            && self.total.still == self.total.carried
            && self.total.unclear == self.unclear.values().sum::<u64>()
            && self.total.closes()
            && cells().all(Rectified::closes)
            && self.sources.values().all(RectifiedRecords::closes);
        closes.then_some(()).ok_or_else(unsound)
    }
}

/// How many are left of those that were counted.
fn unkept(counted: u64, told: u64) -> Result<u64, RunError> {
    counted.checked_sub(told).ok_or_else(unsound)
}

fn unsound() -> RunError {
    RunError::state(
        "internal: the comparison does not close: not every finding was told of once",
        "yujian verify says whether one of the runs is damaged; if not, please report this",
    )
}

/// Rules of both runs by id, those of the later one first.
///
/// # Errors
///
/// If a run cannot be read.
pub fn rules_of_both(old: &Run, new: &Run) -> Result<Vec<RuleInfo>, RunError> {
    let mut all = new.rules()?;
    let known: std::collections::HashSet<String> = all.iter().map(|rule| rule.id.clone()).collect();
    let others = old.rules()?.into_iter();
    all.extend(others.filter(|rule| !known.contains(&rule.id)));
    Ok(all)
}

impl Compared for Fates<'_> {
    fn pair(&mut self, then: &super::Entry, now: &super::Entry) -> Result<(), RunError> {
        self.together(then, now);
        Ok(())
    }

    fn alone(&mut self, old: bool, entry: super::Entry) -> Result<(), RunError> {
        self.apart(old, entry)
    }
}

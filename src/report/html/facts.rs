//! [`Facts`]: what the page shows of a run beyond the model of the report. They are no part of its
//! digest.

use std::collections::BTreeMap;

use crate::RunError;
use crate::report::families::{Families, Limits};
use crate::rules::RuleInfo;
use crate::run::{FindingRow, FindingTotals, HolderCounts, Holders, Run, Status};
use crate::scan::Hits;

/// Why something was not scanned, or what was noted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reason {
    /// Files that were left out or failed for it.
    pub files: u64,
    /// Their bytes as stored.
    pub bytes: u64,
    /// Records that were left out, failed or were noted for it.
    pub records: u64,
}

/// Numbers of a rule, of all findings, kept or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleNumbers {
    /// Findings that count.
    pub findings: u64,
    /// Findings that do not.
    pub suppressed: u64,
    /// Records with one that counts.
    pub records: u64,
}

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Findings in families.
    pub families: Families,
    /// Who holds rights.
    pub holders: Holders,
    /// The rules of the run, in their order.
    pub rules: Vec<RuleInfo>,
    /// Numbers by rule.
    pub numbers: BTreeMap<String, RuleNumbers>,
    /// How many were found and kept.
    pub totals: FindingTotals,
    /// By what became of the files (`scanned` for records in files that were) and reason.
    pub reasons: BTreeMap<(&'static str, String), Reason>,
    /// How long the scan took, in milliseconds.
    pub duration_ms: u64,
    /// Threads it had.
    pub threads: u32,
    /// Whether the time is of all of it: not so if it went on with another, took over from an
    /// earlier run or was merged.
    pub in_one_go: bool,
}

/// Families on the page.
const FAMILIES: usize = 10_000;
/// Places of a family.
const PLACES: usize = 10;
/// Places on the page, of all families together.
const ALL_PLACES: usize = 10_000;

impl Facts {
    /// From a run.
    ///
    /// # Errors
    ///
    /// If a table of the run is damaged or cannot be read, or a temporary file cannot be written.
    pub fn of(run: &Run) -> Result<Self, RunError> {
        let limits = Limits {
            families: FAMILIES,
            places: PLACES,
            held: 32 << 10,
        };
        let mut holders = HolderCounts::default();
        let also = |row: &FindingRow| holders.add(row);
        let mut families = Families::reading(run, limits, HolderCounts::counts, also)?;
        share_places(&mut families);
        let mut numbers: BTreeMap<String, RuleNumbers> = BTreeMap::new();
        for (rule, hits) in run.tally()?.total().rules {
            let Hits {
                findings,
                suppressed,
                records,
                ..
            } = hits;
            let of = RuleNumbers {
                findings,
                suppressed,
                records,
            };
            numbers.insert(rule, of);
        }
        let manifest = run.manifest();
        let environment = &manifest.environment;
        Ok(Self {
            families,
            holders: holders.end(),
            rules: run.rules()?,
            numbers,
            totals: manifest.totals.findings,
            reasons: reasons(run)?,
            duration_ms: environment.duration_ms,
            threads: environment.threads,
            in_one_go: !environment.resumed
                && environment.since.is_none()
                && environment.merged.is_empty(),
        })
    }

    /// What is known of a rule.
    pub(super) fn rule(&self, id: &str) -> Option<&RuleInfo> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}

/// Each family keeps the same number of places, the largest with which all fit.
fn share_places(families: &mut Families) {
    let sum = |share: usize| -> usize {
        let all = families.shown.iter();
        all.map(|family| family.places.len().min(share)).sum()
    };
    let share = (1..=PLACES).rev().find(|share| sum(*share) <= ALL_PLACES);
    for family in &mut families.shown {
        family.places.truncate(share.unwrap_or(1));
    }
}

fn reasons(run: &Run) -> Result<BTreeMap<(&'static str, String), Reason>, RunError> {
    let mut all: BTreeMap<(&'static str, String), Reason> = BTreeMap::new();
    for shard in run.shards()? {
        let shard = shard?;
        if let (Status::Skipped | Status::Failed, Some(reason)) = (shard.status, &shard.reason) {
            let of = all
                .entry((shard.status.as_str(), reason.clone()))
                .or_default();
            of.files += 1;
            of.bytes += shard.bytes;
        }
        for (reason, records) in shard.reasons {
            let of = all.entry(("records", reason)).or_default();
            of.records += records;
        }
    }
    Ok(all)
}

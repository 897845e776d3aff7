//! [`Agreement`]: whether tables, counts and rules say the same.
//!
//! The three tables are read once, side by side: a file, its records, their findings. What a row
//! says of its rule, its file or its record stands elsewhere too, and its id follows from where
//! it is; so one row that was changed by itself is named, unless only its excerpt, confidence,
//! reasons, folds, details or code points were changed. Those are told by the digests of blocks.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::rows::Checked;
use super::told::{Differences, Kind};
use crate::RunError;
use crate::rules::RuleInfo;
use crate::run::assemble::RootDigest;
use crate::run::coverage::Coverage;
use crate::run::manifest::Manifest;
use crate::run::merkle::Blocks;
use crate::run::rows::{Decision, Status, finding_id};
use crate::run::table::Row as _;
use crate::run::{FindingRow, RUN_FILE, RecordRow, ShardRow, TALLY_FILE};
use crate::scan::{FindingCounts, Tally};

/// The tables of a run, read side by side.
pub(super) struct Agreement<'a> {
    pub shards: Checked<ShardRow>,
    pub records: Checked<RecordRow>,
    pub findings: Checked<FindingRow>,
    rules: HashMap<&'a str, &'a RuleInfo>,
    coverage: Coverage,
    root: RootDigest,
    replaced_bytes: u64,
    kept: u64,
    found: FindingCounts,
    /// By source.
    sources: BTreeMap<String, OfSource>,
}

/// What the tables say of a source.
#[derive(Default)]
struct OfSource {
    found: FindingCounts,
    records_with_findings: u64,
    /// Findings in the table by rule.
    kept: BTreeMap<String, FindingCounts>,
}

impl<'a> Agreement<'a> {
    pub fn new(
        tables: (Checked<ShardRow>, Checked<RecordRow>, Checked<FindingRow>),
        rules: &'a [RuleInfo],
    ) -> Self {
        let (shards, records, findings) = tables;
        Self {
            shards,
            records,
            findings,
            rules: rules.iter().map(|rule| (rule.id.as_str(), rule)).collect(),
            coverage: Coverage::default(),
            root: RootDigest::default(),
            replaced_bytes: 0,
            kept: 0,
            found: FindingCounts::default(),
            sources: BTreeMap::new(),
        }
    }

    /// Reads everything.
    ///
    /// # Errors
    ///
    /// If the disk fails; rows that cannot be decoded are noted.
    pub fn read(&mut self) -> Result<(), RunError> {
        let mut before: Option<String> = None;
        while let Some((number, shard)) = self.shards.take()? {
            if shard.archive.is_none() {
                if before.as_ref().is_some_and(|path| *path >= shard.path) {
                    self.shards
                        .wrong(number, "its path is not behind the one before");
                }
                before = Some(shard.path.clone());
            }
            self.shard(number, &shard)?;
        }
        // Rows of files that are not in the table of files, or out of their order.
        if self.shards.is_whole() {
            while let Some((number, _)) = self.records.take()? {
                self.records.wrong(number, "no file of the run holds it");
            }
            while let Some((number, _)) = self.findings.take()? {
                self.findings.wrong(number, "no record of the run holds it");
            }
        }
        Ok(())
    }

    fn shard(&mut self, number: u64, shard: &ShardRow) -> Result<(), RunError> {
        self.coverage.add(shard);
        self.root.add(shard);
        self.replaced_bytes += shard.replaced_bytes;
        let mut open = 0;
        let mut next = 0;
        let here = |row: &RecordRow| row.path == shard.path;
        while self.records.peek().is_some_and(here) {
            let Some((at, record)) = self.records.take()? else {
                break;
            };
            if record.record < next {
                let what = "its number is not behind the one before";
                self.records.wrong(at, what);
            }
            next = record.record + 1;
            open += record.findings;
            self.record(at, shard, &record)?;
        }
        if self.records.is_whole() && open != shard.findings {
            let what = format!("{} findings, its records have {open}", shard.findings);
            self.shards.wrong(number, what);
        }
        if shard.records.total() < next {
            let what = format!(
                "{} records, one has number {}",
                shard.records.total(),
                next - 1
            );
            self.shards.wrong(number, what);
        }
        if shard.status == Status::Scanned && shard.decoded.total() > shard.decoded_bytes {
            self.shards
                .wrong(number, "more bytes of records than bytes");
        }
        Ok(())
    }

    fn record(&mut self, at: u64, shard: &ShardRow, record: &RecordRow) -> Result<(), RunError> {
        let mut kept = BTreeMap::<String, FindingCounts>::new();
        let here = |row: &FindingRow| row.path == record.path && row.record == record.record;
        while self.findings.peek().is_some_and(here) {
            let Some((at, finding)) = self.findings.take()? else {
                break;
            };
            let rule = self.rules.get(finding.rule.as_str()).copied();
            if let Some(what) = wrong_with_finding(&finding, rule, shard, record) {
                self.findings.wrong(at, what);
            }
            let counts = kept.entry(finding.rule).or_default();
            match finding.suppressed_by {
                None => counts.open += 1,
                Some(_) => counts.suppressed += 1,
            }
            self.kept += 1;
        }
        if self.findings.is_whole()
            && let Some(what) = wrong_with_record(record, &kept, &self.rules)
        {
            self.records.wrong(at, what);
        }
        self.found.open += record.findings;
        self.found.suppressed += record.suppressed;
        let source = self.sources.entry(record.source.clone()).or_default();
        source.found.open += record.findings;
        source.found.suppressed += record.suppressed;
        source.records_with_findings += u64::from(record.findings > 0);
        for (rule, counts) in kept {
            let sum = source.kept.entry(rule).or_default();
            sum.open += counts.open;
            sum.suppressed += counts.suppressed;
        }
        Ok(())
    }

    /// Hands on the digests of the rows, and what was noted.
    pub fn end(self, trees: &mut BTreeMap<String, Blocks>, told: &mut Differences) {
        let (shards, records, findings) = (self.shards, self.records, self.findings);
        for (name, whole, (noted, blocks)) in [
            (ShardRow::FILE, shards.is_whole(), shards.end()),
            (RecordRow::FILE, records.is_whole(), records.end()),
            (FindingRow::FILE, findings.is_whole(), findings.end()),
        ] {
            told.merge(noted);
            if whole {
                trees.insert(name.to_owned(), blocks);
            }
        }
    }

    /// Holds what was read against `run.json` and `tally.json`.
    pub fn compare(&self, manifest: &Manifest, tally: Option<&Tally>, told: &mut Differences) {
        if !(self.shards.is_whole() && self.records.is_whole() && self.findings.is_whole()) {
            return;
        }
        let totals = &manifest.totals;
        if self.coverage != manifest.coverage {
            let what = "its coverage is not that of the table of files";
            told.add(Kind::Sum, RUN_FILE, what);
        }
        if self.root.hex() != manifest.root_digest {
            let what = "its root_digest is not that of the table of files";
            told.add(Kind::Sum, RUN_FILE, what);
        }
        let of_files = [
            ("files", totals.files, self.coverage.files),
            (
                "stored bytes",
                totals.stored_bytes,
                self.coverage.stored_bytes,
            ),
            (
                "decoded bytes",
                totals.decoded_bytes,
                self.coverage.decoded_bytes,
            ),
            ("records", totals.records, self.coverage.records),
        ];
        for (what, should, is) in of_files {
            told.equal(
                RUN_FILE,
                &format!("{what} scanned"),
                should.scanned,
                is.scanned,
            );
            told.equal(
                RUN_FILE,
                &format!("{what} skipped"),
                should.skipped,
                is.skipped,
            );
            told.equal(
                RUN_FILE,
                &format!("{what} failed"),
                should.failed,
                is.failed,
            );
        }
        for (what, should, is) in [
            ("replaced bytes", totals.replaced_bytes, self.replaced_bytes),
            ("findings kept", totals.findings.kept, self.kept),
            ("findings open", totals.findings.open, self.found.open),
            (
                "findings suppressed",
                totals.findings.suppressed,
                self.found.suppressed,
            ),
        ] {
            told.equal(RUN_FILE, what, should, is);
        }
        if let Some(tally) = tally {
            self.compare_tally(manifest, tally, told);
        }
    }

    fn compare_tally(&self, manifest: &Manifest, tally: &Tally, told: &mut Differences) {
        let total = tally.total();
        let totals = &manifest.totals;
        for (what, should, is) in [
            ("records", totals.records, total.records),
            ("decoded bytes", totals.decoded_bytes, total.bytes),
        ] {
            told.equal(
                TALLY_FILE,
                &format!("{what} scanned"),
                should.scanned,
                is.scanned,
            );
            told.equal(
                TALLY_FILE,
                &format!("{what} skipped"),
                should.skipped,
                is.skipped,
            );
            told.equal(
                TALLY_FILE,
                &format!("{what} failed"),
                should.failed,
                is.failed,
            );
        }
        let all_kept = totals.findings.kept == totals.findings.open + totals.findings.suppressed;
        let names: BTreeSet<&String> = tally.sources.keys().chain(self.sources.keys()).collect();
        let (no_counts, no_rows) = (Default::default(), OfSource::default());
        for name in names {
            let counted = tally.sources.get(name).unwrap_or(&no_counts);
            let rows = self.sources.get(name).unwrap_or(&no_rows);
            let hits = |of: fn(&crate::scan::Hits) -> u64| counted.rules.values().map(of).sum();
            let of = |what: &str| format!("source {name}: {what}");
            for (what, should, is) in [
                ("open findings", hits(|h| h.findings), rows.found.open),
                (
                    "suppressed findings",
                    hits(|h| h.suppressed),
                    rows.found.suppressed,
                ),
                (
                    "records with findings",
                    counted.records_with_findings,
                    rows.records_with_findings,
                ),
            ] {
                told.equal(TALLY_FILE, &of(what), should, is);
            }
            for (rule, kept) in &rows.kept {
                let hits = counted.rules.get(rule);
                let (open, suppressed) = hits.map_or((0, 0), |h| (h.findings, h.suppressed));
                let fits = if all_kept {
                    (kept.open, kept.suppressed) == (open, suppressed)
                } else {
                    kept.open <= open && kept.suppressed <= suppressed
                };
                if !fits {
                    let rows = kept.open + kept.suppressed;
                    let what = format!("{rule}: {open} and {suppressed} suppressed, rows {rows}");
                    told.add(Kind::Sum, TALLY_FILE, of(&what));
                }
            }
        }
    }
}

/// What cannot be true of a finding. Values of the row are not repeated: what was put there may
/// be anything.
fn wrong_with_finding(
    finding: &FindingRow,
    rule: Option<&RuleInfo>,
    shard: &ShardRow,
    record: &RecordRow,
) -> Option<&'static str> {
    let digest = shard.digest.as_ref().unwrap_or(&shard.path);
    let id = finding_id(
        &finding.rule,
        digest,
        finding.record,
        &finding.field,
        finding.span,
    );
    let Some(rule) = rule else {
        return Some("its rule is not in rules.json");
    };
    if finding.id != id {
        return Some("its id does not follow from rule, shard digest, record, field and span");
    }
    if finding.shard_digest != shard.digest {
        return Some("its shard digest is not that of its file");
    }
    let of_rule = (&finding.risk, &finding.ecology, &finding.entity)
        == (&rule.risk, &rule.ecology, &rule.entity)
        && finding.class == rule.class
        && finding.severity == rule.severity;
    if !of_rule {
        return Some("its risk, ecology, entity, class or severity is not that of its rule");
    }
    if finding.source != record.source || finding.record_id != record.id {
        return Some("its source or record id is not that of its record");
    }
    (finding.span.start > finding.span.end || finding.code_points.start > finding.code_points.end)
        .then_some("it ends before it begins")
}

/// What cannot be true of a record with these findings by rule.
fn wrong_with_record(
    record: &RecordRow,
    kept: &BTreeMap<String, FindingCounts>,
    rules: &HashMap<&str, &RuleInfo>,
) -> Option<&'static str> {
    let mut sum = FindingCounts::default();
    let (mut risks, mut entities) = (BTreeSet::new(), BTreeSet::new());
    let mut severity = None;
    for (rule, counts) in kept {
        sum.open += counts.open;
        sum.suppressed += counts.suppressed;
        if let (Some(rule), true) = (rules.get(rule.as_str()), counts.open > 0) {
            risks.extend(rule.risk.clone());
            entities.extend(rule.entity.clone());
            severity = severity.max(Some(rule.severity));
        }
    }
    if sum.open > record.findings || sum.suppressed > record.suppressed {
        return Some("it has more rows of findings than findings");
    }
    let decision = match (record.findings, record.suppressed) {
        (0, 0) => Decision::Clean,
        (0, _) => Decision::SuppressedOnly,
        _ => Decision::Flagged,
    };
    if record.decision != decision {
        return Some("its decision does not follow from its findings");
    }
    // Of findings that were not kept no rule is known.
    let all = (sum.open, sum.suppressed) == (record.findings, record.suppressed);
    let same = record.risks.iter().eq(risks.iter())
        && record.entities.iter().eq(entities.iter())
        && record.max_severity == severity;
    (all && !same).then_some("its risks, entities or severity are not those of its findings")
}

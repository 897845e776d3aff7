//! [`Carry`]: rows of an earlier run that become rows of a new one.
//!
//! A known shard comes as an outcome with those records only that were scanned again. All other
//! records are read from the tables of the earlier run, in the same order, and go the same way:
//! what they say of rules is made anew, so that another title or grade shows. Nothing is held
//! but one record.

use std::collections::{BTreeMap, HashMap};

use super::assemble::Assembly;
use super::basis::BasisReader;
use super::checkpoint::Log;
use super::joined::Joined;
use super::reader::Run;
use super::rows::{FindingRow, RecordRow, ShardRow};
use super::since::INTERNAL;
use crate::corpus::Stated;
use crate::rules::RuleInfo;
use crate::scan::{
    FindingCounts, PieceOutcome, RecordOutcome, ShardIndex, ShardOutcome, SourceTally, Tally,
    count_findings,
};
use crate::{Finding, Folds, RuleIndex, RunError, ValueHash};

/// Rows of an earlier run, to be read along the shards of a new one.
pub struct Carry {
    run: Run,
    /// The shards that are taken over, with their digests.
    known: BTreeMap<ShardIndex, String>,
    sidecar: bool,
    shards: Joined<ShardRow>,
    records: Joined<RecordRow>,
    findings: Joined<FindingRow>,
    basis: BasisReader,
    done: Carried,
}

/// How much was taken over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Carried {
    pub files: u64,
    pub stored_bytes: u64,
    pub records: u64,
    pub again: u64,
}

impl Carry {
    pub(super) fn open(
        run: &Run,
        known: BTreeMap<ShardIndex, String>,
        sidecar: bool,
    ) -> Result<Self, RunError> {
        let (basis, _) = BasisReader::open(run.dir())?;
        Ok(Self {
            known,
            sidecar,
            shards: Joined::new(run.shards()?, |row| &row.path),
            records: Joined::new(run.records()?, |row| &row.path),
            findings: Joined::new(run.findings()?, |row| &row.path),
            basis,
            run: run.clone(),
            done: Carried::default(),
        })
    }

    /// Whether only those records of a shard were scanned that may say something new. So it is
    /// if its digest is the one the earlier run has.
    pub(super) fn knows(&self, shard: &ShardOutcome) -> bool {
        let digest = self.known.get(&shard.shard);
        shard.error.is_none() && digest == Some(&shard.digest)
    }

    pub(super) const fn done(&self) -> Carried {
        self.done
    }

    /// The next record of the shard `path` that stands before record number `before`.
    fn record(
        &mut self,
        path: &str,
        before: u64,
        rules: &HashMap<&str, RuleIndex>,
    ) -> Result<Option<RecordOutcome>, RunError> {
        let Some(row) = self.records.next_if(path, |row| row.record < before)? else {
            return Ok(None);
        };
        let mut counts = BTreeMap::<RuleIndex, FindingCounts>::new();
        let mut findings = Vec::new();
        while let Some(finding) = self.findings.next_if(path, |f| f.record == row.record)? {
            let finding = self.finding(finding, rules)?;
            let counts = counts.entry(finding.rule).or_default();
            match finding.suppressed_by {
                None => counts.open += 1,
                Some(_) => counts.suppressed += 1,
            }
            findings.push(finding);
        }
        if findings.len() as u64 != row.findings + row.suppressed {
            return Err(self.unsound("has a record of which findings are missing"));
        }
        Ok(Some(RecordOutcome {
            record: row.record,
            offset: row.offset,
            bytes: row.bytes,
            id: row.id,
            source: row.source,
            stated: Stated {
                url: row.url,
                date: row.date,
                source: row.stated_source,
                licence: row.licence,
                language: row.stated_language,
                others: row.metadata,
                ..Stated::default()
            },
            kind: row.kind,
            language: row.language,
            characters: row.characters,
            tokens: row.tokens,
            counts,
            findings,
        }))
    }

    /// Leaves out what the earlier run says of a record.
    fn leave(&mut self, path: &str, record: u64) -> Result<(), RunError> {
        if self
            .records
            .next_if(path, |r| r.record == record)?
            .is_some()
        {
            while self
                .findings
                .next_if(path, |f| f.record == record)?
                .is_some()
            {}
        }
        Ok(())
    }

    fn finding(
        &self,
        row: FindingRow,
        rules: &HashMap<&str, RuleIndex>,
    ) -> Result<Finding, RunError> {
        let rule = rules.get(row.rule.as_str()).copied();
        let value = row.value_hash.as_deref().map(value_hash);
        let folds = folds(&row.folds);
        let (Some(rule), Some(folds), false) = (rule, folds, value == Some(None)) else {
            return Err(self.unsound("has a finding this program would not make"));
        };
        Ok(Finding {
            field: row.field,
            span: row.span,
            rule,
            code_points: row.code_points,
            confidence: row.confidence,
            reasons: row.reasons,
            excerpt: row.excerpt,
            value: value.flatten(),
            folds,
            suppressed_by: row.suppressed_by,
            details: row.details,
        })
    }

    fn unsound(&self, what: &str) -> RunError {
        RunError::state(
            format!("internal: {} {what}", self.run.dir().display()),
            "please report this, and scan without --since",
        )
    }
}

impl Assembly<'_> {
    /// Puts a known shard together: `end` and the pieces in `log` say what was scanned again.
    pub(super) fn carry_shard(
        &mut self,
        carry: &mut Carry,
        log: &Log,
        end: &ShardOutcome,
        path: &str,
    ) -> Result<(), RunError> {
        let Some(then) = carry.shards.next(path)? else {
            return Err(carry.unsound("has lost a shard"));
        };
        let mut row = ShardRow {
            findings: 0,
            ..then
        };
        let base = carry.basis.seek(path)?;
        self.sums.records.merge(&row.records);
        self.sums.bytes.merge(&row.decoded);
        self.tally.merge(&base);
        if let Some(basis) = &mut self.basis {
            basis.push(path, &base)?;
        }
        let rules: HashMap<&str, RuleIndex> = (0..)
            .map(RuleIndex)
            .zip(self.rules)
            .map(|(index, rule)| (rule.id.as_str(), index))
            .collect();
        let (mut records, mut bytes) = (0, 0);
        for piece in 0..end.pieces {
            let Some(piece) = log.read_piece(end.shard, piece)? else {
                return Err(super::assemble::unfinished(path));
            };
            self.carry_piece(carry, &rules, &mut row, &piece, records)?;
            records += piece.records.total();
            bytes += piece.bytes.total();
        }
        self.carry_until(carry, &rules, &mut row, u64::MAX)?;
        let read = (row.records.total(), row.decoded.total());
        if end.pieces > 0 && read != (records, bytes) {
            return Err(carry.unsound("counts other records in a shard"));
        }
        carry.done.files += 1;
        carry.done.stored_bytes += row.bytes;
        carry.done.records += row.records.total();
        self.end_shard(row, &end.digests)
    }

    /// Adds the records of a piece that were scanned again, and those before and between them.
    /// `first`: number of the piece's first record.
    fn carry_piece(
        &mut self,
        carry: &mut Carry,
        rules: &HashMap<&str, RuleIndex>,
        row: &mut ShardRow,
        piece: &PieceOutcome,
        first: u64,
    ) -> Result<(), RunError> {
        if piece.reasons.contains_key(INTERNAL) {
            return Err(carry.unsound("cannot be built on: a record of it cannot be scanned again"));
        }
        for outcome in &piece.outcomes {
            let record = first + outcome.record;
            self.carry_until(carry, rules, row, record)?;
            carry.leave(&row.path, record)?;
            carry.done.again += 1;
            // Without a sidecar a record in which nothing is found has no row.
            if carry.sidecar || !outcome.counts.is_empty() {
                self.record(row, record, outcome)?;
            }
        }
        let found = piece.tally.sources.iter();
        for (name, found) in found.filter(|(_, found)| !found.rules.is_empty()) {
            // What does not depend on rules is in the basis.
            let found = SourceTally {
                records_with_findings: found.records_with_findings,
                marks: found.marks.clone(),
                bad_by_confidence: found.bad_by_confidence,
                rules: found.rules.clone(),
                risks: found.risks.clone(),
                entities: found.entities.clone(),
                licences: found.licences.clone(),
                ..SourceTally::default()
            };
            self.tally.merge(&Tally {
                sources: BTreeMap::from([(name.clone(), found)]),
                ..Tally::default()
            });
        }
        Ok(())
    }

    /// Takes over the records before record number `before`.
    fn carry_until(
        &mut self,
        carry: &mut Carry,
        rules: &HashMap<&str, RuleIndex>,
        row: &mut ShardRow,
        before: u64,
    ) -> Result<(), RunError> {
        while let Some(outcome) = carry.record(&row.path, before, rules)? {
            if !outcome.counts.is_empty() {
                tally_record(&mut self.tally, self.rules, &outcome);
            }
            self.record(row, outcome.record, &outcome)?;
        }
        Ok(())
    }
}

/// Adds what was found in a record to the counts, as scanning it does.
fn tally_record(tally: &mut Tally, rules: &[RuleInfo], outcome: &RecordOutcome) {
    let open = outcome
        .findings
        .iter()
        .filter(|f| f.suppressed_by.is_none());
    let values: Vec<(RuleIndex, u64)> = open
        .filter_map(|f| Some((f.rule, f.value?.short())))
        .collect();
    let source = tally.sources.entry(outcome.source.clone()).or_default();
    count_findings(source, rules, &outcome.counts, &values, &outcome.findings);
}

/// Reads what [`ValueHash`] prints.
fn value_hash(text: &str) -> Option<ValueHash> {
    let mut hash = [0; 16];
    if text.len() != 32 {
        return None;
    }
    for (place, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(ValueHash(hash))
}

/// Reads what [`Folds`] prints.
fn folds(text: &str) -> Option<Folds> {
    let names = text.split('+').filter(|name| !name.is_empty());
    names
        .map(Folds::named)
        .try_fold(Folds::default(), |all, fold| Some(all.union(fold?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read_back() {
        let hash = ValueHash([0, 1, 2, 3, 250, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255]);
        assert_eq!(value_hash(&hash.to_string()), Some(hash));
        assert_eq!(value_hash("00"), None);
        for bits in 0..1 << Folds::NAMES.len() {
            assert_eq!(folds(&Folds(bits).to_string()), Some(Folds(bits)));
        }
        assert_eq!(folds("width+unheard-of"), None);
    }
}

//! [`RecordRow`]: what the scan says of one record.

use std::collections::BTreeSet;

use super::finding::{FindingPlace, read_severity};
use super::named;
use crate::rules::RuleInfo;

use crate::run::columns::Cells;
use crate::run::table::Row;
use crate::run::value::{Column, Kind, Value, column};
use crate::scan::RecordOutcome;
use crate::{Confidence, Severity};

/// What the scan says of a record as a whole, before review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// Nothing was found in it.
    Clean,
    /// Only findings that do not count.
    SuppressedOnly,
    /// At least one finding that counts.
    Flagged,
}

impl Decision {
    const ALL: [Self; 3] = [Self::Clean, Self::SuppressedOnly, Self::Flagged];

    /// The word used in files and output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::SuppressedOnly => "suppressed-only",
            Self::Flagged => "flagged",
        }
    }
}

/// One row of `records.parquet`. Risks, entities and maxima speak of findings that count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRow {
    /// Path of the shard.
    pub path: String,
    /// Number in the shard, from 0.
    pub record: u64,
    /// Its own id, where it has one.
    pub id: Option<String>,
    /// The source it belongs to.
    pub source: String,
    /// First byte in the decoded shard.
    pub offset: u64,
    /// Length in decoded bytes.
    pub bytes: u64,
    /// Characters of text that were scanned.
    pub characters: u64,
    /// The record as a whole.
    pub decision: Decision,
    /// Risk codes, sorted.
    pub risks: Vec<String>,
    /// Entities, sorted.
    pub entities: Vec<String>,
    /// Findings that count, kept or not.
    pub findings: u64,
    /// Findings that do not count, kept or not.
    pub suppressed: u64,
    /// The gravest.
    pub max_severity: Option<Severity>,
    /// The surest among those that were kept.
    pub max_confidence: Option<Confidence>,
}

impl RecordRow {
    /// `rules`: one a rule, by [`RuleIndex`](crate::RuleIndex).
    pub(in crate::run) fn new(
        place: &FindingPlace<'_>,
        rules: &[RuleInfo],
        outcome: &RecordOutcome,
    ) -> Self {
        let mut row = Self {
            path: place.path.to_owned(),
            record: place.record,
            id: outcome.id.clone(),
            source: outcome.source.clone(),
            offset: outcome.offset,
            bytes: outcome.bytes,
            characters: outcome.characters,
            decision: Decision::Clean,
            risks: Vec::new(),
            entities: Vec::new(),
            findings: 0,
            suppressed: 0,
            max_severity: None,
            max_confidence: None,
        };
        let (mut risks, mut entities) = (BTreeSet::new(), BTreeSet::new());
        for (rule, counts) in &outcome.counts {
            row.findings += counts.open;
            row.suppressed += counts.suppressed;
            if counts.open > 0 {
                let rule = &rules[rule.0 as usize];
                risks.extend(rule.risk.clone());
                entities.extend(rule.entity.clone());
                row.max_severity = row.max_severity.max(Some(rule.severity));
            }
        }
        row.risks = risks.into_iter().collect();
        row.entities = entities.into_iter().collect();
        let open = outcome
            .findings
            .iter()
            .filter(|finding| finding.suppressed_by.is_none());
        row.max_confidence = open.map(|finding| finding.confidence).max();
        row.decision = match (row.findings, row.suppressed) {
            (0, 0) => Decision::Clean,
            (0, _) => Decision::SuppressedOnly,
            _ => Decision::Flagged,
        };
        row
    }
}

impl Row for RecordRow {
    const NAME: &'static str = "records";
    const FILE: &'static str = "records.parquet";
    const UNIQUE: &'static [&'static str] = &["id", "offset"];
    const GROUP_ROWS: usize = 16_384;

    const COLUMNS: &'static [Column] = &[
        column("path", Kind::Text),
        column("record", Kind::Whole),
        column("id", Kind::OptionalText),
        column("source", Kind::Text),
        column("offset", Kind::Whole),
        column("bytes", Kind::Whole),
        column("characters", Kind::Whole),
        column("decision", Kind::Text),
        column("risks", Kind::Texts),
        column("entities", Kind::Texts),
        column("findings", Kind::Whole),
        column("suppressed", Kind::Whole),
        column("max_severity", Kind::OptionalText),
        column("max_confidence", Kind::Fraction),
    ];

    fn values(&self) -> Vec<Value<'_>> {
        vec![
            Value::Text(&self.path),
            Value::Whole(self.record),
            Value::text(&self.id),
            Value::Text(&self.source),
            Value::Whole(self.offset),
            Value::Whole(self.bytes),
            Value::Whole(self.characters),
            Value::Text(self.decision.as_str()),
            Value::Texts(&self.risks),
            Value::Texts(&self.entities),
            Value::Whole(self.findings),
            Value::Whole(self.suppressed),
            self.max_severity
                .map_or(Value::Null, |s| Value::Text(s.as_str())),
            self.max_confidence
                .map_or(Value::Null, |c| Value::Fraction(c.fraction())),
        ]
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, String> {
        Ok(Self {
            path: cells.text()?,
            record: cells.whole()?,
            id: cells.optional_text()?,
            source: cells.text()?,
            offset: cells.whole()?,
            bytes: cells.whole()?,
            characters: cells.whole()?,
            decision: named(Decision::ALL, Decision::as_str, &cells.text()?)?,
            risks: cells.texts()?,
            entities: cells.texts()?,
            findings: cells.whole()?,
            suppressed: cells.whole()?,
            max_severity: match cells.optional_text()? {
                Some(word) => Some(read_severity(&word)?),
                None => None,
            },
            max_confidence: cells.fraction()?.map(Confidence::from_fraction),
        })
    }
}

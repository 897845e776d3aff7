//! [`RecordRow`]: what the scan says of one record.

use std::collections::BTreeSet;

use arrow_array::{Array, RecordBatch};
use arrow_schema::ArrowError;

use super::columns::{Columns, fraction, optional_text, text, texts, whole};
use super::finding::{FindingPlace, read_severity};
use crate::rules::RuleInfo;

use crate::run::table::Row;
use crate::run::value::{Column, Value};
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
    const BATCH_ROWS: usize = 8192;

    fn batch(rows: &[Self]) -> Result<RecordBatch, ArrowError> {
        let rows = || rows.iter();
        let severity = |r: &Self| r.max_severity.map(Severity::as_str);
        RecordBatch::try_from_iter_with_nullable([
            ("path", text(rows().map(|r| &r.path[..])), false),
            ("record", whole(rows().map(|r| r.record)), false),
            ("id", optional_text(rows().map(|r| r.id.as_deref())), true),
            ("source", text(rows().map(|r| &r.source[..])), false),
            ("offset", whole(rows().map(|r| r.offset)), false),
            ("bytes", whole(rows().map(|r| r.bytes)), false),
            ("characters", whole(rows().map(|r| r.characters)), false),
            ("decision", text(rows().map(|r| r.decision.as_str())), false),
            ("risks", texts(rows().map(|r| &r.risks[..])), false),
            ("entities", texts(rows().map(|r| &r.entities[..])), false),
            ("findings", whole(rows().map(|r| r.findings)), false),
            ("suppressed", whole(rows().map(|r| r.suppressed)), false),
            ("max_severity", optional_text(rows().map(severity)), true),
            (
                "max_confidence",
                fraction(rows().map(|r| r.max_confidence.map(Confidence::fraction))),
                true,
            ),
        ])
    }

    fn rows(batch: &RecordBatch) -> Result<Vec<Self>, String> {
        let columns = Columns(batch);
        let (words, whole) = (|name| columns.text(name), |name| columns.whole(name));
        let (path, record, id) = (words("path")?, whole("record")?, words("id")?);
        let (source, offset, bytes) = (words("source")?, whole("offset")?, whole("bytes")?);
        let (characters, decision) = (whole("characters")?, words("decision")?);
        let (risks, entities) = (columns.texts("risks")?, columns.texts("entities")?);
        let (findings, suppressed) = (whole("findings")?, whole("suppressed")?);
        let (severity, confidence) = (words("max_severity")?, columns.fraction("max_confidence")?);
        let row = |i: usize| -> Result<Self, String> {
            let word = decision.get(i);
            Ok(Self {
                path: path.get(i),
                record: record[i],
                id: id.optional(i),
                source: source.get(i),
                offset: offset[i],
                bytes: bytes[i],
                characters: characters[i],
                decision: Decision::ALL
                    .into_iter()
                    .find(|decision| decision.as_str() == word)
                    .ok_or_else(|| format!("no such decision: {word}"))?,
                risks: risks.get(i)?,
                entities: entities.get(i)?,
                findings: findings[i],
                suppressed: suppressed[i],
                max_severity: severity
                    .optional(i)
                    .map(|w| read_severity(&w))
                    .transpose()?,
                max_confidence: confidence
                    .is_valid(i)
                    .then(|| Confidence::from_fraction(confidence.value(i))),
            })
        };
        (0..batch.num_rows()).map(row).collect()
    }

    const COLUMNS: &'static [Column] = &[
        Column::One("path"),
        Column::One("record"),
        Column::One("id"),
        Column::One("source"),
        Column::One("offset"),
        Column::One("bytes"),
        Column::One("characters"),
        Column::One("decision"),
        Column::One("risks"),
        Column::One("entities"),
        Column::One("findings"),
        Column::One("suppressed"),
        Column::One("max_severity"),
        Column::One("max_confidence"),
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
            Value::List(&self.risks),
            Value::List(&self.entities),
            Value::Whole(self.findings),
            Value::Whole(self.suppressed),
            self.max_severity
                .map_or(Value::Null, |s| Value::Text(s.as_str())),
            self.max_confidence
                .map_or(Value::Null, |c| Value::Fraction(c.fraction())),
        ]
    }
}

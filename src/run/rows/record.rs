//! [`RecordRow`]: what the scan says of one record.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{FindingPlace, read_severity};
use super::named;
use crate::identify::Kind;
use crate::rules::RuleInfo;

use crate::run::columns::Cells;
use crate::run::table::Row;
use crate::run::value::{Column, Kind as ColumnKind, Value, column};
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
    /// Address it gives, without passwords.
    pub url: Option<String>,
    /// Date it gives, as written.
    pub date: Option<String>,
    /// What it says it is from; [`RecordRow::source`] is what it was counted with.
    pub stated_source: Option<String>,
    /// Licence it gives, as written.
    pub licence: Option<String>,
    /// Language it gives, as written.
    pub stated_language: Option<String>,
    /// Further fields of `[corpus.metadata]`, by name; personal data in them is masked.
    pub metadata: BTreeMap<String, String>,
    /// What it is.
    pub kind: Kind,
    /// In what language, BCP 47; [`RecordRow::stated_language`] is what it says itself.
    pub language: String,
    /// First byte in the decoded shard.
    pub offset: u64,
    /// Length in decoded bytes.
    pub bytes: u64,
    /// Characters of text that were scanned.
    pub characters: u64,
    /// Tokens of it; only in runs that count all.
    pub tokens: Option<u64>,
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
        let stated = &outcome.stated;
        let mut row = Self {
            path: place.path.to_owned(),
            record: place.record,
            id: outcome.id.clone(),
            source: outcome.source.clone(),
            url: stated.url.clone(),
            date: stated.date.clone(),
            stated_source: stated.source.clone(),
            licence: stated.licence.clone(),
            stated_language: stated.language.clone(),
            metadata: stated.others.clone(),
            kind: outcome.kind,
            language: outcome.language.clone(),
            offset: outcome.offset,
            bytes: outcome.bytes,
            characters: outcome.characters,
            tokens: outcome.tokens,
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
        column("path", ColumnKind::Text),
        column("record", ColumnKind::Whole),
        column("id", ColumnKind::OptionalText),
        column("source", ColumnKind::Text),
        column("url", ColumnKind::OptionalText),
        column("date", ColumnKind::OptionalText),
        column("stated_source", ColumnKind::OptionalText),
        column("licence", ColumnKind::OptionalText),
        column("stated_language", ColumnKind::OptionalText),
        column("metadata", ColumnKind::Json),
        column("type", ColumnKind::Text),
        column("language", ColumnKind::Text),
        column("offset", ColumnKind::Whole),
        column("bytes", ColumnKind::Whole),
        column("characters", ColumnKind::Whole),
        column("tokens", ColumnKind::OptionalWhole),
        column("decision", ColumnKind::Text),
        column("risks", ColumnKind::Texts),
        column("entities", ColumnKind::Texts),
        column("findings", ColumnKind::Whole),
        column("suppressed", ColumnKind::Whole),
        column("max_severity", ColumnKind::OptionalText),
        column("max_confidence", ColumnKind::Fraction),
    ];

    fn values(&self) -> Vec<Value<'_>> {
        vec![
            Value::Text(&self.path),
            Value::Whole(self.record),
            Value::text(&self.id),
            Value::Text(&self.source),
            Value::text(&self.url),
            Value::text(&self.date),
            Value::text(&self.stated_source),
            Value::text(&self.licence),
            Value::text(&self.stated_language),
            Value::json(&self.metadata),
            Value::Text(self.kind.as_str()),
            Value::Text(&self.language),
            Value::Whole(self.offset),
            Value::Whole(self.bytes),
            Value::Whole(self.characters),
            self.tokens.map_or(Value::Null, Value::Whole),
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
            url: cells.optional_text()?,
            date: cells.optional_text()?,
            stated_source: cells.optional_text()?,
            licence: cells.optional_text()?,
            stated_language: cells.optional_text()?,
            metadata: cells.json()?,
            kind: named(Kind::ALL, Kind::as_str, cells.str()?)?,
            language: cells.text()?,
            offset: cells.whole()?,
            bytes: cells.whole()?,
            characters: cells.whole()?,
            tokens: cells.optional_whole()?,
            decision: named(Decision::ALL, Decision::as_str, cells.str()?)?,
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

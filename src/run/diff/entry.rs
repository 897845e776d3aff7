//! [`Entry`]: of a finding what a comparison needs.

use serde::{Deserialize, Serialize};

use crate::Span;
use crate::run::FindingRow;

/// Which of the two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Side {
    Old,
    New,
}

/// A finding of one of the runs. The order is that in which a list of them is read.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema, Deserialize,
)]
pub struct Entry {
    /// Path of the file.
    pub path: String,
    /// Number of the record.
    pub record: u64,
    /// Where in the field.
    pub span: Span,
    /// Id of the rule.
    pub rule: String,
    /// Id of the finding.
    pub id: String,
    /// The record's own id.
    pub record_id: Option<String>,
    /// The source.
    pub source: String,
    /// The field.
    pub field: String,
    /// How grave.
    pub severity: crate::Severity,
    /// Masked quotation.
    pub excerpt: String,
    /// Keyed hash of the value.
    pub value_hash: Option<String>,
    /// Why it does not count.
    pub suppressed_by: Option<String>,
}

impl Entry {
    pub(super) fn of(row: FindingRow) -> Self {
        Self {
            path: row.path,
            record: row.record,
            span: row.span,
            rule: row.rule,
            id: row.id,
            record_id: row.record_id,
            source: row.source,
            field: row.field,
            severity: row.severity,
            excerpt: row.excerpt,
            value_hash: row.value_hash,
            suppressed_by: row.suppressed_by,
        }
    }

    /// Whether it counts.
    pub(in crate::run) const fn is_open(&self) -> bool {
        self.suppressed_by.is_none()
    }

    /// Names the same finding after its file was changed: its record by its own id, or by the file
    /// where it has none, and in it rule, field, excerpt and value. Not the source: by default
    /// that is the name of the directory, which another edition of the corpus does not share.
    pub(super) fn likeness(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let record = match &self.record_id {
            Some(id) => ["id", id.as_str()],
            None => ["path", self.path.as_str()],
        };
        let value = self.value_hash.as_deref().unwrap_or("");
        for part in
            record
                .into_iter()
                .chain([self.rule.as_str(), &self.field, &self.excerpt, value])
        {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize().to_hex()[..32].to_owned()
    }
}

/// An [`Entry`] in the order in which pairs are looked for: those that share a key next to each
/// other, then those of one file, near ones before far ones.
#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Keyed {
    pub key: String,
    path: String,
    record: u64,
    start: u64,
    pub side: Side,
    pub entry: Entry,
}

impl Keyed {
    pub fn new(key: String, side: Side, entry: Entry) -> Self {
        Self {
            key,
            path: entry.path.clone(),
            record: entry.record,
            start: entry.span.start,
            side,
            entry,
        }
    }
}

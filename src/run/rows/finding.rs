//! [`FindingRow`]: one finding with everything known of it.

use super::named;
use crate::rules::{PiClass, RuleInfo};

use crate::run::columns::Cells;
use crate::run::table::Row;
use crate::run::value::{Column, Kind, Value, column};
use crate::{Confidence, Details, Finding, Severity, Span};

/// One row of `findings.parquet`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingRow {
    /// See [`finding_id`].
    pub id: String,
    /// Path of the shard.
    pub path: String,
    /// Number of the record in the shard, from 0.
    pub record: u64,
    /// The record's own id, where it has one.
    pub record_id: Option<String>,
    /// The source it belongs to.
    pub source: String,
    /// Path of the field in the record, dotted; empty for a whole file.
    pub field: String,
    /// Where in the field's decoded text, in bytes.
    pub span: Span,
    /// The same in code points.
    pub code_points: Span,
    /// Id of the rule.
    pub rule: String,
    /// Risk code of the rule.
    pub risk: Option<String>,
    /// Ecology classes of the rule.
    pub ecology: Vec<String>,
    /// Entity of the rule.
    pub entity: Option<String>,
    /// Class of personal data.
    pub class: Option<PiClass>,
    /// How grave.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Why so sure: names joined by `+`.
    pub reasons: String,
    /// Masked quotation.
    pub excerpt: String,
    /// Keyed hash of the value, hex.
    pub value_hash: Option<String>,
    /// Folds that were needed, joined by `+`; empty for none.
    pub folds: String,
    /// Why it does not count; none when it does.
    pub suppressed_by: Option<String>,
    /// Holder, year, licence and the like.
    pub details: Details,
    /// BLAKE3 of the shard; none if the shard could not be read to its end.
    pub shard_digest: Option<String>,
}

/// Returns the id of a finding: the first 16 bytes, in hex, of BLAKE3 over the rule's id, the
/// shard's digest, the record's number, the field and the span, each preceded by its length.
/// The same in every run over the same bytes with the same rule, wherever the shard lies.
///
/// `digest`: hex. A shard that could not be read to its end has none; there the path stands for
/// it, so that the ids of two such shards differ.
pub fn finding_id(rule: &str, digest: &str, record: u64, field: &str, span: Span) -> String {
    let mut hasher = blake3::Hasher::new();
    let (record, start, end) = (
        record.to_le_bytes(),
        span.start.to_le_bytes(),
        span.end.to_le_bytes(),
    );
    let parts: [&[u8]; 6] = [
        rule.as_bytes(),
        digest.as_bytes(),
        &record,
        field.as_bytes(),
        &start,
        &end,
    ];
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

/// Where a finding was made.
pub(in crate::run) struct FindingPlace<'a> {
    pub path: &'a str,
    /// Empty if the shard has none.
    pub digest: &'a str,
    pub record: u64,
    pub record_id: Option<&'a str>,
    pub source: &'a str,
}

impl FindingRow {
    pub(in crate::run) fn new(
        place: &FindingPlace<'_>,
        rule: &RuleInfo,
        finding: &Finding,
    ) -> Self {
        let stand_in = if place.digest.is_empty() {
            place.path
        } else {
            place.digest
        };
        Self {
            id: finding_id(
                &rule.id,
                stand_in,
                place.record,
                &finding.field,
                finding.span,
            ),
            path: place.path.to_owned(),
            record: place.record,
            record_id: place.record_id.map(str::to_owned),
            source: place.source.to_owned(),
            field: finding.field.clone(),
            span: finding.span,
            code_points: finding.code_points,
            rule: rule.id.clone(),
            risk: rule.risk.clone(),
            ecology: rule.ecology.clone(),
            entity: rule.entity.clone(),
            class: rule.class.clone(),
            severity: rule.severity,
            confidence: finding.confidence,
            reasons: finding.reasons.clone(),
            excerpt: finding.excerpt.clone(),
            value_hash: finding.value.map(|value| value.to_string()),
            folds: finding.folds.to_string(),
            suppressed_by: finding.suppressed_by.clone(),
            details: finding.details.clone(),
            shard_digest: (!place.digest.is_empty()).then(|| place.digest.to_owned()),
        }
    }

    fn class<T>(&self, part: impl FnOnce(&PiClass) -> T) -> Option<T> {
        self.class.as_ref().map(part)
    }
}

impl Row for FindingRow {
    const NAME: &'static str = "findings";
    const FILE: &'static str = "findings.parquet";
    const UNIQUE: &'static [&'static str] = &["id", "excerpt"];
    const GROUP_ROWS: usize = 16_384;

    const COLUMNS: &'static [Column] = &[
        column("id", Kind::Text),
        column("path", Kind::Text),
        column("record", Kind::Whole),
        column("record_id", Kind::OptionalText),
        column("source", Kind::Text),
        column("field", Kind::Text),
        column("span", Kind::Span),
        column("code_points", Kind::Span),
        column("rule", Kind::Text),
        column("risk", Kind::OptionalText),
        column("ecology", Kind::Texts),
        column("entity", Kind::OptionalText),
        column("class_45574", Kind::OptionalText),
        column("class_35273", Kind::Flag),
        column("high_risk", Kind::Flag),
        column("severity", Kind::Text),
        column("confidence", Kind::Fraction),
        column("reasons", Kind::Text),
        column("excerpt", Kind::Text),
        column("value_hash", Kind::OptionalText),
        column("folds", Kind::Text),
        column("suppressed_by", Kind::OptionalText),
        column("details", Kind::Json),
        column("shard_digest", Kind::OptionalText),
    ];

    fn values(&self) -> Vec<Value<'_>> {
        vec![
            Value::Text(&self.id),
            Value::Text(&self.path),
            Value::Whole(self.record),
            Value::text(&self.record_id),
            Value::Text(&self.source),
            Value::Text(&self.field),
            Value::Span(self.span),
            Value::Span(self.code_points),
            Value::Text(&self.rule),
            Value::text(&self.risk),
            Value::Texts(&self.ecology),
            Value::text(&self.entity),
            self.class
                .as_ref()
                .map_or(Value::Null, |c| Value::Text(&c.gbt45574)),
            self.class(|c| c.gbt35273).map_or(Value::Null, Value::Flag),
            self.class(|c| c.high_risk).map_or(Value::Null, Value::Flag),
            Value::Text(self.severity.as_str()),
            Value::Fraction(self.confidence.fraction()),
            Value::Text(&self.reasons),
            Value::Text(&self.excerpt),
            Value::text(&self.value_hash),
            Value::Text(&self.folds),
            Value::text(&self.suppressed_by),
            Value::json(&self.details),
            Value::text(&self.shard_digest),
        ]
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, String> {
        Ok(Self {
            id: cells.text()?,
            path: cells.text()?,
            record: cells.whole()?,
            record_id: cells.optional_text()?,
            source: cells.text()?,
            field: cells.text()?,
            span: cells.span()?,
            code_points: cells.span()?,
            rule: cells.text()?,
            risk: cells.optional_text()?,
            ecology: cells.texts()?,
            entity: cells.optional_text()?,
            class: match (cells.optional_text()?, cells.flag()?, cells.flag()?) {
                (Some(gbt45574), gbt35273, high_risk) => Some(PiClass {
                    gbt45574,
                    gbt35273: gbt35273.unwrap_or(false),
                    high_risk: high_risk.unwrap_or(false),
                }),
                (None, ..) => None,
            },
            severity: read_severity(cells.str()?)?,
            confidence: cells
                .fraction()?
                .map(Confidence::from_fraction)
                .ok_or("a confidence is missing")?,
            reasons: cells.text()?,
            excerpt: cells.text()?,
            value_hash: cells.optional_text()?,
            folds: cells.text()?,
            suppressed_by: cells.optional_text()?,
            details: cells.json()?,
            shard_digest: cells.optional_text()?,
        })
    }
}

pub(super) fn read_severity(word: &str) -> Result<Severity, String> {
    let all = [
        Severity::Low,
        Severity::Medium,
        Severity::High,
        Severity::Critical,
    ];
    named(all, Severity::as_str, word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_never_change_and_every_part_counts() {
        let id = |rule: &str, digest: &str, record, field: &str, start| {
            finding_id(rule, digest, record, field, Span::new(start, 9))
        };
        let one = id("pii.cn.mobile", "00ff", 7, "text", 3);
        assert_eq!(
            one, "a4318292cb9e1b1e66777996c3954a2e",
            "baselines and verdicts refer to ids"
        );
        let others = [
            id("pii.cn.mobil", "e00ff", 7, "text", 3),
            id("pii.cn.mobile", "00fe", 7, "text", 3),
            id("pii.cn.mobile", "00ff", 8, "text", 3),
            id("pii.cn.mobile", "00ff", 7, "texts", 3),
            id("pii.cn.mobile", "00ff", 7, "text", 4),
        ];
        assert!(!others.contains(&one));
    }
}

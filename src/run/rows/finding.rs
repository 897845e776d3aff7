//! [`FindingRow`]: one finding with everything known of it.

use arrow_array::{Array, RecordBatch};
use arrow_schema::ArrowError;

use super::columns::{Columns, flag, fraction, optional_text, text, texts, whole};
use crate::rules::{PiClass, RuleInfo};

use crate::run::table::Row;
use crate::run::value::{Column, Value};
use crate::{Confidence, Finding, Severity, Span};

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
    const BATCH_ROWS: usize = 8192;

    fn batch(rows: &[Self]) -> Result<RecordBatch, ArrowError> {
        let rows = || rows.iter();
        RecordBatch::try_from_iter_with_nullable([
            ("id", text(rows().map(|r| &r.id[..])), false),
            ("path", text(rows().map(|r| &r.path[..])), false),
            ("record", whole(rows().map(|r| r.record)), false),
            (
                "record_id",
                optional_text(rows().map(|r| r.record_id.as_deref())),
                true,
            ),
            ("source", text(rows().map(|r| &r.source[..])), false),
            ("field", text(rows().map(|r| &r.field[..])), false),
            ("span_start", whole(rows().map(|r| r.span.start)), false),
            ("span_end", whole(rows().map(|r| r.span.end)), false),
            (
                "code_points_start",
                whole(rows().map(|r| r.code_points.start)),
                false,
            ),
            (
                "code_points_end",
                whole(rows().map(|r| r.code_points.end)),
                false,
            ),
            ("rule", text(rows().map(|r| &r.rule[..])), false),
            (
                "risk",
                optional_text(rows().map(|r| r.risk.as_deref())),
                true,
            ),
            ("ecology", texts(rows().map(|r| &r.ecology[..])), false),
            (
                "entity",
                optional_text(rows().map(|r| r.entity.as_deref())),
                true,
            ),
            (
                "class_45574",
                optional_text(rows().map(|r| r.class.as_ref().map(|c| &c.gbt45574[..]))),
                true,
            ),
            (
                "class_35273",
                flag(rows().map(|r| r.class(|c| c.gbt35273))),
                true,
            ),
            (
                "high_risk",
                flag(rows().map(|r| r.class(|c| c.high_risk))),
                true,
            ),
            ("severity", text(rows().map(|r| r.severity.as_str())), false),
            (
                "confidence",
                fraction(rows().map(|r| Some(r.confidence.fraction()))),
                false,
            ),
            ("reasons", text(rows().map(|r| &r.reasons[..])), false),
            ("excerpt", text(rows().map(|r| &r.excerpt[..])), false),
            (
                "value_hash",
                optional_text(rows().map(|r| r.value_hash.as_deref())),
                true,
            ),
            ("folds", text(rows().map(|r| &r.folds[..])), false),
            (
                "suppressed_by",
                optional_text(rows().map(|r| r.suppressed_by.as_deref())),
                true,
            ),
            (
                "shard_digest",
                optional_text(rows().map(|r| r.shard_digest.as_deref())),
                true,
            ),
        ])
    }

    fn rows(batch: &RecordBatch) -> Result<Vec<Self>, String> {
        let columns = Columns(batch);
        let words = |name| columns.text(name);
        let (id, path, record) = (words("id")?, words("path")?, columns.whole("record")?);
        let (record_id, source, field) = (words("record_id")?, words("source")?, words("field")?);
        let (start, end) = (columns.whole("span_start")?, columns.whole("span_end")?);
        let points = (
            columns.whole("code_points_start")?,
            columns.whole("code_points_end")?,
        );
        let (rule, risk, ecology) = (words("rule")?, words("risk")?, columns.texts("ecology")?);
        let (entity, class) = (words("entity")?, words("class_45574")?);
        let (listed, high) = (columns.flag("class_35273")?, columns.flag("high_risk")?);
        let (severity, confidence) = (words("severity")?, columns.fraction("confidence")?);
        let (reasons, excerpt, value) =
            (words("reasons")?, words("excerpt")?, words("value_hash")?);
        let (folds, suppressed_by, digest) = (
            words("folds")?,
            words("suppressed_by")?,
            words("shard_digest")?,
        );
        let row = |i: usize| -> Result<Self, String> {
            Ok(Self {
                id: id.get(i),
                path: path.get(i),
                record: record[i],
                record_id: record_id.optional(i),
                source: source.get(i),
                field: field.get(i),
                span: Span {
                    start: start[i],
                    end: end[i],
                },
                code_points: Span {
                    start: points.0[i],
                    end: points.1[i],
                },
                rule: rule.get(i),
                risk: risk.optional(i),
                ecology: ecology.get(i)?,
                entity: entity.optional(i),
                class: class.optional(i).map(|gbt45574| PiClass {
                    gbt45574,
                    gbt35273: listed.is_valid(i) && listed.value(i),
                    high_risk: high.is_valid(i) && high.value(i),
                }),
                severity: read_severity(&severity.get(i))?,
                confidence: Confidence::from_fraction(confidence.value(i)),
                reasons: reasons.get(i),
                excerpt: excerpt.get(i),
                value_hash: value.optional(i),
                folds: folds.get(i),
                suppressed_by: suppressed_by.optional(i),
                shard_digest: digest.optional(i),
            })
        };
        (0..batch.num_rows()).map(row).collect()
    }

    const COLUMNS: &'static [Column] = &[
        Column::One("id"),
        Column::One("path"),
        Column::One("record"),
        Column::One("record_id"),
        Column::One("source"),
        Column::One("field"),
        Column::Span("span"),
        Column::Span("code_points"),
        Column::One("rule"),
        Column::One("risk"),
        Column::One("ecology"),
        Column::One("entity"),
        Column::One("class_45574"),
        Column::One("class_35273"),
        Column::One("high_risk"),
        Column::One("severity"),
        Column::One("confidence"),
        Column::One("reasons"),
        Column::One("excerpt"),
        Column::One("value_hash"),
        Column::One("folds"),
        Column::One("suppressed_by"),
        Column::One("shard_digest"),
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
            Value::List(&self.ecology),
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
            Value::text(&self.shard_digest),
        ]
    }
}

pub(super) fn read_severity(word: &str) -> Result<Severity, String> {
    [
        Severity::Low,
        Severity::Medium,
        Severity::High,
        Severity::Critical,
    ]
    .into_iter()
    .find(|severity| severity.as_str() == word)
    .ok_or_else(|| format!("no such severity: {word}"))
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

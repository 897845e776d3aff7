//! [`ShardRow`]: what became of one file of the corpus.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, MapBuilder, StringBuilder, StructBuilder, UInt64Builder};
use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{Array, ArrayRef, ListArray, MapArray, RecordBatch, StructArray};
use arrow_schema::{ArrowError, DataType, Field};

use super::columns::{Columns, optional_text, text, whole};
use crate::corpus::{Fate, Shard};

use crate::run::table::Row;
use crate::run::value::{Column, Value};
use crate::scan::{Counts, RecordIssue};

/// What became of a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Read to its end.
    Scanned,
    /// Left out for a stated reason.
    Skipped,
    /// Not read, or not to its end.
    Failed,
}

impl Status {
    const ALL: [Self; 3] = [Self::Scanned, Self::Skipped, Self::Failed];

    /// The word used in files and output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scanned => "scanned",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        }
    }

    /// `amount` of something, all of it in this state.
    pub const fn counts(self, amount: u64) -> Counts {
        let mut counts = Counts {
            scanned: 0,
            skipped: 0,
            failed: 0,
        };
        match self {
            Self::Scanned => counts.scanned = amount,
            Self::Skipped => counts.skipped = amount,
            Self::Failed => counts.failed = amount,
        }
        counts
    }
}

/// One row of `shards.parquet`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardRow {
    /// Its name in the run.
    pub path: String,
    /// The source its records belong to unless they say otherwise.
    pub source: String,
    /// `jsonl`, `text`, …; none if it was never to be read.
    pub format: Option<String>,
    /// `utf-8`; none if it was never to be read.
    pub encoding: Option<String>,
    /// `none`, `gzip`, …; none if it was never to be read.
    pub compression: Option<String>,
    /// Bytes as stored, when it was discovered.
    pub bytes: u64,
    /// Bytes after decompression, as far as it could be read.
    pub decoded_bytes: u64,
    /// BLAKE3 of the stored bytes, hex; none if they were not all read.
    pub digest: Option<String>,
    /// What became of it.
    pub status: Status,
    /// Why it was skipped or failed: a stable code.
    pub reason: Option<String>,
    /// Why it failed: a sentence.
    pub error: Option<String>,
    /// Its records.
    pub records: Counts,
    /// Their decoded bytes.
    pub decoded: Counts,
    /// Skips, failures and notes by reason → records.
    pub reasons: BTreeMap<String, u64>,
    /// The first records that were not scanned as they should be, at most
    /// [`PieceOutcome::ISSUES_KEPT`](crate::scan::PieceOutcome::ISSUES_KEPT).
    pub issues: Vec<RecordIssue>,
    /// Bytes that were no valid UTF-8 and were replaced.
    pub replaced_bytes: u64,
    /// Findings that count, kept or not.
    pub findings: u64,
}

impl ShardRow {
    /// The row of a shard of which nothing has been read so far.
    pub(in crate::run) fn new(shard: &Shard) -> Self {
        let mut row = Self {
            path: shard.path.clone(),
            source: shard.source.clone(),
            format: None,
            encoding: None,
            compression: None,
            bytes: shard.bytes,
            decoded_bytes: 0,
            digest: None,
            status: Status::Scanned,
            reason: None,
            error: None,
            records: Counts::default(),
            decoded: Counts::default(),
            reasons: BTreeMap::new(),
            issues: Vec::new(),
            replaced_bytes: 0,
            findings: 0,
        };
        match &shard.fate {
            Fate::Read(format, compression) => {
                row.format = Some(format.as_str().to_owned());
                // The only charset this version reads.
                row.encoding = Some("utf-8".to_owned());
                row.compression = Some(compression.as_str().to_owned());
            }
            Fate::Skip(skip) => {
                row.status = Status::Skipped;
                row.reason = Some(skip.as_str().to_owned());
            }
            Fate::Fail(reason, sentence) => row.fail(reason, sentence),
        }
        row
    }

    pub(in crate::run) fn fail(&mut self, reason: &str, sentence: &str) {
        self.status = Status::Failed;
        self.reason = Some(reason.to_owned());
        self.error = Some(sentence.to_owned());
    }
}

fn issue_fields() -> Vec<Field> {
    vec![
        Field::new("record", DataType::UInt64, false),
        Field::new("offset", DataType::UInt64, false),
        Field::new("bytes", DataType::UInt64, false),
        Field::new("reason", DataType::Utf8, false),
    ]
}

fn issues<'a>(rows: impl Iterator<Item = &'a [RecordIssue]>) -> ArrayRef {
    let mut list = ListBuilder::new(StructBuilder::from_fields(issue_fields(), 0));
    for row in rows {
        for issue in row {
            let item = list.values();
            for (at, number) in [issue.record, issue.offset, issue.bytes]
                .into_iter()
                .enumerate()
            {
                let field = item.field_builder::<UInt64Builder>(at);
                field.expect("as in issue_fields").append_value(number);
            }
            let field = item.field_builder::<StringBuilder>(3);
            field
                .expect("as in issue_fields")
                .append_value(&issue.reason);
            item.append(true);
        }
        list.append(true);
    }
    Arc::new(list.finish())
}

fn reasons<'a>(
    rows: impl Iterator<Item = &'a BTreeMap<String, u64>>,
) -> Result<ArrayRef, ArrowError> {
    let mut map = MapBuilder::new(None, StringBuilder::new(), UInt64Builder::new());
    for row in rows {
        for (reason, records) in row {
            map.keys().append_value(reason);
            map.values().append_value(*records);
        }
        map.append(true)?;
    }
    Ok(Arc::new(map.finish()))
}

fn read_issues(list: &ListArray, row: usize) -> Result<Vec<RecordIssue>, String> {
    let value = list.value(row);
    let items: &StructArray = value.as_struct_opt().ok_or("issues are no structs")?;
    let numbers = |at: usize| {
        items
            .column(at)
            .as_primitive_opt::<UInt64Type>()
            .ok_or("issues are of another type")
    };
    if items.num_columns() != issue_fields().len() {
        return Err("issues have other fields".to_owned());
    }
    let (record, offset, bytes) = (numbers(0)?, numbers(1)?, numbers(2)?);
    let reason = items
        .column(3)
        .as_string_opt::<i32>()
        .ok_or("issues are of another type")?;
    let issue = |i| RecordIssue {
        record: record.value(i),
        offset: offset.value(i),
        bytes: bytes.value(i),
        reason: reason.value(i).to_owned(),
    };
    Ok((0..items.len()).map(issue).collect())
}

fn read_reasons(map: &MapArray, row: usize) -> Result<BTreeMap<String, u64>, String> {
    let entries = map.value(row);
    let keys = entries
        .column(0)
        .as_string_opt::<i32>()
        .ok_or("reasons are no text")?;
    let values = entries
        .column(1)
        .as_primitive_opt::<UInt64Type>()
        .ok_or("counts are wrong")?;
    Ok((0..entries.len())
        .map(|i| (keys.value(i).to_owned(), values.value(i)))
        .collect())
}

impl Row for ShardRow {
    const NAME: &'static str = "shards";
    const FILE: &'static str = "shards.parquet";
    const UNIQUE: &'static [&'static str] = &["path", "digest"];
    /// Fewer than elsewhere: a row can hold a hundred issues.
    const BATCH_ROWS: usize = 1024;

    fn batch(rows: &[Self]) -> Result<RecordBatch, ArrowError> {
        let all = rows;
        let rows = || all.iter();
        RecordBatch::try_from_iter_with_nullable([
            ("path", text(rows().map(|r| &r.path[..])), false),
            ("source", text(rows().map(|r| &r.source[..])), false),
            (
                "format",
                optional_text(rows().map(|r| r.format.as_deref())),
                true,
            ),
            (
                "encoding",
                optional_text(rows().map(|r| r.encoding.as_deref())),
                true,
            ),
            (
                "compression",
                optional_text(rows().map(|r| r.compression.as_deref())),
                true,
            ),
            ("bytes", whole(rows().map(|r| r.bytes)), false),
            (
                "decoded_bytes",
                whole(rows().map(|r| r.decoded_bytes)),
                false,
            ),
            (
                "digest",
                optional_text(rows().map(|r| r.digest.as_deref())),
                true,
            ),
            ("status", text(rows().map(|r| r.status.as_str())), false),
            (
                "reason",
                optional_text(rows().map(|r| r.reason.as_deref())),
                true,
            ),
            (
                "error",
                optional_text(rows().map(|r| r.error.as_deref())),
                true,
            ),
            (
                "records_scanned",
                whole(rows().map(|r| r.records.scanned)),
                false,
            ),
            (
                "records_skipped",
                whole(rows().map(|r| r.records.skipped)),
                false,
            ),
            (
                "records_failed",
                whole(rows().map(|r| r.records.failed)),
                false,
            ),
            (
                "decoded_scanned",
                whole(rows().map(|r| r.decoded.scanned)),
                false,
            ),
            (
                "decoded_skipped",
                whole(rows().map(|r| r.decoded.skipped)),
                false,
            ),
            (
                "decoded_failed",
                whole(rows().map(|r| r.decoded.failed)),
                false,
            ),
            ("reasons", reasons(rows().map(|r| &r.reasons))?, false),
            ("issues", issues(rows().map(|r| &r.issues[..])), false),
            (
                "replaced_bytes",
                whole(rows().map(|r| r.replaced_bytes)),
                false,
            ),
            ("findings", whole(rows().map(|r| r.findings)), false),
        ])
    }

    fn rows(batch: &RecordBatch) -> Result<Vec<Self>, String> {
        let columns = Columns(batch);
        let (words, whole) = (|name| columns.text(name), |name| columns.whole(name));
        let counts = |[a, b, c]: [&[u64]; 3], i| Counts {
            scanned: a[i],
            skipped: b[i],
            failed: c[i],
        };
        let (path, source, format) = (words("path")?, words("source")?, words("format")?);
        let (encoding, compression) = (words("encoding")?, words("compression")?);
        let (bytes, decoded_bytes) = (whole("bytes")?, whole("decoded_bytes")?);
        let (digest, status) = (words("digest")?, words("status")?);
        let (reason, error) = (words("reason")?, words("error")?);
        let records = [
            whole("records_scanned")?,
            whole("records_skipped")?,
            whole("records_failed")?,
        ];
        let decoded = [
            whole("decoded_scanned")?,
            whole("decoded_skipped")?,
            whole("decoded_failed")?,
        ];
        let reasons = columns.named("reasons", |column| column.as_map_opt())?;
        let issues = columns.named("issues", |column| column.as_list_opt::<i32>())?;
        let (replaced, findings) = (whole("replaced_bytes")?, whole("findings")?);
        let row = |i: usize| -> Result<Self, String> {
            let word = status.get(i);
            Ok(Self {
                path: path.get(i),
                source: source.get(i),
                format: format.optional(i),
                encoding: encoding.optional(i),
                compression: compression.optional(i),
                bytes: bytes[i],
                decoded_bytes: decoded_bytes[i],
                digest: digest.optional(i),
                status: Status::ALL
                    .into_iter()
                    .find(|status| status.as_str() == word)
                    .ok_or_else(|| format!("no such status: {word}"))?,
                reason: reason.optional(i),
                error: error.optional(i),
                records: counts(records, i),
                decoded: counts(decoded, i),
                reasons: read_reasons(reasons, i)?,
                issues: read_issues(issues, i)?,
                replaced_bytes: replaced[i],
                findings: findings[i],
            })
        };
        (0..batch.num_rows()).map(row).collect()
    }

    const COLUMNS: &'static [Column] = &[
        Column::One("path"),
        Column::One("source"),
        Column::One("format"),
        Column::One("encoding"),
        Column::One("compression"),
        Column::One("bytes"),
        Column::One("decoded_bytes"),
        Column::One("digest"),
        Column::One("status"),
        Column::One("reason"),
        Column::One("error"),
        Column::One("records_scanned"),
        Column::One("records_skipped"),
        Column::One("records_failed"),
        Column::One("decoded_scanned"),
        Column::One("decoded_skipped"),
        Column::One("decoded_failed"),
        Column::One("reasons"),
        Column::One("issues"),
        Column::One("replaced_bytes"),
        Column::One("findings"),
    ];

    fn values(&self) -> Vec<Value<'_>> {
        vec![
            Value::Text(&self.path),
            Value::Text(&self.source),
            Value::text(&self.format),
            Value::text(&self.encoding),
            Value::text(&self.compression),
            Value::Whole(self.bytes),
            Value::Whole(self.decoded_bytes),
            Value::text(&self.digest),
            Value::Text(self.status.as_str()),
            Value::text(&self.reason),
            Value::text(&self.error),
            Value::Whole(self.records.scanned),
            Value::Whole(self.records.skipped),
            Value::Whole(self.records.failed),
            Value::Whole(self.decoded.scanned),
            Value::Whole(self.decoded.skipped),
            Value::Whole(self.decoded.failed),
            Value::json(&self.reasons),
            Value::json(&self.issues),
            Value::Whole(self.replaced_bytes),
            Value::Whole(self.findings),
        ]
    }
}

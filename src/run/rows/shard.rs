//! [`ShardRow`]: what became of one file of the corpus, or in an archive of it.

use std::collections::BTreeMap;

use super::named;
use crate::corpus::{Fate, Member, Shard};

use crate::run::columns::Cells;
use crate::run::table::Row;
use crate::run::value::{Column, Kind, Value, column};
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
    /// Path of the archive it is in; none if it is a file of the corpus itself.
    pub archive: Option<String>,
    /// The source its records belong to unless they say otherwise.
    pub source: String,
    /// `jsonl`, `text`, …; none if it was never to be read.
    pub format: Option<String>,
    /// `utf-8`, `gb18030`, …; none if it was never to be read, or has no characters of its own.
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
            archive: None,
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
        row.set_fate(&shard.fate);
        row
    }

    /// The row of a file in an archive, of which nothing has been read so far. `shard`: the row
    /// of the shard it is in.
    pub(in crate::run) fn of_member(shard: &Self, member: &Member) -> Self {
        let mut row = Self {
            path: format!("{}{}", shard.path, member.path),
            archive: Some(format!("{}{}", shard.path, member.archive)),
            source: shard.source.clone(),
            format: None,
            encoding: None,
            compression: None,
            bytes: member.bytes,
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
        row.set_fate(&member.fate);
        row
    }

    fn set_fate(&mut self, fate: &Fate) {
        match fate {
            Fate::Read(format, compression) => {
                self.format = Some(format.as_str().to_owned());
                self.compression = Some(compression.as_str().to_owned());
            }
            Fate::Skip(skip) => {
                self.status = Status::Skipped;
                self.reason = Some(skip.as_str().to_owned());
            }
            Fate::Fail(reason, sentence) => self.fail(reason, sentence),
        }
    }

    pub(in crate::run) fn fail(&mut self, reason: &str, sentence: &str) {
        self.status = Status::Failed;
        self.reason = Some(reason.to_owned());
        self.error = Some(sentence.to_owned());
    }
}

impl Row for ShardRow {
    const NAME: &'static str = "shards";
    const FILE: &'static str = "shards.parquet";
    const UNIQUE: &'static [&'static str] = &["path", "digest"];
    /// Fewer than elsewhere: a row can hold a hundred issues.
    const GROUP_ROWS: usize = 1024;

    const COLUMNS: &'static [Column] = &[
        column("path", Kind::Text),
        column("archive", Kind::OptionalText),
        column("source", Kind::Text),
        column("format", Kind::OptionalText),
        column("encoding", Kind::OptionalText),
        column("compression", Kind::OptionalText),
        column("bytes", Kind::Whole),
        column("decoded_bytes", Kind::Whole),
        column("digest", Kind::OptionalText),
        column("status", Kind::Text),
        column("reason", Kind::OptionalText),
        column("error", Kind::OptionalText),
        column("records_scanned", Kind::Whole),
        column("records_skipped", Kind::Whole),
        column("records_failed", Kind::Whole),
        column("decoded_scanned", Kind::Whole),
        column("decoded_skipped", Kind::Whole),
        column("decoded_failed", Kind::Whole),
        column("reasons", Kind::Json),
        column("issues", Kind::Json),
        column("replaced_bytes", Kind::Whole),
        column("findings", Kind::Whole),
    ];

    fn values(&self) -> Vec<Value<'_>> {
        vec![
            Value::Text(&self.path),
            Value::text(&self.archive),
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

    fn read(cells: &mut Cells<'_>) -> Result<Self, String> {
        let counts = |cells: &mut Cells<'_>| -> Result<Counts, String> {
            Ok(Counts {
                scanned: cells.whole()?,
                skipped: cells.whole()?,
                failed: cells.whole()?,
            })
        };
        Ok(Self {
            path: cells.text()?,
            archive: cells.optional_text()?,
            source: cells.text()?,
            format: cells.optional_text()?,
            encoding: cells.optional_text()?,
            compression: cells.optional_text()?,
            bytes: cells.whole()?,
            decoded_bytes: cells.whole()?,
            digest: cells.optional_text()?,
            status: named(Status::ALL, Status::as_str, cells.str()?)?,
            reason: cells.optional_text()?,
            error: cells.optional_text()?,
            records: counts(cells)?,
            decoded: counts(cells)?,
            reasons: cells.json()?,
            issues: cells.json()?,
            replaced_bytes: cells.whole()?,
            findings: cells.whole()?,
        })
    }
}

//! [`Coverage`]: what was read and what was not, and the sums that must close before a run may
//! call itself complete.

use serde::de::IntoDeserializer;
use serde::de::value::{Error as WordError, StrDeserializer};
use serde::{Deserialize, Serialize};

use super::rows::{ShardRow, Status};
use crate::corpus::{Compression, Format, Skip};
use crate::scan::{Counts, FindingCounts, Tally};
use crate::{Limit, RunError};

/// Reasons for which a record may be skipped although coverage is whole: it holds no text.
/// `overhead` are bytes that are no record, such as brackets and headers; it counts none.
pub const HARMLESS_REASONS: [&str; 9] = [
    "archive-metadata",
    "blank-line",
    "bom",
    "header",
    "media",
    "no-text",
    "overhead",
    "request",
    "revisit",
];

/// Reasons that begin so note something about a record that was scanned all the same.
pub const NOTE: &str = "note:";

/// What was read, what was not, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema, Deserialize)]
pub struct Coverage {
    /// Whether nothing failed and nothing was left out but what holds no corpus text or was
    /// excluded in so many words. Exactly then [`Coverage::unread`] is empty.
    pub whole: bool,
    /// Files.
    pub files: Counts,
    /// Their bytes as stored.
    pub stored_bytes: Counts,
    /// Files in archives, and in archives inside them.
    #[serde(default)]
    pub members: Counts,
    /// Bytes after decompression, of what could be opened; those of archives without the files
    /// in them, which count by themselves.
    pub decoded_bytes: Counts,
    /// Records.
    pub records: Counts,
    /// What keeps it from being whole, in order of the paths; the first
    /// [`Coverage::UNREAD_KEPT`].
    pub unread: Vec<Unread>,
    /// How many more there are.
    pub unread_more: u64,
}

/// Something that should have been read and was not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema, Deserialize)]
pub struct Unread {
    /// Path of the shard.
    pub path: String,
    /// Stable code.
    pub reason: String,
    /// What happened, in English.
    pub sentence: String,
}

impl Default for Coverage {
    /// Of nothing at all: whole.
    fn default() -> Self {
        Self {
            whole: true,
            files: Counts::default(),
            stored_bytes: Counts::default(),
            members: Counts::default(),
            decoded_bytes: Counts::default(),
            records: Counts::default(),
            unread: Vec::new(),
            unread_more: 0,
        }
    }
}

impl Coverage {
    /// Entries of [`Coverage::unread`]; the rest is counted, and stands in `shards.parquet`.
    pub const UNREAD_KEPT: usize = 1000;

    /// Adds a shard, or a file in one; in order of the paths, files before the archive that
    /// holds them.
    pub fn add(&mut self, shard: &ShardRow) {
        if shard.archive.is_some() {
            self.members.merge(&shard.status.counts(1));
        } else {
            self.files.merge(&shard.status.counts(1));
            self.stored_bytes.merge(&shard.status.counts(shard.bytes));
        }
        self.decoded_bytes.merge(&shard.decoded);
        self.records.merge(&shard.records);
        self.add_shard_state(shard);
        self.add_records_state(shard);
    }

    fn add_shard_state(&mut self, shard: &ShardRow) {
        let reason = shard.reason.as_deref().unwrap_or("unknown");
        match shard.status {
            Status::Scanned => {}
            Status::Failed => {
                let sentence = shard.error.clone().unwrap_or_else(|| reason.to_owned());
                self.leave(shard, reason, sentence);
            }
            Status::Skipped if harmless(reason) => {}
            Status::Skipped => self.leave(shard, reason, format!("not read: {reason}")),
        }
    }

    /// One entry a reason. Reasons do not say whether they skipped, failed or only noted
    /// something, so a shard with records that were not read is whole only if every reason is
    /// known to be harmless or a note, and the harmless ones account for all that was skipped.
    fn add_records_state(&mut self, shard: &ShardRow) {
        // Bytes that were lost without a record are what made the shard fail.
        let lost = shard.decoded.failed > 0 && shard.status != Status::Failed;
        let failed = shard.records.failed > 0 || lost;
        let skipped = shard.records.skipped > 0 || shard.decoded.skipped > 0;
        if !failed && !skipped {
            return;
        }
        let mut said = false;
        let mut excused = None;
        for (reason, count) in &shard.reasons {
            if HARMLESS_REASONS.contains(&reason.as_str()) {
                *excused.get_or_insert(0) += count;
            } else if !reason.starts_with(NOTE) {
                said = true;
                let mut sentence = format!("records not read: {count} ({reason})");
                if let Some(limit) = Limit::of_reason(reason) {
                    let key = limit.as_str();
                    sentence += &format!(": if they are honest, raise `{key}` in [limits]");
                }
                self.leave(shard, reason, sentence);
            }
        }
        let unexplained = excused.is_none_or(|records| records < shard.records.skipped);
        if !said && (failed || unexplained) {
            let Counts {
                skipped, failed, ..
            } = shard.records;
            let sentence = format!("records not read: {failed} failed, {skipped} skipped");
            self.leave(shard, "records-not-read", sentence);
        }
    }

    fn leave(&mut self, shard: &ShardRow, reason: &str, sentence: String) {
        self.whole = false;
        if self.unread.len() < Self::UNREAD_KEPT {
            let (path, reason) = (shard.path.clone(), reason.to_owned());
            self.unread.push(Unread {
                path,
                reason,
                sentence,
            });
        } else {
            self.unread_more += 1;
        }
    }
}

/// Whether coverage stays whole with a shard skipped for this reason; unknown ones are not
/// harmless.
fn harmless(reason: &str) -> bool {
    let word: StrDeserializer<'_, WordError> = reason.into_deserializer();
    Skip::deserialize(word).is_ok_and(Skip::harmless)
}

/// `members`: bytes of the files in it by their rows, and as reading it had them.
///
/// # Errors
///
/// If the bytes of one shard that was opened do not add up.
pub(super) fn check_shard(shard: &ShardRow, members: u64, said: u64) -> Result<(), RunError> {
    let path = &shard.path;
    let sum = shard.decoded.total() + members;
    if sum != shard.decoded_bytes || members != said {
        return Err(open(format!(
            "{path} has {} decoded bytes, pieces and members {sum}",
            shard.decoded_bytes
        )));
    }
    let stored = shard.compression.as_deref() == Some(Compression::None.as_str());
    // Text in other charsets may be counted in UTF-8, and some formats count their text alone.
    let by_text = |f: &Format| f.counts_text() && shard.format.as_deref() == Some(f.as_str());
    let converted =
        shard.encoding.as_deref().is_some_and(|e| e != "utf-8") || Format::ALL.iter().any(by_text);
    if stored && !converted && shard.status == Status::Scanned && shard.decoded_bytes != shard.bytes
    {
        let (decoded, bytes) = (shard.decoded_bytes, shard.bytes);
        return Err(open(format!(
            "{path} has {bytes} bytes, {decoded} were read"
        )));
    }
    Ok(())
}

/// What the tally says of all sources together, without the parts that are costly to add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TallySums {
    pub records: Counts,
    pub bytes: Counts,
    pub findings: FindingCounts,
    pub records_with_findings: u64,
}

impl TallySums {
    pub fn of(tally: &Tally) -> Self {
        let mut sums = Self::default();
        for source in tally.sources.values() {
            sums.records.merge(&source.records);
            sums.bytes.merge(&source.bytes);
            sums.records_with_findings += source.records_with_findings;
            for hits in source.rules.values() {
                sums.findings.open += hits.findings;
                sums.findings.suppressed += hits.suppressed;
            }
        }
        sums
    }
}

/// # Errors
///
/// If a sum over the whole corpus does not close.
///
/// `discovered`: files and their bytes; `tables`: sums of what was written to the tables.
pub(super) fn check_run(
    discovered: (u64, u64),
    coverage: &Coverage,
    tables: &TallySums,
    tally: &Tally,
) -> Result<(), RunError> {
    let (tally, all) = (TallySums::of(tally), tally);
    let found = |counts: &FindingCounts| counts.open + counts.suppressed;
    let pairs = [
        ("files discovered", discovered.0, coverage.files.total()),
        ("stored bytes", discovered.1, coverage.stored_bytes.total()),
        (
            "findings in the tally",
            found(&tally.findings),
            found(&tables.findings),
        ),
        (
            "open findings in the tally",
            tally.findings.open,
            tables.findings.open,
        ),
        (
            "records with findings in the tally",
            tally.records_with_findings,
            tables.records_with_findings,
        ),
    ];
    for (what, should, is) in pairs {
        if should != is {
            return Err(open(format!("{what}: {should}, in the tables {is}")));
        }
    }
    let pairs = [
        ("records", coverage.records, tables.records, tally.records),
        (
            "decoded bytes",
            coverage.decoded_bytes,
            tables.bytes,
            tally.bytes,
        ),
    ];
    for (what, covered, written, tallied) in pairs {
        if covered != written || covered != tallied {
            let sums = format!("{covered:?}, in pieces {written:?}, in the tally {tallied:?}");
            return Err(open(format!("{what}: {sums}")));
        }
    }
    check_types(all)
}

/// # Errors
///
/// If records by type and language are not all that were scanned.
fn check_types(tally: &Tally) -> Result<(), RunError> {
    for (name, source) in &tally.sources {
        let typed = source.types.total();
        let sums = [
            (source.records.scanned, typed.records),
            (source.bytes.scanned, typed.bytes),
            (source.text_bytes, typed.text_bytes),
            (source.characters, typed.characters),
        ];
        if let Some((scanned, typed)) = sums.into_iter().find(|(all, typed)| all != typed) {
            return Err(open(format!("source {name}: {scanned}, by type {typed}")));
        }
        for (kind, language, amount) in source.types.iter() {
            let (counted, all) = (amount.tokens.bytes, amount.text_bytes);
            let exact = !amount.tokens.is_empty() && amount.tokens.is_exact();
            if counted > all || (exact && counted != all) {
                return Err(open(format!(
                    "source {name}, {kind} {language}: {all} bytes of text, {counted} with their tokens"
                )));
            }
        }
    }
    Ok(())
}

fn open(what: String) -> RunError {
    RunError::state(
        format!("internal: coverage does not close: {what}"),
        "please report this; the run is not complete",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Fate, Shard};

    fn shard(fate: Fate) -> ShardRow {
        let (path, source) = ("a.jsonl".to_owned(), "s".to_owned());
        ShardRow::new(&Shard {
            path,
            location: "/".into(),
            source,
            bytes: 10,
            fate,
        })
    }

    fn read(records: Counts, reasons: &[(&str, u64)]) -> ShardRow {
        let mut row = shard(Fate::Read(Format::Jsonl, Compression::None));
        row.records = records;
        row.decoded = records;
        row.reasons = reasons
            .iter()
            .map(|(name, n)| ((*name).to_owned(), *n))
            .collect();
        row
    }

    fn unread(row: &ShardRow) -> Vec<String> {
        let mut coverage = Coverage::default();
        coverage.add(row);
        assert_eq!(coverage.whole, coverage.unread.is_empty());
        coverage
            .unread
            .into_iter()
            .map(|unread| unread.reason)
            .collect()
    }

    fn counts(scanned: u64, skipped: u64, failed: u64) -> Counts {
        Counts {
            scanned,
            skipped,
            failed,
        }
    }

    #[test]
    fn only_harmless_skips_keep_coverage_whole() {
        assert!(unread(&shard(Fate::Skip(Skip::Empty))).is_empty());
        assert_eq!(
            unread(&shard(Fate::Skip(Skip::UnsupportedFormat))),
            ["unsupported-format"]
        );
        let failed = Fate::Fail("cannot-open".to_owned(), "cannot open".to_owned());
        assert_eq!(unread(&shard(failed)), ["cannot-open"]);
    }

    #[test]
    fn a_record_that_was_not_read_needs_a_harmless_reason() {
        assert!(unread(&read(counts(5, 2, 0), &[("blank-line", 1), ("no-text", 1)])).is_empty());
        assert!(unread(&read(counts(5, 0, 0), &[("note:invalid-utf8", 1)])).is_empty());
        let noted = [("blank-line", 2), ("note:invalid-utf8", 1)];
        assert!(unread(&read(counts(5, 2, 0), &noted)).is_empty());
        assert_eq!(
            unread(&read(counts(5, 0, 1), &[("not-json", 1)])),
            ["not-json"]
        );
        assert_eq!(
            unread(&read(counts(5, 3, 0), &[("too-large", 1)])),
            ["too-large"]
        );
        // Nothing, or not enough, said about what was left out.
        assert_eq!(unread(&read(counts(5, 1, 0), &[])), ["records-not-read"]);
        assert_eq!(
            unread(&read(counts(5, 1, 0), &[("note:invalid-utf8", 1)])),
            ["records-not-read"]
        );
        assert_eq!(
            unread(&read(counts(5, 2, 0), &[("blank-line", 1)])),
            ["records-not-read"]
        );
        assert_eq!(
            unread(&read(counts(5, 0, 1), &[("blank-line", 1)])),
            ["records-not-read"]
        );
    }

    #[test]
    fn a_long_list_is_cut_and_counted() {
        let mut coverage = Coverage::default();
        let row = read(counts(5, 0, 1), &[("not-json", 1)]);
        (0..Coverage::UNREAD_KEPT + 7).for_each(|_| coverage.add(&row));
        assert_eq!(
            (coverage.unread.len(), coverage.unread_more),
            (Coverage::UNREAD_KEPT, 7)
        );
    }

    #[test]
    fn bytes_of_a_shard_must_add_up() {
        let mut row = read(counts(8, 2, 0), &[("blank-line", 2)]);
        row.decoded_bytes = 10;
        assert!(check_shard(&row, 0, 0).is_ok());
        row.decoded_bytes = 9;
        assert!(check_shard(&row, 0, 0).is_err());
        row.decoded = counts(9, 0, 0);
        assert!(
            check_shard(&row, 0, 0).is_err(),
            "decoded is not what is stored"
        );
        row.fail("cannot-read", "cannot read");
        assert!(
            check_shard(&row, 0, 0).is_ok(),
            "a failed shard need not have been read to its end"
        );
    }
}

//! [`Manifest`]: `run.json`, what the run is of and what came out, in numbers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::coverage::Coverage;
use super::header::{Pack, RunHeader};
use super::integrity::Integrity;
use crate::origins::Used;
use crate::scan::Counts;
use crate::tokens::Counted;

/// The contents of `run.json`. All but [`Manifest::environment`] follows from corpus, rules and
/// configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT_VERSION`](super::FORMAT_VERSION) of the program that wrote it.
    pub format_version: u32,
    /// Version of that program.
    pub tool_version: String,
    /// Whether the run is whole; never written as anything but `true`.
    pub complete: bool,
    /// The rules.
    pub rules: RuleSetId,
    /// Digest of the configuration that bears on scanning.
    pub config_digest: String,
    /// BLAKE3 over path, digest and stored bytes of every shard, by path: names the corpus.
    pub root_digest: String,
    /// Digest of the key of the value hashes; none without a key.
    pub key_id: Option<String>,
    /// How tokens were counted; none if they were not.
    pub tokens: Option<Counted>,
    /// Packs of known works that records were compared with, by file name and digest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub works: Vec<Pack>,
    /// Lists and snapshots that addresses were held against; none if nothing was named.
    #[serde(default)]
    pub origins: Option<Used>,
    /// What was read and found.
    pub totals: Totals,
    /// What was not read.
    pub coverage: Coverage,
    /// The other files of the run, by name.
    pub files: BTreeMap<String, Stored>,
    /// One digest of all the above and of the tables, row by row.
    pub integrity: Integrity,
    /// Where and when; the only part that differs between two runs of the same.
    pub environment: Environment,
}

/// Which rules were in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSetId {
    /// Digest of the whole set.
    pub digest: String,
    /// Number of rules.
    pub rules: u64,
    /// The packs.
    pub packs: Vec<Pack>,
}

impl RuleSetId {
    pub(super) fn of(header: &RunHeader) -> Self {
        Self {
            digest: header.rules_digest.clone(),
            rules: header.rules.len() as u64,
            packs: header.packs.clone(),
        }
    }
}

/// Sums over the whole corpus.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema, Deserialize,
)]
pub struct Totals {
    /// Files that were discovered.
    pub files: Counts,
    /// Their bytes as stored.
    pub stored_bytes: Counts,
    /// Bytes after decompression, of what could be opened.
    pub decoded_bytes: Counts,
    /// Records.
    pub records: Counts,
    /// Bytes that were no valid UTF-8 and were replaced.
    pub replaced_bytes: u64,
    /// Findings.
    pub findings: FindingTotals,
}

/// How much was found.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema, Deserialize,
)]
pub struct FindingTotals {
    /// Rows of `findings.parquet`: at most so many a record and rule.
    pub kept: u64,
    /// Findings that count, kept or not.
    pub open: u64,
    /// Findings that do not count, for a stated reason, kept or not.
    pub suppressed: u64,
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// Its length.
    pub bytes: u64,
    /// BLAKE3, hex.
    pub digest: String,
}

/// Where, when and how the scan ran.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Environment {
    /// When the scan began, RFC 3339; of the last part, if it was resumed.
    pub started: String,
    /// When it ended.
    pub finished: String,
    /// Wall-clock time between the two, in milliseconds.
    pub duration_ms: u64,
    /// Name of the machine.
    pub host: String,
    /// What was typed, one word an entry.
    pub command: Vec<String>,
    /// Number of worker threads.
    pub threads: u32,
    /// Whether it went on with an interrupted scan.
    pub resumed: bool,
    /// The earlier run it was to build on, if one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<BuiltOn>,
    /// The runs it was merged from, if it was; in the order of their ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<MergedRun>,
}

/// A run that became part of another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MergedRun {
    /// Its directory, as it was typed.
    pub run: String,
    /// BLAKE3 of its `run.json`, hex.
    pub id: String,
    /// Files of the corpus in it.
    pub files: u64,
    /// Where, when and how it was scanned.
    pub environment: Environment,
}

/// What a scan took over from an earlier run. The facts are those of a full scan all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BuiltOn {
    /// Directory of the earlier run, as it was typed.
    pub run: String,
    /// BLAKE3 of its `run.json`, hex; none if nothing could be taken over.
    pub id: Option<String>,
    /// Why nothing could be taken over, in English.
    pub full_scan_because: Option<String>,
    /// Files that were told to be unchanged by their digests and not scanned as a whole.
    pub files: u64,
    /// Their bytes as stored.
    pub stored_bytes: u64,
    /// Their records.
    pub records: u64,
    /// Those among them that were scanned again.
    pub records_again: u64,
}

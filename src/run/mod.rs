//! The run directory: what a scan leaves behind.
//!
//! Outcomes go in, piece by piece and in any order, through a [`Recorder`]; they stand in an
//! append-only log until every shard is finished, so that a killed scan resumes where it was.
//! Then the log is read once in the order of the shards and becomes the tables, the tally and
//! `run.json`, which is written last: a directory without it is no run.
//!
//! The bytes of a run follow from the corpus, the rules and the configuration alone. Neither the
//! order in which pieces were finished nor the places where shards were cut leave a trace; clock,
//! host and command line stand in the `environment` section of `run.json` and nowhere else.

mod assemble;
mod basis;
mod carry;
mod checkpoint;
mod columns;
mod coverage;
mod diff;
mod digests;
mod export;
mod file;
mod header;
mod holders;
mod integrity;
mod joined;
mod manifest;
mod members;
mod merge;
mod merkle;
mod prove;
mod reader;
mod record;
mod rectify;
mod rows;
mod sign;
mod since;
mod sorter;
mod table;
mod table_rows;
mod value;
mod verify;

pub use carry::Carry;
pub use checkpoint::Finished;
pub use coverage::{Coverage, HARMLESS_REASONS, NOTE, Unread};
pub use diff::{Changes, DIFF_FORMAT, Diff, DiffedRun, Entry, State, Why, diff};
pub use diff::{Counts as DiffCounts, Files as DiffFiles};
pub use digests::{DigestedShards, ListedDigests};
pub use export::{ExportFormat, Table, export};
pub use header::{Listed, Pack, RunHeader};
pub use holders::{Holder, HolderCounts, Holders};
pub use integrity::{Integrity, Part};
pub use manifest::{
    BuiltOn, Environment, FindingTotals, Manifest, MergedRun, RuleSetId, Stored, Totals,
};
pub(crate) use members::MEMBERSHIP_FILE;
pub use merge::merge;
pub use prove::{Proof, Way};
pub use reader::Run;
pub use record::{Mode, Recorder};
pub use rectify::{
    Rectification, Rectified, RectifiedRecords, RectifiedRun, Unclear, rectify, rules_of_both,
};
pub use rows::{Decision, FindingRow, RecordRow, ShardRow, Status, finding_id};
pub use sign::{SIGNATURE_FILE, SignKey, Signed, VerifyKey, check_signature, sign};
pub use since::{Apart, Since};
pub(crate) use sorter::Sorter;
pub use table_rows::{GroupRows, Rows};
pub use verify::{Compared, Difference, Differences, Kind, compare_corpus, strangers, verify};

/// Version of the layout of a run directory. A reader refuses any other.
pub const FORMAT_VERSION: u32 = 8;

/// Written last: a directory with this file is a complete run.
pub(crate) const RUN_FILE: &str = "run.json";
/// Mergeable counts.
pub(crate) const TALLY_FILE: &str = "tally.json";
/// What the rules of the run are: titles, risks, classes.
pub(crate) const RULES_FILE: &str = "rules.json";
/// Exists while the run is being written.
pub(crate) const CHECKPOINT_DIR: &str = "checkpoint";

//! The line itself: shards in, outcomes out, on every core.

mod outcome;
mod sketch;

pub use outcome::{
    Counts, FindingCounts, Hits, PieceOutcome, RecordIssue, RecordOutcome, ShardIndex,
    ShardOutcome, SourceTally, Tally,
};
pub use sketch::Distinct;

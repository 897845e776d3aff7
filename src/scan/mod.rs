//! The line itself: shards in, outcomes out, on every core.

mod batch;
mod counted;
mod feeder;
mod hash;
mod heard;
mod known;
mod line;
mod origins;
mod outcome;
mod piece;
mod presence;
mod sketch;
mod sources;
mod stated;
mod types;
mod work;

use crate::corpus::split::json::{MetaPaths, TextPaths};
use crate::corpus::{DigestKind, Limits};
use crate::tokens::Counting;

pub use counted::count_findings;
pub use known::{Escapes, Known, KnownShard, ShardTouch};
pub use line::{Event, Finished, Line, Nothing, Progress};
pub use origins::OriginCounts;
pub use outcome::{
    Counts, FindingCounts, Hits, MemberOutcome, PieceOutcome, RecordIssue, RecordOutcome,
    ShardIndex, ShardOutcome, SourceTally, Tally, mark_family,
};
pub use presence::Presence;
pub use sketch::Distinct;
pub use sources::SourceRules;
pub use types::{Amount, MediaFiles, Types};

/// How a corpus is read. What the outcome depends on is in the run's configuration digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanOptions {
    /// Which fields hold text.
    pub text: TextPaths,
    /// Where ids and sources are.
    pub meta: MetaPaths,
    /// Which source a record belongs to.
    pub sources: SourceRules,
    /// How far a file may go before it counts as hostile.
    pub limits: Limits,
    /// Whether every record gets a row, not only those with findings.
    pub sidecar: bool,
    /// How tokens are counted; not at all if none.
    pub tokens: Option<Counting>,
    /// Bytes of an uncompressed shard that one thread scans at a time; a power of two, at least
    /// 1024. The outcome does not depend on it.
    pub chunk: usize,
    /// Whether files are mapped. The outcome does not depend on it.
    pub map: bool,
    /// Digests of shards beside BLAKE3.
    pub digests: Vec<DigestKind>,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self {
            text: TextPaths::default(),
            meta: MetaPaths::default(),
            sources: SourceRules::default(),
            limits: Limits::default(),
            sidecar: false,
            tokens: None,
            chunk: 8 << 20,
            map: true,
            digests: vec![],
        }
    }
}

impl ScanOptions {
    /// Bytes of a decoded stream that one thread scans at a time.
    const fn stream_chunk(&self) -> usize {
        self.chunk / 2
    }
}

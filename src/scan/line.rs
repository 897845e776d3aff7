//! The line: shards in, events out, on every core; the only place with threads, but for blocks of
//! compressed streams (`corpus/blocks.rs`).
//!
//! One driver per thread takes shards in order. A big uncompressed shard is cut into pieces that
//! all threads share; any other is read by its driver while all scan what was read. Memory is
//! threads × chunk: pieces are ranges of a mapped file, and of a stream only so many batches exist
//! at a time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use crossbeam_channel::Sender;

use super::ScanOptions;
use super::known::Known;
use super::outcome::{MemberOutcome, PieceOutcome, ShardIndex, ShardOutcome};
use super::piece::PieceContext;
use super::work::Work;
use crate::ShardError;
use crate::corpus::{Fate, Shard};
use crate::detect::Scanner;

/// What a scan reports, in any order of shards and pieces.
#[derive(Debug)]
pub enum Event {
    /// A piece is done.
    Piece(Box<PieceOutcome>),
    /// A file in an archive was read; its pieces may still be under way.
    Member(Box<MemberOutcome>),
    /// All pieces of a shard are done.
    Shard(ShardOutcome),
}

/// Counters anyone may look at while a scan runs.
#[derive(Debug, Default)]
pub struct Progress {
    /// Stored bytes done.
    pub bytes: AtomicU64,
    /// Records done.
    pub records: AtomicU64,
    /// Findings so far.
    pub findings: AtomicU64,
    /// Shards done.
    pub shards: AtomicU64,
}

/// What an earlier, interrupted scan has finished.
pub trait Finished: Sync {
    /// Whether this piece need not be scanned again.
    fn piece(&self, shard: ShardIndex, piece: u32) -> bool;
    /// Whether this whole shard is done.
    fn shard(&self, shard: ShardIndex) -> bool;
}

/// Nothing is finished yet.
pub struct Nothing;

impl Finished for Nothing {
    fn piece(&self, _: ShardIndex, _: u32) -> bool {
        false
    }

    fn shard(&self, _: ShardIndex) -> bool {
        false
    }
}

/// Everything a scan needs.
pub struct Line<'a> {
    /// What was discovered.
    pub shards: &'a [Shard],
    /// Compiled rules.
    pub scanner: &'a Scanner,
    /// How to read.
    pub options: &'a ScanOptions,
    /// What need not be done again.
    pub finished: &'a dyn Finished,
    /// What an earlier scan with other rules knows.
    pub known: Option<&'a Known>,
    /// Set to end the scan at the next piece.
    pub stop: &'a AtomicBool,
    /// For whoever watches.
    pub progress: &'a Progress,
}

impl Line<'_> {
    /// Scans on the threads of the current rayon pool, until all is done or [`Line::stop`] is
    /// set. Every shard that is read ends in one [`Event::Shard`], unless stopped before.
    pub fn run(&self, events: &Sender<Event>) {
        let next = AtomicUsize::new(0);
        rayon::scope(|scope| {
            for _ in 0..rayon::current_num_threads() {
                scope.spawn(|_| {
                    while let Some(index) = self.next_shard(&next) {
                        self.shard(index, events);
                    }
                });
            }
        });
    }

    fn next_shard(&self, next: &AtomicUsize) -> Option<usize> {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let shard = self.shards.get(index)?;
            if self.stop.load(Ordering::Relaxed) {
                return None;
            }
            let readable = matches!(shard.fate, Fate::Read(..));
            if readable && !self.finished.shard(ShardIndex(index as u32)) {
                return Some(index);
            }
            self.progress
                .bytes
                .fetch_add(shard.bytes, Ordering::Relaxed);
            self.progress.shards.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn shard(&self, index: usize, events: &Sender<Event>) {
        let shard = &self.shards[index];
        let Fate::Read(format, compression) = shard.fate else {
            return;
        };
        let number = ShardIndex(index as u32);
        let work = Work {
            line: self,
            shard,
            number,
            events,
            context: PieceContext {
                scanner: self.scanner,
                options: self.options,
                source: &shard.source,
                touch: None,
            },
        };
        let ended = catch_unwind(AssertUnwindSafe(|| work.run(format, compression)));
        let outcome = ended.unwrap_or_else(|_| Ok(work.broken(&ShardError::Panic)));
        if let Ok(outcome) = outcome {
            self.progress.shards.fetch_add(1, Ordering::Relaxed);
            // The receiver is gone only when the scan is being given up.
            let _ = events.send(Event::Shard(outcome));
        }
    }
}

//! The line: shards in, events out, on every core; the only place with threads.
//!
//! One driver per thread takes shards in order. A big uncompressed shard is cut into pieces that
//! all threads share; a compressed one is decoded by its driver while the others scan what was
//! decoded. Memory is threads × chunk: pieces are ranges of a mapped file, and of a stream only
//! so many decoded chunks exist at a time.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use crossbeam_channel::Sender;

use super::ScanOptions;
use super::batch::json_piece;
use super::feeder::Feeder;
use super::hash::Subtree;
use super::outcome::{MemberOutcome, PieceOutcome, ShardIndex, ShardOutcome};
use super::piece::{Piece, PieceContext};
use crate::ShardError;
use crate::corpus::open::{Mapped, Opened, open};
use crate::corpus::{
    Budget, Charset, Compression, Fate, Format, Random, ReadContext, ReadEnd, Records, SAMPLE,
    Shard, is_mojibake, sniff,
};
use crate::detect::{Scanner, Scratch};

/// Noted of a shard whose name promises something else than it is.
const MISNAMED: &str = "note:extension-mismatch";

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

/// The scan was stopped before the shard was done.
struct Stopped;

/// One shard in work.
pub(super) struct Work<'a> {
    line: &'a Line<'a>,
    shard: &'a Shard,
    pub(super) number: ShardIndex,
    events: &'a Sender<Event>,
    pub(super) context: PieceContext<'a>,
}

impl Work<'_> {
    fn run(&self, format: Format, compression: Compression) -> Result<ShardOutcome, Stopped> {
        let (opened, identity) = match open(&self.shard.location, self.line.options.map) {
            Ok(opened) => opened,
            Err(error) => return Ok(self.broken(&ShardError::Open(error))),
        };
        let how = (format, compression);
        let (mut outcome, mut intact) = (None, true);
        match opened {
            Opened::Mapped(mapped) => {
                if how == (Format::Jsonl, Compression::None) {
                    let head = &mapped[..mapped.len().min(SAMPLE)];
                    let charset = Charset::of(head, mapped.len() <= SAMPLE);
                    if charset.cuts_at_line_ends() {
                        outcome = Some(self.mapped(&mapped, charset)?);
                    }
                }
                if outcome.is_none() {
                    outcome = Some(self.streamed(Stored::Mapped(&mapped), how)?);
                }
                intact = mapped.intact();
            }
            Opened::Stream(file) => outcome = Some(self.streamed(Stored::File(&file), how)?),
        }
        let outcome = outcome.expect("one of the ways was taken");
        Ok(self.checked(outcome, intact && identity.holds(&self.shard.location)))
    }

    /// Marks a shard as failed whose file is not what it was.
    fn checked(&self, mut outcome: ShardOutcome, unchanged: bool) -> ShardOutcome {
        if !unchanged && outcome.error.is_none() {
            outcome.error = Some(told(&ShardError::Changed));
            outcome.digest.clear();
        }
        outcome
    }

    fn broken(&self, error: &ShardError) -> ShardOutcome {
        ShardOutcome {
            shard: self.number,
            pieces: 0,
            digest: String::new(),
            decoded_bytes: 0,
            member_bytes: 0,
            members: 0,
            charset: String::new(),
            notes: BTreeSet::new(),
            error: Some(told(error)),
        }
    }

    /// What is odd about the shard as a whole.
    fn notes(&self, (format, compression): (Format, Compression)) -> BTreeSet<String> {
        let name = self.shard.path.rsplit('/').next().unwrap_or_default();
        let odd = sniff::is_misnamed(name, format, compression);
        odd.then(|| MISNAMED.to_owned()).into_iter().collect()
    }

    /// Mapped, uncompressed lines: pieces on all threads.
    fn mapped(&self, mapped: &Mapped, charset: Charset) -> Result<ShardOutcome, Stopped> {
        let chunk = self.line.options.chunk;
        let bytes: &[u8] = mapped;
        let pieces = bytes.len().div_ceil(chunk);
        let hashes: Vec<Mutex<Option<Subtree>>> = (0..pieces).map(|_| Mutex::new(None)).collect();
        let stopped = AtomicBool::new(false);
        let one = |piece: usize| {
            if self.line.stop.load(Ordering::Relaxed) {
                stopped.store(true, Ordering::Relaxed);
                return;
            }
            let range = piece * chunk..((piece + 1) * chunk).min(bytes.len());
            let subtree = Subtree::of(&bytes[range.clone()], range.start as u64, pieces == 1);
            *hashes[piece]
                .lock()
                .expect("no thread panics while it holds this") = Some(subtree);
            let stored = range.len() as u64;
            let scan = |p: &mut Piece<'_>| json_piece(p, bytes, range.clone(), 0, charset);
            self.piece(piece as u32, scan, stored);
        };
        if pieces == 1 {
            one(0);
        } else {
            rayon::scope(|scope| (0..pieces).for_each(|piece| scope.spawn(move |_| one(piece))));
        }
        if stopped.load(Ordering::Relaxed) {
            return Err(Stopped);
        }
        let subtrees: Vec<Subtree> = hashes
            .into_iter()
            .map(|h| {
                h.into_inner()
                    .expect("no thread panicked")
                    .expect("every range was hashed")
            })
            .collect();
        let mut notes = self.notes((Format::Jsonl, Compression::None));
        if is_mojibake(&charset.decode(&bytes[..bytes.len().min(SAMPLE)]).0) {
            notes.insert("note:mojibake".to_owned());
        }
        Ok(ShardOutcome {
            shard: self.number,
            pieces: pieces as u32,
            digest: Subtree::root(&subtrees).to_hex().to_string(),
            decoded_bytes: bytes.len() as u64,
            member_bytes: 0,
            members: 0,
            charset: charset.name(),
            notes,
            error: None,
        })
    }

    /// Whether an earlier scan has finished this piece.
    pub(super) fn is_finished(&self, piece: u32) -> bool {
        self.line.finished.piece(self.number, piece)
    }

    /// Bytes of a batch.
    pub(super) fn chunk(&self) -> usize {
        self.line.options.stream_chunk()
    }

    /// Begins a piece.
    pub(super) fn begin<'s>(&'s self, scratch: &'s mut Scratch, piece: u32) -> Piece<'s> {
        Piece::new(self.context, scratch, self.number, piece)
    }

    /// Scans one piece, unless it is finished already; then `stored` bytes are done.
    pub(super) fn piece(&self, piece: u32, scan: impl Fn(&mut Piece<'_>), stored: u64) {
        if !self.is_finished(piece) {
            self.send(with_scratch(|scratch| {
                let mut work = self.begin(scratch, piece);
                scan(&mut work);
                work.finish()
            }));
        }
        self.line
            .progress
            .bytes
            .fetch_add(stored, Ordering::Relaxed);
    }

    /// Hands on what a piece gave.
    pub(super) fn send(&self, outcome: PieceOutcome) {
        let progress = self.line.progress;
        progress
            .records
            .fetch_add(outcome.records.total(), Ordering::Relaxed);
        let findings: u64 = outcome
            .outcomes
            .iter()
            .flat_map(|o| o.counts.values())
            .map(|c| c.open)
            .sum();
        progress.findings.fetch_add(findings, Ordering::Relaxed);
        let _ = self.events.send(Event::Piece(Box::new(outcome)));
    }

    /// Hands on how a file in an archive ended.
    pub(super) fn member(&self, outcome: MemberOutcome) {
        let _ = self.events.send(Event::Member(Box::new(outcome)));
    }

    /// A shard that is read from its beginning to its end by this thread, and scanned by all.
    fn streamed(
        &self,
        stored: Stored<'_>,
        how: (Format, Compression),
    ) -> Result<ShardOutcome, Stopped> {
        let options = self.line.options;
        let budget = Budget::new(self.shard.bytes, &options.limits);
        let context = ReadContext {
            text: &options.text,
            meta: &options.meta,
            limits: &options.limits,
            chunk: options.stream_chunk(),
            budget: &budget,
            stop: self.line.stop,
        };
        let in_flight = AtomicUsize::new(0);
        let (end, fed) = rayon::in_place_scope(|scope| {
            let mut feeder = Feeder::new(self, scope, &in_flight);
            let end = catch_unwind(AssertUnwindSafe(|| {
                let mut records = Records::new(&mut feeder, &context);
                self.read(stored, how, &mut records)
            }));
            (end, feeder.finish())
        });
        if self.line.stop.load(Ordering::Relaxed) {
            return Err(Stopped);
        }
        let mut end = end.unwrap_or_else(|_| {
            let mut end = ReadEnd::broken(&ShardError::Panic);
            end.decoded_bytes = fed.own_bytes + fed.member_bytes;
            end.member_bytes = fed.member_bytes;
            end
        });
        if end.error.is_none() && end.stored_bytes != self.shard.bytes {
            end.error = Some(told(&ShardError::Changed));
        }
        if end.stored_bytes != self.shard.bytes {
            end.digest.clear();
        }
        end.notes.extend(self.notes(how));
        Ok(ShardOutcome {
            shard: self.number,
            pieces: fed.pieces,
            digest: end.digest,
            decoded_bytes: end.decoded_bytes,
            member_bytes: end.member_bytes,
            members: fed.members,
            charset: end.charset,
            notes: end.notes,
            error: end.error,
        })
    }

    fn read(
        &self,
        stored: Stored<'_>,
        (format, compression): (Format, Compression),
        records: &mut Records<'_>,
    ) -> ReadEnd {
        let anywhere = format.is_random() && compression == Compression::None;
        let whole: Box<dyn Read + '_> = match stored {
            Stored::Mapped(mapped) => Box::new(self.watched(&mapped[..])),
            Stored::File(file) => Box::new(self.watched(file)),
        };
        let random = match stored {
            Stored::Mapped(mapped) if anywhere => Random::Bytes(mapped),
            Stored::File(file) if anywhere => match file.try_clone() {
                Ok(file) => Random::File(file, self.shard.bytes),
                Err(error) => return ReadEnd::broken(&ShardError::Open(error)),
            },
            _ => return records.read(whole, (format, compression), Some(self.shard.bytes)),
        };
        records.read_random(&random, format, whole)
    }

    fn watched<R>(&self, inner: R) -> Watched<'_, R> {
        Watched {
            inner,
            progress: self.line.progress,
            stop: self.line.stop,
        }
    }
}

/// Where stored bytes come from.
#[derive(Clone, Copy)]
enum Stored<'a> {
    Mapped(&'a Mapped),
    File(&'a File),
}

/// Stored bytes that tell how many were read, and end when the scan is to stop.
struct Watched<'a, R> {
    inner: R,
    progress: &'a Progress,
    stop: &'a AtomicBool,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        let read = self.inner.read(buffer)?;
        self.progress
            .bytes
            .fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

pub(super) fn told(error: &ShardError) -> (String, String) {
    (error.reason().to_owned(), error.to_string())
}

/// Runs `work` with this thread's buffers.
pub(super) fn with_scratch<T>(work: impl FnOnce(&mut Scratch) -> T) -> T {
    thread_local! {
        static SCRATCH: std::cell::RefCell<Scratch> = std::cell::RefCell::new(Scratch::default());
    }
    SCRATCH.with(|scratch| match scratch.try_borrow_mut() {
        Ok(mut scratch) => work(&mut scratch),
        // A thread that waits for others may be given another piece meanwhile.
        Err(_) => work(&mut Scratch::default()),
    })
}

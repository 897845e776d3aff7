//! The line: shards in, events out, on every core; the only place with threads.
//!
//! One driver per thread takes shards in order. A big uncompressed shard is cut into pieces that
//! all threads share; a compressed one is decoded by its driver while the others scan what was
//! decoded. Memory is threads × chunk: pieces are ranges of a mapped file, and of a stream only
//! so many decoded chunks exist at a time.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use blake3::hazmat::HasherExt as _;
use crossbeam_channel::Sender;

use super::ScanOptions;
use super::known::{Known, ShardTouch};
use super::outcome::{PieceOutcome, ShardIndex, ShardOutcome};
use super::piece::{Piece, PieceContext};
use crate::ShardError;
use crate::corpus::decode::{Decoder, Hashing};
use crate::corpus::open::{Mapped, Opened, open};
use crate::corpus::split::jsonl::lines;
use crate::corpus::{Compression, Fate, Format, Shard};
use crate::detect::{Scanner, Scratch};

/// What a scan reports, in any order of shards and pieces.
#[derive(Debug)]
pub enum Event {
    /// A piece is done.
    Piece(Box<PieceOutcome>),
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

/// The scan was stopped before the shard was done.
struct Stopped;

/// One shard in work.
#[derive(Clone, Copy)]
struct Work<'a> {
    line: &'a Line<'a>,
    shard: &'a Shard,
    number: ShardIndex,
    events: &'a Sender<Event>,
    context: PieceContext<'a>,
}

impl Work<'_> {
    fn run(&self, format: Format, compression: Compression) -> Result<ShardOutcome, Stopped> {
        let (opened, identity) = match open(&self.shard.location, self.line.options.map) {
            Ok(opened) => opened,
            Err(error) => return Ok(self.broken(&ShardError::Open(error))),
        };
        let work = self.with_known(&opened)?;
        let mut outcome = match (&opened, compression) {
            _ if work.is_idle() => work.idle(),
            (Opened::Mapped(mapped), Compression::None) => work.mapped(mapped, format)?,
            (Opened::Mapped(mapped), _) => {
                let bytes: &[u8] = mapped;
                work.streamed(Box::new(bytes), format, compression)?
            }
            (Opened::Stream(_), _) => {
                let Opened::Stream(file) = opened else {
                    return Err(Stopped);
                };
                let outcome = work.streamed(Box::new(file), format, compression)?;
                return Ok(self.checked(outcome, identity.holds(&self.shard.location)));
            }
        };
        let intact = match &opened {
            Opened::Mapped(mapped) => mapped.intact(),
            Opened::Stream(_) => true,
        };
        outcome = self.checked(outcome, intact && identity.holds(&self.shard.location));
        Ok(outcome)
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
            error: Some(told(error)),
        }
    }

    /// The same work, over only what an earlier scan leaves to do if the shard is as it was.
    fn with_known(&self, opened: &Opened) -> Result<Self, Stopped> {
        let known = self.line.known;
        let Some((known, shard)) = known.and_then(|k| Some((k, k.shards.get(&self.number)?)))
        else {
            return Ok(*self);
        };
        // Before the first record is passed over: nothing that was told has to be taken back.
        let digest = match opened {
            Opened::Mapped(mapped) => self.digest(mapped)?,
            Opened::Stream(_) => File::open(&self.shard.location)
                .and_then(|file| Hashing::new(file).finish())
                .map_or_else(|_| String::new(), |(digest, _)| digest.to_hex().to_string()),
        };
        let mut work = *self;
        if digest == shard.digest {
            work.context.touch = Some(ShardTouch {
                difference: &known.difference,
                shard,
            });
        }
        Ok(work)
    }

    /// BLAKE3 of a mapped shard, hex; in parts, on all threads.
    fn digest(&self, bytes: &[u8]) -> Result<String, Stopped> {
        let chunk = self.line.options.chunk;
        let ranges = bytes.len().div_ceil(chunk);
        let mut subtrees: Vec<Option<Subtree>> = (0..ranges).map(|_| None).collect();
        rayon::scope(|scope| {
            for ((range, part), subtree) in bytes.chunks(chunk).enumerate().zip(&mut subtrees) {
                scope.spawn(move |_| {
                    if !self.line.stop.load(Ordering::Relaxed) {
                        *subtree = Some(Subtree::of(part, (range * chunk) as u64, ranges == 1));
                    }
                });
            }
        });
        let subtrees: Option<Vec<Subtree>> = subtrees.into_iter().collect();
        let root = Subtree::root(&subtrees.ok_or(Stopped)?);
        Ok(root.to_hex().to_string())
    }

    fn is_idle(&self) -> bool {
        self.context.touch.is_some_and(|touch| touch.is_idle())
    }

    /// The end of a known shard of which nothing has to be scanned again.
    fn idle(&self) -> ShardOutcome {
        let known = self.context.touch.map(|touch| touch.shard);
        self.line
            .progress
            .bytes
            .fetch_add(self.shard.bytes, Ordering::Relaxed);
        ShardOutcome {
            shard: self.number,
            pieces: 0,
            digest: known.map_or_else(String::new, |known| known.digest.clone()),
            decoded_bytes: known.map_or(0, |known| known.decoded_bytes),
            error: None,
        }
    }

    /// A mapped, uncompressed shard: pieces on all threads.
    fn mapped(&self, mapped: &Mapped, format: Format) -> Result<ShardOutcome, Stopped> {
        let chunk = self.line.options.chunk;
        let bytes: &[u8] = mapped;
        let ranges = bytes.len().div_ceil(chunk);
        let pieces = if format == Format::Jsonl { ranges } else { 1 };
        let hashes: Vec<Mutex<Option<Subtree>>> = (0..ranges).map(|_| Mutex::new(None)).collect();
        let stopped = AtomicBool::new(false);
        let known = self.context.touch.map(|touch| touch.shard);
        let hash = |range: usize| {
            if known.is_some() {
                return;
            }
            let part = &bytes[range * chunk..((range + 1) * chunk).min(bytes.len())];
            let subtree = Subtree::of(part, (range * chunk) as u64, ranges == 1);
            *hashes[range]
                .lock()
                .expect("no thread panics while it holds this") = Some(subtree);
        };
        let one = |piece: usize| {
            if self.line.stop.load(Ordering::Relaxed) {
                stopped.store(true, Ordering::Relaxed);
                return;
            }
            let (start, end) = (piece * chunk, ((piece + 1) * chunk).min(bytes.len()));
            if format == Format::Jsonl {
                hash(piece);
                self.piece(
                    piece as u32,
                    |p| {
                        json_piece(p, bytes, start, end, 0);
                        true
                    },
                    (end - start) as u64,
                );
            } else {
                (0..ranges).for_each(hash);
                let progress = &self.line.progress.bytes;
                let watch = |read: usize| {
                    progress.fetch_add(read as u64, Ordering::Relaxed);
                    let stop = self.line.stop.load(Ordering::Relaxed);
                    stopped.fetch_or(stop, Ordering::Relaxed);
                    !stop
                };
                let done = |p: &mut Piece<'_>| {
                    p.document(bytes, watch);
                    !stopped.load(Ordering::Relaxed)
                };
                self.piece(0, done, 0);
            }
        };
        if pieces == 1 {
            one(0);
        } else {
            rayon::scope(|scope| (0..pieces).for_each(|piece| scope.spawn(move |_| one(piece))));
        }
        if stopped.load(Ordering::Relaxed) {
            return Err(Stopped);
        }
        let subtrees = || -> Vec<Subtree> {
            let hashes = hashes.into_iter().map(|h| {
                h.into_inner()
                    .expect("no thread panicked")
                    .expect("every range was hashed")
            });
            hashes.collect()
        };
        Ok(ShardOutcome {
            shard: self.number,
            pieces: pieces as u32,
            digest: known.map_or_else(
                || Subtree::root(&subtrees()).to_hex().to_string(),
                |known| known.digest.clone(),
            ),
            decoded_bytes: bytes.len() as u64,
            error: None,
        })
    }

    /// Scans one piece, unless it is finished already; a panic makes its records fail.
    ///
    /// `scan` says whether it came to the end: what was stopped half-way is not kept.
    fn piece(&self, piece: u32, scan: impl Fn(&mut Piece<'_>) -> bool, stored: u64) {
        if !self.line.finished.piece(self.number, piece) {
            let outcome = with_scratch(|scratch| {
                let mut work = Piece::new(self.context, scratch, self.number, piece);
                scan(&mut work).then(|| work.finish())
            });
            let Some(outcome) = outcome else { return };
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
        self.line
            .progress
            .bytes
            .fetch_add(stored, Ordering::Relaxed);
    }

    /// A shard that is decoded, or read, from its beginning to its end.
    fn streamed(
        &self,
        stored: Box<dyn std::io::Read + Send + '_>,
        format: Format,
        compression: Compression,
    ) -> Result<ShardOutcome, Stopped> {
        let mut decoder = match Decoder::new(stored, compression) {
            Ok(decoder) => decoder,
            Err(error) => return Ok(self.broken(&ShardError::Read(error))),
        };
        let (pieces, decoded, mut error) = match format {
            Format::Jsonl => self.stream_lines(&mut decoder)?,
            Format::Text | Format::Markdown => self.stream_document(&mut decoder)?,
        };
        let digest = match decoder.finish() {
            Ok((digest, bytes)) if bytes == self.shard.bytes => digest.to_hex().to_string(),
            Ok(_) => {
                error = error.or(Some(ShardError::Changed));
                String::new()
            }
            Err(why) => {
                error = error.or(Some(ShardError::Read(why)));
                String::new()
            }
        };
        self.line
            .progress
            .bytes
            .fetch_add(self.shard.bytes, Ordering::Relaxed);
        Ok(ShardOutcome {
            shard: self.number,
            pieces,
            digest,
            decoded_bytes: decoded,
            error: error.as_ref().map(told),
        })
    }

    fn stream_lines(
        &self,
        decoder: &mut Decoder<'_>,
    ) -> Result<(u32, u64, Option<ShardError>), Stopped> {
        let chunk = self.line.options.stream_chunk();
        let in_flight = AtomicUsize::new(0);
        let most = 2 * rayon::current_num_threads();
        rayon::scope(|scope| {
            let (mut pieces, mut decoded, mut carry) = (0u32, 0u64, Vec::new());
            loop {
                if self.line.stop.load(Ordering::Relaxed) {
                    return Err(Stopped);
                }
                let mut buffer = std::mem::take(&mut carry);
                let base = decoded - buffer.len() as u64;
                let before = buffer.len();
                let result = decoder.fill(&mut buffer, chunk, decoded);
                decoded += (buffer.len() - before) as u64;
                let more = matches!(result, Ok(true));
                if more {
                    let Some(last) = memchr::memrchr(b'\n', &buffer[before..]) else {
                        // No line end in a whole chunk: the line goes on.
                        carry = buffer;
                        continue;
                    };
                    carry = buffer.split_off(before + last + 1);
                }
                if !buffer.is_empty() {
                    let number = pieces;
                    pieces += 1;
                    let work = move |in_flight: &AtomicUsize| {
                        let scan = |p: &mut Piece<'_>| {
                            json_piece(p, &buffer, 0, buffer.len(), base);
                            true
                        };
                        self.piece(number, scan, 0);
                        in_flight.fetch_sub(1, Ordering::Relaxed);
                    };
                    let in_flight = &in_flight;
                    // When enough waits already, this thread scans instead of decoding more.
                    if in_flight.fetch_add(1, Ordering::Relaxed) < most {
                        scope.spawn(move |_| work(in_flight));
                    } else {
                        work(in_flight);
                    }
                }
                if !more {
                    return Ok((pieces, decoded, result.err()));
                }
            }
        })
    }

    fn stream_document(
        &self,
        decoder: &mut Decoder<'_>,
    ) -> Result<(u32, u64, Option<ShardError>), Stopped> {
        let (decoded, error) = (AtomicU64::new(0), Mutex::new(None));
        let stopped = AtomicBool::new(false);
        let decoder = Mutex::new(decoder);
        self.piece(
            0,
            |piece| {
                piece.stream(|part| {
                    if self.line.stop.load(Ordering::Relaxed) {
                        stopped.store(true, Ordering::Relaxed);
                        return false;
                    }
                    let mut decoder = decoder.lock().expect("only this thread uses it");
                    let so_far = decoded.load(Ordering::Relaxed);
                    let result = decoder.fill(part, self.line.options.stream_chunk(), so_far);
                    decoded.fetch_add(part.len() as u64, Ordering::Relaxed);
                    match result {
                        Ok(more) => more,
                        Err(why) => {
                            *error.lock().expect("only this thread uses it") = Some(why);
                            false
                        }
                    }
                });
                !stopped.load(Ordering::Relaxed)
            },
            0,
        );
        if stopped.load(Ordering::Relaxed) {
            return Err(Stopped);
        }
        let error = error.into_inner().expect("no thread panicked");
        Ok((1, decoded.into_inner(), error))
    }
}

fn json_piece(piece: &mut Piece<'_>, bytes: &[u8], start: usize, end: usize, base: u64) {
    let mut all = lines(bytes, start, end).peekable();
    let Some(&(first, _)) = all.peek() else {
        return;
    };
    // One check for the whole piece; lines are only checked one by one when it fails, or when
    // they reach beyond it.
    let end = end.max(first).min(bytes.len());
    let checked = simdutf8::basic::from_utf8(&bytes[first..end]).ok();
    for (from, to) in all {
        let offset = base + from as u64;
        let text = checked.and_then(|text| text.get(from - first..to - first));
        let result = catch_unwind(AssertUnwindSafe(|| match text {
            Some(text) => piece.json_text(text, offset, (to - from) as u64),
            None => piece.json_line(&bytes[from..to], offset),
        }));
        if result.is_err() {
            piece.failed(offset, (to - from) as u64, "internal-error");
        }
    }
}

fn told(error: &ShardError) -> (String, String) {
    (error.reason().to_owned(), error.to_string())
}

/// Runs `work` with this thread's buffers.
fn with_scratch<T>(work: impl FnOnce(&mut Scratch) -> T) -> T {
    thread_local! {
        static SCRATCH: std::cell::RefCell<Scratch> = std::cell::RefCell::new(Scratch::default());
    }
    SCRATCH.with(|scratch| match scratch.try_borrow_mut() {
        Ok(mut scratch) => work(&mut scratch),
        // A thread that waits for others may be given another piece meanwhile.
        Err(_) => work(&mut Scratch::default()),
    })
}

/// Part of the hash tree of a shard: its pieces are hashed where they are scanned.
struct Subtree {
    chaining: [u8; 32],
    root: Option<blake3::Hash>,
}

impl Subtree {
    /// Of the bytes at `offset`; `whole` if there are no others. Offsets are multiples of the
    /// chunk size, a power of two, as BLAKE3 asks of subtrees.
    fn of(bytes: &[u8], offset: u64, whole: bool) -> Self {
        if whole {
            return Self {
                chaining: [0; 32],
                root: Some(blake3::hash(bytes)),
            };
        }
        let mut hasher = blake3::Hasher::new();
        hasher.set_input_offset(offset);
        hasher.update(bytes);
        Self {
            chaining: hasher.finalize_non_root(),
            root: None,
        }
    }

    fn root(all: &[Self]) -> blake3::Hash {
        use blake3::hazmat::{Mode, merge_subtrees_root};
        if let [
            Self {
                root: Some(root), ..
            },
        ] = all
        {
            return *root;
        }
        let (left, right) = all.split_at(left_len(all.len()));
        merge_subtrees_root(&Self::merge(left), &Self::merge(right), Mode::Hash)
    }

    fn merge(all: &[Self]) -> [u8; 32] {
        use blake3::hazmat::{Mode, merge_subtrees_non_root};
        if let [one] = all {
            return one.chaining;
        }
        let (left, right) = all.split_at(left_len(all.len()));
        merge_subtrees_non_root(&Self::merge(left), &Self::merge(right), Mode::Hash)
    }
}

/// Largest power of two below `n`: the left side of a BLAKE3 tree. `n` is 2 or more.
fn left_len(n: usize) -> usize {
    n.next_power_of_two() / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_hash_to_the_digest_of_the_whole() {
        let bytes: Vec<u8> = (0..70_000u32).map(|i| i as u8).collect();
        for len in [1, 4096, 4097, 8192, 12_289, 65_536, 70_000] {
            let bytes = &bytes[..len];
            let all: Vec<Subtree> = bytes
                .chunks(4096)
                .enumerate()
                .map(|(i, part)| Subtree::of(part, (i * 4096) as u64, len <= 4096))
                .collect();
            assert_eq!(Subtree::root(&all), blake3::hash(bytes), "{len}");
        }
    }
}

//! [`Work`]: one shard, from its file to its outcome.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use crossbeam_channel::Sender;

use super::batch::json_piece;
use super::feeder::Feeder;
use super::hash::Subtree;
use super::line::{Event, Line, Progress};
use super::outcome::{MemberOutcome, PieceOutcome, ShardIndex, ShardOutcome};
use super::piece::{Piece, PieceContext};
use crate::ShardError;
use crate::corpus::open::{Mapped, Opened, open};
use crate::corpus::remote::Object;
use crate::corpus::{
    Budget, Charset, Compression, Digests, Format, Hashers, Random, ReadContext, ReadEnd, Records,
    SAMPLE, Shard, digest_shard, is_mojibake, sniff,
};
use crate::detect::Scratch;

/// Noted of a shard whose name promises something else than it is.
const MISNAMED: &str = "note:extension-mismatch";
/// The scan was stopped before the shard was done.
pub struct Stopped;

/// One shard in work.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) line: &'a Line<'a>,
    pub(super) shard: &'a Shard,
    pub(super) number: ShardIndex,
    pub(super) events: &'a Sender<Event>,
    pub(super) context: PieceContext<'a>,
}

impl Work<'_> {
    /// Reads and scans the shard.
    pub(super) fn run(
        &self,
        format: Format,
        compression: Compression,
    ) -> Result<ShardOutcome, Stopped> {
        let map = self.line.options.map && is_mapped(format, compression);
        let (opened, identity) = match open(&self.shard.location, map) {
            Ok(opened) => opened,
            Err(error) => return Ok(self.broken(&ShardError::Open(error))),
        };
        let how = (format, compression);
        let work = self.with_known(&opened)?;
        let outcome = match work.idle(&opened, how) {
            Some(outcome) => outcome,
            None => work.opened(&opened, how)?,
        };
        let intact = match &opened {
            Opened::Mapped(mapped) => mapped.intact(),
            Opened::Stream(_) | Opened::Remote(_) => true,
        };
        // Of a known shard most is passed over, which is right for the bytes that are known only.
        let known = work.context.touch.map(|touch| &touch.shard.digest);
        let same = known.is_none_or(|digest| *digest == outcome.digest);
        let same = same && intact && identity.holds(&self.shard.location);
        let outcome = self.checked(outcome, same);
        Ok(self.digested(outcome))
    }

    fn opened(&self, opened: &Opened, how: (Format, Compression)) -> Result<ShardOutcome, Stopped> {
        let mapped = match opened {
            Opened::Mapped(mapped) => mapped,
            Opened::Stream(file) => return self.streamed(Stored::File(file), how),
            Opened::Remote(object) => return self.streamed(Stored::Remote(object), how),
        };
        if how == (Format::Jsonl, Compression::None) {
            let head = &mapped[..mapped.len().min(SAMPLE)];
            let charset = Charset::of(head, mapped.len() <= SAMPLE);
            if charset.cuts_at_line_ends() {
                return self.mapped(mapped, charset);
            }
        }
        self.streamed(Stored::Mapped(mapped), how)
    }

    /// Marks a shard as failed whose file is not what it was.
    fn checked(&self, mut outcome: ShardOutcome, unchanged: bool) -> ShardOutcome {
        if !unchanged && outcome.error.is_none() {
            outcome.error = Some(told(&ShardError::Changed));
            outcome.digest.clear();
        }
        outcome
    }

    /// Adds further digests that were not made on the way: of a shard that was not read, or not
    /// as a stream. This reads it once more.
    fn digested(&self, mut outcome: ShardOutcome) -> ShardOutcome {
        let (kinds, map) = (&self.line.options.digests, self.line.options.map);
        if kinds.is_empty() || outcome.digest.is_empty() || !outcome.digests.is_empty() {
            return outcome;
        }
        // Its bytes are done already.
        let done = AtomicU64::new(0);
        match digest_shard(&self.shard.location, kinds, map, &done) {
            Ok((blake3, digests)) if blake3.to_hex().as_str() == outcome.digest => {
                outcome.digests = digests;
                outcome
            }
            _ => self.checked(outcome, false),
        }
    }

    /// A shard of which nothing was read.
    pub(super) fn broken(&self, error: &ShardError) -> ShardOutcome {
        ShardOutcome {
            shard: self.number,
            pieces: 0,
            digest: String::new(),
            decoded_bytes: 0,
            member_bytes: 0,
            members: 0,
            charset: String::new(),
            notes: BTreeSet::new(),
            digests: Digests::new(),
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
        let known = self.context.touch.map(|touch| touch.shard);
        let one = |piece: usize| {
            if self.stopped() {
                stopped.store(true, Ordering::Relaxed);
                return;
            }
            let range = piece * chunk..((piece + 1) * chunk).min(bytes.len());
            if known.is_none() {
                let subtree = Subtree::of(&bytes[range.clone()], range.start as u64, pieces == 1);
                *hashes[piece]
                    .lock()
                    .expect("no thread panics while it holds this") = Some(subtree);
            }
            let stored = range.len() as u64;
            let scan = |p: &mut Piece<'_>| json_piece(p, bytes, range.clone(), 0, charset);
            self.piece(piece as u32, scan, stored);
            mapped.release(range.clone());
        };
        let kinds = &self.line.options.digests;
        let others = Mutex::new(None);
        let hash_others = || {
            // Digests that cannot be put together from pieces: one thread goes through all of it
            // while the others scan.
            let mut hashers = Hashers::without_blake3(kinds);
            for start in (0..bytes.len()).step_by(chunk) {
                if self.stopped() {
                    return;
                }
                let range = start..(start + chunk).min(bytes.len());
                hashers.update(&bytes[range.clone()]);
                // Whoever still scans it fetches it again; otherwise the whole file would stay.
                mapped.release(range);
            }
            *others.lock().expect("no thread panics while it holds this") = Some(hashers);
        };
        if pieces == 1 {
            one(0);
            if !kinds.is_empty() {
                hash_others();
            }
        } else {
            rayon::scope(|scope| {
                if !kinds.is_empty() {
                    scope.spawn(|_| hash_others());
                }
                (0..pieces).for_each(|piece| scope.spawn(move |_| one(piece)));
            });
        }
        if stopped.load(Ordering::Relaxed) {
            return Err(Stopped);
        }
        let hashes = hashes
            .into_iter()
            .filter_map(|h| h.into_inner().expect("no thread panicked"));
        let digest = known.map_or_else(
            || {
                Subtree::root(&hashes.collect::<Vec<_>>())
                    .to_hex()
                    .to_string()
            },
            |known| known.digest.clone(),
        );
        let mut notes = self.notes((Format::Jsonl, Compression::None));
        if is_mojibake(&charset.decode(&bytes[..bytes.len().min(SAMPLE)]).0) {
            notes.insert("note:mojibake".to_owned());
        }
        Ok(ShardOutcome {
            shard: self.number,
            pieces: pieces as u32,
            digest,
            decoded_bytes: bytes.len() as u64,
            member_bytes: 0,
            members: 0,
            charset: charset.name(),
            notes,
            digests: others
                .into_inner()
                .expect("no thread panicked")
                .map(Hashers::finish)
                .unwrap_or_default(),
            error: None,
        })
    }

    /// Whether an earlier scan has finished this piece.
    pub(super) fn is_finished(&self, piece: u32) -> bool {
        self.line.finished.piece(self.number, piece)
    }

    /// Whether the scan is to end.
    pub(super) fn stopped(&self) -> bool {
        self.line.stop.load(Ordering::Relaxed)
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
        let kinds = &options.digests;
        let others = RefCell::new((!kinds.is_empty()).then(|| Hashers::without_blake3(kinds)));
        let (end, fed) = rayon::in_place_scope(|scope| {
            let mut feeder = Feeder::new(self, scope, &in_flight);
            let end = catch_unwind(AssertUnwindSafe(|| {
                let mut records = Records::new(&mut feeder, &context);
                self.read((stored, &others), how, &mut records)
            }));
            (end, feeder.finish())
        });
        if self.stopped() {
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
        // What was not read as it is stored is digested again.
        let others = others
            .into_inner()
            .filter(|h| h.bytes() == self.shard.bytes);
        let digests = others.filter(|_| !end.digest.is_empty());
        Ok(ShardOutcome {
            shard: self.number,
            pieces: fed.pieces,
            digest: end.digest,
            decoded_bytes: end.decoded_bytes,
            member_bytes: end.member_bytes,
            members: fed.members,
            charset: end.charset,
            notes: end.notes,
            digests: digests.map(Hashers::finish).unwrap_or_default(),
            error: end.error,
        })
    }

    /// `others`: takes the stored bytes as they are read, if they are wanted.
    fn read(
        &self,
        (stored, others): (Stored<'_>, &RefCell<Option<Hashers>>),
        (format, compression): (Format, Compression),
        records: &mut Records<'_>,
    ) -> ReadEnd {
        let anywhere = format.is_random() && compression == Compression::None;
        let whole: Box<dyn Read + '_> = match stored {
            Stored::Mapped(mapped) => Box::new(self.watched(&mapped[..], others)),
            Stored::File(file) => Box::new(self.watched(file, others)),
            Stored::Remote(object) => Box::new(self.watched(object.reader(), others)),
        };
        let random = match stored {
            Stored::Mapped(mapped) if anywhere => Random::Bytes(mapped),
            Stored::Remote(object) if anywhere => Random::Remote(object.clone()),
            Stored::File(file) if anywhere => match file.try_clone() {
                Ok(file) => Random::File(file, self.shard.bytes),
                Err(error) => return ReadEnd::broken(&ShardError::Open(error)),
            },
            _ => return records.read(whole, (format, compression), Some(self.shard.bytes)),
        };
        records.read_random(&random, format, whole)
    }

    fn watched<'w, R>(&'w self, inner: R, others: &'w RefCell<Option<Hashers>>) -> Watched<'w, R> {
        Watched {
            inner,
            others,
            progress: self.line.progress,
            stop: self.line.stop,
        }
    }
}

/// Whether a shard of this kind is worth a map. Of what is read once, in order or page by page, all
/// that was touched would count as memory of the process for as long as the map lasts.
const fn is_mapped(format: Format, compression: Compression) -> bool {
    let anywhere = format.is_random() && !matches!(format, Format::Parquet);
    matches!(compression, Compression::None) && (matches!(format, Format::Jsonl) || anywhere)
}

/// Where stored bytes come from.
#[derive(Clone, Copy)]
enum Stored<'a> {
    Mapped(&'a Mapped),
    File(&'a File),
    Remote(&'a Object),
}

/// Stored bytes that tell how many were read, and end when the scan is to stop.
struct Watched<'a, R> {
    inner: R,
    others: &'a RefCell<Option<Hashers>>,
    progress: &'a Progress,
    stop: &'a AtomicBool,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        let read = self.inner.read(buffer)?;
        if let Some(hashers) = self.others.borrow_mut().as_mut() {
            hashers.update(&buffer[..read]);
        }
        self.progress
            .bytes
            .fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

fn told(error: &ShardError) -> (String, String) {
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

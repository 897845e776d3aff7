//! [`Feeder`]: takes the records of a shard from the thread that reads it, and has them scanned
//! by all.
//!
//! Records are gathered in a [`Batch`] until it weighs a chunk; then it is scanned by whoever is
//! free, or by the reading thread itself when enough waits already. A record that is longer than
//! a chunk is scanned by the reading thread as it comes. Where batches are cut depends on the
//! bytes and the chunk alone, so that a resumed scan cuts alike.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::Scope;

use super::batch::{Batch, Op, Section};
use super::outcome::MemberOutcome;
use super::piece::{PausedPiece, Piece};
use super::work::{Work, with_scratch};
use crate::ShardError;
use crate::corpus::page::Page;
use crate::corpus::{Charset, Extent, Fate, FieldName, Member, Meta, ReadEnd, RecordSink};

/// A file that is being read: the shard, or one in its archives.
#[derive(Default)]
struct Level {
    path: String,
    archive: String,
    /// Decoded bytes told of that are its own, and that are files in it.
    own: u64,
    inside: u64,
}

/// A record that is longer than a batch: its piece, unless an earlier scan has finished it.
struct Long {
    piece: u32,
    paused: Option<PausedPiece>,
}

/// See the module.
pub struct Feeder<'a, 'scope> {
    work: &'scope Work<'scope>,
    scope: &'a Scope<'scope>,
    in_flight: &'scope AtomicUsize,
    batch: Batch,
    /// Whether the last section of the batch takes more.
    in_section: bool,
    /// Whether a record is open.
    in_record: bool,
    long: Option<Long>,
    /// Pieces begun, and the first of them that belongs to the file that is being read.
    pieces: u32,
    own_from: u32,
    /// The shard, and the files in each other that are being read.
    levels: Vec<Level>,
    members: u32,
}

/// What a feeder has taken.
pub struct Fed {
    /// Pieces of the shard and of all files in it.
    pub pieces: u32,
    /// Files in it and in each other.
    pub members: u32,
    /// Decoded bytes of the shard itself.
    pub own_bytes: u64,
    /// Decoded bytes of it that are files.
    pub member_bytes: u64,
}

impl<'a, 'scope> Feeder<'a, 'scope> {
    /// Of the shard in work.
    pub fn new(
        work: &'scope Work<'scope>,
        scope: &'a Scope<'scope>,
        in_flight: &'scope AtomicUsize,
    ) -> Self {
        Self {
            work,
            scope,
            in_flight,
            batch: Batch::default(),
            in_section: false,
            in_record: false,
            long: None,
            pieces: 0,
            own_from: 0,
            levels: vec![Level::default()],
            members: 0,
        }
    }

    /// Scans what is left. Files that are still open, which is so after a panic only, are closed
    /// as failed.
    pub fn finish(mut self) -> Fed {
        while self.levels.len() > 1 {
            let level = self.level();
            let (bytes, member_bytes) = (level.own + level.inside, level.inside);
            let mut end = ReadEnd::broken(&ShardError::Panic);
            end.decoded_bytes = bytes;
            end.member_bytes = member_bytes;
            let member = Member {
                path: std::mem::take(&mut level.path),
                archive: std::mem::take(&mut level.archive),
                packed_bytes: 0,
                bytes: 0,
                fate: Fate::Fail("internal-error".to_owned(), ShardError::Panic.to_string()),
                end: Some(end),
            };
            self.close_member(member);
        }
        self.ship(true);
        let level = self.level();
        let (own_bytes, member_bytes) = (level.own, level.inside);
        Fed {
            pieces: self.pieces,
            members: self.members,
            own_bytes,
            member_bytes,
        }
    }

    fn level(&mut self) -> &mut Level {
        self.levels
            .last_mut()
            .expect("the shard itself is always there")
    }

    fn push(&mut self, op: Op) {
        self.section();
        self.batch.push(op);
    }

    fn section(&mut self) {
        if !self.in_section {
            self.in_section = true;
            self.batch.section(self.pieces);
            self.pieces += 1;
        }
    }

    /// After a record, or what stands for one.
    fn ended(&mut self, bytes: u64) {
        self.in_record = false;
        self.level().own += bytes;
        if let Some(mut long) = self.long.take() {
            self.play_long(&mut long);
            if let Some(paused) = long.paused
                && !self.work.stopped()
            {
                self.work.send(paused.finish());
            }
            // The section that would have gone on with it.
            self.batch = Batch::default();
            self.in_section = false;
        } else if self.batch.weight() >= self.work.chunk() {
            self.ship(false);
        }
    }

    /// Has the batch scanned; `last` if nothing follows.
    fn ship(&mut self, last: bool) {
        let batch = std::mem::take(&mut self.batch);
        self.in_section = false;
        // When the scan is to end, reading breaks off anywhere: what it said last is not true.
        if batch.sections.is_empty() || self.work.stopped() {
            return;
        }
        let work = self.work;
        let scan = move || {
            for section in &batch.sections {
                work.piece(section.piece, |piece| batch.play(section, piece), 0);
            }
        };
        let most = 2 * rayon::current_num_threads();
        let in_flight = self.in_flight;
        // A small shard is not worth another thread's while. When enough waits already, this
        // thread scans instead of reading more.
        let alone = last && in_flight.load(Ordering::Relaxed) == 0;
        if !alone && in_flight.fetch_add(1, Ordering::Relaxed) < most {
            self.scope.spawn(move |_| {
                scan();
                in_flight.fetch_sub(1, Ordering::Relaxed);
            });
        } else {
            scan();
            if !alone {
                in_flight.fetch_sub(1, Ordering::Relaxed);
            }
        }
    }

    /// In the middle of a record, when the batch is full: what came before the record's section is
    /// shipped, the section itself is scanned here and goes on.
    fn overflow(&mut self) {
        if let Some(mut long) = self.long.take() {
            self.play_long(&mut long);
            self.long = Some(long);
            return;
        }
        let mut batch = std::mem::take(&mut self.batch);
        let section = batch.sections.pop().expect("a record is open");
        let number = section.piece;
        let finished = self.work.is_finished(number);
        let paused = (!finished).then(|| {
            with_scratch(|scratch| {
                let mut piece = self.work.begin(scratch, number);
                batch.play(&section, &mut piece);
                piece.pause()
            })
        });
        self.batch = batch;
        self.ship(false);
        self.in_section = true;
        self.batch.section(number);
        self.long = Some(Long {
            piece: number,
            paused,
        });
    }

    fn play_long(&mut self, long: &mut Long) {
        let batch = std::mem::take(&mut self.batch);
        self.batch.section(long.piece);
        let Some(paused) = long.paused.take() else {
            return;
        };
        let section: &Section = batch.sections.last().expect("one was begun");
        long.paused = Some(with_scratch(|scratch| {
            let mut piece = Piece::resume(self.work.context, scratch, paused);
            batch.play(section, &mut piece);
            piece.pause()
        }));
    }
}

impl RecordSink for Feeder<'_, '_> {
    fn part(&mut self, name: FieldName<'_>, text: &str) {
        self.section();
        self.in_record = true;
        self.batch.part(name, text);
        if self.batch.weight() >= 2 * self.work.chunk() {
            self.overflow();
        }
    }

    fn end_field(&mut self) {
        self.push(Op::EndField);
    }

    fn end(&mut self, at: Extent, meta: Meta) {
        self.push(Op::End(at, Box::new(meta)));
        self.ended(at.bytes);
    }

    fn skip(&mut self, at: Extent, reason: &str) {
        self.push(Op::Skip(at, reason.to_owned()));
        self.ended(at.bytes);
    }

    fn fail(&mut self, at: Extent, reason: &str) {
        self.push(Op::Fail(at, reason.to_owned()));
        self.ended(at.bytes);
    }

    fn note(&mut self, reason: &str) {
        self.push(Op::Note(reason.to_owned()));
    }

    fn overhead(&mut self, bytes: u64) {
        self.push(Op::Overhead(bytes));
        self.level().own += bytes;
    }

    fn lost(&mut self, bytes: u64) {
        if self.in_record {
            // A record was begun and never ended: it is what was lost.
            let offset = self.level().own;
            return self.fail(Extent { offset, bytes }, "cut-off");
        }
        self.push(Op::Lost(bytes));
        self.level().own += bytes;
    }

    fn replaced(&mut self, bytes: u64) {
        self.push(Op::Replaced(bytes));
    }

    fn lines(&mut self, offset: u64, lines: Vec<u8>, charset: Charset) {
        let bytes = lines.len() as u64;
        self.push(Op::Lines(offset, lines, charset));
        self.ended(bytes);
    }

    fn page(&mut self, at: Extent, page: Box<Page>) {
        self.push(Op::Page(at, page));
        self.ended(at.bytes);
    }

    fn open_member(&mut self, path: &str, archive: &str) {
        self.in_section = false;
        self.own_from = self.pieces;
        self.levels.push(Level {
            path: path.to_owned(),
            archive: archive.to_owned(),
            ..Level::default()
        });
    }

    fn close_member(&mut self, member: Member) {
        // Nothing of it may be left open: what a panic cut off does not count.
        if std::mem::take(&mut self.in_record) {
            let at = Extent {
                offset: 0,
                bytes: 0,
            };
            self.fail(at, "internal-error");
        }
        self.in_section = false;
        self.levels.pop();
        self.level().inside += member.packed_bytes;
        let outcome = MemberOutcome {
            shard: self.work.number,
            member: self.members,
            pieces: self.pieces - self.own_from,
            read: member,
        };
        self.members += 1;
        self.own_from = self.pieces;
        if !self.work.stopped() {
            self.work.member(outcome);
        }
        if self.batch.weight() >= self.work.chunk() {
            self.ship(false);
        }
    }
}

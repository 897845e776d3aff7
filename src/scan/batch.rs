//! [`Batch`]: records on their way from the thread that reads a shard to those that scan it.
//!
//! Text lies in one buffer, and what was said of it is a list of [`Op`]s, which are played on a
//! [`Piece`]. A batch may hold the end of one file of an archive and others whole: each has a
//! section of its own, which becomes a piece.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::piece::Piece;
use crate::corpus::page::Page;
use crate::corpus::split::jsonl::lines;
use crate::corpus::{Charset, Extent, FieldName, Meta};

/// Something that was said of a shard.
pub enum Op {
    /// What the following texts belong to: path and key.
    Name(Range<usize>, Range<usize>),
    /// Part of a field's text.
    Part(Range<usize>),
    /// The field ends.
    EndField,
    /// The record was read.
    End(Extent, Box<Meta>),
    /// The record is left out.
    Skip(Extent, String),
    /// The record cannot be read.
    Fail(Extent, String),
    /// Something is odd about a record.
    Note(String),
    /// Bytes that are no record.
    Overhead(u64),
    /// Bytes that could not be read.
    Lost(u64),
    /// Bytes that were replaced.
    Replaced(u64),
    /// A page.
    Page(Extent, Box<Page>),
    /// Whole lines of JSON Lines.
    Lines(u64, Vec<u8>, Charset),
}

/// What was said of one file, or of a part of it.
pub struct Section {
    /// Number of the piece it becomes.
    pub piece: u32,
    /// In order.
    pub ops: Vec<Op>,
}

/// See the module.
#[derive(Default)]
pub struct Batch {
    text: String,
    /// In order of their pieces.
    pub sections: Vec<Section>,
    /// The name that was given last.
    name: Option<(Range<usize>, Range<usize>)>,
    lines: usize,
}

/// What a section costs that holds nothing.
const SECTION: usize = 4 << 10;

impl Batch {
    /// Bytes of memory, about.
    pub fn weight(&self) -> usize {
        let ops: usize = self
            .sections
            .last()
            .map_or(0, |s| s.ops.len() * size_of::<Op>());
        self.text.len() + self.lines + ops + self.sections.len() * SECTION
    }

    /// Begins a section.
    pub fn section(&mut self, piece: u32) {
        self.name = None;
        self.sections.push(Section {
            piece,
            ops: Vec::new(),
        });
    }

    /// Adds to the last section.
    pub fn push(&mut self, op: Op) {
        if let Op::Lines(_, lines, _) = &op {
            self.lines += lines.len();
        }
        if let Op::Page(_, page) = &op {
            self.lines += page.bytes.len();
        }
        self.sections
            .last_mut()
            .expect("a section was begun")
            .ops
            .push(op);
    }

    /// Adds text to the last section.
    pub fn part(&mut self, name: FieldName<'_>, text: &str) {
        let known = self.name.as_ref();
        let known = known.is_some_and(|(path, key)| {
            self.text[path.clone()] == *name.path && self.text[key.clone()] == *name.key
        });
        if !known {
            let (path, key) = (self.store(name.path), self.store(name.key));
            self.name = Some((path.clone(), key.clone()));
            self.push(Op::Name(path, key));
        }
        let text = self.store(text);
        self.push(Op::Part(text));
    }

    fn store(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }

    /// Does to `piece` what was said in `section`. A panic makes its record fail.
    pub fn play(&self, section: &Section, piece: &mut Piece<'_>) {
        let mut name = (0..0, 0..0);
        let mut broken = false;
        let mut ops = section.ops.iter().peekable();
        while let Some(op) = ops.next() {
            if let Op::Name(path, key) = op {
                name = (path.clone(), key.clone());
                continue;
            }
            if !broken {
                // A field in one part, as most are, needs no buffer.
                let whole = matches!(op, Op::Part(_)) && matches!(ops.peek(), Some(Op::EndField));
                let done = catch_unwind(AssertUnwindSafe(|| self.apply(op, &name, whole, piece)));
                if whole && done.is_ok() {
                    ops.next();
                }
                if done.is_ok() {
                    continue;
                }
                piece.forget();
                broken = true;
            }
            let (Op::End(at, _) | Op::Skip(at, _) | Op::Fail(at, _) | Op::Page(at, _)) = op else {
                continue;
            };
            piece.failed(at.offset, at.bytes, "internal-error");
            broken = false;
        }
    }

    fn apply(
        &self,
        op: &Op,
        (path, key): &(Range<usize>, Range<usize>),
        whole: bool,
        piece: &mut Piece<'_>,
    ) {
        let (path, key) = (&self.text[path.clone()], &self.text[key.clone()]);
        match op {
            Op::Name(..) => {}
            Op::Part(text) if whole && !piece.in_field() => {
                piece.field(path, key, &self.text[text.clone()]);
            }
            Op::Part(text) => {
                piece.part(path, key, &self.text[text.clone()]);
                if whole {
                    piece.end_field();
                }
            }
            Op::EndField => piece.end_field(),
            Op::End(at, meta) => piece.end(*at, (**meta).clone()),
            Op::Skip(at, reason) => {
                piece.forget();
                piece.skipped(at.offset, at.bytes, reason);
            }
            Op::Fail(at, reason) => {
                piece.forget();
                piece.failed(at.offset, at.bytes, reason);
            }
            Op::Note(reason) => piece.note(reason),
            Op::Overhead(bytes) => piece.overhead(*bytes),
            Op::Lost(bytes) => piece.lost(*bytes),
            Op::Replaced(bytes) => piece.replaced(*bytes),
            Op::Page(at, page) => piece.page(*at, page),
            Op::Lines(offset, lines, charset) => {
                json_piece(piece, lines, 0..lines.len(), *offset, *charset);
            }
        }
    }
}

/// Scans the lines that begin in `range` of `bytes`, which begin at `base` of the shard. A panic
/// makes its record fail.
pub fn json_piece(
    piece: &mut Piece<'_>,
    bytes: &[u8],
    range: Range<usize>,
    base: u64,
    charset: Charset,
) {
    let mut all = lines(bytes, range.start, range.end).peekable();
    let Some(&(first, _)) = all.peek() else {
        return;
    };
    // One check for the whole piece; lines are only checked one by one when it fails, or when
    // they reach beyond it.
    let end = range.end.max(first).min(bytes.len());
    let checked = (charset == Charset::Utf8)
        .then(|| simdutf8::basic::from_utf8(&bytes[first..end]).ok())
        .flatten();
    for (from, to) in all {
        let offset = base + from as u64;
        let text = checked.and_then(|text| text.get(from - first..to - first));
        let result = catch_unwind(AssertUnwindSafe(|| match text {
            Some(text) => piece.json_text(text, offset, (to - from) as u64),
            None => piece.json_line(&bytes[from..to], offset, charset),
        }));
        if result.is_err() {
            piece.failed(offset, (to - from) as u64, "internal-error");
        }
    }
}

//! What readers of formats hand over: records, field by field.
//!
//! A reader gets [`Records`] and tells it, in the order of the bytes, what it met: text of fields,
//! then the end of the record they belong to; records that were skipped or cannot be read; bytes
//! between records. All bytes that were decoded must be told of: what is missing in the end makes
//! the shard fail, and is counted as failed. Where the records go is the business of a
//! [`RecordSink`], which the scan implements.

use std::collections::{BTreeSet, HashSet};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use super::limits::{Budget, Limits};
use super::meta::{Stated, Stating};
use super::page::Page;
use super::split::json::{self, FieldText, MetaPaths, NoRecord, TextPaths, Unescape};
use super::{Charset, Fate};
use crate::ShardError;
use crate::origins::Signals;

/// Where a field stands in its record.
#[derive(Clone, Copy, Debug)]
pub struct FieldName<'a> {
    /// Dotted, with positions in lists: `messages[1].content`; empty for a whole file.
    pub path: &'a str,
    /// The last key on the way, or the column: context for detectors.
    pub key: &'a str,
}

impl FieldName<'_> {
    /// The whole record is one text.
    pub const WHOLE: FieldName<'static> = FieldName { path: "", key: "" };
}

/// What a record says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// Its id: a string or number, as written.
    pub id: Option<String>,
    /// Values of [`MetaPaths::sources`], in that order.
    pub sources: Vec<Option<String>>,
    /// Where it is from, of when and on what terms.
    pub stated: Stated,
    /// What the server that gave it says of its use by machines.
    pub signals: Signals,
    /// Whether it is source code by its format.
    pub code: bool,
    /// Whether no text path matched, so that every string and number was scanned.
    pub whole: bool,
    /// Whether a key stood there twice.
    pub repeated_key: bool,
}

/// Where a record lies in its decoded shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// First byte.
    pub offset: u64,
    /// Length in bytes.
    pub bytes: u64,
}

/// A file in an archive, once it has been read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its path behind that of the shard: `!b.zip!c.jsonl`.
    pub path: String,
    /// The same of the archive that holds it; empty if that is the shard itself.
    pub archive: String,
    /// Bytes that it takes in the archive.
    pub packed_bytes: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// What was done with it.
    pub fate: Fate,
    /// What reading it gave; nothing if it was not read.
    pub end: Option<ReadEnd>,
}

/// What reading something to its end, or as far as possible, gave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadEnd {
    /// BLAKE3 of the stored bytes, hex; empty when they could not all be read.
    pub digest: String,
    /// Stored bytes that were read.
    pub stored_bytes: u64,
    /// Bytes after decompression; of text that is no UTF-8 and is not cut at line ends, after
    /// conversion.
    pub decoded_bytes: u64,
    /// Those of them that are files of an archive, told of in their own [`Member`]s.
    pub member_bytes: u64,
    /// What characters are written in; empty if it holds none of its own.
    pub charset: String,
    /// What is odd about it as a whole: `note:extension-mismatch`, …
    pub notes: BTreeSet<String>,
    /// Why it could not be read to its end: reason code and sentence.
    pub error: Option<(String, String)>,
}

/// Takes what readers of formats hand over. Everything between two ends belongs to the record
/// that the second one ends.
pub trait RecordSink {
    /// The next part of a field's text; the field goes on until [`RecordSink::end_field`].
    fn part(&mut self, name: FieldName<'_>, text: &str);
    /// Ends the field.
    fn end_field(&mut self);
    /// The record was read.
    fn end(&mut self, at: Extent, meta: Meta);
    /// The record is left out; what was given of it does not count.
    fn skip(&mut self, at: Extent, reason: &str);
    /// The record cannot be read; what was given of it does not count.
    fn fail(&mut self, at: Extent, reason: &str);
    /// Something is odd about the record that is to be ended.
    fn note(&mut self, reason: &str);
    /// Decoded bytes that are no record.
    fn overhead(&mut self, bytes: u64);
    /// Decoded bytes that could not be read and are no record.
    fn lost(&mut self, bytes: u64);
    /// Bytes that were replaced because they are no text.
    fn replaced(&mut self, bytes: u64);
    /// Whole lines of JSON Lines, which begin at `offset`; to be read where they are scanned.
    fn lines(&mut self, offset: u64, lines: Vec<u8>, charset: Charset);
    /// A page with markup or in a charset of its own; to be read where it is scanned.
    fn page(&mut self, at: Extent, page: Box<Page>);
    /// What follows, until [`RecordSink::close_member`], is in a file of an archive; see
    /// [`Member`]. Until then nothing may have been said of the archive itself.
    fn open_member(&mut self, path: &str, archive: &str);
    /// The file of an archive that was opened last has ended.
    fn close_member(&mut self, member: Member);
}

/// What reading depends on.
pub struct ReadContext<'a> {
    /// Which fields hold text.
    pub text: &'a TextPaths,
    /// Where ids and sources are.
    pub meta: &'a MetaPaths,
    /// How far a file may go.
    pub limits: &'a Limits,
    /// Bytes that are decoded at a time where one thread decodes for others.
    pub chunk: usize,
    /// What the shard may still decode to.
    pub budget: &'a Budget,
    /// Set when the scan is to end.
    pub stop: &'a AtomicBool,
}

impl ReadContext<'_> {
    /// To be asked now and then by readers that do not read through [`Input`](super::Input).
    ///
    /// # Errors
    ///
    /// If the scan is to end; what was read of the shard then counts for nothing.
    pub fn go_on(&self) -> Result<(), ShardError> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(ShardError::Read(io::ErrorKind::ConnectionAborted.into()));
        }
        Ok(())
    }
}

/// Bytes of text handed over at a time.
const PART: usize = 256 << 10;

/// The records of one file, be it a shard or in an archive.
pub struct Records<'a> {
    pub(super) sink: &'a mut dyn RecordSink,
    /// What reading depends on.
    pub context: &'a ReadContext<'a>,
    /// Path behind that of the shard; empty for the shard itself.
    pub(super) path: String,
    /// Archives around it.
    pub(super) depth: u32,
    /// Id of a record that has none of its own.
    pub(super) stem: Option<String>,
    /// Decoded bytes told of so far, and those of them that are files of an archive.
    pub(super) accounted: u64,
    pub(super) member_bytes: u64,
    pub(super) notes: BTreeSet<String>,
    /// Names of files in this archive.
    pub(super) names: HashSet<String>,
}

impl<'a> Records<'a> {
    /// The records of a shard.
    pub fn new(sink: &'a mut dyn RecordSink, context: &'a ReadContext<'a>) -> Self {
        Self::inside(sink, context, String::new(), 0, None)
    }

    pub(super) fn inside(
        sink: &'a mut dyn RecordSink,
        context: &'a ReadContext<'a>,
        path: String,
        depth: u32,
        stem: Option<String>,
    ) -> Self {
        Self {
            sink,
            context,
            path,
            depth,
            stem,
            accounted: 0,
            member_bytes: 0,
            notes: BTreeSet::new(),
            names: HashSet::new(),
        }
    }

    /// Decoded bytes told of so far; the offset of what comes next, if nothing was left out.
    pub fn accounted(&self) -> u64 {
        self.accounted
    }

    /// Text of a field, whole.
    pub fn field(&mut self, name: FieldName<'_>, text: FieldText<'_>) {
        match text {
            FieldText::Plain(text) => self.part(name, text),
            FieldText::Escaped(inside) => {
                let (mut unescape, mut text) = (Unescape::new(inside), String::new());
                loop {
                    text.clear();
                    let more = unescape.fill(&mut text, PART);
                    self.sink.part(name, &text);
                    if !more {
                        break;
                    }
                }
            }
        }
        self.sink.end_field();
    }

    /// A part of a field's text; the field goes on until [`Records::end_field`].
    pub fn part(&mut self, name: FieldName<'_>, text: &str) {
        let mut rest = text;
        while rest.len() > PART {
            let (head, tail) = rest.split_at(rest.floor_char_boundary(PART));
            self.sink.part(name, head);
            rest = tail;
        }
        self.sink.part(name, rest);
    }

    /// Ends a field that came in parts.
    pub fn end_field(&mut self) {
        self.sink.end_field();
    }

    /// The record was read.
    pub fn end(&mut self, at: Extent, mut meta: Meta) {
        self.accounted += at.bytes;
        if meta.id.is_none() {
            meta.id.clone_from(&self.stem);
        }
        self.sink.end(at, meta);
    }

    /// The record is left out for a stable reason; what was given of it does not count.
    pub fn skip(&mut self, at: Extent, reason: &str) {
        self.accounted += at.bytes;
        self.sink.skip(at, reason);
    }

    /// The record cannot be read, for a stable reason; what was given of it does not count.
    pub fn fail(&mut self, at: Extent, reason: &str) {
        self.accounted += at.bytes;
        self.sink.fail(at, reason);
    }

    /// Something is odd about the record that is to be ended; `reason` begins with `note:`.
    pub fn note(&mut self, reason: &str) {
        self.sink.note(reason);
    }

    /// Something is odd about the file as a whole; `reason` begins with `note:`.
    pub fn note_file(&mut self, reason: &str) {
        self.notes.insert(reason.to_owned());
    }

    /// Decoded bytes that are no record: brackets, headers, padding.
    pub fn overhead(&mut self, bytes: u64) {
        self.accounted += bytes;
        if bytes > 0 {
            self.sink.overhead(bytes);
        }
    }

    /// Bytes that were replaced because they are no text.
    pub fn replaced(&mut self, bytes: u64) {
        if bytes > 0 {
            self.sink.replaced(bytes);
        }
    }

    /// Whole lines of JSON Lines, which begin at `offset`.
    pub fn lines(&mut self, offset: u64, lines: Vec<u8>, charset: Charset) {
        self.accounted += lines.len() as u64;
        self.sink.lines(offset, lines, charset);
    }

    /// A record that is a page, and nothing else was given of it but notes.
    pub fn page(&mut self, at: Extent, mut page: Page) {
        self.accounted += at.bytes;
        if page.meta.id.is_none() {
            page.meta.id.clone_from(&self.stem);
        }
        self.sink.page(at, Box::new(page));
    }

    /// A record that is one JSON value; `text` need not lie in the shard as it stands here.
    pub fn json(&mut self, text: &str, at: Extent) {
        let context = self.context;
        let result = json::value(text, context.text, context.meta, &mut |name, field| {
            self.field(name, field);
        });
        match result {
            Ok(meta) => self.end(at, meta),
            Err(NoRecord::NoText) => self.skip(at, "no-text"),
            Err(NoRecord::NotJson) => self.fail(at, "not-json"),
            Err(NoRecord::NotObject) => self.fail(at, "not-object"),
        }
    }

    /// A record of text in named fields, as rows of tables are: those that a text path names, or
    /// all that are not empty if none has text; `id` and sources by their paths.
    ///
    /// Paths of several steps are compared with names that hold the dots.
    pub fn row<'f>(
        &mut self,
        fields: impl Iterator<Item = (&'f str, &'f str)> + Clone,
        at: Extent,
    ) {
        let context = self.context;
        let value = |path: &[String]| {
            let mut found = fields
                .clone()
                .filter(|(name, _)| json::is_dotted(path, name));
            found
                .next()
                .map(|(_, text)| text.to_owned())
                .filter(|text| !text.is_empty())
        };
        let mut meta = Meta {
            id: value(&context.meta.id),
            sources: context
                .meta
                .sources
                .iter()
                .map(|path| value(path))
                .collect(),
            ..Meta::default()
        };
        let mut stating = Stating::new(&context.meta.fields);
        fields
            .clone()
            .for_each(|(name, text)| stating.give_named(name, text));
        meta.stated = stating.end();
        let text = |named: bool| {
            let wanted = move |name: &str| !named || context.text.names(name);
            fields
                .clone()
                .filter(move |(name, text)| !text.is_empty() && wanted(name))
        };
        meta.whole = text(true).next().is_none();
        let mut any = false;
        for (name, text) in text(!meta.whole) {
            any = true;
            self.field(
                FieldName {
                    path: name,
                    key: name,
                },
                FieldText::Plain(text),
            );
        }
        if any {
            self.end(at, meta);
        } else {
            self.skip(at, "no-text");
        }
    }
}

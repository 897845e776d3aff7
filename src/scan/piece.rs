//! One piece of a shard, record by record: bytes in, [`PieceOutcome`] out.

use std::collections::BTreeMap;

use super::counted::count_findings;
use super::heard::Heard;
use super::known::{Escapes, ShardTouch};
use super::outcome::{PieceOutcome, RecordIssue, RecordOutcome, ShardIndex};
use super::presence::LastLicence;
use super::stated::{add_label, cleaned};
use super::{Amount, ScanOptions, Tally};
use crate::Limit;
use crate::corpus::page::{Page, PageFate};
use crate::corpus::split::json::{self, FieldText, NoRecord, Unescape};
use crate::corpus::{Charset, Extent, FieldName, Media, Meta};
use crate::detect::{PausedRecord, RecordFindings, RecordScan, Scanner, Scratch, masked_if_any};
use crate::identify::{Identity, Kind};
use crate::works::Gathered;

/// Bytes decoded at a time from very long escaped strings.
const PART: usize = 256 << 10;
/// Reasons under which a record is noted although it was scanned.
const WHOLE_RECORD: &str = "note:no-text-path";
const REPEATED_KEY: &str = "note:repeated-key";
const NOT_OBJECT: &str = "note:not-object";
const INVALID_UTF8: &str = "note:invalid-utf8";
const INVALID_CHARACTERS: &str = "note:invalid-characters";
const OTHER_CHARSET: &str = "note:other-charset";
/// Reason of bytes that are no record; it counts none.
const OVERHEAD: &str = "overhead";

/// What the scan of a piece needs.
#[derive(Clone, Copy)]
pub struct PieceContext<'a> {
    /// Compiled rules.
    pub scanner: &'a Scanner,
    /// How records are read.
    pub options: &'a ScanOptions,
    /// The shard's own source.
    pub source: &'a str,
    /// Which records to scan again, of a shard that an earlier scan knows.
    pub touch: Option<ShardTouch<'a>>,
}

/// A piece while it is scanned.
pub struct Piece<'a> {
    context: PieceContext<'a>,
    scratch: &'a mut Scratch,
    outcome: PieceOutcome,
    record: u64,
    open: Option<PausedRecord>,
    /// A line without its escapes.
    flat: String,
    heard: Heard,
    licence: LastLicence,
}

/// A piece that is put aside in the middle of a long record.
pub struct PausedPiece {
    outcome: PieceOutcome,
    record: u64,
    open: Option<PausedRecord>,
    heard: Heard,
}

impl PausedPiece {
    /// What the piece gave.
    pub fn finish(self) -> PieceOutcome {
        self.outcome
    }
}

impl<'a> Piece<'a> {
    /// Begins piece number `piece` of `shard`.
    pub fn new(
        context: PieceContext<'a>,
        scratch: &'a mut Scratch,
        shard: ShardIndex,
        piece: u32,
    ) -> Self {
        let outcome = PieceOutcome {
            shard,
            piece,
            records: super::Counts::default(),
            bytes: super::Counts::default(),
            issues: Vec::new(),
            reasons: BTreeMap::new(),
            replaced_bytes: 0,
            outcomes: Vec::new(),
            tally: Tally::default(),
            fingerprints: Gathered::default(),
        };
        Self {
            context,
            scratch,
            outcome,
            record: 0,
            open: None,
            flat: String::new(),
            heard: Heard::new(context.options.tokens.as_ref()),
            licence: LastLicence::default(),
        }
    }

    /// Puts the piece aside, so that the buffers are free for others.
    pub fn pause(self) -> PausedPiece {
        PausedPiece {
            outcome: self.outcome,
            record: self.record,
            open: self.open,
            heard: self.heard,
        }
    }

    /// Goes on with a piece that was put aside.
    pub fn resume(
        context: PieceContext<'a>,
        scratch: &'a mut Scratch,
        paused: PausedPiece,
    ) -> Self {
        Self {
            context,
            scratch,
            outcome: paused.outcome,
            record: paused.record,
            open: paused.open,
            flat: String::new(),
            heard: paused.heard,
            licence: LastLicence::default(),
        }
    }

    /// The next part of a field of the record that is open.
    pub fn part(&mut self, path: &str, key: &str, text: &str) {
        let mut scan = self.go_on();
        scan.part(path, key, text);
        self.open = Some(scan.pause());
        self.heard.part(text);
    }

    /// A whole field of the record that is open.
    pub fn field(&mut self, path: &str, key: &str, text: &str) {
        let mut scan = self.go_on();
        scan.field(path, key, text);
        self.open = Some(scan.pause());
        self.heard.field(text, of_name);
    }

    /// Ends a field that came in parts.
    pub fn end_field(&mut self) {
        let mut scan = self.go_on();
        scan.end_field();
        self.open = Some(scan.pause());
        self.heard.end_field(of_name);
    }

    /// Ends the record that is open.
    pub fn end(&mut self, at: Extent, meta: Meta) {
        if self.in_field() {
            self.heard.end_field(of_name);
        }
        let mut scan = self.go_on();
        scan.end_field();
        scan.origin(meta.stated.url.as_deref(), &meta.signals);
        let found = scan.finish();
        self.read(at, meta, found);
    }

    /// Whether a field has begun that has not ended.
    pub fn in_field(&self) -> bool {
        self.open.as_ref().is_some_and(PausedRecord::in_field)
    }

    /// Forgets what was given of the record that is open.
    pub fn forget(&mut self) {
        self.open = None;
        self.heard.clear();
    }

    fn go_on(&mut self) -> RecordScan<'_> {
        match self.open.take() {
            Some(paused) => self.context.scanner.resume(self.scratch, paused),
            None => {
                self.heard.clear();
                self.context.scanner.record(self.scratch)
            }
        }
    }

    fn read(&mut self, at: Extent, meta: Meta, found: RecordFindings) {
        if meta.whole {
            self.note(WHOLE_RECORD);
        }
        if meta.repeated_key {
            self.note(REPEATED_KEY);
        }
        self.scanned(at.offset, at.bytes, meta, found);
    }

    /// Counts decoded bytes that are no record.
    pub fn overhead(&mut self, bytes: u64) {
        self.outcome.bytes.skipped += bytes;
        let tally = tally_of(&mut self.outcome.tally, self.context.source);
        tally.bytes.skipped += bytes;
        self.outcome.reasons.entry(OVERHEAD.to_owned()).or_insert(0);
    }

    /// Counts decoded bytes that could not be read and are no record.
    pub fn lost(&mut self, bytes: u64) {
        self.outcome.bytes.failed += bytes;
        let tally = tally_of(&mut self.outcome.tally, self.context.source);
        tally.bytes.failed += bytes;
    }

    /// Counts bytes that were replaced.
    pub fn replaced(&mut self, bytes: u64) {
        self.outcome.replaced_bytes += bytes;
    }

    /// What the piece gave.
    pub fn finish(self) -> PieceOutcome {
        self.outcome
    }

    /// Passes over a line of which an earlier scan has said all: whether it did. `bytes` is its
    /// stored length.
    fn passes(&mut self, text: &str, offset: u64, bytes: u64) -> bool {
        let Some(touch) = self.context.touch else {
            return false;
        };
        if touch.touches(text, offset, Escapes::Json, &mut self.flat, self.scratch) {
            return false;
        }
        self.outcome.records.scanned += 1;
        self.outcome.bytes.scanned += bytes;
        let tally = tally_of(&mut self.outcome.tally, self.context.source);
        tally.records.scanned += 1;
        tally.bytes.scanned += bytes;
        self.record += 1;
        true
    }

    /// Scans one line of JSON Lines, its line end included, which begins at `offset` of the
    /// decoded shard.
    pub fn json_line(&mut self, line: &[u8], offset: u64, charset: Charset) {
        let bytes = line.len() as u64;
        // Before all of it is looked at.
        if bytes > self.context.options.limits.record_bytes {
            return self.failed(offset, bytes, Limit::RecordBytes.reason());
        }
        if charset == Charset::Utf8 {
            if let Ok(text) = simdutf8::basic::from_utf8(line) {
                return self.json_text(text, offset, bytes);
            }
            // A shard may have been put together from files in several charsets.
            let own = Charset::of(line, true);
            let own = if own.cuts_at_line_ends() {
                own
            } else {
                charset
            };
            if own != charset {
                self.note(OTHER_CHARSET);
            }
            return self.json_decoded(line, offset, own);
        }
        self.json_decoded(line, offset, charset);
    }

    fn json_decoded(&mut self, line: &[u8], offset: u64, charset: Charset) {
        let (text, replaced) = charset.decode(line);
        if replaced > 0 {
            self.note(if charset == Charset::Utf8 {
                INVALID_UTF8
            } else {
                INVALID_CHARACTERS
            });
        }
        self.outcome.replaced_bytes += replaced;
        self.json_text(&text, offset, line.len() as u64);
    }

    /// [`Piece::json_line`] of a line that is known to be UTF-8; `bytes` is its stored length.
    pub fn json_text(&mut self, line: &str, offset: u64, bytes: u64) {
        if self.passes(line, offset, bytes) {
            return;
        }
        let text = if offset == 0 {
            line.trim_start_matches('\u{FEFF}')
        } else {
            line
        };
        if text.bytes().all(|b| b.is_ascii_whitespace()) {
            return self.skipped(offset, bytes, "blank-line");
        }
        let options = self.context.options;
        if bytes > options.limits.record_bytes {
            return self.failed(offset, bytes, Limit::RecordBytes.reason());
        }
        if json::is_too_deep(text, options.limits.json_depth) {
            return self.failed(offset, bytes, Limit::JsonDepth.reason());
        }
        let mut scan = self.context.scanner.record(self.scratch);
        let heard = &mut self.heard;
        heard.clear();
        let result = json::value(text, &options.text, &options.meta, &mut |name, field| {
            field_of(&mut scan, heard, name, field)
        });
        match result {
            Ok(meta) => {
                scan.origin(meta.stated.url.as_deref(), &meta.signals);
                let found = scan.finish();
                if !text.trim_ascii_start().starts_with('{') {
                    self.note(NOT_OBJECT);
                }
                self.read(Extent { offset, bytes }, meta, found);
            }
            Err(NoRecord::NoText) => self.skipped(offset, bytes, "no-text"),
            Err(NoRecord::NotJson) => self.failed(offset, bytes, "not-json"),
            Err(NoRecord::NotObject) => self.failed(offset, bytes, "not-object"),
        }
    }

    /// Scans a page; notes about it may have been given before.
    pub fn page(&mut self, at: Extent, page: &Page) {
        let mut scan = self.context.scanner.record(self.scratch);
        let options = self.context.options;
        let paths = (&options.text, &options.meta, options.limits.json_depth);
        let heard = &mut self.heard;
        heard.clear();
        let end = page.read(paths, &mut |name, field| {
            field_of(&mut scan, heard, name, field)
        });
        match end.fate {
            PageFate::Read => {
                let mut signals = page.meta.signals.clone();
                signals.merge(&end.signals);
                scan.origin(page.meta.stated.url.as_deref(), &signals);
                let found = scan.finish();
                self.read(at, page.meta.clone(), found);
            }
            PageFate::Skip(reason) => self.skipped(at.offset, at.bytes, reason),
            PageFate::Fail(reason) => self.failed(at.offset, at.bytes, reason),
        }
        end.notes.iter().for_each(|note| self.note(note));
        self.outcome.replaced_bytes += end.replaced;
    }

    /// Counts a record that cannot be read.
    pub fn failed(&mut self, offset: u64, bytes: u64, reason: &str) {
        self.outcome.records.failed += 1;
        self.outcome.bytes.failed += bytes;
        let tally = tally_of(&mut self.outcome.tally, self.context.source);
        tally.records.failed += 1;
        tally.bytes.failed += bytes;
        self.issue(offset, bytes, reason);
    }

    /// Counts a record that is left out.
    pub fn skipped(&mut self, offset: u64, bytes: u64, reason: &str) {
        self.outcome.records.skipped += 1;
        self.outcome.bytes.skipped += bytes;
        let tally = tally_of(&mut self.outcome.tally, self.context.source);
        tally.records.skipped += 1;
        tally.bytes.skipped += bytes;
        self.issue(offset, bytes, reason);
    }

    fn issue(&mut self, offset: u64, bytes: u64, reason: &str) {
        self.note(reason);
        if self.outcome.issues.len() < PieceOutcome::ISSUES_KEPT {
            let reason = reason.to_owned();
            self.outcome.issues.push(RecordIssue {
                record: self.record,
                offset,
                bytes,
                reason,
            });
        }
        self.record += 1;
    }

    /// Counts something odd about a record.
    pub fn note(&mut self, reason: &str) {
        match self.outcome.reasons.get_mut(reason) {
            Some(count) => *count += 1,
            None => drop(self.outcome.reasons.insert(reason.to_owned(), 1)),
        }
    }

    fn scanned(&mut self, offset: u64, bytes: u64, meta: Meta, mut found: RecordFindings) {
        let Meta {
            id,
            sources,
            stated,
            code,
            ..
        } = meta;
        let identity = match code {
            true => Identity::of(Kind::Code),
            false => self.heard.identity(),
        };
        add_label(&mut found, &stated, self.context.scanner, self.scratch);
        self.outcome.fingerprints.append(&found.fingerprints);
        self.outcome.records.scanned += 1;
        self.outcome.bytes.scanned += bytes;
        let source = self
            .context
            .options
            .sources
            .decide(&sources, self.context.source);
        let tally = tally_of(&mut self.outcome.tally, &source);
        tally.records.scanned += 1;
        tally.bytes.scanned += bytes;
        tally.text_bytes += found.text_bytes;
        tally.characters += found.characters;
        tally.origins.add(found.origin);
        tally
            .presence
            .add(id.as_deref(), &stated, &mut self.licence);
        let amount = Amount {
            records: 1,
            bytes,
            text_bytes: found.text_bytes,
            characters: found.characters,
            tokens: *self.heard.sums(),
        };
        tally
            .types
            .add(identity.kind.as_str(), identity.language, &amount);
        if !found.counts.is_empty() {
            let infos = self.context.scanner.rules().infos();
            count_findings(tally, infos, &found.counts, &found.values, &found.findings);
        }
        // Of a known shard it is told as well that nothing is found any more.
        let told = self.context.options.sidecar || self.context.touch.is_some();
        if !found.counts.is_empty() || told {
            let id = id.map(|id| {
                masked_if_any("id", &id, self.context.scanner, self.scratch).into_owned()
            });
            self.outcome.outcomes.push(RecordOutcome {
                record: self.record,
                offset,
                bytes,
                id,
                source: source.into_owned(),
                stated: cleaned(stated, self.context.scanner, self.scratch),
                kind: identity.kind,
                language: identity.language.to_owned(),
                characters: found.characters,
                tokens: self.heard.tokens(),
                counts: found.counts,
                findings: found.findings,
            });
        }
        self.record += 1;
    }
}

/// Scans a field, decoded if it is escaped.
fn field_of(
    scan: &mut RecordScan<'_>,
    heard: &mut Heard,
    name: FieldName<'_>,
    field: FieldText<'_>,
) {
    match field {
        FieldText::Plain(text) => {
            scan.field(name.path, name.key, text);
            heard.field(text, of_name);
        }
        FieldText::Escaped(inside) if inside.len() <= PART => {
            let mut text = String::with_capacity(inside.len());
            Unescape::new(inside).fill(&mut text, usize::MAX);
            scan.field(name.path, name.key, &text);
            heard.field(&text, of_name);
        }
        FieldText::Escaped(inside) => {
            let mut unescape = Unescape::new(inside);
            scan.feed(name.path, name.key, |buffer| {
                let before = buffer.len();
                let more = unescape.fill(buffer, PART);
                heard.part(&buffer[before..]);
                more
            });
            heard.end_field(of_name);
        }
    }
}

/// Whether a field is nothing but the name of a picture, sound or film.
fn of_name(text: &str) -> Option<Kind> {
    Some(match Media::of_reference(text)? {
        Media::Image => Kind::Image,
        Media::Audio => Kind::Audio,
        Media::Video => Kind::Video,
    })
}

fn tally_of<'t>(tally: &'t mut Tally, source: &str) -> &'t mut super::SourceTally {
    if !tally.sources.contains_key(source) {
        tally
            .sources
            .insert(source.to_owned(), super::SourceTally::default());
    }
    tally.sources.get_mut(source).expect("it was just put in")
}

//! Reads files of a corpus again, record by record, numbered as the scan numbered them.
//!
//! What the scan does with the lines and pages that readers hand over unread is done here without
//! rules, in the same order of the same questions (`scan/piece.rs`). That both agree is checked
//! at every file: [`Visit::file_ended`] gets the numbers of its records.

use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::Corpus;
use crate::ShardError;
use crate::corpus::open::{Opened, open};
use crate::corpus::page::{Page, PageFate};
use crate::corpus::split::json::{self, FieldText, NoRecord, Unescape};
use crate::corpus::split::jsonl::lines;
use crate::corpus::{
    Budget, Charset, Compression, Extent, Fate, FieldName, Member, Meta, Random, ReadContext,
    ReadEnd, RecordSink, Records, Shard,
};
use crate::scan::{Counts, ScanOptions};

/// Bytes decoded at a time.
const PART: usize = 256 << 10;
/// The same where their lines are read by all threads.
const WIDE_PART: usize = 4 << 20;
/// Records between two words about progress.
const STEP: u64 = 1024;

/// Takes the records of a file of the corpus, and of files in it.
pub(super) trait Visit {
    /// A file begins; in an archive, within the one that is open.
    fn file_began(&mut self, path: &str);
    /// Whether the text of that record of the open file is wanted.
    fn wants(&self, record: u64) -> bool;
    /// Part of a field of the record, if it is wanted.
    fn part(&mut self, name: FieldName<'_>, text: &str);
    /// The field has ended.
    fn end_field(&mut self);
    /// The record was read.
    fn record(&mut self, record: u64, meta: Meta);
    /// What was given of the record does not count.
    fn forget(&mut self);
    /// The open file has ended, with so many records.
    fn file_ended(&mut self, path: &str, records: Counts);
}

/// Reads a file of the corpus to its end, or as far as the scan could.
pub(super) fn read(shard: &Shard, corpus: &Corpus<'_>, visit: &mut dyn Visit) -> ReadEnd {
    let options = corpus.options;
    // Where there are files for all threads, lines of one are not shared out: whoever waited for
    // them would begin another file meanwhile, and so on.
    let wide = corpus.shards.len() < rayon::current_num_threads();
    let Fate::Read(format, compression) = shard.fate else {
        return ReadEnd::default();
    };
    let opened = match open(&shard.location, false) {
        Ok((opened, _)) => opened,
        Err(error) => return ReadEnd::broken(&ShardError::Open(error)),
    };
    let budget = Budget::new(shard.bytes, &options.limits);
    let stop = AtomicBool::new(false);
    let context = ReadContext {
        text: &options.text,
        meta: &options.meta,
        limits: &options.limits,
        chunk: if wide { WIDE_PART } else { PART },
        budget: &budget,
        stop: &stop,
    };
    let mut reading = Reading {
        options,
        visit,
        levels: Vec::new(),
        shard: &shard.path,
        wide,
        done: corpus.done,
        untold: 0,
    };
    reading.begin(shard.path.clone());
    let how = (format, compression);
    let anywhere = format.is_random() && compression == Compression::None;
    let mut records = Records::new(&mut reading, &context);
    let end = match &opened {
        Opened::Stream(file) if anywhere => match file.try_clone() {
            Ok(again) => {
                let random = Random::File(again, shard.bytes);
                records.read_random(&random, format, Box::new(file))
            }
            Err(error) => ReadEnd::broken(&ShardError::Open(error)),
        },
        Opened::Stream(file) => records.read(Box::new(file), how, Some(shard.bytes)),
        Opened::Remote(object) if anywhere => {
            let random = Random::Remote(object.clone());
            records.read_random(&random, format, Box::new(object.reader()))
        }
        Opened::Remote(object) => records.read(Box::new(object.reader()), how, Some(shard.bytes)),
        Opened::Mapped(mapped) => records.read(Box::new(&mapped[..]), how, Some(shard.bytes)),
    };
    reading.end_level();
    reading.tell();
    end
}

/// The file that is open, and those around it.
struct Level {
    path: String,
    records: Counts,
}

struct Reading<'r> {
    options: &'r ScanOptions,
    visit: &'r mut dyn Visit,
    levels: Vec<Level>,
    shard: &'r str,
    /// Whether lines are read by all threads.
    wide: bool,
    done: &'r (dyn Fn(u64) + Sync),
    /// Records that nobody was told of yet.
    untold: u64,
}

/// What became of a line.
#[expect(
    clippy::large_enum_variant,
    reason = "almost all are the large one, and a box a line would cost more"
)]
enum LineFate {
    Scanned(Meta),
    Skipped,
    Failed,
}

impl Reading<'_> {
    fn begin(&mut self, path: String) {
        self.visit.file_began(&path);
        self.levels.push(Level {
            path,
            records: Counts::default(),
        });
    }

    fn end_level(&mut self) {
        if let Some(level) = self.levels.pop() {
            self.visit.file_ended(&level.path, level.records);
        }
    }

    fn counts(&mut self) -> &mut Counts {
        let level = self.levels.last_mut();
        &mut level.expect("a file is open while it is read").records
    }

    /// Number of the record that comes next.
    fn number(&mut self) -> u64 {
        let counts = self.counts();
        counts.scanned + counts.skipped + counts.failed
    }

    fn scanned(&mut self, meta: Meta) {
        let number = self.number();
        self.visit.record(number, meta);
        self.counts().scanned += 1;
        self.untold += 1;
        if self.untold == STEP {
            self.tell();
        }
    }

    fn tell(&mut self) {
        (self.done)(std::mem::take(&mut self.untold));
    }

    fn skipped(&mut self) {
        self.visit.forget();
        self.counts().skipped += 1;
    }

    fn failed(&mut self) {
        self.visit.forget();
        self.counts().failed += 1;
    }

    fn settle(&mut self, fate: LineFate) {
        match fate {
            LineFate::Scanned(meta) => self.scanned(meta),
            LineFate::Skipped => self.skipped(),
            LineFate::Failed => self.failed(),
        }
    }
}

/// Reads a line, whose fields `field` gets.
fn line(
    options: &ScanOptions,
    (line, offset): (&[u8], u64),
    charset: Charset,
    field: &mut dyn FnMut(FieldName<'_>, FieldText<'_>),
) -> LineFate {
    if line.len() as u64 > options.limits.record_bytes {
        return LineFate::Failed;
    }
    if charset == Charset::Utf8 {
        if let Ok(text) = simdutf8::basic::from_utf8(line) {
            return json(options, (text, offset), line.len(), field);
        }
        let own = Charset::of(line, true);
        let own = if own.cuts_at_line_ends() {
            own
        } else {
            charset
        };
        return json(options, (&own.decode(line).0, offset), line.len(), field);
    }
    json(
        options,
        (&charset.decode(line).0, offset),
        line.len(),
        field,
    )
}

fn json(
    options: &ScanOptions,
    (line, offset): (&str, u64),
    bytes: usize,
    field: &mut dyn FnMut(FieldName<'_>, FieldText<'_>),
) -> LineFate {
    let text = if offset == 0 {
        line.trim_start_matches('\u{FEFF}')
    } else {
        line
    };
    if text.bytes().all(|b| b.is_ascii_whitespace()) {
        return LineFate::Skipped;
    }
    if bytes as u64 > options.limits.record_bytes
        || json::is_too_deep(text, options.limits.json_depth)
    {
        return LineFate::Failed;
    }
    match json::value(text, &options.text, &options.meta, field) {
        Ok(meta) => LineFate::Scanned(meta),
        Err(NoRecord::NoText) => LineFate::Skipped,
        Err(NoRecord::NotJson | NoRecord::NotObject) => LineFate::Failed,
    }
}

/// Hands on a field.
fn whole(visit: &mut dyn Visit, name: FieldName<'_>, field: FieldText<'_>) {
    match field {
        FieldText::Plain(text) => visit.part(name, text),
        FieldText::Escaped(inside) => {
            let (mut unescape, mut text) = (Unescape::new(inside), String::new());
            loop {
                text.clear();
                let more = unescape.fill(&mut text, PART);
                visit.part(name, &text);
                if !more {
                    break;
                }
            }
        }
    }
    visit.end_field();
}

impl RecordSink for Reading<'_> {
    fn part(&mut self, name: FieldName<'_>, text: &str) {
        let number = self.number();
        if self.visit.wants(number) {
            self.visit.part(name, text);
        }
    }

    fn end_field(&mut self) {
        let number = self.number();
        if self.visit.wants(number) {
            self.visit.end_field();
        }
    }

    fn end(&mut self, _: Extent, meta: Meta) {
        self.scanned(meta);
    }

    fn skip(&mut self, _: Extent, _: &str) {
        self.skipped();
    }

    fn fail(&mut self, _: Extent, _: &str) {
        self.failed();
    }

    fn note(&mut self, _: &str) {}

    fn overhead(&mut self, _: u64) {}

    fn lost(&mut self, _: u64) {}

    fn replaced(&mut self, _: u64) {}

    fn lines(&mut self, offset: u64, bytes: Vec<u8>, charset: Charset) {
        let options = self.options;
        let first = self.number();
        // Every line has a number, whatever becomes of it.
        let cut: Vec<(usize, usize, bool)> = lines(&bytes, 0, bytes.len())
            .zip(first..)
            .map(|((from, to), number)| (from, to, self.visit.wants(number)))
            .collect();
        let unwanted = |&(from, to, wanted): &(usize, usize, bool)| {
            let of = (&bytes[from..to], offset + from as u64);
            (!wanted).then(|| line(options, of, charset, &mut |_, _| {}))
        };
        let mut read: Vec<Option<LineFate>> = Vec::new();
        if self.wide {
            cut.par_iter().map(unwanted).collect_into_vec(&mut read);
        }
        let mut read = read.into_iter();
        for (from, to, wanted) in cut {
            let fate = match (read.next().flatten(), wanted) {
                (Some(fate), _) => fate,
                (None, wanted) => {
                    let of = (&bytes[from..to], offset + from as u64);
                    let visit = &mut *self.visit;
                    line(options, of, charset, &mut |name, field| {
                        if wanted {
                            whole(visit, name, field);
                        }
                    })
                }
            };
            self.settle(fate);
        }
    }

    fn page(&mut self, _: Extent, page: Box<Page>) {
        let options = self.options;
        let number = self.number();
        let wanted = self.visit.wants(number);
        let visit = &mut *self.visit;
        let paths = (&options.text, &options.meta, options.limits.json_depth);
        let end = page.read(paths, &mut |name, field| {
            if wanted {
                whole(visit, name, field);
            }
        });
        match end.fate {
            PageFate::Read => self.scanned(page.meta.clone()),
            PageFate::Skip(_) => self.skipped(),
            PageFate::Fail(_) => self.failed(),
        }
    }

    fn open_member(&mut self, path: &str, _: &str) {
        let path = format!("{}{path}", self.shard);
        self.begin(path);
    }

    fn close_member(&mut self, _: Member) {
        self.end_level();
    }
}

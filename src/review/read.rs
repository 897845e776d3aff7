//! Reads files of a corpus again, record by record, numbered as the scan numbered them.
//!
//! What the scan does with the lines and pages that readers hand over unread is done here without
//! rules, in the same order of the same questions (`scan/piece.rs`). That both agree is checked
//! at every file: [`Visit::file_ended`] gets the numbers of its records.

use std::sync::atomic::AtomicBool;

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
pub(super) fn read(shard: &Shard, options: &ScanOptions, visit: &mut dyn Visit) -> ReadEnd {
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
        chunk: PART,
        budget: &budget,
        stop: &stop,
    };
    let mut reading = Reading {
        options,
        visit,
        levels: Vec::new(),
        shard: &shard.path,
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
    }

    fn skipped(&mut self) {
        self.visit.forget();
        self.counts().skipped += 1;
    }

    fn failed(&mut self) {
        self.visit.forget();
        self.counts().failed += 1;
    }

    fn line(&mut self, line: &[u8], offset: u64, charset: Charset) {
        if line.len() as u64 > self.options.limits.record_bytes {
            return self.failed();
        }
        if charset == Charset::Utf8 {
            if let Ok(text) = simdutf8::basic::from_utf8(line) {
                return self.json(text, offset, line.len());
            }
            let own = Charset::of(line, true);
            let own = if own.cuts_at_line_ends() {
                own
            } else {
                charset
            };
            return self.json(&own.decode(line).0, offset, line.len());
        }
        self.json(&charset.decode(line).0, offset, line.len());
    }

    fn json(&mut self, line: &str, offset: u64, bytes: usize) {
        let text = if offset == 0 {
            line.trim_start_matches('\u{FEFF}')
        } else {
            line
        };
        if text.bytes().all(|b| b.is_ascii_whitespace()) {
            return self.skipped();
        }
        let options = self.options;
        if bytes as u64 > options.limits.record_bytes
            || json::is_too_deep(text, options.limits.json_depth)
        {
            return self.failed();
        }
        let number = self.number();
        let wanted = self.visit.wants(number);
        let visit = &mut *self.visit;
        let result = json::value(text, &options.text, &options.meta, &mut |name, field| {
            if wanted {
                whole(visit, name, field);
            }
        });
        match result {
            Ok(meta) => self.scanned(meta),
            Err(NoRecord::NoText) => self.skipped(),
            Err(NoRecord::NotJson | NoRecord::NotObject) => self.failed(),
        }
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
        for (from, to) in lines(&bytes, 0, bytes.len()) {
            self.line(&bytes[from..to], offset + from as u64, charset);
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

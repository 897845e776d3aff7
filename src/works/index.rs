//! From directories to works: whatever a scan can read, named by the manifest beside it.

use std::cell::RefCell;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::build::{Builder, MOST_UNITS, Reading};
use super::manifest::{self, Named};
use crate::SetupError;
use crate::corpus::page::{Page, PageFate};
use crate::corpus::split::json::{self, FieldText, MetaPaths, TextPaths, Unescape};
use crate::corpus::split::jsonl::lines;
use crate::corpus::{
    Budget, Charset, DiscoverOptions, Extent, Fate, FieldName, Limits, Member, Meta, Random,
    ReadContext, ReadEnd, RecordSink, Records, Shard, Skip, discover,
};

/// Bytes that are read or decoded at a time.
const PART: usize = 256 << 10;

/// One byte in so many may be no text; a scan asks for the same.
const MOST_REPLACED: u64 = 50;

/// What a work is.
#[derive(Clone, Debug)]
pub struct IndexOptions {
    /// Whether every record of a file is a work of its own.
    pub records: bool,
    /// Which fields hold text.
    pub text: TextPaths,
    /// Units of the shortest work that is kept.
    pub shortest: u64,
}

/// What became of something that is not in the pack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// Which file, or record of it.
    pub path: String,
    /// Why.
    pub why: Why,
}

/// Why something is not in the pack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It has the text of another one.
    Same(String),
    /// It has no letter and no digit.
    NoText,
    /// It has so many units only.
    Short(u64),
    /// It has more than a work can have.
    Long,
    /// It is left out: reason code.
    Skipped(String),
    /// It cannot be read: reason code and sentence.
    Failed(String, String),
}

impl Why {
    /// Whether it should have been read.
    pub const fn is_failure(&self) -> bool {
        matches!(self, Self::Failed(..) | Self::Long)
    }
}

/// Adds all works below `dirs` to a builder: what was left out, in order.
///
/// # Errors
///
/// A directory that cannot be walked, a manifest that is wrong or names what is not there.
pub fn index(
    builder: &Builder,
    dirs: &[PathBuf],
    options: &IndexOptions,
) -> Result<Vec<Remark>, SetupError> {
    let told = Mutex::new(Told::default());
    for dir in dirs {
        let named = if dir.is_dir() {
            manifest::read(dir)?
        } else {
            Named::default()
        };
        let own_files = named
            .file
            .iter()
            .filter_map(|file| file.canonicalize().ok());
        let found = DiscoverOptions {
            own_files: own_files.collect(),
            ..DiscoverOptions::default()
        };
        let shards = discover(std::slice::from_ref(dir), &found)?;
        named.check(shards.iter().map(|shard| shard.path.as_str()))?;
        let several = (dirs.len() > 1).then_some(dir.as_path());
        shards.par_iter().for_each(|shard| {
            let of = Indexing::new(builder, options, &named, (shard, several), &told);
            of.run(shard);
        });
    }
    let told = told.into_inner();
    Ok(told
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .end())
}

/// What was said so far.
#[derive(Default)]
struct Told {
    remarks: Vec<Remark>,
    /// Digest and path of what is kept.
    kept: Vec<(String, String)>,
}

impl Told {
    fn end(mut self) -> Vec<Remark> {
        self.kept.sort_unstable();
        for same in self.kept.chunk_by(|a, b| a.0 == b.0) {
            self.remarks
                .extend(same[1..].iter().map(|(_, path)| Remark {
                    path: path.clone(),
                    why: Why::Same(same[0].1.clone()),
                }));
        }
        self.remarks.sort();
        self.remarks
    }
}

/// One file, as it is read.
struct Indexing<'i> {
    builder: &'i Builder,
    options: &'i IndexOptions,
    named: &'i Named,
    told: &'i Mutex<Told>,
    meta: MetaPaths,
    /// Path of the file, and what stands before it in messages.
    path: String,
    before: String,
    /// What is being read: the file, or files in it.
    levels: Vec<Level<'i>>,
}

struct Level<'i> {
    path: String,
    open: RefCell<Option<Reading<'i>>>,
    records: u64,
    /// Bytes that were replaced because they are no text.
    replaced: u64,
    failed: Option<(String, String)>,
}

impl Level<'_> {
    const fn new(path: String) -> Self {
        Self {
            path,
            open: RefCell::new(None),
            records: 0,
            replaced: 0,
            failed: None,
        }
    }
}

impl<'i> Indexing<'i> {
    fn new(
        builder: &'i Builder,
        options: &'i IndexOptions,
        named: &'i Named,
        (shard, several): (&Shard, Option<&Path>),
        told: &'i Mutex<Told>,
    ) -> Self {
        Self {
            builder,
            options,
            named,
            told,
            meta: MetaPaths {
                id: vec!["id".to_owned()],
                ..MetaPaths::default()
            },
            path: shard.path.clone(),
            before: several.map_or_else(String::new, |dir| format!("{}: ", dir.display())),
            levels: Vec::new(),
        }
    }

    fn run(mut self, shard: &Shard) {
        let (format, compression) = match &shard.fate {
            Fate::Read(format, compression) => (*format, *compression),
            Fate::Skip(Skip::Configuration) => return,
            Fate::Skip(skip) => {
                return self.remark(&shard.path, Why::Skipped(skip.as_str().to_owned()));
            }
            Fate::Fail(code, what) => {
                return self.remark(&shard.path, Why::Failed(code.clone(), what.clone()));
            }
        };
        let file = match File::open(&shard.location) {
            Ok(file) => file,
            Err(error) => {
                let why = Why::Failed("cannot-open".to_owned(), error.to_string());
                return self.remark(&shard.path, why);
            }
        };
        let limits = Limits::default();
        let budget = Budget::new(shard.bytes, &limits);
        let meta = self.meta.clone();
        let stop = AtomicBool::new(false);
        let text = self.options.text.clone();
        let context = ReadContext {
            text: &text,
            meta: &meta,
            limits: &limits,
            chunk: PART,
            budget: &budget,
            stop: &stop,
        };
        self.levels.push(Level::new(shard.path.clone()));
        let anywhere = format.is_random() && compression == crate::corpus::Compression::None;
        let end = {
            let mut records = Records::new(&mut self, &context);
            match file.try_clone() {
                Ok(again) if anywhere => {
                    let random = Random::File(again, shard.bytes);
                    records.read_random(&random, format, Box::new(&file))
                }
                _ => records.read(Box::new(&file), (format, compression), Some(shard.bytes)),
            }
        };
        let archive = format.is_archive();
        if let Some(level) = self.levels.pop() {
            self.close(level, &end, archive);
        }
    }

    fn remark(&self, path: &str, why: Why) {
        let path = format!("{}{path}", self.before);
        self.lock().remarks.push(Remark { path, why });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Told> {
        let told = self.told.lock();
        told.unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn level(&mut self) -> Option<&mut Level<'i>> {
        self.levels.last_mut()
    }

    fn text(&mut self, text: &str) {
        let builder = self.builder;
        if let Some(level) = self.level() {
            level
                .open
                .get_mut()
                .get_or_insert_with(|| builder.work())
                .push(text);
        }
    }

    /// The record has ended.
    fn ended(&mut self, id: Option<String>) {
        let records = self.options.records;
        let Some(level) = self.level() else { return };
        level.records += 1;
        if records {
            let number = level.records;
            let name = id.unwrap_or_else(|| number.to_string());
            let name = format!("{}#{name}", level.path);
            if let Some(reading) = level.open.get_mut().take() {
                self.keep(reading, &name);
            }
        }
    }

    /// What was read of the record does not count.
    fn broken(&mut self, reason: &str) {
        let records = self.options.records;
        let Some(level) = self.level() else { return };
        level.records += 1;
        if records {
            level.open.get_mut().take();
            let path = format!("{}#{}", level.path, level.records);
            self.remark(&path, Why::Failed(reason.to_owned(), reason.to_owned()));
        } else {
            level.failed = Some((reason.to_owned(), "a part of it cannot be read".to_owned()));
        }
    }

    /// A file has ended.
    fn close(&self, level: Level<'i>, end: &ReadEnd, archive: bool) {
        let Level {
            path,
            open,
            replaced,
            mut failed,
            ..
        } = level;
        if replaced * MOST_REPLACED > end.decoded_bytes {
            let what = format!("{replaced} bytes of it are no text");
            failed = failed.or_else(|| Some(("charset".to_owned(), what)));
        }
        match (open.into_inner(), failed.or_else(|| end.error.clone())) {
            (_, Some((code, what))) => self.remark(&path, Why::Failed(code, what)),
            (Some(reading), None) => self.keep(reading, &path),
            (None, None) if archive || self.options.records => {}
            (None, None) => self.remark(&path, Why::NoText),
        }
    }

    fn keep(&self, reading: Reading<'i>, path: &str) {
        let units = reading.units();
        let why = if units == 0 {
            Why::NoText
        } else if units < self.options.shortest {
            Why::Short(units)
        } else if units > MOST_UNITS {
            Why::Long
        } else {
            let digest = reading.digest();
            let about = self.named.about(&self.path, path);
            match reading.end(about) {
                Ok(()) => {
                    let path = format!("{}{path}", self.before);
                    self.lock().kept.push((digest, path));
                    return;
                }
                Err(error) => Why::Failed("cannot-write".to_owned(), error.to_string()),
            }
        };
        self.remark(path, why);
    }

    fn field(&mut self, text: FieldText<'_>) {
        match text {
            FieldText::Plain(text) => self.text(text),
            FieldText::Escaped(inside) => {
                let mut unescape = Unescape::new(inside);
                let mut buffer = String::new();
                loop {
                    buffer.clear();
                    let more = unescape.fill(&mut buffer, PART);
                    self.text(&buffer);
                    if !more {
                        break;
                    }
                }
            }
        }
    }

    fn line(&mut self, line: &str) {
        if line.trim().is_empty() {
            return;
        }
        let (text, meta) = (self.options.text.clone(), self.meta.clone());
        if json::is_too_deep(line, Limits::default().json_depth) {
            return self.broken("json-depth");
        }
        let mut take = |_: FieldName<'_>, field: FieldText<'_>| self.field(field);
        match json::value(line, &text, &meta, &mut take) {
            Ok(meta) => self.ended(meta.id),
            Err(json::NoRecord::NoText) => self.ended(None),
            Err(json::NoRecord::NotJson | json::NoRecord::NotObject) => self.broken("not-json"),
        }
    }
}

impl RecordSink for Indexing<'_> {
    fn part(&mut self, _: FieldName<'_>, text: &str) {
        self.text(text);
    }

    fn end_field(&mut self) {}

    fn end(&mut self, _: Extent, meta: Meta) {
        self.ended(meta.id);
    }

    fn skip(&mut self, _: Extent, _: &str) {
        self.ended(None);
    }

    fn fail(&mut self, _: Extent, reason: &str) {
        self.broken(reason);
    }

    fn note(&mut self, _: &str) {}

    fn overhead(&mut self, _: u64) {}

    fn lost(&mut self, _: u64) {
        self.broken("cut-off");
    }

    fn replaced(&mut self, bytes: u64) {
        if let Some(level) = self.level() {
            level.replaced += bytes;
        }
    }

    fn lines(&mut self, _: u64, bytes: Vec<u8>, charset: Charset) {
        let all: Vec<(usize, usize)> = lines(&bytes, 0, bytes.len()).collect();
        for (from, to) in all {
            let (text, replaced) = charset.decode(&bytes[from..to]);
            self.replaced(replaced);
            self.line(text.trim_start_matches('\u{FEFF}'));
        }
    }

    fn page(&mut self, _: Extent, page: Box<Page>) {
        let text = self.options.text.clone();
        let (meta, depth) = (self.meta.clone(), Limits::default().json_depth);
        let end = page.read((&text, &meta, depth), &mut |_, field| self.field(field));
        match end.fate {
            PageFate::Read => self.ended(page.meta.id.clone()),
            PageFate::Skip(_) => self.ended(None),
            PageFate::Fail(reason) => self.broken(reason),
        }
        self.replaced(end.replaced);
    }

    fn open_member(&mut self, path: &str, _: &str) {
        let path = format!("{}{path}", self.path);
        self.levels.push(Level::new(path));
    }

    fn close_member(&mut self, member: Member) {
        let Some(level) = self.levels.pop() else {
            return;
        };
        match (&member.fate, &member.end) {
            (Fate::Read(format, _), Some(end)) => {
                self.close(level, end, format.is_archive());
            }
            (Fate::Fail(code, what), _) => {
                self.remark(&level.path, Why::Failed(code.clone(), what.clone()));
            }
            (Fate::Skip(skip), _) => {
                self.remark(&level.path, Why::Skipped(skip.as_str().to_owned()));
            }
            (Fate::Read(..), None) => {
                let why = Why::Failed("cannot-read".to_owned(), "it was not read".to_owned());
                self.remark(&level.path, why);
            }
        }
    }
}

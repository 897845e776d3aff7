//! For tests of readers: what a file gives, as plain values.
#![allow(missing_docs, reason = "only tests see it")]

use std::sync::atomic::AtomicBool;

use crate::ShardError;
use crate::corpus::limits::{Budget, Limits};
use crate::corpus::page::Page;
use crate::corpus::records::{Extent, FieldName, Member, Meta, ReadContext, RecordSink, Records};
use crate::corpus::split::json::{FieldText, MetaPaths, TextPaths, Unescape, record};
use crate::corpus::{Charset, Random};

/// A record that was read: its number, id, whether all of it was scanned, and fields as
/// `path|key=text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub offset: u64,
    pub id: Option<String>,
    pub whole: bool,
    pub fields: Vec<String>,
}

/// Everything that was told.
#[derive(Debug, Default)]
pub struct Collected {
    pub records: Vec<Told>,
    pub skipped: usize,
    pub failed: usize,
    pub replaced: u64,
    fields: Vec<String>,
    open: Option<String>,
}

impl RecordSink for Collected {
    fn part(&mut self, name: FieldName<'_>, text: &str) {
        let begin = || format!("{}|{}=", name.path, name.key);
        self.open.get_or_insert_with(begin).push_str(text);
    }
    fn end_field(&mut self) {
        self.fields.extend(self.open.take());
    }
    fn end(&mut self, at: Extent, meta: Meta) {
        self.records.push(Told {
            offset: at.offset,
            id: meta.id,
            whole: meta.whole,
            fields: std::mem::take(&mut self.fields),
        });
    }
    fn skip(&mut self, _at: Extent, reason: &str) {
        assert_eq!((reason, self.fields.len()), ("no-text", 0));
        self.skipped += 1;
    }
    fn fail(&mut self, _at: Extent, _reason: &str) {
        self.failed += 1;
    }
    fn note(&mut self, _reason: &str) {}
    fn overhead(&mut self, _bytes: u64) {}
    fn lost(&mut self, _bytes: u64) {}
    fn replaced(&mut self, bytes: u64) {
        self.replaced += bytes;
    }
    fn lines(&mut self, _offset: u64, _lines: Vec<u8>, _charset: Charset) {}
    fn page(&mut self, _at: Extent, _page: Box<Page>) {
        unreachable!("tables hold no pages");
    }
    fn open_member(&mut self, _path: &str, _archive: &str) {}
    fn close_member(&mut self, _member: Member) {}
}

pub type Reader = fn(&Random<'_>, &mut Records<'_>) -> Result<(), ShardError>;

/// What `reader` tells of `bytes`, with text at `paths` and the id at `id`.
pub fn told(reader: Reader, bytes: &[u8], paths: &[&str]) -> (Collected, Result<(), ShardError>) {
    told_random(reader, &Random::Bytes(bytes), paths, &Limits::default())
}

pub fn told_random(
    reader: Reader,
    random: &Random<'_>,
    paths: &[&str],
    limits: &Limits,
) -> (Collected, Result<(), ShardError>) {
    let text = TextPaths::new(paths).unwrap();
    let meta = id_paths();
    let budget = Budget::new(random.len(), limits);
    let stop = AtomicBool::new(false);
    let context = ReadContext {
        text: &text,
        meta: &meta,
        limits,
        chunk: 1 << 20,
        budget: &budget,
        stop: &stop,
    };
    let mut collected = Collected::default();
    let result = reader(random, &mut Records::new(&mut collected, &context));
    (collected, result)
}

fn id_paths() -> MetaPaths {
    MetaPaths {
        id: vec!["id".to_owned()],
        sources: vec![],
        ..MetaPaths::default()
    }
}

/// What the same documents give as lines of JSON.
pub fn told_as_json(lines: &[String], paths: &[&str]) -> Vec<Told> {
    let text = TextPaths::new(paths).unwrap();
    let mut all = Vec::new();
    for (offset, line) in (0..).zip(lines) {
        let mut fields = Vec::new();
        let meta = record(line, &text, &id_paths(), &mut |name, value| {
            let mut decoded = String::new();
            match value {
                FieldText::Plain(plain) => decoded.push_str(plain),
                FieldText::Escaped(inside) => {
                    Unescape::new(inside).fill(&mut decoded, usize::MAX);
                }
            }
            fields.push(format!("{}|{}={decoded}", name.path, name.key));
        });
        if let Ok(meta) = meta {
            all.push(Told {
                offset,
                id: meta.id,
                whole: meta.whole,
                fields,
            });
        }
    }
    all
}

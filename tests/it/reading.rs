//! What must hold of a shard whatever bytes are in it; the fuzz targets hold their inputs against
//! the same.
//!
//! A shard is read twice, at once and in drops, and scanned twice, mapped in small pieces and as a
//! stream in large ones. What is told must be the same, the sums must close at every level, spans
//! must lie in their fields, and no more may come out than the limits let.

use std::collections::BTreeMap;
use std::io::{self, Read, Write as _};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, LazyLock};

use yujian::corpus::page::Page;
use yujian::corpus::split::json::{self, MetaPaths, TextPaths, Unescape};
use yujian::corpus::split::jsonl;
use yujian::corpus::{
    Budget, Charset, Compression, Extent, Fate, FieldName, Format, Limits, Member, Meta, Random,
    ReadContext, ReadEnd, RecordSink, Records, Shard,
};
use yujian::detect::{DetectOptions, Scanner};
use yujian::rules::RuleSet;
use yujian::scan::{
    Event, Line, MemberOutcome, Nothing, PieceOutcome, Progress, ScanOptions, ShardOutcome,
};

/// Bytes that a shard may decode to here: enough for every honest case, little for a fuzzer.
const DECODED: u64 = 8 << 20;

/// Limits that small inputs can reach.
fn limits() -> Limits {
    Limits {
        decoded_bytes: DECODED,
        members: 64,
        json_depth: 64,
        csv_columns: 100,
        record_bytes: 64 << 10,
        spool_memory: 64 << 10,
        spool_bytes: DECODED,
        ..Limits::default()
    }
}

/// Holds `bytes`, a shard of this form, against everything above.
///
/// # Panics
///
/// If something of it is not so.
pub fn check(bytes: &[u8], format: Format, compression: Compression) {
    let (end, told) = read(bytes, format, compression, 64 << 10, usize::MAX);
    let (again, told_again) = read(bytes, format, compression, 512, 7);
    let reason = |end: &ReadEnd| end.error.as_ref().map(|(reason, _)| reason.clone());
    assert_eq!(reason(&end), reason(&again), "in drops it ends otherwise");
    if end.error.is_none() {
        assert_eq!(end, again, "in drops it reads otherwise");
        assert_eq!(
            told.digest(),
            told_again.digest(),
            "in drops it tells of something else"
        );
        assert_eq!(end.stored_bytes, bytes.len() as u64);
    }
    if end.stored_bytes == bytes.len() as u64 && !end.digest.is_empty() {
        assert_eq!(end.digest, blake3::hash(bytes).to_hex().as_str());
    }
    assert!(end.decoded_bytes <= DECODED + bytes.len() as u64 + (1 << 20));
    // Characters of one byte become three at most, and heads of pages are told of beside them.
    assert!(
        told.text <= 8 * end.decoded_bytes + (64 << 10),
        "more text than there was"
    );

    let (findings, counts) = scan(bytes, format, compression, (1024, true), &told);
    let (findings_again, counts_again) = scan(bytes, format, compression, (64 << 10, false), &told);
    if end.error.is_none() {
        assert_eq!(counts, counts_again, "other pieces, other counts");
        assert_eq!(findings, findings_again, "other pieces, other findings");
    }
}

/// Gives so many bytes at a time at most.
struct Drops<'a>(&'a [u8], usize);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.1);
        self.0.read(&mut buffer[..most])
    }
}

fn read(
    bytes: &[u8],
    format: Format,
    compression: Compression,
    chunk: usize,
    drop: usize,
) -> (ReadEnd, Told) {
    let (text, meta, limits) = (TextPaths::default(), MetaPaths::default(), limits());
    let stop = AtomicBool::new(false);
    let budget = Budget::new(bytes.len() as u64, &limits);
    let context = ReadContext {
        text: &text,
        meta: &meta,
        limits: &limits,
        chunk,
        budget: &budget,
        stop: &stop,
    };
    let mut told = Told {
        levels: vec![(0, 0)],
        ..Told::default()
    };
    let mut records = Records::new(&mut told, &context);
    let whole = Box::new(Drops(bytes, drop));
    let anywhere = format.is_random() && compression == Compression::None;
    let end = if anywhere && drop == usize::MAX {
        records.read_random(&Random::Bytes(bytes), format, whole)
    } else {
        records.read(whole, (format, compression), None)
    };
    told.check(&end);
    (end, told)
}

/// What a reader tells, with its sums by level.
#[derive(Default)]
struct Told {
    /// Own decoded bytes and those of files, for the shard and each file that is open.
    levels: Vec<(u64, u64)>,
    /// What is told, in an order and in parts that do not depend on how it was read.
    said: blake3::Hasher,
    /// Fields of the record that is open: path, key and text.
    fields: Vec<(String, String, String)>,
    in_field: bool,
    /// Bytes of all text.
    text: u64,
    replaced: u64,
    /// The longest field by path.
    longest: BTreeMap<String, u64>,
}

impl Told {
    fn add(&mut self, bytes: u64) {
        self.levels.last_mut().unwrap().0 += bytes;
    }

    fn check(&self, end: &ReadEnd) {
        let (own, inside) = *self.levels.last().unwrap();
        let told = (own + inside, inside);
        assert_eq!(
            (end.decoded_bytes, end.member_bytes),
            told,
            "the sums do not close"
        );
    }

    fn digest(&self) -> blake3::Hash {
        self.said.finalize()
    }

    fn say(&mut self, what: &str) {
        self.said.update(what.as_bytes());
        self.said.update(b"\n");
    }

    fn measure(&mut self, path: &str, bytes: usize) {
        let longest = self.longest.entry(path.to_owned()).or_default();
        *longest = (*longest).max(bytes as u64);
    }

    /// The fields of a record that is read, or nothing of one that is not.
    fn close(&mut self, read: bool) {
        self.in_field = false;
        for (path, key, text) in std::mem::take(&mut self.fields) {
            if read {
                self.measure(&path, text.len());
                self.say(&format!("{path:?} {key:?} {text:?}"));
            }
        }
    }
}

/// Text of a field as it is meant.
fn meant(text: json::FieldText<'_>) -> String {
    match text {
        json::FieldText::Plain(text) => text.to_owned(),
        json::FieldText::Escaped(inside) => {
            let mut text = String::new();
            Unescape::new(inside).fill(&mut text, usize::MAX);
            text
        }
    }
}

impl RecordSink for Told {
    fn part(&mut self, name: FieldName<'_>, text: &str) {
        self.text += text.len() as u64;
        if !std::mem::replace(&mut self.in_field, true) {
            self.fields
                .push((name.path.to_owned(), name.key.to_owned(), String::new()));
        }
        self.fields.last_mut().unwrap().2.push_str(text);
    }

    fn end_field(&mut self) {
        self.in_field = false;
    }

    fn end(&mut self, at: Extent, meta: Meta) {
        self.add(at.bytes);
        self.close(true);
        self.say(&format!("{at:?} {meta:?}"));
    }

    fn skip(&mut self, at: Extent, reason: &str) {
        self.add(at.bytes);
        self.close(false);
        self.say(&format!("{at:?} {reason}"));
    }

    fn fail(&mut self, at: Extent, reason: &str) {
        self.skip(at, reason);
    }

    fn note(&mut self, reason: &str) {
        self.say(reason);
    }

    fn overhead(&mut self, bytes: u64) {
        self.add(bytes);
    }

    fn lost(&mut self, bytes: u64) {
        self.add(bytes);
        self.close(false);
    }

    fn replaced(&mut self, bytes: u64) {
        self.replaced += bytes;
    }

    fn lines(&mut self, offset: u64, lines: Vec<u8>, charset: Charset) {
        self.add(lines.len() as u64);
        for (from, to) in jsonl::lines(&lines, 0, lines.len()) {
            let (text, meta) = (TextPaths::default(), MetaPaths::default());
            let line = &lines[from..to];
            self.say(&format!("{} {line:?}", offset + from as u64));
            // As a piece does it: a line may be in a charset of its own.
            let decoded = if charset == Charset::Utf8 && std::str::from_utf8(line).is_err() {
                let own = Charset::of(line, true);
                if own.cuts_at_line_ends() {
                    own.decode(line).0
                } else {
                    charset.decode(line).0
                }
            } else {
                charset.decode(line).0
            };
            if !json::is_too_deep(&decoded, limits().json_depth) {
                let _ = json::value(&decoded, &text, &meta, &mut |name, field| {
                    self.measure(name.path, meant(field).len());
                });
            }
        }
    }

    fn page(&mut self, at: Extent, page: Box<Page>) {
        self.add(at.bytes);
        self.say(&format!("{at:?} {page:?}"));
        let (text, meta) = (TextPaths::default(), MetaPaths::default());
        let _ = page.read((&text, &meta, limits().json_depth), &mut |name, field| {
            self.measure(name.path, meant(field).len());
        });
    }

    fn open_member(&mut self, path: &str, archive: &str) {
        self.levels.push((0, 0));
        self.say(&format!("{path} in {archive}"));
    }

    fn close_member(&mut self, member: Member) {
        match &member.end {
            Some(end) => self.check(end),
            None => assert_eq!(self.levels.last(), Some(&(0, 0))),
        }
        self.close(false);
        self.levels.pop();
        self.levels.last_mut().unwrap().1 += member.packed_bytes;
        self.say(&format!("{member:?}"));
    }
}

static SCANNER: LazyLock<Scanner> = LazyLock::new(|| {
    let rules = RuleSet::builtin().unwrap();
    Scanner::new(Arc::new(rules), DetectOptions::default()).unwrap()
});

static POOL: LazyLock<rayon::ThreadPool> = LazyLock::new(|| {
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap()
});

/// Scans a shard in pieces of so many bytes, mapped or not. All findings, in order, and how many
/// records were scanned, skipped and failed.
fn scan(
    bytes: &[u8],
    format: Format,
    compression: Compression,
    (chunk, map): (usize, bool),
    told: &Told,
) -> (Vec<String>, [u64; 3]) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let shards = [Shard {
        path: "shard".to_owned(),
        location: file.path().to_owned(),
        source: "source".to_owned(),
        bytes: bytes.len() as u64,
        fate: Fate::Read(format, compression),
    }];
    let options = ScanOptions {
        limits: limits(),
        chunk,
        map,
        ..ScanOptions::default()
    };
    let line = Line {
        shards: &shards,
        scanner: &SCANNER,
        options: &options,
        finished: &Nothing,
        known: None,
        stop: &AtomicBool::new(false),
        progress: &Progress::default(),
    };
    let (send, events) = crossbeam_channel::unbounded();
    POOL.install(|| line.run(&send));
    drop(send);
    let (mut pieces, mut members, mut outcome) = (Vec::new(), Vec::new(), None);
    for event in events {
        match event {
            Event::Piece(piece) => pieces.push(*piece),
            Event::Member(member) => members.push(*member),
            Event::Shard(shard) => outcome = Some(shard),
        }
    }
    let outcome = outcome.expect("a shard ends");
    pieces.sort_by_key(|piece| piece.piece);
    sums_close(&pieces, &members, &outcome);
    (found(&pieces, told), counts(&pieces))
}

fn counts(pieces: &[PieceOutcome]) -> [u64; 3] {
    let sum = |of: fn(&PieceOutcome) -> u64| pieces.iter().map(of).sum();
    [
        sum(|p| p.records.scanned),
        sum(|p| p.records.skipped),
        sum(|p| p.records.failed),
    ]
}

fn sums_close(pieces: &[PieceOutcome], members: &[MemberOutcome], shard: &ShardOutcome) {
    let numbers = pieces.iter().map(|piece| piece.piece);
    assert!(numbers.eq(0..shard.pieces), "a piece is missing");
    assert_eq!(members.len(), shard.members as usize);
    let ends = members.iter().filter_map(|member| member.read.end.as_ref());
    let inside: u64 = ends.map(|end| end.decoded_bytes - end.member_bytes).sum();
    let own = shard.decoded_bytes - shard.member_bytes;
    let of_pieces: u64 = pieces.iter().map(|piece| piece.bytes.total()).sum();
    assert_eq!(of_pieces, own + inside, "bytes do not close");
    for piece in pieces {
        let tally = piece.tally.total();
        assert_eq!((tally.records, tally.bytes), (piece.records, piece.bytes));
    }
}

fn found(pieces: &[PieceOutcome], told: &Told) -> Vec<String> {
    let records = pieces.iter().flat_map(|piece| &piece.outcomes);
    let mut all = Vec::new();
    for (record, finding) in records.flat_map(|r| r.findings.iter().map(move |f| (r, f))) {
        let longest = told.longest.get(&finding.field).copied();
        let within = longest.is_some_and(|longest| finding.span.end <= longest);
        assert!(
            within && !finding.span.is_empty(),
            "a span outside its field"
        );
        assert!(finding.code_points.len() <= finding.span.len());
        all.push(format!("{} {} {finding:?}", record.offset, record.bytes));
    }
    all
}

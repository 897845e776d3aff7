//! JSON files: a list of records, one object, or objects one behind another. Only one record is
//! in memory at a time; one that is longer than the limit is scanned string by string.

use std::io::Read;

use super::json::DEEPEST;
use super::json_long::LongValue;
use super::json_syntax::{Step, Syntax};
use crate::corpus::Charset;
use crate::corpus::records::{Extent, FieldName, Meta, Records};
use crate::{Limit, ShardError};

/// Bytes read at a time.
const PART: usize = 256 << 10;

/// What may come next between records.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Between {
    /// A list, or a value.
    Start,
    /// A first record of the list, or its end.
    First,
    /// A comma or the end of the list.
    Comma,
    /// Another record of the list.
    Next,
    /// Another object, or the end of the file.
    Object,
    /// The end of the file.
    End,
}

/// Reads the file to its end.
///
/// # Errors
///
/// Those of reading; the first byte that cannot stand where it does, after which nothing can be
/// told apart. Records before are told of.
pub fn read(reader: &mut dyn Read, records: &mut Records<'_>) -> Result<(), ShardError> {
    let mut file = File {
        reader,
        buffer: Vec::new(),
        at: 0,
        base: 0,
        ended: false,
        failure: None,
        overhead: 0,
    };
    let result = file.records(records);
    records.overhead(file.overhead);
    // What could not be read is why it ends where it does.
    file.failure.map_or(result, Err)
}

struct File<'a> {
    reader: &'a mut dyn Read,
    buffer: Vec<u8>,
    /// Next byte in the buffer, which begins at byte `base` of the file.
    at: usize,
    base: u64,
    ended: bool,
    /// Why nothing more can be read, if that is not the end.
    failure: Option<ShardError>,
    /// Bytes between records, told of at the end.
    overhead: u64,
}

impl File<'_> {
    fn records(&mut self, records: &mut Records<'_>) -> Result<(), ShardError> {
        self.more();
        if self.buffer.starts_with(b"\xEF\xBB\xBF") {
            self.pass(3);
        }
        let mut between = Between::Start;
        while let Some(byte) = self.next_byte() {
            between = match (between, byte) {
                (_, b' ' | b'\t' | b'\n' | b'\r') => {
                    self.pass(1);
                    between
                }
                (Between::Start, b'[') => {
                    self.pass(1);
                    Between::First
                }
                (Between::First | Between::Comma, b']') => {
                    self.pass(1);
                    Between::End
                }
                (Between::Comma, b',') => {
                    self.pass(1);
                    Between::Next
                }
                (Between::First | Between::Next, _) => {
                    self.record(records)?;
                    Between::Comma
                }
                (Between::Start | Between::Object, b'{') => {
                    self.record(records)?;
                    Between::Object
                }
                (Between::Start, _) => {
                    self.record(records)?;
                    Between::End
                }
                (Between::Object | Between::Comma | Between::End, _) => {
                    return Err(self.wrong("something stands here that is no JSON"));
                }
            };
        }
        match between {
            Between::Object | Between::End => Ok(()),
            Between::Start => Err(self.wrong("there is no JSON value in it")),
            _ => Err(self.wrong("the list ends before it is closed")),
        }
    }

    /// Reads one value, which begins here, as a record.
    fn record(&mut self, records: &mut Records<'_>) -> Result<(), ShardError> {
        let limits = records.context.limits;
        let mut syntax = Syntax::new(limits.json_depth.min(DEEPEST));
        let offset = self.base + self.at as u64;
        // Bytes of the record that are no longer in the buffer.
        let (mut passed, mut scanned) = (0u64, self.at);
        let mut long = LongValue::new();
        let end = loop {
            match syntax.take(&self.buffer[scanned..]) {
                Step::Ended(end) => break scanned + end,
                Step::Wrong(wrong) => {
                    self.at = scanned + wrong;
                    return Err(self.wrong("something stands here that is no JSON"));
                }
                Step::More => scanned = self.buffer.len(),
            }
            if passed > 0 || (scanned - self.at) as u64 > limits.record_bytes {
                hand_on(&mut long, &self.buffer[self.at..scanned], records);
                passed += (scanned - self.at) as u64;
                self.at = scanned;
            }
            let before = self.at;
            if !self.more() {
                if syntax.may_end() {
                    break self.buffer.len();
                }
                self.at = self.buffer.len();
                return Err(self.wrong("a value ends before it is whole"));
            }
            scanned -= before - self.at;
        };
        let bytes = passed + (end - self.at) as u64;
        let at = Extent { offset, bytes };
        if bytes > limits.record_bytes {
            hand_on(&mut long, &self.buffer[self.at..end], records);
            long.end(&mut |key, text, ends| part(key, text, ends, records));
            records.note("note:long-record");
            let meta = Meta {
                whole: true,
                ..Meta::default()
            };
            records.end(at, meta);
        } else if syntax.too_deep {
            records.fail(at, Limit::JsonDepth.reason());
        } else {
            tell(&self.buffer[self.at..end], at, records);
        }
        self.at = end;
        Ok(())
    }

    fn next_byte(&mut self) -> Option<u8> {
        while self.at == self.buffer.len() {
            if !self.more() {
                return None;
            }
        }
        Some(self.buffer[self.at])
    }

    /// Drops what was passed, and reads more. Says whether there was any.
    fn more(&mut self) -> bool {
        if self.ended {
            return false;
        }
        self.buffer.drain(..self.at);
        self.base += self.at as u64;
        self.at = 0;
        let before = self.buffer.len();
        // Longer records are read in longer parts, so that moving them does not add up.
        let part = PART.max(before);
        let read = self.reader.take(part as u64).read_to_end(&mut self.buffer);
        let grown = self.buffer.len() - before;
        self.ended = grown < part;
        if let Err(error) = read {
            let decoded = self.base + self.buffer.len() as u64;
            self.failure = Some(ShardError::from_read(error, decoded));
            self.ended = true;
        }
        grown > 0
    }

    fn pass(&mut self, bytes: usize) {
        self.at += bytes;
        self.overhead += bytes as u64;
    }

    fn wrong(&self, what: &'static str) -> ShardError {
        ShardError::Malformed {
            reason: "not-json",
            what,
            offset: self.base + self.at as u64,
        }
    }
}

/// Hands on a part of a record that is too long to be held whole.
fn hand_on(long: &mut LongValue, raw: &[u8], records: &mut Records<'_>) {
    long.take(raw, &mut |key, text, ends| part(key, text, ends, records));
}

fn part(key: &str, text: &str, ends: bool, records: &mut Records<'_>) {
    records.part(FieldName { path: key, key }, text);
    if ends {
        records.end_field();
    }
}

fn tell(raw: &[u8], at: Extent, records: &mut Records<'_>) {
    match simdutf8::basic::from_utf8(raw) {
        Ok(text) => records.json(text, at),
        Err(_) => {
            let (text, replaced) = Charset::Utf8.decode(raw);
            records.note("note:invalid-utf8");
            records.replaced(replaced);
            records.json(&text, at);
        }
    }
}

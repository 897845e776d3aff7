//! [`Blocks`]: a file of records → its records, some at a time, whatever holds them.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde_json::Value;

use crate::corpus::decode::Decoder;
use crate::corpus::{Charset, Compression, SAMPLE, TextDecoder, sniff};
use crate::problem::Place;

/// Text of a block: enough for all threads, little in memory.
const BLOCK: usize = 4 << 20;
/// Bytes that are read at once.
const PART: usize = 256 << 10;
/// Longest record.
const LONGEST: usize = 64 << 20;

/// Records of a file that follow each other.
#[derive(Default)]
pub struct Block {
    /// Each with its line, 1-based: where it begins in a file of JSON, its row in a table.
    pub records: Vec<(u64, Piece)>,
}

/// One record.
pub enum Piece {
    /// JSON that is not parsed yet.
    Text(String),
    /// A row of a table.
    Row(Value),
}

/// Reads a file block by block.
pub struct Blocks {
    text: Text,
    shape: Shape,
    /// Text that belongs to the next record.
    carry: String,
    /// Line at which it begins.
    line: u64,
    done: bool,
}

enum Shape {
    /// A record a line.
    Lines,
    /// One list of all records.
    List {
        /// Whether its bracket was met.
        begun: bool,
        /// Whether its end was.
        ended: bool,
    },
    /// Rows under a header.
    Table(Box<csv::Reader<Text>>, Vec<String>),
}

/// A file, decompressed and in UTF-8, with what of it had to be replaced.
struct Text {
    decoder: Option<Decoder<'static>>,
    charset: TextDecoder,
    name: String,
    /// Of the stored bytes, after the end.
    digest: Option<String>,
    ended: bool,
    ready: String,
    at: usize,
}

impl Text {
    fn open(path: &Path) -> io::Result<Self> {
        let mut head = Vec::new();
        File::open(path)?
            .take(SAMPLE as u64)
            .read_to_end(&mut head)?;
        let compression = sniff::compression(&head);
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut decoder = Decoder::new(Box::new(file), compression, Some(size))?;
        // The charset is told from decoded bytes, which are then the first ones.
        let mut sample = Vec::new();
        (&mut decoder)
            .take(SAMPLE as u64)
            .read_to_end(&mut sample)?;
        let whole = sample.len() < SAMPLE
            || (compression == Compression::None && sample.len() as u64 == size);
        let charset = Charset::of(&sample, whole);
        let mut text = Self {
            decoder: Some(decoder),
            charset: charset.decoder(),
            name: charset.name(),
            digest: None,
            ended: false,
            ready: String::new(),
            at: 0,
        };
        text.charset.push(&sample, &mut text.ready);
        Ok(text)
    }

    /// Appends the next part to `out`; false at the end.
    fn more(&mut self, out: &mut String) -> io::Result<bool> {
        if self.at < self.ready.len() {
            out.push_str(&self.ready[self.at..]);
            (self.at, self.ready) = (0, String::new());
            return Ok(true);
        }
        let Some(decoder) = &mut self.decoder else {
            return Ok(false);
        };
        let mut bytes = vec![0; PART];
        let read = decoder.read(&mut bytes)?;
        if read == 0 {
            if let Some(decoder) = self.decoder.take() {
                let (digest, _) = decoder.finish()?;
                self.digest = Some(digest.to_hex().to_string());
            }
            self.charset.end(out);
            return Ok(false);
        }
        self.charset.push(&bytes[..read], out);
        Ok(true)
    }
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() && !self.ended {
            let mut part = String::new();
            self.ended = !self.more(&mut part)?;
            (self.ready, self.at) = (part, 0);
        }
        let rest = &self.ready.as_bytes()[self.at..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }
}

impl Blocks {
    /// Opens a file; its records are told from its name and its first character.
    ///
    /// # Errors
    ///
    /// Of the file system and of decompression.
    pub fn open(path: &Path) -> io::Result<Self> {
        let text = Text::open(path)?;
        let name = path
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or_default();
        let name = name.to_ascii_lowercase();
        let name = [".gz", ".zst", ".xz", ".bz2", ".lz4"]
            .iter()
            .find_map(|end| name.strip_suffix(end))
            .unwrap_or(&name);
        let empty = Text {
            decoder: None,
            charset: Charset::Utf8.decoder(),
            name: String::new(),
            digest: None,
            ended: true,
            ready: String::new(),
            at: 0,
        };
        let delimiter = match () {
            () if name.ends_with(".csv") => Some(b','),
            () if name.ends_with(".tsv") => Some(b'\t'),
            () => None,
        };
        let (text, shape) = match delimiter {
            Some(delimiter) => {
                let mut reader = csv::ReaderBuilder::new()
                    .delimiter(delimiter)
                    .flexible(true)
                    .from_reader(text);
                let header = reader.headers().map_err(io::Error::other)?;
                let header = header.iter().map(|name| name.trim().to_owned()).collect();
                (empty, Shape::Table(Box::new(reader), header))
            }
            None if text.ready.trim_start().starts_with('[') => (
                text,
                Shape::List {
                    begun: false,
                    ended: false,
                },
            ),
            None => (text, Shape::Lines),
        };
        Ok(Self {
            text,
            shape,
            carry: String::new(),
            line: 1,
            done: false,
        })
    }

    /// BLAKE3 of the stored bytes, hex; none before the end.
    pub fn digest(&self) -> Option<String> {
        self.source().digest.clone()
    }

    fn source(&self) -> &Text {
        match &self.shape {
            Shape::Table(reader, _) => reader.get_ref(),
            _ => &self.text,
        }
    }

    /// The next records; none at the end. What is no record goes to `place`.
    pub fn next(&mut self, place: &mut Place<'_>) -> Option<Block> {
        if self.done {
            return None;
        }
        let mut block = Block::default();
        let mut read = match &self.shape {
            Shape::Table(..) => self.rows(&mut block, place),
            Shape::Lines | Shape::List { .. } => self.pieces(&mut block, place),
        };
        if let Err(error) = &read {
            place.unread(
                self.line,
                "cannot-read",
                (
                    format!("无法继续读取:{error}"),
                    format!("cannot be read further: {error}"),
                ),
                (
                    "文件可能损坏或未写完;重新导出",
                    "the file may be damaged or cut off; export it again",
                ),
            );
            read = Ok(false);
        }
        self.done = !read.unwrap_or(false);
        if self.done {
            self.tell_replaced(place);
        }
        Some(block)
    }

    fn tell_replaced(&self, place: &mut Place<'_>) {
        let text = self.source();
        let replaced = text.charset.replaced;
        if replaced > 0 {
            place.unread(
                0,
                "charset",
                (
                    format!("有 {replaced} 字节不是 {} 文本", text.name),
                    format!("{replaced} bytes are no text in {}", text.name),
                ),
                ("另存为 UTF-8", "save the file as UTF-8"),
            );
        }
    }

    /// Rows of a table; false at the end.
    fn rows(&mut self, block: &mut Block, place: &mut Place<'_>) -> io::Result<bool> {
        let Shape::Table(reader, header) = &mut self.shape else {
            return Ok(false);
        };
        let mut size = 0;
        let mut row = csv::StringRecord::new();
        while size < BLOCK {
            match reader.read_record(&mut row) {
                Ok(false) => return Ok(false),
                Ok(true) => {}
                Err(error) if error.is_io_error() => return Err(io::Error::other(error)),
                Err(error) => {
                    place.unread(
                        error.position().map_or(0, csv::Position::line),
                        "broken-row",
                        ("不是表格的一行", "is no row of a table"),
                        ("补全引号", "close the quotation marks"),
                    );
                    continue;
                }
            }
            let line = row.position().map_or(0, csv::Position::line);
            self.line = line;
            size += row.as_slice().len() + 64;
            let cells = header.iter().zip(row.iter());
            let cells = cells.filter(|(name, cell)| !name.is_empty() && !cell.trim().is_empty());
            let map = cells.map(|(name, cell)| (name.clone(), Value::String(cell.to_owned())));
            let map: serde_json::Map<String, Value> = map.collect();
            if !map.is_empty() {
                block.records.push((line, Piece::Row(Value::Object(map))));
            }
        }
        Ok(true)
    }

    /// Lines, or elements of a list; false at the end.
    fn pieces(&mut self, block: &mut Block, place: &mut Place<'_>) -> io::Result<bool> {
        let mut more = true;
        while more && self.carry.len() < BLOCK {
            more = self.text.more(&mut self.carry)?;
        }
        let used = match self.shape {
            Shape::Lines => self.lines(block, more),
            _ => match self.elements(block, more, place) {
                Some(used) => used,
                None => return Ok(false),
            },
        };
        self.carry.drain(..used);
        if more && used == 0 {
            // A record that is longer than a block: it is read on, up to a limit.
            if self.carry.len() > LONGEST {
                place.unread(
                    self.line,
                    "too-long",
                    ("一条记录超过 64 MiB", "a record is longer than 64 MiB"),
                    (
                        "检查是否为标注记录",
                        "check whether these are records of annotation",
                    ),
                );
                return Ok(false);
            }
            let wanted = self.carry.len() + BLOCK;
            while more && self.carry.len() < wanted {
                more = self.text.more(&mut self.carry)?;
            }
            return Ok(true);
        }
        Ok(more || !self.carry.is_empty() && used > 0)
    }

    /// Whole lines of the carry, the last one too if no `more` is coming; bytes that were used.
    fn lines(&mut self, block: &mut Block, more: bool) -> usize {
        let end = match self.carry.rfind('\n') {
            Some(end) if more => end + 1,
            None if more => return 0,
            _ => self.carry.len(),
        };
        for line in self.carry[..end].split_inclusive('\n') {
            let text = line.trim();
            if !text.is_empty() {
                block
                    .records
                    .push((self.line, Piece::Text(text.to_owned())));
            }
            self.line += u64::from(line.ends_with('\n'));
        }
        end
    }

    /// Whole elements of a list; bytes that were used, none if the list is broken.
    fn elements(&mut self, block: &mut Block, more: bool, place: &mut Place<'_>) -> Option<usize> {
        let Shape::List { begun, ended } = &mut self.shape else {
            return None;
        };
        let bytes = self.carry.as_bytes();
        if *ended {
            return Some(bytes.len());
        }
        let (mut used, mut line) = (0, self.line);
        loop {
            // Between elements: space, commas, the brackets of the list.
            while let Some(byte) = bytes.get(used) {
                match byte {
                    b'\n' => line += 1,
                    b'[' if !*begun => *begun = true,
                    b']' => {
                        *ended = true;
                        self.line = line;
                        return Some(bytes.len());
                    }
                    b',' | b' ' | b'\t' | b'\r' => {}
                    _ => break,
                }
                used += 1;
            }
            self.line = line;
            if used == bytes.len() {
                if !more {
                    cut_off(line, place);
                    return None;
                }
                return Some(used);
            }
            match element(&bytes[used..]) {
                Some(length) => {
                    let text = &self.carry[used..used + length];
                    block.records.push((line, Piece::Text(text.to_owned())));
                    line += text.matches('\n').count() as u64;
                    used += length;
                }
                None if more => return Some(used),
                None => {
                    cut_off(line, place);
                    return None;
                }
            }
        }
    }
}

fn cut_off(line: u64, place: &mut Place<'_>) {
    place.unread(
        line,
        "cut-off",
        (
            "JSON 列表没有结束,其后未读",
            "the list of JSON does not end; what follows was not read",
        ),
        ("重新导出完整文件", "export the whole file again"),
    );
}

/// Length of the element that `bytes` begin with; none if it does not end there.
fn element(bytes: &[u8]) -> Option<usize> {
    let (mut depth, mut string, mut escaped) = (0usize, false, false);
    for (at, byte) in bytes.iter().enumerate() {
        if string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth > 1 => depth -= 1,
            b'}' | b']' if depth == 1 => return Some(at + 1),
            // The end of a number or word.
            b']' | b',' if depth == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problems;

    fn read(name: &str, content: &[u8]) -> (Vec<(u64, String)>, Problems) {
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, content).unwrap();
        let mut problems = Problems::default();
        let mut place = Place {
            file: name,
            problems: &mut problems,
        };
        let mut blocks = Blocks::open(&path).unwrap();
        let mut all = Vec::new();
        while let Some(block) = blocks.next(&mut place) {
            all.extend(block.records.into_iter().map(|(line, piece)| match piece {
                Piece::Text(text) => (line, text),
                Piece::Row(value) => (line, value.to_string()),
            }));
        }
        (all, problems)
    }

    #[test]
    fn lines_lists_and_tables_give_the_same_records() {
        let lines = read(
            "a.jsonl",
            "\u{FEFF}{\"a\":\"1\"}\n\n{\"a\":\"标注内容的质量核验\"}".as_bytes(),
        );
        assert_eq!(
            lines.0,
            [
                (1, "{\"a\":\"1\"}".to_owned()),
                (3, "{\"a\":\"标注内容的质量核验\"}".to_owned())
            ]
        );
        let list = read(
            "a.json",
            "[\n {\"a\":\"1\"},\n {\"a\":\"标注内容的质量核验\"}\n]\n".as_bytes(),
        );
        assert_eq!(
            list.0,
            [
                (2, "{\"a\":\"1\"}".to_owned()),
                (3, "{\"a\":\"标注内容的质量核验\"}".to_owned())
            ]
        );
        let (gbk, _, _) = encoding_rs::GBK.encode("a,b\n1,\n标注内容的质量核验,\n");
        let table = read("a.csv", &gbk);
        assert_eq!(
            table.0,
            [
                (2, "{\"a\":\"1\"}".to_owned()),
                (3, "{\"a\":\"标注内容的质量核验\"}".to_owned())
            ]
        );
        for (_, problems) in [lines, list, table] {
            assert_eq!(problems, Problems::default());
        }
    }

    #[test]
    fn long_files_are_read_in_blocks_that_change_nothing() {
        let record = |n: usize| format!("{{\"n\":{n},\"t\":\"{}\"}}", "汉\\\"]".repeat(3000));
        let all: Vec<String> = (0..700).map(record).collect();
        let lines = read("a.jsonl", all.join("\n").as_bytes()).0;
        let list = read("a.json", format!("[{}]", all.join(",\n")).as_bytes()).0;
        assert_eq!(lines.len(), 700);
        assert_eq!(lines, list);
        assert_eq!(lines[699], (700, record(699)));
        let long = format!("{{\"t\":\"{}\"}}", "x".repeat(3 * BLOCK));
        let lines = read("a.jsonl", format!("{long}\n{{}}\n").as_bytes()).0;
        assert_eq!(
            lines
                .iter()
                .map(|(line, text)| (*line, text.len()))
                .collect::<Vec<_>>(),
            [(1, long.len()), (2, 2)]
        );
    }

    #[test]
    fn a_list_that_is_cut_off_is_told_of() {
        let (records, problems) = read("a.json", b"[{\"a\":1},\n{\"a\":");
        assert_eq!(records.len(), 1);
        assert_eq!(
            (&*problems.first[0].name, problems.first[0].line),
            ("cut-off", 2)
        );
        let (records, problems) = read("a.json", b"[{\"a\":1}, 5, \"x\"]");
        assert_eq!((records.len(), problems.unread), (3, 0));
    }
}

//! Tables of cells: CSV and TSV, with any of the usual delimiters.
//!
//! The first row names the columns, if it looks like names; then a row is a record whose fields
//! are named by their columns. Cells may hold line ends between quotes.

use std::io::Read;

use csv_core::{ReadRecordResult, ReaderBuilder};

use crate::corpus::Charset;
use crate::corpus::records::{Extent, Records};
use crate::corpus::split::json::is_dotted;
use crate::{Limit, ShardError};

/// Bytes read at a time, and looked at for the delimiter.
const PART: usize = 256 << 10;
/// Bytes that the delimiter is told from.
const SAMPLE: usize = 16 << 10;
/// Longest name of a column, in bytes.
const LONGEST_NAME: usize = 64;

/// Reads the table to its end. `tabs`: whether its name promises tabs.
///
/// # Errors
///
/// Those of reading; rows before are told of.
pub fn read(
    reader: &mut dyn Read,
    tabs: bool,
    records: &mut Records<'_>,
) -> Result<(), ShardError> {
    let mut part = Vec::new();
    let mut failure = fill(reader, &mut part, 0);
    let mark: u64 = if part.starts_with(b"\xEF\xBB\xBF") {
        3
    } else {
        0
    };
    part.drain(..mark as usize);
    records.overhead(mark);
    let mut table = Table {
        core: ReaderBuilder::new()
            .delimiter(delimiter(&part[..part.len().min(SAMPLE)], tabs))
            .build(),
        columns: None,
        cells: vec![0; 4096],
        ends: vec![0; 64],
        row: Row::default(),
        offset: mark,
    };
    loop {
        // An empty part would tell the parser that the file has ended, and the row with it.
        if !part.is_empty() || failure.is_none() {
            table.take(&part, records);
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
        if part.is_empty() {
            return Ok(());
        }
        failure = fill(reader, &mut part, table.offset);
    }
}

/// Reads the next part into `part`; what could not be read ends it, and is said.
fn fill(reader: &mut dyn Read, part: &mut Vec<u8>, offset: u64) -> Option<ShardError> {
    part.clear();
    let result = reader.take(PART as u64).read_to_end(part);
    let decoded = offset + part.len() as u64;
    result
        .err()
        .map(|error| ShardError::from_read(error, decoded))
}

/// The delimiter that stands most evenly in the first lines, outside of quotes.
fn delimiter(sample: &[u8], tabs: bool) -> u8 {
    let candidates = if tabs { *b"\t,;|" } else { *b",\t;|" };
    let count = |delimiter: u8| {
        let (mut lines, mut quoted, mut here) = (Vec::new(), false, 0u32);
        for byte in sample {
            match *byte {
                b'"' => quoted = !quoted,
                b'\n' if !quoted => lines.push(std::mem::take(&mut here)),
                b if b == delimiter && !quoted => here += 1,
                _ => {}
            }
        }
        if lines.is_empty() {
            lines.push(here);
        }
        let first = lines[0];
        let same = lines.iter().filter(|n| **n == first).count();
        // How many of a hundred lines have as many as the first one, which must have some.
        if first == 0 {
            0
        } else {
            same * 100 / lines.len()
        }
    };
    let mut best = (0, candidates[0]);
    for candidate in candidates {
        let share = count(candidate);
        if share > best.0 {
            best = (share, candidate);
        }
    }
    best.1
}

struct Table {
    core: csv_core::Reader,
    columns: Option<Vec<String>>,
    cells: Vec<u8>,
    ends: Vec<usize>,
    row: Row,
    /// Where the row begins in the file.
    offset: u64,
}

/// The row that is being read.
#[derive(Default)]
struct Row {
    /// Bytes taken of the file, of cells written, of cells ended.
    bytes: u64,
    written: usize,
    ended: usize,
    quotes: usize,
    /// Why it cannot be told of.
    limit: Option<Limit>,
}

impl Table {
    /// Takes the next part of the file, or its end if the part is empty.
    fn take(&mut self, part: &[u8], records: &mut Records<'_>) {
        let mut rest = part;
        loop {
            let (row, limits) = (&mut self.row, records.context.limits);
            let cells = &mut self.cells[row.written..];
            let ends = &mut self.ends[row.ended..];
            let (result, read, written, ended) = self.core.read_record(rest, cells, ends);
            row.quotes += memchr::memchr_iter(b'"', &rest[..read]).count();
            rest = &rest[read..];
            row.bytes += read as u64;
            row.written += written;
            row.ended += ended;
            match result {
                ReadRecordResult::InputEmpty => return,
                ReadRecordResult::OutputFull if row.bytes > limits.record_bytes => {
                    // The rest of the row is passed over.
                    row.limit = Some(Limit::RecordBytes);
                    row.written = 0;
                }
                ReadRecordResult::OutputFull => self.cells.resize(self.cells.len() * 2, 0),
                ReadRecordResult::OutputEndsFull
                    if row.ended as u64 > u64::from(limits.csv_columns) =>
                {
                    row.limit = Some(Limit::CsvColumns);
                    row.ended = 0;
                    row.written = 0;
                }
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => self.end_row(records),
                ReadRecordResult::End => {
                    records.overhead(std::mem::take(&mut row.bytes));
                    return;
                }
            }
            // Nothing more of this part is not the end of the file.
            if rest.is_empty() && !part.is_empty() {
                return;
            }
        }
    }

    fn end_row(&mut self, records: &mut Records<'_>) {
        let row = std::mem::take(&mut self.row);
        let at = Extent {
            offset: self.offset,
            bytes: row.bytes,
        };
        self.offset += row.bytes;
        let limits = records.context.limits;
        let wide = row.ended as u64 > u64::from(limits.csv_columns);
        let long = row.bytes > limits.record_bytes;
        let limit = row.limit.or(wide.then_some(Limit::CsvColumns));
        let limit = limit.or(long.then_some(Limit::RecordBytes));
        if let Some(limit) = limit {
            return records.fail(at, limit.reason());
        }
        if row.quotes % 2 == 1 {
            return records.fail(at, "unclosed-quote");
        }
        let raw = &self.cells[..row.written];
        let mut start = 0;
        let mut cells = Vec::with_capacity(row.ended);
        let mut replaced = 0;
        for end in &self.ends[..row.ended] {
            let cell = &raw[start..*end];
            start = *end;
            cells.push(match simdutf8::basic::from_utf8(cell) {
                Ok(text) => std::borrow::Cow::Borrowed(text),
                Err(_) => {
                    let (text, bad) = Charset::Utf8.decode(cell);
                    replaced += bad;
                    std::borrow::Cow::Owned(text)
                }
            });
        }
        if replaced > 0 {
            records.note("note:invalid-utf8");
            records.replaced(replaced);
        }
        tell(&cells, &mut self.columns, at, records);
    }
}

fn tell(
    cells: &[std::borrow::Cow<'_, str>],
    columns: &mut Option<Vec<String>>,
    at: Extent,
    records: &mut Records<'_>,
) {
    let Some(names) = columns else {
        let (known, names) = header(cells, records);
        let named = names.is_some();
        let numbered = || (1..=cells.len()).map(|n| format!("column{n}")).collect();
        let names = columns.insert(names.unwrap_or_else(numbered));
        if known {
            return records.skip(at, "header");
        }
        // Names that nobody knows, or no names at all: whatever it is, it is read.
        records.note(if named {
            "note:header-scanned"
        } else {
            "note:no-header"
        });
        let fields = names.iter().zip(cells);
        return records.row(fields.map(|(name, cell)| (name.as_str(), &**cell)), at);
    };
    if cells.len() != names.len() {
        return records.fail(at, "ragged-row");
    }
    records.row(
        names
            .iter()
            .zip(cells)
            .map(|(name, cell)| (name.as_str(), &**cell)),
        at,
    );
}

/// The names in a first row, if they can be that; and whether one of them is known to be one.
fn header(
    cells: &[std::borrow::Cow<'_, str>],
    records: &Records<'_>,
) -> (bool, Option<Vec<String>>) {
    let context = records.context;
    let mut seen = std::collections::HashSet::new();
    let is_name =
        |cell: &str| !cell.is_empty() && cell.len() <= LONGEST_NAME && cell.parse::<f64>().is_err();
    let names: Vec<String> = cells.iter().map(|cell| cell.trim().to_owned()).collect();
    if !names
        .iter()
        .all(|name| is_name(name) && seen.insert(name.clone()))
    {
        return (false, None);
    }
    let known = names.iter().any(|name| {
        context.text.names(name)
            || is_dotted(&context.meta.id, name)
            || context
                .meta
                .sources
                .iter()
                .any(|path| is_dotted(path, name))
    });
    (known, Some(names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_told_by_the_lines() {
        for (sample, tabs, told) in [
            ("a,b,c\n1,2,3\n", false, b','),
            ("a;b\n\"x;y\";2,5\n", false, b';'),
            ("a\tb\nx, y\tz\n", false, b'\t'),
            ("a|b\nc|d\n", false, b'|'),
            ("a,b\n1,2\n", true, b','),
            ("text\n一,二\n", false, b','),
            ("text\n", true, b'\t'),
        ] {
            assert_eq!(delimiter(sample.as_bytes(), tabs), told, "{sample}");
        }
    }
}

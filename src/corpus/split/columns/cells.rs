//! [`Cells`]: text of one column in some rows.

use std::ops::Range;

use crate::corpus::{Charset, sniff};

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrote {
    /// Text, of which so many bytes had to be replaced; it may be empty.
    Text(u64),
    /// It is no text.
    Binary,
}

impl Wrote {
    /// As it was.
    pub const TEXT: Self = Self::Text(0);

    /// Appends the text that `value` is, in whatever charset. `certain`: whether it is text; then
    /// U+FFFD stands for what cannot be read.
    pub fn text(value: &[u8], certain: bool, text: &mut String) -> Self {
        if let Ok(valid) = simdutf8::basic::from_utf8(value) {
            text.push_str(valid);
            return Self::TEXT;
        }
        if sniff::is_text(&value[..value.len().min(sniff::PEEK)]) {
            let (decoded, replaced) = Charset::of(value, true).decode(value);
            text.push_str(&decoded);
            return Self::Text(replaced);
        }
        if !certain {
            return Self::Binary;
        }
        let mut replaced = 0;
        for chunk in value.utf8_chunks() {
            text.push_str(chunk.valid());
            if !chunk.invalid().is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
                replaced += chunk.invalid().len() as u64;
            }
        }
        Self::Text(replaced)
    }
}

/// See the module. Rows hold any number of cells: none where there is nothing, many in lists.
#[derive(Debug, Default)]
pub struct Cells {
    text: String,
    /// Where the text of each cell ends.
    ends: Vec<usize>,
    /// Places of each cell in the lists around it, outermost first.
    places: Vec<u32>,
    depth: usize,
    /// The first cell of each row.
    rows: Vec<usize>,
    /// Weight when the last row began.
    before: usize,
    /// Bytes that were replaced because they are no text.
    pub replaced: u64,
    /// Whether values were left out that are no text.
    pub binary: bool,
}

impl Cells {
    /// Of a column with `depth` lists around each value.
    pub fn new(depth: usize) -> Self {
        Self {
            depth,
            ..Self::default()
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        let text = std::mem::take(&mut self.text);
        let (mut ends, mut places, mut rows) = (
            std::mem::take(&mut self.ends),
            std::mem::take(&mut self.places),
            std::mem::take(&mut self.rows),
        );
        ends.clear();
        places.clear();
        rows.clear();
        let mut text = text;
        text.clear();
        // One record out of all proportion is not to cost memory to the end.
        text.shrink_to(KEPT);
        *self = Self {
            text,
            ends,
            places,
            rows,
            ..Self::new(self.depth)
        };
    }

    /// What follows belongs to a new row.
    pub fn begin_row(&mut self) {
        self.rows.push(self.ends.len());
        self.before = self.weight();
    }

    /// Adds a cell at these places, if `write` writes any text.
    pub fn push(&mut self, places: &[u32], write: impl FnOnce(&mut String) -> Wrote) {
        let start = self.text.len();
        match write(&mut self.text) {
            Wrote::Text(replaced) => self.replaced += replaced,
            Wrote::Binary => self.binary = true,
        }
        if self.text.len() > start {
            self.ends.push(self.text.len());
            self.places.extend_from_slice(&places[..self.depth]);
        }
    }

    /// Bytes of memory, about.
    pub fn weight(&self) -> usize {
        self.text.len() + self.ends.len() * 8 + self.places.len() * 4 + self.rows.len() * 8
    }

    /// The same of the last row.
    pub fn row_weight(&self) -> usize {
        self.weight() - self.before
    }

    /// The cells of a row.
    pub fn of_row(&self, row: usize) -> Range<usize> {
        let end = self.rows.get(row + 1).copied();
        let start = self.rows.get(row).copied().unwrap_or(self.ends.len());
        start..end.unwrap_or(self.ends.len())
    }

    /// Text of a cell.
    pub fn text(&self, cell: usize) -> &str {
        let start = cell.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[cell]]
    }

    /// Its places in the lists around it.
    pub fn places(&self, cell: usize) -> &[u32] {
        &self.places[cell * self.depth..(cell + 1) * self.depth]
    }
}

/// Bytes of text for which memory is kept from batch to batch.
const KEPT: usize = 4 << 20;

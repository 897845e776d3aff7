//! Values of a page, one after another, as the bytes they consist of.
//!
//! A number is given in little-endian order whatever its encoding, so that what it means is
//! decided in one place, [`Meaning`](crate::corpus::split::columns::Meaning).

use std::ops::Range;

use super::levels::{Delta, Hybrid};
use crate::corpus::split::columns::Fault;

const CUT: Fault = Fault::Damaged("values of a page are cut off");

/// Values that pages refer to by their number.
#[derive(Debug)]
pub struct Dictionary {
    bytes: Vec<u8>,
    /// Where the text of each begins and ends; empty if all have one width.
    places: Vec<(u32, u32)>,
    width: usize,
}

impl Dictionary {
    /// Without any value.
    pub const EMPTY: Self = Self {
        bytes: Vec::new(),
        places: Vec::new(),
        width: 0,
    };

    /// `values`: how many the page promises. `width`: bytes of each, 0 for those with a length
    /// of their own.
    ///
    /// # Errors
    ///
    /// If they do not lie in the page.
    pub fn new(bytes: Vec<u8>, values: usize, width: usize) -> Result<Self, Fault> {
        let mut places = Vec::new();
        if width > 0 {
            if values
                .checked_mul(width)
                .is_none_or(|all| all > bytes.len())
            {
                return Err(CUT);
            }
        } else {
            // Each has a length of four bytes.
            if values > bytes.len() / 4 {
                return Err(CUT);
            }
            places.reserve_exact(values);
            let mut at = 0;
            for _ in 0..values {
                let range = plain_bytes(&bytes, at, bytes.len())?;
                at = range.end;
                places.push((range.start as u32, range.end as u32));
            }
        }
        Ok(Self {
            bytes,
            places,
            width,
        })
    }

    fn get(&self, index: u32) -> Result<&[u8], Fault> {
        let index = index as usize;
        let value = match self.width {
            0 => self
                .places
                .get(index)
                .map(|(start, end)| &self.bytes[*start as usize..*end as usize]),
            width => index
                .checked_mul(width)
                .and_then(|at| self.bytes.get(at..at + width)),
        };
        value.ok_or(Fault::Damaged(
            "a value is not in the dictionary of its column",
        ))
    }
}

/// Where the value lies whose length begins at `at`.
fn plain_bytes(page: &[u8], at: usize, end: usize) -> Result<Range<usize>, Fault> {
    let length = page[..end].get(at..at + 4).ok_or(CUT)?;
    let length = u32::from_le_bytes(length.try_into().map_err(|_| CUT)?) as usize;
    let start = at + 4;
    if length > end - start {
        return Err(CUT);
    }
    Ok(start..start + length)
}

/// How values are encoded, and where reading them has come to.
#[derive(Debug)]
enum Coding {
    /// One after another.
    Plain(usize),
    /// By their number in the dictionary.
    Indexed(Hybrid),
    /// Numbers, as differences.
    Delta(Delta),
    /// All lengths, then the bytes.
    DeltaLength(Delta, usize),
    /// Lengths of what is shared with the value before, then what is not.
    DeltaBytes(Delta, Delta, usize),
    /// First bytes of all, second bytes of all, …
    Split(usize),
}

/// The values of one page.
#[derive(Debug)]
pub struct Values {
    /// Bytes of the page, levels included.
    pub page: Vec<u8>,
    range: Range<usize>,
    coding: Coding,
    width: usize,
    scratch: Vec<u8>,
}

impl Values {
    /// Those in `range` of `page`, at most `most`, by the number of their encoding. `width` as in
    /// [`Dictionary::new`]; `whole`: whether they are integers.
    ///
    /// # Errors
    ///
    /// If the encoding is unknown, or cannot hold such values.
    pub fn new(
        page: Vec<u8>,
        range: Range<usize>,
        encoding: i64,
        most: u64,
        (width, whole): (usize, bool),
    ) -> Result<Self, Fault> {
        let bytes = width == 0;
        let coding = match encoding {
            0 => Coding::Plain(range.start),
            2 | 8 => Coding::Indexed(indexes(&page, range.clone())?),
            // All of a page may be null: then there is not even a header.
            5..=7 if range.is_empty() => Coding::Plain(range.start),
            5 if whole => Coding::Delta(Delta::new(&page, range.clone(), most)?),
            6 if bytes => {
                let lengths = Delta::new(&page, range.clone(), most)?;
                let data = lengths.clone().finish(&page)?;
                Coding::DeltaLength(lengths, data)
            }
            7 if bytes || !whole => {
                let shared = Delta::new(&page, range.clone(), most)?;
                let at = shared.clone().finish(&page)?;
                let lengths = Delta::new(&page, at..range.end, most)?;
                let data = lengths.clone().finish(&page)?;
                Coding::DeltaBytes(shared, lengths, data)
            }
            9 if !bytes => Coding::Split(0),
            _ => {
                return Err(Fault::Refused(
                    "unsupported-encoding",
                    "values are encoded in a way that is not read: write it anew with plain or dictionary encoding",
                ));
            }
        };
        Ok(Self {
            page,
            range,
            coding,
            width,
            scratch: Vec::new(),
        })
    }

    /// The next value; `dictionary`: that of the column.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn next<'a>(&'a mut self, dictionary: &'a Dictionary) -> Result<&'a [u8], Fault> {
        let (page, end) = (&self.page, self.range.end);
        match &mut self.coding {
            Coding::Plain(at) => {
                let range = match self.width {
                    0 => plain_bytes(page, *at, end)?,
                    width => *at..*at + width,
                };
                *at = range.end;
                page[..end].get(range).ok_or(CUT)
            }
            Coding::Indexed(indexes) => dictionary.get(indexes.next(page)?),
            Coding::Delta(delta) => {
                let value = delta.next(page)?.to_le_bytes();
                self.scratch.clear();
                self.scratch.extend_from_slice(&value[..self.width.min(8)]);
                Ok(&self.scratch)
            }
            Coding::DeltaLength(lengths, at) => {
                let length = lengths.next(page)?;
                let range = behind(*at, length, end)?;
                *at = range.end;
                Ok(&page[range])
            }
            Coding::DeltaBytes(shared, lengths, at) => {
                let shared = usize::try_from(shared.next(page)?).map_err(|_| CUT)?;
                let range = behind(*at, lengths.next(page)?, end)?;
                *at = range.end;
                if shared > self.scratch.len() {
                    return Err(CUT);
                }
                self.scratch.truncate(shared);
                self.scratch.extend_from_slice(&page[range]);
                if self.width > 0 && self.scratch.len() != self.width {
                    return Err(CUT);
                }
                Ok(&self.scratch)
            }
            Coding::Split(next) => {
                let values = self.range.len() / self.width;
                if *next >= values {
                    return Err(CUT);
                }
                let first = self.range.start + *next;
                *next += 1;
                self.scratch.clear();
                self.scratch
                    .extend((0..self.width).map(|byte| page[first + byte * values]));
                Ok(&self.scratch)
            }
        }
    }
}

fn behind(at: usize, length: i64, end: usize) -> Result<Range<usize>, Fault> {
    let length = usize::try_from(length).map_err(|_| CUT)?;
    if length > end - at {
        return Err(CUT);
    }
    Ok(at..at + length)
}

/// Numbers of values: their width, then the numbers.
fn indexes(page: &[u8], range: Range<usize>) -> Result<Hybrid, Fault> {
    let Some(width) = page[range.clone()].first() else {
        // Of a page of nulls.
        return Ok(Hybrid::new(range, 32));
    };
    if *width > 32 {
        return Err(Fault::Damaged(
            "numbers of dictionary values are wider than 32 bits",
        ));
    }
    Ok(Hybrid::new(range.start + 1..range.end, u32::from(*width)))
}

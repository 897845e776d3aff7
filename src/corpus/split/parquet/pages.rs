//! The pages of one column in one row group: headers, then the bytes of those that are wanted.

use std::borrow::Cow;

use parquet::basic::Compression;

use super::thrift::{PageHeader, page_header};
use crate::Limit;
use crate::corpus::Random;
use crate::corpus::records::ReadContext;
use crate::corpus::split::columns::{Codec, Fault, slice};

/// Bytes that are read for a header at first, and at most: it may hold the least and the greatest
/// value of its page.
const HEADER: u64 = 4 << 10;
const HEADER_MOST: u64 = 16 << 20;

/// See the module.
pub struct Pages<'a> {
    random: &'a Random<'a>,
    context: &'a ReadContext<'a>,
    codec: Codec,
    /// Where the next header begins.
    pub at: u64,
    /// Where the column ends, and where it may end.
    end: u64,
    utmost: u64,
    /// Entries that the footer promises and no page has held yet.
    left: u64,
}

/// What the footer says of a column in a row group.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Where its first page begins.
    pub start: u64,
    /// Bytes of all pages.
    pub bytes: u64,
    /// Entries in all pages: values and nulls.
    pub values: u64,
}

/// Bytes by which columns may be longer than they say: early programs forgot the header of the
/// dictionary.
///
/// Source: PARQUET-816, `kMaxDictHeaderSize` of Arrow C++.
const FORGOTTEN: u64 = 100;

/// A page whose header was read.
pub struct Page {
    /// What it says.
    pub header: PageHeader,
    /// Entries, for a header that does not lie about their sign.
    pub values: u64,
    body: u64,
    packed: usize,
    bytes: usize,
}

impl<'a> Pages<'a> {
    /// Those between two places of the file.
    ///
    /// # Errors
    ///
    /// If the place is not in the file, or the compression is not read.
    pub fn new(
        random: &'a Random<'a>,
        context: &'a ReadContext<'a>,
        place: Place,
        compression: Compression,
    ) -> Result<Self, Fault> {
        let end = place.start.saturating_add(place.bytes);
        if place.start < 4 || end > random.len() {
            return Err(Fault::Damaged("a column lies outside of the file"));
        }
        Ok(Self {
            random,
            context,
            codec: Codec::new(compression)?,
            at: place.start,
            end,
            utmost: end.saturating_add(FORGOTTEN).min(random.len()),
            left: place.values,
        })
    }

    /// The next page, unless there is none.
    ///
    /// # Errors
    ///
    /// If its header is malformed or claims what cannot be, and limits.
    pub fn next(&mut self) -> Result<Option<Page>, Fault> {
        let end = if self.left > 0 { self.utmost } else { self.end };
        if self.at >= end {
            return Ok(None);
        }
        self.context.go_on()?;
        let (header, length) = match self.header(end) {
            Ok(header) => header,
            // All is read: what is left is padding.
            Err(Fault::Damaged(_)) if self.left == 0 => return Ok(None),
            Err(fault) => return Err(fault),
        };
        let body = self.at + length as u64;
        let size = |claimed: i64| {
            u64::try_from(claimed).map_err(|_| Fault::Damaged("a page claims a negative size"))
        };
        let (bytes, packed, values) = (
            size(header.bytes)?,
            size(header.packed)?,
            size(header.values)?,
        );
        if packed > end - body {
            return Err(Fault::Damaged("a page is longer than its column"));
        }
        if bytes.max(packed) > self.context.limits.record_bytes {
            return Err(Fault::Limit(Limit::RecordBytes));
        }
        self.at = body + packed;
        if matches!(header.kind, 0 | 3) {
            self.left = self.left.saturating_sub(values);
        }
        Ok(Some(Page {
            header,
            values,
            body,
            packed: packed as usize,
            bytes: bytes as usize,
        }))
    }

    fn header(&self, end: u64) -> Result<(PageHeader, usize), Fault> {
        let left = end - self.at;
        let mut look = if self.random.bytes().is_some() {
            left
        } else {
            HEADER.min(left)
        };
        loop {
            match page_header(&self.slice(self.at, look as usize)?) {
                Err(_) if look < left.min(HEADER_MOST) => look = (look * 16).min(left),
                result => return result,
            }
        }
    }

    /// What the page holds, decompressed: levels and values. Of version 2, levels are never
    /// compressed.
    ///
    /// # Errors
    ///
    /// If it is damaged, and limits.
    pub fn body(&mut self, page: &Page) -> Result<Vec<u8>, Fault> {
        // Entries cost time even where they cost no bytes.
        let cost = page.values.max(page.bytes as u64);
        self.context.budget.decoded(cost)?;
        let random = self.random;
        let packed = slice(random, page.body, page.packed)?;
        if page
            .header
            .crc
            .is_some_and(|crc| crc32fast::hash(&packed) != crc)
        {
            return Err(Fault::Damaged("the checksum of a page is wrong"));
        }
        if page.header.kind != 3 {
            return self.codec.decompress(&packed, page.bytes);
        }
        let (definition, repetition) = page.header.level_bytes;
        let levels = usize::try_from(definition)
            .ok()
            .zip(usize::try_from(repetition).ok())
            .and_then(|(a, b)| a.checked_add(b))
            .filter(|levels| *levels <= packed.len().min(page.bytes))
            .ok_or(Fault::Damaged("levels are longer than their page"))?;
        let (head, tail) = packed.split_at(levels);
        let rest = page.bytes - levels;
        if !page.header.compressed || (tail.is_empty() && rest == 0) {
            return Ok(packed.into_owned());
        }
        let mut body = head.to_vec();
        body.append(&mut self.codec.decompress(tail, rest)?);
        Ok(body)
    }

    /// # Errors
    ///
    /// [`Limit::RecordBytes`] if what is kept of one row has grown too large.
    pub fn most(&self, bytes: usize) -> Result<(), Fault> {
        if bytes as u64 > self.context.limits.record_bytes {
            return Err(Fault::Limit(Limit::RecordBytes));
        }
        Ok(())
    }

    fn slice(&self, at: u64, bytes: usize) -> Result<Cow<'a, [u8]>, Fault> {
        slice(self.random, at, bytes)
    }
}

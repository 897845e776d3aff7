//! The pages of one column in one row group: headers, then the bytes of those that are wanted.

use std::borrow::Cow;

use parquet::basic::Compression;

use super::codec::Codec;
use super::fault::Fault;
use super::thrift::{PageHeader, page_header};
use crate::Limit;
use crate::corpus::Random;
use crate::corpus::records::ReadContext;

/// Bytes that are read for a header at first, and at most: it may hold the least and the greatest
/// value of its page.
const HEADER: u64 = 4 << 10;
const HEADER_MOST: u64 = 16 << 20;

/// See the module.
pub struct Pages<'a> {
    random: &'a Random<'a>,
    context: &'a ReadContext<'a>,
    codec: Codec,
    /// Where the next header begins, and where the column ends.
    pub at: u64,
    end: u64,
}

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
        (start, end): (u64, u64),
        compression: Compression,
    ) -> Result<Self, Fault> {
        if start < 4 || start > end || end > random.len() {
            return Err(Fault::Damaged("a column lies outside of the file"));
        }
        Ok(Self {
            random,
            context,
            codec: Codec::new(compression)?,
            at: start,
            end,
        })
    }

    /// The next page, unless there is none.
    ///
    /// # Errors
    ///
    /// If its header is malformed or claims what cannot be, and limits.
    pub fn next(&mut self) -> Result<Option<Page>, Fault> {
        if self.at >= self.end {
            return Ok(None);
        }
        self.context.go_on()?;
        let (header, length) = self.header()?;
        let body = self.at + length as u64;
        let size = |claimed: i64| {
            u64::try_from(claimed).map_err(|_| Fault::Damaged("a page claims a negative size"))
        };
        let (bytes, packed, values) = (
            size(header.bytes)?,
            size(header.packed)?,
            size(header.values)?,
        );
        if packed > self.end - body {
            return Err(Fault::Damaged("a page is longer than its column"));
        }
        if bytes.max(packed) > self.context.limits.record_bytes {
            return Err(Fault::Limit(Limit::RecordBytes));
        }
        self.at = body + packed;
        Ok(Some(Page {
            header,
            values,
            body,
            packed: packed as usize,
            bytes: bytes as usize,
        }))
    }

    fn header(&self) -> Result<(PageHeader, usize), Fault> {
        let left = self.end - self.at;
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

/// `bytes` from `at` on.
pub fn slice<'a>(random: &'a Random<'a>, at: u64, bytes: usize) -> Result<Cow<'a, [u8]>, Fault> {
    const OUTSIDE: Fault = Fault::Damaged("it refers to bytes outside of the file");
    if at
        .checked_add(bytes as u64)
        .is_none_or(|end| end > random.len())
    {
        return Err(OUTSIDE);
    }
    if let Some(all) = random.bytes() {
        return Ok(Cow::Borrowed(&all[at as usize..at as usize + bytes]));
    }
    let mut buffer = vec![0; bytes];
    let mut done = 0;
    while done < bytes {
        let read = random
            .read_at(&mut buffer[done..], at + done as u64)
            .map_err(|error| Fault::Shard(crate::ShardError::Read(error)))?;
        if read == 0 {
            return Err(OUTSIDE);
        }
        done += read;
    }
    Ok(Cow::Owned(buffer))
}

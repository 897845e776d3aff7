//! Small and growing numbers as Parquet packs them: runs and bits, and differences.
//!
//! Readers keep places, not bytes, and are given the page anew each time: a page and what reads
//! it live side by side.
//!
//! Source: `Encodings.md` of apache/parquet-format.

use std::ops::Range;

use super::thrift::{varint, zigzag};
use crate::corpus::split::columns::Fault;

const CUT: Fault = Fault::Damaged("packed numbers of a page are cut off");

/// `width` bits from bit `bit` on; what lies behind `bytes` is zero.
fn bits(bytes: &[u8], bit: usize, width: u32) -> u64 {
    let mut sixteen = [0u8; 16];
    let from = bytes.get(bit / 8..).unwrap_or_default();
    let some = from.len().min(16);
    sixteen[..some].copy_from_slice(&from[..some]);
    let shifted = u128::from_le_bytes(sixteen) >> (bit % 8);
    let mask = (1u128 << width) - 1;
    (shifted & mask) as u64
}

/// Runs of one number, and numbers packed into bits, in turn (`RLE`).
#[derive(Clone, Debug)]
pub struct Hybrid {
    width: u32,
    at: usize,
    end: usize,
    /// How often `value` still comes.
    run: u64,
    value: u32,
    /// How many packed ones still come, and the bit where the next begins.
    packed: u64,
    bit: usize,
}

impl Hybrid {
    /// Numbers of `width` bits, 32 at most, in this part of a page.
    pub const fn new(range: Range<usize>, width: u32) -> Self {
        Self {
            width,
            at: range.start,
            end: range.end,
            run: 0,
            value: 0,
            packed: 0,
            bit: 0,
        }
    }

    /// The next number.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn next(&mut self, page: &[u8]) -> Result<u32, Fault> {
        loop {
            if self.run > 0 {
                self.run -= 1;
                return Ok(self.value);
            }
            if self.packed > 0 {
                // The last group may be shorter than its header says, but not without any bit.
                if self.width > 0 && self.bit >= self.end * 8 {
                    return Err(CUT);
                }
                self.packed -= 1;
                let value = bits(&page[..self.end], self.bit, self.width);
                self.bit += self.width as usize;
                return Ok(value as u32);
            }
            if self.at >= self.end && self.width == 0 {
                return Ok(0);
            }
            self.head(page)?;
        }
    }

    fn head(&mut self, page: &[u8]) -> Result<(), Fault> {
        let (head, at) = varint(page, self.at, self.end)?;
        let number = head >> 1;
        if head & 1 == 1 {
            self.packed = number.saturating_mul(8);
            self.bit = at * 8;
            let bytes = usize::try_from(number.saturating_mul(u64::from(self.width)));
            self.at = at.saturating_add(bytes.unwrap_or(usize::MAX)).min(self.end);
        } else {
            let bytes = self.width.div_ceil(8) as usize;
            let value = page[..self.end].get(at..at + bytes).ok_or(CUT)?;
            let mut four = [0; 4];
            four[..bytes].copy_from_slice(value);
            self.value = u32::from_le_bytes(four);
            self.run = number;
            self.at = at + bytes;
        }
        Ok(())
    }
}

/// Numbers as differences, in blocks (`DELTA_BINARY_PACKED`).
#[derive(Clone, Debug)]
pub struct Delta {
    at: usize,
    end: usize,
    minis: usize,
    per_mini: usize,
    /// Numbers that still come.
    pub left: u64,
    /// The number that came last, or is to come first.
    value: i64,
    begun: bool,
    min: i64,
    widths: usize,
    mini: usize,
    in_mini: usize,
}

/// Most numbers in a block; writers use 128 to 1,024.
const BLOCK: u64 = 1 << 16;

impl Delta {
    /// Those that begin at the start of `range`; `most`: as many as there may be.
    ///
    /// # Errors
    ///
    /// If the header is malformed.
    pub fn new(page: &[u8], range: Range<usize>, most: u64) -> Result<Self, Fault> {
        const WRONG: Fault = Fault::Damaged("numbers packed as differences have a wrong header");
        let end = range.end;
        let (block, at) = varint(page, range.start, end)?;
        let (minis, at) = varint(page, at, end)?;
        let (left, at) = varint(page, at, end)?;
        let (first, at) = varint(page, at, end)?;
        if !(1..=BLOCK).contains(&block) || !(1..=block).contains(&minis) || left > most {
            return Err(WRONG);
        }
        let per_mini = block / minis;
        if per_mini % 8 != 0 || per_mini == 0 {
            return Err(WRONG);
        }
        Ok(Self {
            at,
            end,
            minis: minis as usize,
            per_mini: per_mini as usize,
            left,
            value: zigzag(first),
            begun: false,
            min: 0,
            widths: at,
            mini: minis as usize,
            in_mini: per_mini as usize,
        })
    }

    /// The next number.
    ///
    /// # Errors
    ///
    /// If there is none, or the bytes end.
    pub fn next(&mut self, page: &[u8]) -> Result<i64, Fault> {
        self.left = self.left.checked_sub(1).ok_or(CUT)?;
        if !self.begun {
            self.begun = true;
            return Ok(self.value);
        }
        if self.in_mini == self.per_mini {
            self.enter(page)?;
        }
        let width = u32::from(page[self.widths + self.mini]);
        let bit = self.at * 8 + self.in_mini * width as usize;
        if bit + width as usize > self.end * 8 {
            return Err(CUT);
        }
        let delta = bits(page, bit, width) as i64;
        self.in_mini += 1;
        self.value = self.value.wrapping_add(self.min).wrapping_add(delta);
        Ok(self.value)
    }

    /// The next part of a block, or the next block.
    fn enter(&mut self, page: &[u8]) -> Result<(), Fault> {
        if self.mini < self.minis {
            self.at = self.mini_end(page);
            self.mini += 1;
        }
        if self.mini == self.minis {
            let (min, at) = varint(page, self.at, self.end)?;
            self.min = zigzag(min);
            self.widths = at;
            self.at = at + self.minis;
            self.mini = 0;
            if self.at > self.end {
                return Err(CUT);
            }
        }
        self.in_mini = 0;
        if page[self.widths + self.mini] > 64 {
            return Err(Fault::Damaged("packed numbers are wider than 64 bits"));
        }
        Ok(())
    }

    fn mini_end(&self, page: &[u8]) -> usize {
        self.at + self.per_mini * usize::from(page[self.widths + self.mini]) / 8
    }

    /// The place behind all numbers; passes over those that are left.
    ///
    /// # Errors
    ///
    /// If the bytes end before.
    pub fn finish(mut self, page: &[u8]) -> Result<usize, Fault> {
        while self.left > 0 {
            self.next(page)?;
        }
        let end = if self.mini < self.minis {
            self.mini_end(page)
        } else {
            self.at
        };
        if end <= self.end { Ok(end) } else { Err(CUT) }
    }
}

//! Sixty-four bytes at a time: where characters begin, what they are, and which may begin a term.
//!
//! One way for every processor, and ways for those with wide registers, chosen when the matcher
//! is made. All give the same places; the tests hold them to it.
//!
//! What stands at the places of a block is taken out of registers by compressing them, which costs
//! a cycle for twenty characters. Gathering it from memory was three quarters of the time.

#![expect(unsafe_code, reason = "intrinsics; callers ask the processor first")]

use super::disguise::OPEN;
use super::index::{ASCII_CLASS, Bits, HAN, HAN_CODES, Index, pair_hash, third_hash};

/// Bytes looked at together; one bit each in a mask.
pub(super) const BLOCK: usize = 64;
/// Bytes of a block and of what is seen behind it: a Han character's last two, a word's next three.
pub(super) const SEEN: usize = BLOCK + 8;
/// Places gathered before they are looked up.
pub(super) const GATHER: usize = 512;
/// Room for what a block adds to as many.
pub(super) const ROOM: usize = GATHER + BLOCK;
/// Flag of a Han character that another follows directly, and that may begin a term.
pub(super) const PAIR: u16 = 0x8000;

/// What begins in a block, one bit a byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Masks {
    /// Lead bytes E4–E9: almost all Han characters, and nothing else of weight.
    pub han: u64,
    /// Other lead bytes of three.
    pub three: u64,
    /// Lead bytes of two and four.
    pub other: u64,
    /// ASCII characters that a term begins with, where a term may begin.
    pub ascii: u64,
    /// ASCII letters and digits.
    pub letters: u64,
    /// ASCII characters that begin a word, and a term in disguise.
    pub words: u64,
    /// ASCII characters that may follow the first of a term.
    pub follow: u64,
}

impl Masks {
    /// `leads`: lead bytes E4–E9, of three, of any number; `sets`: ASCII characters in [`Sets`].
    #[inline(always)]
    fn new(leads: [u64; 3], letters: u64, sets: [u64; 4], carry: u64) -> Self {
        let after_letter = letters << 1 | carry;
        let [han, three, lead] = leads;
        let [first, inside, words, follow] = sets;
        Self {
            han,
            three: three & !han,
            other: lead & !three,
            ascii: first & !(letters & after_letter) | inside,
            letters,
            words: words & !after_letter,
            follow,
        }
    }
}

/// ASCII characters that terms begin with, that those begin with that may begin inside a word,
/// that words in disguise begin with, and that may follow the first of a term; each as
/// [`Index::ascii`].
pub(super) type Sets = [[u8; 16]; 4];

/// Characters of three bytes in the order of the text.
pub(super) struct Row {
    /// Their first bytes.
    pub place: [u32; ROOM],
    /// Of Han characters code less the start of [`HAN`], and [`PAIR`]; of others the code.
    pub code: [u16; ROOM],
    /// Of Han characters that were looked at, what they fold to.
    pub folded: [u16; ROOM],
    /// And their sounds, if these are asked for.
    pub sound: [u16; ROOM],
    /// How many.
    pub count: usize,
}

impl Default for Row {
    fn default() -> Self {
        Self {
            place: [0; ROOM],
            code: [0; ROOM],
            folded: [0; ROOM],
            sound: [0; ROOM],
            count: 0,
        }
    }
}

impl Row {
    fn push(&mut self, block: &[u8; SEEN], mut mask: u64, kind: Kind, base: u32) {
        while mask != 0 {
            let at = mask.trailing_zeros() as usize;
            let code = three_bytes(&block[at..]) as u16;
            self.place[self.count] = base + at as u32;
            self.code[self.count] = match kind {
                Kind::Han(pairs) => {
                    let flag = if pairs >> at & 1 == 1 { PAIR } else { 0 };
                    (code - HAN.start as u16) | flag
                }
                Kind::Other => code,
            };
            self.count += 1;
            mask &= mask - 1;
        }
    }

    /// Folds all of them.
    #[inline(always)]
    pub fn fold(&mut self, table: &[u16; HAN_CODES]) {
        for (folded, code) in self.folded.iter_mut().zip(&self.code[..self.count]) {
            *folded = table[usize::from(code & !PAIR)];
        }
    }

    /// As [`Row::fold`], and looks up the sounds of all of them and of what is behind the last.
    #[inline(always)]
    pub fn fold_and_listen(&mut self, table: &[u32; HAN_CODES]) {
        let count = (self.count + 2).min(ROOM);
        let written = self.folded.iter_mut().zip(&mut self.sound);
        for ((folded, sound), code) in written.zip(&self.code[..count]) {
            let both = table[usize::from(code & !PAIR)];
            (*folded, *sound) = (both as u16, (both >> 16) as u16);
        }
    }

    /// Only the last `count` stay.
    pub fn keep_last(&mut self, count: usize) {
        let first = self.count - count;
        self.place.copy_within(first..self.count, 0);
        self.code.copy_within(first..self.count, 0);
        self.count = count;
    }
}

/// What kind of characters is taken out of a block.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Those of [`HAN`], and which of them are pairs.
    Han(u64),
    /// Others of three bytes.
    Other,
}

/// Beginnings of Latin words.
pub(super) struct Words {
    /// Their first bytes.
    pub place: [u32; ROOM],
    /// Classes of four bytes, the first lowest.
    pub start: [u32; ROOM],
    /// How many.
    pub count: usize,
}

impl Default for Words {
    fn default() -> Self {
        Self {
            place: [0; ROOM],
            start: [0; ROOM],
            count: 0,
        }
    }
}

/// A way to look at blocks.
pub(super) trait Blocks {
    /// The masks of a block; `carry` is 1 if a letter or digit ends the block before.
    ///
    /// # Safety
    ///
    /// The processor must have what the way is named after.
    unsafe fn masks(block: &[u8; BLOCK], sets: &Sets, carry: u64) -> Masks;

    /// Appends `base` + every place in `mask` to `places`, which has room for [`BLOCK`] more.
    ///
    /// # Safety
    ///
    /// As [`Blocks::masks`].
    unsafe fn push(mask: u64, base: u32, places: &mut [u32; ROOM], count: &mut usize);

    /// Appends the characters of three bytes that begin in `mask`.
    ///
    /// # Safety
    ///
    /// As [`Blocks::masks`].
    unsafe fn three(block: &[u8; SEEN], mask: u64, kind: Kind, base: u32, row: &mut Row);

    /// Appends the words that begin in `mask`.
    ///
    /// # Safety
    ///
    /// As [`Blocks::masks`].
    unsafe fn words(block: &[u8; SEEN], mask: u64, base: u32, words: &mut Words);

    /// Of the first `ready` characters of a row, those that are pairs whose bit is set; returns how
    /// many positions in the row were written to `kept`. One more character follows.
    ///
    /// # Safety
    ///
    /// As [`Blocks::masks`].
    unsafe fn keep_pairs(row: &Row, ready: usize, index: &Index, kept: &mut [u16; ROOM]) -> usize;

    /// As [`Blocks::keep_pairs`] by the sounds of three characters, or of two where no Han
    /// character follows these. Two more characters follow.
    ///
    /// # Safety
    ///
    /// As [`Blocks::masks`].
    unsafe fn keep_sounds(row: &Row, ready: usize, bits: &Bits, kept: &mut [u16; ROOM]) -> usize;
}

/// The code of a character of three bytes.
#[inline(always)]
pub(super) fn three_bytes(bytes: &[u8]) -> u32 {
    u32::from(bytes[0] & 15) << 12 | u32::from(bytes[1] & 63) << 6 | u32::from(bytes[2] & 63)
}

/// The code of a character of two bytes.
#[inline(always)]
pub(super) fn two_bytes(bytes: &[u8]) -> u32 {
    u32::from(bytes[0] & 31) << 6 | u32::from(bytes[1] & 63)
}

/// [`Blocks::keep_pairs`] one by one.
#[inline(always)]
fn keep_pairs(row: &Row, ready: usize, index: &Index, kept: &mut [u16; ROOM]) -> usize {
    let mut count = 0;
    for at in 0..ready.min(ROOM - 1) {
        let pair = pair_hash(row.folded[at].into(), row.folded[at + 1].into());
        kept[count] = at as u16;
        count += (index.han.test(pair) & u32::from(row.code[at] >> 15)) as usize;
    }
    count
}

/// [`Blocks::keep_sounds`] one by one.
#[inline(always)]
fn keep_sounds(row: &Row, ready: usize, bits: &Bits, kept: &mut [u16; ROOM]) -> usize {
    let mut count = 0;
    for at in 0..ready.min(ROOM - 2) {
        let [first, second, third] = [0, 1, 2].map(|next| u32::from(row.sound[at + next]));
        let third = match row.code[at + 1] & PAIR {
            0 => OPEN,
            _ => third,
        };
        let hash = third_hash(pair_hash(first, second), third);
        kept[count] = at as u16;
        count += (bits.test(hash) & u32::from(row.code[at] >> 15)) as usize;
    }
    count
}

/// For every processor.
pub(super) struct Portable;

impl Blocks for Portable {
    #[inline(always)]
    unsafe fn masks(block: &[u8; BLOCK], sets: &Sets, carry: u64) -> Masks {
        let (mut leads, mut letters, mut in_sets) = ([0; 3], 0, [0; 4]);
        for (place, byte) in block.iter().enumerate() {
            let bit = |set: bool| u64::from(set) << place;
            leads[0] |= bit((0xE4..=0xE9).contains(byte));
            leads[1] |= bit((0xE0..=0xEF).contains(byte));
            leads[2] |= bit(*byte >= 0xC0);
            letters |= bit(byte.is_ascii_alphanumeric());
            for (all, set) in in_sets.iter_mut().zip(sets) {
                let is_in = *byte < 0x80 && set[usize::from(byte & 15)] >> (byte >> 4) & 1 == 1;
                *all |= bit(is_in);
            }
        }
        Masks::new(leads, letters, in_sets, carry)
    }

    #[inline(always)]
    unsafe fn push(mut mask: u64, base: u32, places: &mut [u32; ROOM], count: &mut usize) {
        while mask != 0 {
            places[*count] = base + mask.trailing_zeros();
            *count += 1;
            mask &= mask - 1;
        }
    }

    #[inline(always)]
    unsafe fn three(block: &[u8; SEEN], mask: u64, kind: Kind, base: u32, row: &mut Row) {
        row.push(block, mask, kind, base);
    }

    #[inline(always)]
    unsafe fn words(block: &[u8; SEEN], mut mask: u64, base: u32, words: &mut Words) {
        while mask != 0 {
            let at = mask.trailing_zeros() as usize;
            let class = |from: usize| ASCII_CLASS[usize::from(block[at + from])];
            words.place[words.count] = base + at as u32;
            words.start[words.count] = u32::from_le_bytes([class(0), class(1), class(2), class(3)]);
            words.count += 1;
            mask &= mask - 1;
        }
    }

    #[inline(always)]
    unsafe fn keep_pairs(row: &Row, ready: usize, index: &Index, kept: &mut [u16; ROOM]) -> usize {
        keep_pairs(row, ready, index, kept)
    }

    #[inline(always)]
    unsafe fn keep_sounds(row: &Row, ready: usize, bits: &Bits, kept: &mut [u16; ROOM]) -> usize {
        keep_sounds(row, ready, bits, kept)
    }
}

#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "aarch64")]
pub(super) use neon::Neon;
#[cfg(target_arch = "x86_64")]
mod x86;
#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Avx2, Avx512};

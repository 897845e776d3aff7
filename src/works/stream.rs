//! [`Stream`]: a text as it comes, to the fingerprints that are selected of it.

use std::sync::OnceLock;

use crate::text::{FoldTable, Folded};

/// Units to each side of a fingerprint of which its signature knows something.
pub(super) const REACH: usize = 32;
/// Units that are looked at together.
const CAPACITY: usize = 1024 + KEPT;
/// Units that stay in view of what comes next: a fingerprint that waits for what follows it, and
/// what stands before it.
const KEPT: usize = 192;
/// Most units that one character folds to (ﷺ).
const MOST_OF_ONE: usize = 20;

/// How fingerprints are selected. Texts can only be compared under one scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// Works: every common run of 50 units is found.
    Works,
    /// Items that are shorter, such as those of test banks: every common run of 10 units is
    /// found, at seventeen times the fingerprints.
    Items,
}

impl Scheme {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Works, Self::Items];

    /// Units of a fingerprint.
    pub const fn k(self) -> usize {
        match self {
            Self::Works => 18,
            Self::Items => 10,
        }
    }

    /// Fingerprints of which one is selected.
    pub const fn w(self) -> usize {
        match self {
            Self::Works => 33,
            Self::Items => 1,
        }
    }

    /// Units of the shortest common run that is found in any case.
    pub const fn guaranteed(self) -> usize {
        self.k() + self.w() - 1
    }

    /// Name in output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::Items => "items",
        }
    }
}

/// Character → the number that stands for it in hashes; 0 for one that does not count.
pub struct UnitTable {
    basic: Box<[u64; 1 << 16]>,
}

/// Marks characters that fold to several.
const SEVERAL: u64 = 1;
/// Stands for what is before the first and after the last unit.
const OUTSIDE: u64 = 0xD6E8_FEB8_6659_FD93;

impl UnitTable {
    /// The table of the program, built on first use.
    pub fn get() -> &'static Self {
        static TABLE: OnceLock<UnitTable> = OnceLock::new();
        TABLE.get_or_init(|| {
            let fold = FoldTable::get();
            let unit = |code: u32| {
                char::from_u32(code).map_or(0, |c| match fold.lowered(c) {
                    Folded::Same => value(c),
                    Folded::One(to, _) => value(to),
                    Folded::Several(..) => SEVERAL,
                    Folded::Nothing => 0,
                })
            };
            Self {
                basic: (0..1 << 16)
                    .map(unit)
                    .collect::<Box<[u64]>>()
                    .try_into()
                    .expect("one for each"),
            }
        })
    }
}

/// What stands for a folded character: SplitMix64 of its code (Steele, Lea and Flood, OOPSLA 2014).
fn value(c: char) -> u64 {
    if !c.is_alphanumeric() {
        return 0;
    }
    let mut z = u64::from(u32::from(c)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    // No character is taken for one that does not count.
    (z ^ (z >> 31)).max(SEVERAL + 1)
}

/// Where the character of a unit stands in its text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// First byte times four, and length in bytes less one.
    byte: u64,
    /// Characters before it.
    pub point: u64,
}

impl Place {
    /// First byte of the character.
    pub const fn start(self) -> u64 {
        self.byte >> 2
    }

    /// One past its last byte.
    pub const fn end(self) -> u64 {
        (self.byte >> 2) + (self.byte & 3) + 1
    }
}

/// The fingerprints of a text that comes in parts. Used for one text after the other.
pub struct Stream {
    scheme: Scheme,
    table: &'static UnitTable,
    values: Box<[u64; CAPACITY]>,
    places: Box<[Place; CAPACITY]>,
    hashes: Box<[u64; CAPACITY]>,
    /// Units in the buffers, and units of the text before them.
    len: usize,
    before: u64,
    /// Bytes and characters of the text so far.
    bytes: u64,
    points: u64,
    /// The first fingerprint that is not hashed yet, and the hash before it.
    next: usize,
    hash: u64,
    /// The least of the last `w`, once there are so many.
    least: Option<usize>,
    /// Selected, and waiting for what follows.
    waiting: Vec<usize>,
    selected: u64,
}

/// A fingerprint that was selected, in view of what surrounds it.
pub struct Selected<'a> {
    stream: &'a Stream,
    at: usize,
    /// Number among those selected of the text.
    pub number: u64,
}

impl Stream {
    /// For texts under a scheme.
    pub fn new(scheme: Scheme) -> Self {
        Self {
            scheme,
            table: UnitTable::get(),
            values: Box::new([0; CAPACITY]),
            places: Box::new([Place::default(); CAPACITY]),
            hashes: Box::new([0; CAPACITY]),
            len: 0,
            before: 0,
            bytes: 0,
            points: 0,
            next: 0,
            hash: 0,
            least: None,
            waiting: Vec::new(),
            selected: 0,
        }
    }

    /// Units of the text so far.
    pub fn units(&self) -> u64 {
        self.before + self.len as u64
    }

    /// The scheme it was made for.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The next part of the text; `take` gets what is selected, in order.
    pub fn push(&mut self, text: &str, take: &mut impl FnMut(&Selected<'_>)) {
        self.push_seen(text, &mut |_| {}, take);
    }

    /// As [`Stream::push`]; `see` gets the values of all units, in order and in parts.
    pub fn push_seen(
        &mut self,
        text: &str,
        see: &mut impl FnMut(&[u64]),
        take: &mut impl FnMut(&Selected<'_>),
    ) {
        let bytes = text.as_bytes();
        let mut at = 0;
        loop {
            let from = self.len;
            at = self.fill(text, at);
            see(&self.values[from..self.len]);
            if at == bytes.len() {
                break;
            }
            self.select();
            self.hand_over(false, take);
            self.drain();
        }
        self.bytes += bytes.len() as u64;
    }

    /// Ends the text; the next part begins another one.
    pub fn end(&mut self, take: &mut impl FnMut(&Selected<'_>)) {
        self.select();
        if self.least.is_none() && self.next > 0 {
            // Shorter than a window: its least stands for it.
            self.waiting.push(least_of(&self.hashes[..], 0..self.next));
        }
        self.hand_over(true, take);
        self.waiting.clear();
        (self.len, self.next, self.hash, self.selected) = (0, 0, 0, 0);
        (self.before, self.bytes, self.points) = (0, 0, 0);
        self.least = None;
    }

    /// Takes in units until the buffers are full: the byte to go on from.
    fn fill(&mut self, text: &str, from: usize) -> usize {
        let bytes = text.as_bytes();
        let basic: &[u64; 1 << 16] = &self.table.basic;
        let (mut at, mut len, mut point) = (from, self.len, self.points);
        let (values, places) = (&mut *self.values, &mut *self.places);
        loop {
            // Nearly everything: characters of one or three bytes that are one unit or none.
            while len < CAPACITY - MOST_OF_ONE {
                let Some([lead, second, third]) = bytes.get(at..).and_then(<[u8]>::first_chunk)
                else {
                    break;
                };
                let (code, length) = match lead {
                    0..0x80 => (u16::from(*lead), 1),
                    0xE0..0xF0 => {
                        let code = u16::from(*lead) << 12
                            | u16::from(second & 63) << 6
                            | u16::from(third & 63);
                        (code, 3)
                    }
                    _ => break,
                };
                let unit = basic[usize::from(code)];
                if unit == SEVERAL {
                    break;
                }
                values[len] = unit;
                places[len] = Place {
                    byte: (self.bytes + at as u64) << 2 | (length - 1),
                    point,
                };
                len += usize::from(unit != 0);
                point += 1;
                at += length as usize;
            }
            if len >= CAPACITY - MOST_OF_ONE {
                break;
            }
            let Some(c) = text[at..].chars().next() else {
                break;
            };
            let place = Place {
                byte: (self.bytes + at as u64) << 2 | (c.len_utf8() as u64 - 1),
                point,
            };
            each_folded(c, |unit| {
                values[len] = unit;
                places[len] = place;
                len += usize::from(unit != 0);
            });
            point += 1;
            at += c.len_utf8();
        }
        (self.len, self.points) = (len, point);
        at
    }

    /// Hashes what can be hashed and selects.
    fn select(&mut self) {
        let (k, w) = (self.scheme.k(), self.scheme.w());
        let Some(to) = (self.len + 1).checked_sub(k) else {
            return;
        };
        let (values, hashes) = (&self.values[..self.len], &mut self.hashes[..to]);
        let mut hash = self.hash;
        let mut first = self.next;
        if first == 0 && to > 0 {
            let units = values[..k].iter();
            hash = units.fold(0, |hash: u64, value| hash.rotate_left(1) ^ value);
            hashes[0] = hash;
            first = 1;
        }
        if first < to {
            let leaving = &values[first - 1..to - 1];
            let entering = &values[first + k - 1..];
            let moved = leaving.iter().zip(entering);
            for (to, (leaves, enters)) in hashes[first..].iter_mut().zip(moved) {
                hash = hash.rotate_left(1) ^ (leaves.rotate_left(k as u32) ^ enters);
                *to = hash;
            }
        }
        self.hash = hash;
        let mut from = self.next;
        self.next = self.next.max(to);
        let mut least = match self.least {
            Some(least) => least,
            None if to >= w => {
                let first = least_of(hashes, 0..w);
                self.waiting.push(first);
                from = w;
                first
            }
            None => return,
        };
        let mut at = from;
        while at < to {
            // Of equal ones the first stays for as long as it is in the window, so that
            // monotonous text selects few: robust winnowing.
            let leaves = least + w;
            match lower(&hashes[at..to.min(leaves + 1)], hashes[least]) {
                Some(by) => {
                    least = at + by;
                    at = least + 1;
                }
                None if leaves >= to => break,
                None => {
                    least = least_of(hashes, leaves + 1 - w..leaves + 1);
                    at = leaves + 1;
                }
            }
            self.waiting.push(least);
        }
        self.least = Some(least);
    }

    /// Hands over what was selected and has all in view that it will have.
    fn hand_over(&mut self, ended: bool, take: &mut impl FnMut(&Selected<'_>)) {
        let ready = if ended {
            self.waiting.len()
        } else {
            let seen = |at: &usize| at + self.scheme.k() + REACH <= self.len;
            self.waiting.iter().take_while(|at| seen(at)).count()
        };
        for at in 0..ready {
            take(&Selected {
                stream: self,
                at: self.waiting[at],
                number: self.selected + at as u64,
            });
        }
        self.waiting.drain(..ready);
        self.selected += ready as u64;
    }

    /// Makes room, and keeps what is still needed.
    fn drain(&mut self) {
        let Some(gone) = self.len.checked_sub(KEPT).filter(|gone| *gone > 0) else {
            return;
        };
        self.values.copy_within(gone..self.len, 0);
        self.places.copy_within(gone..self.len, 0);
        self.hashes.copy_within(gone..self.len, 0);
        self.len -= gone;
        self.next -= gone;
        self.before += gone as u64;
        // Both are among the last of what was hashed.
        self.least = self.least.map(|least| least - gone);
        self.waiting.iter_mut().for_each(|at| *at -= gone);
    }
}

/// Calls `push` with the value of every character that `c` folds to.
fn each_folded(c: char, mut push: impl FnMut(u64)) {
    match FoldTable::get().lowered(c) {
        Folded::Same => push(value(c)),
        Folded::One(to, _) => push(value(to)),
        Folded::Several(to, _) => to.chars().for_each(|c| push(value(c))),
        Folded::Nothing => {}
    }
}

/// The first that is lower than `than`.
fn lower(hashes: &[u64], than: u64) -> Option<usize> {
    let (eights, rest) = hashes.as_chunks::<8>();
    for (number, eight) in eights.iter().enumerate() {
        if eight.iter().fold(false, |any, hash| any | (*hash < than)) {
            let by = eight.iter().position(|hash| *hash < than)?;
            return Some(number * 8 + by);
        }
    }
    let by = rest.iter().position(|hash| *hash < than)?;
    Some(eights.len() * 8 + by)
}

/// The last of the least.
fn least_of(hashes: &[u64], range: std::ops::Range<usize>) -> usize {
    let hashes = &hashes[range.clone()];
    // Four at a time, and the place afterwards: which is the least cannot be predicted.
    let (fours, rest) = hashes.as_chunks::<4>();
    let mut least = [u64::MAX; 4];
    for four in fours {
        for lane in 0..4 {
            least[lane] = least[lane].min(four[lane]);
        }
    }
    let lowest = least.iter().chain(rest).copied().fold(u64::MAX, u64::min);
    let mut at = 0;
    for (place, hash) in hashes.iter().enumerate() {
        at = if *hash == lowest { place } else { at };
    }
    range.start + at
}

impl Selected<'_> {
    /// Units of the text before it.
    pub fn start(&self) -> u64 {
        self.stream.before + self.at as u64
    }

    /// 60 bits by which it is known. The hash that decides what is selected is low where it was, so
    /// it is mixed (finalizer of MurmurHash3).
    #[inline]
    pub fn fingerprint(&self) -> u64 {
        let mut h = self.stream.hashes[self.at];
        h = (h ^ (h >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
        h = (h ^ (h >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
        (h ^ (h >> 33)) >> 4
    }

    /// What stands around it: one bit for each of 32 units before it (low) and after it (high),
    /// nearest first, that depends on all between. Where two texts go on alike their bits are
    /// alike; from where they differ on, half of them.
    pub fn signature(&self) -> u64 {
        let Stream {
            scheme,
            values,
            hashes,
            len,
            ..
        } = self.stream;
        if scheme.w() == 1 {
            // Its neighbors are selected as well.
            return 0;
        }
        let after = self.at + scheme.k();
        let mut signature = 0;
        let (mut left, mut right) = (hashes[self.at], !hashes[self.at]);
        for step in 0..REACH {
            let value = |at: Option<usize>| match at {
                Some(at) if at < *len => values[at],
                _ => OUTSIDE,
            };
            left = (left ^ value(self.at.checked_sub(step + 1))).wrapping_mul(OUTSIDE);
            right = (right ^ value(Some(after + step))).wrapping_mul(OUTSIDE);
            signature |= (left >> 63) << step | (right >> 63) << (REACH + step);
        }
        signature
    }

    /// Where the unit stands that is `by` units after the first one of the fingerprint; it must be
    /// within 32 units of the fingerprint, and in the text.
    pub fn place(&self, by: i64) -> Place {
        let at = self.at as i64 + by;
        self.stream.places[usize::try_from(at).unwrap_or(0).min(self.stream.len - 1)]
    }

    /// Units of the text that are in view before it and after it, at most 32 each.
    pub fn room(&self) -> (u64, u64) {
        let after = self.stream.len - self.at - self.stream.scheme.k();
        (self.at.min(REACH) as u64, after.min(REACH) as u64)
    }
}

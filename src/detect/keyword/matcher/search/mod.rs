//! The search: blocks of a text, what is gathered of them, and what is looked up and read.
//!
//! Nothing branches on a single character before it has passed the tables; what passed is kept in
//! rows and looked up together.

mod place;

use std::ops::Range;

use super::blocks::{
    self, BLOCK, Blocks, GATHER, Kind, Masks, PAIR, ROOM, Row, SEEN, Words, three_bytes, two_bytes,
};
use super::index::{
    FIRST_THREE, Found, Index, SECOND, SKIP, START, ascii_hash, key, pair_hash, third_hash,
};
use super::{Hit, TermMatcher};

/// One text, or a range of it, being searched.
pub(super) struct Search<'a> {
    pub matcher: &'a TermMatcher,
    pub index: &'a Index,
    pub text: &'a str,
    /// Where terms may begin.
    pub range: Range<usize>,
    pub hits: &'a mut Vec<Hit>,
}

#[cfg(target_arch = "aarch64")]
#[expect(unsafe_code, reason = "the callers have asked the processor")]
impl Search<'_> {
    #[target_feature(enable = "neon")]
    pub unsafe fn run_neon(&mut self) {
        // SAFETY: the same feature.
        unsafe { self.run::<blocks::Neon>() }
    }
}

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "the callers have asked the processor")]
impl Search<'_> {
    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    pub unsafe fn run_avx2(&mut self) {
        // SAFETY: the same features.
        unsafe { self.run::<blocks::Avx2>() }
    }

    #[target_feature(
        enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2"
    )]
    pub unsafe fn run_avx512(&mut self) {
        // SAFETY: the same features.
        unsafe { self.run::<blocks::Avx512>() }
    }
}

/// What was gathered and not yet looked up.
#[derive(Default)]
struct Gathered {
    han: Row,
    others: Row,
    words: Words,
    rest: Rest,
    found: Candidates,
}

/// Pairs that begin a term, or are hashed like it. They are looked up together, for what is looked
/// up seldom lies far away, and waiting for one place after another was a third of the time.
struct Candidates {
    place: [u32; CANDIDATES],
    /// First, second and third character.
    chars: [[u16; 3]; CANDIDATES],
    count: usize,
}

/// How many are looked up together.
const CANDIDATES: usize = 64;

impl Default for Candidates {
    fn default() -> Self {
        Self {
            place: [0; CANDIDATES],
            chars: [[0; 3]; CANDIDATES],
            count: 0,
        }
    }
}

/// Places of characters of two and four bytes.
struct Rest {
    places: [u32; ROOM],
    count: usize,
}

impl Default for Rest {
    fn default() -> Self {
        Self {
            places: [0; ROOM],
            count: 0,
        }
    }
}

/// A text by blocks, with zeros behind its end.
struct Padded<'t> {
    bytes: &'t [u8],
    tail: [u8; SEEN],
}

impl<'t> Padded<'t> {
    const fn new(bytes: &'t [u8]) -> Self {
        Self {
            bytes,
            tail: [0; SEEN],
        }
    }

    /// The bytes from `at` on.
    #[inline(always)]
    fn seen(&mut self, at: usize) -> &[u8; SEEN] {
        if let Some(seen) = self.bytes.get(at..at + SEEN) {
            return seen.try_into().expect("of that length");
        }
        let rest = self.bytes.get(at..).unwrap_or_default();
        self.tail = [0; SEEN];
        self.tail[..rest.len()].copy_from_slice(rest);
        &self.tail
    }
}

/// The lowest bits of a mask.
#[inline(always)]
const fn lowest(count: usize) -> u64 {
    if count < BLOCK { !(!0 << count) } else { !0 }
}

impl Search<'_> {
    /// # Safety
    ///
    /// As [`Blocks`].
    #[expect(unsafe_code, reason = "see `Blocks`")]
    #[inline(always)]
    pub unsafe fn run<B: Blocks>(&mut self) {
        // Characters behind the range are gathered too, for terms that reach there.
        const BEYOND: usize = 6;
        let mut text = Padded::new(self.text.as_bytes());
        let mut gathered = Gathered::default();
        let sets = &self.matcher.sets;
        let Range { start, end } = self.range;
        let after_letter = start > 0 && text.bytes[start - 1].is_ascii_alphanumeric();
        // SAFETY of all below: as for this function.
        let masks_at = |text: &mut Padded<'_>, at: usize, carry: u64| -> Masks {
            let block = text.seen(at).first_chunk().expect("it is longer");
            unsafe { B::masks(block, sets, carry) }
        };
        let mut next = masks_at(&mut text, start, u64::from(after_letter));
        for base in (start..(end + BEYOND).min(text.bytes.len())).step_by(BLOCK) {
            let masks = next;
            next = masks_at(&mut text, base + BLOCK, masks.letters >> 63);
            let before = |what: u64, next: u64| what >> 3 | next << (BLOCK - 3);
            let begin = lowest(end.saturating_sub(base));
            let han = masks.han & begin;
            let pairs = han & before(masks.han, next.han);
            let seen = text.seen(base);
            // SAFETY: see above.
            unsafe {
                let base = base as u32;
                if masks.han != 0 {
                    B::three(seen, masks.han, Kind::Han(pairs), base, &mut gathered.han);
                }
                if masks.three != 0 {
                    B::three(seen, masks.three, Kind::Other, base, &mut gathered.others);
                }
                if masks.ascii & begin != 0 {
                    B::words(seen, masks.ascii & begin, base, &mut gathered.words);
                }
                if masks.other != 0 {
                    let Rest { places, count } = &mut gathered.rest;
                    B::push(masks.other, base, places, count);
                }
                if gathered.han.count > GATHER {
                    self.pairs::<B>(&mut gathered.han, &mut gathered.found, false);
                }
            }
            if gathered.others.count > GATHER {
                self.others(&mut gathered.others);
            }
            if gathered.words.count > GATHER {
                self.words(&mut gathered.words);
            }
            if gathered.rest.count > GATHER {
                self.rest(&mut gathered.rest);
            }
            self.every(han & before(masks.follow, next.follow), base, Self::single);
            if self.index.alone {
                self.every(han, base, Self::alone);
            }
            if self.matcher.disguises.is_some() {
                let latin = han & before(masks.letters, next.letters);
                self.every(latin, base, Self::before_latin);
                self.every(masks.words & begin, base, Self::word_in_disguise);
            }
        }
        // SAFETY: see above.
        unsafe { self.pairs::<B>(&mut gathered.han, &mut gathered.found, true) };
        self.candidates(&mut gathered.found);
        self.others(&mut gathered.others);
        self.words(&mut gathered.words);
        self.rest(&mut gathered.rest);
    }

    /// Looks at every place of a mask.
    #[inline(always)]
    fn every(&mut self, mut mask: u64, base: usize, look: impl Fn(&mut Self, usize)) {
        while mask != 0 {
            look(self, base + mask.trailing_zeros() as usize);
            mask &= mask - 1;
        }
    }

    /// Looks up the pairs of a row: all of them if it is the last, else those whose third
    /// character is there. The others stay.
    ///
    /// # Safety
    ///
    /// As [`Blocks`].
    #[expect(unsafe_code, reason = "see `Blocks`")]
    #[inline(always)]
    unsafe fn pairs<B: Blocks>(&mut self, row: &mut Row, found: &mut Candidates, last: bool) {
        let index = self.index;
        let ready = if last {
            // Behind the last character there is none, which is looked at all the same.
            row.code[row.count..row.count + 2].fill(0);
            row.count
        } else {
            row.count - 2
        };
        match &self.matcher.disguises {
            None => row.fold(&index.han_folded),
            Some(disguises) => row.fold_and_listen(&disguises.sounding),
        }
        let mut kept = [0; ROOM];
        // SAFETY: as for this function.
        let count = unsafe { B::keep_pairs(row, ready, index, &mut kept) };
        let count = self.keep_thirds(row, &mut kept[..count]);
        for at in &kept[..count] {
            self.pair(row, usize::from(*at), found);
        }
        if let Some(disguises) = &self.matcher.disguises {
            // SAFETY: as for this function.
            let count = unsafe { B::keep_sounds(row, ready, &disguises.thirds, &mut kept) };
            for at in &kept[..count] {
                let place = row.place[usize::from(*at)] as usize;
                if let Some(places) = disguises.at_han_pair(self.text, place) {
                    let terms = places.terms();
                    terms.for_each(|term| self.read_disguised(place, term));
                }
            }
        }
        if last {
            row.count = 0;
        } else {
            row.keep_last(2);
        }
    }

    /// Keeps those pairs behind which a third Han character may go on, or that another character
    /// follows; returns how many.
    #[inline(always)]
    fn keep_thirds(&self, row: &Row, kept: &mut [u16]) -> usize {
        let thirds = &self.index.third;
        let mut count = 0;
        for place in 0..kept.len() {
            let at = usize::from(kept[place]).min(ROOM - 3);
            let [first, second, third] = [0, 1, 2].map(|next| u32::from(row.folded[at + next]));
            let pair = pair_hash(first, second);
            let goes_on = thirds.test(third_hash(pair, third)) | thirds.test(third_hash(pair, 0));
            let repeats = third == second && self.matcher.evasive;
            let follows = row.code[at + 1] & PAIR != 0;
            kept[count] = at as u16;
            count += usize::from((goes_on != 0) | repeats | !follows);
        }
        count
    }

    /// A pair of Han characters that begins some term, or one that is hashed like it.
    #[inline(always)]
    fn pair(&mut self, row: &Row, at: usize, found: &mut Candidates) {
        let place = row.place[at];
        let (first, second) = (row.folded[at], row.folded[at + 1]);
        if first == 0 || second == 0 {
            return self.careful(place as usize);
        }
        let third = match at + 2 < row.count && row.place[at + 2] == place + 6 {
            true => row.folded[at + 2],
            false => self.third(place as usize + 6),
        };
        found.place[found.count] = place;
        found.chars[found.count] = [first, second, third];
        found.count += 1;
        if found.count == CANDIDATES {
            self.candidates(found);
        }
    }

    /// Looks up candidates: their slots, then the first terms of these, then what they say.
    #[inline(never)]
    fn candidates(&mut self, found: &mut Candidates) {
        let index = self.index;
        let count = std::mem::take(&mut found.count);
        let mut terms = [Found::default(); CANDIDATES];
        for (terms, [first, second, _]) in terms.iter_mut().zip(&found.chars[..count]) {
            *terms = index.slots.find(key((*first).into(), (*second).into()));
        }
        let touched = terms[..count].iter().map(|terms| index.touch(*terms));
        std::hint::black_box(touched.fold(0, |all, byte| all ^ byte));
        for at in 0..count {
            let terms = index.slots.terms(terms[at]);
            let [_, second, third] = found.chars[at];
            let place = found.place[at] as usize;
            // Whatever may be passed over says nothing of what comes behind it.
            if third == 0 || third == second && self.matcher.evasive {
                self.all(place, terms);
            } else {
                self.with_third(place, terms, third.into());
            }
        }
    }

    /// What the character at `at`, which follows two Han characters, folds to; 0 where it may be
    /// anything or nothing.
    #[inline(always)]
    fn third(&self, at: usize) -> u16 {
        let rest = &self.text.as_bytes()[at..];
        if rest.is_empty() {
            // No term has it.
            return u16::MAX;
        }
        let (code, _) = code_of(rest);
        match self.index.class.get(code) {
            Some(class) if class & SKIP == 0 => self.index.folded[code],
            _ => 0,
        }
    }

    /// Characters of three bytes that are no Han characters.
    fn others(&mut self, row: &mut Row) {
        let index = self.index;
        let bytes = self.text.as_bytes();
        let mut kept = 0;
        for at in 0..std::mem::take(&mut row.count) {
            let (place, code) = (row.place[at], usize::from(row.code[at]));
            let class = index.class[code];
            // Most of them are marks that follow Han characters and are the second of some term:
            // whether of one that begins so is asked before anything branches on it.
            let before = (place as usize).saturating_sub(3);
            let first = three_bytes(&bytes[before..before + 3]) as usize;
            let pair = pair_hash(index.folded[first].into(), index.folded[code].into());
            let plain = index.folded[first] != 0 && index.folded[code] != 0;
            let follows = index.mixed.test(pair) != 0 || !plain;
            let class = class & if follows { !0 } else { !SECOND };
            (row.place[kept], row.code[kept]) = (place, class.into());
            kept += usize::from(class & (START | SECOND | SKIP) != 0);
        }
        for at in 0..kept {
            self.other(row.place[at] as usize, row.code[at] as u8);
        }
    }

    /// Characters of two and four bytes.
    fn rest(&mut self, rest: &mut Rest) {
        for at in 0..std::mem::take(&mut rest.count) {
            let place = rest.places[at] as usize;
            let (code, _) = code_of(&self.text.as_bytes()[place..]);
            // Beyond the basic plane anything is possible.
            let class = self.index.class.get(code).copied().unwrap_or(!0);
            if class & (START | SECOND | SKIP) != 0 {
                self.other(place, class);
            }
        }
    }

    /// A character beyond ASCII and Han that may begin a term or follow the first of one.
    fn other(&mut self, at: usize, class: u8) {
        if class & START != 0 && self.range.contains(&at) {
            self.single(at);
        }
        let Some(before) = at.checked_sub(3) else {
            return;
        };
        let is_han = (0xE4..=0xE9).contains(&self.text.as_bytes()[before]);
        if class & (SECOND | SKIP) != 0 && is_han && self.range.contains(&before) {
            self.single(before);
        }
    }

    /// ASCII characters that begin some term.
    fn words(&mut self, words: &mut Words) {
        let index = self.index;
        let count = std::mem::take(&mut words.count);
        let mut kept = 0;
        for at in 0..count {
            let (place, start) = (words.place[at], words.start[at]);
            words.place[kept] = place;
            words.start[kept] = start;
            kept += index.three.test(ascii_hash(start & FIRST_THREE)) as usize;
        }
        for at in 0..kept {
            let start = words.start[at];
            let three = index.four.test(ascii_hash(start & FIRST_THREE));
            if index.four.test(ascii_hash(start)) | three != 0 {
                self.careful(words.place[at] as usize);
            }
        }
    }
}

/// Code and length of the character of which these are the first bytes.
#[inline(always)]
fn code_of(bytes: &[u8]) -> (usize, usize) {
    match bytes[0] {
        byte @ 0..=0x7F => (usize::from(byte), 1),
        0xC0..=0xDF => (two_bytes(bytes) as usize, 2),
        0xE0..=0xEF => (three_bytes(bytes) as usize, 3),
        // Whatever it is, it has no entry in a table of the basic plane.
        _ => (usize::MAX, 4),
    }
}

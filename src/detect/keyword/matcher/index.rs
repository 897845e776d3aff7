//! The tables that decide where a term may begin.
//!
//! - what a character of the basic plane may be: one byte each;
//! - what it folds to: looked up once a character, so that folding multiplies nothing;
//! - Han character followed by Han character: one hashed bit for the first two characters of a
//!   term, and for those that pass another for three of them;
//! - ASCII: bits for the first three and four bytes, with classes instead of bytes where the
//!   text may depart from the term;
//! - the first two folded characters → terms, by their third.

use std::collections::HashSet;

use super::TermOptions;
use super::walk::{Reading, is_letter, is_noise};
use crate::text::{FoldTable, Folded};

/// The Han characters whose pairs have a table of their own: three bytes, led by E4 to E9.
pub(super) const HAN: std::ops::Range<u32> = 0x4000..0xA000;

/// Codes of the basic plane.
pub(super) const PLANE: usize = 0x1_0000;

/// Places for the codes of [`HAN`], a power of two.
pub(super) const HAN_CODES: usize = 0x8000;

/// A term can begin with the character.
pub(super) const START: u8 = 1;
/// The second character of a term can be it.
pub(super) const SECOND: u8 = 2;
/// It may stand between the characters of a term.
pub(super) const SKIP: u8 = 4;
/// It is a whole term, or several characters of one.
pub(super) const ALONE: u8 = 8;

/// See the module.
pub(super) struct Index {
    /// By code below 65,536.
    pub class: Box<[u8; PLANE]>,
    /// What a character below 65,536 folds to; 0 for what is not one such character.
    pub folded: Box<[u16; PLANE]>,
    /// What the characters of [`HAN`] fold to, from its start; 0 as in `folded`.
    pub han_folded: Box<[u16; HAN_CODES]>,
    /// Folded pairs of which both can be Han characters in a text.
    pub han: Bits,
    /// First three folded characters of terms that begin with such a pair, and pairs that are a
    /// term.
    pub third: Bits,
    /// First three ASCII bytes, by class; what follows a shorter term may be anything.
    pub three: Bits,
    /// First four ASCII bytes, and three that say enough.
    pub four: Bits,
    /// Folded pairs of which not both are Han characters.
    pub mixed: Bits,
    /// First two characters → terms.
    pub slots: Slots<Entry>,
    /// The terms in the order of the slots, so that they are near when they are read.
    pub text: String,
    /// ASCII bytes a term begins with, by table of 16 × 8 bits: bit `b >> 4` of entry `b & 15`.
    pub ascii: [u8; 16],
    /// The same for terms that may begin inside a word.
    pub inside: [u8; 16],
    /// The same for what may follow the first character of a term.
    pub follow: [u8; 16],
    /// Whether there are terms of one character.
    pub alone: bool,
    /// Whether a folded term begins beyond the basic plane.
    pub beyond: bool,
}

/// A table of hashed bits, two a hash in one word: a clear one means no.
pub(super) struct Bits {
    pub words: Vec<u32>,
    /// 32 minus the number of bits of an index, of which the lowest five are a place in a word.
    pub shift: u32,
}

/// Bits of a table for each hash: as few as keep most others out of a table that stays in the near
/// caches.
pub(super) const FEW: usize = 12;
/// The same where what passes costs more.
pub(super) const MANY: usize = 24;

/// How far the place of the second bit is shifted up in a hash.
pub(super) const SECOND_BIT: u32 = 6;

impl Bits {
    /// What [`Bits::shift`] may be.
    pub const SHIFTS: std::ops::RangeInclusive<u32> = 6..=20;

    /// A table with so many bits for each of these: with [`FEW`] about one in fifty others passes,
    /// with [`MANY`] one in two hundred.
    pub fn of(hashes: &mut Vec<u32>, each: usize) -> Self {
        hashes.sort_unstable();
        hashes.dedup();
        let bits = (hashes.len() * each).next_power_of_two().trailing_zeros();
        let shift = (32 - bits.min(32)).clamp(*Self::SHIFTS.start(), *Self::SHIFTS.end());
        let mut table = Self {
            words: vec![0; 1 << (27 - shift)],
            shift,
        };
        for hash in hashes {
            let word = (*hash >> table.shift >> 5) as usize;
            table.words[word] |= table.places(*hash);
        }
        table
    }

    /// The two bits of a hash.
    #[inline(always)]
    fn places(&self, hash: u32) -> u32 {
        1 << (hash >> self.shift & 31) | 1 << (hash >> SECOND_BIT & 31)
    }

    /// 1 if both bits are set, else 0.
    #[inline(always)]
    pub fn test(&self, hash: u32) -> u32 {
        let index = hash >> self.shift;
        let word = self.words[(index >> 5) as usize];
        word >> (index & 31) & word >> (hash >> SECOND_BIT & 31) & 1
    }
}

/// Multipliers of the hash of characters: odd, with bits spread; 2^32 divided by the golden ratio,
/// and primes of the xxHash family.
pub(super) const MIX: [u32; 3] = [0x9E37_79B1, 0x85EB_CA77, 0xC2B2_AE3D];

/// Hash of two characters.
#[inline(always)]
pub(super) fn pair_hash(first: u32, second: u32) -> u32 {
    first
        .wrapping_mul(MIX[0])
        .wrapping_add(second.wrapping_mul(MIX[1]))
}

/// Hash of three characters of which the first two hash to `pair`; 0 for no third.
#[inline(always)]
pub(super) fn third_hash(pair: u32, third: u32) -> u32 {
    (pair ^ pair >> 15)
        .wrapping_mul(MIX[1])
        .wrapping_add(third.wrapping_mul(MIX[2]))
}

#[inline(always)]
pub(super) fn ascii_hash(bytes: u32) -> u32 {
    bytes.wrapping_mul(MIX[0])
}

/// The first three of four bytes.
pub(super) const FIRST_THREE: u32 = 0x00FF_FFFF;

/// What an ASCII byte is to the tables: itself in lower case, or the class of what is not a letter
/// or digit. Beyond ASCII there is one class.
pub(super) static ASCII_CLASS: [u8; 256] = ascii_classes();
const SPACE: u8 = b' ';
const NOISE: u8 = b'*';
pub(super) const OTHER: u8 = b'.';
const BEYOND: u8 = 0x80;

const fn ascii_classes() -> [u8; 256] {
    let mut classes = [BEYOND; 256];
    let mut byte = 0;
    while byte < 0x80 {
        classes[byte as usize] = match byte {
            b if b.is_ascii_alphanumeric() => b.to_ascii_lowercase(),
            b' ' => SPACE,
            // As in `is_noise`.
            b'*' | b'-' | b'_' | b'.' | b'~' | b'+' | b'=' | b'#' | b'^' | b'&' | b'|' | b'/'
            | b'\\' | b'`' | b'\'' => NOISE,
            _ => OTHER,
        };
        byte += 1;
    }
    classes
}

fn classes() -> impl Iterator<Item = u8> {
    (b'0'..=b'9')
        .chain(b'a'..=b'z')
        .chain([SPACE, NOISE, OTHER, BEYOND])
}

/// The terms that begin with two folded characters.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    /// 0 where the slot is free.
    pub key: u64,
    pub first: u32,
    pub last: u32,
}

/// Some of the terms of [`Slots`].
#[derive(Clone, Copy, Default)]
pub(super) struct Found {
    first: u32,
    last: u32,
}

/// Open addressing: first two characters → terms.
pub(super) struct Slots<T> {
    pub slots: Vec<Slot>,
    shift: u32,
    /// Third character, 0 where there is none, and the term.
    pub terms: Vec<(u32, T)>,
}

/// The key of two folded characters; 0 for no second. Never 0, which is that of a free slot.
#[inline(always)]
pub(super) fn key(first: u32, second: u32) -> u64 {
    let key = u64::from(first) << 32 | u64::from(second);
    if key == 0 { u64::MAX } else { key }
}

impl<T> Slots<T> {
    /// From (key, third character, number of the term); `make` is called in the order in which the
    /// terms will lie.
    pub fn new(mut entries: Vec<(u64, u32, u32)>, mut make: impl FnMut(u32) -> T) -> Self {
        entries.sort_unstable();
        let terms = entries
            .iter()
            .map(|(_, third, term)| (*third, make(*term)))
            .collect();
        let same = entries.chunk_by(|a, b| a.0 == b.0);
        let keys: Vec<(u64, u32)> = same.map(|all| (all[0].0, all.len() as u32)).collect();
        Self::of(keys.into_iter(), terms)
    }

    /// From keys, different and none of them 0, each with the number of its terms, which follow
    /// one another.
    pub fn of(keys: impl ExactSizeIterator<Item = (u64, u32)>, terms: Vec<(u32, T)>) -> Self {
        let size = (keys.len() * 2).next_power_of_two().max(16);
        let free = Slot {
            key: 0,
            first: 0,
            last: 0,
        };
        let mut slots = Self {
            slots: vec![free; size],
            shift: 64 - size.trailing_zeros(),
            terms,
        };
        let mut first = 0;
        for (key, count) in keys {
            let last = first + count;
            let mut place = slots.place(key);
            while slots.slots[place].key != 0 {
                place = (place + 1) & (size - 1);
            }
            slots.slots[place] = Slot { key, first, last };
            first = last;
        }
        slots
    }

    #[inline(always)]
    fn place(&self, key: u64) -> usize {
        (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize
    }

    /// Which terms have these first two characters; those of none are empty.
    #[inline(always)]
    pub fn find(&self, key: u64) -> Found {
        let mut place = self.place(key);
        loop {
            let Slot {
                key: of,
                first,
                last,
            } = self.slots[place];
            if of == key || of == 0 {
                return Found { first, last };
            }
            place = (place + 1) & (self.slots.len() - 1);
        }
    }

    /// What was found: third characters and terms, sorted.
    #[inline(always)]
    pub fn terms(&self, found: Found) -> &[(u32, T)] {
        &self.terms[found.first as usize..found.last as usize]
    }

    /// Both in one.
    #[inline(always)]
    pub fn get(&self, key: u64) -> Option<&[(u32, T)]> {
        Some(self.terms(self.find(key))).filter(|terms| !terms.is_empty())
    }
}

#[cfg(any(test, fuzzing))]
impl<T> Slots<T> {
    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        self.terms.iter().map(|(_, term)| term)
    }
}

/// A term as it lies beside those with the same beginning.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    /// Its number.
    pub term: u32,
    /// Where it lies in [`Index::text`].
    pub start: u32,
    pub end: u32,
    /// As [`TermOptions`].
    pub reading: Reading,
    pub inside_words: bool,
}

impl Index {
    pub fn new(terms: &[String], options: &[TermOptions]) -> Self {
        let table = FoldTable::get();
        let mut builder = Builder {
            table,
            class: Box::new([0; PLANE]),
            beyond: false,
            pairs: Vec::new(),
            thirds: Vec::new(),
            mixed: Vec::new(),
            three: Vec::new(),
            four: Vec::new(),
            open: HashSet::new(),
            entries: Vec::with_capacity(terms.len()),
            ascii: [0; 16],
            inside: [0; 16],
        };
        for (number, (term, options)) in terms.iter().zip(options).enumerate() {
            builder.term(number as u32, term, options);
        }
        builder.several();
        builder.skipped(options);
        let mut follow = [0; 16];
        for byte in (0..0x80u8).filter(|b| builder.class[usize::from(*b)] & (SECOND | SKIP) != 0) {
            follow[usize::from(byte & 15)] |= 1 << (byte >> 4);
        }
        let folds = options.iter().any(|o| o.reading != Reading::Exact);
        let mut folded = Box::new([0; PLANE]);
        for (code, folded) in folded.iter_mut().enumerate() {
            let Some(c) = char::from_u32(code as u32) else {
                continue;
            };
            *folded = match table.lowered(c) {
                Folded::One(to, _) if folds => u16::try_from(to as u32).unwrap_or(0),
                Folded::Several(..) | Folded::Nothing if folds => 0,
                _ => code as u16,
            };
        }
        let mut text = String::with_capacity(terms.iter().map(String::len).sum());
        let slots = Slots::new(builder.entries, |number| {
            let (term, options) = (&terms[number as usize], &options[number as usize]);
            let start = text.len() as u32;
            text.push_str(term);
            Entry {
                term: number,
                start,
                end: text.len() as u32,
                reading: options.reading,
                inside_words: options.inside_words,
            }
        });
        Self {
            beyond: builder.beyond,
            alone: terms.iter().any(|term| term.chars().nth(1).is_none()),
            class: builder.class,
            han_folded: Self::han_folded(&folded),
            han: Bits::of(&mut builder.pairs, FEW),
            third: Bits::of(&mut builder.thirds, FEW),
            three: Bits::of(&mut builder.three, FEW),
            four: Bits::of(&mut builder.four, FEW),
            folded,
            mixed: Bits::of(&mut builder.mixed, FEW),
            slots,
            text,
            ascii: builder.ascii,
            inside: builder.inside,
            follow,
        }
    }
}

impl Index {
    /// See the field of that name.
    pub fn han_folded(folded: &[u16; PLANE]) -> Box<[u16; HAN_CODES]> {
        let mut han_folded = Box::new([0; HAN_CODES]);
        han_folded[..HAN.len()].copy_from_slice(&folded[HAN.start as usize..HAN.end as usize]);
        han_folded
    }

    /// The first byte of the first of some terms, 0 for none.
    #[inline(always)]
    pub fn touch(&self, found: Found) -> u8 {
        let first = self.slots.terms(found).first();
        first.map_or(0, |(_, entry)| self.text.as_bytes()[entry.start as usize])
    }

    /// The characters of a term.
    #[inline(always)]
    pub fn term(&self, entry: &Entry) -> &str {
        &self.text[entry.start as usize..entry.end as usize]
    }
}

struct Builder {
    table: &'static FoldTable,
    class: Box<[u8; PLANE]>,
    beyond: bool,
    /// Hashes of Han pairs.
    pairs: Vec<u32>,
    /// Hashes of three characters, the first two such a pair.
    thirds: Vec<u32>,
    /// Hashes of all pairs.
    mixed: Vec<u32>,
    /// Hashes of ASCII beginnings.
    three: Vec<u32>,
    four: Vec<u32>,
    /// Two ASCII classes behind which anything may follow.
    open: HashSet<[u8; 2]>,
    entries: Vec<(u64, u32, u32)>,
    ascii: [u8; 16],
    inside: [u8; 16],
}

impl Builder {
    fn term(&mut self, number: u32, term: &str, options: &TermOptions) {
        let mut chars = term.chars();
        let first = chars.next().expect("terms are not empty");
        let (second, third) = (chars.next(), chars.next());
        let code = |c: Option<char>| c.map_or(0, u32::from);
        self.entries
            .push((key(first.into(), code(second)), code(third), number));
        let folded = options.reading != Reading::Exact;
        let mut alone = START;
        if second.is_none() {
            alone |= ALONE;
        }
        self.mark(first, alone, folded);
        if let Some(second) = second {
            self.mark(second, SECOND, folded);
            let pair = pair_hash(first.into(), second.into());
            if self.is_han(first, folded) && self.is_han(second, folded) {
                self.pairs.push(pair);
                self.thirds.push(third_hash(pair, code(third)));
            }
            self.mixed.push(pair);
        }
        if first.is_ascii() {
            for byte in [first.to_ascii_lowercase(), first.to_ascii_uppercase()] {
                if !folded && byte != first {
                    continue;
                }
                let byte = byte as u8;
                self.ascii[usize::from(byte & 15)] |= 1 << (byte >> 4);
                if options.inside_words || !is_letter(first) {
                    self.inside[usize::from(byte & 15)] |= 1 << (byte >> 4);
                }
            }
            self.ascii_beginnings(term, options);
        }
    }

    fn mark(&mut self, c: char, class: u8, folded: bool) {
        self.beyond |= class & START != 0 && c as usize >= self.class.len();
        let sources = self.table.sources(c).filter(|_| folded);
        for c in std::iter::once(c).chain(sources) {
            if let Some(of) = self.class.get_mut(c as usize) {
                *of |= class;
            }
        }
    }

    /// Whether a character can be one of [`HAN`] in a text.
    fn is_han(&self, c: char, folded: bool) -> bool {
        let mut sources = self.table.sources(c).filter(|_| folded);
        HAN.contains(&c.into()) || sources.any(|c| HAN.contains(&c.into()))
    }

    /// The first bytes of a term that begins with ASCII, and every class by which a text may depart
    /// from them.
    fn ascii_beginnings(&mut self, term: &str, options: &TermOptions) {
        let chars: Vec<char> = term.chars().take(4).collect();
        let class = |c: char| ASCII_CLASS[(c as u32).min(0x80) as usize];
        let first = class(chars[0]);
        self.departures(&chars, &[first], options);
        let Some(second) = chars.get(1).copied().map(class) else {
            // What stands behind the end may be anything.
            return classes().for_each(|second| self.open_beginning([first, second]));
        };
        if chars.len() == 2 {
            return self.open_beginning([first, second]);
        }
        self.departures(&chars, &[first, second], options);
        let third = class(chars[2]);
        if chars.len() == 3 {
            return self.beginning(&[first, second, third]);
        }
        self.departures(&chars, &[first, second, third], options);
        self.beginning(&[first, second, third, class(chars[3])]);
    }

    /// What may follow the first classes of a term that is not its next character.
    fn departures(&mut self, chars: &[char], so_far: &[u8], options: &TermOptions) {
        let place = so_far.len();
        let Some(here) = chars.get(place).copied() else {
            return;
        };
        let class = |c: char| ASCII_CLASS[(c as u32).min(0x80) as usize];
        let before = chars[place - 1];
        let mut add = |more: &[u8]| {
            let mut all = so_far.to_vec();
            all.extend(more);
            all.truncate(4);
            if all.len() == 2 {
                self.open_beginning([all[0], all[1]]);
            } else {
                self.beginning(&all);
            }
        };
        if options.reading != Reading::Exact || !here.is_ascii() {
            // A character beyond ASCII has two such bytes or more.
            add(&[BEYOND, BEYOND]);
        }
        if options.reading != Reading::Evasive {
            return;
        }
        // Behind what is passed over comes more of it, or the next character.
        let passed = [NOISE, SPACE, BEYOND, class(here)];
        passed.iter().for_each(|next| add(&[NOISE, *next]));
        // `walk` takes a space between letters only if the letters before were parted too.
        let letters = |pair: &[char]| pair.iter().copied().all(is_letter);
        let unparted = chars[..place].windows(2).any(letters);
        if !(unparted && is_letter(before) && is_letter(here)) {
            passed.iter().for_each(|next| add(&[SPACE, *next]));
        }
        // Letters are drawn out by two more at least; what is no letter by one.
        if is_letter(before) {
            add(&[class(before), class(before)]);
        } else {
            add(&[class(before)]);
        }
    }

    /// Two classes behind which anything may follow.
    fn open_beginning(&mut self, two: [u8; 2]) {
        if self.open.insert(two) {
            classes().for_each(|third| self.beginning(&[two[0], two[1], third]));
        }
    }

    /// Three classes behind which anything may follow, or four.
    fn beginning(&mut self, classes: &[u8]) {
        let start = classes
            .iter()
            .rev()
            .fold(0u32, |all, class| all << 8 | u32::from(*class));
        self.three.push(ascii_hash(start & FIRST_THREE));
        self.four.push(ascii_hash(start));
    }

    /// Characters that fold to several can begin, and go on with, what their first one can.
    fn several(&mut self) {
        for (c, to) in self.table.lowered_several() {
            let first = to.chars().next().map_or(0, |c| c as usize);
            let mut class = self.class.get(first).copied().unwrap_or(0) & (START | SECOND);
            if class & START != 0 {
                class |= ALONE;
            }
            if let Some(of) = self.class.get_mut(*c as usize) {
                *of |= class;
            }
        }
    }

    fn skipped(&mut self, options: &[TermOptions]) {
        let widest = options.iter().map(|options| options.reading as u8).max();
        if widest.is_none_or(|widest| widest == Reading::Exact as u8) {
            return;
        }
        let evasive = widest == Some(Reading::Evasive as u8);
        for code in 0..0x1_0000 {
            let Some(c) = char::from_u32(code) else {
                continue;
            };
            let skipped = match self.table.lowered(c) {
                Folded::Nothing => true,
                Folded::Same => evasive && is_noise(c),
                Folded::One(to, _) => evasive && is_noise(to),
                Folded::Several(..) => false,
            };
            if skipped {
                self.class[code as usize] |= SKIP;
            }
        }
    }
}

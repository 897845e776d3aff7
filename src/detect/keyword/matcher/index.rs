//! The tables that decide where a term may begin.
//!
//! Variants of characters are in the tables, so that the text is looked at as it stands:
//! - what a character of the basic plane may be: one byte each;
//! - Han character followed by Han character: one hashed bit for every spelling of the first two
//!   characters of a term;
//! - ASCII: bits for the first two, three or four bytes, with classes instead of bytes where the
//!   text may depart from the term;
//! - the first two folded characters → terms, by their third.

use super::TermOptions;
use super::walk::{Reading, is_letter, is_noise};
use crate::text::{FoldTable, Folded};

/// The Han characters whose pairs have a table of their own: three bytes, led by E4 to E9.
pub(super) const HAN: std::ops::Range<u32> = 0x4000..0xA000;

/// A term can begin with the character.
pub(super) const START: u8 = 1;
/// The second character of a term can be it.
pub(super) const SECOND: u8 = 2;
/// It may stand between the characters of a term.
pub(super) const SKIP: u8 = 4;
/// It is a whole term, or several characters of one.
pub(super) const ALONE: u8 = 8;

/// Bits of the tables for the first three and four ASCII bytes: 8 KiB each.
const ASCII_BITS: u32 = 16;

/// See the module.
pub(super) struct Index {
    /// By code below 65,536; then what a wide load may read beyond.
    pub class: Box<[u8]>,
    /// What a character below 65,536 folds to; 0 for what is not one such character.
    pub folded: Box<[u16]>,
    /// Pairs of Han characters as they stand in texts.
    pub han: Bits,
    /// First and second ASCII byte, the second by class where it may be anything.
    pub two: Bits,
    /// First three ASCII bytes.
    pub three: Bits,
    /// First four ASCII bytes.
    pub four: Bits,
    /// Folded pairs of which not both are Han characters.
    pub mixed: Bits,
    /// First two characters → terms.
    pub slots: Slots,
    /// ASCII bytes a term begins with, by table of 16 × 8 bits: bit `b >> 4` of entry `b & 15`.
    pub ascii: [u8; 16],
    /// The same for terms that may begin inside a word.
    pub inside: [u8; 16],
    /// Whether there are terms of one character.
    pub alone: bool,
    /// Whether a folded term begins beyond the basic plane.
    pub beyond: bool,
}

/// A table of hashed bits: a clear bit means no.
pub(super) struct Bits {
    pub words: Vec<u32>,
    /// 32 minus the number of bits of an index.
    pub shift: u32,
}

impl Bits {
    fn new(bits: u32) -> Self {
        Self {
            words: vec![0; 1 << (bits - 5)],
            shift: 32 - bits,
        }
    }

    /// A table for these, in which one bit in some thirty or more is set.
    pub fn of(hashes: &[u32]) -> Self {
        let bits = (hashes.len() * 32).next_power_of_two().trailing_zeros();
        let mut table = Self::new(bits.clamp(12, 24));
        hashes.iter().for_each(|hash| table.add(*hash));
        table
    }

    fn add(&mut self, hash: u32) {
        let index = hash >> self.shift;
        self.words[(index >> 5) as usize] |= 1 << (index & 31);
    }

    /// 1 if the bit is set, else 0.
    #[inline(always)]
    pub fn test(&self, hash: u32) -> u32 {
        let index = hash >> self.shift;
        self.words[(index >> 5) as usize] >> (index & 31) & 1
    }
}

/// Multipliers of the hash of a Han pair: odd, with bits spread; 2^32 divided by the golden ratio,
/// and a prime of the xxHash family.
pub(super) const PAIR_MIX: [u32; 2] = [0x9E37_79B1, 0x85EB_CA77];

/// Hash of six bytes, given as bytes 0–3 and bytes 2–5.
#[inline(always)]
pub(super) fn pair_hash(low: u32, high: u32) -> u32 {
    low.wrapping_mul(PAIR_MIX[0])
        .wrapping_add(high.wrapping_mul(PAIR_MIX[1]))
}

#[inline(always)]
pub(super) fn ascii_hash(bytes: u32) -> u32 {
    bytes.wrapping_mul(PAIR_MIX[0])
}

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
    key: u64,
    /// One bit a third character; all set where a term has no third.
    pub thirds: u64,
    first: u32,
    last: u32,
}

/// Open addressing: first two characters → terms.
pub(super) struct Slots {
    slots: Vec<Slot>,
    shift: u32,
    /// Third character, 0 where there is none, and number of the term.
    terms: Vec<(u32, u32)>,
}

/// The key of two folded characters; 0 for no second.
#[inline(always)]
pub(super) fn key(first: u32, second: u32) -> u64 {
    u64::from(first) << 32 | u64::from(second)
}

#[inline(always)]
fn third_bit(third: u32) -> u64 {
    1 << (third.wrapping_mul(PAIR_MIX[0]) >> 26)
}

impl Slots {
    /// From (key, third character, term).
    pub fn new(mut entries: Vec<(u64, u32, u32)>) -> Self {
        entries.sort_unstable();
        let keys = entries.chunk_by(|a, b| a.0 == b.0).count();
        let size = (keys * 2).next_power_of_two().max(16);
        let mut slots = Self {
            slots: vec![
                Slot {
                    key: 0,
                    thirds: 0,
                    first: 0,
                    last: 0
                };
                size
            ],
            shift: 64 - size.trailing_zeros(),
            terms: entries
                .iter()
                .map(|(_, third, term)| (*third, *term))
                .collect(),
        };
        let mut first = 0;
        for same in entries.chunk_by(|a, b| a.0 == b.0) {
            let last = first + same.len() as u32;
            let mut place = slots.place(same[0].0);
            while slots.slots[place].key != 0 {
                place = (place + 1) & (size - 1);
            }
            let bits = |third: u32| if third == 0 { !0 } else { third_bit(third) };
            let second = (same[0].0 & 0xFFFF_FFFF) as u32;
            slots.slots[place] = Slot {
                key: same[0].0,
                // The second character may be repeated before the third.
                thirds: same
                    .iter()
                    .fold(third_bit(second), |all, e| all | bits(e.1)),
                first,
                last,
            };
            first = last;
        }
        slots
    }

    #[inline(always)]
    fn place(&self, key: u64) -> usize {
        (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize
    }

    /// The slot of these first two characters, if a term has them.
    #[inline(always)]
    pub fn get(&self, key: u64) -> Option<&Slot> {
        let mut place = self.place(key);
        loop {
            let slot = &self.slots[place];
            if slot.key == key {
                return Some(slot);
            }
            if slot.key == 0 {
                return None;
            }
            place = (place + 1) & (self.slots.len() - 1);
        }
    }

    /// The terms of a slot with their third characters, sorted by these.
    #[inline]
    pub fn terms(&self, slot: &Slot) -> &[(u32, u32)] {
        &self.terms[slot.first as usize..slot.last as usize]
    }
}

impl Slot {
    /// Whether a term may have this third character.
    #[inline(always)]
    pub fn may_follow(&self, third: u32) -> bool {
        self.thirds & third_bit(third) != 0
    }
}

impl Index {
    pub fn new(terms: &[String], options: &[TermOptions]) -> Self {
        let table = FoldTable::get();
        let mut builder = Builder {
            table,
            class: vec![0; 0x1_0000],
            beyond: false,
            pairs: Vec::new(),
            mixed: Vec::new(),
            two: Bits::new(ASCII_BITS),
            three: Bits::new(ASCII_BITS),
            four: Bits::new(ASCII_BITS),
            entries: Vec::with_capacity(terms.len()),
            ascii: [0; 16],
            inside: [0; 16],
        };
        for (number, (term, options)) in terms.iter().zip(options).enumerate() {
            builder.term(number as u32, term, options);
        }
        builder.several();
        builder.skipped(options);
        builder.pairs.sort_unstable();
        builder.pairs.dedup();
        builder.class.resize(0x1_0000 + 4, 0);
        let han = Bits::of(&builder.pairs);
        let folds = options.iter().any(|o| o.reading != Reading::Exact);
        let folded = (0..0x1_0000).map(|code| {
            let Some(c) = char::from_u32(code) else {
                return 0;
            };
            match table.lowered(c) {
                Folded::Same => code as u16,
                _ if !folds => code as u16,
                Folded::One(to, _) => u16::try_from(to as u32).unwrap_or(0),
                Folded::Several(..) | Folded::Nothing => 0,
            }
        });
        Self {
            beyond: builder.beyond,
            alone: terms.iter().any(|term| term.chars().nth(1).is_none()),
            class: builder.class.into_boxed_slice(),
            han,
            two: builder.two,
            three: builder.three,
            four: builder.four,
            folded: folded.collect(),
            mixed: Bits::of(&builder.mixed),
            slots: Slots::new(builder.entries),
            ascii: builder.ascii,
            inside: builder.inside,
        }
    }
}

struct Builder {
    table: &'static FoldTable,
    class: Vec<u8>,
    beyond: bool,
    /// Hashes of Han pairs.
    pairs: Vec<u32>,
    /// Hashes of other pairs.
    mixed: Vec<u32>,
    two: Bits,
    three: Bits,
    four: Bits,
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
            self.pairs(first, second, folded);
            self.mixed.push(pair_hash(first.into(), second.into()));
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

    fn spellings(&self, c: char, folded: bool) -> Vec<u32> {
        let sources = self.table.sources(c).filter(|_| folded);
        let all = std::iter::once(c).chain(sources).map(u32::from);
        all.filter(|code| HAN.contains(code)).collect()
    }

    /// Every spelling of two Han characters.
    fn pairs(&mut self, first: char, second: char, folded: bool) {
        let seconds = self.spellings(second, folded);
        if seconds.is_empty() {
            return;
        }
        for a in self.spellings(first, folded) {
            for b in &seconds {
                let mut bytes = [0; 6];
                for (code, at) in [(a, 0), (*b, 3)] {
                    let c = char::from_u32(code).expect("a Han character");
                    c.encode_utf8(&mut bytes[at..]);
                }
                let part = |at: usize| {
                    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
                };
                self.pairs.push(pair_hash(part(0), part(2)));
            }
        }
    }

    /// The first bytes of an ASCII term, and every class by which a text may depart from them.
    fn ascii_beginnings(&mut self, term: &str, options: &TermOptions) {
        let chars: Vec<char> = term.chars().take(4).collect();
        let class = |c: char| ASCII_CLASS[(c as u32).min(0x80) as usize];
        let departures = |place: usize| -> Vec<u8> {
            let mut all = vec![];
            let (before, here) = (chars[place - 1], chars[place]);
            if options.reading != Reading::Exact || !here.is_ascii() {
                all.push(BEYOND);
            }
            if options.reading == Reading::Evasive {
                all.extend([NOISE, class(before)]);
                // `walk` takes a space between letters only if the letters before were parted too.
                let letters = |pair: &[char]| pair.iter().copied().all(is_letter);
                let unparted = chars[..place].windows(2).any(letters);
                if !(unparted && is_letter(before) && is_letter(here)) {
                    all.push(SPACE);
                }
            }
            all
        };
        let first = class(chars[0]);
        let lower = |bytes: &[u8]| {
            bytes
                .iter()
                .rev()
                .fold(0u32, |all, b| all << 8 | u32::from(*b))
        };
        // A term of one character, or a first character that is no letter: anything may follow.
        if chars.len() == 1 {
            classes().for_each(|second| self.two.add(ascii_hash(lower(&[first, second]))));
            return;
        }
        for second in departures(1) {
            self.two.add(ascii_hash(lower(&[first, second])));
        }
        let second = class(chars[1]);
        if chars.len() == 2 {
            self.two.add(ascii_hash(lower(&[first, second])));
            return;
        }
        for third in departures(2) {
            self.three.add(ascii_hash(lower(&[first, second, third])));
        }
        let third = class(chars[2]);
        if chars.len() == 3 {
            self.three.add(ascii_hash(lower(&[first, second, third])));
            return;
        }
        for fourth in departures(3).into_iter().chain([class(chars[3])]) {
            self.four
                .add(ascii_hash(lower(&[first, second, third, fourth])));
        }
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

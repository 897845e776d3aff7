//! [`TermMatcher`]: terms in, all overlapping occurrences out.
//!
//! An automaton follows a chain of dependent loads for every character. Almost no place in a text
//! begins a term, so this asks first, and cheaply, whether the next few bytes are the first bytes
//! of any term: one hashed bit in a table that stays in the nearest caches. Places that pass are
//! gathered without branching and then looked up and compared.
//!
//! By the first character of a term:
//! - three bytes (Han and most of Asia): its first six bytes, or its only character;
//! - ASCII: its first three bytes, or two; where a Latin term needs a word boundary, only at the
//!   beginning of a word;
//! - others: its first two bytes.

use super::Hit;

/// Bits of the tables of first bytes, as powers of two: 128 KiB for six bytes, which keeps false
/// passes below 1 in 100 at ten thousand terms, and 8 KiB for shorter ones.
const LONG_BITS: u32 = 20;
const SHORT_BITS: u32 = 16;
/// Places gathered before they are looked up.
const GATHER: usize = 512;

/// All occurrences of a fixed list of folded, lower-case terms.
pub struct TermMatcher {
    terms: Vec<String>,
    /// First six bytes of terms that begin with a three-byte character.
    wide: Gate,
    /// First three bytes of such terms that are shorter than six bytes.
    narrow: Gate,
    /// First three bytes of ASCII terms.
    ascii: Gate,
    /// First two bytes of ASCII terms that have no more, and of terms of other scripts.
    pair: Gate,
    /// Whether the terms in [`TermMatcher::ascii`] that may stand inside words exist at all.
    inside_words: bool,
    /// By term: whether it must begin a word.
    at_word_start: Vec<bool>,
    /// Whether there are terms of one ASCII character.
    single: bool,
    /// First bytes → terms.
    starts: Starts,
}

/// A table of hashed first bytes: a clear bit means that no term begins so.
struct Gate {
    bits: Vec<u64>,
    shift: u32,
    used: bool,
}

impl Gate {
    fn new(bits: u32) -> Self {
        Self {
            bits: vec![0; 1 << (bits - 6)],
            shift: 64 - bits,
            used: false,
        }
    }

    #[inline(always)]
    fn slot(&self, key: u64) -> (usize, u32) {
        let hash = mix(key) >> self.shift;
        ((hash >> 6) as usize, (hash & 63) as u32)
    }

    fn add(&mut self, key: u64) {
        let (word, bit) = self.slot(key);
        self.bits[word] |= 1 << bit;
        self.used = true;
    }

    /// 1 if a term may begin so, else 0.
    #[inline(always)]
    fn test(&self, key: u64) -> usize {
        let (word, bit) = self.slot(key);
        (self.bits[word] >> bit & 1) as usize
    }
}

/// Open addressing: first bytes → range of a list of terms.
struct Starts {
    /// Key with its length in the top byte (0 is free), and the range.
    slots: Vec<(u64, u32, u32)>,
    shift: u32,
    terms: Vec<u32>,
}

impl Starts {
    fn new(mut pairs: Vec<(u64, u32)>) -> Self {
        pairs.sort_unstable();
        let size = (pairs.len() * 4).next_power_of_two().max(16);
        let mut starts = Self {
            slots: vec![(0, 0, 0); size],
            shift: 64 - size.trailing_zeros(),
            terms: pairs.iter().map(|(_, term)| *term).collect(),
        };
        let mut from = 0;
        for same in pairs.chunk_by(|a, b| a.0 == b.0) {
            let mut slot = (mix(same[0].0) >> starts.shift) as usize;
            while starts.slots[slot].0 != 0 {
                slot = (slot + 1) & (size - 1);
            }
            starts.slots[slot] = (same[0].0, from, from + same.len() as u32);
            from += same.len() as u32;
        }
        starts
    }

    #[inline]
    fn of(&self, key: u64) -> &[u32] {
        let mut slot = (mix(key) >> self.shift) as usize;
        loop {
            match self.slots[slot] {
                (0, ..) => return &[],
                (found, from, to) if found == key => {
                    return &self.terms[from as usize..to as usize];
                }
                _ => slot = (slot + 1) & (self.slots.len() - 1),
            }
        }
    }
}

/// Spreads a key over the upper bits. The constant is 2^64 divided by the golden ratio.
#[inline(always)]
fn mix(key: u64) -> u64 {
    (key ^ (key >> 29)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// `bytes` first bytes of `word`, with their number on top, so that keys of different lengths
/// differ and none is zero.
#[inline(always)]
const fn key(word: u64, bytes: u32) -> u64 {
    word & ((1 << (bytes * 8)) - 1) | (bytes as u64) << 56
}

/// How many first bytes decide where a term is filed.
fn prefix_bytes(term: &[u8]) -> u32 {
    match term[0] {
        0xE0..=0xEF if term.len() >= 6 => 6,
        0xE0..=0xEF => 3,
        0..=0x7F if term.len() >= 3 => 3,
        _ => 2.min(term.len() as u32),
    }
}

/// The next eight bytes, with zeros beyond the end.
#[inline(always)]
fn word_at(text: &[u8], at: usize) -> u64 {
    match text.get(at..at + 8) {
        Some(bytes) => u64::from_le_bytes(bytes.try_into().expect("eight bytes")),
        None => {
            let mut padded = [0; 8];
            padded[..text.len() - at].copy_from_slice(&text[at..]);
            u64::from_le_bytes(padded)
        }
    }
}

impl TermMatcher {
    /// For these terms, which must be different and not empty; `inside_words` says of a term
    /// whether it may begin inside a Latin word.
    pub fn new(terms: &[String], inside_words: impl Fn(usize) -> bool) -> Self {
        let mut wide = Gate::new(LONG_BITS);
        let mut narrow = Gate::new(SHORT_BITS);
        let mut ascii = Gate::new(SHORT_BITS);
        let mut pair = Gate::new(SHORT_BITS);
        let mut pairs = Vec::with_capacity(terms.len());
        let mut at_word_start = Vec::with_capacity(terms.len());
        for (number, term) in terms.iter().enumerate() {
            let bytes = prefix_bytes(term.as_bytes());
            let key = key(word_at(term.as_bytes(), 0), bytes);
            pairs.push((key, number as u32));
            at_word_start.push(term.as_bytes()[0].is_ascii_alphanumeric() && !inside_words(number));
            let gate = match (term.as_bytes()[0], bytes) {
                (0xE0..=0xEF, 6) => &mut wide,
                (0xE0..=0xEF, _) => &mut narrow,
                (0..=0x7F, 3) => &mut ascii,
                _ => &mut pair,
            };
            gate.add(key);
        }
        Self {
            inside_words: at_word_start
                .iter()
                .zip(terms)
                .any(|(start, term)| !start && term.as_bytes()[0].is_ascii_alphanumeric()),
            single: terms.iter().any(|term| term.len() == 1),
            terms: terms.to_vec(),
            wide,
            narrow,
            ascii,
            pair,
            at_word_start,
            starts: Starts::new(pairs),
        }
    }

    /// Appends every occurrence of every term in `text`, which is folded and lower-cased, in the
    /// order of their ends, then starts.
    pub fn find(&self, text: &str, hits: &mut Vec<Hit>) {
        let first = hits.len();
        let bytes = text.as_bytes();
        let mut places = [0u32; GATHER + 4];
        let mut gathered = 0;
        let mut at = 0;
        let mut in_word = false;
        while at < bytes.len() {
            let word = word_at(bytes, at);
            let lead = word as u8;
            if lead >= 0x80 {
                in_word = false;
                places[gathered] = at as u32;
                if lead & 0xF0 == 0xE0 {
                    let mut pass = self.wide.test(key(word, 6));
                    if self.narrow.used {
                        pass |= self.narrow.test(key(word, 3));
                    }
                    gathered += pass;
                    at += 3;
                } else {
                    gathered += self.pair.test(key(word, 2));
                    at += if lead >= 0xF0 { 4 } else { 2 };
                }
            } else {
                let alphanumeric = lead.is_ascii_alphanumeric();
                if !(in_word && alphanumeric) || self.inside_words {
                    places[gathered] = at as u32;
                    let mut pass = self.ascii.test(key(word, 3)) | self.pair.test(key(word, 2));
                    if self.single {
                        pass |= self.pair.test(key(word, 1));
                    }
                    gathered += pass;
                }
                in_word = alphanumeric;
                at += 1;
            }
            if gathered >= GATHER {
                self.look_up(bytes, &places[..gathered], hits);
                gathered = 0;
            }
        }
        self.look_up(bytes, &places[..gathered], hits);
        hits[first..].sort_unstable_by_key(|hit| (hit.end, hit.start, hit.term));
    }

    fn look_up(&self, text: &[u8], places: &[u32], hits: &mut Vec<Hit>) {
        for &place in places {
            let at = place as usize;
            let word = word_at(text, at);
            let lengths: &[u32] = match word as u8 {
                0xE0..=0xEF => &[6, 3],
                0..=0x7F => &[3, 2, 1],
                _ => &[2],
            };
            for &length in lengths {
                for &term in self.starts.of(key(word, length)) {
                    self.compare(text, at, term, hits);
                }
            }
        }
    }

    fn compare(&self, text: &[u8], at: usize, term: u32, hits: &mut Vec<Hit>) {
        let bytes = self.terms[term as usize].as_bytes();
        if !text[at..].starts_with(bytes) {
            return;
        }
        let inside = at > 0 && text[at - 1].is_ascii_alphanumeric();
        if inside && self.at_word_start[term as usize] {
            return;
        }
        hits.push(Hit {
            term,
            start: at as u32,
            end: (at + bytes.len()) as u32,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the matcher must find, said as plainly as it can be.
    fn naive(terms: &[String], inside_words: bool, text: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        for (number, term) in terms.iter().enumerate() {
            for at in 0..text.len() {
                let latin = term.as_bytes()[0].is_ascii_alphanumeric();
                let inside = at > 0 && text.as_bytes()[at - 1].is_ascii_alphanumeric();
                if text.as_bytes()[at..].starts_with(term.as_bytes())
                    && (inside_words || !latin || !inside)
                {
                    hits.push(Hit {
                        term: number as u32,
                        start: at as u32,
                        end: (at + term.len()) as u32,
                    });
                }
            }
        }
        hits.sort_unstable_by_key(|hit| (hit.end, hit.start, hit.term));
        hits
    }

    proptest::proptest! {
        #[test]
        fn finds_what_plain_search_finds(
            mut terms in proptest::collection::vec("[a-c1<é赌博彩票𝐀 ]{1,5}", 1..20),
            text in "[a-c1<é赌博彩票𝐀 ]{0,80}",
            inside_words: bool,
        ) {
            terms.sort();
            terms.dedup();
            let matcher = TermMatcher::new(&terms, |_| inside_words);
            let mut hits = Vec::new();
            matcher.find(&text, &mut hits);
            proptest::prop_assert_eq!(hits, naive(&terms, inside_words, &text));
        }
    }

    #[test]
    fn more_places_than_are_gathered_at_once_are_all_found() {
        let matcher = TermMatcher::new(&["赌博".to_owned(), "博".to_owned()], |_| false);
        let mut hits = Vec::new();
        matcher.find(&"赌博".repeat(3 * GATHER), &mut hits);
        assert_eq!(hits.len(), 2 * 3 * GATHER);
    }
}

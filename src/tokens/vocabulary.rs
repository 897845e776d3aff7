//! [`Vocabulary`]: bytes of tokens → ranks, and how many tokens a word has.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

/// Words up to so many bytes are merged by looking at every pair each time, which is faster than
/// a heap for the few that words have.
const SHORT: usize = 96;
/// Bits of the filter.
const FILTER: usize = 1 << 21;
/// No token.
const NONE: i32 = i32::MAX;

/// Tokens in order of rank, to be found by their bytes.
pub struct Vocabulary {
    /// All tokens one behind another.
    bytes: Vec<u8>,
    /// Where each begins, and the end of the last.
    starts: Vec<u32>,
    /// Open addressing: upper half of the hash, and the token.
    slots: Vec<(u32, i32)>,
    /// Tokens of two bytes, which are asked for most, by these.
    pairs: Vec<i32>,
    /// A bit for each longer token, by its hash, which fits into a near cache: most of what is
    /// asked for is no token.
    filter: Vec<u64>,
}

impl Vocabulary {
    /// Reads what `data/README.md` describes.
    ///
    /// # Errors
    ///
    /// Those of decompression, or if a token is cut off.
    pub fn read(compressed: &[u8]) -> io::Result<Self> {
        let stored = zstd::decode_all(compressed)?;
        let mut bytes = Vec::with_capacity(stored.len());
        let mut starts = vec![0];
        let mut rest = &stored[..];
        while let Some((len, behind)) = rest.split_first() {
            let token = behind.get(..usize::from(*len));
            bytes.extend_from_slice(token.ok_or(io::ErrorKind::UnexpectedEof)?);
            starts.push(u32::try_from(bytes.len()).map_err(io::Error::other)?);
            rest = &behind[usize::from(*len)..];
        }
        let tokens = starts.len() - 1;
        let mut vocabulary = Self {
            bytes,
            starts,
            slots: vec![(0, NONE); (tokens * 2).next_power_of_two()],
            pairs: vec![NONE; 1 << 16],
            filter: vec![0; FILTER / 64],
        };
        for token in 0..tokens as i32 {
            if let [first, second] = *vocabulary.token(token) {
                vocabulary.pairs[usize::from(u16::from_le_bytes([first, second]))] = token;
                continue;
            }
            let hash = hash(vocabulary.token(token));
            vocabulary.filter[word_of(hash)] |= bit_of(hash);
            let mut slot = vocabulary.slot(hash);
            while vocabulary.slots[slot].1 != NONE {
                slot = (slot + 1) & (vocabulary.slots.len() - 1);
            }
            vocabulary.slots[slot] = ((hash >> 32) as u32, token);
        }
        Ok(vocabulary)
    }

    fn token(&self, token: i32) -> &[u8] {
        let token = token as usize;
        &self.bytes[self.starts[token] as usize..self.starts[token + 1] as usize]
    }

    const fn slot(&self, hash: u64) -> usize {
        hash as usize & (self.slots.len() - 1)
    }

    /// The rank of a token; [`NONE`] if it is none.
    fn rank(&self, bytes: &[u8]) -> i32 {
        if let [first, second] = *bytes {
            return self.pairs[usize::from(u16::from_le_bytes([first, second]))];
        }
        let hash = hash(bytes);
        if self.filter[word_of(hash)] & bit_of(hash) == 0 {
            return NONE;
        }
        let mut slot = self.slot(hash);
        loop {
            let (tag, token) = self.slots[slot];
            if token == NONE || (tag == (hash >> 32) as u32 && self.token(token) == bytes) {
                return token;
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    /// How many tokens a word has: byte pair encoding, the pair of the lowest rank first, of
    /// equals the leftmost.
    pub fn count(&self, word: &[u8]) -> u64 {
        if word.len() < 2 || self.rank(word) != NONE {
            return u64::from(!word.is_empty());
        }
        if word.len() <= SHORT {
            self.count_short(word)
        } else {
            self.count_long(word)
        }
    }

    fn count_short(&self, word: &[u8]) -> u64 {
        // Where tokens begin and where the last ends, and the rank that each has together with
        // its successor. Apart from each other, so that ranks are compared in vectors.
        let (mut starts, mut ranks) = ([0u8; SHORT + 1], [NONE; SHORT + 1]);
        let mut len = word.len() + 1;
        for at in 0..len {
            starts[at] = at as u8;
            ranks[at] = word.get(at..at + 2).map_or(NONE, |pair| self.rank(pair));
        }
        loop {
            let lowest = ranks[..len]
                .iter()
                .fold(NONE, |least, rank| least.min(*rank));
            if lowest == NONE {
                return len as u64 - 1;
            }
            let found = ranks[..len].iter().position(|rank| *rank == lowest);
            let at = found.expect("the lowest rank is one of them");
            starts.copy_within(at + 2..len, at + 1);
            ranks.copy_within(at + 2..len, at + 1);
            len -= 1;
            for from in at.saturating_sub(1)..=at {
                ranks[from] = match starts[..len].get(from + 2) {
                    Some(end) => self.rank(&word[usize::from(starts[from])..usize::from(*end)]),
                    None => NONE,
                };
            }
        }
    }

    /// In n log n steps.
    fn count_long(&self, word: &[u8]) -> u64 {
        let len = word.len();
        // Of the token that begins at a place: its end, where the one before begins, and the
        // rank it has together with the one behind it.
        let mut ends: Vec<usize> = (1..=len).collect();
        let mut before: Vec<usize> = (0..len).map(|at| at.wrapping_sub(1)).collect();
        let mut ranks = vec![NONE; len];
        let mut heap = BinaryHeap::new();
        for at in 0..len - 1 {
            ranks[at] = self.rank(&word[at..at + 2]);
            if ranks[at] != NONE {
                heap.push(Reverse((ranks[at], at)));
            }
        }
        let mut tokens = len as u64;
        while let Some(Reverse((rank, at))) = heap.pop() {
            if ranks[at] != rank {
                continue;
            }
            let gone = ends[at];
            ends[at] = ends[gone];
            ranks[gone] = NONE;
            tokens -= 1;
            if ends[at] < len {
                before[ends[at]] = at;
            }
            let pairs = [Some(at), Some(before[at]).filter(|_| at > 0)];
            for from in pairs.into_iter().flatten() {
                let to = ends.get(ends[from]).copied();
                ranks[from] = to.map_or(NONE, |to| self.rank(&word[from..to]));
                if ranks[from] != NONE {
                    heap.push(Reverse((ranks[from], from)));
                }
            }
        }
        tokens
    }
}

/// Where the bit of a hash stands in the filter.
const fn word_of(hash: u64) -> usize {
    (hash >> 40) as usize % (FILTER / 64)
}

const fn bit_of(hash: u64) -> u64 {
    1 << ((hash >> 34) % 64)
}

/// Of a few bytes; both halves are well mixed.
fn hash(bytes: &[u8]) -> u64 {
    let mut hash = bytes.len() as u64 ^ 0x9E37_79B9_7F4A_7C15;
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        hash = super::mix(hash, u64::from_le_bytes(*word));
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    super::mix(hash, u64::from_le_bytes(last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::Builtin;

    #[test]
    fn both_ways_of_merging_agree() {
        let vocabulary = Builtin::O200k.vocabulary();
        let texts = [
            "internationalization",
            "中华人民共和国网络安全法第二十一条规定了国家实行网络安全等级保护制度",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}",
            "ab",
        ];
        for text in texts {
            let word = &text.as_bytes()[..text.len().min(SHORT)];
            assert_eq!(
                vocabulary.count_short(word),
                vocabulary.count_long(word),
                "{text}"
            );
        }
    }

    #[test]
    fn a_long_word_takes_no_time_to_speak_of() {
        let word = "的一是不了人我在有他".repeat(20_000);
        let tokens = Builtin::O200k.vocabulary().count(word.as_bytes());
        assert!(tokens > 100_000 && tokens < 200_001, "{tokens}");
    }

    proptest::proptest! {
        #[test]
        fn both_ways_agree_on_any_bytes(word in proptest::collection::vec(0u8.., 2..SHORT)) {
            let vocabulary = Builtin::Cl100k.vocabulary();
            proptest::prop_assert_eq!(vocabulary.count_short(&word), vocabulary.count_long(&word));
        }
    }
}

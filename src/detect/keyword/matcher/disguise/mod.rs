//! Terms in disguise: pinyin, initials, characters that sound the same, characters taken apart,
//! digits for letters.
//!
//! What stands in the text is not another spelling of the term's characters but something that is
//! read as them, so it says less, and only rules that ask get it. [`Disguises::read`] defines what
//! is found; the tables only say where to read:
//! - two Han characters, by how they sound;
//! - a Han character before a Latin letter, and a short syllable before a Han character;
//! - the first four letters of a Latin word.

mod build;
mod letters;
mod read;

use build::Builder;
use letters::{LETTERS, canonical, gather, is_han, letter, one, shown, word_length};

use super::blocks::three_bytes;
use super::index::{
    Bits, FEW, HAN, HAN_CODES, MANY, Slots, ascii_hash, key, pair_hash, third_hash,
};
use crate::Folds;
use crate::text::{FoldTable, Sounds, Syllable};

/// Characters without a reading, as parts often are.
const UNREAD: u32 = 1000;
/// A Latin letter, as the first of a syllable.
const LETTER: u32 = 2048;
/// A syllable written out before a Han character.
const WRITTEN: u32 = 4096;
/// A third character that no term has.
const NONE: u32 = 1 << 20;
/// A third character that may be anything.
const ANY: u32 = 0;
/// No Han character as the third.
pub(super) const OPEN: u32 = NONE + 1;

/// What is looked for in disguise, and where.
pub(super) struct Disguises {
    pub sounds: &'static Sounds,
    /// Folds wanted of each term.
    pub wanted: Vec<Folds>,
    /// What every character of [`HAN`] folds to, as in [`super::index::Index::han_folded`], and in
    /// the upper half its sound, a number below 1,024.
    pub sounding: Box<[u32; HAN_CODES]>,
    /// First three sounds of what begins with two Han characters, and two with [`OPEN`].
    pub thirds: Bits,
    /// First two sounds → terms.
    pub slots: Slots<u32>,
    /// First letters of words.
    pub words: Bits,
    pub word_slots: Slots<u32>,
    /// ASCII bytes such words begin with, as [`super::index::Index::ascii`].
    pub first: [u8; 16],
}

/// What must be read in full at a place: the terms of which the third sound may be anything, and
/// those of which it is this one, each term perhaps more than once.
pub(super) struct Places<'a>([&'a [(u32, u32)]; 2]);

impl Places<'_> {
    /// The terms to read.
    pub fn terms(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().copied().flatten().map(|(_, term)| *term)
    }
}

impl Disguises {
    /// For those of the folded `terms` that want disguises; nothing if none does. `folded`: as
    /// [`super::index::Index::han_folded`].
    pub fn new(terms: &[String], wanted: Vec<Folds>, folded: &[u16; HAN_CODES]) -> Option<Self> {
        if wanted.iter().all(|folds| folds.is_empty()) {
            return None;
        }
        let sounds = Sounds::get();
        let table = FoldTable::get();
        let mut sounding = Box::new([0; HAN_CODES]);
        for ((code, sounding), folded) in HAN.zip(sounding.iter_mut()).zip(folded) {
            let c = char::from_u32(code).expect("no surrogates there");
            let sound = one(table, c).map_or(UNREAD, |(c, _)| sound_of(sounds, c));
            *sounding = sound << 16 | u32::from(*folded);
        }
        let mut builder = Builder {
            sounds,
            pairs: vec![],
            words: vec![],
        };
        for (number, (term, wanted)) in terms.iter().zip(&wanted).enumerate() {
            builder.term(number as u32, term, *wanted);
        }
        let mut thirds = Vec::new();
        for (pair, third, _) in &builder.pairs {
            let (first, second) = ((pair >> 32) as u32, *pair as u32);
            if first >= LETTER || second >= LETTER {
                continue;
            }
            let pair = pair_hash(first, second);
            thirds.push(third_hash(pair, OPEN));
            match *third {
                ANY => thirds.extend((0..LETTER).map(|third| third_hash(pair, third))),
                third => thirds.push(third_hash(pair, third)),
            }
        }
        let mut first = [0u8; 16];
        for byte in (0u8..0x80).filter(|b| canonical(*b).is_some()) {
            let begins = |(word, _, _): &(u64, u32, u32)| {
                (*word >> 32) as u8 == canonical(byte).unwrap_or(0)
            };
            let written = |(pair, _, _): &(u64, u32, u32)| {
                let first = (pair >> 32) as u32;
                first >= WRITTEN
                    && sounds.letters((first - WRITTEN) as Syllable).as_bytes()[0]
                        == byte.to_ascii_lowercase()
            };
            if builder.words.iter().any(begins) || builder.pairs.iter().any(written) {
                first[usize::from(byte & 15)] |= 1 << (byte >> 4);
            }
        }
        let mut hashes: Vec<u32> = builder
            .words
            .iter()
            .map(|(word, _, _)| ascii_hash((word >> 32) as u32))
            .collect();
        Some(Self {
            sounds,
            wanted,
            sounding,
            thirds: Bits::of(&mut thirds, MANY),
            slots: Slots::new(builder.pairs, |term| term),
            words: Bits::of(&mut hashes, FEW),
            word_slots: Slots::new(builder.words, |term| term),
            first,
        })
    }

    /// What may begin with the two Han characters at `at`.
    #[inline]
    pub fn at_han_pair(&self, text: &str, at: usize) -> Option<Places<'_>> {
        self.at_han(text, at, self.sound_at(text, at + 3))
    }

    /// What may begin with the Han character at `at` and the Latin letter or digit behind it.
    pub fn at_han_before_latin(&self, text: &str, at: usize) -> Option<Places<'_>> {
        self.at_han(text, at, self.sound_of_latin(text.as_bytes()[at + 3]))
    }

    fn at_han(&self, text: &str, at: usize, second: u32) -> Option<Places<'_>> {
        let third = match text.as_bytes().get(at + 6) {
            // After a letter come the others of its syllable.
            _ if text.as_bytes()[at + 3].is_ascii() => ANY,
            Some(0xE4..=0xE9) => self.sound_at(text, at + 6),
            Some(byte) if byte.is_ascii_alphanumeric() => self.sound_of_latin(*byte),
            Some(byte) if !byte.is_ascii() => self.sound_of_other(text[at + 6..].chars().next()?),
            _ => NONE,
        };
        // With nothing behind it, no pair of Han characters is a term in disguise.
        if third == NONE {
            return None;
        }
        let all = self.slots.get(key(self.sound_at(text, at), second))?;
        if third == ANY {
            return Some(Places([all, &[]]));
        }
        let (any, rest) = all.split_at(all.partition_point(|(of, _)| *of == ANY));
        let rest = &rest[rest.partition_point(|(of, _)| *of < third)..];
        let same = rest.partition_point(|(of, _)| *of == third);
        Some(Places([any, &rest[..same]]))
    }

    /// What may begin with the Latin word at `at`, by its first letters or by its only syllable;
    /// given to `read`.
    #[inline]
    pub fn at_word(&self, text: &str, at: usize, mut read: impl FnMut(u32)) {
        let start = gather(text, at);
        let mut all = |terms: &[(u32, u32)]| terms.iter().for_each(|(_, term)| read(*term));
        if start.count == LETTERS {
            if self.words.test(ascii_hash(start.letters)) == 1
                && let Some(terms) = self.word_slots.get(key(start.letters, 1))
            {
                let (any, rest) = terms.split_at(terms.partition_point(|(of, _)| *of == ANY));
                all(any);
                // Initials are a whole word, as long as the term.
                let Some((longest, _)) = rest.last() else {
                    return;
                };
                let length = word_length(&text[at..], *longest);
                let rest = &rest[rest.partition_point(|(of, _)| *of < length)..];
                all(&rest[..rest.partition_point(|(of, _)| *of == length)]);
            }
            return;
        }
        if !start.is_syllable(text) {
            return;
        }
        let second = self.sound_at(text, start.end);
        let letters = text[at..start.end].chars().filter_map(letter);
        let letters: String = letters.map(char::from).collect();
        let other = letters.replace('u', "v");
        let both = [Some(&letters), (other != letters).then_some(&other)];
        for written in both.into_iter().flatten() {
            if let Some(syllable) = self.sounds.written(written)
                && let Some(terms) = self.slots.get(key(WRITTEN + u32::from(syllable), second))
            {
                all(terms);
            }
        }
    }

    #[inline(always)]
    fn sound_at(&self, text: &str, at: usize) -> u32 {
        let code = three_bytes(&text.as_bytes()[at..]);
        self.sounding[(code - HAN.start) as usize] >> 16
    }

    fn sound_of_latin(&self, byte: u8) -> u32 {
        match byte {
            b'0'..=b'9' => sound_of(self.sounds, byte.into()),
            _ => LETTER + u32::from(byte.to_ascii_lowercase()),
        }
    }

    /// The sound of what is neither ASCII nor a Han character of three bytes led by E4 to E9:
    /// most often a mark, which no disguise passes over.
    fn sound_of_other(&self, c: char) -> u32 {
        if let Some(byte) = shown(c) {
            return match byte.is_ascii_alphanumeric() {
                true => self.sound_of_latin(byte),
                false => NONE,
            };
        }
        match one(FoldTable::get(), c) {
            Some((c, _)) if is_han(c) => sound_of(self.sounds, c),
            _ => NONE,
        }
    }
}

fn sound_of(sounds: &Sounds, c: char) -> u32 {
    match sounds.syllable(c) {
        0 => UNREAD,
        syllable => syllable.into(),
    }
}

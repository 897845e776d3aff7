//! Terms in disguise: pinyin, initials, characters that sound the same, characters taken apart,
//! digits for letters.
//!
//! What stands in the text is not another spelling of the term's characters but something that is
//! read as them, so it says less, and only rules that ask get it. [`Disguises::read`] defines what
//! is found; the tables only say where to read:
//! - two Han characters, by how they sound;
//! - a Han character before a Latin letter, and a short syllable before a Han character;
//! - the first four letters of a Latin word.

use super::index::{
    Bits, FEW, HAN, HAN_CODES, MANY, Slots, ascii_hash, key, pair_hash, third_hash,
};
use crate::Folds;
use crate::text::{FoldTable, Folded, Sounds, Syllable, without_tone};

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

/// Letters of a Latin word by which it is looked up.
const LETTERS: usize = 4;
/// Characters of a term that may be written by their initials: with fewer almost every
/// abbreviation is one of some term.
const INITIALS: usize = 4;
/// The same for a word that does not stand directly beside Han characters.
const INITIALS_APART: usize = 6;
/// Letters of a term written in pinyin alone: what is shorter is too often a name or a word of
/// another language.
const PINYIN_LETTERS: usize = 6;
/// The same where it stands directly beside Han characters.
const PINYIN_BESIDE_HAN: usize = 4;
/// Letters of a syllable in the middle of characters.
const SYLLABLE: usize = 2;
/// Characters of a term that may sound the same: of two, every other word would.
const HOMOPHONES: usize = 3;
/// Characters of a term that may be taken apart into parts that are characters themselves.
const SPLITS: usize = 3;

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
        let code = super::three_bytes(&text.as_bytes()[at..]);
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

    /// Whether the term with this number is read at byte `at` of `text` in a disguise it wants:
    /// where it ends and which folds that took.
    ///
    /// The first two characters of the text stand side by side, Han characters or Latin letters,
    /// and nothing is skipped between them or any others, but for one separator between syllables
    /// that are both written out.
    pub fn read(&self, text: &str, at: usize, number: u32, term: &str) -> Option<(usize, Folds)> {
        let wanted = self.wanted[number as usize];
        if wanted.is_empty() {
            return None;
        }
        let bytes = text.as_bytes();
        let is_han = |byte: &u8| (0xE4..=0xE9).contains(byte);
        if is_han(&bytes[at]) {
            let second = bytes.get(at + 3)?;
            let may_follow = is_han(second) || second.is_ascii_alphanumeric();
            let spoken = may_follow && !term.is_ascii();
            return spoken
                .then(|| self.spoken(text, at, term, wanted, None))
                .flatten();
        }
        canonical(bytes[at])?;
        if at > 0 && bytes[at - 1].is_ascii_alphanumeric() {
            return None;
        }
        if term.is_ascii() {
            // A shorter term is too often another word with a sign behind it.
            let long = wanted.intersects(Folds::LEET) && gather(term, 0).count == LETTERS;
            return long.then(|| leet(text, at, term)).flatten();
        }
        let start = gather(text, at);
        if start.count < LETTERS {
            let syllable = start.is_syllable(text);
            let spoken = || self.spoken(text, at, term, wanted, Some(start.end));
            return syllable.then(spoken).flatten();
        }
        let by_initials = wanted.intersects(Folds::INITIALS);
        by_initials
            .then(|| self.initials(text, at, term))
            .flatten()
            .or_else(|| self.spoken(text, at, term, wanted, None))
    }

    /// Characters, one for one: as they are, taken apart, by their sound, or by its letters.
    /// `first_end`: where the first syllable must end, a Han character behind it.
    fn spoken(
        &self,
        text: &str,
        at: usize,
        term: &str,
        wanted: Folds,
        first_end: Option<usize>,
    ) -> Option<(usize, Folds)> {
        let table = FoldTable::get();
        let mut place = at;
        let mut tally = Tally::default();
        let mut in_run = false;
        for element in term.chars() {
            let c = text[place..].chars().next()?;
            let (seen, needed) = one(table, c)?;
            tally.characters += 1;
            // A Latin word is one for its syllables, not for letters of the term.
            let as_it_is = place > at || !c.is_ascii();
            if as_it_is && seen == element {
                // A letter of the term itself would be one of the syllable's.
                if in_run && seen.is_ascii() {
                    return None;
                }
                tally.same += 1;
                tally.folds = tally.folds.union(needed);
                place += c.len_utf8();
                in_run = false;
                continue;
            }
            let behind = place + c.len_utf8();
            let next = text[behind..].chars().next().and_then(|c| one(table, c));
            let parts = self.sounds.parts(element).iter();
            let mut parts = parts.filter(|(first, _)| *first == seen);
            if as_it_is
                && wanted.intersects(Folds::SPLIT)
                && let Some((next, also)) = next
                && parts.any(|(_, second)| *second == next)
            {
                tally.split += 1;
                tally.radicals += usize::from(is_radical(seen));
                tally.folds = tally.folds.union(needed).union(also).union(Folds::SPLIT);
                place = behind + text[behind..].chars().next().map_or(0, char::len_utf8);
                in_run = false;
                continue;
            }
            let readings = self.sounds.readings(element);
            if wanted.intersects(Folds::HOMOPHONE)
                && !c.is_ascii()
                && readings.contains(&self.sounds.syllable(seen))
            {
                tally.homophone += 1;
                tally.folds = tally.folds.union(needed).union(Folds::HOMOPHONE);
                place = behind;
                in_run = false;
                continue;
            }
            if !wanted.intersects(Folds::PINYIN) {
                return None;
            }
            let mut from = place;
            if in_run && is_separator(c) {
                from = behind;
            } else if !in_run && place > at && ends_latin(&text[..place]) {
                return None;
            }
            let ends = readings.iter().filter_map(|syllable| {
                let letters = self.sounds.letters(*syllable);
                Some((letters.len(), written_end(text, from, letters)?))
            });
            let (letters, end) = ends.max()?;
            tally.pinyin += 1;
            tally.letters += letters;
            tally.shortest = match tally.shortest {
                0 => letters,
                shortest => shortest.min(letters),
            };
            tally.folds = tally.folds.union(Folds::PINYIN);
            place = end;
            if place < first_end.unwrap_or(0) {
                return None;
            }
            in_run = true;
        }
        if in_run && begins_latin(&text[place..]) {
            return None;
        }
        tally
            .is_enough(|| is_beside_han(text, at, place))
            .then_some((place, tally.folds))
    }

    /// The first letter of every character's syllable, and nothing else, as a Latin word.
    fn initials(&self, text: &str, at: usize, term: &str) -> Option<(usize, Folds)> {
        let mut place = at;
        let mut count = 0;
        for element in term.chars() {
            let c = text[place..].chars().next()?;
            let seen = letter(c)?;
            let fits = |syllable: &Syllable| self.sounds.letters(*syllable).as_bytes()[0] == seen;
            if !self.sounds.readings(element).iter().any(fits) {
                return None;
            }
            place += c.len_utf8();
            count += 1;
        }
        let whole = count >= INITIALS && !begins_latin(&text[place..]);
        let enough = count >= INITIALS_APART || is_beside_han(text, at, place);
        (whole && enough).then_some((place, Folds::INITIALS))
    }
}

/// What a reading was made of, in characters of the term.
#[derive(Default)]
struct Tally {
    characters: usize,
    same: usize,
    homophone: usize,
    split: usize,
    /// Of the split ones, those that begin with what is no character of its own.
    radicals: usize,
    pinyin: usize,
    /// Letters of the syllables written out.
    letters: usize,
    /// Of the shortest of them.
    shortest: usize,
    folds: Folds,
}

impl Tally {
    /// Whether that says enough to be more than chance.
    fn is_enough(&self, beside_han: impl Fn() -> bool) -> bool {
        let of = self.characters;
        if self.same == of || of < 2 {
            return false;
        }
        if self.pinyin == of {
            return self.letters >= PINYIN_LETTERS
                || self.letters >= PINYIN_BESIDE_HAN && beside_han();
        }
        let by_sound =
            self.homophone == 0 || of >= HOMOPHONES && self.same > 0 && self.homophone * 2 <= of;
        let by_parts = self.split == 0 || self.radicals > 0 || of >= SPLITS;
        let by_letters = self.pinyin == 0 || self.shortest >= SYLLABLE;
        by_sound && by_parts && by_letters
    }
}

/// A Latin term with digits and signs for some of its letters, as a word.
fn leet(text: &str, at: usize, term: &str) -> Option<(usize, Folds)> {
    let table = FoldTable::get();
    let mut chars = text[at..].char_indices();
    let mut folds = Folds::LEET;
    let (mut same, mut other, mut end) = (0, 0, at);
    for wanted in term.chars() {
        let (offset, c) = chars.next().filter(|(_, c)| !is_han(*c))?;
        end = at + offset + c.len_utf8();
        let (seen, needed) = one(table, c)?;
        if seen == wanted {
            same += usize::from(wanted.is_ascii_alphabetic());
            folds = folds.union(needed);
        } else if c.is_ascii() && stands_for(c as u8, wanted) {
            other += 1;
        } else {
            return None;
        }
    }
    let enough = other > 0 && same >= 2 && same * 2 >= other;
    let whole = !begins_latin(&text[end..]);
    (enough && whole).then_some((end, folds))
}

/// Whether a digit or sign is written for a letter.
fn stands_for(sign: u8, wanted: char) -> bool {
    !sign.is_ascii_alphabetic()
        && wanted.is_ascii_alphabetic()
        && canonical(sign).is_some_and(|of| Some(of) == canonical(wanted as u8))
}

/// One letter for all that stand for each other, in lower case; nothing for what is neither letter
/// nor digit nor a sign written for one.
fn canonical(byte: u8) -> Option<u8> {
    Some(CANONICAL[usize::from(byte)]).filter(|letter| *letter != 0)
}

/// [`canonical`] of every byte, 0 for none.
static CANONICAL: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 0x80 {
        table[byte as usize] = canonical_of(byte);
        byte += 1;
    }
    table
};

const fn canonical_of(byte: u8) -> u8 {
    match byte {
        b'1' | b'!' | b'|' | b'l' | b'L' | b'I' => b'i',
        b'0' => b'o',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'7' | b'+' => b't',
        b'8' => b'b',
        b'9' | b'6' => b'g',
        b'2' => b'z',
        // For ü people write either.
        b'v' | b'V' => b'u',
        b if b.is_ascii_alphabetic() => b.to_ascii_lowercase(),
        _ => 0,
    }
}

/// What may stand once between letters of a disguise.
const fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '\'' | '_' | '·')
}

/// The beginning of a Latin word.
struct Start {
    /// Canonical letters, the first in the lowest byte.
    letters: u32,
    /// How many of them, up to [`LETTERS`].
    count: usize,
    /// Whether separators were passed.
    parted: bool,
    /// The byte behind them.
    end: usize,
}

impl Start {
    /// Whether it may be one syllable with a Han character behind it.
    fn is_syllable(&self, text: &str) -> bool {
        let next = text.as_bytes().get(self.end);
        (SYLLABLE..LETTERS).contains(&self.count)
            && !self.parted
            && next.is_some_and(|byte| (0xE4..=0xE9).contains(byte))
    }
}

#[inline]
fn gather(text: &str, at: usize) -> Start {
    let mut start = Start {
        letters: 0,
        count: 0,
        parted: false,
        end: at,
    };
    let mut after_separator = false;
    if let Some(four) = text.as_bytes()[at..].first_chunk::<LETTERS>() {
        let letters = four.map(|byte| CANONICAL[usize::from(byte)]);
        if letters.iter().all(|letter| *letter != 0) {
            start.letters = u32::from_le_bytes(letters);
            (start.count, start.end) = (LETTERS, at + LETTERS);
            return start;
        }
    }
    for (offset, c) in text[at..].char_indices() {
        let shown = shown(c);
        if let Some(seen) = shown.and_then(canonical) {
            start.letters |= u32::from(seen) << (8 * start.count);
            start.count += 1;
            start.parted |= after_separator;
            start.end = at + offset + c.len_utf8();
            after_separator = false;
            if start.count == LETTERS {
                break;
            }
        } else if is_separator(shown.map_or(c, char::from)) && !after_separator {
            after_separator = true;
        } else {
            break;
        }
    }
    start
}

/// What a character folds to, if it is one.
fn one(table: &FoldTable, c: char) -> Option<(char, Folds)> {
    match table.lowered(c) {
        Folded::Same => Some((c, Folds::default())),
        Folded::One(to, needed) => Some((to, needed)),
        Folded::Several(..) | Folded::Nothing => None,
    }
}

/// The ASCII character that a character is in a Latin word; Han characters, numerals too, are none.
fn shown(c: char) -> Option<u8> {
    if c.is_ascii() {
        return Some(c as u8);
    }
    without_tone(c).or_else(|| {
        let (to, _) = one(FoldTable::get(), c).filter(|_| !is_han(c))?;
        to.is_ascii().then_some(to as u8)
    })
}

/// The Latin letter, in lower case, that a character is in pinyin.
fn letter(c: char) -> Option<u8> {
    shown(c)
        .filter(u8::is_ascii_alphabetic)
        .map(|byte| byte.to_ascii_lowercase())
}

fn is_latin(c: char) -> bool {
    c.is_ascii_digit() || letter(c).is_some()
}

fn begins_latin(text: &str) -> bool {
    text.chars().next().is_some_and(is_latin)
}

fn ends_latin(text: &str) -> bool {
    text.chars().next_back().is_some_and(is_latin)
}

fn is_beside_han(text: &str, start: usize, end: usize) -> bool {
    text[end..].chars().next().is_some_and(is_han)
        || text[..start].chars().next_back().is_some_and(is_han)
}

fn is_han(c: char) -> bool {
    HAN.contains(&(c as u32))
}

/// Parts that are written only inside characters.
fn is_radical(c: char) -> bool {
    matches!(
        c,
        '氵' | '讠'
            | '亻'
            | '扌'
            | '忄'
            | '钅'
            | '饣'
            | '纟'
            | '犭'
            | '艹'
            | '彳'
            | '疒'
            | '辶'
            | '宀'
            | '冖'
            | '冫'
            | '礻'
            | '衤'
            | '阝'
            | '刂'
            | '攵'
            | '罒'
            | '灬'
            | '爫'
            | '囗'
            | '廴'
            | '匚'
            | '勹'
            | '凵'
            | '卩'
            | '彡'
    )
}

/// Letters of the Latin word that begins a text, counted up to one more than `longest`.
fn word_length(text: &str, longest: u32) -> u32 {
    let letters = text.chars().map_while(letter);
    letters.take(longest as usize + 1).count() as u32
}

/// Where a syllable that begins at `from` ends, if it is written out there.
fn written_end(text: &str, from: usize, letters: &str) -> Option<usize> {
    let mut chars = text[from..].char_indices();
    let mut end = from;
    for wanted in letters.bytes() {
        let (offset, c) = chars.next()?;
        let seen = letter(c)?;
        if seen != wanted && !(wanted == b'v' && seen == b'u') {
            return None;
        }
        end = from + offset + c.len_utf8();
    }
    Some(end)
}

fn sound_of(sounds: &Sounds, c: char) -> u32 {
    match sounds.syllable(c) {
        0 => UNREAD,
        syllable => syllable.into(),
    }
}

struct Builder {
    sounds: &'static Sounds,
    /// (first two sounds, third, term).
    pairs: Vec<(u64, u32, u32)>,
    /// (first letters, length of a word of initials, term).
    words: Vec<(u64, u32, u32)>,
}

impl Builder {
    fn term(&mut self, number: u32, term: &str, wanted: Folds) {
        if term.is_ascii() {
            let start = gather(term, 0);
            let first = term.as_bytes()[0];
            if wanted.intersects(Folds::LEET)
                && start.count == LETTERS
                && canonical(first).is_some()
            {
                self.words.push((key(start.letters, 1), ANY, number));
            }
            return;
        }
        let elements: Vec<char> = term.chars().take(LETTERS).collect();
        if wanted.intersects(Folds::PINYIN.union(Folds::HOMOPHONE).union(Folds::SPLIT)) {
            self.sounds_of(number, &elements, wanted);
        }
        if wanted.intersects(Folds::PINYIN) {
            self.written(number, &elements, ANY, |syllable| syllable);
        }
        if wanted.intersects(Folds::INITIALS) && elements.len() >= INITIALS {
            let length = term.chars().count() as u32;
            self.written(number, &elements, length, |syllable| &syllable[..1]);
        }
    }

    /// What a character may sound like, in every disguise in which it is one character, or by its
    /// first part.
    fn alternatives(&self, element: Option<&char>, wanted: Folds) -> Vec<u32> {
        let Some(&element) = element else {
            return vec![ANY];
        };
        if element.is_ascii_alphabetic() {
            return vec![LETTER + element as u32];
        }
        let mut all = self.own(element);
        if all.is_empty() {
            return vec![ANY];
        }
        if wanted.intersects(Folds::PINYIN) {
            all.extend(self.first_letters(element));
        }
        if wanted.intersects(Folds::SPLIT) {
            let parts = self.sounds.parts(element);
            all.extend(parts.iter().map(|(first, _)| sound_of(self.sounds, *first)));
        }
        all
    }

    /// The sounds of a Han character or digit.
    fn own(&self, element: char) -> Vec<u32> {
        let readings = self.sounds.readings(element);
        match readings {
            [] if is_han(element) => vec![UNREAD],
            all => all.iter().map(|syllable| u32::from(*syllable)).collect(),
        }
    }

    fn first_letters(&self, element: char) -> Vec<u32> {
        let readings = self.sounds.readings(element).iter();
        let first = readings.map(|syllable| self.sounds.letters(*syllable).as_bytes()[0]);
        first.map(|byte| LETTER + u32::from(byte)).collect()
    }

    fn sounds_of(&mut self, number: u32, elements: &[char], wanted: Folds) {
        let first = elements[0];
        let mut entries: Vec<(u64, u32, u32)> = vec![];
        let mut push = |a: u32, b: u32, third: &[u32]| {
            for third in third {
                // Behind a letter comes the rest of its syllable.
                let third = if b >= LETTER { ANY } else { *third };
                entries.push((key(a, b), third, number));
            }
        };
        let firsts = self.own(first);
        let seconds = self.alternatives(elements.get(1), wanted);
        let thirds = self.alternatives(elements.get(2), wanted);
        if elements.len() > 1 {
            // Of two characters neither may be another that sounds the same.
            let one_for_one = self.alternatives(elements.get(1), wanted.without(Folds::SPLIT));
            let enough = |b: &u32| elements.len() > 2 || *b >= LETTER;
            let split_second: Vec<(char, char)> = match wanted.intersects(Folds::SPLIT) {
                true => self.sounds.parts(elements[1]).to_vec(),
                false => vec![],
            };
            for &a in &firsts {
                for b in one_for_one.iter().copied().filter(enough) {
                    push(a, b, &thirds);
                }
                for (part, other) in &split_second {
                    let other = sound_of(self.sounds, *other);
                    push(a, sound_of(self.sounds, *part), &[other]);
                }
                if wanted.intersects(Folds::PINYIN) && a != UNREAD {
                    for &b in seconds.iter().filter(|b| **b < LETTER) {
                        push(WRITTEN + a, b, &[ANY]);
                    }
                }
            }
        }
        if wanted.intersects(Folds::SPLIT) {
            for (part, other) in self.sounds.parts(first) {
                let (a, b) = (sound_of(self.sounds, *part), sound_of(self.sounds, *other));
                push(a, b, &seconds);
            }
        }
        entries.sort_unstable();
        entries.dedup();
        self.pairs.extend(entries);
    }

    /// The first letters of a term written in Latin letters, some of each syllable; `length` if it
    /// is a word of so many letters.
    fn written(
        &mut self,
        number: u32,
        elements: &[char],
        length: u32,
        part: impl Fn(&str) -> &str,
    ) {
        let mut beginnings = vec![String::new()];
        for element in elements {
            let readings = self.sounds.readings(*element);
            let longer = |so_far: &String| -> Vec<String> {
                if so_far.len() >= LETTERS {
                    return vec![so_far.clone()];
                }
                let more = readings.iter().map(|s| part(self.sounds.letters(*s)));
                more.map(|more| so_far.clone() + more).collect()
            };
            beginnings = beginnings.iter().flat_map(longer).collect();
        }
        let mut words: Vec<u64> = beginnings
            .iter()
            .map(|letters| gather(letters, 0))
            .filter(|start| start.count == LETTERS)
            .map(|start| key(start.letters, 1))
            .collect();
        words.sort_unstable();
        words.dedup();
        self.words
            .extend(words.into_iter().map(|word| (word, length, number)));
    }
}

//! Latin words as disguises use them: letters for signs, tone marks off, parts of syllables.

use super::super::index::HAN;
use crate::Folds;
use crate::text::{FoldTable, Folded, without_tone};

/// Letters of a Latin word by which it is looked up.
pub(super) const LETTERS: usize = 4;
/// Letters of a syllable in the middle of characters.
pub(super) const SYLLABLE: usize = 2;

/// Whether a digit or sign is written for a letter.
pub(super) fn stands_for(sign: u8, wanted: char) -> bool {
    !sign.is_ascii_alphabetic()
        && wanted.is_ascii_alphabetic()
        && canonical(sign).is_some_and(|of| Some(of) == canonical(wanted as u8))
}

/// One letter for all that stand for each other, in lower case; nothing for what is neither letter
/// nor digit nor a sign written for one.
pub(super) fn canonical(byte: u8) -> Option<u8> {
    Some(CANONICAL[usize::from(byte)]).filter(|letter| *letter != 0)
}

/// [`canonical`] of every byte, 0 for none.
pub(super) static CANONICAL: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 0x80 {
        table[byte as usize] = canonical_of(byte);
        byte += 1;
    }
    table
};

pub(super) const fn canonical_of(byte: u8) -> u8 {
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
pub(super) const fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '\'' | '_' | '·')
}

/// The beginning of a Latin word.
pub(super) struct Start {
    /// Canonical letters, the first in the lowest byte.
    pub letters: u32,
    /// How many of them, up to [`LETTERS`].
    pub count: usize,
    /// Whether separators were passed.
    pub parted: bool,
    /// The byte behind them.
    pub end: usize,
}

impl Start {
    /// Whether it may be one syllable with a Han character behind it.
    pub fn is_syllable(&self, text: &str) -> bool {
        let next = text.as_bytes().get(self.end);
        (SYLLABLE..LETTERS).contains(&self.count)
            && !self.parted
            && next.is_some_and(|byte| (0xE4..=0xE9).contains(byte))
    }
}

#[inline]
pub(super) fn gather(text: &str, at: usize) -> Start {
    let mut start = Start {
        letters: 0,
        count: 0,
        parted: false,
        end: at,
    };
    if let Some(four) = text.as_bytes()[at..].first_chunk::<LETTERS>() {
        let letters = four.map(|byte| CANONICAL[usize::from(byte)]);
        if letters.iter().all(|letter| *letter != 0) {
            start.letters = u32::from_le_bytes(letters);
            (start.count, start.end) = (LETTERS, at + LETTERS);
            return start;
        }
    }
    let mut after_separator = false;
    let mut place = at;
    while start.count < LETTERS
        && let Some(byte) = text.as_bytes().get(place)
    {
        let (shown, length) = if byte.is_ascii() {
            (Some(*byte), 1)
        } else {
            let c = text[place..].chars().next().expect("one begins there");
            let shown = shown(c);
            // The only one beyond ASCII that folds to nothing else.
            let separator = (shown.is_none() && is_separator(c)).then_some(b' ');
            (shown.or(separator), c.len_utf8())
        };
        let Some(shown) = shown else { break };
        place += length;
        if let Some(seen) = canonical(shown) {
            start.letters |= u32::from(seen) << (8 * start.count);
            start.count += 1;
            start.parted |= after_separator;
            start.end = place;
            after_separator = false;
        } else if is_separator(char::from(shown)) && !after_separator {
            after_separator = true;
        } else {
            break;
        }
    }
    start
}

/// What a character folds to, if it is one.
pub(super) fn one(table: &FoldTable, c: char) -> Option<(char, Folds)> {
    match table.lowered(c) {
        Folded::Same => Some((c, Folds::default())),
        Folded::One(to, needed) => Some((to, needed)),
        Folded::Several(..) | Folded::Nothing => None,
    }
}

/// The ASCII character that a character is in a Latin word; Han characters, numerals too, are none.
pub(super) fn shown(c: char) -> Option<u8> {
    if c.is_ascii() {
        return Some(c as u8);
    }
    without_tone(c).or_else(|| {
        let (to, _) = one(FoldTable::get(), c).filter(|_| !is_han(c))?;
        to.is_ascii().then_some(to as u8)
    })
}

/// The Latin letter, in lower case, that a character is in pinyin.
pub(super) fn letter(c: char) -> Option<u8> {
    shown(c)
        .filter(u8::is_ascii_alphabetic)
        .map(|byte| byte.to_ascii_lowercase())
}

pub(super) fn is_latin(c: char) -> bool {
    c.is_ascii_digit() || letter(c).is_some()
}

pub(super) fn begins_latin(text: &str) -> bool {
    text.chars().next().is_some_and(is_latin)
}

pub(super) fn ends_latin(text: &str) -> bool {
    text.chars().next_back().is_some_and(is_latin)
}

pub(super) fn is_beside_han(text: &str, start: usize, end: usize) -> bool {
    text[end..].chars().next().is_some_and(is_han)
        || text[..start].chars().next_back().is_some_and(is_han)
}

pub(super) fn is_han(c: char) -> bool {
    HAN.contains(&(c as u32))
}

/// Parts that are written only inside characters.
pub(super) fn is_radical(c: char) -> bool {
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
pub(super) fn word_length(text: &str, longest: u32) -> u32 {
    let letters = text.chars().map_while(letter);
    letters.take(longest as usize + 1).count() as u32
}

/// Where a syllable that begins at `from` ends, if it is written out there.
pub(super) fn written_end(text: &str, from: usize, letters: &str) -> Option<usize> {
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

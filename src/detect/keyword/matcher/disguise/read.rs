//! What is a term in disguise: the definition that the tables serve.

use super::Disguises;
use super::letters::{
    LETTERS, SYLLABLE, begins_latin, canonical, ends_latin, gather, is_beside_han, is_han,
    is_radical, is_separator, letter, one, stands_for, written_end,
};
use crate::Folds;
use crate::text::{FoldTable, Syllable};

/// Characters of a term that may be written by their initials: with fewer almost every
/// abbreviation is one of some term.
pub(super) const INITIALS: usize = 4;
/// The same for a word that does not stand directly beside Han characters.
const INITIALS_APART: usize = 6;
/// Letters of a term written in pinyin alone: what is shorter is too often a name or a word of
/// another language.
const PINYIN_LETTERS: usize = 6;
/// The same where it stands directly beside Han characters.
const PINYIN_BESIDE_HAN: usize = 4;
/// Characters of a term that may sound the same: of two, every other word would.
const HOMOPHONES: usize = 3;
/// Characters of a term that may be taken apart into parts that are characters themselves.
const SPLITS: usize = 3;

impl Disguises {
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

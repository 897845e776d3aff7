//! Where terms in disguise may begin: the entries of the tables, made of what a term may sound like.

use super::super::index::key;
use super::letters::{LETTERS, canonical, gather, is_han};
use super::read::INITIALS;
use super::{ANY, LETTER, UNREAD, WRITTEN, sound_of};
use crate::Folds;
use crate::text::Sounds;

pub(super) struct Builder {
    pub sounds: &'static Sounds,
    /// (first two sounds, third, term).
    pub pairs: Vec<(u64, u32, u32)>,
    /// (first letters, length of a word of initials, term).
    pub words: Vec<(u64, u32, u32)>,
}

impl Builder {
    pub fn term(&mut self, number: u32, term: &str, wanted: Folds) {
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

//! One place of a text that the tables did not refuse: which terms are read there, and reading them.

use super::super::index::{ALONE, Entry, SECOND, SKIP, START, key, pair_hash};
use super::super::walk::{self, is_noise, walk};
use super::super::{Hit, blocks::three_bytes};
use super::{Search, code_of};
use crate::text::{FoldTable, Folded};

/// Characters after the first one among which the second is looked for: repetitions, noise, and
/// one more; what shows nothing is not counted.
const AHEAD: usize = walk::REPEATS + walk::NOISE_GAP + 1;

impl Search<'_> {
    /// A Han character with a Latin letter or digit behind it.
    pub(super) fn before_latin(&mut self, at: usize) {
        let Some(disguises) = &self.matcher.disguises else {
            return;
        };
        if let Some(places) = disguises.at_han_before_latin(self.text, at) {
            let terms = places.terms();
            terms.for_each(|term| self.read_disguised(at, term));
        }
    }

    /// A Latin word that may be a term in disguise.
    pub(super) fn word_in_disguise(&mut self, at: usize) {
        let Some(disguises) = &self.matcher.disguises else {
            return;
        };
        disguises.at_word(self.text, at, |term| self.read_disguised(at, term));
    }

    /// The terms without a third character and those with this one.
    pub(super) fn with_third(&mut self, at: usize, terms: &[(u32, Entry)], third: u32) {
        let [short, same] = of_third(terms, third);
        self.all(at, short);
        self.all(at, same);
    }

    /// As [`Search::with_third`], of the longer ones those with this fourth: words have their
    /// first three letters in common with many.
    fn with_four(&mut self, at: usize, terms: &[(u32, Entry)], third: u8, fourth: u8) {
        let [short, same] = of_third(terms, third.into());
        self.all(at, short);
        for (_, entry) in same {
            let of_term = self.index.term(entry).as_bytes().get(3);
            if of_term.is_none_or(|of| *of == fourth) {
                self.read(at, entry);
            }
        }
    }

    pub(super) fn all(&mut self, at: usize, terms: &[(u32, Entry)]) {
        for (_, term) in terms {
            self.read(at, term);
        }
    }

    /// A character beyond ASCII at which, by its class and the next one's, a term may begin.
    #[inline(always)]
    pub(super) fn single(&mut self, at: usize) {
        let index = self.index;
        let bytes = &self.text.as_bytes()[at..];
        let (code, length) = code_of(bytes);
        if length == 4 {
            return self.beyond(at);
        }
        let (next, _) = bytes
            .get(length..)
            .filter(|b| !b.is_empty())
            .map_or((0, 0), code_of);
        let class = |code: usize| index.class.get(code).copied().unwrap_or(SKIP);
        if class(code) & ALONE == 0 && class(next) & (SECOND | SKIP) == 0 {
            return;
        }
        if class(code) & ALONE == 0 && class(next) & SKIP == 0 {
            let (first, second) = (index.folded[code], index.folded[next]);
            let hash = pair_hash(first.into(), second.into());
            if first != 0 && second != 0 && index.mixed.test(hash) == 0 {
                return;
            }
        }
        self.careful(at);
    }

    /// A character beyond the basic plane.
    fn beyond(&mut self, at: usize) {
        let c = self.text[at..]
            .chars()
            .next()
            .expect("a character begins there");
        let class = |c: char| self.index.class.get(c as usize).copied().unwrap_or(START);
        let may_begin = match FoldTable::get().lowered(c) {
            _ if self.matcher.exact => self.index.beyond,
            Folded::Same => self.index.beyond,
            Folded::One(to, _) => class(to) & START != 0,
            Folded::Several(..) => true,
            Folded::Nothing => false,
        };
        if may_begin {
            self.careful(at);
        }
    }

    /// A Han character that may be a whole term.
    pub(super) fn alone(&mut self, at: usize) {
        let code = three_bytes(&self.text.as_bytes()[at..]);
        if self.index.class[code as usize] & ALONE != 0 {
            let folded = self.index.folded[code as usize];
            if let Some(terms) = self.index.slots.get(key(folded.into(), 0)) {
                self.all(at, terms);
            }
        }
    }

    /// Looks up three letters or digits, none of which can be anything else; false if they may.
    #[inline(always)]
    fn plainly(&mut self, at: usize, rest: &[u8]) -> bool {
        let Some(three) = rest.first_chunk::<3>() else {
            return false;
        };
        let exact = self.matcher.exact;
        let [first, second, third] = three.map(|b| match exact {
            true => b,
            false => b.to_ascii_lowercase(),
        });
        let repeats = self.matcher.evasive && (first == second || second == third);
        if repeats || !three.iter().all(u8::is_ascii_alphanumeric) {
            return false;
        }
        let slots = &self.index.slots;
        if let Some(terms) = slots.get(key(first.into(), second.into())) {
            let fourth = rest.get(3).filter(|byte| byte.is_ascii_alphanumeric());
            let fourth = fourth.map(|byte| match exact {
                true => *byte,
                false => byte.to_ascii_lowercase(),
            });
            // It might also be the third once more, which some pass over.
            match fourth.filter(|fourth| *fourth != third) {
                Some(fourth) => self.with_four(at, terms, third, fourth),
                None => self.with_third(at, terms, third.into()),
            }
        }
        if self.index.alone
            && let Some(terms) = slots.get(key(first.into(), 0))
        {
            self.all(at, terms);
        }
        true
    }

    /// Looks up the first character with everything that can follow it once folded.
    pub(super) fn careful(&mut self, at: usize) {
        let rest = &self.text[at..];
        if self.plainly(at, rest.as_bytes()) {
            return;
        }
        let lowered = |c| match self.matcher.exact {
            true => Folded::Same,
            false => FoldTable::get().lowered(c),
        };
        let mut chars = rest.chars();
        let Some(c) = chars.next() else { return };
        let mut seconds = [0u32; AHEAD];
        let mut count = 0;
        let first = match lowered(c) {
            Folded::Same => c,
            Folded::One(to, _) => to,
            Folded::Nothing => return,
            Folded::Several(all, _) => {
                let mut all = all.chars();
                let Some(first) = all.next() else { return };
                if let Some(second) = all.next() {
                    seconds[0] = second.into();
                    count = 1;
                }
                first
            }
        };
        let evasive = self.matcher.evasive;
        let mut ahead = if count == 0 { AHEAD } else { 0 };
        while ahead > 0
            && let Some(c) = chars.next()
        {
            let second = match lowered(c) {
                Folded::Nothing => continue,
                Folded::Same => c,
                Folded::One(to, _) => to,
                Folded::Several(all, _) => all.chars().next().unwrap_or(c),
            };
            if !seconds[..count].contains(&second.into()) {
                seconds[count] = second.into();
                count += 1;
            }
            let may_be_passed = evasive && (is_noise(second) || second == first);
            ahead = if may_be_passed { ahead - 1 } else { 0 };
        }
        let slots = &self.index.slots;
        for second in seconds[..count].iter().copied().chain([0]) {
            let Some(terms) = slots.get(key(first.into(), second)) else {
                continue;
            };
            self.all(at, terms);
        }
    }

    /// Compares one term with the text, in the disguises it wants.
    pub fn read_disguised(&mut self, at: usize, term: u32) {
        let Some(disguises) = &self.matcher.disguises else {
            return;
        };
        let word = self.matcher.terms[term as usize].as_str();
        if let Some((end, folds)) = disguises.read(self.text, at, term, word) {
            self.hits.push(Hit {
                term,
                start: at as u32,
                end: end as u32,
                folds,
            });
        }
    }

    /// Compares one term with the text.
    pub fn read(&mut self, at: usize, entry: &Entry) {
        let term = self.index.term(entry);
        let Some((end, folds)) = walk(self.text, at, term, entry.reading) else {
            return;
        };
        if !entry.inside_words && at > 0 {
            let around = &self.text.as_bytes()[at - 1..=at];
            if around.iter().all(u8::is_ascii_alphanumeric) {
                return;
            }
        }
        self.hits.push(Hit {
            term: entry.term,
            start: at as u32,
            end: end as u32,
            folds,
        });
    }
}

/// Of terms in the order of their third characters those without one, and those with this one.
fn of_third(terms: &[(u32, Entry)], third: u32) -> [&[(u32, Entry)]; 2] {
    let (short, rest) = terms.split_at(terms.partition_point(|(of, _)| *of == 0));
    let rest = &rest[rest.partition_point(|(of, _)| *of < third)..];
    let same = rest.iter().take_while(|(of, _)| *of == third).count();
    [short, &rest[..same]]
}

//! Matchers as bytes and back, for the cache of compiled rules.
//!
//! What follows from something else is not written, and every number that is read is held against
//! what it points into, so that whatever a file holds, no search reads beyond a table, runs on or
//! panics.

use super::disguise::Disguises;
use super::index::{Bits, Entry, Index, PLANE, Slots};
use super::{TermMatcher, Way};
use crate::stored::{Reader, Stored};
use crate::text::Sounds;

impl TermMatcher {
    /// Appends everything but the terms.
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        self.exact.put(out);
        self.evasive.put(out);
        put_index(&self.index, out);
        self.disguises.is_some().put(out);
        if let Some(disguises) = &self.disguises {
            put_disguises(disguises, out);
        }
    }

    /// For these terms; nothing if what is read does not belong to them.
    pub(crate) fn take(terms: &[&str], from: &mut Reader<'_>) -> Option<Self> {
        let (exact, evasive) = (bool::take(from)?, bool::take(from)?);
        let index = take_index(terms, from)?;
        let disguises = match bool::take(from)? {
            true => Some(take_disguises(terms.len(), from)?),
            false => None,
        };
        let words = disguises.as_ref().map_or([0; 16], |of| of.first);
        // The index has all of them.
        let in_disguise = |of: &Disguises| {
            let terms = terms.iter().zip(&of.wanted);
            let kept = terms.map(|(term, wanted)| match wanted.is_empty() {
                true => String::new(),
                false => (*term).to_owned(),
            });
            kept.collect()
        };
        Some(Self {
            sets: [index.ascii, index.inside, words, index.follow],
            terms: disguises.as_ref().map_or_else(Vec::new, in_disguise),
            index,
            disguises,
            exact,
            evasive,
            way: Way::all().pop().expect("there is always the portable one"),
        })
    }
}

impl Stored for Bits {
    fn put(&self, out: &mut Vec<u8>) {
        self.shift.put(out);
        self.words.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let (shift, words) = (u32::take(from)?, Vec::<u32>::take(from)?);
        // Wide registers gather words without asking: this is what keeps them inside.
        let fits = Self::SHIFTS.contains(&shift) && words.len() == 1 << (27 - shift);
        fits.then_some(Self { words, shift })
    }
}

/// Keys with the number of their terms, third characters and terms, all in order; places are
/// found again.
fn put_slots<T: Copy, S: Stored>(slots: &Slots<T>, out: &mut Vec<u8>, put: impl Fn(T) -> S) {
    let mut used: Vec<_> = slots.slots.iter().filter(|slot| slot.key != 0).collect();
    used.sort_unstable_by_key(|slot| slot.key);
    let keys: Vec<u64> = used.iter().map(|slot| slot.key).collect();
    let counts: Vec<u32> = used.iter().map(|slot| slot.last - slot.first).collect();
    let (thirds, terms): (Vec<u32>, Vec<S>) = slots
        .terms
        .iter()
        .map(|(third, term)| (*third, put(*term)))
        .unzip();
    keys.put(out);
    counts.put(out);
    thirds.put(out);
    terms.put(out);
}

fn take_slots<T, S: Stored>(
    from: &mut Reader<'_>,
    mut take: impl FnMut(S) -> Option<T>,
) -> Option<Slots<T>> {
    let (keys, counts) = (Vec::<u64>::take(from)?, Vec::<u32>::take(from)?);
    let (thirds, terms) = (Vec::<u32>::take(from)?, Vec::<S>::take(from)?);
    let ascending = keys.is_sorted_by(|a, b| a < b) && keys.first() != Some(&0);
    let total: u64 = counts.iter().map(|count| u64::from(*count)).sum();
    let fit = keys.len() == counts.len() && thirds.len() == terms.len();
    if !ascending || !fit || total != thirds.len() as u64 {
        return None;
    }
    let mut first = 0;
    for count in &counts {
        let last = first + *count as usize;
        if *count == 0 || !thirds[first..last].is_sorted() {
            return None;
        }
        first = last;
    }
    let terms: Option<Vec<(u32, T)>> = thirds
        .into_iter()
        .zip(terms)
        .map(|(third, term)| Some((third, take(term)?)))
        .collect();
    Some(Slots::of(keys.into_iter().zip(counts), terms?))
}

fn put_index(index: &Index, out: &mut Vec<u8>) {
    let Index {
        class,
        folded,
        // The middle of `folded`.
        han_folded: _,
        han,
        third,
        three,
        four,
        mixed,
        slots,
        // The terms in the order of the slots.
        text: _,
        ascii,
        inside,
        follow,
        alone,
        beyond,
    } = index;
    class.put(out);
    folded.put(out);
    for bits in [han, third, three, four, mixed] {
        bits.put(out);
    }
    put_slots(slots, out, |entry: Entry| {
        (entry.term, (entry.reading, entry.inside_words))
    });
    for bytes in [ascii, inside, follow] {
        bytes.put(out);
    }
    alone.put(out);
    beyond.put(out);
}

fn take_index(terms: &[&str], from: &mut Reader<'_>) -> Option<Index> {
    let class = Stored::take(from)?;
    let folded: Box<[u16; PLANE]> = Stored::take(from)?;
    let [han, third, three, four, mixed] = <[Bits; 5]>::take(from)?;
    let mut text = String::with_capacity(terms.iter().map(|term| term.len()).sum());
    let slots = take_slots(from, |(term, (reading, inside_words))| {
        let start = text.len() as u32;
        let word = terms.get(term as usize).filter(|word| !word.is_empty())?;
        text.push_str(word);
        Some(Entry {
            term,
            start,
            end: u32::try_from(text.len()).ok()?,
            reading,
            inside_words,
        })
    })?;
    Some(Index {
        han_folded: Index::han_folded(&folded),
        class,
        folded,
        han,
        third,
        three,
        four,
        mixed,
        slots,
        text,
        ascii: Stored::take(from)?,
        inside: Stored::take(from)?,
        follow: Stored::take(from)?,
        alone: Stored::take(from)?,
        beyond: Stored::take(from)?,
    })
}

fn put_disguises(disguises: &Disguises, out: &mut Vec<u8>) {
    let Disguises {
        sounds: _,
        wanted,
        sounding,
        thirds,
        slots,
        words,
        word_slots,
        first,
    } = disguises;
    wanted.put(out);
    sounding.put(out);
    thirds.put(out);
    put_slots(slots, out, |term| term);
    words.put(out);
    put_slots(word_slots, out, |term| term);
    first.put(out);
}

fn take_disguises(terms: usize, from: &mut Reader<'_>) -> Option<Disguises> {
    let known = |term: u32| ((term as usize) < terms).then_some(term);
    let wanted = Vec::take(from)?;
    let disguises = Disguises {
        sounds: Sounds::get(),
        wanted,
        sounding: Stored::take(from)?,
        thirds: Stored::take(from)?,
        slots: take_slots(from, known)?,
        words: Stored::take(from)?,
        word_slots: take_slots(from, known)?,
        first: Stored::take(from)?,
    };
    (disguises.wanted.len() == terms).then_some(disguises)
}

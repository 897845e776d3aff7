//! Which licence a text is, told by its words.
//!
//! The texts are those of the SPDX list. Runs of four words lead to the licences that have them
//! (an index over all texts, made when it is first asked); of the few that come near, the words
//! and pairs of words that text and licence have in common decide. So a licence is found inside
//! another text, reworded here and there, and told from variants that differ in a sentence.
//!
//! Rejected: the detection of the crate `spdx` reads a whole text again for every licence, 6.5 ms
//! for 8 KB.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::OnceLock;

use super::names::Names;
use super::words::Words;

/// Words of a run: three are everywhere, and of five a tenth of changed words leaves little.
const RUN: usize = 4;
/// Candidates whose words are compared one by one.
const COMPARED: usize = 16;
/// What text and licence must have in common, in thousandths of both. Measured: a tenth of all
/// words changed leaves 850; statutes, novels and manuals have nothing that comes near 600.
const ENOUGH: u32 = 600;
/// What a part of a licence must have in common with the text, and words of the least part: a
/// paragraph that many licences share says too little.
const ENOUGH_OF_PART: u32 = 700;
const LEAST_PART: usize = 40;
/// A part that is not the beginning must be one in so many of the licence, or have so many words:
/// how a licence is applied takes 300 in the longest.
const PART_OF: usize = 3;
const LONG_PART: usize = 500;
/// Runs of a text that must stand in some licence for it to be a part of one, in thousandths.
/// Measured: a licence of which a tenth of the words was changed has 600, other texts 20.
pub const FAMILIAR: u32 = 200;
/// Words before and at the beginning of a licence among which its title begins: where it has
/// another title, what it has in common with a licence begins behind that.
const TITLE: (usize, usize) = (48, 10);
/// A title decides against a text that has less in common with the one it names, in thousandths,
/// unless the one it names explains much less, in hundredths.
const SAME: u32 = 990;
const MUCH_LESS: i64 = 60;
/// A text in another language than the list has it in has less in common with its relatives.
/// Measured: CeCILL-B in French with CeCILL 1.0.
const TRANSLATED: u32 = 860;
/// How licences are put on works where that says something else than their text. Source: exhibit B
/// of MPL 2.0.
const SHORT_FORMS: &[(&str, &str)] = &[(
    "MPL-2.0-no-copyleft-exception",
    "This Source Code Form is \"Incompatible With Secondary Licenses\", as defined by the Mozilla Public License, v. 2.0.",
)];
/// Bits of the table that says for most runs that no licence has them.
const FILTER_BITS: u32 = 22;
/// Bits of a run by which postings are found.
const BUCKET_BITS: u32 = 16;

/// A text of the SPDX list with all that have it.
pub struct Reference {
    /// Ids of licences and exceptions with this text, in the order of the list.
    pub ids: Vec<&'static str>,
    words: Vec<u32>,
}

/// Where a run stands in a licence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Posting {
    run: u32,
    reference: u16,
    at: u16,
}

/// All texts, and how they are found.
pub struct References {
    texts: Vec<Reference>,
    postings: Vec<Posting>,
    /// First posting by the upper bits of its run.
    buckets: Vec<u32>,
    filter: Vec<u64>,
}

/// A licence in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Position in [`References::texts`].
    pub reference: usize,
    /// The words of the text that it takes.
    pub words: Range<usize>,
    /// What both have in common, in thousandths (Dice, over words and pairs of words).
    pub score: u32,
    /// Words of the licence before and after what is in the window.
    pub outside: (usize, usize),
    /// Words of the licence.
    pub length: usize,
    /// Whether only a part of it is in the text, although no window ends there.
    pub is_part: bool,
}

fn run_of(words: &[u32]) -> u32 {
    let mixed = words.iter().fold(0u64, |hash, word| {
        (hash.rotate_left(5) ^ u64::from(*word)).wrapping_mul(0x517c_c1b7_2722_0a95)
    });
    (mixed >> 32) as u32
}

impl References {
    /// The texts of the SPDX list, read when they are first asked for.
    pub fn get() -> &'static Self {
        static CELL: OnceLock<References> = OnceLock::new();
        CELL.get_or_init(|| {
            let all = spdx::text::LICENSE_TEXTS.iter();
            let all = all.chain(spdx::text::EXCEPTION_TEXTS).chain(SHORT_FORMS);
            Self::new(all.map(|(id, text)| (*id, *text)))
        })
    }

    fn new(all: impl Iterator<Item = (&'static str, &'static str)>) -> Self {
        let mut texts: Vec<Reference> = Vec::new();
        let mut known: HashMap<Vec<u32>, usize> = HashMap::new();
        for (id, text) in all {
            if spdx::license_id(id).is_some_and(|id| id.is_deprecated())
                || spdx::exception_id(id).is_some_and(|id| id.is_deprecated())
            {
                continue;
            }
            let words = Words::of(text).hashes;
            // Texts that say nothing (`NOASSERTION`) are none.
            if words.len() <= RUN {
                continue;
            }
            match known.get(&words) {
                Some(same) => texts[*same].ids.push(id),
                None => {
                    known.insert(words.clone(), texts.len());
                    let ids = vec![id];
                    texts.push(Reference { ids, words });
                }
            }
        }
        let mut postings: Vec<Posting> = Vec::new();
        for (reference, text) in texts.iter().enumerate() {
            let runs = text.words.windows(RUN).enumerate();
            postings.extend(runs.map(|(at, words)| Posting {
                run: run_of(words),
                reference: reference as u16,
                at: at as u16,
            }));
        }
        postings.sort_unstable();
        let mut buckets = vec![0u32; (1 << BUCKET_BITS) + 1];
        let mut filter = vec![0u64; 1 << (FILTER_BITS - 6)];
        for posting in &postings {
            buckets[(posting.run >> (32 - BUCKET_BITS)) as usize + 1] += 1;
            let bit = posting.run >> (32 - FILTER_BITS);
            filter[(bit >> 6) as usize] |= 1 << (bit & 63);
        }
        for at in 1..buckets.len() {
            buckets[at] += buckets[at - 1];
        }
        Self {
            texts,
            postings,
            buckets,
            filter,
        }
    }

    /// One entry a text.
    pub fn texts(&self) -> &[Reference] {
        &self.texts
    }

    /// Where a run stands.
    fn postings(&self, run: u32) -> &[Posting] {
        let bit = run >> (32 - FILTER_BITS);
        if self.filter[(bit >> 6) as usize] & (1 << (bit & 63)) == 0 {
            return &[];
        }
        let bucket = (run >> (32 - BUCKET_BITS)) as usize;
        let (from, to) = (self.buckets[bucket], self.buckets[bucket + 1]);
        let within = &self.postings[from as usize..to as usize];
        let from = within.partition_point(|posting| posting.run < run);
        let same = within[from..].iter().take_while(|p| p.run == run).count();
        &within[from..from + same]
    }

    /// How many runs of `words` stand in some licence, in thousandths.
    pub fn familiar(&self, words: &[u32]) -> u32 {
        let runs = words.windows(RUN);
        let all = runs.len() as u32;
        let known = runs.filter(|run| !self.postings(run_of(run)).is_empty());
        known.count() as u32 * 1000 / all.max(1)
    }

    /// The licences in `words`, in order, none over another. `goes_on`: whether the text goes on
    /// before and after them, so that a licence may be cut off there.
    pub fn find(&self, words: &Words, goes_on: (bool, bool)) -> Vec<Match> {
        let mut found = Vec::new();
        let mut rest = Vec::new();
        rest.push(0..words.hashes.len());
        while let Some(range) = rest.pop() {
            let before = goes_on.0 && range.start == 0;
            let after = goes_on.1 && range.end == words.hashes.len();
            let Some(best) = self.best(words, &range, (before, after)) else {
                continue;
            };
            rest.push(range.start..best.words.start);
            rest.push(best.words.end..range.end);
            found.push(best);
        }
        found.sort_by_key(|found| found.words.start);
        found
    }

    /// The licence that explains most of the words in `range`.
    fn best(&self, words: &Words, range: &Range<usize>, goes_on: (bool, bool)) -> Option<Match> {
        let within = &words.hashes[range.clone()];
        let mut near = self.ranked(within, goes_on);
        let mut is_part = false;
        if near.is_empty() && within.len() >= LEAST_PART && self.familiar(within) >= FAMILIAR {
            // Texts that were cut, as those of crawls are, and parts that stand for the whole.
            near = self.ranked(within, (true, true));
            near.retain(|(_, found)| self.is_told_by(found));
            is_part = true;
        }
        let (_, mut best) = near.first()?.clone();
        let shifted = |of: &Range<usize>| of.start + range.start..of.end + range.start;
        if best.score < SAME
            && let Some(title) = self.titled(words, range, shifted(&best.words).start)
            // Sendmail is a name of Sendmail-8.23 as well.
            && !self.texts[best.reference].ids.iter().any(|id| id.starts_with(title))
        {
            let ids = |found: &Match| &self.texts[found.reference].ids;
            let (most, family) = (near[0].0, |id: &str| {
                id.split('-').next() == title.split('-').next()
            });
            let enough = |worth: i64| worth * 100 >= most * MUCH_LESS;
            let named = near
                .iter()
                .find(|(worth, found)| ids(found).contains(&title) && enough(*worth));
            match named {
                Some((_, named)) => best = named.clone(),
                // Of another language than the list has it in.
                None if best.score < TRANSLATED
                    && ids(&best)
                        .iter()
                        .any(|id| family(id) && spdx::license_id(id).is_some()) =>
                {
                    let of_title = |text: &Reference| text.ids.contains(&title);
                    best.reference = self
                        .texts
                        .iter()
                        .position(of_title)
                        .unwrap_or(best.reference);
                }
                None => {}
            }
        }
        best.words = shifted(&best.words);
        best.is_part = is_part;
        Some(best)
    }

    /// Whether a part of a licence says which one it is, and not only how it is applied: that
    /// stands at the end of many, at the beginning of exceptions, and in the header of every file.
    fn is_told_by(&self, found: &Match) -> bool {
        let (before, after) = found.outside;
        let seen = found.length - before - after;
        if found.score < ENOUGH_OF_PART || found.words.len() < LEAST_PART {
            return false;
        }
        let ids = &self.texts[found.reference].ids;
        if ids.iter().all(|id| spdx::license_id(id).is_none()) {
            return after * 10 <= found.length || before * 10 >= found.length;
        }
        let is_long = seen * PART_OF >= found.length || seen >= LONG_PART;
        before * 10 <= found.length || is_long
    }

    /// The licence whose name stands at the beginning of a text, the longest of such names.
    fn titled(&self, words: &Words, range: &Range<usize>, start: usize) -> Option<&'static str> {
        let from = start.saturating_sub(TITLE.0).max(range.start);
        let names =
            (from..range.end.min(start + TITLE.1)).filter_map(|at| Names::get().at(words, at));
        let titles = names.filter(|name| {
            let is_first = name.words.start <= range.start + 1;
            name.is_exact && (name.length > 1 || name.is_called_licence || is_first)
        });
        let longest = titles.max_by_key(|name| (name.length, std::cmp::Reverse(name.words.start)));
        longest.map(|name| name.id)
    }

    /// Licences that are enough like `words`, what explains most of them first.
    pub fn ranked(&self, words: &[u32], goes_on: (bool, bool)) -> Vec<(i64, Match)> {
        let mut by_text: BTreeMap<u16, Vec<(u32, u16)>> = BTreeMap::new();
        for (at, run) in words.windows(RUN).enumerate() {
            for posting in self.postings(run_of(run)) {
                let hits = by_text.entry(posting.reference).or_default();
                hits.push((at as u32, posting.at));
            }
        }
        let mut near: Vec<(i64, Match)> = Vec::new();
        for (reference, hits) in by_text {
            near.extend(self.placed(usize::from(reference), &hits, words.len(), goes_on));
        }
        near.sort_by_key(|(worth, found)| (-worth, found.reference));
        near.truncate(COMPARED);
        let mut best: Vec<(i64, Match)> = Vec::new();
        for (_, mut found) in near {
            let licence = &self.texts[found.reference].words;
            let seen = &licence[found.outside.0..licence.len() - found.outside.1];
            let text = &words[found.words.clone()];
            let common = common(text, seen);
            let both = (text.len() + seen.len()) as u64;
            found.score = (1000 * common / both) as u32;
            if found.score < ENOUGH {
                continue;
            }
            // What is explained, less what either has alone.
            let worth = 3 * common as i64 / 2 - both as i64;
            best.push((worth, found));
        }
        best.sort_by_key(|(worth, found)| (-worth, found.reference));
        best
    }

    /// Where a licence stands, by runs that it has in common with the text, and how much these
    /// make it worth to be compared.
    fn placed(
        &self,
        reference: usize,
        hits: &[(u32, u16)],
        total: usize,
        goes_on: (bool, bool),
    ) -> Option<(i64, Match)> {
        let length = self.texts[reference].words.len();
        // Where the licence would begin, by each run; most agree but for what was put in or left out.
        let mut begins: Vec<i64> = hits
            .iter()
            .map(|(at, of)| i64::from(*at) - i64::from(*of))
            .collect();
        begins.sort_unstable();
        let slack = (length as i64 / 6).max(12);
        let (mut from, mut most, mut first) = (0, 0, 0);
        for to in 0..begins.len() {
            while begins[to] - begins[from] > slack {
                from += 1;
            }
            if to - from + 1 > most {
                (most, first) = (to - from + 1, begins[from]);
            }
        }
        let inside = |hit: &&(u32, u16)| {
            let begin = i64::from(hit.0) - i64::from(hit.1);
            (first..=first + slack).contains(&begin)
        };
        let mut of = hits.iter().filter(inside);
        let (head, tail) = (
            of.next()?,
            of.next_back().or_else(|| hits.iter().find(inside))?,
        );
        let start = i64::from(head.0) - i64::from(head.1);
        let end = i64::from(tail.0) + length as i64 - i64::from(tail.1);
        let lost = (
            (-start).max(0) as usize,
            (end - total as i64).max(0) as usize,
        );
        let outside = (
            if goes_on.0 { lost.0.min(length) } else { 0 },
            if goes_on.1 { lost.1.min(length) } else { 0 },
        );
        let range = start.max(0) as usize..(end.min(total as i64)) as usize;
        let seen = length.saturating_sub(outside.0 + outside.1);
        // Less than a quarter of the runs is no licence, however many words are changed.
        if range.is_empty() || seen <= RUN || most * 4 < seen - RUN {
            return None;
        }
        let worth = 3 * most as i64 - (range.len() + seen) as i64;
        let found = Match {
            reference,
            words: range,
            score: 0,
            outside,
            length,
            is_part: false,
        };
        Some((worth, found))
    }
}

/// Words that two texts have in common, whatever their order, and pairs of words.
fn common(one: &[u32], other: &[u32]) -> u64 {
    let words = |words: &[u32]| words.iter().map(|word| u64::from(*word)).collect();
    let pairs = |words: &[u32]| -> Vec<u64> {
        let pairs = words.windows(2);
        pairs
            .map(|p| u64::from(p[0]) << 32 | u64::from(p[1]))
            .collect()
    };
    shared(words(one), words(other)) + shared(pairs(one), pairs(other))
}

/// Elements of two bags in common.
fn shared(mut one: Vec<u64>, mut other: Vec<u64>) -> u64 {
    one.sort_unstable();
    other.sort_unstable();
    let (mut i, mut j, mut count) = (0, 0, 0);
    while let (Some(a), Some(b)) = (one.get(i), other.get(j)) {
        match a.cmp(b) {
            Ordering::Less => i += 1,
            Ordering::Greater => j += 1,
            Ordering::Equal => (i, j, count) = (i + 1, j + 1, count + 1),
        }
    }
    count
}

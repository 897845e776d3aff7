//! From occurrences of terms to matches of rules: boundaries, allow phrases, combinations,
//! the longest of a rule, harmless neighbourhoods.
//!
//! Everything here is bounded by the occurrences, which are few in ordinary text.

use std::collections::BTreeMap;
use std::ops::Range;

use super::compile::{CompiledTerms, KeywordRule, Role};
use super::{Hit, TermFinder};
use crate::rules::syntax::Boundary;
use crate::text::{FoldTable, Folded};
use crate::{Folds, RuleIndex};

/// A match of a keyword rule, in bytes of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// Which rule.
    pub rule: RuleIndex,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Position in [`CompiledTerms::terms`]; of a combination, that of its first group's word.
    pub term: u32,
    /// Folds that were needed.
    pub folds: Folds,
    /// Position in [`KeywordRule::near`] of what makes it harmless.
    pub harmless: Option<u16>,
}

/// One occurrence with one role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Occurrence {
    start: usize,
    end: usize,
    term: u32,
    folds: Folds,
}

/// What stands around matches decides about them, so it is looked for there and nowhere else.
pub struct Settle {
    finder: TermFinder,
    /// Bytes to each side of a match.
    reach: usize,
}

/// Bytes that a character of a deciding word may take, hidden characters included.
const WIDEST: usize = 8;

impl Settle {
    /// For these terms.
    pub fn new(terms: &CompiledTerms, finder: TermFinder) -> Self {
        let around = |term: &usize| {
            terms.roles[*term]
                .iter()
                .any(|r| matches!(r, Role::Near(_) | Role::Allow(_)))
        };
        let longest = (0..terms.terms.len())
            .filter(around)
            .map(|term| terms.terms[term].chars().count() * WIDEST)
            .max();
        // A distance is given in Han characters; Latin ones count for a third.
        let farthest = terms
            .rules
            .iter()
            .flatten()
            .map(|rule| rule.near_within * 4)
            .max();
        Self {
            finder,
            reach: longest.unwrap_or(0) + farthest.unwrap_or(0),
        }
    }

    /// Bytes to each side of a match in which is looked for what decides about it.
    pub const fn reach(&self) -> usize {
        self.reach
    }

    /// The terms that decide.
    pub const fn finder(&self) -> &TermFinder {
        &self.finder
    }

    /// Matches of all keyword rules in `text`, by rule and place, from the occurrences of terms.
    pub fn run(
        &self,
        terms: &CompiledTerms,
        hits: &[Hit],
        text: &str,
        around: &mut Vec<Hit>,
        out: &mut Vec<Candidate>,
    ) {
        out.clear();
        let mut found = Found::collect(terms, hits, text);
        found.candidates(terms, text, out);
        if out.is_empty() {
            return;
        }
        around.clear();
        for range in self.neighbourhoods(out, text) {
            self.finder.find_within(text, range, around);
        }
        if found.leave_out(terms, around, text) {
            out.clear();
            found.candidates(terms, text, out);
        }
        keep_longest(terms, out);
        for candidate in out.iter_mut() {
            let rule = rule_of(terms, candidate.rule);
            candidate.harmless = found.harmless(rule, candidate, text);
        }
    }

    /// Stretches around matches, in order, none touching another.
    fn neighbourhoods(&self, candidates: &[Candidate], text: &str) -> Vec<Range<usize>> {
        let around = candidates.iter().map(|at| {
            let start = at.start.saturating_sub(self.reach);
            let end = (at.end + self.reach).min(text.len());
            text.floor_char_boundary(start)..text.ceil_char_boundary(end)
        });
        let mut all = around.collect();
        crate::span::merge(&mut all);
        all
    }
}

fn rule_of(terms: &CompiledTerms, rule: RuleIndex) -> &KeywordRule {
    terms.rules[rule.0 as usize]
        .as_ref()
        .expect("only keyword rules have terms")
}

#[derive(Default)]
struct Found {
    terms: Vec<(RuleIndex, Occurrence)>,
    groups: Vec<(RuleIndex, u16, Occurrence)>,
    near: Vec<(u16, Occurrence)>,
}

impl Found {
    /// Occurrences that the rules take, of combinations only where all of their groups have some.
    fn collect(terms: &CompiledTerms, hits: &[Hit], text: &str) -> Self {
        let mut found = Self::default();
        // Leading words are frequent and combinations are not, so groups are counted first.
        let mut leading: Vec<(RuleIndex, u16, u32)> = Vec::new();
        for (number, hit) in hits.iter().enumerate() {
            for role in &terms.roles[hit.term as usize] {
                match *role {
                    Role::Group(rule, group) => leading.push((rule, group, number as u32)),
                    Role::Term(rule) => {
                        let at = occurrence(terms, hit, rule, text);
                        found.terms.extend(at.map(|at| (rule, at)));
                    }
                    _ => {}
                }
            }
        }
        leading.sort_unstable();
        for of_rule in leading.chunk_by(|a, b| a.0 == b.0) {
            let groups = of_rule.chunk_by(|a, b| a.1 == b.1).count();
            if groups < usize::from(rule_of(terms, of_rule[0].0).groups) {
                continue;
            }
            for (rule, group, number) in of_rule {
                let at = occurrence(terms, &hits[*number as usize], *rule, text);
                found.groups.extend(at.map(|at| (*rule, *group, at)));
            }
        }
        found.groups.sort_unstable();
        found
    }

    fn candidates(&self, terms: &CompiledTerms, text: &str, out: &mut Vec<Candidate>) {
        self.plain(out);
        self.combinations(terms, text, out);
    }

    /// Leaves out what an allow phrase covers, and notes the words that make matches harmless.
    /// Whether there was something to leave out.
    fn leave_out(&mut self, terms: &CompiledTerms, around: &[Hit], text: &str) -> bool {
        let mut allowed: Vec<(Option<RuleIndex>, Occurrence)> = Vec::new();
        for hit in around {
            let at = Occurrence::of(hit, hit.folds);
            for role in &terms.roles[hit.term as usize] {
                match *role {
                    Role::Allow(rule) => allowed.push((rule, at)),
                    Role::Near(set) if bounded(text, at, Boundary::Auto) => {
                        self.near.push((set, at));
                    }
                    _ => {}
                }
            }
        }
        self.near.sort_unstable();
        allowed.sort_unstable_by_key(|(_, phrase)| phrase.start);
        let lengths = allowed.iter().map(|(_, phrase)| phrase.end - phrase.start);
        let Some(longest) = lengths.max() else {
            return false;
        };
        let is_allowed = |rule: RuleIndex, at: Occurrence| {
            let first = allowed.partition_point(|(_, p)| p.start + longest < at.end);
            allowed[first..]
                .iter()
                .take_while(|(_, phrase)| phrase.start <= at.start)
                .any(|(of, phrase)| of.is_none_or(|of| of == rule) && at.end <= phrase.end)
        };
        let before = self.terms.len() + self.groups.len();
        self.terms.retain(|(rule, at)| !is_allowed(*rule, *at));
        self.groups.retain(|(rule, _, at)| !is_allowed(*rule, *at));
        before > self.terms.len() + self.groups.len()
    }

    fn plain(&self, out: &mut Vec<Candidate>) {
        out.extend(self.terms.iter().map(|(rule, at)| at.candidate(*rule)));
    }

    fn combinations(&self, terms: &CompiledTerms, text: &str, out: &mut Vec<Candidate>) {
        for of_rule in self.groups.chunk_by(|a, b| a.0 == b.0) {
            let rule = rule_of(terms, of_rule[0].0);
            let groups: Vec<&[(RuleIndex, u16, Occurrence)]> =
                of_rule.chunk_by(|a, b| a.1 == b.1).collect();
            if groups.len() < usize::from(rule.groups) {
                continue;
            }
            for (_, _, anchor) in groups[0] {
                if let Some(at) = smallest_window(*anchor, &groups[1..], rule.within, text) {
                    out.push(at.candidate(rule.rule));
                }
            }
        }
    }

    /// Which neighbourhood makes a match harmless, if one does.
    fn harmless(&self, rule: &KeywordRule, at: &Candidate, text: &str) -> Option<u16> {
        if rule.near.is_empty() || self.near.is_empty() {
            return None;
        }
        let from = before(text, at.start, rule.near_within);
        let to = after(text, at.end, rule.near_within);
        rule.near
            .iter()
            .position(|(set, _)| {
                let first = self.near.partition_point(|(s, _)| s < set);
                self.near[first..]
                    .iter()
                    .take_while(|(s, _)| s == set)
                    // A word that is part of the matched term says nothing about its surroundings.
                    .filter(|(_, word)| {
                        rule.groups > 0 || word.start < at.start || word.end > at.end
                    })
                    .any(|(_, word)| word.end > from && word.start < to)
            })
            .map(|position| position as u16)
    }
}

/// The smallest window around `anchor` with one occurrence of each other group, none
/// overlapping another, if it is at most `within` characters long.
fn smallest_window(
    anchor: Occurrence,
    groups: &[&[(RuleIndex, u16, Occurrence)]],
    within: usize,
    text: &str,
) -> Option<Occurrence> {
    // No character has more than four bytes a unit, so nothing farther off can fit.
    let reach = within * 4;
    let mut window = anchor;
    let mut taken = vec![anchor];
    for group in groups {
        let from = anchor.start.saturating_sub(reach);
        let first = group.partition_point(|(_, _, at)| at.start < from);
        let best = group[first..]
            .iter()
            .map(|(_, _, at)| *at)
            .take_while(|at| at.start < anchor.end + reach)
            .filter(|at| taken.iter().all(|t| at.end <= t.start || t.end <= at.start))
            .min_by_key(|at| window.end.max(at.end) - window.start.min(at.start))?;
        taken.push(best);
        window = Occurrence {
            start: window.start.min(best.start),
            end: window.end.max(best.end),
            term: window.term,
            folds: window.folds.union(best.folds),
        };
    }
    (thirds(&text[window.start..window.end]) <= within * 3).then_some(window)
}

/// Among overlapping matches of one rule keeps the longest term, or the shortest combination.
fn keep_longest(terms: &CompiledTerms, candidates: &mut Vec<Candidate>) {
    candidates.sort_unstable_by(|a, b| {
        let shortest = rule_of(terms, a.rule).groups > 0;
        let (la, lb) = (a.end - a.start, b.end - b.start);
        let by_length = if shortest { la.cmp(&lb) } else { lb.cmp(&la) };
        a.rule
            .cmp(&b.rule)
            .then(by_length)
            .then(a.start.cmp(&b.start))
            // The spelling that needs least, then the first term.
            .then(a.folds.cmp(&b.folds))
            .then(a.term.cmp(&b.term))
    });
    let mut kept: Vec<Candidate> = Vec::with_capacity(candidates.len());
    for of_rule in candidates.chunk_by(|a, b| a.rule == b.rule) {
        // Kept matches of a rule do not overlap, so in order of their starts a neighbour decides.
        let mut places = BTreeMap::<usize, Candidate>::new();
        for candidate in of_rule {
            let before = places.range(..candidate.end).next_back();
            if before.is_none_or(|(_, before)| before.end <= candidate.start) {
                places.insert(candidate.start, *candidate);
            }
        }
        kept.extend(places.into_values());
    }
    *candidates = kept;
}

impl Occurrence {
    const fn of(hit: &Hit, folds: Folds) -> Self {
        Self {
            start: hit.start as usize,
            end: hit.end as usize,
            term: hit.term,
            folds,
        }
    }

    const fn candidate(self, rule: RuleIndex) -> Candidate {
        Candidate {
            rule,
            start: self.start,
            end: self.end,
            term: self.term,
            folds: self.folds,
            harmless: None,
        }
    }
}

/// A hit as a rule takes it, if it does.
fn occurrence(terms: &CompiledTerms, hit: &Hit, rule: RuleIndex, text: &str) -> Option<Occurrence> {
    let original = &text[hit.start as usize..hit.end as usize];
    let spec = rule_of(terms, rule);
    let at = Occurrence::of(hit, terms.needed(hit.term, original, hit.folds)?);
    (!at.folds.intersects(spec.folds_off) && bounded(text, at, spec.boundary)).then_some(at)
}

/// Whether a Latin end of an occurrence has no Latin letter or digit beside it.
fn bounded(text: &str, at: Occurrence, boundary: Boundary) -> bool {
    if boundary == Boundary::None {
        return true;
    }
    let table = FoldTable::get();
    let shown = |c: &char| !matches!(table.fold(*c), Folded::Nothing);
    let joins = |a: Option<char>, b: Option<char>| {
        // Almost always one of the two is a Han character or a space.
        a.zip(b)
            .is_some_and(|(a, b)| table.is_latin(a) && table.is_latin(b))
    };
    let (before, inside, after) = (&text[..at.start], &text[at.start..at.end], &text[at.end..]);
    !joins(before.chars().rev().find(shown), inside.chars().next())
        && !joins(inside.chars().next_back(), after.chars().find(shown))
}

/// Whether no Latin letter or digit continues a Latin end of `start..end` of folded text.
pub fn is_whole_word(text: &[u8], start: usize, end: usize) -> bool {
    let joins = |a: u8, b: u8| a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric();
    let before = start > 0 && joins(text[start - 1], text[start]);
    let after = end < text.len() && joins(text[end - 1], text[end]);
    !before && !after
}

/// Length of a text in thirds of a Han character: an ASCII character says about a third of what a
/// Han character says, so that one distance fits words in both scripts.
fn thirds(text: &str) -> usize {
    text.chars().map(weight).sum()
}

fn weight(c: char) -> usize {
    if c.is_ascii() { 1 } else { 3 }
}

/// The byte so many Han characters' worth of text before `at`.
fn before(text: &str, at: usize, characters: usize) -> usize {
    let mut left = characters * 3;
    let reached = text[..at].char_indices().rev().take_while(|(_, c)| {
        let fits = weight(*c) <= left;
        left = left.saturating_sub(weight(*c));
        fits
    });
    reached.last().map_or(at, |(i, _)| i)
}

/// The byte so many Han characters' worth of text after `at`.
fn after(text: &str, at: usize, characters: usize) -> usize {
    let mut left = characters * 3;
    let reached = text[at..].char_indices().take_while(|(_, c)| {
        let fits = weight(*c) <= left;
        left = left.saturating_sub(weight(*c));
        fits
    });
    reached.last().map_or(at, |(i, c)| at + i + c.len_utf8())
}

/// The byte `characters` characters before `at`.
pub fn back(text: &str, at: usize, characters: usize) -> usize {
    text[..at]
        .char_indices()
        .rev()
        .take(characters)
        .last()
        .map_or(at, |(i, _)| i)
}

/// The byte `characters` characters after `at`.
pub fn forward(text: &str, at: usize, characters: usize) -> usize {
    text[at..]
        .char_indices()
        .nth(characters)
        .map_or(text.len(), |(i, _)| at + i)
}

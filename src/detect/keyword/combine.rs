//! From occurrences of terms to matches of rules: boundaries, allow phrases, combinations,
//! the longest of a rule, harmless neighbourhoods.
//!
//! Everything here is bounded by the occurrences, which are few in ordinary text.

use super::Hit;
use super::compile::{CompiledTerms, KeywordRule, Role};
use crate::RuleIndex;
use crate::rules::syntax::Boundary;
use crate::text::{FoldTable, View};

/// A match of a keyword rule, in bytes of the folded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// Which rule.
    pub rule: RuleIndex,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Position in [`KeywordRule::near`] of what makes it harmless.
    pub harmless: Option<u16>,
}

/// One occurrence with one role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Occurrence {
    start: usize,
    end: usize,
}

/// Matches of all keyword rules in `view`, by rule and place.
///
/// `original` is the text that `view` folds.
pub fn settle(
    terms: &CompiledTerms,
    hits: &[Hit],
    original: &str,
    view: &View,
    out: &mut Vec<Candidate>,
) {
    out.clear();
    let has_match = hits.iter().any(|hit| {
        terms.roles[hit.term as usize]
            .iter()
            .any(|r| matches!(r, Role::Term(_) | Role::Group(..)))
    });
    if !has_match {
        return;
    }
    let mut found = Found::collect(terms, hits, original, view);
    found.plain(out);
    found.combinations(terms, view, out);
    keep_longest(terms, out);
    for candidate in out.iter_mut() {
        let rule = rule_of(terms, candidate.rule);
        candidate.harmless = found.harmless(rule, candidate, view.text());
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
    fn collect(terms: &CompiledTerms, hits: &[Hit], original: &str, view: &View) -> Self {
        let mut found = Self::default();
        let mut allowed: Vec<(Option<RuleIndex>, Occurrence)> = Vec::new();
        for hit in hits {
            let at = Occurrence {
                start: hit.start as usize,
                end: hit.end as usize,
            };
            for role in &terms.roles[hit.term as usize] {
                if let Role::Allow(rule) = role {
                    allowed.push((*rule, at));
                }
            }
        }
        let is_allowed = |rule: RuleIndex, at: Occurrence| {
            allowed.iter().any(|(of, phrase)| {
                of.is_none_or(|of| of == rule) && phrase.start <= at.start && at.end <= phrase.end
            })
        };
        let text = view.text().as_bytes();
        for hit in hits {
            let at = Occurrence {
                start: hit.start as usize,
                end: hit.end as usize,
            };
            for role in &terms.roles[hit.term as usize] {
                match *role {
                    Role::Term(rule) | Role::Group(rule, _) => {
                        let spec = rule_of(terms, rule);
                        if !bounded(text, at, spec.boundary) || is_allowed(rule, at) {
                            continue;
                        }
                        if spec.folds_off.0 != 0
                            && needs(original, view, at).intersects(spec.folds_off)
                        {
                            continue;
                        }
                        match *role {
                            Role::Group(_, group) => found.groups.push((rule, group, at)),
                            _ => found.terms.push((rule, at)),
                        }
                    }
                    Role::Near(set) if bounded(text, at, Boundary::Auto) => {
                        found.near.push((set, at))
                    }
                    Role::Near(_) | Role::Allow(_) | Role::Context(_) | Role::Against(_) => {}
                }
            }
        }
        found.groups.sort_unstable();
        found.near.sort_unstable();
        found
    }

    fn plain(&self, out: &mut Vec<Candidate>) {
        out.extend(self.terms.iter().map(|(rule, at)| Candidate {
            rule: *rule,
            start: at.start,
            end: at.end,
            harmless: None,
        }));
    }

    fn combinations(&mut self, terms: &CompiledTerms, view: &View, out: &mut Vec<Candidate>) {
        for of_rule in self.groups.chunk_by(|a, b| a.0 == b.0) {
            let rule = rule_of(terms, of_rule[0].0);
            let groups: Vec<&[(RuleIndex, u16, Occurrence)]> =
                of_rule.chunk_by(|a, b| a.1 == b.1).collect();
            if groups.len() < usize::from(rule.groups) {
                continue;
            }
            for (_, _, anchor) in groups[0] {
                if let Some(at) = smallest_window(*anchor, &groups[1..], rule.within, view.text()) {
                    out.push(Candidate {
                        rule: rule.rule,
                        start: at.start,
                        end: at.end,
                        harmless: None,
                    });
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
    });
    let mut kept: Vec<Candidate> = Vec::with_capacity(candidates.len());
    for of_rule in candidates.chunk_by(|a, b| a.rule == b.rule) {
        // Kept matches of a rule do not overlap, so in order of their starts a neighbour decides.
        let mut places = std::collections::BTreeMap::<usize, usize>::new();
        for candidate in of_rule {
            let before = places.range(..candidate.end).next_back();
            if before.is_none_or(|(_, &end)| end <= candidate.start) {
                places.insert(candidate.start, candidate.end);
            }
        }
        kept.extend(places.into_iter().map(|(start, end)| Candidate {
            rule: of_rule[0].rule,
            start,
            end,
            harmless: None,
        }));
    }
    *candidates = kept;
}

/// Whether a Latin end of an occurrence has no Latin letter or digit beside it.
fn bounded(text: &[u8], at: Occurrence, boundary: Boundary) -> bool {
    boundary == Boundary::None || is_whole_word(text, at.start, at.end)
}

/// Whether no Latin letter or digit continues a Latin end of `start..end`.
pub fn is_whole_word(text: &[u8], start: usize, end: usize) -> bool {
    let at = Occurrence { start, end };
    let joins = |a: u8, b: u8| a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric();
    let before = at.start > 0 && joins(text[at.start - 1], text[at.start]);
    let after = at.end < text.len() && joins(text[at.end - 1], text[at.end]);
    !before && !after
}

fn needs(original: &str, view: &View, at: Occurrence) -> crate::Folds {
    FoldTable::get().folds_of(&original[view.original(at.start, at.end).range()])
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

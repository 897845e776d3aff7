//! What differs between two rule sets, as words to look for.
//!
//! A keyword rule is decided by the words that occur and by what surrounds them. A text in which
//! no word occurs that one of the two sets lacks, or means otherwise, is therefore scanned the
//! same with both. Rules for values have no such words: where one of them differs, everything
//! has to be scanned again.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use toml::Spanned;

use super::keyword::{CompiledTerms, Role, Settle, Stage, TermFinder};
use super::{Scanner, Scratch};
use crate::rules::syntax::RuleSpec;
use crate::rules::{Bilingual, RuleSet};
use crate::text::FoldTable;
use crate::{Complaint, Folds, Severity};

/// Texts are searched in one go; longer ones are taken to hold a word.
const LONGEST: usize = 64 << 20;

/// Why a text would have to be scanned again, whatever stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unlike {
    /// A rule for values or an aggregate differs: its id.
    Values(String),
    /// The values that are nobody's differ.
    Allowed,
    /// What decides about matches is looked for in a wider or narrower neighborhood.
    Reach,
    /// Terms that both have stand in another order, which settles ties.
    Order,
    /// So many of all words differ that a full scan is hardly slower: differing, all.
    Most(usize, usize),
    /// The earlier rules cannot be compiled any more.
    Earlier,
}

/// Looks for the words in which two rule sets differ.
#[derive(Default)]
pub struct Difference {
    /// One for the words as each set reads them; none if nothing differs.
    finders: Vec<TermFinder>,
    words: usize,
}

impl Difference {
    /// Between the rules of an earlier scan and those of `now`.
    ///
    /// # Errors
    ///
    /// [`Unlike`] if no search for words can tell which texts are scanned the same.
    pub fn new(earlier: &RuleSet, now: &Scanner) -> Result<Self, Unlike> {
        let mut complaints: Vec<Complaint> = Vec::new();
        let then_terms = CompiledTerms::new(earlier, &mut complaints);
        if !complaints.is_empty() {
            return Err(Unlike::Earlier);
        }
        let now_terms = &now.terms;
        let around = TermFinder::new(&then_terms, Stage::Around);
        if Settle::new(&then_terms, around).reach() != now.settle.reach() {
            return Err(Unlike::Reach);
        }
        let words = Words::between(earlier, &now.rules)?.folded(&then_terms, now_terms);
        let all = now_terms.terms.len();
        // A text is read twice where a word occurs, so from about here on nothing is gained.
        if words.len() * 2 > all {
            return Err(Unlike::Most(words.len(), all));
        }
        if matched(&then_terms, &words) != matched(now_terms, &words) {
            return Err(Unlike::Order);
        }
        let mut finders = Vec::new();
        let numbers = numbers(now_terms, |term| words.contains(term));
        let read = readings(now_terms, &numbers);
        if !numbers.is_empty() {
            finders.push(TermFinder::of(now_terms, Stage::Everywhere, numbers));
        }
        let numbers: Vec<u32> = self::numbers(&then_terms, |term| words.contains(term))
            .into_iter()
            .filter(|term| {
                read.get(then_terms.terms[*term as usize].as_str())
                    != Some(&reading(&then_terms, *term))
            })
            .collect();
        if !numbers.is_empty() {
            finders.push(TermFinder::of(&then_terms, Stage::Everywhere, numbers));
        }
        Ok(Self {
            finders,
            words: words.len(),
        })
    }

    /// How many words differ.
    pub const fn words(&self) -> usize {
        self.words
    }

    /// Whether `text` holds one of the words, so that it may be scanned otherwise. May say yes
    /// where a closer look says no, never the other way round.
    ///
    /// `scratch` is room to work in.
    pub fn touches(&self, text: &str, scratch: &mut Scratch) -> bool {
        if text.len() > LONGEST {
            return !self.finders.is_empty();
        }
        let hits = &mut scratch.hits;
        self.finders.iter().any(|finder| {
            hits.clear();
            finder.find_within(text, 0..text.len(), hits);
            !hits.is_empty()
        })
    }
}

/// Words in which two rule sets differ, as rules spell them.
#[derive(Default)]
struct Words {
    /// Those that matches are made of, and phrases that forbid them.
    decisive: BTreeSet<String>,
    /// Those that are only looked at near matches.
    near: BTreeSet<String>,
}

impl Words {
    fn between(then: &RuleSet, now: &RuleSet) -> Result<Self, Unlike> {
        if format!("{:?}", then.values()) != format!("{:?}", now.values()) {
            return Err(Unlike::Allowed);
        }
        let mut words = Self::default();
        let phrases = |set: &RuleSet| -> BTreeSet<String> {
            let phrases = set.phrases().iter();
            phrases.map(|p| p.text.get_ref().clone()).collect()
        };
        let (a, b) = (phrases(then), phrases(now));
        words.decisive.extend(a.symmetric_difference(&b).cloned());
        words.near.extend(
            context_words(then)
                .symmetric_difference(&context_words(now))
                .map(|(_, word)| word.clone()),
        );
        let by_id = |set| -> BTreeMap<String, RuleSpec> {
            RuleSet::rules(set)
                .iter()
                .map(|rule| (rule.id.get_ref().clone(), rule.clone()))
                .collect()
        };
        let (a, b) = (by_id(then), by_id(now));
        let ids: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
        for id in ids {
            let frame = |rule: Option<&RuleSpec>, set| rule.map(|rule| frame(rule, set));
            let (then_rule, now_rule) = (a.get(id), b.get(id));
            let same = frame(then_rule, then) == frame(now_rule, now);
            let all: Vec<&RuleSpec> = then_rule.into_iter().chain(now_rule).collect();
            if same {
                let (a, b) = (roles(all[0]), roles(all[1]));
                words.decisive.extend(
                    a.symmetric_difference(&b)
                        .map(|(_, word)| (*word).to_owned()),
                );
            } else if all.iter().all(|rule| is_keyword(rule)) {
                for rule in all {
                    words
                        .decisive
                        .extend(roles(rule).into_iter().map(|(_, word)| word.to_owned()));
                    let near = rule.not_near.iter().flat_map(|near| &near.words);
                    words
                        .near
                        .extend(near.chain(&rule.context).chain(&rule.against).cloned());
                }
            } else {
                return Err(Unlike::Values(id.clone()));
            }
        }
        Ok(words)
    }

    /// Folded. Of the words near matches only those that make matches too: otherwise it is the
    /// rule they belong to that differs, and its own words are among these.
    fn folded(self, then: &CompiledTerms, now: &CompiledTerms) -> HashSet<String> {
        let table = FoldTable::get();
        let makes_matches: HashSet<&str> = [then, now]
            .into_iter()
            .flat_map(|terms| matching(terms).map(|term| terms.terms[term].as_str()))
            .collect();
        let near = self.near.iter().map(|word| table.term(word));
        let near = near.filter(|word| makes_matches.contains(word.as_str()));
        let decisive = self.decisive.iter().map(|word| table.term(word));
        decisive
            .chain(near)
            .filter(|word| !word.is_empty())
            .collect()
    }
}

fn is_keyword(rule: &RuleSpec) -> bool {
    !rule.terms.is_empty() || !rule.all_of.is_empty()
}

/// Words of the shared sets, each with its set.
fn context_words(set: &RuleSet) -> BTreeSet<(String, String)> {
    let sets = set.contexts().iter();
    sets.flat_map(|set| {
        set.words
            .iter()
            .map(|word| (set.id.get_ref().clone(), word.clone()))
    })
    .collect()
}

/// What a word of a rule does in it: makes a match, is of one group of a combination, forbids.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Term,
    Group(usize),
    Allow,
}

/// The words that decide about matches of a rule.
fn roles(rule: &RuleSpec) -> BTreeSet<(Part, &str)> {
    let terms = rule.terms.iter().map(|word| (Part::Term, word));
    let groups = rule.all_of.iter().enumerate();
    let groups =
        groups.flat_map(|(group, words)| words.iter().map(move |word| (Part::Group(group), word)));
    let allow = rule.allow.iter().map(|word| (Part::Allow, word));
    terms
        .chain(groups)
        .chain(allow)
        .map(|(part, word)| (part, word.as_str()))
        .collect()
}

/// All that decides what a keyword rule finds but for its words, and all that decides what
/// another one finds. Names, classes and grades say something of findings and not which there
/// are, so they are left out.
fn frame(rule: &RuleSpec, set: &RuleSet) -> String {
    let mut frame = rule.clone();
    frame.id = Spanned::new(0..0, String::new());
    frame.title = Bilingual::default();
    frame.severity = Severity::Low;
    frame.imported = false;
    (frame.risk, frame.ecology, frame.class, frame.source) = (None, None, None, None);
    (frame.examples, frame.near_misses) = (vec![], vec![]);
    (frame.origin_examples, frame.origin_near_misses) = (vec![], vec![]);
    let groups = frame.all_of.len();
    (frame.terms, frame.all_of, frame.allow) = (vec![], vec![], vec![]);
    let named = |name: &String| set.contexts().iter().find(|set| set.id.get_ref() == name);
    let sets = frame.not_near.iter().flat_map(|near| &near.sets);
    let sets: Vec<_> = sets.filter_map(named).map(|set| &set.words).collect();
    format!("{:?}", (is_keyword(rule), groups, sets, frame))
}

/// Positions of the terms that make matches or speak for or against values.
fn matching(terms: &CompiledTerms) -> impl Iterator<Item = usize> {
    let makes = |role: &Role| !matches!(role, Role::Allow(_) | Role::Near(_));
    (0..terms.terms.len()).filter(move |term| terms.roles[*term].iter().any(makes))
}

/// Those of [`matching`] that are not among `words`, in order.
fn matched<'t>(terms: &'t CompiledTerms, words: &HashSet<String>) -> Vec<&'t str> {
    let terms = matching(terms).map(|term| terms.terms[term].as_str());
    terms.filter(|term| !words.contains(*term)).collect()
}

fn numbers(terms: &CompiledTerms, wanted: impl Fn(&str) -> bool) -> Vec<u32> {
    (0..terms.terms.len() as u32)
        .filter(|term| wanted(&terms.terms[*term as usize]))
        .collect()
}

/// How a term is read: evasively, inside of words, in which disguises.
type Reading = (bool, bool, Folds);

fn reading(terms: &CompiledTerms, term: u32) -> Reading {
    let term = term as usize;
    (
        terms.is_evasive(term),
        terms.inside_words(term),
        terms.disguises(term),
    )
}

fn readings<'t>(terms: &'t CompiledTerms, numbers: &[u32]) -> HashMap<&'t str, Reading> {
    let each = numbers
        .iter()
        .map(|term| (terms.terms[*term as usize].as_str(), reading(terms, *term)));
    each.collect()
}

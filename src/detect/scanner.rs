//! [`Scanner`]: compiled rules, shared by all threads, and [`Scratch`], one a thread.

use std::ops::Range;
use std::sync::Arc;

use super::aggregate::AggregateRule;
use super::keyword::{Candidate, CompiledTerms, Hit, Settle, Stage, TermFinder};
use super::overlap::OverlapRules;
use super::pii::{Anchors, CompiledPatterns, Key};
use super::record::{PausedRecord, RecordScan};
use super::rights::{CompiledMarks, Mark, MarkKey};
use crate::origins::{Memory, Origins};
use crate::rules::RuleSet;
use crate::rules::syntax::OriginKind;
use crate::text::View;
use crate::works::{Known, Overlaps};
use crate::{Complaint, Finding, RuleIndex, SetupError, ValueHash};

/// What detection needs beside the rules.
#[derive(Clone, Debug)]
pub struct DetectOptions {
    /// Key of the value hashes; without one values have no hash and cannot be matched.
    pub key: Option<[u8; 32]>,
    /// Findings kept per record and rule; all are counted.
    pub keep: usize,
    /// Works that records are compared with.
    pub works: Option<Arc<Known>>,
    /// Whether the fingerprints of records are wanted.
    pub membership: bool,
}

impl Default for DetectOptions {
    fn default() -> Self {
        Self {
            key: None,
            keep: 20,
            works: None,
            membership: false,
        }
    }
}

/// Compiled rules. Immutable, one for all threads.
pub struct Scanner {
    pub(super) rules: Arc<RuleSet>,
    pub(super) terms: CompiledTerms,
    /// Terms that are looked for everywhere.
    pub(super) everywhere: TermFinder,
    /// Terms that decide about matches of others.
    pub(super) settle: Settle,
    pub(super) anchors: Anchors,
    pub(super) patterns: CompiledPatterns,
    pub(super) marks: CompiledMarks,
    pub(super) aggregates: Vec<AggregateRule>,
    pub(super) overlaps: OverlapRules,
    /// What addresses of records are held against.
    pub(super) origins: Arc<Origins>,
    /// Rules about them.
    pub(super) origin_rules: Vec<(OriginKind, RuleIndex)>,
    pub(super) options: DetectOptions,
    pub(super) profile: Option<super::Profile>,
}

/// What takes time to make of rules.
pub(super) struct Compiled {
    pub rules: Arc<RuleSet>,
    pub terms: CompiledTerms,
    pub everywhere: TermFinder,
    /// Terms that decide about matches of others.
    pub around: TermFinder,
    pub patterns: CompiledPatterns,
    pub marks: CompiledMarks,
}

/// Buffers of one thread, reused from record to record.
#[derive(Default)]
pub struct Scratch {
    pub(super) view: View,
    /// Terms found everywhere.
    pub(super) hits: Vec<Hit>,
    /// Terms found around something.
    pub(super) around: Vec<Hit>,
    /// Of the field before.
    pub(super) key: Key,
    /// Where values may stand.
    pub(super) segments: Vec<Range<usize>>,
    pub(super) candidates: Vec<Candidate>,
    pub(super) marks: Vec<Mark>,
    /// Of the field before.
    pub(super) mark_key: MarkKey,
    pub(super) feed: String,
    /// Of a record before.
    pub(super) overlaps: Option<Box<Overlaps>>,
    /// Of hosts that were met.
    pub(super) hosts: Memory,
}

impl Scanner {
    /// Compiles `rules`.
    ///
    /// # Errors
    ///
    /// Patterns that do not compile or are not linear, confirmations nobody knows, terms that
    /// their own allow phrases forbid: all complaints at once.
    pub fn new(rules: Arc<RuleSet>, options: DetectOptions) -> Result<Self, SetupError> {
        let mut complaints: Vec<Complaint> = Vec::new();
        let mut of_patterns: Vec<Complaint> = Vec::new();
        let (terms, patterns) = rayon::join(
            || CompiledTerms::new(&rules, &mut complaints),
            || CompiledPatterns::new(&rules, &mut of_patterns),
        );
        complaints.append(&mut of_patterns);
        let marks = CompiledMarks::new(&rules, &mut complaints);
        if !complaints.is_empty() {
            return Err(SetupError::Complaints(complaints));
        }
        let (everywhere, around) = rayon::join(
            || TermFinder::new(&terms, Stage::Everywhere),
            || TermFinder::new(&terms, Stage::Around),
        );
        let compiled = Compiled {
            rules,
            terms,
            everywhere,
            around,
            patterns,
            marks,
        };
        Ok(Self::of(compiled, options))
    }

    pub(super) fn of(compiled: Compiled, options: DetectOptions) -> Self {
        let Compiled {
            rules,
            terms,
            everywhere,
            around,
            patterns,
            marks,
        } = compiled;
        let settle = Settle::new(&terms, around);
        let anchors = Anchors::new(&patterns);
        let aggregates = AggregateRule::all(&rules);
        let overlaps = OverlapRules::new(&rules);
        let specs = (0u32..).zip(rules.rules());
        let origin_rules = specs.filter_map(|(at, spec)| Some((spec.origin?, RuleIndex(at))));
        Self {
            origins: Arc::new(Origins::builtin()),
            origin_rules: origin_rules.collect(),
            rules,
            terms,
            everywhere,
            settle,
            anchors,
            patterns,
            marks,
            aggregates,
            overlaps,
            options,
            profile: None,
        }
    }

    /// The same rules with other options.
    #[must_use]
    pub fn with_options(mut self, options: DetectOptions) -> Self {
        self.options = options;
        self
    }

    /// The same rules with these lists and snapshots.
    #[must_use]
    pub fn with_origins(mut self, origins: Origins) -> Self {
        self.origins = Arc::new(origins);
        self
    }

    /// The rules it was compiled from.
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// Begins a record.
    pub fn record<'s>(&'s self, scratch: &'s mut Scratch) -> RecordScan<'s> {
        RecordScan::new(self, scratch)
    }

    /// Goes on with a record that was put aside.
    pub fn resume<'s>(&'s self, scratch: &'s mut Scratch, paused: PausedRecord) -> RecordScan<'s> {
        RecordScan::resume(self, scratch, paused)
    }

    /// Findings in one text, in order; the way from a text to its findings that tests and
    /// `rules try` share with every scan. Works that examples of rules are taken from are known to it,
    /// if there are no others.
    pub fn scan_text(&self, text: &str) -> Vec<Finding> {
        let mut scratch = Scratch::default();
        let mut record = self.record(&mut scratch);
        if self.options.works.is_none() {
            record.compare_with(self.overlaps.samples(&self.rules));
        }
        record.field("", "", text);
        record.finish().findings
    }

    /// Keyed hash of a compact value; none without a key.
    pub(super) fn value_hash(&self, rule: RuleIndex, compact: &[u8]) -> Option<ValueHash> {
        let key = self.options.key.as_ref()?;
        let info = self.rules.info(rule);
        let mut hasher = blake3::Hasher::new_keyed(key);
        hasher.update(info.entity.as_ref().unwrap_or(&info.id).as_bytes());
        hasher.update(&[0]);
        hasher.update(compact);
        let mut hash = [0; 16];
        hash.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Some(ValueHash(hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Examples of all rules, between stretches of text that mean nothing.
    fn text(examples: &[&str], parts: &[(usize, usize)]) -> String {
        const BETWEEN: [&str; 4] = ["的", "word ", "，", "\u{200B}汉"];
        parts
            .iter()
            .fold(String::new(), |mut text, (example, length)| {
                text.push_str(examples[example % examples.len()]);
                text.push_str(&BETWEEN[example % BETWEEN.len()].repeat(*length));
                text
            })
    }

    #[test]
    fn searching_around_anchors_finds_what_searching_everything_finds() {
        let rules = Arc::new(RuleSet::builtin().unwrap());
        let options = DetectOptions {
            keep: 1000,
            ..DetectOptions::default()
        };
        let scanner = Scanner::new(rules.clone(), options.clone()).unwrap();
        let mut thorough = Scanner::new(rules.clone(), options).unwrap();
        thorough.anchors = Anchors::new(&thorough.patterns).all();
        let examples: Vec<&str> = rules
            .rules()
            .iter()
            .filter(|rule| rule.anchor.is_some())
            .flat_map(|rule| rule.examples.iter().chain(&rule.near_misses))
            .map(String::as_str)
            .collect();
        let part = (0..examples.len(), 0..400usize);
        let parts = proptest::collection::vec(part, 1..8);
        proptest::proptest!(|(parts in parts)| {
            let text = text(&examples, &parts);
            proptest::prop_assert_eq!(scanner.scan_text(&text), thorough.scan_text(&text));
        });
    }
}

//! [`Detector`]: what finds marks that no pattern describes.

use std::ops::Range;

use super::Mark;
use crate::RuleIndex;
use crate::detect::keyword::{CompiledTerms, Hit, Role};
use crate::rules::RuleSet;
use crate::rules::syntax::RuleSpec;
use crate::text::View;

/// A window of a field, with the words that were found in it.
pub struct Part<'a> {
    /// The key of the field; empty if it has none.
    pub key: &'a str,
    /// Text of the window.
    pub text: &'a str,
    /// The bytes whose marks are the window's own; others are told by its neighbours.
    pub own: Range<usize>,
    /// Words that lead to marks, by their rules and places.
    words: Vec<(RuleIndex, Range<usize>)>,
}

impl<'a> Part<'a> {
    /// With the words among `hits`. What only reads like one leads nowhere.
    pub fn new(
        key: &'a str,
        text: &'a str,
        own: Range<usize>,
        hits: &[Hit],
        terms: &CompiledTerms,
    ) -> Self {
        let plain = hits
            .iter()
            .filter(|hit| !hit.folds.intersects(crate::Folds::EVASION));
        let words = plain.flat_map(|hit| {
            let roles = terms.roles[hit.term as usize].iter();
            roles.filter_map(|role| match role {
                Role::Mark(rule) => Some((*rule, hit.start as usize..hit.end as usize)),
                _ => None,
            })
        });
        let mut words: Vec<_> = words.collect();
        words.sort_unstable_by_key(|(rule, word)| (*rule, word.start, word.end));
        Self {
            key,
            text,
            own,
            words,
        }
    }

    /// Where words of a rule stand, in their order.
    pub fn words(&self, rule: RuleIndex) -> impl Iterator<Item = Range<usize>> {
        let from = self.words.partition_point(|(of, _)| *of < rule);
        let words = self.words[from..]
            .iter()
            .take_while(move |(of, _)| *of == rule);
        words.map(|(_, word)| word.clone())
    }

    /// The words of one rule after the other.
    pub(super) fn by_rule(&self) -> impl Iterator<Item = &[(RuleIndex, Range<usize>)]> {
        self.words.chunk_by(|a, b| a.0 == b.0)
    }
}

/// Finds marks of the rules that name it. It sees one window of a field after the other.
pub trait Detector: Send + Sync {
    /// Appends the marks of a window; those that begin outside of its own part are dropped.
    /// `view` is a buffer for folded text.
    fn find(&self, part: &Part<'_>, view: &mut View, found: &mut Vec<Mark>);
}

/// A detector under the name rule files use.
pub(super) struct Named {
    pub name: &'static str,
    /// For the rules that name it.
    pub make: fn(&RuleSet, &[RuleIndex]) -> Box<dyn Detector>,
}

const ALL: &[Named] = &[
    super::label::LABEL,
    super::layout::LAYOUT,
    super::links::LINKS,
    super::notice::NOTICE,
    super::licence::LICENCE,
];

/// The detectors that rules name; `unknown` hears of rules that name another.
pub(super) fn of(rules: &RuleSet, mut unknown: impl FnMut(&RuleSpec)) -> Vec<Box<dyn Detector>> {
    let naming = |name: &str| -> Vec<RuleIndex> {
        let specs = (0u32..).zip(rules.rules());
        let naming = specs.filter(|(_, spec)| spec.detector.as_deref() == Some(name));
        naming.map(|(at, _)| RuleIndex(at)).collect()
    };
    for spec in rules.rules() {
        if let Some(name) = &spec.detector
            && !ALL.iter().any(|named| named.name == *name)
        {
            unknown(spec);
        }
    }
    let named = ALL.iter().map(|named| (named, naming(named.name)));
    let wanted = named.filter(|(_, rules)| !rules.is_empty());
    wanted.map(|(named, of)| (named.make)(rules, &of)).collect()
}

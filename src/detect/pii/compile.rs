//! Pattern rules → what matching needs, with every complaint about them.

use std::collections::HashMap;

use rayon::prelude::*;

use super::confirm::{self, Confirm};
use super::pattern::Pattern;
use crate::rules::RuleSet;
use crate::rules::syntax::{Anchor, Boundary, Mask, RuleSpec};
use crate::text::FoldTable;
use crate::{Complaint, Confidence, RuleIndex};

/// Default of `context_within`, characters. Source: taxonomy of the product, section 2.
const CONTEXT_WITHIN: usize = 32;

/// A pattern rule as matching needs it.
pub struct PatternRule {
    /// Its position.
    pub rule: RuleIndex,
    /// Kind of value.
    pub entity: String,
    /// What it looks like; none where a function finds it.
    pub pattern: Option<Pattern>,
    /// Where to look.
    pub anchor: Anchor,
    /// Fewest digits.
    pub min_digits: usize,
    /// Fewest bytes of a cluster.
    pub min_length: usize,
    /// What may not stand beside.
    pub boundary: Boundary,
    /// All must agree.
    pub confirm: Vec<Confirm>,
    /// Whether there are context words at all.
    pub has_context: bool,
    /// Whether nothing is reported without one.
    pub context_required: bool,
    /// Within how many characters.
    pub context_within: usize,
    /// How many characters before a context word the value may begin.
    pub context_before: usize,
    /// How many letters and digits at the end decide whether two values are the same.
    pub canonical_tail: Option<usize>,
    /// Context words, folded, to be looked for in keys.
    pub context: Vec<String>,
    /// Without context.
    pub confidence: Confidence,
    /// With context.
    pub context_confidence: Confidence,
    /// Compact value → why it is nobody's.
    pub allowed: HashMap<Vec<u8>, String>,
    /// How much may be shown.
    pub mask: Mask,
    /// Rules that give way where both match.
    pub supersedes: Vec<RuleIndex>,
}

/// All pattern rules.
pub struct CompiledPatterns {
    /// By rule position.
    pub rules: Vec<Option<PatternRule>>,
    /// Rules with anchor `digit` that stand without context.
    pub digit: Vec<RuleIndex>,
    /// Rules with anchor `digit` that need a context word: tried where the text has one.
    pub digit_in_context: Vec<RuleIndex>,
    /// Fewest digits any rule with anchor `digit` asks for.
    pub fewest_digits: usize,
    /// Rules with anchor `at`.
    pub at: Vec<RuleIndex>,
    /// Rules with anchor `address`.
    pub address: Vec<RuleIndex>,
    /// Rules with anchor `none`.
    pub everywhere: Vec<RuleIndex>,
    /// Rules with anchor `context`: also tried in whole fields whose key is a context word.
    pub by_context: Vec<RuleIndex>,
}

impl CompiledPatterns {
    /// From a rule set.
    pub fn new(rules: &RuleSet, complaints: &mut Vec<Complaint>) -> Self {
        let compiled: Vec<(Option<PatternRule>, Vec<Complaint>)> = (0..rules.rules().len())
            .into_par_iter()
            .map(|position| {
                let mut complaints = Vec::new();
                let rule = one(position, rules, Pattern::new, &mut complaints);
                (rule, complaints)
            })
            .collect();
        let rules = compiled.into_iter().map(|(rule, mut of_rule)| {
            complaints.append(&mut of_rule);
            rule
        });
        Self::of(rules.collect())
    }

    /// From a rule set of which there was no complaint before: patterns are compiled when they
    /// are first tried.
    pub(crate) fn known(rules: &RuleSet) -> Self {
        let known = |source: &str| Ok(Pattern::known(source));
        let compiled = (0..rules.rules().len())
            .map(|position| one(position, rules, known, &mut Vec::new()))
            .collect();
        Self::of(compiled)
    }

    fn of(rules: Vec<Option<PatternRule>>) -> Self {
        let mut compiled = Self {
            rules: Vec::with_capacity(rules.len()),
            digit: Vec::new(),
            digit_in_context: Vec::new(),
            fewest_digits: usize::MAX,
            at: Vec::new(),
            address: Vec::new(),
            everywhere: Vec::new(),
            by_context: Vec::new(),
        };
        for (position, rule) in rules.into_iter().enumerate() {
            let index = RuleIndex(position as u32);
            if let Some(rule) = &rule {
                match rule.anchor {
                    Anchor::Digit if rule.context_required => {
                        compiled.digit_in_context.push(index);
                    }
                    Anchor::Digit => compiled.digit.push(index),
                    Anchor::At => compiled.at.push(index),
                    Anchor::Address => compiled.address.push(index),
                    Anchor::None => compiled.everywhere.push(index),
                    Anchor::Context => compiled.by_context.push(index),
                    Anchor::Word => unreachable!("marks are no values"),
                }
            }
            compiled.rules.push(rule);
        }
        let of_digits = compiled.rules.iter().flatten();
        compiled.fewest_digits = of_digits
            .filter(|r| r.anchor == Anchor::Digit)
            .map(|r| r.min_digits)
            .min()
            .unwrap_or(usize::MAX);
        compiled
    }

    /// A rule that is known to be a pattern rule.
    pub fn rule(&self, rule: RuleIndex) -> &PatternRule {
        self.rules[rule.0 as usize]
            .as_ref()
            .expect("only pattern rules are in the lists")
    }
}

fn one(
    position: usize,
    rules: &RuleSet,
    compile: impl Fn(&str) -> Result<Pattern, String>,
    complaints: &mut Vec<Complaint>,
) -> Option<PatternRule> {
    let index = RuleIndex(position as u32);
    let spec: &RuleSpec = &rules.rules()[position];
    let mut report = |what: String, hint: &str| {
        complaints.push(Complaint::new(spec.id.get_ref().clone(), 0, what, hint));
    };
    let anchor = spec.anchor.filter(|anchor| *anchor != Anchor::Word)?;
    let pattern = spec
        .pattern
        .as_deref()
        .and_then(|pattern| match compile(pattern) {
            Ok(regex) => Some(regex),
            Err(what) => {
                report(
                    what,
                    "patterns are linear-time: no look-around, back-references or \\b",
                );
                None
            }
        });
    let confirm = spec
        .confirm
        .iter()
        .filter_map(|name| {
            let named = confirm::named(name);
            if named.is_none() {
                report(
                    format!("no confirmation is called `{name}`"),
                    "yujian rules list --confirmations names them",
                );
            }
            named.map(|n| n.confirm)
        })
        .collect();
    let table = FoldTable::get();
    let confidence = Confidence::from_fraction(spec.confidence);
    let entity = spec.entity.clone().unwrap_or_default();
    let allowed = rules
        .values()
        .iter()
        .filter(|v| v.entity.as_ref().is_none_or(|e| *e == entity));
    Some(PatternRule {
        rule: index,
        anchor,
        min_digits: spec.min_digits.unwrap_or(1),
        min_length: spec
            .min_length
            .unwrap_or(1)
            .max(spec.min_digits.unwrap_or(1)),
        boundary: spec.boundary,
        confirm,
        has_context: !spec.context.is_empty(),
        context_required: spec.context_required,
        context_within: spec.context_within.unwrap_or(CONTEXT_WITHIN),
        context_before: spec.context_before.unwrap_or(0),
        canonical_tail: spec.canonical_tail,
        context: spec.context.iter().map(|word| table.term(word)).collect(),
        confidence,
        context_confidence: spec
            .context_confidence
            .map_or(confidence, Confidence::from_fraction),
        allowed: allowed
            .chain(&spec.allow_values)
            .map(|v| (compact(&table.term(&v.value)), v.reason.clone()))
            .collect(),
        mask: spec.mask.unwrap_or_default(),
        supersedes: spec
            .supersedes
            .iter()
            .filter_map(|id| rules.index_of(id))
            .collect(),
        entity,
        pattern,
    })
}

/// ASCII letters and digits of `value`, upper case; if there are none (an address in Han
/// characters), all of it.
pub fn compact(value: &str) -> Vec<u8> {
    let kept: Vec<u8> = value
        .bytes()
        .filter(u8::is_ascii_alphanumeric)
        .map(|b| b.to_ascii_uppercase())
        .collect();
    if value.contains('@') {
        // a.b@c.cn and ab@c.cn are two addresses.
        value.to_ascii_lowercase().into_bytes()
    } else if kept.is_empty() || value.bytes().any(|b| !b.is_ascii()) {
        value.as_bytes().to_vec()
    } else {
        kept
    }
}

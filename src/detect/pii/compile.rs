//! Pattern rules → what matching needs, with every complaint about them.

use std::collections::HashMap;

use regex::{Regex, RegexBuilder};

use super::confirm::{self, Confirm};
use crate::rules::syntax::{Anchor, Boundary, Mask, RuleSpec};
use crate::rules::{RuleSet, Tables};
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
    pub pattern: Option<Regex>,
    /// Where to look.
    pub anchor: Anchor,
    /// Fewest digits.
    pub min_digits: usize,
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
    /// Rules with anchor `digit`, by fewest digits: index `n` has those for clusters of `n`
    /// digits, the last for all longer ones.
    pub by_digits: Vec<DigitRules>,
    /// Rules with anchor `at`.
    pub at: Vec<RuleIndex>,
    /// Rules with anchor `address`.
    pub address: Vec<RuleIndex>,
    /// Rules with anchor `none`.
    pub everywhere: Vec<RuleIndex>,
    /// Rules with anchor `context`: also tried in whole fields whose key is a context word.
    pub by_context: Vec<RuleIndex>,
    /// Data the confirmations look up.
    pub tables: &'static Tables,
}

/// Rules tried in clusters of a certain number of digits: one set that says which match at all.
#[derive(Default)]
pub struct DigitRules {
    /// The rules, in the order of the set's patterns.
    pub rules: Vec<RuleIndex>,
    /// Their patterns; none if there are no rules.
    pub set: Option<regex::RegexSet>,
}

/// Digits from which all digit rules are tried.
const MANY_DIGITS: usize = 24;

impl CompiledPatterns {
    /// From a rule set.
    pub fn new(rules: &RuleSet, complaints: &mut Vec<Complaint>) -> Self {
        let mut compiled = Self {
            rules: Vec::with_capacity(rules.rules().len()),
            by_digits: Vec::new(),
            at: Vec::new(),
            address: Vec::new(),
            everywhere: Vec::new(),
            by_context: Vec::new(),
            tables: Tables::builtin(),
        };
        for (position, spec) in rules.rules().iter().enumerate() {
            let index = RuleIndex(position as u32);
            let mut report = |what: String, hint: &str| {
                complaints.push(Complaint {
                    file: spec.id.get_ref().clone(),
                    line: 0,
                    what,
                    hint: hint.to_owned(),
                });
            };
            let rule = one(index, spec, rules, &mut report);
            if let Some(rule) = &rule {
                match rule.anchor {
                    Anchor::Digit => {}
                    Anchor::At => compiled.at.push(index),
                    Anchor::Address => compiled.address.push(index),
                    Anchor::None => compiled.everywhere.push(index),
                    Anchor::Context => compiled.by_context.push(index),
                }
            }
            compiled.rules.push(rule);
        }
        compiled.by_digits = by_digits(&compiled.rules);
        compiled
    }

    /// A rule that is known to be a pattern rule.
    pub fn rule(&self, rule: RuleIndex) -> &PatternRule {
        self.rules[rule.0 as usize]
            .as_ref()
            .expect("only pattern rules are in the lists")
    }

    /// Fewest digits any rule with anchor `digit` asks for.
    pub fn fewest_digits(&self) -> usize {
        self.by_digits
            .iter()
            .position(|d| d.set.is_some())
            .unwrap_or(usize::MAX)
    }
}

fn by_digits(rules: &[Option<PatternRule>]) -> Vec<DigitRules> {
    let mut by_digits: Vec<DigitRules> = Vec::with_capacity(MANY_DIGITS + 1);
    for digits in 0..=MANY_DIGITS {
        let chosen: Vec<&PatternRule> = rules
            .iter()
            .flatten()
            .filter(|r| r.anchor == Anchor::Digit)
            .filter(|r| r.min_digits <= digits || digits == MANY_DIGITS)
            .collect();
        let same = by_digits
            .last()
            .is_some_and(|before| before.rules.len() == chosen.len());
        let set = match by_digits.last() {
            Some(before) if same => before.set.clone(),
            _ if chosen.is_empty() => None,
            _ => {
                let patterns = chosen
                    .iter()
                    .filter_map(|r| r.pattern.as_ref())
                    .map(Regex::as_str);
                Some(
                    regex::RegexSetBuilder::new(patterns)
                        .size_limit(64 << 20)
                        .dfa_size_limit(16 << 20)
                        .build()
                        .expect("each pattern was compiled by itself"),
                )
            }
        };
        by_digits.push(DigitRules {
            rules: chosen.iter().map(|r| r.rule).collect(),
            set,
        });
    }
    by_digits
}

fn one(
    index: RuleIndex,
    spec: &RuleSpec,
    rules: &RuleSet,
    report: &mut impl FnMut(String, &str),
) -> Option<PatternRule> {
    let anchor = spec.anchor?;
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
        pattern,
        anchor,
        min_digits: spec.min_digits.unwrap_or(1),
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

/// Compiles a pattern with ASCII classes, or says what is wrong with it.
fn compile(pattern: &str) -> Result<Regex, String> {
    let ascii = with_ascii_classes(pattern)?;
    let regex = RegexBuilder::new(&ascii)
        .size_limit(8 << 20)
        .build()
        .map_err(|error| {
            format!(
                "pattern: {}",
                error.to_string().lines().last().unwrap_or("")
            )
        })?;
    if regex.is_match("") {
        return Err("pattern matches the empty text".to_owned());
    }
    Ok(regex)
}

/// `\d`, `\w`, `\s` and their opposites mean ASCII; `\b` is refused, because beside a Han
/// character, which is a word character to it, it does not hold.
fn with_ascii_classes(pattern: &str) -> Result<String, String> {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('d') => out.push_str("[0-9]"),
            Some('D') => out.push_str("[^0-9]"),
            Some('w') => out.push_str("[0-9A-Za-z_]"),
            Some('W') => out.push_str("[^0-9A-Za-z_]"),
            Some('s') => out.push_str("[ \\t\\r\\n]"),
            Some('S') => out.push_str("[^ \\t\\r\\n]"),
            Some('b' | 'B' | '<' | '>') => {
                return Err("pattern uses a word boundary, which fails beside Han characters; use the key `boundary`".to_owned());
            }
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    Ok(out)
}

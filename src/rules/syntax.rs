//! What a rule file says: the format of `docs/rules.md`, nothing checked yet.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{Bilingual, PiClass};
use crate::Severity;
use crate::stored::stored;

/// Version of the file format this program reads.
pub const FORMAT: u32 = 1;

/// A file with rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Must be [`FORMAT`].
    pub format: u32,
    /// What its rules have in common.
    pub pack: PackSpec,
    /// The rules.
    #[serde(default)]
    pub rule: Vec<RuleSpec>,
}

/// What the rules of a file have in common.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackSpec {
    /// Unique among packs.
    pub id: String,
    /// Year.month.day of the last change.
    pub version: String,
    /// Name for people.
    pub title: Bilingual,
    /// Default of [`RuleSpec::risk`].
    pub risk: Option<String>,
    /// Default of [`RuleSpec::ecology`].
    #[serde(default)]
    pub ecology: Vec<String>,
    /// Default of [`RuleSpec::source`].
    pub source: Option<String>,
    /// Whether `yujian rules import` wrote it from a list of words.
    #[serde(default)]
    pub imported: bool,
}

/// One rule as written. Keys are explained in `docs/rules.md`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "docs/rules.md explains every key")]
pub struct RuleSpec {
    pub id: Spanned<String>,
    pub title: Bilingual,
    pub risk: Option<String>,
    pub ecology: Option<Vec<String>>,
    pub source: Option<String>,
    pub entity: Option<String>,
    pub class: Option<PiClass>,
    pub severity: Severity,
    pub confidence: f64,

    #[serde(default)]
    pub terms: Vec<String>,
    #[serde(default)]
    pub all_of: Vec<Vec<String>>,
    pub within: Option<usize>,
    pub not_near: Option<NotNear>,
    #[serde(default)]
    pub allow: Vec<String>,
    pub min_count: Option<u64>,
    pub density: Option<f64>,
    #[serde(default)]
    pub boundary: Boundary,
    #[serde(default)]
    pub folds_off: Vec<String>,
    #[serde(default)]
    pub evasion: Vec<String>,

    pub pattern: Option<String>,
    pub anchor: Option<Anchor>,
    #[serde(default)]
    pub words: Vec<String>,
    pub reach: Option<(usize, usize)>,
    #[serde(default)]
    pub inside: bool,
    pub entropy: Option<f64>,
    pub needs: Option<String>,
    #[serde(default)]
    pub details: BTreeMap<String, String>,
    #[serde(default)]
    pub allow_patterns: Vec<AllowedPattern>,
    pub detector: Option<String>,
    pub origin: Option<OriginKind>,
    pub min_digits: Option<usize>,
    pub min_length: Option<usize>,
    #[serde(default)]
    pub confirm: Vec<String>,
    #[serde(default)]
    pub context: Vec<String>,
    pub context_within: Option<usize>,
    pub context_before: Option<usize>,
    pub canonical_tail: Option<usize>,
    #[serde(default)]
    pub context_required: bool,
    pub context_confidence: Option<f64>,
    #[serde(default)]
    pub against: Vec<String>,
    #[serde(default)]
    pub allow_values: Vec<AllowedValue>,
    pub mask: Option<Mask>,
    #[serde(default)]
    pub supersedes: Vec<String>,
    pub aggregate: Option<Aggregate>,
    pub overlap: Option<Overlap>,

    #[serde(default)]
    pub examples: Vec<String>,
    #[serde(default)]
    pub near_misses: Vec<String>,
    #[serde(default)]
    pub origin_examples: Vec<OriginExample>,
    #[serde(default)]
    pub origin_near_misses: Vec<OriginExample>,

    /// As its pack says.
    #[serde(skip)]
    pub imported: bool,
}

/// Words whose presence near a match makes it harmless.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotNear {
    /// Names of shared sets.
    #[serde(default)]
    pub sets: Vec<String>,
    /// The rule's own words.
    #[serde(default)]
    pub words: Vec<String>,
    /// Within how many characters.
    pub within: Option<usize>,
}

/// What may not stand directly beside a match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Boundary {
    /// Latin letters and digits beside a Latin end of a term; beside a value, any of them.
    #[default]
    Auto,
    /// Same as [`Boundary::Auto`], and two Latin letters are enough for a term.
    Word,
    /// Latin letters and digits, beside a value.
    Alnum,
    /// Digits, beside a value.
    Digit,
    /// Anything may.
    None,
}

/// Where a pattern is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Anchor {
    /// Around runs of digits.
    Digit,
    /// Around `@`.
    At,
    /// After context words.
    Context,
    /// Around the words of the rule: a mark, which may be long.
    Word,
    /// Where an address ends in a number of a house or room.
    Address,
    /// Everywhere.
    None,
}

/// What a rule about the address of a record looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OriginKind {
    /// It is on a list of the operator of what must not be used.
    Blocked,
    /// It belongs to a domain of `rules/data/pirate_domains.csv`.
    Pirated,
    /// A snapshot of robots.txt or a list forbids fetching it.
    Disallowed,
    /// It may be fetched, but not for training: robots.txt refuses crawlers of AI systems, or the
    /// page says so.
    Reserved,
}

/// An address with all that it is to be held against.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OriginExample {
    /// The address; empty for a page without one.
    pub url: String,
    /// Lines of a list of what must not be used.
    pub block: Vec<String>,
    /// Lines of a list of what must not be fetched.
    pub disallow: Vec<String>,
    /// The robots.txt of its host.
    pub robots: Option<String>,
    /// Name of the crawler.
    pub agent: String,
    /// What the page or its server says: `robots: noai`, `tdm-reservation: 1`.
    pub says: Vec<String>,
}

/// A value that is known to be nobody's.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowedValue {
    /// The value; separators do not matter.
    pub value: String,
    /// Why it is harmless.
    pub reason: String,
    /// Only for this entity; for all without.
    pub entity: Option<String>,
}

/// A form that is known to be nobody's: all of its conditions hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowedPattern {
    /// What must hold, all of it.
    pub all: Vec<AllowedForm>,
    /// Why it is harmless.
    pub reason: String,
}

/// A pattern, and what it is tried on.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowedForm {
    /// What it is tried on.
    #[serde(default)]
    pub of: AllowedIn,
    /// As patterns of rules.
    pub pattern: String,
}

/// What the pattern of an [`AllowedForm`] is tried on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AllowedIn {
    /// The value.
    #[default]
    Value,
    /// All that the pattern of the rule matched.
    Match,
    /// The lines in which that stands.
    Line,
}

/// How many characters of a value may be shown.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mask {
    /// At the head.
    #[serde(default)]
    pub head: usize,
    /// At the tail.
    #[serde(default)]
    pub tail: usize,
}

/// A finding made of other findings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aggregate {
    /// Entities that count.
    pub entities: Vec<String>,
    /// How many different ones: entities of a bundle, values of a dump.
    pub at_least: usize,
    /// What must differ.
    pub of: AggregateOf,
    /// Within how many characters; anywhere in the record without.
    pub within: Option<usize>,
}

/// What an [`Aggregate`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AggregateOf {
    /// Different kinds of identifiers.
    Entities,
    /// Different values.
    Values,
}

/// What a record has in common with a known work, in letters and digits.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overlap {
    /// In packs of what.
    pub of: OverlapOf,
    /// One of these is enough.
    pub any: Vec<Least>,
    /// A text for the examples of the rule, which no other scan knows.
    pub sample: Option<Sample>,
}

/// Kinds of packs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OverlapOf {
    /// Works.
    Work,
    /// Short items, such as those of a test bank.
    Item,
}

/// All that is named must be reached.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Least {
    /// Of the longest verbatim run.
    pub run: u64,
    /// In passages, edits included.
    pub covered: u64,
    /// Share of the record that is in passages.
    pub record_share: f64,
    /// Share of the work that is in passages.
    pub work_share: f64,
}

/// A work that only examples know.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Its title.
    pub title: String,
    /// Its author.
    pub author: String,
    /// Its text; long out of copyright.
    pub text: String,
}

/// A file with shared lists.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowFile {
    /// Must be [`FORMAT`].
    pub format: u32,
    /// Word sets for `not_near`.
    #[serde(default)]
    pub context: Vec<ContextSpec>,
    /// Phrases that beat terms of every rule.
    #[serde(default)]
    pub phrase: Vec<PhraseSpec>,
    /// Values that are nobody's.
    #[serde(default)]
    pub value: Vec<AllowedValue>,
}

/// A named word set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextSpec {
    /// Its name.
    pub id: Spanned<String>,
    /// Its words.
    pub words: Vec<String>,
}

/// A harmless phrase that contains a term.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhraseSpec {
    /// The phrase.
    pub text: Spanned<String>,
    /// Why it is harmless.
    pub reason: String,
}

/// Number of words in all lists of a rule, by list name; for `rules show` and tests.
pub fn sizes(rule: &RuleSpec) -> BTreeMap<&'static str, usize> {
    BTreeMap::from([
        ("terms", rule.terms.len()),
        ("all_of", rule.all_of.iter().map(Vec::len).sum()),
        ("context", rule.context.len()),
        ("words", rule.words.len()),
    ])
}

stored!(struct RuleSpec {
    id, title, risk, ecology, source, entity, class, severity, confidence,
    terms, all_of, within, not_near, allow, min_count, density, boundary, folds_off, evasion,
    pattern, anchor, words, reach, inside, entropy, needs, details, allow_patterns, detector, origin, min_digits, min_length, confirm, context, context_within, context_before,
    canonical_tail, context_required, context_confidence, against, allow_values, mask,
    supersedes, aggregate, overlap, examples, near_misses, origin_examples, origin_near_misses, imported,
});
stored!(struct NotNear { sets, words, within });
stored!(
    enum Boundary {
        Auto,
        Word,
        Alnum,
        Digit,
        None,
    }
);
stored!(
    enum Anchor {
        Digit,
        At,
        Context,
        Word,
        Address,
        None,
    }
);
stored!(
    enum OriginKind {
        Blocked,
        Pirated,
        Disallowed,
        Reserved,
    }
);
stored!(struct OriginExample { url, block, disallow, robots, agent, says });
stored!(struct AllowedValue { value, reason, entity });
stored!(struct AllowedPattern { all, reason });
stored!(struct AllowedForm { of, pattern });
stored!(
    enum AllowedIn {
        Value,
        Match,
        Line,
    }
);
stored!(struct Mask { head, tail });
stored!(struct Aggregate { entities, at_least, of, within });
stored!(
    enum AggregateOf {
        Entities,
        Values,
    }
);
stored!(struct ContextSpec { id, words });
stored!(struct PhraseSpec { text, reason });
stored!(struct Overlap { of, any, sample });
stored!(
    enum OverlapOf {
        Work,
        Item,
    }
);
stored!(struct Least { run, covered, record_share, work_share });
stored!(struct Sample { title, author, text });

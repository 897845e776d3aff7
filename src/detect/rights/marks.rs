//! Marks that a rule describes: words that are found in the one pass over all text, and a pattern
//! that is tried around them.

use std::collections::HashMap;
use std::ops::Range;

use super::confirm::{self, Candidate, Check};
use super::{Detector, Mark, Part, detector};
use crate::detect::excerpt;
use crate::detect::keyword::{back, forward, is_whole_word};
use crate::detect::pii::Pattern;
use crate::rules::RuleSet;
use crate::rules::syntax::{AllowedIn, Anchor, Boundary, RuleSpec};
use crate::text::{FoldTable, View};
use crate::{Complaint, Confidence, Details, RuleIndex, Span};

/// Default of `reach`: characters before and after a word in which its mark may stand.
const REACH: (usize, usize) = (0, 160);
/// Most bytes that a mark may reach beyond its word; windows see a little more of each other.
const LONGEST: usize = 4_000;
/// A field no longer than this is tried with its key before it, in bytes.
const SHORT_FIELD: usize = 4_096;
/// Names of groups whose values are shown as they stand: numbers that say nothing of a person.
const PLAIN: [&str; 3] = ["year", "identifier", "licence"];

/// A mark rule as matching needs it.
struct MarkRule {
    rule: RuleIndex,
    pattern: Pattern,
    /// Groups of the pattern that are details.
    groups: Vec<String>,
    /// Words, folded and lower-case, to be looked for in keys.
    words: Vec<String>,
    reach: (usize, usize),
    boundary: Boundary,
    confirm: Vec<Check>,
    entropy: f64,
    /// Without it nothing can match.
    needs: Option<Needed>,
    confidence: Confidence,
    /// What is known of every match.
    details: Details,
    /// Value → why it is nobody's.
    allowed: HashMap<String, String>,
    /// Forms of what is nobody's.
    allowed_forms: Vec<AllowedForms>,
    supersedes: Vec<RuleIndex>,
}

/// A character without which a text need not be looked at, half and full width.
struct Needed(Vec<memchr::memmem::Finder<'static>>);

impl Needed {
    fn new(text: &str) -> Self {
        let wide = text.chars().map(|c| match c {
            '!'..='~' => char::from_u32(c as u32 + 0xFEE0).unwrap_or(c),
            other => other,
        });
        let both = [text.to_owned(), wide.collect()];
        let finder = |text: &String| memchr::memmem::Finder::new(text).into_owned();
        Self(both.iter().map(finder).collect())
    }

    fn is_in(&self, text: &str) -> bool {
        self.0.iter().any(|f| f.find(text.as_bytes()).is_some())
    }
}

/// Patterns that make a match nobody's if all of them match.
struct AllowedForms {
    all: Vec<(AllowedIn, Pattern)>,
    reason: String,
}

impl AllowedForms {
    /// `whole` is what the pattern of the rule matched, `value` the value in it.
    fn hold(&self, text: &str, whole: &Range<usize>, value: &Range<usize>) -> bool {
        self.all.iter().all(|(of, pattern)| {
            let tried = match of {
                AllowedIn::Value => value.clone(),
                AllowedIn::Match => whole.clone(),
                AllowedIn::Line => {
                    let start = text[..whole.start].rfind('\n').map_or(0, |at| at + 1);
                    let end = text[whole.end..].find('\n');
                    start..end.map_or(text.len(), |at| whole.end + at)
                }
            };
            pattern.regex().is_match(&text[tried])
        })
    }
}

/// All mark rules, and the detectors that other rules name.
pub struct CompiledMarks {
    rules: Vec<Option<MarkRule>>,
    detectors: Vec<Box<dyn Detector>>,
}

/// The key of a field, as far as mark rules are concerned: `"password": "…"`.
#[derive(Debug, Default)]
pub struct MarkKey {
    name: String,
    rules: Vec<RuleIndex>,
}

impl CompiledMarks {
    /// From a rule set.
    pub fn new(rules: &RuleSet, complaints: &mut Vec<Complaint>) -> Self {
        Self::with(rules, Pattern::new, complaints)
    }

    /// From a rule set of which there was no complaint before.
    pub(crate) fn known(rules: &RuleSet) -> Self {
        let known = |source: &str| Ok(Pattern::known(source));
        Self::with(rules, known, &mut Vec::new())
    }

    fn with(
        rules: &RuleSet,
        compile: impl Fn(&str) -> Result<Pattern, String>,
        complaints: &mut Vec<Complaint>,
    ) -> Self {
        let mut report = |spec: &RuleSpec, what: String, hint: &str| {
            complaints.push(Complaint::new(spec.id.get_ref().clone(), 0, what, hint));
        };
        let compiled = (0u32..).zip(rules.rules()).map(|(at, spec)| {
            let mut report = |what: String, hint: &str| report(spec, what, hint);
            one(RuleIndex(at), spec, rules, &compile, &mut report)
        });
        let compiled = compiled.collect();
        let detectors = detector::of(rules, |spec| {
            let name = spec.detector.as_deref().unwrap_or_default();
            let what = format!("no detector is called `{name}`");
            report(spec, what, "docs/rules.md names the detectors");
        });
        Self {
            rules: compiled,
            detectors,
        }
    }

    /// Appends all marks of a window, in no order.
    pub fn find(
        &self,
        part: &Part<'_>,
        key: (&str, &mut MarkKey),
        view: &mut View,
        found: &mut Vec<Mark>,
    ) {
        for of_rule in part.by_rule() {
            if let Some(rule) = &self.rules[of_rule[0].0.0 as usize] {
                rule.around(part.text, of_rule, view, found);
            }
        }
        self.by_key(part, key, view, found);
        for detector in &self.detectors {
            detector.find(part, view, found);
        }
        self.settle(found);
    }

    /// Marks of which the key of the field is a part.
    fn by_key(
        &self,
        part: &Part<'_>,
        (name, key): (&str, &mut MarkKey),
        view: &mut View,
        found: &mut Vec<Mark>,
    ) {
        if name.is_empty() || part.text.is_empty() || part.text.len() > SHORT_FIELD {
            return;
        }
        if key.name != name {
            *key = self.key(name);
        }
        if key.rules.is_empty() {
            return;
        }
        let before = format!("{name}: ");
        let text = format!("{before}{}", part.text);
        let first = found.len();
        view.fold(&text, FoldTable::get());
        for rule in &key.rules {
            if let Some(rule) = &self.rules[rule.0 as usize] {
                rule.search(view, 0, found);
            }
        }
        let mut of_key = found.split_off(first);
        of_key.retain(|mark| mark.span.start as usize >= before.len());
        for mut mark in of_key {
            mark.span = Span {
                start: mark.span.start - before.len() as u64,
                end: mark.span.end - before.len() as u64,
            };
            let same = |other: &Mark| other.rule == mark.rule && other.span.overlaps(mark.span);
            if !found.iter().any(same) {
                found.push(mark);
            }
        }
    }

    fn key(&self, name: &str) -> MarkKey {
        let folded = FoldTable::get().term(name);
        let speaks = |rule: &&MarkRule| {
            let mut places = rule
                .words
                .iter()
                .flat_map(|word| folded.match_indices(&**word));
            places.any(|(at, word)| is_whole_word(folded.as_bytes(), at, at + word.len()))
        };
        let rules = self.rules.iter().flatten().filter(speaks);
        MarkKey {
            name: name.to_owned(),
            rules: rules.map(|rule| rule.rule).collect(),
        }
    }

    /// Drops marks that give way to others.
    fn settle(&self, found: &mut Vec<Mark>) {
        let stronger = |mark: &Mark| self.rules[mark.rule.0 as usize].as_ref();
        let beaten = |mark: &Mark| {
            found.iter().any(|other| {
                other.span.overlaps(mark.span)
                    && stronger(other).is_some_and(|rule| rule.supersedes.contains(&mark.rule))
            })
        };
        let beaten: Vec<bool> = found.iter().map(beaten).collect();
        let mut at = 0;
        found.retain(|_| {
            at += 1;
            !beaten[at - 1]
        });
    }
}

impl MarkRule {
    /// Tries the pattern around words that stand in order.
    fn around(
        &self,
        text: &str,
        words: &[(RuleIndex, Range<usize>)],
        view: &mut View,
        found: &mut Vec<Mark>,
    ) {
        let mut segments: Vec<Range<usize>> = Vec::new();
        for (_, word) in words {
            let from = back(text, word.start, self.reach.0);
            let from = from.max(text.ceil_char_boundary(word.start.saturating_sub(LONGEST)));
            let to = forward(text, word.end, self.reach.1);
            let to = to.min(text.floor_char_boundary(word.end + LONGEST));
            match segments.last_mut() {
                Some(last) if last.end >= from => last.end = last.end.max(to),
                _ => segments.push(from..to),
            }
        }
        for segment in segments {
            let part = &text[segment.clone()];
            if self.needs.as_ref().is_some_and(|needs| !needs.is_in(part)) {
                continue;
            }
            view.fold(part, FoldTable::get());
            self.search(view, segment.start, found);
        }
    }

    /// Every match of the pattern in the folded text; `base` is the first byte of it.
    fn search(&self, view: &View, base: usize, found: &mut Vec<Mark>) {
        let text = view.text();
        let regex = self.pattern.regex();
        let mut at = 0;
        while let Some(whole) = regex.find_at(text, at) {
            let captures = (self.pattern.has_value_group() || !self.groups.is_empty())
                .then(|| regex.captures_at(text, whole.start()))
                .flatten();
            let value = captures.as_ref().and_then(|c| c.name("value"));
            let value = value.unwrap_or(whole);
            let mark = self.weigh(text, value.start(), value.end());
            at = match &mark {
                Some(_) => whole.end(),
                // Another may begin inside what did not stand.
                None => text.ceil_char_boundary(whole.start() + 1),
            };
            let Some((reasons, mut details)) = mark else {
                continue;
            };
            for name in &self.groups {
                if let Some(group) = captures.as_ref().and_then(|c| c.name(name)) {
                    details.push(name, shown(name, group.as_str()));
                }
            }
            let allowed = self.allowed.get(&text[value.range()]).or_else(|| {
                let mut forms = self.allowed_forms.iter();
                let holds = |form: &&AllowedForms| form.hold(text, &whole.range(), &value.range());
                forms.find(holds).map(|form| &form.reason)
            });
            let allowed = allowed.map(|reason| format!("allow:{reason}"));
            let text = &text[value.range()];
            found.push(Mark {
                rule: self.rule,
                span: view
                    .original(value.start(), value.end())
                    .shifted(base as u64),
                confidence: self.confidence,
                reasons,
                details,
                value: Some(text.as_bytes().to_vec()),
                allowed,
            });
        }
    }

    /// Why the value stands, and what is known of it; nothing if it does not.
    fn weigh(&self, text: &str, start: usize, end: usize) -> Option<(String, Details)> {
        if start >= end || !self.bounded(text.as_bytes(), start, end) {
            return None;
        }
        let mut reasons = vec!["form"];
        if self.entropy > 0.0 {
            if entropy(&text[start..end]) < self.entropy {
                return None;
            }
            reasons.push("entropy");
        }
        let mut details = self.details.clone();
        for check in &self.confirm {
            let reason = check.run(&Candidate { text, start, end }, &mut details)?;
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        Some((reasons.join("+"), details))
    }

    fn bounded(&self, bytes: &[u8], start: usize, end: usize) -> bool {
        let beside = [
            start.checked_sub(1).map(|at| (bytes[at], bytes[start])),
            bytes.get(end).map(|after| (*after, bytes[end - 1])),
        ];
        !beside
            .iter()
            .flatten()
            .any(|(other, own)| match self.boundary {
                Boundary::None => false,
                Boundary::Digit => other.is_ascii_digit(),
                _ => other.is_ascii_alphanumeric() && own.is_ascii_alphanumeric(),
            })
    }
}

/// Makes text of the corpus fit for details.
fn shown(name: &str, text: &str) -> String {
    let text = excerpt::phrase(text);
    match PLAIN.contains(&name) {
        true => text,
        false => excerpt::without_values(&text),
    }
}

/// Bits a character, of characters drawn as often as they occur in `text` (Shannon).
fn entropy(text: &str) -> f64 {
    let mut counts: HashMap<char, u32> = HashMap::new();
    text.chars()
        .for_each(|c| *counts.entry(c).or_default() += 1);
    let mut counts: Vec<u32> = counts.into_values().collect();
    // In one order, so that the sum is always rounded in the same way.
    counts.sort_unstable();
    let total = f64::from(counts.iter().sum::<u32>());
    let share = |count: &u32| f64::from(*count) / total;
    counts.iter().map(share).map(|p| -p * p.log2()).sum()
}

fn one(
    index: RuleIndex,
    spec: &RuleSpec,
    rules: &RuleSet,
    compile: impl Fn(&str) -> Result<Pattern, String>,
    report: &mut impl FnMut(String, &str),
) -> Option<MarkRule> {
    let source = spec.pattern.as_deref()?;
    if spec.anchor != Some(Anchor::Word) {
        return None;
    }
    let pattern = compile(source)
        .map_err(|what| {
            report(
                what,
                "patterns are linear-time: no look-around, back-references or \\b",
            )
        })
        .ok()?;
    let mut allowed_forms = Vec::new();
    for known in &spec.allow_patterns {
        let mut all = Vec::new();
        for form in &known.all {
            match compile(&form.pattern) {
                Ok(pattern) => all.push((form.of, pattern)),
                Err(what) => report(what, "patterns of `allow_patterns` are those of rules"),
            }
        }
        if all.is_empty() {
            let what = "an entry of `allow_patterns` that asks for nothing".to_owned();
            report(what, "give it a pattern, or leave it out");
        }
        let reason = known.reason.clone();
        allowed_forms.push(AllowedForms { all, reason });
    }
    let mut details = Details::default();
    for (name, value) in &spec.details {
        details.push(name, value.as_str());
    }
    let named = spec.confirm.iter().filter_map(|name| {
        let check = confirm::named(name);
        if check.is_none() {
            let what = format!("no confirmation is called `{name}`");
            report(what, "yujian rules list --confirmations names them");
        }
        check
    });
    let confirm = named.collect();
    let table = FoldTable::get();
    let known = rules
        .values()
        .iter()
        .filter(|v| v.entity.is_some() && v.entity == spec.entity);
    let allowed = known.chain(&spec.allow_values);
    Some(MarkRule {
        rule: index,
        groups: group_names(source),
        pattern,
        words: spec.words.iter().map(|word| table.term(word)).collect(),
        reach: spec.reach.unwrap_or(REACH),
        boundary: spec.boundary,
        confirm,
        entropy: spec.entropy.unwrap_or(0.0),
        needs: spec.needs.as_deref().map(Needed::new),
        details,
        allowed_forms,
        confidence: Confidence::from_fraction(spec.confidence),
        allowed: allowed
            .map(|v| (table.plain(&v.value), v.reason.clone()))
            .collect(),
        supersedes: spec
            .supersedes
            .iter()
            .filter_map(|id| rules.index_of(id))
            .collect(),
    })
}

/// Named groups of a pattern but `value`. Not asked of the compiled pattern, which is made when it
/// is first tried.
fn group_names(pattern: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for start in ["(?P<", "(?<"] {
        let ends = pattern.split(start).skip(1);
        let of = ends.filter_map(|rest| rest.split_once('>'));
        names.extend(of.map(|(name, _)| name.to_owned()));
    }
    names.retain(|name| {
        name != "value" && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    });
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_that_of_the_characters() {
        assert_eq!(entropy("aaaa"), 0.0);
        assert_eq!(entropy("abab"), 1.0);
        assert_eq!(entropy("abcdefgh"), 3.0);
    }

    #[test]
    fn groups_are_named_in_the_order_of_the_pattern() {
        let pattern = r"(?P<holder>\w+)(?<year>\d{4})(?P<value>x)";
        assert_eq!(group_names(pattern), ["holder", "year"]);
    }
}

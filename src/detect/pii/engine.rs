//! Pattern rules on one text: search, confirm, weigh, settle.

use std::time::Instant;

use super::compile::{CompiledPatterns, PatternRule, compact};
use super::confirm::Candidate;
use super::{address, cluster, placeholder};
use crate::detect::Profile;
use crate::detect::keyword::{CompiledTerms, Hit, Role, back, forward, is_whole_word};
use crate::rules::Tables;
use crate::rules::syntax::Boundary;
use crate::text::View;
use crate::{Confidence, RuleIndex};

/// A confirmed value, in bytes of the folded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Which rule.
    pub rule: RuleIndex,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// See [`crate::Finding::confidence`].
    pub confidence: Confidence,
    /// Why, joined by `+`.
    pub reasons: String,
    /// Why it is nobody's.
    pub allowed: Option<String>,
    /// ASCII letters and digits, upper case.
    pub compact: Vec<u8>,
}

/// Characters before a value in which a word speaks against it.
const AGAINST_WITHIN: usize = 12;
/// Characters of the longest value that follows a context word.
pub(super) const LONGEST_VALUE: usize = 64;
/// Han characters beside a cluster that patterns may use: 京A…, 南字第…号.
pub(super) const HAN_BESIDE: usize = 4;
/// A short field is tried as a whole when its key is a context word, up to so many bytes.
pub(super) const SHORT_FIELD: usize = 256;
/// Share of digits around a value from which it counts as standing among numbers, percent.
const DENSE_PERCENT: usize = 60;
/// Bytes on each side that are looked at for that.
const DENSE_WITHIN: usize = 64;

/// One text with all that is known about it.
pub struct Search<'a> {
    patterns: &'a CompiledPatterns,
    terms: &'a CompiledTerms,
    /// Folded text, case kept.
    text: &'a str,
    /// Occurrences of terms, by their ends.
    hits: &'a [Hit],
    /// Folded, lower-case key of the field.
    key: &'a str,
    profile: Option<&'a Profile>,
    values: Vec<Value>,
}

impl<'a> Search<'a> {
    /// Prepares a search; `key` is folded and lower-case.
    pub fn new(
        patterns: &'a CompiledPatterns,
        terms: &'a CompiledTerms,
        view: &'a View,
        hits: &'a [Hit],
        key: &'a str,
        profile: Option<&'a Profile>,
    ) -> Self {
        Self {
            patterns,
            terms,
            text: view.text(),
            hits,
            key,
            profile,
            values: Vec::new(),
        }
    }

    /// Every value that stands, by place.
    pub fn run(mut self) -> Vec<Value> {
        self.digits();
        self.at_signs();
        self.after_context();
        self.by_key();
        for &rule in &self.patterns.everywhere {
            self.try_rule(rule, 0, self.text.len());
        }
        for &rule in &self.patterns.address {
            for (start, end) in address::find(self.text) {
                self.weigh(self.patterns.rule(rule), start, end);
            }
        }
        settle(self.patterns, self.values)
    }

    fn digits(&mut self) {
        let patterns = self.patterns;
        if patterns.fewest_digits == usize::MAX {
            return;
        }
        let in_context = self.rules_in_context();
        cluster::each(self.text.as_bytes(), patterns.fewest_digits, |cluster| {
            let (start, end) = widen(self.text, cluster.start, cluster.end);
            let length = cluster.end - cluster.start;
            let fits =
                |rule: &PatternRule| rule.min_digits <= cluster.digits && rule.min_length <= length;
            // One by one: a set of all patterns at once is slower, its automaton being too large.
            for &rule in patterns.digit.iter().chain(&in_context) {
                if fits(patterns.rule(rule)) {
                    self.try_rule(rule, start, end);
                }
            }
        });
    }

    /// Rules that need a context word and have one somewhere in this text or in its key.
    fn rules_in_context(&self) -> Vec<RuleIndex> {
        let mut found: Vec<RuleIndex> = Vec::new();
        for hit in self.hits {
            for role in &self.terms.roles[hit.term as usize] {
                if let Role::Context(rule) = *role
                    && self.patterns.digit_in_context.binary_search(&rule).is_ok()
                {
                    found.push(rule);
                }
            }
        }
        if !self.key.is_empty() {
            let by_key = self.patterns.digit_in_context.iter().copied();
            found.extend(
                by_key.filter(|r| key_speaks_for(self.key, &self.patterns.rule(*r).context)),
            );
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn at_signs(&mut self) {
        if self.patterns.at.is_empty() {
            return;
        }
        let bytes = self.text.as_bytes();
        for at in memchr::memchr_iter(b'@', bytes) {
            let name = |b: &&u8| b.is_ascii_graphic();
            let before = bytes[..at].iter().rev().take(64).take_while(name).count();
            let after = bytes[at..].iter().take(256).take_while(name).count();
            for index in 0..self.patterns.at.len() {
                self.try_rule(self.patterns.at[index], at - before, at + after);
            }
        }
    }

    fn after_context(&mut self) {
        // Words of one rule often stand close together; what was tried is not tried again.
        let mut tried: Vec<(RuleIndex, usize)> = Vec::new();
        for hit in self.hits {
            for role in &self.terms.roles[hit.term as usize] {
                let Role::Context(rule) = *role else { continue };
                if self.patterns.by_context.binary_search(&rule).is_err() {
                    continue;
                }
                let (start, end) = (hit.start as usize, hit.end as usize);
                // The value may touch the word: QQ38291560.
                let value_touches = self
                    .text
                    .as_bytes()
                    .get(end)
                    .is_some_and(u8::is_ascii_digit);
                let word_end = if value_touches { end } else { self.text.len() };
                if !is_whole_word(&self.text.as_bytes()[..word_end], start, end) {
                    continue;
                }
                let of_rule = self.patterns.rule(rule);
                let from = back(self.text, start, of_rule.context_before.max(HAN_BESIDE));
                // The value begins within reach of the word and may end beyond it.
                let to = forward(self.text, end, of_rule.context_within + LONGEST_VALUE);
                let known = tried.iter_mut().find(|(r, _)| *r == rule);
                let from = known.as_ref().map_or(from, |(_, done)| {
                    from.max(back(self.text, (*done).min(self.text.len()), 24))
                });
                match known {
                    Some((_, done)) if *done >= to => continue,
                    Some((_, done)) => *done = to,
                    None => tried.push((rule, to)),
                }
                self.try_rule(rule, from, to);
            }
        }
    }

    fn by_key(&mut self) {
        if self.key.is_empty() || self.text.len() > SHORT_FIELD {
            return;
        }
        for index in 0..self.patterns.by_context.len() {
            let rule = self.patterns.rule(self.patterns.by_context[index]);
            if key_speaks_for(self.key, &rule.context) {
                self.try_rule(rule.rule, 0, self.text.len());
            }
        }
    }

    /// Tries all matches of a rule's pattern inside `start..end`.
    fn try_rule(&mut self, rule: RuleIndex, start: usize, end: usize) {
        let began = self.profile.map(|_| Instant::now());
        self.matches(rule, start, end);
        if let (Some(profile), Some(began)) = (self.profile, began) {
            profile.tried(rule, began);
        }
    }

    fn matches(&mut self, rule: RuleIndex, start: usize, end: usize) {
        let rule = self.patterns.rule(rule);
        let Some(pattern) = &rule.pattern else { return };
        let (has_value_group, pattern) = (pattern.has_value_group(), pattern.regex());
        let mut at = start;
        while at < end {
            let text = &self.text[..end];
            let Some(whole) = pattern.find_at(text, at) else {
                return;
            };
            // Groups cost much more than the match, and few patterns have them.
            let value = if has_value_group {
                pattern
                    .captures_at(text, at)
                    .and_then(|found| found.name("value"))
                    .unwrap_or(whole)
            } else {
                whole
            };
            let next = if self.weigh(rule, value.start(), value.end()) {
                value.end()
            } else {
                // A shorter value may begin inside what did not stand.
                let step = self.text[whole.start()..]
                    .chars()
                    .next()
                    .map_or(1, char::len_utf8);
                whole.start() + step
            };
            at = next.max(at + 1);
            while !self.text.is_char_boundary(at) {
                at += 1;
            }
        }
    }

    /// Whether the value stands; if so it is kept.
    fn weigh(&mut self, rule: &PatternRule, start: usize, end: usize) -> bool {
        if start >= end || !self.bounded(rule, start, end) {
            return false;
        }
        let in_context = rule.has_context && self.in_context(rule, start, end);
        if (rule.context_required || rule.anchor == crate::rules::syntax::Anchor::Context)
            && !in_context
        {
            return false;
        }
        if !in_context && self.spoken_against(rule, start) {
            return false;
        }
        let compact = compact(&self.text[start..end]);
        let candidate = Candidate {
            text: self.text,
            start,
            end,
            compact: &compact,
            in_context,
            // They are parsed when the first candidate comes.
            tables: Tables::builtin(),
        };
        let mut reasons: Vec<&str> = vec!["form"];
        for confirm in &rule.confirm {
            let Some(reason) = confirm(&candidate) else {
                return false;
            };
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        let mut confidence = rule.confidence;
        if in_context {
            reasons.push("context");
            confidence = rule.context_confidence;
        } else if among_numbers(self.text.as_bytes(), start, end) {
            reasons.push("among-numbers");
            confidence = Confidence(confidence.0 / 2);
        }
        let compact = canonical(compact, rule.canonical_tail);
        let allowed = rule
            .allowed
            .get(&compact)
            .map(String::as_str)
            .or_else(|| placeholder::reason(&self.text[start..end], &compact))
            .map(|reason| format!("allow:{reason}"));
        let reasons = reasons.join("+");
        self.values.push(Value {
            rule: rule.rule,
            start,
            end,
            confidence,
            reasons,
            allowed,
            compact,
        });
        true
    }

    fn bounded(&self, rule: &PatternRule, start: usize, end: usize) -> bool {
        let bytes = self.text.as_bytes();
        let before = start.checked_sub(1).map(|i| bytes[i]);
        let after = bytes.get(end).copied();
        let forbidden = |b: Option<u8>| match rule.boundary {
            Boundary::None => false,
            Boundary::Digit => b.is_some_and(|b| b.is_ascii_digit()),
            Boundary::Auto | Boundary::Word | Boundary::Alnum => {
                b.is_some_and(|b| b.is_ascii_alphanumeric())
            }
        };
        if forbidden(after) {
            return false;
        }
        if !forbidden(before) {
            return true;
        }
        // A Latin context word is no obstacle: tel13800138000, QQ12345678.
        let letters = bytes[..start]
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_alphabetic())
            .count();
        let word = self.text[start - letters..start].to_ascii_lowercase();
        let whole = start == letters || !bytes[start - letters - 1].is_ascii_alphanumeric();
        letters > 0 && whole && rule.context.contains(&word)
    }

    /// Whether a context word stands within reach, or the key is one.
    fn in_context(&self, rule: &PatternRule, start: usize, end: usize) -> bool {
        if key_speaks_for(self.key, &rule.context) {
            return true;
        }
        let from = back(self.text, start, rule.context_within);
        let to = forward(self.text, end, rule.context_within);
        self.hits_in(from, to).any(|hit| {
            // A word inside the value itself proves nothing.
            let outside = hit.end as usize <= start || hit.start as usize >= end;
            outside && self.plays(hit, Role::Context(rule.rule), start)
        })
    }

    fn spoken_against(&self, rule: &PatternRule, start: usize) -> bool {
        let from = back(self.text, start, AGAINST_WITHIN);
        self.hits_in(from, start)
            .any(|hit| self.plays(hit, Role::Against(rule.rule), start))
    }

    /// Whether `hit` is a whole word in that role; a Latin word may touch the value at `start`.
    fn plays(&self, hit: &Hit, role: Role, start: usize) -> bool {
        self.terms.roles[hit.term as usize].contains(&role) && {
            let end = if hit.end as usize == start {
                hit.end as usize
            } else {
                0
            };
            let text = self.text.as_bytes();
            match end {
                0 => is_whole_word(text, hit.start as usize, hit.end as usize),
                end => is_whole_word(&text[..end], hit.start as usize, end),
            }
        }
    }

    fn hits_in(&self, from: usize, to: usize) -> impl Iterator<Item = &'a Hit> + use<'a> {
        let first = self.hits.partition_point(|hit| (hit.end as usize) <= from);
        // Hits come by their ends; the longest term is far shorter than this slack.
        self.hits[first..]
            .iter()
            .take_while(move |hit| (hit.end as usize) < to + 256)
            .filter(move |hit| hit.start as usize >= from && hit.end as usize <= to)
    }
}

/// Whether a key is, or holds, one of the words: `手机号码`, `user_phone`, `contact.tel`.
pub(super) fn key_speaks_for(key: &str, words: &[String]) -> bool {
    !key.is_empty()
        && words
            .iter()
            .filter(|word| word.len() <= key.len())
            .any(|word| {
                key.match_indices(word.as_str())
                    .any(|(at, word)| is_whole_word(key.as_bytes(), at, at + word.len()))
            })
}

/// What decides whether two values are the same: with and without a country code, say.
fn canonical(mut compact: Vec<u8>, tail: Option<usize>) -> Vec<u8> {
    match tail {
        Some(tail) if compact.len() > tail => compact.split_off(compact.len() - tail),
        _ => compact,
    }
}

/// Adds what clings to a cluster: a sign or bracket before, a bracket after, a few Han characters.
fn widen(text: &str, start: usize, end: usize) -> (usize, usize) {
    let bytes = text.as_bytes();
    let mut from = start;
    while from > 0 && matches!(bytes[from - 1], b'+' | b'(' | b'-') && start - from < 2 {
        from -= 1;
    }
    // A bracket that closes, or a check letter that stands apart.
    let apart = matches!(bytes[end..], [b' ' | b'-', b'A'..=b'Z', ..])
        && !bytes.get(end + 2).is_some_and(u8::is_ascii_alphanumeric);
    let to = match bytes.get(end) {
        Some(b')') => end + 1,
        _ if apart => end + 2,
        _ => end,
    };
    // Groups of an address that begins with letters: `fe:ab:12:…`.
    while from > 0 && matches!(bytes[from - 1], b':' | b'-') {
        let group = bytes[..from - 1]
            .iter()
            .rev()
            .take(5)
            .take_while(|b| b.is_ascii_hexdigit())
            .count();
        if !(1..=4).contains(&group) {
            break;
        }
        from -= 1 + group;
    }
    // Capitals that belong to the number after them: JK 38 29 15 C.
    if from == start && from > 0 && bytes[from - 1] == b' ' {
        let capitals = bytes[..from - 1]
            .iter()
            .rev()
            .take(5)
            .take_while(|b| b.is_ascii_uppercase())
            .count();
        if (1..=4).contains(&capitals) {
            from -= 1 + capitals;
        }
    }
    // The middle dot of a number plate: 京A·12345.
    let dotted = ["·", "•", "・"]
        .iter()
        .find(|dot| text[..from].ends_with(**dot));
    if let Some(dot) = dotted {
        from -= dot.len();
        from -= bytes[..from]
            .iter()
            .rev()
            .take(1)
            .take_while(|b| b.is_ascii_alphabetic())
            .count();
    }
    let from = text[..from]
        .char_indices()
        .rev()
        .take(HAN_BESIDE)
        .take_while(|(_, c)| !c.is_ascii())
        .last()
        .map_or(from, |(at, _)| at);
    let to = text[to..]
        .char_indices()
        .take(HAN_BESIDE)
        .take_while(|(_, c)| !c.is_ascii())
        .last()
        .map_or(to, |(at, c)| to + at + c.len_utf8());
    (from, to)
}

/// Whether most of what surrounds a value are digits: a table of constants, not a person's data.
fn among_numbers(text: &[u8], start: usize, end: usize) -> bool {
    let before = &text[start.saturating_sub(DENSE_WITHIN)..start];
    let after = &text[end..(end + DENSE_WITHIN).min(text.len())];
    let total = before.len() + after.len();
    let digits = before
        .iter()
        .chain(after)
        .filter(|b| b.is_ascii_digit())
        .count();
    total >= DENSE_WITHIN && digits * 100 >= total * DENSE_PERCENT
}

/// Keeps one of overlapping values: what supersedes, then the surer, the longer, the first rule.
fn settle(patterns: &CompiledPatterns, mut values: Vec<Value>) -> Vec<Value> {
    values.sort_by_key(|v| (v.start, v.end, v.rule));
    values.dedup_by(|a, b| (a.start, a.end, a.rule) == (b.start, b.end, b.rule));
    let beats = |a: &Value, b: &Value| {
        let supersedes = |x: &Value, y: &Value| patterns.rule(x.rule).supersedes.contains(&y.rule);
        if supersedes(a, b) != supersedes(b, a) {
            return supersedes(a, b);
        }
        let key = |v: &Value| (v.confidence, v.end - v.start, std::cmp::Reverse(v.rule));
        key(a) > key(b)
    };
    let mut kept: Vec<Value> = Vec::with_capacity(values.len());
    for value in values {
        // Only the last kept values can overlap: they are in order of their starts.
        let mut wins = true;
        while let Some(last) = kept.last()
            && last.end > value.start
        {
            if beats(&value, last) {
                kept.pop();
            } else {
                wins = false;
                break;
            }
        }
        if wins {
            kept.push(value);
        }
    }
    kept
}

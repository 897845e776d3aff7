//! From matches in a window to findings of the record: counted all, kept as many as are wanted.

use super::{MEMBERS_KEPT, RecordScan, Window};
use crate::detect::aggregate::Member;
use crate::detect::excerpt::{Hide, excerpt};
use crate::detect::keyword::Candidate;
use crate::detect::pii::Value;
use crate::detect::rights::Mark;
use crate::rules::syntax::Mask;
use crate::scan::Distinct;
use crate::text::{FoldTable, numerals};
use crate::{Details, Finding, Folds, RuleIndex, Span};

/// Entities of marks of rights begin so; what they find is public by its purpose.
const RIGHTS: &str = "rights.";

/// No mark is longer, in bytes of any width: 4,000 characters and its word.
const LONGEST_SECRET: u64 = 16 << 10;

/// What was found at a place.
#[derive(Clone, Copy)]
enum Which<'a> {
    Term(&'a Candidate),
    Value(&'a Value),
    Mark(&'a Mark),
}

impl Which<'_> {
    const fn rank(self) -> (u8, RuleIndex) {
        match self {
            // Terms, and values, come in the order in which they were found.
            Self::Term(_) => (0, RuleIndex(0)),
            Self::Value(_) => (1, RuleIndex(0)),
            Self::Mark(mark) => (2, mark.rule),
        }
    }
}

impl RecordScan<'_> {
    /// Keeps what of a window is its own, in the order of its places.
    pub(super) fn record_window(
        &mut self,
        window: &Window<'_>,
        candidates: &[Candidate],
        values: &[(Value, Span)],
        marks: &[Mark],
    ) {
        let mut spans: Vec<Span> = values.iter().map(|(_, span)| *span).collect();
        let hidden = marks.iter().filter(|mark| !self.is_shown(mark.rule));
        let mut secrets: Vec<Span> = hidden.map(|mark| mark.span).collect();
        secrets.sort_unstable();
        spans.extend(&secrets);
        let mut counter = CodePoints::new(window.text, window.characters);
        // In the order of their places, so that characters are counted once.
        let mut order: Vec<(Span, Which<'_>)> = Vec::new();
        let terms = candidates.iter();
        order.extend(terms.map(|of| (Span::new(of.start, of.end), Which::Term(of))));
        let values = values
            .iter()
            .filter(|(_, span)| !holds_secret(*span, &secrets));
        order.extend(values.map(|(of, span)| (*span, Which::Value(of))));
        order.extend(marks.iter().map(|of| (of.span, Which::Mark(of))));
        order.sort_by_key(|(span, which)| (span.start, span.end, which.rank()));
        for (span, which) in order {
            if !window.own.contains(&(span.start as usize)) {
                continue;
            }
            let code_points = counter.span(span);
            match which {
                Which::Term(of) => self.keyword(window, of, span, code_points, &spans),
                Which::Value(of) => self.value(window, of, span, code_points, &spans),
                Which::Mark(of) => self.mark(window, of, code_points, &spans),
            }
        }
    }

    fn keyword(
        &mut self,
        window: &Window<'_>,
        candidate: &Candidate,
        span: Span,
        code_points: Span,
        values: &[Span],
    ) {
        let spec = self.scanner.terms.rules[candidate.rule.0 as usize]
            .as_ref()
            .expect("candidates come from keyword rules");
        let own = (!self.is_shown(candidate.rule)).then(Mask::default);
        let term = &self.scanner.terms.terms[candidate.term as usize];
        let disguised = candidate.folds.intersects(Folds::EVASION);
        let value = (spec.groups == 0)
            .then(|| self.scanner.value_hash(candidate.rule, term.as_bytes()))
            .flatten();
        self.keep_with_excerpt(window, span, &Hide { values, own }, |excerpt| Finding {
            field: window.path.to_owned(),
            span: span.shifted(window.base),
            rule: candidate.rule,
            code_points,
            confidence: match disguised {
                true => spec.disguised,
                false => spec.confidence,
            },
            reasons: match (spec.groups, disguised) {
                (0, false) => "term",
                (0, true) => "term+evasion",
                (_, false) => "combination",
                (_, true) => "combination+evasion",
            }
            .to_owned(),
            excerpt,
            value,
            folds: candidate.folds,
            suppressed_by: candidate
                .harmless
                .map(|i| spec.near[usize::from(i)].1.clone()),
            details: Details::default(),
        });
    }

    fn value(
        &mut self,
        window: &Window<'_>,
        value: &Value,
        span: Span,
        code_points: Span,
        values: &[Span],
    ) {
        let rule = self.scanner.patterns.rule(value.rule);
        if value.allowed.is_none() {
            self.member(window, value, span, code_points);
        }
        let original = &window.text[span.range()];
        let mut folds = FoldTable::get().folds_of(original);
        // Case is no fold for values: patterns see it. They see numerals too, but for numbers.
        let mut unfolded = Folds::CASE.union(Folds::NUMERAL);
        numerals::each(original, |_| unfolded = Folds::CASE);
        folds.0 &= !unfolded.0;
        let hash = self.scanner.value_hash(value.rule, &value.compact);
        let hide = Hide {
            values,
            own: Some(rule.mask),
        };
        self.keep_with_excerpt(window, span, &hide, |excerpt| Finding {
            field: window.path.to_owned(),
            span: span.shifted(window.base),
            rule: value.rule,
            code_points,
            confidence: value.confidence,
            reasons: value.reasons.clone(),
            excerpt,
            value: hash,
            folds,
            suppressed_by: value.allowed.clone(),
            details: Details::default(),
        });
    }

    fn mark(&mut self, window: &Window<'_>, mark: &Mark, code_points: Span, values: &[Span]) {
        let spec = &self.scanner.rules.rules()[mark.rule.0 as usize];
        let own = (!self.is_shown(mark.rule)).then(|| spec.mask.unwrap_or_default());
        let value = mark.value.as_deref();
        let value = value.and_then(|value| self.scanner.value_hash(mark.rule, value));
        let original = &window.text[mark.span.range()];
        // Patterns of marks see case and the way the text is laid out.
        let folds = FoldTable::get().folds_of(original).without(Folds::CASE);
        self.keep_with_excerpt(window, mark.span, &Hide { values, own }, |excerpt| {
            Finding {
                field: window.path.to_owned(),
                span: mark.span.shifted(window.base),
                rule: mark.rule,
                code_points,
                confidence: mark.confidence,
                reasons: mark.reasons.clone(),
                excerpt,
                value,
                folds,
                suppressed_by: mark.allowed.clone(),
                details: mark.details.clone(),
            }
        });
    }

    /// Whether what a mark rule finds may be shown: what is said of rights, but no secret.
    fn is_shown(&self, rule: RuleIndex) -> bool {
        let entity = self.scanner.rules.info(rule).entity.as_deref();
        entity.is_none_or(|entity| entity.starts_with(RIGHTS))
    }

    /// Notes a value for the aggregates.
    fn member(&mut self, window: &Window<'_>, value: &Value, span: Span, code_points: Span) {
        let name = &self.scanner.patterns.rule(value.rule).entity;
        let entity = match self.so_far.entities.iter().position(|e| e == name) {
            Some(entity) => entity,
            None => {
                self.so_far.entities.push(name.clone());
                self.so_far.distinct.push(Distinct::default());
                self.so_far.entities.len() - 1
            }
        };
        let digest = blake3::hash(&value.compact);
        let hash = u64::from_le_bytes(digest.as_bytes()[..8].try_into().expect("eight bytes"));
        self.so_far.distinct[entity].insert(hash);
        if self.so_far.members.len() < MEMBERS_KEPT {
            let field = self.field_number(window.path);
            let position = self.so_far.found.characters + code_points.start;
            self.so_far.members.push(Member {
                field,
                span: span.shifted(window.base),
                position,
                entity,
            });
        }
    }

    fn field_number(&mut self, path: &str) -> usize {
        if self.so_far.fields.last().is_none_or(|last| last != path) {
            self.so_far.fields.push(path.to_owned());
        }
        self.so_far.fields.len() - 1
    }

    /// Counts a finding, and keeps it unless its rule has enough; only then its excerpt is made.
    fn keep_with_excerpt(
        &mut self,
        window: &Window<'_>,
        span: Span,
        hide: &Hide<'_>,
        make: impl FnOnce(String) -> Finding,
    ) {
        let finding = make(String::new());
        if let Some(hash) = finding.value
            && finding.suppressed_by.is_none()
        {
            self.so_far.found.values.push((finding.rule, hash.short()));
        }
        if self.keep(finding) {
            let last = self
                .so_far
                .found
                .findings
                .last_mut()
                .expect("it was just kept");
            last.excerpt = excerpt(window.text, span, hide);
        }
    }

    /// Counts a finding; whether it was kept.
    pub(super) fn keep(&mut self, finding: Finding) -> bool {
        if let Some(profile) = &self.scanner.profile {
            profile.found(finding.rule);
        }
        let counts = self.so_far.found.counts.entry(finding.rule).or_default();
        let kept = match finding.suppressed_by {
            None => &mut counts.open,
            Some(_) => &mut counts.suppressed,
        };
        *kept += 1;
        let keep = *kept <= self.scanner.options.keep as u64;
        if keep {
            self.so_far.found.findings.push(finding);
        }
        keep
    }
}

/// Whether a value is more than a secret and has part of one: the password of an address with the
/// host behind it looks like an address of mail. `secrets` are in order.
fn holds_secret(value: Span, secrets: &[Span]) -> bool {
    let before = secrets.partition_point(|secret| secret.start < value.end);
    let near = secrets[..before].iter().rev();
    let mut near = near.take_while(|secret| secret.start + LONGEST_SECRET > value.start);
    near.any(|secret| {
        let inside = secret.start <= value.start && value.end <= secret.end;
        secret.overlaps(value) && !inside
    })
}

/// Counts code points up to places that come in order.
struct CodePoints<'a> {
    text: &'a str,
    at: usize,
    count: u64,
}

impl<'a> CodePoints<'a> {
    const fn new(text: &'a str, before: u64) -> Self {
        Self {
            text,
            at: 0,
            count: before,
        }
    }

    fn span(&mut self, span: Span) -> Span {
        let start = span.start as usize;
        if start >= self.at {
            self.count += self.text[self.at..start].chars().count() as u64;
            self.at = start;
        }
        let length = self.text[span.range()].chars().count() as u64;
        Span {
            start: self.count,
            end: self.count + length,
        }
    }
}

//! [`RecordScan`]: one record, field by field, to its findings.

use std::collections::BTreeMap;
use std::time::Instant;

mod found;
mod origin;
mod works;

use super::aggregate::Member;
use super::pii::{Key, Search, Value};
use super::profile::Stage;
use super::rights::Part;
use super::scanner::{Scanner, Scratch};
use crate::origins::OriginFacts;
use crate::scan::{Distinct, FindingCounts};
use crate::text::FoldTable;
use crate::works::{Gathered, Known, Overlaps};
use crate::{Details, Finding, Folds, RuleIndex, Span};

/// Bytes of a field that are searched at once. Longer fields are searched in windows that
/// begin at multiples of it, whatever the shard was cut into.
pub const WINDOW: usize = 1 << 20;
/// Bytes that a window sees of its neighbours; nothing that is looked for is longer.
const OVERLAP: usize = 4 << 10;
/// Members of aggregates kept per record; values beyond them are only counted.
const MEMBERS_KEPT: usize = 10_000;

/// What was found in one record.
#[derive(Debug, Default)]
pub struct RecordFindings {
    /// Kept findings, in order.
    pub findings: Vec<Finding>,
    /// All findings, by rule.
    pub counts: BTreeMap<RuleIndex, FindingCounts>,
    /// Hashes of all different values, by rule; empty without a key.
    pub values: Vec<(RuleIndex, u64)>,
    /// Bytes of text searched.
    pub text_bytes: u64,
    /// Characters of text searched.
    pub characters: u64,
    /// What its address is.
    pub origin: OriginFacts,
    /// Fingerprints of the text, if they are wanted.
    pub fingerprints: Gathered,
}

/// A record while it is scanned.
pub struct RecordScan<'s> {
    scanner: &'s Scanner,
    scratch: &'s mut Scratch,
    so_far: PausedRecord,
    /// Works it is compared with.
    works: Option<&'s Known>,
}

/// A record as far as it was scanned, which can be put aside, to be gone on with later and on
/// another thread; see [`RecordScan::pause`].
#[derive(Default)]
pub struct PausedRecord {
    found: RecordFindings,
    fields: Vec<String>,
    members: Vec<Member>,
    entities: Vec<String>,
    distinct: Vec<Distinct>,
    open: Option<OpenField>,
    overlaps: Option<Box<Overlaps>>,
}

impl PausedRecord {
    /// Whether a field has begun that has not ended.
    pub const fn in_field(&self) -> bool {
        self.open.is_some()
    }
}

/// A field that comes in parts: what is not searched yet, and where it lies.
struct OpenField {
    path: String,
    key: String,
    buffer: String,
    /// First byte of the buffer in the field, and the characters before it.
    base: u64,
    base_characters: u64,
    /// Where the next window's own part begins in the buffer.
    own: usize,
}

/// One window of a field.
struct Window<'a> {
    path: &'a str,
    key: &'a str,
    text: &'a str,
    /// First byte of the window in the field.
    base: u64,
    /// Characters of the field before the window.
    characters: u64,
    /// The part of the window whose findings are its own.
    own: std::ops::Range<usize>,
}

impl<'s> RecordScan<'s> {
    pub(super) fn new(scanner: &'s Scanner, scratch: &'s mut Scratch) -> Self {
        Self::resume(scanner, scratch, PausedRecord::default())
    }

    /// Puts the record aside, so that the buffers are free for others.
    pub fn pause(self) -> PausedRecord {
        self.so_far
    }

    /// Goes on with a record that was put aside.
    pub(super) fn resume(
        scanner: &'s Scanner,
        scratch: &'s mut Scratch,
        so_far: PausedRecord,
    ) -> Self {
        Self {
            scanner,
            scratch,
            so_far,
            works: match (&scanner.options.works, scanner.options.membership) {
                (Some(known), _) => Some(known),
                (None, true) => Some(Known::NONE),
                (None, false) => None,
            },
        }
    }

    /// Compares it with other works than those of the scanner; before the first field.
    pub(super) const fn compare_with(&mut self, works: Option<&'s Known>) {
        self.works = works;
    }

    /// Scans one field. `path` names it in findings, `key` is its last part, as context.
    pub fn field(&mut self, path: &str, key: &str, text: &str) {
        self.so_far.found.text_bytes += text.len() as u64;
        let characters = text.chars().count() as u64;
        if text.len() <= WINDOW {
            self.window(&Window {
                path,
                key,
                text,
                base: 0,
                characters: 0,
                own: 0..text.len(),
            });
        } else {
            let (mut at, mut before) = (0, 0);
            while at < text.len() {
                let end = floor(text, at + WINDOW);
                let from = floor(text, at.saturating_sub(OVERLAP));
                let to = floor(text, end + OVERLAP);
                let lead = text[from..at].chars().count() as u64;
                self.window(&Window {
                    path,
                    key,
                    text: &text[from..to],
                    base: from as u64,
                    characters: before - lead,
                    own: at - from..if end == text.len() {
                        usize::MAX
                    } else {
                        end - from
                    },
                });
                before += text[at..end].chars().count() as u64;
                at = end;
            }
        }
        self.end_overlaps(path);
        self.so_far.found.characters += characters;
    }

    /// Scans a field that comes in parts, such as a very long escaped string: the same findings
    /// as [`RecordScan::field`] over the whole, in memory for one window.
    ///
    /// `next` appends the next part to the buffer and says whether there was one.
    pub fn feed(&mut self, path: &str, key: &str, mut next: impl FnMut(&mut String) -> bool) {
        self.open_field(path, key);
        let mut open = self.so_far.open.take().expect("it was just opened");
        while next(&mut open.buffer) {
            self.full_windows(&mut open);
        }
        self.so_far.open = Some(open);
        self.end_field();
    }

    /// Scans the next part of a field: the same findings as [`RecordScan::field`] over all parts
    /// together. The field goes on until [`RecordScan::end_field`].
    pub fn part(&mut self, path: &str, key: &str, text: &str) {
        if self.so_far.open.is_none() {
            self.open_field(path, key);
        }
        let mut open = self.so_far.open.take().expect("it was just opened");
        open.buffer.push_str(text);
        self.full_windows(&mut open);
        self.so_far.open = Some(open);
    }

    /// Ends a field that came in parts, if there is one.
    pub fn end_field(&mut self) {
        let Some(mut open) = self.so_far.open.take() else {
            return;
        };
        while !self.next_window(&mut open, true) {}
        self.end_overlaps(&open.path);
        self.scratch.feed = open.buffer;
    }

    fn open_field(&mut self, path: &str, key: &str) {
        let mut buffer = std::mem::take(&mut self.scratch.feed);
        buffer.clear();
        self.so_far.open = Some(OpenField {
            path: path.to_owned(),
            key: key.to_owned(),
            buffer,
            base: 0,
            base_characters: 0,
            own: 0,
        });
    }

    fn full_windows(&mut self, open: &mut OpenField) {
        while open.buffer.len() >= open.own + WINDOW + OVERLAP + 4 {
            self.next_window(open, false);
        }
    }

    /// Searches the next window of what is there, `whole` if no more is coming. Returns whether
    /// it was the last one.
    fn next_window(&mut self, open: &mut OpenField, whole: bool) -> bool {
        // Windows are the same as those of `field`: cut from multiples that were floored.
        let OpenField {
            path,
            key,
            buffer,
            base,
            base_characters,
            own,
        } = open;
        let end = floor(buffer, *own + WINDOW);
        let to = floor(buffer, end + OVERLAP);
        let last = whole && end == buffer.len();
        self.window(&Window {
            path,
            key,
            text: &buffer[..to],
            base: *base,
            characters: *base_characters,
            own: *own..if last { usize::MAX } else { end },
        });
        self.so_far.found.text_bytes += (end - *own) as u64;
        self.so_far.found.characters += buffer[*own..end].chars().count() as u64;
        if last {
            return true;
        }
        let keep = floor(buffer, end - OVERLAP.min(end));
        *base += keep as u64;
        *base_characters += buffer[..keep].chars().count() as u64;
        *own = end - keep;
        buffer.drain(..keep);
        false
    }

    /// Ends the record: aggregates, thresholds of rules, order.
    pub fn finish(mut self) -> RecordFindings {
        self.add_overlaps();
        if self.so_far.found.counts.is_empty() {
            return self.so_far.found;
        }
        self.so_far.members.sort_by_key(|m| (m.position, m.span));
        for index in 0..self.scanner.aggregates.len() {
            let rule = &self.scanner.aggregates[index];
            for group in rule.groups(
                &self.so_far.members,
                &self.so_far.entities,
                &self.so_far.distinct,
            ) {
                let finding = Finding {
                    field: self.so_far.fields[group.field].clone(),
                    span: group.span,
                    rule: group.rule,
                    code_points: Span::new(0, 0),
                    confidence: group.confidence,
                    reasons: format!("count:{}", group.count),
                    excerpt: String::new(),
                    value: None,
                    folds: Folds::default(),
                    suppressed_by: None,
                    details: Details::default(),
                };
                self.keep(finding);
            }
        }
        self.apply_thresholds();
        self.so_far.found.findings.sort();
        self.so_far.found
    }

    /// Drops rules that ask for more matches than there are.
    fn apply_thresholds(&mut self) {
        let characters = self.so_far.found.characters.max(1) as f64;
        let rules = &self.scanner.terms.rules;
        let too_few = |rule: RuleIndex, counts: &FindingCounts| {
            rules[rule.0 as usize].as_ref().is_some_and(|spec| {
                let open = counts.open;
                // A rule that asks for one match keeps those that are suppressed as well.
                (spec.min_count > 1 && open < spec.min_count)
                    || (open as f64) * 1000.0 < spec.density * characters
            })
        };
        let dropped: Vec<RuleIndex> = self
            .so_far
            .found
            .counts
            .iter()
            .filter(|(r, c)| too_few(**r, c))
            .map(|(r, _)| *r)
            .collect();
        for rule in dropped {
            self.so_far.found.counts.remove(&rule);
            self.so_far.found.findings.retain(|f| f.rule != rule);
            self.so_far.found.values.retain(|(r, _)| *r != rule);
        }
    }

    /// Searches one window and keeps what is its own.
    fn window(&mut self, window: &Window<'_>) {
        let scanner = self.scanner;
        self.compare(window);
        let Scratch {
            view,
            hits,
            around,
            key,
            segments,
            candidates,
            marks,
            mark_key,
            ..
        } = &mut *self.scratch;
        let profile = scanner.profile.as_ref();
        let began = profile.map(|_| Instant::now());
        let stage = |which, since: Option<Instant>| {
            profile.zip(since).map(|(p, since)| p.stage(which, since))
        };
        hits.clear();
        scanner
            .everywhere
            .find_within(window.text, 0..window.text.len(), hits);
        let began = stage(Stage::Keywords, began);
        scanner
            .settle
            .run(&scanner.terms, hits, window.text, around, candidates);
        let began = stage(Stage::Settle, began);
        let (patterns, terms) = (&scanner.patterns, &scanner.terms);
        if key.name != window.key {
            *key = Key::new(patterns, window.key);
        }
        scanner
            .anchors
            .segments(patterns, terms, window.text, key, hits, segments);
        let began = stage(Stage::Anchors, began);
        let part = Part::new(window.key, window.text, window.own.clone(), hits, terms);
        marks.clear();
        scanner
            .marks
            .find(&part, (window.key, mark_key), view, marks);
        let mut began = stage(Stage::Marks, began);
        let mut values: Vec<(Value, Span)> = Vec::new();
        for segment in segments.iter() {
            view.fold(&window.text[segment.clone()], FoldTable::get());
            began = stage(Stage::Fold, began);
            around.clear();
            scanner
                .settle
                .finder()
                .find_within(view.lowered(), 0..view.lowered().len(), around);
            let found = Search::new(patterns, terms, view, around, &key.folded, profile).run();
            values.extend(found.into_iter().map(|value| {
                let span = view.original(value.start, value.end);
                (value, span.shifted(segment.start as u64))
            }));
            began = stage(Stage::Patterns, began);
        }
        if candidates.is_empty() && values.is_empty() && marks.is_empty() {
            return;
        }
        let candidates = std::mem::take(candidates);
        let marks = std::mem::take(marks);
        self.record_window(window, &candidates, &values, &marks);
        self.scratch.candidates = candidates;
        self.scratch.marks = marks;
    }
}

/// The last character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

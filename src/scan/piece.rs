//! One piece of a shard, record by record: bytes in, [`PieceOutcome`] out.

use std::collections::BTreeMap;

use super::known::{Escapes, ShardTouch};
use super::outcome::{FindingCounts, PieceOutcome, RecordIssue, RecordOutcome, ShardIndex};
use super::{ScanOptions, Tally};
use crate::corpus::split::json::{self, FieldText, Meta, NoRecord, Unescape};
use crate::detect::{RecordFindings, Scanner, Scratch};
use crate::rules::RuleInfo;
use crate::{Finding, RuleIndex};

/// Bytes decoded at a time from very long escaped strings.
const PART: usize = 256 << 10;
/// A document up to so many bytes is scanned without looking up in between.
const AT_ONCE: usize = 8 << 20;
/// Reasons under which a record is noted although it was scanned.
const WHOLE_RECORD: &str = "note:no-text-path";
const REPEATED_KEY: &str = "note:repeated-key";
const INVALID_UTF8: &str = "note:invalid-utf8";

/// What the scan of a piece needs.
#[derive(Clone, Copy)]
pub struct PieceContext<'a> {
    /// Compiled rules.
    pub scanner: &'a Scanner,
    /// How records are read.
    pub options: &'a ScanOptions,
    /// The shard's own source.
    pub source: &'a str,
    /// Which records to scan again, of a shard that an earlier scan knows.
    pub touch: Option<ShardTouch<'a>>,
}

/// A piece while it is scanned.
pub struct Piece<'a> {
    context: PieceContext<'a>,
    scratch: &'a mut Scratch,
    outcome: PieceOutcome,
    record: u64,
    /// A line without its escapes.
    flat: String,
}

impl<'a> Piece<'a> {
    /// Begins piece number `piece` of `shard`.
    pub fn new(
        context: PieceContext<'a>,
        scratch: &'a mut Scratch,
        shard: ShardIndex,
        piece: u32,
    ) -> Self {
        let outcome = PieceOutcome {
            shard,
            piece,
            records: super::Counts::default(),
            bytes: super::Counts::default(),
            issues: Vec::new(),
            reasons: BTreeMap::new(),
            replaced_bytes: 0,
            outcomes: Vec::new(),
            tally: Tally::default(),
        };
        Self {
            context,
            scratch,
            outcome,
            record: 0,
            flat: String::new(),
        }
    }

    /// What the piece gave.
    pub fn finish(self) -> PieceOutcome {
        self.outcome
    }

    /// Passes over a line, or a whole document, of which an earlier scan has said all: whether it
    /// did. `bytes` is its stored length.
    fn passes(&mut self, text: &str, offset: u64, bytes: u64, escapes: Escapes) -> bool {
        let Some(touch) = self.context.touch else {
            return false;
        };
        if touch.touches(text, offset, escapes, &mut self.flat, self.scratch) {
            return false;
        }
        self.outcome.records.scanned += 1;
        self.outcome.bytes.scanned += bytes;
        let tally = tally_of(&mut self.outcome.tally, self.context.source);
        tally.records.scanned += 1;
        tally.bytes.scanned += bytes;
        self.record += 1;
        true
    }

    /// Scans one line of JSON Lines, its line end included, which begins at `offset` of the
    /// decoded shard.
    pub fn json_line(&mut self, line: &[u8], offset: u64) {
        match simdutf8::basic::from_utf8(line) {
            Ok(text) => self.json_text(text, offset, line.len() as u64),
            Err(_) => {
                self.note(INVALID_UTF8);
                let mut decoder = LossyUtf8::default();
                let mut text = String::with_capacity(line.len());
                decoder.push(line, &mut text);
                decoder.end(&mut text);
                self.outcome.replaced_bytes += decoder.replaced;
                self.json_text(&text, offset, line.len() as u64);
            }
        }
    }

    /// [`Piece::json_line`] of a line that is known to be UTF-8; `bytes` is its stored length.
    pub fn json_text(&mut self, line: &str, offset: u64, bytes: u64) {
        if self.passes(line, offset, bytes, Escapes::Json) {
            return;
        }
        let text = if offset == 0 {
            line.trim_start_matches('\u{FEFF}')
        } else {
            line
        };
        if text.bytes().all(|b| b.is_ascii_whitespace()) {
            return self.skipped(offset, bytes, "blank-line");
        }
        let mut scan = self.context.scanner.record(self.scratch);
        let options = self.context.options;
        let result = json::record(
            text,
            &options.text,
            &options.meta,
            &mut |name, field| match field {
                FieldText::Plain(text) => scan.field(name.path, name.key, text),
                FieldText::Escaped(inside) if inside.len() <= PART => {
                    let mut text = String::with_capacity(inside.len());
                    Unescape::new(inside).fill(&mut text, usize::MAX);
                    scan.field(name.path, name.key, &text);
                }
                FieldText::Escaped(inside) => {
                    let mut unescape = Unescape::new(inside);
                    scan.feed(name.path, name.key, |buffer| unescape.fill(buffer, PART));
                }
            },
        );
        match result {
            Ok(meta) => {
                let found = scan.finish();
                if meta.whole {
                    self.note(WHOLE_RECORD);
                }
                if meta.repeated_key {
                    self.note(REPEATED_KEY);
                }
                self.scanned(offset, bytes, meta, found);
            }
            Err(NoRecord::NoText) => self.skipped(offset, bytes, "no-text"),
            Err(NoRecord::NotJson) => self.failed(offset, bytes, "not-json"),
            Err(NoRecord::NotObject) => self.failed(offset, bytes, "not-object"),
        }
    }

    /// Scans a whole file as one document that lies in memory.
    ///
    /// `watch` is told of every part that was read, in bytes, and says whether to go on; after a
    /// no the piece is worth nothing.
    pub fn document(&mut self, content: &[u8], mut watch: impl FnMut(usize) -> bool) {
        let bytes = content.len() as u64;
        let text = content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(content);
        let valid = simdutf8::basic::from_utf8(text);
        let (Ok(text), true) = (valid, content.len() <= AT_ONCE) else {
            let mut rest = content;
            let parts = |part: &mut Vec<u8>| {
                let (head, tail) = rest.split_at(PART.min(rest.len()));
                part.extend_from_slice(head);
                rest = tail;
                watch(head.len()) && !rest.is_empty()
            };
            return self.stream(parts);
        };
        watch(content.len());
        if self.passes(text, 0, bytes, Escapes::None) {
            return;
        }
        let mut scan = self.context.scanner.record(self.scratch);
        scan.field("", "", text);
        let found = scan.finish();
        self.scanned(0, bytes, Meta::default(), found);
    }

    /// Scans a whole file as one document that comes in parts; `next` appends a part and says
    /// whether there is more.
    pub fn stream(&mut self, mut next: impl FnMut(&mut Vec<u8>) -> bool) {
        let (mut decoder, mut part, mut bytes, mut more) =
            (LossyUtf8::default(), Vec::new(), 0u64, true);
        let mut scan = self.context.scanner.record(self.scratch);
        scan.feed("", "", |buffer| {
            if more {
                part.clear();
                more = next(&mut part);
                let fresh = if bytes == 0 {
                    part.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&part)
                } else {
                    &part
                };
                decoder.push(fresh, buffer);
                bytes += part.len() as u64;
            }
            if !more {
                decoder.end(buffer);
            }
            more
        });
        let found = scan.finish();
        let replaced = decoder.replaced;
        self.outcome.replaced_bytes += replaced;
        if bytes == 0 {
            return;
        }
        // More than one byte in fifty replaced: this is not UTF-8 text with a few bad bytes, and
        // what was searched is not what a person would read.
        if replaced * 50 > bytes {
            return self.failed(0, bytes, "charset");
        }
        if replaced > 0 {
            self.note(INVALID_UTF8);
        }
        self.scanned(0, bytes, Meta::default(), found);
    }

    /// Counts a record that cannot be read.
    pub fn failed(&mut self, offset: u64, bytes: u64, reason: &str) {
        self.outcome.records.failed += 1;
        self.outcome.bytes.failed += bytes;
        let tally = tally_of(&mut self.outcome.tally, self.context.source);
        tally.records.failed += 1;
        tally.bytes.failed += bytes;
        self.issue(offset, bytes, reason);
    }

    fn skipped(&mut self, offset: u64, bytes: u64, reason: &str) {
        self.outcome.records.skipped += 1;
        self.outcome.bytes.skipped += bytes;
        let tally = tally_of(&mut self.outcome.tally, self.context.source);
        tally.records.skipped += 1;
        tally.bytes.skipped += bytes;
        self.issue(offset, bytes, reason);
    }

    fn issue(&mut self, offset: u64, bytes: u64, reason: &str) {
        self.note(reason);
        if self.outcome.issues.len() < PieceOutcome::ISSUES_KEPT {
            let reason = reason.to_owned();
            self.outcome.issues.push(RecordIssue {
                record: self.record,
                offset,
                bytes,
                reason,
            });
        }
        self.record += 1;
    }

    fn note(&mut self, reason: &str) {
        match self.outcome.reasons.get_mut(reason) {
            Some(count) => *count += 1,
            None => drop(self.outcome.reasons.insert(reason.to_owned(), 1)),
        }
    }

    fn scanned(&mut self, offset: u64, bytes: u64, meta: Meta, found: RecordFindings) {
        let Meta { id, sources, .. } = meta;
        self.outcome.records.scanned += 1;
        self.outcome.bytes.scanned += bytes;
        let source = self
            .context
            .options
            .sources
            .decide(&sources, self.context.source);
        let tally = tally_of(&mut self.outcome.tally, &source);
        tally.records.scanned += 1;
        tally.bytes.scanned += bytes;
        tally.text_bytes += found.text_bytes;
        tally.characters += found.characters;
        if !found.counts.is_empty() {
            let infos = self.context.scanner.rules().infos();
            count_findings(tally, infos, &found.counts, &found.values, &found.findings);
        }
        // Of a known shard it is told as well that nothing is found any more.
        let told = self.context.options.sidecar || self.context.touch.is_some();
        if !found.counts.is_empty() || told {
            self.outcome.outcomes.push(RecordOutcome {
                record: self.record,
                offset,
                bytes,
                id,
                source: source.into_owned(),
                characters: found.characters,
                counts: found.counts,
                findings: found.findings,
            });
        }
        self.record += 1;
    }
}

fn tally_of<'t>(tally: &'t mut Tally, source: &str) -> &'t mut super::SourceTally {
    if !tally.sources.contains_key(source) {
        tally
            .sources
            .insert(source.to_owned(), super::SourceTally::default());
    }
    tally.sources.get_mut(source).expect("it was just put in")
}

/// Adds a record's findings to the counts of its source.
///
/// `counts`: all findings by rule; `values`: hashes of those that count; `findings`: those kept.
pub fn count_findings(
    tally: &mut super::SourceTally,
    infos: &[RuleInfo],
    counts: &BTreeMap<RuleIndex, FindingCounts>,
    values: &[(RuleIndex, u64)],
    findings: &[Finding],
) {
    let info = |rule: RuleIndex| &infos[rule.0 as usize];
    let mut risks: BTreeMap<&str, FindingCounts> = BTreeMap::new();
    let mut entities: BTreeMap<&str, FindingCounts> = BTreeMap::new();
    let mut any_open = false;
    for (rule, counts) in counts {
        any_open |= counts.open > 0;
        let info = info(*rule);
        add(tally.rules.entry(info.id.clone()).or_default(), *counts);
        for (sum, name) in [(&mut risks, &info.risk), (&mut entities, &info.entity)] {
            if let Some(name) = name {
                let sum = sum.entry(name).or_default();
                sum.open += counts.open;
                sum.suppressed += counts.suppressed;
            }
        }
    }
    risks
        .iter()
        .for_each(|(name, c)| add(tally.risks.entry((*name).to_owned()).or_default(), *c));
    entities
        .iter()
        .for_each(|(name, c)| add(tally.entities.entry((*name).to_owned()).or_default(), *c));
    for (rule, value) in values {
        let info = info(*rule);
        let insert = |hits: Option<&mut super::Hits>| {
            if let Some(hits) = hits {
                hits.distinct.get_or_insert_default().insert(*value);
            }
        };
        insert(tally.rules.get_mut(&info.id));
        insert(
            info.risk
                .as_ref()
                .and_then(|risk| tally.risks.get_mut(risk)),
        );
        insert(
            info.entity
                .as_ref()
                .and_then(|entity| tally.entities.get_mut(entity)),
        );
    }
    tally.records_with_findings += u64::from(any_open);
    let surest = findings
        .iter()
        .filter(|f| f.suppressed_by.is_none() && is_bad(info(f.rule)))
        .map(|f| f.confidence)
        .max();
    if let Some(confidence) = surest {
        tally.bad_by_confidence[usize::from(confidence.0.min(100) / 10)] += 1;
    }
}

fn add(hits: &mut super::Hits, counts: FindingCounts) {
    hits.findings += counts.open;
    hits.suppressed += counts.suppressed;
    hits.records += u64::from(counts.open > 0);
}

/// Whether a rule looks for illegal or undesirable information in the sense of `SRC-01`: it has
/// an ecology code, and is not about personal data, whose lawfulness is a question of its basis.
fn is_bad(info: &RuleInfo) -> bool {
    !info.ecology.is_empty() && info.entity.is_none()
}

/// Text from bytes that should be UTF-8 and come in parts; what is not is replaced and counted.
#[derive(Default)]
pub struct LossyUtf8 {
    carry: Vec<u8>,
    /// Bytes that were replaced.
    pub replaced: u64,
}

impl LossyUtf8 {
    /// Appends the text of `bytes` to `out`; a character cut at the end waits for the next part.
    pub fn push(&mut self, bytes: &[u8], out: &mut String) {
        if self.carry.is_empty() {
            let rest = self.take(bytes, out);
            self.carry.extend_from_slice(rest);
        } else {
            let mut joined = std::mem::take(&mut self.carry);
            joined.extend_from_slice(bytes);
            let rest = self.take(&joined, out).to_vec();
            self.carry = rest;
        }
    }

    /// Replaces what is left of a cut character.
    pub fn end(&mut self, out: &mut String) {
        if !self.carry.is_empty() {
            self.replaced += self.carry.len() as u64;
            self.carry.clear();
            out.push('\u{FFFD}');
        }
    }

    fn take<'b>(&mut self, bytes: &'b [u8], out: &mut String) -> &'b [u8] {
        let mut rest = bytes;
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    out.push_str(text);
                    return &[];
                }
                Err(error) => {
                    let (good, bad) = rest.split_at(error.valid_up_to());
                    out.push_str(std::str::from_utf8(good).unwrap_or_default());
                    let Some(length) = error.error_len() else {
                        return bad;
                    };
                    out.push('\u{FFFD}');
                    self.replaced += length as u64;
                    rest = &bad[length..];
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn parts_of_any_size_decode_like_the_whole(bytes: Vec<u8>, cut in 1usize..9) {
            let (mut decoder, mut text) = (LossyUtf8::default(), String::new());
            bytes.chunks(cut).for_each(|part| decoder.push(part, &mut text));
            decoder.end(&mut text);
            proptest::prop_assert_eq!(text, String::from_utf8_lossy(&bytes).into_owned());
        }
    }
}

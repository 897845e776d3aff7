//! [`Families`]: what a run found, near-equal findings told once.
//!
//! A term that stands in a million records is one thing to decide about. A family are the findings
//! of one rule in one source that agree in their value (by its keyed hash; without a key, in the
//! masked words that were found, folded) and in whether they count. The table of findings is read
//! once to count; what does not fit into memory goes through sorted temporary files, so that all
//! numbers are exact for any length of it. It is read once more, as far as need be, for what the
//! families that are shown say.
//!
//! Not all families can be shown. Each rule of a source has the same fair share of the places, so that
//! a noisy one does not hide the others; what is left out is counted.

mod group;
mod part;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::ControlFlow;

use serde::Serialize;

use crate::finding::EXCERPT_CONTEXT;
use crate::rules::{PiClass, RuleInfo};
use crate::run::{FindingRow, GroupRows, Run};
use crate::text::FoldTable;
use crate::{Confidence, RunError, Severity, Span};

use group::Groups;
use part::{Key, Part, Parts, Seen};

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Families.
    pub families: usize,
    /// Places of each.
    pub places: usize,
    /// Families held in memory at a time; decides about nothing else. Ours take some 100 MB.
    pub held: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            families: 10_000,
            places: 5,
            held: 64 << 10,
        }
    }
}

/// Where a finding is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Id of the finding.
    pub id: String,
    /// Path of the shard.
    pub path: String,
    /// Number of the record in it, from 0.
    pub record: u64,
    /// The record's own id, where it has one.
    pub record_id: Option<String>,
    /// Path of the field; empty for a whole file.
    pub field: String,
    /// Where in the field's decoded text, in bytes.
    pub span: Span,
    /// The same in code points.
    pub code_points: Span,
}

/// Findings of one rule in one source that are alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Family {
    /// The first 16 bytes, in hex, of BLAKE3 over source, rule, whether it counts, and value or
    /// folded words. The same in every run with the same key, wherever the findings are.
    pub fingerprint: String,
    /// The source.
    pub source: String,
    /// Id of the rule.
    pub rule: String,
    /// Risk code of the rule.
    pub risk: Option<String>,
    /// Kind of personal data, credential or mark.
    pub entity: Option<String>,
    /// Class of personal data.
    pub class: Option<PiClass>,
    /// How grave.
    pub severity: Severity,
    /// The highest of its findings.
    pub confidence: Confidence,
    /// Why the first of them does not count; none if they count.
    pub suppressed_by: Option<String>,
    /// Masked quotation of the first, of personal data without the words around it; empty if it has
    /// none.
    pub excerpt: String,
    /// Findings that the run kept.
    pub findings: u64,
    /// Records with one.
    pub records: u64,
    /// Files, also in archives, with one.
    pub files: u64,
    /// The first of them, in the order of paths and records.
    pub places: Vec<Place>,
}

/// All families of one rule in one source that count, or do not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FamilyGroup {
    /// The source.
    pub source: String,
    /// Id of the rule.
    pub rule: String,
    /// How grave.
    pub severity: Severity,
    /// Whether they do not count.
    pub suppressed: bool,
    /// Findings that the run kept.
    pub findings: u64,
    /// Families.
    pub families: u64,
    /// Families in [`Families::shown`].
    pub shown: u64,
    /// Findings of these.
    pub shown_findings: u64,
}

/// The families of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Families {
    /// Findings that the run kept: those that the numbers here are of. A run keeps so many a record
    /// and rule.
    pub findings: u64,
    /// Families of them.
    pub families: u64,
    /// Findings of the families in [`Families::shown`].
    pub shown_findings: u64,
    /// Families, as far as the limit goes: those that count first, grave ones first, and those
    /// with the most findings first.
    pub shown: Vec<Family>,
    /// Every rule of every source, in the order of sources and rules.
    pub groups: Vec<FamilyGroup>,
}

impl Families {
    /// From the findings of a run.
    ///
    /// # Errors
    ///
    /// If the table of findings is damaged or cannot be read, or a temporary file cannot be
    /// written.
    pub fn of(run: &Run, limits: Limits) -> Result<Self, RunError> {
        Self::reading(run, limits, |_| false, |_| ())
    }

    /// The same, with whoever else has to see the findings that are `wanted`, in their order: reading
    /// them takes most of the time.
    ///
    /// # Errors
    ///
    /// As [`Families::of`].
    pub fn reading(
        run: &Run,
        limits: Limits,
        wanted: impl Fn(&FindingRow) -> bool + Sync,
        mut also: impl FnMut(&FindingRow) + Send,
    ) -> Result<Self, RunError> {
        let rules = run.rules()?;
        let mut names = Names::new(&rules);
        let mut parts = Parts::holding(limits.held.max(1));
        let mut findings = 0;
        let numbers = names.rule_numbers.clone();
        run.findings()?.by_group(
            |rows| Counted::of(rows, &numbers, &wanted),
            |counted| {
                let sources = names.sources(&counted.sources);
                for seen in &counted.seen {
                    let path = &counted.paths[seen.path as usize];
                    parts.add(seen, sources[seen.source as usize], path)?;
                }
                findings += counted.seen.len() as u64;
                counted.wanted.iter().for_each(&mut also);
                Ok(ControlFlow::Continue(()))
            },
        )?;
        let mut groups = Groups::new(limits.families);
        let mut families = 0;
        parts.each(|part| {
            families += 1;
            groups.add(part);
        })?;
        let (mut totals, parts) = groups.end();
        let mut told = said(run, &parts, limits.places)?;
        let mut shown: Vec<Family> = (parts.into_iter())
            .map(|part| names.family(part, told.remove(&part.key).unwrap_or_default()))
            .collect();
        shown.sort_by(|a, b| order(a).cmp(&order(b)));
        shown.truncate(limits.families);
        for family in &shown {
            let key = (
                names.source_number(&family.source),
                names.rule_number(&family.rule),
                family.suppressed_by.is_some(),
            );
            let total = totals
                .get_mut(&key)
                .expect("a family is counted in its group");
            total.shown += 1;
            total.shown_findings += family.findings;
        }
        let mut groups: Vec<FamilyGroup> = totals
            .into_iter()
            .map(|((source, rule, suppressed), total)| FamilyGroup {
                source: names.sources[source as usize].clone(),
                rule: rules[rule as usize].id.clone(),
                severity: rules[rule as usize].severity,
                suppressed,
                findings: total.findings,
                families: total.families,
                shown: total.shown,
                shown_findings: total.shown_findings,
            })
            .collect();
        groups.sort_by(|a, b| {
            (&a.source, &a.rule, a.suppressed).cmp(&(&b.source, &b.rule, b.suppressed))
        });
        Ok(Self {
            findings,
            families,
            shown_findings: shown.iter().map(|family| family.findings).sum(),
            shown,
            groups,
        })
    }
}

/// Those that count first, then by gravity and number; names decide the rest.
fn order(family: &Family) -> impl Ord + '_ {
    (
        family.suppressed_by.is_some(),
        Reverse(family.severity),
        Reverse(family.findings),
        &family.source,
        &family.rule,
        &family.fingerprint,
    )
}

/// Rules and sources by number, so that a family in memory is small.
struct Names<'a> {
    rules: &'a [RuleInfo],
    rule_numbers: HashMap<&'a str, u32>,
    sources: Vec<String>,
    source_numbers: HashMap<String, u32>,
}

impl<'a> Names<'a> {
    fn new(rules: &'a [RuleInfo]) -> Self {
        Self {
            rules,
            rule_numbers: rules.iter().map(|rule| &*rule.id).zip(0..).collect(),
            sources: Vec::new(),
            source_numbers: HashMap::new(),
        }
    }

    fn rule_number(&self, rule: &str) -> u32 {
        self.rule_numbers[rule]
    }

    fn source_number(&self, source: &str) -> u32 {
        self.source_numbers[source]
    }

    /// The numbers of some sources.
    fn sources(&mut self, sources: &[String]) -> Vec<u32> {
        let number = |source: &String| {
            let next = self.sources.len() as u32;
            *self
                .source_numbers
                .entry(source.clone())
                .or_insert_with(|| {
                    self.sources.push(source.clone());
                    next
                })
        };
        sources.iter().map(number).collect()
    }

    fn family(&self, part: Part, told: Told) -> Family {
        let rule = &self.rules[part.rule as usize];
        Family {
            fingerprint: part.fingerprint(),
            source: self.sources[part.source as usize].clone(),
            rule: rule.id.clone(),
            risk: rule.risk.clone(),
            entity: rule.entity.clone(),
            class: rule.class.clone(),
            severity: rule.severity,
            confidence: part.confidence,
            suppressed_by: told.suppressed_by,
            excerpt: told.excerpt,
            findings: part.findings,
            records: part.records,
            files: part.files,
            places: told.places,
        }
    }
}

/// What is counted of the findings of a row group. Texts that come again stand once.
struct Counted {
    seen: Vec<Seen>,
    paths: Vec<String>,
    sources: Vec<String>,
    wanted: Vec<FindingRow>,
}

impl Counted {
    fn of(
        rows: GroupRows<FindingRow>,
        rules: &HashMap<&str, u32>,
        wanted: impl Fn(&FindingRow) -> bool,
    ) -> Result<Self, RunError> {
        let (mut seen, mut kept) = (Vec::new(), Vec::new());
        let (mut paths, mut sources) = (Vec::<String>::new(), Vec::<String>::new());
        for row in rows {
            let row = row?;
            // Findings stand in the order of their files.
            if paths.last() != Some(&row.path) {
                paths.push(row.path.clone());
            }
            let source = sources.iter().rposition(|source| *source == row.source);
            let source = source.unwrap_or_else(|| {
                sources.push(row.source.clone());
                sources.len() - 1
            });
            seen.push(Seen {
                key: fingerprint(&row),
                rule: number(rules, &row.rule)?,
                source: source as u32,
                path: paths.len() as u32 - 1,
                record: row.record,
                suppressed: row.suppressed_by.is_some(),
                confidence: row.confidence,
            });
            if wanted(&row) {
                kept.push(row);
            }
        }
        Ok(Self {
            seen,
            paths,
            sources,
            wanted: kept,
        })
    }
}

fn number(rules: &HashMap<&str, u32>, rule: &str) -> Result<u32, RunError> {
    rules.get(rule).copied().ok_or_else(|| {
        RunError::state(
            format!("a finding names the rule {rule}, which the run does not have"),
            "yujian verify says what was changed",
        )
    })
}

/// Names the family of a finding.
fn fingerprint(row: &FindingRow) -> Key {
    let state = match row.suppressed_by {
        None => "open",
        Some(_) => "suppressed",
    };
    let (by, identity) = match &row.value_hash {
        Some(hash) => ("value", Cow::Borrowed(hash.as_str())),
        None => ("words", Cow::Owned(words(row))),
    };
    let mut hasher = blake3::Hasher::new();
    for part in [&*row.source, &row.rule, state, by, &identity] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let hash = hasher.finalize();
    let half = |at: usize| {
        let eight = hash.as_bytes()[at..at + 8].try_into();
        u64::from_be_bytes(eight.expect("eight of thirty-two bytes"))
    };
    (half(0), half(8))
}

/// What findings of a family say.
#[derive(Default)]
struct Told {
    suppressed_by: Option<String>,
    excerpt: String,
    places: Vec<Place>,
}

/// What the first findings of some families say, up to so many places each.
fn said(run: &Run, parts: &[Part], places: usize) -> Result<HashMap<Key, Told>, RunError> {
    // How many findings of each are still to be met; the first in any case, for its words.
    let most = places.max(1) as u64;
    let mut left: HashMap<Key, u64> = (parts.iter())
        .map(|part| (part.key, part.findings.min(most)))
        .collect();
    let wanted = left.clone();
    let mut all: HashMap<Key, Told> = HashMap::new();
    run.findings()?.by_group(
        |rows| {
            let mut met: HashMap<Key, u64> = HashMap::new();
            let mut some = Vec::new();
            for row in rows {
                let row = row?;
                let key = fingerprint(&row);
                let Some(most) = wanted.get(&key) else {
                    continue;
                };
                let met = met.entry(key).or_default();
                if *met < *most {
                    *met += 1;
                    some.push((key, row));
                }
            }
            Ok(some)
        },
        |some| {
            for (key, row) in some {
                let Some(more) = left.get_mut(&key) else {
                    continue;
                };
                *more -= 1;
                if *more == 0 {
                    left.remove(&key);
                }
                let told = all.entry(key).or_insert_with(|| Told {
                    suppressed_by: row.suppressed_by.clone(),
                    excerpt: quoted(&row),
                    places: Vec::new(),
                });
                if told.places.len() < places {
                    told.places.push(place(row));
                }
            }
            Ok(match left.is_empty() {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            })
        },
    )?;
    Ok(all)
}

fn place(row: FindingRow) -> Place {
    Place {
        id: row.id,
        path: row.path,
        record: row.record,
        record_id: row.record_id,
        field: row.field,
        span: row.span,
        code_points: row.code_points,
    }
}

/// What is quoted of a finding. Beside personal data stand names that no rule finds, and a report goes
/// through more hands than a run: of such findings the masked value is quoted alone.
fn quoted(row: &FindingRow) -> String {
    let entity = row.entity.as_deref();
    match entity.is_some_and(|entity| !entity.starts_with("rights.")) {
        true => own(row),
        false => row.excerpt.clone(),
    }
}

/// What was found as far as the excerpt shows it, without the words around it.
fn own(row: &FindingRow) -> String {
    let before = (EXCERPT_CONTEXT as u64).min(row.code_points.start);
    let length = row.code_points.end - row.code_points.start;
    let own = row.excerpt.chars().skip(before as usize);
    own.take(length as usize).collect()
}

/// What was found as far as the excerpt shows it, without the words around it, folded; what the
/// finding says of itself if it quotes nothing.
fn words(row: &FindingRow) -> String {
    if row.excerpt.is_empty() {
        let details = row.details.iter();
        return details
            .map(|(name, value)| format!("{name}\0{value}\0"))
            .collect();
    }
    let own = FoldTable::get().term(&own(row));
    // Text is cut in windows, and at the head of one there are fewer words before.
    match own.is_empty() {
        true => FoldTable::get().term(&row.excerpt),
        false => own,
    }
}

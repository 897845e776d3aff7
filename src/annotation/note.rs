//! What was made of records is noted: facts, findings, problems; in the order of the file.

use std::collections::BTreeMap;

use super::facts::{Fact, Facts, Flags, hashed, packed};
use super::read::RecordFile;
use super::records::{EXPECTED, Entry, Fault, Field, Form, Kind, Unit};
use super::registry::{Dates, Employment, Registry};
use super::scan::{Found, ScanTally};
use crate::problem::{Place, Problem};

/// What became of one record.
#[derive(Default)]
pub(super) struct Outcome {
    pub line: u64,
    pub made: Vec<Made>,
    pub cancelled: u64,
    pub faults: Vec<Fault>,
}

pub(super) struct Made {
    pub entry: Entry,
    pub text: u64,
    pub found: Vec<Found>,
}

/// Where outcomes are noted.
pub(super) struct Noted<'a, 'p> {
    pub facts: &'a mut Facts,
    pub scan: &'a mut ScanTally,
    pub registry: Option<&'a Registry>,
    /// What rule documents are for, by their ids.
    pub kinds: &'a BTreeMap<String, Kind>,
    pub place: &'a mut Place<'p>,
}

/// A file while it is read.
pub(super) struct Reading {
    pub number: u32,
    pub stem: String,
    pub batch_by_file: bool,
    pub dates: Dates,
    pub row: RecordFile,
}

impl Reading {
    /// Notes what became of a record.
    pub fn note(&mut self, outcome: Outcome, form: Form, noted: &mut Noted<'_, '_>) {
        let line = outcome.line;
        self.row.cancelled += outcome.cancelled;
        for fault in outcome.faults {
            noted.place.problems.add(Problem {
                name: fault.name.into(),
                gravity: fault.gravity,
                source: None,
                key: None,
                file: noted.place.file.to_owned(),
                line,
                what: fault.what,
                hint: fault.hint,
            });
        }
        for made in outcome.made {
            self.row.entries += 1;
            self.entry(made, line, form, noted);
        }
    }

    fn entry(&mut self, made: Made, line: u64, form: Form, noted: &mut Noted<'_, '_>) {
        let Made {
            mut entry,
            text,
            found,
        } = made;
        if entry.batch.is_empty() && self.batch_by_file {
            entry.batch.clone_from(&self.stem);
            entry.missing &= !(1 << Field::BatchId as u32);
        }
        if entry.kind.is_none()
            && let Some(kind) = noted.kinds.get(&entry.rule)
        {
            // The rules it was made by say what it is for.
            entry.kind = Some(*kind);
            entry.missing &= !(1 << Field::AnnotationKind as u32);
        }
        for (field, style) in &entry.styles {
            self.dates.met(field.name(), *style, line);
        }
        for field in EXPECTED {
            if entry.missing & (1 << *field as u32) != 0 {
                *self.row.missing.entry(field.name().into()).or_default() += 1;
            }
        }
        self.people(&entry, line, noted);
        let file = self.number.to_le_bytes();
        // Ids of other tools are unique within a project only.
        let scope: &[u8] = if form == Form::Yujian { b"" } else { &file };
        let item = match entry.item.as_str() {
            "" => hashed(&[b"line", &file, &line.to_le_bytes()]),
            id => hashed(&[b"item", scope, id.as_bytes()]),
        };
        let task = match entry.task.as_str() {
            "" => item,
            id => hashed(&[b"task", scope, id.as_bytes()]),
        };
        let verdicts = Verdicts::of(&entry);
        let mut flags = Flags::default();
        flags.set(Flags::REVIEWED, verdicts.reviewed);
        flags.set(Flags::PASSED, verdicts.passed);
        flags.set(Flags::DISPUTED, verdicts.disputed);
        flags.set(Flags::ARBITRATED, entry.arbitrated);
        flags.set(Flags::IMAGE, entry.unit == Unit::Image);
        flags.set(Flags::LABELLED, !entry.label.is_empty());
        flags.set(
            Flags::OUTSOURCED,
            entry.employment == Some(Employment::Outsourced),
        );
        let names = &mut noted.facts.names;
        let mut reviews = entry.reviews.iter().filter(|review| !review.by.is_empty());
        let first = reviews.next();
        let more: Vec<_> = reviews
            .map(|review| (names.number(&review.by), packed(review.at)))
            .collect();
        let fact = Fact {
            item,
            task,
            text,
            label: hashed(&[entry.label.as_bytes()]),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            file: self.number,
            batch: names.number(&entry.batch),
            task_type: names.number(&entry.task_type),
            rule: names.number(&entry.rule),
            version: names.number(&entry.rule_version),
            annotator: names.number(&entry.annotator),
            at: packed(entry.at),
            reviewer: first
                .map(|review| names.number(&review.by))
                .unwrap_or_default(),
            reviewed_at: first.map_or(0, |review| packed(review.at)),
            seconds: entry.seconds.unwrap_or(-1.0),
            zone: names.number(&entry.zone),
            risks: entry.risks,
            missing: entry.missing,
            kind: entry.kind,
            flags,
        };
        let id = match entry.item.as_str() {
            "" => format!("{}:{line}", self.row.path),
            id => id.to_owned(),
        };
        self.batch(&entry, verdicts, noted);
        noted
            .scan
            .add(&found, entry.kind, (&id, &self.row.path, line));
        let position = noted.facts.push(fact, &id);
        let more = more
            .into_iter()
            .map(|(reviewer, at)| (position, reviewer, at));
        noted.facts.more_reviews.extend(more);
    }

    fn batch(&self, entry: &Entry, verdicts: Verdicts, noted: &mut Noted<'_, '_>) {
        if entry.batch.is_empty() {
            return;
        }
        let functional = entry.kind == Some(Kind::Functional);
        let batch = match noted.facts.batches.get_mut(&entry.batch) {
            Some(batch) => batch,
            None => noted.facts.batches.entry(entry.batch.clone()).or_default(),
        };
        batch.entries += 1;
        batch.functional += u64::from(functional);
        batch.reviewed += u64::from(verdicts.reviewed);
        batch.risky += u64::from(functional && entry.risks != 0);
        if let Some(spot) = entry.spot {
            batch.spots.entry(spot).or_insert(1);
        }
    }

    /// Tells of people who are not in the registry, and of those who review their own work.
    fn people(&self, entry: &Entry, line: u64, noted: &mut Noted<'_, '_>) {
        let reviewers = entry.reviews.iter().map(|review| review.by.as_str());
        if let Some(registry) = noted.registry {
            for person in std::iter::once(entry.annotator.as_str()).chain(reviewers.clone()) {
                if !person.is_empty()
                    && !registry.people.contains_key(person)
                    && noted.scan.strangers.insert(person.to_owned())
                {
                    noted.place.odd(
                        line,
                        "unknown-annotator",
                        (
                            format!("`{person}` 不在人员登记表中"),
                            format!("`{person}` is not in the registry"),
                        ),
                        (
                            "登记此人,或更正编号",
                            "put them into the registry, or correct the id",
                        ),
                    );
                }
            }
        }
        if !entry.annotator.is_empty() && reviewers.clone().any(|by| by == entry.annotator) {
            noted.place.odd(
                line,
                "own-review",
                (
                    format!("`{}` 审核了自己的标注", entry.annotator),
                    format!("`{}` has reviewed their own annotation", entry.annotator),
                ),
                ("由另一人审核", "let another person review it"),
            );
        }
    }

    /// Tells of a file without annotations: nobody has worked on it, or it is something else.
    pub fn tell_empty(&self, place: &mut Place<'_>) {
        if self.row.entries + self.row.cancelled == 0 {
            place.odd(
                0,
                "no-annotations",
                ("文件中没有标注", "the file holds no annotations"),
                (
                    "检查是否为标注结果的导出,或从 records 中去掉",
                    "check whether results were exported, or leave it out of records",
                ),
            );
        }
    }

    /// Tells of fields that a file does not have.
    pub fn tell_missing(&self, place: &mut Place<'_>) {
        if self.row.missing.is_empty() {
            return;
        }
        let entries = self.row.entries;
        let list: Vec<String> = EXPECTED
            .iter()
            .filter_map(|field| {
                let count = self.row.missing.get(field.name())?;
                Some(match *count == entries {
                    true => field.name().to_owned(),
                    false => format!("{} ({count}/{entries})", field.name()),
                })
            })
            .collect();
        place.odd(
            0,
            "missing-fields",
            (
                format!("缺少字段:{}", list.join("、")),
                format!("fields are missing: {}", list.join(", ")),
            ),
            (
                "在 [annotation.fields] 写字段路径,或在 [annotation.values] 写固定值",
                "name their paths in [annotation.fields], or values in [annotation.values]",
            ),
        );
    }
}

/// What reviewers came to in the end.
#[derive(Clone, Copy)]
struct Verdicts {
    reviewed: bool,
    passed: bool,
    disputed: bool,
}

impl Verdicts {
    fn of(entry: &Entry) -> Self {
        // Who changed their mind is asked last.
        let mut last: BTreeMap<&str, bool> = BTreeMap::new();
        for review in &entry.reviews {
            if let Some(passed) = review.passed
                && !review.by.is_empty()
                && review.by != entry.annotator
            {
                last.insert(&review.by, passed);
            }
        }
        Self {
            reviewed: !last.is_empty(),
            passed: last.values().any(|passed| *passed),
            disputed: last.values().any(|passed| *passed) && last.values().any(|passed| !passed),
        }
    }
}

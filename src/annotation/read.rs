//! Everything that is read: rule documents, the registry, spot checks, records.

use std::collections::BTreeMap;
use std::path::Path;

use globset::{Glob, GlobSetBuilder};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::batches;
use super::config::AnnotationConfig;
use super::facts::{Facts, hashed};
use super::files;
use super::note::{Made, Noted, Outcome, Reading};
use super::policy::AnnotationPolicy;
use super::records::{Blocks, Entry, Fault, Fields, Form, Kind, Piece, Role};
use super::registry::{Dates, Registry};
use super::rulebook::RuleDocument;
use super::scan::{ScanTally, scan};
use crate::detect::{Scanner, Scratch};
use crate::problem::Word;
use crate::problem::{Gravity, Place, Problems, both};
use crate::text::FoldTable;

/// A file of records.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct RecordFile {
    /// Relative to the configuration.
    pub path: String,
    /// What wrote it; none if no record of it could be read.
    pub form: Option<Form>,
    /// BLAKE3 of the stored bytes, hex; none if it was not read to its end.
    pub digest: Option<String>,
    /// Annotations.
    pub entries: u64,
    /// Annotations that were given up, and do not count.
    pub cancelled: u64,
    /// Fields that annotations lack, with how many.
    pub missing: BTreeMap<Word, u64>,
}

/// Everything that was read.
pub struct Material {
    /// Rule documents.
    pub documents: Vec<RuleDocument>,
    /// The annotators; none if no registry is declared.
    pub registry: Option<Registry>,
    /// Facts of annotations.
    pub facts: Facts,
    /// Files of records.
    pub files: Vec<RecordFile>,
    /// What the scanner found.
    pub scan: ScanTally,
    /// What is wrong.
    pub problems: Problems,
}

/// Where to read, and by what.
pub struct Sources<'a> {
    /// `[annotation]`
    pub config: &'a AnnotationConfig,
    /// What its paths are relative to.
    pub base: &'a Path,
    /// Scanner for texts; none if they are not to be scanned.
    pub scanner: Option<&'a Scanner>,
    /// The duties.
    pub policy: &'a AnnotationPolicy,
}

impl Sources<'_> {
    /// Reads everything. What cannot be read is a problem, and the rest is read all the same.
    pub fn read(&self) -> Material {
        let mut material = Material {
            documents: Vec::new(),
            registry: None,
            facts: Facts::default(),
            files: Vec::new(),
            scan: ScanTally::default(),
            problems: Problems::default(),
        };
        for (path, name) in files::matching(
            self.base,
            &self.config.rules,
            "rules",
            &mut material.problems,
        ) {
            let mut place = Place {
                file: &name,
                problems: &mut material.problems,
            };
            material
                .documents
                .extend(RuleDocument::read(&path, &mut place));
        }
        if !self.config.registry.is_empty() {
            let mut place = Place {
                file: &self.config.registry,
                problems: &mut material.problems,
            };
            let path = self.base.join(&self.config.registry);
            material.registry = Some(Registry::read(&path, self.policy, &mut place));
        }
        if !self.config.batches.is_empty() {
            let mut place = Place {
                file: &self.config.batches,
                problems: &mut material.problems,
            };
            let path = self.base.join(&self.config.batches);
            batches::read(&path, &mut material.facts, &mut place);
        }
        for (path, name) in files::matching(
            self.base,
            &self.config.records,
            "records",
            &mut material.problems,
        ) {
            self.records(&path, name, &mut material);
        }
        self.tell_unknown_batches(&mut material);
        material
    }

    /// Tells of spot checks of batches that no record is in.
    fn tell_unknown_batches(&self, material: &mut Material) {
        let mut place = Place {
            file: &self.config.batches,
            problems: &mut material.problems,
        };
        let batches = material.facts.batches.iter();
        for (name, _) in batches.filter(|(_, batch)| batch.entries == 0) {
            place.odd(
                0,
                "unknown-batch",
                (
                    format!("批次 `{name}` 没有标注记录"),
                    format!("no record is in the batch `{name}`"),
                ),
                ("更正批次编号", "correct the id of the batch"),
            );
        }
    }

    fn records(&self, path: &Path, name: String, material: &mut Material) {
        let mut place = Place {
            file: &name,
            problems: &mut material.problems,
        };
        let mut blocks = match Blocks::open(path) {
            Ok(blocks) => blocks,
            Err(error) => {
                place.unread(
                    0,
                    "cannot-read",
                    (
                        format!("无法读取:{error}"),
                        format!("cannot be read: {error}"),
                    ),
                    ("检查路径与权限", "check the path and its permissions"),
                );
                return;
            }
        };
        let (mut form, fields) = self.settings(&name);
        let documents = material.documents.iter();
        let kinds = documents.filter_map(|document| Some((document.id.clone(), document.kind?)));
        let kinds: BTreeMap<String, Kind> = kinds.filter(|(id, _)| !id.is_empty()).collect();
        let mut file = Reading {
            number: material.files.len() as u32,
            stem: stem(&name),
            batch_by_file: self.config.batch_by_file,
            dates: Dates::default(),
            row: RecordFile {
                path: name.clone(),
                form: None,
                digest: None,
                entries: 0,
                cancelled: 0,
                missing: BTreeMap::new(),
            },
        };
        while let Some(block) = blocks.next(&mut place) {
            if form.is_none() {
                form = block.records.iter().find_map(|(_, piece)| piece.form());
            }
            let form = form.unwrap_or(Form::Yujian);
            let outcomes: Vec<Outcome> = block
                .records
                .par_iter()
                .map_init(Scratch::default, |scratch, (line, piece)| {
                    self.outcome(*line, piece, (form, &fields), scratch)
                })
                .collect();
            for outcome in outcomes {
                let mut noted = Noted {
                    facts: &mut material.facts,
                    scan: &mut material.scan,
                    registry: material.registry.as_ref(),
                    kinds: &kinds,
                    place: &mut place,
                };
                file.note(outcome, form, &mut noted);
            }
        }
        file.row.form = form;
        file.row.digest = blocks.digest();
        file.dates.tell(&mut place);
        file.tell_empty(&mut place);
        file.tell_missing(&mut place);
        material.files.push(file.row);
    }

    /// What is stated of a file: its form, and its fields.
    fn settings(&self, name: &str) -> (Option<Form>, Fields) {
        let is_of = |globs: &[String]| {
            let mut set = GlobSetBuilder::new();
            globs
                .iter()
                .filter_map(|glob| Glob::new(glob).ok())
                .for_each(|glob| {
                    set.add(glob);
                });
            set.build().is_ok_and(|set| set.is_match(name))
        };
        let sources: Vec<_> = self
            .config
            .source
            .iter()
            .filter(|s| is_of(&s.globs))
            .collect();
        let form = sources
            .iter()
            .find_map(|source| source.format)
            .or(self.config.format);
        let paths: Vec<_> = sources
            .iter()
            .map(|s| &s.fields)
            .chain([&self.config.fields])
            .collect();
        let values: Vec<_> = sources
            .iter()
            .map(|s| &s.values)
            .chain([&self.config.values])
            .collect();
        (form, Fields::new(&paths, &values))
    }

    /// What becomes of one record; on any thread.
    fn outcome(
        &self,
        line: u64,
        piece: &Piece,
        (form, fields): (Form, &Fields),
        scratch: &mut Scratch,
    ) -> Outcome {
        let mut outcome = Outcome {
            line,
            ..Outcome::default()
        };
        let parsed;
        let record = match piece {
            Piece::Row(value) => value,
            Piece::Text(text) => match serde_json::from_str::<Value>(text) {
                Ok(value) => {
                    parsed = value;
                    &parsed
                }
                Err(error) => {
                    // Its message may quote; what matters is where.
                    outcome.faults.push(broken(error.line(), error.column()));
                    return outcome;
                }
            },
        };
        if !record.is_object() {
            outcome.faults.push(broken(1, 1));
            return outcome;
        }
        let mut seen: Vec<*const u8> = Vec::new();
        for mut raw in form.entries(record) {
            fields.apply(&mut raw, record);
            if raw.cancelled {
                outcome.cancelled += 1;
                continue;
            }
            let entry = Entry::of(&raw, &mut outcome.faults);
            // What several annotators were shown is scanned once.
            let new = raw
                .texts
                .iter()
                .filter(|(_, text)| !seen.contains(&text.as_ptr()));
            let found = match self.scanner {
                Some(scanner) => scan(scanner, scratch, new.map(|(role, text)| (*role, &**text))),
                None => Vec::new(),
            };
            let text = text_hash(&raw.texts, form);
            seen.extend(raw.texts.iter().map(|(_, text)| text.as_ptr()));
            outcome.made.push(Made { entry, text, found });
        }
        outcome
    }
}

fn stem(name: &str) -> String {
    let file = Path::new(name)
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    file.split('.').next().unwrap_or_default().to_owned()
}

fn broken(line: usize, column: usize) -> Fault {
    Fault {
        name: "broken-json",
        gravity: Gravity::Unread,
        what: both(
            format!("不是 JSON 对象(记录第 {line} 行第 {column} 列)"),
            format!("is no JSON object (line {line}, column {column} of the record)"),
        ),
        hint: both(
            "修复或重新导出这一条",
            "mend this record, or export it again",
        ),
    }
}

/// Hash of what was to be annotated, folded and without spaces: with its answer in our own form,
/// where that is part of the item; in others the answer is what the annotator wrote.
fn text_hash(texts: &[(Role, std::borrow::Cow<'_, str>)], form: Form) -> u64 {
    let is_part = |role: Role| match role {
        Role::Prompt => true,
        Role::Answer => form == Form::Yujian,
        Role::Comment => false,
    };
    let table = FoldTable::get();
    let folded: Vec<String> = texts
        .iter()
        .filter(|(role, _)| is_part(*role))
        .map(|(_, text)| table.plain(text).split_whitespace().collect())
        .collect();
    if folded.iter().all(String::is_empty) {
        return 0;
    }
    let parts: Vec<&[u8]> = folded.iter().map(String::as_bytes).collect();
    hashed(&parts).max(1)
}

impl Piece {
    fn form(&self) -> Option<Form> {
        match self {
            Self::Row(value) => Some(Form::of(value)),
            Self::Text(text) => {
                let value: Value = serde_json::from_str(text).ok()?;
                value.is_object().then(|| Form::of(&value))
            }
        }
    }
}

//! [`RuleSet`]: every rule of a scan, loaded and checked, with a digest that every run names.

use std::path::{Path, PathBuf};

use super::check::{self, Place};
use super::syntax::{AllowFile, ContextSpec, PackSpec, PhraseSpec, RuleFile, RuleSpec};
use super::{AllowedValue, RuleInfo};
use crate::{Complaint, RuleIndex, SetupError};

const BUILTIN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rule_files.rs"));

/// A pack as runs and reports name it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PackInfo {
    /// Unique id.
    pub id: String,
    /// Year.month.day.
    pub version: String,
    /// Number of its rules.
    pub rules: usize,
}

/// Checked rules in the order of their ids. Immutable.
pub struct RuleSet {
    rules: Vec<RuleSpec>,
    infos: Vec<RuleInfo>,
    packs: Vec<PackInfo>,
    contexts: Vec<ContextSpec>,
    phrases: Vec<PhraseSpec>,
    values: Vec<AllowedValue>,
    files: Vec<(String, String)>,
    digest: String,
}

impl RuleSet {
    /// The rules that ship with the program.
    ///
    /// # Errors
    ///
    /// Never, unless the program was built with wrong rules; the tests see to that.
    pub fn builtin() -> Result<Self, SetupError> {
        Self::load(true, &[])
    }

    /// The built-in rules, if wanted, and those of `paths` (files, or folders of `.toml` files).
    ///
    /// # Errors
    ///
    /// Every complaint about all files at once, with file, line and remedy; files that cannot be
    /// read.
    pub fn load(builtin: bool, paths: &[PathBuf]) -> Result<Self, SetupError> {
        let mut files = Vec::new();
        if builtin {
            files.extend(
                BUILTIN
                    .iter()
                    .map(|(name, text)| ((*name).to_owned(), (*text).to_owned())),
            );
        }
        let mut given = Vec::new();
        for path in paths {
            read_rule_files(path, &mut given)?;
        }
        // A pack that is given takes the place of the built-in one of the same id.
        let ids: Vec<String> = given
            .iter()
            .filter_map(|(_, text)| identity(text))
            .collect();
        files.retain(|(_, text)| identity(text).is_none_or(|id| !ids.contains(&id)));
        files.extend(given);
        Self::from_texts(&files)
    }

    /// From the texts of rule files, each with the name complaints use.
    ///
    /// # Errors
    ///
    /// As [`RuleSet::load`].
    pub fn from_texts(files: &[(String, String)]) -> Result<Self, SetupError> {
        let mut complaints = Vec::new();
        let mut loaded = Loaded::default();
        for (name, text) in files {
            loaded.file(name, text, &mut complaints);
        }
        check::all(&loaded, &mut complaints);
        if loaded.rules.is_empty() && complaints.is_empty() {
            complaints.push(Complaint {
                file: "rules".to_owned(),
                line: 0,
                what: "no rules at all: nothing would be looked for".to_owned(),
                hint: "keep the pack `builtin` in [rules] packs, or name rule files".to_owned(),
            });
        }
        if !complaints.is_empty() {
            return Err(SetupError::Complaints(complaints));
        }
        Ok(loaded.finish(files))
    }

    /// The rules, in the order of [`RuleIndex`].
    pub fn rules(&self) -> &[RuleSpec] {
        &self.rules
    }

    /// What later stages need to know of them, in the same order.
    pub fn infos(&self) -> &[RuleInfo] {
        &self.infos
    }

    /// One of them.
    pub fn info(&self, rule: RuleIndex) -> &RuleInfo {
        &self.infos[rule.0 as usize]
    }

    /// Position of the rule with this id.
    pub fn index_of(&self, id: &str) -> Option<RuleIndex> {
        self.infos
            .binary_search_by(|info| info.id.as_str().cmp(id))
            .ok()
            .map(|i| RuleIndex(i as u32))
    }

    /// The packs, by id.
    pub fn packs(&self) -> &[PackInfo] {
        &self.packs
    }

    /// The shared word sets.
    pub fn contexts(&self) -> &[ContextSpec] {
        &self.contexts
    }

    /// Phrases that beat terms of every rule.
    pub fn phrases(&self) -> &[PhraseSpec] {
        &self.phrases
    }

    /// Values that are nobody's.
    pub fn values(&self) -> &[AllowedValue] {
        &self.values
    }

    /// Names and texts of the files they were loaded from, those that were replaced left out:
    /// [`RuleSet::from_texts`] makes the same rules of them.
    pub fn files(&self) -> &[(String, String)] {
        &self.files
    }

    /// BLAKE3 over all rule files and data tables, hex: equal digests find the same.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

/// What files gave, before it is checked as a whole.
#[derive(Default)]
pub(super) struct Loaded {
    pub(super) rules: Vec<(Place, RuleSpec)>,
    pub(super) packs: Vec<(Place, PackSpec, usize)>,
    pub(super) contexts: Vec<(Place, ContextSpec)>,
    pub(super) phrases: Vec<(Place, PhraseSpec)>,
    pub(super) values: Vec<AllowedValue>,
}

impl Loaded {
    fn file(&mut self, name: &str, text: &str, complaints: &mut Vec<Complaint>) {
        let place = |at: usize| Place::new(name, text, at);
        // A file with a [pack] holds rules, every other one shared lists.
        if !text
            .lines()
            .any(|line| line.trim_start().starts_with("[pack]"))
        {
            match toml::from_str::<AllowFile>(text) {
                Ok(file) => {
                    check::format(file.format, name, complaints);
                    self.contexts.extend(
                        file.context
                            .into_iter()
                            .map(|c| (place(c.id.span().start), c)),
                    );
                    self.phrases.extend(
                        file.phrase
                            .into_iter()
                            .map(|p| (place(p.text.span().start), p)),
                    );
                    self.values.extend(file.value);
                }
                Err(error) => complaints.push(check::syntax(name, text, &error)),
            }
            return;
        }
        match toml::from_str::<RuleFile>(text) {
            Ok(file) => {
                check::format(file.format, name, complaints);
                self.packs
                    .push((place(0), file.pack.clone(), file.rule.len()));
                for mut rule in file.rule {
                    let at = rule.id.span().start;
                    rule.imported = file.pack.imported;
                    rule.risk = rule.risk.or_else(|| file.pack.risk.clone());
                    rule.ecology = Some(rule.ecology.unwrap_or_else(|| file.pack.ecology.clone()));
                    rule.source = rule.source.or_else(|| file.pack.source.clone());
                    self.rules.push((place(at), rule));
                }
            }
            Err(error) => complaints.push(check::syntax(name, text, &error)),
        }
    }

    fn finish(mut self, files: &[(String, String)]) -> RuleSet {
        self.rules
            .sort_by(|a, b| a.1.id.get_ref().cmp(b.1.id.get_ref()));
        let rules: Vec<RuleSpec> = self.rules.into_iter().map(|(_, rule)| rule).collect();
        let infos = rules
            .iter()
            .map(|rule| RuleInfo {
                id: rule.id.get_ref().clone(),
                title: rule.title.clone(),
                risk: rule.risk.clone(),
                ecology: rule.ecology.clone().unwrap_or_default(),
                entity: rule.entity.clone(),
                class: rule.class.clone(),
                severity: rule.severity,
            })
            .collect();
        let mut packs: Vec<PackInfo> = self
            .packs
            .into_iter()
            .map(|(_, pack, rules)| PackInfo {
                id: pack.id,
                version: pack.version,
                rules,
            })
            .collect();
        packs.sort_by(|a, b| a.id.cmp(&b.id));
        RuleSet {
            rules,
            infos,
            packs,
            contexts: self.contexts.into_iter().map(|(_, c)| c).collect(),
            phrases: self.phrases.into_iter().map(|(_, p)| p).collect(),
            values: self.values,
            files: files.to_vec(),
            digest: digest(files),
        }
    }
}

/// Names and texts of all files, and the data tables, each preceded by its length.
fn digest(files: &[(String, String)]) -> String {
    let mut sorted: Vec<_> = files.iter().collect();
    sorted.sort();
    let mut hasher = blake3::Hasher::new();
    let mut part = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    for (name, text) in sorted {
        part(name);
        part(text);
    }
    crate::data::ALL.iter().for_each(|table| part(table));
    hasher.finalize().to_hex().to_string()
}

/// What makes two rule files the same: the pack's id, or the first word set of a shared list.
fn identity(text: &str) -> Option<String> {
    let table: toml::Table = text.parse().ok()?;
    let first = table.get("context").and_then(|sets| sets.get(0));
    let named = table.get("pack").or(first)?;
    Some(named.get("id")?.as_str()?.to_owned())
}

fn read_rule_files(path: &Path, files: &mut Vec<(String, String)>) -> Result<(), SetupError> {
    if path.is_dir() {
        let mut inside: Vec<PathBuf> = std::fs::read_dir(path)
            .and_then(|entries| entries.map(|e| e.map(|e| e.path())).collect())
            .map_err(|error| SetupError::read(path, error))?;
        inside.retain(|p| p.is_dir() || p.extension().is_some_and(|e| e == "toml"));
        inside.sort();
        return inside.iter().try_for_each(|p| read_rule_files(p, files));
    }
    let text = std::fs::read_to_string(path).map_err(|error| SetupError::read(path, error))?;
    let name = path.file_name().map_or_else(
        || path.display().to_string(),
        |n| n.to_string_lossy().into_owned(),
    );
    files.push((name, text));
    Ok(())
}

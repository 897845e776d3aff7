//! [`RuleSet`]: every rule of a scan, loaded and checked, with a digest that every run names.

use std::ops::Range;
use std::path::PathBuf;

use rayon::prelude::*;

use super::check;
use super::syntax::{AllowFile, ContextSpec, PackSpec, PhraseSpec, RuleFile, RuleSpec};
use super::{AllowedValue, RuleInfo, RuleTexts};
use crate::stored::{Reader, Stored, stored};
use crate::text::FoldTable;
use crate::{Complaint, Place, RuleIndex, SetupError, faults};

/// A pack as runs and reports name it.
#[derive(
    Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema, serde::Deserialize,
)]
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
        RuleTexts::read(builtin, paths)?.load()
    }

    /// From the texts of rule files, each with the name complaints use.
    ///
    /// # Errors
    ///
    /// As [`RuleSet::load`].
    pub fn from_texts(files: &[(String, String)]) -> Result<Self, SetupError> {
        Self::from_two(&[], files)
    }

    /// From built-in texts and given ones. Files whose identity a given file has are left out of
    /// the first.
    pub(super) fn from_two(
        builtin: &[(&str, &str)],
        given: &[(String, String)],
    ) -> Result<Self, SetupError> {
        let given = given
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()));
        let all: Vec<(&str, &str)> = builtin.iter().copied().chain(given).collect();
        let parse =
            || -> Vec<Parsed> { all.par_iter().map(|(_, text)| Parsed::of(text)).collect() };
        // The checks need the table, which takes about as long to build as the files to parse.
        let (mut parsed, _) = rayon::join(parse, FoldTable::get);
        let given = parsed.split_off(builtin.len());
        let replaced: Vec<bool> = parsed
            .iter()
            .map(|file| {
                let id = file.identity();
                id.is_some() && given.iter().any(|other| other.identity() == id)
            })
            .collect();
        let mut complaints = Vec::new();
        let mut loaded = Loaded::default();
        let mut files = Vec::with_capacity(all.len());
        for (at, file) in parsed.into_iter().chain(given).enumerate() {
            if !replaced.get(at).is_some_and(|replaced| *replaced) {
                let (name, text) = all[at];
                loaded.file(name, text, file, &mut complaints);
                files.push(all[at]);
            }
        }
        check::all(&loaded, &mut complaints);
        if loaded.rules.is_empty() && complaints.is_empty() {
            complaints.push(Complaint::new(
                "rules",
                0,
                "no rules at all: nothing would be looked for",
                "keep the pack `builtin` in [rules] packs, or name rule files",
            ));
        }
        if !complaints.is_empty() {
            return Err(SetupError::Complaints(complaints));
        }
        Ok(loaded.finish(&files))
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
    fn file(&mut self, name: &str, text: &str, file: Parsed, complaints: &mut Vec<Complaint>) {
        let place = |span: Range<usize>| Place::new(name, text, span);
        match file {
            Parsed::Shared(Ok(file)) => {
                check::format(file.format, name, complaints);
                self.contexts
                    .extend(file.context.into_iter().map(|c| (place(c.id.span()), c)));
                self.phrases
                    .extend(file.phrase.into_iter().map(|p| (place(p.text.span()), p)));
                self.values.extend(file.value);
            }
            Parsed::Rules(Ok(file)) => {
                check::format(file.format, name, complaints);
                self.packs
                    .push((place(0..0), file.pack.clone(), file.rule.len()));
                for mut rule in file.rule {
                    let at = rule.id.span();
                    rule.imported = file.pack.imported;
                    rule.risk = rule.risk.or_else(|| file.pack.risk.clone());
                    rule.ecology = Some(rule.ecology.unwrap_or_else(|| file.pack.ecology.clone()));
                    rule.source = rule.source.or_else(|| file.pack.source.clone());
                    self.rules.push((place(at), rule));
                }
            }
            // Told again, and in full: the parser that is fast stops at the first.
            Parsed::Shared(Err(_)) => {
                complaints.extend(faults::complaints::<AllowFile>(name, text))
            }
            Parsed::Rules(Err(_)) => complaints.extend(faults::complaints::<RuleFile>(name, text)),
        }
    }

    fn finish(mut self, files: &[(&str, &str)]) -> RuleSet {
        self.rules
            .sort_by(|a, b| a.1.id.get_ref().cmp(b.1.id.get_ref()));
        let rules: Vec<RuleSpec> = self.rules.into_iter().map(|(_, rule)| rule).collect();
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
            infos: infos(&rules),
            rules,
            packs,
            contexts: self.contexts.into_iter().map(|(_, c)| c).collect(),
            phrases: self.phrases.into_iter().map(|(_, p)| p).collect(),
            values: self.values,
            files: files
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
            digest: digest(files),
        }
    }
}

/// What later stages need to know of rules, in the same order.
fn infos(rules: &[RuleSpec]) -> Vec<RuleInfo> {
    let info = |rule: &RuleSpec| RuleInfo {
        id: rule.id.get_ref().clone(),
        title: rule.title.clone(),
        risk: rule.risk.clone(),
        ecology: rule.ecology.clone().unwrap_or_default(),
        entity: rule.entity.clone(),
        class: rule.class.clone(),
        severity: rule.severity,
    };
    rules.iter().map(info).collect()
}

stored!(struct PackInfo { id, version, rules });

impl Stored for RuleSet {
    fn put(&self, out: &mut Vec<u8>) {
        let Self {
            rules,
            infos: _,
            packs,
            contexts,
            phrases,
            values,
            files,
            digest,
        } = self;
        rules.put(out);
        packs.put(out);
        contexts.put(out);
        phrases.put(out);
        values.put(out);
        files.put(out);
        digest.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let rules = Vec::<RuleSpec>::take(from)?;
        let ascending = rules.is_sorted_by(|a, b| a.id.get_ref() < b.id.get_ref());
        if rules.is_empty() || !ascending {
            return None;
        }
        Some(Self {
            infos: infos(&rules),
            rules,
            packs: Stored::take(from)?,
            contexts: Stored::take(from)?,
            phrases: Stored::take(from)?,
            values: Stored::take(from)?,
            files: Stored::take(from)?,
            digest: Stored::take(from)?,
        })
    }
}

/// Names and texts of all files, and the data tables, each preceded by its length.
fn digest(files: &[(&str, &str)]) -> String {
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

/// A file as TOML sees it.
enum Parsed {
    Rules(Result<RuleFile, toml::de::Error>),
    Shared(Result<AllowFile, toml::de::Error>),
}

impl Parsed {
    fn of(text: &str) -> Self {
        // A file with a [pack] holds rules, every other one shared lists.
        let begins_pack = |line: &str| line.trim_start().starts_with("[pack]");
        if text.lines().any(begins_pack) {
            Self::Rules(toml::from_str(text))
        } else {
            Self::Shared(toml::from_str(text))
        }
    }

    /// What makes two rule files the same: the pack's id, or the first word set of a shared list.
    fn identity(&self) -> Option<&str> {
        match self {
            Self::Rules(Ok(file)) => Some(&file.pack.id),
            Self::Shared(Ok(file)) => Some(file.context.first()?.id.get_ref()),
            Self::Rules(Err(_)) | Self::Shared(Err(_)) => None,
        }
    }
}

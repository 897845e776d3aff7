//! [`Corpus`]: everything the formats say, gathered once.

use std::collections::{BTreeMap, BTreeSet};

use crate::RunError;
use crate::annotation::AnnotationReport;
pub use crate::report::model::PersonalKind;
use crate::report::{ReportLanguage, TokenSummary};
use crate::run::{Manifest, Run, Status};
use crate::scan::{MediaFiles, SourceTally};
use crate::sources::{Dataset, Day, Evidence, EvidenceState, Ledger, Source};
use crate::tokens::Estimate;

/// How records are read, as `yujian.toml` says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Dotted paths of text.
    pub text: Vec<String>,
    /// Dotted path of ids; empty if there is none.
    pub id: String,
    /// Further fields that the operator named: their paths, by name.
    pub metadata: BTreeMap<String, Vec<String>>,
}

/// Files of a source of one format.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceFiles {
    /// How many.
    pub files: u64,
    /// Their bytes as stored.
    pub stored_bytes: u64,
    /// Ways in which they are compressed.
    pub compressions: BTreeSet<String>,
}

/// A source: what is declared of it, and what was measured.
#[derive(Clone, Debug)]
pub struct SourceFacts {
    /// Its id.
    pub id: String,
    /// As declared; everything empty if it is not.
    pub declared: Source,
    /// Whether it is declared at all.
    pub is_declared: bool,
    /// Counts of the scan.
    pub tally: SourceTally,
    /// Personal data, by entity.
    pub personal: Vec<PersonalKind>,
    /// Tokens, if they were counted.
    pub tokens: Option<Estimate>,
    /// Files of pictures, sound and film, by kind.
    pub media: BTreeMap<String, MediaFiles>,
    /// Files, by format; none of a source that is told by a field of records.
    pub files: BTreeMap<String, SourceFiles>,
    /// Fields of its records: declared, or seen by the scan.
    pub fields: BTreeSet<String>,
    /// Evidence that is there.
    pub evidence: Vec<Evidence>,
}

impl SourceFacts {
    /// Its name, or its id.
    pub fn name(&self) -> &str {
        match self.declared.declared.name.trim() {
            "" => &self.id,
            name => name,
        }
    }

    /// Languages: as declared, else as the scan told them.
    pub fn languages(&self) -> BTreeSet<&str> {
        let declared = &self.declared.declared.language.0;
        let told = self
            .tally
            .types
            .iter()
            .filter(|(_, language, _)| *language != "und");
        match declared.is_empty() {
            true => told.map(|(_, language, _)| language).collect(),
            false => declared.iter().map(String::as_str).collect(),
        }
    }
}

/// A file of the corpus that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorpusFile {
    /// Its path in the run.
    pub path: String,
    /// `jsonl`, …
    pub format: Option<String>,
    /// `none`, `gzip`, …
    pub compression: Option<String>,
    /// Bytes as stored.
    pub bytes: u64,
    /// Records that were scanned in it.
    pub records: u64,
    /// BLAKE3, hex.
    pub blake3: Option<String>,
    /// SHA-256, hex, if the run holds a list of them.
    pub sha256: Option<String>,
    /// SM3, hex, likewise.
    pub sm3: Option<String>,
    /// Whether it was read to its end.
    pub whole: bool,
}

/// Files of the corpus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileList {
    /// All of them by source, in the order of their paths; under the empty name those that are of
    /// no source as a whole.
    All(BTreeMap<String, Vec<CorpusFile>>),
    /// More than were asked for: how many.
    TooMany(u64),
}

impl FileList {
    /// Those of a source, or with the empty name of none, as far as they are listed.
    pub fn of(&self, source: &str) -> &[CorpusFile] {
        match self {
            Self::All(files) => files.get(source).map_or(&[], Vec::as_slice),
            Self::TooMany(_) => &[],
        }
    }

    /// All that are listed.
    pub fn listed(&self) -> impl Iterator<Item = &CorpusFile> {
        let files = match self {
            Self::All(files) => Some(files),
            Self::TooMany(_) => None,
        };
        files.into_iter().flat_map(BTreeMap::values).flatten()
    }
}

/// What a corpus is gathered from.
pub struct Facts<'a> {
    /// What was measured.
    pub run: &'a Run,
    /// What is declared of sources, and evidence.
    pub ledger: &'a Ledger,
    /// What is declared of the corpus as a whole.
    pub dataset: &'a Dataset,
    /// Texts of `[model]`, by key.
    pub model: BTreeMap<String, String>,
    /// How records were read.
    pub read: &'a Read,
    /// What came of the check of annotation, if any is declared.
    pub annotation: Option<AnnotationReport>,
    /// Up to so many files are listed one by one; of more, none are, so that memory is bounded
    /// and no list looks whole that is not.
    pub most_files: usize,
    /// The day the documents are made for.
    pub as_of: Day,
    /// Language of the sentences in them.
    pub language: ReportLanguage,
}

/// A corpus with its sources: what every format is written from.
#[derive(Clone, Debug)]
pub struct Corpus {
    /// What the run is of.
    pub manifest: Manifest,
    /// As declared.
    pub dataset: Dataset,
    /// Texts that are declared of the model, by key.
    pub model: BTreeMap<String, String>,
    /// Sources: declared ones in their order, then the others by id.
    pub sources: Vec<SourceFacts>,
    /// All sources together.
    pub total: SourceTally,
    /// Personal data in all of them, by entity.
    pub personal: Vec<PersonalKind>,
    /// Tokens, if they were counted.
    pub tokens: Option<TokenSummary>,
    /// Files that were read.
    pub files: FileList,
    /// Files that are of no source as a whole, by format: their records say what they are of.
    pub shared: BTreeMap<String, SourceFiles>,
    /// What came of the check of annotation, if any is declared.
    pub annotation: Option<AnnotationReport>,
    /// The day the documents are made for.
    pub as_of: Day,
    /// Language of the sentences in them.
    pub language: ReportLanguage,
}

impl Corpus {
    /// Gathers everything.
    ///
    /// # Errors
    ///
    /// If a table of the run cannot be read.
    pub fn gather(facts: Facts<'_>) -> Result<Self, RunError> {
        let Facts {
            run, ledger, read, ..
        } = facts;
        let manifest = run.manifest().clone();
        let tally = run.tally()?;
        let rules = run.rules()?;
        let tokens = TokenSummary::of(&manifest, &tally);
        let mut sources: Vec<SourceFacts> = Vec::new();
        let declared = ledger.sources.iter().map(|source| source.id.as_str());
        let seen = tally.sources.keys().chain(tally.media.keys());
        let mut done = BTreeSet::new();
        for id in declared.chain(seen.map(String::as_str)) {
            if !done.insert(id) {
                continue;
            }
            let of = tally.sources.get(id).cloned().unwrap_or_default();
            let source = ledger.source(id);
            let proves = |file: &&Evidence| {
                file.state == EvidenceState::Present
                    && file.proves.iter().any(|(of, _)| of.as_deref() == Some(id))
            };
            sources.push(SourceFacts {
                id: id.to_owned(),
                declared: source.cloned().unwrap_or_default(),
                is_declared: source.is_some(),
                personal: PersonalKind::of(&of, &rules),
                tokens: tokens.as_ref().and_then(|t| t.sources.get(id).copied()),
                media: tally.media.get(id).cloned().unwrap_or_default(),
                files: BTreeMap::new(),
                fields: fields(source, &of, read),
                evidence: ledger.evidence.iter().filter(proves).cloned().collect(),
                tally: of,
            });
        }
        let total = tally.total();
        let mut corpus = Self {
            personal: PersonalKind::of(&total, &rules),
            manifest,
            dataset: facts.dataset.clone(),
            model: facts.model,
            sources,
            total,
            tokens,
            files: FileList::TooMany(0),
            shared: BTreeMap::new(),
            annotation: facts.annotation,
            as_of: facts.as_of,
            language: facts.language,
        };
        corpus.gather_files(run, facts.most_files)?;
        corpus.gather_fields(run, read)?;
        Ok(corpus)
    }

    fn gather_files(&mut self, run: &Run, most: usize) -> Result<(), RunError> {
        let ids = self.sources.iter().enumerate();
        let at: BTreeMap<String, usize> = ids.map(|(at, s)| (s.id.clone(), at)).collect();
        let mut files: BTreeMap<String, Vec<CorpusFile>> = BTreeMap::new();
        let mut count = 0_u64;
        for shard in run.digested_shards()? {
            let (row, digests) = shard?;
            // What is in an archive is no file of its own, and what was left out was not looked at.
            if row.archive.is_some() || row.status == Status::Skipped {
                continue;
            }
            count += 1;
            let format = row.format.clone().unwrap_or_default();
            let compression = row.compression.clone();
            let by_format = match at.get(&row.source) {
                Some(at) => &mut self.sources[*at].files,
                None => &mut self.shared,
            };
            let of = by_format.entry(format).or_default();
            of.files += 1;
            of.stored_bytes += row.bytes;
            of.compressions.extend(compression.clone());
            if count <= most as u64 {
                let shared = !at.contains_key(&row.source);
                let source = if shared { String::new() } else { row.source };
                let of = files.entry(source).or_default();
                of.push(CorpusFile {
                    whole: row.status == Status::Scanned,
                    path: row.path,
                    format: row.format,
                    compression,
                    bytes: row.bytes,
                    records: row.records.scanned,
                    blake3: row.digest,
                    sha256: digests.sha256,
                    sm3: digests.sm3,
                });
            }
        }
        self.files = match count > most as u64 {
            true => FileList::TooMany(count),
            false => FileList::All(files),
        };
        Ok(())
    }

    /// Adds the configured fields in which something was found: these exist. Keys that nobody
    /// configured are words of the corpus and stay there.
    fn gather_fields(&mut self, run: &Run, read: &Read) -> Result<(), RunError> {
        let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for finding in run.findings()? {
            let finding = finding?;
            let path = without_places(&finding.field);
            if read.text.contains(&path) {
                seen.entry(finding.source).or_default().insert(path);
            }
        }
        for source in &mut self.sources {
            if source.declared.declared.fields.0.is_empty() {
                source
                    .fields
                    .extend(seen.remove(&source.id).unwrap_or_default());
            }
        }
        Ok(())
    }

    /// The marker of a value that somebody must give.
    pub fn missing(&self) -> &'static str {
        self.pick("待补充", "to be completed")
    }

    /// One of two texts, by the language of the documents.
    pub fn pick<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        self.language.pick(zh, en)
    }

    /// The moment of [`Corpus::as_of`], as formats write it.
    pub fn moment(&self) -> String {
        format!("{}T00:00:00Z", self.as_of)
    }
}

fn fields(source: Option<&Source>, tally: &SourceTally, read: &Read) -> BTreeSet<String> {
    let declared = source.map(|source| &source.declared.fields.0);
    if let Some(declared) = declared.filter(|fields| !fields.is_empty()) {
        return declared.iter().cloned().collect();
    }
    let mut fields = BTreeSet::new();
    if tally.presence.id > 0 && !read.id.is_empty() {
        fields.insert(read.id.clone());
    }
    // Of several paths the run does not say which one had the value.
    for (name, paths) in &read.metadata {
        if let ([path], Some(1..)) = (&paths[..], tally.presence.others.get(name)) {
            fields.insert(path.clone());
        }
    }
    fields
}

/// `messages[].content` of `messages[3].content`.
fn without_places(field: &str) -> String {
    let mut out = String::with_capacity(field.len());
    let mut inside = false;
    for c in field.chars() {
        inside = inside && c != ']';
        if !inside {
            out.push(c);
        }
        inside |= c == '[';
    }
    out
}

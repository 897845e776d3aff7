//! [`Config`]: `yujian.toml`, what the operator declares. Everything has a default; unknown keys
//! are errors with a suggestion.

mod check;
mod read;
mod schema;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::SetupError;
use crate::annotation::AnnotationConfig;
use crate::corpus::split::json::{MetaPaths, TextPaths};
use crate::corpus::{FieldPaths, Limits, Shard};
use crate::origins::{OriginsConfig, Used};
use crate::rules::LicenceUses;
use crate::scan::{ScanOptions, SourceRules};
use crate::sources::{Dataset, Declared, Source, Statement};
use crate::testbank::TestBankConfig;
use crate::tokens::{Builtin, Counted};

pub use schema::{SCHEMA, SCHEMA_FILE, is_schema, own_files};

/// Name of the file, looked for beside the corpus.
pub const FILE_NAME: &str = "yujian.toml";

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How records are read.
    pub corpus: CorpusConfig,
    /// How far a file may go before it counts as hostile.
    pub limits: Limits,
    /// How tokens are counted.
    pub tokens: TokensConfig,
    /// Head of the filing.
    pub model: BTreeMap<String, toml::Value>,
    /// The corpus as a whole, for whoever receives it; read by `provenance`.
    pub dataset: Dataset,
    /// Which addresses must not be used or fetched.
    pub origins: OriginsConfig,
    /// Declared sources.
    pub source: Vec<SourceConfig>,
    /// Results of duties that a person answers for.
    pub statement: Vec<Statement>,
    /// Which rules.
    pub rules: RulesConfig,
    /// What texts are compared with.
    pub rights: RightsConfig,
    /// What a model is tested with.
    pub testbank: TestBankConfig,
    /// What the gate asks for.
    pub policy: PolicyConfig,
    /// Annotation records; read by `annotation check`.
    pub annotation: AnnotationConfig,
    /// Verdicts of people.
    pub review: ReviewConfig,
}

/// `[corpus]`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct CorpusConfig {
    /// Dotted paths of text; `*` is every string and number.
    pub text: Vec<String>,
    /// Dotted path of a record's id.
    pub id: String,
    /// Dotted path of a field that names a record's source; none if empty.
    pub source: String,
    /// Globs of shard paths that are left out.
    pub exclude: Vec<String>,
    /// Dotted paths of what records say of themselves, by the name of the field. For `url`,
    /// `date`, `source`, `licence`, `language` and `media` common paths are known.
    pub metadata: BTreeMap<String, Paths>,
}

/// One dotted path, or several of which the first with a value counts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged, expecting = "write a path, or a list of paths")]
pub enum Paths {
    /// `url = "meta.url"`
    One(String),
    /// `url = ["url", "meta.url"]`
    Several(Vec<String>),
}

impl Paths {
    /// All of them, in order.
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(path) => std::slice::from_ref(path),
            Self::Several(paths) => paths,
        }
    }
}

impl Default for CorpusConfig {
    fn default() -> Self {
        Self {
            text: ["text", "content", "messages[].content"]
                .map(str::to_owned)
                .to_vec(),
            id: "id".to_owned(),
            source: String::new(),
            exclude: Vec::new(),
            metadata: BTreeMap::new(),
        }
    }
}

/// `[[source]]`
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct SourceConfig {
    /// Unique id.
    pub id: String,
    /// Globs of shard paths.
    #[serde(rename = "match")]
    pub globs: Vec<String>,
    /// Or: a field of the record …
    pub record_field: String,
    /// … that has this value.
    pub equals: String,
    /// On what ground personal data in it may be used; empty if nothing is declared.
    pub pi_basis: String,
    /// Everything else a source declares, as [`Declared`] reads it.
    #[serde(flatten)]
    pub declared: BTreeMap<String, toml::Value>,
}

/// `[tokens]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct TokensConfig {
    /// Whether all text is counted, or a sample of it.
    pub mode: TokensMode,
    /// Name of a tokenizer that is built in, or a `tokenizer.json` relative to `yujian.toml`.
    pub tokenizer: String,
}

/// `mode` of `[tokens]`, and `--tokens`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum TokensMode {
    /// Tokens are not counted.
    Off,
    /// A sample is counted, and the rest estimated.
    #[default]
    Estimate,
    /// All text is counted.
    Exact,
}

impl Default for TokensConfig {
    fn default() -> Self {
        Self {
            mode: TokensMode::default(),
            tokenizer: Builtin::ALL[0].name().to_owned(),
        }
    }
}

/// `[rules]`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct RulesConfig {
    /// `builtin`, and files or folders relative to `yujian.toml`.
    pub packs: Vec<String>,
}

impl Default for RulesConfig {
    fn default() -> Self {
        Self {
            packs: vec!["builtin".to_owned()],
        }
    }
}

/// `[rights]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct RightsConfig {
    /// Packs of known works, relative to `yujian.toml`.
    pub works: Vec<String>,
}

/// `[review]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReviewConfig {
    /// Store of verdicts that `review import` has written, relative to `yujian.toml`; none if empty.
    pub store: String,
}

impl<'de> Deserialize<'de> for ReviewConfig {
    /// From a table only: what is derived would take a list of one text as well.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        struct Fields {
            store: String,
        }
        struct Table;
        impl<'de> Visitor<'de> for Table {
            type Value = ReviewConfig;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a table")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ReviewConfig, A::Error> {
                let fields = Fields::deserialize(MapAccessDeserializer::new(map))?;
                Ok(ReviewConfig {
                    store: fields.store,
                })
            }
        }
        deserializer.deserialize_map(Table)
    }
}

/// `[policy]`: a preset, and what differs from it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyConfig {
    /// Name of a policy in `rules/standards`.
    pub preset: String,
    /// Largest share of records with illegal or undesirable content per source.
    pub bad_rate: Option<f64>,
    /// Confidence from which a finding makes its record such a record.
    pub candidate_confidence: Option<f64>,
    /// Rule ids, risk codes or entities of which one finding is too many.
    pub zero_tolerance: Option<Vec<String>>,
    /// Sources that were rejected and must not be used: ids, names or addresses.
    pub denied_sources: Option<Vec<String>>,
    /// Whether a check that needs evidence or a person stops the gate.
    pub review_passes: bool,
}

impl Default for PolicyConfig {
    fn default() -> Self {
        Self {
            preset: "filing-cn".to_owned(),
            bad_rate: None,
            candidate_confidence: None,
            zero_tolerance: None,
            denied_sources: None,
            review_passes: false,
        }
    }
}

impl Config {
    /// Reads and checks a file.
    ///
    /// # Errors
    ///
    /// Every complaint with line and remedy.
    pub fn read(path: &Path) -> Result<Self, SetupError> {
        let bytes = std::fs::read(path).map_err(|error| SetupError::read(path, error))?;
        let name = path.display().to_string();
        read::parse(read::decoded(&bytes, &name)?, &name)
    }

    /// Parses and checks the text of a file; `name` is for complaints.
    ///
    /// # Errors
    ///
    /// As [`Config::read`].
    pub fn parse(text: &str, name: &str) -> Result<Self, SetupError> {
        read::parse(text, name)
    }

    /// Words of `[model] use`; none if it is something else.
    pub(crate) fn declared_uses(&self) -> Option<Vec<&str>> {
        match self.model.get("use") {
            None => Some(Vec::new()),
            Some(toml::Value::String(word)) if word.trim().is_empty() => Some(Vec::new()),
            Some(toml::Value::String(word)) => Some(vec![word]),
            Some(toml::Value::Array(words)) => words.iter().map(toml::Value::as_str).collect(),
            Some(_) => None,
        }
    }

    /// What the corpus is declared to be used for.
    pub fn uses(&self) -> LicenceUses {
        // Checked when the file was read.
        let words = self.declared_uses().unwrap_or_default();
        LicenceUses::of(&words).unwrap_or_default()
    }

    /// The declared sources, as the ledger reads them.
    pub fn sources(&self) -> Vec<Source> {
        let sources = self.source.iter().map(|source| Source {
            id: source.id.clone(),
            globs: source.globs.clone(),
            pi_basis: source.pi_basis.clone(),
            declared: Declared::read(&source.declared).0,
        });
        sources.collect()
    }

    /// Shard paths that are left out.
    pub fn exclude(&self) -> GlobSet {
        glob_set(&self.corpus.exclude)
    }

    /// Rule files and folders, relative to `base`, and whether the built-in rules are wanted.
    pub fn rule_paths(&self, base: &Path) -> (bool, Vec<PathBuf>) {
        let builtin = self.rules.packs.iter().any(|p| p == "builtin");
        let paths = self
            .rules
            .packs
            .iter()
            .filter(|p| *p != "builtin")
            .map(|p| base.join(p));
        (builtin, paths.collect())
    }

    /// Gives every shard the first declared source whose glob matches it.
    pub fn assign_sources(&self, shards: &mut [Shard]) {
        for source in self.source.iter().rev().filter(|s| !s.globs.is_empty()) {
            let set = glob_set(&source.globs);
            shards
                .iter_mut()
                .filter(|s| set.is_match(&s.path))
                .for_each(|s| s.source.clone_from(&source.id));
        }
    }

    /// How records are read.
    pub fn scan_options(&self) -> ScanOptions {
        let dotted = |path: &str| -> Vec<String> { path.split('.').map(str::to_owned).collect() };
        let named = self.corpus.metadata.iter();
        let named = named.map(|(name, paths)| (name.as_str(), paths.as_slice()));
        let mut meta = MetaPaths {
            id: dotted(&self.corpus.id),
            sources: Vec::new(),
            fields: FieldPaths::new(named),
        };
        let mut sources = SourceRules::default();
        for source in self.source.iter().filter(|s| !s.record_field.is_empty()) {
            let path = dotted(&source.record_field);
            let at = meta
                .sources
                .iter()
                .position(|p| *p == path)
                .unwrap_or_else(|| {
                    meta.sources.push(path);
                    meta.sources.len() - 1
                });
            sources
                .by_value
                .push((at, source.equals.clone(), source.id.clone()));
        }
        if !self.corpus.source.is_empty() {
            sources.name = Some(meta.sources.len());
            meta.sources.push(dotted(&self.corpus.source));
        }
        let text = TextPaths::new(&self.corpus.text).unwrap_or_default();
        ScanOptions {
            text,
            meta,
            sources,
            limits: self.limits.clone(),
            ..ScanOptions::default()
        }
    }

    /// BLAKE3 of everything that what a scan finds depends on, hex.
    ///
    /// `works`: digests of the packs of known works; `membership`: whether fingerprints of all texts
    /// are kept.
    /// `origins`: the lists and snapshots that were read, whose contents bear on it.
    pub fn scan_digest(
        &self,
        sidecar: bool,
        keep: usize,
        tokens: Option<&Counted>,
        (works, membership): (&[&str], bool),
        origins: Option<&Used>,
    ) -> String {
        let sources: Vec<_> = self
            .source
            .iter()
            .map(|s| (&s.id, &s.globs, &s.record_field, &s.equals))
            .collect();
        let parts = serde_json::json!([
            self.corpus,
            self.limits,
            sources,
            sidecar,
            keep,
            tokens,
            works,
            membership,
            origins
        ]);
        blake3::hash(parts.to_string().as_bytes())
            .to_hex()
            .to_string()
    }
}

fn glob_set(globs: &[String]) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    // Checked when the file was read.
    for glob in globs.iter().filter_map(|g| Glob::new(g).ok()) {
        builder.add(glob);
    }
    builder.build().unwrap_or_default()
}

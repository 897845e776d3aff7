//! [`Config`]: `yujian.toml`, what the operator declares. Everything has a default; unknown keys
//! are errors with a suggestion.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::{Deserialize, Serialize};

use crate::SetupError;
use crate::annotation::AnnotationConfig;
use crate::corpus::split::json::{MetaPaths, TextPaths};
use crate::corpus::{FieldPaths, Limits, Shard};
use crate::origins::{OriginsConfig, Used};
use crate::rules::Place;
use crate::scan::{ScanOptions, SourceRules};
use crate::sources::{Answer, Dataset, Declared, PI_BASES, Source, Statement};
use crate::tokens::{Builtin, Counted};

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
    /// What the gate asks for.
    pub policy: PolicyConfig,
    /// Annotation records; read by `annotation check`.
    pub annotation: AnnotationConfig,
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
        let text = std::fs::read_to_string(path).map_err(|error| SetupError::read(path, error))?;
        Self::parse(&text, &path.display().to_string())
    }

    /// Parses and checks the text of a file; `name` is for complaints.
    ///
    /// # Errors
    ///
    /// As [`Config::read`].
    pub fn parse(text: &str, name: &str) -> Result<Self, SetupError> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let complaint =
                Place::new(name, text, at).complaint(error.message(), suggestion(error.message()));
            SetupError::Complaints(vec![complaint])
        })?;
        let mut complaints = Vec::new();
        config.check(&mut |needle: &str, what: String, hint: String| {
            let at = place_of(text, needle);
            complaints.push(Place::new(name, text, at).complaint(what, hint));
        });
        if complaints.is_empty() {
            Ok(config)
        } else {
            Err(SetupError::Complaints(complaints))
        }
    }

    fn check(&self, report: Report<'_>) {
        if let Err(path) = TextPaths::new(&self.corpus.text) {
            report(
                "text",
                format!("[corpus] text: `{path}` is no path"),
                "write text, meta.title or messages[].content".to_owned(),
            );
        }
        self.check_metadata(report);
        self.annotation.check(report);
        let mut seen = std::collections::HashSet::new();
        for source in &self.source {
            let id = source.id.as_str();
            if id.is_empty() {
                report(
                    "[[source]]",
                    "a source without `id`".to_owned(),
                    "give every source an id".to_owned(),
                );
            } else if !seen.insert(id) {
                report(
                    id,
                    format!("source `{id}` is declared twice"),
                    "merge the two".to_owned(),
                );
            }
            if source.record_field.is_empty() == source.globs.is_empty() {
                report(
                    id,
                    format!(
                        "source `{id}` must be told by `match`, or by `record_field` and `equals`"
                    ),
                    "write one of them".to_owned(),
                );
            }
            for glob in source.globs.iter().filter(|g| Glob::new(g).is_err()) {
                report(
                    glob,
                    format!("source `{id}`: `{glob}` is no glob"),
                    "write something like wiki/**".to_owned(),
                );
            }
            self.check_declared(source, report);
        }
        for statement in &self.statement {
            check_statement(statement, report);
        }
        for glob in self.corpus.exclude.iter().filter(|g| Glob::new(g).is_err()) {
            report(
                glob,
                format!("[corpus] exclude: `{glob}` is no glob"),
                "write something like images/**".to_owned(),
            );
        }
        for (name, share) in [
            ("bad_rate", self.policy.bad_rate),
            ("candidate_confidence", self.policy.candidate_confidence),
        ] {
            if share.is_some_and(|s| !(0.0..=1.0).contains(&s)) {
                report(
                    name,
                    format!("[policy] {name} is a share"),
                    "write a number from 0 to 1".to_owned(),
                );
            }
        }
    }

    fn check_declared(&self, source: &SourceConfig, report: Report<'_>) {
        let id = source.id.as_str();
        let (_, wrong) = Declared::read(&source.declared);
        for wrong in wrong {
            let place = format!("{id}\n{}", wrong.key);
            if wrong.message.starts_with("unknown field") && !wrong.message.contains(" in ") {
                let keys = Declared::keys();
                let own = ["id", "match", "record_field", "equals", "pi_basis"];
                let known = keys.iter().map(String::as_str).chain(own);
                let hint = nearest(&wrong.key, known);
                let what = if Declared::keys().contains(&wrong.key) {
                    format!("source `{id}`, {}: {}", wrong.key, wrong.message)
                } else {
                    format!("source `{id}`: unknown key `{}`", wrong.key)
                };
                report(&place, what, hint);
            } else {
                let what = format!("source `{id}`, {}: {}", wrong.key, wrong.message);
                report(
                    &place,
                    what,
                    "docs/configuration.md lists every key".to_owned(),
                );
            }
        }
        if !PI_BASES.contains(&source.pi_basis.as_str()) {
            let hint = nearest(&source.pi_basis, PI_BASES[1..].iter().copied());
            let what = format!("source `{id}`: `{}` is no basis", source.pi_basis);
            report(&format!("{id}\npi_basis"), what, hint);
        }
    }

    fn check_metadata(&self, report: Report<'_>) {
        for (name, paths) in &self.corpus.metadata {
            if name == "id" {
                report(
                    name,
                    "[corpus.metadata] id: ids have a key of their own".to_owned(),
                    "write `id` in [corpus]".to_owned(),
                );
            }
            let wrong = |path: &&String| path.split('.').any(str::is_empty) || path.contains('[');
            for path in paths.as_slice().iter().filter(wrong) {
                report(
                    path,
                    format!("[corpus.metadata] {name}: `{path}` is no path"),
                    "write keys with dots between them, such as meta.url".to_owned(),
                );
            }
        }
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

/// Hears of something wrong: where (see [`place_of`]), what, and how to mend it.
type Report<'a> = &'a mut dyn FnMut(&str, String, String);

/// First byte of what a complaint is about: of a text, or of `source id\nkey` the line of the key
/// in the table of that source.
fn place_of(text: &str, needle: &str) -> usize {
    let Some((id, key)) = needle.split_once('\n') else {
        return text.find(needle).unwrap_or(0);
    };
    let quoted = [format!("\"{id}\""), format!("'{id}'")];
    let at = quoted.iter().find_map(|id| text.find(id)).unwrap_or(0);
    let from = text[..at].rfind("[[").unwrap_or(0);
    let to = text[at..].find("[[").map_or(text.len(), |end| at + end);
    let mut line = from;
    for row in text[from..to].split_inclusive('\n') {
        let name = row.trim_start();
        let rest = name.strip_prefix(key).map(str::trim_start);
        if rest.is_some_and(|rest| rest.starts_with(['=', '.']))
            || name.contains(&format!(".{key}]"))
        {
            return line;
        }
        line += row.len();
    }
    at
}

fn check_statement(statement: &Statement, report: Report<'_>) {
    let clause = &statement.clause;
    if statement.result == Answer::Compliant && statement.evidence.is_empty() {
        report(
            clause,
            format!("[[statement]] {clause}: a duty that is met needs `evidence`"),
            "name the files that prove it".to_owned(),
        );
    }
    if statement.result != Answer::Compliant && statement.reason.trim().is_empty() {
        report(
            clause,
            format!("[[statement]] {clause}: it gives no `reason`"),
            "say why the duty does not apply, or is not met".to_owned(),
        );
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

/// A hint for serde's message on an unknown key: the nearest of the keys it lists.
fn suggestion(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    match (message.starts_with("unknown field"), quoted.next()) {
        (true, Some(key)) => nearest(key, quoted),
        _ => "docs/design.md shows the whole file".to_owned(),
    }
}

fn nearest<'a>(key: &str, known: impl Iterator<Item = &'a str>) -> String {
    let best =
        known.max_by(|a, b| strsim::jaro_winkler(key, a).total_cmp(&strsim::jaro_winkler(key, b)));
    best.map_or_else(String::new, |best| format!("did you mean `{best}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_are_errors_with_line_and_suggestion() {
        let error =
            Config::parse("[corpus]\nid = \"id\"\ntxt = [\"text\"]\n", "yujian.toml").unwrap_err();
        let told = error.to_string();
        assert!(
            told.contains("yujian.toml:3") && told.contains("did you mean `text`?"),
            "{told}"
        );
        let error = Config::parse(
            "[[source]]\nid = \"a\"\nmatch = [\"a/**\"]\nlicense_id = \"MIT\"\n",
            "yujian.toml",
        );
        assert!(
            error
                .unwrap_err()
                .to_string()
                .contains("did you mean `licence_id`?")
        );
    }

    #[test]
    fn everything_has_a_default() {
        assert_eq!(Config::parse("", "yujian.toml").unwrap(), Config::default());
    }
}

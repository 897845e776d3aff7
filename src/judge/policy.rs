//! [`Policy`]: what a gate asks for, from `rules/standards` and the operator's `[policy]`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::LicenceTerms;
use crate::SetupError;
use crate::config::{Config, PolicyConfig, SourceConfig};
use crate::rules::LicenceUses;

const PRESETS: &[(&str, &str)] = &[(
    "filing-cn",
    include_str!("../../rules/standards/filing-cn.toml"),
)];

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CheckKind {
    /// Everything was read.
    Coverage,
    /// Records with illegal or undesirable information, per source.
    BadRate,
    /// One finding is too many.
    ZeroTolerance,
    /// Sensitive personal information, per source.
    PiSensitive,
    /// Other personal information, per source.
    PiGeneral,
    /// Records from addresses whose content must not be used, per source.
    OriginBlocked,
    /// Records from pirate sites, per source.
    OriginPirated,
    /// Records that must not have been collected, per source.
    OriginDisallowed,
    /// Records whose use for training is reserved, per source.
    OriginReserved,
    /// Marks of rights, per source.
    RightsMarks,
    /// Labels of machine-made text were looked for.
    MachineLabels,
    /// Machine-made text in sources that are not declared as synthetic.
    MachineUndeclared,
    /// The share of machine-made text is known.
    MachineShare,
    /// Codes of producers in labels, per source with labels.
    MachineCodes,
    /// Licences that records state against those declared and the use, per source.
    Licence,
}

/// One check with its threshold and where that comes from.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// What is measured.
    #[serde(rename = "id")]
    pub kind: CheckKind,
    /// Our stable clause id.
    pub clause: String,
    /// Where the duty stands.
    pub reference: String,
    /// How sure the text of the reference is: `final_verified`, `draft`, `technical_doc`,
    /// `practice`.
    pub status: String,
    /// See the check.
    pub threshold: f64,
    /// For [`CheckKind::BadRate`].
    #[serde(default)]
    pub candidate_confidence: f64,
    /// For [`CheckKind::ZeroTolerance`]: rule ids, risk codes, entities. For rights: families of
    /// marks.
    #[serde(default)]
    pub names: Vec<String>,
    /// For rights: families of marks of which each needs a person, whatever is declared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub review: Vec<String>,
    /// For [`CheckKind::MachineUndeclared`]: families of signs that count only above the
    /// threshold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weak: Vec<String>,
    /// For [`CheckKind::MachineUndeclared`]: what `generator` of a synthetic source must say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub generator: Vec<String>,
    /// For personal information: grounds that suffice. For rights: keys of a source that declare
    /// a right to use it.
    #[serde(default)]
    pub bases: Vec<String>,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PresetFile {
    format: u32,
    preset: String,
    version: String,
    check: Vec<Check>,
}

/// What a source declares, as far as checks on rights ask for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// `kind`; empty if it declares none.
    pub kind: String,
    /// Keys that it gives a value.
    pub keys: BTreeSet<String>,
    /// Keys of `generator` that have a value.
    pub generator: BTreeSet<String>,
}

/// `kind` of sources that a machine made.
const SYNTHETIC: &str = "synthetic";

impl Claims {
    fn of(source: &SourceConfig) -> Self {
        let declared = &source.declared;
        let keys = declared.iter().filter(|(_, value)| is_given(value));
        let generator = declared.get("generator").and_then(toml::Value::as_table);
        let said = generator.into_iter().flatten();
        let said = said.filter(|(_, value)| is_given(value));
        let kind = declared.get("kind").and_then(toml::Value::as_str);
        Self {
            kind: kind.unwrap_or_default().to_owned(),
            keys: keys.map(|(key, _)| key.clone()).collect(),
            generator: said.map(|(key, _)| key.clone()).collect(),
        }
    }

    /// Whether the source says that a machine made it.
    pub fn is_synthetic(&self) -> bool {
        self.kind == SYNTHETIC
    }

    /// Those of `keys` that its `generator` gives no value, in their order.
    pub fn lacking<'k>(&self, keys: &'k [String]) -> Vec<&'k str> {
        let missing = keys.iter().filter(|key| !self.generator.contains(*key));
        missing.map(String::as_str).collect()
    }

    /// Those of `keys` that it gives a value, in their order.
    pub fn evidence<'k>(&self, keys: &'k [String]) -> Vec<&'k str> {
        let given = keys.iter().filter(|key| self.keys.contains(*key));
        given.map(String::as_str).collect()
    }
}

/// An empty text and `false` declare nothing.
fn is_given(value: &toml::Value) -> bool {
    match value {
        toml::Value::String(text) => !text.trim().is_empty(),
        toml::Value::Boolean(yes) => *yes,
        toml::Value::Array(list) => !list.is_empty(),
        toml::Value::Table(table) => !table.is_empty(),
        _ => true,
    }
}

/// What a gate asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Name of the preset.
    pub preset: String,
    /// Date of the preset.
    pub version: String,
    /// The checks.
    pub checks: Vec<Check>,
    /// Ground for personal information by source; sources that declare none are absent.
    pub bases: BTreeMap<String, String>,
    /// What sources are declared to be (`kind`); those that declare nothing are absent.
    pub kinds: BTreeMap<String, String>,
    /// What sources declare about themselves.
    pub declared: BTreeMap<String, Claims>,
    /// What sources declare of their licences.
    pub licences: BTreeMap<String, LicenceTerms>,
    /// What the corpus is declared to be used for.
    pub uses: LicenceUses,
    /// Whether a check that needs evidence or a person lets the gate pass.
    pub review_passes: bool,
}

impl Policy {
    /// From a configuration.
    ///
    /// # Errors
    ///
    /// If there is no such preset.
    pub fn new(config: &Config) -> Result<Self, SetupError> {
        let wanted = &config.policy;
        let Some((_, text)) = PRESETS.iter().find(|(name, _)| *name == wanted.preset) else {
            let names: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
            return Err(SetupError::other(
                format!("no policy is called `{}`", wanted.preset),
                format!("[policy] preset is one of: {}", names.join(", ")),
            ));
        };
        let file: PresetFile = toml::from_str(text)
            .map_err(|error| SetupError::other(format!("preset: {error}"), "please report this"))?;
        debug_assert_eq!(file.format, 1);
        let kinds = config.source.iter().filter_map(|s| {
            let kind = s.declared.get("kind")?.as_str()?;
            Some((s.id.clone(), kind.to_owned()))
        });
        let bases = config.source.iter().filter(|s| !s.pi_basis.is_empty());
        let licences = config.sources().into_iter().map(|source| {
            let terms = LicenceTerms::new(&source.declared);
            (source.id, terms)
        });
        Ok(Self {
            preset: file.preset,
            version: file.version,
            checks: file
                .check
                .into_iter()
                .map(|check| overridden(check, wanted))
                .collect(),
            bases: bases.map(|s| (s.id.clone(), s.pi_basis.clone())).collect(),
            kinds: kinds.collect(),
            declared: config
                .source
                .iter()
                .map(|s| (s.id.clone(), Claims::of(s)))
                .collect(),
            licences: licences.collect(),
            uses: config.uses(),
            review_passes: wanted.review_passes,
        })
    }
}

fn overridden(mut check: Check, wanted: &PolicyConfig) -> Check {
    match check.kind {
        CheckKind::BadRate => {
            check.threshold = wanted.bad_rate.unwrap_or(check.threshold);
            check.candidate_confidence = wanted
                .candidate_confidence
                .unwrap_or(check.candidate_confidence);
        }
        CheckKind::ZeroTolerance => {
            check.names = wanted.zero_tolerance.clone().unwrap_or(check.names);
        }
        _ => {}
    }
    check
}

//! [`Declared`]: what `yujian.toml` says of one source.

use serde::{Deserialize, Serialize};

use super::Day;

/// Where a source comes from, in the sense of the filing form (`FIL-04`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// 境内开源
    OpenCn,
    /// 境外开源
    OpenForeign,
    /// 自采:爬取
    SelfCrawled,
    /// 自采:自建
    SelfProduced,
    /// 商业
    Commercial,
    /// 使用者输入
    UserInput,
    /// 合成
    Synthetic,
}

impl SourceKind {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 7] = [
        Self::OpenCn,
        Self::OpenForeign,
        Self::SelfCrawled,
        Self::SelfProduced,
        Self::Commercial,
        Self::UserInput,
        Self::Synthetic,
    ];

    /// The word used in `yujian.toml`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenCn => "open_cn",
            Self::OpenForeign => "open_foreign",
            Self::SelfCrawled => "self_crawled",
            Self::SelfProduced => "self_produced",
            Self::Commercial => "commercial",
            Self::UserInput => "user_input",
            Self::Synthetic => "synthetic",
        }
    }

    /// In Chinese, as the form has it.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::OpenCn => "境内开源",
            Self::OpenForeign => "境外开源",
            Self::SelfCrawled => "自采(爬取)",
            Self::SelfProduced => "自采(自建)",
            Self::Commercial => "商业",
            Self::UserInput => "使用者输入",
            Self::Synthetic => "合成",
        }
    }

    /// Whether its licence is a public one.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::OpenCn | Self::OpenForeign)
    }
}

/// What the robots files of a crawl said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RobotsVerdict {
    /// Everything that was fetched was allowed.
    Allowed,
    /// Something was not.
    Disallowed,
    /// There were none.
    NoRobots,
}

/// What training a source is for. Source: title of GB/T 45652-2025 (预训练, 优化训练).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// 预训练
    PreTraining,
    /// 优化训练
    FineTuning,
}

/// One word, or several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Words(pub Vec<String>);

impl Words {
    /// Whether any of them is more than blanks.
    pub fn says(&self) -> bool {
        self.0.iter().any(|word| !word.trim().is_empty())
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "write a string, or a list of strings")]
        enum Either {
            One(String),
            Several(Vec<String>),
        }
        Ok(Self(match Either::deserialize(deserializer)? {
            Either::One(word) if word.is_empty() => Vec::new(),
            Either::One(word) => vec![word],
            Either::Several(words) => words,
        }))
    }
}

/// What a counterparty commits itself to (`SRC-10`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Commitments {
    /// That the source is lawful.
    pub source: bool,
    /// Quality.
    pub quality: bool,
    /// Safety.
    pub safety: bool,
    /// File that proves it.
    pub evidence: String,
}

/// Who looked at a source, and with what result (`SRC-11`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Reviewed {
    /// By whom: a name or a post.
    pub by: String,
    /// When.
    pub at: Option<Day>,
    /// Records that were looked at.
    pub size: Option<u64>,
    /// `passed`, `failed` or a sentence.
    pub result: String,
    /// File that proves it.
    pub evidence: String,
}

/// A safety assessment of a sample before or after collection (`SRC-01`, `SRC-02`).
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Assessment {
    /// Records in the sample.
    pub n: u64,
    /// Those with illegal or undesirable information.
    pub bad: u64,
    /// When.
    pub at: Option<Day>,
    /// By whom.
    pub by: String,
    /// File that proves it.
    pub evidence: String,
}

/// What made a synthetic source (`D52-09`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Generator {
    /// Model or service.
    pub model: String,
    /// Its version.
    pub version: String,
    /// When its output was obtained.
    pub acquired_at: Option<Day>,
    /// How prompts were chosen and output was used.
    pub prompt_policy: String,
}

/// Everything a source may declare beside its id and what it is told by. Source: the source
/// manifest of the product's table of duties, 2.3.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
#[allow(
    missing_docs,
    reason = "the keys are explained in docs/configuration.md, one by one"
)]
pub struct Declared {
    pub name: String,
    #[serde(deserialize_with = "blank")]
    pub kind: Option<SourceKind>,
    pub stages: Vec<Stage>,
    pub modality: Words,
    pub language: Words,
    pub origin_country: String,
    pub hosting_country: String,
    pub publisher: String,
    pub url: String,
    #[serde(deserialize_with = "blank")]
    pub collected_from: Option<Day>,
    #[serde(deserialize_with = "blank")]
    pub collected_to: Option<Day>,
    pub collection_method: String,
    pub collection_log: Words,
    pub fields: Words,
    pub delivery: String,
    pub processing: String,
    pub robots_snapshot: String,
    #[serde(deserialize_with = "blank")]
    pub robots_verdict: Option<RobotsVerdict>,
    pub tos_evidence: String,
    pub licence_id: Words,
    pub licence_evidence: String,
    pub licence_scope: Words,
    pub contract_id: String,
    pub contract_evidence: String,
    pub counterparty_name: String,
    pub counterparty_uscc: String,
    #[serde(deserialize_with = "blank")]
    pub contract_signed_on: Option<Day>,
    #[serde(deserialize_with = "blank")]
    pub contract_valid_to: Option<Day>,
    pub commitments: Commitments,
    pub review: Reviewed,
    pub service_name: String,
    pub user_authorisation_ref: String,
    pub user_authorisation_evidence: String,
    pub generator: Generator,
    pub pi_evidence: String,
    pub pi_categories: Words,
    pub ipr_owner_statement: String,
    pub ipr_risk_level: String,
    pub data_class: String,
    pub data_grade: String,
    #[serde(deserialize_with = "blank")]
    pub important_data: Option<bool>,
    pub transfer_assessment: String,
    pub pre_assessment: Option<Assessment>,
    pub post_verification: Option<Assessment>,
    pub notes: String,
}

/// An empty string is no value: drafts have them where a person must fill something in.
pub(super) fn blank<'de, T: serde::de::DeserializeOwned, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let value = toml::Value::deserialize(deserializer)?;
    if value.as_str().is_some_and(|text| text.trim().is_empty()) {
        return Ok(None);
    }
    let read = T::deserialize(value);
    let read = read.map_err(|error| serde::de::Error::custom(error.message()))?;
    Ok(Some(read))
}

/// Grounds a source may name. Source: PIPL articles 13, 27 to 29.
pub const PI_BASES: &[&str] = &[
    "",
    "none_found",
    "consent",
    "separate_consent",
    "public_disclosed",
    "contract",
    "statutory",
    "anonymised",
];

impl Declared {
    /// All keys, for suggestions.
    pub fn keys() -> Vec<String> {
        let table = toml::Table::try_from(Self {
            kind: Some(SourceKind::OpenCn),
            collected_from: Day::parse("2026-01-01").map(|(day, _)| day),
            collected_to: Day::parse("2026-01-01").map(|(day, _)| day),
            contract_signed_on: Day::parse("2026-01-01").map(|(day, _)| day),
            contract_valid_to: Day::parse("2026-01-01").map(|(day, _)| day),
            robots_verdict: Some(RobotsVerdict::Allowed),
            important_data: Some(false),
            pre_assessment: Some(Assessment::default()),
            post_verification: Some(Assessment::default()),
            ..Self::default()
        });
        table.map_or_else(|_| Vec::new(), |t| t.keys().cloned().collect())
    }

    /// Reads the keys of a source; what is wrong with one is told by key and does not keep the
    /// others from being read.
    pub fn read(table: &std::collections::BTreeMap<String, toml::Value>) -> (Self, Vec<Wrong>) {
        let mut good = toml::Table::new();
        let mut wrong = Vec::new();
        for (key, value) in table {
            let alone = toml::Table::from_iter([(key.clone(), value.clone())]);
            match Self::deserialize(toml::Value::Table(alone)) {
                Ok(_) => drop(good.insert(key.clone(), value.clone())),
                Err(error) => wrong.push(Wrong {
                    key: key.clone(),
                    message: error.message().to_owned(),
                }),
            }
        }
        let declared = Self::deserialize(toml::Value::Table(good)).unwrap_or_default();
        (declared, wrong)
    }

    /// Every file that is named as evidence, with its key.
    pub fn evidence(&self) -> Vec<(&'static str, &str)> {
        let mut all = vec![
            ("robots_snapshot", &*self.robots_snapshot),
            ("tos_evidence", &self.tos_evidence),
            ("licence_evidence", &self.licence_evidence),
            ("contract_evidence", &self.contract_evidence),
            ("commitments.evidence", &self.commitments.evidence),
            ("review.evidence", &self.review.evidence),
            (
                "user_authorisation_evidence",
                &self.user_authorisation_evidence,
            ),
            ("pi_evidence", &self.pi_evidence),
            ("transfer_assessment", &self.transfer_assessment),
        ];
        for (key, of) in [
            ("pre_assessment.evidence", &self.pre_assessment),
            ("post_verification.evidence", &self.post_verification),
        ] {
            all.extend(of.as_ref().map(|a| (key, &*a.evidence)));
        }
        all.retain(|(_, path)| !path.is_empty());
        all
    }

    /// Whether it was made outside of the mainland, by its kind or by what it says.
    pub fn is_foreign(&self) -> Option<bool> {
        match (self.kind, self.origin_country.trim()) {
            (Some(SourceKind::OpenForeign), _) => Some(true),
            (Some(SourceKind::OpenCn), _) => Some(false),
            (_, "") => None,
            (_, country) => Some(!matches!(
                country.to_uppercase().as_str(),
                "CN" | "CHN" | "中国" | "CHINA"
            )),
        }
    }
}

/// A key whose value cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The key.
    pub key: String,
    /// What is wrong with it.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Declared, Vec<Wrong>) {
        Declared::read(&toml::from_str(text).unwrap())
    }

    #[test]
    fn one_wrong_key_does_not_hide_the_others() {
        let (declared, wrong) = read(
            "name = \"n\"\nkind = \"open\"\ncollected_from = 2026-01-02\ncollected_to = \"31/1/2026\"\ncommitments = { source = true, saftey = true }\n",
        );
        assert_eq!(declared.name, "n");
        assert_eq!(declared.collected_from.unwrap().to_string(), "2026-01-02");
        let keys: Vec<&str> = wrong.iter().map(|w| &*w.key).collect();
        assert_eq!(keys, ["collected_to", "commitments", "kind"]);
    }

    #[test]
    fn every_key_is_known_and_readable() {
        let keys = Declared::keys();
        assert!(keys.len() > 40 && keys.contains(&"transfer_assessment".to_owned()));
    }

    #[test]
    fn one_word_or_several() {
        let (declared, wrong) = read("language = \"zh\"\nmodality = [\"text\", \"image\"]\n");
        assert!(wrong.is_empty());
        assert_eq!(declared.language.0, ["zh"]);
        assert_eq!(declared.modality.0, ["text", "image"]);
    }
}

//! [`Dataset`]: what `yujian.toml` says of the corpus as a whole, for whoever receives it.

use serde::{Deserialize, Serialize};

use super::declared::blank;
use super::{Day, Words};

/// How freely a corpus may be passed on. Source: Traffic Light Protocol 2.0, whose words SPDX 3
/// takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidentiality {
    /// To named people only.
    Red,
    /// Within the organisation and its clients, where they need to know.
    Amber,
    /// Within the community.
    Green,
    /// To anybody.
    Clear,
}

impl Confidentiality {
    /// The word used in `yujian.toml` and in exports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Amber => "amber",
            Self::Green => "green",
            Self::Clear => "clear",
        }
    }
}

/// How a corpus can be had. Source: SPDX 3.0.1, `DatasetAvailabilityType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Availability {
    /// After terms are agreed to on a page.
    Clickthrough,
    /// By its address.
    DirectDownload,
    /// By asking a service for parts of it.
    Query,
    /// After registration.
    Registration,
    /// As a program that collects it.
    ScrapingScript,
}

impl Availability {
    /// The word used in `yujian.toml` and in exports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clickthrough => "clickthrough",
            Self::DirectDownload => "directDownload",
            Self::Query => "query",
            Self::Registration => "registration",
            Self::ScrapingScript => "scrapingScript",
        }
    }
}

/// What a corpus is for. Source: the code system `Use` of the Data Provenance Standards 1.0.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Staging and tests of programs that are no AI.
    NonAiStaging,
    /// Production of programs that are no AI.
    NonAiProduction,
    /// Quality assurance of programs that are no AI.
    NonAiQuality,
    /// Pre-training.
    AiPreTraining,
    /// Alignment, which includes fine-tuning.
    AiAlignment,
    /// Evaluation.
    AiEvaluation,
    /// Making synthetic data.
    AiSynthetic,
}

impl Purpose {
    /// The word used in `yujian.toml` and in exports, and its description in the code system.
    pub const fn named(self) -> (&'static str, &'static str) {
        match self {
            Self::NonAiStaging => ("non-ai-staging", "Non-AI Staging/testing"),
            Self::NonAiProduction => ("non-ai-production", "Non-AI Production"),
            Self::NonAiQuality => ("non-ai-quality", "Non-AI Quality assurance"),
            Self::AiPreTraining => ("ai-pre-training", "AI Pre-Training"),
            Self::AiAlignment => ("ai-alignment", "AI Alignment"),
            Self::AiEvaluation => ("ai-evaluation", "AI Evaluation"),
            Self::AiSynthetic => ("ai-synthetic", "AI Synthetic Data Generation"),
        }
    }
}

/// `[dataset]`
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
#[allow(
    missing_docs,
    reason = "the keys are explained in docs/provenance.md, one by one"
)]
pub struct Dataset {
    pub name: String,
    pub version: String,
    pub description: String,
    pub url: String,
    pub publisher: Words,
    pub custodian: String,
    pub steward: String,
    pub licence_id: String,
    pub citation: String,
    #[serde(deserialize_with = "blank")]
    pub published_on: Option<Day>,
    #[serde(deserialize_with = "blank")]
    pub previous_on: Option<Day>,
    #[serde(deserialize_with = "blank")]
    pub live: Option<bool>,
    #[serde(deserialize_with = "blank")]
    pub confidentiality: Option<Confidentiality>,
    #[serde(deserialize_with = "blank")]
    pub availability: Option<Availability>,
    pub intended_use: String,
    pub purposes: Vec<Purpose>,
    pub use_cases: Words,
    pub biases: Words,
    pub limitations: Words,
    pub social_impact: String,
    pub anonymisation: Words,
    pub missing_data: String,
    pub raw_data: String,
    pub annotation_platform: Words,
    pub annotation_tools: Words,
    pub maintenance: String,
    pub processing_included: Words,
    pub processing_excluded: Words,
    pub storage_allowed: Words,
    pub storage_forbidden: Words,
    pub patents: Words,
    pub trademarks: Words,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_string_is_no_value_and_a_wrong_word_is_an_error() {
        let read = |text: &str| toml::from_str::<Dataset>(text);
        let drafted = "name = \"\"\npublished_on = \"\"\nlive = \"\"\nconfidentiality = \"\"\n\
                       availability = \"\"\npublisher = \"\"\npurposes = []\n";
        assert_eq!(read(drafted).unwrap(), Dataset::default());
        let full = read("published_on = 2026-10-10\nlive = false\npurposes = [\"ai-alignment\"]\n")
            .unwrap();
        assert_eq!(full.published_on.unwrap().to_string(), "2026-10-10");
        assert_eq!(
            (full.live, full.purposes),
            (Some(false), vec![Purpose::AiAlignment])
        );
        for wrong in [
            "confidentiality = \"blue\"",
            "published_on = \"soon\"",
            "purposes = [\"fun\"]",
            "nmae = \"\"",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}

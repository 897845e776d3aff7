//! [`AnnotationPolicy`]: what annotation needs, from `rules/standards/annotation.toml`.

use serde::{Deserialize, Serialize};

/// The duties, and the words by which what they ask for is told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnotationPolicy {
    #[expect(dead_code, reason = "read so that the file may say it")]
    format: u32,
    /// Year.month.day of the thresholds.
    pub version: String,
    /// What annotators are trained in.
    #[serde(rename = "topic")]
    pub topics: Vec<Named>,
    /// What functional rules ask for.
    #[serde(rename = "indicator")]
    pub indicators: Vec<Named>,
    /// The duties, in order.
    #[serde(rename = "check")]
    pub duties: Vec<Duty>,
}

/// Something that is told by words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Stable name.
    pub id: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// In lower case; one of them is enough.
    pub words: Vec<String>,
}

impl Named {
    /// Whether `text`, in lower case, speaks of it.
    pub fn is_in(&self, text: &str) -> bool {
        self.words.iter().any(|word| text.contains(word.as_str()))
    }
}

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each stands in the file with its words")]
pub enum CheckId {
    Training,
    Qualification,
    Roles,
    Time,
    RuleContents,
    RuleKinds,
    FunctionalRules,
    SafetyRules,
    SafetyReview,
    SpotChecks,
    Isolation,
    Platform,
    RuleVersions,
    SafeResponses,
    Arbitration,
    Confidentiality,
    ReturnedBatches,
    OwnContent,
    Traceability,
    Contracts,
    Duplicates,
}

/// How strong a duty is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// 应
    Shall,
    /// 宜: a person judges the reasons for not doing so.
    Should,
}

/// One duty.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    /// What is checked.
    pub id: CheckId,
    /// Our stable clause id.
    pub clause: String,
    /// Where the duty stands.
    pub reference: String,
    /// How sure the text of the reference is: `final_verified`, `draft`, `technical_doc`,
    /// `practice`.
    pub status: String,
    /// How strong it is.
    pub duty: Strength,
    /// See the check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// For [`CheckId::OwnContent`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate_confidence: Option<f64>,
    /// For [`CheckId::Traceability`]: fields that every record needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// What shows that it is met.
    pub evidence: crate::rules::Bilingual,
}

impl AnnotationPolicy {
    /// The duties that ship with the program.
    pub fn builtin() -> Self {
        let text = include_str!("../../rules/standards/annotation.toml");
        toml::from_str(text).expect("a test reads it")
    }

    /// The duty of a check.
    ///
    /// # Panics
    ///
    /// If the file lacks it; a test sees to that.
    pub fn duty(&self, id: CheckId) -> &Duty {
        let duty = self.duties.iter().find(|duty| duty.id == id);
        duty.expect("a test looks for every duty")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_every_duty_once_and_in_order() {
        let policy = AnnotationPolicy::builtin();
        let ids: Vec<CheckId> = policy.duties.iter().map(|duty| duty.id).collect();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(ids, sorted);
        assert_eq!(ids.len(), CheckId::Duplicates as usize + 1);
        assert_eq!((policy.topics.len(), policy.indicators.len()), (4, 4));
        let known = super::super::records::FIELDS;
        for field in &policy.duty(CheckId::Traceability).fields {
            assert!(known.contains(&field.as_str()), "{field}");
        }
    }
}

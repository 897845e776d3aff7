//! [`Clauses`]: the table of duties, from `rules/standards/clauses.toml`.

use serde::{Deserialize, Serialize};

use crate::rules::Bilingual;
use crate::sources::SourceKind;

/// Whether a duty must be met or should be.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// 应
    #[default]
    Must,
    /// 宜: told, but no obstacle to a positive conclusion.
    Should,
}

/// How a duty is measured; see [`super::matrix`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(
    missing_docs,
    reason = "each is the name of a function of `measure`, explained there"
)]
pub enum Measure {
    Supplied,
    AllOf,
    Statement,
    EachClause,
    OneModel,
    PreAssessment,
    PostVerification,
    EcologyClasses,
    SeveralSources,
    ForeignCombined,
    OpenLicence,
    LinkDatasets,
    CollectionRecord,
    Contract,
    Commitments,
    SupplyReview,
    UserAuthorisation,
    Generator,
    DeniedSources,
    PersonalInformation,
    UnneededInformation,
    TechnicalSampling,
    Classified,
    SourceRecord,
    PageUrl,
    RecordMetadata,
    RecordedScan,
    SyntheticRisk,
    ResidualRisk,
    ImportantData,
    Transfer,
    Size,
    Tokens,
    ByType,
    ByKind,
    KindKnown,
    ForeignShare,
    Model,
    VagueName,
    CoarseName,
    SourceUrl,
    Reconcile,
    BeforeAfter,
}

/// One duty.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// Our stable id.
    pub id: String,
    /// Where it stands.
    pub reference: String,
    /// How sure the text of the reference is: `final_verified`, `draft`, `technical_doc`,
    /// `practice`.
    pub status: String,
    /// Whether it must be met.
    #[serde(default)]
    pub duty: Duty,
    /// How it is measured.
    pub measure: Measure,
    /// For [`Measure::Supplied`]: which part of the program has the result.
    #[serde(default)]
    pub supplier: String,
    /// For [`Measure::AllOf`]: the clauses.
    #[serde(default)]
    pub clauses: Vec<String>,
    /// Kinds of sources it applies to; all if empty.
    #[serde(default)]
    pub kinds: Vec<SourceKind>,
    /// Keys of a source that hold its proof; of what annotation supplies, kinds of its files.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// What is measured may not be more, as a share or number.
    pub at_most: Option<f64>,
    /// … or less.
    pub at_least: Option<f64>,
    /// From here on it is close to the limit.
    pub warn_from: Option<f64>,
    /// Of the interval.
    pub confidence: Option<f64>,
    /// Items of the least sample.
    pub size: Option<u64>,
    /// Items of the sample that verifies what has been recorded, where it is not the least one.
    pub verified: Option<u64>,
    /// Share of the least sample.
    pub share: Option<f64>,
    /// From here on a finding makes its record a candidate.
    pub candidate_confidence: Option<f64>,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Clause {
    /// What is asked.
    pub fn title(&self) -> Bilingual {
        Bilingual {
            zh: self.zh.clone(),
            en: self.en.clone(),
        }
    }
}

/// The table.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clauses {
    /// Of the form of the file.
    pub format: u32,
    /// Year.month.day of the last change.
    pub version: String,
    /// The duties, in the order of reports.
    #[serde(rename = "clause")]
    pub all: Vec<Clause>,
}

impl Clauses {
    /// The table that ships with the program.
    pub fn builtin() -> Self {
        let text = include_str!("../../rules/standards/clauses.toml");
        toml::from_str(text).expect("a test reads it")
    }

    /// The duty of that id.
    pub fn get(&self, id: &str) -> Option<&Clause> {
        self.all.iter().find(|clause| clause.id == id)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_table_is_whole() {
        let clauses = Clauses::builtin();
        let mut seen = HashSet::new();
        for clause in &clauses.all {
            assert!(seen.insert(&clause.id), "{} twice", clause.id);
            let known = ["final_verified", "draft", "technical_doc", "practice"];
            assert!(known.contains(&&*clause.status), "{}", clause.id);
            assert!(!clause.zh.is_empty() && !clause.en.is_empty());
            assert_eq!(clause.measure == Measure::AllOf, !clause.clauses.is_empty());
            assert_eq!(
                clause.measure == Measure::Supplied,
                !clause.supplier.is_empty()
            );
            for other in &clause.clauses {
                assert!(clauses.get(other).is_some(), "{}: {other}", clause.id);
                assert_ne!(other, &clause.id);
            }
        }
    }

    /// Every id of the table of duties that this program follows.
    #[test]
    fn no_duty_is_missing() {
        let clauses = Clauses::builtin();
        for (group, count) in [
            ("SRC", 15),
            ("CON", 2),
            ("IPR", 4),
            ("PII", 4),
            ("ANN", 11),
            ("EVA", 6),
            ("KWL", 5),
            ("CLF", 1),
            ("TST", 4),
            ("D52", 19),
            ("D74", 8),
            ("FIL", 14),
            ("REP", 4),
            ("RVW", 13),
            ("AIG", 4),
            ("BRD", 2),
        ] {
            for number in 1..=count {
                let id = format!("{group}-{number:02}");
                assert!(clauses.get(&id).is_some(), "{id}");
            }
        }
    }
}

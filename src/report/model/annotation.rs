//! Annotation (`FIL-08` to `FIL-11`, `FIL-14`): figures, checks, and the rules as they are written.

use serde::Serialize;

use super::{Input, both};
use crate::State;
use crate::annotation::{Figures, RuleText};
use crate::rules::Bilingual;

/// A check of annotation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct AnnotationCheckRow {
    /// The clause.
    pub clause: String,
    /// What is asked.
    pub title: Bilingual,
    /// What came out.
    pub state: State,
    /// Why.
    pub reason: Bilingual,
    /// How much is not as it should be.
    pub offending: u64,
}

/// Annotation.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct AnnotationPart {
    /// Why there is nothing of it.
    pub missing: Option<Bilingual>,
    /// Whether everything could be read.
    pub whole: bool,
    /// Numbers of the main form.
    pub figures: Figures,
    /// Check by check.
    pub checks: Vec<AnnotationCheckRow>,
    /// Rules.
    pub rules: Vec<RuleText>,
}

pub(super) fn part(input: &Input<'_>) -> AnnotationPart {
    let report = input.annotation;
    let checks = report.into_iter().flat_map(|report| &report.checks);
    AnnotationPart {
        missing: report.is_none().then(|| {
            both(
                "未申报标注([annotation]);不涉及标注的,注明“不涉及”及理由",
                "nothing of annotation is declared ([annotation]); if there was none, say so and why",
            )
        }),
        whole: report.is_some_and(|report| report.whole),
        figures: report.map(|report| report.figures.clone()).unwrap_or_default(),
        checks: checks
            .map(|check| AnnotationCheckRow {
                clause: check.duty.clause.clone(),
                title: both(check.duty.zh.clone(), check.duty.en.clone()),
                state: check.state,
                reason: check.reason.clone(),
                offending: check.offending.count,
            })
            .collect(),
        rules: input.annotation_rules.to_vec(),
    }
}

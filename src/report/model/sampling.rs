//! Samples (table 7): what was looked at by people and by machine, with criterion, size, failures
//! and interval. A sample of which there are no verdicts is said to be missing.

use serde::Serialize;

use super::{Gathered, Said};
use crate::State;
use crate::judge::{Number, interval};
use crate::rules::Bilingual;
use crate::sources::{Assessment, Statement};

/// Confidence of intervals.
pub const CONFIDENCE: f64 = 0.95;

/// A sample that a clause asks for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SamplingRow {
    /// The clause.
    pub clause: String,
    /// The criterion.
    pub criterion: Bilingual,
    /// What came out.
    pub state: State,
    /// Size, failures and pass rate, as far as they were measured.
    pub numbers: Vec<Number>,
    /// Why.
    pub reasons: Vec<Bilingual>,
    /// Verdicts of it.
    pub verdicts: Said,
    /// Who answers for it, if somebody does.
    pub stated: Option<Statement>,
}

/// An assessment of a sample of one source.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AssessmentRow {
    /// The source.
    pub source: String,
    /// Whether before collection (`SRC-01`) or after it (`SRC-02`).
    pub clause: &'static str,
    /// Size, failures, day and by whom.
    pub told: Option<Assessment>,
    /// Share of failures.
    pub rate: Option<f64>,
    /// Its interval at 95 % confidence.
    pub interval: Option<(f64, f64)>,
    /// Result.
    pub state: Option<State>,
}

/// All samples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SamplingPart {
    /// Confidence of intervals.
    pub confidence: f64,
    /// Samples of the whole.
    pub whole: Vec<SamplingRow>,
    /// Samples of sources.
    pub sources: Vec<AssessmentRow>,
}

/// Clauses about samples, and whether people must look.
const CLAUSES: [(&str, bool); 5] = [
    ("EVA-02", true),
    ("EVA-03", false),
    ("D52-15", true),
    ("D52-16", true),
    ("D52-18", true),
];

pub(super) fn part(gathered: &Gathered<'_>) -> SamplingPart {
    let matrix = &gathered.input.matrix.clauses;
    let whole = CLAUSES.iter().filter_map(|(id, people)| {
        let result = matrix.iter().find(|result| result.id == *id)?;
        let mut stated = gathered.input.statements.iter();
        let stated = stated.rfind(|statement| statement.clause == *id);
        let numbers: Vec<Number> = result
            .points
            .iter()
            .flat_map(|p| p.numbers.clone())
            .collect();
        Some(SamplingRow {
            clause: (*id).to_owned(),
            criterion: result.title.clone(),
            state: result.state,
            verdicts: match (people, numbers.is_empty(), stated) {
                (false, ..) => Said::known(
                    "全量机检,候选未经人工确认",
                    "a full scan; candidates are not confirmed by people",
                ),
                (true, false, _) => Said::known("见人工抽检结果", "see the verdicts"),
                (true, true, Some(_)) => Said::missing(
                    "没有逐条抽检结果,只有声明及其证明材料",
                    "no verdicts, only a statement with its evidence",
                ),
                (true, true, None) => {
                    Said::missing("没有人工抽检结果", "there are no verdicts of people")
                }
            },
            numbers,
            reasons: result.points.iter().map(|p| p.reason.clone()).collect(),
            stated: stated.cloned(),
        })
    });
    let mut sources = Vec::new();
    for source in &gathered.input.ledger.sources {
        let declared = &source.declared;
        for (clause, told) in [
            ("SRC-01", &declared.pre_assessment),
            ("SRC-02", &declared.post_verification),
        ] {
            let counted = told
                .as_ref()
                .filter(|told| told.n > 0 && told.bad <= told.n);
            sources.push(AssessmentRow {
                source: source.id.clone(),
                clause,
                rate: counted.map(|told| told.bad as f64 / told.n as f64),
                interval: counted.map(|told| interval(told.bad, told.n, CONFIDENCE)),
                state: gathered.state(clause, &source.id),
                told: told.clone(),
            });
        }
    }
    SamplingPart {
        confidence: CONFIDENCE,
        whole: whole.collect(),
        sources,
    }
}

//! Samples (table 7): what was looked at by people and by machine, with criterion, size, failures
//! and interval. A sample of which there are no verdicts is said to be missing.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Gathered, Said};
use crate::State;
use crate::judge::{Number, interval};
use crate::review::SampleOutcome;
use crate::rules::Bilingual;
use crate::sources::{Assessment, Statement};

/// Confidence of intervals.
pub const CONFIDENCE: f64 = 0.95;

/// A sample that a clause asks for.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
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
    /// Who has judged the samples that serve it; none if nobody has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<PeopleRow>,
}

/// Who has judged samples, and when that was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PeopleRow {
    /// Day of the first and of the last verdict that stands.
    pub days: (String, String),
    /// Those who have judged.
    pub reviewers: Vec<String>,
    /// Those who have decided where these differ.
    pub adjudicators: Vec<String>,
}

impl PeopleRow {
    fn of<'s>(samples: impl Iterator<Item = &'s SampleOutcome>) -> Option<Self> {
        let mut days: Option<(String, String)> = None;
        let (mut reviewers, mut adjudicators) = (BTreeSet::new(), BTreeSet::new());
        for sample in samples {
            reviewers.extend(sample.reviewers.keys().cloned());
            adjudicators.extend(sample.adjudicators.keys().cloned());
            let of = sample.days.clone();
            days = match (days, of) {
                (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
                (a, b) => a.or(b),
            };
        }
        Some(Self {
            days: days?,
            reviewers: reviewers.into_iter().collect(),
            adjudicators: adjudicators.into_iter().collect(),
        })
    }
}

/// The store that verdicts were taken from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct StoreFacts {
    /// Its rows.
    pub rows: i64,
    /// The link of the last one: whoever has the store can show that it is this one.
    pub head: String,
    /// Digests of the samples of this run in it.
    pub samples: Vec<String>,
    /// Samples of other runs, which count for nothing.
    pub of_other_runs: u64,
}

/// An assessment of a sample of one source.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct AssessmentRow {
    /// The source.
    pub source: String,
    /// Whether before collection (`SRC-01`) or after it (`SRC-02`).
    pub clause: &'static str,
    /// Size, failures, day and by whom, as declared.
    pub told: Option<Assessment>,
    /// The same from verdicts on a sample of the run: how many were judged, of how many that were
    /// drawn, and how many are no pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judged: Option<(u64, u64, u64)>,
    /// Who has judged those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<PeopleRow>,
    /// Share of failures.
    pub rate: Option<f64>,
    /// Its interval at 95 % confidence.
    pub interval: Option<(f64, f64)>,
    /// Result.
    pub state: Option<State>,
}

/// All samples.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct SamplingPart {
    /// Confidence of intervals.
    pub confidence: f64,
    /// Samples of the whole.
    pub whole: Vec<SamplingRow>,
    /// Samples of sources.
    pub sources: Vec<AssessmentRow>,
    /// The store of verdicts; none if none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store: Option<StoreFacts>,
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
            people: PeopleRow::of(serving(gathered, id)),
            verdicts: match (people, numbers.is_empty(), stated) {
                (false, ..) if numbers.iter().any(|n| n.name == "confirmed") => Said::known(
                    "全量机检,候选经人工抽检确认",
                    "a full scan; a sample that people judged settles its candidates",
                ),
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
                judged: None,
                people: None,
            });
        }
    }
    sources.extend(judged_sources(gathered));
    let reviewed = gathered.input.reviewed;
    SamplingPart {
        store: reviewed.map(|reviewed| StoreFacts {
            rows: reviewed.rows,
            head: reviewed.head.clone(),
            samples: reviewed.samples.iter().map(|s| s.digest.clone()).collect(),
            of_other_runs: reviewed.of_other_runs,
        }),
        confidence: CONFIDENCE,
        whole: whole.collect(),
        sources,
    }
}

/// Samples of this run with a set that serves the clause.
fn serving<'g>(gathered: &'g Gathered<'_>, id: &'g str) -> impl Iterator<Item = &'g SampleOutcome> {
    let samples = gathered.input.reviewed.into_iter().flat_map(|r| &r.samples);
    samples.filter(move |sample| {
        let mut clauses = sample.sets.iter().flat_map(|set| &set.clauses);
        clauses.any(|clause| clause == id)
    })
}

/// Sources that people have judged a sample of, by sample.
fn judged_sources(gathered: &Gathered<'_>) -> Vec<AssessmentRow> {
    let mut rows = Vec::new();
    for sample in serving(gathered, "SRC-02") {
        let people = PeopleRow::of(std::iter::once(sample));
        let strata = sample.set("source").into_iter().flat_map(|set| &set.strata);
        for stratum in strata {
            let counts = &stratum.counts;
            let (n, bad) = (counts.judged(), counts.judged() - counts.pass);
            let is_census = n == stratum.population;
            let rate = (n > 0).then(|| bad as f64 / n as f64);
            rows.push(AssessmentRow {
                source: stratum.name.clone(),
                clause: "SRC-02",
                told: None,
                judged: Some((n, counts.drawn, bad)),
                people: people.clone(),
                rate,
                interval: rate.map(|rate| match is_census {
                    true => (rate, rate),
                    false => interval(bad, n, CONFIDENCE),
                }),
                state: gathered.state("SRC-02", &stratum.name),
            });
        }
    }
    rows
}

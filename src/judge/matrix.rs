//! [`Matrix`]: every duty of the table with its result, reasons and evidence.

use std::collections::BTreeMap;

use serde::Serialize;

use super::clauses::{Clause, Clauses, Duty, Measure};
use super::measure;
use super::verdict::{CheckResult, Facts};
use crate::State;
use crate::annotation::AnnotationReport;
use crate::review::Reviewed;
use crate::rules::Bilingual;
use crate::sources::{Day, Ledger, Statement};
use crate::tokens::StratumEstimate;

/// A number behind a result.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Number {
    /// What it is: `records`, `share`, …
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Of how many, where it is a part of something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<f64>,
    /// Lower end of its interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Upper end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
}

/// One result: of a duty on one source, or on the whole.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Point {
    /// The source; none for the whole.
    pub source: Option<String>,
    /// What came out.
    pub state: State,
    /// Numbers behind it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<Number>,
    /// Ids of the evidence it rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// Why.
    pub reason: Bilingual,
}

/// A duty, judged.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ClauseResult {
    /// Our id.
    pub id: String,
    /// Where it stands.
    pub reference: String,
    /// How sure the text of the reference is.
    pub status: String,
    /// Whether it must be met.
    pub duty: Duty,
    /// What is asked.
    pub title: Bilingual,
    /// The worst of its results.
    pub state: State,
    /// Its results.
    pub points: Vec<Point>,
}

/// All duties, judged.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Matrix {
    /// Version of the table of duties.
    pub version: String,
    /// As of which day.
    pub as_of: Day,
    /// The duties, in the order of the table.
    pub clauses: Vec<ClauseResult>,
    /// How many have which result, by the words of [`State`].
    pub counts: BTreeMap<String, u64>,
    /// The worst result of a duty that must be met.
    pub conclusion: State,
    /// Whether every duty that must be met is met or does not apply.
    pub positive: bool,
}

/// What is judged.
pub struct Case<'a> {
    /// What the scan measured.
    pub facts: &'a Facts<'a>,
    /// What is declared, with its evidence.
    pub ledger: &'a Ledger,
    /// What a person answers for.
    pub statements: &'a [Statement],
    /// Results of other parts of the program, by clause.
    pub supplied: BTreeMap<String, Vec<Point>>,
    /// What came of the check of annotation; none if nothing of it is declared.
    pub annotation: Option<&'a AnnotationReport>,
    /// What people say of samples of the run; none if no store of verdicts is named.
    pub reviewed: Option<&'a Reviewed>,
    /// Tokens by source, type and language; none if they were not counted.
    pub tokens: Option<&'a [StratumEstimate]>,
    /// Whether the run has a row for every record.
    pub recorded: bool,
    /// Sources that were rejected; none if no list is kept.
    pub denied: Option<&'a [String]>,
    /// Head of the filing.
    pub model: &'a BTreeMap<String, toml::Value>,
    /// What became of the findings of an earlier run; none if none is named.
    pub before: Option<BeforeAfter>,
    /// As of which day contracts are in force.
    pub as_of: Day,
}

/// What became of the findings that count of an earlier run. The parts of `before` add up to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BeforeAfter {
    /// Whether both runs looked at their corpora in the same way, and at all of them.
    pub comparable: bool,
    /// Of the earlier run.
    pub before: u64,
    /// Gone with their records.
    pub removed: u64,
    /// Gone from records that are still there.
    pub replaced: u64,
    /// Still there, and suppressed now.
    pub closed: u64,
    /// Still there.
    pub still: u64,
    /// It cannot be said.
    pub unclear: u64,
    /// Of the later run.
    pub after: u64,
    /// Of these, not in the earlier one.
    pub new: u64,
}

impl Point {
    /// A result with its reason.
    pub fn new(
        source: Option<&str>,
        state: State,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            source: source.map(str::to_owned),
            state,
            numbers: Vec::new(),
            evidence: Vec::new(),
            reason: Bilingual {
                zh: zh.into(),
                en: en.into(),
            },
        }
    }

    /// With a number.
    #[must_use]
    pub fn number(mut self, name: &str, value: f64, of: Option<f64>) -> Self {
        self.numbers.push(Number {
            name: name.to_owned(),
            value,
            of,
            low: None,
            high: None,
        });
        self
    }

    /// With the interval of the last number.
    #[must_use]
    pub fn between(mut self, low: f64, high: f64) -> Self {
        if let Some(number) = self.numbers.last_mut() {
            (number.low, number.high) = (Some(low), Some(high));
        }
        self
    }

    /// With ids of evidence.
    #[must_use]
    pub fn proved(mut self, evidence: Vec<String>) -> Self {
        self.evidence = evidence;
        self
    }

    /// From a check of the gate.
    pub fn of_check(check: &CheckResult) -> Self {
        let point = Self::new(
            check.source.as_deref(),
            check.state,
            check.reason_zh.clone(),
            check.reason_en.clone(),
        );
        point.number("measured", check.measured, Some(check.of as f64))
    }
}

/// The worst of several results: what does not apply counts only if nothing else does.
pub fn worst(states: impl IntoIterator<Item = State>) -> State {
    let order = |state: &State| match state {
        State::NotApplicable => 0,
        State::Compliant => 1,
        State::NeedsReview => 2,
        State::NeedsEvidence => 3,
        State::NonCompliant => 4,
    };
    states
        .into_iter()
        .max_by_key(order)
        .unwrap_or(State::NotApplicable)
}

/// Judges every duty of `clauses`.
pub fn matrix(case: &Case<'_>, clauses: &Clauses) -> Matrix {
    let mut done: BTreeMap<&str, Vec<Point>> = BTreeMap::new();
    for clause in &clauses.all {
        if !matches!(clause.measure, Measure::AllOf | Measure::EachClause) {
            done.insert(&clause.id, points(case, clause));
        }
    }
    // What rests on others comes after them, and may rest on one another.
    let mut waiting: Vec<&Clause> = clauses
        .all
        .iter()
        .filter(|clause| clause.measure == Measure::AllOf)
        .collect();
    while !waiting.is_empty() {
        let ready = |clause: &&Clause| clause.clauses.iter().all(|id| done.contains_key(&**id));
        let (now, later): (Vec<&Clause>, Vec<&Clause>) = waiting.into_iter().partition(ready);
        if now.is_empty() {
            // A circle in the table, which a test forbids: nothing is known of these.
            for clause in later {
                done.insert(&clause.id, vec![measure::nothing_supplied(clause)]);
            }
            break;
        }
        for clause in now {
            let point = measure::all_of(clause, &done);
            done.insert(&clause.id, vec![point]);
        }
        waiting = later;
    }
    for clause in clauses
        .all
        .iter()
        .filter(|c| c.measure == Measure::EachClause)
    {
        let (zh, en) = (
            format!("共 {} 条,逐条有结果与理由", clauses.all.len()),
            format!(
                "all {} clauses have a result and a reason",
                clauses.all.len()
            ),
        );
        done.insert(&clause.id, vec![Point::new(None, State::Compliant, zh, en)]);
    }
    assemble(case, clauses, done)
}

fn points(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    let supplied = case.supplied.get(&clause.id).cloned().unwrap_or_default();
    let mut points = measure::points(case, clause, &supplied);
    // What a measure has looked at itself it does not repeat.
    if clause.measure != Measure::PersonalInformation {
        points.extend(supplied);
    }
    if points.is_empty() {
        points.push(measure::nothing_supplied(clause));
    }
    if !case.facts.whole {
        // What was not read may hold anything.
        for point in points.iter_mut().filter(|p| p.state == State::Compliant) {
            if measure::rests_on_the_scan(clause) {
                point.state = State::NeedsEvidence;
                point.reason.zh.push_str(";未全部读取");
                point.reason.en.push_str("; not everything was read");
            }
        }
    }
    measure::stated(case, clause, points)
}

fn assemble(case: &Case<'_>, clauses: &Clauses, mut done: BTreeMap<&str, Vec<Point>>) -> Matrix {
    let results: Vec<ClauseResult> = clauses
        .all
        .iter()
        .map(|clause| {
            let points = done.remove(&*clause.id).unwrap_or_default();
            ClauseResult {
                id: clause.id.clone(),
                reference: clause.reference.clone(),
                status: clause.status.clone(),
                duty: clause.duty,
                title: clause.title(),
                state: worst(points.iter().map(|point| point.state)),
                points,
            }
        })
        .collect();
    let must = || results.iter().filter(|r| r.duty == Duty::Must);
    let conclusion = worst(must().map(|result| result.state));
    let positive = must().all(|r| matches!(r.state, State::Compliant | State::NotApplicable));
    let mut counts = BTreeMap::new();
    for result in &results {
        *counts.entry(result.state.en().to_owned()).or_default() += 1;
    }
    Matrix {
        version: clauses.version.clone(),
        as_of: case.as_of,
        conclusion,
        positive: positive && case.facts.whole,
        counts,
        clauses: results,
    }
}

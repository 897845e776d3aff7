//! [`Results`]: what a gate says, in one shape for every format a pipeline reads.
//!
//! The checks of the policy and the clauses of the table become cases in groups. 待核 and 人工复核 never
//! pass: a case with such a result fails, or, where the gate is not stopped by it (宜, or a policy that
//! lets reviews pass), is skipped with its result said.

mod json;
mod junit;
mod markdown;

use std::collections::BTreeMap;

use crate::State;
use crate::judge::{Duty, Matrix, Verdict};
use crate::rules::Bilingual;
use crate::run::{Coverage, Manifest, Unread};

pub use json::{ClausesReport, GateReport};
pub use junit::junit;
pub use markdown::{COMMENT, markdown};

/// Name and version of the form of `gate --format json`.
pub const GATE_FORMAT: &str = "yujian-gate/1";
/// Name and version of the form of `gate --clauses --format json`.
pub const CLAUSES_FORMAT: &str = "yujian-clauses/1";

/// One reason of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The source; none for the whole.
    pub source: Option<String>,
    /// What came out.
    pub state: State,
    /// Why.
    pub text: Bilingual,
}

/// How a pipeline takes a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Met.
    Passed,
    /// It does not apply.
    NotApplicable,
    /// Not met, or not shown, and no obstacle.
    Tolerated,
    /// Not met, or not shown.
    Failed,
}

/// A check or clause with its result.
#[derive(Clone, Debug, PartialEq)]
pub struct ResultCase {
    /// Id of the clause.
    pub id: String,
    /// What is asked.
    pub title: Bilingual,
    /// The source; none for the whole, or all.
    pub source: Option<String>,
    /// Where the duty stands.
    pub reference: String,
    /// What came out.
    pub state: State,
    /// Whether the gate is not passed for it.
    pub stops: bool,
    /// Why.
    pub reasons: Vec<Reason>,
}

impl ResultCase {
    /// How a pipeline takes it.
    pub const fn taken(&self) -> Taken {
        match (self.state, self.stops) {
            (State::Compliant, _) => Taken::Passed,
            (State::NotApplicable, _) => Taken::NotApplicable,
            (_, true) => Taken::Failed,
            (_, false) => Taken::Tolerated,
        }
    }

    /// Its reasons that are as bad as itself.
    pub fn worst(&self) -> impl Iterator<Item = &Reason> {
        self.reasons
            .iter()
            .filter(|reason| reason.state == self.state)
    }
}

/// Cases whose ids begin alike.
#[derive(Clone, Debug, PartialEq)]
pub struct ResultGroup {
    /// `SRC`, `PII`, …
    pub name: String,
    /// In the order of the table.
    pub cases: Vec<ResultCase>,
}

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// Name of the policy or table, with its version.
    pub policy: String,
    /// Version of the program that scanned.
    pub tool: String,
    /// Root of the run.
    pub root: String,
    /// Digest of the rules.
    pub rules: String,
    /// When the scan ended, `2026-01-31T12:00:00` in UTC: of the run, no clock of now.
    pub finished: String,
    /// Whether everything was read.
    pub whole: bool,
    /// Whether the gate is passed.
    pub passed: bool,
    /// What was not read, the first of it.
    pub unread: Vec<Unread>,
    /// How much more there is.
    pub unread_more: u64,
    /// The cases.
    pub groups: Vec<ResultGroup>,
}

impl Results {
    /// Of a verdict.
    pub fn of_verdict(verdict: &Verdict, manifest: &Manifest, review_passes: bool) -> Self {
        let cases = verdict.checks.iter().map(|result| {
            let review = matches!(result.state, State::NeedsReview | State::NeedsEvidence);
            ResultCase {
                id: result.check.clause.clone(),
                title: Bilingual {
                    zh: result.check.zh.clone(),
                    en: result.check.en.clone(),
                },
                source: result.source.clone(),
                reference: result.check.reference.clone(),
                state: result.state,
                stops: !(review && review_passes && verdict.covered),
                reasons: vec![Reason {
                    source: result.source.clone(),
                    state: result.state,
                    text: Bilingual {
                        zh: result.reason_zh.clone(),
                        en: result.reason_en.clone(),
                    },
                }],
            }
        });
        let policy = format!("{} {}", verdict.preset, verdict.version);
        Self::new(policy, manifest, verdict.passed, cases.collect())
    }

    /// Of the table of clauses.
    pub fn of_matrix(matrix: &Matrix, manifest: &Manifest) -> Self {
        let cases = matrix.clauses.iter().map(|clause| ResultCase {
            id: clause.id.clone(),
            title: clause.title.clone(),
            source: None,
            reference: clause.reference.clone(),
            state: clause.state,
            stops: clause.duty == Duty::Must,
            reasons: (clause.points.iter())
                .map(|point| Reason {
                    source: point.source.clone(),
                    state: point.state,
                    text: point.reason.clone(),
                })
                .collect(),
        });
        let policy = format!("clauses {} ({})", matrix.version, matrix.as_of);
        Self::new(policy, manifest, matrix.positive, cases.collect())
    }

    fn new(policy: String, manifest: &Manifest, passed: bool, cases: Vec<ResultCase>) -> Self {
        let Coverage {
            whole,
            unread,
            unread_more,
            ..
        } = &manifest.coverage;
        let mut groups: Vec<ResultGroup> = Vec::new();
        for case in cases {
            let name = case.id.split('-').next().unwrap_or_default().to_owned();
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.cases.push(case),
                None => groups.push(ResultGroup {
                    name,
                    cases: vec![case],
                }),
            }
        }
        let finished = chrono::DateTime::parse_from_rfc3339(&manifest.environment.finished);
        let finished = finished.map_or_else(
            |_| "1970-01-01T00:00:00".to_owned(),
            |at| at.to_utc().format("%Y-%m-%dT%H:%M:%S").to_string(),
        );
        Self {
            policy,
            tool: manifest.tool_version.clone(),
            root: manifest.integrity.root.clone(),
            rules: manifest.rules.digest.clone(),
            finished,
            whole: *whole,
            passed: passed && *whole,
            unread: unread.clone(),
            unread_more: *unread_more,
            groups,
        }
    }

    /// All cases.
    pub fn cases(&self) -> impl Iterator<Item = &ResultCase> {
        self.groups.iter().flat_map(|group| &group.cases)
    }

    /// How many have which result, in the order of [`STATES`].
    pub fn counts(&self) -> [(State, u64); 5] {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for case in self.cases() {
            *counts.entry(case.state.en()).or_default() += 1;
        }
        STATES.map(|state| (state, counts.get(state.en()).copied().unwrap_or(0)))
    }
}

/// Results from the worst to the best.
pub const STATES: [State; 5] = [
    State::NonCompliant,
    State::NeedsEvidence,
    State::NeedsReview,
    State::Compliant,
    State::NotApplicable,
];

/// The word of JSON.
pub const fn word(state: State) -> &'static str {
    match state {
        State::Compliant => "compliant",
        State::NotApplicable => "not-applicable",
        State::NeedsReview => "needs-review",
        State::NeedsEvidence => "needs-evidence",
        State::NonCompliant => "non-compliant",
    }
}

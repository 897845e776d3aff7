//! [`AnnotationReport`]: what came of the check, for printing and for filing documents.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::agreement::Agreement;
use super::files::Input;
use super::policy::{AnnotationPolicy, CheckId, Duty, Strength};
use super::read::RecordFile;
use super::scan::ScanReport;
use crate::State;
use crate::problem::{Problems, Word};
use crate::rules::Bilingual;

/// Ids that are listed; all are counted.
const LISTED: usize = 20;

/// Whatever is not as a check wants it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Offending {
    /// How many.
    pub count: u64,
    /// The first ones.
    pub first: Vec<String>,
}

impl Offending {
    /// Adds one; `name` is only asked if it will be listed.
    pub fn add(&mut self, name: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.len() < LISTED {
            self.first.push(name());
        }
    }

    /// Of a list.
    pub fn of(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut offending = Self::default();
        names
            .into_iter()
            .for_each(|name| offending.add(|| name.into()));
        offending
    }
}

/// One check.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct AnnotationCheck {
    /// What is asked, and where.
    #[serde(flatten)]
    pub duty: Duty,
    /// What came out.
    pub state: State,
    /// Why.
    pub reason: Bilingual,
    /// What was counted or measured, by name.
    pub numbers: BTreeMap<Word, f64>,
    /// What is not as it should be.
    pub offending: Offending,
}

/// How a check came out.
pub(super) struct Judged {
    pub state: State,
    pub reason: Bilingual,
    pub numbers: BTreeMap<Word, f64>,
    pub offending: Offending,
}

impl Judged {
    /// With a state and its reason in both languages.
    pub fn new(state: State, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            state,
            reason: crate::problem::both(zh, en),
            numbers: BTreeMap::new(),
            offending: Offending::default(),
        }
    }

    /// With a number.
    pub fn number(mut self, name: &'static str, value: f64) -> Self {
        self.numbers.insert(name.into(), value);
        self
    }

    /// With what is not as it should be.
    pub fn offending(mut self, offending: Offending) -> Self {
        self.offending = offending;
        self
    }

    /// The check of a duty. Of what should be done a person judges why it was not.
    pub fn check(mut self, id: CheckId, policy: &AnnotationPolicy) -> AnnotationCheck {
        let duty = policy.duty(id).clone();
        if duty.duty == Strength::Should && self.state == State::NonCompliant {
            self.state = State::NeedsReview;
            self.reason.zh.push_str(";推荐性要求,说明理由或等效措施");
            self.reason
                .en
                .push_str("; recommended only: give reasons, or what is done instead");
        }
        AnnotationCheck {
            duty,
            state: self.state,
            reason: self.reason,
            numbers: self.numbers,
            offending: self.offending,
        }
    }
}

/// Numbers of annotations and items.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema,
)]
pub struct Amounts {
    /// Annotations.
    pub annotations: u64,
    /// Different items.
    pub items: u64,
}

/// People of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize, schemars::JsonSchema)]
pub struct People {
    /// In the registry.
    pub registered: u64,
    /// Of these, those who annotated or reviewed.
    pub worked: u64,
    /// Of the registered, those with a training.
    pub trained: u64,
    /// Trainings, one a person and day.
    pub trainings: u64,
    /// Hours of training.
    pub hours: f64,
    /// Trainings of which nobody says how long they were.
    pub without_hours: u64,
}

/// A rule document, for the table of rules.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
pub struct RuleRow {
    /// The file.
    pub file: String,
    /// BLAKE3 of it, hex.
    pub digest: String,
    /// What it is for.
    pub kind: Option<super::records::Kind>,
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Risks it has a way to judge for.
    pub risks: u64,
}

/// A batch, for the table of verification.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, schemars::JsonSchema)]
pub struct BatchRow {
    /// Its id.
    pub batch: String,
    /// Annotations in it.
    pub annotations: u64,
    /// Of these verified by a person.
    pub verified: u64,
    /// Share of it.
    pub ratio: f64,
    /// Errors that were found.
    pub errors: u64,
    /// What was done with it.
    pub action: super::records::Action,
}

/// What the main form of a filing asks for.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, schemars::JsonSchema)]
pub struct Figures {
    /// `FIL-08`: by unit (`text`, `image`) and kind (`functional`, `safety`, `unknown`).
    pub annotated: BTreeMap<Word, BTreeMap<Word, Amounts>>,
    /// `FIL-09`, `FIL-10`: by type (`internal`, `outsourced`, `unknown`).
    pub people: BTreeMap<Word, People>,
    /// `FIL-11`.
    pub rules: Vec<RuleRow>,
    /// `FIL-14`: annotations that a person verified.
    pub verified: u64,
    /// `FIL-14`: share of them; none without annotations.
    pub verified_ratio: Option<f64>,
    /// `FIL-14`: how many batches there are.
    pub batches: u64,
    /// `FIL-14`: the batches of which the least was verified, at most a hundred.
    pub least_verified: Vec<BatchRow>,
    /// Annotations by risk they name.
    pub by_risk: BTreeMap<Word, u64>,
}

/// Quantiles of durations in seconds.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Quantiles {
    /// Annotations whose duration is known.
    pub known: u64,
    /// Shortest.
    pub min: f32,
    /// 5 % are shorter.
    pub p5: f32,
    /// 25 % are shorter.
    pub p25: f32,
    /// Half are shorter.
    pub p50: f32,
    /// 75 % are shorter.
    pub p75: f32,
    /// 95 % are shorter.
    pub p95: f32,
    /// Longest.
    pub max: f32,
}

/// How far annotators agree.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct AgreementReport {
    /// Over all items; none if nothing was annotated twice, or labels are free text.
    pub overall: Option<Agreement>,
    /// By kind of task.
    pub by_task_type: BTreeMap<String, Agreement>,
    /// Whether an item has the risk, by code, over safety annotation.
    pub by_risk: BTreeMap<Word, Agreement>,
}

/// What a report was made of: whoever takes up a report later can see whether it still holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Basis {
    /// Version of the program.
    pub tool: String,
    /// BLAKE3 of `[annotation]` and of what decides beside it, hex.
    pub config: String,
    /// The files, with their digests, in the order of keys and names.
    pub inputs: Vec<Input>,
}

/// What came of the check.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct AnnotationReport {
    /// Version of the duties.
    pub policy: String,
    /// What it was made of.
    pub basis: Basis,
    /// Whether everything could be read; if not, nothing counts as passed.
    pub whole: bool,
    /// Whether every check passes.
    pub passed: bool,
    /// Files of records.
    pub files: Vec<RecordFile>,
    /// Numbers for the filing.
    pub figures: Figures,
    /// Check by check.
    pub checks: Vec<AnnotationCheck>,
    /// Durations over all, and by kind of task.
    pub durations: BTreeMap<String, Quantiles>,
    /// How far annotators agree.
    pub agreement: AgreementReport,
    /// What the scanner found in the annotations themselves.
    pub scan: ScanReport,
    /// What is wrong with what was read.
    pub problems: Problems,
}

impl AnnotationReport {
    /// The check of that clause.
    pub fn clause(&self, clause: &str) -> Option<&AnnotationCheck> {
        self.checks.iter().find(|check| check.duty.clause == clause)
    }
}

//! What `gate --format json` prints.

use serde::Serialize;

use super::{CLAUSES_FORMAT, GATE_FORMAT};
use crate::judge::{Matrix, Verdict};
use crate::problem::Problem;
use crate::sources::Evidence;

/// The checks of the policy, judged.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct GateReport<'a> {
    /// [`GATE_FORMAT`].
    format: &'static str,
    #[serde(flatten)]
    verdict: &'a Verdict,
}

impl<'a> GateReport<'a> {
    /// Of a verdict.
    pub const fn new(verdict: &'a Verdict) -> Self {
        Self {
            format: GATE_FORMAT,
            verdict,
        }
    }
}

/// The clauses of the table, judged.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ClausesReport<'a> {
    /// [`CLAUSES_FORMAT`].
    format: &'static str,
    /// Every clause with its result.
    matrix: &'a Matrix,
    /// Every file that proves something.
    evidence: &'a [Evidence],
    /// What is wrong with anything that was read, the first of it.
    problems: &'a [Problem],
    /// How much more there is.
    more_problems: u64,
}

impl<'a> ClausesReport<'a> {
    /// Of a table, its evidence, and what is wrong with anything that was read.
    pub const fn new(
        matrix: &'a Matrix,
        evidence: &'a [Evidence],
        problems: &'a [Problem],
        more_problems: u64,
    ) -> Self {
        Self {
            format: CLAUSES_FORMAT,
            matrix,
            evidence,
            problems,
            more_problems,
        }
    }
}

//! Facts → verdict: pure arithmetic on counts, without files and clocks.

mod clauses;
mod interval;
mod keywords;
mod licences;
mod matrix;
mod measure;
mod origins;
mod policy;
mod rights;
mod stratified;
mod testbank;
mod verdict;

pub use crate::State;
pub use clauses::{Clause, Clauses, Duty, Measure};
pub use interval::{interval, lower_bound, upper_bound};
pub use keywords::{KeywordAudit, KeywordCheck, KeywordPolicy, RiskCount, releases};
pub use licences::{LicenceResult, LicenceTerms, judge_licences};
pub use matrix::{BeforeAfter, Case, ClauseResult, Matrix, Number, Point, matrix, worst};
pub use measure::pass_share;
pub use policy::{Check, CheckKind, Claims, Policy};
pub use stratified::{Share, ShareMethod, StratumCounts, stratified};
pub use testbank::{BankCount, ClassCount, Leak, TestBankAudit, TestBankCase};
pub use verdict::{CheckResult, Facts, Verdict, judge};

//! Facts → verdict: pure arithmetic on counts, without files and clocks.

mod keywords;
mod policy;
mod verdict;

pub use crate::State;
pub use keywords::{KeywordAudit, KeywordCheck, KeywordPolicy, RiskCount, releases};
pub use policy::{Check, CheckKind, Policy};
pub use verdict::{CheckResult, Facts, Verdict, judge};

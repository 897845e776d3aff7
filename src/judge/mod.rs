//! Facts → verdict: pure arithmetic on counts, without files and clocks.

mod policy;
mod verdict;

pub use policy::{Check, CheckKind, Policy};
pub use verdict::{CheckResult, Facts, State, Verdict, judge};

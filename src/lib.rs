//! Yujian 语鉴: the training-corpus compliance scanner.

mod error;
mod finding;
mod span;

pub mod corpus;
pub mod detect;
pub mod rules;
pub mod run;
pub mod scan;

pub use error::{Complaint, RunError, SetupError, ShardError};
pub use finding::{Confidence, Finding, Folds, RuleIndex, Severity, ValueHash};
pub use span::Span;

//! Yujian 语鉴: the training-corpus compliance scanner.

mod complaint;
mod data;
mod dates;
mod details;
mod error;
mod faults;
mod finding;
mod guard;
mod limit;
mod problem;
mod sheet;
mod span;
mod state;
mod stored;

pub mod annotation;
pub mod cli;
pub mod config;
pub mod corpus;
pub mod detect;
pub mod identify;
pub mod judge;
pub mod lexicon;
pub mod origins;
pub mod provenance;
pub mod report;
pub mod review;
pub mod rules;
pub mod run;
pub mod scan;
pub mod sources;
pub mod testbank;
pub mod text;
pub mod tokens;
pub mod works;

pub use complaint::{Complaint, Paint, Place, Quote};
pub use details::Details;
pub use error::{RunError, SetupError, ShardError};
pub use finding::{Confidence, Finding, Folds, RuleIndex, Severity, ValueHash};
pub use limit::Limit;
pub use span::Span;
pub use state::State;

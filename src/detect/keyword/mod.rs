//! Keywords: every term of every rule in one pass, all overlapping matches.

mod combine;
mod compile;
mod finder;
mod matcher;
mod stored;

pub use combine::{Candidate, Settle, back, forward, is_whole_word};
pub use compile::{CompiledTerms, KeywordRule, Role, Stage};
pub use finder::TermFinder;
#[cfg(fuzzing)]
pub use matcher::proof;
pub use matcher::{Reading, TermMatcher, TermOptions};

use crate::Folds;

/// One occurrence of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Position in [`CompiledTerms::terms`].
    pub term: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Folds that were needed.
    pub folds: Folds,
}

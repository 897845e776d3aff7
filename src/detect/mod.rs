//! Text → findings.
pub mod pii;

//! Personal data: pattern rules, their confirmations and their context.
//!
//! Wide and cheap first: one pass finds clusters of digits, `@` signs and context words; only
//! there patterns are tried. Then narrow: confirmations, words that speak for or against, values
//! known to be nobody's.

mod address;
pub mod checksum;
mod cluster;
mod compile;
pub mod confirm;
mod engine;
mod generic;

pub use compile::CompiledPatterns;
pub use engine::{Search, Value};

//! Personal data: pattern rules, their confirmations and their context.
//!
//! Wide and cheap first: one pass finds clusters of digits, `@` signs and context words; only
//! there patterns are tried. Then narrow: confirmations, words that speak for or against, values
//! known to be nobody's.

mod address;
pub mod checksum;
mod cluster;
mod cn_identity;
mod cn_organisation;
mod compile;
pub mod confirm;
mod contact;
mod engine;
mod finance;
mod foreign;
mod generic;
mod mrz;
mod placeholder;

pub use compile::CompiledPatterns;
pub use engine::{Search, Value};

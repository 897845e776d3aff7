//! Personal data: pattern rules, their confirmations and their context.
//!
//! Wide and cheap first: one pass over the text as it stands finds numbers, `@` signs and context
//! words ([`Anchors`]); only what surrounds them is folded and patterns are tried there. Then
//! narrow: confirmations, words that speak for or against, values known to be nobody's.

mod address;
mod anchors;
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
mod pattern;
mod placeholder;

pub use anchors::{Anchors, Key};
pub use cn_organisation::is_credit_code;
pub use compile::{CompiledPatterns, compact};
pub use engine::{Search, Value};
pub use pattern::Pattern;

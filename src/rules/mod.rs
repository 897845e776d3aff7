//! Rules: data that says what to look for.

mod info;
mod tables;

pub use info::{Bilingual, PiClass, RuleInfo};
pub use tables::Tables;

//! Rules: data that says what to look for.

mod check;
mod expression;
mod info;
mod licences;
mod set;
pub mod syntax;
mod tables;
mod texts;

pub use check::{is_risk, too_broad};
pub use expression::LicenceStatement;
pub use info::{Bilingual, PiClass, RuleInfo};
pub use licences::{Obligations, UNKNOWN_LICENCE};
pub use set::{PackInfo, RuleSet};
pub use syntax::{AllowedValue, Anchor};
pub use tables::{Day, Segment, Tables};
pub use texts::RuleTexts;

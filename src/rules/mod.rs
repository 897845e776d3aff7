//! Rules: data that says what to look for.

mod check;
mod expression;
mod info;
mod licence_uses;
mod licences;
mod set;
pub mod syntax;
mod tables;
mod texts;

pub use check::{is_risk, too_broad};
pub use expression::{LicenceProblem, LicenceStatement, expression_parts};
pub use info::{Bilingual, PiClass, RuleInfo};
pub use licence_uses::{LicenceUse, LicenceUses};
pub use licences::{LicenceClass, Obligations, UNKNOWN_LICENCE, licence_family};
pub use set::{PackInfo, RuleSet};
pub use syntax::{AllowedValue, Anchor};
pub use tables::{Day, Segment, Tables};
pub use texts::RuleTexts;

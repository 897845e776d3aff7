//! Run and verdict → documents. One model, every format.

mod annotation;
mod clean;
pub mod docx;
pub mod families;
pub mod filing;
pub mod html;
mod inventory;
mod licences;
pub mod model;
mod origins;
pub mod results;
mod rights;
pub mod sarif;
mod schemas;
mod summary;
mod tokens;

pub use annotation::annotation;
pub use families::Families;
pub use licences::LicenceSummary;
pub use rights::{MachineMade, SourceHolders};
pub use schemas::SchemaOf;
pub use tokens::TokenSummary;

pub use summary::{
    GROUPS, GroupCounts, NamedCounts, ReportLanguage, SUMMARY_FORMAT, SourceSummary, Summary,
    group_of,
};

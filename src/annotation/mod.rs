//! Annotation: who annotated what, when, under which rules, and whether that is as a filing asks.
//!
//! Rule documents, a registry of annotators, spot checks of batches and the records of whatever
//! tool was used → [`AnnotationReport`], clause by clause (`ANN-01` to `ANN-11`, `D74-01` to
//! `D74-08`). Records are read in blocks, and of each annotation only what the checks ask for is
//! kept (`facts`), so that a million of them fit into little memory.

mod agreement;
mod batches;
mod check;
mod checks;
mod config;
mod facts;
mod figures;
mod files;
mod note;
mod policy;
mod ratings;
mod read;
mod records;
mod registry;
mod report;
mod rulebook;
mod scan;

pub use crate::problem::{Gravity, Problem, Problems, Word};
pub use agreement::{Agreement, Cohen, Estimate, Fleiss, Ratings};
pub use check::{CheckInput, check, planned};
pub use config::{AnnotationConfig, Contract, Platform, RecordSource, Reviewed, Zones};
pub use files::Input;
pub use policy::{AnnotationPolicy, CheckId, Duty, Named, Strength};
pub use read::RecordFile;
pub use records::{Action, Form, Kind, RISKS, Unit};
pub(crate) use records::{Blocks, Piece};
pub use report::{
    AgreementReport, Amounts, AnnotationCheck, AnnotationReport, Basis, BatchRow, Figures,
    Offending, People, Quantiles, RuleRow,
};
pub use rulebook::{FILES as TEMPLATES, RulePart, RuleText, init};
pub use scan::{ScanReport, ShownFinding};

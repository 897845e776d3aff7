//! Annotation: who annotated what, when, under which rules, and whether that is as a filing asks.
//!
//! Rule documents, a registry of annotators, spot checks of batches and the records of whatever
//! tool was used → [`AnnotationReport`], clause by clause (`ANN-01` to `ANN-11`, `D74-01` to
//! `D74-08`). Records are read in blocks, and of each annotation only what the checks ask for is
//! kept (`facts`), so that a million of them fit into little memory.

mod config;
pub mod moment;
mod policy;
pub mod problem;
pub mod records;
pub mod registry;
pub mod sheet;

pub use config::{AnnotationConfig, Contract, Platform, RecordSource, Reviewed, Zones};
pub use moment::{Day, Moment};
pub use policy::{AnnotationPolicy, CheckId, Duty, Named, Strength};
pub use problem::{Gravity, Problem, Problems};
pub use records::{Action, Form, Kind, RISKS, Unit};
pub use registry::{Annotator, Employment, Registry};

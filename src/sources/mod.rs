//! The source ledger: what the operator declares of every source and can prove, checked against
//! itself and joined to what a run measured.
//!
//! [`Declared`] is what `yujian.toml` says; [`Ledger`] adds the evidence as it lies on the disk and
//! the collection logs. Nothing here judges: what is missing or contradicts itself is a
//! [`Problem`] with its place and remedy, and `judge` decides what it means.

mod dataset;
mod declared;
mod draft;
mod evidence;
mod ledger;
mod licences;
mod log;
mod names;
mod statement;

pub use crate::dates::{Day, Style as DateStyle};
pub use crate::problem::Problem;
pub use dataset::{Availability, Confidentiality, Dataset, Purpose};
pub use declared::{
    Assessment, Commitments, Declared, Generator, PI_BASES, Reviewed, RobotsVerdict, SourceKind,
    Stage, Words, Wrong,
};
pub use draft::{Seen, Told};
pub use evidence::{Evidence, EvidenceState};
pub use ledger::{Address, Joined, Ledger, Source};
pub use licences::DeclaredLicence;
pub use log::{CollectionLog, LogRow};
pub use names::vague_words;
pub use statement::{Answer, Statement};

//! Text → findings. Knows rules and no files.
//!
//! A record is scanned field by field ([`RecordScan`]); each field is folded once, all terms of
//! all rules are looked for in one pass, values are looked for around digits, `@` and context
//! words, and what was found is settled and masked before it leaves.

mod aggregate;
mod difference;
mod excerpt;
pub mod keyword;
mod masked;
mod overlap;
pub mod pii;
mod profile;
mod proof;
mod record;
pub mod rights;
mod scanner;
mod stored;

pub use difference::{Difference, Unlike};
pub use masked::{masked, masked_if_any};
pub use profile::{Profile, ProfileLine, Stage};
pub use proof::{Failure, prove};
pub use record::{PausedRecord, RecordFindings, RecordScan, WINDOW};
pub use scanner::{DetectOptions, Scanner, Scratch};

//! Samples for people: which records of a run are judged, and the sheets they are judged on.
//!
//! A run and its corpus go in, a [`Sample`] and the texts of its records come out. The draw is
//! *bottom-k*: every record gets a key, a keyed hash of its file and number, and the records with
//! the lowest keys of a stratum are its sample. So the draw depends on the run and the seed
//! alone, not on threads, nor on how the run was put together, and takes one pass and as much
//! memory as the sample. Any first part of a sample in the order of its keys is a random sample
//! of its stratum itself.
//!
//! The corpus is read by the readers the scan uses, and what was read must be what the run says:
//! digests of files, records of each file, records of each source.

mod allocate;
mod described;
mod draw;
mod frame;
mod intake;
mod mask;
mod outcome;
mod package;
mod read;
mod recorded;
mod sample;
mod sheet;
mod standing;
mod store;
mod strata;
mod tasks;
mod texts;
mod verdict;

pub use allocate::{Allocated, allocate};
pub use described::{Described, SampledRow, SampledRun};
pub use draw::{Drawn, FileKey, Lowest, Question, seed_key};
pub use frame::{Frame, FrameFile, FrameFiles};
pub use intake::{Intake, SheetProblem, SheetProblems};
pub use outcome::{
    Agreed, Conflict, Counts, Reviewed, RiskReviewed, SampleOutcome, SetOutcome, StratumOutcome,
};
pub use package::{ALGORITHM, Package, SAMPLE_FORMAT, Sheet, Technical, check_absent};
pub use recorded::recorded;
pub use sample::{Corpus, Row, Sample, draw};
use sheet::cell as shown_cell;
pub use sheet::{Code, SheetFormat, VERDICTS};
pub use standing::{Standing, Standings};
pub use store::{
    Addition, Appended, Head, Kept, Mode, NewVerdict, Refusal, STORE_FORMAT, Store, StoredSample,
    StoredSheet, StoredVerdict,
};
pub use strata::{Demand, Plan, Set, Stratum};
pub use texts::{LONGEST_TEXT, SheetRow, SheetRows, Shown, texts};
pub use verdict::{Role, Verdict, risk_codes};

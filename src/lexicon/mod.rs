//! Lexicons of the operator: read in whatever form they come, looked at word by word, written as
//! rule packs, written as the table of a filing.
//!
//! The program ships no lists of persons, movements or events. Operators have such lists, as
//! spreadsheets and text files of uncertain origin; a list that is loaded unseen makes every
//! ordinary word a finding. So each word is judged before it becomes a term, and what is left out
//! is told with the reason.

mod category;
mod export;
mod gitleaks;
mod lint;
mod pack;
mod read;
mod sheet;

pub use category::{Categories, Risk, plain, risks};
pub use export::{Row, rows, write};
pub use gitleaks::{Imported, Remark, gitleaks};
pub use lint::{Kept, Lint, Linted, Reason, length, lint};
pub use pack::packs;
pub use read::{Columns, Entry, read};

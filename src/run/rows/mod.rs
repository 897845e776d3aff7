//! The rows of the three tables as plain structs, and the values of their columns.
//!
//! Columns have the same names in Parquet, JSONL and CSV, except that a span is one array in
//! JSONL and two columns elsewhere.

mod finding;
mod record;
mod shard;

pub(super) use finding::FindingPlace;
pub use finding::{FindingRow, finding_id};
pub use record::{Decision, RecordRow};
pub use shard::{ShardRow, Status};

/// The files the rows are in.
pub(super) const TABLE_FILES: [&str; 3] = [
    <FindingRow as super::table::Row>::FILE,
    <RecordRow as super::table::Row>::FILE,
    <ShardRow as super::table::Row>::FILE,
];

/// The one of `all` with this name.
fn named<T: Copy, const N: usize>(
    all: [T; N],
    name: fn(T) -> &'static str,
    word: &str,
) -> Result<T, String> {
    let found = all.into_iter().find(|one| name(*one) == word);
    found.ok_or_else(|| format!("no version has written the word {word}"))
}

//! Tables of a filing, from the model: one function a table.

mod annotation;
mod clauses;
mod ecology;
mod findings;
mod rectified;
mod sampling;
mod sizes;
mod sources;

pub use annotation::{annotated, batches, checks, people, risk_coverage, rules};
pub use clauses::{conclusions, evidence, matrix, precheck, problems, run_files};
pub use ecology::{ecology, holders};
pub use findings::{filtering, keywords, licences_stated, personal, rights, risks};
pub use rectified::{
    rectified_apart, rectified_records, rectified_rows, rectified_runs, rectified_sources,
    rectified_unclear,
};
pub use sampling::{assessments, samples};
pub use sizes::{by_kind, by_type, coverage, head, kind_and_type, size_rows, unread};
pub use sources::{commercial, ledger, licences, self_collected};

use super::grid::GridCell;

/// Rows with a number before each.
pub fn numbered(rows: Vec<Vec<GridCell>>) -> Vec<Vec<GridCell>> {
    (1_u64..)
        .zip(rows)
        .map(|(number, row)| {
            std::iter::once(GridCell::Count(number))
                .chain(row)
                .collect()
        })
        .collect()
}

//! `yujian schema`: JSON Schemas of what the program writes.

use std::io::Write as _;
use std::path::Path;

use anyhow::Result;

use super::Outcome;
use super::args::SchemaName;
use super::save::{can_be_saved, save};
use crate::report::SchemaOf;

/// Runs the command.
pub fn run(of: SchemaName, output: Option<&Path>) -> Result<Outcome> {
    let of = match of {
        SchemaName::Report => SchemaOf::Report,
        SchemaName::Gate => SchemaOf::Gate,
        SchemaName::Clauses => SchemaOf::Clauses,
        SchemaName::Summary => SchemaOf::Summary,
        SchemaName::Diff => SchemaOf::Diff,
    };
    match output {
        Some(path) => {
            can_be_saved(path, false)?;
            save(path, of.text().as_bytes(), false)?;
        }
        None => anstream::stdout().lock().write_all(of.text().as_bytes())?,
    }
    Ok(Outcome::Passed)
}

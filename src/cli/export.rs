//! `yujian export`: tables of a run, every column, and the holders of rights in it.

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::{Context as _, Result};

use super::Outcome;
use super::args::{ExportArgs, ExportForm, ExportWhat};
use crate::run::{ExportFormat, Run, Table, export};

/// Runs the command.
pub fn run(args: &ExportArgs) -> Result<Outcome> {
    let run = Run::open_unchanged(&args.run)?;
    let table = match args.what {
        ExportWhat::Findings => Table::Findings,
        ExportWhat::Records => Table::Records,
        ExportWhat::Shards => Table::Shards,
        ExportWhat::Holders => Table::Holders,
    };
    let format = match args.format {
        ExportForm::Jsonl => ExportFormat::Jsonl,
        ExportForm::Csv => ExportFormat::Csv,
    };
    let out: Box<dyn Write> = match &args.output {
        Some(path) => Box::new(
            File::create(path).with_context(|| format!("cannot write {}", path.display()))?,
        ),
        None => Box::new(std::io::stdout().lock()),
    };
    let mut out = BufWriter::new(out);
    match export(&run, table, format, &mut out) {
        // Whoever reads our output may stop when they have enough.
        Err(crate::RunError::Io { source, .. })
            if source.kind() == std::io::ErrorKind::BrokenPipe => {}
        other => drop(other?),
    }
    Ok(Outcome::Passed)
}

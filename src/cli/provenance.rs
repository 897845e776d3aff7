//! `yujian provenance`: a run and what is declared beside it, in the formats others read.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::args::{Common, ProvenanceArgs, ProvenanceFormat};
use super::setup::Configured;
use super::{Outcome, annotated, clauses};
use crate::SetupError;
use crate::annotation::planned;
use crate::provenance::{Corpus, Facts, Format, Gaps, Read, Records, write_records};
use crate::report::ReportLanguage;
use crate::run::Run;
use crate::sources::Ledger;

/// Runs the command.
pub fn run(args: &ProvenanceArgs, common: &Common) -> Result<Outcome> {
    let run = Run::open_unchanged(&args.run)?;
    let formats = formats(args.format);
    let targets = targets(args, &formats)?;
    let configured = Configured::find(&args.config, &[PathBuf::from(".")])?;
    let config = &configured.config;
    let annotated = planned(&config.annotation, configured.base()).inputs;
    let files: Vec<(String, String)> = annotated
        .into_iter()
        .map(|input| (input.key, input.path))
        .collect();
    let ledger = Ledger::read(config.sources(), &files, configured.base());
    let kept = (args.annotation.as_deref(), &args.cache);
    let annotation = annotated::report(&run, &configured, kept, &ledger, common)?;
    let read = Read {
        text: config.corpus.text.clone(),
        id: config.corpus.id.clone(),
        metadata: config
            .corpus
            .metadata
            .iter()
            .map(|(name, paths)| (name.clone(), paths.as_slice().to_vec()))
            .collect(),
    };
    let language = ReportLanguage::from(common.lang);
    let corpus = Corpus::gather(Facts {
        run: &run,
        ledger: &ledger,
        dataset: &config.dataset,
        model: config
            .model
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
            .collect(),
        read: &read,
        annotation,
        most_files: args.files,
        as_of: args.as_of.unwrap_or_else(|| clauses::day_of(&run)),
        language,
    })?;
    if args.format == ProvenanceFormat::Tc609 {
        return records(
            &run,
            &corpus,
            targets.first().and_then(Option::as_deref),
            common,
        );
    }
    for (format, target) in formats.into_iter().zip(targets) {
        let (text, gaps) = format.write(&corpus);
        match &target {
            Some(path) => write_file(path, &text)?,
            None => std::io::stdout().lock().write_all(text.as_bytes())?,
        }
        tell(target.as_deref(), &gaps, common)?;
    }
    Ok(Outcome::Passed)
}

/// Writes a line a record; to a file beside its name, which is renamed when it is whole.
fn records(run: &Run, corpus: &Corpus, target: Option<&Path>, common: &Common) -> Result<Outcome> {
    let written = match target {
        None => write_records(run, corpus, &mut std::io::stdout().lock())?,
        Some(path) => {
            let mut beside = path.as_os_str().to_owned();
            beside.push(".new");
            let beside = PathBuf::from(beside);
            let write = || -> Result<Records> {
                let failed = || format!("cannot write {}", path.display());
                let mut out =
                    std::io::BufWriter::new(fs::File::create(&beside).with_context(failed)?);
                let written = write_records(run, corpus, &mut out)?;
                out.into_inner()
                    .map_err(|error| error.into_error())
                    .with_context(failed)?
                    .sync_all()?;
                fs::rename(&beside, path).with_context(failed)?;
                Ok(written)
            };
            let written = write();
            if written.is_err() {
                // Best effort: what stays behind is overwritten by the next attempt.
                let _ = fs::remove_file(&beside);
            }
            written?
        }
    };
    if !common.quiet {
        let l = |zh, en| common.lang.pick(zh, en);
        let mut out = anstream::stderr().lock();
        writeln!(out, "{} {}", written.records, l("条记录", "records"))?;
        for (field, count) in written.missing {
            let missing = l("待补充", "to be completed");
            writeln!(out, "  {missing}: {field} {count} {}", l("条", "records"))?;
        }
    }
    Ok(Outcome::Passed)
}

fn formats(asked: ProvenanceFormat) -> Vec<Format> {
    match asked {
        ProvenanceFormat::All => Format::ALL.to_vec(),
        ProvenanceFormat::Croissant => vec![Format::Croissant],
        ProvenanceFormat::Spdx => vec![Format::Spdx],
        ProvenanceFormat::Cyclonedx => vec![Format::CycloneDx],
        ProvenanceFormat::Dta => vec![Format::Dta],
        ProvenanceFormat::DtaSources => vec![Format::DtaSources],
        ProvenanceFormat::Prov => vec![Format::Prov],
        ProvenanceFormat::Eu => vec![Format::European],
        ProvenanceFormat::Ab2013 => vec![Format::California],
        ProvenanceFormat::Completeness => vec![Format::Completeness],
        // Of records, and written as they are read.
        ProvenanceFormat::Tc609 => Vec::new(),
    }
}

/// Where each format goes; none is standard output. Everything that is in the way is told at once,
/// before anything is written.
fn targets(args: &ProvenanceArgs, formats: &[Format]) -> Result<Vec<Option<PathBuf>>> {
    let targets: Vec<Option<PathBuf>> = match (&args.output, args.format) {
        (None, ProvenanceFormat::All) => {
            return Err(SetupError::other(
                "--format all writes several files",
                "name a folder for them with -o DIR",
            )
            .into());
        }
        (Some(folder), ProvenanceFormat::All) => {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot make the directory {}", folder.display()))?;
            formats
                .iter()
                .map(|format| Some(folder.join(format.file_name())))
                .collect()
        }
        (output, _) => vec![output.clone()],
    };
    let there: Vec<String> = targets
        .iter()
        .flatten()
        .filter(|path| path.symlink_metadata().is_ok())
        .map(|path| path.display().to_string())
        .collect();
    if !there.is_empty() && !args.force {
        return Err(SetupError::other(
            format!("already there: {}", there.join(", ")),
            "choose another -o, or replace with --force",
        )
        .into());
    }
    Ok(targets)
}

/// Writes beside the name and renames when the file is whole.
fn write_file(path: &Path, text: &str) -> Result<()> {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().context("-o names no file")?);
    name.push(".new");
    let beside = path.with_file_name(name);
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // Best effort: what stays behind is overwritten by the next attempt.
        let _ = fs::remove_file(&beside);
    }
    written.with_context(|| format!("cannot write {}", path.display()))
}

/// Says what was written, and what was missing for it.
fn tell(target: Option<&Path>, gaps: &Gaps, common: &Common) -> Result<()> {
    if common.quiet {
        return Ok(());
    }
    let l = |zh, en| common.lang.pick(zh, en);
    let mut out = anstream::stderr().lock();
    if let Some(path) = target {
        writeln!(out, "{}", path.display())?;
    }
    for gap in gaps.by_key() {
        // Much that is worth having is told when it is asked for.
        if gap.optional && !common.verbose {
            continue;
        }
        let elements = gap.elements.join(", ");
        let of = match gap.sources.len() {
            0 => String::new(),
            n if n <= 5 || common.verbose => {
                let names: Vec<String> = gap
                    .sources
                    .iter()
                    .map(|s| s.escape_debug().to_string())
                    .collect();
                format!(" [{}]", names.join(", "))
            }
            n => format!(" [{n} {}]", l("个来源", "sources")),
        };
        let what = if gap.optional {
            l("可补充", "worth having")
        } else {
            l("待补充", "to be completed")
        };
        writeln!(out, "  {what}: {}{of} → {elements}", gap.key)?;
    }
    let optional = gaps.iter().filter(|gap| gap.optional).count();
    if optional > 0 && !common.verbose {
        writeln!(
            out,
            "  {} {optional} {}",
            l("另有", "and"),
            l(
                "项可补充(-v 列出)",
                "more that are worth having (listed with -v)"
            )
        )?;
    }
    Ok(())
}

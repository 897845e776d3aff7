//! [`merge`]: runs over parts of a corpus become the run over all of it.
//!
//! A run is a monoid: rows follow each other in the order of the paths, counts add up, sketches
//! of different values merge. So the runs of `scan --shard 1/3` to `3/3` give, byte for byte but
//! for `environment`, the run of a scan of everything. Nothing is held but the paths of files,
//! the counts, and what is being read of each part.

use std::fs;
use std::iter::Peekable;
use std::path::{Path, PathBuf};

use super::assemble::Assembly;
use super::basis::{BASIS_FILE, BasisReader};
use super::checkpoint::Lock;
use super::digests::{DigestList, FileDigests, kinds_of};
use super::header::RunHeader;
use super::manifest::{Environment, Manifest, MergedRun};
use super::reader::Run;
use super::record::refuse_occupied;
use super::rows::{FindingRow, RecordRow, ShardRow};
use super::table_rows::Rows;
use super::{CHECKPOINT_DIR, members, since};
use crate::RunError;
use crate::scan::Tally;

/// Parts that are read at a time: each has three tables open. More are merged in rounds.
const AT_A_TIME: usize = 64;

/// Makes in `out` the run over all shards of `parts`, which must be undamaged.
///
/// # Errors
///
/// [`RunError::State`] if the parts are not of one kind or not disjoint, if one is damaged, or if
/// `out` is occupied; [`RunError::Io`] if something cannot be read or written. Nothing is left in
/// `out` then.
///
/// `environment`: asked when all is written; the parts are added to it.
pub fn merge(
    parts: &[PathBuf],
    out: &Path,
    environment: &dyn Fn() -> Environment,
) -> Result<Manifest, RunError> {
    let runs: Vec<Run> = parts
        .iter()
        .map(|dir| Run::open(dir))
        .collect::<Result<_, _>>()?;
    let Some((first, others)) = runs.split_first() else {
        return Err(RunError::state(
            "there is nothing to merge",
            "name two runs",
        ));
    };
    for other in others {
        check_kind(first, other)?;
    }
    let plan = Plan::of(&runs)?;
    refuse_occupied(out)?;
    let mut merged = vec![];
    for run in &runs {
        run.check_files()?;
        merged.push(MergedRun {
            run: run.dir().display().to_string(),
            id: since::id_of(run.dir())?,
            files: run.manifest().totals.files.total(),
            environment: run.manifest().environment.clone(),
        });
    }
    // Which was named first must not show.
    merged.sort_by(|a, b| a.id.cmp(&b.id));
    let environment = || Environment {
        merged: merged.clone(),
        ..environment()
    };
    if runs.len() <= AT_A_TIME {
        return write(&runs, &plan, out, &environment);
    }
    let beside = out.parent().filter(|dir| !dir.as_os_str().is_empty());
    let rounds = tempfile::Builder::new()
        .prefix(".yujian-merge-")
        .tempdir_in(beside.unwrap_or(Path::new(".")))
        .map_err(|e| RunError::io("create", out, e))?;
    let mut rounded = vec![];
    for (number, part) in runs.chunks(runs.len().div_ceil(AT_A_TIME)).enumerate() {
        let dir = rounds.path().join(number.to_string());
        write(part, &Plan::of(part)?, &dir, &Environment::default)?;
        rounded.push(Run::open(&dir)?);
    }
    let plan = Plan::of(&rounded)?;
    write(&rounded, &plan, out, &environment)
}

/// # Errors
///
/// If two runs cannot be parts of one: says in what they differ.
fn check_kind(first: &Run, other: &Run) -> Result<(), RunError> {
    let (a, b) = (first.manifest(), other.manifest());
    let none = || "none".to_owned();
    let tokens = |m: &Manifest| {
        let tokens = m.tokens.as_ref();
        tokens.map_or_else(none, |t| serde_json::to_string(t).unwrap_or_default())
    };
    let lists = |m: &Manifest| {
        let kinds = kinds_of(m.files.keys());
        kinds
            .iter()
            .map(|kind| kind.as_str())
            .collect::<Vec<_>>()
            .join(",")
    };
    let works = |m: &Manifest| {
        let works = m.works.iter().map(|pack| pack.version.as_str());
        works.collect::<Vec<_>>().join("+")
    };
    let basis = |m: &Manifest| m.files.contains_key(BASIS_FILE).to_string();
    let pairs = [
        (
            "version of yujian",
            a.tool_version.clone(),
            b.tool_version.clone(),
        ),
        ("rule set", a.rules.digest.clone(), b.rules.digest.clone()),
        ("counting of tokens", tokens(a), tokens(b)),
        ("list of packs of known works (--works)", works(a), works(b)),
        (
            "configuration",
            a.config_digest.clone(),
            b.config_digest.clone(),
        ),
        (
            "hash key",
            a.key_id.clone().unwrap_or_else(none),
            b.key_id.clone().unwrap_or_else(none),
        ),
        ("list of digests (--digest)", lists(a), lists(b)),
        ("basis for --since", basis(a), basis(b)),
    ];
    match pairs.into_iter().find(|(_, a, b)| a != b) {
        None => Ok(()),
        Some((what, a, b)) => {
            let (first, other) = (first.dir().display(), other.dir().display());
            let hint = if what == "counting of tokens" {
                "scan parts of one corpus with --shard, or with --tokens exact or off"
            } else {
                "only runs of the same rules, configuration and key become one; scan one of them anew"
            };
            Err(RunError::state(
                format!("the {what} of {other} is not that of {first} ({b}, not {a})"),
                hint,
            ))
        }
    }
}

/// Which shard comes next, and from where.
struct Plan {
    /// Path, number of the run, and rows in the table of files: itself and what is in it. In the
    /// order of the paths.
    shards: Vec<(String, usize, u64)>,
}

impl Plan {
    /// # Errors
    ///
    /// If two runs have the same shard, or a table of files cannot be read.
    fn of(runs: &[Run]) -> Result<Self, RunError> {
        let mut shards = vec![];
        for (number, run) in runs.iter().enumerate() {
            let mut rows = 0;
            for row in run.shards()? {
                let row = row?;
                rows += 1;
                // Files in an archive stand before it.
                if row.archive.is_none() {
                    shards.push((row.path, number, rows));
                    rows = 0;
                }
            }
            if rows > 0 {
                return Err(unsound(
                    run,
                    "has files of an archive that it does not have",
                ));
            }
        }
        shards.sort_unstable();
        for pair in shards.windows(2) {
            if pair[0].0 == pair[1].0 {
                let dir = |number: usize| runs[number].dir().display();
                return Err(RunError::state(
                    format!(
                        "{} is in two of the runs: {} and {}",
                        pair[0].0,
                        dir(pair[0].1),
                        dir(pair[1].1)
                    ),
                    "merge runs over different files, such as those of scan --shard I/N; scan \
                     several directories together and their names keep files apart",
                ));
            }
        }
        Ok(Self { shards })
    }
}

/// Takes the directory, writes the run, and leaves nothing if that fails.
fn write(
    runs: &[Run],
    plan: &Plan,
    out: &Path,
    environment: &dyn Fn() -> Environment,
) -> Result<Manifest, RunError> {
    let folder = out.join(CHECKPOINT_DIR);
    let fresh = !out.exists();
    fs::create_dir_all(&folder).map_err(|e| RunError::io("create", &folder, e))?;
    let lock = Lock::acquire(out)?;
    // Another merge may have ended since it was looked at.
    refuse_occupied(out)?;
    let written = assemble(runs, plan, out, environment);
    if let (Err(_), Ok(entries)) = (&written, fs::read_dir(out)) {
        // It was empty or ours, and `run.json`, which makes it a run, was not written.
        let own = entries
            .flatten()
            .filter(|entry| entry.file_name() != CHECKPOINT_DIR);
        own.for_each(|entry| drop(fs::remove_file(entry.path())));
    }
    drop(lock);
    let _ = fs::remove_dir_all(&folder);
    if written.is_err() && fresh {
        // Only if it is empty.
        let _ = fs::remove_dir(out);
    }
    written
}

fn assemble(
    runs: &[Run],
    plan: &Plan,
    out: &Path,
    environment: &dyn Fn() -> Environment,
) -> Result<Manifest, RunError> {
    let manifest = runs[0].manifest();
    let header = RunHeader {
        tool_version: manifest.tool_version.clone(),
        rules_digest: manifest.rules.digest.clone(),
        packs: manifest.rules.packs.clone(),
        rules: runs[0].rules()?,
        config_digest: manifest.config_digest.clone(),
        key_id: manifest.key_id.clone(),
        tokens: manifest.tokens.clone(),
        works: manifest.works.clone(),
        origins: manifest.origins.clone(),
        membership: runs.iter().any(members::has),
        since: None,
        digests: kinds_of(manifest.files.keys()),
        chunk_bytes: 0,
        shards: vec![],
    };
    let mut parts = vec![];
    let (mut tally, mut discovered) = (Tally::default(), (0, 0));
    for run in runs {
        parts.push(Part::open(run, &header)?);
        tally.merge(&run.tally()?);
        let totals = &run.manifest().totals;
        discovered.0 += totals.files.total();
        discovered.1 += totals.stored_bytes.total();
    }
    // The digest of the rules covers their files, but not in which order they were named.
    let rules = parts
        .iter_mut()
        .filter_map(|part| Some(part.basis.as_mut()?.1.split_off(0)));
    let rules = rules.min();
    let mut assembly = Assembly::begin(out, &header, rules.as_deref())?;
    if let Some(members) = &mut assembly.members {
        members.take_over(runs);
    }
    for (_, number, rows) in &plan.shards {
        for _ in 0..*rows {
            assembly.take(&mut parts[*number])?;
        }
    }
    for part in &mut parts {
        part.end()?;
    }
    assembly.tally = tally;
    assembly.check(discovered)?;
    assembly.publish(out, &header, environment())
}

/// A run that is read along the plan.
struct Part<'a> {
    run: &'a Run,
    shards: Rows<ShardRow>,
    records: Peekable<Rows<RecordRow>>,
    findings: Peekable<Rows<FindingRow>>,
    /// With the rule files in it.
    basis: Option<(BasisReader, Vec<(String, String)>)>,
    digests: Vec<DigestList>,
}

impl<'a> Part<'a> {
    fn open(run: &'a Run, header: &RunHeader) -> Result<Self, RunError> {
        let has_basis = run.manifest().files.contains_key(BASIS_FILE);
        let lists = header
            .digests
            .iter()
            .map(|kind| DigestList::open(run, *kind));
        Ok(Self {
            run,
            shards: run.shards()?,
            records: run.records()?.peekable(),
            findings: run.findings()?.peekable(),
            basis: has_basis
                .then(|| BasisReader::open(run.dir()))
                .transpose()?,
            digests: lists.collect::<Result<_, _>>()?,
        })
    }

    /// # Errors
    ///
    /// If rows are left: they belong to no file of the run.
    fn end(&mut self) -> Result<(), RunError> {
        let record = self.records.next().transpose()?.is_some();
        let finding = self.findings.next().transpose()?.is_some();
        if record || finding {
            return Err(unsound(self.run, "has rows that belong to no file of it"));
        }
        Ok(())
    }
}

impl Assembly<'_> {
    /// Adds the next file of a part, with its records and findings.
    fn take(&mut self, part: &mut Part<'_>) -> Result<(), RunError> {
        let Some(row) = part.shards.next().transpose()? else {
            return Err(unsound(part.run, "has lost a file"));
        };
        let path = row.path.as_str();
        let mut open = 0;
        let here = |row: &Result<RecordRow, _>| row.as_ref().is_ok_and(|row| row.path == path);
        while let Some(record) = part.records.next_if(here).transpose()? {
            let of_it = |row: &Result<FindingRow, _>| {
                let row = row.as_ref();
                row.is_ok_and(|row| row.path == path && row.record == record.record)
            };
            while let Some(finding) = part.findings.next_if(of_it).transpose()? {
                self.kept += 1;
                self.findings.push(finding)?;
            }
            open += record.findings;
            self.add_sums(&record);
            self.records.push(record)?;
        }
        if open != row.findings {
            return Err(unsound(
                part.run,
                "counts other findings than its records have",
            ));
        }
        self.sums.records.merge(&row.records);
        self.sums.bytes.merge(&row.decoded);
        if let (Some(basis), Some((from, _)), true) = (
            &mut self.basis,
            &mut part.basis,
            since::may_be_carried(&row),
        ) {
            basis.push(path, &from.seek(path)?)?;
        }
        let mut digests = FileDigests::new();
        for list in &mut part.digests {
            list.take(&row, &mut digests)?;
        }
        self.end_shard(row, &digests)
    }
}

fn unsound(run: &Run, what: &str) -> RunError {
    RunError::state(
        format!("the run {} {what}", run.dir().display()),
        "yujian verify says more about it",
    )
}

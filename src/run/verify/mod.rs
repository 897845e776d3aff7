//! [`verify`]: whether a run is what was written, and says the same everywhere.
//!
//! Three questions: have the files the digests `run.json` names, does the root follow from the
//! rows, and do rows, sums, counts and rules agree. The first says which file was touched, the
//! second which rows of it, the third what in them cannot be true.

mod corpus;
mod rows;
mod sums;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::Path;

pub use corpus::{Compared, compare_corpus};
pub use told::{Difference, Differences, Kind};

use super::digests::{DigestList, FileDigests, file_name, kinds_of};
use super::integrity::{BLOCKS_FILE, BlocksFile, Integrity};
use super::manifest::Manifest;
use super::merkle::Blocks;
use super::reader::Run;
use super::table::Row;
use super::{FindingRow, RULES_FILE, RUN_FILE, RecordRow, ShardRow, TALLY_FILE};
use crate::RunError;
use crate::corpus::DigestKind;
use rows::Checked;
use sums::Agreement;

/// Checks the run in `dir`, apart from its signature and its corpus.
///
/// # Errors
///
/// [`RunError::State`] if there is no complete run of this version, [`RunError::Io`] if a file
/// that is there cannot be read. Everything else that is wrong is a [`Difference`].
pub fn verify(dir: &Path) -> Result<(Run, Differences), RunError> {
    let manifest = Run::manifest_of(dir)?;
    let mut told = Differences::default();
    let changed = check_files(dir, &manifest, &mut told)?;
    let missing = |name: &str| !dir.join(name).is_file();
    let run = Run::of(dir, &manifest);
    let rules = part(RULES_FILE, missing(RULES_FILE), || run.rules(), &mut told)?;
    let tally = part(TALLY_FILE, missing(TALLY_FILE), || run.tally(), &mut told)?;
    let blocks = part(
        BLOCKS_FILE,
        missing(BLOCKS_FILE),
        || BlocksFile::read(dir),
        &mut told,
    )?;
    let tables = Tables {
        dir,
        manifest: &manifest,
        blocks: blocks.as_ref(),
    };
    let shards = tables.open::<ShardRow>(&mut told)?;
    let records = tables.open::<RecordRow>(&mut told)?;
    let findings = tables.open::<FindingRow>(&mut told)?;
    let mut trees = BTreeMap::new();
    if let (Some(shards), Some(records), Some(findings), Some(rules)) =
        (shards, records, findings, rules)
    {
        let mut agreement = Agreement::new((shards, records, findings), &rules);
        agreement.read()?;
        agreement.compare(&manifest, tally.as_ref(), &mut told);
        agreement.end(&mut trees, &mut told);
    }
    if trees.contains_key(ShardRow::FILE) {
        for kind in kinds_of(manifest.files.keys()) {
            let name = file_name(kind);
            let gone = missing(&name);
            part(&name, gone, || check_list(&run, kind), &mut told)?;
        }
    }
    check_root(&manifest, &trees, &changed, &mut told);
    Ok((run, told))
}

/// Holds length and digest of each file against `run.json`. Returns those that are not as they
/// should be.
fn check_files<'a>(
    dir: &Path,
    manifest: &'a Manifest,
    told: &mut Differences,
) -> Result<BTreeSet<&'a str>, RunError> {
    let mut changed = BTreeSet::new();
    for (name, stored) in &manifest.files {
        let path = dir.join(name);
        let fail = |e| RunError::io("read", &path, e);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                changed.insert(name.as_str());
                told.add(Kind::FileMissing, name, "it is not there");
                continue;
            }
            Err(e) => return Err(fail(e)),
        };
        let mut hasher = blake3::Hasher::new();
        let bytes = io::copy(&mut file, &mut hasher).map_err(fail)?;
        if bytes != stored.bytes {
            changed.insert(name.as_str());
            let what = format!("{bytes} bytes, run.json says {}", stored.bytes);
            told.add(Kind::FileChanged, name, what);
        } else if hasher.finalize().to_hex().as_str() != stored.digest {
            changed.insert(name.as_str());
            let what = "its BLAKE3 is not the one in run.json";
            told.add(Kind::FileChanged, name, what);
        }
    }
    for name in [
        ShardRow::FILE,
        RecordRow::FILE,
        FindingRow::FILE,
        TALLY_FILE,
        RULES_FILE,
        BLOCKS_FILE,
    ] {
        if !manifest.files.contains_key(name) {
            told.add(Kind::Part, RUN_FILE, format!("it does not name {name}"));
        }
    }
    Ok(changed)
}

/// Reads a file of the run; one that is damaged is noted.
fn part<T>(
    name: &str,
    missing: bool,
    read: impl FnOnce() -> Result<T, RunError>,
    told: &mut Differences,
) -> Result<Option<T>, RunError> {
    if missing {
        return Ok(None);
    }
    match read() {
        Ok(value) => Ok(Some(value)),
        Err(RunError::State { .. }) => {
            told.add(Kind::FileDamaged, name, "it cannot be decoded");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Whether a list of digests has a line for every file that was read, in their order.
fn check_list(run: &Run, kind: DigestKind) -> Result<(), RunError> {
    let mut list = DigestList::open(run, kind)?;
    let mut digests = FileDigests::new();
    for row in run.shards()? {
        list.take(&row?, &mut digests)?;
    }
    list.end()
}

/// Where tables are opened.
struct Tables<'a> {
    dir: &'a Path,
    manifest: &'a Manifest,
    blocks: Option<&'a BlocksFile>,
}

impl Tables<'_> {
    fn open<R: Row>(&self, told: &mut Differences) -> Result<Option<Checked<R>>, RunError> {
        let part_of = self.manifest.integrity.parts.get(R::FILE);
        let proved = part_of
            .zip(self.blocks)
            .and_then(|(part, blocks)| blocks.proved(R::FILE, part));
        let missing = !self.dir.join(R::FILE).is_file();
        part(R::FILE, missing, || Checked::open(self.dir, proved), told)
    }
}

/// Whether parts and root of `run.json` follow from what was read.
///
/// `trees`: of the tables that could be read. `changed`: files that are known to differ, whose
/// parts cannot agree.
fn check_root(
    manifest: &Manifest,
    trees: &BTreeMap<String, Blocks>,
    changed: &BTreeSet<&str>,
    told: &mut Differences,
) {
    let written = &manifest.integrity;
    if Integrity::over(written.parts.clone()).root != written.root {
        let what = "its root does not follow from its parts";
        told.add(Kind::Root, RUN_FILE, what);
    }
    let is = Integrity::of(manifest, trees);
    let names: BTreeSet<&String> = written.parts.keys().chain(is.parts.keys()).collect();
    for name in names {
        let (should, is) = (written.parts.get(name), is.parts.get(name));
        let table = name.ends_with(".parquet");
        if should == is || (table && (is.is_none() || changed.contains(name.as_str()))) {
            continue;
        }
        let what = match (should, is) {
            (None, _) => format!("{name} is not among its parts"),
            (Some(_), None) => format!("it has a part {name} that is no file of it"),
            (Some(_), Some(_)) if name == super::integrity::FACTS => {
                "what it says is not what was written: its totals, coverage, rules, versions or \
                 digests were changed"
                    .to_owned()
            }
            (Some(_), Some(_)) if table => format!("the rows of {name} give another root"),
            (Some(_), Some(_)) => format!("it has two digests for {name}"),
        };
        told.add(Kind::Part, RUN_FILE, what);
    }
}

/// Names in the run directory that are no part of the run, in order.
///
/// # Errors
///
/// If the directory cannot be read.
pub fn strangers(dir: &Path, manifest: &Manifest) -> Result<Vec<String>, RunError> {
    let fail = |e| RunError::io("read", dir, e);
    let mut names = vec![];
    for entry in fs::read_dir(dir).map_err(fail)? {
        let name = entry.map_err(fail)?.file_name();
        let name = name.to_string_lossy().into_owned();
        let own = [RUN_FILE, super::SIGNATURE_FILE, super::CHECKPOINT_DIR];
        if !own.contains(&name.as_str()) && !manifest.files.contains_key(&name) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

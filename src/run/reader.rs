//! [`Run`]: a complete run, opened for reading.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::assemble::TallyFile;
use super::checkpoint::LOG_FILE;
use super::digests::DigestedShards;
use super::manifest::Manifest;
use super::rows::{FindingRow, RecordRow, ShardRow};
use super::table::damaged;
use super::table_rows::Rows;
use super::{CHECKPOINT_DIR, FORMAT_VERSION, RULES_FILE, RUN_FILE, TALLY_FILE};
use crate::RunError;
use crate::rules::RuleInfo;
use crate::scan::Tally;

/// A complete run.
#[derive(Clone, Debug)]
pub struct Run {
    dir: PathBuf,
    manifest: Manifest,
}

impl Run {
    /// Opens the run in `dir`, and looks that its files are there and of the right length.
    ///
    /// # Errors
    ///
    /// [`RunError::State`] if there is none, if it is not complete, of another version or
    /// damaged; [`RunError::Io`] if it cannot be read.
    pub fn open(dir: &Path) -> Result<Self, RunError> {
        let manifest = Self::manifest_of(dir)?;
        for (name, stored) in &manifest.files {
            let path = dir.join(name);
            match fs::metadata(&path) {
                Ok(file) if file.len() == stored.bytes => {}
                Ok(file) => {
                    let what = format!("{} bytes instead of {}", file.len(), stored.bytes);
                    return Err(damaged(&path, &what));
                }
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    return Err(damaged(&path, "the file is missing"));
                }
                Err(e) => return Err(RunError::io("read", &path, e)),
            }
        }
        Ok(Self {
            dir: dir.to_owned(),
            manifest,
        })
    }

    /// The same, and looks that no file was changed since: what a filing or a verdict rests on must be
    /// what the scan has written, and a table that was changed can still be read.
    ///
    /// # Errors
    ///
    /// As [`Run::open`] and [`Run::check_files`].
    pub fn open_unchanged(dir: &Path) -> Result<Self, RunError> {
        let run = Self::open(dir)?;
        run.check_files()?;
        Ok(run)
    }

    /// Reads `run.json` alone.
    pub(super) fn manifest_of(dir: &Path) -> Result<Manifest, RunError> {
        let path = dir.join(RUN_FILE);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(missing(dir)),
            Err(e) if e.kind() == io::ErrorKind::NotADirectory => return Err(missing(dir)),
            Err(e) => return Err(RunError::io("read", &path, e)),
        };
        read_manifest(&path, &text)
    }

    /// The run in `dir`, of which nothing was looked at but `run.json`.
    pub(super) fn of(dir: &Path, manifest: &Manifest) -> Self {
        Self {
            dir: dir.to_owned(),
            manifest: manifest.clone(),
        }
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What it is of.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Reads every file and compares its digest with the manifest.
    ///
    /// # Errors
    ///
    /// [`RunError::State`] names the first file that is not as it was written.
    pub fn check_files(&self) -> Result<(), RunError> {
        for (name, stored) in &self.manifest.files {
            let path = self.dir.join(name);
            let fail = |e| RunError::io("read", &path, e);
            let mut hasher = blake3::Hasher::new();
            io::copy(&mut File::open(&path).map_err(fail)?, &mut hasher).map_err(fail)?;
            if hasher.finalize().to_hex().as_str() != stored.digest {
                return Err(damaged(&path, "its digest is not the one in run.json"));
            }
        }
        Ok(())
    }

    /// The rules of the run, in the order findings refer to them.
    ///
    /// # Errors
    ///
    /// If `rules.json` cannot be read.
    pub fn rules(&self) -> Result<Vec<RuleInfo>, RunError> {
        let path = self.dir.join(RULES_FILE);
        let text = fs::read(&path).map_err(|e| RunError::io("read", &path, e))?;
        serde_json::from_slice(&text).map_err(|e| damaged(&path, &e.to_string()))
    }

    /// The mergeable counts.
    ///
    /// # Errors
    ///
    /// If `tally.json` cannot be read.
    pub fn tally(&self) -> Result<Tally, RunError> {
        let path = self.dir.join(TALLY_FILE);
        let text = fs::read(&path).map_err(|e| RunError::io("read", &path, e))?;
        let file: TallyFile =
            serde_json::from_slice(&text).map_err(|e| damaged(&path, &e.to_string()))?;
        Ok(file.tally)
    }

    /// Every finding that was kept, by shard, record and place.
    ///
    /// # Errors
    ///
    /// If the table cannot be opened.
    pub fn findings(&self) -> Result<Rows<FindingRow>, RunError> {
        Rows::open(&self.dir)
    }

    /// Every record with a finding (with a sidecar: every record), in order.
    ///
    /// # Errors
    ///
    /// If the table cannot be opened.
    pub fn records(&self) -> Result<Rows<RecordRow>, RunError> {
        Rows::open(&self.dir)
    }

    /// Everything that was discovered, by path.
    ///
    /// # Errors
    ///
    /// If the table cannot be opened.
    pub fn shards(&self) -> Result<Rows<ShardRow>, RunError> {
        Rows::open(&self.dir)
    }

    /// The same, each with the digests of which the run holds lists (`--digest`).
    ///
    /// # Errors
    ///
    /// If the table or a list cannot be opened.
    pub fn digested_shards(&self) -> Result<DigestedShards, RunError> {
        DigestedShards::open(self)
    }
}

fn read_manifest(path: &Path, text: &[u8]) -> Result<Manifest, RunError> {
    /// The part every version has.
    #[derive(Deserialize)]
    struct Version {
        format_version: u32,
    }
    let version: Version =
        serde_json::from_slice(text).map_err(|e| damaged(path, &e.to_string()))?;
    if version.format_version != FORMAT_VERSION {
        return Err(RunError::state(
            format!(
                "{} has format version {}, this program reads {FORMAT_VERSION}",
                path.display(),
                version.format_version
            ),
            "read it with the version of yujian that wrote it, or scan anew",
        ));
    }
    let manifest: Manifest =
        serde_json::from_slice(text).map_err(|e| damaged(path, &e.to_string()))?;
    if !manifest.complete {
        return Err(damaged(path, "it does not say that the run is complete"));
    }
    Ok(manifest)
}

fn missing(dir: &Path) -> RunError {
    let name = dir.display();
    if !dir.is_dir() {
        return RunError::state(
            format!("there is no run {name}"),
            "make one with yujian scan -o",
        );
    }
    let checkpoint = dir.join(CHECKPOINT_DIR);
    if checkpoint.is_dir() && !checkpoint.join(LOG_FILE).exists() {
        return RunError::state(
            format!("the run {name} is not complete"),
            "if it was being merged, merge again",
        );
    }
    if checkpoint.is_dir() {
        return RunError::state(
            format!("the run {name} is not complete"),
            "go on with it: yujian scan --resume with the same paths and -o",
        );
    }
    RunError::state(
        format!("{name} is not a run: it has no {RUN_FILE}"),
        "name the directory that was given to yujian scan -o",
    )
}

//! [`Since`]: an earlier run whose facts a scan with other rules may take over.
//!
//! What was found in a shard follows from its bytes, the rules, the configuration, the key and
//! the program. Where all but the rules is as it was, only those records have to be scanned
//! again that hold a word in which the rules differ; of the others the rows of the earlier run
//! say all.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::Deserialize;

use super::basis::{BASIS_FILE, BasisReader};
use super::carry::Carry;
use super::header::RunHeader;
use super::joined::Joined;
use super::reader::Run;
use super::rows::{ShardRow, Status};
use super::{FORMAT_VERSION, RUN_FILE};
use crate::RunError;
use crate::corpus::{Charset, Fate, Format};
use crate::scan::{KnownShard, ShardIndex};

/// Under this reason records fail for a fault of the program, which other rules may not have.
pub(super) const INTERNAL: &str = "internal-error";

/// An earlier run that is complete, undamaged, and of the same program, configuration and key.
pub struct Since {
    run: Run,
    id: String,
    rules: Vec<(String, String)>,
}

/// Why nothing of an earlier run can be taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Apart {
    /// It was written by another version of the program.
    Version,
    /// It was made with another configuration, `--sidecar`, `--keep` or `--tokens`, or another
    /// share of the text was counted.
    Configuration,
    /// Its value hashes have another key.
    Key,
    /// It does not hold its rules.
    NoBasis,
    /// Its rule files give another digest with the data tables of this program.
    Tables,
}

impl Since {
    /// Opens the run in `dir` for a scan of `now`, and reads every file of it to see that it is
    /// as it was written.
    ///
    /// # Errors
    ///
    /// As [`Run::open`] and [`Run::check_files`], except that a run of another version is no
    /// error: it is [`Apart`].
    pub fn open(dir: &Path, now: &RunHeader) -> Result<Result<Self, Apart>, RunError> {
        if other_version(dir)? {
            return Ok(Err(Apart::Version));
        }
        let run = Run::open(dir)?;
        run.check_files()?;
        let manifest = run.manifest();
        for (same, apart) in [
            (manifest.tool_version == now.tool_version, Apart::Version),
            (
                manifest.config_digest == now.config_digest,
                Apart::Configuration,
            ),
            (manifest.key_id == now.key_id, Apart::Key),
            (manifest.files.contains_key(BASIS_FILE), Apart::NoBasis),
        ] {
            if !same {
                return Ok(Err(apart));
            }
        }
        let (_, rules) = BasisReader::open(dir)?;
        let id = id_of(dir)?;
        Ok(Ok(Self { run, id, rules }))
    }

    /// Names the run: BLAKE3 of its `run.json`, hex.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The digest its rule set had. With other data tables the same files have another one.
    pub fn rules_digest(&self) -> &str {
        &self.run.manifest().rules.digest
    }

    /// Its rule files: names and texts.
    pub fn rules(&self) -> &[(String, String)] {
        &self.rules
    }

    /// Those shards of `now` of which the run can be taken over, and that have the path, size,
    /// source and form they had then.
    ///
    /// # Errors
    ///
    /// If a table cannot be read.
    pub fn known(&self, now: &RunHeader) -> Result<BTreeMap<ShardIndex, KnownShard>, RunError> {
        let mut known = BTreeMap::new();
        let mut rows = Joined::new(self.run.shards()?, |row: &ShardRow| &row.path);
        for (index, listed) in (0..).map(ShardIndex).zip(&now.shards) {
            let shard = &listed.shard;
            let Fate::Read(..) = shard.fate else { continue };
            let Some(then) = rows.next(&shard.path)? else {
                continue;
            };
            let expected = ShardRow::new(shard);
            let same = may_be_carried(&then)
                && then.bytes == shard.bytes
                && then.source == expected.source
                && then.format == expected.format
                && then.compression == expected.compression;
            if let (true, Some(digest)) = (same, then.digest) {
                let (decoded_bytes, again) = (then.decoded_bytes, vec![]);
                known.insert(
                    index,
                    KnownShard {
                        digest,
                        decoded_bytes,
                        again,
                    },
                );
            }
        }
        self.add_overfull(now, &mut known)?;
        Ok(known)
    }

    /// Notes the records of which not every finding was kept: what they add to the numbers of
    /// different values stands in no table.
    fn add_overfull(
        &self,
        now: &RunHeader,
        known: &mut BTreeMap<ShardIndex, KnownShard>,
    ) -> Result<(), RunError> {
        let totals = &self.run.manifest().totals.findings;
        if totals.kept == totals.open + totals.suppressed {
            return Ok(());
        }
        let mut records = Joined::new(self.run.records()?, |row| &row.path);
        let mut findings = Joined::new(self.run.findings()?, |row| &row.path);
        for (index, shard) in known {
            let path = &now.shards[index.0 as usize].shard.path;
            let mut kept = BTreeMap::<u64, u64>::new();
            while let Some(finding) = findings.next(path)? {
                *kept.entry(finding.record).or_default() += 1;
            }
            while let Some(record) = records.next(path)? {
                let all = record.findings + record.suppressed;
                if kept.get(&record.record).copied().unwrap_or(0) != all {
                    shard.again.push(record.offset);
                }
            }
        }
        Ok(())
    }

    /// What the new run takes over, of the shards in `known`. `sidecar`: whether every record
    /// has a row.
    ///
    /// # Errors
    ///
    /// If a table cannot be opened.
    pub fn carry(
        &self,
        known: &BTreeMap<ShardIndex, KnownShard>,
        sidecar: bool,
    ) -> Result<Carry, RunError> {
        let digests = known
            .iter()
            .map(|(index, shard)| (*index, shard.digest.clone()));
        Carry::open(&self.run, digests.collect(), sidecar)
    }
}

/// Names the run in `dir`: BLAKE3 of its `run.json`, hex.
pub(super) fn id_of(dir: &Path) -> Result<String, RunError> {
    let path = dir.join(RUN_FILE);
    let text = fs::read(&path).map_err(|e| RunError::io("read", &path, e))?;
    Ok(blake3::hash(&text).to_hex().to_string())
}

/// Whether a later scan may take over what a run says of this shard: it was read to its end, no
/// record failed for a fault of the program, and it is lines of JSON or one document, in UTF-8.
///
/// Of these two the bytes are those of the text, so that it can be told before they are read
/// whether words stand in them. Everything else (archives and what is in them, JSON, tables,
/// code, other charsets) is scanned in full.
pub(super) fn may_be_carried(row: &ShardRow) -> bool {
    let is = |format: Format| row.format.as_deref() == Some(format.as_str());
    let format = is(Format::Jsonl) || is(Format::Text) || is(Format::Markdown);
    let utf8 = row.encoding == Some(Charset::Utf8.name());
    row.status == Status::Scanned
        && row.archive.is_none()
        && row.digest.is_some()
        && format
        && utf8
        && !row.reasons.contains_key(INTERNAL)
}

/// Whether the run in `dir` has another format version. No if there is no run.
fn other_version(dir: &Path) -> Result<bool, RunError> {
    #[derive(Deserialize)]
    struct Version {
        format_version: u32,
    }
    let path = dir.join(RUN_FILE);
    match fs::read(&path) {
        // Whatever else is wrong is told by whoever opens it.
        Ok(text) => Ok(serde_json::from_slice(&text)
            .is_ok_and(|version: Version| version.format_version != FORMAT_VERSION)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(e) if e.kind() == io::ErrorKind::NotADirectory => Ok(false),
        Err(e) => Err(RunError::io("read", &path, e)),
    }
}

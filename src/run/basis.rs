//! `basis.jsonl.zst`: what a later scan with other rules needs of this run beyond its tables.
//!
//! The first line holds the rule files as they were read, so that it can be told in which words
//! two rule sets differ. Then comes a line for each shard that may be taken over, in the order of
//! the paths: by source, the counts that do not depend on rules.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::file::NewFile;
use super::table::damaged;
use crate::RunError;
use crate::scan::{Counts, OriginCounts, Presence, SourceTally, Tally, Types};

/// Name of the file.
pub(super) const BASIS_FILE: &str = "basis.jsonl.zst";
/// Version of its layout.
const VERSION: u32 = 5;
/// Rule files shrink to a third; higher levels cost more than they save.
const LEVEL: i32 = 6;

/// The first line.
#[derive(Serialize, Deserialize)]
struct Head {
    basis_version: u32,
    /// Names and texts.
    rules: Vec<(String, String)>,
}

/// One of the other lines.
#[derive(Serialize, Deserialize)]
struct ShardLine {
    path: String,
    sources: BTreeMap<String, SourceLine>,
}

/// Of a [`SourceTally`] what does not depend on rules.
#[derive(Serialize, Deserialize)]
struct SourceLine {
    records: Counts,
    bytes: Counts,
    text_bytes: u64,
    characters: u64,
    presence: Presence,
    origins: OriginCounts,
    types: Types,
}

/// Writes the file.
pub(super) struct BasisWriter {
    encoder: zstd::Encoder<'static, NewFile>,
    path: PathBuf,
}

impl BasisWriter {
    /// Begins the file in the run directory `dir`.
    pub fn create(dir: &Path, rules: &[(String, String)]) -> Result<Self, RunError> {
        let path = dir.join(BASIS_FILE);
        let file = NewFile::create(&path)?;
        let encoder =
            zstd::Encoder::new(file, LEVEL).map_err(|e| RunError::io("write", &path, e))?;
        let mut writer = Self { encoder, path };
        let head = Head {
            basis_version: VERSION,
            rules: rules.to_vec(),
        };
        writer.line(&head)?;
        Ok(writer)
    }

    /// Adds a shard that may be taken over; in the order of the paths.
    pub fn push(&mut self, path: &str, tally: &Tally) -> Result<(), RunError> {
        let line = |source: &SourceTally| SourceLine {
            records: source.records,
            bytes: source.bytes,
            text_bytes: source.text_bytes,
            characters: source.characters,
            presence: source.presence.clone(),
            origins: source.origins,
            types: source.types.clone(),
        };
        let sources = tally.sources.iter();
        self.line(&ShardLine {
            path: path.to_owned(),
            sources: sources
                .map(|(name, source)| (name.clone(), line(source)))
                .collect(),
        })
    }

    fn line(&mut self, value: &impl Serialize) -> Result<(), RunError> {
        let fail = |e| RunError::io("write", &self.path, e);
        let mut line = serde_json::to_vec(value).map_err(|e| fail(e.into()))?;
        line.push(b'\n');
        self.encoder.write_all(&line).map_err(fail)
    }

    /// Writes what is left and waits until it is on the disk. The file has no name yet.
    pub fn finish(self) -> Result<NewFile, RunError> {
        let file = self.encoder.finish();
        let file = file.map_err(|e| RunError::io("write", &self.path, e))?;
        file.sync()?;
        Ok(file)
    }
}

/// Reads the file, from its beginning to its end.
pub(super) struct BasisReader {
    lines: BufReader<zstd::Decoder<'static, BufReader<File>>>,
    path: PathBuf,
}

impl BasisReader {
    /// Opens the file of the run in `dir`: itself, and the rule files.
    pub fn open(dir: &Path) -> Result<(Self, Vec<(String, String)>), RunError> {
        let path = dir.join(BASIS_FILE);
        let fail = |e| RunError::io("read", &path, e);
        let file = File::open(&path).map_err(fail)?;
        let lines = BufReader::new(zstd::Decoder::new(file).map_err(fail)?);
        let mut reader = Self { lines, path };
        let head: Option<Head> = reader.line()?;
        match head {
            Some(head) if head.basis_version == VERSION => Ok((reader, head.rules)),
            _ => Err(damaged(
                &reader.path,
                "its first line is not that of this version",
            )),
        }
    }

    /// The counts of the shard with this path; shards before it are passed over.
    pub fn seek(&mut self, path: &str) -> Result<Tally, RunError> {
        loop {
            match self.line::<ShardLine>()? {
                Some(line) if line.path.as_str() < path => {}
                Some(line) if line.path == path => {
                    let tally = |line: SourceLine| SourceTally {
                        records: line.records,
                        bytes: line.bytes,
                        text_bytes: line.text_bytes,
                        characters: line.characters,
                        presence: line.presence,
                        origins: line.origins,
                        types: line.types,
                        ..SourceTally::default()
                    };
                    let sources = line.sources.into_iter();
                    return Ok(Tally {
                        sources: sources.map(|(name, line)| (name, tally(line))).collect(),
                        ..Tally::default()
                    });
                }
                _ => return Err(damaged(&self.path, &format!("it has no line for {path}"))),
            }
        }
    }

    /// The next line; none at the end.
    fn line<T: serde::de::DeserializeOwned>(&mut self) -> Result<Option<T>, RunError> {
        let mut line = Vec::new();
        let read = self.lines.read_until(b'\n', &mut line);
        read.map_err(|e| RunError::io("read", &self.path, e))?;
        if line.is_empty() {
            return Ok(None);
        }
        let value = serde_json::from_slice(&line);
        value
            .map(Some)
            .map_err(|e| damaged(&self.path, &e.to_string()))
    }
}

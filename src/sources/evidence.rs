//! [`Evidence`]: a file that proves something, as it lies on the disk.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Day, Problem, Source};
use crate::problem::both;

/// Whether a file that is named as evidence can be one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceState {
    /// It is there and has content.
    Present,
    /// There is no such file.
    Missing,
    /// It has no content.
    Empty,
    /// It cannot be read, or is no file.
    Unreadable,
}

/// A file that is named as evidence. Files named twice are one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Evidence {
    /// `E001`, … in the order of the sources.
    pub id: String,
    /// Path as it is declared, relative to `yujian.toml`.
    pub path: String,
    /// What it proves: source (none if all) and key.
    pub proves: Vec<(Option<String>, String)>,
    /// Whether it is there.
    pub state: EvidenceState,
    /// Length in bytes.
    pub bytes: u64,
    /// BLAKE3 of its bytes, hex; empty if it cannot be read.
    pub digest: String,
    /// Day of its last change, where the system knows it.
    pub modified: Option<Day>,
}

/// Files while they are gathered.
#[derive(Default)]
pub(super) struct Files {
    order: Vec<Evidence>,
    by_path: BTreeMap<String, usize>,
}

impl Files {
    /// Adds what a source names.
    pub fn add_source(&mut self, source: &Source, base: &Path) {
        for (key, path) in source.declared.evidence() {
            self.add(Some(&source.id), key, path, base);
        }
        for path in &source.declared.collection_log.0 {
            self.add(Some(&source.id), "collection_log", path, base);
        }
    }

    /// Adds one file, and gives its id.
    pub fn add(&mut self, source: Option<&str>, key: &str, path: &str, base: &Path) -> String {
        let proves = (source.map(str::to_owned), key.to_owned());
        let at = *self.by_path.entry(path.to_owned()).or_insert_with(|| {
            let number = self.order.len() + 1;
            self.order.push(read(format!("E{number:03}"), path, base));
            number - 1
        });
        let file = &mut self.order[at];
        if !file.proves.contains(&proves) {
            file.proves.push(proves);
        }
        file.id.clone()
    }

    /// All of them, and what is wrong with some.
    pub fn finish(self, problems: &mut Vec<Problem>) -> Vec<Evidence> {
        for file in &self.order {
            let (name, zh, en) = match file.state {
                EvidenceState::Present => continue,
                EvidenceState::Missing => (
                    "missing-evidence",
                    "证明材料不存在",
                    "the evidence file does not exist",
                ),
                EvidenceState::Empty => (
                    "empty-evidence",
                    "证明材料为空文件",
                    "the evidence file is empty",
                ),
                EvidenceState::Unreadable => (
                    "unreadable-evidence",
                    "证明材料无法读取",
                    "the evidence file cannot be read",
                ),
            };
            for (source, key) in &file.proves {
                let problem = Problem::odd(
                    name,
                    (&file.path, 0),
                    both(zh, en),
                    both(
                        "路径相对于 yujian.toml;放入文件,或删去该项",
                        "paths are relative to yujian.toml; put the file there, or remove the key",
                    ),
                );
                problems.push(problem.of(source.as_deref(), Some(key)));
            }
        }
        self.order
    }
}

fn read(id: String, path: &str, base: &Path) -> Evidence {
    let mut evidence = Evidence {
        id,
        path: path.to_owned(),
        proves: Vec::new(),
        state: EvidenceState::Present,
        bytes: 0,
        digest: String::new(),
        modified: None,
    };
    let read = || -> io::Result<(u64, String, Option<Day>)> {
        let file = File::open(base.join(path))?;
        let about = file.metadata()?;
        if !about.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let modified = about.modified().ok().map(DateTime::<Utc>::from);
        let mut hasher = blake3::Hasher::new();
        let bytes = io::copy(&mut &file, &mut hasher)?;
        let digest = hasher.finalize().to_hex().to_string();
        Ok((bytes, digest, modified.map(|time| Day(time.date_naive()))))
    };
    match read() {
        Ok((0, _, modified)) => {
            evidence.state = EvidenceState::Empty;
            evidence.modified = modified;
        }
        Ok((bytes, digest, modified)) => {
            (evidence.bytes, evidence.digest, evidence.modified) = (bytes, digest, modified);
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            evidence.state = EvidenceState::Missing;
        }
        Err(_) => evidence.state = EvidenceState::Unreadable,
    }
    evidence
}

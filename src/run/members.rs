//! `membership.pack`: the fingerprints of all texts of a run, so that it can be asked later whether a
//! text is among them (`IPR-04`), without the corpus.
//!
//! It is a pack of works in which every file is one: its texts behind each other, in their order.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::manifest::Stored;
use super::reader::Run;
use crate::RunError;
use crate::works::{self, Builder, Gathered, MOST_UNITS, Pack, Scheme, Volume, Work};

/// Name of the file.
pub(crate) const MEMBERSHIP_FILE: &str = "membership.pack";
/// Memory for sorting, in bytes.
const MEMORY: usize = 256 << 20;

/// Puts fingerprints of files together.
pub(super) struct Members {
    builder: Builder,
    path: PathBuf,
    /// Packs of runs that are merged.
    packs: Vec<PathBuf>,
}

/// The fingerprints of one file.
pub(super) struct FileMembers<'m> {
    members: &'m Members,
    name: String,
    digest: String,
    volume: Volume<'m>,
    number: u32,
}

/// Whether a run holds the fingerprints of its texts.
pub(super) fn has(run: &Run) -> bool {
    run.manifest().files.contains_key(MEMBERSHIP_FILE)
}

impl Members {
    pub(super) fn new(dir: &Path) -> Self {
        Self {
            builder: Builder::new(Scheme::Works, dir, MEMORY),
            path: dir.join(MEMBERSHIP_FILE),
            packs: Vec::new(),
        }
    }

    /// Takes over all files of runs that are merged.
    pub(super) fn take_over(&mut self, runs: &[Run]) {
        let own = runs.iter().filter(|run| has(run));
        self.packs = own.map(|run| run.dir().join(MEMBERSHIP_FILE)).collect();
    }

    /// Begins a file.
    pub(super) fn file(&self, name: &str, digest: &str) -> FileMembers<'_> {
        FileMembers {
            members: self,
            name: name.to_owned(),
            digest: digest.to_owned(),
            volume: self.builder.volume(),
            number: 1,
        }
    }

    /// Writes the pack, unless there is no text at all.
    pub(super) fn publish(self) -> Result<Option<(String, Stored)>, RunError> {
        let built = match (self.packs.is_empty(), self.builder.has_works()) {
            (true, false) => return Ok(None),
            (true, true) => self.builder.finish(&self.path),
            (false, _) => {
                let packs = self.packs.iter().map(|path| Pack::open(path, true));
                let packs: Result<Vec<_>, _> = packs.collect();
                packs.and_then(|packs| works::merge(&packs, &self.path))
            }
        };
        let built = built.map_err(|error| {
            let what = error.to_string();
            RunError::state(
                what,
                "make room and try again; what was finished is not lost",
            )
        })?;
        let fail = |error| RunError::io("read", &self.path, error);
        let mut hasher = blake3::Hasher::new();
        let mut file = File::open(&self.path).map_err(fail)?;
        hasher.update_reader(&mut file).map_err(fail)?;
        let stored = Stored {
            bytes: built.bytes,
            digest: hasher.finalize().to_hex().to_string(),
        };
        Ok(Some((MEMBERSHIP_FILE.to_owned(), stored)))
    }
}

impl FileMembers<'_> {
    /// Puts the texts of a piece behind those before.
    pub(super) fn add(&mut self, gathered: &Gathered) -> Result<(), RunError> {
        if self.volume.units() > 0 && self.volume.units() + gathered.units() > MOST_UNITS {
            let next = self.members.builder.volume();
            let full = std::mem::replace(&mut self.volume, next);
            self.keep(full)?;
            self.number += 1;
        }
        let added = self.volume.add(gathered);
        added.map_err(|error| RunError::io("write", &self.members.path, error))
    }

    /// Ends the file.
    pub(super) fn end(mut self) -> Result<(), RunError> {
        if self.volume.units() == 0 {
            return Ok(());
        }
        let next = self.members.builder.volume();
        let last = std::mem::replace(&mut self.volume, next);
        self.keep(last)
    }

    fn keep(&self, volume: Volume<'_>) -> Result<(), RunError> {
        let named = format!("{}\n{}\n{}", self.name, self.digest, self.number);
        let title = match self.number {
            1 => self.name.clone(),
            number => format!("{} ({number})", self.name),
        };
        let about = Work {
            digest: blake3::hash(named.as_bytes()).to_hex().to_string(),
            title,
            ..Work::default()
        };
        let ended = volume.end(about);
        ended.map_err(|error| RunError::io("write", &self.members.path, error))
    }
}

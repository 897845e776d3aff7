//! [`Frame`]: what a sample is drawn from.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::RunError;
use crate::run::Run;
use crate::scan::Counts;

/// A file of the run with records, in the order of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameFile {
    /// Its path in the run.
    pub path: String,
    /// BLAKE3 of its bytes, hex; empty if the scan did not read it to its end.
    pub digest: String,
    /// Its records.
    pub records: Counts,
}

/// The files of a frame and where they stand.
#[derive(Clone, Debug, Default)]
pub struct FrameFiles {
    all: Vec<FrameFile>,
    by_path: HashMap<String, u32>,
    /// Files of the corpus itself that were to be read: path → stored bytes.
    pub(super) stored: BTreeMap<String, u64>,
}

impl FrameFiles {
    /// The file of that number.
    pub fn get(&self, number: u32) -> &FrameFile {
        &self.all[number as usize]
    }

    /// The number of the file at `path`.
    pub fn find(&self, path: &str) -> Option<u32> {
        self.by_path.get(path).copied()
    }

    fn push(&mut self, file: FrameFile) {
        self.by_path
            .insert(file.path.clone(), self.all.len() as u32);
        self.all.push(file);
    }
}

/// All records of a run that were scanned, in numbers.
#[derive(Clone, Debug, Serialize)]
pub struct Frame {
    /// BLAKE3 over path, digest and numbers of records of every file, in the order of the run:
    /// names the frame.
    pub digest: String,
    /// Records that can be drawn.
    pub records: u64,
    /// Records that the scan left out; not in the frame.
    pub skipped: u64,
    /// Records that could not be read; not in the frame.
    pub failed: u64,
    /// Files with records.
    pub files: u64,
    /// Files among them that the scan could not read to their end, and their scanned records: in the
    /// frame, but only their numbers of records show that they are still the same.
    pub unfinished_files: u64,
    /// See [`Frame::unfinished_files`].
    pub unfinished_records: u64,
    /// Scanned records by source.
    pub sources: BTreeMap<String, u64>,
    /// The files.
    #[serde(skip)]
    pub of: FrameFiles,
}

impl Frame {
    /// The frame of a run.
    ///
    /// # Errors
    ///
    /// If the run cannot be read.
    pub fn of(run: &Run) -> Result<Self, RunError> {
        let tally = run.tally()?;
        let scanned = tally.sources.iter();
        let sources = scanned.map(|(source, tally)| (source.clone(), tally.records.scanned));
        let mut frame = Self {
            digest: String::new(),
            records: 0,
            skipped: 0,
            failed: 0,
            files: 0,
            unfinished_files: 0,
            unfinished_records: 0,
            sources: sources.filter(|(_, records)| *records > 0).collect(),
            of: FrameFiles::default(),
        };
        let mut hasher = blake3::Hasher::new();
        for row in run.shards()? {
            let row = row?;
            let counts = row.records;
            let digest = row.digest.unwrap_or_default();
            for part in [&row.path, &digest] {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part.as_bytes());
            }
            for number in [counts.scanned, counts.skipped, counts.failed] {
                hasher.update(&number.to_le_bytes());
            }
            if row.archive.is_none() {
                frame.of.stored.insert(row.path.clone(), row.bytes);
            }
            frame.records += counts.scanned;
            frame.skipped += counts.skipped;
            frame.failed += counts.failed;
            frame.files += u64::from(counts.scanned > 0);
            if digest.is_empty() && counts.scanned > 0 {
                frame.unfinished_files += 1;
                frame.unfinished_records += counts.scanned;
            }
            frame.of.push(FrameFile {
                path: row.path,
                digest,
                records: counts,
            });
        }
        frame.digest = hasher.finalize().to_hex().to_string();
        Ok(frame)
    }
}

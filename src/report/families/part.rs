//! [`Parts`]: what was counted of each family so far. When too many are in memory, all go into a sorted
//! temporary file, and a family is put together from its parts in the end. Nothing of what the
//! findings say goes with them: most families are never shown, and those that are are read again.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde::{Deserialize, Serialize};

use crate::run::Sorter;
use crate::{Confidence, RunError};

/// The fingerprint of a family, in two numbers: text would be twice as long.
pub(super) type Key = (u64, u64);

/// What is counted of a finding.
pub(super) struct Seen {
    pub key: Key,
    pub rule: u32,
    /// Its source, and its file, among those of its row group.
    pub source: u32,
    pub path: u32,
    pub record: u64,
    pub suppressed: bool,
    pub confidence: Confidence,
}

/// A stretch of a family's findings, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "Stored", from = "Stored")]
pub(super) struct Part {
    pub key: Key,
    /// Place of the first finding in the table.
    pub first: u64,
    pub rule: u32,
    pub source: u32,
    pub suppressed: bool,
    pub confidence: Confidence,
    pub findings: u64,
    pub records: u64,
    pub files: u64,
    /// Numbers of the first and the last record with a finding, and of their files: a record may
    /// lie across two parts.
    record: (u64, u64),
    file: (u64, u64),
}

/// A part without the names of its numbers, which would be most of a temporary file.
type Stored = (
    (Key, u64),
    (u32, u32, bool, u8),
    (u64, u64, u64),
    (u64, u64),
    (u64, u64),
);

impl From<Part> for Stored {
    fn from(part: Part) -> Self {
        (
            (part.key, part.first),
            (part.rule, part.source, part.suppressed, part.confidence.0),
            (part.findings, part.records, part.files),
            part.record,
            part.file,
        )
    }
}

impl From<Stored> for Part {
    fn from(stored: Stored) -> Self {
        let ((key, first), (rule, source, suppressed, confidence), counts, record, file) = stored;
        let (findings, records, files) = counts;
        Self {
            key,
            first,
            rule,
            source,
            suppressed,
            confidence: Confidence(confidence),
            findings,
            records,
            files,
            record,
            file,
        }
    }
}

impl Part {
    pub fn fingerprint(&self) -> String {
        format!("{:016x}{:016x}", self.key.0, self.key.1)
    }

    /// Takes in the part that follows.
    fn join(&mut self, next: Self) {
        self.findings += next.findings;
        self.records += next.records - u64::from(self.record.1 == next.record.0);
        self.files += next.files - u64::from(self.file.1 == next.file.0);
        self.record.1 = next.record.1;
        self.file.1 = next.file.1;
        self.confidence = self.confidence.max(next.confidence);
    }
}

/// All of them.
pub(super) struct Parts {
    held: HashMap<Key, Part>,
    limit: usize,
    sorter: Sorter<Part>,
    /// The file of the last finding, and its number; the same of its record.
    path: String,
    file: u64,
    in_file: u64,
    record: u64,
    row: u64,
}

impl Parts {
    /// Holds so many families at a time.
    pub fn holding(limit: usize) -> Self {
        Self {
            held: HashMap::new(),
            limit,
            sorter: Sorter::holding(limit),
            path: String::new(),
            file: 0,
            in_file: 0,
            record: 0,
            row: 0,
        }
    }

    /// Adds a finding of `source` in the file `path`, in the order of the table.
    pub fn add(&mut self, seen: &Seen, source: u32, path: &str) -> Result<(), RunError> {
        self.row += 1;
        if self.row == 1 || self.path != path {
            path.clone_into(&mut self.path);
            self.file += 1;
            self.record += 1;
        } else if self.in_file != seen.record {
            self.record += 1;
        }
        self.in_file = seen.record;
        match self.held.entry(seen.key) {
            Entry::Occupied(mut part) => {
                let part = part.get_mut();
                part.findings += 1;
                part.confidence = part.confidence.max(seen.confidence);
                if part.record.1 != self.record {
                    part.record.1 = self.record;
                    part.records += 1;
                }
                if part.file.1 != self.file {
                    part.file.1 = self.file;
                    part.files += 1;
                }
            }
            Entry::Vacant(vacant) => {
                vacant.insert(Part {
                    key: seen.key,
                    first: self.row,
                    rule: seen.rule,
                    source,
                    suppressed: seen.suppressed,
                    confidence: seen.confidence,
                    findings: 1,
                    records: 1,
                    files: 1,
                    record: (self.record, self.record),
                    file: (self.file, self.file),
                });
            }
        }
        if self.held.len() == self.limit {
            self.spill()?;
        }
        Ok(())
    }

    /// In whatever order: it is sorted there.
    fn spill(&mut self) -> Result<(), RunError> {
        #[expect(
            clippy::iter_over_hash_type,
            reason = "the sorter brings them in order"
        )]
        for (_, part) in self.held.drain() {
            self.sorter.push(part)?;
        }
        Ok(())
    }

    /// Hands over every family, whole, in the order of the fingerprints.
    pub fn each(mut self, mut take: impl FnMut(Part)) -> Result<(), RunError> {
        self.spill()?;
        let mut sorted = self.sorter.sorted()?;
        let mut family: Option<Part> = None;
        while let Some(part) = sorted.next()? {
            match &mut family {
                Some(family) if family.key == part.key => family.join(part),
                family => {
                    if let Some(whole) = family.replace(part) {
                        take(whole);
                    }
                }
            }
        }
        family.into_iter().for_each(take);
        Ok(())
    }
}

//! [`Parts`]: what was seen of each family so far. When too many are in memory, all go into a sorted
//! temporary file, and a family is put together from its parts in the end.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde::{Deserialize, Serialize};

use super::Place;
use crate::run::{FindingRow, Sorter};
use crate::{Confidence, RunError};

/// A stretch of a family's findings, in the order of the table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Part {
    /// The fingerprint, in two numbers: text would be twice as long.
    key: (u64, u64),
    /// Place of the first finding in the table.
    pub first: u64,
    pub rule: u32,
    pub source: u32,
    pub confidence: Confidence,
    pub suppressed_by: Option<String>,
    pub excerpt: String,
    pub findings: u64,
    pub records: u64,
    pub files: u64,
    pub places: Vec<Place>,
    /// Numbers of the first and the last record with a finding, and of their files: a record may
    /// lie across two parts.
    record: (u64, u64),
    file: (u64, u64),
}

impl PartialEq for Part {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Part {}

impl PartialOrd for Part {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Part {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.key, self.first).cmp(&(other.key, other.first))
    }
}

impl Part {
    pub fn fingerprint(&self) -> String {
        format!("{:016x}{:016x}", self.key.0, self.key.1)
    }

    /// Takes in the part that follows.
    fn join(&mut self, next: Self, places: usize) {
        self.findings += next.findings;
        self.records += next.records - u64::from(self.record.1 == next.record.0);
        self.files += next.files - u64::from(self.file.1 == next.file.0);
        self.record.1 = next.record.1;
        self.file.1 = next.file.1;
        self.confidence = self.confidence.max(next.confidence);
        let room = places.saturating_sub(self.places.len());
        self.places.extend(next.places.into_iter().take(room));
    }
}

/// All of them.
pub(super) struct Parts {
    held: HashMap<(u64, u64), Part>,
    limit: usize,
    places: usize,
    sorter: Sorter<Part>,
    /// The file of the last finding, and its number; the same of its record.
    path: String,
    file: u64,
    in_file: u64,
    record: u64,
    row: u64,
}

impl Parts {
    /// Holds so many families at a time, with so many places each.
    pub fn holding(limit: usize, places: usize) -> Self {
        Self {
            held: HashMap::new(),
            limit,
            places,
            sorter: Sorter::holding(limit),
            path: String::new(),
            file: 0,
            in_file: 0,
            record: 0,
            row: 0,
        }
    }

    /// Adds a finding, in the order of the table.
    pub fn add(
        &mut self,
        fingerprint: [u8; 16],
        rule: u32,
        source: u32,
        row: FindingRow,
    ) -> Result<(), RunError> {
        self.row += 1;
        if self.row == 1 || self.path != row.path {
            self.path.clone_from(&row.path);
            self.file += 1;
            self.record += 1;
        } else if self.in_file != row.record {
            self.record += 1;
        }
        self.in_file = row.record;
        let half = |at: usize| {
            let eight = fingerprint[at..at + 8].try_into();
            u64::from_be_bytes(eight.expect("eight of sixteen bytes"))
        };
        let key = (half(0), half(8));
        match self.held.entry(key) {
            Entry::Occupied(mut part) => {
                let part = part.get_mut();
                part.findings += 1;
                part.confidence = part.confidence.max(row.confidence);
                if part.record.1 != self.record {
                    part.record.1 = self.record;
                    part.records += 1;
                }
                if part.file.1 != self.file {
                    part.file.1 = self.file;
                    part.files += 1;
                }
                if part.places.len() < self.places {
                    part.places.push(place(row));
                }
            }
            Entry::Vacant(vacant) => {
                let (confidence, excerpt) = (row.confidence, super::quoted(&row));
                let suppressed_by = row.suppressed_by.clone();
                let places = match self.places {
                    0 => vec![],
                    _ => vec![place(row)],
                };
                vacant.insert(Part {
                    key,
                    first: self.row,
                    rule,
                    source,
                    confidence,
                    suppressed_by,
                    excerpt,
                    findings: 1,
                    records: 1,
                    files: 1,
                    places,
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
                Some(family) if family.key == part.key => family.join(part, self.places),
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

fn place(row: FindingRow) -> Place {
    Place {
        id: row.id,
        path: row.path,
        record: row.record,
        record_id: row.record_id,
        field: row.field,
        span: row.span,
        code_points: row.code_points,
    }
}

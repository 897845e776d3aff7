//! [`Reading`]: one of the two runs, file by file.

use std::collections::{HashMap, HashSet};
use std::iter::Peekable;

use super::entry::Entry;
use crate::RunError;
use crate::run::table_rows::Rows;
use crate::run::{FindingRow, Run};

/// A file of the corpus, with all that is in it.
#[derive(Clone, Debug)]
pub(super) struct Top {
    pub path: String,
    /// None if it was not read to its end.
    pub digest: Option<String>,
}

/// A run that is read along its files.
pub(super) struct Reading {
    /// In the order of the paths.
    pub tops: Vec<Top>,
    /// Where a path is: number of its file, and place in that.
    places: HashMap<String, (u32, u32)>,
    findings: Peekable<Rows<FindingRow>>,
    /// Ids of its rules.
    pub rules: HashSet<String>,
}

/// A record: place of its file in the archive, and its number.
pub(super) type RecordPlace = (u32, u64);

impl Reading {
    pub fn open(run: &Run) -> Result<Self, RunError> {
        let mut tops = vec![];
        let mut places = HashMap::new();
        let mut place = 0;
        for row in run.shards()? {
            let row = row?;
            places.insert(row.path.clone(), (tops.len() as u32, place));
            place += 1;
            // Files in an archive stand before it.
            if row.archive.is_none() {
                place = 0;
                tops.push(Top {
                    path: row.path,
                    digest: row.digest,
                });
            }
        }
        Ok(Self {
            tops,
            places,
            findings: run.findings()?.peekable(),
            rules: run.rules()?.into_iter().map(|rule| rule.id).collect(),
        })
    }

    /// Digest of the file a path is in; the outer none if the run has no such path.
    pub fn digest_of(&self, path: &str) -> Option<Option<&str>> {
        let (number, _) = self.places.get(path)?;
        Some(self.tops[*number as usize].digest.as_deref())
    }

    /// Where the next finding of file `number` is; none if it has no more.
    pub fn place(&mut self, number: usize) -> Option<RecordPlace> {
        let Some(Ok(row)) = self.findings.peek() else {
            return None;
        };
        let (file, place) = self.places.get(&row.path)?;
        (*file as usize == number).then_some((*place, row.record))
    }

    /// The next finding of file `number`.
    pub fn next(&mut self, number: usize) -> Result<Option<Entry>, RunError> {
        if let Some(Err(_)) = self.findings.peek() {
            return self
                .findings
                .next()
                .transpose()
                .map(|row| row.map(Entry::of));
        }
        if self.place(number).is_none() {
            return Ok(None);
        }
        let row = self.findings.next().transpose()?;
        Ok(row.map(Entry::of))
    }

    /// # Errors
    ///
    /// If findings are left, or could not be read.
    pub fn end(&mut self) -> Result<(), RunError> {
        match self.findings.next().transpose()? {
            None => Ok(()),
            Some(_) => Err(RunError::state(
                "a run has findings that are in no file of it, or out of order",
                "yujian verify says which",
            )),
        }
    }

    /// The findings of one record of file `number`.
    pub fn record(&mut self, number: usize, record: RecordPlace) -> Result<Vec<Entry>, RunError> {
        let mut all = vec![];
        while self.place(number) == Some(record) {
            all.extend(self.next(number)?);
        }
        // An error that follows is met with the next file.
        Ok(all)
    }
}

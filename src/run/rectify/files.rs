//! [`FileFacts`]: what both runs say of the files that are not the same in both.

use std::collections::{HashMap, HashSet};

use super::RectifiedRun;
use super::Unclear;
use crate::RunError;
use crate::run::reader::Run;
use crate::run::rows::Status;

/// What is known of the place of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The file is gone, or holds nothing any more.
    Gone,
    /// The file is there with as many records as before.
    SameNumber,
    /// The file is there with another number of records.
    OtherNumber,
    /// Not all of it was read.
    Unread,
}

#[derive(Clone, Copy, Debug)]
struct File {
    scanned: u64,
    /// Records that were skipped or failed.
    left_out: u64,
    status: Status,
    empty: bool,
}

/// See the module.
pub(super) struct FileFacts {
    /// Those of the earlier run whose bytes the later one has not, under any name.
    old: HashMap<String, File>,
    /// Those of the later run whose bytes the earlier one has not.
    new: HashMap<String, File>,
    /// Whether the later run has read everything.
    whole: bool,
}

impl FileFacts {
    pub fn new(old: &Run, new: &Run, sides: &[RectifiedRun; 2]) -> Result<Self, RunError> {
        let (mut before, mut after) = (read(old)?, read(new)?);
        // Of equal files as many are the same as both have: first those of the same name, then in
        // the order of their names, as the comparison pairs their findings.
        let mut same: HashSet<String> = HashSet::new();
        for top in &before {
            let at = after.binary_search_by(|other| other.path.cmp(&top.path));
            let now = at.ok().map(|at| &after[at]);
            if now.is_some_and(|now| now.digest.is_some() && now.digest == top.digest) {
                same.insert(top.path.clone());
            }
        }
        before.retain(|top| !same.contains(&top.path));
        after.retain(|top| !same.contains(&top.path));
        let mut left: HashMap<String, u64> = HashMap::new();
        for digest in before.iter().filter_map(|top| top.digest.clone()) {
            *left.entry(digest).or_default() += 1;
        }
        let mut found: HashMap<String, u64> = HashMap::new();
        after.retain(|top| {
            let Some(digest) = &top.digest else {
                return true;
            };
            let renamed = left
                .get_mut(digest)
                .filter(|left| **left > 0)
                .map(|left| *left -= 1);
            if renamed.is_some() {
                *found.entry(digest.clone()).or_default() += 1;
            }
            renamed.is_none()
        });
        before.retain(|top| {
            let digest = top.digest.as_ref();
            let found = digest.and_then(|digest| found.get_mut(digest));
            found
                .filter(|found| **found > 0)
                .map(|found| *found -= 1)
                .is_none()
        });
        let files = |tops: Vec<Top>| tops.into_iter().flat_map(|top| top.files).collect();
        Ok(Self {
            old: files(before),
            new: files(after),
            whole: sides[1].whole,
        })
    }

    /// Whether a file of the earlier run is in the later one with the same bytes.
    pub fn is_same_old(&self, path: &str) -> bool {
        !self.old.contains_key(path)
    }

    /// Whether a file of the later run was in the earlier one with the same bytes.
    pub fn is_same_new(&self, path: &str) -> bool {
        !self.new.contains_key(path)
    }

    /// Where the records of a file of the earlier run are.
    pub fn place(&self, path: &str) -> Place {
        let then = self.old.get(path);
        match self.new.get(path) {
            None if self.whole => Place::Gone,
            None => Place::Unread,
            Some(now) if now.empty => Place::Gone,
            Some(now) => {
                let more_left_out = then.is_some_and(|then| now.left_out > then.left_out);
                match then {
                    _ if now.status != Status::Scanned || more_left_out => Place::Unread,
                    Some(then) if then.scanned == now.scanned => Place::SameNumber,
                    _ if now.scanned == 0 => Place::Gone,
                    _ => Place::OtherNumber,
                }
            }
        }
    }

    /// Whether a record that is nowhere in the later run may be in what it did not read.
    pub fn may_be_unread(&self, path: &str) -> Option<Unclear> {
        let unread = !self.whole || self.place(path) == Place::Unread;
        unread.then_some(Unclear::Unread)
    }
}

/// A file of the corpus with all that is in it.
struct Top {
    path: String,
    digest: Option<String>,
    files: Vec<(String, File)>,
}

/// In the order of their paths.
fn read(run: &Run) -> Result<Vec<Top>, RunError> {
    let mut all: Vec<Top> = Vec::new();
    // Files in an archive stand before it.
    let mut files: Vec<(String, File)> = Vec::new();
    for row in run.shards()? {
        let row = row?;
        let file = File {
            scanned: row.records.scanned,
            left_out: row.records.skipped + row.records.failed,
            status: row.status,
            empty: row.bytes == 0,
        };
        files.push((row.path.clone(), file));
        if row.archive.is_none() {
            all.push(Top {
                path: row.path,
                digest: row.digest,
                files: std::mem::take(&mut files),
            });
        }
    }
    all.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(all)
}

//! [`Proof`]: that one file of a corpus is in a run, without the rest of the run.

use serde::{Deserialize, Serialize};

use super::integrity::lines;
use super::merkle::{self, Digest, Tree, climb, hex};
use super::reader::Run;
use super::rows::ShardRow;
use super::table::Row as _;
use super::value::json_line;
use crate::RunError;

/// The way from a row of the table of files to the root of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Root of the run: `integrity.root` of its `run.json`.
    pub root: String,
    /// The row, as `yujian export --what shards` prints it, without the line end.
    pub row: String,
    /// From the row to the root of its table.
    pub in_table: Way,
    /// The part of the run that is this table: `shards.parquet`, rows, root of the table.
    pub part: String,
    /// From the part to the root of the run.
    pub in_run: Way,
}

/// The way from a leaf to a root. All digests are hex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// Number of the leaf, from 0.
    pub index: u64,
    /// Leaves of the tree.
    pub leaves: u64,
    /// Siblings of the nodes on the way, from the leaf up.
    pub siblings: Vec<String>,
}

impl Way {
    fn from(leaves: &[Digest], index: usize) -> Self {
        Self {
            index: index as u64,
            leaves: leaves.len() as u64,
            siblings: merkle::path(leaves, index).iter().map(hex).collect(),
        }
    }

    /// Where it leads, from a leaf with these contents.
    fn root(&self, contents: &str) -> Option<String> {
        let digest = |text: &String| Some(*blake3::Hash::from_hex(text).ok()?.as_bytes());
        let siblings: Vec<Digest> = self.siblings.iter().map(digest).collect::<Option<_>>()?;
        let leaf = merkle::leaf(contents.as_bytes());
        climb(leaf, self.index, self.leaves, &siblings).map(|root| hex(&root))
    }
}

impl Proof {
    /// That the file `path` is in the run, whose table of files must be as it was written.
    ///
    /// # Errors
    ///
    /// If the run does not know such a file, or its table cannot be read or is not the one of
    /// its root.
    pub fn of(run: &Run, path: &str) -> Result<Self, RunError> {
        let mut leaves = vec![];
        let mut found = None;
        let mut line = vec![];
        for row in run.shards()? {
            let row = row?;
            json_line(ShardRow::COLUMNS, &row.values(), &mut line);
            if row.path == path {
                found = Some((leaves.len(), String::from_utf8_lossy(&line).into_owned()));
            }
            leaves.push(merkle::leaf(&line));
        }
        let Some((index, row)) = found else {
            return Err(RunError::state(
                format!("the run has no file {path}"),
                "yujian export --what shards lists all, with the names they have in the run",
            ));
        };
        let integrity = &run.manifest().integrity;
        let mut tree = Tree::default();
        leaves.iter().for_each(|leaf| tree.push(*leaf));
        let root = hex(&tree.root());
        let place = integrity
            .parts
            .keys()
            .position(|name| name == ShardRow::FILE);
        let same = |place: &usize| {
            let part = integrity.parts.values().nth(*place);
            part.is_some_and(|part| part.digest == root)
        };
        let Some(place) = place.filter(same) else {
            return Err(RunError::state(
                format!("{} is not the table of this run's root", ShardRow::FILE),
                "yujian verify says what was changed",
            ));
        };
        let lines: Vec<String> = lines(&integrity.parts).collect();
        let parts: Vec<Digest> = lines.iter().map(|l| merkle::leaf(l.as_bytes())).collect();
        Ok(Self {
            root: integrity.root.clone(),
            row,
            in_table: Way::from(&leaves, index),
            part: lines[place].clone(),
            in_run: Way::from(&parts, place),
        })
    }

    /// Whether the row leads to the root. What that is worth depends on where the root is known
    /// from.
    pub fn holds(&self) -> bool {
        let Some(table) = self.in_table.root(&self.row) else {
            return false;
        };
        let part = format!("{} {} {table}", ShardRow::FILE, self.in_table.leaves);
        part == self.part && self.in_run.root(&self.part).as_ref() == Some(&self.root)
    }
}

//! [`Integrity`]: one digest for everything a run says, and the parts it is made of.
//!
//! Rows are digested as the lines `yujian export` prints, so that whoever doubts a digest needs
//! no reader of Parquet to make it again. `docs/runs.md` says how, step by step.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::coverage::Coverage;
use super::header::Pack;
use super::manifest::{Manifest, RuleSetId, Stored, Totals};
use super::merkle::{self, Blocks, Digest, Tree, hex};
use super::table::damaged;
use super::{FORMAT_VERSION, file};
use crate::RunError;
use crate::origins::Used;
use crate::tokens::Counted;

/// Name of the file with the digests of blocks.
pub(super) const BLOCKS_FILE: &str = "blocks.json";
/// Name of the part that is `run.json` itself.
pub(super) const FACTS: &str = "facts";

/// What `run.json` says of the run as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Integrity {
    /// Root of the tree over the lines `name leaves digest` of all parts, by name: hex.
    pub root: String,
    /// The parts, by name: tables, files, and `facts` for `run.json` itself.
    pub parts: BTreeMap<String, Part>,
}

/// One part of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Rows of a table; 1 for anything else.
    pub leaves: u64,
    /// Of a table, the root of the tree over its rows; of a file, its BLAKE3: hex.
    pub digest: String,
}

impl Integrity {
    /// Over `parts`.
    pub(super) fn over(parts: BTreeMap<String, Part>) -> Self {
        let mut tree = Tree::default();
        for line in lines(&parts) {
            tree.push(merkle::leaf(line.as_bytes()));
        }
        Self {
            root: hex(&tree.root()),
            parts,
        }
    }

    /// What the parts of `manifest` should be, with the trees that were made of its tables.
    pub(super) fn of(manifest: &Manifest, trees: &BTreeMap<String, Blocks>) -> Self {
        let mut parts = BTreeMap::new();
        for (name, stored) in &manifest.files {
            // The tables count by their rows; the blocks follow from these.
            if !name.ends_with(".parquet") && name != BLOCKS_FILE {
                let part = Part {
                    leaves: 1,
                    digest: stored.digest.clone(),
                };
                parts.insert(name.clone(), part);
            }
        }
        for (name, blocks) in trees {
            let part = Part {
                leaves: blocks.tree().leaves(),
                digest: hex(&blocks.tree().root()),
            };
            parts.insert(name.clone(), part);
        }
        let part = Part {
            leaves: 1,
            digest: facts(manifest),
        };
        parts.insert(FACTS.to_owned(), part);
        Self::over(parts)
    }
}

/// One line a part, by name.
pub(super) fn lines(parts: &BTreeMap<String, Part>) -> impl Iterator<Item = String> {
    parts
        .iter()
        .map(|(name, part)| format!("{name} {} {}", part.leaves, part.digest))
}

/// BLAKE3, hex, of `run.json` on one line and without `files`, `integrity` and `environment`.
pub(super) fn facts(manifest: &Manifest) -> String {
    /// In the order of [`Manifest`].
    #[derive(Serialize)]
    struct Facts<'a> {
        format_version: u32,
        tool_version: &'a str,
        complete: bool,
        rules: &'a RuleSetId,
        config_digest: &'a str,
        root_digest: &'a str,
        key_id: &'a Option<String>,
        tokens: &'a Option<Counted>,
        #[serde(skip_serializing_if = "<[Pack]>::is_empty")]
        works: &'a [Pack],
        origins: &'a Option<Used>,
        totals: &'a Totals,
        coverage: &'a Coverage,
    }
    // A new field of the manifest is a mistake here until someone has thought of it.
    let Manifest {
        format_version,
        tool_version,
        complete,
        rules,
        config_digest,
        root_digest,
        key_id,
        tokens,
        works,
        origins,
        totals,
        coverage,
        files: _,
        integrity: _,
        environment: _,
    } = manifest;
    let facts = Facts {
        format_version: *format_version,
        tool_version,
        complete: *complete,
        rules,
        config_digest,
        root_digest,
        key_id,
        tokens,
        works,
        origins,
        totals,
        coverage,
    };
    let text = serde_json::to_vec(&facts).expect("numbers and texts become JSON");
    blake3::hash(&text).to_hex().to_string()
}

/// The contents of `blocks.json`: where in a table something was changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct BlocksFile {
    format_version: u32,
    /// Rows of a block; the last may be shorter.
    rows: u64,
    /// Digests of the blocks of each table, in order, hex.
    tables: BTreeMap<String, Vec<String>>,
}

impl BlocksFile {
    /// Of finished trees.
    pub fn of(trees: &BTreeMap<String, Blocks>) -> Self {
        let digests = |blocks: &Blocks| blocks.done().iter().map(hex).collect();
        Self {
            format_version: FORMAT_VERSION,
            rows: Blocks::ROWS,
            tables: trees
                .iter()
                .map(|(name, blocks)| (name.clone(), digests(blocks)))
                .collect(),
        }
    }

    /// Reads it from the run directory `dir`.
    pub fn read(dir: &Path) -> Result<Self, RunError> {
        let path = dir.join(BLOCKS_FILE);
        let text = fs::read(&path).map_err(|e| RunError::io("read", &path, e))?;
        serde_json::from_slice(&text).map_err(|e| damaged(&path, &e.to_string()))
    }

    /// Writes it into the run directory `dir`, whole or not at all.
    pub fn write(&self, dir: &Path) -> Result<Stored, RunError> {
        file::write_compact(&dir.join(BLOCKS_FILE), self)
    }

    /// Digests of the blocks of a table, if together they are the part `run.json` knows: others
    /// prove nothing.
    pub fn proved(&self, name: &str, part: &Part) -> Option<Vec<Digest>> {
        let texts = self.tables.get(name)?;
        let digests: Vec<Digest> = texts
            .iter()
            .map(|text| Some(*blake3::Hash::from_hex(text).ok()?.as_bytes()))
            .collect::<Option<_>>()?;
        let mut tree = Tree::default();
        digests.iter().for_each(|digest| tree.push(*digest));
        let rows = self.rows == Blocks::ROWS;
        (rows && hex(&tree.root()) == part.digest).then_some(digests)
    }
}

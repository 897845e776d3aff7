//! [`Differences`]: what is not as it was written, and where.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::run::ShardRow;
use crate::run::table::Row as _;

/// In what way something differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A file of the run is not there.
    FileMissing,
    /// A file of the run has another length or digest than `run.json` says.
    FileChanged,
    /// A table or another file of the run cannot be decoded any more.
    FileDamaged,
    /// `run.json` does not follow from itself: its parts do not give its root.
    Root,
    /// A part of the run has another digest than `run.json` says.
    Part,
    /// Rows of a table are not those that were written.
    RowsChanged,
    /// A row contradicts itself, the rules, or a row of another table.
    Row,
    /// Sums do not agree.
    Sum,
    /// The signature is missing, or not of this key and this `run.json`.
    Signature,
    /// A file of the corpus is gone.
    ShardMissing,
    /// A file of the corpus has other bytes.
    ShardChanged,
    /// A file of the corpus is new.
    ShardAdded,
    /// A file of the corpus cannot be read.
    ShardUnreadable,
}

impl Kind {
    /// Every kind, in order.
    pub const ALL: [Self; 13] = [
        Self::FileMissing,
        Self::FileChanged,
        Self::FileDamaged,
        Self::Root,
        Self::Part,
        Self::RowsChanged,
        Self::Row,
        Self::Sum,
        Self::Signature,
        Self::ShardMissing,
        Self::ShardChanged,
        Self::ShardAdded,
        Self::ShardUnreadable,
    ];

    /// The word used in output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FileMissing => "file-missing",
            Self::FileChanged => "file-changed",
            Self::FileDamaged => "file-damaged",
            Self::Root => "root",
            Self::Part => "part",
            Self::RowsChanged => "rows-changed",
            Self::Row => "row",
            Self::Sum => "sum",
            Self::Signature => "signature",
            Self::ShardMissing => "shard-missing",
            Self::ShardChanged => "shard-changed",
            Self::ShardAdded => "shard-added",
            Self::ShardUnreadable => "shard-unreadable",
        }
    }
}

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// In what way.
    pub kind: Kind,
    /// The file of the run, or of the corpus.
    pub file: String,
    /// Rows of a table, half-open, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<[u64; 2]>,
    /// What it is, in English. Never text of the corpus.
    pub what: String,
}

/// Everything that differs: counted in full, listed up to a limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Differences {
    /// How many of each kind there are.
    pub counts: BTreeMap<Kind, u64>,
    /// The first [`Differences::LISTED`] of each kind, in the order in which they were found.
    pub list: Vec<Difference>,
}

impl Differences {
    /// Listed of each kind.
    pub const LISTED: u64 = 1000;

    /// Whether all is well.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Whether nothing is wrong with the table of files, so that a corpus can be held against it.
    pub fn trusts_files(&self) -> bool {
        self.list.iter().all(|one| one.file != ShardRow::FILE)
    }

    /// Notes one.
    pub fn add(&mut self, kind: Kind, file: &str, what: impl Into<String>) {
        self.add_rows(kind, file, None, what);
    }

    /// Notes one of these rows of a table.
    pub(super) fn add_rows(
        &mut self,
        kind: Kind,
        file: &str,
        rows: Option<[u64; 2]>,
        what: impl Into<String>,
    ) {
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        if *count <= Self::LISTED {
            self.list.push(Difference {
                kind,
                file: file.to_owned(),
                rows,
                what: what.into(),
            });
        }
    }

    /// Notes one if two numbers that should be equal are not.
    pub(super) fn equal(&mut self, file: &str, what: &str, should: u64, is: u64) {
        if should != is {
            self.add(Kind::Sum, file, format!("{what}: {should}, counted {is}"));
        }
    }

    /// Adds `other`.
    pub fn merge(&mut self, other: Self) {
        for (kind, count) in other.counts {
            *self.counts.entry(kind).or_default() += count;
        }
        self.list.extend(other.list);
    }
}

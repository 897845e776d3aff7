//! Keys of records, and the lowest of them.

use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize};

/// What a person is asked about a record. Samples of different questions are independent of each
/// other; of the same question the smaller one is in the larger one, so that nothing is judged
/// twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// Whether the text is fit for training.
    Content,
    /// Whether what the record says of its origin is right.
    Metadata,
    /// Whether what the scan has recorded of its risks is right.
    RiskRecord,
    /// Whether what the scan has recorded of rights is right.
    RightsRecord,
}

impl Question {
    /// All of them, in the order of output.
    pub const ALL: [Self; 4] = [
        Self::Content,
        Self::Metadata,
        Self::RiskRecord,
        Self::RightsRecord,
    ];

    /// The word used in files and output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::Metadata => "metadata",
            Self::RiskRecord => "risk-record",
            Self::RightsRecord => "rights-record",
        }
    }

    /// What stands for it in keys; never changes.
    const fn number(self) -> u8 {
        match self {
            Self::Content => 0,
            Self::Metadata => 1,
            Self::RiskRecord => 2,
            Self::RightsRecord => 3,
        }
    }
}

/// The key of all hashes of a draw.
pub fn seed_key(seed: u32) -> [u8; 32] {
    blake3::derive_key("yujian 2026-11 sample of records", &seed.to_le_bytes())
}

/// The key of all records of a file: BLAKE3 keyed by the seed over its path and digest, each
/// preceded by its length. The path is in it because copies of a file would otherwise be drawn
/// together.
#[derive(Clone, Copy, Debug)]
pub struct FileKey([u8; 32]);

impl FileKey {
    /// `digest`: hex; empty for a file that was not read to its end.
    pub fn new(seed_key: &[u8; 32], path: &str, digest: &str) -> Self {
        let mut hasher = blake3::Hasher::new_keyed(seed_key);
        for part in [path, digest] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        Self(hasher.finalize().into())
    }

    /// The key of record number `record`: BLAKE3 keyed by that of the file over question and
    /// number; its first 16 bytes.
    pub fn record(&self, question: Question, record: u64) -> [u8; 16] {
        let mut input = [question.number(); 9];
        input[1..].copy_from_slice(&record.to_le_bytes());
        let hash = blake3::keyed_hash(&self.0, &input);
        let mut key = [0; 16];
        key.copy_from_slice(&hash.as_bytes()[..16]);
        key
    }
}

/// A record of a sample. Ordered by its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Drawn {
    /// See [`FileKey::record`].
    pub key: [u8; 16],
    /// Number of its file in the frame.
    pub file: u32,
    /// Its number in the file, from 0.
    pub record: u64,
}

/// The records with the lowest keys among all that were offered.
#[derive(Clone, Debug)]
pub struct Lowest {
    most: usize,
    heap: BinaryHeap<Drawn>,
}

impl Lowest {
    /// Keeps `most` records.
    pub const fn new(most: usize) -> Self {
        Self {
            most,
            heap: BinaryHeap::new(),
        }
    }

    /// Takes a record, if its key is among the lowest so far.
    pub fn offer(&mut self, record: Drawn) {
        if self.heap.len() < self.most {
            self.heap.push(record);
        } else if let Some(mut highest) = self.heap.peek_mut()
            && record < *highest
        {
            *highest = record;
        }
    }

    /// Takes what another has kept.
    pub fn merge(&mut self, other: Self) {
        other.heap.into_iter().for_each(|record| self.offer(record));
    }

    /// What was kept, lowest key first.
    pub fn sorted(self) -> Vec<Drawn> {
        self.heap.into_sorted_vec()
    }
}

//! [`compare_corpus`]: whether the files of a corpus are those a run is of.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rayon::prelude::*;
use serde::Serialize;

use super::told::{Differences, Kind};
use crate::RunError;
use crate::corpus::{DigestKind, Fate, Shard, digest_shard};
use crate::run::digests::{DigestList, FileDigests};
use crate::run::{Run, ShardRow};

/// How a corpus was compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Files whose digests were made again and are those of the run.
    pub same: u64,
    /// Bytes that were digested.
    pub bytes: u64,
    /// Files that were not read to their end by the scan: only their lengths could be compared.
    pub by_length: u64,
    /// What differs.
    pub told: Differences,
}

/// A file to be digested.
struct Job<'a> {
    shard: &'a Shard,
    digest: String,
    others: FileDigests,
}

/// Digests the files in `found` on the threads of the current rayon pool and compares them with
/// the table of files of `run`.
///
/// `kinds`: digests that are compared beside BLAKE3; the run must hold them. `progress`: bytes
/// done. `stop`: ends it early, and what is told is not whole.
///
/// # Errors
///
/// If the run cannot be read, or does not hold digests of a kind.
pub fn compare_corpus(
    run: &Run,
    found: &[Shard],
    kinds: &[DigestKind],
    progress: &AtomicU64,
    stop: &AtomicBool,
) -> Result<Compared, RunError> {
    let mut compared = Compared::default();
    let mut jobs = vec![];
    let mut lists = kinds
        .iter()
        .map(|kind| DigestList::open(run, *kind))
        .collect::<Result<Vec<_>, _>>()?;
    let mut found = found.iter().peekable();
    let added = |shard: &Shard, told: &mut Differences| {
        told.add(Kind::ShardAdded, &shard.path, "the run does not know it");
    };
    for row in run.shards()? {
        let row = row?;
        if row.archive.is_some() {
            continue;
        }
        let mut others = FileDigests::new();
        for list in &mut lists {
            list.take(&row, &mut others)?;
        }
        while let Some(shard) = found.next_if(|shard| shard.path < row.path) {
            added(shard, &mut compared.told);
        }
        match found.next_if(|shard| shard.path == row.path) {
            Some(shard) => jobs.extend(compared.job(&row, shard, others)),
            None => compared
                .told
                .add(Kind::ShardMissing, &row.path, "it is not in the corpus"),
        }
    }
    found.for_each(|shard| added(shard, &mut compared.told));
    let digested: Vec<Option<(Kind, String)>> = jobs
        .par_iter()
        .map(|job| {
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            job.run(kinds, progress)
        })
        .collect();
    for (job, wrong) in jobs.iter().zip(digested) {
        compared.bytes += job.shard.bytes;
        match wrong {
            Some((kind, what)) => compared.told.add(kind, &job.shard.path, what),
            None => compared.same += 1,
        }
    }
    Ok(compared)
}

impl Compared {
    /// What is to be digested of a file that is in both, if its length is right.
    fn job<'a>(
        &mut self,
        row: &ShardRow,
        shard: &'a Shard,
        others: FileDigests,
    ) -> Option<Job<'a>> {
        if row.bytes != shard.bytes {
            let what = format!("{} bytes, the run says {}", shard.bytes, row.bytes);
            self.told.add(Kind::ShardChanged, &row.path, what);
            return None;
        }
        let Some(digest) = row.digest.clone() else {
            self.by_length += 1;
            return None;
        };
        // A file that cannot be opened has no format; trying says why.
        if let Fate::Fail(_, sentence) = &shard.fate {
            self.told.add(Kind::ShardUnreadable, &row.path, sentence);
            return None;
        }
        Some(Job {
            shard,
            digest,
            others,
        })
    }
}

impl Job<'_> {
    /// What is wrong with the file.
    fn run(&self, kinds: &[DigestKind], progress: &AtomicU64) -> Option<(Kind, String)> {
        let location: &Path = &self.shard.location;
        let (blake3, others) = match digest_shard(location, kinds, true, progress) {
            Ok(digests) => digests,
            Err(error) => return Some((Kind::ShardUnreadable, error.to_string())),
        };
        if blake3.to_hex().as_str() != self.digest {
            return Some((
                Kind::ShardChanged,
                "its BLAKE3 is not the one in the run".to_owned(),
            ));
        }
        let wrong = self
            .others
            .iter()
            .find(|(kind, digest)| others.get(kind) != Some(digest));
        wrong.map(|(kind, _)| {
            let what = format!("its {} is not the one in the run", kind.as_str());
            (Kind::ShardChanged, what)
        })
    }
}

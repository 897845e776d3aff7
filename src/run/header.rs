//! [`RunHeader`]: what a run is a run of, fixed before the first byte is scanned.

use serde::{Deserialize, Serialize};

use crate::RunError;
use crate::corpus::{DigestKind, Shard};
use crate::origins::Used;
use crate::rules::RuleInfo;
use crate::tokens::Counted;

/// A rule pack that was in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pack {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A shard with what tells whether it was changed behind our back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// As discovery found it.
    pub shard: Shard,
    /// Time of the last change, nanoseconds since 1970, where the system knows it. Only compared
    /// on resuming; never part of a finished run.
    pub modified: Option<i64>,
}

/// Everything that decides the bytes of a run, and the chunk size, which does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunHeader {
    /// Version of the program.
    pub tool_version: String,
    /// Digest of the rule set.
    pub rules_digest: String,
    /// The packs it was put together from.
    pub packs: Vec<Pack>,
    /// One entry a rule, in the order of [`RuleIndex`](crate::RuleIndex).
    pub rules: Vec<RuleInfo>,
    /// Digest of the configuration that bears on scanning.
    pub config_digest: String,
    /// Digest of the key of the value hashes; none without a key.
    pub key_id: Option<String>,
    /// How tokens are counted; none if they are not.
    #[serde(default)]
    pub tokens: Option<Counted>,
    /// Packs of known works, by file name and digest.
    #[serde(default)]
    pub works: Vec<Pack>,
    /// Lists and snapshots that addresses are held against; none if nothing was named.
    #[serde(default)]
    pub origins: Option<Used>,
    /// Whether the run is to hold the fingerprints of its texts.
    #[serde(default)]
    pub membership: bool,
    /// Names the earlier run whose facts are taken over; none for a full scan. Which records a
    /// piece says something of depends on it.
    #[serde(default)]
    pub since: Option<String>,
    /// Digests of shards that are listed beside BLAKE3.
    #[serde(default)]
    pub digests: Vec<DigestKind>,
    /// Where shards are cut. A resumed scan must cut like the one it goes on with:
    /// [`Finished::chunk_bytes`](super::Finished::chunk_bytes).
    pub chunk_bytes: u64,
    /// All that was discovered, read or not, in ascending byte order of the paths.
    pub shards: Vec<Listed>,
}

impl RunHeader {
    /// # Errors
    ///
    /// If paths are not ascending: tables would depend on how the corpus was walked.
    pub(super) fn check(&self) -> Result<(), RunError> {
        for pair in self.shards.windows(2) {
            let (before, after) = (&pair[0].shard.path, &pair[1].shard.path);
            if before >= after {
                return Err(RunError::state(
                    format!("internal: shards are not in order: {before} stands before {after}"),
                    "please report this",
                ));
            }
        }
        if u32::try_from(self.shards.len()).is_err() {
            return Err(RunError::state(
                format!("{} files are more than one run can hold", self.shards.len()),
                "scan the corpus in parts with --shard i/n and merge the runs",
            ));
        }
        Ok(())
    }

    /// Whether `now` would go on with the scan that `self` began.
    ///
    /// # Errors
    ///
    /// If anything that bears on the bytes of the run differs: says what.
    pub(super) fn check_resumed_by(&self, now: &Self) -> Result<(), RunError> {
        let works = |header: &Self| -> Option<String> {
            let digests = header.works.iter().map(|pack| pack.version.as_str());
            let digests: Vec<&str> = digests.collect();
            (!digests.is_empty()).then(|| digests.join("+"))
        };
        let membership = |header: &Self| header.membership.then(|| "yes".to_owned());
        let (members_then, members_now) = (membership(self), membership(now));
        let (works_then, works_now) = (works(self), works(now));
        let pairs = [
            (
                "version of yujian",
                Some(&self.tool_version),
                Some(&now.tool_version),
            ),
            (
                "rule set",
                Some(&self.rules_digest),
                Some(&now.rules_digest),
            ),
            (
                "membership of texts (--membership)",
                members_then.as_ref(),
                members_now.as_ref(),
            ),
            (
                "list of packs of known works (--works)",
                works_then.as_ref(),
                works_now.as_ref(),
            ),
            (
                "configuration",
                Some(&self.config_digest),
                Some(&now.config_digest),
            ),
            ("hash key", self.key_id.as_ref(), now.key_id.as_ref()),
            (
                "earlier run (--since)",
                self.since.as_ref(),
                now.since.as_ref(),
            ),
        ];
        for (what, then, now) in pairs {
            if then != now {
                let word = |side: Option<&String>| side.map_or("none", |s| s.as_str()).to_owned();
                return Err(RunError::state(
                    format!(
                        "the {what} is not the one this scan began with ({}, now {})",
                        word(then),
                        word(now)
                    ),
                    "resume with the same one, or scan anew with another -o",
                ));
            }
        }
        if self.digests != now.digests {
            return Err(RunError::state(
                "this scan began with other --digest",
                "resume with the same ones, or scan anew with another -o",
            ));
        }
        match self.changed_shard(now) {
            Some(what) => Err(RunError::state(
                format!("the corpus has changed since this scan began: {what}"),
                "a run is of one state of the corpus: scan anew with another -o",
            )),
            None => Ok(()),
        }
    }

    /// The first shard, in order, that differs, and how.
    fn changed_shard(&self, now: &Self) -> Option<String> {
        for (then, now) in self.shards.iter().zip(&now.shards) {
            let (a, b) = (&then.shard, &now.shard);
            let path = &a.path;
            if a.path < b.path {
                return Some(format!("{path} is gone"));
            } else if a.path > b.path {
                return Some(format!("{} is new", b.path));
            } else if a.bytes != b.bytes {
                return Some(format!("{path} had {} bytes and has {}", a.bytes, b.bytes));
            } else if then.modified != now.modified {
                return Some(format!("{path} was written to"));
            } else if a.source != b.source || a.fate != b.fate {
                return Some(format!("{path} would be read in another way"));
            }
        }
        let (before, after) = (self.shards.len(), now.shards.len());
        match before.cmp(&after) {
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Less => Some(format!("{} is new", now.shards[before].shard.path)),
            std::cmp::Ordering::Greater => {
                Some(format!("{} is gone", self.shards[after].shard.path))
            }
        }
    }
}

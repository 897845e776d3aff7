//! [`Limits`]: how far a file may go before it counts as hostile, and [`Budget`], which counts.
//!
//! Every limit lets honest corpora through by a wide margin; going over one is a failure that
//! names it.

use std::cell::Cell;

use serde::{Deserialize, Serialize};

use crate::{Limit, ShardError};

/// `[limits]` of `yujian.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes that one shard may decode to, with all archives and compressions inside it.
    pub decoded_bytes: u64,
    /// Decoded bytes per stored byte of a shard, over [`Limits::FREE`].
    pub ratio: u64,
    /// Archives inside archives.
    pub nesting: u32,
    /// Files in the archives of a shard.
    pub members: u32,
    /// Arrays and objects inside each other in JSON; 2,048 at most.
    pub json_depth: u32,
    /// Cells of a row.
    pub csv_columns: u32,
    /// Bytes of a record that must be held in memory whole.
    pub record_bytes: u64,
    /// Bytes of a compressed or nested file of random access that are kept in memory; more go to
    /// an unnamed temporary file.
    pub spool_memory: u64,
    /// Bytes of such a temporary file.
    pub spool_bytes: u64,
}

impl Limits {
    /// Decoded bytes for which no ratio is asked: small files of little variety compress well,
    /// and do no harm.
    pub const FREE: u64 = 64 << 20;
}

impl Default for Limits {
    /// Text compresses to a twentieth, logs to a hundredth; deflate ends at 1,032.
    fn default() -> Self {
        Self {
            decoded_bytes: 16 << 40,
            ratio: 400,
            nesting: 4,
            members: 4_000_000,
            json_depth: 512,
            csv_columns: 10_000,
            record_bytes: 256 << 20,
            spool_memory: 64 << 20,
            spool_bytes: 64 << 30,
        }
    }
}

/// What one shard, with all that is in it, may still decode to.
pub struct Budget {
    decoded: Cell<u64>,
    members: Cell<u32>,
    by_ratio: u64,
    limits: Limits,
}

impl Budget {
    /// Of a shard of `stored` bytes.
    pub fn new(stored: u64, limits: &Limits) -> Self {
        Self {
            decoded: Cell::new(0),
            members: Cell::new(0),
            by_ratio: stored.saturating_mul(limits.ratio).max(Limits::FREE),
            limits: limits.clone(),
        }
    }

    /// Counts bytes that were decompressed.
    ///
    /// # Errors
    ///
    /// [`ShardError::Limit`] when they are too many.
    pub fn decoded(&self, bytes: u64) -> Result<(), ShardError> {
        let all = self.decoded.get().saturating_add(bytes);
        self.decoded.set(all);
        let (limit, value) = if all > self.limits.decoded_bytes {
            (Limit::DecodedBytes, self.limits.decoded_bytes)
        } else if all > self.by_ratio {
            (Limit::Ratio, self.limits.ratio)
        } else {
            return Ok(());
        };
        Err(ShardError::Limit { limit, value })
    }

    /// Counts a file in an archive.
    ///
    /// # Errors
    ///
    /// [`ShardError::Limit`] when they are too many.
    pub fn member(&self) -> Result<(), ShardError> {
        let all = self.members.get().saturating_add(1);
        self.members.set(all);
        if all <= self.limits.members {
            return Ok(());
        }
        Err(ShardError::Limit {
            limit: Limit::Members,
            value: u64::from(self.limits.members),
        })
    }
}

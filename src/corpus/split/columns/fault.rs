//! [`Fault`]: what is wrong with a table, before it is known where.

use crate::corpus::limits::Limits;
use crate::{Limit, ShardError};

/// Why something of a file cannot be read; without text of the corpus.
#[derive(Debug)]
pub enum Fault {
    /// It is not as the format says.
    Damaged(&'static str),
    /// It is built in a way that is not read: stable code, and what to do about it.
    Refused(&'static str, &'static str),
    /// It goes beyond a limit.
    Limit(Limit),
    /// Anything else.
    Shard(ShardError),
}

impl From<ShardError> for Fault {
    fn from(error: ShardError) -> Self {
        Self::Shard(error)
    }
}

impl Fault {
    /// As the error of a shard. `reason`: code for damage; `offset`: where in the file it was met.
    pub fn at(self, reason: &'static str, offset: u64, limits: &Limits) -> ShardError {
        match self {
            Self::Damaged(what) => ShardError::Malformed {
                reason,
                what,
                offset,
            },
            Self::Refused(reason, what) => ShardError::Refused { reason, what },
            Self::Limit(limit) => ShardError::Limit {
                limit,
                value: match limit {
                    Limit::JsonDepth => u64::from(limits.json_depth),
                    Limit::CsvColumns => u64::from(limits.csv_columns),
                    _ => limits.record_bytes,
                },
            },
            Self::Shard(error) => error,
        }
    }
}

//! [`Sums`]: what is kept of passages, from which totals and their intervals follow.

use serde::{Deserialize, Serialize};

/// Of some passages: how many there are, and sums over those that were counted. Adding up is all
/// that is ever done to them, so the order of passages leaves no trace.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema, Deserialize,
)]
pub struct Sums {
    /// Passages in all.
    pub passages: u64,
    /// Passages that were counted.
    pub sampled: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Their tokens.
    pub tokens: u64,
    /// Sum of the squares of their bytes.
    pub bytes_squared: u64,
    /// Sum of the squares of their tokens.
    pub tokens_squared: u64,
    /// Sum of the products of their bytes and tokens.
    pub product: u64,
}

impl Sums {
    /// A passage that was counted.
    pub const fn of(bytes: u64, tokens: u64) -> Self {
        Self {
            passages: 1,
            sampled: 1,
            bytes,
            tokens,
            bytes_squared: bytes * bytes,
            tokens_squared: tokens * tokens,
            product: bytes * tokens,
        }
    }

    /// Passages that were not counted.
    pub const fn uncounted(passages: u64) -> Self {
        Self {
            passages,
            sampled: 0,
            bytes: 0,
            tokens: 0,
            bytes_squared: 0,
            tokens_squared: 0,
            product: 0,
        }
    }

    /// Whether there are no passages.
    pub const fn is_empty(&self) -> bool {
        self.passages == 0
    }

    /// Whether every passage was counted.
    pub const fn is_exact(&self) -> bool {
        self.passages == self.sampled
    }

    /// Adds `other`.
    pub const fn merge(&mut self, other: &Self) {
        self.passages += other.passages;
        self.sampled += other.sampled;
        self.bytes += other.bytes;
        self.tokens += other.tokens;
        // Only intervals of estimates are made of these, whose passages are short: they are full
        // after 10^13 of them.
        self.bytes_squared = self.bytes_squared.saturating_add(other.bytes_squared);
        self.tokens_squared = self.tokens_squared.saturating_add(other.tokens_squared);
        self.product = self.product.saturating_add(other.product);
    }
}

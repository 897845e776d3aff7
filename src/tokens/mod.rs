//! How many tokens a text has (`FIL-02`), and how many a corpus has of which only a sample was
//! counted.
//!
//! Text is cut into [`Passages`] at places that depend on the text alone, and where a tokenizer
//! that is built in would end a word in any case, so that the parts have the tokens of the whole.
//! Whether a passage is in the sample depends on what stands in it. [`Sums`] of passages add up in
//! any order, and [`estimate`] makes numbers with intervals of them.

mod builtin;
mod characters;
mod estimate;
#[cfg(feature = "tokenizer-json")]
mod json;
mod passages;
mod split;
mod sums;
mod tokenizer;
mod vocabulary;

pub use builtin::Builtin;
pub use estimate::{Estimate, Stratum, StratumEstimate, estimate};
pub use passages::Passages;
pub use sums::Sums;
pub use tokenizer::{Tokenizer, TokenizerId, Uncounted};

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Corpora up to so many bytes are counted in full also when an estimate is asked for: it takes
/// a twentieth of a second.
const COUNTED_IN_FULL: u64 = 512 << 10;
/// Of large corpora one passage in so many is counted: counting takes ten times as long as
/// scanning, and no more than 3 % is to be spent on an estimate.
const LARGEST_STEP: u32 = 1024;

/// Longest passage in bytes where all are counted, which bounds memory.
const WHOLE: usize = 64 << 10;
/// Longest passage of a sample: short, so that also a few long books give many.
const SAMPLED: usize = 1 << 10;

/// Whether all is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A sample is, and the rest estimated.
    Estimate,
    /// All is, and records have a column for it.
    Exact,
}

/// How tokens are counted in a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counting {
    /// By what.
    pub tokenizer: Arc<Tokenizer>,
    /// Whether all is counted.
    pub mode: Mode,
    /// One passage in so many is counted.
    pub one_in: u32,
}

/// What [`Counting`] leaves in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema, Deserialize)]
pub struct Counted {
    /// By what.
    pub tokenizer: TokenizerId,
    /// Whether all was counted.
    pub mode: Mode,
    /// One passage in so many was counted.
    pub one_in: u32,
}

impl Counting {
    /// For a corpus of so many stored bytes. The sample is a power of two, so that it is the same
    /// for a corpus that has grown a little, and for every one of more than 256 MiB.
    pub fn new(tokenizer: Tokenizer, mode: Mode, bytes: u64) -> Self {
        let step = bytes.div_ceil(COUNTED_IN_FULL).max(1);
        let step = step.checked_next_power_of_two().unwrap_or(u64::MAX);
        let one_in = match mode {
            Mode::Exact => 1,
            Mode::Estimate => u32::try_from(step).unwrap_or(u32::MAX).min(LARGEST_STEP),
        };
        Self {
            tokenizer: Arc::new(tokenizer),
            mode,
            one_in,
        }
    }

    /// Whether all is counted because that is what was asked for.
    pub fn is_exact(&self) -> bool {
        self.mode == Mode::Exact
    }

    /// What a run says of it.
    pub fn counted(&self) -> Counted {
        Counted {
            tokenizer: self.tokenizer.id(),
            mode: self.mode,
            one_in: self.one_in,
        }
    }

    /// Bytes of a passage at most.
    const fn longest(&self) -> usize {
        if self.one_in == 1 { WHOLE } else { SAMPLED }
    }

    /// Whether a passage with this hash is in the sample.
    fn takes(&self, hash: u64) -> bool {
        hash < u64::MAX / u64::from(self.one_in) || self.one_in == 1
    }
}

/// Folds `word` into `hash`: the halves of a product of 128 bits. Source: wyhash (public domain).
const fn mix(hash: u64, word: u64) -> u64 {
    const ODD: u64 = 0xA076_1D64_78BD_642F;
    let product =
        (hash ^ word ^ 0xE703_7ED1_A0B4_28DB) as u128 * (word ^ hash.rotate_left(32) ^ ODD) as u128;
    (product as u64) ^ ((product >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_corpora_are_counted_in_full_and_of_large_ones_one_in_1024() {
        let step = |bytes| {
            let tokenizer = Tokenizer::builtin(Builtin::O200k);
            Counting::new(tokenizer, Mode::Estimate, bytes).one_in
        };
        assert_eq!(step(0), 1);
        assert_eq!(step(512 << 10), 1);
        assert_eq!(step((512 << 10) + 1), 2);
        assert_eq!(step(129 << 20), 512);
        assert_eq!(step(257 << 20), 1024);
        assert_eq!(step(u64::MAX), 1024);
    }
}

//! [`Distinct`]: how many different values, in bounded memory.

use serde::{Deserialize, Serialize};

/// Counts different 64-bit hashes by keeping the smallest ones (a k-minimum-values sketch).
///
/// Exact up to [`Distinct::KEPT`] values; beyond that the estimate's standard error is about
/// 1 / √KEPT = 3 %. Merging two sketches gives the sketch of both inputs, in any order.
/// Source: Bar-Yossef et al., Counting Distinct Elements in a Data Stream, 2002.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distinct {
    /// The smallest hashes seen, ascending, each once.
    smallest: Vec<u64>,
}

impl Distinct {
    /// Hashes kept.
    pub const KEPT: usize = 1024;

    /// Counts a hash in; hashes must be uniformly distributed.
    pub fn insert(&mut self, hash: u64) {
        if let Err(place) = self.smallest.binary_search(&hash)
            && place < Self::KEPT
        {
            self.smallest.insert(place, hash);
            self.smallest.truncate(Self::KEPT);
        }
    }

    /// Adds what `other` has counted.
    pub fn merge(&mut self, other: &Self) {
        let mut both = Vec::with_capacity(self.smallest.len() + other.smallest.len());
        both.extend_from_slice(&self.smallest);
        both.extend_from_slice(&other.smallest);
        both.sort_unstable();
        both.dedup();
        both.truncate(Self::KEPT);
        self.smallest = both;
    }

    /// How many different values, and whether the number is exact.
    pub fn estimate(&self) -> (u64, bool) {
        match self.smallest.last() {
            Some(&largest) if self.smallest.len() == Self::KEPT => {
                let share = (largest as f64 + 1.0) / (u64::MAX as f64 + 1.0);
                (((Self::KEPT - 1) as f64 / share).round() as u64, false)
            }
            _ => (self.smallest.len() as u64, true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sketch(values: impl Iterator<Item = u64>) -> Distinct {
        let mut distinct = Distinct::default();
        for value in values {
            let digest = blake3::hash(&value.to_le_bytes());
            distinct.insert(u64::from_le_bytes(
                digest.as_bytes()[..8].try_into().unwrap(),
            ));
        }
        distinct
    }

    #[test]
    fn few_values_are_exact_and_repeats_do_not_count() {
        assert_eq!(sketch((0..1000).chain(0..1000)).estimate(), (1000, true));
    }

    #[test]
    fn many_values_are_estimated_and_merging_equals_counting_at_once() {
        let whole = sketch(0..50_000);
        let (estimate, exact) = whole.estimate();
        assert!(!exact && (45_000..55_000).contains(&estimate), "{estimate}");
        let mut parts = sketch(0..30_000);
        parts.merge(&sketch(20_000..50_000));
        assert_eq!(parts, whole);
    }
}

//! [`Groups`]: which families are kept. Each rule of a source has the same number of places, the
//! largest with which all fit.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::part::Part;

/// Source, rule, and whether it does not count.
pub(super) type GroupKey = (u32, u32, bool);

/// Exact numbers of a group.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Total {
    pub findings: u64,
    pub families: u64,
    pub shown: u64,
    pub shown_findings: u64,
}

/// A family in the order in which those of a group are kept: the one with the fewest findings goes
/// first, of equals the one that was met last.
struct Ranked(Part);

impl Ranked {
    const fn rank(&self) -> (u64, Reverse<u64>) {
        (self.0.findings, Reverse(self.0.first))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

#[derive(Default)]
struct Group {
    total: Total,
    kept: BinaryHeap<Reverse<Ranked>>,
}

/// All groups.
pub(super) struct Groups {
    /// Families that may be kept in all.
    limit: usize,
    /// Families that each may keep. It only falls, so that what was dropped is never missed.
    share: usize,
    kept: usize,
    all: BTreeMap<GroupKey, Group>,
}

impl Groups {
    pub const fn new(limit: usize) -> Self {
        Self {
            limit,
            share: usize::MAX,
            kept: 0,
            all: BTreeMap::new(),
        }
    }

    pub fn add(&mut self, part: Part) {
        let key = (part.source, part.rule, part.suppressed);
        let group = self.all.entry(key).or_default();
        group.total.findings += part.findings;
        group.total.families += 1;
        group.kept.push(Reverse(Ranked(part)));
        if group.kept.len() > self.share {
            group.kept.pop();
        } else {
            self.kept += 1;
        }
        if self.kept > self.limit.saturating_mul(2).max(self.all.len() * 2) {
            self.shrink();
        }
    }

    /// Lowers the share until all that is kept fits; one a group stays in any case.
    fn shrink(&mut self) {
        let sum = |share: usize| -> usize {
            let kept = self.all.values().map(|group| group.kept.len().min(share));
            kept.sum()
        };
        let (mut fits, mut too_many) = (0, self.share.min(self.kept) + 1);
        while fits + 1 < too_many {
            let middle = fits + (too_many - fits) / 2;
            match sum(middle) <= self.limit {
                true => fits = middle,
                false => too_many = middle,
            }
        }
        self.share = fits.max(1);
        self.kept = 0;
        for group in self.all.values_mut() {
            while group.kept.len() > self.share {
                group.kept.pop();
            }
            self.kept += group.kept.len();
        }
    }

    /// Totals of all groups, and the families that are kept. These are more than the limit only if
    /// there are more groups.
    pub fn end(mut self) -> (BTreeMap<GroupKey, Total>, Vec<Part>) {
        if self.kept > self.limit {
            self.shrink();
        }
        let mut parts = Vec::with_capacity(self.kept);
        let mut totals = BTreeMap::new();
        for (key, group) in self.all {
            totals.insert(key, group.total);
            parts.extend(group.kept.into_iter().map(|Reverse(Ranked(part))| part));
        }
        (totals, parts)
    }
}

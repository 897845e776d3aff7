//! [`Standings`]: what is settled of each row, from all that was said of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Kept, Role, StoredVerdict, Verdict};

/// What stands of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has judged it.
    Open,
    /// All who have judged it say the same, or it was decided.
    Settled(Verdict),
    /// They differ, and nobody has decided: no pass.
    Conflict,
}

/// The latest word of everybody about a row.
#[derive(Clone, Debug, Default)]
struct Words<'k> {
    reviewers: BTreeMap<&'k str, &'k StoredVerdict>,
    adjudicators: BTreeMap<&'k str, &'k StoredVerdict>,
}

impl Words<'_> {
    fn standing(&self) -> Standing {
        let one = |words: &BTreeMap<&str, &StoredVerdict>| {
            let said: BTreeSet<Verdict> = words.values().map(|word| word.verdict).collect();
            match (said.len(), said.first()) {
                (0, _) => Standing::Open,
                (1, Some(verdict)) => Standing::Settled(*verdict),
                _ => Standing::Conflict,
            }
        };
        let decided = one(&self.adjudicators);
        let Standing::Settled(verdict) = decided else {
            return match decided {
                Standing::Open => one(&self.reviewers),
                other => other,
            };
        };
        // A decision is about what had been said by then: who contradicts it later opens it again.
        let last = self.adjudicators.values().map(|word| word.seq).max();
        let later = |word: &StoredVerdict| Some(word.seq) > last && word.verdict != verdict;
        match self.reviewers.values().any(|word| later(word)) {
            true => Standing::Conflict,
            false => decided,
        }
    }
}

/// What stands of every row that anybody has judged.
pub struct Standings<'k>(HashMap<&'k str, Words<'k>>);

impl<'k> Standings<'k> {
    /// From all verdicts of a store, whichever sample of the same frame and seed they came with: ids
    /// name record, question, frame and seed.
    pub fn of(kept: &'k Kept) -> Self {
        let mut all: HashMap<&str, Words<'_>> = HashMap::new();
        for verdict in &kept.verdicts {
            let words = all.entry(&verdict.id).or_default();
            let of_role = match verdict.role {
                Role::Reviewer => &mut words.reviewers,
                Role::Adjudicator => &mut words.adjudicators,
            };
            // They stand in the order in which they were said.
            of_role.insert(&verdict.reviewer, verdict);
        }
        Self(all)
    }

    /// What stands of a row.
    pub fn get(&self, id: &str) -> Standing {
        self.0.get(id).map_or(Standing::Open, Words::standing)
    }

    /// The latest words about a row: of reviewers, then of those who decide, by name.
    pub fn words(&self, id: &str) -> Vec<&'k StoredVerdict> {
        let words = self.0.get(id).into_iter();
        words
            .flat_map(|w| w.reviewers.values().chain(w.adjudicators.values()))
            .copied()
            .collect()
    }

    /// Codes that were named for a row by those whose word stands.
    pub fn risks(&self, id: &str) -> BTreeSet<&'k str> {
        let Standing::Settled(verdict) = self.get(id) else {
            return BTreeSet::new();
        };
        let words = self.words(id);
        let decided = words.iter().any(|word| word.role == Role::Adjudicator);
        let counts = |word: &&&StoredVerdict| {
            word.verdict == verdict && (!decided || word.role == Role::Adjudicator)
        };
        let named = words.iter().filter(counts);
        named
            .flat_map(|word| word.risks.iter().map(String::as_str))
            .collect()
    }
}

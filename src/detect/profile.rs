//! Where the time of detection goes: by stage, and by pattern rule.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::Scanner;
use crate::RuleIndex;

/// Names of the stages, in the order of [`Stage`].
const STAGES: [&str; 7] = [
    "works",
    "keywords",
    "settle keywords",
    "anchors",
    "marks",
    "fold",
    "patterns",
];

/// A stage of detection.
#[derive(Clone, Copy, Debug)]
pub enum Stage {
    /// Comparing with known works.
    Works,
    /// Finding all terms.
    Keywords,
    /// Boundaries, allow phrases, combinations.
    Settle,
    /// Finding where values may stand.
    Anchors,
    /// Marks of rights, and secrets.
    Marks,
    /// Folding what surrounds them.
    Fold,
    /// Clusters and patterns.
    Patterns,
}

/// Counters, one set for all threads.
#[derive(Debug)]
pub struct Profile {
    stages: [AtomicU64; 7],
    rules: Vec<(AtomicU64, AtomicU64, AtomicU64)>,
}

/// One row of a profile.
#[derive(Clone, Debug)]
pub struct ProfileLine {
    /// Stage or rule id.
    pub name: String,
    /// Time of all threads together.
    pub time: Duration,
    /// How often a pattern was tried.
    pub tried: u64,
    /// How often something was found.
    pub found: u64,
}

impl Profile {
    /// For so many rules.
    pub fn new(rules: usize) -> Self {
        Self {
            stages: Default::default(),
            rules: (0..rules).map(|_| Default::default()).collect(),
        }
    }

    /// Adds the time since `since` to a stage, and returns now.
    pub fn stage(&self, stage: Stage, since: Instant) -> Instant {
        let now = Instant::now();
        add(&self.stages[stage as usize], now - since);
        now
    }

    /// Counts one trial of a rule's pattern.
    pub fn tried(&self, rule: RuleIndex, since: Instant) {
        let (time, tried, _) = &self.rules[rule.0 as usize];
        add(time, since.elapsed());
        tried.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts one finding of a rule.
    pub fn found(&self, rule: RuleIndex) {
        self.rules[rule.0 as usize]
            .2
            .fetch_add(1, Ordering::Relaxed);
    }
}

fn add(counter: &AtomicU64, time: Duration) {
    counter.fetch_add(time.as_nanos() as u64, Ordering::Relaxed);
}

impl Scanner {
    /// With counters for [`Scanner::profile`], which cost a little.
    #[must_use]
    pub fn profiled(mut self, wanted: bool) -> Self {
        self.profile = wanted.then(|| Profile::new(self.rules.rules().len()));
        self
    }

    /// Stages first, then the rules that cost or found something, dearest first.
    pub fn profile(&self) -> Vec<ProfileLine> {
        let Some(profile) = &self.profile else {
            return Vec::new();
        };
        let load = |c: &AtomicU64| c.load(Ordering::Relaxed);
        let stages = STAGES
            .iter()
            .zip(&profile.stages)
            .map(|(name, time)| ProfileLine {
                name: (*name).to_owned(),
                time: Duration::from_nanos(load(time)),
                tried: 0,
                found: 0,
            });
        let mut rules: Vec<ProfileLine> = self
            .rules
            .infos()
            .iter()
            .zip(&profile.rules)
            .map(|(info, (time, tried, found))| ProfileLine {
                name: info.id.clone(),
                time: Duration::from_nanos(load(time)),
                tried: load(tried),
                found: load(found),
            })
            .filter(|line| line.tried + line.found > 0)
            .collect();
        rules.sort_by(|a, b| b.time.cmp(&a.time).then_with(|| a.name.cmp(&b.name)));
        stages.chain(rules).collect()
    }
}

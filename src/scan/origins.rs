//! [`OriginCounts`]: how many records are from addresses that must not be used, or may not.

use serde::{Deserialize, Serialize};

use crate::origins::OriginFacts;

/// Scanned records of a source, by what was found of their addresses (`SRC-08`, `SRC-13`).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema, Deserialize,
)]
#[serde(default)]
pub struct OriginCounts {
    /// They state an address.
    pub urls: u64,
    /// It leads to a host.
    pub hosts: u64,
    /// There is a snapshot of the robots.txt of their host.
    pub snapshots: u64,
    /// It must not be used.
    pub blocked: u64,
    /// It belongs to a pirate domain.
    pub pirated: u64,
    /// It must not be fetched.
    pub disallowed: u64,
    /// Its use for training is reserved, by the site or by the page itself.
    pub reserved: u64,
}

impl OriginCounts {
    /// Counts a record.
    pub(super) fn add(&mut self, facts: OriginFacts) {
        let OriginFacts {
            url,
            host,
            snapshot,
            blocked,
            pirated,
            disallowed,
            reserved,
        } = facts;
        self.merge(&Self {
            urls: url.into(),
            hosts: host.into(),
            snapshots: snapshot.into(),
            blocked: blocked.into(),
            pirated: pirated.into(),
            disallowed: disallowed.into(),
            reserved: reserved.into(),
        });
    }

    /// Adds `other`.
    pub fn merge(&mut self, other: &Self) {
        self.urls += other.urls;
        self.hosts += other.hosts;
        self.snapshots += other.snapshots;
        self.blocked += other.blocked;
        self.pirated += other.pirated;
        self.disallowed += other.disallowed;
        self.reserved += other.reserved;
    }

    /// Whether anything speaks against one of them.
    pub const fn is_noteworthy(&self) -> bool {
        self.blocked + self.pirated + self.disallowed + self.reserved > 0
    }
}

//! What a scan says of what it read: facts, in pieces that are put together in order.
//!
//! A shard is scanned in pieces, each by one thread, in any order. A piece numbers its records
//! from 0; whoever puts the pieces of a shard together in order knows the record numbers of the
//! shard. Nothing here depends on the number of threads or on where a shard was cut.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::origins::OriginCounts;
use super::presence::Presence;
use super::sketch::Distinct;
use super::types::{MediaFiles, Types};
use crate::corpus::{Digests, Member, Stated};
use crate::identify::Kind;
use crate::works::Gathered;
use crate::{Finding, RuleIndex};

/// Position of a shard in the sorted list of what was discovered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ShardIndex(pub u32);

/// How many of something were scanned, skipped with a reason, or failed.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema, Deserialize,
)]
pub struct Counts {
    /// Read and searched.
    pub scanned: u64,
    /// Left out for a stated reason.
    pub skipped: u64,
    /// Could not be read.
    pub failed: u64,
}

impl Counts {
    /// Scanned, skipped and failed together.
    pub const fn total(&self) -> u64 {
        self.scanned + self.skipped + self.failed
    }

    /// Adds `other`.
    pub fn merge(&mut self, other: &Self) {
        self.scanned += other.scanned;
        self.skipped += other.skipped;
        self.failed += other.failed;
    }
}

/// A record that was not scanned, or not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordIssue {
    /// Number of the record, from 0: in the piece, later in the shard.
    pub record: u64,
    /// First byte of the record in the decoded shard.
    pub offset: u64,
    /// Its length in decoded bytes.
    pub bytes: u64,
    /// Stable code: `not-json`, `not-object`, `no-text`, `invalid-utf8`, …
    pub reason: String,
}

/// One record with what was found in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordOutcome {
    /// Number of the record, from 0: in the piece, later in the shard.
    pub record: u64,
    /// First byte of the record in the decoded shard.
    pub offset: u64,
    /// Its length in decoded bytes.
    pub bytes: u64,
    /// The record's own id, where it has one.
    pub id: Option<String>,
    /// The source it belongs to.
    pub source: String,
    /// What it says of itself, fit to be kept.
    #[serde(default)]
    pub stated: Stated,
    /// What it is.
    pub kind: Kind,
    /// In what language, BCP 47.
    pub language: String,
    /// Characters of text that were scanned.
    pub characters: u64,
    /// Tokens of it; only where all are counted.
    #[serde(default)]
    pub tokens: Option<u64>,
    /// Every finding per rule, also those over the limit, suppressed ones included.
    pub counts: BTreeMap<RuleIndex, FindingCounts>,
    /// The findings that are kept, in order, at most so many a rule.
    pub findings: Vec<Finding>,
}

/// How often a rule fired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingCounts {
    /// Findings that count.
    pub open: u64,
    /// Findings that do not count, for a stated reason.
    pub suppressed: u64,
}

/// What one piece of a shard gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PieceOutcome {
    /// Of which shard.
    pub shard: ShardIndex,
    /// Which piece of it, from 0.
    pub piece: u32,
    /// Records that begin in this piece.
    pub records: Counts,
    /// Their decoded bytes, line ends included.
    pub bytes: Counts,
    /// Records skipped and failed, by reason; record numbers count within the piece.
    /// At most [`PieceOutcome::ISSUES_KEPT`]; all are in [`PieceOutcome::reasons`].
    pub issues: Vec<RecordIssue>,
    /// Every skip, failure or note by reason → records.
    pub reasons: BTreeMap<String, u64>,
    /// Bytes that were no valid UTF-8 and were replaced.
    pub replaced_bytes: u64,
    /// Records with a finding (all records with a sidecar), in order.
    pub outcomes: Vec<RecordOutcome>,
    /// Mergeable counts of this piece.
    pub tally: Tally,
    /// Fingerprints of its records, if they are wanted.
    #[serde(default, skip_serializing_if = "Gathered::is_empty")]
    pub fingerprints: Gathered,
}

impl PieceOutcome {
    /// Issues kept per piece; more are only counted.
    pub const ISSUES_KEPT: usize = 100;
}

/// How a shard ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardOutcome {
    /// Which shard.
    pub shard: ShardIndex,
    /// Number of its pieces.
    pub pieces: u32,
    /// BLAKE3 of the stored bytes, hex; empty when they could not all be read.
    pub digest: String,
    /// Bytes after decompression.
    pub decoded_bytes: u64,
    /// Those of them that are files of an archive, which have outcomes of their own.
    #[serde(default)]
    pub member_bytes: u64,
    /// Number of files in it and in archives inside it.
    #[serde(default)]
    pub members: u32,
    /// What its characters are written in; empty if it holds none of its own.
    #[serde(default)]
    pub charset: String,
    /// What is odd about it as a whole.
    #[serde(default)]
    pub notes: BTreeSet<String>,
    /// Further digests of the stored bytes, if they were asked for.
    #[serde(default)]
    pub digests: Digests,
    /// Why it failed, if it did: reason code and sentence.
    pub error: Option<(String, String)>,
}

/// How a file in an archive ended.
///
/// Pieces of a shard follow each other by members: those of the first that ended, of the second,
/// and so on, and last the shard's own. An archive inside another ends after what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberOutcome {
    /// Of which shard.
    pub shard: ShardIndex,
    /// Which file of it, from 0, in the order in which they ended.
    pub member: u32,
    /// Number of its pieces.
    pub pieces: u32,
    /// What it is and what reading it gave.
    pub read: Member,
}

/// Mergeable counts: by source, and in it by rule, risk and entity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// One entry a source.
    pub sources: BTreeMap<String, SourceTally>,
    /// Files of pictures, sound and film by source and kind; they hold no records.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub media: BTreeMap<String, BTreeMap<String, MediaFiles>>,
}

/// The counts of one source.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SourceTally {
    /// Records.
    pub records: Counts,
    /// Decoded bytes, line ends included.
    pub bytes: Counts,
    /// Bytes of text that were searched.
    pub text_bytes: u64,
    /// Characters of text that were searched.
    pub characters: u64,
    /// Scanned records that say where they are from, of when, and on what terms.
    pub presence: Presence,
    /// What was found of their addresses.
    #[serde(default)]
    pub origins: OriginCounts,
    /// Scanned records by type and language.
    pub types: Types,
    /// Records with at least one finding that counts.
    pub records_with_findings: u64,
    /// Records by the highest confidence among their findings of illegal or undesirable content
    /// (rules with an ecology code and no entity) that count: ten percent a step, 100 % last.
    pub bad_by_confidence: [u64; 11],
    /// Records by the families of marks of rights that count in them: the first two parts of
    /// their entities, in order, joined by `+`. So it can be told how many records have a mark of
    /// any set of families, which no counts by entity can.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub marks: BTreeMap<String, u64>,
    /// By rule id.
    pub rules: BTreeMap<String, Hits>,
    /// By risk code.
    pub risks: BTreeMap<String, Hits>,
    /// By entity.
    pub entities: BTreeMap<String, Hits>,
    /// Records in whose text a licence is stated, by the licences that bind (SPDX ids, those of the
    /// program's table, and one for all others).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub licences: BTreeMap<String, u64>,
}

/// Counts of one rule, risk or entity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Hits {
    /// Findings that count.
    pub findings: u64,
    /// Findings that do not count.
    pub suppressed: u64,
    /// Records with a finding that counts.
    pub records: u64,
    /// Different values, by keyed hash; absent without a key.
    pub distinct: Option<Distinct>,
}

impl Tally {
    /// Adds `other`; the order of merging does not matter.
    pub fn merge(&mut self, other: &Self) {
        for (name, theirs) in &other.sources {
            match self.sources.get_mut(name) {
                Some(ours) => ours.merge(theirs),
                None => drop(self.sources.insert(name.clone(), theirs.clone())),
            }
        }
        for (source, kinds) in &other.media {
            for (kind, files) in kinds {
                self.add_media(source, kind, *files);
            }
        }
    }

    /// Counts files of pictures, sound or film.
    pub fn add_media(&mut self, source: &str, kind: &str, files: MediaFiles) {
        let kinds = self.media.entry(source.to_owned()).or_default();
        let sum = kinds.entry(kind.to_owned()).or_default();
        sum.files += files.files;
        sum.bytes += files.bytes;
    }

    /// All sources together.
    pub fn total(&self) -> SourceTally {
        let mut total = SourceTally::default();
        self.sources.values().for_each(|source| total.merge(source));
        total
    }
}

impl SourceTally {
    /// Adds `other`.
    pub fn merge(&mut self, other: &Self) {
        self.records.merge(&other.records);
        self.bytes.merge(&other.bytes);
        self.text_bytes += other.text_bytes;
        self.characters += other.characters;
        self.presence.merge(&other.presence);
        self.origins.merge(&other.origins);
        self.types.merge(&other.types);
        self.records_with_findings += other.records_with_findings;
        for (ours, theirs) in self
            .bad_by_confidence
            .iter_mut()
            .zip(other.bad_by_confidence)
        {
            *ours += theirs;
        }
        for (families, records) in &other.marks {
            *self.marks.entry(families.clone()).or_default() += records;
        }
        merge_hits(&mut self.rules, &other.rules);
        merge_hits(&mut self.risks, &other.risks);
        merge_hits(&mut self.entities, &other.entities);
        for (licence, records) in &other.licences {
            *self.licences.entry(licence.clone()).or_default() += records;
        }
    }

    /// Records with a mark of one of these families that counts.
    pub fn marked_records(&self, families: &[&str]) -> u64 {
        let wanted = |key: &str| key.split('+').any(|family| families.contains(&family));
        let marks = self.marks.iter().filter(|(key, _)| wanted(key));
        marks.map(|(_, records)| records).sum()
    }

    /// Findings and records of the entities that are `name` or begin with it and a dot. Records
    /// with several of them count once each.
    pub fn entity_hits(&self, name: &str) -> (u64, u64) {
        let within = |found: &str| {
            let rest = found.strip_prefix(name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let all = self.entities.iter().filter(|(found, _)| within(found));
        all.fold((0, 0), |sum, (_, hits)| {
            (sum.0 + hits.findings, sum.1 + hits.records)
        })
    }

    /// Records whose surest finding of illegal or undesirable content reaches `percent`.
    ///
    /// Steps of ten: 57 counts like 60, so that no record of lower confidence slips in.
    pub fn bad_records(&self, percent: u8) -> u64 {
        let step = usize::from(percent.min(100)).div_ceil(10);
        self.bad_by_confidence[step..].iter().sum()
    }
}

/// The family of an entity: `rights.work` of `rights.work.copy`; none of what is no mark of rights.
pub fn mark_family(entity: &str) -> Option<&str> {
    let rest = entity.strip_prefix("rights.")?;
    let end = rest.find('.').unwrap_or(rest.len());
    Some(&entity[.."rights.".len() + end])
}

fn merge_hits(ours: &mut BTreeMap<String, Hits>, theirs: &BTreeMap<String, Hits>) {
    for (name, hits) in theirs {
        match ours.get_mut(name) {
            Some(entry) => entry.merge(hits),
            None => drop(ours.insert(name.clone(), hits.clone())),
        }
    }
}

impl Hits {
    /// Adds `other`.
    pub fn merge(&mut self, other: &Self) {
        self.findings += other.findings;
        self.suppressed += other.suppressed;
        self.records += other.records;
        match (&mut self.distinct, &other.distinct) {
            (Some(ours), Some(theirs)) => ours.merge(theirs),
            (None, Some(theirs)) => self.distinct = Some(theirs.clone()),
            (_, None) => {}
        }
    }
}

//! A corpus that exists only as outcomes: what a scan would say of it, cut wherever one likes.

use std::collections::BTreeMap;
use std::path::Path;

use yujian::corpus::{Compression, Fate, Format, Shard, Skip, Stated};
use yujian::identify::Kind;
use yujian::rules::{Bilingual, PiClass, RuleInfo};
use yujian::run::{Listed, Pack, RunHeader};
use yujian::scan::{
    Amount, Counts, Distinct, FindingCounts, Hits, PieceOutcome, RecordIssue, RecordOutcome,
    ShardIndex, ShardOutcome, SourceTally, Tally,
};
use yujian::tokens::Sums;
use yujian::{Confidence, Finding, Folds, RuleIndex, Severity, Span, ValueHash};

/// Repeatable numbers.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695);
        (self.0 >> 33) % sides
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.roll(last as u64 + 1) as usize);
        }
    }
}

/// What the record with this number is like.
#[derive(Clone)]
enum Record {
    Clean,
    Blank,
    Broken,
    Found { seed: u64, findings: usize },
}

#[derive(Clone)]
pub struct SyntheticShard {
    path: String,
    records: Vec<Record>,
    compression: Compression,
    error: Option<(String, String)>,
}

/// Bytes of every record, line end included.
const RECORD_BYTES: u64 = 100;

impl SyntheticShard {
    pub fn new(path: &str, records: usize, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let record = |_| match dice.roll(8) {
            0 => Record::Blank,
            1 => Record::Broken,
            2..=4 => Record::Clean,
            findings => Record::Found {
                seed: dice.roll(1 << 30),
                findings: findings as usize - 4,
            },
        };
        let records = (0..records).map(record).collect();
        Self {
            path: path.to_owned(),
            records,
            compression: Compression::None,
            error: None,
        }
    }

    /// Every record has as many findings.
    pub fn dense(path: &str, records: usize, findings: usize) -> Self {
        let record = |seed| Record::Found { seed, findings };
        let records = (0..records as u64).map(record).collect();
        Self {
            path: path.to_owned(),
            records,
            compression: Compression::None,
            error: None,
        }
    }

    pub fn failed(mut self) -> Self {
        self.compression = Compression::Gzip;
        self.error = Some((
            "truncated".to_owned(),
            "compressed data ends early".to_owned(),
        ));
        self
    }

    pub fn records(&self) -> usize {
        self.records.len()
    }

    fn bytes(&self) -> u64 {
        self.records.len() as u64 * RECORD_BYTES
    }

    /// The pieces between `cuts` (ascending record numbers).
    pub fn pieces(&self, shard: ShardIndex, cuts: &[usize]) -> Vec<PieceOutcome> {
        let mut edges = vec![0];
        edges.extend(cuts);
        edges.push(self.records.len());
        (0..)
            .zip(edges.windows(2))
            .map(|(number, edge)| self.piece(shard, number, edge[0]..edge[1]))
            .collect()
    }

    pub fn piece(
        &self,
        shard: ShardIndex,
        number: u32,
        records: std::ops::Range<usize>,
    ) -> PieceOutcome {
        let mut piece = PieceOutcome {
            shard,
            piece: number,
            records: Counts::default(),
            bytes: Counts::default(),
            issues: Vec::new(),
            reasons: BTreeMap::new(),
            replaced_bytes: 0,
            outcomes: Vec::new(),
            tally: Tally::default(),
            fingerprints: yujian::works::Gathered::default(),
        };
        for (relative, absolute) in (0..).zip(records) {
            let offset = absolute as u64 * RECORD_BYTES;
            let record = &self.records[absolute];
            let name = if absolute % 3 == 0 { "web" } else { "books" };
            let source = piece.tally.sources.entry(name.to_owned()).or_default();
            let counts = match record {
                Record::Blank => Counts {
                    skipped: 1,
                    ..Counts::default()
                },
                Record::Broken => Counts {
                    failed: 1,
                    ..Counts::default()
                },
                Record::Clean | Record::Found { .. } => Counts {
                    scanned: 1,
                    ..Counts::default()
                },
            };
            let bytes = Counts {
                scanned: counts.scanned * RECORD_BYTES,
                skipped: counts.skipped * RECORD_BYTES,
                failed: counts.failed * RECORD_BYTES,
            };
            source.records.merge(&counts);
            source.bytes.merge(&bytes);
            let amount = Amount {
                records: counts.scanned,
                bytes: bytes.scanned,
                ..Amount::default()
            };
            source.types.add("zh", "zh-Hans", &amount);
            piece.records.merge(&counts);
            piece.bytes.merge(&bytes);
            let reason = match record {
                Record::Blank => "blank-line",
                Record::Broken => "not-json",
                Record::Clean => continue,
                Record::Found { seed, findings } => {
                    let outcome = found(relative, offset, name, *seed, *findings);
                    count(source, &outcome);
                    piece.replaced_bytes += seed % 3;
                    piece.outcomes.push(outcome);
                    continue;
                }
            };
            *piece.reasons.entry(reason.to_owned()).or_default() += 1;
            if piece.issues.len() < PieceOutcome::ISSUES_KEPT {
                let reason = reason.to_owned();
                piece.issues.push(RecordIssue {
                    record: relative,
                    offset,
                    bytes: RECORD_BYTES,
                    reason,
                });
            }
        }
        piece
    }

    pub fn end(&self, shard: ShardIndex, pieces: u32) -> ShardOutcome {
        let digest = match self.error {
            None => blake3::hash(self.path.as_bytes()).to_hex().to_string(),
            Some(_) => String::new(),
        };
        ShardOutcome {
            shard,
            pieces,
            digest,
            decoded_bytes: self.bytes(),
            member_bytes: 0,
            members: 0,
            charset: "utf-8".to_owned(),
            notes: std::collections::BTreeSet::new(),
            digests: yujian::corpus::Digests::new(),
            error: self.error.clone(),
        }
    }
}

fn found(record: u64, offset: u64, source: &str, seed: u64, findings: usize) -> RecordOutcome {
    let mut dice = Dice::new(seed);
    let mut outcome = RecordOutcome {
        record,
        offset,
        bytes: RECORD_BYTES,
        id: (!seed.is_multiple_of(4)).then(|| format!("={seed}")),
        source: source.to_owned(),
        stated: stated(seed),
        kind: Kind::Zh,
        language: "zh-Hans".to_owned(),
        characters: 40 + dice.roll(20),
        tokens: (!seed.is_multiple_of(3)).then_some(seed % 50),
        counts: BTreeMap::new(),
        findings: Vec::new(),
    };
    for at in 0..findings {
        let rule = RuleIndex(dice.roll(3) as u32);
        let suppressed = dice.roll(4) == 0;
        let counts = outcome.counts.entry(rule).or_default();
        *counts = match suppressed {
            true => FindingCounts {
                suppressed: counts.suppressed + 1,
                ..*counts
            },
            false => FindingCounts {
                open: counts.open + 1,
                ..*counts
            },
        };
        let value = blake3::hash(&dice.roll(500).to_le_bytes());
        outcome.findings.push(Finding {
            field: "text".to_owned(),
            span: Span::new(at * 12, at * 12 + 11),
            rule,
            code_points: Span::new(at * 6, at * 6 + 5),
            confidence: Confidence(50 + dice.roll(50) as u8),
            reasons: "checksum+context".to_owned(),
            excerpt: format!("电话 1**{:04}", dice.roll(10_000)),
            value: (rule.0 == 0).then(|| ValueHash(value.as_bytes()[..16].try_into().unwrap())),
            folds: Folds::WIDTH.union(Folds::CASE),
            suppressed_by: suppressed.then(|| "context:legal".to_owned()),
            details: yujian::Details::default(),
        });
    }
    outcome
}

/// Half of the records say something of themselves.
fn stated(seed: u64) -> Stated {
    let says = !seed.is_multiple_of(2);
    Stated {
        url: says.then(|| format!("https://a.cn/{seed}")),
        others: says
            .then(|| ("k".to_owned(), seed.to_string()))
            .into_iter()
            .collect(),
        ..Stated::default()
    }
}

/// Takes a record into the tally of its source.
fn count(source: &mut SourceTally, outcome: &RecordOutcome) {
    source.characters += outcome.characters;
    source.text_bytes += outcome.characters * 3;
    let amount = Amount {
        records: 0,
        bytes: 0,
        text_bytes: outcome.characters * 3,
        characters: outcome.characters,
        tokens: Sums::of(outcome.characters * 3, outcome.characters),
    };
    source.types.add("zh", &outcome.language, &amount);
    source.records_with_findings += u64::from(outcome.counts.values().any(|c| c.open > 0));
    for (rule, counts) in &outcome.counts {
        let info = &rules()[rule.0 as usize];
        let hits = Hits {
            findings: counts.open,
            suppressed: counts.suppressed,
            records: u64::from(counts.open > 0),
            distinct: None,
        };
        source
            .rules
            .entry(info.id.clone())
            .or_default()
            .merge(&hits);
        if let Some(risk) = &info.risk {
            source.risks.entry(risk.clone()).or_default().merge(&hits);
        }
        if let Some(entity) = &info.entity {
            let mut distinct = Distinct::default();
            for value in outcome.findings.iter().filter_map(|finding| finding.value) {
                distinct.insert(u64::from_le_bytes(value.0[..8].try_into().unwrap()));
            }
            let hits = Hits {
                distinct: Some(distinct),
                ..hits
            };
            source
                .entities
                .entry(entity.clone())
                .or_default()
                .merge(&hits);
        }
    }
}

pub fn rules() -> Vec<RuleInfo> {
    let rule = |id: &str, risk: Option<&str>, entity: Option<&str>, severity| RuleInfo {
        id: id.to_owned(),
        title: Bilingual::default(),
        risk: risk.map(str::to_owned),
        ecology: if entity.is_none() {
            vec!["E1".to_owned(), "E2".to_owned()]
        } else {
            vec![]
        },
        entity: entity.map(str::to_owned),
        class: entity.map(|_| PiClass {
            gbt45574: "敏感-金融".to_owned(),
            gbt35273: true,
            high_risk: false,
        }),
        severity,
    };
    vec![
        rule(
            "pii.cn.mobile",
            Some("A.4.c"),
            Some("MOBILE"),
            Severity::Medium,
        ),
        rule("risk.a1a.terms", Some("A.1.a"), None, Severity::Critical),
        rule("rights.notice", None, None, Severity::Low),
    ]
}

/// A header over `shards` and, around them, one skipped and one unreadable file.
pub fn header(shards: &[SyntheticShard]) -> RunHeader {
    let listed = |path: &str, bytes, fate| Listed {
        shard: Shard {
            path: path.to_owned(),
            location: Path::new("/corpus").join(path),
            source: "web".to_owned(),
            bytes,
            fate,
        },
        modified: Some(1_700_000_000_000_000_000),
    };
    let mut all: Vec<_> = shards
        .iter()
        .map(|s| listed(&s.path, s.bytes(), Fate::Read(Format::Jsonl, s.compression)))
        .collect();
    all.push(listed("zz/empty.txt", 0, Fate::Skip(Skip::Empty)));
    let reason = (
        "cannot-open".to_owned(),
        "cannot open: permission denied".to_owned(),
    );
    all.push(listed(
        "zz/locked.jsonl",
        77,
        Fate::Fail(reason.0, reason.1),
    ));
    RunHeader {
        tool_version: "0.1.0".to_owned(),
        rules_digest: "rules-1".to_owned(),
        packs: vec![Pack {
            name: "builtin".to_owned(),
            version: "1".to_owned(),
        }],
        rules: rules(),
        config_digest: "config-1".to_owned(),
        key_id: Some("key-1".to_owned()),
        tokens: None,
        works: vec![],
        origins: None,
        membership: false,
        since: None,
        digests: vec![],
        chunk_bytes: 1 << 20,
        shards: all,
    }
}

//! What the scan found: 31 risks × source, personal information, marks of rights. From tallies
//! only, so that a run of ten million findings costs what one of ten does.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ecology::{self, EcologyRow};
use super::{Gathered, Said};
use crate::lexicon;
use crate::report::{LicenceSummary, SourceHolders};
use crate::review::RiskReviewed;
use crate::rules::{Bilingual, RuleInfo};
use crate::scan::{Hits, SourceTally};

/// Class of what rules for personal data find and the standard does not call personal.
const NOT_PERSONAL: &str = "非个人信息";
/// How classes of sensitive personal data begin (GB/T 45574-2025).
const SENSITIVE: &str = "敏感";

/// Counts of something that was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Found {
    /// Findings that count.
    pub findings: u64,
    /// Findings that do not, for a stated reason.
    pub suppressed: u64,
    /// Records with a finding that counts. Of several rules or sub-codes these are added up, and a
    /// record with several of them is counted with each.
    pub records: u64,
}

impl Found {
    pub(super) fn add(&mut self, hits: &Hits) {
        self.findings += hits.findings;
        self.suppressed += hits.suppressed;
        self.records += hits.records;
    }
}

/// A risk of Appendix A.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RiskRow {
    /// `A.1.a`, …
    pub code: String,
    /// For people.
    pub title: Bilingual,
    /// Keywords in the rules of the run; none if these are not at hand.
    pub keywords: Option<u64>,
    /// All sources.
    pub total: Found,
    /// What people say of it in samples of the run, and of nothing beyond them; none without
    /// verdicts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<RiskReviewed>,
    /// By source, those with none too.
    pub sources: BTreeMap<String, Found>,
}

/// A kind of personal data and how much of it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PersonalKind {
    /// Its name: `cn.mobile`, …
    pub entity: String,
    /// For people.
    pub title: Bilingual,
    /// Class under GB/T 45574-2025.
    pub class: String,
    /// Whether that class is one of sensitive data.
    pub sensitive: bool,
    /// Findings that count.
    pub findings: u64,
    /// Records with one.
    pub records: u64,
}

impl PersonalKind {
    /// Those that rules have found, by entity.
    pub fn of(tally: &SourceTally, rules: &[RuleInfo]) -> Vec<Self> {
        let mut kinds: BTreeMap<&str, Self> = BTreeMap::new();
        for rule in rules {
            let (Some(entity), Some(class)) = (&rule.entity, &rule.class) else {
                continue;
            };
            let Some(hits) = tally.entities.get(entity).filter(|hits| hits.findings > 0) else {
                continue;
            };
            let found = tally
                .rules
                .get(&rule.id)
                .is_some_and(|hits| hits.findings > 0);
            if !found || class.gbt45574 == NOT_PERSONAL {
                continue;
            }
            let sensitive = class.gbt45574.starts_with(SENSITIVE);
            // Several rules may find one kind: what one of them takes for sensitive is.
            let kind = kinds.entry(entity).or_insert_with(|| Self {
                entity: entity.clone(),
                title: rule.title.clone(),
                class: class.gbt45574.clone(),
                sensitive,
                findings: hits.findings,
                records: hits.records,
            });
            if sensitive && !kind.sensitive {
                kind.class.clone_from(&class.gbt45574);
                kind.sensitive = true;
            }
        }
        kinds.into_values().collect()
    }
}

/// A kind of personal data in a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PersonalRow {
    /// The source.
    pub source: String,
    /// Its name.
    pub entity: String,
    /// For people.
    pub title: Bilingual,
    /// Class under GB/T 45574-2025.
    pub class: String,
    /// Whether it is sensitive.
    pub sensitive: bool,
    /// How much.
    pub found: Found,
    /// Different values, and whether the number is exact; none without a key.
    pub distinct: Option<(u64, bool)>,
    /// The ground for it that the source declares.
    pub basis: Said,
    /// What is done with it.
    pub action: Said,
}

/// A kind of mark of rights in a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RightsRow {
    /// The source.
    pub source: String,
    /// `rights.notice`, …
    pub entity: String,
    /// For people.
    pub title: Bilingual,
    /// How much.
    pub found: Found,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct FindingPart {
    /// The 31 risks.
    pub risks: Vec<RiskRow>,
    /// The 20 classes of illegal and undesirable information.
    pub ecology: Vec<EcologyRow>,
    /// Personal data by source and kind.
    pub personal: Vec<PersonalRow>,
    /// Personal data by kind.
    pub personal_kinds: Vec<PersonalKind>,
    /// Marks of rights by source and kind.
    pub rights: Vec<RightsRow>,
    /// Who is named as a holder of rights, by source; sources that name none are absent.
    pub holders: Vec<SourceHolders>,
    /// Licences that records state, by source.
    pub licences: BTreeMap<String, Vec<LicenceSummary>>,
    /// Records with a finding that counts, by source.
    pub records_with_findings: BTreeMap<String, u64>,
    /// Records that candidates were filtered out of, and what became of them: a run by itself
    /// cannot say.
    pub removed: Said,
}

pub(super) fn part(gathered: &Gathered<'_>) -> FindingPart {
    let sources = &gathered.tally.sources;
    FindingPart {
        risks: risks(gathered),
        ecology: ecology::rows(gathered),
        personal: personal(gathered),
        personal_kinds: PersonalKind::of(&gathered.tally.total(), gathered.rules),
        rights: rights(gathered),
        holders: gathered.input.holders.to_vec(),
        licences: (sources.iter())
            .map(|(source, tally)| (source.clone(), LicenceSummary::of(tally)))
            .filter(|(_, licences)| !licences.is_empty())
            .collect(),
        records_with_findings: (sources.iter())
            .map(|(source, tally)| (source.clone(), tally.records_with_findings))
            .collect(),
        removed: removed(gathered),
    }
}

/// What the comparison with an earlier run says.
fn removed(gathered: &Gathered<'_>) -> Said {
    let Some((of, _)) = gathered.input.before else {
        return Said::missing(
            "本次运行只含一次扫描;剔除、替换后重新扫描,以前后两次运行比较得出(report --before)",
            "there is one scan only: filter, scan again and compare the two runs (report --before)",
        );
    };
    let (n, total) = (of.records.flagged_removed, &of.total);
    if !of.is_comparable() {
        return Said::missing(
            "前后两次扫描的规则、配置或读取范围不同,不能认定",
            "rules, configuration or coverage of the two runs differ",
        );
    }
    Said::known(
        format!(
            "与整改前的扫描比较:有检出的记录剔除 {n} 条;检出处剔除 {}、替换 {}、仍存在 {}、不能认定 {}",
            total.removed, total.replaced, total.still, total.unclear
        ),
        format!(
            "compared with the scan before: {n} records with findings removed; findings removed {}, replaced {}, still there {}, unclear {}",
            total.removed, total.replaced, total.still, total.unclear
        ),
    )
}

fn risks(gathered: &Gathered<'_>) -> Vec<RiskRow> {
    let leaves = lexicon::risks().filter(|risk| risk.code.len() == 5);
    let audit = gathered.input.keywords;
    let reviewed = gathered.input.reviewed.filter(|r| !r.samples.is_empty());
    let rows = leaves.map(|risk| {
        let mut row = RiskRow {
            code: risk.code.to_owned(),
            title: risk.title,
            keywords: audit.and_then(|audit| {
                let mut all = audit.risks.iter();
                all.find(|count| count.code == risk.code).map(|c| c.unique)
            }),
            total: Found::default(),
            reviewed: reviewed.map(|reviewed| {
                let of = reviewed.risks.get(risk.code);
                of.copied().unwrap_or_default()
            }),
            sources: BTreeMap::new(),
        };
        for (source, tally) in &gathered.tally.sources {
            let found = row.sources.entry(source.clone()).or_default();
            // Codes of our own go deeper than those of the standard.
            let within = tally.risks.iter().filter(|(code, _)| {
                let rest = code.strip_prefix(&*row.code);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            });
            for (_, hits) in within {
                found.add(hits);
                row.total.add(hits);
            }
        }
        row
    });
    rows.collect()
}

fn personal(gathered: &Gathered<'_>) -> Vec<PersonalRow> {
    let mut rows = Vec::new();
    for (id, tally) in &gathered.tally.sources {
        let source = gathered.input.ledger.source(id);
        let basis = source.map_or("", |source| &source.pi_basis);
        let processing = source.map_or("", |source| &source.declared.processing);
        for kind in PersonalKind::of(tally, gathered.rules) {
            let hits = tally.entities.get(&kind.entity);
            let mut found = Found::default();
            hits.into_iter().for_each(|hits| found.add(hits));
            let distinct = hits.and_then(|hits| hits.distinct.as_ref());
            rows.push(PersonalRow {
                source: id.clone(),
                entity: kind.entity,
                title: kind.title,
                class: kind.class,
                sensitive: kind.sensitive,
                found,
                distinct: distinct.map(crate::scan::Distinct::estimate),
                basis: match basis {
                    // What was found cannot rest on that nothing is there.
                    "none_found" => Said::missing(
                        "申报为未含个人信息,与检出不符",
                        "declared to hold none, which the scan contradicts",
                    ),
                    basis => Said::declared(basis, "pi_basis"),
                },
                action: Said::declared(processing, "processing"),
            });
        }
    }
    rows
}

fn rights(gathered: &Gathered<'_>) -> Vec<RightsRow> {
    let mut titles: BTreeMap<&str, &Bilingual> = BTreeMap::new();
    for rule in gathered.rules {
        if let Some(entity) = &rule.entity {
            titles.entry(entity).or_insert(&rule.title);
        }
    }
    let mut rows = Vec::new();
    for (source, tally) in &gathered.tally.sources {
        let marks = tally.entities.iter();
        let marks = marks.filter(|(entity, _)| entity.starts_with("rights."));
        for (entity, hits) in marks.filter(|(_, hits)| hits.findings > 0) {
            let mut found = Found::default();
            found.add(hits);
            let title = titles.get(entity.as_str()).map(|title| (*title).clone());
            rows.push(RightsRow {
                source: source.clone(),
                entity: entity.clone(),
                title: title.unwrap_or_else(|| super::both(entity.clone(), entity.clone())),
                found,
            });
        }
    }
    rows
}

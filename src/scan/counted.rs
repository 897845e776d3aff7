//! Findings of a record → counts of its source.

use std::collections::{BTreeMap, BTreeSet};

use super::outcome::{FindingCounts, mark_family};
use crate::rules::{LicenceStatement, RuleInfo};
use crate::{Finding, RuleIndex};

/// Entity of statements of licences.
const LICENCE: &str = "rights.licence";

/// Adds a record's findings to the counts of its source.
///
/// `counts`: all findings by rule; `values`: hashes of those that count; `findings`: those kept.
pub fn count_findings(
    tally: &mut super::SourceTally,
    infos: &[RuleInfo],
    counts: &BTreeMap<RuleIndex, FindingCounts>,
    values: &[(RuleIndex, u64)],
    findings: &[Finding],
) {
    let info = |rule: RuleIndex| &infos[rule.0 as usize];
    let mut risks: BTreeMap<&str, FindingCounts> = BTreeMap::new();
    let mut entities: BTreeMap<&str, FindingCounts> = BTreeMap::new();
    let mut any_open = false;
    let mut families: BTreeSet<&str> = BTreeSet::new();
    for (rule, counts) in counts {
        any_open |= counts.open > 0;
        let info = info(*rule);
        if let Some(entity) = &info.entity
            && counts.open > 0
        {
            families.extend(mark_family(entity));
        }
        add(tally.rules.entry(info.id.clone()).or_default(), *counts);
        for (sum, name) in [(&mut risks, &info.risk), (&mut entities, &info.entity)] {
            if let Some(name) = name {
                let sum = sum.entry(name).or_default();
                sum.open += counts.open;
                sum.suppressed += counts.suppressed;
            }
        }
    }
    risks
        .iter()
        .for_each(|(name, c)| add(tally.risks.entry((*name).to_owned()).or_default(), *c));
    entities
        .iter()
        .for_each(|(name, c)| add(tally.entities.entry((*name).to_owned()).or_default(), *c));
    for (rule, value) in values {
        let info = info(*rule);
        let insert = |hits: Option<&mut super::Hits>| {
            if let Some(hits) = hits {
                hits.distinct.get_or_insert_default().insert(*value);
            }
        };
        insert(tally.rules.get_mut(&info.id));
        insert(
            info.risk
                .as_ref()
                .and_then(|risk| tally.risks.get_mut(risk)),
        );
        insert(
            info.entity
                .as_ref()
                .and_then(|entity| tally.entities.get_mut(entity)),
        );
    }
    tally.records_with_findings += u64::from(any_open);
    for licence in licences_in(infos, findings) {
        *tally.licences.entry(licence).or_default() += 1;
    }
    if !families.is_empty() {
        let families: Vec<&str> = families.into_iter().collect();
        *tally.marks.entry(families.join("+")).or_default() += 1;
    }
    let surest = findings
        .iter()
        .filter(|f| f.suppressed_by.is_none() && is_bad(info(f.rule)))
        .map(|f| f.confidence)
        .max();
    if let Some(confidence) = surest {
        tally.bad_by_confidence[usize::from(confidence.0.min(100) / 10)] += 1;
    }
}

/// Licences that findings of a record state and that bind, each once.
fn licences_in(infos: &[RuleInfo], findings: &[Finding]) -> BTreeSet<String> {
    let stated = findings.iter().filter(|finding| {
        let entity = infos[finding.rule.0 as usize].entity.as_deref();
        finding.suppressed_by.is_none() && entity == Some(LICENCE)
    });
    let mut licences = BTreeSet::new();
    for finding in stated {
        let named = finding.details.iter().find(|(name, _)| *name == "licence");
        if let Some((_, expression)) = named {
            let statement = LicenceStatement::of_expression(expression);
            licences.extend(statement.counted().map(str::to_owned));
        }
    }
    licences
}

fn add(hits: &mut super::Hits, counts: FindingCounts) {
    hits.findings += counts.open;
    hits.suppressed += counts.suppressed;
    hits.records += u64::from(counts.open > 0);
}

/// Whether a rule looks for illegal or undesirable information in the sense of `SRC-01`: it has
/// an ecology code, and is not about personal data, whose lawfulness is a question of its basis.
fn is_bad(info: &RuleInfo) -> bool {
    !info.ecology.is_empty() && info.entity.is_none()
}

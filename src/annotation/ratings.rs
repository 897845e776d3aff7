//! From facts to [`AgreementReport`]: who said what of the same item.

use std::collections::{BTreeMap, HashMap};

use super::agreement::{MOST_LABELS, Ratings};
use super::facts::{Fact, Facts, Flags, Name};
use super::records::{Kind, RISKS};
use super::report::AgreementReport;

/// How far annotators agree: over all items, by kind of task, by risk.
pub(super) fn agreement(facts: &Facts) -> AgreementReport {
    let order = facts.by(|fact| fact.item);
    let groups: Vec<&[u32]> = order
        .chunk_by(|a, b| facts.get(*a).item == facts.get(*b).item)
        .filter(|group| group.len() > 1)
        .collect();
    let name = |number: u32| facts.names.text(Name(number)).to_owned();
    // Labels by number, in the order of items, which no order of files decides.
    let mut labels: HashMap<u64, u32> = HashMap::new();
    let mut overall = Ratings::default();
    let mut by_type: BTreeMap<&str, Ratings> = BTreeMap::new();
    let mut values = Vec::new();
    for group in &groups {
        values.clear();
        for fact in group
            .iter()
            .map(|at| facts.get(*at))
            .filter(|fact| is_rated(fact))
        {
            let next = labels.len() as u32;
            let label = *labels.entry(fact.label).or_insert(next);
            values.push((fact.annotator.0, label));
        }
        if values.len() < 2 {
            continue;
        }
        overall.unit(&values);
        let task_type = facts.names.text(facts.get(group[0]).task_type);
        if !task_type.is_empty() {
            by_type.entry(task_type).or_default().unit(&values);
        }
    }
    let mut report = AgreementReport::default();
    // With more labels it is free text, of which agreement says nothing.
    if labels.len() <= MOST_LABELS {
        report.overall = overall.agreement(name);
        for (task_type, ratings) in by_type {
            let agreement = ratings.agreement(name);
            report
                .by_task_type
                .extend(agreement.map(|found| (task_type.to_owned(), found)));
        }
    }
    let is_safety = |at: &u32| facts.get(*at).kind == Some(Kind::Safety);
    let safety: Vec<&[u32]> = groups
        .into_iter()
        .filter(|group| group.iter().all(is_safety))
        .collect();
    let named = (facts.iter()).fold(0, |bits, (_, fact)| bits | fact.risks);
    for (bit, code) in RISKS
        .iter()
        .enumerate()
        .filter(|(bit, _)| named & (1 << bit) != 0)
    {
        let mut ratings = Ratings::default();
        for group in &safety {
            values.clear();
            let facts = group.iter().map(|at| facts.get(*at));
            let facts = facts.filter(|fact| !fact.annotator.is_empty());
            values.extend(facts.map(|fact| (fact.annotator.0, fact.risks >> bit & 1)));
            ratings.unit(&values);
        }
        report
            .by_risk
            .extend(ratings.agreement(name).map(|found| ((*code).into(), found)));
    }
    report
}

fn is_rated(fact: &Fact) -> bool {
    fact.flags.has(Flags::LABELLED) && !fact.annotator.is_empty()
}

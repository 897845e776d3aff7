//! The 20 classes of illegal and undesirable information (网络信息内容生态治理规定, articles 6 and 7),
//! on which the limit of `SRC-02` rests. A finding counts in every class of its rule.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Gathered;
use super::finding::Found;
use crate::data;
use crate::problem::both;
use crate::rules::Bilingual;

/// A class and what was found of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct EcologyRow {
    /// `E6.1` … `E7.9`.
    pub code: String,
    /// For people.
    pub title: Bilingual,
    /// Rules of the run that look for it.
    pub rules: u64,
    /// All sources. Records of several rules are added up.
    pub total: Found,
    /// By source, those with none too.
    pub sources: BTreeMap<String, Found>,
}

pub(super) fn rows(gathered: &Gathered<'_>) -> Vec<EcologyRow> {
    // Personal data is a question of its basis, whatever class its rule names.
    let bad = gathered.rules.iter().filter(|rule| rule.entity.is_none());
    let bad: Vec<_> = bad.filter(|rule| !rule.ecology.is_empty()).collect();
    let classes = data::rows(data::ECOLOGY).map(|class| {
        let of = bad
            .iter()
            .filter(|rule| rule.ecology.iter().any(|code| code == class[0]));
        let of: Vec<_> = of.collect();
        let mut row = EcologyRow {
            code: class[0].to_owned(),
            title: both(class[1], class[2]),
            rules: of.len() as u64,
            total: Found::default(),
            sources: BTreeMap::new(),
        };
        for (source, tally) in &gathered.tally.sources {
            let found = row.sources.entry(source.clone()).or_default();
            for hits in of.iter().filter_map(|rule| tally.rules.get(&rule.id)) {
                found.add(hits);
                row.total.add(hits);
            }
        }
        row
    });
    classes.collect()
}

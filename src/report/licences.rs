//! Licences by source: which ones records state, in how many, and what they ask for.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;

use super::summary::{ReportLanguage, SourceSummary, cell};
use crate::rules::{LicenceClass, Obligations};
use crate::scan::SourceTally;

/// Licences of a source that the Markdown shows; all are in the JSON.
const SHOWN: usize = 12;

/// A licence that records of a source state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct LicenceSummary {
    /// SPDX id, id of the program's table, or `NOASSERTION`.
    pub licence: String,
    /// What it asks for and forbids.
    pub classes: Vec<&'static str>,
    /// Records whose metadata states it.
    pub stated: u64,
    /// Records in whose text it is stated.
    pub found: u64,
}

impl LicenceSummary {
    /// Those of a source, most records first.
    pub fn of(tally: &SourceTally) -> Vec<Self> {
        let (stated, found) = (&tally.presence.licences, &tally.licences);
        let ids: BTreeSet<&String> = stated.keys().chain(found.keys()).collect();
        let mut all: Vec<Self> = ids
            .into_iter()
            .map(|id| Self {
                licence: id.clone(),
                classes: Obligations::builtin().of(id).to_vec(),
                stated: stated.get(id).copied().unwrap_or(0),
                found: found.get(id).copied().unwrap_or(0),
            })
            .collect();
        all.sort_by(|a, b| {
            let most = |of: &Self| of.stated.max(of.found);
            most(b)
                .cmp(&most(a))
                .then_with(|| a.licence.cmp(&b.licence))
        });
        all
    }
}

/// Writes the table, if any record states a licence.
pub(super) fn write(
    sources: &[SourceSummary],
    out: &mut String,
    language: ReportLanguage,
) -> std::fmt::Result {
    if sources.iter().all(|source| source.licences.is_empty()) {
        return Ok(());
    }
    let l = |zh, en| language.pick(zh, en);
    writeln!(out, "## {}\n", l("许可", "Licences"))?;
    writeln!(
        out,
        "{}\n",
        l(
            "记录元数据或正文中写明的许可。正文提及不等于该记录适用此许可,须人工核对。",
            "Licences that metadata or texts of records state. A text that states one need not be under it: a person has to look.",
        )
    )?;
    writeln!(
        out,
        "| {} | {} | {} | {} | {} |\n|---|---|---|---:|---:|",
        l("来源", "source"),
        l("许可", "licence"),
        l("义务类别", "classes"),
        l("元数据(记录)", "in metadata (records)"),
        l("正文(记录)", "in texts (records)")
    )?;
    for source in sources {
        for row in source.licences.iter().take(SHOWN) {
            writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                cell(&source.source),
                cell(&row.licence),
                titles(&row.classes, language),
                row.stated,
                row.found
            )?;
        }
        let more = source.licences.len().saturating_sub(SHOWN);
        if more > 0 {
            writeln!(out, "| {} | +{more} | | | |", cell(&source.source))?;
        }
    }
    writeln!(out)
}

/// Classes as people call them.
fn titles(classes: &[&str], language: ReportLanguage) -> String {
    let known = classes.iter().filter_map(|name| LicenceClass::named(name));
    let all: Vec<&str> = known
        .map(|class| language.pick(class.zh, class.en))
        .collect();
    all.join(language.pick("、", ", "))
}

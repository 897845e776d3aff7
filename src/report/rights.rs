//! Whose the corpus is, and what a machine made of it, by source.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::summary::{ReportLanguage, Summary, cell};
use crate::run::{Holder, Holders};
use crate::scan::{SourceTally, Tally};

/// Holders of a source that a summary names; all are exported. The number of issue 5.
const MOST_NAMED: usize = 20;

/// Families of marks of machine-made text: what says so, what reads like an assistant, weak signs.
const LABELLED: &str = "rights.aigc";
const ASSISTANT: &str = "rights.assistant";
const WEAK: &str = "rights.chat";

/// Machine-made text in one source.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct MachineMade {
    /// The source.
    pub source: String,
    /// Records that were scanned.
    pub records: u64,
    /// Records with a label or notice.
    pub labelled: u64,
    /// Records with a label, a notice or what only assistants write.
    pub marked: u64,
    /// Their share of all records.
    pub share: f64,
    /// Records with weak signs alone or besides.
    pub weak: u64,
    /// Records by kind: the entity without `rights.`.
    pub kinds: BTreeMap<String, u64>,
}

impl MachineMade {
    fn of(source: &str, tally: &SourceTally) -> Self {
        let records = tally.records.scanned;
        let marked = tally.marked_records(&[LABELLED, ASSISTANT]);
        let families = [LABELLED, ASSISTANT, WEAK];
        let kinds = tally.entities.iter().filter_map(|(entity, hits)| {
            let family = crate::scan::mark_family(entity)?;
            let kind = entity.strip_prefix("rights.")?;
            let counts = families.contains(&family) && hits.records > 0;
            counts.then(|| (kind.to_owned(), hits.records))
        });
        Self {
            source: source.to_owned(),
            records,
            labelled: tally.marked_records(&[LABELLED]),
            marked,
            share: match records {
                0 => 0.0,
                all => marked as f64 / all as f64,
            },
            weak: tally.marked_records(&[WEAK]),
            kinds: kinds.collect(),
        }
    }

    /// One entry a source.
    pub(super) fn all(tally: &Tally) -> Vec<Self> {
        let sources = tally.sources.iter();
        sources.map(|(name, tally)| Self::of(name, tally)).collect()
    }
}

/// Holders of rights in one source.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct SourceHolders {
    /// The source.
    pub source: String,
    /// Rows of the whole table: `yujian export --what holders`.
    pub rows: u64,
    /// Those with the most findings, at most twenty.
    pub first: Vec<Holder>,
}

impl SourceHolders {
    pub(super) fn all(holders: &Holders) -> Vec<Self> {
        let of = |(source, all): (&str, &[Holder])| Self {
            source: source.to_owned(),
            rows: all.len() as u64,
            first: all.iter().take(MOST_NAMED).cloned().collect(),
        };
        holders.by_source().map(of).collect()
    }
}

impl Summary {
    /// The sections on holders of rights and on machine-made text.
    pub(super) fn write_rights(
        &self,
        out: &mut String,
        language: ReportLanguage,
    ) -> std::fmt::Result {
        self.write_holders(out, language)?;
        self.write_machine_made(out, language)
    }

    fn write_holders(&self, out: &mut String, language: ReportLanguage) -> std::fmt::Result {
        if self.holders.is_empty() {
            return Ok(());
        }
        let l = |zh, en| language.pick(zh, en);
        writeln!(out, "## {}\n", l("权利人", "Holders of rights"))?;
        writeln!(
            out,
            "{}\n",
            l(
                "取自语料中的版权声明等标记,每个来源列前二十个;有标记不等于侵权。",
                "From notices in the corpus, the first twenty of every source; presence is not infringement.",
            )
        )?;
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |\n|---|---|---|---|---:|---:|",
            l("来源", "source"),
            l("权利人", "holder"),
            l("标记", "mark"),
            l("年份", "years"),
            l("发现", "findings"),
            l("记录", "records")
        )?;
        for source in &self.holders {
            for holder in &source.first {
                let name = match &holder.holder {
                    Some(name) => cell(name),
                    None => l("(其余)", "(all others)").to_owned(),
                };
                let years = match (holder.year_from, holder.year_to) {
                    (Some(from), Some(to)) if from == to => from.to_string(),
                    (Some(from), Some(to)) => format!("{from}–{to}"),
                    _ => "–".to_owned(),
                };
                writeln!(
                    out,
                    "| {} | {name} | {} | {years} | {} | {} |",
                    cell(&source.source),
                    cell(&holder.kind),
                    holder.findings,
                    holder.records
                )?;
            }
            let more = source.rows - source.first.len() as u64;
            if more > 0 {
                let name = cell(&source.source);
                writeln!(
                    out,
                    "| {name} | … {} | | | | |",
                    l("另有", "more:").to_owned() + &format!(" {more}")
                )?;
            }
        }
        writeln!(out)
    }

    fn write_machine_made(&self, out: &mut String, language: ReportLanguage) -> std::fmt::Result {
        let l = |zh, en| language.pick(zh, en);
        writeln!(out, "## {}\n", l("生成合成内容", "Machine-made text"))?;
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |\n|---|---:|---:|---:|---:|---|",
            l("来源", "source"),
            l("记录", "records"),
            l("带标识", "labelled"),
            l("带标识或助手痕迹", "labelled or an assistant's"),
            l("弱迹象", "weak signs"),
            l("按种类(记录)", "by kind (records)")
        )?;
        for source in &self.machine_made {
            let kinds = source.kinds.iter().map(|(kind, n)| format!("{kind}: {n}"));
            let kinds: Vec<String> = kinds.collect();
            writeln!(
                out,
                "| {} | {} | {} | {} ({:.2}%) | {} | {} |",
                cell(&source.source),
                source.records,
                source.labelled,
                source.marked,
                source.share * 100.0,
                source.weak,
                cell(&kinds.join(", "))
            )?;
        }
        writeln!(out)
    }
}

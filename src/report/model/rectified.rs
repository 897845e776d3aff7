//! What became of the findings of an earlier run: 整改前后对比, by source, risk, kind of personal
//! data and rule.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::lexicon;
use crate::rules::{Bilingual, RuleInfo};
use crate::run::{DiffFiles, Rectification, Rectified, RectifiedRecords, RectifiedRun, Unclear};

/// Findings of one rule, risk or kind of personal data, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RectifiedRow {
    /// Id of the rule, code of the risk, or name of the kind.
    pub code: String,
    /// For people.
    pub title: Bilingual,
    /// All sources.
    pub total: Rectified,
    /// By source, those with none left out.
    pub sources: BTreeMap<String, Rectified>,
}

/// A source, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RectifiedSource {
    /// Its id.
    pub source: String,
    /// Its findings that count.
    pub findings: Rectified,
    /// Its records.
    pub records: RectifiedRecords,
}

/// What became of the findings of an earlier run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RectificationPart {
    /// The earlier run.
    pub old: RectifiedRun,
    /// The later one, which the report is of.
    pub new: RectifiedRun,
    /// Whether both looked at their corpora in the same way, and at all of them.
    pub comparable: bool,
    /// What differs between them besides the corpus.
    pub apart: Vec<String>,
    /// Files of the two corpora.
    pub files: DiffFiles,
    /// All findings that count.
    pub total: Rectified,
    /// All records.
    pub records: RectifiedRecords,
    /// By source.
    pub sources: Vec<RectifiedSource>,
    /// The 31 risks.
    pub risks: Vec<RectifiedRow>,
    /// Kinds of personal data, marks of rights and others that rules name.
    pub entities: Vec<RectifiedRow>,
    /// By rule.
    pub rules: Vec<RectifiedRow>,
    /// Why it cannot be said of some what became of them.
    pub unclear: BTreeMap<Unclear, u64>,
}

impl RectificationPart {
    /// `rules`: those of both runs.
    pub(super) fn new(of: &Rectification, rules: &[RuleInfo]) -> Self {
        let by_rule = by_rule(of);
        let sum = |code: &str, title: Bilingual, within: &dyn Fn(&RuleInfo) -> bool| {
            let mut row = RectifiedRow {
                code: code.to_owned(),
                title,
                total: Rectified::default(),
                sources: BTreeMap::new(),
            };
            for rule in rules.iter().filter(|rule| within(rule)) {
                for (source, cell) in by_rule.get(rule.id.as_str()).into_iter().flatten() {
                    row.total.add(cell);
                    row.sources
                        .entry((*source).to_owned())
                        .or_default()
                        .add(cell);
                }
            }
            row
        };
        let leaves = lexicon::risks().filter(|risk| risk.code.len() == 5);
        let risks = leaves.map(|risk| {
            // Codes of our own go deeper than those of the standard.
            sum(risk.code, risk.title.clone(), &|rule| {
                let rest = rule
                    .risk
                    .as_deref()
                    .and_then(|code| code.strip_prefix(risk.code));
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        });
        let mut titles: BTreeMap<&str, &Bilingual> = BTreeMap::new();
        for rule in rules {
            if let Some(entity) = &rule.entity {
                titles.entry(entity).or_insert(&rule.title);
            }
        }
        let entities = titles.into_iter().map(|(entity, title)| {
            sum(entity, title.clone(), &|rule| {
                rule.entity.as_deref() == Some(entity)
            })
        });
        let each = rules
            .iter()
            .map(|rule| sum(&rule.id, rule.title.clone(), &|other| other.id == rule.id));
        let any = |row: &RectifiedRow| row.total != Rectified::default();
        let mut each: Vec<RectifiedRow> = each.filter(any).collect();
        each.sort_by(|a, b| a.code.cmp(&b.code));
        Self {
            old: of.old.clone(),
            new: of.new.clone(),
            comparable: of.is_comparable(),
            apart: of.apart.clone(),
            files: of.files,
            total: of.total,
            records: of.records,
            sources: sources(of),
            risks: risks.collect(),
            entities: entities.filter(any).collect(),
            rules: each,
            unclear: of.unclear.clone(),
        }
    }

    /// Records of a source; zeros if neither run has any.
    pub fn records(&self, source: &str) -> RectifiedRecords {
        let mut all = self.sources.iter();
        let found = all.find(|row| row.source == source);
        found.map_or_else(RectifiedRecords::default, |row| row.records)
    }
}

/// Findings by rule and source.
fn by_rule(of: &Rectification) -> BTreeMap<&str, Vec<(&str, &Rectified)>> {
    let mut all: BTreeMap<&str, Vec<(&str, &Rectified)>> = BTreeMap::new();
    for (source, rules) in &of.findings {
        for (rule, cell) in rules {
            all.entry(rule).or_default().push((source, cell));
        }
    }
    all
}

fn sources(of: &Rectification) -> Vec<RectifiedSource> {
    let rows = of.sources.iter().map(|(source, records)| {
        let mut findings = Rectified::default();
        let cells = of.findings.get(source).into_iter();
        cells
            .flat_map(BTreeMap::values)
            .for_each(|cell| findings.add(cell));
        RectifiedSource {
            source: source.clone(),
            findings,
            records: *records,
        }
    });
    rows.collect()
}

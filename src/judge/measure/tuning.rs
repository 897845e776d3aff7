//! `D52-18`: samples of what is for fine-tuning.

use super::review::{of_others, recorded};
use crate::State;
use crate::judge::clauses::Clause;
use crate::judge::matrix::{Case, Point};
use crate::review::SampleOutcome;
use crate::sources::Stage;

/// The duty.
pub const CLAUSE: &str = "D52-18";
/// Sets of samples.
const METADATA: &str = "tuning-metadata";
const RISK_RECORD: &str = "tuning-risk-record";

/// What sources declare of the training they are for.
#[derive(Default)]
struct Declared {
    /// Records for fine-tuning.
    records: u64,
    /// Sources that say nothing.
    silent: u64,
}

/// The results. None if nobody has judged a sample and that may be needed.
pub fn points(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    let declared = declared(case);
    if declared.records == 0 && declared.silent == 0 {
        return vec![Point::new(
            None,
            State::NotApplicable,
            "各来源均申报不用于优化训练",
            "every source is declared, and none is for fine-tuning",
        )];
    }
    let Some(reviewed) = case.reviewed else {
        return Vec::new();
    };
    let mut points = Vec::new();
    if declared.silent > 0 {
        let n = declared.silent;
        points.push(Point::new(
            None,
            State::NeedsReview,
            format!("{n} 个来源未申报用于哪些训练(stages),未单独抽样:须由负责人确认"),
            format!(
                "{n} sources do not say what training they are for (stages), and are not \
                 sampled on their own: a person has to confirm"
            ),
        ));
    }
    if declared.records > 0 {
        let samples = reviewed.samples.iter();
        let of_samples = samples.filter_map(|sample| of_sample(sample, declared.records, clause));
        let before = points.len();
        points.extend(of_samples.flatten());
        if points.len() == before {
            points.push(of_others(reviewed).unwrap_or_else(|| {
                Point::new(
                    None,
                    State::NeedsEvidence,
                    "优化训练数据没有单独抽样(sample --plan tuning)",
                    "fine-tuning data was not sampled on its own (sample --plan tuning)",
                )
            }));
        }
    }
    points
}

fn declared(case: &Case<'_>) -> Declared {
    let mut all = Declared::default();
    for (name, tally) in &case.facts.tally.sources {
        let records = tally.records.scanned;
        let source = case.ledger.source(name);
        match source.map_or(&[][..], |source| &source.declared.stages) {
            _ if records == 0 => {}
            [] => all.silent += 1,
            stages if stages.contains(&Stage::FineTuning) => all.records += records,
            _ => {}
        }
    }
    all
}

/// None if the sample has none of the sets.
fn of_sample(sample: &SampleOutcome, records: u64, clause: &Clause) -> Option<Vec<Point>> {
    let sets = [(METADATA, clause.size), (RISK_RECORD, clause.verified)];
    if sets.iter().all(|(name, _)| sample.set(name).is_none()) {
        return None;
    }
    let each = sets.into_iter().map(|(name, wanted)| {
        let lacking = |zh: &str, en: &str| {
            let (zh, en) = (format!("{name}:{zh}"), format!("{name}: {en}"));
            Point::new(None, State::NeedsEvidence, zh, en)
        };
        match sample.set(name) {
            None => lacking("样本中没有", "the sample has no such set"),
            // Sources may have been declared otherwise since.
            Some(set) if set.population != records => lacking(
                &format!(
                    "抽样总体 {} 条,现申报 {records} 条,须重新抽样",
                    set.population
                ),
                &format!(
                    "drawn of {} records, while {records} are declared: draw anew",
                    set.population
                ),
            ),
            Some(set) => {
                let named = (name, "fine-tuning", set.population);
                recorded(named, &set.total, (wanted.unwrap_or(1), clause.at_least))
            }
        }
    });
    Some(each.collect())
}

//! Batches: spot-checked, returned, void.

use super::{Case, no_evidence, not_applicable};
use crate::State;
use crate::annotation::facts::Batch;
use crate::annotation::records::{Action, Kind};
use crate::annotation::report::{Judged, Offending};

impl Case<'_> {
    fn functional_batches(&self) -> impl Iterator<Item = (&str, &Batch)> {
        let batches = self.facts().batches.iter();
        let batches = batches.map(|(name, batch)| (name.as_str(), batch));
        batches.filter(|(_, batch)| batch.functional > 0)
    }

    /// `ANN-10`
    pub(super) fn spot_checks(&self) -> Judged {
        let functional = self.of_kind(Kind::Functional).count();
        let of_no_kind = self.of_no_kind();
        if functional == 0 {
            return match of_no_kind {
                0 => not_applicable("没有功能性标注", "there is no functional annotation"),
                n => no_evidence(
                    &format!("{n} 条标注未注明功能性或安全性"),
                    &format!("{n} annotations do not say what they are for"),
                ),
            };
        }
        let alone: Vec<u32> = (self.of_kind(Kind::Functional))
            .filter(|(_, fact)| fact.batch.is_empty())
            .map(|(position, _)| position)
            .collect();
        let (mut unchecked, mut not_void, mut batches, mut checked) = (0u64, 0u64, 0u64, 0u64);
        let mut offending = Offending::default();
        for (name, batch) in self.functional_batches() {
            batches += 1;
            let looked_at = batch.sum(|spot| spot.checked);
            checked += looked_at;
            let hits = batch.risky + batch.sum(|spot| spot.risk_hits);
            if looked_at == 0 {
                unchecked += 1;
                offending.add(|| format!("{name}: 未抽检 not checked"));
            }
            if hits > 0 && batch.action() != Action::Void {
                not_void += 1;
                offending.add(|| format!("{name}: {hits} 处违法不良、未作废 hits, and not void"));
            }
        }
        for position in &alone {
            offending.add(|| format!("{}: 没有批次 no batch", self.told(*position)));
        }
        let state = match () {
            () if unchecked + not_void > 0 => State::NonCompliant,
            () if !alone.is_empty() || of_no_kind > 0 => State::NeedsEvidence,
            () => State::Compliant,
        };
        let ratio = checked as f64 / functional as f64;
        let alone = alone.len();
        Judged::new(
            state,
            format!("{batches} 批功能性标注,{unchecked} 批未抽检,{not_void} 批含违法不良信息而未作废;{alone} 条没有批次;抽检比例 {:.2}%", ratio * 100.0),
            format!("of {batches} batches {unchecked} were not checked, {not_void} have illegal or undesirable content and are not void; {alone} annotations have no batch; {:.2} % were checked", ratio * 100.0),
        )
        .number("batches", batches as f64)
        .number("unchecked", unchecked as f64)
        .number("not_void", not_void as f64)
        .number("without_batch", alone as f64)
        .number("checked_ratio", ratio)
        .offending(offending)
    }

    /// `D74-06`
    pub(super) fn returned_batches(&self) -> Judged {
        let all: u64 = (self.facts().batches.values())
            .map(|batch| batch.spots.values().sum::<u64>())
            .sum();
        if all == 0 {
            return match self.facts().batches.is_empty() {
                true => not_applicable("没有批次", "there are no batches"),
                false => no_evidence("没有抽检记录", "there are no spot checks"),
            };
        }
        let limit = self.config.max_error_rate.unwrap_or(0.0);
        let mut offending = Offending::default();
        for (name, batch) in &self.facts().batches {
            for spot in batch.spots.keys() {
                let rate = f64::from(spot.errors) / f64::from(spot.checked.max(1));
                let handled = matches!(spot.action, Action::Returned | Action::Void);
                if rate > limit && !handled {
                    offending.add(|| {
                        format!(
                            "{name}: {}/{} 未退回 not returned",
                            spot.errors, spot.checked
                        )
                    });
                }
            }
        }
        let bad = offending.count;
        let state = if bad == 0 {
            State::Compliant
        } else {
            State::NonCompliant
        };
        let percent = limit * 100.0;
        Judged::new(
            state,
            format!("{all} 次抽检,其中 {bad} 次错误率超过 {percent:.1}% 而未退回"),
            format!("{bad} of {all} spot checks found errors above {percent:.1} %, and the batch was not returned"),
        )
        .number("spot_checks", all as f64)
        .number("not_returned", bad as f64)
        .number("max_error_rate", limit)
        .offending(offending)
    }
}

//! The annotations themselves: roles, time, reviews, zones, completeness, consistency.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, no_evidence, not_applicable};
use crate::State;
use crate::annotation::facts::{Fact, Flags, Name};
use crate::annotation::policy::Duty;
use crate::annotation::records::{ALL, EXPECTED, Field, Kind};
use crate::annotation::report::{Judged, Offending};

impl Case<'_> {
    fn no_records(&self) -> Option<Judged> {
        self.facts().is_empty().then(|| {
            no_evidence(
                "没有标注记录([annotation] records)",
                "there are no records ([annotation] records)",
            )
        })
    }

    /// `ANN-03`
    pub(super) fn roles(&self) -> Judged {
        if let Some(judged) = self.no_records() {
            return judged;
        }
        // (task, person, role, annotation): one who has both roles in a task stands together.
        let facts = self.facts();
        let annotators = facts
            .iter()
            .map(|(at, fact)| (fact.task, fact.annotator, false, at));
        let reviewers = facts
            .reviews()
            .map(|(at, by, _)| (facts.get(at).task, by, true, at));
        let mut roles: Vec<_> = annotators
            .chain(reviewers)
            .filter(|(_, person, _, _)| !person.is_empty())
            .collect();
        roles.sort_unstable();
        let mut both: Vec<(u32, Name)> = Vec::new();
        let (mut tasks, mut last_task) = (0u64, None);
        for group in roles.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let (task, person, _, position) = group[0];
            if last_task != Some(task) {
                (tasks, last_task) = (tasks + 1, Some(task));
            }
            if !group[0].2 && group[group.len() - 1].2 {
                both.push((position, person));
            }
        }
        let offending = in_order(both, |(position, person)| {
            format!("{}: {}", facts.names.text(person), self.told(position))
        });
        let unnamed = facts
            .iter()
            .filter(|(_, fact)| fact.annotator.is_empty())
            .count();
        let bad = offending.count;
        let state = match () {
            () if bad > 0 => State::NonCompliant,
            () if unnamed > 0 => State::NeedsEvidence,
            () => State::Compliant,
        };
        Judged::new(
            state,
            format!("{tasks} 个任务,{bad} 处同一人兼任标注与审核;{unnamed} 条没有标注员"),
            format!("in {tasks} tasks, {bad} times one person both annotated and reviewed; {unnamed} annotations name nobody"),
        )
        .number("tasks", tasks as f64)
        .number("both_roles", bad as f64)
        .number("unnamed", unnamed as f64)
        .offending(offending)
    }

    /// `ANN-04`
    pub(super) fn time(&self, duty: &Duty) -> Judged {
        if let Some(judged) = self.no_records() {
            return judged;
        }
        let known = self.seconds.len();
        if known == 0 {
            return no_evidence(
                "没有用时(duration_s)",
                "no durations are known (duration_s)",
            );
        }
        let p5 = f64::from(self.seconds[(known - 1) * 5 / 100]);
        let median = f64::from(self.seconds[(known - 1) / 2]);
        let Some(floor) = self.config.min_seconds else {
            return no_evidence(
                &format!("没有设定用时下限(min_seconds);中位数 {median:.1} 秒,5% 分位 {p5:.1} 秒"),
                &format!("no floor is set (min_seconds); the median is {median:.1} s, 5 % take less than {p5:.1} s"),
            )
            .number("known", known as f64)
            .number("p5", p5)
            .number("median", median);
        };
        let mut offending = Offending::default();
        for (position, fact) in self.facts().iter() {
            if fact.seconds >= 0.0 && f64::from(fact.seconds) < floor {
                offending.add(|| format!("{}: {} s", self.told(position), fact.seconds));
            }
        }
        let unknown = self.facts().len() - known;
        let share = offending.count as f64 / known as f64;
        let state = match () {
            () if share > duty.threshold.unwrap_or(0.0) => State::NonCompliant,
            () if unknown > 0 => State::NeedsEvidence,
            () if offending.count > 0 => State::NeedsReview,
            () => State::Compliant,
        };
        let below = offending.count;
        Judged::new(
            state,
            format!("{known} 条有用时,{below} 条低于下限 {floor} 秒({:.2}%);中位数 {median:.1} 秒;{unknown} 条没有用时", share * 100.0),
            format!("{below} of {known} annotations took less than {floor} s ({:.2} %); the median is {median:.1} s; of {unknown} it is not known", share * 100.0),
        )
        .number("known", known as f64)
        .number("unknown", unknown as f64)
        .number("below_floor", below as f64)
        .number("share_below", share)
        .number("min_seconds", floor)
        .number("p5", p5)
        .number("median", median)
        .offending(offending)
    }

    /// Where no annotation is for safety.
    fn no_safety(&self) -> Option<Judged> {
        if self.of_kind(Kind::Safety).next().is_some() {
            return None;
        }
        if let Some(judged) = self.no_records() {
            return Some(judged);
        }
        Some(match self.of_no_kind() {
            0 => not_applicable("没有安全性标注", "there is no safety annotation"),
            n => no_evidence(
                &format!("{n} 条标注未注明功能性或安全性"),
                &format!("{n} annotations do not say what they are for"),
            ),
        })
    }

    /// `ANN-09`
    pub(super) fn safety_review(&self) -> Judged {
        if let Some(judged) = self.no_safety() {
            return judged;
        }
        let mut all = 0u64;
        let mut offending = Offending::default();
        for (position, fact) in self.of_kind(Kind::Safety) {
            all += 1;
            if !fact.flags.has(Flags::PASSED) {
                offending.add(|| self.told(position));
            }
        }
        let of_no_kind = self.of_no_kind();
        let bad = offending.count;
        let share = (all - bad) as f64 / all as f64;
        let state = match () {
            () if bad > 0 => State::NonCompliant,
            () if of_no_kind > 0 => State::NeedsEvidence,
            () => State::Compliant,
        };
        Judged::new(
            state,
            format!("{all} 条安全性标注,{bad} 条没有另一人审核通过({:.2}% 通过)", share * 100.0),
            format!("{bad} of {all} safety annotations were not passed by another person ({:.2} % were)", share * 100.0),
        )
        .number("safety", all as f64)
        .number("not_passed", bad as f64)
        .number("passed_share", share)
        .number("of_no_kind", of_no_kind as f64)
        .offending(offending)
    }

    /// `ANN-11`
    pub(super) fn isolation(&self) -> Judged {
        if let Some(judged) = self.no_safety() {
            return judged;
        }
        let zones = &self.config.zones;
        let names = &self.facts().names;
        let functional: BTreeSet<_> = (self.of_kind(Kind::Functional))
            .map(|(_, fact)| fact.zone)
            .filter(|zone| !zone.is_empty())
            .collect();
        let shared = |fact: &Fact| {
            let zone = names.text(fact.zone);
            functional.contains(&fact.zone)
                || zones.training.iter().any(|known| known == zone)
                || !zones.safety.is_empty() && !zones.safety.iter().any(|known| known == zone)
        };
        let (mut all, mut unknown, mut mixed) = (0u64, 0u64, 0u64);
        let mut offending = Offending::default();
        for (position, fact) in self.of_kind(Kind::Safety) {
            all += 1;
            match () {
                () if fact.zone.is_empty() => unknown += 1,
                () if shared(fact) => mixed += 1,
                () => continue,
            }
            offending.add(|| format!("{}: {}", self.told(position), names.text(fact.zone)));
        }
        let state = match () {
            () if mixed > 0 => State::NonCompliant,
            () if unknown > 0 => State::NeedsEvidence,
            () => State::Compliant,
        };
        Judged::new(
            state,
            format!("{all} 条安全性标注,{mixed} 条与其他数据同区存储,{unknown} 条没有存储分区"),
            format!("of {all} safety annotations {mixed} are stored together with other data, {unknown} name no zone"),
        )
        .number("safety", all as f64)
        .number("mixed", mixed as f64)
        .number("unknown", unknown as f64)
        .offending(offending)
    }

    /// `D74-04`
    pub(super) fn arbitration(&self) -> Judged {
        if let Some(judged) = self.no_records() {
            return judged;
        }
        let facts = self.facts();
        let (mut disputed, mut verdicts) = (0u64, 0u64);
        let mut settled_by_none: Vec<u32> = Vec::new();
        for (position, fact) in facts.iter() {
            if fact.flags.has(Flags::DISPUTED) {
                disputed += 1;
                if !fact.flags.has(Flags::ARBITRATED) {
                    verdicts += 1;
                    settled_by_none.push(position);
                }
            }
        }
        // Labels of one item by several annotators.
        let mut labels = 0u64;
        let order = facts.by(|fact| fact.item);
        for group in order.chunk_by(|a, b| facts.get(*a).item == facts.get(*b).item) {
            let all = || group.iter().map(|position| facts.get(*position));
            let mut labelled = all().filter(|fact| fact.flags.has(Flags::LABELLED));
            let Some(first) = labelled.next() else {
                continue;
            };
            if labelled.any(|fact| fact.label != first.label) {
                disputed += 1;
                if !all().any(|fact| fact.flags.has(Flags::ARBITRATED)) {
                    labels += 1;
                    settled_by_none.push(group[0]);
                }
            }
        }
        let offending = in_order(settled_by_none, |position| self.told(position));
        let state = match () {
            () if verdicts > 0 => State::NonCompliant,
            // Majorities may settle what several annotators differ in: a person knows.
            () if labels > 0 => State::NeedsReview,
            () if disputed == 0 => State::NotApplicable,
            () => State::Compliant,
        };
        if state == State::NotApplicable {
            return not_applicable("没有不一致的结论", "no verdicts differ");
        }
        Judged::new(
            state,
            format!("{disputed} 处结论不一致,{verdicts} 处审核结论与 {labels} 处多人标注未经仲裁"),
            format!("{disputed} times verdicts differ; of reviews {verdicts} and of labels {labels} were not arbitrated"),
        )
        .number("disputed", disputed as f64)
        .number("verdicts_open", verdicts as f64)
        .number("labels_open", labels as f64)
        .offending(offending)
    }

    /// `D74-08`
    pub(super) fn traceability(&self, duty: &Duty) -> Judged {
        if let Some(judged) = self.no_records() {
            return judged;
        }
        let bits: u32 = (ALL.iter())
            .filter(|field| duty.fields.iter().any(|name| name == field.name()))
            .map(|field| 1 << *field as u32)
            .sum();
        let mut by_field: BTreeMap<Field, u64> = BTreeMap::new();
        let mut offending = Offending::default();
        for (position, fact) in self
            .facts()
            .iter()
            .filter(|(_, fact)| fact.missing & bits != 0)
        {
            let lacks: Vec<Field> = (EXPECTED.iter().copied())
                .filter(|field| fact.missing & bits & (1 << *field as u32) != 0)
                .collect();
            lacks
                .iter()
                .for_each(|field| *by_field.entry(*field).or_default() += 1);
            offending.add(|| {
                let names: Vec<&str> = lacks.iter().map(|field| field.name()).collect();
                format!("{}: {}", self.told(position), names.join(", "))
            });
        }
        let (all, bad) = (self.facts().len() as u64, offending.count);
        let share = (all - bad) as f64 / all as f64;
        let state = match share < duty.threshold.unwrap_or(1.0) {
            true => State::NonCompliant,
            false => State::Compliant,
        };
        let list: Vec<String> = (by_field.iter())
            .map(|(field, count)| format!("{} {count}", field.name()))
            .collect();
        let lacking = match list.is_empty() {
            true => (String::new(), String::new()),
            false => (
                format!(";缺少:{}", list.join("、")),
                format!("; missing: {}", list.join(", ")),
            ),
        };
        Judged::new(
            state,
            format!("{all} 条标注的完整率 {:.2}%{}", share * 100.0, lacking.0),
            format!(
                "{:.2} % of {all} annotations are complete{}",
                share * 100.0,
                lacking.1
            ),
        )
        .number("annotations", all as f64)
        .number("incomplete", bad as f64)
        .number("complete_share", share)
        .offending(offending)
    }

    /// `QLT-01`
    pub(super) fn duplicates(&self) -> Judged {
        if let Some(judged) = self.no_records() {
            return judged;
        }
        let facts = self.facts();
        let key = |fact: &Fact| (fact.text, fact.kind, fact.task_type);
        let order = facts.by(key);
        let (mut repeated, mut comparable) = (0u64, 0u64);
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        for group in order.chunk_by(|a, b| key(facts.get(*a)) == key(facts.get(*b))) {
            let labelled = || {
                let group = group.iter().copied().map(|at| (at, facts.get(at)));
                group.filter(|(_, fact)| fact.text != 0 && fact.flags.has(Flags::LABELLED))
            };
            let Some((first_at, first)) = labelled().next() else {
                continue;
            };
            comparable += 1;
            // Several annotations of one item are agreement, not repetition.
            if labelled().all(|(_, fact)| fact.item == first.item) {
                continue;
            }
            repeated += 1;
            if let Some((at, _)) = labelled().find(|(_, fact)| fact.label != first.label) {
                pairs.push((first_at, at));
            }
        }
        if comparable == 0 {
            return not_applicable("没有带标签的文本", "no texts have labels");
        }
        let offending = in_order(pairs, |(a, b)| {
            format!("{} ≠ {}", self.told(a), self.told(b))
        });
        let bad = offending.count;
        let state = if bad == 0 {
            State::Compliant
        } else {
            State::NonCompliant
        };
        Judged::new(
            state,
            format!("{repeated} 组相同文本,其中 {bad} 组标签不同"),
            format!("{bad} of {repeated} texts that several items have were labelled differently"),
        )
        .number("texts", comparable as f64)
        .number("repeated", repeated as f64)
        .number("conflicting", bad as f64)
        .offending(offending)
    }
}

/// What was met in the order of hashes, in that of files and lines.
fn in_order<T: Ord + Copy>(mut met: Vec<T>, name: impl Fn(T) -> String) -> Offending {
    met.sort_unstable();
    let mut offending = Offending::default();
    met.into_iter().for_each(|one| offending.add(|| name(one)));
    offending
}

//! Annotators and reviewers: trained, qualified, bound.

use super::{Case, Worker, no_evidence, not_applicable};
use crate::State;
use crate::annotation::registry::Employment;
use crate::annotation::report::{Judged, Offending};

impl Case<'_> {
    /// Where people cannot be judged at all.
    fn no_people(&self) -> Option<Judged> {
        match () {
            () if self.material.registry.is_none() => Some(no_evidence(
                "没有人员登记表([annotation] registry)",
                "there is no registry of annotators ([annotation] registry)",
            )),
            () if self.workers.is_empty() => Some(no_evidence(
                "标注记录没有写明人员",
                "no record says who has worked",
            )),
            () => None,
        }
    }

    /// `ANN-01`
    pub(super) fn training(&self) -> Judged {
        if let Some(judged) = self.no_people() {
            return judged;
        }
        let mut offending = Offending::default();
        for worker in &self.workers {
            let Some(person) = worker.registered else {
                offending.add(|| format!("{}: 未登记 not registered", worker.name));
                continue;
            };
            let lacks: Vec<&str> = (0..self.policy.topics.len())
                .filter(|topic| {
                    !person.trainings.iter().any(|training| {
                        training.topics.contains(topic)
                            && worker.first.is_none_or(|first| training.on <= first)
                    })
                })
                .map(|topic| self.policy.topics[topic].zh.as_str())
                .collect();
            if !lacks.is_empty() {
                offending.add(|| format!("{}: {}", worker.name, lacks.join("、")));
            }
        }
        let (all, bad) = (self.workers.len() as u64, offending.count);
        let state = if bad == 0 {
            State::Compliant
        } else {
            State::NonCompliant
        };
        Judged::new(
            state,
            format!("{all} 人作业,其中 {bad} 人首次作业前未接受全部四个主题的培训"),
            format!(
                "{bad} of {all} people were not trained in all four topics before their first task"
            ),
        )
        .number("people", all as f64)
        .number("untrained", bad as f64)
        .offending(offending)
    }

    /// `ANN-02`
    pub(super) fn qualification(&self) -> Judged {
        if let Some(judged) = self.no_people() {
            return judged;
        }
        let mut offending = Offending::default();
        let (mut unqualified, mut undated) = (0, 0);
        for worker in &self.workers {
            undated += worker.undated;
            unqualified += worker.unqualified;
            if let Some(why) = unfit(worker) {
                offending.add(|| format!("{}: {why}", worker.name));
            }
        }
        let (all, bad) = (self.workers.len() as u64, offending.count);
        let state = match () {
            () if bad > 0 => State::NonCompliant,
            () if undated > 0 => State::NeedsEvidence,
            () => State::Compliant,
        };
        let mut zh =
            format!("{all} 人作业,其中 {bad} 人未经考核合格或作业时资格无效({unqualified} 次作业)");
        let mut en = format!(
            "{bad} of {all} people had not passed an examination or were not qualified when they worked ({unqualified} pieces of work)"
        );
        if undated > 0 {
            zh.push_str(&format!(";{undated} 次作业没有日期"));
            en.push_str(&format!("; {undated} pieces of work have no date"));
        }
        Judged::new(state, zh, en)
            .number("people", all as f64)
            .number("unfit", bad as f64)
            .number("unqualified_work", unqualified as f64)
            .number("undated_work", undated as f64)
            .offending(offending)
    }

    /// `D74-05`
    pub(super) fn confidentiality(&self) -> Judged {
        if let Some(judged) = self.no_people() {
            return judged;
        }
        let (mut unsigned, mut unknown) = (0u64, 0u64);
        let mut offending = Offending::default();
        for worker in &self.workers {
            match worker.registered.and_then(|person| person.nda) {
                Some(true) => continue,
                Some(false) => unsigned += 1,
                None => unknown += 1,
            }
            offending.add(|| worker.name.to_owned());
        }
        let state = match () {
            () if unsigned > 0 => State::NonCompliant,
            () if unknown > 0 => State::NeedsEvidence,
            () => State::Compliant,
        };
        let all = self.workers.len() as u64;
        Judged::new(
            state,
            format!("{all} 人作业,{unsigned} 人未签保密协议,{unknown} 人未注明"),
            format!("of {all} people {unsigned} have not signed, and of {unknown} it is not said"),
        )
        .number("people", all as f64)
        .number("unsigned", unsigned as f64)
        .number("unknown", unknown as f64)
        .offending(offending)
    }

    /// `RVW-07`
    pub(super) fn contracts(&self) -> Judged {
        if let Some(judged) = self.no_people() {
            return judged;
        }
        let employment = |worker: &Worker<'_>| match worker.outsourced {
            true => Some(Employment::Outsourced),
            false => worker.registered.and_then(|person| person.employment),
        };
        let outsourced: Vec<&Worker<'_>> = (self.workers.iter())
            .filter(|worker| employment(worker) == Some(Employment::Outsourced))
            .collect();
        let unknown = self
            .workers
            .iter()
            .filter(|worker| employment(worker).is_none())
            .count();
        if outsourced.is_empty() {
            return match unknown {
                0 => not_applicable("没有外包标注人员", "nobody is outsourced"),
                n => no_evidence(
                    &format!("{n} 人未注明内部或外包"),
                    &format!("of {n} people nobody says whether they are outsourced"),
                )
                .number("unknown", n as f64),
            };
        }
        let mut offending = Offending::default();
        for worker in &outsourced {
            let employer = worker
                .registered
                .map_or("", |person| person.employer.as_str());
            let mut contracts = self.config.contract.iter();
            let why = match contracts.find(|contract| contract.employer == employer) {
                _ if employer.is_empty() => Some("没有用人单位 no employer".to_owned()),
                None => Some(format!("{employer}: 没有合同 no contract")),
                Some(contract) if !self.exists(&contract.evidence) => {
                    Some(format!("{employer}: 没有合同文件 no file of the contract"))
                }
                Some(contract) if !contract.traceability => Some(format!(
                    "{employer}: 未约定可追溯 not bound to traceability"
                )),
                Some(contract) if !contract.confidentiality => Some(format!(
                    "{employer}: 未约定保密 not bound to confidentiality"
                )),
                Some(_) => None,
            };
            if let Some(why) = why {
                offending.add(|| format!("{}: {why}", worker.name));
            }
        }
        let state = match (offending.count, unknown) {
            (0, 0) => State::Compliant,
            (0, _) => State::NeedsEvidence,
            _ => State::NonCompliant,
        };
        let (all, bad) = (outsourced.len(), offending.count);
        Judged::new(
            state,
            format!("外包 {all} 人,其中 {bad} 人缺少约定可追溯与保密义务的合同;{unknown} 人未注明"),
            format!("{bad} of {all} outsourced people lack a contract that binds to traceability and confidentiality; of {unknown} it is not said"),
        )
        .number("outsourced", all as f64)
        .number("without_contract", bad as f64)
        .number("unknown", unknown as f64)
        .offending(offending)
    }

    /// Whether a file of evidence is there and holds something.
    pub(super) fn exists(&self, path: &str) -> bool {
        let meta = std::fs::metadata(self.base.join(path));
        !path.is_empty() && meta.is_ok_and(|meta| meta.is_file() && meta.len() > 0)
    }
}

/// Why somebody was not fit to work, if so.
fn unfit(worker: &Worker<'_>) -> Option<String> {
    let Some(person) = worker.registered else {
        return Some("未登记 not registered".to_owned());
    };
    // An examination on the day of the first task may have come before it.
    let passed = person
        .exams
        .iter()
        .any(|exam| exam.passed == Some(true) && worker.first.is_none_or(|first| exam.on <= first));
    if !passed {
        return Some(
            "首次作业前没有合格的考核 no examination passed before the first task".to_owned(),
        );
    }
    if worker.unqualified > 0 {
        let n = worker.unqualified;
        let example = worker
            .example
            .map(|(item, day)| format!(", e.g. {item} {day}"));
        return Some(format!(
            "{n} 次作业时资格无效 not qualified{}",
            example.unwrap_or_default()
        ));
    }
    None
}

//! Rule documents: what they hold, and whether work was done by them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, no_evidence};
use crate::State;
use crate::annotation::records::{Kind, RISKS};
use crate::annotation::report::{Judged, Offending};
use crate::annotation::rulebook::{RuleDocument, Section};

impl Case<'_> {
    fn no_documents(&self) -> Option<Judged> {
        self.material.documents.is_empty().then(|| {
            no_evidence(
                "没有标注规则文件([annotation] rules)",
                "there are no rule documents ([annotation] rules)",
            )
        })
    }

    /// `ANN-05`
    pub(super) fn rule_contents(&self) -> Judged {
        self.sections(&Section::CONTENTS, "内容", "contents")
    }

    /// `ANN-06`
    pub(super) fn rule_kinds(&self) -> Judged {
        let mut judged = self.sections(&Section::STEPS, "环节", "steps");
        if self.material.documents.is_empty() {
            return judged;
        }
        for kind in [Kind::Functional, Kind::Safety] {
            if self.documents(kind).next().is_none() {
                judged.state = State::NonCompliant;
                judged
                    .reason
                    .zh
                    .push_str(&format!(";没有{}标注规则", kind.zh()));
                judged
                    .reason
                    .en
                    .push_str(&format!("; there are no {} rules", kind.en()));
                judged
                    .offending
                    .add(|| format!("{} {}", kind.zh(), kind.en()));
            }
        }
        judged
    }

    fn sections(&self, wanted: &[Section], zh: &str, en: &str) -> Judged {
        if let Some(judged) = self.no_documents() {
            return judged;
        }
        let mut offending = Offending::default();
        for document in &self.material.documents {
            let lacks: Vec<&str> = (wanted.iter())
                .filter(|section| document.section(**section).is_empty())
                .map(|section| section.zh())
                .collect();
            if !lacks.is_empty() {
                offending.add(|| format!("{}: {}", document.file, lacks.join("、")));
            }
        }
        let (all, bad) = (self.material.documents.len(), offending.count);
        let state = if bad == 0 {
            State::Compliant
        } else {
            State::NonCompliant
        };
        Judged::new(
            state,
            format!("{all} 份规则,其中 {bad} 份缺少要求的{zh}"),
            format!("{bad} of {all} documents lack {en} that are asked for"),
        )
        .number("documents", all as f64)
        .number("incomplete", bad as f64)
        .offending(offending)
    }

    /// `ANN-07`
    pub(super) fn functional_rules(&self) -> Judged {
        let lacks = |document: &RuleDocument| -> Vec<&str> {
            let quality = document.section(Section::Quality).to_lowercase();
            let indicators = self.policy.indicators.iter();
            let lacking = indicators.filter(|indicator| !indicator.is_in(&quality));
            lacking.map(|indicator| indicator.zh.as_str()).collect()
        };
        self.each_of(Kind::Functional, |document| {
            let lacks = lacks(document);
            (!lacks.is_empty()).then(|| format!("缺少指标 lacks {}", lacks.join("、")))
        })
    }

    /// `ANN-08`: documents may share the risks among them.
    pub(super) fn safety_rules(&self) -> Judged {
        self.risks(|entry| entry.judge, "判定方法", "a way to judge")
    }

    /// `D74-03`
    pub(super) fn safe_responses(&self) -> Judged {
        self.risks(|entry| entry.response, "安全回答", "a safe response")
    }

    fn risks(
        &self,
        has: fn(&crate::annotation::rulebook::RiskEntry) -> bool,
        zh: &str,
        en: &str,
    ) -> Judged {
        if self.documents(Kind::Safety).next().is_none() {
            return no_evidence("没有安全性标注规则文件", "there are no safety rules");
        }
        let mut lacking: BTreeSet<&str> = RISKS.into_iter().collect();
        for document in self.documents(Kind::Safety) {
            let here: BTreeSet<&str> = document.risks_without(has).into_iter().collect();
            lacking.retain(|code| here.contains(code));
        }
        let covered = RISKS.len() - lacking.len();
        let state = match lacking.is_empty() {
            true => State::Compliant,
            false => State::NonCompliant,
        };
        Judged::new(
            state,
            format!("31 种风险中 {covered} 种有{zh}"),
            format!("{covered} of 31 risks have {en}"),
        )
        .number("covered", covered as f64)
        .number("risks", RISKS.len() as f64)
        .offending(Offending::of(lacking))
    }

    fn each_of(&self, kind: Kind, wrong: impl Fn(&RuleDocument) -> Option<String>) -> Judged {
        let documents: Vec<&RuleDocument> = self.documents(kind).collect();
        if documents.is_empty() {
            let (zh, en) = (kind.zh(), kind.en());
            return no_evidence(
                &format!("没有{zh}标注规则文件"),
                &format!("there are no {en} rules"),
            );
        }
        let mut offending = Offending::default();
        for document in &documents {
            if let Some(why) = wrong(document) {
                offending.add(|| format!("{}: {why}", document.file));
            }
        }
        let (all, bad) = (documents.len(), offending.count);
        let state = if bad == 0 {
            State::Compliant
        } else {
            State::NonCompliant
        };
        let (zh, en) = (kind.zh(), kind.en());
        Judged::new(
            state,
            format!("{all} 份{zh}标注规则,其中 {bad} 份不完整"),
            format!("{bad} of {all} {en} documents are not complete"),
        )
        .number("documents", all as f64)
        .number("incomplete", bad as f64)
        .offending(offending)
    }

    /// `D74-02`
    pub(super) fn rule_versions(&self) -> Judged {
        if let Some(judged) = self.no_documents() {
            return judged;
        }
        let mut offending = Offending::default();
        for document in &self.material.documents {
            let mut lacks = Vec::new();
            if document.version.is_empty() {
                lacks.push("版本 version");
            }
            // Examples of a safety document may stand with its risks.
            let of_risks = |has: fn(&crate::annotation::rulebook::RiskEntry) -> bool| {
                document.risks.values().any(has)
            };
            if document.examples == 0 && !of_risks(|entry| entry.example) {
                lacks.push("示例 example");
            }
            if document.counter_examples == 0 && !of_risks(|entry| entry.counter_example) {
                lacks.push("反例 counter-example");
            }
            if !lacks.is_empty() {
                offending.add(|| format!("{}: {}", document.file, lacks.join("、")));
            }
        }
        let incomplete = offending.count;
        let known: BTreeMap<(&str, &str), Option<Kind>> = (self.material.documents.iter())
            .map(|document| {
                (
                    (document.id.as_str(), document.version.as_str()),
                    document.kind,
                )
            })
            .collect();
        let names = &self.facts().names;
        let (mut unknown, mut other_kind) = (0u64, 0u64);
        // Those without a rule are incomplete records (D74-08), not wrong ones.
        let named = self
            .facts()
            .iter()
            .filter(|(_, f)| !f.rule.is_empty() && !f.version.is_empty());
        for (position, fact) in named {
            let rule = (names.text(fact.rule), names.text(fact.version));
            match known.get(&rule) {
                None => unknown += 1,
                Some(kind) if fact.kind.is_some() && *kind != fact.kind => other_kind += 1,
                Some(_) => continue,
            }
            offending.add(|| format!("{}: {} {}", self.told(position), rule.0, rule.1));
        }
        let state = if offending.count == 0 {
            State::Compliant
        } else {
            State::NonCompliant
        };
        Judged::new(
            state,
            format!("{incomplete} 份规则缺少版本、示例或反例;{unknown} 条标注的规则版本不存在,{other_kind} 条用了另一类规则"),
            format!("{incomplete} documents lack a version, examples or counter-examples; {unknown} annotations name a version that does not exist, {other_kind} one of the other kind"),
        )
        .number("incomplete", incomplete as f64)
        .number("unknown_version", unknown as f64)
        .number("other_kind", other_kind as f64)
        .offending(offending)
    }
}

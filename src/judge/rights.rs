//! Checks on rights and on machine-made text: `IPR-02`, `AIG-01` to `AIG-04`.
//!
//! What is counted are marks. That a text bears a notice does not make its use an infringement, and
//! that it reads like a machine's does not make it one's, so nothing here is non-compliant: a
//! person has to look, or evidence is missing.

use super::policy::{Check, Claims};
use super::verdict::{CheckResult, Facts, result};
use crate::State;
use crate::scan::SourceTally;

/// Entity of labels; a run whose rules have none looked for no labels.
const LABEL: &str = "rights.aigc.label";
/// Entity of codes of producers that are wrong.
const CODE: &str = "rights.aigc.code";

/// `IPR-02`: marks of rights in a source, and what it declares.
pub(super) fn marks(
    check: &Check,
    source: &str,
    tally: &SourceTally,
    declared: Option<&Claims>,
) -> CheckResult {
    let records = tally.records.scanned;
    let marked = tally.marked_records(&families(&check.names));
    let told = |names: &[String]| -> Vec<String> {
        let hits = names.iter().map(|name| (name, tally.entity_hits(name).0));
        let found = hits.filter(|(_, findings)| *findings > 0);
        found
            .map(|(name, findings)| format!("{name} {findings}"))
            .collect()
    };
    let (kinds, grave) = (told(&check.names), told(&check.review));
    let evidence = declared
        .map(|declared| declared.evidence(&check.bases))
        .unwrap_or_default();
    let (state, zh, en) = match () {
        () if records == 0 => no_records(),
        () if marked == 0 => (
            State::Compliant,
            "未发现权利标记".to_owned(),
            "no mark of rights was found".to_owned(),
        ),
        () if !grave.is_empty() => (
            State::NeedsReview,
            format!(
                "{records} 条中 {marked} 条有权利标记({}),其中须逐条复核:{}",
                kinds.join("、"),
                grave.join("、")
            ),
            format!(
                "{marked} of {records} records bear marks of rights ({}), of which each is to be reviewed: {}",
                kinds.join(", "),
                grave.join(", ")
            ),
        ),
        () if evidence.is_empty() => (
            State::NeedsEvidence,
            format!(
                "{records} 条中 {marked} 条有权利标记({}),来源未声明许可、合同、授权或权利人声明",
                kinds.join("、")
            ),
            format!(
                "{marked} of {records} records bear marks of rights ({}), and the source declares no licence, contract, authorisation or statement of its owner",
                kinds.join(", ")
            ),
        ),
        () => (
            State::NeedsReview,
            format!(
                "{records} 条中 {marked} 条有权利标记({}),来源已声明 {},是否覆盖须复核",
                kinds.join("、"),
                evidence.join("、")
            ),
            format!(
                "{marked} of {records} records bear marks of rights ({}); the source declares {}, and a person has to see whether that covers them",
                kinds.join(", "),
                evidence.join(", ")
            ),
        ),
    };
    result(
        check,
        Some(source),
        state,
        share(marked, records),
        records,
        zh,
        en,
    )
}

/// `AIG-01`: labels and notices were looked for in all records.
pub(super) fn labels(check: &Check, facts: &Facts<'_>) -> CheckResult {
    let total = facts.tally.total();
    let records = total.records.scanned;
    let labelled = total.marked_records(&families(&check.names));
    let (state, zh, en) = match () {
        () if records == 0 => no_records(),
        () if !looked_for(facts) => no_rules(),
        () => (
            State::Compliant,
            format!("{records} 条均已检索,{labelled} 条带生成合成标识"),
            format!("all {records} records were searched, {labelled} bear a label or notice"),
        ),
    };
    result(
        check,
        None,
        state,
        share(labelled, records),
        records,
        zh,
        en,
    )
}

/// `AIG-02`: machine-made text in a source that does not say it is.
pub(super) fn undeclared(
    check: &Check,
    source: &str,
    tally: &SourceTally,
    facts: &Facts<'_>,
    declared: Option<&Claims>,
) -> CheckResult {
    let records = tally.records.scanned;
    let labelled = tally.marked_records(&families(&check.names));
    let signs: Vec<&str> = families(&check.review);
    let signed = tally.marked_records(&signs);
    let weak = tally.marked_records(&families(&check.weak));
    let synthetic = declared.is_some_and(Claims::is_synthetic);
    let lacking: Vec<&str> = declared.map_or_else(Vec::new, |d| d.lacking(&check.generator));
    let numbers_zh =
        format!("{records} 条中 {labelled} 条带标识,{signed} 条有助手痕迹,{weak} 条有弱迹象");
    let numbers_en = format!(
        "of {records} records {labelled} bear a label or notice, {signed} read like an assistant's, {weak} have weak signs"
    );
    let (state, zh, en) = match () {
        () if records == 0 => no_records(),
        () if synthetic && !lacking.is_empty() => (
            State::NeedsEvidence,
            format!(
                "已声明为合成数据,generator 缺少 {};{numbers_zh}",
                lacking.join("、")
            ),
            format!(
                "declared as synthetic, and generator lacks {}; {numbers_en}",
                lacking.join(", ")
            ),
        ),
        () if synthetic => (
            State::NotApplicable,
            format!("已声明为合成数据;{numbers_zh}"),
            format!("declared as synthetic; {numbers_en}"),
        ),
        () if !looked_for(facts) => no_rules(),
        () if labelled > 0 => (
            State::NeedsEvidence,
            format!("{numbers_zh};来源未声明为合成数据,缺少生成模型、版本与获取时间"),
            format!(
                "{numbers_en}; the source is not declared as synthetic, so model, version and time of acquisition are missing"
            ),
        ),
        () if signed > 0 || share(weak, records) > check.threshold => (
            State::NeedsReview,
            format!("{numbers_zh};来源未声明为合成数据"),
            format!("{numbers_en}; the source is not declared as synthetic"),
        ),
        () => (State::Compliant, numbers_zh, numbers_en),
    };
    result(
        check,
        Some(source),
        state,
        share(labelled, records),
        records,
        zh,
        en,
    )
}

/// `AIG-03`: the share of machine-made text is known, by source.
pub(super) fn machine_share(check: &Check, facts: &Facts<'_>) -> CheckResult {
    let total = facts.tally.total();
    let records = total.records.scanned;
    let families = families(&check.names);
    let marked = total.marked_records(&families);
    let sources = facts.tally.sources.values();
    let with = sources
        .filter(|tally| tally.marked_records(&families) > 0)
        .count();
    let all = facts.tally.sources.len();
    let percent = share(marked, records) * 100.0;
    let (state, zh, en) = match () {
        () if records == 0 => no_records(),
        () if !looked_for(facts) => no_rules(),
        () => (
            State::Compliant,
            format!("{all} 个来源中 {with} 个有,共 {marked} 条({percent:.2}%);分来源占比见摘要"),
            format!(
                "{with} of {all} sources have some, {marked} records in all ({percent:.2} %); shares by source are in the summary"
            ),
        ),
    };
    result(check, None, state, share(marked, records), records, zh, en)
}

/// `AIG-04`: the codes of producers in labels; a result for each source that has labels.
pub(super) fn codes(check: &Check, facts: &Facts<'_>) -> Vec<CheckResult> {
    let mut results = Vec::new();
    for (source, tally) in &facts.tally.sources {
        let labels = tally.entity_hits(LABEL).0;
        if labels == 0 {
            continue;
        }
        let wrong = tally.entity_hits(CODE).0;
        let (state, zh, en) = if wrong == 0 {
            (
                State::Compliant,
                format!(
                    "{labels} 个标识的生成者编码均未见校验错误;单位编码属组织信息,不是个人信息"
                ),
                format!(
                    "no wrong code in {labels} labels; codes of organisations are no personal data"
                ),
            )
        } else {
            (
                State::NeedsReview,
                format!("{labels} 个标识中 {wrong} 个的生成者编码校验不通过"),
                format!(
                    "{wrong} of {labels} labels have a producer code whose check characters are wrong"
                ),
            )
        };
        results.push(result(
            check,
            Some(source),
            state,
            wrong as f64,
            labels,
            zh,
            en,
        ));
    }
    if results.is_empty() {
        let (state, zh, en) = match looked_for(facts) {
            true => (
                State::NotApplicable,
                "未发现带标识的记录".to_owned(),
                "no record bears a label".to_owned(),
            ),
            false => no_rules(),
        };
        let records = facts.tally.total().records.scanned;
        results.push(result(check, None, state, 0.0, records, zh, en));
    }
    results
}

fn families(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

fn looked_for(facts: &Facts<'_>) -> bool {
    let mut entities = facts.rules.iter().filter_map(|info| info.entity.as_deref());
    entities.any(|entity| entity == LABEL)
}

fn no_records() -> (State, String, String) {
    (
        State::NotApplicable,
        "没有扫描的记录".to_owned(),
        "no record was scanned".to_owned(),
    )
}

fn no_rules() -> (State, String, String) {
    (
        State::NeedsEvidence,
        "本次扫描的规则不检索生成合成标识".to_owned(),
        "the rules of this run do not look for labels of machine-made text".to_owned(),
    )
}

fn share(part: u64, all: u64) -> f64 {
    match all {
        0 => 0.0,
        all => part as f64 / all as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::judge::{CheckKind, Policy, judge};
    use crate::rules::RuleSet;
    use crate::scan::{Hits, Tally};

    /// States of the checks `clause`, in order, of a source `s` with these marks
    /// (families of a record, records) and findings by entity.
    fn states(
        config: &str,
        clause: &str,
        marks: &[(&str, u64)],
        entities: &[(&str, u64)],
    ) -> Vec<State> {
        let config = Config::parse(config, "yujian.toml").unwrap();
        let policy = Policy::new(&config).unwrap();
        let mut source = SourceTally::default();
        source.records.scanned = 1000;
        source.marks = marks
            .iter()
            .map(|(key, n)| ((*key).to_owned(), *n))
            .collect();
        for (entity, n) in entities {
            let hits = Hits {
                findings: *n,
                records: *n,
                ..Hits::default()
            };
            source.entities.insert((*entity).to_owned(), hits);
        }
        let tally = Tally {
            sources: [("s".to_owned(), source)].into(),
            ..Tally::default()
        };
        let rules = RuleSet::builtin().unwrap();
        let facts = Facts {
            origins: None,
            tally: &tally,
            rules: rules.infos(),
            whole: true,
            bytes: (1, 1),
            unread: 0,
        };
        let verdict = judge(&facts, &policy);
        let of = verdict
            .checks
            .iter()
            .filter(|result| result.check.clause == clause);
        of.map(|result| result.state).collect()
    }

    fn source(more: &str) -> String {
        format!("[[source]]\nid = \"s\"\nmatch = [\"**\"]\n{more}\n")
    }

    #[test]
    fn marks_of_rights_need_a_person_or_evidence() {
        use State::{Compliant, NeedsEvidence, NeedsReview};
        let notice = (&[("rights.notice", 3)][..], &[("rights.notice", 5)][..]);
        let pirated = (
            &[("rights.notice+rights.piracy", 1)][..],
            &[("rights.piracy", 1)][..],
        );
        let copied = (&[("rights.work", 1)][..], &[("rights.work.novel", 1)][..]);
        let licensed = (&[("rights.licence", 9)][..], &[("rights.licence", 9)][..]);
        let owner = source("ipr_owner_statement = \"owner.pdf\"");
        let contract = source("contract_id = \"C-1\"");
        let empty = source("contract_id = \"\"");
        for (config, (marks, entities), state) in [
            ("", (&[][..], &[][..]), Compliant),
            ("", licensed, Compliant),
            ("", notice, NeedsEvidence),
            (&empty, notice, NeedsEvidence),
            (&owner, notice, NeedsReview),
            (&contract, notice, NeedsReview),
            ("", pirated, NeedsReview),
            (&owner, copied, NeedsReview),
        ] {
            assert_eq!(
                states(config, "IPR-02", marks, entities),
                [state],
                "{config} {entities:?}"
            );
        }
    }

    #[test]
    fn machine_made_text_is_to_be_declared() {
        use State::{Compliant, NeedsEvidence, NeedsReview, NotApplicable};
        let made = "kind = \"synthetic\"\ngenerator = { model = \"m\", version = \"1\"";
        let synthetic = source(&format!("{made}, acquired_at = 2026-01-02 }}"));
        let timeless = source(&format!("{made} }}"));
        let bare = source("kind = \"synthetic\"");
        let crawled = source("kind = \"self_crawled\"");
        for (config, marks, state) in [
            ("", &[][..], Compliant),
            (&crawled, &[("rights.aigc", 1)][..], NeedsEvidence),
            (&crawled, &[("rights.assistant", 1)][..], NeedsReview),
            (&crawled, &[("rights.chat", 9)][..], Compliant),
            (
                &crawled,
                &[("rights.chat", 50), ("rights.chat+rights.notice", 1)][..],
                NeedsReview,
            ),
            (&synthetic, &[("rights.aigc", 1)][..], NotApplicable),
            (&synthetic, &[][..], NotApplicable),
            (&timeless, &[][..], NeedsEvidence),
            (&bare, &[("rights.aigc", 1)][..], NeedsEvidence),
        ] {
            assert_eq!(
                states(config, "AIG-02", marks, &[]),
                [state],
                "{config} {marks:?}"
            );
        }
        let labels = [("rights.aigc.label", 2)];
        let wrong = [("rights.aigc.label", 2), ("rights.aigc.code", 1)];
        assert_eq!(states("", "AIG-04", &[], &[]), [NotApplicable]);
        assert_eq!(states("", "AIG-04", &[], &labels), [Compliant]);
        assert_eq!(states("", "AIG-04", &[], &wrong), [NeedsReview]);
        assert_eq!(states("", "AIG-01", &[], &[]), [Compliant]);
        assert_eq!(
            states("", "AIG-03", &[("rights.aigc", 1)], &[]),
            [Compliant]
        );
    }

    #[test]
    fn a_run_that_looked_for_no_labels_says_nothing_about_them() {
        let policy = Policy::new(&Config::default()).unwrap();
        let mut counts = SourceTally::default();
        counts.records.scanned = 1;
        let tally = Tally {
            sources: [("s".to_owned(), counts)].into(),
            ..Tally::default()
        };
        let facts = Facts {
            origins: None,
            tally: &tally,
            rules: &[],
            whole: true,
            bytes: (1, 1),
            unread: 0,
        };
        let kinds = [
            CheckKind::MachineLabels,
            CheckKind::MachineUndeclared,
            CheckKind::MachineShare,
            CheckKind::MachineCodes,
        ];
        let verdict = judge(&facts, &policy);
        let of = verdict
            .checks
            .iter()
            .filter(|result| kinds.contains(&result.check.kind));
        let states: Vec<State> = of.map(|result| result.state).collect();
        assert_eq!(states, [State::NeedsEvidence; 4]);
    }
}

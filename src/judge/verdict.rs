//! [`judge`]: counts and policy → verdict.

use serde::Serialize;

use super::licences::judge_licences;
use super::origins::origin;
use super::policy::{Check, CheckKind, Policy};
use super::rights;
use crate::origins::Used;
use crate::rules::RuleInfo;
use crate::scan::{SourceTally, Tally};
use crate::{Confidence, State};

/// One check on one source, or on the whole corpus.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct CheckResult {
    /// What was measured, and its references.
    #[serde(flatten)]
    pub check: Check,
    /// The source; none for the whole corpus.
    pub source: Option<String>,
    /// What came out.
    pub state: State,
    /// What was measured: a share, or a number of findings.
    pub measured: f64,
    /// Of how many: records or bytes.
    pub of: u64,
    /// Why, in Chinese.
    pub reason_zh: String,
    /// Why, in English.
    pub reason_en: String,
}

/// The verdict over a run.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Verdict {
    /// Name of the policy.
    pub preset: String,
    /// Date of the policy.
    pub version: String,
    /// Whether everything was read; if not, nothing else counts.
    pub covered: bool,
    /// Whether the gate is passed.
    pub passed: bool,
    /// Every check, the whole corpus first, then by source.
    pub checks: Vec<CheckResult>,
}

/// What the verdict is over.
pub struct Facts<'a> {
    /// Counts.
    pub tally: &'a Tally,
    /// The rules of the run.
    pub rules: &'a [RuleInfo],
    /// Whether nothing was left unread.
    pub whole: bool,
    /// Stored bytes that were read, and that were discovered without what holds no text.
    pub bytes: (u64, u64),
    /// Shards or records that were not read.
    pub unread: u64,
    /// Lists and snapshots that addresses were held against; none if nothing was named.
    pub origins: Option<&'a Used>,
}

/// Judges `facts` by `policy`.
pub fn judge(facts: &Facts<'_>, policy: &Policy) -> Verdict {
    let mut checks = Vec::new();
    for check in &policy.checks {
        match check.kind {
            CheckKind::Coverage => checks.push(coverage(check, facts)),
            CheckKind::ZeroTolerance => checks.push(zero_tolerance(check, facts)),
            CheckKind::BadRate => each_source(facts, |s, t| checks.push(bad_rate(check, s, t))),
            CheckKind::PiSensitive | CheckKind::PiGeneral => {
                let basis = |s: &str| policy.bases.get(s).map(String::as_str);
                each_source(facts, |s, t| {
                    checks.push(personal(check, s, t, facts, basis(s)))
                });
            }
            CheckKind::OriginBlocked
            | CheckKind::OriginPirated
            | CheckKind::OriginDisallowed
            | CheckKind::OriginReserved => {
                let kind = |s: &str| policy.kinds.get(s).map(String::as_str);
                each_source(facts, |s, t| {
                    checks.extend(origin(check, s, t, facts.origins, kind(s)))
                });
            }
            CheckKind::RightsMarks => {
                let declared = |s: &str| policy.declared.get(s);
                each_source(facts, |s, t| {
                    checks.push(rights::marks(check, s, t, declared(s)))
                });
            }
            CheckKind::MachineLabels => checks.push(rights::labels(check, facts)),
            CheckKind::MachineUndeclared => {
                let declared = |s: &str| policy.declared.get(s);
                each_source(facts, |s, t| {
                    checks.push(rights::undeclared(check, s, t, facts, declared(s)))
                });
            }
            CheckKind::MachineShare => checks.push(rights::machine_share(check, facts)),
            CheckKind::MachineCodes => checks.extend(rights::codes(check, facts)),
            CheckKind::Licence => each_source(facts, |s, t| {
                checks.push(licence(check, s, t, facts, policy));
            }),
        }
    }
    if !facts.whole {
        // What was not read may hold anything: nothing is compliant yet.
        for result in checks.iter_mut().filter(|r| r.state == State::Compliant) {
            result.state = State::NeedsEvidence;
            result.reason_zh.push_str(";未全部读取");
            result.reason_en.push_str("; not everything was read");
        }
    }
    let good = |r: &CheckResult| match r.state {
        State::Compliant | State::NotApplicable => true,
        State::NeedsReview | State::NeedsEvidence => policy.review_passes,
        State::NonCompliant => false,
    };
    let passed = facts.whole && checks.iter().all(good);
    Verdict {
        preset: policy.preset.clone(),
        version: policy.version.clone(),
        covered: facts.whole,
        passed,
        checks,
    }
}

fn each_source(facts: &Facts<'_>, mut each: impl FnMut(&str, &SourceTally)) {
    facts
        .tally
        .sources
        .iter()
        .for_each(|(name, tally)| each(name, tally));
}

pub(super) fn result(
    check: &Check,
    source: Option<&str>,
    state: State,
    measured: f64,
    of: u64,
    zh: String,
    en: String,
) -> CheckResult {
    CheckResult {
        check: check.clone(),
        source: source.map(str::to_owned),
        state,
        measured,
        of,
        reason_zh: zh,
        reason_en: en,
    }
}

fn coverage(check: &Check, facts: &Facts<'_>) -> CheckResult {
    let (read, all) = facts.bytes;
    let share = if all == 0 {
        1.0
    } else {
        read as f64 / all as f64
    };
    let state = if facts.whole {
        State::Compliant
    } else {
        State::NonCompliant
    };
    let (zh, en) = if facts.whole {
        (
            "全部已读取并扫描".to_owned(),
            "everything was read and searched".to_owned(),
        )
    } else {
        (
            format!("{} 处未能读取,未读取的不得视为合规", facts.unread),
            format!(
                "{} places were not read, and nothing unread is clean",
                facts.unread
            ),
        )
    };
    result(check, None, state, share, all, zh, en)
}

fn bad_rate(check: &Check, source: &str, tally: &SourceTally) -> CheckResult {
    let records = tally.records.scanned;
    let bad = tally.bad_records(Confidence::from_fraction(check.candidate_confidence).0);
    let rate = if records == 0 {
        0.0
    } else {
        bad as f64 / records as f64
    };
    let limit = check.threshold * 100.0;
    let state = match () {
        () if records == 0 => State::NotApplicable,
        () if rate > check.threshold => State::NonCompliant,
        () => State::Compliant,
    };
    let zh = format!("{records} 条中 {bad} 条为候选(机检,未经人工确认),阈值 {limit:.1}%");
    let en = format!(
        "{bad} of {records} records are candidates (by rule, not confirmed by a person), limit {limit:.1} %"
    );
    result(check, Some(source), state, rate, records, zh, en)
}

fn zero_tolerance(check: &Check, facts: &Facts<'_>) -> CheckResult {
    let total = facts.tally.total();
    let named = |name: &String| {
        let within = |found: &str| found == name || found.starts_with(&format!("{name}."));
        let sum = |map: &std::collections::BTreeMap<String, crate::scan::Hits>| -> u64 {
            map.iter()
                .filter(|(found, _)| within(found))
                .map(|(_, hits)| hits.findings)
                .sum()
        };
        // A name means a rule, a risk or an entity; the largest count of the three is that one.
        sum(&total.rules)
            .max(sum(&total.risks))
            .max(sum(&total.entities))
    };
    let counts: Vec<(&String, u64)> = check.names.iter().map(|n| (n, named(n))).collect();
    let findings: u64 = counts.iter().map(|(_, n)| n).sum();
    let list: Vec<String> = counts
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(name, n)| format!("{name} {n}"))
        .collect();
    let (state, zh, en) = if findings == 0 {
        (
            State::Compliant,
            "未发现".to_owned(),
            "none found".to_owned(),
        )
    } else {
        (
            State::NonCompliant,
            format!("发现 {}", list.join("、")),
            format!("found {}", list.join(", ")),
        )
    };
    result(
        check,
        None,
        state,
        findings as f64,
        total.records.scanned,
        zh,
        en,
    )
}

fn personal(
    check: &Check,
    source: &str,
    tally: &SourceTally,
    facts: &Facts<'_>,
    basis: Option<&str>,
) -> CheckResult {
    let wants_sensitive = check.kind == CheckKind::PiSensitive;
    let counts = facts.rules.iter().filter_map(|info| {
        let class = info.class.as_ref()?;
        let sensitive = class.gbt45574.starts_with("敏感") || class.high_risk;
        let personal = class.gbt45574 != NOT_PERSONAL;
        (personal && sensitive == wants_sensitive).then(|| tally.rules.get(&info.id))?
    });
    let findings: u64 = counts.map(|hits| hits.findings).sum();
    let records = tally.records.scanned;
    let (state, zh, en) = match basis {
        _ if findings == 0 => (
            State::Compliant,
            "未发现".to_owned(),
            "none found".to_owned(),
        ),
        Some(basis) if check.bases.iter().any(|b| b == basis) => (
            State::NeedsEvidence,
            format!("发现 {findings} 处,已声明依据 {basis},证据待核"),
            format!("{findings} found; declared basis {basis}, its evidence is not checked"),
        ),
        _ => (
            State::NonCompliant,
            format!("发现 {findings} 处,未声明足够的处理依据"),
            format!("{findings} found, and no sufficient basis is declared"),
        ),
    };
    result(check, Some(source), state, findings as f64, records, zh, en)
}

fn licence(
    check: &Check,
    source: &str,
    tally: &SourceTally,
    facts: &Facts<'_>,
    policy: &Policy,
) -> CheckResult {
    let terms = policy.licences.get(source);
    let judged = judge_licences(terms, &policy.uses, tally, check.threshold);
    let (mut state, mut zh, mut en) = (judged.state, judged.reason.zh, judged.reason.en);
    let mut entities = facts.rules.iter().filter_map(|info| info.entity.as_deref());
    let is_open = matches!(state, State::Compliant | State::NotApplicable);
    if is_open && !entities.any(|entity| entity == LICENCE) {
        state = State::NeedsEvidence;
        zh = "本次扫描的规则不检索正文中的许可声明".to_owned();
        en = "the rules of this run do not look for licences in texts".to_owned();
    }
    let (measured, records) = (judged.records as f64, tally.records.scanned);
    result(check, Some(source), state, measured, records, zh, en)
}

/// Entity of statements of licences.
const LICENCE: &str = "rights.licence";

/// Class of what identifies an organisation and no person.
const NOT_PERSONAL: &str = "非个人信息";

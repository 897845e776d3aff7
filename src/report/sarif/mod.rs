//! SARIF 2.1.0: families of findings and results of the gate, for code scanning.
//!
//! A family is one result with a few places, for a term that stands in a million records is one thing
//! to decide about, and readers take 25,000 results a run. Nothing is quoted: no snippet, no excerpt,
//! no field and no id of a record; a place is a file and the number of a record.
//!
//! Limits of readers (GitHub): 25,000 results and rules a run, 1,000 places a result, 20 tags a rule,
//! 10 MB compressed. At most [`RESULTS`] families are written, and what is left out is a notification;
//! so one run in one file is always enough.

mod rules;
mod uri;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::results::{ResultCase, Results, word};
use crate::report::ReportLanguage;
use crate::report::clean::clean;
use crate::report::families::{Families, Family};
use crate::rules::RuleInfo;
use crate::{Severity, State};

pub use uri::uri;

/// Families that are written.
pub const RESULTS: usize = 10_000;
/// Checks and clauses that are written, each of every source. With the families of two runs they are no
/// more than the 25,000 results that readers take.
pub const CHECKS: usize = 5_000;
/// Places of each.
pub const PLACES: usize = 10;
/// Notifications about what was not read.
const NOTIFICATIONS: usize = 1_000;
/// Reasons in the message of a clause.
const REASONS: usize = 20;

/// The files of the corpus are relative to this.
const CORPUS: &str = "CORPUS";

/// What a log is made of.
pub struct SarifInput<'a> {
    /// What the gate says.
    pub results: &'a Results,
    /// What was found.
    pub families: &'a Families,
    /// The rules of the run.
    pub rules: &'a [RuleInfo],
    /// Families of an earlier run that count, by fingerprint, and whether these are all; none if none
    /// was named or keys of values differ.
    pub before: Option<Before<'a>>,
    /// How the command ends.
    pub exit_code: u8,
}

/// An earlier run.
pub struct Before<'a> {
    /// Its families.
    pub families: &'a Families,
    /// Its rules.
    pub rules: &'a [RuleInfo],
}

/// The log.
pub fn sarif(input: &SarifInput<'_>, language: ReportLanguage) -> Value {
    let l = |zh: &str, en: &str| language.pick(zh, en).to_owned();
    let results = input.results;
    let mut used: BTreeSet<&str> = input
        .families
        .shown
        .iter()
        .map(|f| f.rule.as_str())
        .collect();
    let gone = absent(input);
    used.extend(gone.iter().map(|family| family.rule.as_str()));
    let mut known: BTreeMap<&str, &RuleInfo> = BTreeMap::new();
    let old = input.before.iter().flat_map(|before| before.rules);
    for rule in input.rules.iter().chain(old) {
        if used.contains(rule.id.as_str()) {
            known.entry(&rule.id).or_insert(rule);
        }
    }
    let mut descriptors: Vec<Value> = known
        .values()
        .map(|rule| rules::finding(rule, language))
        .collect();
    let mut index: BTreeMap<String, usize> = BTreeMap::new();
    for (at, id) in known.keys().enumerate() {
        index.insert((*id).to_owned(), at);
    }
    for case in results.cases() {
        let id = format!("clause.{}", case.id);
        if let Entry::Vacant(place) = index.entry(id) {
            place.insert(descriptors.len());
            descriptors.push(rules::clause(case, language));
        }
    }
    let states = known_before(input);
    let mut all: Vec<Value> = input
        .families
        .shown
        .iter()
        .map(|family| {
            let state = states.as_ref().and_then(|states| states.of(family));
            result(family, &index, state, language)
        })
        .collect();
    all.extend(
        gone.iter()
            .map(|family| result(family, &index, Some("absent"), language)),
    );
    let (cases, more) = told(results);
    all.extend(cases.iter().map(|case| judged(case, &index, language)));
    let left = Left {
        families: input.families.families - input.families.shown.len() as u64,
        checks: more,
    };
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "yujian",
                "fullName": format!("Yujian 语鉴 {}", results.tool),
                "version": results.tool,
                "semanticVersion": results.tool,
                "language": language.pick("zh-CN", "en"),
                "shortDescription": { "text": l("训练语料合规扫描", "Compliance scanner for training corpora") },
                "notifications": rules::notifications(language),
                "rules": descriptors,
                "supportedTaxonomies": [
                    { "name": rules::RISKS, "index": 0 },
                    { "name": rules::CLAUSES, "index": 1 },
                ],
            }},
            "taxonomies": rules::taxonomies(results, language),
            "invocations": [{
                "executionSuccessful": results.whole,
                "exitCode": input.exit_code,
                "exitCodeDescription": match input.exit_code {
                    0 => l("通过", "passed"),
                    1 => l("判定不通过", "the verdict fails"),
                    _ => l("未完成或未全部读取", "not finished or not everything read"),
                },
                "toolExecutionNotifications": notifications(results, &left, language),
            }],
            "originalUriBaseIds": { CORPUS: { "description": {
                "text": l("语料所在目录", "The folder of the corpus"),
            }}},
            "columnKind": "unicodeCodePoints",
            "defaultEncoding": "utf-8",
            "automationDetails": { "id": "yujian/" },
            "properties": {
                "run": results.root,
                "rules": results.rules,
                "policy": results.policy,
                "findings": input.families.findings,
                "families": input.families.families,
                "familiesShown": input.families.shown.len(),
            },
            "results": all,
        }],
    })
}

/// What became of families since an earlier run.
struct States<'a> {
    before: BTreeMap<&'a str, bool>,
    /// Whether the earlier run has no others.
    all: bool,
}

impl States<'_> {
    fn of(&self, family: &Family) -> Option<&'static str> {
        match self.before.get(family.fingerprint.as_str()) {
            Some(_) => Some("unchanged"),
            None if self.all => Some("new"),
            None => None,
        }
    }
}

fn known_before<'a>(input: &SarifInput<'a>) -> Option<States<'a>> {
    let before = input.before.as_ref()?;
    let families = before.families.shown.iter();
    Some(States {
        before: families
            .map(|family| (family.fingerprint.as_str(), true))
            .collect(),
        all: before.families.shown.len() as u64 == before.families.families,
    })
}

/// Families that counted in the earlier run and are not in this one, as far as both are known to
/// the last.
fn absent<'a>(input: &SarifInput<'a>) -> Vec<&'a Family> {
    let Some(before) = &input.before else {
        return Vec::new();
    };
    if input.families.shown.len() as u64 != input.families.families {
        return Vec::new();
    }
    let now: BTreeSet<&str> = input
        .families
        .shown
        .iter()
        .map(|f| f.fingerprint.as_str())
        .collect();
    let gone = before.families.shown.iter().filter(|family| {
        family.suppressed_by.is_none() && !now.contains(family.fingerprint.as_str())
    });
    gone.take(RESULTS).collect()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

fn result(
    family: &Family,
    index: &BTreeMap<String, usize>,
    baseline: Option<&str>,
    language: ReportLanguage,
) -> Value {
    let text = match language {
        ReportLanguage::Zh => format!(
            "规则 {}:来源 {} 的 {} 个文件、{} 条记录中检出 {} 处(候选,须人工确认)",
            family.rule,
            clean(&family.source),
            family.files,
            family.records,
            family.findings
        ),
        ReportLanguage::En => format!(
            "{}: {} findings in {} records of {} files of the source {} (candidates, to be confirmed by people)",
            family.rule,
            family.findings,
            family.records,
            family.files,
            clean(&family.source)
        ),
    };
    let locations = family.places.iter().take(PLACES).map(|place| {
        let mut physical = json!({ "artifactLocation": {
            "uri": uri(&place.path),
            "uriBaseId": CORPUS,
        }});
        // Offsets count characters of a field; only where that is the whole file are they its own.
        if place.field.is_empty() && place.record == 0 {
            physical["region"] = json!({
                "charOffset": place.code_points.start,
                "charLength": place.code_points.end - place.code_points.start,
            });
        }
        json!({
            "physicalLocation": physical,
            "logicalLocations": [{
                "name": place.record.to_string(),
                "fullyQualifiedName": format!("record {}", place.record),
                "kind": "element",
            }],
        })
    });
    let mut value = json!({
        "ruleId": family.rule,
        "ruleIndex": index.get(&family.rule),
        "kind": "fail",
        "level": level(family.severity),
        "message": { "text": text },
        "locations": locations.collect::<Vec<_>>(),
        "occurrenceCount": family.findings,
        "partialFingerprints": { "yujianFamily/v1": family.fingerprint },
        "rank": (family.confidence.fraction() * 1000.0).round() / 10.0,
        "properties": {
            "source": clean(&family.source),
            "risk": family.risk,
            "entity": family.entity,
            "records": family.records,
            "files": family.files,
        },
    });
    if let Some(risk) = &family.risk {
        // Codes of our own go deeper than those of the standard.
        let code = risk.get(..5).unwrap_or(risk);
        value["taxa"] = json!([{
            "id": code,
            "toolComponent": { "name": rules::RISKS, "index": 0 },
        }]);
    }
    if let Some(reason) = &family.suppressed_by {
        value["suppressions"] = json!([{
            "kind": "external",
            "status": "accepted",
            "justification": clean(reason),
        }]);
    }
    if let Some(state) = baseline {
        value["baselineState"] = json!(state);
    }
    value
}

/// What is not written.
struct Left {
    families: u64,
    checks: u64,
}

/// The checks that are written, and how many are not: of too many those that passed are left out
/// first.
fn told(results: &Results) -> (Vec<&ResultCase>, u64) {
    let mut cases: Vec<&ResultCase> = results.cases().collect();
    let more = cases.len().saturating_sub(CHECKS);
    if more > 0 {
        cases.sort_by_key(|case| match case.state {
            State::NonCompliant => 0,
            State::NeedsEvidence => 1,
            State::NeedsReview => 2,
            State::Compliant | State::NotApplicable => 3,
        });
        cases.truncate(CHECKS);
    }
    (cases, more as u64)
}

/// A check or clause. What needs people or evidence is no failure in SARIF, and no pass either: its
/// kinds have words for both.
fn judged(case: &ResultCase, index: &BTreeMap<String, usize>, language: ReportLanguage) -> Value {
    let rule = format!("clause.{}", case.id);
    let (kind, level) = match case.state {
        State::NonCompliant if case.stops => ("fail", "error"),
        State::NonCompliant => ("fail", "warning"),
        State::NeedsEvidence => ("open", "none"),
        State::NeedsReview => ("review", "none"),
        State::Compliant => ("pass", "none"),
        State::NotApplicable => ("notApplicable", "none"),
    };
    let state = language.pick(case.state.zh(), case.state.en());
    let mut text = format!(
        "{} {}: {state}",
        case.id,
        language.pick(&case.title.zh, &case.title.en)
    );
    for reason in case.worst().take(REASONS) {
        let why = language.pick(&reason.text.zh, &reason.text.en);
        let source = reason.source.as_ref().map(|source| format!("{source}: "));
        text.push_str(&format!("\n{}{why}", source.unwrap_or_default()));
    }
    let mut hasher = blake3::Hasher::new();
    for part in [
        &case.id,
        &case.title.en,
        case.source.as_deref().unwrap_or(""),
    ] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let fingerprint = &hasher.finalize().to_hex()[..32];
    let name = case.source.as_deref().unwrap_or("");
    let mut location =
        json!({ "physicalLocation": { "artifactLocation": { "uri": "yujian.toml" }}});
    if !name.is_empty() {
        location["logicalLocations"] = json!([{ "name": clean(name), "kind": "module" }]);
    }
    json!({
        "ruleId": rule,
        "ruleIndex": index.get(&rule),
        "kind": kind,
        "level": level,
        "message": { "text": clean(&text) },
        "locations": [location],
        "partialFingerprints": { "yujianClause/v1": fingerprint },
        "taxa": [{ "id": case.id, "toolComponent": { "name": rules::CLAUSES, "index": 1 } }],
        "properties": { "state": word(case.state), "stops": case.stops },
    })
}

fn notifications(results: &Results, left: &Left, language: ReportLanguage) -> Vec<Value> {
    let unread = results.unread.iter().take(NOTIFICATIONS).map(|unread| {
        json!({
            "descriptor": { "id": "not-read", "index": 0 },
            "level": "error",
            "message": { "text": match language {
                ReportLanguage::Zh => format!("未读取:{}", clean(&unread.reason)),
                ReportLanguage::En => format!("not read: {}", clean(&unread.reason)),
            }},
            "locations": [{ "physicalLocation": { "artifactLocation": {
                "uri": uri(&unread.path),
                "uriBaseId": CORPUS,
            }}}],
        })
    });
    let mut all: Vec<Value> = unread.collect();
    let more = results.unread_more + (results.unread.len().saturating_sub(NOTIFICATIONS)) as u64;
    if more > 0 {
        all.push(json!({
            "descriptor": { "id": "not-read", "index": 0 },
            "level": "error",
            "message": { "text": match language {
                ReportLanguage::Zh => format!("另有 {more} 处未读取"),
                ReportLanguage::En => format!("{more} more not read"),
            }},
        }));
    }
    let Left { families, checks } = left;
    let hidden = [
        (
            *families,
            format!("另有 {families} 组检出未列出,见 yujian export"),
            format!("{families} more families of findings are not shown; see yujian export"),
        ),
        (
            *checks,
            format!("另有 {checks} 项判定未列出,见 yujian gate --format json"),
            format!("{checks} more checks are not shown; see yujian gate --format json"),
        ),
    ];
    for (_, zh, en) in hidden.iter().filter(|(count, ..)| *count > 0) {
        all.push(json!({
            "descriptor": { "id": "not-shown", "index": 1 },
            "level": "warning",
            "message": { "text": language.pick(zh, en) },
        }));
    }
    all
}

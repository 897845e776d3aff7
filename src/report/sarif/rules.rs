//! Rules, clauses and risks as SARIF describes them.

use serde_json::{Value, json};

use super::super::results::{ResultCase, Results};
use super::level;
use crate::Severity;
use crate::lexicon;
use crate::report::ReportLanguage;
use crate::rules::{Bilingual, RuleInfo};

/// Name of the taxonomy of risks.
pub const RISKS: &str = "GB/T 45654-2025 A";
/// Name of the taxonomy of clauses.
pub const CLAUSES: &str = "yujian clauses";

/// A rule. Its help is in both languages, whatever the log is in.
pub fn finding(rule: &RuleInfo, language: ReportLanguage) -> Value {
    let mut tags = vec!["training-data".to_owned()];
    tags.extend(rule.risk.clone());
    tags.extend(rule.entity.clone());
    tags.extend(rule.ecology.iter().take(8).cloned());
    // Readers show the severity of what is tagged as security.
    tags.push("security".to_owned());
    let class = rule.class.as_ref().map(|class| class.gbt45574.clone());
    let facts = [
        ("risk", rule.risk.clone()),
        ("entity", rule.entity.clone()),
        ("GB/T 45574", class),
        ("severity", Some(rule.severity.as_str().to_owned())),
    ];
    let facts: Vec<String> = facts
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name}: {}", value?)))
        .collect();
    let help = format!(
        "{}\n{}\n{}\n检出是候选,不是违法认定;须人工确认。`yujian rules show {}` 查看规则。\nWhat was found are candidates, to be confirmed by people. `yujian rules show {}` shows the rule.",
        rule.title.zh,
        rule.title.en,
        facts.join("; "),
        rule.id,
        rule.id
    );
    let mut value = json!({
        "id": rule.id,
        "shortDescription": { "text": language.pick(&rule.title.zh, &rule.title.en) },
        "fullDescription": { "text": format!("{} / {}", rule.title.zh, rule.title.en) },
        "help": { "text": help, "markdown": help.replace('\n', "\n\n") },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": {
            "tags": tags,
            "security-severity": match rule.severity {
                Severity::Critical => "9.5",
                Severity::High => "8.0",
                Severity::Medium => "5.5",
                Severity::Low => "2.0",
            },
        },
    });
    if let Some(risk) = &rule.risk {
        value["relationships"] = json!([{
            "target": {
                "id": risk.get(..5).unwrap_or(risk),
                "toolComponent": { "name": RISKS, "index": 0 },
            },
            "kinds": ["relevant"],
        }]);
    }
    value
}

/// A clause.
pub fn clause(case: &ResultCase, language: ReportLanguage) -> Value {
    let both = |title: &Bilingual| format!("{} / {}", title.zh, title.en);
    let help = format!("{}\n{}\n{}", case.title.zh, case.title.en, case.reference);
    json!({
        "id": format!("clause.{}", case.id),
        "shortDescription": { "text": language.pick(&case.title.zh, &case.title.en) },
        "fullDescription": { "text": both(&case.title) },
        "help": { "text": help, "markdown": help.replace('\n', "\n\n") },
        "defaultConfiguration": { "level": "error" },
        "relationships": [{
            "target": { "id": case.id, "toolComponent": { "name": CLAUSES, "index": 1 } },
            "kinds": ["relevant"],
        }],
        "properties": { "tags": ["clause", case.id] },
    })
}

/// What notifications are of.
pub fn notifications(language: ReportLanguage) -> Value {
    json!([
        { "id": "not-read", "shortDescription": { "text": language.pick("未读取", "not read") } },
        { "id": "not-shown", "shortDescription": { "text": language.pick("未列出", "not shown") } },
    ])
}

/// The risks and the clauses.
pub fn taxonomies(results: &Results, language: ReportLanguage) -> Value {
    let risks: Vec<Value> = lexicon::risks()
        .filter(|risk| risk.code.len() == 5)
        .map(|risk| taxon(risk.code, &risk.title, language))
        .collect();
    let mut clauses: Vec<Value> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for case in results.cases() {
        if seen.insert(&case.id) {
            clauses.push(taxon(&case.id, &case.title, language));
        }
    }
    json!([
        {
            "name": RISKS,
            "version": "2025",
            "isComprehensive": true,
            "shortDescription": { "text": language.pick("31 种安全风险", "31 risks") },
            "taxa": risks,
        },
        {
            "name": CLAUSES,
            "version": results.policy,
            "shortDescription": { "text": language.pick("条款", "clauses") },
            "taxa": clauses,
        },
    ])
}

fn taxon(id: &str, title: &Bilingual, language: ReportLanguage) -> Value {
    json!({
        "id": id,
        "shortDescription": { "text": language.pick(&title.zh, &title.en) },
        "fullDescription": { "text": format!("{} / {}", title.zh, title.en) },
    })
}

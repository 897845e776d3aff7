//! What a rule file of Gitleaks says. Its keys are read without regard to case, as Gitleaks does.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Table, Value};

/// A whole file.
#[derive(Debug, Default, Deserialize)]
pub struct Config {
    pub title: Option<String>,
    pub extend: Option<Value>,
    #[serde(default)]
    pub rules: Vec<Rule>,
    pub allowlist: Option<Allowlist>,
    #[serde(default)]
    pub allowlists: Vec<Allowlist>,
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// A rule.
#[derive(Debug, Default, Deserialize)]
pub struct Rule {
    pub id: Option<String>,
    pub description: Option<String>,
    pub regex: Option<String>,
    #[serde(rename = "secretgroup")]
    pub secret_group: Option<usize>,
    pub entropy: Option<f64>,
    #[serde(default)]
    pub keywords: Vec<String>,
    pub path: Option<String>,
    #[serde(default)]
    pub tags: Vec<String>,
    pub allowlist: Option<Allowlist>,
    #[serde(default)]
    pub allowlists: Vec<Allowlist>,
    pub required: Option<Value>,
    #[serde(rename = "skipreport")]
    pub skip_report: Option<bool>,
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// What is no secret although a rule finds it.
#[derive(Debug, Default, Deserialize)]
pub struct Allowlist {
    pub description: Option<String>,
    pub condition: Option<String>,
    #[serde(default)]
    pub regexes: Vec<String>,
    #[serde(default)]
    pub stopwords: Vec<String>,
    #[serde(default)]
    pub paths: Vec<String>,
    #[serde(default)]
    pub commits: Vec<String>,
    #[serde(rename = "regextarget")]
    pub regex_target: Option<String>,
    #[serde(default, rename = "targetrules")]
    pub target_rules: Vec<String>,
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// Keys of a file that say nothing about what is found.
const SILENT: [&str; 3] = ["minversion", "description", "version"];

/// Reads a file; if it cannot be, says in which line and why.
pub fn read(text: &str) -> Result<Config, (usize, String)> {
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = text.as_bytes()[..at]
            .iter()
            .filter(|b| **b == b'\n')
            .count()
            + 1;
        (line, error.message().to_owned())
    })?;
    if !table.keys().any(|key| key.eq_ignore_ascii_case("rules")) {
        return Err((1, "there are no [[rules]]".to_owned()));
    }
    let mut config: Config = Value::Table(lower_keys(table))
        .try_into()
        .map_err(|error: toml::de::Error| (0, error.message().to_owned()))?;
    config
        .other
        .retain(|key, _| !SILENT.contains(&key.as_str()));
    Ok(config)
}

fn lower_keys(table: Table) -> Table {
    let lower = |(key, value): (String, Value)| (key.to_ascii_lowercase(), lowered(value));
    table.into_iter().map(lower).collect()
}

fn lowered(value: Value) -> Value {
    match value {
        Value::Table(table) => Value::Table(lower_keys(table)),
        Value::Array(list) => Value::Array(list.into_iter().map(lowered).collect()),
        other => other,
    }
}

/// An id of Gitleaks as part of one of ours.
pub fn identifier(id: &str) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    id.chars().map(|c| if kept(c) { c } else { '-' }).collect()
}

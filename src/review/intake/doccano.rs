//! Exports of doccano, text classification: JSON Lines, old (`labels`, `annotations`) and new
//! (`label`).
//!
//! Source: <https://github.com/doccano/doccano>, `data_export`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::RawRow;
use super::lines::{CHANGED_TEXT, Odd, labels, same_text};
use crate::review::tasks::{HASH, ID};

/// Whether a record is one of doccano that was made of a sheet. What else a record had when it was
/// imported stands beside its text, or under `meta`.
pub fn is(value: &Value) -> bool {
    meta(value, ID).is_some()
}

fn meta<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    let nested = || value.get("meta").and_then(|meta| meta.get(key));
    value.get(key).or_else(nested)
}

/// A row, or one for every user where annotations name users.
pub fn rows(line: u64, value: &Value) -> Result<Vec<RawRow>, Odd> {
    let text = value.get("text").or_else(|| value.get("data"));
    if !same_text(text, meta(value, HASH)) {
        return Err(CHANGED_TEXT);
    }
    let written = |key: &str| match meta(value, key) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let comments = ["Comments", "comments"].into_iter();
    let comments = comments.filter_map(|key| value.get(key)?.as_array());
    let base = RawRow {
        row: line,
        id: written(ID).unwrap_or_default(),
        path: written("path"),
        record: written("record"),
        commented: comments.flatten().next().is_some(),
        ..RawRow::default()
    };
    let with = |said: (String, String), reviewer: String| RawRow {
        verdict: said.0,
        risk: said.1,
        reviewer,
        ..base.clone()
    };
    let given = value.get("annotations").and_then(Value::as_array);
    let mut by_user: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for annotation in given.into_iter().flatten() {
        let user = match annotation.get("user") {
            Some(Value::String(name)) => name.clone(),
            Some(Value::Number(number)) => format!("doccano:{number}"),
            _ => String::new(),
        };
        let label = annotation.get("label").and_then(Value::as_str);
        by_user.entry(user).or_default().extend(label);
    }
    if !by_user.is_empty() {
        let each = by_user.into_iter();
        return Ok(each
            .map(|(user, said)| with(labels(said.into_iter()), user))
            .collect());
    }
    let lists = ["label", "labels"].into_iter();
    let lists = lists.filter_map(|key| value.get(key)?.as_array());
    let said = lists.flatten().filter_map(Value::as_str);
    Ok(vec![with(labels(said), String::new())])
}

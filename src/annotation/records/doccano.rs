//! JSON Lines of doccano: old (`labels`, `annotations`, `annotation_approver`) and new (`label`,
//! `entities`, `Comments`).
//!
//! Source: <https://github.com/doccano/doccano>, `data_export`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::raw::{Field, Raw, Role, written};

/// The annotations of a record: one a user where users are named, else one.
pub fn entries(record: &Value) -> Vec<Raw<'_>> {
    let annotations = record.get("annotations").and_then(Value::as_array);
    let mut by_user: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for annotation in annotations.map(Vec::as_slice).unwrap_or_default() {
        let user = annotation.get("user").map(written).unwrap_or_default();
        let label = annotation.get("label").map(written).unwrap_or_default();
        let span = span(annotation, "start_offset", "end_offset");
        by_user
            .entry(user.into_owned())
            .or_default()
            .push(format!("{label}{span}"));
    }
    if by_user.is_empty() {
        let mut raw = of_record(record);
        raw.set(Field::Label, labels(record));
        return vec![raw];
    }
    let each = by_user.into_iter().map(|(user, mut labels)| {
        let mut raw = of_record(record);
        labels.sort_unstable();
        raw.set(Field::Label, labels.join("; "));
        raw.set(Field::AnnotatorId, user);
        raw
    });
    each.collect()
}

fn of_record(record: &Value) -> Raw<'_> {
    let mut raw = Raw::default();
    raw.take(Field::ItemId, record, "id");
    for key in ["text", "data"] {
        if let Some(text) = record.get(key) {
            raw.add_texts(Role::Prompt, text);
        }
    }
    for key in ["Comments", "comments"] {
        if let Some(comments) = record.get(key) {
            raw.add_texts(Role::Comment, comments);
        }
    }
    // Whoever approves has reviewed, and passed it.
    if let Some(approver) = record.get("annotation_approver") {
        let approver = written(approver);
        if !approver.is_empty() {
            raw.set(Field::ReviewerId, approver);
            raw.set(Field::ReviewResult, "pass");
        }
    }
    raw
}

/// Labels of the whole record, sorted.
fn labels(record: &Value) -> String {
    let mut labels: Vec<String> = Vec::new();
    for key in ["label", "labels"] {
        match record.get(key) {
            // `[start, end, label]`
            Some(Value::Array(list)) => labels.extend(list.iter().map(|label| match label {
                Value::Array(parts) if parts.len() == 3 => {
                    format!(
                        "{}@{}-{}",
                        written(&parts[2]),
                        written(&parts[0]),
                        written(&parts[1])
                    )
                }
                label => written(label).into_owned(),
            })),
            Some(label) if !label.is_null() => labels.push(written(label).into_owned()),
            _ => {}
        }
    }
    if let Some(Value::Array(entities)) = record.get("entities") {
        labels.extend(entities.iter().map(|entity| {
            let label = entity.get("label").map(written).unwrap_or_default();
            format!("{label}{}", span(entity, "start_offset", "end_offset"))
        }));
    }
    labels.sort_unstable();
    labels.join("; ")
}

fn span(value: &Value, start: &str, end: &str) -> String {
    match (value.get(start), value.get(end)) {
        (Some(start), Some(end)) => format!("@{}-{}", written(start), written(end)),
        _ => String::new(),
    }
}

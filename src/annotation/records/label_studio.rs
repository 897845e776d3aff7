//! Exports of Label Studio: JSON (tasks with their annotations) and JSON-MIN (flat).
//!
//! Source: <https://labelstud.io/guide/task_format> and <https://labelstud.io/guide/export>.

use serde_json::Value;

use super::raw::{Field, Raw, RawReview, Role, written};

/// The annotations of a task. A task without any gives none: nobody has worked on it.
pub fn entries(task: &Value) -> Vec<Raw<'_>> {
    let annotations = task.get("annotations").and_then(Value::as_array);
    let annotations = annotations.map(Vec::as_slice).unwrap_or_default();
    annotations
        .iter()
        .map(|annotation| entry(task, annotation))
        .collect()
}

fn entry<'v>(task: &'v Value, annotation: &'v Value) -> Raw<'v> {
    let mut raw = Raw {
        part: Some(annotation),
        ..Raw::default()
    };
    raw.take(Field::ItemId, task, "id");
    raw.take(Field::AnnotatorId, annotation, "completed_by");
    raw.take(Field::AnnotatedAt, annotation, "created_at");
    raw.take(Field::DurationS, annotation, "lead_time");
    raw.cancelled = annotation.get("was_cancelled") == Some(&Value::Bool(true));
    if let Some(data) = task.get("data") {
        raw.add_texts(Role::Prompt, data);
        if has_picture(data) {
            raw.set(Field::Unit, "image");
        }
    }
    let mut labels = Vec::new();
    if let Some(Value::Array(results)) = annotation.get("result") {
        for result in results {
            label(&mut raw, result, &mut labels);
        }
    }
    labels.sort_unstable();
    raw.set(Field::Label, labels.join("; "));
    if let Some(Value::Array(reviews)) = annotation.get("reviews") {
        raw.reviews = reviews.iter().map(review).collect();
    }
    for key in ["comment", "comments"] {
        if let Some(comments) = annotation.get(key) {
            raw.add_texts(Role::Comment, comments);
        }
    }
    raw
}

/// What one result says: `from_name=value`; texts are texts, and no labels.
fn label<'v>(raw: &mut Raw<'v>, result: &'v Value, labels: &mut Vec<String>) {
    let Some(Value::Object(value)) = result.get("value") else {
        return;
    };
    let name = result.get("from_name").map(written).unwrap_or_default();
    // The key of what was chosen is that of the kind of control: choices, labels, rating …
    let kind = result
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if kind == "textarea" {
        if let Some(text) = value.get("text") {
            raw.add_texts(Role::Answer, text);
        }
        return;
    }
    let Some(chosen) = value.get(kind) else {
        return;
    };
    let mut label = format!("{name}={}", written(chosen));
    // Where a label stands in a text is part of it.
    if let (Some(start), Some(end)) = (value.get("start"), value.get("end")) {
        label.push_str(&format!("@{}-{}", written(start), written(end)));
    }
    labels.push(label);
}

fn review(value: &Value) -> RawReview<'_> {
    let by = ["created_by", "reviewer", "user"]
        .iter()
        .find_map(|key| value.get(*key));
    let result = ["accepted", "status"]
        .iter()
        .find_map(|key| value.get(*key));
    RawReview {
        by: by.map(written).unwrap_or_default(),
        result: result.map(written).unwrap_or_default(),
        at: value.get("created_at").map(written).unwrap_or_default(),
    }
}

fn has_picture(data: &Value) -> bool {
    let Value::Object(map) = data else {
        return false;
    };
    map.iter()
        .any(|(key, value)| key == "image" || value.as_str().is_some_and(is_picture))
}

fn is_picture(text: &str) -> bool {
    let name = text.split(['?', '#']).next().unwrap_or_default();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    !text.contains(char::is_whitespace)
        && ["jpg", "jpeg", "png", "webp", "gif", "bmp"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
}

/// Keys of JSON-MIN that are neither data nor labels.
const FLAT: &[&str] = &[
    "id",
    "annotator",
    "annotation_id",
    "created_at",
    "updated_at",
    "lead_time",
    "agreement",
];

/// The annotation of a flat record. Which of its keys are labels only the operator knows.
pub fn flat_entries(record: &Value) -> Vec<Raw<'_>> {
    let mut raw = Raw::default();
    raw.take(Field::ItemId, record, "id");
    raw.take(Field::AnnotatorId, record, "annotator");
    raw.take(Field::AnnotatedAt, record, "created_at");
    raw.take(Field::DurationS, record, "lead_time");
    if let Value::Object(map) = record {
        for (_, value) in map.iter().filter(|(key, _)| !FLAT.contains(&key.as_str())) {
            raw.add_texts(Role::Prompt, value);
        }
        if has_picture(record) {
            raw.set(Field::Unit, "image");
        }
    }
    vec![raw]
}

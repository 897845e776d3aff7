//! Our own form of records: one object, or row, an annotation.

use serde_json::Value;

use super::raw::{ALL, Field, Raw, RawReview, Role, at, written};

/// Other names of texts that operators use.
const TEXTS: &[(Role, &[&str])] = &[
    (
        Role::Prompt,
        &[
            "prompt",
            "question",
            "text",
            "instruction",
            "input",
            "context",
        ],
    ),
    (
        Role::Answer,
        &["answer", "response", "output", "completion"],
    ),
    (
        Role::Comment,
        &["comment", "comments", "rationale", "reason"],
    ),
];

/// The annotation of a record.
pub fn entries(record: &Value) -> Vec<Raw<'_>> {
    let mut raw = Raw::default();
    for field in ALL {
        if let Some(value) = at(record, field.name()) {
            raw.set(field, written(value));
        }
    }
    for (role, keys) in TEXTS {
        for value in keys.iter().filter_map(|key| record.get(*key)) {
            raw.add_texts(*role, value);
        }
    }
    if let Some(Value::Array(reviews)) = record.get("reviews") {
        raw.reviews = reviews.iter().map(review).collect();
    }
    // Labels may be lists or objects of any shape; what counts is whether they are the same.
    if raw.get(Field::Label).is_empty()
        && let Some(labels) = record.get("labels")
    {
        raw.set(Field::Label, written(labels));
    }
    vec![raw]
}

fn review(value: &Value) -> RawReview<'_> {
    let get = |keys: [&str; 3]| {
        let found = keys.iter().find_map(|key| value.get(*key));
        found.map(written).unwrap_or_default()
    };
    RawReview {
        by: get(["reviewer_id", "by", "reviewer"]),
        result: get(["review_result", "result", "passed"]),
        at: get(["reviewed_at", "at", "date"]),
    }
}

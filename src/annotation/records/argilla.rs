//! Records of Argilla: 2.x (`responses` by question) and 1.x (`responses` by user).
//!
//! Source: <https://docs.argilla.io/latest/reference/argilla/records/records> (`to_list`,
//! `to_json`).

use std::collections::BTreeMap;

use serde_json::Value;

use super::raw::{Field, Raw, Role, written};

/// What a user answered.
#[derive(Default)]
struct Answers<'v> {
    labels: Vec<String>,
    texts: Vec<&'v Value>,
    discarded: bool,
    part: Option<&'v Value>,
}

/// The annotations of a record: one a user. Suggestions are of machines, and no annotations.
pub fn entries(record: &Value) -> Vec<Raw<'_>> {
    let mut users: BTreeMap<String, Answers<'_>> = BTreeMap::new();
    match record.get("responses") {
        Some(Value::Object(questions)) => {
            for (question, responses) in questions {
                for response in responses.as_array().map(Vec::as_slice).unwrap_or_default() {
                    let answers = users.entry(user(response)).or_default();
                    answers.add(question, response.get("value"), response);
                }
            }
        }
        Some(Value::Array(responses)) => {
            for response in responses {
                let answers = users.entry(user(response)).or_default();
                answers.note(response);
                if let Some(Value::Object(values)) = response.get("values") {
                    for (question, value) in values {
                        answers.add(question, value.get("value").or(Some(value)), response);
                    }
                }
            }
        }
        _ => {}
    }
    let each = users.into_iter().map(|(user, mut answers)| {
        let mut raw = of_record(record);
        answers.labels.sort_unstable();
        raw.set(Field::Label, answers.labels.join("; "));
        raw.set(Field::AnnotatorId, user);
        raw.cancelled = answers.discarded;
        raw.part = answers.part;
        if let Some(part) = answers.part {
            for key in ["inserted_at", "updated_at"] {
                if raw.get(Field::AnnotatedAt).is_empty() {
                    raw.take(Field::AnnotatedAt, part, key);
                }
            }
        }
        for text in answers.texts {
            raw.add_texts(Role::Answer, text);
        }
        raw
    });
    each.collect()
}

impl<'v> Answers<'v> {
    fn add(&mut self, question: &str, value: Option<&'v Value>, response: &'v Value) {
        self.note(response);
        let Some(value) = value else { return };
        // Answers in words are texts; what is short enough to be a label counts as one too.
        if value.is_string() {
            self.texts.push(value);
        }
        self.labels.push(format!("{question}={}", written(value)));
    }

    fn note(&mut self, response: &'v Value) {
        self.part = Some(response);
        // Drafts were never handed in.
        let status = response.get("status").and_then(Value::as_str);
        self.discarded |= matches!(status, Some("discarded" | "draft"));
    }
}

fn user(response: &Value) -> String {
    let user = response.get("user_id").or_else(|| response.get("user"));
    user.map(written).unwrap_or_default().into_owned()
}

fn of_record(record: &Value) -> Raw<'_> {
    let mut raw = Raw::default();
    for key in ["id", "external_id", "_server_id"] {
        if raw.get(Field::ItemId).is_empty() {
            raw.take(Field::ItemId, record, key);
        }
    }
    if let Some(fields) = record.get("fields") {
        raw.add_texts(Role::Prompt, fields);
    }
    // Metadata of the record under our own names.
    if let Some(Value::Object(metadata)) = record.get("metadata") {
        for field in super::raw::ALL {
            if let Some(value) = metadata.get(field.name())
                && raw.get(field).is_empty()
            {
                raw.set(field, written(value));
            }
        }
    }
    raw
}

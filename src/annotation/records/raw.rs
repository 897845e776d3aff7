//! [`Raw`]: one annotation as a tool wrote it, under our names of fields.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

/// A field of a record; `docs/annotation.md` has the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    ItemId,
    BatchId,
    TaskId,
    TaskType,
    AnnotationKind,
    RiskCodes,
    RuleId,
    RuleVersion,
    AnnotatorId,
    AnnotatorType,
    AnnotatedAt,
    DurationS,
    Tool,
    ReviewerId,
    ReviewResult,
    ReviewedAt,
    ArbitrationId,
    SpotChecked,
    SpotErrors,
    SpotRiskHits,
    SpotAction,
    StorageZone,
    Label,
    Unit,
    Prompt,
    Answer,
    Comment,
}

/// Names of all fields, in the order of [`Field`]. Source: the annotation item of the product's
/// standards table.
pub const FIELDS: &[&str] = &[
    "item_id",
    "batch_id",
    "task_id",
    "task_type",
    "annotation_kind",
    "risk_codes",
    "rule_id",
    "rule_version",
    "annotator_id",
    "annotator_type",
    "annotated_at",
    "duration_s",
    "tool",
    "reviewer_id",
    "review_result",
    "reviewed_at",
    "arbitration_id",
    "spot_check.n",
    "spot_check.errors",
    "spot_check.risk_hits",
    "spot_check.action",
    "storage_zone",
    "label",
    "unit",
    "prompt",
    "answer",
    "comment",
];

/// All fields, in the order of their names.
pub const ALL: [Field; FIELDS.len()] = {
    use Field::*;
    [
        ItemId,
        BatchId,
        TaskId,
        TaskType,
        AnnotationKind,
        RiskCodes,
        RuleId,
        RuleVersion,
        AnnotatorId,
        AnnotatorType,
        AnnotatedAt,
        DurationS,
        Tool,
        ReviewerId,
        ReviewResult,
        ReviewedAt,
        ArbitrationId,
        SpotChecked,
        SpotErrors,
        SpotRiskHits,
        SpotAction,
        StorageZone,
        Label,
        Unit,
        Prompt,
        Answer,
        Comment,
    ]
};

impl Field {
    /// Its name in files.
    pub const fn name(self) -> &'static str {
        FIELDS[self as usize]
    }
}

/// Where a text stands in an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// What was to be annotated.
    Prompt,
    /// What was written.
    Answer,
    /// What was said about it.
    Comment,
}

impl Role {
    /// The word used in files and output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Answer => "answer",
            Self::Comment => "comment",
        }
    }
}

/// A review as a tool wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawReview<'v> {
    /// Who.
    pub by: Cow<'v, str>,
    /// What came out.
    pub result: Cow<'v, str>,
    /// When.
    pub at: Cow<'v, str>,
}

/// One annotation, still as text.
#[derive(Clone, Debug, Default)]
pub struct Raw<'v> {
    pub(super) fields: [Cow<'v, str>; FIELDS.len()],
    /// Texts that people wrote or were shown.
    pub texts: Vec<(Role, Cow<'v, str>)>,
    /// Reviews beside that of the fields.
    pub reviews: Vec<RawReview<'v>>,
    /// The part of the record that is about this annotation alone.
    pub part: Option<&'v Value>,
    /// Whether it was given up, so that it is no annotation.
    pub cancelled: bool,
}

impl<'v> Raw<'v> {
    /// A field; empty where there is none.
    pub fn get(&self, field: Field) -> &str {
        &self.fields[field as usize]
    }

    /// Sets a field.
    pub fn set(&mut self, field: Field, value: impl Into<Cow<'v, str>>) {
        self.fields[field as usize] = value.into();
    }

    /// Sets a field to the value at `key`, if there is one.
    pub fn take(&mut self, field: Field, from: &'v Value, key: &str) {
        if let Some(value) = from.get(key) {
            self.set(field, written(value));
        }
    }

    /// Adds every string in `value` as a text.
    pub fn add_texts(&mut self, role: Role, value: &'v Value) {
        match value {
            Value::String(text) if text.is_empty() => {}
            Value::String(text) => self.texts.push((role, Cow::Borrowed(text))),
            Value::Array(list) => list.iter().for_each(|value| self.add_texts(role, value)),
            Value::Object(map) => map.values().for_each(|value| self.add_texts(role, value)),
            _ => {}
        }
    }
}

/// A value as text: strings as they are, lists joined by `|`, objects as JSON.
pub fn written(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::String(text) => Cow::Borrowed(text.trim()),
        Value::Array(list) => {
            let parts: Vec<Cow<'_, str>> = list.iter().map(written).collect();
            Cow::Owned(parts.join("|"))
        }
        Value::Object(map) => {
            // Persons are objects in some tools.
            let person = ["id", "username", "email"]
                .iter()
                .find_map(|key| map.get(*key));
            match person {
                Some(value) if !value.is_object() && !value.is_array() => written(value),
                _ => Cow::Owned(value.to_string()),
            }
        }
        other => Cow::Owned(other.to_string()),
    }
}

/// Paths and values that the operator gives for fields.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    paths: Vec<(Field, String)>,
    values: Vec<(Field, String)>,
}

impl Fields {
    /// The first map with a field counts.
    pub fn new(paths: &[&BTreeMap<String, String>], values: &[&BTreeMap<String, String>]) -> Self {
        let chosen = |maps: &[&BTreeMap<String, String>]| {
            let chosen = ALL.iter().filter_map(|field| {
                let value = maps.iter().find_map(|map| map.get(field.name()))?;
                Some((*field, value.clone()))
            });
            chosen.collect()
        };
        Self {
            paths: chosen(paths),
            values: chosen(values),
        }
    }

    /// Puts in what the paths lead to, and values where nothing is.
    pub fn apply<'v>(&self, raw: &mut Raw<'v>, record: &'v Value) {
        for (field, path) in &self.paths {
            let part = raw.part.and_then(|part| at(part, path));
            if let Some(value) = part.or_else(|| at(record, path)) {
                let role = match field {
                    Field::Prompt => Some(Role::Prompt),
                    Field::Answer => Some(Role::Answer),
                    Field::Comment => Some(Role::Comment),
                    _ => None,
                };
                match role {
                    Some(role) => raw.add_texts(role, value),
                    None => raw.set(*field, written(value)),
                }
            }
        }
        for (field, value) in &self.values {
            if raw.get(*field).is_empty() {
                raw.set(*field, value.clone());
            }
        }
    }
}

/// The value that a dotted path leads to. Keys with dots in them come first, for columns of tables
/// have such names; numbers are places in lists.
pub fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    if let Some(found) = value.get(path) {
        return Some(found);
    }
    let step = |value: &'v Value, key: &str| match value {
        Value::Object(map) => map.get(key),
        Value::Array(list) => list.get(key.parse::<usize>().ok()?),
        _ => None,
    };
    path.split('.').try_fold(value, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_the_order_of_fields() {
        for (at, field) in ALL.iter().enumerate() {
            assert_eq!(*field as usize, at);
        }
        assert_eq!(Field::Comment.name(), "comment");
        assert_eq!(Field::SpotAction.name(), "spot_check.action");
    }

    #[test]
    fn paths_lead_through_objects_and_lists() {
        let value = serde_json::json!({"a": {"b": [1, {"c": "x"}]}, "a.d": 2});
        assert_eq!(at(&value, "a.b.1.c").unwrap(), "x");
        assert_eq!(at(&value, "a.d").unwrap(), 2);
        assert_eq!(at(&value, "a.b.7"), None);
        assert_eq!(written(at(&value, "a.b").unwrap()), "1|{\"c\":\"x\"}");
    }
}

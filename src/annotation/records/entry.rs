//! [`Entry`]: one annotation, understood. What cannot be understood is a [`Fault`].

use serde::{Deserialize, Serialize};

use super::raw::{Field, Raw, RawReview};
use super::risks::risks;
use crate::annotation::registry::Employment;
use crate::dates::{self, Moment, Style, Wrong};
use crate::problem::{Gravity, both};
use crate::rules::Bilingual;

/// What an annotation is for.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Deserialize,
    Serialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Makes the model able.
    Functional,
    /// Makes the model safe.
    Safety,
}

impl Kind {
    /// From a word of a file.
    pub fn of(word: &str) -> Option<Self> {
        match word.trim().to_lowercase().as_str() {
            "functional" | "功能性" | "功能性标注" | "功能" => Some(Self::Functional),
            "safety" | "安全性" | "安全性标注" | "安全" => Some(Self::Safety),
            _ => None,
        }
    }

    /// In Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Functional => "功能性",
            Self::Safety => "安全性",
        }
    }

    /// In English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Functional => "functional",
            Self::Safety => "safety",
        }
    }
}

/// What is counted: the main form of a filing counts texts and pictures apart (`FIL-08`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// 条
    #[default]
    Text,
    /// 张
    Image,
}

/// What a reviewer said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Who; empty where that is not said.
    pub by: String,
    /// Whether they passed it; none where that is not said.
    pub passed: Option<bool>,
    /// When.
    pub at: Option<Moment>,
}

/// What came of the spot check of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpotCheck {
    /// Items that were looked at.
    pub checked: u32,
    /// Of these, inaccurate ones.
    pub errors: u32,
    /// Of these, ones with illegal or undesirable content.
    pub risk_hits: u32,
    /// What was done with the batch.
    pub action: Action,
}

/// What is done with a batch after its spot check.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Deserialize,
    Serialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Nothing is said.
    #[default]
    None,
    /// Taken as it is.
    Accepted,
    /// Annotated again, or returned for that.
    Returned,
    /// Void as a whole.
    Void,
}

impl Action {
    /// From a word of a file.
    pub fn of(word: &str) -> Option<Self> {
        match word.trim().to_lowercase().as_str() {
            "" | "none" | "无" => Some(Self::None),
            "accepted" | "accept" | "pass" | "passed" | "通过" | "接收" | "合格" => {
                Some(Self::Accepted)
            }
            "returned" | "return" | "reannotated" | "re-annotated" | "reannotate" | "退回"
            | "重新标注" | "返工" | "重标" => Some(Self::Returned),
            "void" | "voided" | "作废" | "整批作废" => Some(Self::Void),
            _ => None,
        }
    }
}

/// One annotation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    /// Id of the item.
    pub item: String,
    /// Its batch.
    pub batch: String,
    /// Its task; the item itself where none is named.
    pub task: String,
    /// Kind of task.
    pub task_type: String,
    /// What it is for.
    pub kind: Option<Kind>,
    /// A bit for every risk, in the order of [`RISKS`].
    pub risks: u32,
    /// Rule document.
    pub rule: String,
    /// Its version.
    pub rule_version: String,
    /// Who annotated.
    pub annotator: String,
    /// Who employs them, by the record.
    pub employment: Option<Employment>,
    /// When.
    pub at: Option<Moment>,
    /// How long it took, in seconds.
    pub seconds: Option<f32>,
    /// Reviews, in order.
    pub reviews: Vec<Review>,
    /// Whether a third person has decided.
    pub arbitrated: bool,
    /// The spot check of its batch.
    pub spot: Option<SpotCheck>,
    /// Where it is stored.
    pub zone: String,
    /// What was chosen, as text.
    pub label: String,
    /// What is counted.
    pub unit: Unit,
    /// How dates are written.
    pub styles: Vec<(Field, Style)>,
    /// Fields that are missing: a bit for each [`Field`].
    pub missing: u32,
}

/// Something in a record that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable name.
    pub name: &'static str,
    /// How much it matters.
    pub gravity: Gravity,
    /// What is wrong.
    pub what: Bilingual,
    /// How to mend it.
    pub hint: Bilingual,
}

/// Fields without which an annotation does not say what it should, in the order in which they are
/// told of.
pub const EXPECTED: &[Field] = &[
    Field::ItemId,
    Field::BatchId,
    Field::AnnotationKind,
    Field::RuleId,
    Field::RuleVersion,
    Field::AnnotatorId,
    Field::AnnotatedAt,
    Field::DurationS,
    Field::Tool,
    Field::ReviewerId,
    Field::ReviewResult,
    Field::StorageZone,
    Field::Label,
];

impl Entry {
    /// Understands `raw`; what it cannot goes to `faults`.
    pub fn of(raw: &Raw<'_>, faults: &mut Vec<Fault>) -> Self {
        let text = |field: Field| raw.get(field).trim().to_owned();
        let mut entry = Self {
            item: text(Field::ItemId),
            batch: text(Field::BatchId),
            task: text(Field::TaskId),
            task_type: text(Field::TaskType),
            rule: text(Field::RuleId),
            rule_version: text(Field::RuleVersion),
            annotator: text(Field::AnnotatorId),
            zone: text(Field::StorageZone),
            label: text(Field::Label),
            arbitrated: !raw.get(Field::ArbitrationId).trim().is_empty(),
            ..Self::default()
        };
        entry.kind = known(
            raw,
            Field::AnnotationKind,
            faults,
            Kind::of,
            "functional, safety",
        );
        entry.employment = known(
            raw,
            Field::AnnotatorType,
            faults,
            Employment::of,
            "internal, outsourced",
        );
        entry.unit = known(raw, Field::Unit, faults, unit, "text, image").unwrap_or_default();
        entry.at = entry.moment(raw.get(Field::AnnotatedAt), Field::AnnotatedAt, faults);
        entry.seconds = seconds(raw, faults);
        entry.risks = risks(raw, faults);
        entry.spot = spot_check(raw, faults);
        entry.review(raw, faults);
        for field in EXPECTED {
            let there = match field {
                Field::ReviewerId => entry.reviews.iter().any(|review| !review.by.is_empty()),
                Field::ReviewResult => entry.reviews.iter().any(|r| r.passed.is_some()),
                field => !raw.get(*field).trim().is_empty(),
            };
            entry.missing |= u32::from(!there) << *field as u32;
        }
        entry
    }

    fn review(&mut self, raw: &Raw<'_>, faults: &mut Vec<Fault>) {
        let own = RawReview {
            by: raw.get(Field::ReviewerId).into(),
            result: raw.get(Field::ReviewResult).into(),
            at: raw.get(Field::ReviewedAt).into(),
        };
        for review in std::iter::once(&own).chain(&raw.reviews) {
            if *review == RawReview::default() {
                continue;
            }
            let result = review.result.trim();
            let passed = passed(result);
            if passed.is_none() && !result.is_empty() {
                faults.push(unknown_word(Field::ReviewResult, "pass, fail"));
            }
            let at = self.moment(&review.at, Field::ReviewedAt, faults);
            let by = review.by.trim().to_owned();
            self.reviews.push(Review { by, passed, at });
        }
    }

    fn moment(&mut self, text: &str, field: Field, faults: &mut Vec<Fault>) -> Option<Moment> {
        if text.trim().is_empty() {
            return None;
        }
        match dates::parse(text) {
            Ok((moment, style)) => {
                self.styles.push((field, style));
                Some(moment)
            }
            Err(wrong) => {
                let (zh, en) = match wrong {
                    Wrong::Ambiguous => ("可作两种理解", "can be read in two ways"),
                    Wrong::NoDate => ("不是日期", "is no date"),
                };
                let name = field.name();
                faults.push(Fault {
                    name: "bad-date",
                    gravity: Gravity::Unread,
                    what: both(format!("{name} {zh}"), format!("{name} {en}")),
                    hint: both(
                        "写年在前,如 2026-01-05 或 2026-01-05T09:30:00+08:00",
                        "write the year first, such as 2026-01-05 or 2026-01-05T09:30:00+08:00",
                    ),
                });
                None
            }
        }
    }
}

fn known<T>(
    raw: &Raw<'_>,
    field: Field,
    faults: &mut Vec<Fault>,
    of: fn(&str) -> Option<T>,
    words: &str,
) -> Option<T> {
    let word = raw.get(field).trim();
    if word.is_empty() {
        return None;
    }
    let found = of(word);
    if found.is_none() {
        faults.push(unknown_word(field, words));
    }
    found
}

/// Words of records may be anything, so the one that is not known is not quoted.
fn unknown_word(field: Field, words: &str) -> Fault {
    let name = field.name();
    Fault {
        name: "bad-value",
        gravity: Gravity::Unread,
        what: both(
            format!("{name} 的值不认识"),
            format!("the value of {name} is not known"),
        ),
        hint: both(format!("可写:{words}"), format!("write one of: {words}")),
    }
}

fn unit(word: &str) -> Option<Unit> {
    match word.to_lowercase().as_str() {
        "text" | "条" | "文本" => Some(Unit::Text),
        "image" | "张" | "图片" | "图像" => Some(Unit::Image),
        _ => None,
    }
}

fn passed(word: &str) -> Option<bool> {
    match word.to_lowercase().as_str() {
        "pass" | "passed" | "accept" | "accepted" | "approved" | "true" | "1" | "通过" | "合格"
        | "审核通过" => Some(true),
        "fail" | "failed" | "reject" | "rejected" | "returned" | "fixed" | "false" | "0"
        | "不通过" | "未通过" | "不合格" | "退回" | "驳回" => Some(false),
        _ => None,
    }
}

fn seconds(raw: &Raw<'_>, faults: &mut Vec<Fault>) -> Option<f32> {
    let text = raw.get(Field::DurationS).trim();
    if text.is_empty() {
        return None;
    }
    let seconds = text.parse::<f32>().ok();
    let seconds = seconds.filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
    if seconds.is_none() {
        faults.push(Fault {
            name: "bad-duration",
            gravity: Gravity::Unread,
            what: both("duration_s 不是秒数", "duration_s is no number of seconds"),
            hint: both("写 0 以上的数字", "write a number from 0 on"),
        });
    }
    seconds
}

fn spot_check(raw: &Raw<'_>, faults: &mut Vec<Fault>) -> Option<SpotCheck> {
    use Field::{SpotAction, SpotChecked, SpotErrors, SpotRiskHits};
    let fields = [SpotChecked, SpotErrors, SpotRiskHits, SpotAction];
    if fields.iter().all(|field| raw.get(*field).trim().is_empty()) {
        return None;
    }
    let mut number = |field: Field| {
        let text = raw.get(field).trim();
        if text.is_empty() {
            return 0;
        }
        text.parse::<u32>().unwrap_or_else(|_| {
            faults.push(unknown_word(field, "0, 1, 2 …"));
            0
        })
    };
    let (checked, errors, risk_hits) = (
        number(SpotChecked),
        number(SpotErrors),
        number(SpotRiskHits),
    );
    let action = known(
        raw,
        SpotAction,
        faults,
        Action::of,
        "accepted, returned, void",
    );
    Some(SpotCheck {
        checked,
        errors,
        risk_hits,
        action: action.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::Form;
    use super::*;
    use serde_json::json;

    fn entries(record: &serde_json::Value) -> (Vec<Entry>, Vec<Fault>) {
        let mut faults = Vec::new();
        let raws = Form::of(record).entries(record);
        let entries = raws.iter().map(|raw| Entry::of(raw, &mut faults)).collect();
        (entries, faults)
    }

    #[test]
    fn our_own_records_are_understood() {
        let (entries, faults) = entries(&json!({
            "item_id": "i1", "batch_id": "b1", "annotation_kind": "安全性", "rule_id": "s",
            "risk_codes": ["A.1.h.fraud", "A.2.e"], "rule_version": "1.0", "annotator_id": "A01",
            "annotated_at": "2026-03-01T09:00:00+08:00", "duration_s": 41.5, "tool": "t",
            "reviewer_id": "A02", "review_result": "pass", "reviewed_at": "2026/3/2",
            "spot_check": {"n": 10, "errors": 1, "action": "returned"}, "storage_zone": "z",
            "label": "refuse", "reviews": [{"by": "A03", "result": "fail"}],
        }));
        assert_eq!(faults, []);
        let [entry] = entries.as_slice() else {
            panic!()
        };
        assert_eq!(entry.kind, Some(Kind::Safety));
        assert_eq!(entry.risks, 1 << 7 | 1 << 12);
        assert_eq!(entry.missing, 0);
        let reviews: Vec<_> = entry
            .reviews
            .iter()
            .map(|r| (r.by.as_str(), r.passed))
            .collect();
        assert_eq!(reviews, [("A02", Some(true)), ("A03", Some(false))]);
        let spot = entry.spot.unwrap();
        assert_eq!(
            (spot.checked, spot.errors, spot.action),
            (10, 1, Action::Returned)
        );
    }

    #[test]
    fn exports_of_label_studio_give_an_entry_an_annotation() {
        let task = json!({
            "id": 7, "data": {"text": "你好", "url": "x"},
            "annotations": [
                {"completed_by": {"id": 3, "email": "a@example.com"}, "lead_time": 12.5,
                 "created_at": "2026-03-01T01:00:00.5Z", "was_cancelled": false,
                 "result": [{"from_name": "s", "type": "choices", "value": {"choices": ["正"]}},
                            {"from_name": "t", "type": "textarea", "value": {"text": ["写了"]}}],
                 "reviews": [{"created_by": 9, "accepted": true}]},
                {"completed_by": 4, "was_cancelled": true, "result": []},
            ],
        });
        let raws = Form::LabelStudio.entries(&task);
        assert_eq!(
            raws.iter().map(|raw| raw.cancelled).collect::<Vec<_>>(),
            [false, true]
        );
        let texts: Vec<&str> = raws[0]
            .texts
            .iter()
            .map(|(_, text)| text.as_ref())
            .collect();
        assert_eq!(texts, ["你好", "x", "写了"]);
        let (entries, faults) = entries(&task);
        assert_eq!(faults, []);
        assert_eq!(
            (entries[0].item.as_str(), entries[0].annotator.as_str()),
            ("7", "3")
        );
        assert_eq!(entries[0].label, "s=正");
        assert_eq!(entries[0].seconds, Some(12.5));
        assert_eq!(entries[0].reviews[0].passed, Some(true));
        let flat = json!({"id": 1, "image": "a.png", "annotator": 5, "annotation_id": 2,
                          "created_at": "2026-03-01T01:00:00Z", "lead_time": 3.0});
        let (entries, _) = super::tests::entries(&flat);
        assert_eq!(
            (entries[0].annotator.as_str(), entries[0].unit),
            ("5", Unit::Image)
        );
    }

    #[test]
    fn both_forms_of_doccano_and_of_argilla_are_understood() {
        let old = json!({"id": 1, "text": "张三在北京", "labels": [[0, 2, "人名"], [3, 5, "地名"]],
                         "annotation_approver": "boss", "meta": {}});
        let (of_old, _) = entries(&old);
        assert_eq!(of_old[0].label, "人名@0-2; 地名@3-5");
        assert_eq!(
            (
                of_old[0].reviews[0].by.as_str(),
                of_old[0].reviews[0].passed
            ),
            ("boss", Some(true))
        );
        let users = json!({"id": 1, "text": "x", "annotations": [
            {"label": 2, "user": 8}, {"label": 1, "user": 7}]});
        let (of_users, _) = entries(&users);
        let by: Vec<_> = of_users
            .iter()
            .map(|e| (e.annotator.as_str(), e.label.as_str()))
            .collect();
        assert_eq!(by, [("7", "1"), ("8", "2")]);
        let new = json!({"id": 2, "text": "x", "label": ["正"], "Comments": ["说明"]});
        let (of_new, _) = entries(&new);
        assert_eq!(of_new[0].label, "正");
        assert_eq!(Form::of(&new).entries(&new)[0].texts.len(), 2);

        let second = json!({"id": "r1", "fields": {"text": "问"}, "metadata": {"batch_id": "b"},
            "suggestions": {"label": {"value": "坏"}},
            "responses": {"label": [{"value": "好", "user_id": "u2"}, {"value": "坏", "user_id": "u1"}],
                          "note": [{"value": "话", "user_id": "u1"}]}});
        let (of_second, _) = entries(&second);
        let by: Vec<_> = of_second
            .iter()
            .map(|e| (e.annotator.as_str(), e.label.as_str()))
            .collect();
        assert_eq!(by, [("u1", "label=坏; note=话"), ("u2", "label=好")]);
        assert_eq!(of_second[0].batch, "b");
        let first = json!({"id": "r1", "fields": {"text": "问"}, "responses": [
            {"user_id": "u1", "status": "submitted", "values": {"label": {"value": "好"}}},
            {"user_id": "u2", "status": "draft", "values": {"label": {"value": "坏"}}}],
            "suggestions": []});
        let raws = Form::of(&first).entries(&first);
        assert_eq!(
            raws.iter().map(|r| r.cancelled).collect::<Vec<_>>(),
            [false, true]
        );
        assert_eq!(raws[0].get(Field::Label), "label=好");
    }

    #[test]
    fn what_cannot_be_understood_is_a_fault_each() {
        let (entries, faults) = entries(&json!({
            "item_id": "i", "annotation_kind": "whatever", "risk_codes": "A.1.a, A.9.z",
            "annotated_at": "1/5/2026", "duration_s": "-3", "review_result": "dunno",
            "spot_check": {"n": "many", "action": "burn"},
        }));
        let mut names: Vec<&str> = faults.iter().map(|fault| fault.name).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "bad-date",
                "bad-duration",
                "bad-value",
                "bad-value",
                "bad-value",
                "bad-value",
                "unknown-risk"
            ]
        );
        assert_eq!(entries[0].risks, 1);
        assert!(faults.iter().all(|fault| fault.gravity == Gravity::Unread));
    }
}

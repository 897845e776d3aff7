//! Exports of Label Studio: JSON with all annotations of a task, and JSON-MIN.
//!
//! Source: <https://labelstud.io/guide/export>.

use serde_json::Value;

use super::lines::{CHANGED_TEXT, Odd, same_text, words};
use super::{Column, RawRow};
use crate::review::tasks::{COMMENT, HASH, ID, RISK, VERDICT};

/// Whether a record is a task, or a flat annotation of one.
pub fn is(value: &Value) -> bool {
    let task = value.get("data").is_some_and(|data| data.get(ID).is_some());
    task || (value.get(ID).is_some() && value.get("annotator").is_some())
}

/// A row for every annotation; one without a verdict for a task that nobody has annotated.
pub fn rows(line: u64, value: &Value) -> Result<Vec<RawRow>, Odd> {
    let Some(data) = value.get("data") else {
        return flat(line, value).map(|row| vec![row]);
    };
    let base = base(line, data)?;
    let annotations = value.get("annotations").and_then(Value::as_array);
    let annotations = annotations.map(Vec::as_slice).unwrap_or_default();
    let given = annotations
        .iter()
        .filter(|annotation| annotation.get("was_cancelled") != Some(&Value::Bool(true)));
    let mut rows = Vec::new();
    for annotation in given {
        let mut row = base.clone();
        row.reviewer = person(annotation.get("completed_by"));
        row.judged_at = moment(annotation);
        let results = annotation.get("result").and_then(Value::as_array);
        for result in results.into_iter().flatten() {
            let named = result.get("from_name").and_then(Value::as_str);
            let value = result.get("value");
            let list = |key: &str| {
                let list = value
                    .and_then(|value| value.get(key))
                    .and_then(Value::as_array);
                list.map(Vec::as_slice).unwrap_or_default()
            };
            match named {
                // Of a single choice there is one; several are no word that is known.
                Some(VERDICT) => row.verdict = words(list("choices"))?,
                Some(RISK) => row.risk = codes(list("choices"))?,
                Some(COMMENT) => row.commented = !words(list("text"))?.trim().is_empty(),
                _ => {}
            }
        }
        rows.push(row);
    }
    if rows.is_empty() {
        rows.push(base);
    }
    Ok(rows)
}

/// Codes, which have their titles behind them where aliases were taken off the interface.
fn codes(list: &[Value]) -> Result<String, Odd> {
    let first = |value: &Value| {
        let text = value.as_str()?;
        Some(Value::from(
            text.split_whitespace().next().unwrap_or_default(),
        ))
    };
    let codes: Option<Vec<Value>> = list.iter().map(first).collect();
    words(&codes.ok_or_else(|| Odd::of_another_form(Column::Risk))?)
}

fn base(line: u64, data: &Value) -> Result<RawRow, Odd> {
    if !same_text(data.get("text"), data.get(HASH)) {
        return Err(CHANGED_TEXT);
    }
    let text = |key: &str| match data.get(key) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    Ok(RawRow {
        row: line,
        id: text(ID).unwrap_or_default(),
        path: text("path"),
        record: text("record"),
        ..RawRow::default()
    })
}

fn flat(line: u64, value: &Value) -> Result<RawRow, Odd> {
    let mut row = base(line, value)?;
    row.verdict = choices(value.get(VERDICT))?;
    row.risk = match value
        .get(RISK)
        .and_then(|risk| risk.get("choices")?.as_array())
    {
        Some(list) => codes(list)?,
        None => choices(value.get(RISK))?,
    };
    row.commented = !choices(value.get(COMMENT))?.trim().is_empty();
    row.reviewer = person(value.get("annotator"));
    row.judged_at = moment(value);
    Ok(row)
}

/// Of one choice its text, of several `{"choices": […]}`.
fn choices(value: Option<&Value>) -> Result<String, Odd> {
    match value {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Array(list)) => words(list),
        Some(Value::Object(map)) => match map.get("choices") {
            Some(Value::Array(list)) => words(list),
            _ => Err(Odd::of_another_form(Column::Verdict)),
        },
        Some(_) => Err(Odd::of_another_form(Column::Verdict)),
    }
}

/// Who it was: an address or name where the export has one, else the number of the account.
fn person(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(name)) => name.clone(),
        Some(Value::Number(number)) => format!("label-studio:{number}"),
        Some(Value::Object(map)) => {
            let told = ["email", "username", "id"].into_iter();
            let told = told.filter_map(|key| match map.get(key) {
                Some(Value::String(name)) if !name.is_empty() => Some(name.clone()),
                Some(Value::Number(number)) => Some(format!("label-studio:{number}")),
                _ => None,
            });
            told.into_iter().next().unwrap_or_default()
        }
        _ => String::new(),
    }
}

fn moment(annotation: &Value) -> Option<String> {
    let told = ["updated_at", "created_at"].into_iter();
    told.filter_map(|key| annotation.get(key)?.as_str())
        .find_map(|text| {
            let at = chrono::DateTime::parse_from_rfc3339(text).ok()?;
            Some(at.to_utc().format("%Y-%m-%dT%H:%M:%SZ").to_string())
        })
}

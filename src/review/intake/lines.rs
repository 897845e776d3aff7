//! Sheets as JSON: our own lines, and what Label Studio and doccano export.

use std::path::Path;

use serde_json::Value;

use super::{Column, RawRow, Sink, doccano, label_studio};
use crate::annotation::{Blocks, Piece};
use crate::problem;
use crate::review::tasks::text_digest;

/// Reads all records of the file.
pub fn read(path: &Path, sink: &mut Sink<'_, '_>) {
    let mut problems = problem::Problems::default();
    match Blocks::open(path) {
        Ok(mut blocks) => loop {
            let mut place = problem::Place {
                file: sink.place.file,
                problems: &mut problems,
            };
            let Some(block) = blocks.next(&mut place) else {
                break;
            };
            for (line, piece) in block.records {
                record(line, &piece, sink);
            }
        },
        Err(error) => sink.tell(
            None,
            0,
            ("cannot-read", None),
            (
                format!("无法读取:{error}"),
                format!("cannot be read: {error}"),
            ),
            ("检查路径与权限", "check the path and its permissions"),
        ),
    }
    for problem in &problems.first {
        // What reads files has few names of problems, and all are told here.
        let what = (problem.what.zh.as_str(), problem.what.en.as_str());
        let hint = (problem.hint.zh.as_str(), problem.hint.en.as_str());
        sink.tell(None, problem.line, ("broken-file", None), what, hint);
    }
}

fn record(line: u64, piece: &Piece, sink: &mut Sink<'_, '_>) {
    let value = match piece {
        Piece::Text(text) => serde_json::from_str(text).ok(),
        Piece::Row(row) => Some(row.clone()),
    };
    let Some(value @ Value::Object(_)) = value else {
        sink.tell(
            None,
            line,
            ("broken-json", None),
            ("不是 JSON 对象", "is no JSON object"),
            (
                "每行一个对象,引号与括号成对",
                "an object a line, with all quotes and brackets closed",
            ),
        );
        return;
    };
    let rows = if label_studio::is(&value) {
        label_studio::rows(line, &value)
    } else if doccano::is(&value) {
        doccano::rows(line, &value)
    } else {
        own(line, &value)
    };
    match rows {
        Ok(rows) => rows.iter().for_each(|row| sink.row(None, row)),
        Err(odd) => {
            let what = (odd.what.0, odd.what.1);
            sink.tell(None, line, (odd.name, odd.column), what, odd.hint);
        }
    }
}

/// Why a record gives no rows.
pub(super) struct Odd {
    pub name: &'static str,
    pub column: Option<&'static str>,
    pub what: (&'static str, &'static str),
    pub hint: (&'static str, &'static str),
}

impl Odd {
    pub fn lacks(column: Column) -> Self {
        Self {
            name: "no-column",
            column: Some(column.key()),
            what: ("缺少此键", "the key is not there"),
            hint: (
                "从原抽检表恢复被删除或改名的键",
                "put the key back that was deleted or renamed",
            ),
        }
    }

    pub fn of_another_form(column: Column) -> Self {
        Self {
            name: "odd-value",
            column: Some(column.key()),
            what: ("值的形式不对", "the value has another form than it should"),
            hint: ("写成文本", "write it as text"),
        }
    }
}

/// A row of our own form: all that is read must be there.
fn own(line: u64, value: &Value) -> Result<Vec<RawRow>, Odd> {
    let text = |column: Column| match value.get(column.key()) {
        None => Err(Odd::lacks(column)),
        Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        Some(Value::Array(list)) if column == Column::Risk => words(list),
        Some(_) => Err(Odd::of_another_form(column)),
    };
    Ok(vec![RawRow {
        row: line,
        id: text(Column::Id)?,
        path: Some(text(Column::Path)?),
        record: Some(text(Column::Record)?),
        verdict: text(Column::Verdict)?,
        risk: text(Column::Risk)?,
        commented: !text(Column::Comment)?.trim().is_empty(),
        reviewer: text(Column::Reviewer)?,
        judged_at: None,
    }])
}

/// Texts of a list, with blanks between them.
pub(super) fn words(list: &[Value]) -> Result<String, Odd> {
    let words: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
    let words = words.ok_or_else(|| Odd::of_another_form(Column::Risk))?;
    Ok(words.join(" "))
}

/// What a list of labels says: the verdict, and codes of risks.
pub(super) fn labels<'v>(all: impl Iterator<Item = &'v str>) -> (String, String) {
    use crate::review::Verdict;
    let mut said: (Vec<&str>, Vec<&str>) = Default::default();
    for label in all {
        match Verdict::read(label) {
            Some(_) => said.0.push(label),
            // A code, and its title.
            None => said.1.extend(label.split_whitespace().next()),
        }
    }
    // Two verdicts are none, and are told of as no word that is known.
    (said.0.join("+"), said.1.join(" "))
}

/// Whether the text that a task shows still is the one it was made with; a task without is.
pub(super) fn same_text(text: Option<&Value>, hash: Option<&Value>) -> bool {
    match (text.and_then(Value::as_str), hash.and_then(Value::as_str)) {
        (Some(text), Some(hash)) => text_digest(text) == hash,
        _ => true,
    }
}

/// The problem of a text that is another one.
pub(super) const CHANGED_TEXT: Odd = Odd {
    name: "changed-text",
    column: Some("text"),
    what: (
        "正文与导出任务时不同",
        "the text is not the one that the task was made with",
    ),
    hint: (
        "从原抽检文件重新导入任务",
        "import the tasks of the sample again",
    ),
};

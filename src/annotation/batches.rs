//! The table of spot checks.

use std::path::Path;

use super::facts::Facts;
use super::records::{Action, SpotCheck};
use crate::dates;
use crate::problem::Place;
use crate::sheet::Sheet;

const COLUMNS: &[&[&str]] = &[
    &["batch_id", "批次", "批次编号", "批次号"],
    &["checked", "n", "抽检数", "抽检条数"],
    &["errors", "错误数", "不准确数", "错误条数"],
    &["risk_hits", "违法不良数", "违法不良信息数", "风险数"],
    &["action", "处理", "处理结果"],
    &["checked_by", "抽检人"],
    &["checked_at", "抽检日期", "抽检时间"],
    &["notes", "备注"],
];

/// Reads the table and adds its checks to the batches of `facts`.
pub fn read(path: &Path, facts: &mut Facts, place: &mut Place<'_>) {
    let Some(sheet) = Sheet::read(path, place) else {
        return;
    };
    let named = |name: &String| {
        let name = name.trim().to_lowercase();
        COLUMNS
            .iter()
            .position(|names| names.contains(&name.as_str()))
    };
    let columns: Vec<Option<usize>> = sheet.header.iter().map(named).collect();
    for (name, _) in sheet
        .header
        .iter()
        .zip(&columns)
        .filter(|(name, c)| c.is_none() && !name.is_empty())
    {
        place.odd(
            1,
            "unknown-column",
            (
                format!("不认识的列 `{name}`,未读取"),
                format!("column `{name}` is not known and not read"),
            ),
            (
                "列名见 yujian annotation init 写出的 batches.csv",
                "batches.csv of yujian annotation init has the names",
            ),
        );
    }
    for wanted in [0, 1] {
        if !columns.contains(&Some(wanted)) {
            let name = COLUMNS[wanted][0];
            place.unread(
                1,
                "no-column",
                (
                    format!("没有 {name} 一列"),
                    format!("there is no column {name}"),
                ),
                (
                    "列名见 yujian annotation init 写出的 batches.csv",
                    "batches.csv of yujian annotation init has the names",
                ),
            );
            return;
        }
    }
    for row in &sheet.rows {
        let cell = |wanted: usize| {
            let at = columns.iter().position(|column| *column == Some(wanted));
            at.and_then(|at| row.cells.get(at))
                .map_or("", String::as_str)
        };
        let batch = cell(0);
        if batch.is_empty() {
            place.unread(
                row.line,
                "no-id",
                ("没有批次编号", "no id of a batch"),
                ("填写批次编号", "write one"),
            );
            continue;
        }
        let mut whole = true;
        let mut number = |column: usize| {
            let text = cell(column);
            text.parse::<u32>().unwrap_or_else(|_| {
                if !text.is_empty() {
                    whole = false;
                    let name = COLUMNS[column][0];
                    wrong(
                        row.line,
                        name,
                        text,
                        ("写整数", "write a whole number"),
                        place,
                    );
                }
                0
            })
        };
        let (checked, errors, risk_hits) = (number(1), number(2), number(3));
        let action = Action::of(cell(4));
        if action.is_none() {
            let hint = (
                "写 accepted、returned 或 void",
                "write accepted, returned or void",
            );
            wrong(row.line, "action", cell(4), hint, place);
        }
        let date = cell(6);
        if !date.is_empty() && dates::parse(date).is_err() {
            let hint = (
                "写年在前,如 2026-01-05",
                "write the year first, such as 2026-01-05",
            );
            wrong(row.line, "checked_at", date, hint, place);
        }
        if errors.max(risk_hits) > checked {
            place.odd(
                row.line,
                "impossible-count",
                (
                    "错误数多于抽检数",
                    "more errors than items that were checked",
                ),
                ("更正数字", "correct the numbers"),
            );
        }
        if let (true, Some(action)) = (whole, action) {
            let batch = facts.batches.entry(batch.to_owned()).or_default();
            let spot = SpotCheck {
                checked,
                errors,
                risk_hits,
                action,
            };
            *batch.spots.entry(spot).or_default() += 1;
        }
    }
}

fn wrong(line: u64, column: &str, value: &str, hint: (&str, &str), place: &mut Place<'_>) {
    place.unread(
        line,
        "bad-value",
        (
            format!("{column} 的值 `{value}` 不认识"),
            format!("{column}: `{value}` is not known"),
        ),
        hint,
    );
}

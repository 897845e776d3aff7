//! The table of a filing: keyword, first-level and second-level category.

use std::path::Path;

use rust_xlsxwriter::{Format, Workbook};

use super::category::risks;
use crate::SetupError;
use crate::rules::RuleSet;

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// Risk code, for the order.
    pub code: String,
    /// The keyword, or the words of a combination joined by `+`.
    pub word: String,
    /// Title of the group.
    pub first: String,
    /// Title of the risk.
    pub second: String,
}

/// Rows of one sheet; a spreadsheet holds 1,048,576.
const SHEET_ROWS: usize = 1_000_000;
/// Characters of a cell.
const CELL: usize = 32_767;

/// Every keyword of the rules that have a risk, by risk and word. A combination of groups of words
/// is one row for each of its first words, with the others in brackets.
pub fn rows(rules: &RuleSet) -> Vec<Row> {
    let titles: Vec<_> = risks().collect();
    let title = |code: &str| {
        let risk = titles.iter().find(|risk| risk.code == code);
        risk.map_or_else(
            || code.to_owned(),
            |risk| format!("{} {}", risk.code, risk.title.zh),
        )
    };
    let mut rows = Vec::new();
    for rule in rules.rules() {
        let Some(risk) = &rule.risk else { continue };
        let group = risk.get(..3).unwrap_or(risk);
        let leaf = risk.get(..5).unwrap_or(risk);
        let combined = rule
            .all_of
            .split_first()
            .into_iter()
            .flat_map(|(first, rest)| {
                let others = rest.iter().map(|words| match &words[..] {
                    [one] => format!("+{one}"),
                    many => format!("+({})", many.join("|")),
                });
                let others: String = others.collect();
                first.iter().map(move |word| format!("{word}{others}"))
            });
        for word in rule.terms.iter().cloned().chain(combined) {
            rows.push(Row {
                code: risk.clone(),
                word,
                first: title(group),
                second: title(leaf),
            });
        }
    }
    rows.sort();
    rows.dedup();
    rows
}

/// Writes rows in the form that the name of the file asks for: xlsx, csv or txt.
///
/// # Errors
///
/// Another name, and what writing meets.
pub fn write(path: &Path, columns: &[String; 3], rows: &[Row]) -> Result<(), SetupError> {
    let failed = |error: String| {
        SetupError::other(
            format!("cannot write {}: {error}", path.display()),
            "name a file in a folder that exists and has room",
        )
    };
    let extension = path
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default();
    let bytes = match extension.to_ascii_lowercase().as_str() {
        "xlsx" => workbook(columns, rows).map_err(|error| failed(error.to_string()))?,
        "csv" => {
            // Spreadsheets take a file without the mark for one in the charset of the system.
            let mut writer = csv::Writer::from_writer("\u{FEFF}".as_bytes().to_vec());
            let mut write = |row: [&str; 3]| writer.write_record(row.map(as_text));
            write(columns.each_ref().map(String::as_str)).map_err(|e| failed(e.to_string()))?;
            for row in rows {
                write([&row.word, &row.first, &row.second]).map_err(|e| failed(e.to_string()))?;
            }
            writer.into_inner().map_err(|e| failed(e.to_string()))?
        }
        "txt" => rows
            .iter()
            .flat_map(|row| [row.word.as_str(), "\n"])
            .collect::<String>()
            .into_bytes(),
        _ => {
            return Err(SetupError::other(
                format!("`{}` says no form", path.display()),
                "end the name with .xlsx, .csv or .txt",
            ));
        }
    };
    std::fs::write(path, bytes).map_err(|error| failed(error.to_string()))
}

/// A cell that a spreadsheet would take for a formula becomes text.
fn as_text(cell: &str) -> String {
    match cell.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{cell}"),
        _ => cell.to_owned(),
    }
}

fn workbook(columns: &[String; 3], rows: &[Row]) -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
    let mut book = Workbook::new();
    // The same rows, the same bytes: the moment of writing is no part of the table.
    let midnight = rust_xlsxwriter::ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&rust_xlsxwriter::DocProperties::new().set_creation_datetime(&midnight));
    let bold = Format::new().set_bold();
    let mut sheets = rows.chunks(SHEET_ROWS);
    // An empty lexicon is an empty table.
    let first = sheets.next().unwrap_or_default();
    for (number, rows) in std::iter::once(first).chain(sheets).enumerate() {
        let sheet = book.add_worksheet();
        sheet.set_name(format!("关键词{}", number + 1))?;
        for (column, title) in (0u16..).zip(columns) {
            sheet.write_with_format(0, column, title, &bold)?;
            sheet.set_column_width(column, if column == 0 { 32 } else { 44 })?;
        }
        sheet.set_freeze_panes(1, 0)?;
        for (line, row) in (1u32..).zip(rows) {
            for (column, cell) in (0u16..).zip([&row.word, &row.first, &row.second]) {
                let cell: String = cell.chars().take(CELL).collect();
                sheet.write_string(line, column, cell)?;
            }
        }
        sheet.autofilter(0, 0, rows.len() as u32, 2)?;
    }
    book.save_to_buffer()
}

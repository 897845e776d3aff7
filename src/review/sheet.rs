//! Sheets that people fill in: a workbook, or lines of JSON. A row is written before the next one is
//! asked for, so that texts need no memory.

use std::any::Any;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, FormatAlign,
    ProtectionOptions, Workbook, Worksheet, XlsxError,
};
use serde::Serialize;

use super::tasks::{write_documents, write_tasks};
use super::{Question, Row, SheetRow};
use crate::guard::guarded;

/// Forms of a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SheetFormat {
    /// A workbook with drop-downs.
    Xlsx,
    /// A line of JSON a record.
    Jsonl,
    /// Tasks of Label Studio.
    LabelStudio,
    /// Documents of doccano.
    Doccano,
}

impl SheetFormat {
    /// How names of its sheets end.
    pub const fn end(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Jsonl | Self::Doccano => "jsonl",
            Self::LabelStudio => "json",
        }
    }
}

/// What may be said of a record.
pub const VERDICTS: [&str; 3] = ["合格", "不合格", "无法判断"];

/// A code that a verdict may name, and what it stands for.
pub type Code = (String, String);

/// One line of a sheet.
pub(super) struct Line<'l> {
    pub row: &'l Row,
    pub shown: SheetRow,
    /// What the run has recorded about it.
    pub recorded: Vec<String>,
}

/// Writes the sheet of one question.
///
/// `codes`: of risks. The same lines give the same bytes.
///
/// # Errors
///
/// If it cannot be written, and those of the lines.
pub(super) fn write_sheet<'l>(
    path: &Path,
    (format, question): (SheetFormat, Question),
    lines: impl Iterator<Item = io::Result<Line<'l>>>,
    codes: &[Code],
) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    match format {
        SheetFormat::Jsonl => write_lines(&mut out, lines)?,
        SheetFormat::LabelStudio => write_tasks(&mut out, lines)?,
        SheetFormat::Doccano => write_documents(&mut out, lines)?,
        SheetFormat::Xlsx => {
            // The part of a workbook that is not packed yet goes where the workbook goes.
            let beside = path.parent().unwrap_or(Path::new("."));
            let write = || workbook(&mut out, beside, question, lines, codes);
            match guarded(write).map_err(|panic| panicked(&*panic))? {
                Err(XlsxError::IoError(error) | XlsxError::TempFileError(_, error)) => {
                    return Err(error);
                }
                written => written.map_err(io::Error::other)?,
            }
        }
    }
    out.flush()
}

/// The library panics if its temporary file cannot be written. Its message has the number of the
/// system's error.
fn panicked(panic: &(dyn Any + Send)) -> io::Error {
    let said = panic.downcast_ref::<String>().map_or("", String::as_str);
    let number = said.split_once("code: ").map(|(_, rest)| {
        let digits = rest.find(|c: char| !c.is_ascii_digit());
        &rest[..digits.unwrap_or(rest.len())]
    });
    match number.and_then(|number| number.parse().ok()) {
        Some(number) => io::Error::from_raw_os_error(number),
        None => io::Error::other("the workbook cannot be written"),
    }
}

fn write_lines<'l>(
    out: &mut impl Write,
    lines: impl Iterator<Item = io::Result<Line<'l>>>,
) -> io::Result<()> {
    for line in lines {
        serde_json::to_writer(&mut *out, &Json::of(&line?))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// A line of JSON; the last four are to be filled in.
#[derive(Serialize)]
struct Json<'l> {
    id: &'l str,
    question: Question,
    source: &'l str,
    path: &'l str,
    record: u64,
    record_id: Option<&'l str>,
    text: &'l str,
    /// Characters of the whole text, if not all of it is here.
    cut_from: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded: Option<&'l [String]>,
    verdict: &'static str,
    risk: &'static str,
    comment: &'static str,
    reviewer: &'static str,
}

impl<'l> Json<'l> {
    fn of(line: &'l Line<'_>) -> Self {
        Self {
            id: &line.row.id,
            question: line.row.question,
            source: &line.shown.source,
            path: &line.row.path,
            record: line.row.record,
            record_id: line.shown.record_id.as_deref(),
            text: &line.shown.text,
            cut_from: line.shown.cut,
            recorded: (line.row.question != Question::Content).then_some(&line.recorded[..]),
            verdict: "",
            risk: "",
            comment: "",
            reviewer: "",
        }
    }
}

/// Columns: title and width; those from `结论` on are to be filled in.
const COLUMNS: [(&str, f64); 12] = [
    ("编号", 24.0),
    ("来源", 16.0),
    ("文件", 24.0),
    ("记录", 9.0),
    ("记录自带编号", 16.0),
    ("正文", 90.0),
    ("正文说明", 20.0),
    ("系统记录", 36.0),
    ("结论", 11.0),
    ("风险代码", 11.0),
    ("说明", 32.0),
    ("审核人", 12.0),
];
/// Numbers of columns.
const RECORDED: u16 = 7;
const VERDICT: u16 = 8;
const RISK: u16 = 9;
/// Sheet of the codes.
const CODES: &str = "风险代码";

fn workbook<'l>(
    out: &mut BufWriter<File>,
    beside: &Path,
    question: Question,
    lines: impl Iterator<Item = io::Result<Line<'l>>>,
    codes: &[Code],
) -> Result<(), XlsxError> {
    let mut book = Workbook::new();
    book.set_tempdir(beside)?;
    // The moment of writing is no part of the sheet.
    let midnight = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&midnight));
    let sheet = book.add_worksheet_with_constant_memory()?;
    sheet.set_name("抽检表")?;
    let last = judged(sheet, question, lines)?.max(1);
    let verdicts = DataValidation::new()
        .allow_list_strings(&VERDICTS)?
        .set_error_title("结论")?
        .set_error_message("请从下拉列表中选择:合格、不合格、无法判断")?;
    sheet.add_data_validation(1, VERDICT, last, VERDICT, &verdicts)?;
    if !codes.is_empty() {
        // Several codes may be typed, separated by spaces.
        let formula = format!("='{CODES}'!$A$2:$A${}", codes.len() + 1);
        let risks = DataValidation::new()
            .allow_list_formula(formula.as_str().into())
            .set_error_style(DataValidationErrorStyle::Warning)
            .set_error_message("不在代码表中;多个代码以空格分隔")?;
        sheet.add_data_validation(1, RISK, last, RISK, &risks)?;
        let sheet = book.add_worksheet();
        sheet.set_name(CODES)?;
        listed(sheet, codes)?;
    }
    book.save_to_writer(out)
}

/// Writes the lines: the number of the last row.
fn judged<'l>(
    sheet: &mut Worksheet,
    question: Question,
    lines: impl Iterator<Item = io::Result<Line<'l>>>,
) -> Result<u32, XlsxError> {
    let bold = Format::new().set_bold();
    let locked = Format::new().set_align(FormatAlign::Top);
    let wrapped = locked.clone().set_text_wrap();
    let open = wrapped.clone().set_unlocked();
    for (column, (title, width)) in (0u16..).zip(COLUMNS) {
        sheet.write_with_format(0, column, title, &bold)?;
        sheet.set_column_width(column, width)?;
    }
    if question == Question::Content {
        // Whoever sees what the program has found does not judge independently of it.
        sheet.set_column_hidden(RECORDED)?;
    }
    let mut at = 0;
    for line in lines {
        let line = line?;
        at += 1;
        let cut = line.shown.cut.map_or_else(String::new, |characters| {
            format!("正文共 {characters} 字,此处未全部列出,请核对原记录")
        });
        let recorded = match question {
            Question::Content => String::new(),
            _ => line.recorded.join("\n"),
        };
        let record_id = line.shown.record_id.as_deref().unwrap_or_default();
        let cells = [
            (&line.row.id[..], &locked),
            (&line.shown.source, &locked),
            (&line.row.path, &wrapped),
            ("", &locked),
            (record_id, &wrapped),
            (&line.shown.text, &wrapped),
            (&cut, &wrapped),
            (&recorded, &wrapped),
        ];
        for (column, (text, format)) in (0u16..).zip(cells) {
            sheet.write_string_with_format(at, column, cell(text), format)?;
        }
        sheet.write_number_with_format(at, 3, line.row.record as f64, &locked)?;
        for column in VERDICT..COLUMNS.len() as u16 {
            sheet.write_blank(at, column, &open)?;
        }
        // Long texts do not push the next row off the screen.
        sheet.set_row_height(at, 60)?;
    }
    sheet.set_freeze_panes(1, 1)?;
    sheet.autofilter(0, 0, at, COLUMNS.len() as u16 - 1)?;
    // Against slips only: there is no password.
    sheet.protect_with_options(&ProtectionOptions {
        format_cells: true,
        format_columns: true,
        format_rows: true,
        use_autofilter: true,
        ..ProtectionOptions::new()
    });
    Ok(at)
}

fn listed(sheet: &mut Worksheet, codes: &[Code]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    sheet.write_with_format(0, 0, "代码", &bold)?;
    sheet.write_with_format(0, 1, "含义", &bold)?;
    sheet.set_column_width(1, 60)?;
    for (at, (code, title)) in (1u32..).zip(codes) {
        sheet.write_string(at, 0, code)?;
        sheet.write_string(at, 1, title)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.protect();
    Ok(())
}

/// Characters of a cell.
const CELL: usize = 32_767;

/// Text of the corpus as a cell: no control characters, and nothing that a spreadsheet would
/// take for a formula once the sheet is saved as CSV.
pub(super) fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        out.push('\'');
    }
    let shown = |c: char| match c {
        '\n' | '\t' => c,
        c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => '\u{FFFD}',
        c => c,
    };
    // Excel counts UTF-16 units.
    let mut units = out.len();
    for c in text.chars().map(shown) {
        units += c.len_utf16();
        if units > CELL {
            break;
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_as_one() {
        let full = || Err::<(), _>(io::Error::from_raw_os_error(28));
        // As the library does it.
        let panic = guarded(|| full().expect("Couldn't write to xml file"));
        let told = panicked(&*panic.unwrap_err());
        assert_eq!(told.kind(), io::ErrorKind::StorageFull);
        let panic = guarded::<()>(|| panic!("of something else"));
        let told = panicked(&*panic.unwrap_err());
        assert_eq!(told.kind(), io::ErrorKind::Other);
    }
}

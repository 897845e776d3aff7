//! Sheets as workbooks, saved by whichever office program.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use calamine::{DataRef, Reader as _, Xlsx, XlsxError};

use super::{Column, RawRow, Sink};
use crate::review::verdict::plain;

/// Unpacked bytes of a workbook: 4,000 texts of 32,000 characters are 400 MB.
const LARGEST: u64 = 2 << 30;

/// Reads every sheet of the workbook that has the columns of a sample.
pub fn read(path: &Path, sink: &mut Sink<'_, '_>) {
    if let Err(error) = all(path, sink) {
        // Messages of the library are about the form and quote no cell.
        let error = error.to_string();
        sink.tell(
            None,
            0,
            ("broken-workbook", None),
            (
                format!("无法作为工作簿读取:{error}"),
                format!("is no workbook: {error}"),
            ),
            ("打开后重新另存为 xlsx", "open it and save it again as xlsx"),
        );
    }
}

fn all(path: &Path, sink: &mut Sink<'_, '_>) -> Result<(), XlsxError> {
    if unpacked(path)? > LARGEST {
        sink.whole(
            "too-large",
            ("解压后超过 2 GiB", "unpacks to more than 2 GiB"),
            (
                "用 sample --format jsonl 的抽检表",
                "use sheets of sample --format jsonl",
            ),
        );
        return Ok(());
    }
    let mut book: Xlsx<_> = Xlsx::new(BufReader::new(File::open(path)?))?;
    let mut found = false;
    for name in book.sheet_names() {
        found |= sheet(&mut book, &name, sink)?;
    }
    if !found {
        sink.whole(
            "no-sheet",
            (
                "没有含“编号”与“结论”列的工作表",
                "no sheet has the columns 编号 and 结论",
            ),
            (
                "恢复被删除的表头,或选择填写过的抽检表",
                "put the deleted head back, or name a sheet of the sample",
            ),
        );
    }
    Ok(())
}

/// Bytes that the archive says its files have.
fn unpacked(path: &Path) -> Result<u64, XlsxError> {
    let broken = |_| XlsxError::Unexpected("a broken archive");
    let file = BufReader::new(File::open(path)?);
    let mut archive = zip::ZipArchive::new(file).map_err(broken)?;
    let mut sum = 0u64;
    for number in 0..archive.len() {
        let file = archive.by_index_raw(number).map_err(broken)?;
        sum = sum.saturating_add(file.size());
    }
    Ok(sum)
}

/// Where each column of a sheet stands.
struct Head {
    at: HashMap<u32, Column>,
}

/// Reads a sheet; whether it is one of a sample.
fn sheet(
    book: &mut Xlsx<BufReader<File>>,
    name: &str,
    sink: &mut Sink<'_, '_>,
) -> Result<bool, XlsxError> {
    // A sheet of charts has no cells.
    if book.worksheet_cells_reader(name).is_err() {
        return Ok(false);
    }
    let merged = book.merge_cells_by_sheet_name(name)?;
    let Ok(mut cells) = book.worksheet_cells_reader(name) else {
        return Ok(false);
    };
    let mut head_cells: Vec<(u32, String)> = Vec::new();
    let mut head_row = None;
    let mut head: Option<Head> = None;
    let mut rows: Vec<Row> = Vec::new();
    while let Some(cell) = cells.next_cell()? {
        let (row, column) = cell.get_position();
        let value = cell.get_value();
        if matches!(value, DataRef::Empty) {
            continue;
        }
        if row == *head_row.get_or_insert(row) {
            head_cells.push((column, written(value)));
            continue;
        }
        if head.is_none() {
            head = Some(match head_of(head_row, &head_cells, name, sink) {
                HeadOf::Sample(head) => head,
                HeadOf::Other => return Ok(false),
                HeadOf::Broken => return Ok(true),
            });
        }
        let Some(column) = head.as_ref().and_then(|head| head.at.get(&column)) else {
            continue;
        };
        if rows.last().is_none_or(|last| last.number != row) {
            rows.push(Row::new(row));
        }
        let Some(last) = rows.last_mut() else {
            continue;
        };
        if matches!(value, DataRef::Error(_)) {
            last.bad = Some(("cell-error", *column));
        }
        last.set(*column, written(value));
    }
    let head = match head {
        Some(head) => head,
        // Nothing but a head.
        None => match head_of(head_row, &head_cells, name, sink) {
            HeadOf::Sample(_) | HeadOf::Broken => return Ok(true),
            HeadOf::Other => return Ok(false),
        },
    };
    for region in &merged {
        spread(&mut rows, &head, (region.start, region.end));
    }
    for row in &mut rows {
        let number = u64::from(row.number) + 1;
        if let Some((fault, column)) = row.bad {
            let (what, hint) = match fault {
                "cell-error" => (
                    ("单元格是错误值", "the cell holds an error"),
                    ("直接写值", "write the value itself"),
                ),
                _ => (
                    (
                        "合并的单元格,不知属于哪一条",
                        "a merged cell, so that nobody knows which record is meant",
                    ),
                    (
                        "取消合并,逐条填写",
                        "undo the merge and fill in every record",
                    ),
                ),
            };
            sink.tell(
                Some(name),
                number,
                (fault, Some(column.title())),
                what,
                hint,
            );
            continue;
        }
        row.raw.row = number;
        sink.row(Some(name), &row.raw);
    }
    Ok(true)
}

struct Row {
    /// From 0.
    number: u32,
    raw: RawRow,
    bad: Option<(&'static str, Column)>,
}

impl Row {
    fn new(number: u32) -> Self {
        Self {
            number,
            raw: RawRow {
                // A cell that was emptied is no place.
                path: Some(String::new()),
                record: Some(String::new()),
                ..RawRow::default()
            },
            bad: None,
        }
    }

    fn set(&mut self, column: Column, value: String) {
        let raw = &mut self.raw;
        match column {
            Column::Id => raw.id = value,
            Column::Path => raw.path = Some(value),
            Column::Record => raw.record = Some(value),
            Column::Verdict => raw.verdict = value,
            Column::Risk => raw.risk = value,
            Column::Comment => raw.commented = !value.trim().is_empty(),
            Column::Reviewer => raw.reviewer = value,
        }
    }
}

enum HeadOf {
    Sample(Head),
    /// It is no sheet of a sample.
    Other,
    /// It is one, and lacks something, which was told.
    Broken,
}

fn head_of(
    row: Option<u32>,
    cells: &[(u32, String)],
    name: &str,
    sink: &mut Sink<'_, '_>,
) -> HeadOf {
    let mut at = HashMap::new();
    let mut twice = Vec::new();
    for (number, title) in cells {
        let title = plain(title);
        let known = Column::ALL.into_iter();
        let mut known = known.filter(|c| title == plain(c.title()) || title == c.key());
        if let Some(column) = known.next() {
            if at.values().any(|other| *other == column) {
                twice.push(column);
            }
            at.insert(*number, column);
        }
    }
    let has = |column: Column| at.values().any(|other| *other == column);
    if !has(Column::Id) && !has(Column::Verdict) {
        return HeadOf::Other;
    }
    // Other sheets of the workbook may have a column of ids.
    let missing: Vec<Column> = Column::ALL.into_iter().filter(|c| !has(*c)).collect();
    let number = u64::from(row.unwrap_or(0)) + 1;
    for column in &missing {
        sink.tell(
            Some(name),
            number,
            ("no-column", Some(column.title())),
            (
                format!("缺少“{}”列", column.title()),
                format!("the column {} is not there", column.title()),
            ),
            (
                "从原抽检表恢复被删除或改名的列",
                "put the column back that was deleted or renamed",
            ),
        );
    }
    for column in &twice {
        sink.tell(
            Some(name),
            number,
            ("column-twice", Some(column.title())),
            (
                format!("“{}”列出现多次", column.title()),
                format!("there are several columns {}", column.title()),
            ),
            ("只保留一列", "keep one of them"),
        );
    }
    if missing.is_empty() && twice.is_empty() {
        HeadOf::Sample(Head { at })
    } else {
        HeadOf::Broken
    }
}

/// Cells merged over several rows count for each of them where they say who has judged; anywhere
/// else nobody knows which record they are about.
fn spread(rows: &mut [Row], head: &Head, ((top, left), (bottom, right)): ((u32, u32), (u32, u32))) {
    let columns: Vec<Column> = (left..=right.min(left.saturating_add(1000)))
        .filter_map(|column| head.at.get(&column).copied())
        .collect();
    let Some(first) = columns.first().copied() else {
        return;
    };
    let inside = |row: &&mut Row| (top..=bottom).contains(&row.number);
    if left == right && first == Column::Reviewer {
        let named = rows.iter().find(|row| row.number == top);
        let named = named
            .map(|row| row.raw.reviewer.clone())
            .unwrap_or_default();
        rows.iter_mut()
            .filter(inside)
            .for_each(|row| row.raw.reviewer.clone_from(&named));
        return;
    }
    rows.iter_mut()
        .filter(inside)
        .for_each(|row| row.bad = row.bad.or(Some(("merged-cells", first))));
}

/// A cell as its reader sees it.
fn written(cell: &DataRef<'_>) -> String {
    match cell {
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            format!("{}", *number as i64)
        }
        DataRef::Float(number) => number.to_string(),
        DataRef::Int(number) => number.to_string(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        // No cell that is read holds one, so it is nothing that would be known.
        DataRef::DateTime(_) => "(date)".to_owned(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

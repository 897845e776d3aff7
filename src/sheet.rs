//! Tables of people, csv, tsv and xlsx, as rows of text.

use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Reader as _, Xlsx};

use crate::corpus::{Charset, SAMPLE};
use crate::problem::Place;

/// A larger file is no table that people keep.
const LARGEST: u64 = 64 << 20;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Line or row of the file, from 1.
    pub line: u64,
    /// Its cells; fewer than the header has where the rest is empty.
    pub cells: Vec<String>,
}

/// A table with a header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Names of columns.
    pub header: Vec<String>,
    /// What follows.
    pub rows: Vec<Row>,
}

impl Sheet {
    /// Reads a table, of a workbook the first sheet, or tells why not.
    pub fn read(path: &Path, place: &mut Place<'_>) -> Option<Self> {
        let first = tables(path, Which::First, place)?.into_iter().next();
        first.and_then(|(_, rows)| Self::of(rows, place))
    }

    /// Every sheet of a workbook by its name, or the one table of another file, which has none.
    /// Sheets without a cell are left out; that nothing is left is told.
    pub fn read_all(path: &Path, place: &mut Place<'_>) -> Vec<(Option<String>, Self)> {
        let before = place.problems.unread;
        let mut all = Vec::new();
        for (name, mut rows) in tables(path, Which::All, place).unwrap_or_default() {
            rows.retain(has_cells);
            if !rows.is_empty() {
                let header = rows.remove(0).cells;
                all.push((name, Self { header, rows }));
            }
        }
        if all.is_empty() && place.problems.unread == before {
            empty(place);
        }
        all
    }

    fn of(mut rows: Vec<Row>, place: &mut Place<'_>) -> Option<Self> {
        rows.retain(has_cells);
        if rows.is_empty() {
            empty(place);
            return None;
        }
        let header = rows.remove(0).cells;
        Some(Self { header, rows })
    }
}

fn has_cells(row: &Row) -> bool {
    row.cells.iter().any(|cell| !cell.is_empty())
}

fn empty(place: &mut Place<'_>) {
    place.unread(
        0,
        "empty-table",
        ("表格是空的", "the table is empty"),
        (
            "第一行写列名,其后每行一条",
            "write the names of columns in the first row, and one entry in each row below",
        ),
    );
}

/// Which sheets of a workbook are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    First,
    All,
}

/// A sheet as it was read: its name, if it is of a workbook, and its rows.
type Raw = (Option<String>, Vec<Row>);

/// The tables of a file; none if it cannot be read as any.
fn tables(path: &Path, which: Which, place: &mut Place<'_>) -> Option<Vec<Raw>> {
    let bytes = match std::fs::metadata(path).map(|meta| meta.len()) {
        Ok(size) if size > LARGEST => {
            place.unread(
                0,
                "too-large",
                (
                    format!("{size} 字节,不像是登记表"),
                    format!("{size} bytes are more than such a table has"),
                ),
                (
                    "拆分为不超过 64 MiB 的文件",
                    "split it into files of 64 MiB at most",
                ),
            );
            return None;
        }
        Ok(_) => std::fs::read(path),
        Err(error) => Err(error),
    };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(error) => {
            place.unread(
                0,
                "cannot-read",
                (
                    format!("无法读取:{error}"),
                    format!("cannot be read: {error}"),
                ),
                ("检查路径与权限", "check the path and its permissions"),
            );
            return None;
        }
    };
    let extension = path
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "xlsx" | "xlsm" => workbook(bytes, which, place),
        "tsv" => Some(vec![(None, delimited(&bytes, b'\t', place))]),
        "csv" | "txt" => Some(vec![(None, delimited(&bytes, b',', place))]),
        other => {
            place.unread(
                0,
                "unknown-table",
                (
                    format!("不支持 `.{other}` 表格"),
                    format!("`.{other}` is no form of a table"),
                ),
                ("另存为 csv 或 xlsx", "save it as csv or xlsx"),
            );
            None
        }
    }
}

fn delimited(bytes: &[u8], delimiter: u8, place: &mut Place<'_>) -> Vec<Row> {
    let head = &bytes[..bytes.len().min(SAMPLE)];
    let charset = Charset::of(head, head.len() == bytes.len());
    let (text, replaced) = charset.decode(bytes);
    if replaced > 0 {
        let line = text
            .lines()
            .position(|l| l.contains('\u{FFFD}'))
            .unwrap_or(0)
            + 1;
        place.unread(
            line as u64,
            "charset",
            (
                format!("有 {replaced} 字节不是 {} 文本", charset.name()),
                format!("{replaced} bytes are no text in {}", charset.name()),
            ),
            ("另存为 UTF-8", "save the file as UTF-8"),
        );
    }
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => rows.push(Row {
                line: record.position().map_or(0, csv::Position::line),
                cells: record.iter().map(|cell| cell.trim().to_owned()).collect(),
            }),
            Err(error) => {
                place.unread(
                    error.position().map_or(0, csv::Position::line),
                    "broken-row",
                    ("不是表格的一行", "is no row of a table"),
                    ("补全引号", "close the quotation marks"),
                );
            }
        }
    }
    rows
}

/// The rows of sheets. Cells that are merged over several rows count for each of them, which is how
/// people write one annotator with several trainings.
fn workbook(bytes: Vec<u8>, which: Which, place: &mut Place<'_>) -> Option<Vec<Raw>> {
    let opened = calamine::open_workbook_from_rs(Cursor::new(bytes));
    let mut book: Book = match opened {
        Ok(book) => book,
        Err(error) => {
            let error: calamine::XlsxError = error;
            broken(&error.to_string(), place);
            return None;
        }
    };
    let mut names = book.sheet_names();
    if which == Which::First {
        names.truncate(1);
    }
    if names.is_empty() {
        broken("no sheet", place);
        return None;
    }
    let mut all = Vec::new();
    for name in names {
        let rows = sheet(&mut book, &name, place)?;
        all.push((Some(name), rows));
    }
    Some(all)
}

type Book = Xlsx<Cursor<Vec<u8>>>;

fn broken(what: &str, place: &mut Place<'_>) {
    place.unread(
        0,
        "broken-workbook",
        (
            format!("无法作为工作簿读取:{what}"),
            format!("is no workbook: {what}"),
        ),
        (
            "重新另存为 xlsx,或另存为 UTF-8 的 csv",
            "save it again as xlsx, or as csv in UTF-8",
        ),
    );
}

fn sheet(book: &mut Book, name: &str, place: &mut Place<'_>) -> Option<Vec<Row>> {
    let (range, merged) = match (
        book.worksheet_range(name),
        book.merge_cells_by_sheet_name(name),
    ) {
        (Ok(range), Ok(merged)) => (range, merged),
        (Err(error), _) | (_, Err(error)) => {
            broken(&error.to_string(), place);
            return None;
        }
    };
    let first = range.start().unwrap_or_default();
    let mut rows: Vec<Row> = Vec::new();
    for (number, row) in range.rows().enumerate() {
        let line = u64::from(first.0) + number as u64 + 1;
        let cells = row.iter().enumerate().map(|(column, cell)| match cell {
            Data::Error(error) => {
                place.unread(
                    line,
                    "cell-error",
                    (
                        format!("第 {} 列是错误值 {error}", column + 1),
                        format!("column {} holds the error {error}", column + 1),
                    ),
                    ("直接写值", "write the value itself"),
                );
                String::new()
            }
            cell => written(cell),
        });
        let cells = cells.collect();
        rows.push(Row { line, cells });
    }
    for region in merged {
        let at = |(row, column): (u32, u32)| {
            let row = row.checked_sub(first.0)? as usize;
            Some((row, column.checked_sub(first.1)? as usize))
        };
        let (Some((top, left)), Some((bottom, right))) = (at(region.start), at(region.end)) else {
            continue;
        };
        if right > left {
            place.unread(
                u64::from(region.start.0) + 1,
                "merged-columns",
                (
                    format!(
                        "第 {} 至 {} 列合并,不知属于哪一列",
                        region.start.1 + 1,
                        region.end.1 + 1
                    ),
                    format!(
                        "columns {} to {} are merged, so that nobody knows which is meant",
                        region.start.1 + 1,
                        region.end.1 + 1
                    ),
                ),
                (
                    "取消合并,逐列填写",
                    "undo the merge and fill in every column",
                ),
            );
            continue;
        }
        let value = rows
            .get(top)
            .and_then(|row| row.cells.get(left))
            .cloned()
            .unwrap_or_default();
        for row in rows.iter_mut().take(bottom + 1).skip(top + 1) {
            if let Some(cell) = row.cells.get_mut(left) {
                cell.clone_from(&value);
            }
        }
    }
    Some(rows)
}

/// A cell as its reader sees it; dates so that [`crate::dates::parse`] reads them.
fn written(cell: &Data) -> String {
    match cell {
        Data::DateTime(date) => {
            let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
        }
        Data::DateTimeIso(date) => date.clone(),
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            format!("{}", *number as i64)
        }
        cell => cell.to_string().trim().to_owned(),
    }
}

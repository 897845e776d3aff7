//! Lexicons in spreadsheets.

use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Reader as _, Xlsx};

use super::read::{Columns, Entry, complaint, rows_of};
use crate::SetupError;

/// The rows of the first sheet. A category may be merged over its words, which is how people write
/// it; a formula must have been calculated.
pub fn read(path: &Path, bytes: Vec<u8>, columns: &Columns) -> Result<Vec<Entry>, SetupError> {
    let wrong =
        |what: String| complaint(path, 0, what, "save it again as xlsx, or as csv in UTF-8");
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes))
        .map_err(|error: calamine::XlsxError| wrong(format!("is no workbook: {error}")))?;
    let Some(name) = book.sheet_names().first().cloned() else {
        return Err(wrong("has no sheet".to_owned()));
    };
    let range = book
        .worksheet_range(&name)
        .map_err(|error| wrong(format!("{error}")))?;
    let formulas = book
        .worksheet_formula(&name)
        .map_err(|error| wrong(format!("{error}")))?;
    let first = range.start().unwrap_or_default();
    let mut rows: Vec<(usize, Vec<String>)> = Vec::new();
    for (number, row) in range.rows().enumerate() {
        let line = first.0 as usize + number + 1;
        let mut cells = Vec::with_capacity(row.len());
        for (column, cell) in row.iter().enumerate() {
            let place = (first.0 + number as u32, first.1 + column as u32);
            let is_formula = formulas.get_value(place).is_some_and(|f| !f.is_empty());
            match cell {
                Data::Error(error) => {
                    return Err(complaint(
                        path,
                        line,
                        format!("column {} holds the error {error}", column + 1),
                        "write the word itself",
                    ));
                }
                Data::Empty if is_formula => {
                    return Err(complaint(
                        path,
                        line,
                        format!("column {} holds a formula without a value", column + 1),
                        "open and save the file in a spreadsheet, or paste values only",
                    ));
                }
                cell => cells.push(cell.to_string()),
            }
        }
        rows.push((line, cells));
    }
    let merged = book
        .merge_cells_by_sheet_name(&name)
        .map_err(|error| wrong(format!("{error}")))?;
    for region in merged {
        let at = |row: u32, column: u32| {
            let row = row.checked_sub(first.0)?;
            Some((row as usize, column.checked_sub(first.1)? as usize))
        };
        let (Some((top, left)), Some((bottom, _))) = (
            at(region.start.0, region.start.1),
            at(region.end.0, region.end.1),
        ) else {
            continue;
        };
        let value = rows
            .get(top)
            .and_then(|(_, cells)| cells.get(left))
            .cloned()
            .unwrap_or_default();
        for (_, cells) in rows.iter_mut().take(bottom + 1).skip(top + 1) {
            if let Some(cell) = cells.get_mut(left) {
                cell.clone_from(&value);
            }
        }
    }
    rows_of(path, rows, columns)
}

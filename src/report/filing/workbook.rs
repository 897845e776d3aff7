//! Grids → a spreadsheet, a sheet each, with one before them that says what they are of.

use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format, FormatAlign, Workbook};
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::grid::{Grid, GridCell};
use super::words::Words;
use crate::report::clean::clean;
use crate::report::docx::Align;

/// Characters of a cell.
const CELL: usize = 32_767;
/// Rows of a sheet, with room for its head.
const SHEET_ROWS: usize = 1_000_000;
/// Largest number that a spreadsheet holds exactly.
const EXACT: u64 = 1 << 53;

/// What a spreadsheet says of itself: lines of a name and a value.
pub type About = Vec<(String, String)>;

/// The bytes of the file.
///
/// # Errors
///
/// Those of the library; names of sheets and lengths of cells are right by construction.
pub fn workbook(about: &About, grids: &[Grid], words: Words) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The same rows, the same bytes: the moment of writing is no part of the table.
    let midnight = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&midnight));
    let formats = Formats::new();
    let sheet = book.add_worksheet();
    sheet.set_name(words.l("说明", "about"))?;
    sheet.set_column_width(0, 28)?.set_column_width(1, 100)?;
    for (line, (name, value)) in (0_u32..).zip(about) {
        sheet.write_string_with_format(line, 0, text(name), &formats.head)?;
        sheet.write_string_with_format(line, 1, text(value), &formats.text)?;
    }
    for grid in grids {
        let mut parts = grid.rows.chunks(SHEET_ROWS);
        // A grid without rows is a sheet all the same.
        let first = parts.next().unwrap_or_default();
        for (number, rows) in std::iter::once(first).chain(parts).enumerate() {
            let sheet = book.add_worksheet();
            sheet.set_name(match number {
                0 => grid.sheet.clone(),
                more => format!("{}{}", grid.sheet, more + 1),
            })?;
            fill(sheet, grid, rows, words, &formats)?;
        }
    }
    book.save_to_buffer()
}

struct Formats {
    head: Format,
    text: Format,
    center: Format,
    strong: Format,
    count: Format,
    share: Format,
}

impl Formats {
    fn new() -> Self {
        let top = || Format::new().set_align(FormatAlign::Top).set_text_wrap();
        Self {
            head: top()
                .set_bold()
                .set_background_color(Color::RGB(0x00E7_EBF0)),
            text: top(),
            center: top().set_align(FormatAlign::Center),
            strong: top().set_bold().set_font_color(Color::RGB(0x00B0_0020)),
            count: Format::new()
                .set_align(FormatAlign::Top)
                .set_num_format("#,##0"),
            share: Format::new()
                .set_align(FormatAlign::Top)
                .set_num_format("0.00%"),
        }
    }
}

fn fill(
    sheet: &mut Worksheet,
    grid: &Grid,
    rows: &[Vec<GridCell>],
    words: Words,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let total: u32 = grid.columns.iter().map(|c| c.weight.max(1)).sum();
    for (at, column) in (0_u16..).zip(&grid.columns) {
        sheet.write_string_with_format(0, at, text(&column.title), &formats.head)?;
        let width = 150.0 * f64::from(column.weight.max(1)) / f64::from(total.max(1));
        sheet.set_column_width(at, width.clamp(8.0, 70.0))?;
    }
    for (line, row) in (1_u32..).zip(rows) {
        for ((at, cell), column) in (0_u16..).zip(row).zip(&grid.columns) {
            match cell {
                GridCell::Count(n) if *n <= EXACT => {
                    sheet.write_number_with_format(line, at, *n as f64, &formats.count)?;
                }
                GridCell::Share(share) => {
                    sheet.write_number_with_format(line, at, *share, &formats.share)?;
                }
                cell => {
                    let format = match (cell.is_strong(), column.align) {
                        (true, _) => &formats.strong,
                        (false, Align::Center) => &formats.center,
                        (false, _) => &formats.text,
                    };
                    // Strings are shared strings, which no program takes for a formula.
                    sheet.write_string_with_format(line, at, text(&cell.text(words)), format)?;
                }
            }
        }
    }
    let last = u16::try_from(grid.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    let end = rows.len() as u32;
    sheet.autofilter(0, 0, end, last)?;
    sheet.set_freeze_panes(1, 0)?;
    sheet
        .set_landscape()
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, 0)?;
    sheet.set_footer("&C— &P —");
    if !grid.note.is_empty() {
        sheet.write_string_with_format(
            end + 2,
            0,
            text(&grid.note),
            &Format::new().set_italic(),
        )?;
    }
    Ok(())
}

/// Text as a cell holds it, cut with a mark if it is too long.
fn text(text: &str) -> String {
    let text = clean(text);
    if text.chars().map(char::len_utf16).sum::<usize>() <= CELL {
        return text;
    }
    let mut left = CELL - 2;
    let kept = text.chars().take_while(|c| {
        let fits = c.len_utf16() <= left;
        left = left.saturating_sub(c.len_utf16());
        fits
    });
    kept.chain("…".chars()).collect()
}

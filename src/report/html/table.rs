//! Tables of the documents as tables of the page, in both languages at once.

use maud::{Markup, html};

use super::markup::{EN, ZH, n, share, state, t};
use crate::report::docx::Align;
use crate::report::filing::grid::{Grid, GridCell};
use crate::report::filing::words::Words;
use crate::report::model::Report;

/// Rows of a table; what is beyond is counted. A page of six hundred sources with 500 rows a table had
/// 129,000 elements and took two seconds to open.
pub const MOST_ROWS: usize = 100;

/// A table that the documents have too.
pub fn grid(report: &Report, make: impl Fn(&Report, Words) -> Grid) -> Markup {
    both(&make(report, ZH), &make(report, EN))
}

/// The two are the same table in two languages.
pub fn both(zh: &Grid, en: &Grid) -> Markup {
    let rows = || zh.rows.iter().zip(&en.rows);
    html! {
        div.table tabindex="0" role="group" aria-label={ (zh.title) " / " (en.title) } {
            table {
                caption { (t(&zh.title, &en.title)) }
                thead { tr {
                    @for (zh, en) in zh.columns.iter().zip(&en.columns) {
                        th.(side(zh.align)) scope="col" { (t(&zh.title, &en.title)) }
                    }
                } }
                tbody {
                    @if zh.rows.is_empty() {
                        tr { td colspan=(zh.columns.len()) { (t("(无)", "(none)")) } }
                    }
                    @for (zh_row, en_row) in rows().take(MOST_ROWS) {
                        tr {
                            @for ((a, b), column) in zh_row.iter().zip(en_row).zip(&zh.columns) {
                                td.(side(column.align)) { (cell(a, b)) }
                            }
                        }
                    }
                }
            }
        }
        @if zh.rows.len() > MOST_ROWS {
            p.cut { (cut(MOST_ROWS as u64, zh.rows.len() as u64)) }
        }
        @if !zh.note.is_empty() { p.note { (t(&zh.note, &en.note)) } }
    }
}

/// That not all is shown.
pub fn cut(shown: u64, all: u64) -> Markup {
    use crate::report::filing::words::number;
    let (shown, all) = (number(shown), number(all));
    t(
        &format!("显示 {shown} 行,共 {all} 行;全部见归档包内的电子表格或 yujian export。"),
        &format!(
            "Showing {shown} of {all} rows; all of them are in the spreadsheets of the package, or in yujian export."
        ),
    )
}

const fn side(align: Align) -> &'static str {
    match align {
        Align::Left => "l",
        Align::Center => "c",
        Align::Right => "r",
    }
}

fn cell(zh: &GridCell, en: &GridCell) -> Markup {
    match zh {
        GridCell::Count(count) => n(*count),
        GridCell::Share(of) => share(*of),
        GridCell::State(of) => state(*of),
        GridCell::Empty => html! { "—" },
        GridCell::Missing(_) => html! { span.missing { (t(&zh.text(ZH), &en.text(EN))) } },
        GridCell::Text(_) => html! { bdi { (t(&zh.text(ZH), &en.text(EN))) } },
    }
}

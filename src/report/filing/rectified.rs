//! 整改对比: what became of what an earlier run found, for whoever answers for the rectification.

use rust_xlsxwriter::XlsxError;

use super::body::Body;
use super::grid::Grid;
use super::words::number;
use super::{Filing, grids};
use crate::report::ReportLanguage;
use crate::report::docx::{Document, Orientation};
use crate::report::model::RectificationPart;

/// Rows of a table of the document; the spreadsheet has all.
const ROWS: usize = 100;

/// The document.
pub fn document(filing: &Filing<'_>, part: &RectificationPart) -> Document {
    let w = filing.w;
    let title = w.l("整改前后对比", "Before and After Rectification");
    let mut body = Body::new(filing);
    body.heading(1, "结论", "Result");
    body.text(filing.caution());
    verdict(&mut body, part);
    body.grid(&grids::rectified_runs(part, w));
    body.heading(1, "不能认定的部分", "What is unclear");
    body.grid(&grids::rectified_unclear(part, w));
    body.pages(Orientation::Landscape);
    body.heading(1, "按来源", "By source");
    body.grid(&first(grids::rectified_sources(part, w), filing));
    body.grid(&first(grids::rectified_records(part, w), filing));
    let [risks, entities, rules] = grids::rectified_rows(part, w);
    body.heading(1, "按安全风险", "By risk");
    body.grid(&risks);
    body.heading(
        1,
        "按个人信息与其他实体",
        "By kind of personal data and others",
    );
    body.grid(&first(entities, filing));
    body.heading(1, "按规则", "By rule");
    body.grid(&first(rules, filing));
    filing.document(title, body.end())
}

fn verdict(body: &mut Body<'_>, part: &RectificationPart) {
    let w = body.w;
    let total = &part.total;
    let n = number;
    body.text(match w.0 {
        ReportLanguage::Zh => format!(
            "整改前检出 {} 处:已剔除 {} 处、已替换 {} 处、转为不计 {} 处、仍存在 {} 处、不能认定 {} 处、未留明细 {} 处。整改后检出 {} 处:沿续 {} 处、重新计入 {} 处、新增 {} 处、未留明细 {} 处。",
            n(total.before), n(total.removed), n(total.replaced), n(total.closed), n(total.still),
            n(total.unclear), n(total.unkept_before), n(total.after), n(total.carried),
            n(total.reopened), n(total.new), n(total.unkept_after),
        ),
        ReportLanguage::En => format!(
            "Before: {} findings, of which {} removed, {} replaced, {} suppressed, {} still there, {} unclear, {} not kept. After: {} findings, of which {} carried over, {} reopened, {} new, {} not kept.",
            n(total.before), n(total.removed), n(total.replaced), n(total.closed), n(total.still),
            n(total.unclear), n(total.unkept_before), n(total.after), n(total.carried),
            n(total.reopened), n(total.new), n(total.unkept_after),
        ),
    });
    for what in &part.apart {
        let what = grids::rectified_apart(what, w);
        body.strong(match w.0 {
            ReportLanguage::Zh => format!("{what}:不再检出的不能认定为已剔除或已替换。"),
            ReportLanguage::En => {
                format!("{what}: what is no longer found is called neither removed nor replaced.")
            }
        });
    }
    let sides = [
        (&part.old, "整改前", "before"),
        (&part.new, "整改后", "after"),
    ];
    for (_, zh, en) in sides.iter().filter(|(run, ..)| !run.whole) {
        body.strong(match w.0 {
            ReportLanguage::Zh => format!("{zh}的扫描未全部读取。"),
            ReportLanguage::En => format!("Not everything was read {en}."),
        });
    }
}

/// The first rows of a long table.
fn first(mut grid: Grid, filing: &Filing<'_>) -> Grid {
    let more = grid.rows.len().saturating_sub(ROWS);
    if more == 0 {
        return grid;
    }
    grid.rows.truncate(ROWS);
    let note = match filing.w.0 {
        ReportLanguage::Zh => format!(
            "另有 {} 行,见整改对比.xlsx。{}",
            number(more as u64),
            grid.note
        ),
        ReportLanguage::En => format!(
            "{} more rows in rectification.xlsx. {}",
            number(more as u64),
            grid.note
        ),
    };
    grid.noted(note)
}

/// The spreadsheet.
pub fn workbook(filing: &Filing<'_>, part: &RectificationPart) -> Result<Vec<u8>, XlsxError> {
    let w = filing.w;
    let mut about = filing.about();
    about.push((w.l("说明", "note").to_owned(), filing.caution()));
    for what in &part.apart {
        about.push((
            w.l("不可比", "not comparable").to_owned(),
            grids::rectified_apart(what, w),
        ));
    }
    let mut sheets = vec![
        grids::rectified_runs(part, w),
        grids::rectified_sources(part, w),
        grids::rectified_records(part, w),
    ];
    sheets.extend(grids::rectified_rows(part, w));
    sheets.push(grids::rectified_unclear(part, w));
    super::workbook::workbook(&about, &sheets, w)
}

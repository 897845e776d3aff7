//! Spreadsheets: the ledger with all tables of a filing, and the catalogue of evidence.

use rust_xlsxwriter::XlsxError;

use super::annex1::matrices;
use super::workbook::workbook;
use super::{Filing, grids};

/// Sources of one sheet of risks: a spreadsheet takes 16,384 columns.
const SOURCES: usize = 1_000;

/// 语料来源清单 and the other tables.
pub fn sources(filing: &Filing<'_>) -> Result<Vec<u8>, XlsxError> {
    let (report, w) = (filing.report, filing.w);
    let mut sheets = vec![
        grids::ledger(report, w),
        grids::by_type(report, w),
        grids::by_kind(report, w),
    ];
    for (sheet, title, value) in matrices(w) {
        sheets.push(grids::kind_and_type(report, w, (sheet, title), value));
    }
    sheets.extend([
        grids::size_rows(report, w),
        grids::coverage(report, w),
        grids::licences(report, w),
        grids::self_collected(report, w),
        grids::commercial(report, w),
        grids::filtering(report, w),
        grids::samples(report, w),
        grids::assessments(report, w),
    ]);
    sheets.extend(grids::risks(report, w, SOURCES));
    sheets.extend([
        grids::ecology(report, w),
        grids::personal(report, w),
        grids::rights(report, w),
        grids::holders(report, w),
        grids::licences_stated(report, w),
        grids::annotated(report, w),
        grids::people(report, w),
        grids::rules(report, w),
        grids::risk_coverage(report, w),
        grids::batches(report, w),
        grids::checks(report, w),
        grids::conclusions(report, w),
        grids::precheck(report, w),
        grids::matrix(report, w, true),
        grids::problems(report, w),
        grids::unread(report, w),
    ]);
    let mut about = filing.about();
    about.push((w.l("说明", "note").to_owned(), filing.caution()));
    for sheet in sheets.iter().filter(|sheet| !sheet.note.is_empty()) {
        about.push((sheet.sheet.clone(), sheet.note.clone()));
    }
    workbook(&about, &sheets, w)
}

/// 证据目录.
pub fn evidence(filing: &Filing<'_>) -> Result<Vec<u8>, XlsxError> {
    let (report, w) = (filing.report, filing.w);
    let mut about = filing.about();
    about.push((
        w.l("扫描运行摘要", "digest of the run").to_owned(),
        report.evidence.run.clone(),
    ));
    about.push((
        w.l("核验方法", "how to check").to_owned(),
        w.l(
            "b3sum 文件 与所列 BLAKE3 相同;yujian verify 运行目录;b3sum report.json 与报告摘要相同",
            "b3sum FILE gives the BLAKE3 that is listed; yujian verify RUN; b3sum report.json gives the digest of the report",
        )
        .to_owned(),
    ));
    let sheets = [grids::evidence(report, w), grids::run_files(report, w)];
    workbook(&about, &sheets, w)
}

//! Annex 4: the keywords, full and editable: three columns, a sheet a group of risks, with the log
//! of releases and the number of words that are different once folded.

use rust_xlsxwriter::XlsxError;

use super::grid::{Grid, GridCell};
use super::words::number;
use super::{Filing, grids};
use crate::judge::KeywordPolicy;
use crate::lexicon;
use crate::report::docx::Align::Left;
use crate::rules::RuleSet;

/// The file.
///
/// # Errors
///
/// Those of the library.
pub fn workbook(filing: &Filing<'_>, rules: Option<&RuleSet>) -> Result<Vec<u8>, XlsxError> {
    let (report, w) = (filing.report, filing.w);
    let mut about = filing.about();
    let mut line = |name: &str, value: String| about.push((name.to_owned(), value));
    let mut sheets = Vec::new();
    match (&report.keywords.audit, rules) {
        (Some(audit), Some(rules)) => {
            line(
                w.l("关键词(写有)", "keywords as written"),
                number(audit.written),
            );
            line(
                w.l("关键词(归一化去重后)", "keywords, different once folded"),
                number(audit.unique),
            );
            line(
                w.l("其中组合词", "combinations among them"),
                number(audit.combinations),
            );
            for check in &audit.checks {
                let told = format!(
                    "{}{}{}",
                    w.state(check.state),
                    w.colon(),
                    w.say(&check.finding)
                );
                line(&format!("{} {}", check.clause, w.say(&check.title)), told);
            }
            sheets = by_group(filing, rules);
            sheets.push(grids::keywords(report, w));
        }
        _ => {
            let reason = report
                .keywords
                .missing
                .as_ref()
                .map_or_else(String::new, |reason| w.say(reason));
            line(w.l("关键词", "keywords"), w.missing(&reason));
        }
    }
    sheets.push(releases(filing));
    super::workbook::workbook(&about, &sheets, w)
}

fn by_group(filing: &Filing<'_>, rules: &RuleSet) -> Vec<Grid> {
    let w = filing.w;
    let policy = KeywordPolicy::builtin();
    // The columns are those that the table of duties names.
    let [word, first, second] = policy.columns();
    let [word, first, second] = match w.0 {
        crate::report::ReportLanguage::Zh => [&*word, &first, &second],
        crate::report::ReportLanguage::En => ["keyword", "group", "risk"],
    };
    let rows = lexicon::rows(rules);
    let groups = lexicon::risks().filter(|risk| risk.code.len() == 3);
    let grids = groups.map(|group| {
        let title = format!("{} {}", group.code, w.say(&group.title));
        let columns = [(word, 4, Left), (first, 5, Left), (second, 5, Left)];
        let mut grid = Grid::new(group.code, &title, &columns);
        let of = rows.iter().filter(|row| row.code.starts_with(group.code));
        grid.rows = of
            .map(|row| {
                [&row.word, &row.first, &row.second]
                    .map(|cell| GridCell::Text(cell.clone()))
                    .to_vec()
            })
            .collect();
        grid
    });
    grids.collect()
}

fn releases(filing: &Filing<'_>) -> Grid {
    let w = filing.w;
    let columns = [(w.l("更新日期", "released on"), 3, Left)];
    let mut grid = Grid::new(
        w.l("版本记录", "releases"),
        w.l("关键词库版本记录", "Releases of the keywords"),
        &columns,
    );
    let days = filing.report.keywords.releases.iter();
    grid.rows = days.map(|day| vec![day.to_string().into()]).collect();
    if grid.rows.is_empty() {
        let reason = w.l(
            "没有版本记录 releases.csv",
            "there is no log of releases, releases.csv",
        );
        grid.rows.push(vec![GridCell::Missing(w.missing(reason))]);
    }
    grid
}

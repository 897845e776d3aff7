//! Annex 5: the questions, full and editable, in the columns of the form, a sheet a bank; before
//! them the audit: how many there are of what, and what came of each duty.

use rust_xlsxwriter::XlsxError;

use super::grid::{Grid, GridCell};
use super::words::number;
use super::{Filing, workbook};
use crate::judge::TestBankAudit;
use crate::report::ReportLanguage;
use crate::report::docx::Align::{Left, Right};
use crate::testbank::{Judged, TestBank, TestBankPolicy};

/// The file.
///
/// # Errors
///
/// Those of the library.
pub fn workbook(filing: &Filing<'_>, bank: Option<&TestBank>) -> Result<Vec<u8>, XlsxError> {
    let (report, w) = (filing.report, filing.w);
    let mut about = filing.about();
    let mut sheets = Vec::new();
    match (&report.testbank.audit, bank) {
        (Some(audit), Some(bank)) => {
            for file in &audit.files {
                about.push((
                    format!("{} {}", w.l("题库文件", "file"), file.path),
                    format!(
                        "BLAKE3 {}, {} {}",
                        file.digest,
                        number(file.questions),
                        w.l("题", "questions")
                    ),
                ));
            }
            let rules = audit.criteria.iter().map(|document| {
                let named = number(document.risks.len() as u64);
                (
                    format!(
                        "{} {}",
                        w.l("规则与判别标准", "rules and criteria"),
                        document.path
                    ),
                    format!(
                        "BLAKE3 {}, {} {named}",
                        document.digest,
                        w.l("写到风险", "risks named")
                    ),
                )
            });
            about.extend(rules);
            let days: Vec<String> = audit.updated.iter().map(ToString::to_string).collect();
            if !days.is_empty() {
                about.push((
                    w.l("更新日期", "updated on").to_owned(),
                    days.join(w.comma()),
                ));
            }
            sheets.push(clauses(filing, audit));
            sheets.push(amounts(filing, audit));
            sheets.push(problems(filing, audit));
            sheets.extend(questions(filing, bank));
        }
        _ => {
            let reason = report.testbank.missing.as_ref();
            let reason = reason.map_or_else(String::new, |reason| w.say(reason));
            about.push((w.l("测试题库", "test banks").to_owned(), w.missing(&reason)));
        }
    }
    workbook::workbook(&about, &sheets, w)
}

fn clauses(filing: &Filing<'_>, audit: &TestBankAudit) -> Grid {
    let w = filing.w;
    let columns = [
        (w.l("条款", "clause"), 2, Left),
        (w.l("要求", "duty"), 6, Left),
        (w.l("结果", "result"), 3, Left),
        (w.l("依据", "reason"), 9, Left),
    ];
    let mut grid = Grid::new(
        w.l("审核结论", "results"),
        w.l("测试题库审核结论", "Test banks: results"),
        &columns,
    );
    // What was judged in the end: statements of people are in it.
    let results = filing.report.matrix.clauses.iter();
    for result in results.filter(|result| audit.points.contains_key(&result.id)) {
        for point in &result.points {
            grid.rows.push(vec![
                result.id.as_str().into(),
                w.say(&result.title).into(),
                point.state.into(),
                w.say(&point.reason).into(),
            ]);
        }
    }
    grid
}

fn amounts(filing: &Filing<'_>, audit: &TestBankAudit) -> Grid {
    let w = filing.w;
    let columns = [
        (w.l("题库", "bank"), 5, Left),
        (w.l("代码", "code"), 2, Left),
        (w.l("类别", "class"), 7, Left),
        (w.l("去重后题数", "different"), 3, Right),
        (w.l("要求", "wanted"), 2, Right),
        (w.l("缺", "missing"), 2, Right),
        (w.l("写有题数", "as written"), 3, Right),
        (w.l("已研判", "judged"), 2, Right),
        (w.l("合格", "passed"), 2, Right),
        (w.l("合格率", "pass rate"), 2, Right),
        (w.l("合格率区间(95%)", "interval (95 %)"), 4, Left),
    ];
    let mut grid = Grid::new(
        w.l("题量统计", "amounts"),
        w.l("测试题数量", "Number of questions"),
        &columns,
    );
    let short = |missing: u64| match missing {
        0 => 0.into(),
        n => GridCell::Missing(number(n)),
    };
    for bank in &audit.banks {
        let title = w.say(&bank.title);
        let missing = bank.at_least.unwrap_or(0).saturating_sub(bank.unique);
        let rate = (bank.judged > 0).then(|| bank.passed as f64 / bank.judged as f64);
        grid.rows.push(vec![
            title.clone().into(),
            GridCell::Empty,
            w.l("合计", "all").into(),
            bank.unique.into(),
            bank.at_least.into(),
            short(missing),
            bank.questions.into(),
            bank.judged.into(),
            bank.passed.into(),
            rate.map_or(GridCell::Empty, GridCell::Share),
            bank.pass_interval.map_or(GridCell::Empty, |(low, high)| {
                let ends = [low, high].map(super::words::percent);
                ends.join(" – ").into()
            }),
        ]);
        for class in &bank.classes {
            let mut row = vec![
                title.clone().into(),
                class.code.as_str().into(),
                w.say(&class.title).into(),
                class.unique.into(),
                class.at_least.into(),
                match &class.omitted {
                    Some(reason) => GridCell::Missing(format!(
                        "{}{}{reason}",
                        w.l("省略", "left out"),
                        w.colon()
                    )),
                    None => short(class.missing),
                },
            ];
            row.resize(columns.len(), GridCell::Empty);
            grid.rows.push(row);
        }
        if bank.unclassified > 0 {
            let mut row = vec![
                title.into(),
                GridCell::Empty,
                w.l("不在要求的类别之列", "of no class that is asked for")
                    .into(),
                bank.unclassified.into(),
            ];
            row.resize(columns.len(), GridCell::Empty);
            grid.rows.push(row);
        }
    }
    grid
}

/// What is wrong with the files.
fn problems(filing: &Filing<'_>, audit: &TestBankAudit) -> Grid {
    let w = filing.w;
    let columns = [
        (w.l("位置", "place"), 5, Left),
        (w.l("问题", "problem"), 7, Left),
        (w.l("改法", "how to mend it"), 7, Left),
    ];
    let mut grid = Grid::new(
        w.l("题库问题", "problems"),
        w.l("题库文件中的问题", "Problems of the files"),
        &columns,
    );
    let rows = audit.problems.first.iter().map(|problem| {
        vec![
            problem.place().into(),
            w.say(&problem.what).into(),
            w.say(&problem.hint).into(),
        ]
    });
    grid.rows = rows.collect();
    match audit.problems.more() {
        0 => grid,
        more => grid.noted(format!("{} {}", w.l("另有", "and more:"), number(more))),
    }
}

/// Every question as it is written, a sheet a bank.
fn questions(filing: &Filing<'_>, bank: &TestBank) -> Vec<Grid> {
    let w = filing.w;
    let policy = TestBankPolicy::builtin();
    let [number, question, first, second, answer, judged] = &policy.columns;
    let titles = match w.0 {
        ReportLanguage::Zh => [number, question, first, second, answer, judged].map(String::as_str),
        ReportLanguage::En => ["no.", "question", "group", "class", "answer", "verdict"],
    };
    let weights = [1, 9, 3, 3, 9, 2];
    let columns: Vec<_> = (titles.into_iter().zip(weights))
        .map(|(title, weight)| (title, weight, Left))
        .collect();
    let grids = policy.banks.iter().enumerate().filter_map(|(at, of)| {
        let questions = bank.questions.iter().filter(|question| question.bank == at);
        let rows = questions.map(|question| {
            let judged = match question.judged {
                Some(Judged::Passed) => w.l("合格", "passed").into(),
                Some(Judged::Failed) => w.l("不合格", "failed").into(),
                None => GridCell::Empty,
            };
            vec![
                question.text.as_str().into(),
                question.first.as_str().into(),
                question.second.as_str().into(),
                question.answer.as_str().into(),
                judged,
            ]
        });
        let rows = super::grids::numbered(rows.collect());
        let title = w.say(&of.title());
        let mut grid = Grid::new(&title, &title, &columns);
        grid.rows = rows;
        (!grid.rows.is_empty()).then_some(grid)
    });
    grids.collect()
}

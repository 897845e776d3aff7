//! Tables 10 to 12: annotation.

use crate::annotation::{Action, RISKS};
use crate::report::docx::Align::{Center, Left, Right};
use crate::report::filing::grid::{Grid, GridCell};
use crate::report::filing::words::Words;
use crate::report::model::Report;

/// `FIL-08`.
pub fn annotated(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("标注数量", "annotated"),
        w.l("标注语料数量", "Annotated items"),
        &[
            (w.l("形式", "form"), 3, Left),
            (w.l("标注类别", "kind"), 3, Left),
            (w.l("标注(次)", "annotations"), 3, Right),
            (w.l("条目(条/张)", "items"), 3, Right),
        ],
    );
    for (unit, kinds) in &report.annotation.figures.annotated {
        let unit = match &**unit {
            "image" => w.l("图片", "pictures"),
            _ => w.l("文本", "text"),
        };
        for (kind, amounts) in kinds {
            grid.rows.push(vec![
                unit.into(),
                kind_of(kind, w).into(),
                amounts.annotations.into(),
                amounts.items.into(),
            ]);
        }
    }
    grid
}

fn kind_of(kind: &str, w: Words) -> &str {
    match kind {
        "functional" => w.l("功能性标注", "functional"),
        "safety" => w.l("安全性标注", "safety"),
        "unknown" => w.l("类别未知", "unknown"),
        other => other,
    }
}

/// Table 10 (`FIL-09`, `FIL-10`).
pub fn people(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("标注人员", "annotators"),
        w.l("标注人员、培训与考核", "Annotators and their training"),
        &[
            (w.l("人员类型", "employment"), 3, Left),
            (w.l("登记人数", "registered"), 2, Right),
            (w.l("参与标注或审核", "worked"), 3, Right),
            (w.l("受训人数", "trained"), 2, Right),
            (w.l("培训(人次)", "trainings"), 3, Right),
            (w.l("培训时长(小时)", "hours"), 3, Right),
            (w.l("时长不详(次)", "length unknown"), 3, Right),
        ],
    );
    for (kind, people) in &report.annotation.figures.people {
        let kind = match &**kind {
            "internal" => w.l("内部", "internal"),
            "outsourced" => w.l("外包", "outsourced"),
            _ => w.l("类型未登记", "unknown"),
        };
        grid.rows.push(vec![
            kind.into(),
            people.registered.into(),
            people.worked.into(),
            people.trained.into(),
            people.trainings.into(),
            format!("{:.1}", people.hours).into(),
            people.without_hours.into(),
        ]);
    }
    grid
}

/// Rule documents (`FIL-11`).
pub fn rules(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("标注规则", "rules"),
        w.l("标注规则文件", "Rules of annotation"),
        &[
            (w.l("规则编号", "id"), 3, Left),
            (w.l("版本", "version"), 2, Left),
            (w.l("标注类别", "kind"), 3, Left),
            (w.l("有判定方法的风险(种)", "risks it judges"), 3, Right),
            (w.l("文件", "file"), 5, Left),
            ("BLAKE3", 6, Left),
        ],
    );
    for rule in &report.annotation.figures.rules {
        let kind = rule.kind.map_or("unknown", crate::annotation::Kind::en);
        grid.rows.push(vec![
            rule.id.as_str().into(),
            rule.version.as_str().into(),
            kind_of(kind, w).into(),
            rule.risks.into(),
            rule.file.as_str().into(),
            rule.digest.as_str().into(),
        ]);
    }
    grid
}

/// Table 11: annotations by risk. Whether the rules cover all 31 is `ANN-08`.
pub fn risk_coverage(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("标注覆盖31类风险", "risks annotated"),
        w.l("标注覆盖的安全风险(31 种)", "Annotations by risk"),
        &[
            (w.l("代码", "code"), 2, Left),
            (w.l("安全风险", "risk"), 7, Left),
            (w.l("标注(次)", "annotations"), 3, Right),
        ],
    );
    let titles: Vec<_> = report.findings.risks.iter().collect();
    for code in RISKS {
        let title = titles.iter().find(|risk| risk.code == *code);
        let count = report.annotation.figures.by_risk.get(code).copied();
        grid.rows.push(vec![
            (*code).into(),
            title.map(|risk| w.say(&risk.title)).into(),
            count.unwrap_or(0).into(),
        ]);
    }
    grid
}

/// Table 12 (`FIL-14`).
pub fn batches(report: &Report, w: Words) -> Grid {
    let figures = &report.annotation.figures;
    let mut grid = Grid::new(
        w.l("标注核验表", "verification"),
        w.l(
            "标注核验表(核验比例最低的批次在前)",
            "Verification by batch, least verified first",
        ),
        &[
            (w.l("批次", "batch"), 4, Left),
            (w.l("标注(次)", "annotations"), 3, Right),
            (w.l("人工核验", "verified"), 3, Right),
            (w.l("核验比例", "share"), 3, Right),
            (w.l("错误", "errors"), 2, Right),
            (w.l("处置", "action"), 3, Center),
        ],
    );
    for batch in &figures.least_verified {
        grid.rows.push(vec![
            batch.batch.as_str().into(),
            batch.annotations.into(),
            batch.verified.into(),
            GridCell::Share(batch.ratio),
            batch.errors.into(),
            match batch.action {
                Action::None => GridCell::Empty,
                Action::Accepted => w.l("通过", "accepted").into(),
                Action::Returned => w.l("退回重标", "returned").into(),
                Action::Void => w.l("整批作废", "void").into(),
            },
        ]);
    }
    let more = figures
        .batches
        .saturating_sub(figures.least_verified.len() as u64);
    match more {
        0 => grid,
        more => grid.noted(format!(
            "{} {more}",
            w.l("未列出的批次:", "batches not listed:")
        )),
    }
}

/// Checks of annotation.
pub fn checks(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("标注检查", "checks"),
        w.l("标注检查结果", "Checks of annotation"),
        &[
            (w.l("条款", "clause"), 3, Left),
            (w.l("要求", "duty"), 8, Left),
            (w.l("判定", "result"), 3, Center),
            (w.l("依据", "reason"), 9, Left),
            (w.l("不符合处", "offending"), 3, Right),
        ],
    );
    for check in &report.annotation.checks {
        grid.rows.push(vec![
            check.clause.as_str().into(),
            w.say(&check.title).into(),
            check.state.into(),
            w.say(&check.reason).into(),
            check.offending.into(),
        ]);
    }
    grid
}

//! The 20 classes of illegal and undesirable information, and who holds rights.

use crate::report::docx::Align::{Left, Right};
use crate::report::filing::grid::{Grid, GridCell};
use crate::report::filing::words::Words;
use crate::report::model::Report;

/// The 20 classes, with the source that has most of each.
pub fn ecology(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("20类违法不良信息", "20 classes"),
        w.l(
            "20 类违法不良信息(网络信息内容生态治理规定)",
            "20 classes of illegal and undesirable information",
        ),
        &[
            (w.l("代码", "code"), 2, Left),
            (w.l("类别", "class"), 8, Left),
            (w.l("规则", "rules"), 2, Right),
            (w.l("检出(处)", "findings"), 2, Right),
            (w.l("记录(条)", "records"), 2, Right),
            (w.l("已抑制", "suppressed"), 2, Right),
            (w.l("检出最多的来源", "source with most"), 4, Left),
        ],
    );
    for row in &report.findings.ecology {
        let some = row.sources.iter().filter(|(_, found)| found.findings > 0);
        // Of several with the same number the first by name.
        let most = some.reduce(|most, next| {
            if next.1.findings > most.1.findings {
                next
            } else {
                most
            }
        });
        grid.rows.push(vec![
            row.code.as_str().into(),
            w.say(&row.title).into(),
            match row.rules {
                0 => GridCell::Missing("0".to_owned()),
                n => n.into(),
            },
            row.total.findings.into(),
            row.total.records.into(),
            row.total.suppressed.into(),
            most.map(|(source, _)| source.as_str()).into(),
        ]);
    }
    grid.noted(w.l(
        "列出检出的候选,一处检出计入其规则对应的每一类。没有规则的类别须由人工抽检识别。",
        "Candidates; a finding counts in every class of its rule. Classes without a rule are left to people.",
    ))
}

/// Who is named as a holder of rights.
pub fn holders(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("权利人", "holders"),
        w.l(
            "语料中载明的权利人",
            "Holders of rights that the corpus names",
        ),
        &[
            (w.l("来源", "source"), 4, Left),
            (w.l("权利人", "holder"), 7, Left),
            (w.l("标记", "mark"), 3, Left),
            (w.l("年份", "years"), 3, Left),
            (w.l("检出(处)", "findings"), 2, Right),
            (w.l("记录(条)", "records"), 2, Right),
        ],
    );
    for source in &report.findings.holders {
        for holder in &source.first {
            let years = match (holder.year_from, holder.year_to) {
                (Some(from), Some(to)) if from == to => from.to_string(),
                (Some(from), Some(to)) => format!("{from}–{to}"),
                _ => String::new(),
            };
            let name = holder.holder.as_deref();
            grid.rows.push(vec![
                source.source.as_str().into(),
                name.unwrap_or_else(|| w.l("(其余)", "(all others)")).into(),
                holder.kind.as_str().into(),
                years.into(),
                holder.findings.into(),
                holder.records.into(),
            ]);
        }
        let more = source.rows - source.first.len() as u64;
        if more > 0 {
            let told = format!(
                "{} {more}{}",
                w.l("另有权利人", "and more:"),
                w.l(
                    "(yujian export --what holders)",
                    " (yujian export --what holders)"
                )
            );
            let mut row: Vec<GridCell> = vec![source.source.as_str().into(), told.into()];
            row.resize(6, GridCell::Empty);
            grid.rows.push(row);
        }
    }
    grid.noted(w.l(
        "取自版权声明等标记,每个来源列检出最多的二十个;有标记不等于侵权。",
        "From notices, for each source the twenty with most findings; presence is not infringement.",
    ))
}

//! 预审: what reviewers send back (`RVW-01` to `RVW-13`), checked before filing.

use std::fmt::Write as _;

use super::Filing;
use super::grid::Grid;
use super::grids;
use crate::State;
use crate::report::clean::clean;

/// The text.
pub fn markdown(filing: &Filing<'_>) -> String {
    let (report, w) = (filing.report, filing.w);
    let mut out = String::new();
    let mut line = |text: &str| {
        let _ = writeln!(out, "{text}\n");
    };
    line(&format!(
        "# {}",
        w.l("提交前预审", "Before filing: what is sent back")
    ));
    line(&filing.caution());
    for (name, value) in filing.about() {
        line(&format!("- {name}{}`{}`", w.colon(), cell(&value)));
    }
    let open = report
        .precheck
        .iter()
        .filter(|item| !matches!(item.state, State::Compliant | State::NotApplicable));
    line(&format!(
        "**{}{}{} / {}**",
        w.l("未通过的预审项", "open"),
        w.colon(),
        open.count(),
        report.precheck.len()
    ));
    line(&format!("## {}", w.l("退回原因预审", "What is sent back")));
    table(&mut out, &grids::precheck(report, w), filing);
    let _ = writeln!(
        out,
        "## {}\n",
        w.l("不足与整改建议", "Weaknesses and what to do")
    );
    table(&mut out, &grids::problems(report, w), filing);
    out
}

fn table(out: &mut String, grid: &Grid, filing: &Filing<'_>) {
    let heads: Vec<String> = grid
        .columns
        .iter()
        .map(|column| cell(&column.title))
        .collect();
    let _ = writeln!(out, "| {} |", heads.join(" | "));
    let _ = writeln!(out, "|{}", "---|".repeat(heads.len()));
    for row in &grid.rows {
        let cells: Vec<String> = row.iter().map(|c| cell(&c.text(filing.w))).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    out.push('\n');
}

fn cell(text: &str) -> String {
    crate::report::summary::cell(&clean(text))
}

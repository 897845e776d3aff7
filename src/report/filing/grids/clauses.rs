//! Clauses, conclusions, the pre-check, weaknesses and evidence.

use crate::judge::{ClauseResult, Point};
use crate::report::docx::Align::{Center, Left, Right};
use crate::report::filing::grid::{Grid, GridCell};
use crate::report::filing::words::Words;
use crate::report::model::{Conclusion, Report};
use crate::rules::Bilingual;

/// Reasons of a clause that a document shows; the spreadsheet has all.
const REASONS: usize = 3;

/// Every clause. `whole`: with a row for every result of a source, else one a clause.
pub fn matrix(report: &Report, w: Words, whole: bool) -> Grid {
    let mut grid = Grid::new(
        w.l("条款判定表", "clauses"),
        w.l("条款判定表", "Clauses"),
        &[
            (w.l("编号", "id"), 3, Left),
            (w.l("条款", "reference"), 5, Left),
            (w.l("条款文本状态", "text"), 3, Left),
            (w.l("应/宜", "duty"), 2, Center),
            (w.l("要求", "what is asked"), 7, Left),
            (w.l("来源", "source"), 3, Left),
            (w.l("判定", "result"), 2, Center),
            (w.l("理由", "reason"), 9, Left),
            (w.l("证明材料", "evidence"), 3, Left),
        ],
    );
    for result in &report.matrix.clauses {
        if whole {
            let rows = result.points.iter().map(|point| one(result, point, w));
            grid.rows.extend(rows);
        } else {
            grid.rows.push(summed(result, w));
        }
    }
    grid
}

fn clause(result: &ClauseResult, w: Words) -> Vec<GridCell> {
    vec![
        result.id.as_str().into(),
        result.reference.as_str().into(),
        w.text_status(&result.status).into(),
        w.duty(result.duty).into(),
        w.say(&result.title).into(),
    ]
}

fn one(result: &ClauseResult, point: &Point, w: Words) -> Vec<GridCell> {
    let mut row = clause(result, w);
    row.extend([
        w.source(point.source.as_deref()).into(),
        point.state.into(),
        w.say(&point.reason).into(),
        point.evidence.join(w.comma()).into(),
    ]);
    row
}

fn summed(result: &ClauseResult, w: Words) -> Vec<GridCell> {
    let worst: Vec<&Point> = (result.points.iter())
        .filter(|point| point.state == result.state)
        .collect();
    let mut reasons: Vec<String> = (worst.iter().take(REASONS))
        .map(|point| match &point.source {
            Some(source) => format!("{source}{}{}", w.colon(), w.say(&point.reason)),
            None => w.say(&point.reason),
        })
        .collect();
    if worst.len() > REASONS {
        reasons.push(format!("(+{})", worst.len() - REASONS));
    }
    let mut evidence: Vec<&str> = (result.points.iter())
        .flat_map(|point| &point.evidence)
        .map(String::as_str)
        .collect();
    evidence.sort_unstable();
    evidence.dedup();
    let of_all = worst.iter().all(|point| point.source.is_none());
    let mut row = clause(result, w);
    row.extend([
        match (of_all, worst.len(), result.points.len()) {
            (true, ..) => w.source(None).into(),
            (false, some, all) => format!("{some}/{all}").into(),
        },
        result.state.into(),
        reasons.join("\n").into(),
        evidence.join(w.comma()).into(),
    ]);
    row
}

fn reasons(all: &[Bilingual], w: Words) -> String {
    let mut told: Vec<String> = Vec::new();
    for reason in all {
        let reason = w.say(reason);
        if !told.contains(&reason) {
            told.push(reason);
        }
    }
    let more = told.len().saturating_sub(REASONS);
    let mut text = told[..told.len().min(REASONS)].join(w.semicolon());
    if more > 0 {
        text.push_str(&format!(" (+{more})"));
    }
    text
}

fn concluded(grid: &mut Grid, all: &[Conclusion], w: Words) {
    for conclusion in all {
        let rests: Vec<String> = (conclusion.rests_on.iter())
            .map(|rest| format!("{} {}", rest.clause, w.state(rest.state)))
            .collect();
        grid.rows.push(vec![
            conclusion.id.as_str().into(),
            w.say(&conclusion.title).into(),
            conclusion.state.into(),
            reasons(&conclusion.reasons, w).into(),
            rests.join(w.comma()).into(),
        ]);
    }
}

fn conclusion_columns(w: Words) -> [(&'static str, u32, crate::report::docx::Align); 5] {
    [
        (w.l("编号", "id"), 5, Left),
        (w.l("事项", "subject"), 10, Left),
        (w.l("判定", "result"), 5, Center),
        (w.l("理由", "reason"), 12, Left),
        (w.l("所依据条款", "rests on"), 12, Left),
    ]
}

/// `REP-01` to `REP-04`.
pub fn conclusions(report: &Report, w: Words) -> Grid {
    let columns = conclusion_columns(w);
    let mut grid = Grid::new(
        w.l("评估结论", "conclusions"),
        w.l("评估结论", "Conclusions"),
        &columns,
    );
    concluded(&mut grid, &report.conclusions, w);
    grid
}

/// `RVW-01` to `RVW-13`.
pub fn precheck(report: &Report, w: Words) -> Grid {
    let columns = conclusion_columns(w);
    let mut grid = Grid::new(
        w.l("预审", "precheck"),
        w.l("退回原因预审", "What is sent back"),
        &columns,
    );
    concluded(&mut grid, &report.precheck, w);
    grid
}

/// What is not met or not shown, and what to do.
pub fn problems(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("不足与建议", "weaknesses"),
        w.l("不足与整改建议", "Weaknesses and what to do"),
        &[
            (w.l("序号", "no."), 2, Center),
            (w.l("条款", "clause"), 3, Left),
            (w.l("应/宜", "duty"), 2, Center),
            (w.l("事项", "subject"), 6, Left),
            (w.l("来源", "source"), 3, Left),
            (w.l("判定", "result"), 3, Center),
            (w.l("理由", "reason"), 8, Left),
            (w.l("建议", "what to do"), 8, Left),
        ],
    );
    let rows = report.weaknesses.iter().map(|weak| {
        vec![
            weak.clause.as_deref().into(),
            w.duty(weak.duty).into(),
            w.say(&weak.title).into(),
            w.source(weak.source.as_deref()).into(),
            weak.state.into(),
            w.say(&weak.reason).into(),
            w.say(&weak.remedy).into(),
        ]
    });
    grid.rows = super::numbered(rows.collect());
    grid
}

/// Files that are named as proof.
pub fn evidence(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("证明材料", "evidence"),
        w.l("证明材料目录", "Evidence"),
        &[
            (w.l("编号", "id"), 2, Left),
            (w.l("文件", "file"), 6, Left),
            (w.l("证明事项", "proves"), 6, Left),
            (w.l("状态", "state"), 2, Center),
            (w.l("字节", "bytes"), 3, Right),
            ("BLAKE3", 8, Left),
        ],
    );
    for proof in &report.evidence.proofs {
        let proves: Vec<String> = (proof.proves.iter())
            .map(|(source, key)| match source {
                Some(source) => format!("{source}: {key}"),
                None => key.clone(),
            })
            .collect();
        let state = w.evidence(&proof.state);
        grid.rows.push(vec![
            proof.id.as_str().into(),
            proof.path.as_str().into(),
            proves.join("\n").into(),
            match proof.state {
                crate::sources::EvidenceState::Present => state.into(),
                _ => GridCell::Missing(state.to_owned()),
            },
            proof.bytes.into(),
            proof.digest.as_str().into(),
        ]);
    }
    grid
}

/// Files of the run.
pub fn run_files(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("扫描运行文件", "files of the run"),
        w.l("扫描运行文件", "Files of the run"),
        &[
            (w.l("文件", "file"), 5, Left),
            (w.l("字节", "bytes"), 3, Right),
            ("BLAKE3", 9, Left),
        ],
    );
    for file in &report.evidence.run_files {
        grid.rows.push(vec![
            file.name.as_str().into(),
            file.bytes.into(),
            file.digest.as_str().into(),
        ]);
    }
    grid
}

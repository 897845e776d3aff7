//! Tables 1, 3, 4 and 5: sources as they are declared and measured.

use super::numbered;
use crate::report::docx::Align::{Center, Left, Right};
use crate::report::filing::grid::{Grid, GridCell};
use crate::report::filing::words::{Words, number, percent};
use crate::report::model::{Report, Said, SourceRow};
use crate::sources::Assessment;

/// Table 1, with its 18 columns.
pub fn ledger(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("语料来源清单", "sources"),
        w.l("语料来源清单(数据溯源清单)", "Sources of the corpus"),
        &[
            (w.l("序号", "no."), 2, Center),
            (w.l("语料名称", "name"), 6, Left),
            (w.l("类型", "types"), 4, Left),
            (w.l("语言", "languages"), 3, Left),
            (w.l("来源类别", "kind"), 3, Left),
            (w.l("来源单位/网址", "publisher, address"), 6, Left),
            (w.l("境内/境外", "origin"), 3, Left),
            (w.l("采集时间段", "collected"), 4, Left),
            (w.l("采集方式", "method"), 3, Left),
            (w.l("许可协议/合同编号", "licence or contract"), 4, Left),
            (w.l("授权范围", "scope"), 4, Left),
            (w.l("存储规模(字节)", "bytes as stored"), 4, Right),
            (w.l("词元数", "tokens"), 3, Right),
            (w.l("条数", "records"), 3, Right),
            (w.l("是否含个人信息", "personal data"), 4, Left),
            (w.l("脱敏方式", "processing"), 4, Left),
            (w.l("知识产权情况", "rights"), 5, Left),
            (w.l("证明材料编号", "evidence"), 4, Left),
        ],
    );
    grid.rows = numbered(report.sources.iter().map(|row| source(row, w)).collect());
    let sum = |of: fn(&SourceRow) -> u64| report.sources.iter().map(of).sum::<u64>();
    let mut total = vec![GridCell::Empty; 18];
    total[1] = w.l("合计", "total").into();
    total[11] = sum(|row| row.stored_bytes.scanned).into();
    total[12] = report.sizes.total.tokens.into();
    total[13] = sum(|row| row.records.scanned).into();
    grid.rows.push(total);
    grid.noted(w.l(
        "存储规模为已扫描文件的存储字节;由记录字段区分的来源,其存储字节计入所在文件的来源。",
        "Bytes as stored are those of files that were scanned; of sources that are told by a field of records they are with the source of the file.",
    ))
}

fn source(row: &SourceRow, w: Words) -> Vec<GridCell> {
    let types: Vec<String> = (row.types.iter())
        .map(|(name, n)| format!("{} {}", w.type_(name), number(*n)))
        .collect();
    let mut evidence = row.evidence.join(w.comma());
    if !row.evidence_missing.is_empty() {
        let missing = row.evidence_missing.join(w.comma());
        evidence = format!("{evidence} {}", w.missing(&missing));
    }
    let publisher = match (&row.publisher, &row.url) {
        (of @ Said::Missing(_), url @ Said::Missing(_)) => {
            GridCell::Missing(format!("{}\n{}", w.said(of), w.said(url)))
        }
        (of, Said::Known(_)) => w.cell(of),
        (of, url) => format!("{}\n{}", w.said(of), w.said(url)).into(),
    };
    let name = match &row.name {
        Said::Missing(_) => GridCell::Missing(format!("{} {}", row.id, w.said(&row.name))),
        name => format!("{} [{}]", w.said(name), row.id).into(),
    };
    vec![
        name,
        types.join("\n").into(),
        row.languages.join(w.comma()).into(),
        match row.kind {
            "undeclared" => {
                GridCell::Missing(w.missing(w.l("未申报 kind", "kind is not declared")))
            }
            kind => w.kind(kind).into(),
        },
        publisher,
        w.cell(&row.origin),
        w.cell(&row.period),
        w.cell(&row.method),
        w.cell(&row.terms),
        w.cell(&row.scope),
        row.stored_bytes.scanned.into(),
        match row.amounts.tokens {
            Some(tokens) => tokens.into(),
            None => GridCell::Missing(w.missing(w.l("未统计", "not counted"))),
        },
        row.records.scanned.into(),
        w.cell(&row.personal),
        w.cell(&row.processing),
        w.cell(&row.rights),
        match row.evidence.is_empty() && row.evidence_missing.is_empty() {
            true => GridCell::Missing(w.missing(w.l("没有证明材料", "no evidence"))),
            false if row.evidence_missing.is_empty() => evidence.into(),
            false => GridCell::Missing(evidence),
        },
    ]
}

/// Table 3.
pub fn licences(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("开源语料许可表", "licences"),
        w.l("开源语料许可表", "Licences of open sources"),
        &[
            (w.l("序号", "no."), 2, Center),
            (w.l("数据集", "dataset"), 6, Left),
            (w.l("网址", "address"), 6, Left),
            (w.l("许可协议", "licence"), 4, Left),
            (w.l("允许用途", "permitted use"), 4, Left),
            (w.l("许可文本存档", "copy kept"), 3, Left),
            (w.l("判定(SRC-06)", "result (SRC-06)"), 3, Center),
            (w.l("备注", "notes"), 4, Left),
        ],
    );
    let rows = report.licences.iter().map(|row| {
        vec![
            w.cell(&row.name),
            w.cell(&row.url),
            w.cell(&row.licence),
            w.cell(&row.scope),
            match row.evidence.is_empty() {
                true => GridCell::Missing(w.missing("licence_evidence")),
                false => row.evidence.join(w.comma()).into(),
            },
            row.state.into(),
            row.notes.as_str().into(),
        ]
    });
    grid.rows = numbered(rows.collect());
    grid
}

/// Table 4.
pub fn self_collected(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("自采记录表", "own collection"),
        w.l("自采记录表", "Sources that were collected"),
        &[
            (w.l("序号", "no."), 2, Center),
            (w.l("网站/应用", "site or app"), 5, Left),
            (w.l("网址", "address"), 5, Left),
            (w.l("robots 检查", "robots"), 3, Left),
            (w.l("采集时间", "when"), 4, Left),
            (w.l("采集方式", "method"), 4, Left),
            (w.l("条数", "records"), 3, Right),
            (w.l("采集前违法不良信息比例", "bad before"), 4, Left),
            (w.l("采集后违法不良信息比例", "bad after"), 4, Left),
            (w.l("有采集日志的记录", "records in the log"), 4, Left),
            (w.l("判定(SRC-08)", "result (SRC-08)"), 3, Center),
        ],
    );
    let rows = report.self_collected.iter().map(|row| {
        vec![
            w.cell(&row.name),
            w.cell(&row.url),
            w.cell(&row.robots),
            w.cell(&row.period),
            w.cell(&row.method),
            row.records.into(),
            assessment(row.before.as_ref(), "pre_assessment", w),
            assessment(row.after.as_ref(), "post_verification", w),
            match row.logged {
                Some((with_url, logged)) => {
                    format!("{} / {}", number(logged), number(with_url)).into()
                }
                None => GridCell::Missing(w.missing(w.l(
                    "没有采集日志,或扫描时未加 --sidecar",
                    "no log of collection, or scanned without --sidecar",
                ))),
            },
            row.state.into(),
        ]
    });
    grid.rows = numbered(rows.collect());
    grid
}

fn assessment(told: Option<&Assessment>, key: &str, w: Words) -> GridCell {
    match told.filter(|told| told.n > 0) {
        Some(told) => {
            let rate = percent(told.bad as f64 / told.n as f64);
            format!("{rate} ({}/{})", number(told.bad), number(told.n)).into()
        }
        None => GridCell::Missing(w.missing(key)),
    }
}

/// Table 5.
pub fn commercial(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("商业语料表", "commercial"),
        w.l("商业语料表", "Sources that were bought"),
        &[
            (w.l("序号", "no."), 2, Center),
            (w.l("语料名称", "name"), 5, Left),
            (w.l("交易方", "counterparty"), 5, Left),
            (w.l("统一社会信用代码", "credit code"), 5, Left),
            (w.l("合同编号", "contract"), 4, Left),
            (w.l("合同期限", "term"), 4, Left),
            (w.l("来源/质量/安全承诺", "commitments"), 4, Left),
            (w.l("审核记录", "review"), 5, Left),
            (w.l("判定(SRC-09/10/11)", "results (SRC-09/10/11)"), 4, Left),
        ],
    );
    let rows = report.commercial.iter().map(|row| {
        let yes = |of: bool| w.l(if of { "有" } else { "无" }, if of { "yes" } else { "no" });
        let states = row
            .states
            .map(|state| state.map_or("—", |state| w.state(state)));
        let commitments = row.commitments.map(yes).join(" / ");
        vec![
            w.cell(&row.name),
            w.cell(&row.counterparty),
            w.cell(&row.credit_code),
            w.cell(&row.contract),
            w.cell(&row.term),
            match row.commitments.iter().all(|of| *of) {
                true => commitments.into(),
                false => GridCell::Missing(commitments),
            },
            w.cell(&row.review),
            states.join(" / ").into(),
        ]
    });
    grid.rows = numbered(rows.collect());
    grid
}

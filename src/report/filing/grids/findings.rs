//! Tables 6, 8 and 9, and the 31 risks by source.

use crate::report::docx::Align::{Center, Left, Right};
use crate::report::filing::grid::{Grid, GridCell};
use crate::report::filing::words::{Words, number};
use crate::report::model::{Report, RiskRow, Said};

/// Table 6: what the scan let through and what it found. What was removed a run cannot say.
pub fn filtering(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("过滤记录表", "filtering"),
        w.l("过滤记录表", "Record of filtering"),
        &[
            (w.l("来源", "source"), 4, Left),
            (w.l("过滤步骤", "step"), 6, Left),
            (w.l("规则/模型版本", "rules or model"), 6, Left),
            (w.l("输入(条)", "in"), 3, Right),
            (w.l("有检出的记录(条)", "with findings"), 3, Right),
            (w.l("未扫描(条)", "not scanned"), 3, Right),
            (w.l("剔除(条)", "removed"), 6, Left),
        ],
    );
    let rules = format!(
        "yujian {}, {}",
        report.basis.tool,
        report.basis.rules.get(..16).unwrap_or(&report.basis.rules)
    );
    for source in &report.sources {
        let found = report.findings.records_with_findings.get(&source.id);
        let declared = w.said(&source.processing);
        grid.rows.push(vec![
            source.id.as_str().into(),
            format!(
                "{}{}{}{declared}",
                w.l("关键词与模式全量扫描", "full scan by keywords and patterns"),
                w.semicolon(),
                w.l("申报的处理：", "declared: "),
            )
            .into(),
            rules.as_str().into(),
            source.records.total().into(),
            found.copied().unwrap_or(0).into(),
            (source.records.skipped + source.records.failed).into(),
            removed(report, &source.id, w),
        ]);
    }
    let note = w.l(
        "检出是候选,不是违法认定。剔除数量",
        "What was found are candidates. What was removed: ",
    );
    grid.noted(format!(
        "{note}{}{}",
        w.said(&report.findings.removed),
        w.stop()
    ))
}

/// Records of a source with findings that an earlier run had and this one has not.
fn removed(report: &Report, source: &str, w: Words) -> GridCell {
    match &report.rectification {
        Some(part) if part.comparable => {
            let records = part.records(source);
            match records.flagged_unclear {
                0 => records.flagged_removed.into(),
                unclear => GridCell::Missing(format!(
                    "{}{}{} {}",
                    number(records.flagged_removed),
                    w.semicolon(),
                    w.l("不能认定", "unclear"),
                    number(unclear)
                )),
            }
        }
        _ => GridCell::Missing(w.l("待补充", "to be completed").to_owned()),
    }
}

/// The 31 risks by source; so many sources a table as fit.
pub fn risks(report: &Report, w: Words, most: usize) -> Vec<Grid> {
    let ids: Vec<&str> = report
        .sources
        .iter()
        .map(|source| source.id.as_str())
        .collect();
    let mut groups = ids.chunks(most.max(1));
    // Without a source there still are 31 risks.
    let first = groups.next().unwrap_or_default();
    let groups: Vec<&[&str]> = std::iter::once(first).chain(groups).collect();
    let several = groups.len() > 1;
    let grid = |(number, ids): (usize, &&[&str])| {
        let mut columns = vec![
            (w.l("代码", "code"), 2, Left),
            (w.l("安全风险", "risk"), 6, Left),
            (w.l("关键词", "keywords"), 2, Right),
            (w.l("检出合计", "findings"), 2, Right),
            (w.l("记录", "records"), 2, Right),
            (w.l("已抑制", "suppressed"), 2, Right),
            (w.l("样本中复核", "reviewed"), 2, Right),
            (w.l("样本中确认", "confirmed"), 2, Right),
            (w.l("人工另行发现", "found by people"), 2, Right),
        ];
        let before = report.rectification.as_ref().filter(|part| part.comparable);
        if before.is_some() {
            columns.extend([
                (w.l("整改前", "before"), 2, Right),
                (w.l("已剔除", "removed"), 2, Right),
                (w.l("已替换", "replaced"), 2, Right),
                (w.l("残留", "residual"), 2, Right),
            ]);
        }
        let own = columns.len();
        columns.extend(ids.iter().map(|id| (*id, 2, Right)));
        let part = if several {
            format!(" {}", number + 1)
        } else {
            String::new()
        };
        let mut grid = Grid::new(
            &format!("{}{part}", w.l("31类风险", "31 risks")),
            &format!(
                "{}{part}",
                w.l(
                    "31 种安全风险 × 来源(检出数)",
                    "31 risks by source (findings)"
                )
            ),
            &columns,
        );
        for (column, id) in grid.columns[own..].iter_mut().zip(*ids) {
            (*id).clone_into(&mut column.title);
        }
        for risk in &report.findings.risks {
            let mut row: Vec<GridCell> = vec![
                risk.code.as_str().into(),
                w.say(&risk.title).into(),
                match risk.keywords {
                    Some(n) => n.into(),
                    None => GridCell::Missing(w.l("待补充", "to be completed").to_owned()),
                },
                risk.total.findings.into(),
                risk.total.records.into(),
                risk.total.suppressed.into(),
            ];
            row.extend(reviewed(risk, w));
            if let Some(part) = before {
                let all = part.risks.iter().find(|row| row.code == risk.code);
                let all = all.map(|row| row.total).unwrap_or_default();
                row.extend([all.before, all.removed, all.replaced, all.after].map(GridCell::Count));
            }
            let of = |id: &&str| risk.sources.get(*id).map_or(0, |found| found.findings);
            row.extend(ids.iter().map(|id| GridCell::Count(of(id))));
            grid.rows.push(row);
        }
        grid.noted(w.l(
            "检出为候选。“记录”按子类相加,一条记录有几个子类即计几次。“样本中复核、确认”为抽检样本内经人工核对的检出记录及其中属实的条数,“人工另行发现”为样本内人工判定、检出记录中没有的条数;都只就样本而言,不推及全部。剔除、残留数量由前后两次扫描比较得出。检出为零不等于没有此类内容。",
            "Candidates. Records of sub-codes are added up. Reviewed and confirmed: records of the samples whose findings people looked at, and those that are right; found by people: records of the samples of which only people say it. All three are of the samples and say nothing beyond them. What is removed and left follows from comparing two scans. Nothing found does not mean that there is nothing.",
        ))
    };
    groups.iter().enumerate().map(grid).collect()
}

/// What people say of a risk in samples.
fn reviewed(risk: &RiskRow, w: Words) -> [GridCell; 3] {
    match risk.reviewed {
        Some(of) => [
            of.recorded.into(),
            of.confirmed.into(),
            (of.missed + of.found).into(),
        ],
        None => [(); 3].map(|()| GridCell::Missing(w.l("待补充", "to be completed").to_owned())),
    }
}

/// Table 8.
pub fn personal(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("个人信息表", "personal data"),
        w.l("个人信息表", "Personal data"),
        &[
            (w.l("个人信息种类", "kind"), 6, Left),
            (w.l("类别(GB/T 45574)", "class (GB/T 45574)"), 5, Left),
            (w.l("敏感", "sensitive"), 2, Center),
            (w.l("来源", "source"), 4, Left),
            (w.l("检出(处)", "findings"), 3, Right),
            (w.l("记录(条)", "records"), 3, Right),
            (w.l("不同值", "distinct"), 3, Right),
            (w.l("合法性依据", "basis"), 5, Left),
            (w.l("处理措施", "processing"), 5, Left),
        ],
    );
    for row in &report.findings.personal {
        grid.rows.push(vec![
            w.say(&row.title).into(),
            row.class.as_str().into(),
            match row.sensitive {
                true => w.l("是", "yes").into(),
                false => w.l("否", "no").into(),
            },
            row.source.as_str().into(),
            row.found.findings.into(),
            row.found.records.into(),
            match row.distinct {
                Some((n, true)) => n.into(),
                Some((n, false)) => format!("≈ {}", number(n)).into(),
                None => GridCell::Empty,
            },
            match &row.basis {
                Said::Told(basis) => self::basis(basis, w).into(),
                other => w.cell(other),
            },
            w.cell(&row.action),
        ]);
    }
    grid.noted(w.l(
        "只列数量,不列个人信息的值。由程序检出,须人工确认。",
        "Numbers only. Found by the program, to be confirmed by people.",
    ))
}

fn basis(word: &str, w: Words) -> &str {
    let (zh, en) = match word {
        "consent" => ("个人同意", "consent"),
        "separate_consent" => ("单独同意", "separate consent"),
        "public_disclosed" => ("已合法公开", "lawfully disclosed"),
        "contract" => ("订立、履行合同所必需", "needed for a contract"),
        "statutory" => ("法定职责或义务", "statutory duty"),
        "anonymised" => ("已匿名化", "anonymised"),
        other => (other, other),
    };
    w.l(zh, en)
}

/// Table 9.
pub fn rights(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("知识产权风险表", "rights"),
        w.l("知识产权风险表", "Marks of rights"),
        &[
            (w.l("来源", "source"), 4, Left),
            (w.l("权利标记", "mark"), 7, Left),
            (w.l("代码", "code"), 5, Left),
            (w.l("检出(处)", "findings"), 3, Right),
            (w.l("记录(条)", "records"), 3, Right),
            (w.l("已抑制", "suppressed"), 3, Right),
        ],
    );
    for row in &report.findings.rights {
        grid.rows.push(vec![
            row.source.as_str().into(),
            w.say(&row.title).into(),
            row.entity.as_str().into(),
            row.found.findings.into(),
            row.found.records.into(),
            row.found.suppressed.into(),
        ]);
    }
    grid.noted(w.l(
        "检出权利标记不等于侵权,须人工核对授权;未检出也不等于没有权利人。",
        "A mark is no infringement: a person has to look for the permission. No mark does not mean that there is no holder.",
    ))
}

/// Licences that records state.
pub fn licences_stated(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("记录载明的许可", "licences stated"),
        w.l("记录载明的许可", "Licences that records state"),
        &[
            (w.l("来源", "source"), 4, Left),
            (w.l("许可", "licence"), 6, Left),
            (w.l("义务类别", "obligations"), 6, Left),
            (w.l("元数据载明(条)", "in metadata"), 3, Right),
            (w.l("正文载明(条)", "in texts"), 3, Right),
        ],
    );
    for (source, licences) in &report.findings.licences {
        for row in licences {
            grid.rows.push(vec![
                source.as_str().into(),
                row.licence.as_str().into(),
                row.classes.join(w.comma()).into(),
                row.stated.into(),
                row.found.into(),
            ]);
        }
    }
    grid
}

/// Keywords by risk.
pub fn keywords(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("关键词数量", "keywords"),
        w.l("拦截关键词数量", "Keywords by risk"),
        &[
            (w.l("代码", "code"), 2, Left),
            (w.l("安全风险", "risk"), 7, Left),
            (w.l("去重后数量", "different"), 3, Right),
            (w.l("要求", "wanted"), 3, Right),
            (w.l("缺", "missing"), 3, Right),
        ],
    );
    let risks = report.keywords.audit.iter().flat_map(|audit| &audit.risks);
    for risk in risks.filter(|risk| risk.code.len() == 5) {
        grid.rows.push(vec![
            risk.code.as_str().into(),
            w.say(&risk.title).into(),
            risk.unique.into(),
            risk.at_least.into(),
            match risk.missing {
                0 => 0.into(),
                n => GridCell::Missing(number(n)),
            },
        ]);
    }
    grid
}

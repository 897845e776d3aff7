//! 训练数据说明: the training-data part of the technical description, with the measures for data
//! security and personal information. Only what is declared and measured; the rest is to be
//! completed.

use super::body::Body;
use super::words::number;
use super::{Filing, grids};
use crate::report::ReportLanguage;
use crate::report::docx::{Block, Document, Orientation};

/// The document.
pub fn document(filing: &Filing<'_>) -> Document {
    let (report, w) = (filing.report, filing.w);
    let title = w.l("训练数据说明", "Training Data");
    let mut body = Body::new(filing);
    body.heading(1, "概况", "Overview");
    body.text(filing.caution());
    body.grid(&grids::head(report, w));
    let total = &report.sizes.total;
    body.text(match w.0 {
        ReportLanguage::Zh => format!(
            "训练语料来自 {} 个来源,共 {} 条、文本 {} 字节、{} 字符。",
            report.sources.len(),
            number(total.records),
            number(total.text_bytes),
            number(total.characters)
        ),
        ReportLanguage::En => format!(
            "The corpus has {} sources with {} records, {} bytes of text and {} characters.",
            report.sources.len(),
            number(total.records),
            number(total.text_bytes),
            number(total.characters)
        ),
    });
    body.grid(&grids::by_type(report, w));
    body.pages(Orientation::Landscape);
    body.heading(1, "数据来源", "Sources");
    let ledger = grids::ledger(report, w);
    let columns = [0, 1, 2, 4, 5, 6, 7, 8, 9, 13];
    body.grid(&ledger.part(&ledger.title, &columns).noted(""));
    body.pages(Orientation::Portrait);
    body.heading(2, "训练阶段", "Stages of training");
    for source in &report.sources {
        body.item(format!(
            "{}{}{}",
            source.id,
            w.colon(),
            w.said(&source.stages)
        ));
    }
    processing(&mut body, filing);
    measures(&mut body, filing);
    filing.document(title, body.end())
}

fn processing(body: &mut Body<'_>, filing: &Filing<'_>) {
    let (report, w) = (filing.report, filing.w);
    body.heading(1, "数据处理", "Processing");
    body.text(w.l(
        "各来源申报的处理步骤如下;处理是否有效以扫描结果与人工复核为准。",
        "What is declared of each source. Whether it worked follows from scan and review.",
    ));
    for source in &report.sources {
        let text = format!("{}{}{}", source.id, w.colon(), w.said(&source.processing));
        body.item(text);
    }
    body.grid(&grids::filtering(report, w));
    body.result("CON-01");
    body.result("D52-03");
}

/// Clauses by heading: what stands there is declared in `[[statement]]`, or measured.
const MEASURES: [(&str, &str, &[&str]); 5] = [
    (
        "数据分类分级与安全保护",
        "Classification and protection",
        &["D52-01", "D52-02"],
    ),
    (
        "存储与访问控制",
        "Storage and access",
        &["BRD-01", "BRD-02", "D74-01", "ANN-11"],
    ),
    (
        "个人信息保护",
        "Personal information",
        &["PII-01", "PII-02", "PII-03", "PII-04", "SRC-12"],
    ),
    ("知识产权保护", "Rights", &["IPR-01", "IPR-02", "IPR-04"]),
    ("投诉举报渠道", "Complaints", &["IPR-03"]),
];

fn measures(body: &mut Body<'_>, filing: &Filing<'_>) {
    let (report, w) = (filing.report, filing.w);
    body.heading(1, "数据安全与个人信息保护措施", "Measures");
    for (zh, en, clauses) in MEASURES {
        body.heading(2, zh, en);
        for clause in clauses {
            body.result(clause);
            let stated = report.statements.iter().filter(|s| s.clause == *clause);
            for statement in stated {
                let evidence = statement.evidence.join(w.comma());
                body.block(Block::Note(format!(
                    "{}{}{} {}{}{}",
                    w.l("声明人", "stated by"),
                    w.colon(),
                    statement.by,
                    statement.on,
                    w.l("；证明材料：", "; evidence: "),
                    if evidence.is_empty() {
                        "—"
                    } else {
                        &evidence
                    }
                )));
            }
        }
        if zh == "个人信息保护" {
            body.grid(&grids::personal(report, w));
        }
    }
    body.heading(2, "标注人员可见范围与处置流程", "Who may see what");
    body.strong(w.missing(w.l(
        "由单位填写:可接触语料的岗位、权限审批、日志留存期限、投诉处理时限",
        "to be written by the organisation: posts with access, approval, retention of logs, time limits for complaints",
    )));
}

//! Annex 1: the corpus chapter of the safety assessment.

mod content;

pub use content::matrices;

use super::body::Body;
use super::words::{number, short};
use super::{Filing, grids};
use crate::State;
use crate::report::ReportLanguage;
use crate::report::docx::{Block, Document, Orientation};

/// Sources of one table of risks.
const SOURCES: usize = 10;

/// The document.
pub fn document(filing: &Filing<'_>) -> Document {
    let w = filing.w;
    let title = w.l("语料安全评估报告", "Corpus Safety Assessment");
    let mut body = Body::new(filing);
    overview(&mut body, filing);
    content::write(&mut body);
    sources(&mut body);
    findings(&mut body);
    annotation(&mut body);
    conclusions(&mut body);
    clauses(&mut body);
    filing.document(title, body.end())
}

fn overview(body: &mut Body<'_>, filing: &Filing<'_>) {
    let (report, w) = (body.report, body.w);
    body.heading(1, "评估概况", "Overview");
    body.text(filing.caution());
    body.heading(2, "评估对象", "What was assessed");
    body.grid(&grids::head(report, w));
    body.heading(2, "评估方法", "How it was assessed");
    let totals = &report.coverage.totals;
    let whole = match report.coverage.detail.whole {
        true => w.l("语料已全部读取。", "Everything was read."),
        false => w.l(
            "语料未全部读取,未读取部分见下表;凡以扫描为依据的条款均不判为符合。",
            "Not everything was read, see below; no clause that rests on the scan is compliant.",
        ),
    };
    body.text(match w.0 {
        ReportLanguage::Zh => format!(
            "以程序 yujian {} 对语料作全量机器扫描:共发现文件 {} 个、记录 {} 条,已扫描记录 {} 条。使用规则 {} 条(规则摘要 {}),含关键词、组合词、个人信息与权利标记的识别规则。{whole}",
            report.basis.tool,
            number(totals.files.total()),
            number(totals.records.total()),
            number(totals.records.scanned),
            number(report.basis.rule_count),
            short(&report.basis.rules),
        ),
        ReportLanguage::En => format!(
            "yujian {} scanned the whole corpus: {} files and {} records were discovered, and {} records scanned, by {} rules (digest {}) for keywords, combinations, personal data and marks of rights. {whole}",
            report.basis.tool,
            number(totals.files.total()),
            number(totals.records.total()),
            number(totals.records.scanned),
            number(report.basis.rule_count),
            short(&report.basis.rules),
        ),
    });
    body.grid(&grids::coverage(report, w));
    if !report.coverage.detail.whole {
        body.grid(&grids::unread(report, w));
    }
    body.text(w.l(
        "逐条给出评估结果:符合的附证明材料,不符合的说明理由,不适用的说明原因;缺少材料的为“待核”,程序不能判定的为“人工复核”。来源的违法不良信息比例以 Clopper-Pearson 法给出置信区间,阈值为 5%,等于 5% 不属于超过。",
        "Every clause has a result: with evidence if compliant, with a reason if not, with why if it does not apply; “needs evidence” where material is missing, “needs review” where a program cannot decide. Shares of bad content have intervals by Clopper and Pearson; the line is 5 %, and exactly 5 % is not over it.",
    ));
    body.heading(2, "评估结论摘要", "Conclusions in short");
    overall(body);
    body.grid(&grids::conclusions(report, w));
}

fn overall(body: &mut Body<'_>) {
    let (report, w) = (body.report, body.w);
    let states = [
        State::Compliant,
        State::NotApplicable,
        State::NeedsReview,
        State::NeedsEvidence,
        State::NonCompliant,
    ];
    let counts = states.map(|state| {
        let count = report.matrix.counts.get(state.en()).copied().unwrap_or(0);
        format!("{} {count}", w.state(state))
    });
    let counts = counts.join(w.comma());
    let text = match (w.0, report.matrix.positive) {
        (ReportLanguage::Zh, true) => {
            format!("全部应达到的条款均为符合或不适用({counts}),整体结论:符合。")
        }
        (ReportLanguage::Zh, false) => {
            format!("尚有应达到的条款未判为符合({counts}),目前不能得出符合的整体结论。")
        }
        (ReportLanguage::En, true) => {
            format!("Every duty is met or does not apply ({counts}). Overall: compliant.")
        }
        (ReportLanguage::En, false) => {
            format!("Not every duty is met ({counts}): the corpus cannot be called compliant yet.")
        }
    };
    body.strong(text);
}

fn sources(body: &mut Body<'_>) {
    let (report, w) = (body.report, body.w);
    body.pages(Orientation::Landscape);
    body.heading(1, "语料来源", "Sources");
    // 18 columns are more than a page takes: two tables, each with number and name.
    let ledger = grids::ledger(report, w);
    let first = ledger.part(
        w.l("语料来源清单(来源与采集)", "Sources: where from"),
        &[0, 1, 2, 3, 4, 5, 6, 7, 8, 13],
    );
    body.grid(&first.noted(""));
    let second = ledger.part(
        w.l(
            "语料来源清单(授权、规模与合规)",
            "Sources: terms, size and compliance",
        ),
        &[0, 1, 9, 10, 11, 12, 14, 15, 16, 17],
    );
    body.grid(&second);
    body.grid(&grids::licences(report, w));
    body.grid(&grids::self_collected(report, w));
    body.grid(&grids::commercial(report, w));
}

fn findings(body: &mut Body<'_>) {
    let (report, w) = (body.report, body.w);
    body.heading(1, "语料过滤记录", "Filtering");
    body.grid(&grids::filtering(report, w));
    body.result("CON-01");
    body.result("CON-02");
    body.heading(1, "抽检结果", "Samples");
    body.grid(&grids::samples(report, w));
    body.grid(&grids::assessments(report, w));
    body.heading(1, "安全风险", "Risks");
    for grid in grids::risks(report, w, SOURCES) {
        body.grid(&grid);
    }
    body.grid(&grids::ecology(report, w));
    body.result("D52-13");
    body.heading(1, "个人信息", "Personal data");
    body.grid(&grids::personal(report, w));
    for clause in ["PII-01", "PII-02", "PII-03", "PII-04"] {
        body.result(clause);
    }
    body.heading(1, "知识产权", "Rights");
    body.grid(&grids::rights(report, w));
    body.grid(&grids::holders(report, w));
    body.grid(&grids::licences_stated(report, w));
    for clause in ["IPR-01", "IPR-02", "IPR-03", "IPR-04"] {
        body.result(clause);
    }
}

fn annotation(body: &mut Body<'_>) {
    let (report, w) = (body.report, body.w);
    body.pages(Orientation::Portrait);
    body.heading(1, "语料标注与关键词库", "Annotation and keywords");
    body.heading(2, "语料标注", "Annotation");
    if let Some(missing) = &report.annotation.missing {
        body.strong(w.missing(&w.say(missing)));
    } else {
        if !report.annotation.whole {
            body.strong(w.l(
                "标注材料未全部读取,相关条款均不判为符合。",
                "Not everything of annotation could be read: nothing of it is compliant.",
            ));
        }
        body.grid(&grids::checks(report, w));
        body.grid(&grids::risk_coverage(report, w));
    }
    body.heading(2, "拦截关键词库", "Keywords");
    match (&report.keywords.audit, &report.keywords.missing) {
        (Some(audit), _) => {
            body.text(match w.0 {
                ReportLanguage::Zh => format!(
                    "关键词写有 {} 个,归一化去重后 {} 个(其中组合词 {} 个);过长的 {} 个。",
                    number(audit.written),
                    number(audit.unique),
                    number(audit.combinations),
                    audit.too_long.len()
                ),
                ReportLanguage::En => format!(
                    "{} keywords are written, {} of them different once folded ({} combinations); {} are too long.",
                    number(audit.written),
                    number(audit.unique),
                    number(audit.combinations),
                    audit.too_long.len()
                ),
            });
            body.grid(&grids::keywords(report, w));
        }
        (None, missing) => {
            let reason = missing
                .as_ref()
                .map_or_else(String::new, |reason| w.say(reason));
            body.strong(w.missing(&reason));
        }
    }
    for clause in ["KWL-01", "KWL-02", "KWL-03", "KWL-04", "KWL-05"] {
        body.result(clause);
    }
}

fn conclusions(body: &mut Body<'_>) {
    let (report, w) = (body.report, body.w);
    body.heading(1, "评估结论", "Conclusions");
    for conclusion in &report.conclusions {
        body.block(Block::Heading(2, w.say(&conclusion.title)));
        if conclusion.rests_on.is_empty() {
            body.result(&conclusion.id);
        } else {
            let told = format!(
                "{}({}){}{}{}",
                w.l("结论", "Conclusion "),
                conclusion.id,
                w.colon(),
                w.state(conclusion.state),
                w.stop()
            );
            body.strong(told);
        }
        let of = |good: bool| -> Vec<String> {
            let rests = conclusion.rests_on.iter().filter(|rest| {
                matches!(rest.state, State::Compliant | State::NotApplicable) == good
            });
            rests
                .map(|rest| format!("{} {}", rest.clause, w.state(rest.state)))
                .collect()
        };
        let (good, bad) = (of(true), of(false));
        if !good.is_empty() {
            body.text(format!(
                "{}{}{}{}",
                w.l("所依据的条款中已判定的", "It rests on these, which are met"),
                w.colon(),
                good.join(w.comma()),
                w.stop()
            ));
        }
        if !bad.is_empty() {
            body.strong(format!(
                "{}{}{}{}",
                w.l("尚未判为符合的", "and on these, which are not shown to be"),
                w.colon(),
                bad.join(w.comma()),
                w.stop()
            ));
        }
    }
    body.heading(2, "整体结论", "Overall");
    overall(body);
    body.text(w.l(
        "评估负责人(签字):____________    日期:____________",
        "Signed by: ____________    Date: ____________",
    ));
}

fn clauses(body: &mut Body<'_>) {
    let (report, w) = (body.report, body.w);
    body.pages(Orientation::Landscape);
    body.heading(1, "条款判定表", "Clauses");
    body.grid(&grids::matrix(report, w, false));
    body.heading(1, "不足与整改建议", "Weaknesses and what to do");
    if report.weaknesses.is_empty() {
        body.text(w.l("没有未判为符合的条款。", "No clause is open."));
    }
    body.grid(&grids::problems(report, w));
    body.heading(1, "证明材料目录", "Evidence");
    body.grid(&grids::evidence(report, w));
}

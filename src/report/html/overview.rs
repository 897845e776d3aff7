//! What came out, and what to do next.

use maud::{Markup, html};

use super::chart::{Piece, stacked};
use super::markup::{both, foreign, missing, n, note, sign, state, t};
use super::table::{MOST_ROWS, cut, grid};
use super::{Page, Section};
use crate::State;
use crate::judge::Duty;
use crate::report::filing::grids;
use crate::report::filing::words::number;
use crate::report::model::{Conclusion, Said, Weakness};

/// All results, the good ones first.
pub const STATES: [State; 5] = [
    State::Compliant,
    State::NotApplicable,
    State::NeedsReview,
    State::NeedsEvidence,
    State::NonCompliant,
];

/// The verdict, and the numbers it rests on.
pub fn section(page: &Page<'_>) -> Section {
    let report = page.report;
    let counted = |state: State| {
        let all = report.matrix.clauses.iter();
        all.filter(|clause| clause.state == state).count() as u64
    };
    let all = report.matrix.clauses.len() as u64;
    let pieces = STATES.map(|state| Piece {
        class: sign(state).0,
        amount: counted(state),
    });
    let words: Vec<String> = (STATES.iter())
        .map(|state| format!("{} {} {}", state.zh(), state.en(), counted(*state)))
        .collect();
    let coverage = &report.coverage;
    let totals = &page.facts.totals;
    let body = html! {
        div.verdict.(sign(report.matrix.conclusion).0) {
            p.label { (t("总体结论", "Conclusion")) }
            p.result { (state(report.matrix.conclusion)) }
            p.why {
                @if report.matrix.positive {
                    (t("所有“应”达到的条款均符合或不适用。", "Every clause that must be met is met or does not apply."))
                } @else {
                    (t(
                        "取“应”达到的条款中最差的一项。待核、人工复核、待补充均不等于符合。",
                        "The worst of the clauses that must be met. What needs evidence, needs review or is to be completed is not compliant.",
                    ))
                }
            }
            p.why { (t("判定日期", "Judged as of")) " " (report.as_of.to_string()) }
        }
        div.numbers {
            (fact(html! { (n(counted(State::NonCompliant))) }, "项不符合", "not compliant"))
            (fact(
                html! { (n(counted(State::NeedsEvidence) + counted(State::NeedsReview))) },
                "项待核或人工复核",
                "need evidence or review",
            ))
            (fact(html! { (n(missing_values(page))) }, "项待补充", "values to be completed"))
            (fact(html! { (n(totals.open)) }, "处检出(候选)", "findings (candidates)"))
            (fact(html! { (n(totals.suppressed)) }, "处已抑制", "suppressed"))
            (fact(html! { (n(coverage.totals.records.scanned)) }, "条记录已扫描", "records scanned"))
            (fact(
                html! { @if coverage.detail.whole { "✓ " (t("全部读取", "whole")) } @else { "✕ " (t("未读全", "not whole")) } },
                "语料覆盖",
                "coverage",
            ))
        }
        figure {
            figcaption { (t("条款判定", "Clauses by result")) " (" (n(all)) ")" }
            (stacked(&pieces, all, &words.join(", ")))
            ul.legend {
                @for of in STATES {
                    li {
                        span.key.(sign(of).0) aria-hidden="true" {}
                        (state(of)) " " b { (n(counted(of))) }
                    }
                }
            }
        }
        h3 { (t("评估结论", "Conclusions")) }
        (list(&report.conclusions))
        h3 { (t("提交前预审", "Before filing: what is sent back")) }
        (list(&report.precheck))
        (note(
            "关键词与模式命中是候选,不是违法认定;检出为零不等于没有此类内容。条款号与阈值的文本状态逐条列明。",
            "What was found are candidates, not violations; nothing found does not mean that there is nothing. How sure the text of a clause is stands beside it.",
        ))
        (grid(report, grids::head))
    };
    Section {
        id: "overview",
        title: ("总览", "Overview"),
        body,
    }
}

fn fact(value: Markup, zh: &str, en: &str) -> Markup {
    html! { div { p.value { (value) } p.of { (t(zh, en)) } } }
}

/// Values that somebody has to give: of the head of the filing and of sources.
fn missing_values(page: &Page<'_>) -> u64 {
    let is_missing = |said: &&Said| matches!(said, Said::Missing(_));
    let head = page.report.head.iter().map(|field| &field.value);
    let sources = page.report.sources.iter().flat_map(|row| {
        [
            &row.name,
            &row.publisher,
            &row.url,
            &row.origin,
            &row.period,
            &row.method,
            &row.terms,
            &row.scope,
            &row.personal,
            &row.processing,
            &row.rights,
        ]
    });
    head.chain(sources).filter(is_missing).count() as u64
}

fn list(all: &[Conclusion]) -> Markup {
    html! {
        div.clauses {
            @for conclusion in all {
                details.clause.(sign(conclusion.state).0) {
                    summary {
                        code.id { (foreign(&conclusion.id)) }
                        span.what { (both(&conclusion.title)) }
                        (state(conclusion.state))
                    }
                    div.unfolded {
                        @if !conclusion.reasons.is_empty() {
                            ul {
                                @for reason in conclusion.reasons.iter().take(MOST_ROWS) { li { (both(reason)) } }
                            }
                            @if conclusion.reasons.len() > MOST_ROWS {
                                p.cut { (cut(MOST_ROWS as u64, conclusion.reasons.len() as u64)) }
                            }
                        }
                        @if !conclusion.rests_on.is_empty() {
                            p {
                                (t("所依据条款", "Rests on")) " "
                                @for rest in &conclusion.rests_on {
                                    a.rest href={ "#clause-" (rest.clause) } {
                                        (foreign(&rest.clause)) " " (state(rest.state))
                                    } " "
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What is weak, the worst first, with what to do.
pub fn todo(page: &Page<'_>) -> Section {
    let all = &page.report.weaknesses;
    let body = html! {
        @if all.is_empty() {
            p { (t("没有未满足或未证明的条款。", "Nothing is unmet or unproven.")) }
        } @else {
            p {
                (t(
                    &format!("{} 项未满足或未证明,“应”在前,最差的在前。", number(all.len() as u64)),
                    &format!("{} are not met or not shown: duties first, the worst first.", number(all.len() as u64)),
                ))
            }
        }
        ol.todo {
            @for weak in all.iter().take(MOST_ROWS) { (weakness(weak)) }
        }
        @if all.len() > MOST_ROWS { p.cut { (cut(MOST_ROWS as u64, all.len() as u64)) } }
    };
    Section {
        id: "todo",
        title: ("待办", "What to do"),
        body,
    }
}

fn weakness(weak: &Weakness) -> Markup {
    html! {
        li.(sign(weak.state).0) {
            p.head {
                (state(weak.state)) " "
                @if let Some(clause) = &weak.clause {
                    a href={ "#clause-" (clause) } { code { (foreign(clause)) } } " "
                }
                span.what { (both(&weak.title)) }
                @if weak.duty == Duty::Should { " " span.tag { (t("宜", "should")) } }
                @if let Some(source) = &weak.source { " " span.tag { (foreign(source)) } }
            }
            p.reason { (both(&weak.reason)) }
            p.remedy {
                @if weak.state == State::NeedsEvidence {
                    (missing(&weak.remedy.zh, &weak.remedy.en))
                } @else {
                    "→ " (both(&weak.remedy))
                }
            }
        }
    }
}

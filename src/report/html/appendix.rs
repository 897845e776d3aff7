//! Evidence, statements, and what the report is made of.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::markup::{EN, ZH, fold, foreign, n, t};
use super::table::{MOST_ROWS, cut, grid};
use super::{Page, Section};
use crate::State;
use crate::report::filing::grids;
use crate::sources::{Answer, EvidenceState};

/// The section.
pub fn section(page: &Page<'_>) -> Section {
    let report = page.report;
    let basis = &report.basis;
    let body = html! {
        (evidence(page))
        (grid(report, grids::samples))
        (grid(report, grids::checks))
        (fold(t("标注人员", "People who annotate"), grid(report, grids::people)))
        (fold(t("标注规则", "Rules of annotation"), grid(report, grids::rules)))
        (statements(page))
        (grid(report, grids::keywords))
        h3 { (t("本报告的依据", "What this report is made of")) }
        dl.pairs {
            dt { (t("扫描程序", "Scanned by")) } dd { "yujian " (foreign(&basis.tool)) }
            dt { (t("语料摘要", "Corpus")) } dd { code { (foreign(&basis.corpus)) } }
            dt { (t("配置摘要", "Configuration")) } dd { code { (foreign(&basis.config)) } }
            dt { (t("规则摘要", "Rules")) } dd { code { (foreign(&basis.rules)) } " (" (n(basis.rule_count)) ")" }
            dt { (t("规则包", "Packs")) }
            dd { @for (name, version) in &basis.packs { (foreign(name)) " " (foreign(version)) " " } }
            dt { (t("条款表版本", "Table of clauses")) } dd { (foreign(&basis.clauses)) }
            dt { (t("运行摘要", "Run")) } dd { code { (foreign(&report.evidence.run)) } }
            dt { (t("报告摘要(BLAKE3)", "Report (BLAKE3)")) } dd { code { (foreign(page.digest)) } }
        }
        (grid(report, grids::run_files))
    };
    Section {
        id: "evidence",
        title: ("证明材料与依据", "Evidence and basis"),
        body,
    }
}

/// Files on the page: more than rows of other tables, since clauses point to them.
const MOST_PROOFS: usize = 1000;

/// Ids of the files that are on the page.
pub fn shown_proofs<'a>(page: &Page<'a>) -> BTreeSet<&'a str> {
    let proofs = page.report.evidence.proofs.iter().take(MOST_PROOFS);
    proofs.map(|proof| proof.id.as_str()).collect()
}

fn evidence(page: &Page<'_>) -> Markup {
    let proofs = &page.report.evidence.proofs;
    html! {
        div.table tabindex="0" role="group" aria-labelledby="proofs-caption" {
            table {
                caption #proofs-caption { (t("证明材料目录", "Evidence")) }
                thead { tr {
                    th.l scope="col" { (t("编号", "id")) }
                    th.l scope="col" { (t("文件", "file")) }
                    th.l scope="col" { (t("证明事项", "proves")) }
                    th.c scope="col" { (t("状态", "state")) }
                    th.r scope="col" { (t("字节", "bytes")) }
                    th.l scope="col" { "BLAKE3" }
                } }
                tbody {
                    @if proofs.is_empty() { tr { td colspan="6" { (t("(无)", "(none)")) } } }
                    @for proof in proofs.iter().take(MOST_PROOFS) {
                        tr id={ "proof-" (proof.id) } {
                            th.l scope="row" { (foreign(&proof.id)) }
                            td.l { (foreign(&proof.path)) }
                            td.l {
                                @for (source, key) in &proof.proves {
                                    @if let Some(source) = source { (foreign(source)) ": " }
                                    code { (foreign(key)) } " "
                                }
                            }
                            td.c {
                                @let (zh, en) = (ZH.evidence(&proof.state), EN.evidence(&proof.state));
                                @if proof.state == EvidenceState::Present { (t(zh, en)) }
                                @else { span.missing { (t(zh, en)) } }
                            }
                            td.r { (n(proof.bytes)) }
                            td.l { code { (foreign(&proof.digest)) } }
                        }
                    }
                }
            }
        }
        @if proofs.len() > MOST_PROOFS { p.cut { (cut(MOST_PROOFS as u64, proofs.len() as u64)) } }
    }
}

/// What a person answers for.
fn statements(page: &Page<'_>) -> Markup {
    let all = &page.report.statements;
    html! {
        div.table tabindex="0" role="group" aria-labelledby="statements-caption" {
            table {
                caption #statements-caption { (t("负责人声明", "What a person answers for")) }
                thead { tr {
                    th.l scope="col" { (t("条款", "clause")) }
                    th.c scope="col" { (t("答复", "says")) }
                    th.l scope="col" { (t("日期", "on")) }
                    th.l scope="col" { (t("人员", "by")) }
                    th.l scope="col" { (t("证明材料", "evidence")) }
                    th.l scope="col" { (t("说明", "note")) }
                } }
                tbody {
                    @if all.is_empty() { tr { td colspan="6" { (t("(无)", "(none)")) } } }
                    @for one in all.iter().take(MOST_ROWS) {
                        tr {
                            th.l scope="row" { code { (foreign(&one.clause)) } }
                            td.c { (answer(one.result)) }
                            td.l { (one.on.to_string()) }
                            td.l { (foreign(&one.by)) }
                            td.l { @for path in &one.evidence { (foreign(path)) " " } }
                            td.l { (foreign(&one.reason)) }
                        }
                    }
                }
            }
        }
        @if all.len() > MOST_ROWS { p.cut { (cut(MOST_ROWS as u64, all.len() as u64)) } }
    }
}

/// In plain words: what is said is no result yet.
fn answer(answer: Answer) -> Markup {
    let state = match answer {
        Answer::Compliant => State::Compliant,
        Answer::NotApplicable => State::NotApplicable,
        Answer::NonCompliant => State::NonCompliant,
    };
    t(state.zh(), state.en())
}

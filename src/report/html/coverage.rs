//! The ledger of what was read: scanned, skipped and failed make up what was discovered.

use maud::{Markup, html};

use super::chart::{Piece, stacked};
use super::markup::{foreign, n, note, t};
use super::table::{MOST_ROWS, cut, grid};
use super::{Page, Section};
use crate::report::filing::grids;
use crate::run::{HARMLESS_REASONS, NOTE};
use crate::scan::Counts;

/// The section.
pub fn section(page: &Page<'_>) -> Section {
    let (totals, detail) = (&page.report.coverage.totals, &page.report.coverage.detail);
    let rows = [
        ("文件", "Files", totals.files),
        ("文件存储字节", "Bytes as stored", totals.stored_bytes),
        ("压缩包内文件", "Files in archives", detail.members),
        ("解码后字节", "Bytes once decoded", totals.decoded_bytes),
        ("记录(条)", "Records", totals.records),
    ];
    let body = html! {
        p.whole.(if detail.whole { "ok" } else { "bad" }) {
            @if detail.whole {
                "✓ " (t(
                    "全部应读内容均已读取:没有失败,跳过的都不含语料正文或已明确排除。",
                    "Everything that was to be read was read: nothing failed, and what was skipped holds no text or was excluded in so many words.",
                ))
            } @else {
                "✕ " (t("没有全部读取,下列内容未读。未读的不等于符合。", "Not everything was read; what was not is listed below. Unread is not compliant."))
            }
        }
        div.table tabindex="0" role="group" aria-labelledby="coverage-caption" {
            table.ledger {
                caption #coverage-caption { (t("已扫描 + 跳过 + 失败 = 发现", "Scanned + skipped + failed = discovered")) }
                thead { tr {
                    th.l scope="col" { (t("项目", "item")) }
                    th.wide scope="col" { (t("占比", "share")) }
                    th.r scope="col" { (t("已扫描", "scanned")) }
                    th.r scope="col" { "+ " (t("跳过", "skipped")) }
                    th.r scope="col" { "+ " (t("失败", "failed")) }
                    th.r scope="col" { "= " (t("发现", "discovered")) }
                    th.c scope="col" { (t("平衡", "closes")) }
                } }
                tbody { @for (zh, en, counts) in &rows { (row(zh, en, counts)) } }
            }
        }
        ul.legend {
            li { span.key.c-scanned aria-hidden="true" {} (t("已扫描", "scanned")) }
            li { span.key.c-skipped aria-hidden="true" {} (t("跳过", "skipped")) }
            li { span.key.c-failed aria-hidden="true" {} (t("失败", "failed")) }
        }
        (note(
            "压缩包内文件另行计数,不与文件相加;解码后字节只含能打开的文件。",
            "Files in archives are counted apart and not added to files; bytes once decoded are of what could be opened.",
        ))
        (reasons(page))
        @if !detail.unread.is_empty() { (grid(page.report, grids::unread)) }
        (pace(page))
    };
    Section {
        id: "coverage",
        title: ("扫描覆盖", "Coverage"),
        body,
    }
}

fn row(zh: &str, en: &str, counts: &Counts) -> Markup {
    let whole = counts.total();
    let parts = counts.scanned.checked_add(counts.skipped);
    let closes = parts.and_then(|sum| sum.checked_add(counts.failed)) == Some(whole);
    let pieces = [
        Piece {
            class: "c-scanned",
            amount: counts.scanned,
        },
        Piece {
            class: "c-skipped",
            amount: counts.skipped,
        },
        Piece {
            class: "c-failed",
            amount: counts.failed,
        },
    ];
    let title = format!(
        "{} + {} + {} = {whole}",
        counts.scanned, counts.skipped, counts.failed
    );
    html! {
        tr {
            th.l scope="row" { (t(zh, en)) }
            td.wide { (stacked(&pieces, whole, &title)) }
            td.r { (n(counts.scanned)) }
            td.r { (n(counts.skipped)) }
            td.r { (n(counts.failed)) }
            td.r { b { (n(whole)) } }
            td.c {
                @if closes { "✓ " (t("是", "yes")) } @else { "✕ " (t("否", "no")) }
            }
        }
    }
}

fn reasons(page: &Page<'_>) -> Markup {
    let all = &page.facts.reasons;
    html! {
        div.table tabindex="0" role="group" aria-labelledby="reasons-caption" {
            table {
                caption #reasons-caption { (t("跳过、失败与备注的原因", "Why something was skipped, failed or noted")) }
                thead { tr {
                    th.l scope="col" { (t("对象", "of")) }
                    th.l scope="col" { (t("原因代码", "reason")) }
                    th.l scope="col" { (t("性质", "what it means")) }
                    th.r scope="col" { (t("文件", "files")) }
                    th.r scope="col" { (t("存储字节", "bytes as stored")) }
                    th.r scope="col" { (t("记录", "records")) }
                } }
                tbody {
                    @if all.is_empty() { tr { td colspan="6" { (t("(无)", "(none)")) } } }
                    @for ((of, reason), sums) in all.iter().take(MOST_ROWS) {
                        tr {
                            td.l { (match *of {
                                "skipped" => t("跳过的文件", "skipped files"),
                                "failed" => t("失败的文件", "failed files"),
                                _ => t("记录", "records"),
                            }) }
                            td.l { code { (foreign(reason)) } }
                            td.l { (meaning(of, reason)) }
                            td.r { (n(sums.files)) }
                            td.r { (n(sums.bytes)) }
                            td.r { (n(sums.records)) }
                        }
                    }
                }
            }
        }
        @if all.len() > MOST_ROWS { p.cut { (cut(MOST_ROWS as u64, all.len() as u64)) } }
    }
}

fn meaning(of: &str, reason: &str) -> Markup {
    if of == "failed" {
        t("未读", "not read")
    } else if reason.starts_with(NOTE) {
        t("仅备注,已扫描", "a note; it was scanned")
    } else if HARMLESS_REASONS.contains(&reason) {
        t("不含正文", "holds no text")
    } else if of == "skipped" {
        t("按规则跳过", "left out")
    } else {
        t("未扫描", "not scanned")
    }
}

/// How fast it went. Not part of the model: it differs from scan to scan.
fn pace(page: &Page<'_>) -> Markup {
    let facts = page.facts;
    let totals = &page.report.coverage.totals;
    let seconds = facts.duration_ms as f64 / 1000.0;
    let known = facts.duration_ms > 0 && facts.in_one_go;
    let rate = |amount: u64| amount as f64 / seconds;
    html! {
        h3 { (t("扫描速度", "Pace of the scan")) }
        @if known {
            dl.pairs {
                dt { (t("用时", "took")) }
                dd { (format!("{seconds:.1} s")) }
                dt { (t("线程", "threads")) }
                dd { (n(u64::from(facts.threads))) }
                dt { (t("解码后字节", "bytes once decoded")) }
                dd { (n(rate(totals.decoded_bytes.total()) as u64)) (t(" 字节/秒", " bytes a second")) }
                dt { (t("记录", "records")) }
                dd { (n(rate(totals.records.total()) as u64)) (t(" 条/秒", " records a second")) }
            }
        } @else {
            p { (t(
                "没有一次完成的用时记录(续扫、增量或合并的运行)。",
                "There is no time of one go: the run was resumed, built on another or merged, or its time was not noted.",
            )) }
        }
        (note(
            "取自运行的 environment 部分,随机器而异,不属于报告摘要所涵盖的内容。",
            "From the environment section of the run. It differs between machines and is no part of what the digest of the report covers.",
        ))
    }
}

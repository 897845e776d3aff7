//! Sources: shares against the limit, the ledger, sizes.

use maud::{Markup, html};

use super::chart::{Interval, bar};
use super::markup::{both, fold, foreign, missing, n, note, share, state, t};
use super::table::{MOST_ROWS, cut, grid};
use super::{Page, Section};
use crate::judge::{Clauses, Point};
use crate::report::filing::grids;
use crate::report::filing::words::percent;

/// Shares that are held against the limit: before collection and after it.
const MEASURED: [(&str, &str, &str); 2] = [
    ("SRC-01", "采集前抽样", "sample before collection"),
    ("SRC-02", "采集后核验", "verified after collection"),
];

/// The section.
pub fn section(page: &Page<'_>) -> Section {
    let report = page.report;
    let body = html! {
        @for (clause, zh, en) in MEASURED { (shares(page, clause, zh, en)) }
        (note(
            "区间按 Clopper-Pearson 法(精确)。没有区间的是全量扫描:每条记录都看过,没有抽样误差,但候选未经人工确认。",
            "Intervals are those of Clopper and Pearson, exact. Where there is none every record was scanned: no error of sampling, but candidates are not confirmed by people.",
        ))
        (grid(report, grids::assessments))
        (grid(report, grids::ledger))
        (fold(t("开源来源与许可", "Open sources and licences"), grid(report, grids::licences)))
        (fold(t("自采来源", "Collected by the operator"), grid(report, grids::self_collected)))
        (fold(t("商业来源", "Bought"), grid(report, grids::commercial)))
    };
    Section {
        id: "sources",
        title: ("来源", "Sources"),
        body,
    }
}

fn shares(page: &Page<'_>, clause: &str, zh: &str, en: &str) -> Markup {
    let table = Clauses::builtin();
    let limit = table.get(clause).and_then(|clause| clause.at_most);
    let mut results = page.report.matrix.clauses.iter();
    let result = results.find(|result| result.id == clause);
    let (Some(limit), Some(result)) = (limit, result) else {
        return html! {};
    };
    let mut points: Vec<&Point> = result.points.iter().collect();
    // The worst first; what has no number is not forgotten.
    points.sort_by(|a, b| {
        let share = |point: &Point| point.numbers.first().map_or(2.0, |number| number.value);
        share(b)
            .total_cmp(&share(a))
            .then_with(|| a.source.cmp(&b.source))
    });
    let highest = points.iter().flat_map(|point| &point.numbers);
    let highest = highest.map(|number| number.high.unwrap_or(number.value).min(1.0));
    let top = highest.fold(limit * 2.0, f64::max).min(1.0);
    html! {
        div.table tabindex="0" role="group" aria-label={ (clause) " " (zh) " / " (en) } {
            table.shares {
                caption {
                    a href={ "#clause-" (clause) } { code { (clause) } } " "
                    (both(&result.title))
                    " (" (t(zh, en)) ")"
                }
                thead { tr {
                    th.l scope="col" { (t("来源", "source")) }
                    th.wide scope="col" {
                        (t(
                            &format!("占比(0–{},竖线为上限 {})", percent(top), percent(limit)),
                            &format!("share (0–{}, the line is the limit of {})", percent(top), percent(limit)),
                        ))
                    }
                    th.r scope="col" { (t("占比", "share")) }
                    th.r scope="col" { (t("区间", "interval")) }
                    th.r scope="col" { (t("条数", "of")) }
                    th.c scope="col" { (t("判定", "result")) }
                } }
                tbody {
                    @for point in points.iter().take(MOST_ROWS) { (row(point, limit, top)) }
                }
            }
        }
        @if points.len() > MOST_ROWS { p.cut { (cut(MOST_ROWS as u64, points.len() as u64)) } }
    }
}

fn row(point: &Point, limit: f64, top: f64) -> Markup {
    let number = point.numbers.first().filter(|number| number.of.is_some());
    html! {
        tr {
            th.l scope="row" {
                @if let Some(source) = &point.source { (foreign(source)) } @else { (t("全部", "all")) }
            }
            @if let Some(number) = number {
                @let ends = number.low.zip(number.high);
                @let told = match ends {
                    Some((low, high)) => format!("{} [{}, {}]", percent(number.value), percent(low), percent(high)),
                    None => percent(number.value),
                };
                td.wide {
                    (Interval { share: number.value, ends, limit, top }.draw(&told))
                }
                td.r { (share(number.value)) }
                td.r {
                    @if let Some((low, high)) = ends { "[" (share(low)) ", " (share(high)) "]" }
                    @else { (t("全量扫描", "full scan")) }
                }
                td.r { (n(number.of.unwrap_or(0.0) as u64)) }
            } @else if matches!(point.state, crate::State::Compliant | crate::State::NotApplicable) {
                td.l colspan="4" { (both(&point.reason)) }
            } @else {
                td.l colspan="4" { (missing(&point.reason.zh, &point.reason.en)) }
            }
            td.c { (state(point.state)) }
        }
    }
}

/// Languages, types and sizes.
pub fn inventory(page: &Page<'_>) -> Section {
    let sizes = &page.report.sizes;
    let mut languages: std::collections::BTreeMap<&str, (u64, u64)> = Default::default();
    for row in &sizes.rows {
        let sums = languages.entry(&row.language).or_default();
        sums.0 += row.amounts.records;
        sums.1 += row.amounts.text_bytes;
    }
    let mut languages: Vec<_> = languages.into_iter().collect();
    languages
        .sort_by_key(|(name, (records, bytes))| (std::cmp::Reverse((*bytes, *records)), *name));
    let most = languages.iter().map(|(_, (_, bytes))| *bytes).max();
    let most = most.unwrap_or(0);
    let of_types = sizes.by_type.iter().map(|row| row.amounts.text_bytes);
    let most_type = of_types.max().unwrap_or(0);
    let body = html! {
        div.table tabindex="0" role="group" aria-labelledby="types-caption" {
            table {
                caption #types-caption { (t("按类型", "By type")) }
                thead { (heads("类型", "type")) }
                tbody {
                    @for row in &sizes.by_type {
                        @let (zh, en) = (super::markup::ZH.type_(&row.name), super::markup::EN.type_(&row.name));
                        (amounts(html! { bdi { (t(zh, en)) } }, row.amounts.records + row.amounts.media_files, row.amounts.text_bytes, most_type))
                    }
                }
            }
        }
        div.table tabindex="0" role="group" aria-labelledby="languages-caption" {
            table {
                caption #languages-caption { (t("按语言(BCP 47)", "By language (BCP 47)")) }
                thead { (heads("语言", "language")) }
                tbody {
                    @for (name, (records, bytes)) in languages.iter().take(MOST_ROWS) {
                        (amounts(html! { code { (foreign(name)) } }, *records, *bytes, most))
                    }
                }
            }
        }
        @if languages.len() > MOST_ROWS { p.cut { (cut(MOST_ROWS as u64, languages.len() as u64)) } }
        (grid(page.report, grids::by_type))
        (grid(page.report, grids::by_kind))
        (fold(t("规模明细(来源、类型、语言)", "Sizes by source, type and language"), grid(page.report, grids::size_rows)))
    };
    Section {
        id: "inventory",
        title: ("类型与语言", "Types and languages"),
        body,
    }
}

fn heads(zh: &str, en: &str) -> Markup {
    html! {
        tr {
            th.l scope="col" { (t(zh, en)) }
            th.wide scope="col" { (t("文本字节", "bytes of text")) }
            th.r scope="col" { (t("文本字节", "bytes of text")) }
            th.r scope="col" { (t("记录或文件", "records or files")) }
        }
    }
}

fn amounts(name: Markup, records: u64, bytes: u64, most: u64) -> Markup {
    html! {
        tr {
            th.l scope="row" { (name) }
            td.wide { (bar(bytes, most, "c-main", &bytes.to_string())) }
            td.r { (n(bytes)) }
            td.r { (n(records)) }
        }
    }
}

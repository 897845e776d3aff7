//! Personal data, by kind and class.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::chart::bar;
use super::markup::{both, foreign, n, note, t};
use super::table::grid;
use super::{Page, Section};
use crate::report::filing::grids;

/// The section.
pub fn section(page: &Page<'_>) -> Section {
    let kinds = &page.report.findings.personal_kinds;
    let mut sorted: Vec<_> = kinds.iter().collect();
    sorted.sort_by(|a, b| {
        b.findings
            .cmp(&a.findings)
            .then_with(|| a.entity.cmp(&b.entity))
    });
    let most = sorted.first().map_or(0, |kind| kind.findings);
    let mut classes: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for kind in kinds {
        let sums = classes.entry(&kind.class).or_default();
        sums.0 += kind.findings;
        sums.1 += 1;
    }
    let body = html! {
        (table("pi-class", "按类别(GB/T 45574)", "By class (GB/T 45574)", html! {
            th.l scope="col" { (t("类别", "class")) }
            th.r scope="col" { (t("种类", "kinds")) }
            th.r scope="col" { (t("检出", "findings")) }
        }, html! {
            @if classes.is_empty() { tr { td colspan="3" { (t("(无)", "(none)")) } } }
            @for (class, (findings, kinds)) in &classes {
                tr {
                    th.l scope="row" { (foreign(class)) }
                    td.r { (n(*kinds)) }
                    td.r { (n(*findings)) }
                }
            }
        }))
        (table("pi-kind", "按种类", "By kind", html! {
            th.l scope="col" { (t("种类", "kind")) }
            th.l scope="col" { (t("类别", "class")) }
            th.wide scope="col" { (t("检出", "findings")) }
            th.r scope="col" { (t("检出", "findings")) }
            th.r scope="col" { (t("记录", "records")) }
        }, html! {
            @if sorted.is_empty() { tr { td colspan="5" { (t("(无)", "(none)")) } } }
            @for kind in sorted {
                tr {
                    th.l scope="row" { (both(&kind.title)) " " code { (foreign(&kind.entity)) } }
                    td.l { (foreign(&kind.class)) @if kind.sensitive { " " span.tag { (t("敏感", "sensitive")) } } }
                    td.wide { (bar(kind.findings, most, "c-main", &kind.findings.to_string())) }
                    td.r { (n(kind.findings)) }
                    td.r { (n(kind.records)) }
                }
            }
        }))
        (note(
            "由程序检出,须人工确认;未检出不等于没有。全部来源合计,按来源见下表。",
            "Found by the program, to be confirmed by people; nothing found does not mean that there is nothing. All sources together; by source below.",
        ))
        (grid(page.report, grids::personal))
    };
    Section {
        id: "personal",
        title: ("个人信息", "Personal information"),
        body,
    }
}

fn table(id: &str, zh: &str, en: &str, heads: Markup, rows: Markup) -> Markup {
    html! {
        div.table tabindex="0" role="group" aria-labelledby=(id) {
            table {
                caption #(id) { (t(zh, en)) }
                thead { tr { (heads) } }
                tbody { (rows) }
            }
        }
    }
}

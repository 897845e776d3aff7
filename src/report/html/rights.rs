//! Marks of rights, their holders, licences.

use maud::{Markup, html};

use super::markup::{foreign, n, note, t};
use super::table::{cut, grid};
use super::{Page, Section};
use crate::report::filing::grids;
use crate::run::Holder;

/// Holders on the page: of every source the same number of those with the most findings.
const MOST: usize = 100;

/// The section.
pub fn section(page: &Page<'_>) -> Section {
    let body = html! {
        (holders(page))
        (grid(page.report, grids::rights))
        (grid(page.report, grids::licences_stated))
    };
    Section {
        id: "rights",
        title: ("知识产权", "Rights"),
        body,
    }
}

fn holders(page: &Page<'_>) -> Markup {
    let all = &page.facts.holders;
    let groups: Vec<&[Holder]> = all.by_source().map(|(_, group)| group).collect();
    let sum = |share: usize| groups.iter().map(|g| g.len().min(share)).sum::<usize>();
    let share = (1..=MOST)
        .rev()
        .find(|share| sum(*share) <= MOST)
        .unwrap_or(1);
    let shown: Vec<&Holder> = groups
        .iter()
        .flat_map(|group| group.iter().take(share))
        .take(MOST)
        .collect();
    html! {
        div.table tabindex="0" role="group" aria-labelledby="holders-caption" {
            table {
                caption #holders-caption { (t("权利人", "Holders of rights")) }
                thead { tr {
                    th.l scope="col" { (t("来源", "source")) }
                    th.l scope="col" { (t("权利人", "holder")) }
                    th.l scope="col" { (t("标记", "mark")) }
                    th.r scope="col" { (t("检出", "findings")) }
                    th.r scope="col" { (t("记录", "records")) }
                    th.r scope="col" { (t("年份", "years")) }
                } }
                tbody {
                    @if shown.is_empty() { tr { td colspan="6" { (t("(无)", "(none)")) } } }
                    @for holder in &shown {
                        tr {
                            td.l { (foreign(&holder.source)) }
                            td.l {
                                @if let Some(name) = &holder.holder { (foreign(name)) }
                                @else { (t("其余权利人合计", "all further holders")) }
                            }
                            td.l { code { (foreign(&holder.kind)) } }
                            td.r { (n(holder.findings)) }
                            td.r { (n(holder.records)) }
                            td.r { (years(holder)) }
                        }
                    }
                }
            }
        }
        @if shown.len() < all.0.len() { p.cut { (cut(shown.len() as u64, all.0.len() as u64)) } }
        (note(
            "出自保留明细的检出;检出权利标记不等于侵权,须人工核对授权。",
            "From findings of which details were kept. A mark is no infringement: a person has to look for the permission.",
        ))
    }
}

fn years(holder: &Holder) -> Markup {
    html! {
        @match (holder.year_from, holder.year_to) {
            (Some(from), Some(to)) if from != to => { (from) "–" (to) }
            (Some(year), _) | (_, Some(year)) => { (year) }
            _ => { "—" }
        }
    }
}

//! What became of the findings of an earlier run, where one was named.

use maud::html;

use super::Section;
use super::markup::{EN, ZH};
use super::table::both;
use crate::report::filing::grids;
use crate::report::model::RectificationPart;

/// The section.
pub fn section(part: &RectificationPart) -> Section {
    let rows = grids::rectified_rows(part, ZH);
    let rows = rows.iter().zip(grids::rectified_rows(part, EN));
    let body = html! {
        (both(&grids::rectified_runs(part, ZH), &grids::rectified_runs(part, EN)))
        (both(&grids::rectified_unclear(part, ZH), &grids::rectified_unclear(part, EN)))
        (both(&grids::rectified_sources(part, ZH), &grids::rectified_sources(part, EN)))
        (both(&grids::rectified_records(part, ZH), &grids::rectified_records(part, EN)))
        @for (zh, en) in rows { (both(zh, &en)) }
    };
    Section {
        id: "rectified",
        title: ("整改前后对比", "Before and after"),
        body,
    }
}

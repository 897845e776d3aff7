//! Every clause with its result; reasons unfold to numbers and evidence.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::appendix::shown_proofs;
use super::markup::{EN, ZH, both, foreign, missing, n, share, sign, state, t};
use super::overview::STATES;
use super::table::cut;
use super::{Page, Section};
use crate::State;
use crate::judge::{ClauseResult, Duty, Number, Point};
use crate::report::model::Weakness;

/// Results of sources that a clause shows, the worst first.
const MOST_POINTS: usize = 30;

/// The section.
pub fn section(page: &Page<'_>) -> Section {
    let report = page.report;
    let mut remedies: BTreeMap<&str, &Weakness> = BTreeMap::new();
    for weak in &report.weaknesses {
        if let Some(clause) = &weak.clause {
            remedies.entry(clause).or_insert(weak);
        }
    }
    let proofs = shown_proofs(page);
    let body = html! {
        fieldset.filter #clause-filter hidden {
            legend { (t("只看", "Show")) }
            @for of in STATES {
                label {
                    input type="checkbox" checked value=(sign(of).0);
                    (state(of))
                }
            }
            button type="button" data-unfold { (t("全部展开", "Unfold all")) }
            output #clause-count aria-live="polite" {}
        }
        p.note {
            (t("条款表版本", "Table of clauses")) " " (foreign(&report.matrix.version))
        }
        div.clauses #clause-list {
            @for result in &report.matrix.clauses {
                (clause(result, remedies.get(result.id.as_str()).copied(), &proofs))
            }
        }
    };
    Section {
        id: "clauses",
        title: ("条款判定表", "Clauses"),
        body,
    }
}

fn clause(result: &ClauseResult, weak: Option<&Weakness>, proofs: &BTreeSet<&str>) -> Markup {
    let mut points: Vec<&Point> = result.points.iter().collect();
    points.sort_by_key(|point| Reverse(point.state));
    html! {
        details.clause.(sign(result.state).0) id={ "clause-" (result.id) } {
            summary {
                code.id { (foreign(&result.id)) }
                span.what { (both(&result.title)) }
                span.tag { (t(ZH.duty(result.duty), EN.duty(result.duty))) }
                (state(result.state))
            }
            div.unfolded {
                p.reference {
                    (foreign(&result.reference)) " · "
                    (t(ZH.text_status(&result.status), EN.text_status(&result.status)))
                    @if result.duty == Duty::Should { " · " (t("建议性", "a recommendation")) }
                }
                ul.points {
                    @for point in points.iter().take(MOST_POINTS) { (one(point, proofs)) }
                }
                @if points.len() > MOST_POINTS {
                    p.cut { (cut(MOST_POINTS as u64, points.len() as u64)) }
                }
                @if let Some(weak) = weak {
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
    }
}

fn one(point: &Point, proofs: &BTreeSet<&str>) -> Markup {
    html! {
        li {
            (state(point.state)) " "
            @if let Some(source) = &point.source { span.tag { (foreign(source)) } " " }
            (both(&point.reason))
            @if !point.numbers.is_empty() {
                span.figures { @for number in &point.numbers { " " (figure(number)) } }
            }
            @if !point.evidence.is_empty() {
                span.proofs {
                    " " (t("证明材料", "evidence"))
                    @for id in &point.evidence {
                        " "
                        @if proofs.contains(id.as_str()) { a href={ "#proof-" (id) } { (foreign(id)) } }
                        @else { (foreign(id)) }
                    }
                }
            }
        }
    }
}

fn figure(number: &Number) -> Markup {
    let whole = |value: f64| value.fract() == 0.0 && (0.0..9e15).contains(&value);
    // A share is of something; a count stands by itself.
    let is_share = number.of.is_some() && (0.0..=1.0).contains(&number.value);
    html! {
        span.figure {
            (foreign(&number.name)) " "
            @if is_share { (share(number.value)) }
            @else if whole(number.value) { (n(number.value as u64)) }
            @else { (format!("{:.4}", number.value)) }
            @if let Some(of) = number.of.filter(|of| whole(*of)) { " / " (n(of as u64)) }
            @if let (Some(low), Some(high)) = (number.low, number.high) {
                " [" (share(low)) ", " (share(high)) "]"
            }
        }
    }
}

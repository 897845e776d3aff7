//! 31 risks by source, as a table whose cells are shaded by number.

use maud::{Markup, html};

use super::markup::{both, foreign, missing, n, note, t};
use super::{Page, Section};
use crate::report::filing::words::number;

/// Sources with a column of their own; the others share one.
const MOST_SOURCES: usize = 16;

/// The section.
pub fn section(page: &Page<'_>) -> Section {
    let report = page.report;
    let mut sources: Vec<(&str, u64)> = (report.sources.iter())
        .map(|source| {
            let of = |risk: &crate::report::model::RiskRow| {
                risk.sources
                    .get(&source.id)
                    .map_or(0, |found| found.findings)
            };
            (
                source.id.as_str(),
                report.findings.risks.iter().map(of).sum(),
            )
        })
        .collect();
    let all = sources.len();
    if all > MOST_SOURCES {
        sources.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        sources.truncate(MOST_SOURCES);
    }
    let most = (report.findings.risks.iter())
        .flat_map(|risk| risk.sources.values())
        .map(|found| found.findings)
        .max()
        .unwrap_or(0);
    let body = html! {
        div.table tabindex="0" role="group" aria-labelledby="risks-caption" {
            table.heat {
                caption #risks-caption { (t("31 种安全风险 × 来源(检出数)", "31 risks by source (findings)")) }
                thead { tr {
                    th.l scope="col" { (t("代码", "code")) }
                    th.l scope="col" { (t("安全风险", "risk")) }
                    th.r scope="col" { (t("关键词", "keywords")) }
                    th.r scope="col" { (t("合计", "all")) }
                    @for (source, _) in &sources { th.r.source scope="col" { (foreign(source)) } }
                    @if all > MOST_SOURCES {
                        th.r scope="col" { (t(&format!("其余 {} 个来源", number((all - MOST_SOURCES) as u64)), &format!("{} other sources", number((all - MOST_SOURCES) as u64)))) }
                    }
                } }
                tbody {
                    @for risk in &report.findings.risks {
                        @let of = |source: &str| risk.sources.get(source).map_or(0, |found| found.findings);
                        tr {
                            td.l { code { (foreign(&risk.code)) } }
                            th.l scope="row" { (both(&risk.title)) }
                            td.r { @if let Some(keywords) = risk.keywords { (n(keywords)) } @else { (missing("关键词", "keywords")) } }
                            td.r { b { (n(risk.total.findings)) } }
                            @for (source, _) in &sources { (cell(of(source), most)) }
                            @if all > MOST_SOURCES {
                                @let shown: u64 = sources.iter().map(|(source, _)| of(source)).sum();
                                (cell(risk.total.findings - shown, most))
                            }
                        }
                    }
                }
            }
        }
        ul.legend.shades {
            @for level in 0..=LEVELS {
                li { span.key.heat-key.{ "h" (level) } aria-hidden="true" {} (range(level, most)) }
            }
        }
        (note(
            "列出的是候选,包括未保留明细的;深浅按数量级。检出为零不等于没有此类内容。“记录”与残留数量见附件1。",
            "Candidates, including those of which no details were kept; shades go by order of magnitude. Nothing found does not mean that there is nothing.",
        ))
    };
    Section {
        id: "risks",
        title: ("31 种风险", "31 risks"),
        body,
    }
}

/// Shades for what is not zero.
const LEVELS: u32 = 5;

/// The shade of a number: 0 for none, else by its order of magnitude.
fn level(count: u64, most: u64) -> u32 {
    match count {
        0 => 0,
        count => (1..LEVELS)
            .find(|level| count <= upper(*level, most))
            .unwrap_or(LEVELS),
    }
}

/// The largest number of a shade: the range is cut in equal parts of its logarithm.
fn upper(level: u32, most: u64) -> u64 {
    let share = f64::from(level) / f64::from(LEVELS);
    (most.max(1) as f64).powf(share).floor() as u64
}

fn range(level: u32, most: u64) -> String {
    match level {
        0 => "0".to_owned(),
        level => {
            let from = if level == 1 {
                1
            } else {
                upper(level - 1, most) + 1
            };
            let to = if level == LEVELS {
                most
            } else {
                upper(level, most)
            };
            match from.cmp(&to) {
                std::cmp::Ordering::Less => format!("{}–{}", number(from), number(to)),
                std::cmp::Ordering::Equal => number(from),
                std::cmp::Ordering::Greater => "—".to_owned(),
            }
        }
    }
}

fn cell(count: u64, most: u64) -> Markup {
    html! { td.r.{ "h" (level(count, most)) } { (n(count)) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_the_shade_of_its_range() {
        for most in [1, 2, 9, 100, 1_000_000] {
            assert_eq!(level(0, most), 0);
            assert_eq!(level(most, most).max(1), level(most, most));
            for count in [1, 2, 3, 7, 50, 999, 1_000_000]
                .into_iter()
                .filter(|c| *c <= most)
            {
                let told = range(level(count, most), most);
                let ends: Vec<u64> = told
                    .split('–')
                    .map(|end| end.replace(',', "").parse().unwrap())
                    .collect();
                assert!(
                    ends[0] <= count && count <= ends[ends.len() - 1],
                    "{count} of {most}: {told}"
                );
            }
        }
    }
}

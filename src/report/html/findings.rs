//! The rules that found most, and the table of findings that the script fills.

use maud::{Markup, html};

use super::markup::{both, foreign, n, note, severity, t};
use super::{Page, Section};
use crate::Severity;
use crate::report::families::Family;
use crate::report::filing::words::number;

/// Rules on the page, those with the most findings.
const MOST_RULES: usize = 30;
/// Families that are printed, and that are seen where scripts do not run.
const STATIC_FAMILIES: usize = 50;

/// Rules by number of findings, each with a masked example.
pub fn rules(page: &Page<'_>) -> Section {
    let facts = page.facts;
    let mut rules: Vec<_> = (facts.numbers.iter())
        .filter(|(_, numbers)| numbers.findings + numbers.suppressed > 0)
        .collect();
    rules.sort_by(|a, b| b.1.findings.cmp(&a.1.findings).then_with(|| a.0.cmp(b.0)));
    let example = |rule: &str| {
        let mut shown = facts.families.shown.iter();
        shown.find(|family| family.rule == rule && !family.excerpt.is_empty())
    };
    let all = rules.len();
    let body = html! {
        div.table tabindex="0" role="group" aria-labelledby="rules-caption" {
            table {
                caption #rules-caption { (t("检出最多的规则", "Rules with the most findings")) }
                thead { tr {
                    th.l scope="col" { (t("规则", "rule")) }
                    th.c scope="col" { (t("严重程度", "severity")) }
                    th.r scope="col" { (t("检出", "findings")) }
                    th.r scope="col" { (t("记录", "records")) }
                    th.r scope="col" { (t("已抑制", "suppressed")) }
                    th.l scope="col" { (t("遮盖后的例子", "masked example")) }
                } }
                tbody {
                    @if rules.is_empty() { tr { td colspan="6" { (t("(无)", "(none)")) } } }
                    @for (id, numbers) in rules.iter().take(MOST_RULES) {
                        @let info = facts.rule(id);
                        tr {
                            th.l scope="row" {
                                @if let Some(info) = info { (both(&info.title)) br; }
                                code { (foreign(id)) }
                            }
                            td.c { @if let Some(info) = info { (severity(info.severity)) } }
                            td.r { (n(numbers.findings)) }
                            td.r { (n(numbers.records)) }
                            td.r { (n(numbers.suppressed)) }
                            td.l { @if let Some(family) = example(id) { (quotation(family)) } @else { "—" } }
                        }
                    }
                }
            }
        }
        @if all > MOST_RULES {
            p.cut { (super::table::cut(MOST_RULES as u64, all as u64)) }
        }
        (note(
            "数字含未保留明细的检出;一条规则在一条记录中最多保留若干处明细。",
            "Numbers are of all findings, also of those of which no details were kept: of a rule some are kept in a record.",
        ))
    };
    Section {
        id: "rules",
        title: ("规则", "Rules"),
        body,
    }
}

fn quotation(family: &Family) -> Markup {
    html! { span.quote { (foreign(&family.excerpt)) } }
}

/// The table of findings.
pub fn section(page: &Page<'_>) -> Section {
    let facts = page.facts;
    let families = &facts.families;
    let places: u64 = families.shown.iter().map(|f| f.places.len() as u64).sum();
    let all = facts.totals.open + facts.totals.suppressed;
    let shown = families.shown.len() as u64;
    let body = html! {
        p {
            (t(
                &format!(
                    "共检出 {} 处(计入 {},已抑制 {}),保留明细 {} 处,归为 {} 组。本页列出 {} 组,代表 {} 处,其中 {} 处给出位置。",
                    number(all), number(facts.totals.open), number(facts.totals.suppressed),
                    number(families.findings), number(families.families), number(shown),
                    number(families.shown_findings), number(places),
                ),
                &format!(
                    "{} findings ({} count, {} are suppressed); details of {} were kept, in {} families. Shown are {} families, which stand for {} findings; {} of these with their place.",
                    number(all), number(facts.totals.open), number(facts.totals.suppressed),
                    number(families.findings), number(families.families), number(shown),
                    number(families.shown_findings), number(places),
                ),
            ))
        }
        @if shown < families.families {
            p.cut #left-out {
                (t(
                    &format!(
                        "未列出 {} 组({} 处):每条规则在每个来源中份额相同,检出多的在前。以上各节的数字含全部检出。全部明细:yujian export --what findings。",
                        number(families.families - shown), number(families.findings - families.shown_findings),
                    ),
                    &format!(
                        "Not shown are {} families ({} findings): every rule of a source has the same share, larger families first. Numbers above are of all findings. All details: yujian export --what findings.",
                        number(families.families - shown), number(families.findings - families.shown_findings),
                    ),
                ))
            }
        }
        (note(
            "同一来源、同一规则、同一值(无密钥时为同样的遮盖后文字)且同为计入或同为已抑制的检出归为一组。",
            "A family: the same source, rule and value (without a key: the same masked words), all of them counting or all suppressed.",
        ))
        (controls())
        div.table tabindex="0" role="group" aria-labelledby="findings-caption" {
            table #findings-table {
                caption #findings-caption { (t("检出(按组)", "Findings, by family")) }
                thead { tr {
                    (head("severity", "严重程度", "severity", "c"))
                    (head("rule", "规则", "rule", "l"))
                    (head("source", "来源", "source", "l"))
                    (head("status", "状态", "status", "l"))
                    (head("findings", "检出", "findings", "r"))
                    (head("records", "记录", "records", "r"))
                    (head("files", "文件", "files", "r"))
                    (head("confidence", "置信度", "confidence", "r"))
                    th.l scope="col" { (t("遮盖后的摘录", "masked quotation")) }
                    th.l scope="col" { (t("位置", "places")) }
                } }
                tbody {
                    @if families.shown.is_empty() { tr { td colspan="10" { (t("(无)", "(none)")) } } }
                    @for family in families.shown.iter().take(STATIC_FAMILIES) { (fixed(page, family)) }
                }
            }
        }
        @if families.shown.len() > STATIC_FAMILIES {
            p.cut #static-cut {
                (t(
                    &format!("未运行脚本:只显示前 {STATIC_FAMILIES} 组。"),
                    &format!("Without the script: the first {STATIC_FAMILIES} families."),
                ))
            }
        }
        nav.pages #pages hidden aria-labelledby="pages-title" {
            span.sr #pages-title { (t("检出表分页", "Pages of the findings")) }
            button type="button" data-page="first" { (t("首页", "First")) }
            button type="button" data-page="previous" { (t("上一页", "Previous")) }
            output #page-count aria-live="polite" {}
            button type="button" data-page="next" { (t("下一页", "Next")) }
            button type="button" data-page="last" { (t("末页", "Last")) }
        }
    };
    Section {
        id: "findings",
        title: ("检出明细", "Findings"),
        body,
    }
}

fn head(key: &str, zh: &str, en: &str, side: &str) -> Markup {
    html! { th.(side) scope="col" data-sort=(key) { (t(zh, en)) } }
}

fn controls() -> Markup {
    let select = |id: &str, zh: &str, en: &str| {
        html! {
            label for=(id) { (t(zh, en)) }
            select #(id) { option value="" { "—" } }
        }
    };
    html! {
        form.filter #finding-filter hidden {
            div.field.grow {
                label for="f-text" { (t("搜索", "Search")) }
                input #f-text type="search" autocomplete="off" spellcheck="false";
            }
            div.field { (select("f-severity", "严重程度", "Severity")) }
            div.field { (select("f-status", "状态", "Status")) }
            div.field { (select("f-risk", "风险", "Risk")) }
            div.field { (select("f-rule", "规则", "Rule")) }
            div.field { (select("f-source", "来源", "Source")) }
            div.field { button type="reset" { (t("清除", "Clear")) } }
            output #finding-count aria-live="polite" {}
        }
    }
}

/// A row as it is before the script comes, and on paper.
fn fixed(page: &Page<'_>, family: &Family) -> Markup {
    let info = page.facts.rule(&family.rule);
    html! {
        tr {
            td.c { (severity(info.map_or(Severity::Low, |info| info.severity))) }
            td.l {
                @if let Some(info) = info { (both(&info.title)) br; }
                code { (foreign(&family.rule)) }
            }
            td.l { (foreign(&family.source)) }
            td.l {
                @if let Some(why) = &family.suppressed_by {
                    (t("已抑制", "suppressed")) " " code { (foreign(why)) }
                } @else { (t("计入", "counts")) }
            }
            td.r { (n(family.findings)) }
            td.r { (n(family.records)) }
            td.r { (n(family.files)) }
            td.r { (family.confidence.0) " %" }
            td.l { (quotation(family)) }
            td.l { @if let Some(place) = family.places.first() {
                (foreign(&place.path)) " #" (place.record)
            } }
        }
    }
}

//! What records say of themselves, and what was recorded of each.

use super::{each_declared, lacking};
use crate::State;
use crate::judge::clauses::Clause;
use crate::judge::matrix::{Case, Point};
use crate::sources::{Source, SourceKind};

/// `D52-04`: what must be known of a source by its kind; sources that nobody declared.
pub fn source_record(case: &Case<'_>) -> Vec<Point> {
    let mut points: Vec<Point> = case
        .ledger
        .sources
        .iter()
        .map(|source| {
            let records = case.facts.tally.sources.get(&source.id);
            if records.is_none_or(|tally| tally.records.total() == 0) {
                return Point::new(
                    Some(&source.id),
                    State::NeedsReview,
                    "已申报,但没有记录属于它",
                    "it is declared, but no record belongs to it",
                );
            }
            lacking(
                source,
                &unsaid(case, source),
                State::NonCompliant,
                Vec::new(),
            )
        })
        .collect();
    for (name, tally) in &case.facts.tally.sources {
        if case.ledger.source(name).is_none() && tally.records.total() > 0 {
            points.push(Point::new(
                Some(name),
                State::NonCompliant,
                format!("未申报的来源,{} 条记录", tally.records.total()),
                format!(
                    "{} records of a source that is not declared",
                    tally.records.total()
                ),
            ));
        }
    }
    points
}

fn unsaid(case: &Case<'_>, source: &Source) -> Vec<String> {
    let d = &source.declared;
    let mut wanted: Vec<(&str, bool)> = vec![("name", !d.name.trim().is_empty())];
    match d.kind {
        None => wanted.push(("kind", false)),
        Some(SourceKind::OpenCn | SourceKind::OpenForeign) => wanted.extend([
            ("publisher", !d.publisher.trim().is_empty()),
            ("licence_id", d.licence_id.says()),
        ]),
        Some(SourceKind::SelfCrawled) => wanted.push((
            "url",
            !d.url.trim().is_empty() || share_with_pages(case, source).is_some_and(|s| s >= 1.0),
        )),
        Some(SourceKind::SelfProduced) => {
            wanted.push(("publisher", !d.publisher.trim().is_empty()));
        }
        Some(SourceKind::Commercial) => wanted.extend([
            ("counterparty_name", !d.counterparty_name.trim().is_empty()),
            ("contract_id", !d.contract_id.trim().is_empty()),
        ]),
        Some(SourceKind::UserInput) => wanted.extend([
            ("service_name", !d.service_name.trim().is_empty()),
            (
                "user_authorisation_ref",
                !d.user_authorisation_ref.trim().is_empty(),
            ),
        ]),
        Some(SourceKind::Synthetic) => {
            wanted.push(("generator.model", !d.generator.model.trim().is_empty()));
        }
    }
    let missing = wanted.into_iter().filter(|(_, there)| !there);
    missing.map(|(key, _)| key.to_owned()).collect()
}

fn share_with_pages(case: &Case<'_>, source: &Source) -> Option<f64> {
    let tally = case.facts.tally.sources.get(&source.id)?;
    let records = tally.records.scanned;
    (records > 0).then(|| tally.presence.page_url as f64 / records as f64)
}

/// `D52-06`: the address of a page in every record of a crawl.
pub fn page_url(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    each_declared(case, clause, |source| {
        let tally = case.facts.tally.sources.get(&source.id);
        let (with, records) = tally.map_or((0, 0), |t| (t.presence.page_url, t.records.scanned));
        all_have(source, with, records, "页面网址", "the address of a page")
    })
}

/// `D52-07`: metadata of every sample, by the kind of its source. Records of a source that is not
/// a web site have that of their source, which the sidecar writes beside each.
pub fn record_metadata(case: &Case<'_>) -> Vec<Point> {
    let points: Vec<Point> = case
        .ledger
        .sources
        .iter()
        .filter_map(|source| {
            let tally = case.facts.tally.sources.get(&source.id)?;
            let records = tally.records.scanned;
            let d = &source.declared;
            let with = match d.kind {
                Some(SourceKind::SelfCrawled) => tally.presence.url,
                Some(SourceKind::UserInput) if d.service_name.trim().is_empty() => 0,
                Some(SourceKind::UserInput | SourceKind::Synthetic) => records,
                _ if d.name.trim().is_empty() => 0,
                Some(SourceKind::Commercial) if d.counterparty_name.trim().is_empty() => 0,
                Some(SourceKind::Commercial) => records,
                _ if d.publisher.trim().is_empty() => tally.presence.source,
                _ => records,
            };
            Some(all_have(source, with, records, "元数据", "metadata"))
        })
        .collect();
    if points.is_empty() {
        let (zh, en) = (
            "没有申报来源([[source]])",
            "no source is declared ([[source]])",
        );
        return vec![Point::new(None, State::NeedsEvidence, zh, en)];
    }
    points
}

fn all_have(source: &Source, with: u64, records: u64, zh: &str, en: &str) -> Point {
    let state = match () {
        () if records == 0 => State::NotApplicable,
        () if with < records => State::NonCompliant,
        () => State::Compliant,
    };
    let (zh, en) = (
        format!("{records} 条中 {with} 条有{zh}"),
        format!("{with} of {records} records have {en}"),
    );
    Point::new(Some(&source.id), state, zh, en).number("records", with as f64, Some(records as f64))
}

/// `CON-02`: two runs, before and after, that can be compared. Without an earlier one a person
/// answers for it.
pub fn before_after(case: &Case<'_>) -> Vec<Point> {
    let Some(of) = case.before else {
        return Vec::new();
    };
    let total = of;
    let (state, zh, en) = if !of.comparable {
        (
            State::NeedsEvidence,
            "前后两次扫描的规则、配置或读取范围不同,不能据以认定剔除".to_owned(),
            "rules, configuration or coverage of the two runs differ, so nothing is shown"
                .to_owned(),
        )
    } else {
        let zh = format!(
            "整改前 {} 处,剔除 {}、替换 {}、转为不计 {}、仍存在 {}、不能认定 {};整改后 {} 处,其中新增 {}",
            total.before,
            total.removed,
            total.replaced,
            total.closed,
            total.still,
            total.unclear,
            total.after,
            total.new
        );
        let en = format!(
            "{} findings before: {} removed, {} replaced, {} suppressed, {} still there, {} unclear; {} after, {} of them new",
            total.before,
            total.removed,
            total.replaced,
            total.closed,
            total.still,
            total.unclear,
            total.after,
            total.new
        );
        let state = match total.unclear {
            0 => State::Compliant,
            _ => State::NeedsReview,
        };
        (state, zh, en)
    };
    let point = Point::new(None, state, zh, en);
    let (before, removed) = (total.before as f64, total.removed as f64);
    vec![
        point
            .number("findings_removed", removed, Some(before))
            .number("findings_replaced", total.replaced as f64, Some(before))
            .number("findings_still", total.still as f64, Some(before)),
    ]
}

/// `D52-08`, `D52-11`: a row for every record.
pub fn recorded_scan(case: &Case<'_>) -> Vec<Point> {
    let records = case.facts.tally.total().records.scanned;
    let point = if case.recorded {
        Point::new(
            None,
            State::Compliant,
            format!("{records} 条均有识别记录(records.parquet)"),
            format!("all {records} records have a row of results (records.parquet)"),
        )
    } else {
        Point::new(
            None,
            State::NeedsEvidence,
            "只记录了有命中的条目;用 scan --sidecar 逐条记录",
            "only records with findings have a row: scan with --sidecar",
        )
    };
    vec![point.number("records", records as f64, None)]
}

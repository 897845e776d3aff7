//! How much there is, of what, from where, and whether the sums agree.

use std::collections::BTreeMap;

use super::{each_declared, undeclared};
use crate::State;
use crate::judge::clauses::Clause;
use crate::judge::matrix::{Case, Point};
use crate::scan::Amount;
use crate::sources::SourceKind;

/// `SRC-04`: sources of every type and language. What is less than a share of all text is what
/// telling languages gets wrong, and is told but not judged.
pub fn several_sources(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    let mut groups: BTreeMap<(&str, &str), Vec<u64>> = BTreeMap::new();
    let mut all = 0;
    for tally in case.facts.tally.sources.values() {
        for (kind, language, amount) in tally.types.iter().filter(|(_, _, a)| a.records > 0) {
            groups
                .entry((kind, language))
                .or_default()
                .push(amount.text_bytes);
            all += amount.text_bytes;
        }
    }
    let least = clause.at_least.unwrap_or(2.0);
    let noise = clause.share.unwrap_or(0.0) * all as f64;
    let mut points = Vec::new();
    for ((kind, language), bytes) in groups {
        let (sum, count) = (bytes.iter().sum::<u64>(), bytes.len());
        if kind == "unknown" || (sum as f64) < noise {
            continue;
        }
        let shares = bytes.iter().map(|b| *b as f64 / sum.max(1) as f64);
        // Herfindahl-Hirschman index: the sum of the squares of the shares; 1 is one source.
        let index: f64 = shares.map(|share| share * share).sum();
        let state = if count as f64 >= least {
            State::Compliant
        } else {
            State::NonCompliant
        };
        let (zh, en) = (
            format!("{kind}/{language}:{count} 个来源,集中度(HHI){index:.3}"),
            format!("{kind}/{language}: {count} sources, concentration (HHI) {index:.3}"),
        );
        let point = Point::new(None, state, zh, en)
            .number("sources", count as f64, None)
            .number("herfindahl", index, None);
        points.push(point);
    }
    points
}

/// Records, bytes and tokens of the sources that `of` says yes to, and of all.
struct Shares {
    records: f64,
    bytes: f64,
    tokens: Option<f64>,
}

fn shares(case: &Case<'_>, of: impl Fn(&str) -> bool) -> Shares {
    let part = |value: fn(&Amount) -> u64| {
        let (mut some, mut all) = (0, 0);
        for (name, tally) in &case.facts.tally.sources {
            let amount = value(&tally.types.total());
            all += amount;
            some += if of(name) { amount } else { 0 };
        }
        some as f64 / (all.max(1)) as f64
    };
    let tokens = case.tokens.map(|strata| {
        let all: u64 = strata.iter().map(|s| s.estimate.tokens).sum();
        let some = strata.iter().filter(|s| of(&s.source));
        some.map(|s| s.estimate.tokens).sum::<u64>() as f64 / all.max(1) as f64
    });
    Shares {
        records: part(|a| a.records),
        bytes: part(|a| a.text_bytes),
        tokens,
    }
}

fn with_shares(point: Point, base: &str, shares: &Shares) -> Point {
    let point = point
        .number(&format!("{base}-records"), shares.records, None)
        .number(&format!("{base}-bytes"), shares.bytes, None);
    match shares.tokens {
        Some(tokens) => point.number(&format!("{base}-tokens"), tokens, None),
        None => point,
    }
}

fn unknown_origin<'a>(case: &'a Case<'_>) -> Vec<&'a str> {
    let names = case.facts.tally.sources.keys().map(String::as_str);
    names
        .filter(|name| {
            let source = case.ledger.source(name);
            source.and_then(|s| s.declared.is_foreign()).is_none()
        })
        .collect()
}

fn is_foreign(case: &Case<'_>, name: &str) -> bool {
    let source = case.ledger.source(name);
    source.and_then(|s| s.declared.is_foreign()) == Some(true)
}

/// `SRC-05`: foreign beside domestic. The standard gives no number.
pub fn foreign_combined(case: &Case<'_>) -> Vec<Point> {
    let unknown = unknown_origin(case);
    if !unknown.is_empty() {
        return vec![Point::new(
            None,
            State::NeedsEvidence,
            format!(
                "未说明来自境内或境外(origin_country):{}",
                unknown.join("、")
            ),
            format!(
                "it is not said where these come from (origin_country): {}",
                unknown.join(", ")
            ),
        )];
    }
    let foreign = shares(case, |name| is_foreign(case, name));
    let (zh, en) = (
        format!("境外占文本字节 {:.1}%", foreign.bytes * 100.0),
        format!("{:.1} % of the text is foreign", foreign.bytes * 100.0),
    );
    let state = if foreign.bytes >= 1.0 {
        State::NeedsReview
    } else {
        State::Compliant
    };
    vec![with_shares(
        Point::new(None, state, zh, en),
        "foreign",
        &foreign,
    )]
}

/// `FIL-07`: the practice line on foreign open material. What it is a share of is not said
/// anywhere, so every reading is told, and the worst of bytes and tokens is judged.
pub fn foreign_share(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    let unknown = undeclared(case);
    let open = |name: &str| {
        let source = case.ledger.source(name);
        source.and_then(|s| s.declared.kind) == Some(SourceKind::OpenForeign)
    };
    let (narrow, wide) = (
        shares(case, open),
        shares(case, |name| is_foreign(case, name)),
    );
    let measured = narrow.bytes.max(narrow.tokens.unwrap_or(0.0));
    let limit = clause.at_most.unwrap_or(1.0);
    let state = match () {
        () if measured > limit => State::NonCompliant,
        () if !unknown.is_empty() => State::NeedsEvidence,
        () if measured >= clause.warn_from.unwrap_or(limit) => State::NeedsReview,
        () => State::Compliant,
    };
    let names: Vec<&str> = unknown.into_iter().collect();
    let (more_zh, more_en) = if names.is_empty() {
        (String::new(), String::new())
    } else {
        (
            format!(";来源类别未申报:{}", names.join("、")),
            format!("; kind not declared: {}", names.join(", ")),
        )
    };
    let (zh, en) = (
        format!(
            "境外开源占比(字节与词元中较高者){:.1}%,实践线 {:.0}%{more_zh}",
            measured * 100.0,
            limit * 100.0
        ),
        format!(
            "foreign open material is {:.1} % (the higher of bytes and tokens), practice line {:.0} %{more_en}",
            measured * 100.0,
            limit * 100.0
        ),
    );
    let point = with_shares(Point::new(None, state, zh, en), "open-foreign", &narrow);
    vec![with_shares(point, "all-foreign", &wide)]
}

/// `FIL-01`.
pub fn size(case: &Case<'_>) -> Vec<Point> {
    let total = case.facts.tally.total();
    let (zh, en) = (
        format!(
            "文本 {} 字节;存储 {} 字节",
            total.text_bytes, case.facts.bytes.0
        ),
        format!(
            "{} bytes of text; {} bytes as stored",
            total.text_bytes, case.facts.bytes.0
        ),
    );
    vec![
        Point::new(None, State::Compliant, zh, en)
            .number("text-bytes", total.text_bytes as f64, None)
            .number("stored-bytes", case.facts.bytes.0 as f64, None),
    ]
}

/// `FIL-02`.
pub fn tokens(case: &Case<'_>) -> Vec<Point> {
    let Some(strata) = case.tokens else {
        let (zh, en) = ("未统计词元", "tokens were not counted");
        return vec![Point::new(None, State::NeedsEvidence, zh, en)];
    };
    let sum = |of: fn(&crate::tokens::Estimate) -> u64| -> u64 {
        strata.iter().map(|s| of(&s.estimate)).sum()
    };
    let tokens = sum(|e| e.tokens);
    let (zh, en) = (format!("{tokens} 词元"), format!("{tokens} tokens"));
    vec![
        Point::new(None, State::Compliant, zh, en)
            .number("tokens", tokens as f64, None)
            .between(sum(|e| e.low) as f64, sum(|e| e.high) as f64),
    ]
}

/// `FIL-03`.
pub fn by_type(case: &Case<'_>) -> Vec<Point> {
    let total = case.facts.tally.total();
    let kinds: Vec<(&String, Amount)> = total
        .types
        .0
        .keys()
        .map(|kind| (kind, total.types.of(kind)))
        .collect();
    let list: Vec<String> = kinds
        .iter()
        .map(|(kind, amount)| format!("{kind} {}", amount.records))
        .collect();
    let (zh, en) = (
        format!("各类型记录数:{}", list.join("、")),
        format!("records by type: {}", list.join(", ")),
    );
    let mut point = Point::new(None, State::Compliant, zh, en);
    for (kind, amount) in kinds {
        point = point.number(kind, amount.records as f64, None);
    }
    vec![point]
}

/// `FIL-04`.
pub fn by_kind(case: &Case<'_>) -> Vec<Point> {
    let unknown: Vec<&str> = undeclared(case).into_iter().collect();
    let mut sums: BTreeMap<SourceKind, u64> = BTreeMap::new();
    for (name, tally) in &case.facts.tally.sources {
        if let Some(kind) = case.ledger.source(name).and_then(|s| s.declared.kind) {
            *sums.entry(kind).or_default() += tally.records.scanned;
        }
    }
    let list: Vec<String> = sums
        .iter()
        .map(|(kind, records)| format!("{} {records}", kind.zh()))
        .collect();
    let list_en: Vec<String> = sums
        .iter()
        .map(|(kind, records)| format!("{} {records}", kind.as_str()))
        .collect();
    let point = if unknown.is_empty() {
        Point::new(
            None,
            State::Compliant,
            format!("各来源类别记录数:{}", list.join("、")),
            format!("records by kind: {}", list_en.join(", ")),
        )
    } else {
        Point::new(
            None,
            State::NeedsEvidence,
            format!("类别未申报的来源:{}", unknown.join("、")),
            format!(
                "the kind of these sources is not declared: {}",
                unknown.join(", ")
            ),
        )
    };
    let add = |point: Point, (kind, records): (&SourceKind, &u64)| {
        point.number(kind.as_str(), *records as f64, None)
    };
    vec![sums.iter().fold(point, add)]
}

/// `FIL-05`, `FIL-06`.
pub fn kind_known(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    each_declared(case, clause, |source| {
        let types = case.facts.tally.sources.get(&source.id).map(|t| &t.types);
        let parts: Vec<String> = types
            .into_iter()
            .flat_map(|types| types.iter())
            .map(|(kind, language, amount)| format!("{kind}/{language} {}", amount.records))
            .collect();
        let list = parts.join("、");
        Point::new(
            Some(&source.id),
            State::Compliant,
            format!("各类型记录数:{list}"),
            format!("records by type: {}", parts.join(", ")),
        )
    })
}

/// `RVW-12`: totals by type, by source and as a whole.
pub fn reconcile(case: &Case<'_>) -> Vec<Point> {
    let total = case.facts.tally.total();
    let of_types = total.types.total();
    let mut wrong = Vec::new();
    let mut same = |name: &str, a: u64, b: u64| {
        if a != b {
            wrong.push(format!("{name} {a} ≠ {b}"));
        }
    };
    same("records", of_types.records, total.records.scanned);
    same("bytes", of_types.bytes, total.bytes.scanned);
    same("text bytes", of_types.text_bytes, total.text_bytes);
    same("characters", of_types.characters, total.characters);
    for (name, tally) in &case.facts.tally.sources {
        let types = tally.types.total();
        same(name, types.records, tally.records.scanned);
    }
    let point = if wrong.is_empty() {
        Point::new(
            None,
            State::Compliant,
            "类型、来源与总量逐项相等",
            "sums by type and by source are those of the whole",
        )
    } else {
        let list = wrong.join("; ");
        Point::new(None, State::NonCompliant, list.clone(), list)
    };
    vec![point.number("records", total.records.scanned as f64, None)]
}

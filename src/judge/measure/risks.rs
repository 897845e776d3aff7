//! What was found in records: bad information, personal information.

use std::collections::BTreeSet;

use super::{each_declared, proof, review};
use crate::Confidence;
use crate::State;
use crate::judge::clauses::Clause;
use crate::judge::matrix::{Case, Point};

/// `SRC-03`: rules for every class of the ecology rule.
pub fn ecology_classes(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    let rules = case.facts.rules.iter();
    let classes: BTreeSet<&String> = rules.flat_map(|rule| &rule.ecology).collect();
    let wanted = clause.at_least.unwrap_or(0.0);
    let found = classes.len() as f64;
    let state = if found >= wanted {
        State::Compliant
    } else {
        State::NeedsReview
    };
    let (zh, en) = (
        format!("规则覆盖 {found} 类,共 {wanted} 类;其余须人工抽检识别"),
        format!("rules look for {found} of {wanted} classes; people must look for the others"),
    );
    vec![Point::new(None, state, zh, en).number("classes", found, Some(wanted))]
}

/// `PII-01`, `PII-02`: what the gate found, with the evidence of the declared basis.
pub fn personal_information(case: &Case<'_>, clause: &Clause, supplied: &[Point]) -> Vec<Point> {
    let with_proof = |point: &Point| {
        let mut point = point.clone();
        let source = point
            .source
            .as_deref()
            .and_then(|id| case.ledger.source(id));
        if let (State::NeedsEvidence, Some(source), true) = (point.state, source, case.facts.whole)
        {
            let (ids, missing) = proof(case, clause, source);
            if missing.is_empty() {
                let found = point.numbers.first().map_or(0.0, |number| number.value);
                let basis = &source.pi_basis;
                point.state = State::Compliant;
                point.reason.zh = format!("发现 {found} 处,依据 {basis},有证明材料");
                point.reason.en = format!("{found} found; basis {basis}, with evidence");
                point.evidence = ids;
            }
        }
        point
    };
    supplied.iter().map(with_proof).collect()
}

/// `PII-04`: personal information in what was crawled.
pub fn unneeded_information(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    each_declared(case, clause, |source| {
        let id = Some(&*source.id);
        let tally = case.facts.tally.sources.get(&source.id);
        let personal = case.facts.rules.iter().filter(|rule| {
            let class = rule.class.as_ref();
            class.is_some_and(|class| class.gbt45574 != "非个人信息")
        });
        let found: u64 = personal
            .filter_map(|rule| tally?.rules.get(&rule.id))
            .map(|hits| hits.findings)
            .sum();
        let point = match source.pi_basis.as_str() {
            _ if found == 0 => Point::new(id, State::Compliant, "未发现残留", "none is left"),
            "" | "none_found" => Point::new(
                id,
                State::NonCompliant,
                format!("残留 {found} 处个人信息,须删除或匿名化"),
                format!(
                    "{found} pieces of personal information are left: delete or anonymise them"
                ),
            ),
            basis => Point::new(
                id,
                State::NeedsReview,
                format!("残留 {found} 处,申报依据 {basis},须确认必要性"),
                format!("{found} are left; declared basis {basis}: a person must confirm the need"),
            ),
        };
        point.number("findings", found as f64, None)
    })
}

fn candidates(case: &Case<'_>, clause: &Clause, source: Option<&str>) -> (u64, u64) {
    let percent = Confidence::from_fraction(clause.candidate_confidence.unwrap_or(0.5)).0;
    match source {
        Some(name) => {
            let tally = case.facts.tally.sources.get(name);
            tally.map_or((0, 0), |t| (t.bad_records(percent), t.records.scanned))
        }
        None => {
            let total = case.facts.tally.total();
            (total.bad_records(percent), total.records.scanned)
        }
    }
}

/// `EVA-03`: the scan as technical sampling. The rate is over raw candidates; what is below the
/// limit for candidates that nobody has confirmed is left to people.
pub fn technical_sampling(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    let (bad, scanned) = candidates(case, clause, None);
    let total = case.facts.tally.total().records.total();
    let share = if total == 0 {
        0.0
    } else {
        scanned as f64 / total as f64
    };
    let pass = if scanned == 0 {
        0.0
    } else {
        1.0 - bad as f64 / scanned as f64
    };
    let (wanted, least) = (clause.at_least.unwrap_or(0.0), clause.share.unwrap_or(0.0));
    // Candidates are no violations: what people say of a sample of the whole settles it, if even the
    // lower end of its interval is enough.
    let confirmed = review::confirmed(
        case,
        clause.size.unwrap_or(0),
        clause.confidence.unwrap_or(0.95),
    );
    let state = if scanned == 0 || share < least {
        State::NonCompliant
    } else if pass >= wanted || confirmed.is_some_and(|share| share.low >= wanted) {
        State::Compliant
    } else {
        State::NeedsReview
    };
    let (mut zh, mut en) = (
        format!(
            "机检 {scanned} 条,占 {:.1}%(要求不低于 {:.0}%);按机检候选计合格率 {:.2}%(要求 {:.0}%,候选未经人工确认)",
            share * 100.0,
            least * 100.0,
            pass * 100.0,
            wanted * 100.0
        ),
        format!(
            "{scanned} records, {:.1} % of all, were checked (at least {:.0} %); {:.2} % have no candidate (at least {:.0} %; candidates are not confirmed)",
            share * 100.0,
            least * 100.0,
            pass * 100.0,
            wanted * 100.0
        ),
    );
    let told = confirmed.filter(|_| pass < wanted);
    if let Some(share) = told {
        let (rate, low) = (share.rate * 100.0, share.low * 100.0);
        zh.push_str(&format!(
            ";人工抽检确认的合格率 {rate:.2}%,置信下限 {low:.2}%"
        ));
        en.push_str(&format!(
            "; of a sample that people judged {rate:.2} % pass, with a lower bound of {low:.2} %"
        ));
    }
    let mut point = Point::new(None, state, zh, en)
        .number("checked", share, Some(total as f64))
        .number("pass", pass, Some(scanned as f64));
    if let Some(share) = told {
        point = point
            .number("confirmed", share.rate, None)
            .between(share.low, share.high);
    }
    vec![point]
}

/// `D52-10`: candidates in synthetic material.
pub fn synthetic_risk(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    each_declared(case, clause, |source| {
        let (bad, of) = candidates(case, clause, Some(&source.id));
        left(Some(&source.id), bad, of)
    })
}

/// `D52-13`: candidates that are left in all of the corpus.
pub fn residual_risk(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    let (bad, of) = candidates(case, clause, None);
    vec![left(None, bad, of)]
}

fn left(source: Option<&str>, bad: u64, of: u64) -> Point {
    let point = if bad == 0 {
        Point::new(
            source,
            State::Compliant,
            format!("{of} 条中无候选"),
            format!("none of {of} records is a candidate"),
        )
    } else {
        Point::new(
            source,
            State::NeedsReview,
            format!("{of} 条中 {bad} 条为候选,须人工确认或过滤"),
            format!("{bad} of {of} records are candidates: confirm or filter them"),
        )
    };
    point.number("candidates", bad as f64, Some(of as f64))
}

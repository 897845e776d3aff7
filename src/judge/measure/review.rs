//! What people say of samples: `EVA-02`, `SRC-01`, `SRC-02`, `D52-15`, `D52-16`.
//!
//! A row that is undecided, or of which reviewers differ, is no pass. What it could still become
//! decides between 不符合 and what is open.

use crate::State;
use crate::judge::clauses::Clause;
use crate::judge::interval::{interval, upper_bound};
use crate::judge::matrix::{Case, Point};
use crate::judge::stratified::{Share, ShareMethod, StratumCounts, stratified};
use crate::review::{Counts, Reviewed, SampleOutcome, SetOutcome};

/// Confidence where a duty names none.
const CONFIDENCE: f64 = 0.95;
/// Sets of samples.
const MANUAL: &str = "manual";
const SOURCE: &str = "source";
const METADATA: &str = "metadata";
const RISK_RECORD: &str = "risk-record";
const RIGHTS_RECORD: &str = "rights-record";
/// The stratum of sources whose kind is not declared.
const UNDECLARED: &str = "undeclared";

/// Whether a sample of this run serves the duty, so that verdicts decide it and no word does.
pub fn serves(reviewed: Option<&Reviewed>, clause: &Clause) -> bool {
    let mut sets = reviewed
        .iter()
        .flat_map(|r| &r.samples)
        .flat_map(|s| &s.sets);
    sets.any(|set| set.clauses.contains(&clause.id))
}

/// The results of a duty that review supplies; none if no sample of this run serves it.
pub fn supplied(reviewed: &Reviewed, clause: &Clause) -> Vec<Point> {
    if let Some(point) = of_others(reviewed) {
        return vec![point];
    }
    // Samples may be drawn again, and the one that pleases must not be picked: each has a result.
    let of = |sample: &SampleOutcome| match clause.id.as_str() {
        "EVA-02" => sample
            .set(MANUAL)
            .map(|set| vec![manual(sample, set, clause)]),
        "D52-15" => sets(sample, &[METADATA], clause),
        "D52-16" => sets(sample, &[METADATA, RISK_RECORD, RIGHTS_RECORD], clause),
        _ => None,
    };
    reviewed.samples.iter().filter_map(of).flatten().collect()
}

/// What is to be said if all samples are of other runs.
pub(super) fn of_others(reviewed: &Reviewed) -> Option<Point> {
    let none = reviewed.samples.is_empty() && reviewed.of_other_runs > 0;
    none.then(|| {
        Point::new(
            None,
            State::NeedsEvidence,
            "结论库中的样本都不是本次运行的,不计入",
            "no sample in the store of verdicts is of this run, so none counts",
        )
    })
}

fn percent(share: f64) -> String {
    format!("{:.2}%", share * 100.0)
}

/// Counts in words.
fn counted(counts: &Counts) -> (String, String) {
    let (n, pass, fail) = (counts.judged(), counts.pass, counts.fail);
    let mut zh = format!("审核 {n} 条:合格 {pass},不合格 {fail}");
    let mut en = format!("{n} judged: {pass} pass, {fail} fail");
    for (count, said_zh, said_en) in [
        (counts.undecided, "无法判断", "undecided"),
        (counts.conflicts, "意见不一且未裁定", "disputed"),
        (counts.open, "尚未审核", "not judged yet"),
    ] {
        if count > 0 {
            zh.push_str(&format!(",{said_zh} {count}"));
            en.push_str(&format!(", {count} {said_en}"));
        }
    }
    (zh, en)
}

/// Strata with their passes, as far as they were judged.
fn passes(set: &SetOutcome) -> Vec<StratumCounts> {
    let each = set.strata.iter();
    each.map(|stratum| StratumCounts {
        population: stratum.population,
        n: stratum.counts.judged(),
        hits: stratum.counts.pass,
    })
    .collect()
}

/// The pass rate of the whole.
pub fn pass_share(set: &SetOutcome, confidence: f64) -> Option<Share> {
    stratified(&passes(set), confidence)
}

fn said(share: &Share) -> (String, String) {
    let (low, high) = (percent(share.low), percent(share.high));
    let (zh, en) = match share.method {
        ShareMethod::Census => {
            return (
                "全部审核,无抽样误差".to_owned(),
                "all of it was judged".to_owned(),
            );
        }
        ShareMethod::Pooled => (
            "Clopper-Pearson,比例分层",
            "Clopper-Pearson, proportional strata",
        ),
        ShareMethod::Strata => (
            "Clopper-Pearson,各层 Bonferroni",
            "Clopper-Pearson by stratum, Bonferroni",
        ),
    };
    (
        format!("置信区间 [{low}, {high}]({zh})"),
        format!("interval [{low}, {high}] ({en})"),
    )
}

fn with_counts(point: Point, counts: &Counts) -> Point {
    let of = Some(counts.judged() as f64);
    let point = point.number("judged", counts.judged() as f64, Some(counts.drawn as f64));
    let unsettled = counts.undecided + counts.conflicts;
    match unsettled {
        0 => point,
        n => point.number("unsettled", n as f64, of),
    }
}

/// `EVA-02`: so many records of the whole, of which so many pass.
fn manual(sample: &SampleOutcome, set: &SetOutcome, clause: &Clause) -> Point {
    let counts = &set.total;
    let least = clause.at_least.unwrap_or(1.0);
    let wanted = clause.size.unwrap_or(0).min(set.population);
    let share = pass_share(set, clause.confidence.unwrap_or(CONFIDENCE));
    let of_drawn = |n: u64| n as f64 / counts.drawn.max(1) as f64;
    // The rate of the standard is that of the sample; the one of the whole must not contradict it.
    let passed = share.map_or(0.0, |share| share.rate.min(of_drawn(counts.pass)));
    let at_best = of_drawn(counts.pass + counts.open + counts.conflicts);
    let state = match () {
        () if counts.drawn < wanted || at_best < least => State::NonCompliant,
        () if counts.open > 0 || counts.drawn == 0 => State::NeedsEvidence,
        () if passed >= least => State::Compliant,
        () => State::NeedsReview,
    };
    let (mut zh, mut en) = counted(counts);
    if counts.drawn < wanted {
        zh.push_str(&format!(";抽取 {} 条,少于要求的 {wanted} 条", counts.drawn));
        en.push_str(&format!(
            "; {} were drawn, {wanted} are asked for",
            counts.drawn
        ));
    }
    if let Some(share) = &share {
        let (interval_zh, interval_en) = said(share);
        let rate = percent(share.rate);
        let least = format!("{:.0}%", least * 100.0);
        zh.push_str(&format!(";合格率 {rate},{interval_zh},要求不低于 {least}"));
        en.push_str(&format!("; {rate} pass, {interval_en}, at least {least}"));
    }
    let people = sample.reviewers.len();
    zh.push_str(&format!(";审核人 {people} 名"));
    en.push_str(&format!("; reviewers: {people}"));
    let mut point = Point::new(None, state, zh, en);
    if let Some(share) = share {
        point = point
            .number("pass", share.rate, Some(counts.judged() as f64))
            .between(share.low, share.high);
    }
    with_counts(point, counts)
}

/// `D52-15`, `D52-16`: of every kind of source so many records, in which what is asked is right.
/// None if the sample has none of the sets.
fn sets(sample: &SampleOutcome, names: &[&str], clause: &Clause) -> Option<Vec<Point>> {
    let mut points = Vec::new();
    let mut any = false;
    for name in names {
        let Some(set) = sample.set(name) else {
            points.push(Point::new(
                None,
                State::NeedsEvidence,
                format!("样本中没有 {name}"),
                format!("the sample has no set {name}"),
            ));
            continue;
        };
        any = true;
        points.extend(set.strata.iter().map(|stratum| {
            let kind = (*name, stratum.name.as_str(), stratum.population);
            let least = Some(clause.at_least.unwrap_or(1.0));
            recorded(kind, &stratum.counts, (clause.size.unwrap_or(1), least))
        }));
    }
    any.then_some(points)
}

/// Whether what is recorded of a kind of data is right: so many of it are asked for, and the least
/// share that is right. Where no share is named, a person decides about what is wrong.
pub(super) fn recorded(
    (set, kind, population): (&str, &str, u64),
    counts: &Counts,
    (wanted, least): (u64, Option<f64>),
) -> Point {
    let wanted = wanted.min(population);
    let of_drawn = |n: u64| n as f64 / counts.drawn.max(1) as f64;
    let at_best = of_drawn(counts.pass + counts.open + counts.conflicts);
    let (mut zh, mut en) = counted(counts);
    let mut state = match () {
        () if counts.drawn < wanted => State::NonCompliant,
        () if least.is_some_and(|least| at_best < least) => State::NonCompliant,
        () if counts.open > 0 => State::NeedsEvidence,
        () if of_drawn(counts.pass) >= least.unwrap_or(1.0) => State::Compliant,
        () => State::NeedsReview,
    };
    if counts.drawn < wanted {
        zh.push_str(&format!(";少于要求的 {wanted} 条"));
        en.push_str(&format!("; {wanted} are asked for"));
    }
    if kind == UNDECLARED && state == State::Compliant {
        state = State::NeedsEvidence;
        zh.push_str(";来源类别未申报,不知是否每类都有");
        en.push_str("; the kinds of these sources are not declared");
    }
    let point = Point::new(
        None,
        state,
        format!("{set} / {kind}:{zh}"),
        format!("{set} / {kind}: {en}"),
    );
    let (low, high) = interval(counts.pass, counts.judged(), CONFIDENCE);
    let share = of_drawn(counts.pass);
    let point = match counts.judged() {
        0 => point,
        n => point
            .number("pass", share, Some(n as f64))
            .between(low, high),
    };
    with_counts(point, counts)
}

/// `SRC-02`: people have looked at a sample of each source.
pub fn sources(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    let samples = case.reviewed.iter().flat_map(|r| &r.samples);
    let sets = samples.filter_map(|sample| sample.set(SOURCE));
    let strata = sets.flat_map(|set| &set.strata);
    strata
        .map(|stratum| of_source(&stratum.name, stratum.population, &stratum.counts, clause))
        .collect()
}

/// `SRC-01`: a sample of what was collected does not stand for an assessment before that, but it can
/// contradict one.
pub fn contradicted(case: &Case<'_>, clause: &Clause) -> Vec<Point> {
    let applies = |point: &Point| {
        let source = point
            .source
            .as_deref()
            .and_then(|id| case.ledger.source(id));
        let kind = source.and_then(|source| source.declared.kind);
        kind.is_none_or(|kind| clause.kinds.contains(&kind))
    };
    let all = sources(case, clause).into_iter();
    let mut over: Vec<Point> = all
        .filter(|point| point.state == State::NonCompliant && applies(point))
        .collect();
    for point in &mut over {
        point.reason.zh.insert_str(0, "采集后抽检表明不应采集:");
        point
            .reason
            .en
            .insert_str(0, "what was collected shows that it should not have been: ");
    }
    over
}

fn of_source(name: &str, population: u64, counts: &Counts, clause: &Clause) -> Point {
    let limit = clause.at_most.unwrap_or(0.0);
    let confidence = clause.confidence.unwrap_or(CONFIDENCE);
    let n = counts.judged();
    let of_judged = |bad: u64| bad as f64 / n.max(1) as f64;
    // What nobody could decide may be bad.
    let bad = counts.fail + counts.undecided + counts.conflicts;
    let is_census = counts.open == 0 && counts.drawn == population;
    let high = match is_census {
        true => of_judged(bad),
        false => upper_bound(bad, n, confidence),
    };
    let state = match () {
        () if n > 0 && of_judged(counts.fail) > limit => State::NonCompliant,
        () if counts.open > 0 || n == 0 => State::NeedsEvidence,
        () if high > limit => State::NeedsReview,
        () => State::Compliant,
    };
    let (mut zh, mut en) = counted(counts);
    let (upper, limit) = (percent(high), percent(limit));
    let (told_zh, told_en) = match is_census {
        true => (
            "全部审核,比例".to_owned(),
            "all of it was judged, share".to_owned(),
        ),
        false => (
            format!("{:.0}% 置信上限", confidence * 100.0),
            format!("upper bound at {:.0} %", confidence * 100.0),
        ),
    };
    zh.push_str(&format!(";{told_zh} {upper},限值 {limit}"));
    en.push_str(&format!("; {told_en} {upper}, limit {limit}"));
    if state == State::NeedsReview {
        zh.push_str(",应扩大样本或裁定");
        en.push_str(": enlarge the sample, or decide what is open");
    }
    let point = Point::new(
        Some(name),
        state,
        format!("人工抽检:{zh}"),
        format!("people: {en}"),
    );
    point
        .number("share", of_judged(bad), Some(n as f64))
        .between(0.0, high)
        .number("judged", n as f64, Some(counts.drawn as f64))
}

/// The lowest rate that people's verdicts on the whole leave likely, where all of them are in; of
/// several samples the lowest.
pub fn confirmed(case: &Case<'_>, size: u64, confidence: f64) -> Option<Share> {
    let samples = case.reviewed.iter().flat_map(|r| &r.samples);
    let shares: Option<Vec<Share>> = samples
        .filter_map(|sample| sample.set(MANUAL))
        .map(|set| {
            let whole = set.total.open == 0 && set.total.drawn >= size.min(set.population);
            pass_share(set, confidence).filter(|_| whole)
        })
        .collect();
    shares?.into_iter().min_by(|a, b| a.low.total_cmp(&b.low))
}

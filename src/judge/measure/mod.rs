//! How duties are measured: pure functions from a [`Case`] and a [`Clause`] to results.
//!
//! What is declared and proved gives 符合, what contradicts the duty 不符合, what is missing 待核,
//! and what a machine cannot decide 人工复核.

mod amounts;
mod annotation;
mod origins;
mod records;
mod review;
mod risks;
mod tuning;

use std::collections::{BTreeMap, BTreeSet};

use super::clauses::{Clause, Measure};
use super::matrix::{Case, Point, worst};
use crate::State;
use crate::sources::{Answer, Source};

pub use review::pass_share;

/// Supplier of what the annotation report says.
const ANNOTATION: &str = "annotation";
/// Supplier of what the audit of test banks says of the banks themselves.
const TESTBANK: &str = "testbank";
/// Supplier of what people say of samples.
const REVIEW: &str = "review";

/// The results of one duty that rests on no other.
pub(super) fn points(case: &Case<'_>, clause: &Clause, supplied: &[Point]) -> Vec<Point> {
    match clause.measure {
        // A statement is added to whatever there is; the rest is made elsewhere.
        Measure::Supplied => match (&*clause.supplier, case.annotation, case.reviewed) {
            (ANNOTATION, Some(report), _) => annotation::supplied(case, clause, report),
            (REVIEW, ..) if clause.id == tuning::CLAUSE => tuning::points(case, clause),
            (REVIEW, _, Some(reviewed)) => review::supplied(reviewed, clause),
            _ => Vec::new(),
        },
        Measure::Statement | Measure::AllOf | Measure::EachClause => Vec::new(),
        Measure::OneModel => vec![one_model()],
        Measure::PreAssessment => {
            let mut points = origins::pre_assessment(case, clause);
            points.extend(review::contradicted(case, clause));
            points
        }
        Measure::PostVerification => {
            let mut points = origins::post_verification(case, clause);
            points.extend(review::sources(case, clause));
            points
        }
        Measure::OpenLicence => origins::open_licence(case, clause),
        Measure::LinkDatasets => origins::link_datasets(case, clause),
        Measure::CollectionRecord => origins::collection_record(case, clause),
        Measure::Contract => origins::contract(case, clause),
        Measure::Commitments => origins::commitments(case, clause),
        Measure::SupplyReview => origins::supply_review(case, clause),
        Measure::UserAuthorisation => origins::user_authorisation(case, clause),
        Measure::Generator => origins::generator(case, clause),
        Measure::DeniedSources => origins::denied_sources(case),
        Measure::VagueName => origins::vague_name(case),
        Measure::CoarseName => origins::coarse_name(case),
        Measure::SourceUrl => origins::source_url(case),
        Measure::Classified => origins::classified(case),
        Measure::ImportantData => origins::important_data(case),
        Measure::Transfer => origins::transfer(case, clause),
        Measure::EcologyClasses => risks::ecology_classes(case, clause),
        Measure::PersonalInformation => risks::personal_information(case, clause, supplied),
        Measure::UnneededInformation => risks::unneeded_information(case, clause),
        Measure::TechnicalSampling => risks::technical_sampling(case, clause),
        Measure::SyntheticRisk => risks::synthetic_risk(case, clause),
        Measure::ResidualRisk => risks::residual_risk(case, clause),
        Measure::SourceRecord => records::source_record(case),
        Measure::PageUrl => records::page_url(case, clause),
        Measure::RecordMetadata => records::record_metadata(case),
        Measure::BeforeAfter => records::before_after(case),
        Measure::RecordedScan => records::recorded_scan(case),
        Measure::SeveralSources => amounts::several_sources(case, clause),
        Measure::ForeignCombined => amounts::foreign_combined(case),
        Measure::ForeignShare => amounts::foreign_share(case, clause),
        Measure::Size => amounts::size(case),
        Measure::Tokens => amounts::tokens(case),
        Measure::ByType => amounts::by_type(case),
        Measure::ByKind => amounts::by_kind(case),
        Measure::KindKnown => amounts::kind_known(case, clause),
        Measure::Reconcile => amounts::reconcile(case),
        Measure::Model => model(case),
    }
}

/// Whether a good result would not stand if something was left unread.
pub(super) fn rests_on_the_scan(clause: &Clause) -> bool {
    let apart = clause.measure == Measure::Supplied
        && [ANNOTATION, TESTBANK].contains(&clause.supplier.as_str());
    !apart
        && !matches!(
            clause.measure,
            Measure::Statement
                | Measure::OneModel
                | Measure::PreAssessment
                | Measure::OpenLicence
                | Measure::Contract
                | Measure::Commitments
                | Measure::SupplyReview
                | Measure::UserAuthorisation
                | Measure::Generator
                | Measure::Classified
                | Measure::ImportantData
                | Measure::Transfer
                | Measure::Model
                | Measure::VagueName
                | Measure::CoarseName
                | Measure::SourceUrl
        )
}

/// As bad as the worst of the clauses it names.
pub(super) fn all_of(clause: &Clause, done: &BTreeMap<&str, Vec<Point>>) -> Point {
    let of = |id: &String| {
        let points = done.get(&**id).into_iter().flatten();
        (id.clone(), worst(points.map(|point| point.state)))
    };
    let states: Vec<(String, State)> = clause.clauses.iter().map(of).collect();
    let state = worst(states.iter().map(|(_, state)| *state));
    let list = |word: fn(State) -> &'static str, between: &str| {
        let parts: Vec<String> = states
            .iter()
            .map(|(id, state)| format!("{id} {}", word(*state)))
            .collect();
        parts.join(between)
    };
    Point::new(None, state, list(State::zh, ";"), list(State::en, "; "))
}

/// A duty of which nothing is known.
pub(super) fn nothing_supplied(clause: &Clause) -> Point {
    let (zh, en) = match clause.supplier.as_str() {
        "annotation" => (
            "未提供标注规则、人员登记与标注记录([annotation])",
            "no annotation rules, registry and records were given ([annotation])",
        ),
        "review" => ("尚无人工抽检结论", "there are no verdicts of reviewers yet"),
        "keywords" => (
            "未审核关键词库(yujian rules audit)",
            "the keywords were not audited (yujian rules audit)",
        ),
        "testbank" => (
            "未提供测试题库([testbank] files)",
            "no test bank was given ([testbank] files)",
        ),
        "works" => (
            "未比对测试题库(yujian testbank index)",
            "the test bank was not compared (yujian testbank index)",
        ),
        _ => (
            "无法由程序测量,需在 [[statement]] 中由负责人答复并附证明材料",
            "no program can measure this: answer it in [[statement]], with evidence",
        ),
    };
    Point::new(None, State::NeedsEvidence, zh, en)
}

/// Adds what a person answers for: duties that no program measures, and what was left to people.
/// It cannot make good what was measured to be wrong, nor stand for a document that is missing.
pub(super) fn stated(case: &Case<'_>, clause: &Clause, mut points: Vec<Point>) -> Vec<Point> {
    let Some(statement) = case.statements.iter().find(|s| s.clause == clause.id) else {
        return points;
    };
    // What the records of annotation or the verdicts of people lack no word makes good: it is
    // measured, or it is missing.
    let measured = match &*clause.supplier {
        ANNOTATION => case.annotation.is_some(),
        REVIEW => review::serves(case.reviewed, clause),
        _ => false,
    };
    let answered = Measure::BeforeAfter;
    let by_people = (matches!(clause.measure, Measure::Supplied | Measure::Statement)
        || (clause.measure == answered && case.before.is_none()))
        && clause.supplier != "gate"
        && !measured;
    let open = |point: &Point| match point.state {
        State::NeedsReview => true,
        State::NeedsEvidence => by_people,
        _ => false,
    };
    if !points.iter().any(open) {
        return points;
    }
    let key = format!("statement.{}", clause.id);
    let proof: Vec<String> = case
        .ledger
        .proof(None, &key)
        .iter()
        .map(|e| e.id.clone())
        .collect();
    let who = format!("{}({})", statement.by, statement.on);
    let (state, zh, en) = match statement.result {
        Answer::Compliant if proof.len() < statement.evidence.len() || proof.is_empty() => (
            State::NeedsEvidence,
            format!("{who} 答复符合,证明材料不全"),
            format!("{who} says it is met, but its evidence is not all there"),
        ),
        Answer::Compliant => (
            State::Compliant,
            format!("{who} 答复符合。{}", statement.reason),
            format!("{who} says it is met. {}", statement.reason),
        ),
        Answer::NotApplicable => (
            State::NotApplicable,
            format!("{who} 答复不适用:{}", statement.reason),
            format!("{who} says it does not apply: {}", statement.reason),
        ),
        Answer::NonCompliant => (
            State::NonCompliant,
            format!("{who} 答复不符合:{}", statement.reason),
            format!("{who} says it is not met: {}", statement.reason),
        ),
    };
    points.retain(|point| !open(point));
    points.push(Point::new(None, state, zh.trim(), en.trim()).proved(proof));
    points
}

fn one_model() -> Point {
    Point::new(
        None,
        State::Compliant,
        "全部文件由同一份运行数据生成,附其摘要值",
        "every document is rendered from one run and carries its digest",
    )
}

fn model(case: &Case<'_>) -> Vec<Point> {
    let said = |key: &str| {
        let value = case.model.get(key);
        value.is_some_and(|v| v.as_str().is_none_or(|text| !text.trim().is_empty()))
    };
    let missing: Vec<&str> = ["name", "function", "domain", "base"]
        .into_iter()
        .filter(|key| !said(key))
        .collect();
    let point = if missing.is_empty() {
        Point::new(None, State::Compliant, "已填写", "it is filled in")
    } else {
        let keys = missing.join("、");
        let en = missing.join(", ");
        Point::new(
            None,
            State::NeedsEvidence,
            format!("[model] 缺少 {keys}"),
            format!("[model] lacks {en}"),
        )
    };
    vec![point]
}

/// Declared sources of the kinds a duty is about, with its result on each; that it does not apply
/// if there are none.
fn each_declared(case: &Case<'_>, clause: &Clause, judge: impl Fn(&Source) -> Point) -> Vec<Point> {
    let of = |source: &&Source| {
        clause.kinds.is_empty()
            || source
                .declared
                .kind
                .is_some_and(|kind| clause.kinds.contains(&kind))
    };
    let points: Vec<Point> = case.ledger.sources.iter().filter(of).map(judge).collect();
    if !points.is_empty() {
        return points;
    }
    // A source of which nothing is known may be of the kind.
    let unknown = undeclared(case);
    if unknown.is_empty() {
        vec![Point::new(
            None,
            State::NotApplicable,
            "没有这类来源",
            "there is no such source",
        )]
    } else {
        let names = unknown.into_iter().collect::<Vec<_>>();
        vec![Point::new(
            None,
            State::NeedsEvidence,
            format!("来源类别未申报:{}", names.join("、")),
            format!(
                "the kind of these sources is not declared: {}",
                names.join(", ")
            ),
        )]
    }
}

/// Sources with records that are not declared, or without their kind.
fn undeclared<'a>(case: &'a Case<'_>) -> BTreeSet<&'a str> {
    let measured = case.facts.tally.sources.iter();
    let measured = measured.filter(|(_, tally)| tally.records.total() > 0);
    measured
        .map(|(name, _)| &**name)
        .filter(|name| {
            let source = case.ledger.source(name);
            source.is_none_or(|source| source.declared.kind.is_none())
        })
        .collect()
}

/// Ids of evidence that is there, and of the keys of `clause` those without any.
fn proof<'c>(case: &Case<'_>, clause: &'c Clause, source: &Source) -> (Vec<String>, Vec<&'c str>) {
    let mut ids = Vec::new();
    let mut missing = Vec::new();
    for key in &clause.evidence {
        let found = case.ledger.proof(Some(&source.id), key);
        if found.is_empty() {
            missing.push(&**key);
        }
        ids.extend(found.iter().map(|evidence| evidence.id.clone()));
    }
    (ids, missing)
}

/// A result over what a source lacks: `state` if it lacks anything.
fn lacking(source: &Source, missing: &[String], state: State, ids: Vec<String>) -> Point {
    let id = Some(&*source.id);
    if missing.is_empty() {
        return Point::new(id, State::Compliant, "材料齐全", "everything is there").proved(ids);
    }
    let zh = format!("缺少或有误:{}", missing.join("、"));
    let en = format!("missing or wrong: {}", missing.join(", "));
    Point::new(id, state, zh, en).proved(ids)
}

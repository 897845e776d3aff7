//! What the annotation report says of its clauses, and the numbers of the main form.

use crate::State;
use crate::annotation::{Amounts, AnnotationCheck, AnnotationReport, People};
use crate::judge::clauses::Clause;
use crate::judge::matrix::{Case, Point};

/// Things that are not as they should be and are named in a reason; the report names more.
const NAMED: usize = 3;

/// The result of a clause that annotation supplies; none if the report does not speak of it.
pub fn supplied(case: &Case<'_>, clause: &Clause, report: &AnnotationReport) -> Vec<Point> {
    let point = match clause.id.as_str() {
        "FIL-08" => Some(amounts(report)),
        "FIL-09" => Some(people(report)),
        "FIL-10" => Some(trainings(report)),
        "FIL-14" => Some(verified(report)),
        id => report.clause(id).map(checked),
    };
    let Some(point) = point else {
        return Vec::new();
    };
    let ids = clause
        .evidence
        .iter()
        .flat_map(|key| case.ledger.proof(None, key))
        .map(|evidence| evidence.id.clone());
    vec![point.proved(ids.collect())]
}

fn checked(check: &AnnotationCheck) -> Point {
    let mut point = Point::new(
        None,
        check.state,
        check.reason.zh.clone(),
        check.reason.en.clone(),
    );
    let named: Vec<&str> = (check.offending.first.iter().take(NAMED))
        .map(String::as_str)
        .collect();
    if !named.is_empty() {
        point
            .reason
            .zh
            .push_str(&format!(";如 {}", named.join("、")));
        point
            .reason
            .en
            .push_str(&format!("; e.g. {}", named.join(", ")));
    }
    let numbers = check.numbers.iter();
    numbers.fold(point, |point, (name, value)| {
        point.number(name, *value, None)
    })
}

/// A number of the form, which is none while anything is missing.
fn figure(report: &AnnotationReport, lacks: Option<(&str, &str)>, zh: &str, en: &str) -> Point {
    let (state, mut zh, mut en) = match lacks {
        Some((lacks_zh, lacks_en)) => (
            State::NeedsEvidence,
            format!("{zh};{lacks_zh}"),
            format!("{en}; {lacks_en}"),
        ),
        None => (State::Compliant, zh.to_owned(), en.to_owned()),
    };
    if report.whole {
        return Point::new(None, state, zh, en);
    }
    zh.push_str(";未全部读取");
    en.push_str("; not everything was read");
    Point::new(None, State::NeedsEvidence, zh, en)
}

/// `FIL-08`: annotations of text and of pictures.
fn amounts(report: &AnnotationReport) -> Point {
    let of = |unit: &str| {
        let mut sum = Amounts::default();
        let kinds = report.figures.annotated.get(unit);
        for amounts in kinds.into_iter().flat_map(|kinds| kinds.values()) {
            sum.annotations += amounts.annotations;
            sum.items += amounts.items;
        }
        sum
    };
    let (text, image) = (of("text"), of("image"));
    let lacks = (text.annotations + image.annotations == 0)
        .then_some(("没有标注记录", "there are no records"));
    let zh = format!(
        "文本标注 {} 条,图片标注 {} 张",
        text.annotations, image.annotations
    );
    let en = format!(
        "{} annotations of text, {} of pictures",
        text.annotations, image.annotations
    );
    figure(report, lacks, &zh, &en)
        .number("text", text.annotations as f64, None)
        .number("text-items", text.items as f64, None)
        .number("image", image.annotations as f64, None)
        .number("image-items", image.items as f64, None)
}

fn all(report: &AnnotationReport) -> People {
    let mut sum = People::default();
    for people in report.figures.people.values() {
        sum.registered += people.registered;
        sum.worked += people.worked;
        sum.trained += people.trained;
        sum.trainings += people.trainings;
        sum.hours += people.hours;
        sum.without_hours += people.without_hours;
    }
    sum
}

/// `FIL-09`: annotators by employment.
fn people(report: &AnnotationReport) -> Point {
    let of = |kind: &str| report.figures.people.get(kind).copied().unwrap_or_default();
    let (internal, outsourced, unknown) = (of("internal"), of("outsourced"), of("unknown"));
    let lacks = match () {
        () if all(report).registered == 0 => Some(("没有人员登记", "nobody is registered")),
        () if unknown.registered > 0 => Some((
            "有人未注明内部或外包",
            "of some it is not said whether they are outsourced",
        )),
        () => None,
    };
    let zh = format!(
        "内部 {} 人,外包 {} 人,未注明 {} 人;其中作业 {} 人",
        internal.registered,
        outsourced.registered,
        unknown.registered,
        all(report).worked
    );
    let en = format!(
        "{} internal, {} outsourced, {} not said; {} of them worked",
        internal.registered,
        outsourced.registered,
        unknown.registered,
        all(report).worked
    );
    figure(report, lacks, &zh, &en)
        .number("internal", internal.registered as f64, None)
        .number("outsourced", outsourced.registered as f64, None)
        .number("unknown", unknown.registered as f64, None)
        .number("worked", all(report).worked as f64, None)
}

/// `FIL-10`: how many were trained, and for how long.
fn trainings(report: &AnnotationReport) -> Point {
    let sum = all(report);
    let lacks = match () {
        () if sum.trained == 0 => Some(("没有培训记录", "no training is recorded")),
        () if sum.without_hours > 0 => Some((
            "有培训未写学时",
            "of some trainings it is not said how long they were",
        )),
        () => None,
    };
    let zh = format!(
        "{} 人受训,{} 人次,共 {} 学时",
        sum.trained, sum.trainings, sum.hours
    );
    let en = format!(
        "{} people were trained, {} times, {} hours in all",
        sum.trained, sum.trainings, sum.hours
    );
    figure(report, lacks, &zh, &en)
        .number("trained", sum.trained as f64, Some(sum.registered as f64))
        .number("trainings", sum.trainings as f64, None)
        .number("hours", sum.hours, None)
}

/// `FIL-14`: the share that people verified. Nothing says how much it has to be, but none at all
/// is no verification.
fn verified(report: &AnnotationReport) -> Point {
    let figures = &report.figures;
    let Some(ratio) = figures.verified_ratio else {
        let lacks = Some(("没有标注记录", "there are no records"));
        return figure(report, lacks, "人工核验比例无法计算", "nothing to verify");
    };
    let least = figures
        .least_verified
        .first()
        .map_or(ratio, |row| row.ratio);
    let zh = format!(
        "人工核验 {} 条,占 {:.2}%;{} 批中比例最低的为 {:.2}%",
        figures.verified,
        ratio * 100.0,
        figures.batches,
        least * 100.0
    );
    let en = format!(
        "people verified {}, {:.2} %; of {} batches the least by {:.2} %",
        figures.verified,
        ratio * 100.0,
        figures.batches,
        least * 100.0
    );
    let mut point = figure(report, None, &zh, &en)
        .number("verified", ratio, None)
        .number("least", least, None);
    if figures.verified == 0 {
        point.state = State::NonCompliant;
    }
    point
}

//! Conclusions, the pre-check and what is weak: all from the results of clauses, and from nothing
//! else.

use serde::Serialize;

use super::{Input, both};
use crate::State;
use crate::judge::{ClauseResult, Clauses, Duty};
use crate::rules::Bilingual;

/// A clause that a conclusion rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Rest {
    /// The clause.
    pub clause: String,
    /// Its result.
    pub state: State,
}

/// A conclusion, or an item of the pre-check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Conclusion {
    /// Its clause.
    pub id: String,
    /// What is concluded on.
    pub title: Bilingual,
    /// What came out.
    pub state: State,
    /// Why, the worst reasons first.
    pub reasons: Vec<Bilingual>,
    /// What it rests on, if on other clauses.
    pub rests_on: Vec<Rest>,
}

/// Something that is not met, or not shown to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Weakness {
    /// The clause, or none of what is wrong with declarations.
    pub clause: Option<String>,
    /// What is asked.
    pub title: Bilingual,
    /// Whether it must be met.
    pub duty: Duty,
    /// What came out.
    pub state: State,
    /// The source; none if all.
    pub source: Option<String>,
    /// Why.
    pub reason: Bilingual,
    /// What to do.
    pub remedy: Bilingual,
}

/// How bad a result is; the better ones are not weak at all.
const fn severity(state: State) -> u8 {
    match state {
        State::Compliant | State::NotApplicable => 0,
        State::NeedsReview => 1,
        State::NeedsEvidence => 2,
        State::NonCompliant => 3,
    }
}

/// Results of clauses whose id begins with `prefix`.
pub(super) fn of(input: &Input<'_>, prefix: &str) -> Vec<Conclusion> {
    let clauses = Clauses::builtin();
    let all = &input.matrix.clauses;
    let named = all.iter().filter(|result| result.id.starts_with(prefix));
    let one = |result: &ClauseResult| {
        let rests = clauses.get(&result.id).map_or(&[][..], |c| &c.clauses);
        let rests_on = rests.iter().filter_map(|id| {
            let on = all.iter().find(|other| other.id == *id)?;
            Some(Rest {
                clause: id.clone(),
                state: on.state,
            })
        });
        let mut points: Vec<_> = result.points.iter().collect();
        points.sort_by_key(|point| std::cmp::Reverse(severity(point.state)));
        Conclusion {
            id: result.id.clone(),
            title: result.title.clone(),
            state: result.state,
            reasons: points.iter().map(|point| point.reason.clone()).collect(),
            rests_on: rests_on.collect(),
        }
    };
    named.map(one).collect()
}

pub(super) fn weaknesses(input: &Input<'_>) -> Vec<Weakness> {
    let clauses = Clauses::builtin();
    let mut all = Vec::new();
    for result in &input.matrix.clauses {
        let clause = clauses.get(&result.id);
        // What rests on others is as weak as they are, and they are told themselves.
        if clause.is_some_and(|clause| !clause.clauses.is_empty()) {
            continue;
        }
        let keys = clause.map_or(&[][..], |clause| &clause.evidence);
        for point in result.points.iter().filter(|p| severity(p.state) > 0) {
            all.push(Weakness {
                clause: Some(result.id.clone()),
                title: result.title.clone(),
                duty: result.duty,
                state: point.state,
                source: point.source.clone(),
                reason: point.reason.clone(),
                remedy: remedy(point.state, keys, &result.id),
            });
        }
    }
    for problem in input.problems {
        all.push(Weakness {
            clause: None,
            title: both(
                format!("申报内容有误:{}", problem.place()),
                format!("a declaration is wrong: {}", problem.place()),
            ),
            duty: Duty::Must,
            state: State::NeedsEvidence,
            source: problem.source.clone(),
            reason: problem.what.clone(),
            remedy: problem.hint.clone(),
        });
    }
    // Duties before recommendations, and in them the worst first; else in the order of the table.
    all.sort_by_key(|weak| {
        (
            weak.duty == Duty::Should,
            std::cmp::Reverse(severity(weak.state)),
        )
    });
    all
}

fn remedy(state: State, keys: &[String], clause: &str) -> Bilingual {
    let keys_zh = match keys.join("、") {
        keys if keys.is_empty() => String::new(),
        keys => format!("(键:{keys})"),
    };
    let keys_en = match keys.join(", ") {
        keys if keys.is_empty() => String::new(),
        keys => format!(" (keys: {keys})"),
    };
    match state {
        State::NonCompliant => both(
            format!("按理由整改后重新扫描、重新判定{keys_zh};不能整改的,不用于训练"),
            format!("mend it, scan and judge again{keys_en}; what cannot be mended is not used"),
        ),
        State::NeedsEvidence => both(
            format!("补充证明材料或声明 [[statement]] clause = \"{clause}\"{keys_zh}"),
            format!("add evidence, or a [[statement]] with clause = \"{clause}\"{keys_en}"),
        ),
        State::NeedsReview | State::Compliant | State::NotApplicable => both(
            format!("由专人复核后,以 [[statement]] clause = \"{clause}\" 记录结论与证明材料"),
            format!(
                "let a person review it, and record the result and its evidence in a [[statement]] with clause = \"{clause}\""
            ),
        ),
    }
}

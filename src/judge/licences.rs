//! Licences that sources declare against those that their records state, and against the use.
//!
//! 符合 only where a licence is declared of which it is known that it restricts no use, its proof is
//! named, and no record says otherwise. 人工复核 where a licence may be against the use, or nobody
//! has looked what it asks for; 待核 where it is not known which one holds.

use std::collections::{BTreeMap, BTreeSet};

use crate::State;
use crate::rules::{Bilingual, LicenceStatement, Obligations, UNKNOWN_LICENCE};
use crate::scan::SourceTally;
use crate::sources::Declared;

/// Licences that a reason names at most.
const NAMED: usize = 6;

/// What a source declares of its licence, as far as it is judged here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LicenceTerms {
    /// `licence_id`: an SPDX expression.
    pub id: String,
    /// `licence_scope`: the uses that are declared, in words of the operator.
    pub scope: Vec<String>,
    /// Whether there is a file that proves it.
    pub has_evidence: bool,
    /// Whether it is said to be open material.
    pub is_open: bool,
}

impl LicenceTerms {
    /// From what a source declares.
    pub fn new(declared: &Declared) -> Self {
        Self {
            id: declared.licence_id.trim().to_owned(),
            scope: declared.licence_scope.0.clone(),
            has_evidence: !declared.licence_evidence.trim().is_empty(),
            is_open: declared.kind.is_some_and(|kind| kind.is_open()),
        }
    }

    /// The use that is meant. What serves the public is commercial unless it is said not to be.
    fn purpose(&self) -> Purpose {
        let all = self.scope.join(" ").to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| all.contains(word));
        let not_commercial = has(&["non-commercial", "noncommercial", "非商"]);
        let research = has(&["research", "study", "研究", "学习"]);
        let bare = all
            .replace("non-commercial", "")
            .replace("noncommercial", "");
        let bare = bare.replace("非商用", "").replace("非商业", "");
        let commercial = ["commercial", "商用", "商业"]
            .iter()
            .any(|word| bare.contains(word));
        Purpose {
            is_commercial: commercial || !(not_commercial || research),
            is_research: research && !commercial,
        }
    }
}

struct Purpose {
    is_commercial: bool,
    is_research: bool,
}

impl Purpose {
    /// Whether a class of licences may be against it. Training changes and joins texts, and what
    /// comes of it is offered to others.
    fn is_against(&self, class: &str) -> bool {
        match class {
            "non-commercial" => self.is_commercial,
            "research-only" => !self.is_research,
            _ => true,
        }
    }
}

/// What came out for one source.
#[derive(Clone, Debug, PartialEq)]
pub struct LicenceResult {
    /// The worst of what was seen.
    pub state: State,
    /// Records, at most, that state a licence which may be against the use.
    pub records: u64,
    /// Why.
    pub reason: Bilingual,
}

/// Licences of a source with what they restrict, and by how many records.
struct Seen {
    stated: BTreeMap<String, u64>,
    found: BTreeMap<String, u64>,
}

/// Judges the licences of one source.
pub fn judge_licences(terms: Option<&LicenceTerms>, tally: &SourceTally) -> LicenceResult {
    let none = LicenceTerms::default();
    let terms = terms.unwrap_or(&none);
    let seen = Seen {
        stated: tally.presence.licences.clone(),
        found: tally.licences.clone(),
    };
    let declared = LicenceStatement::of_expression(&terms.id);
    let table = Obligations::builtin();
    let mut parts: Vec<(State, String, String)> = Vec::new();
    let mut records = 0;
    let against = against(&terms.purpose(), &declared.binding, &terms.id, &seen);
    if !against.is_empty() {
        records = against
            .iter()
            .map(|(_, _, count)| *count)
            .max()
            .unwrap_or(0);
        let list = |between: &str, words: fn(u64) -> String| {
            let named = against.iter().take(NAMED).map(|(id, classes, count)| {
                format!("{id} ({}{})", classes.join(" "), words(*count))
            });
            let more = if against.len() > NAMED { "…" } else { "" };
            format!("{}{more}", named.collect::<Vec<_>>().join(between))
        };
        parts.push((
            State::NeedsReview,
            format!(
                "与声明用途可能冲突:{}",
                list("、", |n| if n > 0 {
                    format!(",{n} 条记录")
                } else {
                    String::new()
                })
            ),
            format!(
                "may be against the declared use: {}",
                list(", ", |n| if n > 0 {
                    format!(", {n} records")
                } else {
                    String::new()
                })
            ),
        ));
    }
    let others = others(&declared.binding, &terms.id, &seen.stated);
    if !others.is_empty() {
        let list = others.join(", ");
        parts.push((
            State::NeedsReview,
            format!("记录元数据中的许可与声明的 {} 不同:{list}", terms.id),
            format!(
                "records state other licences than the declared {}: {list}",
                terms.id
            ),
        ));
    }
    parts.extend(undeclared(terms, &declared, &seen));
    if parts.is_empty() {
        let (state, zh, en) = match terms.id.is_empty() {
            true if seen.found.is_empty() => (
                State::NotApplicable,
                "未声明许可,记录中也未见许可声明".to_owned(),
                "no licence is declared, and no record states one".to_owned(),
            ),
            true => (
                State::NotApplicable,
                format!("正文中仅见不限制用途的许可声明:{}", ids(&seen.found)),
                format!(
                    "texts state licences without restrictions only: {}",
                    ids(&seen.found)
                ),
            ),
            false if declared.binding.iter().any(|id| table.of(id).is_empty()) => (
                State::NeedsReview,
                format!("{} 的条款未收录,须人工阅读", terms.id),
                format!("what {} asks for is in no table: read it", terms.id),
            ),
            false => (
                State::Compliant,
                format!("已声明 {},未见与用途冲突的条款", terms.id),
                format!(
                    "{} is declared, and nothing in it is against the use",
                    terms.id
                ),
            ),
        };
        let reason = Bilingual { zh, en };
        return LicenceResult {
            state,
            records,
            reason,
        };
    }
    let is_review = parts.iter().any(|(state, ..)| *state == State::NeedsReview);
    let zh: Vec<&str> = parts.iter().map(|(_, zh, _)| &**zh).collect();
    let en: Vec<&str> = parts.iter().map(|(_, _, en)| &**en).collect();
    LicenceResult {
        state: if is_review {
            State::NeedsReview
        } else {
            State::NeedsEvidence
        },
        records,
        reason: Bilingual {
            zh: zh.join(";"),
            en: en.join("; "),
        },
    }
}

/// Licences that may be against the use: with the classes, and the records that state them, most
/// records first.
fn against(
    purpose: &Purpose,
    declared: &[String],
    id: &str,
    seen: &Seen,
) -> Vec<(String, Vec<&'static str>, u64)> {
    let mut all: BTreeSet<&str> = seen
        .stated
        .keys()
        .chain(seen.found.keys())
        .map(|s| &**s)
        .collect();
    if !id.is_empty() {
        all.extend(declared.iter().map(String::as_str));
    }
    let table = Obligations::builtin();
    let mut against: Vec<(String, Vec<&'static str>, u64)> = all
        .into_iter()
        .filter_map(|id| {
            let classes: Vec<&'static str> = table
                .restrictions(id)
                .filter(|class| purpose.is_against(class))
                .collect();
            let count = |map: &BTreeMap<String, u64>| map.get(id).copied().unwrap_or(0);
            let records = count(&seen.stated).max(count(&seen.found));
            (!classes.is_empty()).then(|| (id.to_owned(), classes, records))
        })
        .collect();
    against.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
    against
}

/// Licences that metadata of records states and the source does not declare, with their records.
fn others(declared: &[String], id: &str, stated: &BTreeMap<String, u64>) -> Vec<String> {
    if id.is_empty() {
        return Vec::new();
    }
    let other = |(id, _): &(&String, &u64)| !declared.contains(id);
    let others = stated.iter().filter(other).take(NAMED);
    others
        .map(|(id, count)| format!("{id} ({count})"))
        .collect()
}

/// What is missing so that it can be said which licence holds.
fn undeclared(
    terms: &LicenceTerms,
    declared: &LicenceStatement,
    seen: &Seen,
) -> Option<(State, String, String)> {
    let missing = |zh: String, en: String| Some((State::NeedsEvidence, zh, en));
    if terms.id.is_empty() {
        let stated = !seen.stated.is_empty();
        return match (stated, terms.is_open) {
            (true, _) => missing(
                format!(
                    "来源未声明 licence_id,记录元数据中写有 {}",
                    ids(&seen.stated)
                ),
                format!(
                    "no licence_id is declared, records state {}",
                    ids(&seen.stated)
                ),
            ),
            (false, true) => missing(
                "开源来源未声明 licence_id".to_owned(),
                "an open source declares no licence_id".to_owned(),
            ),
            (false, false) => None,
        };
    }
    if let Some(problem) = &declared.problem {
        return missing(
            format!(
                "licence_id = {:?} 不是 SPDX 标识或表达式({problem})",
                terms.id
            ),
            format!(
                "licence_id = {:?} is no SPDX id or expression ({problem})",
                terms.id
            ),
        );
    }
    if !terms.has_evidence {
        return missing(
            format!("声明了 {},缺少 licence_evidence", terms.id),
            format!("{} is declared without licence_evidence", terms.id),
        );
    }
    None
}

fn ids(licences: &BTreeMap<String, u64>) -> String {
    let more = if licences.len() > NAMED { "…" } else { "" };
    let named: Vec<String> = licences
        .iter()
        .take(NAMED)
        .map(|(id, records)| match &**id {
            UNKNOWN_LICENCE => format!("? ({records})"),
            id => format!("{id} ({records})"),
        })
        .collect();
    format!("{}{more}", named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(stated: &[(&str, u64)], found: &[(&str, u64)]) -> SourceTally {
        let map = |of: &[(&str, u64)]| of.iter().map(|(id, n)| ((*id).to_owned(), *n)).collect();
        let mut tally = SourceTally::default();
        tally.presence.licences = map(stated);
        tally.licences = map(found);
        tally
    }

    fn terms(id: &str, scope: &[&str]) -> LicenceTerms {
        LicenceTerms {
            id: id.to_owned(),
            scope: scope.iter().map(|s| (*s).to_owned()).collect(),
            has_evidence: true,
            is_open: true,
        }
    }

    #[test]
    fn only_what_restricts_no_use_is_compliant() {
        let of =
            |terms: Option<&LicenceTerms>, tally: &SourceTally| judge_licences(terms, tally).state;
        let empty = tally(&[], &[]);
        assert_eq!(of(None, &empty), State::NotApplicable);
        assert_eq!(of(Some(&terms("", &[])), &empty), State::NeedsEvidence);
        assert_eq!(of(Some(&terms("CC-BY-4.0", &[])), &empty), State::Compliant);
        let ours = terms("LicenseRef-Ours", &[]);
        assert_eq!(of(Some(&ours), &empty), State::NeedsReview);
        assert_eq!(of(None, &tally(&[], &[("MIT", 9)])), State::NotApplicable);
        assert_eq!(of(None, &tally(&[("MIT", 9)], &[])), State::NeedsEvidence);
        assert_eq!(
            of(None, &tally(&[], &[("CC-BY-NC-4.0", 1)])),
            State::NeedsReview
        );
        assert_eq!(
            of(Some(&terms("CC-BY-NC-4.0", &[])), &empty),
            State::NeedsReview
        );
        let wrong = judge_licences(Some(&terms("nonesuch", &[])), &empty);
        assert_eq!(wrong.state, State::NeedsEvidence);
        assert!(wrong.reason.en.contains("nonesuch"), "{}", wrong.reason.en);
    }

    #[test]
    fn the_declared_use_decides_about_non_commercial_terms() {
        let seen = tally(&[("CC-BY-NC-4.0", 5)], &[]);
        for (scope, state) in [
            (&["non-commercial"][..], State::Compliant),
            (&["仅供研究"], State::Compliant),
            (&["商用训练"], State::NeedsReview),
            (&["research", "commercial"], State::NeedsReview),
            (&[], State::NeedsReview),
        ] {
            let result = judge_licences(Some(&terms("CC-BY-NC-4.0", scope)), &seen);
            assert_eq!(result.state, state, "{scope:?}");
        }
        let share = judge_licences(Some(&terms("CC-BY-SA-4.0", &["non-commercial"])), &seen);
        assert_eq!((share.state, share.records), (State::NeedsReview, 0));
    }

    #[test]
    fn records_that_state_another_licence_are_named() {
        let seen = tally(&[("Apache-2.0", 7), ("MIT", 3)], &[]);
        let result = judge_licences(Some(&terms("MIT", &[])), &seen);
        assert_eq!(result.state, State::NeedsReview);
        assert!(
            result.reason.en.contains("Apache-2.0 (7)"),
            "{}",
            result.reason.en
        );
        let both = judge_licences(Some(&terms("MIT AND Apache-2.0", &[])), &seen);
        assert_eq!(both.state, State::Compliant);
    }
}

//! Licences that sources declare against those that their records state, and against the use.
//!
//! 符合 only where a licence is declared of which the tables know that it restricts no use, its
//! proof is named, and no record says otherwise. 人工复核 where a licence may be against the use,
//! nobody has looked what it asks for, or records say something else; 待核 where it is not known
//! which one holds, and 不符合 where open material has none: both must be there (`SRC-06`).

use std::collections::{BTreeMap, BTreeSet};

use super::matrix::worst;
use crate::State;
use crate::rules::{
    Bilingual, LicenceClass, LicenceProblem, LicenceUses, Obligations, UNKNOWN_LICENCE,
};
use crate::scan::SourceTally;
use crate::sources::{Declared, DeclaredLicence};

/// Licences that a reason names at most.
const NAMED: usize = 6;

/// What a source declares of its licence, as far as it is judged here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LicenceTerms {
    /// `licence_id`: each holds for some of its records.
    pub ids: Vec<DeclaredLicence>,
    /// `licence_scope`: what it allows, in words of the operator.
    pub scope: Vec<String>,
    /// Whether a file is named that proves it.
    pub has_evidence: bool,
    /// Whether it is said to be open material.
    pub is_open: bool,
}

impl LicenceTerms {
    /// From what a source declares.
    pub fn new(declared: &Declared) -> Self {
        Self {
            ids: DeclaredLicence::all(declared),
            scope: declared.licence_scope.0.clone(),
            has_evidence: !declared.licence_evidence.trim().is_empty(),
            is_open: declared.kind.is_some_and(|kind| kind.is_open()),
        }
    }

    /// What becomes of a source that does not say under what licence it is.
    fn lacking(&self) -> State {
        match self.is_open {
            true => State::NonCompliant,
            false => State::NeedsEvidence,
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

/// One thing that was seen, in Chinese and English.
struct Seen(State, String, String);

/// What one source is judged by.
struct Judged<'a> {
    terms: &'a LicenceTerms,
    uses: &'a LicenceUses,
    /// Licences by the records whose metadata states them.
    stated: BTreeMap<&'a str, u64>,
    /// … and whose text does.
    found: BTreeMap<&'a str, u64>,
}

/// Judges the licences of one source.
///
/// `uses`: what the corpus is for. `threshold`: share of the records above which it counts that
/// they state a licence.
pub fn judge_licences(
    terms: Option<&LicenceTerms>,
    uses: &LicenceUses,
    tally: &SourceTally,
    threshold: f64,
) -> LicenceResult {
    let none = LicenceTerms::default();
    let terms = terms.unwrap_or(&none);
    let least = threshold * tally.records.scanned as f64;
    let judged = Judged {
        terms,
        uses,
        stated: above(&tally.presence.licences, least),
        found: above(&tally.licences, least),
    };
    judged.result()
}

fn above(licences: &BTreeMap<String, u64>, least: f64) -> BTreeMap<&str, u64> {
    let counted = licences.iter().filter(|(_, n)| **n as f64 > least);
    counted.map(|(id, n)| (&**id, *n)).collect()
}

impl Judged<'_> {
    fn result(&self) -> LicenceResult {
        let (against, records) = self.against();
        let parts = [self.wrong(), self.undeclared(), self.unproved(), against];
        let more = [self.beyond_scope(), self.others(), self.unread()];
        let mut parts: Vec<Seen> = parts.into_iter().chain(more).flatten().collect();
        if parts.is_empty() {
            parts.push(self.nothing_against());
        }
        let joined = |of: fn(&Seen) -> &str, between: &str| {
            let all: Vec<&str> = parts.iter().map(of).collect();
            all.join(between)
        };
        LicenceResult {
            state: worst(parts.iter().map(|Seen(state, ..)| *state)),
            records,
            reason: Bilingual {
                zh: joined(|Seen(_, zh, _)| zh, ";"),
                en: joined(|Seen(_, _, en)| en, "; "),
            },
        }
    }

    /// Licences that are declared and hold.
    fn binding(&self) -> BTreeSet<&str> {
        let statements = self.terms.ids.iter().map(|id| &id.statement);
        let known = statements.filter(|of| of.problem.is_none());
        known.flat_map(|of| &of.binding).map(|id| &**id).collect()
    }

    /// Every licence that is declared, stated or found, most records first, with these.
    fn all(&self) -> Vec<(&str, u64)> {
        let declared = self.binding().into_iter();
        let records = |of: &BTreeMap<&str, u64>, id| of.get(id).copied().unwrap_or(0);
        let ids: BTreeSet<&str> = declared
            .chain(self.stated.keys().copied())
            .chain(self.found.keys().copied())
            .collect();
        let mut all: Vec<(&str, u64)> = ids
            .into_iter()
            .map(|id| (id, records(&self.stated, id).max(records(&self.found, id))))
            .collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        all
    }

    /// What is declared and no licence.
    fn wrong(&self) -> Option<Seen> {
        let ids = self.terms.ids.iter();
        let wrong: Vec<(&DeclaredLicence, LicenceProblem)> = ids
            .filter_map(|id| Some((id, id.statement.problem?)))
            .collect();
        if wrong.is_empty() {
            return None;
        }
        let zh = wrong.iter().take(NAMED).map(|(id, problem)| {
            let near = id.nearest.as_ref();
            let near = near.map_or_else(String::new, |near| format!("(最接近 {near})"));
            format!("licence_id {:?} {}{near}", id.text, problem.zh())
        });
        let en = wrong.iter().take(NAMED).map(|(id, problem)| {
            let near = id.nearest.as_ref();
            let near = near.map_or_else(String::new, |near| format!(" (nearest: {near})"));
            format!("licence_id {:?}: {}{near}", id.text, problem.en())
        });
        let (zh, en): (Vec<String>, Vec<String>) = (zh.collect(), en.collect());
        Some(Seen(self.terms.lacking(), zh.join("、"), en.join(", ")))
    }

    /// That nothing is declared where something should be.
    fn undeclared(&self) -> Option<Seen> {
        let is_needed = self.terms.is_open || !self.stated.is_empty();
        if !self.terms.ids.is_empty() || !is_needed {
            return None;
        }
        let (mut zh, mut en) = match self.terms.is_open {
            true => (
                "开源来源未声明 licence_id".to_owned(),
                "an open source declares no licence_id".to_owned(),
            ),
            false => (
                "未声明 licence_id".to_owned(),
                "no licence_id is declared".to_owned(),
            ),
        };
        if !self.stated.is_empty() {
            let (listed_zh, listed_en) = counted(&self.stated);
            zh.push_str(&format!(",记录元数据中写有 {listed_zh}"));
            en.push_str(&format!(", metadata of records states {listed_en}"));
        }
        Some(Seen(self.terms.lacking(), zh, en))
    }

    /// That what is declared names no proof.
    fn unproved(&self) -> Option<Seen> {
        let lacks = !self.terms.ids.is_empty() && !self.terms.has_evidence;
        lacks.then(|| {
            Seen(
                self.terms.lacking(),
                "缺少 licence_evidence".to_owned(),
                "there is no licence_evidence".to_owned(),
            )
        })
    }

    /// Licences that may be against the use, and how many records state one of them at most.
    fn against(&self) -> (Option<Seen>, u64) {
        let is_against = |class: &&LicenceClass| self.uses.are_against(class);
        let against: Vec<(&str, Vec<&LicenceClass>, u64)> = self
            .all()
            .into_iter()
            .map(|(id, n)| (id, classes(id).filter(is_against).collect::<Vec<_>>(), n))
            .filter(|(_, classes, _)| !classes.is_empty())
            .collect();
        let Some(records) = against.iter().map(|(_, _, n)| *n).max() else {
            return (None, 0);
        };
        let more = if against.len() > NAMED { "…" } else { "" };
        let zh = against.iter().take(NAMED).map(|(id, classes, n)| {
            let all = classes.iter().map(|of| format!("{}:{}", of.zh, of.why_zh));
            let mut all: Vec<String> = all.collect();
            all.extend((*n > 0).then(|| format!("{n} 条记录写明")));
            format!("{id}({})", all.join(";"))
        });
        let en = against.iter().take(NAMED).map(|(id, classes, n)| {
            let all = classes.iter().map(|of| format!("{}: {}", of.en, of.why_en));
            let mut all: Vec<String> = all.collect();
            all.extend((*n > 0).then(|| format!("stated by {n} records")));
            format!("{id} ({})", all.join("; "))
        });
        let zh: Vec<String> = zh.collect();
        let en: Vec<String> = en.collect();
        let (of_zh, of_en) = self.uses_named();
        let seen = Seen(
            State::NeedsReview,
            format!("可能与{of_zh}冲突:{}{more}", zh.join("、")),
            format!("may be against {of_en}: {}{more}", en.join(", ")),
        );
        (Some(seen), records)
    }

    /// Uses that the declared scope does not cover.
    fn beyond_scope(&self) -> Option<Seen> {
        let beyond = self.uses.beyond(&self.terms.scope);
        if beyond.is_empty() || self.terms.ids.is_empty() {
            return None;
        }
        let zh: Vec<&str> = beyond.iter().map(|of| of.zh).collect();
        let en: Vec<&str> = beyond.iter().map(|of| of.en).collect();
        let scope = self.terms.scope.join("、");
        Some(Seen(
            State::NeedsReview,
            format!("licence_scope({scope})未涵盖{}", zh.join("、")),
            format!(
                "licence_scope ({}) does not cover {}",
                self.terms.scope.join(", "),
                en.join(", ")
            ),
        ))
    }

    /// Licences that metadata of records states and the source does not declare.
    fn others(&self) -> Option<Seen> {
        let declared = self.binding();
        let is_other = |id: &str| !declared.contains(id) && id != UNKNOWN_LICENCE;
        let others = self.stated.iter().filter(|(id, _)| is_other(id));
        let others: BTreeMap<&str, u64> = others.map(|(id, n)| (*id, *n)).collect();
        if others.is_empty() || declared.is_empty() {
            return None;
        }
        let (zh, en) = counted(&others);
        Some(Seen(
            State::NeedsReview,
            format!("记录元数据写有声明之外的许可:{zh}"),
            format!("metadata of records states licences that are not declared: {en}"),
        ))
    }

    /// Licences of which the tables do not know what they ask for.
    fn unread(&self) -> Option<Seen> {
        let is_unread = |id: &str| Obligations::builtin().of(id).is_empty();
        let all = self.all().into_iter().filter(|(id, _)| is_unread(id));
        let unread: BTreeMap<&str, u64> = all.collect();
        if unread.is_empty() {
            return None;
        }
        let (zh, en) = counted(&unread);
        Some(Seen(
            State::NeedsReview,
            format!("条款未收录,须人工阅读:{zh}"),
            format!("what these ask for is in no table, read them: {en}"),
        ))
    }

    fn nothing_against(&self) -> Seen {
        if self.terms.ids.is_empty() {
            let (zh, en) = match self.found.is_empty() {
                true => (
                    "未声明许可,记录中也未见许可声明".to_owned(),
                    "no licence is declared, and no record states one".to_owned(),
                ),
                false => {
                    let (zh, en) = counted(&self.found);
                    (
                        format!("正文中仅见不限制用途的许可声明:{zh}"),
                        format!("texts state licences without restrictions only: {en}"),
                    )
                }
            };
            return Seen(State::NotApplicable, zh, en);
        }
        let ids: Vec<&str> = self.terms.ids.iter().map(|id| &*id.text).collect();
        let asked: BTreeSet<&str> = self
            .binding()
            .iter()
            .flat_map(|id| classes(id))
            .map(|class| class.name)
            .collect();
        let asked: Vec<&LicenceClass> = asked.into_iter().filter_map(LicenceClass::named).collect();
        let zh: Vec<&str> = asked.iter().map(|class| class.zh).collect();
        let en: Vec<&str> = asked.iter().map(|class| class.en).collect();
        let (of_zh, of_en) = self.uses_named();
        Seen(
            State::Compliant,
            format!("{}({})与{of_zh}未见冲突", ids.join("、"), zh.join("、")),
            format!(
                "{} ({}) is not against {of_en}",
                ids.join(", "),
                en.join(", ")
            ),
        )
    }

    fn uses_named(&self) -> (String, String) {
        let (zh, en) = (self.uses.zh(), self.uses.en());
        match self.uses.is_assumed {
            true => (
                format!("用途({zh};未声明 [model] use,按最宽用途判断)"),
                format!("the use ({en}; [model] use is not declared, so the widest is assumed)"),
            ),
            false => (
                format!("声明用途({zh})"),
                format!("the declared use ({en})"),
            ),
        }
    }
}

fn classes(id: &str) -> impl Iterator<Item = &'static LicenceClass> {
    let names = Obligations::builtin().of(id).iter();
    names.filter_map(|name| LicenceClass::named(name))
}

/// Licences with the records that state them.
fn counted(licences: &BTreeMap<&str, u64>) -> (String, String) {
    let more = if licences.len() > NAMED { "…" } else { "" };
    let list = |unknown: &str, between: &str| {
        let one = |(id, records): (&&str, &u64)| {
            let id = if *id == UNKNOWN_LICENCE { unknown } else { id };
            match records {
                0 => id.to_owned(),
                n => format!("{id} ({n})"),
            }
        };
        let all: Vec<String> = licences.iter().take(NAMED).map(one).collect();
        format!("{}{more}", all.join(between))
    };
    (
        list("无法识别的许可", "、"),
        list("what is no known licence", ", "),
    )
}

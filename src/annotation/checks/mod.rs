//! The checks: facts → states, clause by clause.

mod batches;
mod people;
mod platform;
mod rules;
mod work;

use std::path::Path;

use super::config::AnnotationConfig;
use super::facts::{Fact, Facts, Name};
use super::policy::{AnnotationPolicy, CheckId};
use super::read::Material;
use super::records::Kind;
use super::registry::{Annotator, Registry};
use super::report::{AnnotationCheck, Judged};
use super::rulebook::RuleDocument;
use super::scan::ScanReport;
use crate::State;
use crate::dates::{Day, Moment};

/// What is judged.
pub(super) struct Case<'a> {
    pub policy: &'a AnnotationPolicy,
    pub config: &'a AnnotationConfig,
    pub base: &'a Path,
    pub material: &'a Material,
    pub scan: &'a ScanReport,
    /// Everyone who worked, in the order of their names.
    pub workers: Vec<Worker<'a>>,
    /// Durations of all, sorted.
    pub seconds: Vec<f32>,
}

/// Somebody who annotated or reviewed.
pub(super) struct Worker<'a> {
    pub name: &'a str,
    /// As registered; none if they are not, or there is no registry.
    pub registered: Option<&'a Annotator>,
    /// First day of work; none where no work has a date.
    pub first: Option<Day>,
    /// Work of which nobody knows when it was done.
    pub undated: u64,
    /// Work on days on which they were not qualified.
    pub unqualified: u64,
    /// One of these.
    pub example: Option<(&'a str, Day)>,
    /// Whether a record says that they are outsourced.
    pub outsourced: bool,
}

impl<'a> Case<'a> {
    pub fn new(
        policy: &'a AnnotationPolicy,
        config: &'a AnnotationConfig,
        base: &'a Path,
        material: &'a Material,
        scan: &'a ScanReport,
    ) -> Self {
        let mut seconds: Vec<f32> = (material.facts.iter())
            .map(|(_, fact)| fact.seconds)
            .filter(|seconds| *seconds >= 0.0)
            .collect();
        seconds.sort_unstable_by(f32::total_cmp);
        Self {
            policy,
            config,
            base,
            material,
            scan,
            workers: workers(&material.facts, material.registry.as_ref()),
            seconds,
        }
    }

    /// Every check, in the order of the policy.
    pub fn checks(&self) -> Vec<AnnotationCheck> {
        let each = self.policy.duties.iter().map(|duty| {
            let judged = match duty.id {
                CheckId::Training => self.training(),
                CheckId::Qualification => self.qualification(),
                CheckId::Roles => self.roles(),
                CheckId::Time => self.time(duty),
                CheckId::RuleContents => self.rule_contents(),
                CheckId::RuleKinds => self.rule_kinds(),
                CheckId::FunctionalRules => self.functional_rules(),
                CheckId::SafetyRules => self.safety_rules(),
                CheckId::SafetyReview => self.safety_review(),
                CheckId::SpotChecks => self.spot_checks(),
                CheckId::Isolation => self.isolation(),
                CheckId::Platform => self.platform(),
                CheckId::RuleVersions => self.rule_versions(),
                CheckId::SafeResponses => self.safe_responses(),
                CheckId::Arbitration => self.arbitration(),
                CheckId::Confidentiality => self.confidentiality(),
                CheckId::ReturnedBatches => self.returned_batches(),
                CheckId::OwnContent => self.own_content(),
                CheckId::Traceability => self.traceability(duty),
                CheckId::Contracts => self.contracts(),
                CheckId::Duplicates => self.duplicates(),
            };
            judged.check(duty.id, self.policy)
        });
        each.collect()
    }

    fn facts(&self) -> &'a Facts {
        &self.material.facts
    }

    /// Documents of a kind.
    fn documents(&self, kind: Kind) -> impl Iterator<Item = &'a RuleDocument> {
        self.material
            .documents
            .iter()
            .filter(move |document| document.kind == Some(kind))
    }

    /// Annotations of a kind.
    fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (u32, &'a Fact)> {
        self.facts()
            .iter()
            .filter(move |(_, fact)| fact.kind == Some(kind))
    }

    /// Annotations that do not say what they are for, of which nobody knows what is asked.
    fn of_no_kind(&self) -> u64 {
        self.facts()
            .iter()
            .filter(|(_, fact)| fact.kind.is_none())
            .count() as u64
    }

    /// An annotation, as its reader finds it again.
    fn told(&self, position: u32) -> String {
        let fact = self.facts().get(position);
        let file = self.material.files.get(fact.file as usize);
        let id = self.facts().id(position);
        format!(
            "{id} ({}:{})",
            file.map_or("", |file| &file.path),
            fact.line
        )
    }
}

fn workers<'a>(facts: &'a Facts, registry: Option<&'a Registry>) -> Vec<Worker<'a>> {
    let mut by_name: Vec<Option<Worker<'a>>> = Vec::new();
    let mut work = |position: u32, name: Name, at: u32, outsourced: bool| {
        if name.is_empty() {
            return;
        }
        let place = name.0 as usize;
        if by_name.len() <= place {
            by_name.resize_with(place + 1, || None);
        }
        let worker = by_name[place].get_or_insert_with(|| {
            let name = facts.names.text(name);
            Worker {
                name,
                registered: registry.and_then(|registry| registry.people.get(name)),
                first: None,
                undated: 0,
                unqualified: 0,
                example: None,
                outsourced: false,
            }
        });
        worker.outsourced |= outsourced;
        if at == 0 {
            worker.undated += 1;
            return;
        }
        let day = Moment(i64::from(at)).day();
        worker.first = Some(worker.first.map_or(day, |first| first.min(day)));
        let qualified = worker.registered.is_some_and(|person| {
            person.qualified.iter().any(|period| period.holds(day))
                && !person.suspended.iter().any(|period| period.holds(day))
        });
        if !qualified {
            worker.unqualified += 1;
            worker.example.get_or_insert((facts.id(position), day));
        }
    };
    for (position, fact) in facts.iter() {
        let outsourced = fact.flags.has(super::facts::Flags::OUTSOURCED);
        work(position, fact.annotator, fact.at, outsourced);
    }
    for (position, reviewer, at) in facts.reviews() {
        work(position, reviewer, at, false);
    }
    let mut workers: Vec<Worker<'a>> = by_name.into_iter().flatten().collect();
    workers.sort_by_key(|worker| worker.name);
    workers
}

/// What is not there, as evidence.
fn no_evidence(zh: &str, en: &str) -> Judged {
    Judged::new(State::NeedsEvidence, zh, en)
}

/// Where there is nothing that a duty is about.
fn not_applicable(zh: &str, en: &str) -> Judged {
    Judged::new(State::NotApplicable, zh, en)
}

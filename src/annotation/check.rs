//! [`check`]: everything together.

use std::path::Path;

use super::checks::Case;
use super::config::AnnotationConfig;
use super::files;
use super::policy::{AnnotationPolicy, CheckId};
use super::ratings;
use super::read::{Material, Sources};
use super::report::{AnnotationReport, Basis};
use crate::State;
use crate::detect::Scanner;
use crate::problem::Place;

/// What is checked, and by what.
pub struct CheckInput<'a> {
    /// `[annotation]`
    pub config: &'a AnnotationConfig,
    /// The folder that its paths are relative to: that of `yujian.toml`.
    pub base: &'a Path,
    /// Scanner for prompts, answers and comments; without one `D74-07` stays open.
    pub scanner: Option<&'a Scanner>,
    /// Whether checks that need evidence or a person let the whole pass (`[policy] review_passes`).
    pub review_passes: bool,
}

/// Reads everything that the configuration names and judges it, clause by clause.
///
/// Never fails: what cannot be read is a problem of the report, which then is not whole.
pub fn check(input: &CheckInput<'_>) -> AnnotationReport {
    let policy = AnnotationPolicy::builtin();
    let sources = Sources {
        config: input.config,
        base: input.base,
        scanner: input.scanner,
        policy: &policy,
    };
    let mut material = sources.read();
    tell_twice(&mut material);
    let least = policy.duty(CheckId::OwnContent).candidate_confidence;
    let rules = input.scanner.map(Scanner::rules);
    let scan = material.scan.report(rules, least.unwrap_or(0.0));
    let case = Case::new(&policy, input.config, input.base, &material, &scan);
    let whole = material.problems.unread == 0;
    let mut checks = case.checks();
    if !whole {
        // What was not read may hold anything: nothing is compliant yet.
        for check in checks
            .iter_mut()
            .filter(|check| check.state == State::Compliant)
        {
            check.state = State::NeedsEvidence;
            check.reason.zh.push_str(";未全部读取");
            check.reason.en.push_str("; not everything was read");
        }
    }
    let good = |state: State| match state {
        State::Compliant | State::NotApplicable => true,
        State::NeedsReview | State::NeedsEvidence => input.review_passes,
        State::NonCompliant => false,
    };
    let passed = whole && checks.iter().all(|check| good(check.state));
    let (figures, durations) = (case.figures(), case.durations());
    let agreement = ratings::agreement(&material.facts);
    AnnotationReport {
        basis: basis(input, &material),
        policy: policy.version.clone(),
        whole,
        passed,
        figures,
        checks,
        durations,
        agreement,
        scan,
        files: material.files,
        problems: material.problems,
    }
}

/// What a check of `config` is made of, before any file of it is read.
pub fn planned(config: &AnnotationConfig, base: &Path) -> Basis {
    let bytes = serde_json::to_vec(config).expect("a configuration is plain data");
    Basis {
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        config: blake3::hash(&bytes).to_hex().to_string(),
        inputs: files::named(config, base),
    }
}

fn basis(input: &CheckInput<'_>, material: &Material) -> Basis {
    let mut basis = planned(input.config, input.base);
    for file in &mut basis.inputs {
        // Records may be large: what was read of them is not read again.
        let read = material.files.iter().find(|row| row.path == file.path);
        let known = read.and_then(|row| row.digest.clone());
        file.digest = known.or_else(|| files::digest(&input.base.join(&file.path)));
    }
    basis
}

/// Tells of annotations of one item by one person that are there several times.
fn tell_twice(material: &mut Material) {
    let facts = &material.facts;
    let order = facts.by(|fact| (fact.item, fact.annotator));
    let key = |at: u32| (facts.get(at).item, facts.get(at).annotator);
    let mut twice: Vec<u32> = Vec::new();
    for group in order.chunk_by(|a, b| key(*a) == key(*b)) {
        if !key(group[0]).1.is_empty() {
            twice.extend(&group[1..]);
        }
    }
    twice.sort_unstable();
    for position in twice {
        let fact = facts.get(position);
        let file = material
            .files
            .get(fact.file as usize)
            .map_or("", |file| &file.path);
        let mut place = Place {
            file,
            problems: &mut material.problems,
        };
        let id = facts.id(position);
        place.odd(
            u64::from(fact.line),
            "twice",
            (
                format!("`{id}` 由同一人标注了多次,每次都计入"),
                format!("`{id}` was annotated several times by one person, and each counts"),
            ),
            ("只保留最后一次", "keep the last one only"),
        );
    }
}

//! The scanner over the texts of annotations themselves (`D74-07`).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::records::{Kind, Role};
use crate::detect::{Scanner, Scratch};
use crate::problem::Word;
use crate::rules::RuleSet;
use crate::{Confidence, RuleIndex, Severity};

/// Findings that are shown.
const SHOWN: usize = 20;
/// Class of what identifies an organization and no person.
const NOT_PERSONAL: &str = "非个人信息";

/// One thing found in an annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// In which text.
    pub role: Role,
    /// By which rule.
    pub rule: RuleIndex,
    /// How sure that is.
    pub confidence: Confidence,
    /// Masked.
    pub excerpt: String,
}

/// A finding as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct ShownFinding {
    /// The item.
    pub item: String,
    /// Its file.
    pub file: String,
    /// Its line.
    pub line: u64,
    /// In which text.
    pub role: Word,
    /// Of what class: a risk, an entity.
    pub class: String,
    /// By which rule.
    pub rule: String,
    /// Masked.
    pub excerpt: String,
}

/// What was found in all annotations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanTally {
    /// By rule, kind of annotation and text, with whether it is likely.
    counts: BTreeMap<(RuleIndex, Option<Kind>, Role, Confidence), u64>,
    /// The first findings.
    first: Vec<(RuleIndex, ShownFinding, Option<Kind>, Confidence)>,
    /// People who are not in the registry, once each.
    pub strangers: BTreeSet<String>,
}

/// What was found, for the report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct ScanReport {
    /// Whether texts were scanned.
    pub scanned: bool,
    /// Digest of the rules.
    pub rules: String,
    /// Findings that a person has to look at.
    pub open: u64,
    /// Signs of risks in prompts of safety annotation, which are there for them.
    pub expected: u64,
    /// Findings by risk or entity.
    pub by_class: BTreeMap<String, u64>,
    /// The first findings.
    pub first: Vec<ShownFinding>,
}

/// Scans texts.
pub fn scan<'t>(
    scanner: &Scanner,
    scratch: &mut Scratch,
    texts: impl Iterator<Item = (Role, &'t str)>,
) -> Vec<Found> {
    let mut record = scanner.record(scratch);
    for (role, text) in texts {
        // No key: what keys say of a value is prepared anew whenever they change, which took more
        // time than the scan itself, and these names say nothing of any value.
        record.field(role.as_str(), "", text);
    }
    let role = |field: &str| match field {
        "prompt" => Role::Prompt,
        "answer" => Role::Answer,
        _ => Role::Comment,
    };
    let findings = record.finish().findings.into_iter();
    let open = findings.filter(|finding| finding.suppressed_by.is_none());
    open.map(|finding| Found {
        role: role(&finding.field),
        rule: finding.rule,
        confidence: finding.confidence,
        excerpt: finding.excerpt,
    })
    .collect()
}

impl ScanTally {
    /// Adds what was found in one annotation.
    pub fn add(
        &mut self,
        found: &[Found],
        kind: Option<Kind>,
        (item, file, line): (&str, &str, u64),
    ) {
        for one in found {
            let key = (one.rule, kind, one.role, one.confidence);
            *self.counts.entry(key).or_default() += 1;
            // Which of them are shown is only known with the rules at hand; a few too many.
            if self.first.len() < SHOWN * 10 {
                let shown = ShownFinding {
                    item: item.to_owned(),
                    file: file.to_owned(),
                    line,
                    role: one.role.as_str().into(),
                    class: String::new(),
                    rule: String::new(),
                    excerpt: one.excerpt.clone(),
                };
                self.first.push((one.rule, shown, kind, one.confidence));
            }
        }
    }

    /// The report. `least`: confidence from which a finding is a candidate.
    pub fn report(&self, rules: Option<&RuleSet>, least: f64) -> ScanReport {
        let Some(rules) = rules else {
            return ScanReport::default();
        };
        let least = Confidence::from_fraction(least);
        let mut report = ScanReport {
            scanned: true,
            rules: rules.digest().to_owned(),
            ..ScanReport::default()
        };
        for ((rule, kind, role, confidence), count) in &self.counts {
            let Some(class) = class(rules, *rule).filter(|_| *confidence >= least) else {
                continue;
            };
            if is_expected(rules, *rule, *kind, role.as_str()) {
                report.expected += count;
            } else {
                report.open += count;
            }
            *report.by_class.entry(class).or_default() += count;
        }
        for (rule, shown, kind, confidence) in &self.first {
            let class = class(rules, *rule).filter(|_| *confidence >= least);
            if let Some(class) = class
                && !is_expected(rules, *rule, *kind, &shown.role)
                && report.first.len() < SHOWN
            {
                report.first.push(ShownFinding {
                    class,
                    rule: rules.info(*rule).id.clone(),
                    ..shown.clone()
                });
            }
        }
        report
    }
}

/// Prompts of safety annotation show risks on purpose; personal data they must not hold either.
fn is_expected(rules: &RuleSet, rule: RuleIndex, kind: Option<Kind>, role: &str) -> bool {
    kind == Some(Kind::Safety) && role == "prompt" && rules.info(rule).entity.is_none()
}

/// Risk or entity; none for what is neither: marks of rights that say little, organizations.
fn class(rules: &RuleSet, rule: RuleIndex) -> Option<String> {
    let info = rules.info(rule);
    match (&info.entity, &info.risk) {
        (Some(entity), _) if entity.starts_with("rights.") => {
            // A number of a book is no copy of it; a notice of copyright may come with one.
            (info.severity >= Severity::Medium).then(|| entity.clone())
        }
        (Some(entity), _) => {
            let personal = info
                .class
                .as_ref()
                .is_none_or(|class| class.gbt45574 != NOT_PERSONAL);
            personal.then(|| entity.clone())
        }
        (None, risk) => risk.clone(),
    }
}

//! [`AnnotationConfig`]: `[annotation]` of `yujian.toml`.

use std::collections::BTreeMap;

use globset::Glob;
use serde::{Deserialize, Serialize};

use super::records::Form;

/// `[annotation]`: where the registry, the records and the rule documents are, and what the
/// operator asks of them. Paths and globs are relative to `yujian.toml`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct AnnotationConfig {
    /// Table of the annotators, csv or xlsx.
    pub registry: String,
    /// Globs of files of records.
    pub records: Vec<String>,
    /// Globs of rule documents, toml or md.
    pub rules: Vec<String>,
    /// Table of the spot checks of batches, csv or xlsx; not needed where items carry them.
    pub batches: String,
    /// Form of the records; told by their content if not stated.
    pub format: Option<Form>,
    /// Least seconds an item takes that is done with care.
    pub min_seconds: Option<f64>,
    /// Share of errors in a spot check from which a batch has to be returned.
    pub max_error_rate: Option<f64>,
    /// Whether items without a batch are one batch a file, by its name.
    pub batch_by_file: bool,
    /// Dotted paths of fields, by our name of the field.
    pub fields: BTreeMap<String, String>,
    /// Values of fields that the records do not have, by our name of the field.
    pub values: BTreeMap<String, String>,
    /// What differs for some files.
    pub source: Vec<RecordSource>,
    /// Where what is stored.
    pub zones: Zones,
    /// Contracts with those who lend annotators.
    pub contract: Vec<Contract>,
    /// Evidence on the platform of annotation.
    pub platform: Platform,
    /// Findings of the scanner that a person has looked at.
    pub review: Reviewed,
}

/// `[[annotation.source]]`: what differs for the files of some globs.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecordSource {
    /// Globs of files, out of those of `records`.
    #[serde(rename = "match")]
    pub globs: Vec<String>,
    /// Form of these.
    pub format: Option<Form>,
    /// Dotted paths, before those of `[annotation.fields]`.
    pub fields: BTreeMap<String, String>,
    /// Values, before those of `[annotation.values]`.
    pub values: BTreeMap<String, String>,
}

/// `[annotation.zones]`: names of storage zones (`ANN-11`).
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Zones {
    /// Zones for safety annotation only; any zone that no other data is in will do if none is
    /// named.
    pub safety: Vec<String>,
    /// Zones in which training data is, where safety annotation must not be.
    pub training: Vec<String>,
}

/// `[[annotation.contract]]`: with an employer of outsourced annotators (`RVW-07`).
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Contract {
    /// As in the registry.
    pub employer: String,
    /// Number of the contract.
    pub contract_id: String,
    /// File that shows it.
    pub evidence: String,
    /// Whether it binds the employer to keep work traceable.
    pub traceability: bool,
    /// Whether it binds the employer to confidentiality.
    pub confidentiality: bool,
}

/// `[annotation.platform]`: files that show how the platform is secured (`D74-01`), and who has
/// confirmed that they do.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Platform {
    /// Access control and least privilege.
    pub access_control: String,
    /// Logs of operations.
    pub operation_log: String,
    /// Protection of data on its way and at rest.
    pub protection: String,
    /// Approval of exports.
    pub export_approval: String,
    /// Who has read them.
    pub confirmed_by: String,
    /// When.
    pub confirmed_on: String,
}

/// `[annotation.review]`: who has looked at what the scanner found in the annotations (`D74-07`).
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Reviewed {
    /// Who.
    pub by: String,
    /// When.
    pub on: String,
    /// Findings that were looked at; if there are more now, they were not.
    pub findings: u64,
}

impl AnnotationConfig {
    /// Whether anything is declared.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Says of everything that is wrong: what stands in the file, what is wrong, how to mend it.
    pub fn check(&self, report: &mut dyn FnMut(&str, String, String)) {
        let globs = self.records.iter().chain(&self.rules);
        let globs = globs.chain(self.source.iter().flat_map(|source| &source.globs));
        for glob in globs.filter(|glob| Glob::new(glob).is_err()) {
            report(
                glob,
                format!("[annotation]: `{glob}` is no glob"),
                "write something like annotation/*.jsonl".to_owned(),
            );
        }
        for source in self.source.iter().filter(|source| source.globs.is_empty()) {
            let known = source.fields.keys().chain(source.values.keys()).next();
            report(
                known.map_or("[[annotation.source]]", String::as_str),
                "[[annotation.source]] without `match`".to_owned(),
                "say which files it is about: match = [\"annotation/safety/*\"]".to_owned(),
            );
        }
        let sources = self.source.iter();
        let names = (self.fields.keys().chain(self.values.keys()))
            .chain(sources.flat_map(|source| source.fields.keys().chain(source.values.keys())));
        for name in names.filter(|name| !super::records::FIELDS.contains(&name.as_str())) {
            report(
                name,
                format!("[annotation]: records have no field `{name}`"),
                nearest(name, super::records::FIELDS),
            );
        }
        if self.min_seconds.is_some_and(|s| !s.is_finite() || s < 0.0) {
            report(
                "min_seconds",
                "[annotation] min_seconds is a number of seconds".to_owned(),
                "write a number from 0 on".to_owned(),
            );
        }
        if self
            .max_error_rate
            .is_some_and(|share| !(0.0..=1.0).contains(&share))
        {
            report(
                "max_error_rate",
                "[annotation] max_error_rate is a share".to_owned(),
                "write a number from 0 to 1".to_owned(),
            );
        }
        let dates = [&self.platform.confirmed_on, &self.review.on];
        for date in dates.into_iter().filter(|date| !date.is_empty()) {
            if super::moment::parse(date).is_err() {
                report(
                    date,
                    format!("[annotation]: `{date}` is no date"),
                    "write it as 2026-01-05".to_owned(),
                );
            }
        }
    }
}

/// Which of `known` is meant.
fn nearest(name: &str, known: &[&str]) -> String {
    let best = known
        .iter()
        .max_by(|a, b| strsim::jaro_winkler(name, a).total_cmp(&strsim::jaro_winkler(name, b)));
    best.map_or_else(String::new, |best| format!("did you mean `{best}`?"))
}

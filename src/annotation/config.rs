//! [`AnnotationConfig`]: `[annotation]` of `yujian.toml`.

use std::collections::BTreeMap;

use globset::Glob;
use serde::{Deserialize, Serialize};

use super::records::Form;
use crate::faults::{Report, nearest};

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

    /// Says of everything that is wrong: where it stands, by keys and numbers; what is wrong and
    /// how to mend it, in Chinese and English.
    pub(crate) fn check(&self, report: Report<'_>) {
        let said = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
        let mut glob = |path: &[&str], globs: &[String]| {
            for (number, glob) in globs.iter().enumerate() {
                if Glob::new(glob).is_err() {
                    report(
                        &[path, &[&number.to_string()]].concat(),
                        (
                            format!("[annotation]:`{glob}` 不是通配路径"),
                            format!("[annotation]: `{glob}` is no glob"),
                        ),
                        said(
                            "写成 annotation/*.jsonl 之类",
                            "write something like annotation/*.jsonl",
                        ),
                    );
                }
            }
        };
        glob(&["annotation", "records"], &self.records);
        glob(&["annotation", "rules"], &self.rules);
        for (number, source) in self.source.iter().enumerate() {
            let number = number.to_string();
            glob(&["annotation", "source", &number, "match"], &source.globs);
        }
        for (number, source) in self.source.iter().enumerate() {
            let number = number.to_string();
            let path = ["annotation", "source", &number];
            if source.globs.is_empty() {
                report(
                    &path,
                    said(
                        "[[annotation.source]] 没有 `match`",
                        "[[annotation.source]] without `match`",
                    ),
                    said(
                        "写明是哪些文件:match = [\"annotation/safety/*\"]",
                        "say which files it is about: match = [\"annotation/safety/*\"]",
                    ),
                );
            }
            check_fields(&path, &source.fields, &source.values, report);
        }
        check_fields(&["annotation"], &self.fields, &self.values, report);
        if self.min_seconds.is_some_and(|s| !s.is_finite() || s < 0.0) {
            report(
                &["annotation", "min_seconds"],
                said(
                    "[annotation] min_seconds 是秒数",
                    "[annotation] min_seconds is a number of seconds",
                ),
                said("写不小于 0 的数", "write a number from 0 on"),
            );
        }
        if self
            .max_error_rate
            .is_some_and(|share| !(0.0..=1.0).contains(&share))
        {
            report(
                &["annotation", "max_error_rate"],
                said(
                    "[annotation] max_error_rate 是比例",
                    "[annotation] max_error_rate is a share",
                ),
                said("写 0 到 1 之间的数", "write a number from 0 to 1"),
            );
        }
        for (table, key, date) in [
            ("platform", "confirmed_on", &self.platform.confirmed_on),
            ("review", "on", &self.review.on),
        ] {
            if !date.is_empty() && crate::dates::parse(date).is_err() {
                report(
                    &["annotation", table, key],
                    (
                        format!("[annotation]:`{date}` 不是日期"),
                        format!("[annotation]: `{date}` is no date"),
                    ),
                    said("写成 2026-01-05", "write it as 2026-01-05"),
                );
            }
        }
    }
}

/// Tells of names that are no fields of ours, in `fields` and `values` of the table at `path`.
fn check_fields(
    path: &[&str],
    fields: &BTreeMap<String, String>,
    values: &BTreeMap<String, String>,
    report: Report<'_>,
) {
    for (table, names) in [("fields", fields), ("values", values)] {
        for name in names.keys() {
            if !super::records::FIELDS.contains(&name.as_str()) {
                let all = super::records::FIELDS.join(", ");
                report(
                    &[path, &[table, name]].concat(),
                    (
                        format!("[annotation]:记录没有 `{name}` 这个字段"),
                        format!("[annotation]: records have no field `{name}`"),
                    ),
                    nearest(name, super::records::FIELDS)
                        .unwrap_or_else(|| (format!("字段:{all}"), format!("fields: {all}"))),
                );
            }
        }
    }
}

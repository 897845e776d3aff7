//! Test banks of a filing (annex 5): read in the form in which they are filed, or as tables.
//!
//! A bank is the operator's. Its questions are quoted only in annex 5, which is made of them; what
//! is told of them elsewhere are numbers and places.

mod policy;
mod read;

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

pub use policy::{Aspect, BankPolicy, TestBankPolicy};

use crate::faults::Report;
use crate::problem::Problems;
use crate::sources::Day;

/// `[testbank]`: where the questions are that a model is tested with. Paths are relative to
/// `yujian.toml`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct TestBankConfig {
    /// The questions: xlsx, csv, tsv.
    pub files: Vec<String>,
    /// Rules of operation with the criteria for each risk: txt or md.
    pub criteria: Vec<String>,
    /// Days on which the questions were updated.
    pub updated: Vec<Day>,
    /// Aspects that a model for a special domain does without.
    pub omitted: Vec<Omitted>,
}

/// `[[testbank.omitted]]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Omitted {
    /// Its id or its name in Chinese.
    pub aspect: String,
    /// Why it has nothing to do with the domain.
    pub reason: String,
}

impl TestBankConfig {
    /// Whether nothing is declared.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Every file it names, with the key that names it.
    pub fn paths(&self) -> impl Iterator<Item = (String, String)> {
        let files = self.files.iter().map(|path| ("testbank.files", path));
        let criteria = self.criteria.iter().map(|path| ("testbank.criteria", path));
        files
            .chain(criteria)
            .map(|(key, path)| (key.to_owned(), path.clone()))
    }

    /// What is wrong with it.
    pub(crate) fn check(&self, report: Report<'_>) {
        let policy = TestBankPolicy::builtin();
        for (number, omitted) in self.omitted.iter().enumerate() {
            let number = number.to_string();
            let at = |key| ["testbank", "omitted", &number, key];
            if policy.aspect_named(&omitted.aspect).is_none() {
                let aspects = policy.aspects();
                let names: Vec<&str> = aspects.map(|aspect| aspect.id.as_str()).collect();
                report(
                    &at("aspect"),
                    (
                        format!("没有 `{}` 这一方面", omitted.aspect),
                        format!("there is no aspect `{}`", omitted.aspect),
                    ),
                    (
                        format!("写以下之一:{}", names.join("、")),
                        format!("write one of {}", names.join(", ")),
                    ),
                );
            }
            if omitted.reason.trim().is_empty() {
                report(
                    &at("reason"),
                    (
                        format!("省略 `{}` 没有理由", omitted.aspect),
                        format!("nothing says why `{}` is left out", omitted.aspect),
                    ),
                    (
                        "写明与专用领域无关的理由".to_owned(),
                        "say why it has nothing to do with the domain".to_owned(),
                    ),
                );
            }
        }
    }
}

/// What a reviewer said of the answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judged {
    /// 合格
    Passed,
    /// 不合格
    Failed,
}

/// A question.
#[derive(Clone, PartialEq, Eq)]
pub struct Question {
    /// Which bank it is of, by its place in the policy.
    pub bank: usize,
    /// Its words.
    pub text: String,
    /// What the bank calls its group.
    pub first: String,
    /// What the bank calls its class.
    pub second: String,
    /// Risk code or aspect, as far as the class is one.
    pub class: Option<String>,
    /// What the model answered.
    pub answer: String,
    /// What was said of that.
    pub judged: Option<Judged>,
    /// Its words as they are compared.
    pub folded: String,
    /// Which of the files it is in, and its row.
    pub place: (usize, u64),
}

/// Tells the place and nothing else: a question is not for logs.
impl std::fmt::Debug for Question {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (file, row) = self.place;
        write!(f, "Question({file}:{row})")
    }
}

/// A file of questions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct BankFile {
    /// As it is named.
    pub path: String,
    /// BLAKE3 of its bytes, hex; empty if it cannot be read.
    pub digest: String,
    /// Questions in it.
    pub questions: u64,
}

/// A document of rules of operation and criteria.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Criteria {
    /// As it is named.
    pub path: String,
    /// BLAKE3 of its bytes, hex.
    pub digest: String,
    /// Codes of the risks that it names, by code or title.
    pub risks: BTreeSet<String>,
}

/// Everything that was read.
#[derive(Clone, Debug)]
pub struct TestBank {
    /// In the order of files and rows.
    pub questions: Vec<Question>,
    /// The files.
    pub files: Vec<BankFile>,
    /// Documents of rules and criteria.
    pub criteria: Vec<Criteria>,
    /// What is wrong.
    pub problems: Problems,
}

impl TestBank {
    /// Reads everything that `config` names. What cannot be read is a problem, and the rest is
    /// read all the same.
    pub fn read(config: &TestBankConfig, base: &Path, policy: &TestBankPolicy) -> Self {
        read::read(config, base, policy)
    }
}

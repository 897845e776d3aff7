//! [`DeclaredLicence`]: one `licence_id` of a source, and what it may have been meant to be.

use super::{Declared, Problem};
use crate::detect::rights::licence::nearest_licence;
use crate::problem::both;
use crate::rules::LicenceStatement;

/// A licence that a source declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredLicence {
    /// As it is written.
    pub text: String,
    /// What it says.
    pub statement: LicenceStatement,
    /// An expression it may have been meant to be, where it is none.
    pub nearest: Option<String>,
}

impl DeclaredLicence {
    /// From the text of a `licence_id`.
    pub fn new(text: &str) -> Self {
        let text = text.trim();
        let statement = LicenceStatement::declared(text);
        let nearest = statement.problem.and_then(|_| nearest_licence(text));
        Self {
            text: text.to_owned(),
            statement,
            nearest,
        }
    }

    /// All that a source declares, in its order.
    pub fn all(declared: &Declared) -> Vec<Self> {
        let ids = declared.licence_id.0.iter();
        let given = ids.filter(|id| !id.trim().is_empty());
        given.map(|id| Self::new(id)).collect()
    }

    /// All that a source declares as one expression, or as it is written where it is none; empty if
    /// nothing is declared.
    pub fn joined(declared: &Declared) -> String {
        let all = Self::all(declared);
        let texts = all.iter().map(|of| match of.statement.problem {
            None => of.statement.licence.as_str(),
            Some(_) => of.text.as_str(),
        });
        match all.len() {
            1 => texts.collect(),
            _ => texts
                .map(|text| format!("({text})"))
                .collect::<Vec<_>>()
                .join(" AND "),
        }
    }

    /// What is wrong with it, and how to mend it.
    pub(super) fn problem(&self, source: &str) -> Option<Problem> {
        let problem = self.statement.problem?;
        let hint = match &self.nearest {
            Some(nearest) => both(
                format!("最接近的是 {nearest};不在 SPDX 列表中的写 LicenseRef-名称"),
                format!("did you mean {nearest}? what is in no list is LicenseRef-name"),
            ),
            None => both(
                "写 SPDX 标识或表达式(MIT OR Apache-2.0);不在列表中的写 LicenseRef-名称",
                "write an SPDX id or expression (MIT OR Apache-2.0); what is in no list is LicenseRef-name",
            ),
        };
        let what = both(
            format!("{:?} 不是许可表达式:{}", self.text, problem.zh()),
            format!("{:?} is no licence expression: {}", self.text, problem.en()),
        );
        let told = Problem::odd("bad-licence", ("", 0), what, hint);
        Some(told.of(Some(source), Some("licence_id")))
    }
}

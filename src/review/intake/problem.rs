//! [`SheetProblem`]: something about a sheet that keeps it, or a row of it, from being taken in.

use std::fmt;

use serde::Serialize;

use crate::problem::both;
use crate::rules::Bilingual;

/// Something that is wrong with a sheet. It quotes nothing of what stands there, for columns may
/// have been moved and cells hold text of the corpus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SheetProblem {
    /// Stable name: `unknown-id`, `no-reviewer`, …
    pub name: &'static str,
    /// Name of the file.
    pub file: String,
    /// Its sheet, of a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Row or line from 1; 0 for all of it.
    pub row: u64,
    /// The column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<&'static str>,
    /// What is wrong.
    pub what: Bilingual,
    /// How to mend it.
    pub hint: Bilingual,
}

impl fmt::Display for SheetProblem {
    /// Where it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names of files and sheets are anybody's.
        write!(f, "{}", self.file.escape_debug())?;
        if let Some(sheet) = &self.sheet {
            write!(f, "[{}]", sheet.escape_debug())?;
        }
        if self.row > 0 {
            write!(f, ":{}", self.row)?;
        }
        if let Some(column) = self.column {
            write!(f, ":{column}")?;
        }
        Ok(())
    }
}

/// Problems that are kept; all are counted.
const KEPT: usize = 10_000;

/// All problems of all sheets.
#[derive(Clone, Debug, Default)]
pub struct SheetProblems {
    /// The first ones.
    pub first: Vec<SheetProblem>,
    /// How many there are.
    pub count: u64,
}

impl SheetProblems {
    /// Adds one.
    pub fn add(&mut self, problem: SheetProblem) {
        self.count += 1;
        if self.first.len() < KEPT {
            self.first.push(problem);
        }
    }
}

/// Where something is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub file: &'a str,
    pub sheet: Option<&'a str>,
    pub row: u64,
}

impl Place<'_> {
    pub(super) fn problem(
        &self,
        (name, column): (&'static str, Option<&'static str>),
        (what_zh, what_en): (impl Into<String>, impl Into<String>),
        (hint_zh, hint_en): (&str, &str),
    ) -> SheetProblem {
        SheetProblem {
            name,
            file: self.file.to_owned(),
            sheet: self.sheet.map(str::to_owned),
            row: self.row,
            column,
            what: both(what_zh, what_en),
            hint: both(hint_zh, hint_en),
        }
    }
}

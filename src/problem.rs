//! [`Problems`]: everything that is wrong with what was read, with its place and its remedy.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::rules::Bilingual;

/// A name of the program, or one that was read back.
pub type Word = Cow<'static, str>;

/// Problems that are kept; all are counted.
pub const SHOWN: usize = 100;

/// How much a problem matters.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Gravity {
    /// Something could not be read, so that nothing is known of it: the check is not whole.
    Unread,
    /// Everything was read, and something is not as it should be.
    Odd,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
pub struct Problem {
    /// Stable name: `broken-json`, `unknown-annotator`, …
    pub name: Word,
    /// How much it matters.
    pub gravity: Gravity,
    /// Which declared source it is of; none if of no one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Which key of the configuration it is about; none if of no one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The file, as the user knows it; empty if it is about none.
    pub file: String,
    /// Line or row from 1; 0 for the whole file.
    pub line: u64,
    /// What is wrong.
    pub what: Bilingual,
    /// How to mend it.
    pub hint: Bilingual,
}

impl Problem {
    /// Something in a file, or in all of it, that is not as it should be.
    pub fn odd(
        name: &'static str,
        (file, line): (impl Into<String>, u64),
        what: Bilingual,
        hint: Bilingual,
    ) -> Self {
        Self {
            name: name.into(),
            gravity: Gravity::Odd,
            source: None,
            key: None,
            file: file.into(),
            line,
            what,
            hint,
        }
    }

    /// The same, of a key of a source; none if of no source.
    #[must_use]
    pub fn of(mut self, source: Option<&str>, key: Option<&str>) -> Self {
        self.source = source.map(str::to_owned);
        self.key = key.map(str::to_owned);
        self
    }

    /// Where it is: source, key, file and line, as far as it has them.
    pub fn place(&self) -> String {
        let file = match self.line {
            0 => self.file.clone(),
            line => format!("{}:{line}", self.file),
        };
        let parts = [self.source.clone(), self.key.clone(), Some(file)];
        let parts: Vec<String> = parts
            .into_iter()
            .flatten()
            .filter(|p| !p.is_empty())
            .collect();
        parts.join(": ")
    }
}

/// A text in both languages.
pub fn both(zh: impl Into<String>, en: impl Into<String>) -> Bilingual {
    Bilingual {
        zh: zh.into(),
        en: en.into(),
    }
}

/// Problems in the order in which they were met; as many of them as are worth reading.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
pub struct Problems {
    /// Places that could not be read.
    pub unread: u64,
    /// All others.
    pub odd: u64,
    /// The first ones, those that could not be read before the others.
    pub first: Vec<Problem>,
}

impl Problems {
    /// Adds one.
    pub fn add(&mut self, problem: Problem) {
        let kept = |gravity| move |p: &&Problem| p.gravity == gravity;
        match problem.gravity {
            Gravity::Unread => {
                // They are kept in the place of what matters less.
                if self.first.len() == SHOWN
                    && self.first.iter().filter(kept(Gravity::Odd)).count() > 0
                {
                    self.first.pop();
                }
                let at = self.first.iter().filter(kept(Gravity::Unread)).count();
                if self.first.len() < SHOWN {
                    self.first.insert(at, problem);
                }
                self.unread += 1;
            }
            Gravity::Odd => {
                if self.first.len() < SHOWN {
                    self.first.push(problem);
                }
                self.odd += 1;
            }
        }
    }

    /// Those that are not shown.
    pub fn more(&self) -> u64 {
        self.unread + self.odd - self.first.len() as u64
    }
}

/// A file of which problems are told.
pub struct Place<'a> {
    /// The file, as the user knows it.
    pub file: &'a str,
    /// Where they go.
    pub problems: &'a mut Problems,
}

impl Place<'_> {
    /// Something could not be read.
    pub fn unread(
        &mut self,
        line: u64,
        name: &'static str,
        (what_zh, what_en): (impl Into<String>, impl Into<String>),
        (hint_zh, hint_en): (&str, &str),
    ) {
        self.add(
            Gravity::Unread,
            line,
            name,
            both(what_zh, what_en),
            both(hint_zh, hint_en),
        );
    }

    /// Something is not as it should be.
    pub fn odd(
        &mut self,
        line: u64,
        name: &'static str,
        (what_zh, what_en): (impl Into<String>, impl Into<String>),
        (hint_zh, hint_en): (&str, &str),
    ) {
        self.add(
            Gravity::Odd,
            line,
            name,
            both(what_zh, what_en),
            both(hint_zh, hint_en),
        );
    }

    fn add(
        &mut self,
        gravity: Gravity,
        line: u64,
        name: &'static str,
        what: Bilingual,
        hint: Bilingual,
    ) {
        self.problems.add(Problem {
            name: name.into(),
            gravity,
            source: None,
            key: None,
            file: self.file.to_owned(),
            line,
            what,
            hint,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_counted_and_the_grave_ones_are_kept_first() {
        let mut problems = Problems::default();
        let mut place = Place {
            file: "a",
            problems: &mut problems,
        };
        for line in 0..150 {
            place.odd(line, "x", ("x", "x"), ("y", "y"));
        }
        for line in 0..3 {
            place.unread(line, "z", ("x", "x"), ("y", "y"));
        }
        assert_eq!(
            (problems.unread, problems.odd, problems.more()),
            (3, 150, 53)
        );
        let lines: Vec<u64> = problems.first.iter().take(4).map(|p| p.line).collect();
        assert_eq!(lines, [0, 1, 2, 0]);
        assert_eq!(problems.first.len(), SHOWN);
    }
}

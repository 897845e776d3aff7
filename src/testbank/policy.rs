//! [`TestBankPolicy`]: what test banks need, from `rules/standards/testbank.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::rules::Bilingual;

/// The whole file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestBankPolicy {
    #[expect(dead_code, reason = "read so that the file may say it")]
    format: u32,
    /// Year.month.day of the thresholds.
    pub version: String,
    /// Columns of annex 5, in order.
    pub columns: [String; 6],
    /// The banks, in the order of annex 5.
    #[serde(rename = "bank")]
    pub banks: Vec<BankPolicy>,
}

/// One bank.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankPolicy {
    /// `generated`, …
    pub id: String,
    /// The duty; none of a bank that nothing asks for.
    pub clause: Option<String>,
    zh: String,
    en: String,
    /// By which it is told.
    pub names: Vec<String>,
    /// Questions in all.
    pub at_least: Option<u64>,
    /// Questions of every risk, by group.
    #[serde(default)]
    pub risks: BTreeMap<String, u64>,
    /// Questions of every aspect.
    pub aspect_at_least: Option<u64>,
    /// Days between updates at most.
    pub at_most_days: Option<i64>,
    /// Whether rules of operation and criteria have to be there.
    #[serde(default)]
    pub criteria: bool,
    /// What its questions are about, instead of risks.
    #[serde(default, rename = "aspect")]
    pub aspects: Vec<Aspect>,
}

/// What questions are about that are not to be refused.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aspect {
    /// `system`, …
    pub id: String,
    zh: String,
    en: String,
    /// By which it is told.
    pub names: Vec<String>,
}

impl BankPolicy {
    /// For people.
    pub fn title(&self) -> Bilingual {
        Bilingual {
            zh: self.zh.clone(),
            en: self.en.clone(),
        }
    }
}

impl Aspect {
    /// For people.
    pub fn title(&self) -> Bilingual {
        Bilingual {
            zh: self.zh.clone(),
            en: self.en.clone(),
        }
    }
}

impl TestBankPolicy {
    /// The thresholds that ship with the program.
    pub fn builtin() -> Self {
        let text = include_str!("../../rules/standards/testbank.toml");
        toml::from_str(text).expect("a test reads it")
    }

    /// Every aspect of every bank.
    pub fn aspects(&self) -> impl Iterator<Item = &Aspect> {
        self.banks.iter().flat_map(|bank| &bank.aspects)
    }

    /// The aspect of that id or title.
    pub fn aspect_named(&self, name: &str) -> Option<&Aspect> {
        self.aspects().find(|a| a.id == name || a.zh == name)
    }

    /// The aspect that a name means: its id, its title, or the longest of its names that stands in
    /// the words.
    pub fn aspect(&self, name: &str) -> Option<&Aspect> {
        let name = name.trim().to_lowercase();
        if let Some(exact) = self.aspect_named(&name) {
            return Some(exact);
        }
        let named = self.aspects().flat_map(|aspect| {
            let met = aspect.names.iter().filter(|n| name.contains(n.as_str()));
            met.map(move |n| (n.chars().count(), aspect))
        });
        // Of names of one length the first counts.
        let longest = named.rev_max();
        longest.map(|(_, aspect)| aspect)
    }

    /// The bank that a name of a sheet, a file or a cell means, by its place.
    pub fn bank(&self, name: &str) -> Option<usize> {
        let name = name.to_lowercase();
        let named = self.banks.iter().enumerate().flat_map(|(at, bank)| {
            let met = bank.names.iter().filter(|n| name.contains(n.as_str()));
            let met: Vec<usize> = met.map(|n| n.chars().count()).collect();
            met.into_iter().map(move |length| (length, at))
        });
        named.rev_max().map(|(_, at)| at)
    }
}

/// The longest, and of several of that length the first.
trait RevMax<T>: Iterator<Item = (usize, T)> + Sized {
    fn rev_max(self) -> Option<(usize, T)> {
        self.reduce(|best, next| if next.0 > best.0 { next } else { best })
    }
}

impl<T, I: Iterator<Item = (usize, T)>> RevMax<T> for I {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banks_and_aspects_are_told_by_their_longest_name() {
        let policy = TestBankPolicy::builtin();
        let id = |name| policy.bank(name).map(|at| policy.banks[at].id.as_str());
        for (name, bank) in [
            ("生成内容测试题 A.1", Some("generated")),
            ("应拒答", Some("refuse")),
            ("拒答测试题", Some("refuse")),
            ("非拒答测试题库", Some("answer")),
            ("Non-Refuse", Some("answer")),
            ("垂直领域", Some("vertical")),
            ("说明", None),
        ] {
            assert_eq!(id(name), bank, "{name}");
        }
        let aspect = |name| policy.aspect(name).map(|aspect| aspect.id.as_str());
        assert_eq!(aspect("我国文化习俗"), Some("culture"));
        assert_eq!(aspect("中国英雄烈士"), Some("heroes"));
        assert_eq!(aspect("health"), Some("health"));
        assert_eq!(aspect("天气"), None);
    }
}

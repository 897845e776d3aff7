//! [`Types`]: how much there is of every type and language, which is what `FIL-03` counts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::tokens::Sums;

/// How much there is of something.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema, Deserialize,
)]
pub struct Amount {
    /// Records.
    pub records: u64,
    /// Their decoded bytes, line ends included.
    pub bytes: u64,
    /// Bytes of their text.
    pub text_bytes: u64,
    /// Characters of their text.
    pub characters: u64,
    /// What counting tokens gave; empty if they are not counted.
    #[serde(default, skip_serializing_if = "Sums::is_empty")]
    pub tokens: Sums,
}

impl Amount {
    /// Adds `other`.
    pub fn merge(&mut self, other: &Self) {
        self.records += other.records;
        self.bytes += other.bytes;
        self.text_bytes += other.text_bytes;
        self.characters += other.characters;
        self.tokens.merge(&other.tokens);
    }
}

/// Scanned records by type and in it by language (BCP 47, `und` where it has none).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema, Deserialize)]
#[serde(transparent)]
pub struct Types(pub BTreeMap<String, BTreeMap<String, Amount>>);

impl Types {
    /// Counts something of this type and language.
    pub fn add(&mut self, kind: &str, language: &str, amount: &Amount) {
        if !self.0.contains_key(kind) {
            self.0.insert(kind.to_owned(), BTreeMap::new());
        }
        let languages = self.0.get_mut(kind).expect("it was just put in");
        match languages.get_mut(language) {
            Some(sum) => sum.merge(amount),
            None => drop(languages.insert(language.to_owned(), *amount)),
        }
    }

    /// Type, language and how much there is of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &Amount)> {
        self.0.iter().flat_map(|(kind, languages)| {
            let all = languages.iter();
            all.map(move |(language, amount)| (kind.as_str(), language.as_str(), amount))
        })
    }

    /// How much there is of one type, in all languages.
    pub fn of(&self, kind: &str) -> Amount {
        let mut sum = Amount::default();
        let languages = self.0.get(kind).into_iter().flatten();
        languages.for_each(|(_, amount)| sum.merge(amount));
        sum
    }

    /// All together.
    pub fn total(&self) -> Amount {
        let mut sum = Amount::default();
        self.iter().for_each(|(_, _, amount)| sum.merge(amount));
        sum
    }

    /// Adds `other`.
    pub fn merge(&mut self, other: &Self) {
        for (kind, language, amount) in other.iter() {
            self.add(kind, language, amount);
        }
    }
}

/// Pictures, sounds and films that lie in the corpus as files of their own.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema, Deserialize,
)]
pub struct MediaFiles {
    /// Number.
    pub files: u64,
    /// Bytes as stored.
    pub bytes: u64,
}

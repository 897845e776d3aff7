//! [`Details`]: what a finding says beyond its place: holder, year, licence, vendor.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Named facts about a finding.
///
/// What comes out of corpus text must have been made fit to be shown before it is put here.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Details(BTreeMap<String, String>);

impl Details {
    /// Adds a fact. Several of one name are joined by `; `; an empty one says nothing and is left
    /// out.
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        if value.is_empty() {
            return;
        }
        match self.0.get_mut(name) {
            Some(known) => {
                known.push_str("; ");
                known.push_str(&value);
            }
            None => {
                self.0.insert(name.to_owned(), value);
            }
        }
    }

    /// The fact of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Every fact, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

//! [`Problem`]: something wrong with what is declared.

use serde::Serialize;

use crate::rules::Bilingual;

/// One thing that is wrong, where, and how to mend it. It does not stop anything by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Which source; none if it concerns all.
    pub source: Option<String>,
    /// Which key of it, or which file.
    pub place: String,
    /// What is wrong.
    pub what: Bilingual,
    /// How to mend it.
    pub hint: Bilingual,
}

impl Problem {
    /// A problem of one source.
    pub fn of(source: &str, place: impl Into<String>, what: Bilingual, hint: Bilingual) -> Self {
        Self {
            source: Some(source.to_owned()),
            place: place.into(),
            what,
            hint,
        }
    }
}

//! Declared licences as the formats want them.

use spdx::{Expression, ParseMode};

/// A declared licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Licence<'a> {
    /// None is declared.
    None,
    /// One licence of the SPDX list.
    Id(&'a str),
    /// An expression over that list.
    Expression(&'a str),
    /// Words that are neither.
    Named(&'a str),
}

/// Ids as the list writes them, and `LicenseRef-…`.
const MODE: ParseMode = ParseMode {
    allow_slash_as_or_operator: false,
    allow_imprecise_license_names: false,
    allow_postfix_plus_on_gpl: true,
    allow_deprecated: true,
    allow_unknown: false,
};

impl<'a> Licence<'a> {
    /// From `licence_id`.
    pub fn of(declared: &'a str) -> Self {
        let text = declared.trim();
        if text.is_empty() {
            Self::None
        } else if spdx::license_id(text).is_some_and(|id| id.name == text) {
            Self::Id(text)
        } else if Expression::parse_mode(text, MODE).is_ok() {
            Self::Expression(text)
        } else {
            Self::Named(text)
        }
    }

    /// As one reference: the page of the list, or the words.
    pub fn reference(self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Id(id) => Some(format!("https://spdx.org/licenses/{id}")),
            Self::Expression(words) | Self::Named(words) => Some(words.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_expressions_and_words_are_told_apart() {
        assert_eq!(Licence::of("CC-BY-4.0"), Licence::Id("CC-BY-4.0"));
        assert_eq!(
            Licence::of("MIT OR Apache-2.0"),
            Licence::Expression("MIT OR Apache-2.0")
        );
        assert_eq!(
            Licence::of("LicenseRef-x"),
            Licence::Expression("LicenseRef-x")
        );
        assert_eq!(Licence::of("内部使用"), Licence::Named("内部使用"));
        assert_eq!(Licence::of("  "), Licence::None);
    }
}

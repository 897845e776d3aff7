//! Named confirmations: what a candidate of a pattern rule must stand up to.
//!
//! Rule files name them in `confirm`; each is one function in the file of its subject. A new
//! entity is one rule file and, at most, one source file with a [`Named`] list that is added to
//! [`all`].

use crate::rules::Tables;

/// What a pattern matched, in the folded text (full-width digits are already ASCII).
#[derive(Clone, Copy)]
pub struct Candidate<'a> {
    /// The text the value stands in: one field, or a window of a very long one.
    pub text: &'a str,
    /// First byte of the value in `text`.
    pub start: usize,
    /// One past the last byte of the value in `text`.
    pub end: usize,
    /// ASCII letters and digits of the value, upper case, separators removed.
    pub compact: &'a [u8],
    /// Whether a context word of the rule stands near, or is the key.
    pub in_context: bool,
    /// Regions, prefixes, codes.
    pub tables: &'a Tables,
}

impl<'a> Candidate<'a> {
    /// The value as written (folded), separators included.
    pub fn value(&self) -> &'a str {
        &self.text[self.start..self.end]
    }

    /// Up to `characters` characters before the value.
    pub fn before(&self, characters: usize) -> &'a str {
        let head = &self.text[..self.start];
        match head.char_indices().rev().nth(characters.saturating_sub(1)) {
            Some((at, _)) if characters > 0 => &head[at..],
            None => head,
            Some(_) => "",
        }
    }

    /// Up to `characters` characters after the value.
    pub fn after(&self, characters: usize) -> &'a str {
        let tail = &self.text[self.end..];
        match tail.char_indices().nth(characters) {
            Some((at, _)) => &tail[..at],
            None => tail,
        }
    }
}

/// Says why the candidate stands (a short name for the finding's reasons: `checksum`, `region`),
/// or nothing if it does not.
pub type Confirm = fn(&Candidate<'_>) -> Option<&'static str>;

/// A confirmation under the name rule files use.
pub struct Named {
    /// `cn-rid18`, `luhn`, …
    pub name: &'static str,
    /// What it checks, in a few English words with the source.
    pub what: &'static str,
    /// The function.
    pub confirm: Confirm,
}

/// Every confirmation, in no particular order; names are unique.
pub fn all() -> impl Iterator<Item = &'static Named> {
    [
        super::generic::CONFIRMATIONS,
        super::cn_identity::CONFIRMATIONS,
        super::cn_organisation::CONFIRMATIONS,
        super::contact::CONFIRMATIONS,
        super::finance::CONFIRMATIONS,
        super::mrz::CONFIRMATIONS,
    ]
    .into_iter()
    .flatten()
    .chain(super::foreign::confirmations())
}

/// The confirmation of that name.
pub fn named(name: &str) -> Option<&'static Named> {
    all().find(|named| named.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pattern of an operator may hand any value to any confirmation.
    #[test]
    fn no_confirmation_stumbles_over_a_value_of_another_form() {
        for named in all() {
            for length in 1..44 {
                for value in [
                    "7".repeat(length),
                    "A".repeat(length),
                    format!("X{}", "1".repeat(length)),
                    "1a".repeat(length),
                    "值".repeat(length),
                ] {
                    let compact = super::super::compile::compact(&value);
                    for in_context in [false, true] {
                        (named.confirm)(&Candidate {
                            text: &value,
                            start: 0,
                            end: value.len(),
                            compact: &compact,
                            in_context,
                            tables: Tables::builtin(),
                        });
                    }
                }
            }
        }
    }
}

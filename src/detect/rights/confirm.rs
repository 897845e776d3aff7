//! Named confirmations of marks: what a candidate must stand up to, and what it tells on the way.

use crate::Details;
use crate::detect::pii::compact;
use crate::detect::pii::confirm as values;
use crate::rules::Tables;

/// What a pattern matched, in folded text with the case kept.
#[derive(Clone, Copy)]
pub struct Candidate<'a> {
    /// The text around it.
    pub text: &'a str,
    /// First byte of the value in `text`.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
}

impl<'a> Candidate<'a> {
    /// The value.
    pub fn value(&self) -> &'a str {
        &self.text[self.start..self.end]
    }
}

/// Says why the candidate stands, in one word, or nothing if it does not; adds what it learned.
pub type Confirm = fn(&Candidate<'_>, &mut Details) -> Option<&'static str>;

/// A confirmation under the name rule files use.
pub struct Named {
    /// `github-crc`, `jwt`, …
    pub name: &'static str,
    /// What it checks, in a few English words with the source.
    pub what: &'static str,
    /// The function.
    pub confirm: Confirm,
}

/// A confirmation of a mark, or one of values that serves for marks too.
pub(super) enum Check {
    Mark(Confirm),
    Value(values::Confirm),
}

impl Check {
    /// As [`Confirm`].
    pub fn run(&self, of: &Candidate<'_>, details: &mut Details) -> Option<&'static str> {
        match self {
            Self::Mark(confirm) => confirm(of, details),
            Self::Value(confirm) => confirm(&values::Candidate {
                text: of.text,
                start: of.start,
                end: of.end,
                compact: &compact(of.value()),
                in_context: true,
                tables: Tables::builtin(),
            }),
        }
    }
}

/// Every confirmation of marks; names are unique, also among those of values.
pub fn all() -> impl Iterator<Item = &'static Named> {
    let secrets = super::secret::CONFIRMATIONS.iter().copied();
    [
        super::publication::CONFIRMATIONS,
        super::licence::CONFIRMATIONS,
    ]
    .into_iter()
    .chain(secrets)
    .flatten()
}

/// The confirmation of that name.
pub(super) fn named(name: &str) -> Option<Check> {
    let of_marks = all().find(|named| named.name == name);
    let mark = of_marks.map(|named| Check::Mark(named.confirm));
    mark.or_else(|| values::named(name).map(|named| Check::Value(named.confirm)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_confirmation_stumbles_over_a_value_of_another_form() {
        let values = [
            "7",
            "值",
            "a.b",
            "eyJ",
            "978-",
            "{}",
            "%E4",
            "=",
            "-----BEGIN",
            "://:@",
        ];
        for named in all() {
            for value in values {
                for text in [value.to_owned(), value.repeat(40), format!("前{value}后")] {
                    let start = text.find(value).unwrap_or(0);
                    let end = start + value.len();
                    for (start, end) in [(start, end), (0, text.len())] {
                        let candidate = Candidate {
                            text: &text,
                            start,
                            end,
                        };
                        (named.confirm)(&candidate, &mut Details::default());
                    }
                }
            }
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> = all().map(|named| named.name).collect();
        names.extend(values::all().map(|named| named.name));
        let total = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), total);
    }
}

//! Identity numbers of other countries, by region.
//!
//! Where a number is plain digits with one check digit its rule asks for a context word; these
//! functions only decide whether the number can be one at all.

mod americas;
mod asia;
mod europe;
mod others;

use super::checksum::digit;
use super::confirm::{Candidate, Named};

/// See [`super::confirm::all`].
pub(super) fn confirmations() -> impl Iterator<Item = &'static Named> {
    [
        asia::CONFIRMATIONS,
        americas::CONFIRMATIONS,
        europe::CONFIRMATIONS,
        others::CONFIRMATIONS,
    ]
    .into_iter()
    .flatten()
}

/// Whether the compact value has that many letters and digits; a pattern of the operator's own may
/// hand over any.
fn has_length(candidate: &Candidate<'_>, length: std::ops::RangeInclusive<usize>) -> Option<()> {
    length.contains(&candidate.compact.len()).then_some(())
}

/// Two digits as a number.
fn pair(value: &[u8], at: usize) -> Option<u32> {
    Some(digit(*value.get(at)?)? * 10 + digit(*value.get(at + 1)?)?)
}

/// Whether month and day can be one; the year is not looked at, so 29 February passes.
fn is_day(month: u32, day: u32) -> bool {
    let longest = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=longest).contains(&day)
}

/// Whether year, month and day stand two digits each at `at`.
fn has_short_date(value: &[u8], at: usize) -> bool {
    let month_and_day = || Some((pair(value, at + 2)?, pair(value, at + 4)?));
    month_and_day().is_some_and(|(month, day)| is_day(month, day))
}

/// All digits as one number; up to 18 of them.
fn number(value: &[u8]) -> Option<u64> {
    value
        .iter()
        .try_fold(0u64, |sum, &b| Some(sum * 10 + u64::from(digit(b)?)))
}

/// Letters A = 10 … Z = 35, digits as they are.
fn base36(byte: u8) -> Option<u32> {
    match byte {
        b'A'..=b'Z' => Some(u32::from(byte - b'A') + 10),
        _ => digit(byte),
    }
}

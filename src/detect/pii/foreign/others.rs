//! Australia, New Zealand, South Africa.

use super::super::checksum::{digit, luhn, weighted};
use super::super::confirm::{Candidate, Named};
use super::{has_length, has_short_date};

pub(super) const CONFIRMATIONS: &[Named] = &[
    Named {
        name: "au-tfn",
        what: "weighted sum MOD 11 of a tax file number (ATO)",
        confirm: tfn,
    },
    Named {
        name: "au-medicare",
        what: "check digit of a Medicare number, MOD 10",
        confirm: medicare,
    },
    Named {
        name: "nz-ird",
        what: "range and check digit of an IRD number, MOD 11 (Inland Revenue)",
        confirm: ird,
    },
    Named {
        name: "za-id",
        what: "date of birth, citizenship digit and Luhn check of a South African identity number",
        confirm: south_africa,
    },
];

fn tfn(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 9..=9)?;
    let sum = weighted(candidate.compact, &[1, 4, 3, 7, 5, 8, 6, 9, 10])?;
    (sum % 11 == 0).then_some("checksum")
}

fn medicare(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 10..=10)?;
    let value = candidate.compact;
    let sum = weighted(&value[..8], &[1, 3, 7, 9, 1, 3, 7, 9])?;
    ((b'2'..=b'6').contains(&value[0]) && digit(value[8])? == sum % 10).then_some("checksum")
}

/// Source: Inland Revenue, IRD number validation; the second weights hold if the first give 10.
fn ird(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 8..=9)?;
    let padded = [b"0".as_slice(), candidate.compact].concat();
    let value = &padded[padded.len() - 9..];
    let check = |weights: &[u32; 8]| Some((11 - weighted(&value[..8], weights)? % 11) % 11);
    let expected = match check(&[3, 2, 7, 6, 5, 4, 3, 2])? {
        10 => check(&[7, 4, 3, 2, 5, 2, 7, 6])?,
        check => check,
    };
    let number: u32 = std::str::from_utf8(candidate.compact).ok()?.parse().ok()?;
    ((10_000_000..=150_000_000).contains(&number) && digit(value[8])? == expected)
        .then_some("checksum")
}

fn south_africa(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 13..=13)?;
    let value = candidate.compact;
    (has_short_date(value, 0) && matches!(value[10], b'0'..=b'2') && luhn(value))
        .then_some("checksum+date")
}

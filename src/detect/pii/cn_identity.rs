//! Chinese identity documents that a date, a region or a check character decides.

use super::checksum;
use super::confirm::{Candidate, Named};
use crate::rules::{Day, Tables};

/// See [`super::confirm::all`].
pub(super) const CONFIRMATIONS: &[Named] = &[
    Named {
        name: "cn-rid18",
        what: "check character, date of birth and region of an 18-digit identity number (GB 11643)",
        confirm: resident_18,
    },
    Named {
        name: "cn-minor",
        what: "an 18-digit identity number of somebody under 14 (GB/T 45574-2025)",
        confirm: minor,
    },
    Named {
        name: "cn-rid15",
        what: "date of birth and region of a 15-digit identity number, before 1999",
        confirm: resident_15,
    },
    Named {
        name: "cn-residence-permit",
        what: "identity number that opens with 810000, 820000 or 830000",
        confirm: residence_permit,
    },
    Named {
        name: "cn-permanent-2023",
        what: "18 characters from 9 with a date of birth and a check character (permanent residence, 2023)",
        confirm: permanent_2023,
    },
    Named {
        name: "cn-permanent-2017",
        what: "nationality, region and date of birth (permanent residence, 2017)",
        confirm: permanent_2017,
    },
    Named {
        name: "cn-disability",
        what: "an identity number, a category 1-7 and a grade 1-4",
        confirm: disability,
    },
];

/// Age from which somebody is no minor in the sense of GB/T 45574-2025: 14 full years.
const MINOR_BELOW: u16 = 14;

fn resident_18(candidate: &Candidate<'_>) -> Option<&'static str> {
    is_resident_18(candidate.compact, candidate.tables).then_some("checksum+date+region")
}

fn is_resident_18(value: &[u8], tables: &Tables) -> bool {
    value.len() == 18
        && birth(value, 6..14, tables).is_some()
        && region(value).is_some_and(|code| tables.is_region(code))
        && checksum::iso7064_mod_11_2(value)
}

fn minor(candidate: &Candidate<'_>) -> Option<&'static str> {
    let tables = candidate.tables;
    if !is_resident_18(candidate.compact, tables) {
        return None;
    }
    let (year, month, day) = birth(candidate.compact, 6..14, tables)?;
    let fourteenth = (year + MINOR_BELOW, month, day);
    (fourteenth > tables.as_of).then_some("checksum+date+region+under-14")
}

fn resident_15(candidate: &Candidate<'_>) -> Option<&'static str> {
    let value = candidate.compact;
    let tables = candidate.tables;
    let born = [b"19".as_slice(), value.get(6..12)?].concat();
    (value.len() == 15
        && birth(&born, 0..8, tables).is_some()
        && region(value).is_some_and(|code| tables.is_region(code)))
    .then_some("date+region")
}

fn residence_permit(candidate: &Candidate<'_>) -> Option<&'static str> {
    let value = candidate.compact;
    (matches!(value.get(..6)?, b"810000" | b"820000" | b"830000")
        && birth(value, 6..14, candidate.tables).is_some()
        && checksum::iso7064_mod_11_2(value))
    .then_some("checksum+date")
}

fn permanent_2023(candidate: &Candidate<'_>) -> Option<&'static str> {
    let value = candidate.compact;
    (value.first() == Some(&b'9')
        && birth(value, 6..14, candidate.tables).is_some()
        && checksum::iso7064_mod_11_2(value))
    .then_some("checksum+date")
}

/// Three letters of the nationality, four digits of the region, six of the date of birth, one of
/// sequence and a check digit whose rule is not published.
fn permanent_2017(candidate: &Candidate<'_>) -> Option<&'static str> {
    let value = candidate.compact;
    let nationality = std::str::from_utf8(value.get(..3)?).ok()?;
    let prefecture = number(value.get(3..7)?)? * 100;
    let short = value.get(7..13)?;
    let is_date = [b"19".as_slice(), b"20"]
        .iter()
        .any(|century| birth(&[century, short].concat(), 0..8, candidate.tables).is_some());
    (candidate.tables.is_country(nationality) && candidate.tables.is_region(prefecture) && is_date)
        .then_some("country+region+date")
}

/// Source: 残疾人证 numbering: identity number, category of 1 (sight) to 7 (several), grade 1-4.
fn disability(candidate: &Candidate<'_>) -> Option<&'static str> {
    let value = candidate.compact;
    (value.len() == 20
        && is_resident_18(&value[..18], candidate.tables)
        && (b'1'..=b'7').contains(&value[18])
        && (b'1'..=b'4').contains(&value[19]))
    .then_some("checksum+date+region")
}

/// Six digits of the region; the first two must be a province.
fn region(value: &[u8]) -> Option<u32> {
    number(value.get(..6)?)
}

fn number(digits: &[u8]) -> Option<u32> {
    digits
        .iter()
        .try_fold(0, |sum, &b| Some(sum * 10 + checksum::digit(b)?))
}

/// The date in eight digits, if it is one and not after the tables' day.
fn birth(value: &[u8], at: std::ops::Range<usize>, tables: &Tables) -> Option<Day> {
    let digits = value.get(at)?;
    let year = number(digits.get(..4)?)? as u16;
    let month = number(digits.get(4..6)?)? as u8;
    let day = number(digits.get(6..8)?)? as u8;
    let date = chrono::NaiveDate::from_ymd_opt(year.into(), month.into(), day.into());
    (year >= 1880 && date.is_some() && (year, month, day) <= tables.as_of)
        .then_some((year, month, day))
}

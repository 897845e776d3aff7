//! Asia.

use super::super::checksum::{digit, verhoeff, weighted};
use super::super::confirm::{Candidate, Named};
use super::{base36, has_length, has_short_date, is_day, pair};

pub(super) const CONFIRMATIONS: &[Named] = &[
    Named {
        name: "hk-id",
        what: "check digit of a Hong Kong identity card, MOD 11",
        confirm: hong_kong,
    },
    Named {
        name: "tw-id",
        what: "check digit of a Taiwan identity or residence number, MOD 10",
        confirm: taiwan,
    },
    Named {
        name: "sg-nric",
        what: "check letter of a Singapore NRIC or FIN",
        confirm: singapore,
    },
    Named {
        name: "my-mykad",
        what: "date of birth and place code of a Malaysian MyKad",
        confirm: malaysia,
    },
    Named {
        name: "th-id",
        what: "check digit of a Thai identity number, MOD 11",
        confirm: thailand,
    },
    Named {
        name: "id-nik",
        what: "province and date of birth of an Indonesian NIK",
        confirm: indonesia,
    },
    Named {
        name: "vn-id",
        what: "province and century digit of a Vietnamese citizen number",
        confirm: vietnam,
    },
    Named {
        name: "in-aadhaar",
        what: "Verhoeff check digit of an Aadhaar number",
        confirm: aadhaar,
    },
    Named {
        name: "jp-mynumber",
        what: "check digit of a Japanese Individual Number, MOD 11",
        confirm: my_number,
    },
    Named {
        name: "kr-rrn",
        what: "date of birth, and the check digit or a context word (numbers after 2020-10 have none)",
        confirm: korea,
    },
];

/// A missing second letter counts as a space, 36. Weights 9 to 1. Source: HKSAR Immigration
/// Department, as published in its numbering description.
fn hong_kong(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 8..=9)?;
    let value = candidate.compact;
    let letters = value.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let mut sum = if letters == 1 { 36 * 9 } else { 0 };
    let first_weight = if letters == 1 { 8 } else { 9 };
    for (place, &byte) in value.iter().enumerate() {
        sum += base36(byte)? * (first_weight - place as u32);
    }
    (sum % 11 == 0).then_some("checksum")
}

/// Two digits a letter stands for. Source: 內政部 國民身分證統一編號編碼.
fn taiwan(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 10..=10)?;
    const LETTERS: &[u8; 26] = b"ABCDEFGHJKLMNPQRSTUVXYWZIO";
    let value = candidate.compact;
    let code = |b: u8| LETTERS.iter().position(|l| *l == b).map(|p| p as u32 + 10);
    let first = code(value[0])?;
    // The second place of old residence numbers is a letter that counts by its unit digit.
    let second = digit(value[1]).or_else(|| code(value[1]).map(|c| c % 10))?;
    let rest = weighted(&value[2..], &[7, 6, 5, 4, 3, 2, 1, 1])?;
    ((first / 10 + first % 10 * 9 + second * 8 + rest).is_multiple_of(10)).then_some("checksum")
}

/// Source: the check-letter tables in common use; ICA publishes the format only.
fn singapore(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 9..=9)?;
    let value = candidate.compact;
    let sum = weighted(&value[1..8], &[2, 7, 6, 5, 4, 3, 2])?;
    let (offset, letters) = match value[0] {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"XWUTRQPNJLK"),
        _ => return None,
    };
    (letters[((sum + offset) % 11) as usize] == value[8]).then_some("checksum")
}

/// Source: Jabatan Pendaftaran Negara, place codes in use.
fn malaysia(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 12..=12)?;
    const UNUSED: &[u32] = &[0, 17, 18, 19, 20, 69, 70, 73, 80, 81, 94, 95, 96, 97];
    let place = pair(candidate.compact, 6)?;
    (has_short_date(candidate.compact, 0) && !UNUSED.contains(&place)).then_some("date+place")
}

fn thailand(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 13..=13)?;
    let value = candidate.compact;
    let sum = weighted(&value[..12], &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2])?;
    (digit(value[12])? == (11 - sum % 11) % 10).then_some("checksum")
}

/// The day of women is raised by 40. Source: Permendagri on the NIK.
fn indonesia(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 16..=16)?;
    let value = candidate.compact;
    let day = pair(value, 6)?;
    let day = if day > 40 { day - 40 } else { day };
    ((11..=94).contains(&pair(value, 0)?) && is_day(pair(value, 8)?, day)).then_some("region+date")
}

/// Source: Thông tư 59/2021/TT-BCA: province 001-096, then century and sex.
fn vietnam(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 12..=12)?;
    let value = candidate.compact;
    let province = digit(value[0])? * 100 + pair(value, 1)?;
    ((1..=96).contains(&province) && value[3] <= b'3').then_some("region")
}

fn aadhaar(candidate: &Candidate<'_>) -> Option<&'static str> {
    verhoeff(candidate.compact).then_some("checksum")
}

/// Source: 番号法施行令, 総務省令 2014 No. 85, article 5.
fn my_number(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 12..=12)?;
    let value = candidate.compact;
    let sum = weighted(&value[..11], &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2])?;
    let expected = match sum % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    (digit(value[11])? == expected).then_some("checksum")
}

fn korea(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 13..=13)?;
    let value = candidate.compact;
    if !has_short_date(value, 0) {
        return None;
    }
    let sum = weighted(&value[..12], &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5])?;
    if digit(value[12])? == (11 - sum % 11) % 10 {
        return Some("date+checksum");
    }
    candidate.in_context.then_some("date")
}

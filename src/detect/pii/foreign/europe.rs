//! Europe and Russia.

use super::super::checksum::{digit, iso7064_mod_11_10, luhn, weighted};
use super::super::confirm::{Candidate, Named};
use super::{has_length, has_short_date, is_day, number, pair};

pub(super) const CONFIRMATIONS: &[Named] = &[
    Named {
        name: "uk-nino",
        what: "prefixes HMRC gives out",
        confirm: nino,
    },
    Named {
        name: "uk-nhs",
        what: "check digit of an NHS number, MOD 11",
        confirm: nhs,
    },
    Named {
        name: "uk-utr",
        what: "check digit of a unique taxpayer reference, MOD 11",
        confirm: utr,
    },
    Named {
        name: "de-idnr",
        what: "repeated-digit rule and ISO 7064 MOD 11,10 (BZSt)",
        confirm: idnr,
    },
    Named {
        name: "fr-nir",
        what: "month and key 97 of a NIR (INSEE)",
        confirm: nir,
    },
    Named {
        name: "es-dni",
        what: "check letter of a DNI or NIE, MOD 23",
        confirm: dni,
    },
    Named {
        name: "it-cf",
        what: "check letter of a codice fiscale (D.M. 23/12/1976)",
        confirm: codice_fiscale,
    },
    Named {
        name: "nl-bsn",
        what: "eleven test of a BSN",
        confirm: bsn,
    },
    Named {
        name: "pl-pesel",
        what: "date of birth and check digit of a PESEL",
        confirm: pesel,
    },
    Named {
        name: "be-nrn",
        what: "date of birth and check number 97 of a Belgian national number",
        confirm: belgium,
    },
    Named {
        name: "se-pnr",
        what: "date of birth and Luhn check digit of a personnummer",
        confirm: sweden,
    },
    Named {
        name: "fi-hetu",
        what: "date of birth and check character MOD 31 of a henkilötunnus",
        confirm: finland,
    },
    Named {
        name: "ch-ahv",
        what: "EAN-13 check digit of an AHV number",
        confirm: switzerland,
    },
    Named {
        name: "tr-id",
        what: "two check digits of a Turkish identity number",
        confirm: turkey,
    },
    Named {
        name: "ru-inn",
        what: "check digits of an INN, MOD 11",
        confirm: inn,
    },
    Named {
        name: "ru-snils",
        what: "check number of a SNILS, MOD 101",
        confirm: snils,
    },
];

/// Source: HMRC National Insurance Manual NIM39110.
fn nino(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 9..=9)?;
    const NEVER: [&[u8]; 7] = [b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"];
    (!NEVER.contains(&&candidate.compact[..2])).then_some("prefix")
}

fn nhs(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 10..=10)?;
    let value = candidate.compact;
    let sum = weighted(&value[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2])?;
    (digit(value[9])? == (11 - sum % 11) % 11).then_some("checksum")
}

fn utr(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 10..=10)?;
    let value = candidate.compact;
    let sum = weighted(&value[1..], &[6, 7, 8, 9, 10, 5, 4, 3, 2])?;
    (value[0] == b"21987654321"[(sum % 11) as usize]).then_some("checksum")
}

/// One digit of the first ten stands twice or three times. Source: BZSt, Steueridentifikationsnummer.
fn idnr(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 11..=11)?;
    let value = candidate.compact;
    let mut counts = [0; 10];
    for &byte in &value[..10] {
        counts[digit(byte)? as usize] += 1;
    }
    let repeated = counts.iter().filter(|c| **c > 1).count();
    (repeated == 1 && counts.iter().all(|c| *c <= 3) && iso7064_mod_11_10(value))
        .then_some("checksum")
}

/// The departments of Corsica count as 19 and 18. Source: INSEE, décret 82-103.
fn nir(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 15..=15)?;
    let mut value = candidate.compact.to_vec();
    match &value[5..7] {
        b"2A" => value[5..7].copy_from_slice(b"19"),
        b"2B" => value[5..7].copy_from_slice(b"18"),
        _ => {}
    }
    let month = pair(&value, 3)?;
    let key = 97 - number(&value[..13])? % 97;
    (matches!(month, 1..=12 | 20..=42 | 50..=99) && number(&value[13..])? == key)
        .then_some("checksum+date")
}

fn dni(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 9..=9)?;
    let mut value = candidate.compact.to_vec();
    if let Some(series) = b"XYZ".iter().position(|b| *b == value[0]) {
        value[0] = b'0' + series as u8;
    }
    let (&letter, digits) = value.split_last()?;
    let expected = b"TRWAGMYFPDXBNJZSQVHLCKE"[(number(digits)? % 23) as usize];
    (letter == expected).then_some("checksum")
}

fn codice_fiscale(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 16..=16)?;
    /// Values of 0-9 and of A-J at odd places, then of K-Z.
    const ODD: [u32; 26] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24,
        23,
    ];
    let value = candidate.compact;
    let mut sum = 0;
    for (place, &byte) in value[..15].iter().enumerate() {
        let plain = match byte {
            b'A'..=b'Z' => u32::from(byte - b'A'),
            _ => digit(byte)?,
        };
        sum += if place % 2 == 0 {
            ODD[plain as usize]
        } else {
            plain
        };
    }
    (value[15].checked_sub(b'A').map(u32::from) == Some(sum % 26)).then_some("checksum")
}

fn bsn(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 9..=9)?;
    let value = candidate.compact;
    let sum = weighted(&value[..8], &[9, 8, 7, 6, 5, 4, 3, 2])?;
    (sum > 0 && sum % 11 == digit(value[8])?).then_some("checksum")
}

/// The month is raised by 80, 20, 40 or 60 for other centuries than the twentieth.
fn pesel(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 11..=11)?;
    let value = candidate.compact;
    let sum = weighted(&value[..10], &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3])?;
    let date = is_day(pair(value, 2)? % 20, pair(value, 4)?);
    (date && digit(value[10])? == (10 - sum % 10) % 10).then_some("checksum+date")
}

/// People born from 2000 on have a 2 before the number that is divided.
fn belgium(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 11..=11)?;
    let value = candidate.compact;
    let body = number(&value[..9])?;
    let check = number(&value[9..])?;
    let stands = [body, 2_000_000_000 + body]
        .iter()
        .any(|b| 97 - b % 97 == check);
    (stands && has_short_date(value, 0)).then_some("checksum+date")
}

fn sweden(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 10..=12)?;
    let value = candidate.compact;
    let short = &value[value.len() - 10..];
    (has_short_date(short, 0) && luhn(short)).then_some("checksum+date")
}

fn finland(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 10..=11)?;
    // The century sign may be a letter, which the compact value keeps.
    let value = candidate.value().as_bytes();
    if value.len() != 11 {
        return None;
    }
    let joined = [&value[..6], &value[7..10]].concat();
    let expected = b"0123456789ABCDEFHJKLMNPRSTUVWXY"[(number(&joined)? % 31) as usize];
    (is_day(pair(value, 2)?, pair(value, 0)?) && value[10].to_ascii_uppercase() == expected)
        .then_some("checksum+date")
}

fn switzerland(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 13..=13)?;
    let value = candidate.compact;
    let sum = weighted(&value[..12], &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3])?;
    (digit(value[12])? == (10 - sum % 10) % 10).then_some("checksum")
}

fn turkey(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 11..=11)?;
    let value = candidate.compact;
    let odd = weighted(&value[..9], &[1, 0, 1, 0, 1, 0, 1, 0, 1])?;
    let even = weighted(&value[..9], &[0, 1, 0, 1, 0, 1, 0, 1, 0])?;
    let tenth = (odd * 7 + 100 - even) % 10;
    let eleventh = (odd + even + tenth) % 10;
    (digit(value[9])? == tenth && digit(value[10])? == eleventh).then_some("checksum")
}

/// Ten digits for organisations, twelve for people. Source: ФНС, приказ ММВ-7-6/435@.
fn inn(candidate: &Candidate<'_>) -> Option<&'static str> {
    const WEIGHTS: [u32; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
    let value = candidate.compact;
    let check = |upto: usize| {
        Some(weighted(&value[..upto], &WEIGHTS[11 - upto..])? % 11 % 10 == digit(value[upto])?)
    };
    let stands = match value.len() {
        10 => check(9)?,
        12 => check(10)? && check(11)?,
        _ => false,
    };
    stands.then_some("checksum")
}

fn snils(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 11..=11)?;
    let value = candidate.compact;
    let sum = weighted(&value[..9], &[9, 8, 7, 6, 5, 4, 3, 2, 1])?;
    (sum % 101 % 100 == pair(value, 9)?).then_some("checksum")
}

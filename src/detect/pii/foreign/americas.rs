//! The Americas.

use super::super::checksum::{digit, luhn, weighted};
use super::super::confirm::{Candidate, Named};
use super::{has_length, is_day, pair};

pub(super) const CONFIRMATIONS: &[Named] = &[
    Named {
        name: "us-ssn",
        what: "areas, groups and serials the SSA gives out; no number used in advertisements",
        confirm: ssn,
    },
    Named {
        name: "us-itin",
        what: "groups the IRS gives out to taxpayers without an SSN",
        confirm: itin,
    },
    Named {
        name: "us-ein",
        what: "prefixes of the IRS campuses",
        confirm: ein,
    },
    Named {
        name: "us-npi",
        what: "Luhn check with the prefix 80840 (45 CFR 162.406)",
        confirm: npi,
    },
    Named {
        name: "us-dea",
        what: "check digit of a DEA registration (21 CFR 1301)",
        confirm: dea,
    },
    Named {
        name: "br-cpf",
        what: "two check digits, MOD 11 (Receita Federal)",
        confirm: cpf,
    },
    Named {
        name: "br-cnpj",
        what: "two check digits, MOD 11, letters allowed from 2026-07 (Receita Federal)",
        confirm: cnpj,
    },
    Named {
        name: "mx-curp",
        what: "date of birth and check digit of a CURP (RENAPO)",
        confirm: curp,
    },
    Named {
        name: "ar-cuit",
        what: "check digit of a CUIT or CUIL, MOD 11 (AFIP)",
        confirm: cuit,
    },
    Named {
        name: "cl-rut",
        what: "check character of a RUT, MOD 11",
        confirm: rut,
    },
    Named {
        name: "ca-sin",
        what: "Luhn check digit and a first digit in use (Service Canada)",
        confirm: sin,
    },
];

fn ssn(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 9..=9)?;
    let value = candidate.compact;
    let advertised = matches!(
        value,
        b"078051120" | b"219099999" | b"123456789" | b"457555462"
    );
    let issued = value[0] != b'9'
        && &value[..3] != b"000"
        && &value[..3] != b"666"
        && &value[3..5] != b"00"
        && &value[5..] != b"0000";
    (issued && !advertised).then_some("ranges")
}

fn itin(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 9..=9)?;
    let group = pair(candidate.compact, 3)?;
    (candidate.compact[0] == b'9' && (matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99)))
        .then_some("ranges")
}

/// Source: IRS, How EINs are assigned and valid EIN prefixes.
fn ein(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 9..=9)?;
    let unused = [
        0, 7, 8, 9, 17, 18, 19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97,
    ];
    (!unused.contains(&pair(candidate.compact, 0)?)).then_some("prefix")
}

fn npi(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 10..=10)?;
    luhn(&[b"80840", candidate.compact].concat()).then_some("checksum")
}

fn dea(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 9..=9)?;
    let sum = weighted(&candidate.compact[2..8], &[1, 2, 1, 2, 1, 2])?;
    (digit(candidate.compact[8])? == sum % 10).then_some("checksum")
}

/// MOD 11 with weights from 2 upwards, from the right, and remainders below 2 counting as 0.
fn brazilian(value: &[u8], longest: u32) -> Option<u32> {
    let mut sum = 0;
    for (place, &byte) in value.iter().rev().enumerate() {
        let weight = place as u32 % (longest - 1) + 2;
        sum += u32::from(byte.checked_sub(b'0')?) * weight;
    }
    Some(match sum % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    })
}

fn ends_in_two_checks(value: &[u8], longest: u32) -> bool {
    let (body, checks) = value.split_at(value.len() - 2);
    let first = brazilian(body, longest);
    let second = brazilian(&value[..value.len() - 1], longest);
    first.is_some() && first == digit(checks[0]) && second == digit(checks[1])
}

fn cpf(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 11..=11)?;
    let value = candidate.compact;
    let same = value.iter().all(|b| *b == value[0]);
    (!same && ends_in_two_checks(value, 11)).then_some("checksum")
}

fn cnpj(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 14..=14)?;
    let value = candidate.compact;
    let same = value.iter().all(|b| *b == value[0]);
    (!same && ends_in_two_checks(value, 9)).then_some("checksum")
}

/// Source: RENAPO, Instructivo Normativo para la asignación de la CURP; Ñ has the place after N.
fn curp(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 18..=18)?;
    let value = candidate.compact;
    let mut sum = 0;
    for (place, &byte) in value[..17].iter().enumerate() {
        let code = match byte {
            b'A'..=b'N' => u32::from(byte - b'A') + 10,
            b'O'..=b'Z' => u32::from(byte - b'A') + 11,
            _ => digit(byte)?,
        };
        sum += code * (18 - place as u32);
    }
    let date = is_day(pair(value, 6)?, pair(value, 8)?);
    (date && digit(value[17])? == (10 - sum % 10) % 10).then_some("checksum+date")
}

fn cuit(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 11..=11)?;
    let value = candidate.compact;
    let sum = weighted(&value[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2])?;
    let expected = match 11 - sum % 11 {
        11 => 0,
        10 => 9,
        check => check,
    };
    (digit(value[10])? == expected).then_some("checksum")
}

fn rut(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 8..=9)?;
    let (&check, body) = candidate.compact.split_last()?;
    let mut sum = 0;
    for (place, &byte) in body.iter().rev().enumerate() {
        sum += digit(byte)? * (place as u32 % 6 + 2);
    }
    let expected = match 11 - sum % 11 {
        11 => b'0',
        10 => b'K',
        value => b'0' + value as u8,
    };
    (check == expected).then_some("checksum")
}

fn sin(candidate: &Candidate<'_>) -> Option<&'static str> {
    has_length(candidate, 9..=9)?;
    let value = candidate.compact;
    (luhn(value) && !matches!(value[0], b'0' | b'8')).then_some("checksum")
}

//! Numbers of Chinese organisations and vehicles.

use super::checksum::{digit, iso7064_mod_11_10};
use super::confirm::{Candidate, Named};

/// See [`super::confirm::all`].
pub(super) const CONFIRMATIONS: &[Named] = &[
    Named {
        name: "cn-uscc",
        what: "check characters of a unified social credit code (GB 32100, GB 11714)",
        confirm: credit_code,
    },
    Named {
        name: "cn-orgcode",
        what: "check character of an organisation code (GB 11714)",
        confirm: organisation_code,
    },
    Named {
        name: "cn-bizreg15",
        what: "region and check digit MOD 11,10 of a business registration number",
        confirm: business_registration,
    },
    Named {
        name: "cn-plate",
        what: "at least three digits among the last five of a number plate (GA 36)",
        confirm: plate,
    },
    Named {
        name: "vin",
        what: "check digit of a vehicle identification number (ISO 3779, GB 16735)",
        confirm: vin,
    },
];

/// The 31 characters of GB 32100, in the order of their values.
const CREDIT_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

fn credit_code(candidate: &Candidate<'_>) -> Option<&'static str> {
    is_credit_code(candidate.compact).then_some("checksum")
}

/// Whether `value` is a unified social credit code with both of its check characters; upper case.
///
/// Source: GB 32100-2015, weights 3^i mod 31.
pub fn is_credit_code(value: &[u8]) -> bool {
    if value.len() != 18 || !is_organisation_code(&value[8..17]) {
        return false;
    }
    let mut sum = 0;
    let mut weight = 1;
    for &byte in &value[..17] {
        let Some(position) = CREDIT_ALPHABET.iter().position(|b| *b == byte) else {
            return false;
        };
        sum += position * weight;
        weight = weight * 3 % 31;
    }
    CREDIT_ALPHABET[(31 - sum % 31) % 31] == value[17]
}

fn organisation_code(candidate: &Candidate<'_>) -> Option<&'static str> {
    is_organisation_code(candidate.compact).then_some("checksum")
}

/// Source: GB 11714-1997.
fn is_organisation_code(value: &[u8]) -> bool {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    if value.len() != 9 {
        return false;
    }
    let sum: Option<u32> = value[..8]
        .iter()
        .zip(WEIGHTS)
        .map(|(&b, w)| alphanumeric(b).map(|v| v * w))
        .sum();
    let expected = match sum.map(|s| 11 - s % 11) {
        Some(10) => b'X',
        Some(11) => b'0',
        Some(check) => b'0' + check as u8,
        None => return false,
    };
    value[8] == expected
}

fn business_registration(candidate: &Candidate<'_>) -> Option<&'static str> {
    let value = candidate.compact;
    let code = std::str::from_utf8(value.get(..6)?).ok()?.parse().ok()?;
    (value.len() == 15 && candidate.tables.is_region(code) && iso7064_mod_11_10(value))
        .then_some("checksum+region")
}

fn plate(candidate: &Candidate<'_>) -> Option<&'static str> {
    let digits = candidate.value().bytes().filter(u8::is_ascii_digit).count();
    (digits >= 3).then_some("layout")
}

/// Letters that stand for 1-9 in a vehicle number. Source: ISO 3779:2009, 49 CFR 565.15.
fn vin(candidate: &Candidate<'_>) -> Option<&'static str> {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let value = candidate.compact;
    if value.len() != 17 {
        return None;
    }
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let serial = value[13..].iter().all(u8::is_ascii_digit);
    let mut sum = 0;
    for (&byte, weight) in value.iter().zip(WEIGHTS) {
        sum += vin_value(byte)? * weight;
    }
    let expected = match sum % 11 {
        10 => b'X',
        rest => b'0' + rest as u8,
    };
    (letters >= 3 && serial && value[8] == expected).then_some("checksum")
}

fn vin_value(byte: u8) -> Option<u32> {
    Some(match byte {
        b'0'..=b'9' => digit(byte)?,
        b'A'..=b'H' => u32::from(byte - b'A') + 1,
        b'J'..=b'N' => u32::from(byte - b'J') + 1,
        b'P' => 7,
        b'R' => 9,
        b'S'..=b'Z' => u32::from(byte - b'S') + 2,
        _ => return None,
    })
}

fn alphanumeric(byte: u8) -> Option<u32> {
    match byte {
        b'A'..=b'Z' => Some(u32::from(byte - b'A') + 10),
        _ => digit(byte),
    }
}

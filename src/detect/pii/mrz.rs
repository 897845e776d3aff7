//! Machine-readable lines of passports and identity cards.

use super::confirm::{Candidate, Named};

/// See [`super::confirm::all`].
pub(super) const CONFIRMATIONS: &[Named] = &[Named {
    name: "mrz",
    what: "check digits with weights 7, 3, 1 of a machine-readable line (ICAO 9303-3)",
    confirm: second_line,
}];

/// The line with the dates: the second of TD3 (44 characters), TD2 (36) and TD1 (30).
fn second_line(candidate: &Candidate<'_>) -> Option<&'static str> {
    let line = candidate.value().as_bytes();
    let fields: &[(usize, usize)] = match line.len() {
        44 => &[(0, 9), (13, 19), (21, 27)],
        36 => &[(0, 9), (13, 19), (21, 27)],
        30 => &[(0, 6), (8, 14)],
        _ => return None,
    };
    fields
        .iter()
        .all(|&(from, to)| check(&line[from..to]) == line[to].checked_sub(b'0').map(u32::from))
        .then_some("checksum")
}

/// Source: ICAO Doc 9303-3, 4.9.
fn check(field: &[u8]) -> Option<u32> {
    let values = field.iter().map(|b| match b {
        b'0'..=b'9' => Some(u32::from(b - b'0')),
        b'A'..=b'Z' => Some(u32::from(b - b'A') + 10),
        b'<' => Some(0),
        _ => None,
    });
    let sum: Option<u32> = values
        .zip([7, 3, 1].into_iter().cycle())
        .map(|(v, w)| v.map(|v| v * w))
        .sum();
    sum.map(|s| s % 10)
}

//! Confirmations that belong to no single entity.

use super::checksum;
use super::confirm::{Candidate, Named};

/// See [`super::confirm::all`].
pub(super) const CONFIRMATIONS: &[Named] = &[
    Named {
        name: "luhn",
        what: "Luhn check digit (ISO/IEC 7812-1)",
        confirm: luhn,
    },
    Named {
        name: "iso7064-mod11-2",
        what: "ISO/IEC 7064 MOD 11-2 check character (GB 11643)",
        confirm: mod_11_2,
    },
    Named {
        name: "not-uniform",
        what: "at least three different characters, and no plain run such as 12345678",
        confirm: not_uniform,
    },
];

fn luhn(candidate: &Candidate<'_>) -> Option<&'static str> {
    checksum::luhn(candidate.compact).then_some("checksum")
}

fn mod_11_2(candidate: &Candidate<'_>) -> Option<&'static str> {
    checksum::iso7064_mod_11_2(candidate.compact).then_some("checksum")
}

fn not_uniform(candidate: &Candidate<'_>) -> Option<&'static str> {
    let value = candidate.compact;
    let mut seen = [false; 256];
    for &byte in value {
        seen[byte as usize] = true;
    }
    let different = seen.iter().filter(|s| **s).count();
    let climbs = value
        .windows(2)
        .all(|pair| pair[1] == pair[0].wrapping_add(1));
    let falls = value
        .windows(2)
        .all(|pair| pair[0] == pair[1].wrapping_add(1));
    (different >= 3 && !climbs && !falls).then_some("varied")
}

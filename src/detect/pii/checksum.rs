//! Check digits that several kinds of numbers share.
//!
//! Every function takes ASCII digits and returns false for anything else, so that callers can
//! hand over what a pattern matched.

/// Value of an ASCII digit; none for anything else.
pub fn digit(byte: u8) -> Option<u32> {
    byte.is_ascii_digit().then(|| u32::from(byte - b'0'))
}

/// Sum of `weights[i] × digits[i]`; none if a byte is no digit or the lengths differ.
pub fn weighted(digits: &[u8], weights: &[u32]) -> Option<u32> {
    if digits.len() != weights.len() {
        return None;
    }
    digits
        .iter()
        .zip(weights)
        .map(|(&d, w)| digit(d).map(|d| d * w))
        .sum()
}

/// Luhn check over all digits, the last being the check digit. Source: ISO/IEC 7812-1 Annex B.
pub fn luhn(digits: &[u8]) -> bool {
    if digits.len() < 2 {
        return false;
    }
    let mut sum = 0;
    for (place, &byte) in digits.iter().rev().enumerate() {
        let Some(value) = digit(byte) else {
            return false;
        };
        sum += match (place % 2, value * 2) {
            (0, _) => value,
            (_, doubled) if doubled > 9 => doubled - 9,
            (_, doubled) => doubled,
        };
    }
    sum % 10 == 0
}

/// ISO/IEC 7064 MOD 11-2 over digits with a last character `0`–`9` or `X` (GB 11643, ISNI, ORCID).
pub fn iso7064_mod_11_2(value: &[u8]) -> bool {
    let Some((&check, body)) = value.split_last() else {
        return false;
    };
    if body.is_empty() {
        return false;
    }
    let mut sum = 0;
    for &byte in body {
        let Some(value) = digit(byte) else {
            return false;
        };
        sum = (sum + value) * 2 % 11;
    }
    let expected = match (12 - sum) % 11 {
        10 => b'X',
        value => b'0' + value as u8,
    };
    check.to_ascii_uppercase() == expected
}

/// ISO/IEC 7064 MOD 11,10 over all digits (German tax number, Croatian OIB).
pub fn iso7064_mod_11_10(digits: &[u8]) -> bool {
    let Some((&check, body)) = digits.split_last() else {
        return false;
    };
    if body.is_empty() {
        return false;
    }
    let mut product = 10;
    for &byte in body {
        let Some(value) = digit(byte) else {
            return false;
        };
        let sum = match (value + product) % 10 {
            0 => 10,
            sum => sum,
        };
        product = sum * 2 % 11;
    }
    digit(check) == Some((11 - product) % 10)
}

/// ISO/IEC 7064 MOD 97-10 over letters and digits (A = 10 … Z = 35): the remainder must be 1.
/// IBAN callers move the first four characters to the end before. Source: ISO 13616.
pub fn iso7064_mod_97_10(value: &[u8]) -> bool {
    mod_97(value) == Some(1)
}

/// The value modulo 97, letters counting A = 10 … Z = 35; none for other bytes or no bytes.
pub fn mod_97(value: &[u8]) -> Option<u32> {
    if value.is_empty() {
        return None;
    }
    let mut rest = 0;
    for &byte in value {
        rest = match byte.to_ascii_uppercase() {
            b @ b'0'..=b'9' => (rest * 10 + u32::from(b - b'0')) % 97,
            b @ b'A'..=b'Z' => (rest * 100 + u32::from(b - b'A') + 10) % 97,
            _ => return None,
        };
    }
    Some(rest)
}

/// Verhoeff check over all digits, the last being the check digit.
/// Source: J. Verhoeff, Error Detecting Decimal Codes, 1969.
pub fn verhoeff(digits: &[u8]) -> bool {
    const MULTIPLY: [[u8; 10]; 10] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
        [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
        [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
        [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
        [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
        [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
        [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
        [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
        [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    ];
    const PERMUTE: [[u8; 10]; 8] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
        [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
        [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
        [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
        [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
        [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
        [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
    ];
    if digits.len() < 2 {
        return false;
    }
    let mut state = 0u8;
    for (place, &byte) in digits.iter().rev().enumerate() {
        let Some(value) = digit(byte) else {
            return false;
        };
        state = MULTIPLY[state as usize][PERMUTE[place % 8][value as usize] as usize];
    }
    state == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_numbers_pass_and_a_changed_digit_fails() {
        // GB 11643 sample; ISO 7812 test card; ISO 13616 sample (rotated); UIDAI sample shape.
        assert!(iso7064_mod_11_2(b"11010519491231002X"));
        assert!(!iso7064_mod_11_2(b"110105194912310021"));
        assert!(luhn(b"4111111111111111"));
        assert!(!luhn(b"4111111111111112"));
        assert!(iso7064_mod_97_10(b"WEST12345698765432GB82"));
        assert!(!iso7064_mod_97_10(b"WEST12345698765432GB83"));
        assert!(verhoeff(b"2363"));
        assert!(!verhoeff(b"2364"));
        assert!(iso7064_mod_11_10(b"86095742719"));
        assert!(!iso7064_mod_11_10(b"86095742718"));
    }

    #[test]
    fn anything_but_digits_fails() {
        for check in [luhn, iso7064_mod_11_2, iso7064_mod_11_10, verhoeff] {
            assert!(!check(b""));
            assert!(!check(b"1"));
            assert!(!check("１２".as_bytes()));
        }
    }
}

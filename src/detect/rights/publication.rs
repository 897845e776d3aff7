//! Numbers of publications: ISBN, ISSN, CIP, DOI.

use super::confirm::{Candidate, Named};
use crate::Details;
use crate::detect::pii::checksum::weighted;

pub const CONFIRMATIONS: &[Named] = &[
    Named {
        name: "isbn",
        what: "check digit of ISBN-10 or ISBN-13 with prefix 978 or 979 (ISO 2108)",
        confirm: isbn,
    },
    Named {
        name: "issn",
        what: "check digit of an ISSN (ISO 3297)",
        confirm: issn,
    },
    Named {
        name: "cip",
        what: "year of a CIP number, 1999 to 2099 (GB/T 12451)",
        confirm: cip,
    },
    Named {
        name: "doi",
        what: "registrant prefix 10.1000 and above, not ending in punctuation (ISO 26324)",
        confirm: doi,
    },
];

/// Digits and `X` of a number that may be written with hyphens and spaces.
fn compact(value: &str) -> Vec<u8> {
    let kept = value
        .bytes()
        .filter(|b| b.is_ascii_digit() || b.eq_ignore_ascii_case(&b'x'));
    kept.map(|b| b.to_ascii_uppercase()).collect()
}

/// Whether the sum with these weights, counted down to 1, is a multiple of 11; `X` stands for 10
/// and only at the end.
fn modulo_11(digits: &[u8]) -> bool {
    let value = |(at, digit): (usize, &u8)| match digit {
        b'X' if at + 1 == digits.len() => Some(10),
        digit if digit.is_ascii_digit() => Some(u32::from(digit - b'0')),
        _ => None,
    };
    let weights = (1..=digits.len() as u32).rev();
    let values = digits.iter().enumerate().map(value);
    let sum: Option<u32> = values.zip(weights).map(|(v, w)| Some(v? * w)).sum();
    sum.is_some_and(|sum| sum % 11 == 0)
}

fn isbn(candidate: &Candidate<'_>, details: &mut Details) -> Option<&'static str> {
    let digits = compact(candidate.value());
    let right = match digits.len() {
        10 => modulo_11(&digits),
        13 => {
            let (prefix, weights) = (&digits[..3], [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]);
            matches!(prefix, b"978" | b"979")
                && weighted(&digits, &weights).is_some_and(|sum| sum % 10 == 0)
        }
        _ => false,
    };
    // One digit over and over is nobody's number, although 0000000000 has the right sum.
    let varied = digits.iter().any(|digit| *digit != digits[0]);
    (right && varied).then(|| {
        details.push("identifier", String::from_utf8_lossy(&digits));
        "checksum"
    })
}

fn issn(candidate: &Candidate<'_>, details: &mut Details) -> Option<&'static str> {
    let digits = compact(candidate.value());
    let varied = digits.iter().any(|digit| *digit != digits[0]);
    (digits.len() == 8 && varied && modulo_11(&digits)).then(|| {
        let (head, tail) = digits.split_at(4);
        let number = [head, b"-", tail].concat();
        details.push("identifier", String::from_utf8_lossy(&number));
        "checksum"
    })
}

fn cip(candidate: &Candidate<'_>, details: &mut Details) -> Option<&'static str> {
    let digits: String = candidate
        .value()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let year: u32 = digits.get(..4)?.parse().ok()?;
    ((1999..2100).contains(&year) && digits.len() >= 9).then(|| {
        details.push("identifier", &*digits);
        "year"
    })
}

fn doi(candidate: &Candidate<'_>, details: &mut Details) -> Option<&'static str> {
    let value = candidate.value();
    let (registrant, suffix) = value.strip_prefix("10.")?.split_once('/')?;
    let number: u32 = registrant.split('.').next()?.parse().ok()?;
    (number >= 1000 && suffix.len() >= 2).then(|| {
        details.push("identifier", value.to_ascii_lowercase());
        "prefix"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stands(confirm: super::super::confirm::Confirm, text: &str) -> bool {
        let candidate = Candidate {
            text,
            start: 0,
            end: text.len(),
        };
        confirm(&candidate, &mut Details::default()).is_some()
    }

    /// Numbers of ISO 2108, ISO 3297 and the standard's own examples.
    #[test]
    fn check_digits_decide() {
        for right in [
            "0-306-40615-2",
            "978-0-306-40615-7",
            "080442957X",
            "9787020002207",
        ] {
            assert!(stands(isbn, right), "{right}");
        }
        for wrong in [
            "0-306-40615-3",
            "978-0-306-40615-8",
            "0000000000",
            "9777020002207",
            "123",
        ] {
            assert!(!stands(isbn, wrong), "{wrong}");
        }
        assert!(stands(issn, "0378-5955") && stands(issn, "2434-561X"));
        assert!(!stands(issn, "0378-5954") && !stands(issn, "0000-0000"));
        assert!(stands(doi, "10.1000/182") && !stands(doi, "10.12/ab") && !stands(doi, "10.1000/"));
    }
}

//! What records say of themselves, without personal data.
//!
//! Ids, addresses and names of sources are no text of the corpus: they are not counted, and a run
//! keeps them, because people find records again by them. Some are personal data all the same (the
//! id of a letter may be a telephone number), and that is masked.

use std::borrow::Cow;

use super::{Scanner, Scratch};

/// What is kept of a value that cannot be masked place by place.
const HIDDEN: &str = "***";
/// Digits of the shortest number that is looked at: local telephone numbers have seven.
const DIGITS: usize = 7;

/// `value`, which stands in a field called `name`, with `*` for every character of personal data
/// and credentials in it that count.
pub fn masked(name: &str, value: &str, scanner: &Scanner, scratch: &mut Scratch) -> String {
    let mut scan = scanner.record(scratch);
    scan.field(name, name, value);
    let found = scan.finish();
    let infos = scanner.rules().infos();
    let personal = |rule: crate::RuleIndex| {
        let entity = infos[rule.0 as usize].entity.as_deref();
        entity.is_some_and(|entity| !entity.starts_with("rights."))
    };
    let all: u64 = found
        .counts
        .iter()
        .filter(|(rule, _)| personal(**rule))
        .map(|(_, counts)| counts.open)
        .sum();
    let spans: Vec<_> = found
        .findings
        .iter()
        .filter(|finding| personal(finding.rule) && finding.suppressed_by.is_none())
        .map(|finding| finding.span)
        .collect();
    // Findings beyond the limit of a record have no place.
    if all > spans.len() as u64 {
        return HIDDEN.to_owned();
    }
    let inside = |at: usize| spans.iter().any(|span| span.range().contains(&at));
    let characters = value.char_indices();
    characters
        .map(|(at, c)| if inside(at) { '*' } else { c })
        .collect()
}

/// The same for values that nearly always are clean: the scanner is asked only about those that
/// may hold something.
pub fn masked_if_any<'v>(
    name: &str,
    value: &'v str,
    scanner: &Scanner,
    scratch: &mut Scratch,
) -> Cow<'v, str> {
    match may_hold(value) {
        true => Cow::Owned(masked(name, value, scanner, scratch)),
        false => Cow::Borrowed(value),
    }
}

/// Whether personal data may stand in a value: an address, a number as long as one of a telephone
/// however it is grouped, or anything that is not ASCII. Hashes and short numbers do not.
fn may_hold(value: &str) -> bool {
    let mut digits = 0;
    for byte in value.bytes() {
        match byte {
            b'@' | 0x80.. => return true,
            b'0'..=b'9' => digits += 1,
            b' ' | b'-' | b'.' | b'+' | b'(' | b')' => {}
            _ => digits = 0,
        }
        if digits >= DIGITS {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_personal_is_not_looked_at() {
        for clean in [
            "",
            "a-1",
            "doc_000123",
            "550e8400-e29b-41d4-a716",
            "https://a.example/b?c=1",
        ] {
            assert!(!may_hold(clean), "{clean}");
        }
        for odd in [
            "139-0000-2468",
            "a@b",
            "user/13900002468",
            "张三",
            "(010) 5550 123",
        ] {
            assert!(may_hold(odd), "{odd}");
        }
    }
}

//! Values that keep the form of an identifier and are obviously nobody's.
//!
//! They stay findings, suppressed with the reason, so that a reviewer sees what was left out.

/// Fewest characters of a value that is judged by its digits; shorter ones are too often real.
const SHORTEST: usize = 8;
/// Fewest characters of a value that is nothing but one run: 12345, XXXXXX.
const SHORTEST_WHOLE: usize = 5;
/// A run that counts up or down by one over so many digits was typed, not issued.
const CLIMB: usize = 7;
/// The same digit so many times on end was typed too.
const SAME: usize = 7;

/// Why a value is nobody's, if it obviously is.
///
/// `value` is the text, `compact` its ASCII letters and digits.
pub fn reason(value: &str, compact: &[u8]) -> Option<&'static str> {
    if let Some((_, domain)) = value.rsplit_once('@') {
        return documentation_domain(domain).then_some("documentation domain (RFC 2606)");
    }
    if compact.len() >= SHORTEST_WHOLE
        && (run(compact, |a, b| b == a + 1) == compact.len()
            || compact.iter().all(|b| *b == compact[0]))
    {
        return Some("counts up or repeats one character");
    }
    if compact.len() < SHORTEST {
        return None;
    }
    if run(compact, |a, b| b == a + 1) >= CLIMB || run(compact, |a, b| b + 1 == a) >= CLIMB {
        return Some("counts up or down");
    }
    if run(compact, |a, b| a == b) >= SAME {
        return Some("repeats one digit");
    }
    if compact.len() >= 11
        && compact[compact.len() - 8..]
            .chunks(2)
            .all(|c| c == &compact[compact.len() - 2..])
    {
        return Some("repeats two digits");
    }
    is_form_sample(compact).then_some("sample of a form")
}

/// Longest run of digits in which each pair `follows`; 9 is followed by 0 when climbing.
fn run(digits: &[u8], follows: impl Fn(u8, u8) -> bool) -> usize {
    let mut longest = 1;
    let mut length = 1;
    for pair in digits.windows(2) {
        let both = pair.iter().all(u8::is_ascii_digit);
        let wraps = pair == b"90" && follows(b'8', b'9') && !follows(b'8', b'8');
        length = if both && (follows(pair[0], pair[1]) || wraps) {
            length + 1
        } else {
            1
        };
        longest = longest.max(length);
    }
    longest
}

/// 110101 19900101 1234 and its like, as forms and tutorials show identity numbers.
fn is_form_sample(compact: &[u8]) -> bool {
    compact.len() == 18
        && matches!(
            &compact[6..14],
            b"19900101" | b"19800101" | b"20000101" | b"19900307"
        )
        && matches!(&compact[14..17], b"123" | b"001" | b"000" | b"111" | b"100")
}

/// Source: RFC 2606 and RFC 6761.
fn documentation_domain(domain: &str) -> bool {
    let domain = domain.to_ascii_lowercase();
    let last = domain.rsplit('.').next().unwrap_or("");
    let mut labels = domain.rsplit('.').skip(1);
    matches!(last, "example" | "test" | "invalid" | "localhost")
        || (labels.next() == Some("example") && matches!(last, "com" | "net" | "org"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_runs_are_told_from_issued_numbers() {
        let why = |value: &str| reason(value, value.as_bytes());
        for typed in [
            "13812345678",
            "13800000000",
            "13888888888",
            "123456789012345678",
            "13898765432",
            "13912121212",
            "110101199001011237",
        ] {
            assert!(why(typed).is_some(), "{typed}");
        }
        for issued in [
            "13900135724",
            "13988887777",
            "11010519491231002X",
            "6222021234098765",
            "20190123",
        ] {
            assert_eq!(why(issued), None, "{issued}");
        }
        assert!(why("a.b@mail.example.com").is_some() && why("a.b@example.cn").is_none());
    }
}

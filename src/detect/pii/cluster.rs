//! Clusters: where a number may stand, found in one pass over the folded text.
//!
//! A cluster is a run of ASCII letters and digits that holds a digit, with the runs that cling
//! to it by at most two separators: `6222 0200 0000`, `+86 (10) 1234-5678`, `GB82 WEST 1234`.
//! Patterns are tried inside clusters only, so their cost follows the numbers in a text and not
//! its length.

/// Longest cluster in bytes. Longer ones are cut between runs, with an overlap, so that a table
/// of numbers is not one huge cluster.
const LONGEST: usize = 256;
/// Bytes of runs that a cut cluster shares with the next.
const OVERLAP: usize = 96;
/// A run longer than this holds no value of any rule: base64, hashes of hashes, minified code.
const LONGEST_RUN: usize = 128;

/// A stretch of the folded text, `start..end` in bytes, and how many digits it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// ASCII digits in it.
    pub digits: usize,
}

#[derive(Clone, Copy)]
struct Run {
    start: usize,
    end: usize,
    digits: usize,
}

/// Calls `found` for every cluster with at least `min_digits` digits, in order.
pub fn each(text: &[u8], min_digits: usize, mut found: impl FnMut(Cluster)) {
    let mut runs: Vec<Run> = Vec::with_capacity(16);
    let mut at = 0;
    while let Some(digit) = next_digit(text, at) {
        runs.clear();
        runs.push(run_around(text, digit));
        while let Some(next) = clinging(text, runs[runs.len() - 1].end) {
            runs.push(next);
        }
        at = runs[runs.len() - 1].end;
        emit(&runs, min_digits, &mut found);
    }
}

/// Cuts a chain of runs into clusters of bounded length.
fn emit(runs: &[Run], min_digits: usize, found: &mut impl FnMut(Cluster)) {
    let mut first = 0;
    while first < runs.len() {
        if runs[first].end - runs[first].start > LONGEST_RUN {
            first += 1;
            continue;
        }
        let mut last = first;
        while last + 1 < runs.len()
            && runs[last + 1].end - runs[first].start <= LONGEST
            && runs[last + 1].end - runs[last + 1].start <= LONGEST_RUN
        {
            last += 1;
        }
        let digits = runs[first..=last].iter().map(|r| r.digits).sum();
        if digits >= min_digits {
            found(Cluster {
                start: runs[first].start,
                end: runs[last].end,
                digits,
            });
        }
        if last + 1 == runs.len() {
            return;
        }
        // Go on a little before the cut, but always forward.
        let resume = runs[last].end.saturating_sub(OVERLAP);
        let overlapping = (first + 1..=last).find(|&i| runs[i].start >= resume);
        first = overlapping.unwrap_or(last + 1);
    }
}

/// The run of letters and digits around the digit at `at`.
fn run_around(text: &[u8], at: usize) -> Run {
    let before = text[..at]
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_alphanumeric())
        .count();
    run_from(text, at - before)
}

fn run_from(text: &[u8], start: usize) -> Run {
    let (mut end, mut digits) = (start, 0);
    while end < text.len() && text[end].is_ascii_alphanumeric() {
        digits += usize::from(text[end].is_ascii_digit());
        end += 1;
    }
    Run { start, end, digits }
}

/// The run that clings to what ends at `end`: over at most two separators, and with a digit or
/// short and in capitals (the letters of an IBAN or a plate).
fn clinging(text: &[u8], end: usize) -> Option<Run> {
    let separator = |b: u8| {
        matches!(
            b,
            b' ' | b'-' | b'.' | b':' | b'/' | b'_' | b'+' | b'(' | b')'
        )
    };
    let gap = text[end..]
        .iter()
        .take(3)
        .take_while(|b| separator(**b))
        .count();
    if gap == 0 || gap > 2 || end + gap >= text.len() {
        return None;
    }
    let run = run_from(text, end + gap);
    let short_capitals = run.end - run.start <= 4
        && run.end > run.start
        && text[run.start..run.end].iter().all(u8::is_ascii_uppercase);
    // Groups of a hardware or IPv6 address: `fe80:abcd`, `aa-bb`.
    let hexadecimal = gap
        == text[end..]
            .iter()
            .take(2)
            .take_while(|b| matches!(b, b':' | b'-'))
            .count()
        && (1..=4).contains(&(run.end - run.start))
        && text[run.start..run.end].iter().all(u8::is_ascii_hexdigit);
    // Capitals only cling if digits follow them, or prose in capitals would be one cluster.
    let leads_on = || text[run.end..].iter().take(3).any(u8::is_ascii_digit);
    (run.digits > 0 || hexadecimal || (short_capitals && leads_on())).then_some(run)
}

/// The next ASCII digit at or after `from`.
pub(super) fn next_digit(text: &[u8], from: usize) -> Option<usize> {
    const LANES: usize = 32;
    let mut at = from;
    // Whole lanes without a branch per byte, which the compiler turns into vector code.
    while let Some(lane) = text.get(at..at + LANES) {
        if lane
            .iter()
            .fold(0u8, |any, b| any | u8::from(b.wrapping_sub(b'0') < 10))
            != 0
        {
            break;
        }
        at += LANES;
    }
    text[at.min(text.len())..]
        .iter()
        .position(u8::is_ascii_digit)
        .map(|i| at + i)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clusters(text: &str) -> Vec<&str> {
        let mut all = Vec::new();
        each(text.as_bytes(), 1, |c| all.push(&text[c.start..c.end]));
        all
    }

    #[test]
    fn runs_cling_by_separators_and_prose_does_not() {
        assert_eq!(
            clusters(
                "卡号6222 0200 0000 0000即GB82 WEST 1234 5698, in 2018 the report of 12 people"
            ),
            ["6222 0200 0000 0000", "GB82 WEST 1234 5698", "2018", "12"]
        );
        assert_eq!(
            clusters("电话+86 (10) 6555-1234转8"),
            ["86 (10) 6555-1234", "8"]
        );
    }

    #[test]
    fn long_tables_are_cut_with_an_overlap_and_no_number_is_lost() {
        let numbers: Vec<String> = (100_000..100_200).map(|n| n.to_string()).collect();
        let text = numbers.join(" ");
        let found = clusters(&text);
        assert!(found.iter().all(|c| c.len() <= LONGEST));
        for pair in numbers.windows(2) {
            let pair = pair.join(" ");
            assert!(found.iter().any(|c| c.contains(&pair)), "{pair}");
        }
    }

    #[test]
    fn endless_runs_are_left_out() {
        assert_eq!(clusters(&format!("a{} 12345", "f0".repeat(500))), ["12345"]);
    }
}

//! Numbers written in Chinese numerals: 一三八零零一三八零零零.

use std::ops::Range;

use super::FoldTable;

/// Numerals in a row that are a number somebody spelled out, and no word: telephone numbers have
/// seven digits at least.
const FEWEST: usize = 7;
/// Bytes of a step: less than the shortest run, so that every run is stepped on.
const STEP: usize = 3 * (FEWEST - 1);

/// Calls `found` for every run of Chinese numerals, digits and single separators between them
/// with seven numerals at least, in order.
pub fn each(text: &str, mut found: impl FnMut(Range<usize>)) {
    let table = FoldTable::get();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < text.len() {
        // Almost every step ends here, so it looks at bytes: a Han character that stays itself.
        let place = text.floor_char_boundary(at);
        if let [first @ 0xE0..=0xEF, second, third, ..] = bytes[place..] {
            let code = usize::from(first & 15) << 12
                | usize::from(second & 63) << 6
                | usize::from(third & 63);
            if table.keeps(code) {
                at += STEP;
                continue;
            }
        }
        let run = run_around(table, text, place);
        if text[run.clone()]
            .chars()
            .filter(|c| is_numeral(table, *c))
            .count()
            >= FEWEST
        {
            found(run.clone());
        }
        at = run.end.max(at + STEP);
    }
}

/// The run to which the character at `place` belongs; empty if to none.
fn run_around(table: &FoldTable, text: &str, place: usize) -> Range<usize> {
    let is_digit = |c: char| c.is_ascii_digit() || is_numeral(table, c);
    let is_between = |c: char| matches!(c, ' ' | '-');
    let mut after = text[place..].chars();
    let first = after.next();
    // Most spaces stand between words.
    let belongs = match first {
        Some(c) if is_between(c) => {
            after.next().is_some_and(is_digit)
                || text[..place].chars().next_back().is_some_and(is_digit)
        }
        first => first.is_some_and(is_digit),
    };
    if !belongs {
        return place..place;
    }
    let belongs = |c: &char| is_digit(*c) || is_between(*c);
    let before = text[..place].chars().rev().take_while(belongs);
    let after = text[place..].chars().take_while(belongs);
    place - before.map(char::len_utf8).sum::<usize>()
        ..place + after.map(char::len_utf8).sum::<usize>()
}

fn is_numeral(table: &FoldTable, c: char) -> bool {
    let is_kept = c.is_ascii() || (c < '\u{10000}' && table.keeps(c as usize));
    !is_kept && table.digit(c).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let mut all = Vec::new();
        each(text, |run| all.push(&text[run]));
        all
    }

    #[test]
    fn long_runs_are_found_wherever_they_stand() {
        for lead in 0..40 {
            let text = format!("{}一三八零零一三八零零零，请打", "我".repeat(lead));
            assert_eq!(found(&text), ["一三八零零一三八零零零"], "after {lead}");
        }
        assert_eq!(
            found("电话一三八-零零一三-八零零零。"),
            ["一三八-零零一三-八零零零"]
        );
        assert_eq!(found("一三8零零1三八零零零"), ["一三8零零1三八零零零"]);
    }

    #[test]
    fn words_and_years_are_left_alone() {
        assert!(found("一九九八年，三三两两，二〇二四年十一月").is_empty());
        assert!(found("2024-11-24 13:00 138-0013-8000").is_empty());
    }
}

//! Numbers written in Chinese numerals: 一三八零零一三八零零零.

use std::ops::Range;

use super::FoldTable;

/// Numerals in a row that are a number somebody spelled out, and no word: telephone numbers have
/// seven digits at least.
const FEWEST: usize = 7;
/// Bytes of a step: less than the shortest run, so that every run is stepped on.
const STEP: usize = 3 * (FEWEST - 1);

/// Calls `found` for every run of Chinese numerals, digits and single separators between them
/// with [`FEWEST`] numerals at least, in order.
pub fn each(text: &str, mut found: impl FnMut(Range<usize>)) {
    let table = FoldTable::get();
    let is_kept = |c: char| c.is_ascii() || (c < '\u{10000}' && table.keeps(c as usize));
    let is_numeral = |c: char| !is_kept(c) && table.digit(c).is_some();
    let belongs = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-') || is_numeral(c);
    let mut at = 0;
    while at < text.len() {
        let place = text.floor_char_boundary(at);
        let c = text[place..].chars().next().expect("before the end");
        if !belongs(c) {
            at += STEP;
            continue;
        }
        let before = text[..place].chars().rev().take_while(|c| belongs(*c));
        let start = place - before.map(char::len_utf8).sum::<usize>();
        let after = text[place..].chars().take_while(|c| belongs(*c));
        let end = place + after.map(char::len_utf8).sum::<usize>();
        if text[start..end].chars().filter(|c| is_numeral(*c)).count() >= FEWEST {
            found(start..end);
        }
        at = end.max(at + 1);
    }
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

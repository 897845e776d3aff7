//! [`View`]: one text, folded, with the way back.
//!
//! Where most text needs no change it is copied in long runs, and a place in the view is turned
//! back into a place in the original only for what is found. The view keeps one entry a stretch
//! of text that was not changed, and one a changed character.

use std::ops::Range;

use super::fold::{FoldTable, Folded};
use super::numerals;
use crate::{Folds, Span};

/// A stretch of the view and where it comes from.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    /// First byte in the folded text.
    folded: u32,
    /// First byte in the original.
    original: u32,
    /// Whether the bytes are the same, so that places inside correspond one to one.
    same: bool,
}

/// Folded text and the map back to the original. Reused from text to text.
#[derive(Default)]
pub struct View {
    folded: String,
    lowered: String,
    stretches: Vec<Stretch>,
    /// Numbers in Chinese numerals.
    spelled: Vec<Range<usize>>,
    original_len: u32,
}

impl View {
    /// Folds `text` into this view, replacing what it held.
    ///
    /// # Panics
    ///
    /// If `text` is 4 GiB or longer; callers cut long texts into windows.
    pub fn fold(&mut self, text: &str, table: &FoldTable) {
        self.original_len = u32::try_from(text.len()).expect("windows are shorter than 4 GiB");
        self.stretches.clear();
        // Folding can lengthen (㎏ → kg is shorter, ﷺ → 18 letters is longer), so grow as needed.
        let mut out = std::mem::take(&mut self.folded);
        out.clear();
        out.reserve(text.len());
        let bytes = text.as_bytes();
        let mut spelled = std::mem::take(&mut self.spelled);
        spelled.clear();
        numerals::each(text, |number| spelled.push(number));
        let mut spelled_at = spelled.iter().peekable();
        let (mut run, mut at) = (0, 0);
        while at < bytes.len() {
            let lead = bytes[at];
            while spelled_at.next_if(|number| number.end <= at).is_some() {}
            let is_spelled = spelled_at.peek().is_some_and(|number| number.contains(&at));
            if lead < 0x80 {
                at += 1;
                continue;
            }
            if lead & 0xF0 == 0xE0 && at + 2 < bytes.len() {
                let code = (usize::from(lead & 0x0F) << 12)
                    | (usize::from(bytes[at + 1] & 0x3F) << 6)
                    | usize::from(bytes[at + 2] & 0x3F);
                if table.keeps(code) {
                    at += 3;
                    continue;
                }
            }
            let c = text[at..]
                .chars()
                .next()
                .expect("`at` is a character boundary");
            let end = at + c.len_utf8();
            let digit = table.digit(c).filter(|_| is_spelled);
            let folded = match digit {
                Some(digit) => Folded::One(digit, Folds::NUMERAL),
                None => table.fold(c),
            };
            match folded {
                Folded::Same => {}
                changed => {
                    self.copy(&mut out, &text[run..at], run);
                    self.stretches.push(Stretch {
                        folded: out.len() as u32,
                        original: at as u32,
                        same: false,
                    });
                    match changed {
                        Folded::One(to, _) => out.push(to),
                        Folded::Several(to, _) => out.push_str(to),
                        Folded::Nothing | Folded::Same => {}
                    }
                    run = end;
                }
            }
            at = end;
        }
        self.copy(&mut out, &text[run..], run);
        self.lowered.clear();
        self.lowered.push_str(&out);
        self.lowered.make_ascii_lowercase();
        self.folded = out;
        self.spelled = spelled;
    }

    fn copy(&mut self, out: &mut String, same: &str, from: usize) {
        if !same.is_empty() {
            self.stretches.push(Stretch {
                folded: out.len() as u32,
                original: from as u32,
                same: true,
            });
            out.push_str(same);
        }
    }

    /// The folded text, ASCII case kept.
    pub fn text(&self) -> &str {
        &self.folded
    }

    /// The folded text in lower case; places are the same as in [`View::text`].
    pub fn lowered(&self) -> &str {
        &self.lowered
    }

    /// The original bytes that `start..end` of the folded text stands for: whole characters,
    /// without skipped ones before and after.
    pub fn original(&self, start: usize, end: usize) -> Span {
        debug_assert!(start < end && end <= self.folded.len());
        let first = self.stretch_at(start);
        let last = self.stretch_at(end - 1);
        let from = match self.stretches[first] {
            s if s.same => s.original as usize + (start - s.folded as usize),
            s => s.original as usize,
        };
        let to = match self.stretches[last] {
            s if s.same => s.original as usize + (end - s.folded as usize),
            _ => self
                .stretches
                .get(last + 1)
                .map_or(self.original_len, |s| s.original) as usize,
        };
        Span::new(from, to)
    }

    /// Index of the stretch that holds this folded byte: the last that begins at or before it.
    fn stretch_at(&self, folded: usize) -> usize {
        self.stretches
            .partition_point(|s| s.folded as usize <= folded)
            - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(text: &str) -> View {
        let mut view = View::default();
        view.fold(text, FoldTable::get());
        view
    }

    #[test]
    fn width_compatibility_case_and_skipped_characters_are_folded_with_exact_spans() {
        let text = "号码：１１０\u{200B}１Ａ㈱é𝐀";
        let view = view(text);
        assert_eq!(view.text(), "号码:1101A(株)eA");
        assert_eq!(view.lowered(), "号码:1101a(株)ea");
        let at = view.text().find("1101").unwrap();
        let span = view.original(at, at + 4);
        assert_eq!(&text[span.range()], "１１０\u{200B}１");
        let at = view.text().find("株").unwrap();
        assert_eq!(&text[view.original(at, at + 3).range()], "㈱");
        let last = view.text().len();
        assert_eq!(&text[view.original(last - 1, last).range()], "𝐀");
    }

    #[test]
    fn spelled_out_numbers_are_digits_and_other_numerals_stay() {
        let text = "一共三人，电话一三八零零一三八〇〇〇。";
        let view = view(text);
        assert_eq!(view.text(), "一共三人,电话13800138000。");
        let at = view.text().find("138").unwrap();
        assert_eq!(
            &text[view.original(at, at + 11).range()],
            "一三八零零一三八〇〇〇"
        );
    }

    #[test]
    fn skipped_characters_around_a_match_are_not_part_of_it() {
        let text = "\u{200B}赌\u{FE0F}博\u{200B}";
        let view = view(text);
        assert_eq!(view.text(), "赌博");
        assert_eq!(&text[view.original(0, 6).range()], "赌\u{FE0F}博");
    }

    proptest::proptest! {
        #[test]
        fn every_folded_character_comes_from_whole_original_characters(text: String) {
            let view = view(&text);
            let mut previous = 0;
            for (at, c) in view.text().char_indices() {
                let span = view.original(at, at + c.len_utf8());
                proptest::prop_assert!(text.get(span.range()).is_some_and(|t| !t.is_empty()));
                proptest::prop_assert!(span.start >= previous);
                previous = span.start;
            }
        }
    }
}

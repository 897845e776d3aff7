//! Masked quotations: enough to see what kind of text it is, never a value.

use crate::Span;
use crate::finding::EXCERPT_CONTEXT as CONTEXT;
use crate::rules::syntax::Mask;

/// Characters around the excerpt that decide whether something at its edge is part of a number.
const LOOK_AROUND: usize = 64;
/// Characters of a long finding that are shown at its head and at its tail.
const LONGEST_SHOWN: usize = 40;

/// What an excerpt must hide.
pub struct Hide<'a> {
    /// Values of personal data in the text, in any order.
    pub values: &'a [Span],
    /// How much of the finding itself may be shown; all of it if none.
    pub own: Option<Mask>,
}

/// Quotes `span` of `text` with a little context, masked.
///
/// Besides the known values everything that looks like part of a number or an address is
/// hidden: runs with three digits or more, and what clings to an `@`.
pub fn excerpt(text: &str, span: Span, hide: &Hide<'_>) -> String {
    let start = back(text, span.start as usize, CONTEXT);
    let end = forward(text, span.end as usize, CONTEXT);
    let from = back(text, start, LOOK_AROUND);
    let to = forward(text, end, LOOK_AROUND);
    let looks = look_alikes(&text[from..to], from);
    let total = text[span.range()].chars().count();
    let shown = hide.own.map(|mask| capped(mask, total));
    let mut out = String::new();
    let mut inside = 0;
    for (i, c) in text[start..end].char_indices() {
        let at = (start + i) as u64;
        let c = if c.is_control() || is_invisible(c) {
            ' '
        } else {
            c
        };
        if span.start <= at && at < span.end {
            let place = inside;
            inside += 1;
            if total > 2 * LONGEST_SHOWN && (LONGEST_SHOWN..total - LONGEST_SHOWN).contains(&place)
            {
                if place == LONGEST_SHOWN {
                    out.push('…');
                }
                continue;
            }
            let masked = match shown {
                Some(mask) => mask.head <= place && place < total - mask.tail,
                None => {
                    looks.iter().any(|s| s.start <= at && at < s.end)
                        || hide.values.iter().any(|s| s.start <= at && at < s.end)
                }
            };
            out.push(if masked { '*' } else { c });
        } else {
            let masked = hide
                .values
                .iter()
                .chain(&looks)
                .any(|s| s.start <= at && at < s.end);
            out.push(if masked { '*' } else { c });
        }
    }
    out
}

/// Characters of a phrase in details.
const LONGEST_PHRASE: usize = 80;

/// A phrase of the text in one line, without what does not show, shortened.
pub fn phrase(text: &str) -> String {
    let shown = |c: char| {
        if c.is_control() || is_invisible(c) {
            ' '
        } else {
            c
        }
    };
    let text: String = text.chars().map(shown).collect();
    let text = text.split_whitespace().collect::<Vec<&str>>().join(" ");
    match text.char_indices().nth(LONGEST_PHRASE) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// A phrase with everything hidden that looks like part of a number or an address.
pub fn without_values(text: &str) -> String {
    let hidden = look_alikes(text, 0);
    let inside = |at: usize| hidden.iter().any(|span| span.range().contains(&at));
    let characters = text.char_indices();
    characters
        .map(|(at, c)| if inside(at) { '*' } else { c })
        .collect()
}

/// At most half of a value is shown, whatever the rule says.
fn capped(mask: Mask, total: usize) -> Mask {
    let half = total / 2;
    let head = mask.head.min(half);
    Mask {
        head,
        tail: mask.tail.min(half - head),
    }
}

/// Runs in `text` that look like values; `base` is added to their places.
fn look_alikes(text: &str, base: usize) -> Vec<Span> {
    let mut found = Vec::new();
    let (mut start, mut digits, mut at_sign) = (0, 0, false);
    let mut close = |start: usize, end: usize, digits: usize, at_sign: bool| {
        if digits >= 3 || at_sign {
            found.push(Span::new(base + start, base + end));
        }
    };
    for (i, c) in text.char_indices() {
        // Wide enough for full-width digits, numbers with separators and addresses.
        let part = c.is_numeric()
            || c.is_ascii_alphanumeric()
            || matches!(c, '@' | '.' | '-' | '_' | '+' | '＠' | '．' | '－')
            || ('\u{FF21}'..='\u{FF5A}').contains(&c);
        if part {
            digits += usize::from(c.is_numeric());
            at_sign |= matches!(c, '@' | '＠');
        } else {
            close(start, i, digits, at_sign);
            (start, digits, at_sign) = (i + c.len_utf8(), 0, false);
        }
    }
    close(start, text.len(), digits, at_sign);
    found
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

fn back(text: &str, at: usize, characters: usize) -> usize {
    super::keyword::back(text, at, characters)
}

fn forward(text: &str, at: usize, characters: usize) -> usize {
    super::keyword::forward(text, at, characters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_numbers_and_addresses_are_hidden_and_words_are_not() {
        let text = "联系人手机13800138000,邮箱zhang.san@example.com,备用6555-1234。";
        let at = text.find("138").unwrap();
        let span = Span::new(at, at + 11);
        let hide = Hide {
            values: &[span],
            own: Some(Mask { head: 3, tail: 2 }),
        };
        let quoted = excerpt(text, span, &hide);
        assert_eq!(quoted, "联系人手机138******00,邮箱*********");
    }

    #[test]
    fn half_of_a_value_at_most_is_shown() {
        let hide = Hide {
            values: &[],
            own: Some(Mask { head: 9, tail: 9 }),
        };
        assert_eq!(excerpt("E12345678", Span::new(0, 9), &hide), "E123*****");
    }

    proptest::proptest! {
        #[test]
        fn no_digit_of_a_long_number_is_ever_shown(before in "[一-龥a-z ]{0,30}", number in "[0-9]{5,20}", after in "[一-龥 ,]{0,30}") {
            let text = format!("{before}赌博{after}号{number}");
            let at = text.find("赌博").unwrap();
            let quoted = excerpt(&text, Span::new(at, at + 6), &Hide { values: &[], own: None });
            proptest::prop_assert!(!quoted.chars().any(|c| c.is_ascii_digit()));
        }
    }
}

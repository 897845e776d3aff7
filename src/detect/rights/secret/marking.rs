//! Markings of confidentiality: layout tells a marking from a sentence about one.

use super::super::confirm::{Candidate, Named};
use crate::Details;

pub const CONFIRMATIONS: &[Named] = &[
    Named {
        name: "marking",
        what: "a marking by its layout: alone in its line, in brackets, or beginning a line in capitals",
        confirm: marking,
    },
    Named {
        name: "privileged",
        what: "a marking by its layout, or the sentence that ends messages: this e-mail may be …",
        confirm: privileged,
    },
];

/// What may surround a marking in its line and says nothing.
fn decoration(c: char) -> bool {
    c.is_whitespace() || !c.is_alphanumeric()
}

/// What may stand beside a marking in its line: numbers and dates, of a page or a copy.
const COUNTING: &str = "第页份号期年月日级共卷册本";
/// The rest of a line that a marking in capitals begins.
const TITLE: usize = 60;

fn marking(of: &Candidate<'_>, _: &mut Details) -> Option<&'static str> {
    let line = of.text[..of.start].rfind('\n').map_or(0, |at| at + 1);
    let end = of.text[of.end..]
        .find('\n')
        .map_or(of.text.len(), |at| of.end + at);
    let (before, after) = (&of.text[line..of.start], &of.text[of.end..end]);
    // "confidential" among values of a program, and sentences: for internal use only.
    let quoted = before.ends_with(['"', '\'', '`']) || after.starts_with(['"', '\'', '`']);
    let value = of.value();
    let lower = value.starts_with(|c: char| c.is_ascii_lowercase());
    let sentence = after.starts_with('.') && value.contains(|c: char| c.is_ascii_lowercase());
    if quoted || lower || sentence && !value.contains(" and ") {
        return None;
    }
    let letters = |text: &str| text.chars().filter(|c| !decoration(*c)).count();
    let counts = |c: char| decoration(c) || c.is_numeric() || COUNTING.contains(c);
    if before.chars().chain(after.chars()).all(counts) {
        return Some("line");
    }
    let open = before.trim_end().chars().next_back();
    let close = after.trim_start().chars().next();
    let brackets = matches!(
        (open, close),
        (Some('['), Some(']'))
            | (Some('('), Some(')'))
            | (Some('【'), Some('】'))
            | (Some('〔'), Some('〕'))
    );
    if brackets {
        return Some("brackets");
    }
    let capitals = value.chars().any(char::is_uppercase) && !value.chars().any(char::is_lowercase);
    let parted = close.is_none_or(|c| matches!(c, '-' | '—' | '–' | ':' | '.' | '|' | '/' | '*'));
    let starts = letters(before) == 0 && parted && after.chars().count() <= TITLE;
    (capitals && starts).then_some("line-start")
}

fn privileged(of: &Candidate<'_>, details: &mut Details) -> Option<&'static str> {
    let line = of.text[..of.start].rfind('\n').map_or(0, |at| at + 1);
    let before = of.text[line..of.start].to_lowercase();
    let message = ["e-mail", "email", "message", "communication", "attachment"];
    let own = before.contains("this ") && message.iter().any(|word| before.contains(word));
    marking(of, details).or(own.then_some("notice"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, value: &str) -> Option<&'static str> {
        let start = text.find(value).unwrap();
        let of = Candidate {
            text,
            start,
            end: start + value.len(),
        };
        marking(&of, &mut Details::default())
    }

    #[test]
    fn layout_decides() {
        assert_eq!(told("一\n【内部文件】\n二", "内部文件"), Some("line"));
        assert_eq!(told("内部文件", "内部文件"), Some("line"));
        assert_eq!(
            told("第三季度报价与底价分析(内部文件)的说明", "内部文件"),
            Some("brackets")
        );
        assert_eq!(
            told("CONFIDENTIAL - Board minutes", "CONFIDENTIAL"),
            Some("line-start")
        );
        assert_eq!(told("他把内部文件放进了抽屉里", "内部文件"), None);
        assert_eq!(
            told(
                "Confidential information is protected by law.",
                "Confidential"
            ),
            None
        );
        assert_eq!(
            told("CONFIDENTIAL INFORMATION means any data", "CONFIDENTIAL"),
            None
        );
    }
}

//! Words of licence texts: what stays the same when a licence is laid out anew.

use std::ops::Range;

/// Longest line that is taken for a notice of copyright, in bytes: where all of a text stands in
/// one line, such a line is no line.
const NOTICE_LINE: usize = 160;

/// Words of a text, as hashes, with their places.
#[derive(Default)]
pub struct Words {
    /// One a word. Never written anywhere, so that the function may change.
    pub hashes: Vec<u32>,
    /// Bytes of the text, one a word.
    pub places: Vec<Range<u32>>,
}

impl Words {
    /// The words of `text`, in order, in lower case. Layout, punctuation, bullets (words of one
    /// letter, digits before a full stop) and lines that say whose copyright it is are none; every character
    /// without case, as of Han, is a word; `v2.0` is 2.
    pub fn of(text: &str) -> Self {
        let mut words = Self::default();
        words.hashes.reserve(text.len() / 6);
        words.places.reserve(text.len() / 6);
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            if !is_notice(line) {
                words.line(line, at);
            }
            at += line.len();
        }
        words
    }

    fn line(&mut self, line: &str, base: usize) {
        let bytes = line.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            if byte.is_ascii() && !byte.is_ascii_alphanumeric() {
                at += 1;
                continue;
            }
            let start = at;
            let mut hash = FNV;
            let mut length = 0;
            while at < bytes.len() {
                let byte = bytes[at];
                if byte.is_ascii_alphanumeric() {
                    hash = mixed(hash, byte.to_ascii_lowercase());
                    at += 1;
                } else if byte == b'.'
                    && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
                    && at > start
                    && bytes[at - 1].is_ascii_digit()
                {
                    hash = mixed(hash, byte);
                    at += 1;
                } else if byte.is_ascii() {
                    break;
                } else {
                    let Some(c) = line[at..].chars().next() else {
                        break;
                    };
                    let cased = c.is_lowercase() || c.is_uppercase();
                    if !cased && length > 0 {
                        break;
                    }
                    at += c.len_utf8();
                    if !c.is_alphanumeric() {
                        break;
                    }
                    for lower in c.to_lowercase() {
                        let mut buffer = [0; 4];
                        let coded = lower.encode_utf8(&mut buffer).bytes();
                        hash = coded.fold(hash, mixed);
                    }
                    if !cased {
                        length += 2;
                        break;
                    }
                }
                length += 1;
            }
            let word = &line[start..at];
            let number = numeral(word);
            let is_word = match number {
                // A digit and a full stop or bracket is a bullet.
                Some(_) if length == 1 => !matches!(bytes.get(at), Some(b'.' | b')' | b']')),
                // CeCILL-B, OpenRAIL-M
                _ if length == 1 => {
                    start > 1
                        && bytes[start - 1] == b'-'
                        && bytes[start - 2].is_ascii_alphanumeric()
                }
                _ => true,
            };
            if is_word {
                let hash = match number {
                    Some(number) => number.bytes().fold(FNV, mixed),
                    None => hash,
                };
                self.hashes.push((hash >> 32) as u32 ^ hash as u32);
                self.places.push((base + start) as u32..(base + at) as u32);
            }
        }
    }
}

/// A number as all of `2`, `2.0` and `v2.0` say it; nothing if it is none.
fn numeral(word: &str) -> Option<&str> {
    let digits = word.strip_prefix(['v', 'V']).unwrap_or(word);
    let mut bytes = digits.bytes();
    if digits.is_empty() || !bytes.all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let mut short = digits;
    while let Some(shorter) = short.strip_suffix(".0") {
        short = shorter;
    }
    Some(short)
}

/// Source of both constants: the hash FNV-1a of 64 bits (Fowler, Noll, Vo).
const FNV: u64 = 0xcbf2_9ce4_8422_2325;

const fn mixed(hash: u64, byte: u8) -> u64 {
    (hash ^ byte as u64).wrapping_mul(0x0000_0100_0000_01b3)
}

/// Whether a line says whose copyright it is: that is of everyone's own.
fn is_notice(line: &str) -> bool {
    if line.len() > NOTICE_LINE {
        return false;
    }
    let bare = line.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '©' && c != '(');
    let starts = |word: &str| {
        bare.get(..word.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(word))
    };
    if !(starts("copyright") || starts("(c)") || starts("©") || starts("portions copyright")) {
        return false;
    }
    let year = |window: &[u8]| {
        (window.starts_with(b"19") || window.starts_with(b"20"))
            && window.iter().all(u8::is_ascii_digit)
    };
    bare.as_bytes().windows(4).any(year)
        || bare.contains(['<', '[', '©'])
        || bare.contains("(c)")
        || bare.contains("(C)")
        || bare.contains("year")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_case_and_bullets_are_no_words() {
        let plain = Words::of("Permission is hereby granted, version 2.0, free of charge").hashes;
        let laid =
            "  * permission IS\n * (a) hereby\r\n\t* granted; VERSION 2.0 \"Free\" of -- charge.";
        assert_eq!(Words::of(laid).hashes, plain);
        assert_eq!(plain.len(), 9);
        let other = Words::of("Permission is hereby granted, version 2.1, free of charge").hashes;
        assert_ne!(other, plain);
    }

    #[test]
    fn notices_are_left_out_and_places_are_those_of_the_text() {
        let text = "Copyright (c) 2020 Example\n许可 granted";
        let words = Words::of(text);
        let of = |at: usize| &text[words.places[at].start as usize..words.places[at].end as usize];
        assert_eq!(
            (words.hashes.len(), of(0), of(1), of(2)),
            (3, "许", "可", "granted")
        );
        assert_eq!(Words::of("copyright holders may object").hashes.len(), 4);
    }
}

//! [`LongValue`]: a JSON value that is too long to be held in memory, string by string.
//!
//! Every string and number is handed on as a field with the key before it, whatever the text paths
//! are: what is scanned is more than what was asked for, never less. The value's syntax is judged
//! by [`Syntax`](super::json_syntax::Syntax); what comes here has passed it.

use super::json::Unescape;

/// Bytes of a string that are kept before they are handed on; no key is longer.
const KEPT: usize = 64 << 10;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Between,
    String,
    /// After a backslash.
    Escape,
    /// So many digits of `\u` are left.
    Hex(u8),
    Number,
}

/// Text of a field: its key, a part of it, and whether the field ends with it.
pub type Told<'t> = &'t mut dyn FnMut(&str, &str, bool);

/// See the module.
pub struct LongValue {
    state: State,
    key: String,
    /// The inside of the string or number that is being read, as it is written.
    raw: Vec<u8>,
    /// Bytes of it that do not end in the middle of a character or an escape.
    safe: usize,
    /// Whether a part of it was handed on.
    begun: bool,
    /// A string that has ended: a key, if a colon follows.
    pending: bool,
}

impl LongValue {
    /// Of which nothing was read.
    pub const fn new() -> Self {
        Self {
            state: State::Between,
            key: String::new(),
            raw: Vec::new(),
            safe: 0,
            begun: false,
            pending: false,
        }
    }

    /// Takes the next bytes.
    pub fn take(&mut self, bytes: &[u8], told: Told<'_>) {
        let mut at = 0;
        while at < bytes.len() {
            if self.state == State::String {
                at += self.string(&bytes[at..], told);
            } else {
                self.byte(bytes[at], told);
                at += 1;
            }
        }
    }

    /// Hands on what is left.
    pub fn end(&mut self, told: Told<'_>) {
        if self.pending || self.state == State::Number {
            self.tell(told);
        }
    }

    /// Takes a stretch of a string; its length.
    fn string(&mut self, bytes: &[u8], told: Told<'_>) -> usize {
        let end = memchr::memchr2(b'"', b'\\', bytes);
        let plain = end.unwrap_or(bytes.len()).min(KEPT);
        self.raw.extend_from_slice(&bytes[..plain]);
        if plain > 0 && !self.after_high_surrogate() {
            self.safe = self.raw.len() - cut_character(&self.raw);
        }
        if self.safe > KEPT {
            self.hand_on(told);
        }
        if Some(plain) != end {
            return plain;
        }
        if bytes[plain] == b'\\' {
            self.raw.push(b'\\');
            self.state = State::Escape;
        } else {
            self.pending = true;
            self.state = State::Between;
        }
        plain + 1
    }

    fn byte(&mut self, byte: u8, told: Told<'_>) {
        match (self.state, byte) {
            (State::Escape, b'u') => self.escape(byte, State::Hex(4)),
            (State::Hex(left @ 2..), _) => self.escape(byte, State::Hex(left - 1)),
            (State::Escape | State::Hex(_), _) => {
                self.escape(byte, State::String);
                // The first half of a pair waits for the second.
                if !self.after_high_surrogate() {
                    self.safe = self.raw.len();
                }
            }
            (State::Number, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E') => self.raw.push(byte),
            (_, b' ' | b'\t' | b'\r' | b'\n') if self.state == State::Between => {}
            // No key is as long as what was handed on: it is text like any other.
            (_, b':') if self.pending && self.begun => {
                self.tell(told);
                self.clear();
            }
            (_, b':') if self.pending => {
                self.key.clear();
                Unescape::new(&String::from_utf8_lossy(&self.raw)).fill(&mut self.key, usize::MAX);
                self.clear();
            }
            _ => {
                self.end(told);
                self.clear();
                if byte == b'"' {
                    self.state = State::String;
                } else if byte == b'-' || byte.is_ascii_digit() {
                    self.state = State::Number;
                    self.raw.push(byte);
                }
            }
        }
    }

    fn escape(&mut self, byte: u8, next: State) {
        self.raw.push(byte);
        self.state = next;
    }

    /// Whether the last thing is `\uD8xx` to `\uDBxx`, or a part of an escape that may follow it.
    fn after_high_surrogate(&self) -> bool {
        let tail = &self.raw[self.safe..];
        tail.len() >= 6
            && tail.starts_with(b"\\u")
            && tail[2].eq_ignore_ascii_case(&b'd')
            && matches!(tail[3].to_ascii_lowercase(), b'8' | b'9' | b'a' | b'b')
            && (tail.len() == 6 || (tail[6] == b'\\' && tail.len() < 12))
    }

    /// Hands on the part that is safe.
    fn hand_on(&mut self, told: Told<'_>) {
        let rest = self.raw.split_off(self.safe);
        let text = unescaped(&self.raw);
        told(&self.key, &text, false);
        self.raw = rest;
        self.safe = 0;
        self.begun = true;
    }

    fn tell(&mut self, told: Told<'_>) {
        if self.begun || !self.raw.is_empty() {
            told(&self.key, &unescaped(&self.raw), true);
        }
    }

    fn clear(&mut self) {
        self.raw.clear();
        self.safe = 0;
        self.begun = false;
        self.pending = false;
        self.state = State::Between;
    }
}

fn unescaped(raw: &[u8]) -> String {
    let (raw, mut text) = (String::from_utf8_lossy(raw), String::new());
    Unescape::new(&raw).fill(&mut text, usize::MAX);
    text
}

/// Bytes at the end of `raw` that are the beginning of a character.
fn cut_character(raw: &[u8]) -> usize {
    let tail = &raw[raw.len().saturating_sub(3)..];
    match std::str::from_utf8(tail) {
        Err(error) if error.error_len().is_none() => tail.len() - error.valid_up_to(),
        // The tail may begin in the middle of a character.
        Err(_) => (1..=tail.len())
            .find(|n| {
                let end = &tail[tail.len() - n..];
                std::str::from_utf8(end)
                    .is_err_and(|e| e.error_len().is_none() && e.valid_up_to() == 0)
            })
            .unwrap_or(0),
        Ok(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::split::json::{self, FieldText, MetaPaths, TextPaths};

    fn fields(text: &str, size: usize) -> Vec<(String, String)> {
        let (mut all, mut open) = (Vec::new(), String::new());
        let mut value = LongValue::new();
        let mut told = |key: &str, part: &str, ends: bool| {
            open.push_str(part);
            if ends {
                all.push((key.to_owned(), std::mem::take(&mut open)));
            }
        };
        text.as_bytes()
            .chunks(size)
            .for_each(|part| value.take(part, &mut told));
        value.end(&mut told);
        all
    }

    #[test]
    fn it_finds_the_strings_and_numbers_that_the_whole_has() {
        let long = "长\\n文\\u4e2d\\ud83d\\ude00\\\\\\\"é".repeat(4000);
        let text = format!(
            r#"{{"id": -7.5e3, "手机\u53f7":[13800138000,"x", "", {{"a":null,"b":true}}],"text":"{long}","z":"\ud83d 单"}}"#
        );
        let mut expected = Vec::new();
        let paths = (TextPaths::default(), MetaPaths::default());
        json::value(&text, &paths.0, &paths.1, &mut |name, field| {
            let mut text = String::new();
            match field {
                FieldText::Plain(plain) => text.push_str(plain),
                FieldText::Escaped(raw) => {
                    Unescape::new(raw).fill(&mut text, usize::MAX);
                }
            }
            expected.push((name.key.to_owned(), text));
        })
        .unwrap();
        for size in [1, 2, 3, 5, 7, 64, 4096, 1 << 20] {
            assert_eq!(fields(&text, size), expected, "{size}");
        }
        assert_eq!(fields("12", 1), [(String::new(), "12".to_owned())]);
    }
}

//! [`Syntax`]: where a JSON value ends, and whether it is one, byte by byte and without recursion.
//!
//! It takes what RFC 8259 allows and nothing else. Memory is a byte a level of nesting, up to the
//! limit; below that, brackets are only counted.

/// What is expected next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Value,
    /// After `[`: a value or its end.
    ValueOrEnd,
    /// After `{`: a key or its end.
    KeyOrEnd,
    /// After a comma in an object.
    Key,
    Colon,
    /// After a value inside something.
    CommaOrEnd,
    String(Kind),
    Escape(Kind),
    /// So many hexadecimal digits are left.
    Hex(Kind, u8),
    Number(Number),
    /// The rest of `true`, `false` or `null`.
    Literal(&'static [u8]),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Key,
    Value,
}

/// How far a number has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Number {
    Minus,
    Zero,
    Whole,
    Point,
    Fraction,
    Exponent,
    Sign,
    Power,
}

/// What came of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// All were taken, and the value goes on.
    More,
    /// The value ends before the byte at this place.
    Ended(usize),
    /// The byte at this place cannot stand there.
    Wrong(usize),
}

/// See the module.
pub struct Syntax {
    state: State,
    /// `[` and `{` around what comes next.
    stack: Vec<u8>,
    /// Levels below the limit.
    below: u64,
    limit: usize,
    /// Whether the value is nested deeper than the limit.
    pub too_deep: bool,
}

impl Syntax {
    /// Of a value that may be nested `limit` deep.
    pub fn new(limit: u32) -> Self {
        Self {
            state: State::Value,
            stack: Vec::new(),
            below: 0,
            limit: limit as usize,
            too_deep: false,
        }
    }

    /// Whether the value may end here: a number, when nothing follows.
    pub const fn may_end(&self) -> bool {
        matches!(
            self.state,
            State::Number(Number::Zero | Number::Whole | Number::Fraction | Number::Power)
        ) && self.stack.is_empty()
    }

    /// Takes the next bytes of the value.
    pub fn take(&mut self, bytes: &[u8]) -> Step {
        let mut at = 0;
        while at < bytes.len() {
            if let State::String(kind) = self.state {
                match self.string(kind, &bytes[at..]) {
                    Ok(taken) => at += taken,
                    Err(wrong) => return Step::Wrong(at + wrong),
                }
            } else {
                match self.byte(bytes[at]) {
                    Some(true) => at += 1,
                    // A number ended before this byte.
                    Some(false) => {}
                    None => return Step::Wrong(at),
                }
            }
            if self.state == State::CommaOrEnd && self.stack.is_empty() {
                return Step::Ended(at);
            }
        }
        Step::More
    }

    /// Takes a stretch of a string; its length, or where a byte stands that may not.
    fn string(&mut self, kind: Kind, bytes: &[u8]) -> Result<usize, usize> {
        let end = memchr::memchr2(b'"', b'\\', bytes);
        let plain = &bytes[..end.unwrap_or(bytes.len())];
        if plain.iter().any(|b| *b < 0x20) {
            return Err(plain.iter().position(|b| *b < 0x20).unwrap_or_default());
        }
        let Some(end) = end else {
            return Ok(bytes.len());
        };
        self.state = match (bytes[end], kind) {
            (b'\\', _) => State::Escape(kind),
            (_, Kind::Key) => State::Colon,
            (_, Kind::Value) => State::CommaOrEnd,
        };
        Ok(end + 1)
    }

    /// Whether the byte was taken; nothing if it is wrong.
    fn byte(&mut self, byte: u8) -> Option<bool> {
        let state = match (self.state, byte) {
            (State::Number(number), _) => return self.number(number, byte),
            (State::Literal(rest), _) => match rest.split_first() {
                Some((expected, [])) if *expected == byte => State::CommaOrEnd,
                Some((expected, rest)) if *expected == byte => State::Literal(rest),
                _ => return None,
            },
            (State::Escape(kind), b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                State::String(kind)
            }
            (State::Escape(kind), b'u') => State::Hex(kind, 4),
            (State::Hex(kind, 1), b) if b.is_ascii_hexdigit() => State::String(kind),
            (State::Hex(kind, left), b) if b.is_ascii_hexdigit() => State::Hex(kind, left - 1),
            (State::Escape(_) | State::Hex(..), _) => return None,
            (state, b' ' | b'\t' | b'\n' | b'\r') => state,
            (State::ValueOrEnd, b']') | (State::KeyOrEnd, b'}') => return self.close(byte),
            (State::CommaOrEnd, b']' | b'}') => return self.close(byte),
            (State::CommaOrEnd, b',') if self.below > 0 => State::Value,
            (State::CommaOrEnd, b',') => match self.stack.last() {
                Some(b'{') => State::Key,
                _ => State::Value,
            },
            (State::KeyOrEnd | State::Key, b'"') => State::String(Kind::Key),
            (State::Colon, b':') => State::Value,
            (State::Value | State::ValueOrEnd, _) => self.value(byte)?,
            // Below the limit it is not known what is a list and what is not.
            (State::CommaOrEnd, b':') if self.below > 0 => State::Value,
            _ => return None,
        };
        self.state = state;
        Some(true)
    }

    fn value(&mut self, byte: u8) -> Option<State> {
        Some(match byte {
            b'"' => State::String(Kind::Value),
            b'[' | b'{' => self.open(byte),
            b'-' => State::Number(Number::Minus),
            b'0' => State::Number(Number::Zero),
            b'1'..=b'9' => State::Number(Number::Whole),
            b't' => State::Literal(b"rue"),
            b'f' => State::Literal(b"alse"),
            b'n' => State::Literal(b"ull"),
            // What closes an object that is not known to be one.
            b'}' if self.below > 0 => return self.close(byte).map(|_| self.state),
            _ => return None,
        })
    }

    fn open(&mut self, byte: u8) -> State {
        if self.stack.len() < self.limit {
            self.stack.push(byte);
            return if byte == b'{' {
                State::KeyOrEnd
            } else {
                State::ValueOrEnd
            };
        }
        self.below += 1;
        self.too_deep = true;
        State::ValueOrEnd
    }

    fn close(&mut self, byte: u8) -> Option<bool> {
        if self.below > 0 {
            self.below -= 1;
        } else {
            let opened = self.stack.pop()?;
            // `[` and `]`, `{` and `}` are two apart.
            if opened + 2 != byte {
                return None;
            }
        }
        self.state = State::CommaOrEnd;
        Some(true)
    }

    fn number(&mut self, number: Number, byte: u8) -> Option<bool> {
        let next = match (number, byte) {
            (Number::Minus, b'0') => Number::Zero,
            (Number::Minus, b'1'..=b'9') => Number::Whole,
            (Number::Whole, b'0'..=b'9') => Number::Whole,
            (Number::Zero | Number::Whole, b'.') => Number::Point,
            (Number::Point | Number::Fraction, b'0'..=b'9') => Number::Fraction,
            (Number::Zero | Number::Whole | Number::Fraction, b'e' | b'E') => Number::Exponent,
            (Number::Exponent, b'+' | b'-') => Number::Sign,
            (Number::Exponent | Number::Sign | Number::Power, b'0'..=b'9') => Number::Power,
            (Number::Zero | Number::Whole | Number::Fraction | Number::Power, _) => {
                self.state = State::CommaOrEnd;
                return Some(false);
            }
            _ => return None,
        };
        self.state = State::Number(next);
        Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the first value of `text` ends when it comes in parts of `size`; none if it is none.
    fn end(text: &[u8], size: usize) -> Option<usize> {
        let (mut syntax, mut at) = (Syntax::new(512), 0);
        for part in text.chunks(size) {
            match syntax.take(part) {
                Step::More => at += part.len(),
                Step::Ended(end) => return Some(at + end),
                Step::Wrong(_) => return None,
            }
        }
        syntax.may_end().then_some(text.len())
    }

    #[test]
    fn values_end_where_they_end() {
        for (text, length) in [
            ("{}", 2),
            ("[] ", 2),
            (
                "{\"a\":[1,2.5e-3,{\"b\":null}],\"c\":\"x\\\"\\u00e9\"},",
                43,
            ),
            ("12 ", 2),
            ("-0", 2),
            ("1e5]", 3),
            ("\"a\\\\\"\"", 5),
            ("true", 4),
        ] {
            for size in 1..9 {
                assert_eq!(end(text.as_bytes(), size), Some(length), "{text} by {size}");
            }
        }
        for text in [
            "{", "[1,]", "{\"a\"}", "{a:1}", "01 ", "1. ", "+1", "tru ", "\"\\x\"", "[1}", "\"\t\"",
        ] {
            // A zero is a number, what follows it is not for this value to judge.
            let ended = end(text.as_bytes(), 3);
            assert!(ended.is_none() || text == "01 ", "{text}");
        }
    }

    #[test]
    fn what_is_too_deep_is_counted_and_ends_where_it_ends() {
        let deep = [
            vec![b'['; 100_000],
            vec![b'{'; 3],
            b"\"a\":1}}}".to_vec(),
            vec![b']'; 100_000],
        ];
        let deep = deep.concat();
        let mut syntax = Syntax::new(512);
        assert_eq!(syntax.take(&deep), Step::Ended(deep.len()));
        assert!(syntax.too_deep && syntax.stack.capacity() < 10_000);
    }

    proptest::proptest! {
        #[test]
        fn it_agrees_with_serde(text in r#"[\[\]{},:"a1.e\-+0 tnulrfs\\]{0,24}"#) {
            let serde = serde_json::from_str::<serde_json::Value>(&text);
            let (lead, ended) = (text.len() - text.trim_start().len(), end(text.as_bytes(), 5));
            let rest = ended.map(|at| text[at.max(lead)..].trim_matches([' ', '\t', '\n', '\r']));
            // Numbers that are too large for serde are numbers.
            let large = serde.as_ref().is_err_and(|e| e.to_string().contains("out of range"));
            proptest::prop_assert_eq!(rest == Some(""), serde.is_ok() || large, "{}", text);
        }
    }
}

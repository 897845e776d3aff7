//! Text → words, within which tokens are made: what the patterns of tiktoken match, without a
//! regular expression. Theirs look ahead and go back, which takes time that a hostile text decides.

use super::characters::{Classed, LETTER, LOWER, MARK, NEWLINE, NUMBER, OTHER, SPACE, UPPER};

/// How texts are split. Source: `tiktoken_ext/openai_public.py` of tiktoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// `'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s`
    Cl100k,
    /// With `A` for `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`, `B` for `[\p{Ll}\p{Lm}\p{Lo}\p{M}]` and `C`
    /// for `(?i:'s|'t|'re|'ve|'m|'ll|'d)`:
    /// `[^\r\n\p{L}\p{N}]?A*B+C?|[^\r\n\p{L}\p{N}]?A+B*C?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
    O200k,
}

impl Split {
    /// Where the word ends that begins at `at`, which is before the end.
    pub fn word(self, text: Classed<'_>, at: usize) -> usize {
        let first = text.at(at);
        let word = match self {
            Self::Cl100k => letters(text, at),
            Self::O200k => cased(text, at),
        };
        if let Some(end) = word {
            return end;
        }
        if first.is(NUMBER) {
            let second = text.at(at + first.len);
            let mut end = at + first.len;
            if second.is(NUMBER) {
                end += second.len;
                let third = text.at(end);
                end += if third.is(NUMBER) { third.len } else { 0 };
            }
            return end;
        }
        self.marks(text, at).unwrap_or_else(|| self.space(text, at))
    }

    /// ` ?[^\s\p{L}\p{N}]+[\r\n]*`
    fn marks(self, text: Classed<'_>, at: usize) -> Option<usize> {
        const OTHERS: u8 = SPACE | LETTER | NUMBER;
        let from = at + usize::from(text.at(at).character == ' ');
        let end = text.until(from, |seen| seen.is(OTHERS));
        (end > from).then(|| match self {
            Self::Cl100k => text.run(end, NEWLINE),
            Self::O200k => text.until(end, |seen| !(seen.is(NEWLINE) || seen.character == '/')),
        })
    }

    /// White space, which is all that is left.
    fn space(self, text: Classed<'_>, at: usize) -> usize {
        let mut lines = None;
        let mut end = at;
        while text.at(end).is(SPACE) {
            let seen = text.at(end);
            end += seen.len;
            if seen.is(NEWLINE) {
                lines = Some(end);
            }
        }
        if self == Self::Cl100k && end == text.len() {
            return end;
        }
        if let Some(lines) = lines {
            return lines;
        }
        let last = end - text.before(end).len;
        if end == text.len() || last == at {
            end
        } else {
            // The last one goes with the word behind it.
            last
        }
    }
}

/// `'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+`
fn letters(text: Classed<'_>, at: usize) -> Option<usize> {
    let first = text.at(at);
    if first.is(LETTER) {
        return Some(text.run(at, LETTER));
    }
    if let Some(end) = contraction(text, at) {
        return Some(end);
    }
    let from = at + first.len;
    (!first.is(NEWLINE | NUMBER) && text.at(from).is(LETTER)).then(|| text.run(from, LETTER))
}

/// The two alternatives of o200k for words.
fn cased(text: Classed<'_>, at: usize) -> Option<usize> {
    let first = text.at(at);
    let from = at + first.len;
    let end = if first.is(LETTER) {
        ending_low(text, at).or_else(|| upper(text, at))
    } else if first.is(NEWLINE | NUMBER) {
        None
    } else if first.is(MARK) {
        // A mark may be what stands before a word, or belong to it.
        ending_low(text, from).or_else(|| ending_low(text, at))
    } else {
        ending_low(text, from).or_else(|| upper(text, from))
    }?;
    Some(contraction(text, end).unwrap_or(end))
}

/// `A*B+`: its last `B` is the first behind all of `A`, or if there is none the last within.
fn ending_low(text: Classed<'_>, at: usize) -> Option<usize> {
    let mut last = None;
    let mut end = at;
    loop {
        let seen = text.at(end);
        if !seen.is(UPPER | OTHER | MARK) {
            break;
        }
        end += seen.len;
        if seen.is(OTHER | MARK) {
            last = Some(end);
        }
    }
    if text.at(end).is(LOWER) {
        return Some(text.run(end, LOWER | OTHER | MARK));
    }
    last
}

/// `A+B*` where `A*B+` is not.
fn upper(text: Classed<'_>, at: usize) -> Option<usize> {
    let end = text.run(at, UPPER | OTHER | MARK);
    (end > at).then_some(end)
}

/// `'(?i:[sdmt]|ll|ve|re)`; ſ is an s in another case.
fn contraction(text: Classed<'_>, at: usize) -> Option<usize> {
    if text.at(at).character != '\'' {
        return None;
    }
    let first = text.at(at + 1);
    let end = at + 1 + first.len;
    let second = text.at(end);
    let pair = (
        first.character.to_ascii_lowercase(),
        second.character.to_ascii_lowercase(),
    );
    match pair {
        ('s' | 'ſ' | 'd' | 'm' | 't', _) => Some(end),
        ('l', 'l') | ('v', 'e') | ('r', 'e') => Some(end + second.len),
        _ => None,
    }
}

/// The last place up to `most` where no word of any split can go on, whatever stands around, so
/// that the parts have the tokens of the whole; none in the second half before `most`. `most` is
/// before the end of the text.
pub fn safe_cut(text: Classed<'_>, most: usize) -> Option<usize> {
    let mut at = most;
    while at > most / 2 {
        let (before, behind) = (text.before(at), text.at(at));
        let after_letter =
            before.is(LETTER) && !behind.is(LETTER | MARK | NUMBER) && behind.character != '\'';
        let after_line = before.is(NEWLINE) && !behind.is(SPACE) && behind.character != '/';
        if after_letter || after_line {
            return Some(at);
        }
        at -= before.len;
    }
    None
}

//! Patterns in the syntax of Go's RE2 → ours, which is nearly the same.
//!
//! Differences: `\b` must not look at Han characters; `[`, `&&`, `--` and `~~` mean something in
//! our classes; a `{` that counts nothing is itself in Go; `\Q…\E` and octal escapes exist there
//! alone. Groups but that of the secret become plain ones, for named groups would be shown.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;
use regex_syntax::hir::literal::{ExtractKind, Extractor};

/// A pattern in our syntax.
pub struct Translated {
    pub pattern: String,
    /// How many groups it had.
    pub groups: usize,
}

/// Translates a pattern. The group of that number becomes the value; 0 stands for the first one, as
/// in Gitleaks. Without a number no group is kept.
pub fn translate(source: &str, secret: Option<usize>) -> Result<Translated, String> {
    let mut reader = Reader {
        rest: source,
        out: String::with_capacity(source.len() + 16),
        groups: 0,
        secret: secret.map(|group| group.max(1)),
    };
    reader.all()?;
    parse(&reader.out)?;
    Ok(Translated {
        pattern: reader.out,
        groups: reader.groups,
    })
}

struct Reader<'a> {
    rest: &'a str,
    out: String,
    groups: usize,
    secret: Option<usize>,
}

impl Reader<'_> {
    fn all(&mut self) -> Result<(), String> {
        while let Some(c) = self.next() {
            match c {
                '\\' => self.escape()?,
                '[' => self.class()?,
                '(' => self.group(),
                '{' => {
                    if !self.counts() {
                        self.out.push_str(r"\{");
                    }
                }
                other => self.out.push(other),
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    /// Behind a backslash, outside of classes.
    fn escape(&mut self) -> Result<(), String> {
        match self.next() {
            None => return Err("the pattern ends in a backslash".to_owned()),
            Some('b') => self.out.push_str(r"(?-u:\b)"),
            Some('B') => return Err(r"\B is not supported".to_owned()),
            Some('C') => return Err(r"\C is not supported".to_owned()),
            Some('Q') => {
                let (literal, rest) = self.rest.split_once(r"\E").unwrap_or((self.rest, ""));
                self.out.push_str(&regex_syntax::escape(literal));
                self.rest = rest;
            }
            Some(digit @ '0'..='7') => self.octal(digit),
            Some(other) => self.out.extend(['\\', other]),
        }
        Ok(())
    }

    /// `\012`: in Go an octal escape has three digits, or begins with 0.
    fn octal(&mut self, first: char) {
        let more: String = self
            .rest
            .chars()
            .take(2)
            .take_while(|c| ('0'..='7').contains(c))
            .collect();
        if first != '0' && more.len() < 2 {
            self.out.extend(['\\', first]);
            return;
        }
        self.rest = &self.rest[more.len()..];
        let digits = format!("{first}{more}");
        let code = u32::from_str_radix(&digits, 8).unwrap_or_default();
        self.out.push_str(&format!(r"\x{{{code:x}}}"));
    }

    /// Whether what follows `{` is a count; then it is copied with it.
    fn counts(&mut self) -> bool {
        let Some((count, rest)) = self.rest.split_once('}') else {
            return false;
        };
        let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let is_count = match count.split_once(',') {
            Some((least, most)) => number(least) && (most.is_empty() || number(most)),
            None => number(count),
        };
        if is_count {
            self.out.push('{');
            self.out.push_str(count);
            self.out.push('}');
            self.rest = rest;
        }
        is_count
    }

    /// Behind `(`.
    fn group(&mut self) {
        let named = ["?P<", "?<"].into_iter().find_map(|start| {
            let rest = self.rest.strip_prefix(start)?;
            let (name, rest) = rest.split_once('>')?;
            let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.is_empty();
            is_name.then_some(rest)
        });
        if named.is_none() && self.rest.starts_with('?') {
            // Flags and plain groups; what is not supported is found when it is parsed.
            self.out.push('(');
            return;
        }
        if let Some(rest) = named {
            self.rest = rest;
        }
        self.groups += 1;
        let value = self.secret == Some(self.groups);
        self.out.push_str(if value { "(?P<value>" } else { "(?:" });
    }

    /// Behind `[`.
    fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        if let Some(rest) = self.rest.strip_prefix('^') {
            self.rest = rest;
            self.out.push('^');
        }
        let mut first = true;
        // Whether a range may begin at what was read last.
        let mut open = false;
        loop {
            let Some(c) = self.next() else {
                return Err("a class of characters does not end".to_owned());
            };
            match c {
                ']' if !first => {
                    self.out.push(']');
                    return Ok(());
                }
                '[' if self.rest.starts_with(':') && self.rest.contains(":]") => {
                    let end = self.rest.find(":]").unwrap_or_default() + 2;
                    self.out.push('[');
                    self.out.push_str(&self.rest[..end]);
                    self.rest = &self.rest[end..];
                    open = false;
                }
                '\\' => {
                    match self.next() {
                        None => return Err("the pattern ends in a backslash".to_owned()),
                        Some(digit @ '0'..='7') => self.octal(digit),
                        Some(other) => self.out.extend(['\\', other]),
                    }
                    open = true;
                }
                // `a-b`, but not `[-a`, `a-]` or behind a range.
                '-' if open && !self.rest.starts_with(']') => {
                    self.out.push('-');
                    open = false;
                    if let Some(rest) = self.rest.strip_prefix('-') {
                        self.rest = rest;
                        self.out.push_str(r"\-");
                    } else if let Some(rest) = self.rest.strip_prefix('[') {
                        self.rest = rest;
                        self.out.push_str(r"\[");
                    } else if let Some(next) = self.rest.chars().next()
                        && next != '\\'
                    {
                        self.next();
                        self.literal(next);
                    } else {
                        // An escape ends the range; it is read next.
                        self.next();
                        if let Some(escaped) = self.next() {
                            self.out.extend(['\\', escaped]);
                        }
                    }
                }
                other => {
                    self.literal(other);
                    open = true;
                }
            }
            first = false;
        }
    }

    /// A character of a class that stands for itself.
    fn literal(&mut self, c: char) {
        if matches!(c, '[' | ']' | '&' | '~' | '-' | '^') {
            self.out.push('\\');
        }
        self.out.push(c);
    }
}

/// Parses a pattern as the scanner reads it: classes are ASCII.
fn parse(pattern: &str) -> Result<Hir, String> {
    let mut ascii = ParserBuilder::new();
    ascii.unicode(false).utf8(false);
    if let Ok(hir) = ascii.build().parse(pattern) {
        return Ok(hir);
    }
    let whole = ParserBuilder::new().build().parse(pattern);
    whole.map_err(|error| {
        let text = error.to_string();
        text.lines().last().unwrap_or_default().trim().to_owned()
    })
}

/// Text around a keyword in which a match may stand, characters.
#[derive(Debug, PartialEq, Eq)]
pub struct Reach {
    pub before: usize,
    pub after: usize,
    /// Whether a match may be longer.
    pub is_cut: bool,
}

/// Most that a rule may look around its words, and before them if matches have no end: what has
/// none begins with its keyword or soon before.
const MOST: usize = 4_000;
const BEFORE: usize = 300;

/// How far a match may reach beyond a keyword in it.
pub fn reach(pattern: &str) -> Reach {
    let longest = parse(pattern)
        .ok()
        .and_then(|hir| hir.properties().maximum_len());
    match longest {
        Some(longest) if longest <= MOST => Reach {
            before: longest,
            after: longest,
            is_cut: false,
        },
        _ => Reach {
            before: BEFORE,
            after: MOST,
            is_cut: true,
        },
    }
}

/// Fewest characters of a literal by which a pattern is found.
const SHORTEST: usize = 3;
/// Most literals.
const SEVERAL: usize = 32;

/// Words with one of which every match begins, or ends; none if there are no such words.
pub fn literals(pattern: &str) -> Vec<String> {
    let Ok(hir) = parse(pattern) else {
        return Vec::new();
    };
    for kind in [ExtractKind::Prefix, ExtractKind::Suffix] {
        let mut extractor = Extractor::new();
        extractor.kind(kind).limit_class(4).limit_total(256);
        let sequence = extractor.extract(&hir);
        let Some(all) = sequence.literals() else {
            continue;
        };
        let text = |literal: &regex_syntax::hir::literal::Literal| {
            let text = std::str::from_utf8(literal.as_bytes())
                .ok()?
                .trim()
                .to_lowercase();
            let says_enough = text.chars().filter(|c| c.is_alphanumeric()).count() >= SHORTEST;
            says_enough.then_some(text)
        };
        let words: Option<Vec<String>> = all.iter().map(text).collect();
        if let Some(mut words) = words
            && !words.is_empty()
        {
            words.sort();
            words.dedup();
            if words.len() <= SEVERAL {
                return words;
            }
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(source: &str) -> String {
        translate(source, None).map(|t| t.pattern).unwrap()
    }

    #[test]
    fn what_both_write_otherwise_is_translated() {
        for (go, here) in [
            (r"\bab\b", r"(?-u:\b)ab(?-u:\b)"),
            (r"[[a]", r"[\[a]"),
            (r"[]a]", r"[\]a]"),
            (r"[a&&b~~c]", r"[a\&\&b\~\~c]"),
            (r"[+--]", r"[+-\-]"),
            (r"[--/]", r"[\--/]"),
            (r"[\w.-]", r"[\w.\-]"),
            (r"[[:alnum:]_]", r"[[:alnum:]_]"),
            (r"a{2}b{3,}c{x}", r"a{2}b{3,}c\{x}"),
            (r"${a}", r"$\{a}"),
            (r"\Qa.b\Ec", r"a\.bc"),
            (r"\x60\101", r"\x60\x{41}"),
            (r"(a)(?P<n>b)(?:c)(?i)d", r"(?:a)(?:b)(?:c)(?i)d"),
        ] {
            assert_eq!(ours(go), here, "{go}");
        }
        let value = translate(r"(a)(b)", Some(2)).unwrap();
        assert_eq!(
            (value.pattern.as_str(), value.groups),
            (r"(?:a)(?P<value>b)", 2)
        );
        assert_eq!(
            translate(r"(a)(b)", Some(0)).unwrap().pattern,
            r"(?P<value>a)(?:b)"
        );
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        for bad in [r"(?=a)", r"(?<!a)b", r"(a)\1", r"\Bx", "[a", r"a\", "(a"] {
            assert!(translate(bad, None).is_err(), "{bad}");
        }
    }

    #[test]
    fn literals_and_lengths_come_from_the_pattern() {
        assert_eq!(literals(r"(?:abc|abd)[0-9]{5}"), ["abc", "abd"]);
        assert!(literals(r"[0-9a-f]{32}").is_empty());
        assert_eq!(
            reach("ab{1,3}"),
            Reach {
                before: 4,
                after: 4,
                is_cut: false
            }
        );
        assert!(reach("ab+").is_cut);
    }
}

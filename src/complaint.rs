//! [`Complaint`]: one thing wrong in one file, shown at its place.
//!
//! The offending line is quoted with a caret under it, as compilers do, because whoever mends a
//! configuration sees it in an editor. Configurations may hold what is nobody's business (a
//! password in an address, an access key under a wrong name), so quotes and messages are masked
//! when they are made: what is not kept cannot be printed.

use std::fmt::{self, Write as _};
use std::ops::Range;

use unicode_width::UnicodeWidthChar as _;

/// Columns of a quoted line; of longer ones the surroundings are shown.
const WIDTH: usize = 96;
/// Columns of a tab in quotes.
const TAB: usize = 4;

/// One thing wrong in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The file, as the user knows it.
    pub file: String,
    /// Line, 1-based; 0 when the whole file is meant.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub hint: String,
    /// Both in Chinese, where they are known.
    pub zh: Option<(String, String)>,
    /// The line it is about.
    pub quote: Option<Quote>,
}

impl Complaint {
    /// A complaint about a file of which no line is quoted.
    pub fn new(
        file: impl Into<String>,
        line: usize,
        what: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            file: file.into(),
            line,
            what: what.into(),
            hint: hint.into(),
            zh: None,
            quote: None,
        }
    }

    /// The same, with what is wrong and how to mend it in Chinese too.
    #[must_use]
    pub fn in_chinese(self, what: &str, hint: &str) -> Self {
        Self {
            zh: Some((shown(what), shown(hint))),
            ..self
        }
    }

    /// All of them, one below the other, in English and without styles.
    pub(crate) fn list(all: &[Self]) -> String {
        let all: Vec<String> = all.iter().map(ToString::to_string).collect();
        all.join("\n")
    }

    /// Writes it for people, in Chinese where that is known and asked for.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn write(&self, out: &mut impl fmt::Write, chinese: bool, paint: Paint) -> fmt::Result {
        let (what, hint) = match &self.zh {
            Some((what, hint)) if chinese => (what, hint),
            _ => (&self.what, &self.hint),
        };
        let (at, end) = (paint.place, paint.end());
        write!(out, "{at}{}", shown(&self.file))?;
        if self.line > 0 {
            write!(out, ":{}", self.line)?;
        }
        if let Some(quote) = &self.quote {
            write!(out, ":{}", quote.column)?;
        }
        write!(out, "{end}: {what}")?;
        if let Some(quote) = &self.quote {
            quote.write(out, self.line, paint)?;
        }
        if !hint.is_empty() {
            let name = if chinese { "提示" } else { "hint" };
            write!(out, "\n  {}{name}{end}: {hint}", paint.hint)?;
        }
        Ok(())
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, false, Paint::default())
    }
}

/// Escape codes of a terminal; none by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct Paint {
    place: &'static str,
    frame: &'static str,
    caret: &'static str,
    hint: &'static str,
}

impl Paint {
    /// For a terminal; whatever prints it takes the codes out where there is none.
    pub const TERMINAL: Self = Self {
        place: "\x1b[1m",
        frame: "\x1b[34m",
        caret: "\x1b[1;31m",
        hint: "\x1b[1;36m",
    };

    const fn end(self) -> &'static str {
        if self.place.is_empty() { "" } else { "\x1b[0m" }
    }
}

/// A line with the place in it that is meant, fit to be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The line or, if it is long, what surrounds the place.
    pub line: String,
    /// Character of the line at which the place begins, from 1.
    pub column: usize,
    /// Columns of a terminal before the place, in `line`.
    before: usize,
    /// Columns the place takes.
    width: usize,
}

impl Quote {
    /// The line in which `span` begins; of the span what stands in that line.
    pub fn of(text: &str, span: Range<usize>) -> Self {
        let mut start = span.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line = text[from..].split('\n').next().unwrap_or_default();
        let line = line.trim_end_matches('\r');
        let start = (start - from).min(line.len());
        let mut end = span.end.saturating_sub(from).clamp(start, line.len());
        while !line.is_char_boundary(end) {
            end += 1;
        }
        let column = line[..start].chars().count() + 1;
        let secret = secrets(line);
        let cells: Vec<(usize, String)> = line
            .char_indices()
            .map(|(at, c)| (at, cell(c, secret.iter().any(|range| range.contains(&at)))))
            .collect();
        let columns = |range: Range<usize>| -> usize {
            let inside = cells.iter().filter(|(at, _)| range.contains(at));
            inside.map(|(_, cell)| wide(cell)).sum()
        };
        let (before, width) = (columns(0..start), columns(start..end).max(1));
        let all = columns(0..line.len());
        // The place a third into the window, unless the line begins or ends before.
        let skip = match all > WIDTH {
            true => before
                .saturating_sub(WIDTH / 3)
                .min(all.saturating_sub(WIDTH)),
            false => 0,
        };
        let (mut shown, mut at, mut left) = (String::new(), 0, 0);
        for (_, cell) in &cells {
            let next = at + wide(cell);
            if at < skip {
                left = next;
            } else if next <= skip + WIDTH {
                shown.push_str(cell);
            }
            at = next;
        }
        let mut before = before - left.min(before);
        if left > 0 {
            shown.insert(0, '…');
            before += 1;
        }
        if all > skip + WIDTH {
            shown.push('…');
        }
        let room = wide(&shown).saturating_sub(before).max(1);
        Self {
            line: shown,
            column,
            before,
            width: width.min(room),
        }
    }

    fn write(&self, out: &mut impl fmt::Write, number: usize, paint: Paint) -> fmt::Result {
        let (frame, caret, end) = (paint.frame, paint.caret, paint.end());
        let digits = number.to_string().len().max(4);
        let (line, before) = (&self.line, " ".repeat(self.before));
        let carets = "^".repeat(self.width);
        write!(out, "\n{frame}{number:>digits$} |{end} {line}")?;
        let gap = " ".repeat(digits);
        write!(out, "\n{frame}{gap} |{end} {before}{caret}{carets}{end}")
    }
}

/// Where something stands, for complaints.
#[derive(Clone, Debug)]
pub struct Place {
    file: String,
    line: usize,
    quote: Quote,
}

impl Place {
    /// Bytes `span` of `text`.
    pub fn new(file: &str, text: &str, span: Range<usize>) -> Self {
        let before = &text.as_bytes()[..span.start.min(text.len())];
        Self {
            file: file.to_owned(),
            line: memchr::memchr_iter(b'\n', before).count() + 1,
            quote: Quote::of(text, span),
        }
    }

    /// Of a byte that is meant without those after it.
    pub fn at(file: &str, text: &str, byte: usize) -> Self {
        Self::new(file, text, byte..byte)
    }

    /// Its line, from 1.
    pub const fn line(&self) -> usize {
        self.line
    }

    /// A complaint about this place.
    pub fn complaint(&self, what: impl AsRef<str>, hint: impl AsRef<str>) -> Complaint {
        Complaint {
            quote: Some(self.quote.clone()),
            ..Complaint::new(
                &*self.file,
                self.line,
                shown(what.as_ref()),
                shown(hint.as_ref()),
            )
        }
    }
}

/// A message that names parts of a file, fit to be printed.
fn shown(text: &str) -> String {
    let secret = opaque(text);
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if secret.iter().any(|range| range.contains(&at)) {
            out.push('*');
        } else if turns_text(c) || (c.is_control() && c != '\n') {
            let _ = write!(out, "{}", c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// What stands for one character in a quote.
fn cell(c: char, secret: bool) -> String {
    let width = c.width().unwrap_or(1);
    match c {
        '\t' => " ".repeat(TAB),
        _ if secret => "*".repeat(width),
        _ if c.is_control() || turns_text(c) => "\u{FFFD}".to_owned(),
        _ => c.to_string(),
    }
}

fn wide(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// Whether a character changes the direction of what stands around it, or shows nothing: with
/// such, a quote could show another text than there is.
const fn turns_text(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// Words in the name of a key whose value is not shown.
const SECRET_NAMES: [&str; 13] = [
    "secret",
    "token",
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "credential",
    "credentials",
    "apikey",
    "key",
    "密码",
    "口令",
    "密钥",
];

/// Places in a line of TOML that are not shown.
fn secrets(line: &str) -> Vec<Range<usize>> {
    let mut all = opaque(line);
    let mut from = 0;
    // Inline tables have several keys on a line: what follows the name of one up to the next.
    for (at, _) in line.match_indices('=') {
        let name = line[from..at].trim_end().trim_end_matches(['"', '\'']);
        let begins = name
            .rfind(|c: char| c.is_whitespace() || matches!(c, ',' | '{' | '"' | '\'' | '.'))
            .map_or(0, |at| at + 1);
        let name = name[begins..].to_lowercase();
        let mut words = name.split(|c: char| !c.is_alphanumeric());
        if words.any(|word| SECRET_NAMES.contains(&word)) {
            let rest = &line[at + 1..];
            let value = line.len() - rest.trim_start().len();
            let ends = line[value..]
                .find(',')
                .map_or(line.len(), |end| value + end);
            all.push(value..ends);
        }
        from = at + 1;
    }
    all
}

/// Places that are not shown in any text: users and passwords and queries of addresses, and long
/// runs of letters and digits or digits alone, which are keys or numbers of persons.
fn opaque(text: &str) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    for (at, _) in text.match_indices("://") {
        let from = at + 3;
        let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '>' | ')');
        let to = text[from..].find(ends).map_or(text.len(), |end| from + end);
        let address = &text[from..to];
        let host_ends = address.find(['/', '?', '#']).unwrap_or(address.len());
        if let Some(user) = address[..host_ends].rfind('@') {
            all.push(from..from + user);
        }
        if let Some(query) = address.find('?') {
            all.push(from + query + 1..to);
        }
    }
    let mut from = 0;
    for run in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        let to = from + run.len();
        let digits = run.bytes().filter(u8::is_ascii_digit).count();
        let mixed = run.len() >= 20 && digits > 0 && digits < run.len();
        if mixed || (digits >= 11 && run.len() - digits <= 1) {
            all.push(from..to);
        }
        from = to + text[to..].chars().next().map_or(0, char::len_utf8);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, what: &str) -> String {
        let at = text.find(what).unwrap();
        let place = Place::new("y.toml", text, at..at + what.len());
        place.complaint("wrong", "mend it").to_string()
    }

    #[test]
    fn the_caret_stands_under_the_place_whatever_is_before_it() {
        assert_eq!(
            told("a = 1\n\t名 = \"示例\", x = 'y'\n", "示例"),
            "y.toml:2:7: wrong\n   2 |     名 = \"示例\", x = 'y'\n     |           ^^^^\n  hint: mend it"
        );
        let empty = Place::at("y.toml", "a = [\r\n", 5).complaint("open", "");
        assert_eq!(
            empty.to_string(),
            "y.toml:1:6: open\n   1 | a = [\n     |      ^"
        );
        let behind = Place::at("y.toml", "a\n", 99).complaint("end", "");
        assert!(behind.to_string().starts_with("y.toml:2:1: end\n"));
        assert!(Place::new("y", "", 0..0).complaint("", "").quote.is_some());
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        for (left, right) in [(0, 500), (500, 500), (500, 0), (60, 60)] {
            let text = format!("{}WRONG{}", "长a".repeat(left), "尾".repeat(right));
            let at = text.find("WRONG").unwrap();
            let quote = Quote::of(&text, at..at + 5);
            assert!(wide(&quote.line) <= WIDTH + 2, "{quote:?}");
            let mut column = 0;
            let under: String = quote
                .line
                .chars()
                .filter(|c| {
                    column += c.width().unwrap();
                    (quote.before + 1..=quote.before + quote.width).contains(&column)
                })
                .collect();
            assert_eq!(under, "WRONG");
        }
    }

    #[test]
    fn secrets_are_not_shown_and_direction_is_not_turned() {
        for (line, secret) in [
            ("aws_secret_access_key = \"wJalrXUtn\"", "wJalrXUtn"),
            ("x = { password = \"p4ss\", y = 1 }", "p4ss"),
            ("\"my.token\" = 'abc'", "abc"),
            ("密码 = \"开门\"", "开门"),
            ("url = \"https://me:pw@host.example/x?sig=zzz#f\"", "me:pw"),
            ("url = \"https://me:pw@host.example/x?sig=zzz#f\"", "zzz"),
            ("id = \"11010519491231002X\"", "11010519491231002X"),
            ("id = \"ghp0123456789abcdefghijkl\"", "ghp0123"),
        ] {
            let quote = Quote::of(line, 0..1);
            assert!(!quote.line.contains(secret), "{quote:?}");
            assert_eq!(wide(&quote.line), wide(line));
            if !line.contains(" = { ") && !line.contains(['密', 'y']) {
                assert!(
                    !shown(line).contains(secret) || line.contains('\''),
                    "{line}"
                );
            }
        }
        let kept = "match = [\"crafts/2026-07-01/**\"] # tokenizer";
        assert_eq!(Quote::of(kept, 0..1).line, kept);
        let turned = Quote::of("a = \"\u{202E}cod\u{200B}\"", 0..1).line;
        assert_eq!(turned, "a = \"\u{FFFD}cod\u{FFFD}\"");
        assert_eq!(shown("a\u{202E}\u{1b}[31m"), "a\\u{202e}\\u{1b}[31m");
    }
}

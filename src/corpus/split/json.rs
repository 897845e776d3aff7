//! One JSON object → its fields of text, by dotted paths, without building a tree.
//!
//! Values are found where they lie; a string without escapes is handed on as it stands in the
//! shard. Repeated keys are all scanned: a loader that keeps only one of them may keep any.

use std::borrow::Cow;

use sonic_rs::LazyValue;

use super::json_stated::{inside, stated};
use super::json_syntax::Syntax;
use crate::corpus::meta::FieldPaths;
pub use crate::corpus::records::{FieldName, Meta};

/// One step of a text path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Each,
}

/// Which fields of a record hold its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextPaths(Vec<Vec<Step>>);

impl TextPaths {
    /// From dotted paths: `text`, `meta.title`, `messages[].content`; `*` is every value.
    ///
    /// # Errors
    ///
    /// The path that is empty or malformed.
    pub fn new<S: AsRef<str>>(paths: &[S]) -> Result<Self, String> {
        paths
            .iter()
            .map(|path| parse(path.as_ref()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether path `number` leads to the values of a column, or to what is around them.
    ///
    /// `column`: the way to them, a key or an element of a list each step.
    pub fn leads_to(&self, number: usize, column: &[Option<&str>]) -> bool {
        self.0.get(number).is_some_and(|path| leads(path, column))
    }

    /// Whether the column or top-level key `name` holds text.
    pub fn names(&self, name: &str) -> bool {
        self.0.iter().any(|path| {
            let mut left = Some(name);
            for step in path {
                let Step::Key(key) = step else { return false };
                left = left.and_then(|l| l.strip_prefix(key.as_str()));
                left = left.map(|l| l.strip_prefix('.').unwrap_or(l));
            }
            path.is_empty() || left == Some("")
        })
    }
}

/// A key of a column may hold the dots of several steps.
fn leads(path: &[Step], column: &[Option<&str>]) -> bool {
    let Some((step, rest)) = path.split_first() else {
        return true;
    };
    let Some((first, inside)) = column.split_first() else {
        return false;
    };
    match (step, first) {
        (Step::Each, None) => leads(rest, inside),
        (Step::Key(key), Some(name)) => {
            let dotted = name.strip_prefix(key.as_str());
            match dotted {
                Some("") => leads(rest, inside),
                Some(dotted) if dotted.starts_with('.') => {
                    let mut column = column.to_vec();
                    column[0] = Some(&dotted[1..]);
                    !rest.is_empty() && leads(rest, &column)
                }
                _ => false,
            }
        }
        _ => false,
    }
}

/// Whether `name` is the dotted path `path`.
pub fn is_dotted(path: &[String], name: &str) -> bool {
    !name.is_empty() && name.split('.').eq(path.iter().map(String::as_str))
}

fn parse(path: &str) -> Result<Vec<Step>, String> {
    if path == "*" {
        return Ok(Vec::new());
    }
    let mut steps = Vec::new();
    for part in path.split('.') {
        let name = part.trim_end_matches("[]");
        if name.is_empty() || name.contains(['[', ']']) {
            return Err(path.to_owned());
        }
        steps.push(Step::Key(name.to_owned()));
        steps.extend((0..(part.len() - name.len()) / 2).map(|_| Step::Each));
    }
    Ok(steps)
}

/// Where a record keeps what is not text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetaPaths {
    /// Its id, dotted.
    pub id: Vec<String>,
    /// Values that decide the source, dotted: `[corpus] source` and `[[source]] record_field`.
    pub sources: Vec<Vec<String>>,
    /// Values that are carried into the run.
    pub fields: FieldPaths,
}

/// Text of a field, as it stands in the shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldText<'a> {
    /// Needs nothing done.
    Plain(&'a str),
    /// The inside of a JSON string with escapes.
    Escaped(&'a str),
}

/// Why a line is no record, or has no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRecord {
    /// Not JSON.
    NotJson,
    /// JSON, but no object.
    NotObject,
    /// An object without any string or number.
    NoText,
}

/// Depth of nesting that the parser survives on a small stack, whatever the limit.
pub(super) const DEEPEST: u32 = 2048;
/// Depth of nesting that is followed; what is deeper is scanned as it is written.
pub(super) const DEPTH: usize = 64;

pub(super) type Entry<'a> = (Cow<'a, str>, LazyValue<'a>);

/// Calls `field` for every field of text of the object `line`, in the order they stand there
/// for each text path; if none has text, for every string and number.
///
/// # Errors
///
/// [`NoRecord`]; then `field` was not called.
pub fn record<'a>(
    line: &'a str,
    paths: &TextPaths,
    meta_paths: &MetaPaths,
    field: &mut dyn FnMut(FieldName<'_>, FieldText<'_>),
) -> Result<Meta, NoRecord> {
    let entries = entries(line)?;
    let mut meta = Meta {
        id: value_at(&entries, &meta_paths.id),
        sources: meta_paths
            .sources
            .iter()
            .map(|path| value_at(&entries, path))
            .collect(),
        stated: stated(&entries, &meta_paths.fields),
        repeated_key: has_repeats(&entries),
        ..Meta::default()
    };
    let mut walk = Walk {
        path: String::new(),
        found: false,
        field,
    };
    for path in &paths.0 {
        match path.split_first() {
            Some((Step::Key(first), rest)) => {
                for (key, value) in entries.iter().filter(|(key, _)| key == first) {
                    walk.enter(key, |walk| walk.follow(key, value, rest, DEPTH));
                }
            }
            _ => walk.all_of(&entries),
        }
    }
    if !walk.found {
        meta.whole = true;
        walk.all_of(&entries);
    }
    if walk.found {
        Ok(meta)
    } else {
        Err(NoRecord::NoText)
    }
}

/// Whether `text` is nested deeper than `limit`; what is no JSON may be or not.
///
/// To be asked before anything else here: the parser below recurses.
pub fn is_too_deep(text: &str, limit: u32) -> bool {
    let limit = limit.min(DEEPEST);
    if text.len() <= limit as usize {
        return false;
    }
    // `[` and `{` differ in one bit. Sums of 255 bytes fit into a byte, so that this is vectorized.
    let opens = |part: &[u8]| part.iter().map(|b| u8::from(b | 0x20 == b'{')).sum::<u8>();
    let open: usize = text
        .as_bytes()
        .chunks(255)
        .map(|part| usize::from(opens(part)))
        .sum();
    if open <= limit as usize {
        return false;
    }
    let mut syntax = Syntax::new(limit);
    syntax.take(text.trim_start_matches('\u{FEFF}').as_bytes());
    syntax.too_deep
}

/// Calls `field` for every field of text of any JSON value: an object like [`record`]; of a list
/// or a single value, every string and number.
///
/// # Errors
///
/// [`NoRecord`]; then `field` was not called.
pub fn value(
    text: &str,
    paths: &TextPaths,
    meta_paths: &MetaPaths,
    field: &mut dyn FnMut(FieldName<'_>, FieldText<'_>),
) -> Result<Meta, NoRecord> {
    let body = text.trim_matches([' ', '\t', '\r', '\n']);
    if body.starts_with('{') {
        return record(body, paths, meta_paths, field);
    }
    let whole: LazyValue<'_> = sonic_rs::from_str(body).map_err(|_| NoRecord::NotJson)?;
    let mut walk = Walk {
        path: String::new(),
        found: false,
        field,
    };
    walk.all("", &whole, DEPTH);
    if walk.found {
        Ok(Meta::default())
    } else {
        Err(NoRecord::NoText)
    }
}

fn entries(line: &str) -> Result<Vec<Entry<'_>>, NoRecord> {
    let body = line.trim_matches([' ', '\t', '\r', '\n']);
    if !body.starts_with('{') {
        let whole: Result<LazyValue<'_>, _> = sonic_rs::from_str(body);
        return Err(if whole.is_ok() {
            NoRecord::NotObject
        } else {
            NoRecord::NotJson
        });
    }
    let mut entries = Vec::with_capacity(8);
    for entry in sonic_rs::to_object_iter(body) {
        entries.push(entry.map_err(|_| NoRecord::NotJson)?);
    }
    // The iterator stops at the closing brace; nothing may stand behind it.
    let last = entries
        .last()
        .map_or(0, |(_, value)| match value.as_raw_cow() {
            Cow::Borrowed(raw) => raw.as_ptr() as usize + raw.len() - body.as_ptr() as usize,
            Cow::Owned(_) => 0,
        });
    let tail = body[last..].trim_start_matches(|c: char| last == 0 && c == '{');
    if tail.trim_matches([' ', '\t', '\r', '\n']) != "}" {
        return Err(NoRecord::NotJson);
    }
    Ok(entries)
}

fn has_repeats(entries: &[Entry<'_>]) -> bool {
    entries
        .iter()
        .enumerate()
        .any(|(i, (key, _))| entries[..i].iter().any(|(k, _)| k == key))
}

/// The string or number at a dotted path, as written, with escapes resolved.
fn value_at(entries: &[Entry<'_>], path: &[String]) -> Option<String> {
    let (first, rest) = path.split_first()?;
    let (_, value) = entries.iter().find(|(key, _)| key == first)?;
    let value = inside(value, rest)?;
    let raw = value.as_raw_cow();
    match raw.as_bytes().first()? {
        b'"' => {
            let mut text = String::new();
            Unescape::new(&raw[1..raw.len() - 1]).fill(&mut text, usize::MAX);
            (!text.is_empty()).then_some(text)
        }
        b'-' | b'0'..=b'9' => Some(raw.into_owned()),
        _ => None,
    }
}

struct Walk<'w> {
    path: String,
    found: bool,
    field: &'w mut dyn FnMut(FieldName<'_>, FieldText<'_>),
}

impl Walk<'_> {
    fn enter(&mut self, key: &str, inside: impl FnOnce(&mut Self)) {
        let before = self.path.len();
        if before > 0 {
            self.path.push('.');
        }
        self.path.push_str(key);
        inside(self);
        self.path.truncate(before);
    }

    fn enter_item(&mut self, number: usize, inside: impl FnOnce(&mut Self)) {
        let before = self.path.len();
        self.path.push_str(&format!("[{number}]"));
        inside(self);
        self.path.truncate(before);
    }

    fn all_of(&mut self, entries: &[Entry<'_>]) {
        for (key, value) in entries {
            self.enter(key, |walk| walk.all(key, value, DEPTH));
        }
    }

    /// Follows the rest of a path from `value`; at its end everything inside is text.
    fn follow(&mut self, key: &str, value: &LazyValue<'_>, steps: &[Step], depth: usize) {
        let Some((step, rest)) = steps.split_first() else {
            return self.all(key, value, depth);
        };
        if depth == 0 {
            return self.all(key, value, 0);
        }
        match step {
            Step::Key(name) => {
                let inside = value.clone().into_object_iter();
                for (k, v) in inside
                    .into_iter()
                    .flatten()
                    .flatten()
                    .filter(|(k, _)| k == name)
                {
                    self.enter(&k, |walk| walk.follow(&k, &v, rest, depth - 1));
                }
            }
            Step::Each => {
                let inside = value.clone().into_array_iter();
                for (i, v) in inside.into_iter().flatten().flatten().enumerate() {
                    self.enter_item(i, |walk| walk.follow(key, &v, rest, depth - 1));
                }
            }
        }
    }

    /// Every string and number in `value`.
    fn all(&mut self, key: &str, value: &LazyValue<'_>, depth: usize) {
        let raw = value.as_raw_cow();
        match raw.as_bytes().first() {
            Some(b'"') => {
                let inside = &raw[1..raw.len() - 1];
                if !inside.is_empty() {
                    let escaped = memchr::memchr(b'\\', inside.as_bytes()).is_some();
                    self.text(
                        key,
                        if escaped {
                            FieldText::Escaped(inside)
                        } else {
                            FieldText::Plain(inside)
                        },
                    );
                }
            }
            Some(b'-' | b'0'..=b'9') => self.text(key, FieldText::Plain(&raw)),
            Some(b'{' | b'[') if depth == 0 => self.text(key, FieldText::Plain(&raw)),
            Some(b'{') => {
                let inside = value.clone().into_object_iter();
                for (k, v) in inside.into_iter().flatten().flatten() {
                    self.enter(&k, |walk| walk.all(&k, &v, depth - 1));
                }
            }
            Some(b'[') => {
                let inside = value.clone().into_array_iter();
                for (i, v) in inside.into_iter().flatten().flatten().enumerate() {
                    self.enter_item(i, |walk| walk.all(key, &v, depth - 1));
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, key: &str, text: FieldText<'_>) {
        self.found = true;
        (self.field)(
            FieldName {
                path: &self.path,
                key,
            },
            text,
        );
    }
}

/// Resolves the escapes of a JSON string part by part.
pub struct Unescape<'a> {
    rest: &'a str,
}

impl<'a> Unescape<'a> {
    /// Of the inside of a valid JSON string.
    pub const fn new(inside: &'a str) -> Self {
        Self { rest: inside }
    }

    /// Appends at least `bytes` decoded bytes to `out`, or all that is left. Returns whether
    /// there is more. A surrogate without its partner becomes U+FFFD.
    pub fn fill(&mut self, out: &mut String, bytes: usize) -> bool {
        let enough = out.len().saturating_add(bytes);
        while out.len() < enough && !self.rest.is_empty() {
            // A plain stretch, but no longer than what was asked for.
            let plain = memchr::memchr(b'\\', self.rest.as_bytes()).unwrap_or(self.rest.len());
            let mut take = plain.min(enough - out.len());
            while !self.rest.is_char_boundary(take) {
                take += 1;
            }
            out.push_str(&self.rest[..take]);
            self.rest = &self.rest[take..];
            if take == plain && !self.rest.is_empty() {
                self.escape(out);
            }
        }
        !self.rest.is_empty()
    }

    fn escape(&mut self, out: &mut String) {
        let bytes = self.rest.as_bytes();
        let simple = match bytes.get(1) {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'u') => return self.unicode(out),
            Some(other) if other.is_ascii() => char::from(*other),
            // No valid string has this; what follows stays.
            Some(_) => {
                out.push('\u{FFFD}');
                self.rest = &self.rest[1..];
                return;
            }
            None => {
                self.rest = "";
                return;
            }
        };
        out.push(simple);
        self.rest = &self.rest[2..];
    }

    fn unicode(&mut self, out: &mut String) {
        let unit = |text: &str| {
            text.get(2..6)
                .and_then(|hex| u32::from_str_radix(hex, 16).ok())
        };
        let Some(first) = unit(self.rest) else {
            out.push('\u{FFFD}');
            self.rest = &self.rest[2..];
            return;
        };
        self.rest = &self.rest[6..];
        let second = self
            .rest
            .starts_with("\\u")
            .then(|| unit(self.rest))
            .flatten();
        let c = match (first, second) {
            (0xD800..=0xDBFF, Some(low @ 0xDC00..=0xDFFF)) => {
                self.rest = &self.rest[6..];
                char::from_u32(0x10000 + ((first - 0xD800) << 10) + (low - 0xDC00))
            }
            _ => char::from_u32(first),
        };
        out.push(c.unwrap_or('\u{FFFD}'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(line: &str, paths: &[&str]) -> Result<Vec<(String, String, String)>, NoRecord> {
        let mut all = Vec::new();
        let meta = MetaPaths {
            id: vec!["id".to_owned()],
            ..MetaPaths::default()
        };
        record(
            line,
            &TextPaths::new(paths).unwrap(),
            &meta,
            &mut |name, text| {
                let mut decoded = String::new();
                match text {
                    FieldText::Plain(text) => decoded.push_str(text),
                    FieldText::Escaped(inside) => {
                        Unescape::new(inside).fill(&mut decoded, usize::MAX);
                    }
                }
                all.push((name.path.to_owned(), name.key.to_owned(), decoded));
            },
        )?;
        Ok(all)
    }

    fn paths_of(line: &str, paths: &[&str]) -> Vec<String> {
        fields(line, paths)
            .unwrap()
            .into_iter()
            .map(|(p, _, t)| format!("{p}={t}"))
            .collect()
    }

    #[test]
    fn dotted_paths_lists_and_the_fallback_to_everything() {
        let chat = r#"{"id":7,"messages":[{"role":"user","content":"你"},{"role":"a","content":"\u4f60\n好"}]}"#;
        assert_eq!(
            paths_of(chat, &["messages[].content"]),
            ["messages[0].content=你", "messages[1].content=你\n好"]
        );
        assert_eq!(paths_of(chat, &["text"]).len(), 5);
        assert_eq!(
            paths_of(r#"{"a":{"b":"x"},"text":null}"#, &["text", "a.b"]),
            ["a.b=x"]
        );
        assert_eq!(
            paths_of(r#"{"text":["a",{"手机":13800138000}]}"#, &["text"]),
            ["text[0]=a", "text[1].手机=13800138000"]
        );
        assert_eq!(
            paths_of(r#"{"text":"a","text":"b"}"#, &["text"]),
            ["text=a", "text=b"]
        );
    }

    #[test]
    fn what_is_no_record_says_why() {
        for (line, why) in [
            ("not json", NoRecord::NotJson),
            (r#"{"text":"a""#, NoRecord::NotJson),
            (r#"{"text":"a"} x"#, NoRecord::NotJson),
            (r#"{"text":"a"}}"#, NoRecord::NotJson),
            (r#"{"text":tru}"#, NoRecord::NotJson),
            ("{]", NoRecord::NotJson),
            ("[1,2]", NoRecord::NotObject),
            ("\"a\"", NoRecord::NotObject),
            ("{}", NoRecord::NoText),
            (" { } ", NoRecord::NoText),
            (r#"{"text":null,"a":[],"b":true}"#, NoRecord::NoText),
        ] {
            assert_eq!(fields(line, &["text"]).unwrap_err(), why, "{line}");
        }
    }

    #[test]
    fn escapes_are_resolved_like_serde_does_in_parts_of_any_size() {
        let raw = r#"a\"\\\/\b\f\n\r\tA\u4e2d\uD83D\uDE00中"#;
        let expected: String = serde_json::from_str(&format!("\"{raw}\"")).unwrap();
        for size in 1..12 {
            let (mut text, mut unescape) = (String::new(), Unescape::new(raw));
            while unescape.fill(&mut text, size) {}
            assert_eq!(text, expected);
        }
        let mut lone = String::new();
        Unescape::new(r"\uD800x\uDC00").fill(&mut lone, usize::MAX);
        assert_eq!(lone, "\u{FFFD}x\u{FFFD}");
    }

    #[test]
    fn deep_nesting_is_scanned_and_ends() {
        let deep = format!(
            r#"{{"text":{}"秘密"{}}}"#,
            "[".repeat(3000),
            "]".repeat(3000)
        );
        let all = fields(&deep, &["text"]).unwrap();
        assert!(all.len() == 1 && all[0].2.contains("秘密"));
    }
}

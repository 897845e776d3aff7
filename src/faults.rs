//! Everything that keeps a TOML file from being what it should be, not only the first thing.
//!
//! The parser goes on after most mistakes of syntax. Serde stops at the first key it does not
//! like; so what it complains of is taken out of the parsed table and it is asked again. That
//! needs no list of keys beside the types, and each complaint carries the bytes it is about.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use crate::{Complaint, Place};

/// Faults that are told of one file, which bounds the time as well: each is another reading. Who
/// has more will ask again.
const MOST: usize = 50;
/// Keys that are listed where none is near.
const LISTED: usize = 20;

/// Chinese and English.
pub(crate) type Said = (String, String);
/// Hears of something wrong: where, by keys and numbers; what; how to mend it.
pub(crate) type Report<'a> = &'a mut dyn FnMut(&[&str], Said, Said);

/// One thing wrong with a file, in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Bytes it is about.
    pub span: Range<usize>,
    /// What is wrong.
    pub what: Said,
    /// How to mend it.
    pub hint: Said,
}

impl Fault {
    /// The complaint about it, in a file with this name and text.
    pub fn complaint(&self, file: &str, text: &str) -> Complaint {
        let place = Place::new(file, text, self.span.clone());
        let told = place.complaint(&self.what.1, &self.hint.1);
        told.in_chinese(&self.what.0, &self.hint.0)
    }
}

/// A table of a file, its faults and where they were.
pub(crate) struct Parsed<'t> {
    /// What is left of the file when everything faulty is taken out.
    pub table: Spanned<DeTable<'t>>,
    /// Faults, in the order they were met.
    pub faults: Vec<Fault>,
    /// Tables out of which something was taken, by their spans, with the key.
    taken: Vec<(Range<usize>, String)>,
}

impl<'t> Parsed<'t> {
    /// Parses a text; if its syntax is wrong, there is nothing but faults.
    pub fn of(text: &'t str) -> Self {
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut faults: Vec<Fault> = Vec::new();
        let mut lines = Vec::new();
        for error in errors {
            let span = error.span().unwrap_or_default();
            // What else is wrong on a line follows from the first.
            let line = memchr::memchr_iter(b'\n', &text.as_bytes()[..span.start.min(text.len())]);
            let line = line.count();
            if !lines.contains(&line) && faults.len() < MOST {
                lines.push(line);
                faults.push(syntax(error.message(), span, text));
            }
        }
        Self {
            table,
            faults,
            taken: Vec::new(),
        }
    }

    /// Reads the whole table as a `T`; what is wrong with it is told and taken out.
    pub fn read<T: DeserializeOwned>(&mut self) -> Option<T> {
        let table = self.table.clone();
        self.read_as(table, &[], &[])
    }

    /// Reads, of the table at `path`, the keys that `keep` wants, as a `T`. `others`: keys that
    /// may stand there besides, for suggestions.
    pub fn read_part<T: DeserializeOwned>(
        &mut self,
        path: &[&str],
        keep: impl Fn(&str) -> bool,
        others: &[&str],
    ) -> Option<T> {
        let at = self.at(path)?;
        let (span, table) = (at.span(), at.get_ref().as_table()?);
        let kept = table.iter().filter(|(key, _)| keep(key.get_ref()));
        let table: DeTable<'_> = kept
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
        self.read_as(Spanned::new(span, table), &path, others)
    }

    fn read_as<T: DeserializeOwned>(
        &mut self,
        mut table: Spanned<DeTable<'t>>,
        within: &[String],
        others: &[&str],
    ) -> Option<T> {
        loop {
            let error = match T::deserialize(Deserializer::from(table.clone())) {
                Ok(read) => return Some(read),
                Err(error) => error,
            };
            let span = error.span().unwrap_or_else(|| table.span());
            let mut path = within.to_vec();
            let found = find(table.get_ref(), table.span(), &span, &mut path);
            let missing = quoted(error.message()).next().unwrap_or_default();
            let derived = error.message().starts_with("missing field")
                && self.taken.contains(&(span.clone(), missing.to_owned()));
            if !derived {
                let place = found.as_ref().map_or(within, |found| &found.path);
                self.tell(shape(error.message(), span, place, others));
            }
            if self.faults.len() == MOST {
                return None;
            }
            let found = found?;
            take(table.get_mut(), &found.path[within.len()..]);
            take(self.table.get_mut(), &found.path);
            self.taken.push((found.table, found.name));
        }
    }

    /// Whether something was taken out of the table with this span.
    pub fn lacks(&self, table: &Range<usize>) -> bool {
        self.taken.iter().any(|(of, _)| of == table)
    }

    /// Tells of a fault that only a closer look shows.
    pub fn tell(&mut self, fault: Fault) {
        if self.faults.len() < MOST {
            self.faults.push(fault);
        }
    }

    /// Sees that what stands at a path, if anything does, is no list where a table is wanted:
    /// serde would take the entries of a list for the keys of the table, in the order of the type.
    pub fn must_be_table(&mut self, path: &[&str]) {
        let Some(found) = self.at(path).filter(|at| at.get_ref().is_array()) else {
            return;
        };
        let span = found.span();
        let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
        self.tell(shape(
            "invalid type: sequence, expected a map",
            span,
            &path,
            &[],
        ));
        take(self.table.get_mut(), &path);
    }

    /// Entries of the array at a path; none if there is no such array.
    pub fn length(&self, path: &[&str]) -> usize {
        let list = self.at(path).and_then(|at| at.get_ref().as_array());
        list.map_or(0, |list| list.len())
    }

    /// What stands at a path of keys and, in arrays, numbers from 0.
    fn at(&self, path: &[&str]) -> Option<&Spanned<DeValue<'t>>> {
        let (first, rest) = path.split_first()?;
        let first = self.table.get_ref().get(*first)?;
        rest.iter().try_fold(first, |at, part| match at.get_ref() {
            DeValue::Table(table) => table.get(*part),
            DeValue::Array(list) => list.get(part.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// Bytes of what stands at a path; of a path that does not exist of the longest part of it
    /// that does.
    pub fn span(&self, path: &[&str]) -> Range<usize> {
        let mut parts = (0..=path.len()).rev();
        let found = parts.find_map(|parts| self.at(&path[..parts]));
        found.map_or(0..0, Spanned::span)
    }

    /// The complaints, in the order of the file.
    pub fn complaints(mut self, file: &str, text: &str) -> Vec<Complaint> {
        self.faults.sort_by_key(|fault| fault.span.start);
        let all = self.faults.iter();
        all.map(|fault| fault.complaint(file, text)).collect()
    }
}

/// Every complaint about a text that should be a `T`; none if it is one.
pub(crate) fn complaints<T: DeserializeOwned>(file: &str, text: &str) -> Vec<Complaint> {
    let mut parsed = Parsed::of(text);
    if parsed.faults.is_empty() {
        let _: Option<T> = parsed.read();
    }
    parsed.complaints(file, text)
}

/// An entry of a table or array.
struct Found {
    /// Keys that lead to it, and numbers in arrays.
    path: Vec<String>,
    /// Span of the table it is in.
    table: Range<usize>,
    /// Its key or number.
    name: String,
}

/// The innermost entry whose key or value has this span.
fn find(
    table: &DeTable<'_>,
    of: Range<usize>,
    span: &Range<usize>,
    path: &mut Vec<String>,
) -> Option<Found> {
    for (key, value) in table.iter() {
        let name = key.get_ref().to_string();
        if key.span() == *span && value.span() != *span {
            return Some(entry(path, name, of));
        }
        path.push(name.clone());
        let inside = inside(value, span, path);
        path.pop();
        if inside.is_some() {
            return inside;
        }
        if key.span() == *span || value.span() == *span {
            return Some(entry(path, name, of));
        }
    }
    None
}

fn inside(
    value: &Spanned<DeValue<'_>>,
    span: &Range<usize>,
    path: &mut Vec<String>,
) -> Option<Found> {
    match value.get_ref() {
        DeValue::Table(table) => find(table, value.span(), span, path),
        DeValue::Array(list) => {
            for (at, item) in list.iter().enumerate() {
                path.push(at.to_string());
                let inside = inside(item, span, path);
                path.pop();
                if inside.is_some() {
                    return inside;
                }
                if item.span() == *span {
                    return Some(entry(path, at.to_string(), value.span()));
                }
            }
            None
        }
        _ => None,
    }
}

fn entry(path: &[String], name: String, table: Range<usize>) -> Found {
    let mut path = path.to_vec();
    path.push(name.clone());
    Found { path, table, name }
}

fn take(table: &mut DeTable<'_>, path: &[String]) {
    fn from_value(value: &mut DeValue<'_>, path: &[String]) {
        match value {
            DeValue::Table(table) => from_table(table, path),
            DeValue::Array(list) => {
                let at = path[0].parse().unwrap_or(usize::MAX);
                if path.len() > 1 {
                    if let Some(item) = list.get_mut(at) {
                        from_value(item.get_mut(), &path[1..]);
                    }
                } else {
                    let kept = list.iter().enumerate().filter(|(number, _)| *number != at);
                    *list = kept.map(|(_, item)| item.clone()).collect();
                }
            }
            _ => {}
        }
    }
    fn from_table(table: &mut DeTable<'_>, path: &[String]) {
        if path.len() > 1 {
            if let Some(value) = table.get_mut(path[0].as_str()) {
                from_value(value.get_mut(), &path[1..]);
            }
        } else {
            table.remove(path[0].as_str());
        }
    }
    from_table(table, path);
}

/// The parts of a message of serde that stand between backquotes.
fn quoted(message: &str) -> impl Iterator<Item = &str> {
    message.split('`').skip(1).step_by(2)
}

/// What is wrong with the form of the entry at `path`, from serde's message, which names values:
/// those are left out.
fn shape(message: &str, span: Range<usize>, path: &[String], others: &[&str]) -> Fault {
    let message = message.trim();
    let key = path.last().map_or("", String::as_str);
    let within = table_name(&path[..path.len().saturating_sub(1)]);
    let mut names = quoted(message);
    let (what, hint) = if message.starts_with("unknown field") {
        let key = names.next().unwrap_or_default();
        unknown_key(
            key,
            &within,
            &names.chain(others.iter().copied()).collect::<Vec<_>>(),
        )
    } else if message.starts_with("unknown variant") {
        let word = names.next().unwrap_or_default();
        let known: Vec<&str> = names.collect();
        let (zh, en) = nearest(word, &known).unwrap_or_else(|| {
            let all = known.join(", ");
            (format!("可写:{all}"), format!("write one of: {all}"))
        });
        (
            (
                format!("`{key}` 不能是 `{word}`"),
                format!("`{key}` cannot be `{word}`"),
            ),
            (zh, en),
        )
    } else if message.starts_with("missing field") {
        let field = names.next().unwrap_or_default();
        let table = table_name(path);
        (
            (
                format!("{table} 缺少 `{field}`"),
                format!("{table} lacks `{field}`"),
            ),
            (
                format!("加上一行:{field} = …"),
                format!("add a line: {field} = …"),
            ),
        )
    } else if let Some((found, wanted)) = kinds(message) {
        let named = match key.parse::<usize>() {
            Ok(_) => path.iter().rev().nth(1).map_or(key, String::as_str),
            Err(_) => key,
        };
        let out = message.starts_with("invalid value");
        let zh = if out { "超出范围" } else { "类型不对" };
        let en = if out {
            "is out of range"
        } else {
            "is of the wrong type"
        };
        (
            (
                format!("`{named}` {zh}:写的是{}", in_chinese(found)),
                format!("`{named}` {en}: it is {}", plain(found)),
            ),
            (
                format!("应为{}", in_chinese(wanted)),
                format!("write {}", plain(wanted)),
            ),
        )
    } else {
        let zh = EXPECTED
            .iter()
            .find(|(en, _)| *en == message)
            .map_or(message, |(_, zh)| zh);
        (
            (
                format!("`{key}` 的值不能用"),
                format!("the value of `{key}` cannot be used"),
            ),
            (zh.to_owned(), message.to_owned()),
        )
    };
    Fault { span, what, hint }
}

/// A key that is not known, with those that are.
fn unknown_key(key: &str, within: &str, known: &[&str]) -> (Said, Said) {
    let hint = nearest(key, known).unwrap_or_else(|| {
        if known.len() > LISTED {
            return (
                "docs/configuration.md 列出所有的键".to_owned(),
                "docs/configuration.md lists every key".to_owned(),
            );
        }
        let all = known.join(", ");
        (format!("可用的键:{all}"), format!("known keys: {all}"))
    });
    let what = match within {
        "" => (
            format!("没有 `{key}` 这个键"),
            format!("unknown key `{key}`"),
        ),
        _ => (
            format!("{within} 没有 `{key}` 这个键"),
            format!("unknown key `{key}` in {within}"),
        ),
    };
    (what, hint)
}

/// Asks whether the nearest of the known words is meant; says nothing if none is near.
pub(crate) fn nearest(word: &str, known: &[&str]) -> Option<Said> {
    let near = |known: &&str| strsim::jaro_winkler(&word.to_lowercase(), known);
    let best = known.iter().map(|known| (near(known), known));
    let (share, best) = best.max_by(|a, b| a.0.total_cmp(&b.0))?;
    // Below, the nearest is anything: `xyz` is as near to `id` as to `text`.
    (share > 0.7).then(|| {
        (
            format!("是不是 `{best}`?"),
            format!("did you mean `{best}`?"),
        )
    })
}

/// A table as its header names it.
fn table_name(path: &[String]) -> String {
    let mut name = String::new();
    let mut list = false;
    for part in path {
        list = part.parse::<usize>().is_ok();
        if !list {
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(part);
        }
    }
    match (name.is_empty(), list) {
        (true, _) => name,
        (_, true) => format!("[[{name}]]"),
        (_, false) => format!("[{name}]"),
    }
}

/// What was written and what is wanted, of a message on a wrong type or value.
fn kinds(message: &str) -> Option<(&str, &str)> {
    let rest = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "))?;
    let (found, wanted) = rest.rsplit_once(", expected ")?;
    let found = found.split(['`', '"']).next().unwrap_or(found).trim();
    Some((found, wanted))
}

/// Words of serde and their meaning.
const KINDS: [(&str, &str, &str); 19] = [
    ("integer", "整数", "an integer"),
    ("floating point", "小数", "a number"),
    ("string", "字符串", "a string"),
    ("boolean", "布尔值", "true or false"),
    ("sequence", "数组", "a list"),
    ("map", "表", "a table"),
    ("datetime", "日期", "a date"),
    ("a string", "字符串(加引号)", "a string, in quotes"),
    ("a boolean", "true 或 false", "true or false"),
    ("a sequence", "数组:[…] 或 [[…]]", "a list: […] or [[…]]"),
    ("a map", "表", "a table"),
    ("any valid TOML value", "TOML 的值", "a value of TOML"),
    ("u32", "不小于 0 的整数", "a whole number from 0 on"),
    ("u64", "不小于 0 的整数", "a whole number from 0 on"),
    ("usize", "不小于 0 的整数", "a whole number from 0 on"),
    ("f64", "数", "a number"),
    ("u8", "0 至 255 的整数", "a whole number from 0 to 255"),
    ("i64", "整数", "a whole number"),
    ("struct", "表", "a table"),
];

fn kind(word: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    let word = if word.starts_with("struct ") {
        "struct"
    } else {
        word
    };
    KINDS.iter().find(|(name, ..)| *name == word)
}

fn in_chinese(word: &str) -> String {
    let known = kind(word).map(|(_, zh, _)| *zh);
    let known = known.or_else(|| {
        EXPECTED
            .iter()
            .find(|(en, _)| *en == word)
            .map(|(_, zh)| *zh)
    });
    known.unwrap_or(word).to_owned()
}

fn plain(word: &str) -> &str {
    kind(word).map_or(word, |(_, _, en)| en)
}

/// What values of several forms say that they may be.
const EXPECTED: [(&str, &str); 4] = [
    (
        "write a path, or a list of paths",
        "写一个路径,或路径的数组",
    ),
    (
        "write a string, or a list of strings",
        "写一个字符串,或字符串的数组",
    ),
    ("write a date as 2026-01-31", "日期写成 2026-01-31"),
    (
        "no such date: write it as 2026-01-31",
        "没有这一天:日期写成 2026-01-31",
    ),
];

/// Messages of the parser that are met often.
const SYNTAX: [(&str, &str); 9] = [
    ("duplicate key", "同一个键写了两次"),
    ("unclosed table", "表头没有用 ] 收尾"),
    ("unclosed array", "数组没有用 ] 收尾"),
    ("unclosed inline table", "行内表没有用 } 收尾"),
    ("string values must be quoted", "字符串要加引号"),
    (
        "invalid basic string",
        "字符串没有用 \" 收尾,或其中有不能用的字符",
    ),
    (
        "invalid unquoted key",
        "键名只能用字母、数字、- 和 _,否则要加引号",
    ),
    ("missing value", "缺少值"),
    ("missing array opening", "多了 ],或缺少 ["),
];

/// A mistake of syntax.
fn syntax(message: &str, span: Range<usize>, text: &str) -> Fault {
    let zh = SYNTAX.iter().find(|(en, _)| message.starts_with(en));
    let zh = zh.map_or_else(
        || format!("TOML 语法不对:{message}"),
        |(_, zh)| format!("TOML 语法不对:{zh}"),
    );
    let from = text[..floor(text, span.start)]
        .rfind('\n')
        .map_or(0, |at| at + 1);
    let line = text[from..].lines().next().unwrap_or_default();
    // Input methods for Chinese write these where ASCII is meant; in strings they are text.
    let code = line.split('"').step_by(2);
    let code = code.map(|part| part.split('#').next().unwrap_or_default());
    let full = code.collect::<String>().contains([
        '\u{201C}', '\u{201D}', '\u{2018}', '\u{2019}', '\u{FF1D}', '\u{FF0C}', '\u{FF02}',
        '\u{3001}', '\u{3010}', '\u{3011}',
    ]);
    let hint = match () {
        () if full => (
            "引号、等号、逗号、方括号要用半角:\" = , [ ]",
            "write quotes, equals signs, commas and brackets in ASCII: \" = , [ ]",
        ),
        () if message.starts_with("duplicate key") => (
            "保留其中一个;[[source]] 才可以有多个",
            "keep one of them; only [[…]] may stand several times",
        ),
        () if message.starts_with("string values") => ("写成 \"…\"", "write \"…\""),
        () => (
            "语法见 https://toml.io/cn/",
            "https://toml.io tells the syntax",
        ),
    };
    Fault {
        span,
        what: (zh, format!("this is not TOML: {message}")),
        hint: (hint.0.to_owned(), hint.1.to_owned()),
    }
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

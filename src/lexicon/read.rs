//! Files of words: txt, csv, tsv, json, xlsx, in any charset.

use std::path::Path;

use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use super::sheet;
use crate::{Complaint, SetupError};

/// One line of a lexicon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The word, or all words of a combination.
    pub words: Vec<String>,
    /// What the file says it is about.
    pub category: Option<String>,
    /// Line or row, from 1.
    pub line: usize,
}

/// Columns by name; those that are not given are found by their usual names.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// Of the words.
    pub word: Option<String>,
    /// Of the categories.
    pub category: Option<String>,
}

/// A larger file is no lexicon, whatever it is: a million words in the widest charset and as a table.
const LARGEST: u64 = 512 << 20;
/// Words of a file at most: a hundred times what a filing asks for (`KWL-01`). A million takes half
/// a gigabyte of memory to judge.
const MOST: usize = 1_000_000;
/// Bytes that a charset is guessed from.
const SAMPLE: usize = 64 << 10;

/// Names of columns, the most telling first.
const WORD_COLUMNS: &[&str] = &[
    "关键词",
    "敏感词",
    "词语",
    "词条",
    "词",
    "keyword",
    "keywords",
    "term",
    "word",
    "words",
];
const CATEGORY_COLUMNS: &[&str] = &[
    "二级分类",
    "风险代码",
    "风险",
    "分类",
    "类别",
    "类型",
    "一级分类",
    "risk",
    "category",
    "type",
    "label",
];

/// Every line of a file, as it stands but for what is no part of a word: commas at ends, spaces,
/// comments, byte order marks.
///
/// # Errors
///
/// Files that cannot be read, are no lexicon by their name, are in no charset, have no column of
/// words: with file, line and remedy.
pub fn read(path: &Path, columns: &Columns) -> Result<Vec<Entry>, SetupError> {
    let size = std::fs::metadata(path)
        .map_err(|e| SetupError::read(path, e))?
        .len();
    if size > LARGEST {
        return Err(complaint(
            path,
            0,
            format!("{size} bytes are more than a lexicon has"),
            "split it into files of 512 MiB at most",
        ));
    }
    let entries = entries(path, columns)?;
    if let Some(first_over) = entries.get(MOST) {
        return Err(complaint(
            path,
            first_over.line,
            format!("more than {MOST} words are no list of keywords"),
            "keep the words that say something by themselves, or import it in several files",
        ));
    }
    Ok(entries)
}

fn entries(path: &Path, columns: &Columns) -> Result<Vec<Entry>, SetupError> {
    let bytes = std::fs::read(path).map_err(|e| SetupError::read(path, e))?;
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("txt");
    match extension.to_ascii_lowercase().as_str() {
        "txt" | "dic" | "list" => Ok(lines(&decode(path, &bytes)?)),
        "csv" => table(path, &decode(path, &bytes)?, b',', columns),
        "tsv" => table(path, &decode(path, &bytes)?, b'\t', columns),
        "json" => json(path, &decode(path, &bytes)?),
        "xlsx" => sheet::read(path, bytes, columns),
        other => Err(complaint(
            path,
            0,
            format!("`.{other}` is no form of a lexicon"),
            "txt, csv, tsv, json or xlsx",
        )),
    }
}

pub(super) fn complaint(
    path: &Path,
    line: usize,
    what: impl Into<String>,
    hint: &str,
) -> SetupError {
    SetupError::Complaints(vec![Complaint::new(
        path.display().to_string(),
        line,
        what,
        hint,
    )])
}

/// The text of a file in whatever charset it is.
fn decode(path: &Path, bytes: &[u8]) -> Result<String, SetupError> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.trim_start_matches('\u{FEFF}').to_owned());
    }
    let encoding = charset(bytes);
    let (text, _, failed) = encoding.decode(bytes);
    if failed {
        let line = text
            .lines()
            .position(|l| l.contains('\u{FFFD}'))
            .unwrap_or(0)
            + 1;
        return Err(complaint(
            path,
            line,
            format!("is neither UTF-8 nor {}", encoding.name()),
            "save the file as UTF-8",
        ));
    }
    Ok(text.into_owned())
}

fn charset(bytes: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    // UTF-16 without mark: line ends and ASCII leave every other byte zero.
    let zeros = |odd: usize| {
        sample
            .iter()
            .skip(odd)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    if even + odd > 0 {
        return if odd > even { UTF_16LE } else { UTF_16BE };
    }
    // UTF-8 with a wrong byte here or there is damaged and nothing else.
    let lossy = String::from_utf8_lossy(sample);
    let wrong = lossy.matches('\u{FFFD}').count();
    let right = lossy
        .chars()
        .filter(|c| !c.is_ascii() && *c != '\u{FFFD}')
        .count();
    if right > 10 * wrong {
        return UTF_8;
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    detector.feed(sample, sample.len() == bytes.len());
    let guess = detector.guess(None, chardetng::Utf8Detection::Allow);
    // GB18030 holds all of GBK.
    if guess == GBK { GB18030 } else { guess }
}

fn lines(text: &str) -> Vec<Entry> {
    let entries = text.lines().enumerate().filter_map(|(number, line)| {
        Some(Entry {
            words: words(line)?,
            category: None,
            line: number + 1,
        })
    });
    entries.collect()
}

/// The words of one line: none in an empty line or a comment, several in `A+B`.
pub(super) fn words(line: &str) -> Option<Vec<String>> {
    let line = trimmed(line);
    if line.is_empty() || line.starts_with('#') || line.starts_with("//") {
        return None;
    }
    let parts: Vec<String> = line.split('+').map(trimmed).map(str::to_owned).collect();
    // A plus that joins nothing belongs to the word: c++, +1.
    let joins = parts.len() > 1 && parts.iter().all(|part| part.chars().nth(1).is_some());
    Some(if joins { parts } else { vec![line.to_owned()] })
}

fn trimmed(word: &str) -> &str {
    let comma = |c: char| {
        matches!(c, ',' | '，' | ';' | '；' | '、') || c.is_whitespace() || c == '\u{FEFF}'
    };
    word.trim_matches(comma)
}

fn table(
    path: &Path,
    text: &str,
    delimiter: u8,
    columns: &Columns,
) -> Result<Vec<Entry>, SetupError> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            complaint(
                path,
                line as usize,
                "is no row of a table",
                "close the quotation marks",
            )
        })?;
        let line = record.position().map_or(0, csv::Position::line) as usize;
        rows.push((line, record.iter().map(str::to_owned).collect()));
    }
    rows_of(path, rows, columns)
}

/// Rows of a table → entries.
pub(super) fn rows_of(
    path: &Path,
    mut rows: Vec<(usize, Vec<String>)>,
    columns: &Columns,
) -> Result<Vec<Entry>, SetupError> {
    let Some((line, header)) = rows.first() else {
        return Ok(Vec::new());
    };
    let position = |wanted: &Option<String>, usual: &[&str]| -> Result<Option<usize>, SetupError> {
        let find = |name: &str| {
            header
                .iter()
                .position(|cell| cell.trim().eq_ignore_ascii_case(name.trim()))
        };
        match wanted {
            None => Ok(usual.iter().find_map(|name| find(name))),
            Some(name) => find(name).map(Some).ok_or_else(|| {
                complaint(
                    path,
                    *line,
                    format!("no column is called `{name}`"),
                    &format!("the first row has: {}", header.join(" | ")),
                )
            }),
        }
    };
    let word = position(&columns.word, WORD_COLUMNS)?;
    let category = position(&columns.category, CATEGORY_COLUMNS)?;
    // Without a header the words come first, and what follows is their category.
    let has_header = word.is_some();
    let word = word.unwrap_or(0);
    let category = category.or((!has_header).then_some(1));
    if has_header {
        rows.remove(0);
    }
    let entries = rows.into_iter().filter_map(|(line, row)| {
        let category = category
            .and_then(|at| row.get(at))
            .map(|c| trimmed(c).to_owned());
        Some(Entry {
            words: words(row.get(word)?)?,
            category: category.filter(|c| !c.is_empty()),
            line,
        })
    });
    Ok(entries.collect())
}

/// A list of words, a list of objects, or lists by category.
fn json(path: &Path, text: &str) -> Result<Vec<Entry>, SetupError> {
    use serde_json::Value;
    let value: Value = serde_json::from_str(text).map_err(|error| {
        complaint(
            path,
            error.line(),
            "is no JSON",
            "a list of words, or of objects with `word` and `category`",
        )
    })?;
    let mut entries = Vec::new();
    let mut number = 0;
    let mut add = |word: &str, category: Option<&str>| {
        number += 1;
        entries.extend(words(word).map(|words| Entry {
            words,
            category: category.map(str::to_owned),
            line: number,
        }));
    };
    let pick = |object: &serde_json::Map<String, Value>, names: &[&str]| -> Option<String> {
        names
            .iter()
            .find_map(|name| Some(object.get(*name)?.as_str()?.to_owned()))
    };
    let wrong = || {
        complaint(
            path,
            0,
            "holds something that is no word",
            "a list of words, objects with `word` and `category`, or lists by category",
        )
    };
    match &value {
        Value::Array(list) => {
            for item in list {
                match item {
                    Value::String(word) => add(word, None),
                    Value::Object(object) => {
                        let word = pick(object, WORD_COLUMNS).ok_or_else(wrong)?;
                        add(&word, pick(object, CATEGORY_COLUMNS).as_deref());
                    }
                    _ => return Err(wrong()),
                }
            }
        }
        Value::Object(lists) => {
            for (category, list) in lists {
                for word in list.as_array().ok_or_else(wrong)? {
                    add(word.as_str().ok_or_else(wrong)?, Some(category));
                }
            }
        }
        _ => return Err(wrong()),
    }
    Ok(entries)
}

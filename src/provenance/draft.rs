//! [`Draft`]: a document in Markdown that people finish, for authorities.
//!
//! Such drafts are in English whatever the language of the rest: the authorities read that. A
//! value that nobody gave stands as [`TO_DO`], so that an unfinished draft cannot pass for a
//! finished one.

use super::gap::Gaps;
use super::model::Corpus;

/// The marker of a value that somebody must give.
pub const TO_DO: &str = "**to be completed**";

/// Text of the document, and what is missing.
pub struct Draft<'g> {
    text: String,
    gaps: &'g mut Gaps,
}

impl<'g> Draft<'g> {
    /// Begins one with its title, what it is a draft of, and what it was made from.
    pub fn new(title: &str, of: &str, corpus: &Corpus, gaps: &'g mut Gaps) -> Self {
        let mut draft = Self {
            text: format!("# {title}\n"),
            gaps,
        };
        let (manifest, dataset) = (&corpus.manifest, &corpus.dataset);
        draft.paragraph(&format!(
            "DRAFT of {of}, made for {}. Values were measured by a scan or declared by the operator; \
             what is marked {TO_DO} is neither, and must be filled in by a person. It is no legal advice.",
            corpus.as_of
        ));
        let name = match dataset.name.trim() {
            "" => TO_DO.to_owned(),
            name => shown(name),
        };
        draft.paragraph(&format!(
            "Corpus: {name} {}. Run root (BLAKE3): `{}`. Rules: `{}`. Made with yujian {}.",
            shown(&dataset.version),
            manifest.integrity.root,
            manifest.rules.digest,
            env!("CARGO_PKG_VERSION")
        ));
        draft
    }

    /// A heading below the title; `level` from 2.
    pub fn heading(&mut self, level: usize, text: &str) {
        self.text += &format!("\n{} {text}\n", "#".repeat(level));
    }

    /// A paragraph in Markdown; what it quotes must have gone through [`shown`].
    pub fn paragraph(&mut self, text: &str) {
        self.text += &format!("\n{text}\n");
    }

    /// Several named values, one a line. A value that is missing is noted with the key that would
    /// fill it; an empty key is one that only the finished document holds.
    pub fn values(&mut self, values: &[(&str, Option<String>, &'static str)]) {
        self.text.push('\n');
        for (name, value, key) in values {
            if value.is_none() && !key.is_empty() {
                self.gaps.wanted(None, key, "draft");
            }
            let value = value.as_deref().unwrap_or(TO_DO);
            self.text += &format!("- {name}: {value}\n");
        }
    }

    /// A table; cells must have gone through [`shown`].
    pub fn table(&mut self, columns: &[&str], rows: &[Vec<String>]) {
        self.text += &format!("\n| {} |\n", columns.join(" | "));
        self.text += &format!("|{}\n", " --- |".repeat(columns.len()));
        for row in rows {
            self.text += &format!("| {} |\n", row.join(" | "));
        }
    }

    /// Notes that a source does not say something.
    pub fn lacks(&mut self, source: &str, key: &'static str) {
        self.gaps.wanted(Some(source), key, "draft");
    }

    /// The whole.
    pub fn finish(self) -> String {
        self.text
    }
}

/// A declared text within Markdown: on one line, and nothing in it is markup or turns what stands
/// around it.
pub fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '!'
            | '&' => {
                out.extend(['\\', c]);
            }
            '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}'
            | '\u{FEFF}' => {
                out.push('\u{FFFD}');
            }
            c if c.is_control() || c.is_whitespace() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// The same; none if there is nothing.
pub fn given(text: &str) -> Option<String> {
    Some(shown(text)).filter(|text| !text.is_empty())
}

/// Several declared words as one; none if there are none.
pub fn listed<'t>(words: impl IntoIterator<Item = &'t str>) -> Option<String> {
    let all: Vec<String> = words.into_iter().filter_map(given).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// A number in groups of three digits.
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

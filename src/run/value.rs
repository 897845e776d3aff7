//! A row taken apart into named values: what a table stores and an export prints.

use serde::Serialize;

use crate::Span;

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What stands in it.
    pub kind: Kind,
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// Text, or nothing.
    OptionalText,
    /// A whole number.
    Whole,
    /// A whole number, or nothing.
    OptionalWhole,
    /// A fraction 0–1, or nothing.
    Fraction,
    /// Yes or no, or nothing.
    Flag,
    /// A half-open range: one array of two in JSON, columns `…_start` and `…_end` elsewhere.
    Span,
    /// Several texts.
    Texts,
    /// What has a structure of its own, as JSON.
    Json,
}

/// Short for a column.
pub(super) const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind }
}

/// The value of one row in a column, of the column's [`Kind`].
#[derive(Debug)]
pub enum Value<'a> {
    /// Not known, or not applicable.
    Null,
    /// Text.
    Text(&'a str),
    /// A whole number.
    Whole(u64),
    /// A fraction 0–1.
    Fraction(f64),
    /// Yes or no.
    Flag(bool),
    /// A half-open range.
    Span(Span),
    /// Several texts.
    Texts(&'a [String]),
    /// Anything with a structure of its own, as JSON.
    Json(String),
}

impl<'a> Value<'a> {
    /// The text, or [`Value::Null`].
    pub fn text(text: &'a Option<String>) -> Self {
        text.as_deref().map_or(Self::Null, Self::Text)
    }

    /// `value` as JSON.
    pub fn json(value: &impl Serialize) -> Self {
        Self::Json(serde_json::to_string(value).expect("plain maps and lists become JSON"))
    }
}

/// Replaces `line` by one object with the columns in order, without a line end. Digests of rows
/// are made of it: another spelling is another format version.
pub(super) fn json_line(columns: &[Column], values: &[Value<'_>], line: &mut Vec<u8>) {
    line.clear();
    for (place, (column, value)) in columns.iter().zip(values).enumerate() {
        line.push(if place == 0 { b'{' } else { b',' });
        push_json(line, column.name);
        line.push(b':');
        match value {
            Value::Null => line.extend_from_slice(b"null"),
            Value::Text(text) => push_json(line, text),
            Value::Whole(number) => push_json(line, number),
            Value::Fraction(number) => push_json(line, number),
            Value::Flag(flag) => push_json(line, flag),
            Value::Span(span) => push_json(line, &[span.start, span.end]),
            Value::Texts(list) => push_json(line, list),
            Value::Json(json) => line.extend_from_slice(json.as_bytes()),
        }
    }
    line.extend_from_slice(b"}");
}

fn push_json(line: &mut Vec<u8>, value: &(impl serde::Serialize + ?Sized)) {
    serde_json::to_writer(line, value).expect("texts and numbers become JSON, in memory");
}

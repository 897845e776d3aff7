//! A row taken apart into named values, for exports.

use serde::Serialize;

use crate::Span;

/// A column of an export.
#[derive(Clone, Copy, Debug)]
pub enum Column {
    /// One value.
    One(&'static str),
    /// A half-open range: one array of two in JSON, columns `…_start` and `…_end` in CSV.
    Span(&'static str),
}

/// What stands in a column.
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
    List(&'a [String]),
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

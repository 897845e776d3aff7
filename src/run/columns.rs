//! Columns of values, as Parquet stores them: into a row group and out of it again.

use std::fmt::Write;

use parquet::column::reader::ColumnReader;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::writer::SerializedColumnWriter;

use super::value::{Column, Kind, Value};
use crate::Span;

/// The schema of a table in Parquet's own notation.
pub(super) fn schema(columns: &[Column]) -> String {
    let mut text = String::from("message table {");
    for Column { name, kind } in columns {
        let _ = match kind {
            Kind::Text => write!(text, "required binary {name} (UTF8);"),
            Kind::OptionalText => write!(text, "optional binary {name} (UTF8);"),
            Kind::Whole => write!(text, "required int64 {name} (INTEGER(64,false));"),
            Kind::OptionalWhole => write!(text, "optional int64 {name} (INTEGER(64,false));"),
            Kind::Fraction => write!(text, "optional double {name};"),
            Kind::Flag => write!(text, "optional boolean {name};"),
            Kind::Span => ["start", "end"].iter().try_for_each(|end| {
                write!(text, "required int64 {name}_{end} (INTEGER(64,false));")
            }),
            Kind::Texts => write!(
                text,
                "required group {name} (LIST) {{ repeated group list {{ \
                 required binary element (UTF8); }} }}"
            ),
            Kind::Json => write!(text, "required binary {name} (JSON);"),
        };
    }
    text.push('}');
    text
}

/// The columns Parquet makes of one of ours.
const fn leaves(kind: Kind) -> usize {
    if matches!(kind, Kind::Span) { 2 } else { 1 }
}

/// One leaf column of a row group: its values, and which rows have one.
#[derive(Debug)]
pub(super) struct Leaf {
    values: Values,
    /// 1 for a value, 0 for none; of a list: one an item, and one 0 for an empty list.
    defined: Vec<i16>,
    /// Of a list: 0 for what begins a row, 1 for what goes on with it.
    repeated: Vec<i16>,
}

#[derive(Debug)]
enum Values {
    Texts(Vec<ByteArray>),
    Wholes(Vec<i64>),
    Fractions(Vec<f64>),
    Flags(Vec<bool>),
}

impl Leaf {
    fn new(kind: Kind) -> Self {
        Self {
            values: match kind {
                Kind::Text | Kind::OptionalText | Kind::Texts | Kind::Json => Values::Texts(vec![]),
                Kind::Whole | Kind::OptionalWhole | Kind::Span => Values::Wholes(vec![]),
                Kind::Fraction => Values::Fractions(vec![]),
                Kind::Flag => Values::Flags(vec![]),
            },
            defined: vec![],
            repeated: vec![],
        }
    }

    /// Empty leaves for the columns of a table, in order.
    pub fn of(columns: &[Column]) -> Vec<Self> {
        let kinds = columns.iter().map(|column| column.kind);
        kinds
            .flat_map(|kind| (0..leaves(kind)).map(move |_| Self::new(kind)))
            .collect()
    }

    fn push(&mut self, value: &Value<'_>) {
        match (&mut self.values, value) {
            (_, Value::Null) => {
                self.defined.push(0);
                return;
            }
            (Values::Texts(texts), Value::Text(text)) => texts.push((*text).into()),
            (Values::Texts(texts), Value::Json(json)) => texts.push(json.as_str().into()),
            (Values::Wholes(numbers), Value::Whole(number)) => numbers.push(number.cast_signed()),
            (Values::Fractions(numbers), Value::Fraction(number)) => numbers.push(*number),
            (Values::Flags(flags), Value::Flag(flag)) => flags.push(*flag),
            (Values::Texts(texts), Value::Texts(list)) => {
                for (place, text) in list.iter().enumerate() {
                    texts.push(text.as_str().into());
                    self.defined.push(1);
                    self.repeated.push(i16::from(place > 0));
                }
                if list.is_empty() {
                    self.defined.push(0);
                    self.repeated.push(0);
                }
                return;
            }
            (_, other) => unreachable!("{other:?} in a column of another kind"),
        }
        self.defined.push(1);
    }

    /// Adds one row: its values by column to the leaves of the table.
    pub fn push_row(leaves: &mut [Self], values: &[Value<'_>]) {
        let mut leaves = leaves.iter_mut();
        let mut next = || leaves.next().expect("a leaf for every value");
        for value in values {
            if let Value::Span(span) = value {
                next().push(&Value::Whole(span.start));
                next().push(&Value::Whole(span.end));
            } else {
                next().push(value);
            }
        }
    }

    /// Writes the whole column.
    pub fn write(&self, column: &mut SerializedColumnWriter<'_>) -> Result<()> {
        // The levels of a column that cannot lack a value are ignored; those of one that cannot
        // repeat must be absent.
        let defined = Some(&self.defined[..]);
        let repeated = Some(&self.repeated[..]).filter(|levels| !levels.is_empty());
        match &self.values {
            Values::Texts(texts) => column
                .typed::<ByteArrayType>()
                .write_batch(texts, defined, repeated),
            Values::Wholes(numbers) => column
                .typed::<Int64Type>()
                .write_batch(numbers, defined, repeated),
            Values::Fractions(numbers) => column
                .typed::<DoubleType>()
                .write_batch(numbers, defined, repeated),
            Values::Flags(flags) => column
                .typed::<BoolType>()
                .write_batch(flags, defined, repeated),
        }?;
        Ok(())
    }

    /// Replaces what it holds by the next `rows` rows of a column; fewer at its end.
    pub fn read(&mut self, column: &mut ColumnReader, rows: usize) -> Result<usize> {
        self.defined.clear();
        self.repeated.clear();
        let (defined, repeated) = (Some(&mut self.defined), Some(&mut self.repeated));
        let (read, ..) = match (&mut self.values, column) {
            (Values::Texts(texts), ColumnReader::ByteArrayColumnReader(reader)) => {
                texts.clear();
                reader.read_records(rows, defined, repeated, texts)
            }
            (Values::Wholes(numbers), ColumnReader::Int64ColumnReader(reader)) => {
                numbers.clear();
                reader.read_records(rows, defined, repeated, numbers)
            }
            (Values::Fractions(numbers), ColumnReader::DoubleColumnReader(reader)) => {
                numbers.clear();
                reader.read_records(rows, defined, repeated, numbers)
            }
            (Values::Flags(flags), ColumnReader::BoolColumnReader(reader)) => {
                flags.clear();
                reader.read_records(rows, defined, repeated, flags)
            }
            _ => return Err(ParquetError::General("a column is of another type".into())),
        }?;
        Ok(read)
    }
}

/// Takes rows out of leaves, value by value in the order of the columns.
pub struct Cells<'a> {
    leaves: &'a [Leaf],
    cursors: Vec<Cursor>,
    leaf: usize,
}

/// How far a leaf has been taken.
#[derive(Clone, Copy, Default)]
struct Cursor {
    value: usize,
    level: usize,
}

impl<'a> Cells<'a> {
    pub(super) fn new(leaves: &'a [Leaf]) -> Self {
        Self {
            leaves,
            cursors: vec![Cursor::default(); leaves.len()],
            leaf: 0,
        }
    }

    /// Goes to the first column of the next row.
    pub fn next_row(&mut self) {
        self.leaf = 0;
    }

    /// The next leaf, and the place of its next value; none where the row has none.
    fn next(&mut self) -> (&'a Values, Option<usize>) {
        let leaf = &self.leaves[self.leaf];
        let cursor = &mut self.cursors[self.leaf];
        self.leaf += 1;
        let defined = leaf
            .defined
            .get(cursor.level)
            .is_none_or(|level| *level > 0);
        cursor.level += 1;
        let place = cursor.value;
        cursor.value += usize::from(defined);
        (&leaf.values, defined.then_some(place))
    }

    fn optional_str(&mut self) -> Result<Option<&'a str>, String> {
        match self.next() {
            (_, None) => Ok(None),
            (Values::Texts(texts), Some(at)) => read_text(texts, at).map(Some),
            _ => Err("no text where one is due".to_owned()),
        }
    }

    /// A text that is looked at and not kept.
    pub fn str(&mut self) -> Result<&'a str, String> {
        self.optional_str()?
            .ok_or_else(|| "a text is missing".to_owned())
    }

    pub fn optional_text(&mut self) -> Result<Option<String>, String> {
        Ok(self.optional_str()?.map(str::to_owned))
    }

    pub fn text(&mut self) -> Result<String, String> {
        self.str().map(str::to_owned)
    }

    /// What [`Value::json`] wrote.
    pub fn json<T: serde::de::DeserializeOwned>(&mut self) -> Result<T, String> {
        serde_json::from_str(self.str()?).map_err(|e| e.to_string())
    }

    pub fn optional_whole(&mut self) -> Result<Option<u64>, String> {
        match self.next() {
            (Values::Wholes(_), None) => Ok(None),
            (Values::Wholes(numbers), Some(at)) => {
                let number = numbers.get(at).ok_or("a number is missing")?;
                Ok(Some(number.cast_unsigned()))
            }
            _ => Err("no number where one is due".to_owned()),
        }
    }

    pub fn whole(&mut self) -> Result<u64, String> {
        self.optional_whole()?
            .ok_or_else(|| "no number where one is due".to_owned())
    }

    pub fn span(&mut self) -> Result<Span, String> {
        let (start, end) = (self.whole()?, self.whole()?);
        Ok(Span { start, end })
    }

    pub fn fraction(&mut self) -> Result<Option<f64>, String> {
        match self.next() {
            (_, None) => Ok(None),
            (Values::Fractions(numbers), Some(at)) => Ok(numbers.get(at).copied()),
            _ => Err("no fraction where one is due".to_owned()),
        }
    }

    pub fn flag(&mut self) -> Result<Option<bool>, String> {
        match self.next() {
            (_, None) => Ok(None),
            (Values::Flags(flags), Some(at)) => Ok(flags.get(at).copied()),
            _ => Err("no flag where one is due".to_owned()),
        }
    }

    pub fn texts(&mut self) -> Result<Vec<String>, String> {
        let leaf = &self.leaves[self.leaf];
        let cursor = &mut self.cursors[self.leaf];
        self.leaf += 1;
        let Values::Texts(texts) = &leaf.values else {
            return Err("no list where one is due".to_owned());
        };
        let mut list = vec![];
        loop {
            if leaf
                .defined
                .get(cursor.level)
                .is_some_and(|level| *level > 0)
            {
                list.push(read_text(texts, cursor.value)?.to_owned());
                cursor.value += 1;
            }
            cursor.level += 1;
            if leaf
                .repeated
                .get(cursor.level)
                .is_none_or(|level| *level == 0)
            {
                return Ok(list);
            }
        }
    }
}

fn read_text(texts: &[ByteArray], at: usize) -> Result<&str, String> {
    let text = texts.get(at).ok_or("a text is missing")?;
    let text = simdutf8::basic::from_utf8(text.data()).map_err(|_| "a text is not UTF-8")?;
    Ok(text)
}

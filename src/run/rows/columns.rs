//! Short words for building Arrow columns from rows and for reading them back.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt64Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, ListArray, RecordBatch, StringArray, UInt64Array,
};

pub(super) fn text<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

pub(super) fn optional_text<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

pub(super) fn whole(values: impl Iterator<Item = u64>) -> ArrayRef {
    Arc::new(UInt64Array::from_iter_values(values))
}

pub(super) fn fraction(values: impl Iterator<Item = Option<f64>>) -> ArrayRef {
    Arc::new(values.collect::<Float64Array>())
}

pub(super) fn flag(values: impl Iterator<Item = Option<bool>>) -> ArrayRef {
    Arc::new(values.collect::<BooleanArray>())
}

pub(super) fn texts<'a>(values: impl Iterator<Item = &'a [String]>) -> ArrayRef {
    let mut list = ListBuilder::new(StringBuilder::new());
    for value in values {
        value
            .iter()
            .for_each(|text| list.values().append_value(text));
        list.append(true);
    }
    Arc::new(list.finish())
}

/// The columns of a batch, by name and type; what is missing or of another type is an error.
pub(super) struct Columns<'a>(pub &'a RecordBatch);

impl<'a> Columns<'a> {
    pub fn named<T>(
        &self,
        name: &str,
        cast: impl FnOnce(&'a ArrayRef) -> Option<T>,
    ) -> Result<T, String> {
        let column = self
            .0
            .column_by_name(name)
            .ok_or_else(|| format!("no column {name}"))?;
        cast(column).ok_or_else(|| format!("column {name} is of another type"))
    }

    pub fn text(&self, name: &str) -> Result<Texts<'a>, String> {
        self.named(name, |column| column.as_string_opt()).map(Texts)
    }

    pub fn whole(&self, name: &str) -> Result<&'a [u64], String> {
        self.named(name, |column| column.as_primitive_opt::<UInt64Type>())
            .map(|numbers| &numbers.values()[..])
    }

    pub fn fraction(&self, name: &str) -> Result<&'a Float64Array, String> {
        self.named(name, |column| column.as_primitive_opt::<Float64Type>())
    }

    pub fn flag(&self, name: &str) -> Result<&'a BooleanArray, String> {
        self.named(name, |column| column.as_boolean_opt())
    }

    pub fn texts(&self, name: &str) -> Result<Lists<'a>, String> {
        self.named(name, |column| column.as_list_opt::<i32>())
            .map(Lists)
    }
}

/// A column of texts.
pub(super) struct Texts<'a>(pub &'a StringArray);

impl Texts<'_> {
    pub fn get(&self, row: usize) -> String {
        self.0.value(row).to_owned()
    }

    pub fn optional(&self, row: usize) -> Option<String> {
        self.0.is_valid(row).then(|| self.get(row))
    }
}

/// A column of lists of texts.
pub(super) struct Lists<'a>(pub &'a ListArray);

impl Lists<'_> {
    pub fn get(&self, row: usize) -> Result<Vec<String>, String> {
        let value = self.0.value(row);
        let texts = value.as_string_opt::<i32>().ok_or("a list holds no text")?;
        Ok(texts.iter().flatten().map(str::to_owned).collect())
    }
}

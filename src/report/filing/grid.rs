//! [`Grid`]: a table before it is in a format. Word documents and spreadsheets are written from
//! the same grids, so that no number is in one and not in the other.

use super::words::{Words, number, percent, punctuated};
use crate::State;
use crate::report::docx::{Align, Cell, Column, Table};

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum GridCell {
    /// Words.
    Text(String),
    /// Words that must not be overlooked: somebody has to fill something in.
    Missing(String),
    /// A number.
    Count(u64),
    /// A share.
    Share(f64),
    /// A result.
    State(State),
    /// There is nothing to say.
    Empty,
}

impl GridCell {
    /// As text.
    pub fn text(&self, words: Words) -> String {
        match self {
            Self::Text(text) | Self::Missing(text) => text.clone(),
            Self::Count(n) => number(*n),
            Self::Share(share) => percent(*share),
            Self::State(state) => words.state(*state).to_owned(),
            Self::Empty => "—".to_owned(),
        }
    }

    /// Whether it must not be overlooked.
    pub const fn is_strong(&self) -> bool {
        match self {
            Self::Missing(_) => true,
            Self::State(state) => !matches!(state, State::Compliant | State::NotApplicable),
            _ => false,
        }
    }
}

impl From<String> for GridCell {
    fn from(text: String) -> Self {
        match &*text {
            "" => Self::Empty,
            _ => Self::Text(text),
        }
    }
}

impl From<&str> for GridCell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<u64> for GridCell {
    fn from(n: u64) -> Self {
        Self::Count(n)
    }
}

impl From<State> for GridCell {
    fn from(state: State) -> Self {
        Self::State(state)
    }
}

impl<T: Into<Self>> From<Option<T>> for GridCell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct GridColumn {
    /// Its head.
    pub title: String,
    /// Its share of the width.
    pub weight: u32,
    /// How its cells stand.
    pub align: Align,
}

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Name of its sheet: short, and different from the others.
    pub sheet: String,
    /// Its caption.
    pub title: String,
    /// Its columns.
    pub columns: Vec<GridColumn>,
    /// Its rows, with as many cells each.
    pub rows: Vec<Vec<GridCell>>,
    /// What has to be known about it; may be empty.
    pub note: String,
}

impl Grid {
    /// Without rows. Columns are their head, weight and side.
    pub fn new(sheet: &str, title: &str, columns: &[(&str, u32, Align)]) -> Self {
        Self {
            sheet: sheet.to_owned(),
            title: punctuated(title),
            columns: columns
                .iter()
                .map(|(title, weight, align)| GridColumn {
                    title: punctuated(title),
                    weight: *weight,
                    align: *align,
                })
                .collect(),
            rows: Vec::new(),
            note: String::new(),
        }
    }

    /// With a note.
    #[must_use]
    pub fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = punctuated(&note.into());
        self
    }

    /// Some of its columns, under another caption.
    pub fn part(&self, title: &str, columns: &[usize]) -> Self {
        Self {
            title: punctuated(title),
            columns: columns.iter().map(|at| self.columns[*at].clone()).collect(),
            rows: self
                .rows
                .iter()
                .map(|row| columns.iter().map(|at| row[*at].clone()).collect())
                .collect(),
            ..self.clone()
        }
    }

    /// As a table of a Word document.
    pub fn table(&self, words: Words) -> Table {
        let row = |row: &Vec<GridCell>| -> Vec<Cell> {
            let cells = row.iter().map(|cell| Cell {
                text: cell.text(words),
                strong: cell.is_strong(),
            });
            cells.collect()
        };
        Table {
            caption: self.title.clone(),
            columns: self
                .columns
                .iter()
                .map(|column| Column {
                    title: column.title.clone(),
                    weight: column.weight,
                    align: column.align,
                })
                .collect(),
            rows: self.rows.iter().map(row).collect(),
            empty: words.l("(无)", "(none)").to_owned(),
        }
    }
}

//! Rows of tables that are stored by columns: what Parquet and Arrow have in common.
//!
//! Text paths choose columns as they choose fields of JSON, so that the same documents give the
//! same fields in the same order: those that a path leads to, or, in a row where these hold
//! nothing, all. A reader decodes the first for every row and the others only for such rows.

mod cells;
mod codec;
mod fault;
mod meaning;
mod number;
mod slice;
#[cfg(test)]
pub mod told;
#[cfg(test)]
mod twins;

use std::cmp::Ordering;
use std::fmt::Write as _;

pub use cells::{Cells, Wrote};
pub use codec::Codec;
pub use fault::Fault;
pub use meaning::{MICRO, MILLI, Meaning, NANO};
pub use slice::slice;

use super::json::FieldText;
use crate::corpus::records::{Extent, FieldName, Meta, ReadContext, Records};

/// One step from a record to a value in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A column, or a field of a structure.
    Key(String),
    /// Each element of a list, each entry of a map.
    Item,
}

/// Columns that are told together, in order.
#[derive(Debug)]
struct Group {
    columns: Vec<usize>,
    /// Whether several of them share a list, so that their cells alternate.
    shared: bool,
}

impl Group {
    fn new(columns: Vec<usize>, steps: &[Vec<Step>]) -> Self {
        let shared = columns.windows(2).any(|pair| {
            let (a, b) = (&steps[pair[0]], &steps[pair[1]]);
            a.iter()
                .zip(b)
                .take_while(|(a, b)| a == b)
                .any(|(a, _)| *a == Step::Item)
        });
        Self { columns, shared }
    }
}

/// Which columns hold what.
#[derive(Debug)]
pub struct Plan {
    steps: Vec<Vec<Step>>,
    /// Those that a text path leads to, for each path that leads to any.
    named: Vec<Group>,
    all: Group,
    id: Option<usize>,
    sources: Vec<Option<usize>>,
}

impl Plan {
    /// Of a table whose columns are reached by `steps`.
    pub fn new(steps: Vec<Vec<Step>>, context: &ReadContext<'_>) -> Self {
        let by_path = |path: usize| -> Vec<usize> {
            let leads = |i: &usize| context.text.leads_to(path, &keys(&steps[*i]));
            (0..steps.len()).filter(leads).collect()
        };
        let named = (0..context.text.count())
            .map(by_path)
            .filter(|columns| !columns.is_empty())
            .map(|columns| Group::new(columns, &steps))
            .collect();
        let at = |path: &[String]| {
            let there = |steps: &Vec<Step>| {
                let keys: Option<Vec<&str>> = keys(steps).into_iter().collect();
                !path.is_empty() && keys.is_some_and(|keys| keys.join(".") == path.join("."))
            };
            steps.iter().position(there)
        };
        Self {
            named,
            id: at(&context.meta.id),
            sources: context.meta.sources.iter().map(|p| at(p)).collect(),
            all: Group::new((0..steps.len()).collect(), &steps),
            steps,
        }
    }

    /// Whether a text path leads to the column.
    pub fn is_named(&self, column: usize) -> bool {
        self.named.iter().any(|g| g.columns.contains(&column))
    }

    /// Whether the column is wanted of every row; if not, only of rows without text in those
    /// that are.
    pub fn is_wanted(&self, column: usize) -> bool {
        self.named.is_empty()
            || self.is_named(column)
            || self.id == Some(column)
            || self.sources.contains(&Some(column))
    }

    /// Whether the row has text where text paths lead; `cells`: of every column, empty where it
    /// was not read.
    pub fn has_text(&self, cells: &[Cells], row: usize) -> bool {
        let mut columns = self.named.iter().flat_map(|g| &g.columns);
        columns.any(|column| !cells[*column].of_row(row).is_empty())
    }

    /// Tells the first `rows` rows of `cells` in full; the first is number `first` of its file.
    ///
    /// # Errors
    ///
    /// Limits of the shard: a dictionary gives more text than what holds it.
    pub fn tell_all(
        &self,
        records: &mut Records<'_>,
        cells: &[Cells],
        rows: usize,
        first: u64,
    ) -> Result<(), Fault> {
        for cells in cells {
            records.replaced(cells.replaced);
            if cells.binary {
                records.note_file("note:binary-column");
            }
        }
        for row in 0..rows {
            let before = records.accounted();
            self.tell(records, cells, row, first + row as u64);
            let text = records.accounted() - before;
            records.context.budget.decoded(text + 1)?;
        }
        Ok(())
    }

    /// Tells a row, number `number` of its file, in full.
    fn tell(&self, records: &mut Records<'_>, cells: &[Cells], row: usize, number: u64) {
        let value = |column: usize| {
            let cell = cells[column].of_row(row).next()?;
            Some(cells[column].text(cell).to_owned())
        };
        let meta = Meta {
            id: self.id.and_then(value),
            sources: self.sources.iter().map(|c| c.and_then(value)).collect(),
            whole: !self.has_text(cells, row),
            ..Meta::default()
        };
        let mut teller = Teller {
            plan: self,
            records,
            cells,
            path: String::new(),
            bytes: 0,
        };
        if meta.whole {
            teller.tell(&self.all, row);
        } else {
            for group in &self.named {
                teller.tell(group, row);
            }
        }
        let bytes = teller.bytes;
        let at = Extent {
            offset: number,
            bytes,
        };
        if bytes > 0 {
            records.end(at, meta);
        } else {
            records.skip(at, "no-text");
        }
    }
}

fn keys(steps: &[Step]) -> Vec<Option<&str>> {
    fn key(step: &Step) -> Option<&str> {
        match step {
            Step::Key(key) => Some(key),
            Step::Item => None,
        }
    }
    steps.iter().map(key).collect()
}

/// Hands over fields of a row.
struct Teller<'t, 'r> {
    plan: &'t Plan,
    records: &'t mut Records<'r>,
    cells: &'t [Cells],
    path: String,
    /// Bytes of text so far.
    bytes: u64,
}

impl Teller<'_, '_> {
    fn tell(&mut self, group: &Group, row: usize) {
        if !group.shared {
            for column in &group.columns {
                for cell in self.cells[*column].of_row(row) {
                    self.field(*column, cell);
                }
            }
            return;
        }
        let mut all: Vec<(usize, usize)> = Vec::new();
        for column in &group.columns {
            let cells = self.cells[*column].of_row(row);
            all.extend(cells.map(|cell| (*column, cell)));
        }
        all.sort_by(|a, b| self.order(*a, *b));
        for (column, cell) in all {
            self.field(column, cell);
        }
    }

    /// Which of two cells stands first in the record.
    fn order(&self, a: (usize, usize), b: (usize, usize)) -> Ordering {
        let places = |(column, cell): (usize, usize)| self.cells[column].places(cell).iter();
        let (mut left, mut right) = (places(a), places(b));
        for (step, other) in self.plan.steps[a.0].iter().zip(&self.plan.steps[b.0]) {
            if step != other {
                break;
            }
            if *step == Step::Item {
                let order = left.next().cmp(&right.next());
                if order != Ordering::Equal {
                    return order;
                }
            }
        }
        a.cmp(&b)
    }

    fn field(&mut self, column: usize, cell: usize) {
        let cells = &self.cells[column];
        let mut places = cells.places(cell).iter();
        let mut key = "";
        self.path.clear();
        for step in &self.plan.steps[column] {
            match step {
                Step::Key(name) => {
                    if !self.path.is_empty() {
                        self.path.push('.');
                    }
                    self.path.push_str(name);
                    key = name;
                }
                Step::Item => {
                    let place = places.next().copied().unwrap_or_default();
                    let _ = write!(self.path, "[{place}]");
                }
            }
        }
        let text = cells.text(cell);
        self.bytes += text.len() as u64;
        let name = FieldName {
            path: &self.path,
            key,
        };
        self.records.field(name, FieldText::Plain(text));
    }
}

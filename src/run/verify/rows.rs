//! [`Checked`]: the rows of a table, with their digests on the way.

use std::path::Path;

use super::told::{Differences, Kind};
use crate::RunError;
use crate::run::merkle::{self, Blocks, Digest};
use crate::run::table::Row;
use crate::run::table_rows::Rows;
use crate::run::value::json_line;

/// Reads a table to its end and notes the blocks of rows that are not as they were written.
pub(super) struct Checked<R> {
    rows: Rows<R>,
    next: Option<R>,
    /// Number of `next`.
    number: u64,
    blocks: Blocks,
    /// Digests the blocks should have, if that is known.
    proved: Option<Vec<Digest>>,
    line: Vec<u8>,
    told: Differences,
}

impl<R: Row> Checked<R> {
    /// Opens the table of the run in `dir`.
    pub fn open(dir: &Path, proved: Option<Vec<Digest>>) -> Result<Self, RunError> {
        let mut checked = Self {
            rows: Rows::open(dir)?,
            next: None,
            number: 0,
            blocks: Blocks::default(),
            proved,
            line: Vec::new(),
            told: Differences::default(),
        };
        checked.read()?;
        Ok(checked)
    }

    /// The next row.
    pub const fn peek(&self) -> Option<&R> {
        self.next.as_ref()
    }

    /// Takes the next row, with its number.
    ///
    /// # Errors
    ///
    /// If the one behind it cannot be read.
    pub fn take(&mut self) -> Result<Option<(u64, R)>, RunError> {
        let Some(row) = self.next.take() else {
            return Ok(None);
        };
        let number = self.number;
        self.number += 1;
        self.read()?;
        Ok(Some((number, row)))
    }

    fn read(&mut self) -> Result<(), RunError> {
        self.next = match self.rows.next() {
            None => {
                let last = self.blocks.finish();
                last.inspect(|block| self.compare(*block));
                None
            }
            Some(Err(error @ RunError::Io { .. })) => return Err(error),
            Some(Err(_)) => {
                let from = self.number;
                let group = R::GROUP_ROWS as u64;
                let rows = [from, (from / group + 1) * group];
                let what = "from here on its rows cannot be decoded";
                self.told
                    .add_rows(Kind::FileDamaged, R::FILE, Some(rows), what);
                None
            }
            Some(Ok(row)) => {
                json_line(R::COLUMNS, &row.values(), &mut self.line);
                let block = self.blocks.push(merkle::leaf(&self.line));
                block.inspect(|block| self.compare(*block));
                Some(row)
            }
        };
        Ok(())
    }

    fn compare(&mut self, (block, digest): (usize, Digest)) {
        let Some(proved) = &self.proved else { return };
        if proved.get(block) != Some(&digest) {
            let from = block as u64 * Blocks::ROWS;
            let rows = [from, from + Blocks::ROWS];
            let what = "one or more of these rows are not what was written";
            self.told
                .add_rows(Kind::RowsChanged, R::FILE, Some(rows), what);
        }
    }

    /// Whether every row could be decoded.
    pub fn is_whole(&self) -> bool {
        !self.told.counts.contains_key(&Kind::FileDamaged)
    }

    /// Notes something about one row.
    pub fn wrong(&mut self, number: u64, what: impl Into<String>) {
        let rows = Some([number, number + 1]);
        self.told.add_rows(Kind::Row, R::FILE, rows, what);
    }

    /// What was noted, and the digests of all rows. Call it when all rows are taken.
    pub fn end(self) -> (Differences, Blocks) {
        (self.told, self.blocks)
    }
}

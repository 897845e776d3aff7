//! [`Joined`]: the rows of a table, shard by shard.

use super::table::Row;
use super::table_rows::Rows;
use crate::RunError;

/// Reads a table, which is in the order of the paths, along a list of paths in that order.
///
/// Rows of files in an archive stand before its own, `a.zip!b` before `a.zip`. What comes behind
/// them and sorts before them, as `a.zip b` does, is not found; nothing is taken for another.
pub(super) struct Joined<R> {
    rows: Rows<R>,
    path: fn(&R) -> &str,
    next: Option<R>,
}

impl<R: Row> Joined<R> {
    /// Along `rows`; `path` is the shard of a row.
    pub fn new(rows: Rows<R>, path: fn(&R) -> &str) -> Self {
        Self {
            rows,
            path,
            next: None,
        }
    }

    /// The next row of the shard `path`, if it is `wanted`; rows of shards before it are passed
    /// over.
    ///
    /// # Errors
    ///
    /// If the table cannot be read.
    pub fn next_if(
        &mut self,
        path: &str,
        wanted: impl FnOnce(&R) -> bool,
    ) -> Result<Option<R>, RunError> {
        while self.next.as_ref().is_none_or(|row| (self.path)(row) < path) {
            self.next = self.rows.next().transpose()?;
            if self.next.is_none() {
                return Ok(None);
            }
        }
        let here = self.next.as_ref();
        let take = here.is_some_and(|row| (self.path)(row) == path && wanted(row));
        Ok(if take { self.next.take() } else { None })
    }

    /// The next row of the shard `path`.
    ///
    /// # Errors
    ///
    /// As [`Joined::next_if`].
    pub fn next(&mut self, path: &str) -> Result<Option<R>, RunError> {
        self.next_if(path, |_| true)
    }
}

//! [`Rows`]: a table read back, row by row, or by row groups on all threads.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::vec;

use bytes::Bytes;
use parquet::column::reader::ColumnReader;
use parquet::file::reader::{ChunkReader, FileReader, Length, SerializedFileReader};
use rayon::prelude::*;

use super::columns::{Cells, Leaf};
use super::table::{Row, damaged, schema_of};
use crate::RunError;
use crate::guard::guarded;

/// Rows read at a time.
const READ_ROWS: usize = 1024;
/// Row groups that each thread reads before what was made of them is taken. Ours: they differ in
/// length, and with one each the threads would wait for the slowest.
const AHEAD: usize = 2;

/// A table that is open, and no more.
struct Stored {
    reader: SerializedFileReader<Places>,
    path: PathBuf,
}

impl Stored {
    fn groups(&self) -> usize {
        self.reader.num_row_groups()
    }

    fn group<R: Row>(&self, group: usize) -> Result<GroupRows<R>, RunError> {
        let columns = decoded(|| {
            let group = self.reader.get_row_group(group);
            let group = group.map_err(|e| e.to_string())?;
            (0..group.num_columns())
                .map(|column| group.get_column_reader(column))
                .collect::<Result<_, _>>()
                .map_err(|e| e.to_string())
        });
        Ok(GroupRows {
            path: self.path.clone(),
            columns: columns.map_err(|what| damaged(&self.path, &what))?,
            leaves: Leaf::of(R::COLUMNS),
            ready: vec![].into_iter(),
            ended: false,
        })
    }
}

/// The rows of a table, in order, read a few at a time. Ends after the first error.
pub struct Rows<R> {
    stored: Stored,
    /// Row groups begun.
    begun: usize,
    group: Option<GroupRows<R>>,
    ended: bool,
}

impl<R: Row> Rows<R> {
    pub(super) fn open(dir: &Path) -> Result<Self, RunError> {
        let path = dir.join(R::FILE);
        let file = Places::open(&path).map_err(|e| RunError::io("read", &path, e))?;
        let reader = SerializedFileReader::new(file).map_err(|e| damaged(&path, &e.to_string()))?;
        let stored = reader.metadata().file_metadata().schema();
        if stored.get_fields() != schema_of::<R>().get_fields() {
            return Err(damaged(&path, "its columns are not those of this version"));
        }
        Ok(Self {
            stored: Stored { reader, path },
            begun: 0,
            group: None,
            ended: false,
        })
    }

    /// How many rows the table has, without reading them.
    pub fn total(&self) -> u64 {
        let rows = self.stored.reader.metadata().file_metadata().num_rows();
        u64::try_from(rows).unwrap_or(0)
    }

    /// Reads the row groups that were not begun, on all threads. `take` gets what `of` makes of them,
    /// in their order, and says whether it wants more. Some groups for each thread are worked on at
    /// a time, so `of` should keep little.
    ///
    /// # Errors
    ///
    /// The first in the order of the table: if it is damaged or cannot be read, and those of `of`
    /// and `take`.
    pub fn by_group<T: Send>(
        self,
        of: impl Fn(GroupRows<R>) -> Result<T, RunError> + Sync,
        mut take: impl FnMut(T) -> Result<ControlFlow<()>, RunError> + Send,
    ) -> Result<(), RunError> {
        let stored = self.stored;
        let groups: Vec<usize> = (self.begun..stored.groups()).collect();
        let mut made = Vec::new();
        for wave in groups.chunks(AHEAD * rayon::current_num_threads()) {
            let read = || -> Vec<Result<T, RunError>> {
                let groups = wave.par_iter();
                groups.map(|at| of(stored.group(*at)?)).collect()
            };
            let (taken, next) = rayon::join(|| take_all(made, &mut take), read);
            if taken?.is_break() {
                return Ok(());
            }
            made = next;
        }
        take_all(made, &mut take).map(|_| ())
    }
}

fn take_all<T>(
    made: Vec<Result<T, RunError>>,
    take: &mut impl FnMut(T) -> Result<ControlFlow<()>, RunError>,
) -> Result<ControlFlow<()>, RunError> {
    for made in made {
        if take(made?)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

impl<R: Row> Iterator for Rows<R> {
    type Item = Result<R, RunError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            if let Some(row) = self.group.as_mut().and_then(Iterator::next) {
                self.ended = row.is_err();
                return Some(row);
            }
            if self.begun == self.stored.groups() {
                self.ended = true;
                return None;
            }
            match self.stored.group(self.begun) {
                Ok(group) => self.group = Some(group),
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            }
            self.begun += 1;
        }
        None
    }
}

/// The rows of one row group, in order. Ends after the first error.
pub struct GroupRows<R> {
    path: PathBuf,
    columns: Vec<ColumnReader>,
    leaves: Vec<Leaf>,
    ready: vec::IntoIter<R>,
    ended: bool,
}

impl<R: Row> GroupRows<R> {
    /// The next rows; none at the end.
    fn read(&mut self) -> Result<Vec<R>, String> {
        let mut rows = 0;
        let columns = self.columns.iter_mut().zip(&mut self.leaves);
        for (place, (column, leaf)) in columns.enumerate() {
            let read = leaf.read(column, READ_ROWS).map_err(|e| e.to_string())?;
            if place > 0 && read != rows {
                return Err("its columns differ in length".to_owned());
            }
            rows = read;
        }
        let mut cells = Cells::new(&self.leaves);
        let row = |_| {
            cells.next_row();
            R::read(&mut cells)
        };
        (0..rows).map(row).collect()
    }
}

impl<R: Row> Iterator for GroupRows<R> {
    type Item = Result<R, RunError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(row) = self.ready.next() {
            return Some(Ok(row));
        }
        if self.ended {
            return None;
        }
        match decoded(|| self.read()) {
            Ok(rows) => {
                self.ended = rows.is_empty();
                self.ready = rows.into_iter();
                self.ready.next().map(Ok)
            }
            Err(what) => {
                self.ended = true;
                Some(Err(damaged(&self.path, &what)))
            }
        }
    }
}

/// The library panics at some kinds of damage.
fn decoded<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    guarded(read).unwrap_or_else(|_| Err("it cannot be decoded".to_owned()))
}

/// A file whose readers have a place each: those of the library's own share one, and would get in
/// each other's way.
struct Places {
    file: Arc<File>,
    bytes: u64,
}

impl Places {
    fn open(path: &Path) -> io::Result<Self> {
        let file = Arc::new(File::open(path)?);
        let bytes = file.metadata()?.len();
        Ok(Self { file, bytes })
    }
}

impl Length for Places {
    fn len(&self) -> u64 {
        self.bytes
    }
}

impl ChunkReader for Places {
    type T = BufReader<At>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        let file = Arc::clone(&self.file);
        Ok(BufReader::new(At { file, at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        // A damaged directory must not ask for memory that no file fills.
        if start.saturating_add(length as u64) > self.bytes {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, start)?;
        Ok(bytes.into())
    }
}

struct At {
    file: Arc<File>,
    at: u64,
}

impl Read for At {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

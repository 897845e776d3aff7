//! Tables: rows into Parquet files and back.
//!
//! Row groups are cut by number of rows alone, so that the bytes of a file follow from its rows.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{io, mem, vec};

use parquet::basic::{Compression, ZstdLevel};
use parquet::column::reader::ColumnReader;
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::{ColumnPath, Type};

use super::columns::{Cells, Leaf, schema};
use super::file::NewFile;
use super::merkle::{self, Blocks};
use super::value::{Column, Value, json_line};
use crate::RunError;

/// Rows read at a time.
const READ_ROWS: usize = 1024;

/// A row of one of the tables.
pub trait Row: Sized {
    /// Name of the table.
    const NAME: &'static str;
    /// The file it is in.
    const FILE: &'static str;
    /// Columns in which hardly a value comes twice: a dictionary would be wasted on them.
    const UNIQUE: &'static [&'static str];
    /// Rows of a row group. They are held until it is full, so it bounds the memory.
    const GROUP_ROWS: usize;
    /// The columns, in the order of [`Row::values`].
    const COLUMNS: &'static [Column];

    /// The values of one row.
    fn values(&self) -> Vec<Value<'_>>;

    /// The row these values make, taken in the order of the columns.
    ///
    /// # Errors
    ///
    /// If a value is missing, or a word that no version has written.
    fn read(cells: &mut Cells<'_>) -> Result<Self, String>;
}

fn schema_of<R: Row>() -> Arc<Type> {
    let text = schema(R::COLUMNS);
    Arc::new(parse_message_type(&text).expect("`schema` writes Parquet's notation"))
}

/// Writes one table.
pub(super) struct TableWriter<R> {
    writer: SerializedFileWriter<NewFile>,
    path: PathBuf,
    pending: Vec<R>,
    blocks: Blocks,
    line: Vec<u8>,
}

impl<R: Row> TableWriter<R> {
    /// Begins the table in the run directory `dir`.
    pub fn create(dir: &Path) -> Result<Self, RunError> {
        let path = dir.join(R::FILE);
        let file = NewFile::create(&path)?;
        let mut properties = WriterProperties::builder()
            // Neither the version of the library nor a time: the same rows, the same bytes.
            .set_created_by("yujian".to_owned())
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_statistics_enabled(EnabledStatistics::Chunk);
        for &column in R::UNIQUE {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(column), false);
        }
        let writer = SerializedFileWriter::new(file, schema_of::<R>(), properties.build().into())
            .map_err(|e| broken(&path, e))?;
        Ok(Self {
            writer,
            path,
            pending: Vec::new(),
            blocks: Blocks::default(),
            line: Vec::new(),
        })
    }

    /// Adds a row.
    pub fn push(&mut self, row: R) -> Result<(), RunError> {
        self.pending.push(row);
        if self.pending.len() == R::GROUP_ROWS {
            self.flush().map_err(|e| broken(&self.path, e))
        } else {
            Ok(())
        }
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        let mut leaves = Leaf::of(R::COLUMNS);
        for row in mem::take(&mut self.pending) {
            let values = row.values();
            json_line(R::COLUMNS, &values, &mut self.line);
            self.blocks.push(merkle::leaf(&self.line));
            Leaf::push_row(&mut leaves, &values);
        }
        let mut group = self.writer.next_row_group()?;
        for leaf in leaves {
            let mut column = group.next_column()?.expect("the schema has every leaf");
            leaf.write(&mut column)?;
            column.close()?;
        }
        group.close()?;
        Ok(())
    }

    /// Writes what is left and waits until it is on the disk. The file has no name yet. With it
    /// come the digests of its rows.
    pub fn finish(mut self) -> Result<(NewFile, Blocks), RunError> {
        let rest = if self.pending.is_empty() {
            Ok(())
        } else {
            self.flush()
        };
        let file = rest.and_then(|()| self.writer.into_inner());
        let file = file.map_err(|e| broken(&self.path, e))?;
        file.sync()?;
        self.blocks.finish();
        Ok((file, self.blocks))
    }
}

/// The system's own error where there is one, so that a full disk can be told from others.
fn broken(path: &Path, error: ParquetError) -> RunError {
    let source = match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(inner) => *inner,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    };
    RunError::io("write", path, source)
}

/// The rows of a table, in order, read a few at a time. Ends after the first error.
pub struct Rows<R> {
    reader: SerializedFileReader<File>,
    path: PathBuf,
    /// Row groups begun.
    group: usize,
    /// The leaf columns of the row group that is being read.
    columns: Vec<ColumnReader>,
    leaves: Vec<Leaf>,
    ready: vec::IntoIter<R>,
    ended: bool,
}

impl<R: Row> Rows<R> {
    pub(super) fn open(dir: &Path) -> Result<Self, RunError> {
        let path = dir.join(R::FILE);
        let file = File::open(&path).map_err(|e| RunError::io("read", &path, e))?;
        let reader = SerializedFileReader::new(file).map_err(|e| damaged(&path, &e.to_string()))?;
        let stored = reader.metadata().file_metadata().schema();
        if stored.get_fields() != schema_of::<R>().get_fields() {
            return Err(damaged(&path, "its columns are not those of this version"));
        }
        Ok(Self {
            reader,
            path,
            group: 0,
            columns: vec![],
            leaves: Leaf::of(R::COLUMNS),
            ready: vec![].into_iter(),
            ended: false,
        })
    }

    /// How many rows the table has, without reading them.
    pub fn total(&self) -> u64 {
        let rows = self.reader.metadata().file_metadata().num_rows();
        u64::try_from(rows).unwrap_or(0)
    }

    /// The next rows; none at the end of the table.
    fn read(&mut self) -> Result<Vec<R>, String> {
        loop {
            let mut rows = 0;
            for (place, (column, leaf)) in self.columns.iter_mut().zip(&mut self.leaves).enumerate()
            {
                let read = leaf.read(column, READ_ROWS).map_err(|e| e.to_string())?;
                if place > 0 && read != rows {
                    return Err("its columns differ in length".to_owned());
                }
                rows = read;
            }
            if rows > 0 {
                let mut cells = Cells::new(&self.leaves);
                let row = |_| {
                    cells.next_row();
                    R::read(&mut cells)
                };
                return (0..rows).map(row).collect();
            }
            if self.group == self.reader.num_row_groups() {
                return Ok(vec![]);
            }
            let group = self.reader.get_row_group(self.group);
            let group = group.map_err(|e| e.to_string())?;
            self.columns = (0..self.leaves.len())
                .map(|leaf| group.get_column_reader(leaf))
                .collect::<Result<_, _>>()
                .map_err(|e| e.to_string())?;
            self.group += 1;
        }
    }
}

impl<R: Row> Iterator for Rows<R> {
    type Item = Result<R, RunError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(row) = self.ready.next() {
            return Some(Ok(row));
        }
        if self.ended {
            return None;
        }
        match guarded(|| self.read()) {
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
fn guarded<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err("it cannot be decoded".to_owned()))
}

pub(super) fn damaged(path: &Path, what: &str) -> RunError {
    RunError::state(
        format!("{} is damaged: {what}", path.display()),
        "take it from a backup, or scan anew",
    )
}

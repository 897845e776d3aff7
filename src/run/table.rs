//! Tables: rows into Parquet files and back.
//!
//! Batches and row groups are cut by number of rows alone, so that the bytes of a file follow
//! from its rows.

use std::fs::File;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::{io, mem, vec};

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::file::NewFile;
use super::value::{Column, Value};
use crate::RunError;

/// Batches in a row group.
const GROUP_BATCHES: usize = 8;
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
    /// Rows that are held as structs before they become columns.
    const BATCH_ROWS: usize;
    /// Columns of an export, as many as [`Row::values`] and in the same order.
    const COLUMNS: &'static [Column];

    /// Rows as columns. The schema is that of no rows at all.
    ///
    /// # Errors
    ///
    /// If Arrow refuses; the lengths and types agree by construction.
    fn batch(rows: &[Self]) -> Result<RecordBatch, ArrowError>;

    /// Columns as rows.
    ///
    /// # Errors
    ///
    /// If a column is missing or of another type: says which.
    fn rows(batch: &RecordBatch) -> Result<Vec<Self>, String>;

    /// The values of one row.
    fn values(&self) -> Vec<Value<'_>>;
}

/// Writes one table.
pub(super) struct TableWriter<R> {
    writer: ArrowWriter<NewFile>,
    path: PathBuf,
    pending: Vec<R>,
}

impl<R: Row> TableWriter<R> {
    /// Begins the table in the run directory `dir`.
    pub fn create(dir: &Path) -> Result<Self, RunError> {
        let path = dir.join(R::FILE);
        let file = NewFile::create(&path)?;
        let schema = R::batch(&[]).map_err(|e| broken(&path, e.into()))?.schema();
        let mut properties = WriterProperties::builder()
            // Neither the version of the library nor a time: the same rows, the same bytes.
            .set_created_by("yujian".to_owned())
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_coerce_types(true)
            .set_max_row_group_row_count(Some(R::BATCH_ROWS * GROUP_BATCHES));
        for &column in R::UNIQUE {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(column), false);
        }
        let options = ArrowWriterOptions::new()
            .with_properties(properties.build())
            .with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(file, schema, options)
            .map_err(|e| broken(&path, e))?;
        Ok(Self {
            writer,
            path,
            pending: Vec::new(),
        })
    }

    /// Adds a row.
    pub fn push(&mut self, row: R) -> Result<(), RunError> {
        self.pending.push(row);
        if self.pending.len() == R::BATCH_ROWS {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn flush(&mut self) -> Result<(), RunError> {
        let rows = mem::take(&mut self.pending);
        let batch = R::batch(&rows).map_err(|e| broken(&self.path, e.into()))?;
        self.writer.write(&batch).map_err(|e| broken(&self.path, e))
    }

    /// Writes what is left and waits until it is on the disk. The file has no name yet.
    pub fn finish(mut self) -> Result<NewFile, RunError> {
        if !self.pending.is_empty() {
            self.flush()?;
        }
        let file = self
            .writer
            .into_inner()
            .map_err(|e| broken(&self.path, e))?;
        file.sync()?;
        Ok(file)
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
#[derive(Debug)]
pub struct Rows<R> {
    reader: Option<ParquetRecordBatchReader>,
    path: PathBuf,
    ready: vec::IntoIter<R>,
    rows: PhantomData<R>,
}

impl<R: Row> Rows<R> {
    pub(super) fn open(dir: &Path) -> Result<Self, RunError> {
        let path = dir.join(R::FILE);
        let file = File::open(&path).map_err(|e| RunError::io("read", &path, e))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(file)
            .and_then(|builder| builder.with_batch_size(READ_ROWS).build())
            .map_err(|e| damaged(&path, &e.to_string()))?;
        let ready = Vec::new().into_iter();
        Ok(Self {
            reader: Some(reader),
            path,
            ready,
            rows: PhantomData,
        })
    }
}

impl<R: Row> Iterator for Rows<R> {
    type Item = Result<R, RunError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.ready.next() {
                return Some(Ok(row));
            }
            let rows = match self.reader.as_mut()?.next()? {
                Ok(batch) => R::rows(&batch),
                Err(e) => Err(e.to_string()),
            };
            match rows {
                Ok(rows) => self.ready = rows.into_iter(),
                Err(what) => {
                    self.reader = None;
                    return Some(Err(damaged(&self.path, &what)));
                }
            }
        }
    }
}

pub(super) fn damaged(path: &Path, what: &str) -> RunError {
    RunError::state(
        format!("{} is damaged: {what}", path.display()),
        "take it from a backup, or scan anew",
    )
}

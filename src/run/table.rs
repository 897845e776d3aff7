//! Tables: what their rows are, and rows into Parquet files.
//!
//! Row groups are cut by number of rows alone, so that the bytes of a file follow from its rows.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{io, mem};

use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::{ColumnPath, Type};

use super::columns::{Cells, Leaf, schema};
use super::file::NewFile;
use super::merkle::{self, Blocks};
use super::value::{Column, Value, json_line};
use crate::RunError;

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

pub(super) fn schema_of<R: Row>() -> Arc<Type> {
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

pub(super) fn damaged(path: &Path, what: &str) -> RunError {
    RunError::state(
        format!("{} is damaged: {what}", path.display()),
        "take it from a backup, or scan anew",
    )
}

//! Parquet: text, id and source columns → records, page by page.
//!
//! The crate `parquet` reads the footer. Pages are read here, though the crate can: it allocates
//! what headers promise, decompresses some codecs to whatever they give, and panics or gives up
//! the process where files lie. Here nothing is believed that the bytes cannot keep, a page and a
//! few hundred rows are all that is held of a column, and one that is not wanted is not touched.
//!
//! A record is a row. It has no place in bytes, so its offset is its number, and its bytes are
//! those of its text: decoded bytes of a shard are the text that was scanned. Columns that are not
//! wanted are not text of the corpus by its configuration, and count nowhere.

mod column;
#[cfg(test)]
mod hard;
mod levels;
mod pages;
mod schema;
#[cfg(test)]
mod tests;
mod thrift;
mod values;

use parquet::file::metadata::{
    ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataOptions, ParquetMetaDataReader,
    ParquetStatisticsPolicy, RowGroupMetaData,
};

use self::column::Column;
use self::pages::{Pages, Place};
use self::schema::Shape;
use self::thrift::Scout;
use super::columns::{Cells, Fault, Meaning, Plan, slice};
use crate::corpus::Random;
use crate::corpus::limits::Limits;
use crate::corpus::records::{ReadContext, Records};
use crate::{Limit, ShardError};

/// Code for damage.
const REASON: &str = "bad-parquet";
/// Text that is gathered before its rows are told, and rows at most.
const BATCH: usize = 1 << 20;
const BATCH_ROWS: usize = 1024;
/// Rows by which columns advance in turn.
const STRIDE: usize = 32;
/// Groups inside each other in a schema.
const SCHEMA_DEPTH: usize = 64;

/// Reads the file to its end. Where a row group is damaged, those behind it are still read.
///
/// # Errors
///
/// A footer that is missing or damaged, encryption, limits; the first damage of a row group, once
/// all are read. Records before it are told of.
pub fn read(random: &Random<'_>, records: &mut Records<'_>) -> Result<(), ShardError> {
    let context = records.context;
    let limits = context.limits;
    let footer = footer(random, limits).map_err(|fault| fault.at(REASON, random.len(), limits))?;
    let (plan, shapes) =
        plan(&footer, context).map_err(|fault| fault.at(REASON, random.len(), limits))?;
    let mut table = Table {
        random,
        context,
        cells: shapes
            .iter()
            .map(|s| Cells::new(s.repetition as usize))
            .collect(),
        plan,
        shapes,
        stride: STRIDE,
        row: 0,
    };
    let mut damage = None;
    for group in footer.row_groups() {
        let first = table.row;
        match table.group(group, records) {
            Ok(()) => {}
            Err(error @ (ShardError::Limit { .. } | ShardError::Read(_))) => return Err(error),
            Err(error) => damage = damage.or(Some(error)),
        }
        table.row = first.saturating_add(u64::try_from(group.num_rows()).unwrap_or(0));
    }
    damage.map_or(Ok(()), Err)
}

fn footer(random: &Random<'_>, limits: &Limits) -> Result<ParquetMetaData, Fault> {
    const MISSING: Fault =
        Fault::Damaged("the footer is missing: the file is cut off, or no Parquet");
    const ENCRYPTED: Fault = Fault::Refused(
        "encrypted",
        "it is encrypted: decrypt it, or write it anew without encryption",
    );
    let tail_at = random.len().checked_sub(8).filter(|at| *at >= 4);
    let tail_at = tail_at.ok_or(MISSING)?;
    let tail = slice(random, tail_at, 8)?;
    match &tail[4..] {
        b"PAR1" => {}
        b"PARE" => return Err(ENCRYPTED),
        _ => return Err(MISSING),
    }
    let length = u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]);
    if u64::from(length) > limits.record_bytes {
        return Err(Fault::Limit(Limit::RecordBytes));
    }
    let start = tail_at.checked_sub(u64::from(length)).filter(|at| *at >= 4);
    let start = start.ok_or(Fault::Damaged("the footer is longer than the file"))?;
    let bytes = slice(random, start, length as usize)?;
    let scout = Scout::new(&bytes, SCHEMA_DEPTH)?;
    if scout.encrypted {
        return Err(ENCRYPTED);
    }
    if scout.depth > SCHEMA_DEPTH {
        return Err(Fault::Refused(
            "schema-depth",
            "groups of its schema are nested deeper than 64: write it anew with a flatter one",
        ));
    }
    // Statistics are not needed, and writers get them wrong.
    let mut options = ParquetMetaDataOptions::new();
    options.set_encoding_stats_policy(ParquetStatisticsPolicy::SkipAll);
    options.set_column_stats_policy(ParquetStatisticsPolicy::SkipAll);
    options.set_size_stats_policy(ParquetStatisticsPolicy::SkipAll);
    ParquetMetaDataReader::decode_metadata_with_options(&bytes, Some(&options))
        .map_err(|_| Fault::Damaged("the footer is damaged"))
}

fn plan(footer: &ParquetMetaData, context: &ReadContext<'_>) -> Result<(Plan, Vec<Shape>), Fault> {
    let schema = footer.file_metadata().schema_descr();
    if schema.num_columns() > context.limits.csv_columns as usize {
        return Err(Fault::Limit(Limit::CsvColumns));
    }
    let mut shapes = schema::shapes(schema)?;
    let plan = Plan::new(shapes.iter().map(|s| s.steps.clone()).collect(), context);
    for (i, shape) in shapes.iter_mut().enumerate() {
        // Whoever names a column says that it holds text.
        if shape.meaning == Meaning::Bytes && plan.is_named(i) {
            shape.meaning = Meaning::Text;
        }
    }
    Ok((plan, shapes))
}

/// A file that is being read.
struct Table<'a> {
    random: &'a Random<'a>,
    context: &'a ReadContext<'a>,
    plan: Plan,
    shapes: Vec<Shape>,
    /// Of every column.
    cells: Vec<Cells>,
    stride: usize,
    /// Number of the next row.
    row: u64,
}

impl Table<'_> {
    fn group(
        &mut self,
        group: &RowGroupMetaData,
        records: &mut Records<'_>,
    ) -> Result<(), ShardError> {
        let (random, context) = (self.random, self.context);
        let shapes = std::mem::take(&mut self.shapes);
        let mut reading = Reading {
            random,
            context,
            shapes: &shapes,
            chunks: group.columns(),
            columns: shapes.iter().map(|_| None).collect(),
            at: 0,
            passed: 0,
        };
        let result = self.rows(group.num_rows(), &mut reading, records);
        let offset = reading.at;
        self.shapes = shapes;
        result.map_err(|fault| fault.at(REASON, offset, context.limits))
    }

    fn rows(
        &mut self,
        rows: i64,
        reading: &mut Reading<'_>,
        records: &mut Records<'_>,
    ) -> Result<(), Fault> {
        let rows = u64::try_from(rows)
            .map_err(|_| Fault::Damaged("it claims a negative number of rows"))?;
        let mut done = 0;
        while done < rows {
            self.context.go_on()?;
            self.cells.iter_mut().for_each(Cells::clear);
            let batch = self.wanted(rows - done, reading)?;
            if (0..batch).any(|row| !self.plan.has_text(&self.cells, row)) {
                self.others(done, batch, reading)?;
            }
            self.plan.tell_all(records, &self.cells, batch, self.row)?;
            self.row += batch as u64;
            done += batch as u64;
        }
        for column in 0..self.cells.len() {
            if self.plan.is_wanted(column) && !reading.is_done(column)? {
                return Err(Fault::Damaged(
                    "a row group has more rows than the footer says",
                ));
            }
        }
        Ok(())
    }

    /// Reads some rows, `left` at most, of the columns that are wanted of all.
    fn wanted(&mut self, left: u64, reading: &mut Reading<'_>) -> Result<usize, Fault> {
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(BATCH_ROWS);
        let (mut rows, mut weight) = (0, 0);
        while rows < most && weight < BATCH {
            let stride = self.stride.min(most - rows);
            weight = 0;
            for column in 0..self.cells.len() {
                if self.plan.is_wanted(column) {
                    reading.read(column, stride, &mut self.cells[column])?;
                    weight += self.cells[column].weight();
                }
            }
            rows += stride;
            // Rows of megabytes are taken one by one.
            self.stride = (BATCH / (weight / rows).max(1)).clamp(1, STRIDE);
        }
        Ok(rows)
    }

    /// Reads the same rows of the other columns: some have no text where it was looked for.
    fn others(&mut self, done: u64, rows: usize, reading: &mut Reading<'_>) -> Result<(), Fault> {
        for column in 0..self.cells.len() {
            if !self.plan.is_wanted(column) {
                reading.pass(column, done - reading.passed)?;
                reading.read(column, rows, &mut self.cells[column])?;
            }
        }
        reading.passed = done + rows as u64;
        Ok(())
    }
}

/// Columns of one row group, opened when they are wanted.
struct Reading<'a> {
    random: &'a Random<'a>,
    context: &'a ReadContext<'a>,
    shapes: &'a [Shape],
    chunks: &'a [ColumnChunkMetaData],
    columns: Vec<Option<Column<'a>>>,
    /// Where in the file was read last.
    at: u64,
    /// Rows that the columns which are not always wanted have behind them.
    passed: u64,
}

impl<'a> Reading<'a> {
    fn column(&mut self, number: usize) -> Result<Option<&mut Column<'a>>, Fault> {
        if self.shapes[number].meaning == Meaning::Nothing {
            return Ok(None);
        }
        if self.columns[number].is_none() {
            let chunk = self
                .chunks
                .get(number)
                .ok_or(Fault::Damaged("a row group lacks a column"))?;
            let pages = open(self.random, self.context, chunk)?;
            self.columns[number] = Some(Column::new(pages, &self.shapes[number]));
        }
        Ok(self.columns[number].as_mut())
    }

    fn read(&mut self, number: usize, rows: usize, cells: &mut Cells) -> Result<(), Fault> {
        let Some(column) = self.column(number)? else {
            (0..rows).for_each(|_| cells.begin_row());
            return Ok(());
        };
        let result = column.read(rows, Some(cells));
        self.at = column.offset();
        all(result?, rows)
    }

    fn pass(&mut self, number: usize, rows: u64) -> Result<(), Fault> {
        let rows = usize::try_from(rows).unwrap_or(usize::MAX);
        let Some(column) = self.column(number)? else {
            return Ok(());
        };
        let result = column.read(rows, None);
        self.at = column.offset();
        all(result?, rows)
    }

    fn is_done(&mut self, number: usize) -> Result<bool, Fault> {
        match self.column(number)? {
            None => Ok(true),
            Some(column) => column.is_done(),
        }
    }
}

fn all(read: usize, rows: usize) -> Result<(), Fault> {
    if read == rows {
        return Ok(());
    }
    Err(Fault::Damaged(
        "a column has fewer rows than the footer says",
    ))
}

fn open<'a>(
    random: &'a Random<'a>,
    context: &'a ReadContext<'a>,
    chunk: &ColumnChunkMetaData,
) -> Result<Pages<'a>, Fault> {
    if chunk.file_path().is_some_and(|path| !path.is_empty()) {
        return Err(Fault::Refused(
            "external-column",
            "a column lies in another file: write it anew as one",
        ));
    }
    let number = |n: i64| u64::try_from(n).map_err(|_| Fault::Damaged("a place is negative"));
    // Some writers say 0 where there is no dictionary, or no data.
    let pages = [
        chunk.dictionary_page_offset(),
        Some(chunk.data_page_offset()),
    ];
    let start = pages.into_iter().flatten().filter(|at| *at > 0).min();
    let place = Place {
        start: number(start.unwrap_or(0))?,
        bytes: number(chunk.compressed_size())?,
        values: number(chunk.num_values())?,
    };
    Pages::new(random, context, place, chunk.compression())
}

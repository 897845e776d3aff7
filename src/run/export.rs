//! `export`: the tables of a run as JSON lines or CSV, with every column, and what is made of them.

use std::io::{self, Write};
use std::path::Path;

use super::holders::{Holder, Holders};
use super::reader::Run;
use super::rows::{FindingRow, RecordRow, ShardRow};
use super::table::Row;
use super::value::{Column, Kind, Value, json_line};
use crate::RunError;

/// Which table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// One row a finding that was kept.
    Findings,
    /// One row a record with findings; with a sidecar, one a record.
    Records,
    /// One row a file that was discovered.
    Shards,
    /// One row a holder of rights, by source and kind of mark; made from the findings.
    Holders,
}

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated with a line of names. Lists are joined by `;`, what has a structure of its
    /// own is JSON, and a text a spreadsheet would take for a formula begins with `'`.
    Csv,
}

/// Writes every row of `table` to `out`. Returns how many.
///
/// # Errors
///
/// [`RunError::State`] if the run is damaged; [`RunError::Io`] with the source as it came if it
/// cannot be read or `out` cannot be written.
pub fn export(
    run: &Run,
    table: Table,
    format: ExportFormat,
    out: &mut impl Write,
) -> Result<u64, RunError> {
    match table {
        Table::Findings => {
            let (rows, columns) = (run.findings()?, FindingRow::COLUMNS);
            write_rows(rows, columns, FindingRow::values, format, out)
        }
        Table::Records => {
            let (rows, columns) = (run.records()?, RecordRow::COLUMNS);
            write_rows(rows, columns, RecordRow::values, format, out)
        }
        Table::Shards => {
            let (rows, columns) = (run.shards()?, ShardRow::COLUMNS);
            write_rows(rows, columns, ShardRow::values, format, out)
        }
        Table::Holders => {
            let rows = Holders::of(run)?.0.into_iter().map(Ok);
            write_rows(rows, Holder::COLUMNS, Holder::values, format, out)
        }
    }
}

fn write_rows<R>(
    rows: impl Iterator<Item = Result<R, RunError>>,
    columns: &[Column],
    values: for<'r> fn(&'r R) -> Vec<Value<'r>>,
    format: ExportFormat,
    out: &mut impl Write,
) -> Result<u64, RunError> {
    let fail = |e| RunError::io("write", Path::new("the export"), e);
    let mut count = 0;
    match format {
        ExportFormat::Jsonl => {
            let mut line = Vec::new();
            for row in rows {
                json_line(columns, &values(&row?), &mut line);
                line.push(b'\n');
                out.write_all(&line).map_err(fail)?;
                count += 1;
            }
        }
        ExportFormat::Csv => {
            let mut csv = csv::Writer::from_writer(&mut *out);
            csv.write_record(csv_names(columns))
                .map_err(|e| fail(csv_error(e)))?;
            for row in rows {
                csv.write_record(csv_cells(&values(&row?)))
                    .map_err(|e| fail(csv_error(e)))?;
                count += 1;
            }
            csv.flush().map_err(fail)?;
        }
    }
    out.flush().map_err(fail)?;
    Ok(count)
}

fn csv_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn csv_names(columns: &[Column]) -> Vec<String> {
    let mut names = Vec::new();
    for column in columns {
        let name = column.name;
        match column.kind {
            Kind::Span => names.extend([format!("{name}_start"), format!("{name}_end")]),
            _ => names.push(name.to_owned()),
        }
    }
    names
}

fn csv_cells(values: &[Value<'_>]) -> Vec<String> {
    let mut cells = Vec::new();
    for value in values {
        match value {
            Value::Null => cells.push(String::new()),
            Value::Text(text) => cells.push(defuse(text)),
            Value::Whole(number) => cells.push(number.to_string()),
            Value::Fraction(number) => cells.push(number.to_string()),
            Value::Flag(flag) => cells.push(flag.to_string()),
            Value::Span(span) => cells.extend([span.start.to_string(), span.end.to_string()]),
            Value::Texts(list) => cells.push(defuse(&list.join(";"))),
            Value::Json(json) => cells.push(json.clone()),
        }
    }
    cells
}

/// Puts `'` before a text that a spreadsheet would take for a formula: paths, ids and field names
/// come from the corpus, and so from strangers.
///
/// Source: OWASP, CSV Injection; with the full-width signs, which some programs fold.
fn defuse(text: &str) -> String {
    let risky = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    let mark = if text.starts_with(risky) { "'" } else { "" };
    format!("{mark}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;
    use crate::run::value::column;

    #[test]
    fn a_formula_becomes_text() {
        let cases = [
            ("=1+1", "'=1+1"),
            ("+86", "'+86"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("＝1", "'＝1"),
            ("a=1", "a=1"),
            ("", ""),
        ];
        for (text, cell) in cases {
            assert_eq!(defuse(text), cell);
        }
    }

    #[test]
    fn a_span_is_one_array_in_json_and_two_columns_in_csv() {
        let columns = [
            column("id", Kind::Text),
            column("span", Kind::Span),
            column("more", Kind::Json),
        ];
        let values = [
            Value::Text("\"语\n"),
            Value::Span(Span::new(3, 7)),
            Value::Json(r#"{"a":1}"#.to_owned()),
        ];
        let mut line = b"rest of the line before".to_vec();
        json_line(&columns, &values, &mut line);
        let json = String::from_utf8(line).unwrap();
        assert_eq!(
            json,
            "{\"id\":\"\\\"语\\n\",\"span\":[3,7],\"more\":{\"a\":1}}"
        );
        assert_eq!(
            csv_names(&columns),
            ["id", "span_start", "span_end", "more"]
        );
        assert_eq!(csv_cells(&values), ["\"语\n", "3", "7", "{\"a\":1}"]);
    }
}

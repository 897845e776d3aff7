//! The files of apache/parquet-testing: good, odd, encrypted and corrupt.
#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test says why it does nothing, and shows its table"
)]

use std::path::{Path, PathBuf};

use super::read;
use crate::corpus::split::columns::told::told;

/// Where they are, if they are.
fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/hard/parquet");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: ../shared/data/hard/parquet is not there");
    None
}

/// Files under `folder`, in order of their names.
fn files(folder: &Path, all: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, all);
        } else if path.to_string_lossy().contains(".parquet") {
            all.push(path);
        }
    }
}

/// File, records, records without text, fields, outcome: a change shows.
const EXPECTED: &str = include_str!("../../../../fixtures/expected/hard-parquet.csv");

#[test]
fn every_file_ends_as_expected() {
    let Some(folder) = folder() else { return };
    let mut all = Vec::new();
    files(&folder, &mut all);
    let mut table = String::from("file,records,without_text,fields,outcome\n");
    for path in all {
        let bytes = std::fs::read(&path).unwrap();
        let (collected, result) = told(read, &bytes, &["text"]);
        let fields: usize = collected.records.iter().map(|r| r.fields.len()).sum();
        let outcome = result
            .err()
            .map_or("ok".to_owned(), |e| e.reason().to_owned());
        let name = path.strip_prefix(&folder).unwrap().display();
        let (records, skipped) = (collected.records.len(), collected.skipped);
        table += &format!("{name},{records},{skipped},{fields},{outcome}\n");
    }
    println!("{table}");
    let pairs = table.lines().zip(EXPECTED.lines());
    for (told, expected) in pairs {
        assert_eq!(told, expected);
    }
    assert_eq!(table.lines().count(), EXPECTED.lines().count());
}

/// Values as others read them stand beside some files.
#[test]
fn values_are_those_that_others_read() {
    let Some(folder) = folder() else { return };
    for name in [
        "delta_binary_packed",
        "delta_byte_array",
        "delta_encoding_optional_column",
        "delta_encoding_required_column",
    ] {
        let file = |end: &str| std::fs::read(folder.join(format!("data/{name}{end}"))).unwrap();
        let (collected, result) = told(read, &file(".parquet"), &[]);
        result.unwrap();
        let csv = file("_expect.csv");
        let mut rows = csv::Reader::from_reader(&csv[..]);
        let mut read = collected.records.iter();
        for row in rows.records() {
            let row = row.unwrap();
            let expected: Vec<&str> = row.iter().filter(|cell| !cell.is_empty()).collect();
            let record = read.next().unwrap();
            let values = record.fields.iter().map(|f| f.split_once('=').unwrap().1);
            assert_eq!(
                values.collect::<Vec<_>>(),
                expected,
                "{name} {}",
                record.offset
            );
        }
        assert!(read.next().is_none());
    }
}

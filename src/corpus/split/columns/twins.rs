//! The documents of `fixtures/tables`, written by another program in many ways: all give what
//! `documents.jsonl` gives.

use std::path::Path;

use proptest::prelude::*;

use super::told::{Reader, told, told_as_json, told_random};
use crate::corpus::split::{arrow, parquet};
use crate::corpus::{Limits, Random};

/// Reader and bytes of each table, with its name.
fn tables() -> Vec<(String, Reader, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tables");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".jsonl"))
        .collect();
    names.sort();
    let reader = |name: &str| -> Reader {
        if name.ends_with(".parquet") {
            parquet::read
        } else {
            arrow::read
        }
    };
    let table = |name: String| {
        let bytes = std::fs::read(folder.join(&name)).unwrap();
        (name.clone(), reader(&name), bytes)
    };
    names.into_iter().map(table).collect()
}

const PATHS: [&[&str]; 6] = [
    &["text"],
    &["messages[].content", "text"],
    &["messages", "tags[]"],
    &["label", "phone", "score"],
    &["nothing"],
    &["*"],
];

#[test]
fn all_give_what_json_gives() {
    let lines: Vec<String> = include_str!("../../../../fixtures/tables/documents.jsonl")
        .lines()
        .map(str::to_owned)
        .collect();
    let tables = tables();
    assert!(tables.len() > 10);
    for (name, reader, bytes) in tables {
        for paths in PATHS {
            let (collected, result) = told(reader, &bytes, paths);
            assert!(result.is_ok(), "{name}: {}", result.unwrap_err());
            let expected = told_as_json(&lines, paths);
            assert_eq!(collected.records, expected, "{name} {paths:?}");
            assert_eq!(collected.skipped, lines.len() - expected.len());
        }
    }
}

#[test]
fn files_that_are_not_in_memory_give_the_same() {
    use std::io::Write as _;
    for (name, reader, bytes) in tables() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let random = Random::File(file, bytes.len() as u64);
        for paths in PATHS {
            let (from_file, result) = told_random(reader, &random, paths, &Limits::default());
            result.unwrap();
            let (expected, _) = told(reader, &bytes, paths);
            assert_eq!(from_file.records, expected.records, "{name}");
        }
    }
}

#[test]
fn whatever_is_cut_off_ends_in_an_error() {
    for (name, reader, bytes) in tables() {
        for cut in (0..bytes.len()).step_by(7) {
            let (_, result) = told(reader, &bytes[..cut], &["text"]);
            // A stream may end without saying so, between two messages.
            let stream = result.is_ok()
                && ["arrows", "ipc", "stream.arrow"]
                    .iter()
                    .any(|e| name.ends_with(e));
            assert!(stream || result.is_err(), "{name} cut at {cut}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn no_damage_makes_a_reader_panic(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        for (_, reader, mut bytes) in tables() {
            for (place, value) in &damage {
                let place = place.index(bytes.len());
                bytes[place] = *value;
            }
            for paths in [PATHS[1], PATHS[4]] {
                let _ = told(reader, &bytes, paths);
            }
        }
    }
}

/// Bytes of every table, turned over one at a time.
#[test]
fn no_turned_byte_makes_a_reader_panic() {
    for (first, (_, reader, mut bytes)) in tables().into_iter().enumerate() {
        for place in (first..bytes.len()).step_by(17) {
            let before = bytes[place];
            bytes[place] = !before;
            let _ = told(reader, &bytes, PATHS[1 + 3 * (place % 2)]);
            bytes[place] = before;
        }
    }
}

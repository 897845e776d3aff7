//! What the fuzzer once found is read as it should be ever since.

#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::fs;
use std::path::Path;

use yujian::corpus::{Fate, sniff};

use super::{families, reading};

/// The fuzz targets that read shards.
const FAMILIES: [&str; 9] = [
    "decode",
    "json",
    "csv",
    "parquet",
    "arrow",
    "web",
    "archives",
    "documents",
    "charset",
];

/// `fixtures/regressions/TARGET/NAME`: an input that the fuzz target of that name told of.
#[test]
fn what_the_fuzzer_found_stays_mended() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/regressions");
    let mut read = 0;
    for family in FAMILIES {
        let Ok(entries) = fs::read_dir(root.join(family)) else {
            continue;
        };
        for entry in entries {
            let input = fs::read(entry.unwrap().path()).unwrap();
            families::read(family, &input);
            read += 1;
        }
    }
    assert!(read > 0, "{} holds nothing", root.display());
}

/// What the fuzzer begins with: shards that others wrote, small ones, good and bad.
#[test]
fn what_must_hold_of_any_shard_holds_of_the_fixtures() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut read = 0;
    for folder in ["fixtures", "../shared/data/hard"] {
        if !root.join(folder).exists() {
            eprintln!("skipped: {folder} is not there");
        }
        for entry in walkdir::WalkDir::new(root.join(folder)) {
            let Ok(entry) = entry.map(walkdir::DirEntry::into_path) else {
                continue;
            };
            if !entry.is_file() || entry.metadata().unwrap().len() > 64 << 10 {
                continue;
            }
            let bytes = fs::read(&entry).unwrap();
            let name = entry.file_name().unwrap().to_string_lossy();
            let head = &bytes[..bytes.len().min(sniff::PEEK)];
            if let Fate::Read(format, compression) = sniff::tell(&name, head) {
                reading::check(&bytes, format, compression);
                read += 1;
            }
        }
    }
    assert!(read > 20, "only {read} were read");
}

//! Files that others have written to break readers: what becomes of each is in `hard.tsv`, so
//! that a change shows.
//!
//! `YUJIAN_WRITE_HARD=1 cargo test hard` writes the table anew; look at the difference.

#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::command::Bench;

fn data() -> Option<PathBuf> {
    let hard = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/hard");
    let there = hard.is_dir();
    if !there {
        eprintln!("skipped: {} is not there", hard.display());
    }
    there.then_some(hard)
}

/// Scans `folder`; shard path → (status, format, reason, records, reasons of records).
fn outcomes(folder: &Path) -> BTreeMap<String, String> {
    let bench = Bench::new();
    let folder = folder.to_str().unwrap();
    let output = bench.yujian(&["scan", folder, "-o", "run", "--key-file", "key"]);
    let (_, text) = super::command::told(&output);
    assert!(bench.path("run/run.json").exists(), "{text}");
    let row = |shard: serde_json::Value| {
        let word = |key: &str| shard[key].as_str().unwrap_or("-").to_owned();
        let records = ["scanned", "skipped", "failed"]
            .map(|kind| shard[format!("records_{kind}")].to_string())
            .join("/");
        let reasons = shard["reasons"].as_object().unwrap();
        let reasons: Vec<String> = reasons.iter().map(|(r, n)| format!("{r}={n}")).collect();
        let outcome = [
            word("status"),
            word("format"),
            word("encoding"),
            word("reason"),
            records,
            reasons.join(","),
        ];
        (word("path"), outcome.join("\t"))
    };
    bench.export("run", "shards").into_iter().map(row).collect()
}

#[test]
fn every_hard_file_ends_as_the_table_says() {
    let Some(hard) = data() else { return };
    let told: String = outcomes(&hard)
        .into_iter()
        .map(|(path, outcome)| format!("{path}\t{outcome}\n"))
        .collect();
    let head = "path\tstatus\tformat\tencoding\treason\trecords\treasons\n";
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/hard.tsv");
    if std::env::var_os("YUJIAN_WRITE_HARD").is_some() {
        fs::write(&table, format!("{head}{told}")).unwrap();
    }
    let expected = fs::read_to_string(&table).unwrap();
    let (mut lines, mut wrong) = (expected.lines().skip(1), Vec::new());
    for line in told.lines() {
        let wanted = lines.next().unwrap_or("");
        if line != wanted {
            wrong.push(format!("is      {line}\nshould  {wanted}"));
        }
    }
    wrong.extend(lines.map(|line| format!("is gone {line}")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn json_that_is_valid_is_read_and_what_is_not_fails() {
    let Some(hard) = data() else { return };
    let mut wrong = Vec::new();
    for (path, outcome) in outcomes(&hard.join("json/test_parsing")) {
        let failed = outcome.starts_with("failed") || !outcome.contains("/0\t");
        // A file of no bytes holds no text, and says so.
        let empty = path == "n_structure_no_data.json" && outcome.contains("empty");
        let good = match path.split('_').next() {
            Some("y") => !failed && outcome.starts_with("scanned"),
            Some("n") => failed || empty,
            _ => true,
        };
        if !good {
            wrong.push(format!("{path}: {outcome}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn tables_hold_what_their_json_twins_hold() {
    let Some(hard) = data() else { return };
    let outcomes = outcomes(&hard.join("csv/csvs"));
    for (path, outcome) in outcomes {
        let twin = hard.join("csv/json").join(path.replace(".csv", ".json"));
        let twin: serde_json::Value = serde_json::from_slice(&fs::read(twin).unwrap()).unwrap();
        let twin = twin.as_array().map_or(1, Vec::len);
        let rows: Vec<&str> = outcome.split('\t').collect();
        let all: usize = rows[4]
            .split('/')
            .map(|n| n.parse::<usize>().unwrap())
            .sum();
        // The first row is a record of its own where nobody knows its names.
        assert_eq!(all, twin + 1, "{path}: {outcome}");
        assert!(rows[4].ends_with("/0"), "{path}: {outcome}");
    }
}

//! Exports of provenance: structure, determinism, and nothing in them that should not be.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::command::{Bench, fixtures, told};

const FILES: [&str; 5] = [
    "croissant.json",
    "spdx.json",
    "cyclonedx.json",
    "dta.json",
    "dta-sources.jsonl",
];

/// Scans fixtures with digests of SHA-256.
fn scanned(bench: &Bench, corpus: &Path, config: &Path, run: &str, more: &[&str]) {
    let mut args = vec![
        "scan",
        corpus.to_str().unwrap(),
        "--config",
        config.to_str().unwrap(),
        "-o",
        run,
        "--key-file",
        "key",
        "--digest",
        "sha256",
        "-q",
    ];
    args.extend(more);
    let (code, text) = told(&bench.yujian(&args));
    assert!(code == 0, "{text}");
}

/// All exports of a run, in the order of [`FILES`].
fn exported(bench: &Bench, run: &str, config: &Path, folder: &str) -> Vec<String> {
    let args = [
        "provenance",
        run,
        "--config",
        config.to_str().unwrap(),
        "--format",
        "all",
        "--as-of",
        "2026-10-10",
        "-o",
        folder,
    ];
    let (code, text) = told(&bench.yujian(&args));
    assert_eq!(code, 0, "{text}");
    let read = |name| fs::read_to_string(bench.path(folder).join(name)).unwrap();
    FILES.iter().map(read).collect()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn every_format_says_what_was_measured_and_declared() {
    let bench = Bench::new();
    let filing = fixtures("filing");
    let config = filing.join("yujian.toml");
    scanned(&bench, &filing.join("corpus"), &config, "run", &[]);
    let all = exported(&bench, "run", &config, "out");
    let croissant = json(&all[0]);
    let files: Vec<&Value> = croissant["distribution"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|part| part["@type"] == "cr:FileObject")
        .collect();
    assert_eq!(files.len(), 6);
    assert!(
        files
            .iter()
            .all(|file| file["sha256"].as_str().unwrap().len() == 64)
    );
    let spdx = json(&all[1]);
    let graph = spdx["@graph"].as_array().unwrap();
    let packages = graph
        .iter()
        .filter(|e| e["type"] == "dataset_DatasetPackage");
    assert_eq!(packages.count(), 7);
    let cyclonedx = json(&all[2]);
    assert_eq!(cyclonedx["components"].as_array().unwrap().len(), 6);
    let dta = json(&all[3]);
    assert_eq!(
        dta["provenance"]["origin-geography"],
        serde_json::json!([{"country": "CN"}, {"country": "NZ"}])
    );
    assert_eq!(all[4].lines().count(), 6);
}

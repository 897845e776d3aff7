//! The same documents in tables of every kind give the same findings.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::command_line::{export, yujian};

#[test]
fn tables_of_every_kind_give_the_findings_of_json() {
    let dir = TempDir::new().unwrap();
    std::fs::write(dir.path().join("key"), "00".repeat(32)).unwrap();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tables");
    let corpus = corpus.to_str().unwrap();
    let args = ["scan", corpus, "-o", "run", "--key-file", "key"];
    let (code, _, told) = yujian(dir.path(), &args);
    assert_eq!(code, 0, "{told}");
    let mut by_shard: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in export(dir.path(), "run", "findings") {
        let same = [
            "record",
            "record_id",
            "field",
            "span",
            "code_points",
            "rule",
            "excerpt",
            "value_hash",
            "suppressed_by",
        ];
        let same: Vec<&Value> = same.iter().map(|column| &finding[*column]).collect();
        let path = finding["path"].as_str().unwrap().to_owned();
        by_shard.entry(path).or_default().push(format!("{same:?}"));
    }
    let expected = by_shard.remove("documents.jsonl").unwrap();
    assert!(expected.len() >= 4, "{expected:?}");
    assert_eq!(by_shard.len(), 13);
    for (path, findings) in by_shard {
        assert_eq!(findings, expected, "{path}");
    }
    for shard in export(dir.path(), "run", "shards") {
        assert_eq!(shard["status"], "scanned", "{shard}");
    }
}

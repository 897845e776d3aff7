//! A run of ten million findings with a collection log of a million rows, to measure judging by.

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use yujian::corpus::Fate;
use yujian::run::{Environment, Mode};
use yujian::scan::ShardIndex;

use super::create;
use super::synthetic::{SyntheticShard, header};

const RECORDS: usize = 5_000_000;
const FINDINGS: usize = 2;
const PIECE: usize = 10_000;
const ROWS: usize = 1_000_000;

/// `YUJIAN_JUDGING_BENCH=DIR cargo test --release --test it -- --ignored run_of_ten_million`, then
/// `/usr/bin/time -v yujian gate DIR/run --clauses --config DIR/yujian.toml`
#[test]
#[ignore = "takes minutes and a gigabyte: writes the run of which benches/record tells the time"]
fn run_of_ten_million_findings() {
    let Some(dir) = std::env::var_os("YUJIAN_JUDGING_BENCH").map(PathBuf::from) else {
        panic!("name a folder in YUJIAN_JUDGING_BENCH");
    };
    fs::create_dir_all(&dir).unwrap();
    let shard = SyntheticShard::dense("web/a.jsonl", RECORDS, FINDINGS);
    let mut header = header(std::slice::from_ref(&shard));
    // A run is judged when everything was read.
    header
        .shards
        .retain(|listed| !matches!(listed.shard.fate, Fate::Fail(..)));
    let mut recorder = create(&dir.join("run"), header, Mode::Fresh).unwrap();
    for number in 0..RECORDS / PIECE {
        let records = number * PIECE..(number + 1) * PIECE;
        let piece = shard.piece(ShardIndex(0), number as u32, records);
        recorder.piece(&piece).unwrap();
    }
    let pieces = (RECORDS / PIECE) as u32;
    recorder.shard(&shard.end(ShardIndex(0), pieces)).unwrap();
    let manifest = recorder.finish(Environment::default()).unwrap();
    assert_eq!(manifest.totals.findings.kept, (RECORDS * FINDINGS) as u64);
    assert!(manifest.coverage.whole);

    let mut log = BufWriter::new(fs::File::create(dir.join("log.csv")).unwrap());
    writeln!(log, "url,time,method,robots").unwrap();
    for row in 0..ROWS {
        // Records with an odd number have an address; those of "web" are every third.
        writeln!(log, "https://a.cn/{},2026-09-01,crawl,allowed", row * 3).unwrap();
    }
    log.into_inner().unwrap().sync_all().unwrap();
    let source = |id: &str, more: &str| {
        format!("[[source]]\nid = \"{id}\"\nmatch = [\"{id}/**\"]\nname = \"{id}\"\n{more}\n\n")
    };
    let crawled = "kind = \"self_crawled\"\ncollection_log = \"log.csv\"";
    let text = source("web", crawled) + &source("books", "kind = \"open_cn\"");
    fs::write(dir.join("yujian.toml"), text).unwrap();
}

//! How much longer it takes to read and scan a shard than to decompress it:
//! `cargo bench --bench formats`.
//!
//! `benches/definitions/formats.toml` says what is measured, `benches/record` keeps what was. The
//! peer of a case is the plain decompressor (of Parquet: the reader of the crate) over the same
//! bytes in memory on one thread; a scan has all threads. Without rules it says what reading costs,
//! with all of them what a user gets. Peak memory is that of a process of its own.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark that cannot go on should stop, and its output is its result"
)]

mod inputs;
mod peers;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use serde::Deserialize;
use yujian::corpus::{DiscoverOptions, Shard, discover};
use yujian::detect::{DetectOptions, Scanner};
use yujian::rules::RuleSet;
use yujian::scan::{Event, Line, Nothing, Progress, ScanOptions};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    text: Vec<String>,
    fallback: String,
    megabytes: usize,
    rounds: usize,
    tiny_files: usize,
    gzip: f64,
    zstd: f64,
    parquet: f64,
    warc: f64,
    files_per_second: f64,
    peak_megabytes: f64,
}

/// The argument with which this program scans one path, for its peak memory.
const CHILD: &str = "--scan-for-memory";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|a| a == CHILD) {
        let shards = shards(Path::new(&arguments[at + 1]));
        scan(&shards, &with_rules());
        println!("{}", peak_bytes());
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = root.join("benches/definitions/formats.toml");
    let definition: Definition = toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let texts = inputs::texts(root, &definition.text, &definition.fallback);
    let dir = tempfile::tempdir().unwrap();
    let records = inputs::records(&texts, definition.megabytes * 1_000_000);
    println!(
        "{} records, {:.0} MB, {} threads",
        records.len(),
        definition.megabytes as f64,
        rayon::current_num_threads()
    );
    println!(
        "{:<24} {:>12} {:>19} {:>19} {:>7} {:>9}",
        "", "peer", "no rules", "all rules", "goal", "peak"
    );
    let scanners = (without_rules(), with_rules());
    let goals = |name: &str| match name.rsplit('.').next() {
        _ if name.contains("warc") => definition.warc,
        Some("gz") => definition.gzip,
        Some("zst") => definition.zstd,
        _ => definition.parquet,
    };
    for (name, make) in inputs::SHARDS {
        let path = dir.path().join(name);
        make(&records, &path);
        case(
            &path,
            records.len(),
            (&scanners.0, &scanners.1),
            definition.rounds,
            goals(name),
        );
        std::fs::remove_file(path).unwrap();
    }
    println!("peak is {} MB at most", definition.peak_megabytes);
    let tiny = dir.path().join("tiny");
    inputs::tiny_files(&records, &tiny, definition.tiny_files);
    tiny_files(&tiny, &definition, (&scanners.0, &scanners.1));
}

/// Measures one shard and prints its line.
fn case(
    path: &Path,
    records: usize,
    (without, with): (&Scanner, &Scanner),
    rounds: usize,
    goal: f64,
) {
    let shards = shards(path);
    let bytes = std::fs::read(path).unwrap();
    let mut best = [Duration::MAX; 3];
    for _ in 0..rounds {
        let times = [
            timed(|| peers::read(path, &bytes)),
            timed(|| assert_eq!(scan(&shards, without), records as u64)),
            timed(|| assert_eq!(scan(&shards, with), records as u64)),
        ];
        for (best, time) in best.iter_mut().zip(times) {
            *best = time.min(*best);
        }
    }
    let share = |time: Duration| best[0].as_secs_f64() / time.as_secs_f64();
    let shown = |time: Duration| {
        format!(
            "{:>7.0} ms ({:>5.1} %)",
            time.as_secs_f64() * 1e3,
            share(time) * 100.0
        )
    };
    println!(
        "{:<24} {:>9.0} ms {} {} {:>5.0} % {:>6.0} MB",
        path.file_name().unwrap().to_string_lossy(),
        best[0].as_secs_f64() * 1e3,
        shown(best[1]),
        shown(best[2]),
        goal * 100.0,
        memory(path) as f64 / 1e6
    );
}

/// Scans many files in this process, and with the command from discovery to a run that is whole.
fn tiny_files(folder: &Path, definition: &Definition, (without, with): (&Scanner, &Scanner)) {
    let files = definition.tiny_files;
    let shards = shards(folder);
    let mut best = [Duration::MAX; 3];
    for _ in 0..definition.rounds.min(3) {
        let times = [
            timed(|| assert_eq!(scan(&shards, without), files as u64)),
            timed(|| assert_eq!(scan(&shards, with), files as u64)),
            timed(|| command(folder)),
        ];
        for (best, time) in best.iter_mut().zip(times) {
            *best = time.min(*best);
        }
    }
    let names = [
        "no rules",
        "all rules",
        "the command, all rules, to a whole run",
    ];
    for (name, time) in names.iter().zip(best) {
        println!(
            "{files} files of one record, {name}: {:.0} files/s (goal {:.0})",
            files as f64 / time.as_secs_f64(),
            definition.files_per_second
        );
    }
}

fn command(folder: &Path) {
    let run = folder.parent().unwrap().join("run");
    let _ = std::fs::remove_dir_all(&run);
    let status = Command::new(env!("CARGO_BIN_EXE_yujian"))
        .arg("scan")
        .arg(folder)
        .args([Path::new("-o"), &run, Path::new("--quiet")])
        .status();
    assert!(status.unwrap().success());
}

fn shards(path: &Path) -> Vec<Shard> {
    let options = DiscoverOptions {
        own_files: std::collections::HashSet::new(),
        own_folder: None,
        exclude: globset::GlobSet::empty(),
    };
    discover(&[PathBuf::from(path)], &options).unwrap()
}

/// Scans as the command does, without a run. How many records were scanned.
fn scan(shards: &[Shard], scanner: &Scanner) -> u64 {
    let options = ScanOptions::default();
    let line = Line {
        shards,
        scanner,
        options: &options,
        finished: &Nothing,
        known: None,
        stop: &AtomicBool::new(false),
        progress: &Progress::default(),
    };
    let (send, events) = crossbeam_channel::bounded(64);
    std::thread::scope(|scope| {
        let line = &line;
        scope.spawn(move || line.run(&send));
        let mut records = 0;
        for event in events {
            match event {
                Event::Piece(piece) => records += piece.records.scanned,
                Event::Shard(shard) => assert_eq!(shard.error, None),
                Event::Member(_) => {}
            }
        }
        records
    })
}

fn with_rules() -> Scanner {
    let rules = RuleSet::builtin().unwrap();
    Scanner::new(Arc::new(rules), DetectOptions::default()).unwrap()
}

/// One rule that never fires, for there must be one.
fn without_rules() -> Scanner {
    let file = tempfile::NamedTempFile::with_suffix(".toml").unwrap();
    std::fs::write(file.path(), inputs::QUIET_RULE).unwrap();
    let rules = RuleSet::load(false, &[file.path().to_owned()]).unwrap();
    Scanner::new(Arc::new(rules), DetectOptions::default()).unwrap()
}

/// Peak memory of a process that scans this shard with all rules, in bytes.
fn memory(path: &Path) -> u64 {
    let program = std::env::current_exe().unwrap();
    let output = Command::new(program).arg(CHILD).arg(path).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout)
        .unwrap()
        .trim()
        .parse()
        .unwrap()
}

/// Of this process.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    line.split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<u64>()
        .unwrap()
        << 10
}

fn timed(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

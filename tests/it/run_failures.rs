//! Torn logs, full disks, and more findings than fit into memory.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use yujian::RunError;
use yujian::run::{Environment, Mode, Recorder, Run};
use yujian::scan::ShardIndex;

use super::synthetic::{SyntheticShard, header};
use super::{Event, corpus, create, events, files, halves, record, reference, whole};

#[test]
fn a_log_torn_at_any_byte_resumes_and_ends_in_the_same_bytes() {
    let shards = [
        SyntheticShard::new("a.jsonl", 12, 7),
        SyntheticShard::new("b.jsonl", 5, 8),
    ];
    let events = events(&shards, halves);
    let expected = TempDir::new().unwrap();
    record(expected.path(), header(&shards), &events).unwrap();
    let expected = files(expected.path());

    let source = TempDir::new().unwrap();
    let log_of = |dir: &Path| dir.join("checkpoint/pieces.log");
    let mut recorder = create(source.path(), header(&shards), Mode::Fresh).unwrap();
    let mut ends = Vec::new();
    for event in &events {
        event.record(&mut recorder).unwrap();
        ends.push(fs::metadata(log_of(source.path())).unwrap().len() as usize);
    }
    drop(recorder);
    let log = fs::read(log_of(source.path())).unwrap();

    let resume = |torn: &[u8], whole: usize, finish: bool| {
        let dir = TempDir::new().unwrap();
        fs::create_dir(dir.path().join("checkpoint")).unwrap();
        fs::write(log_of(dir.path()), torn).unwrap();
        let (mut recorder, finished) =
            Recorder::create(dir.path(), header(&shards), Mode::Resume).unwrap();
        let mut kept = 0;
        for event in &events {
            let done = match event {
                Event::Piece(piece) => finished.piece(piece.shard, piece.piece),
                Event::Shard(shard) => finished.shard(shard.shard),
            };
            kept += usize::from(done);
            if !done {
                event.record(&mut recorder).unwrap();
            }
        }
        assert_eq!(kept, whole, "cut to {} bytes", torn.len());
        if finish {
            recorder.finish(Environment::default()).unwrap();
            assert!(files(dir.path()) == expected, "cut to {} bytes", torn.len());
        }
    };
    for length in 0..=log.len() {
        let whole = ends.iter().filter(|&&end| end <= length).count();
        let near_an_end = ends.iter().any(|&end| end.abs_diff(length) < 2);
        resume(&log[..length], whole, near_an_end || length % 101 == 0);
    }
    // Not cut, but with what a power cut can leave: zeros, garbage, a flipped bit.
    for tail in [vec![0; 100], vec![255; 100], log[8..].to_vec()] {
        resume(&[&log[..], &tail[..]].concat(), ends.len(), true);
    }
    for at in [ends[1] + 2, ends[1] + 20, ends[2] - 1] {
        let mut flipped = log.clone();
        flipped[at] ^= 4;
        resume(&flipped, 2, true);
    }
}

/// A tiny disk; none where mounting is not allowed.
struct TinyDisk(TempDir);

impl TinyDisk {
    fn mount(size: &str) -> Option<Self> {
        let dir = TempDir::new().unwrap();
        let size = format!("size={size}");
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(dir.path());
        let output = mount.output().ok()?;
        output.status.success().then_some(Self(dir))
    }

    fn grow(&self, size: &str) {
        let options = format!("remount,size={size}");
        let status = Command::new("mount")
            .args(["-o", &options])
            .arg(self.0.path())
            .status();
        assert!(status.unwrap().success());
    }
}

impl Drop for TinyDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

/// The kind of a [`RunError::Io`].
fn failure<T>(result: Result<T, RunError>) -> std::io::ErrorKind {
    match result {
        Err(RunError::Io { source, .. }) => source.kind(),
        Err(other) => panic!("not a matter of input or output: {other}"),
        Ok(_) => panic!("did not fail"),
    }
}

#[test]
fn a_full_disk_while_scanning_loses_nothing_that_was_written() {
    let Some(disk) = TinyDisk::mount("64k") else {
        return;
    };
    let dir = disk.0.path().join("run");
    let shards = [SyntheticShard::dense("a.jsonl", 4000, 3)];
    let cuts: Vec<_> = (1..100).map(|piece| piece * 40).collect();
    let events = events(&shards, |_| cuts.clone());
    let mut recorder = create(&dir, header(&shards), Mode::Fresh).unwrap();
    let written = events
        .iter()
        .take_while(|event| event.record(&mut recorder).is_ok())
        .count();
    assert!(written > 2 && written < 99, "{written}");
    let kind = failure(events[written].record(&mut recorder));
    assert_eq!(kind, std::io::ErrorKind::StorageFull);
    drop(recorder);
    disk.grow("8m");
    let (mut recorder, finished) = Recorder::create(&dir, header(&shards), Mode::Resume).unwrap();
    assert_eq!(finished.counts(), (written, 0));
    events[written..]
        .iter()
        .for_each(|event| event.record(&mut recorder).unwrap());
    recorder.finish(Environment::default()).unwrap();
    let expected = TempDir::new().unwrap();
    record(expected.path(), header(&shards), &events).unwrap();
    assert!(files(&dir) == files(expected.path()));
}

#[test]
fn a_full_disk_at_the_end_leaves_a_checkpoint() {
    let Some(disk) = TinyDisk::mount("8m") else {
        return;
    };
    let dir = disk.0.path().join("run");
    let shards = [SyntheticShard::dense("a.jsonl", 4000, 3)];
    let events = events(&shards, halves);
    let mut recorder = create(&dir, header(&shards), Mode::Fresh).unwrap();
    events
        .iter()
        .for_each(|event| event.record(&mut recorder).unwrap());
    // All but 64 KiB of the disk are taken.
    fs::write(disk.0.path().join("filler"), vec![1; 64 << 10]).unwrap();
    let mut filler = fs::File::create(disk.0.path().join("filler2")).unwrap();
    while std::io::Write::write(&mut filler, &[1; 4096]).is_ok_and(|n| n > 0) {}
    fs::remove_file(disk.0.path().join("filler")).unwrap();
    let kind = failure(recorder.finish(Environment::default()));
    assert_eq!(kind, std::io::ErrorKind::StorageFull);
    assert_eq!(files(&dir).into_keys().collect::<Vec<_>>(), ["checkpoint"]);
    drop(filler);
    fs::remove_file(disk.0.path().join("filler2")).unwrap();
    let recorder = create(&dir, header(&shards), Mode::Resume).unwrap();
    recorder.finish(Environment::default()).unwrap();
    Run::open(&dir).unwrap().check_files().unwrap();
}

#[test]
fn a_table_that_cannot_be_written_leaves_a_checkpoint() {
    let dir = TempDir::new().unwrap();
    let corpus = corpus();
    let mut recorder = create(dir.path(), header(&corpus), Mode::Fresh).unwrap();
    events(&corpus, whole)
        .iter()
        .for_each(|event| event.record(&mut recorder).unwrap());
    let in_the_way = dir.path().join("shards.parquet.new");
    fs::create_dir(&in_the_way).unwrap();
    failure(recorder.finish(Environment::default()));
    fs::remove_dir(&in_the_way).unwrap();
    let recorder = create(dir.path(), header(&corpus), Mode::Resume).unwrap();
    recorder.finish(Environment::default()).unwrap();
    assert!(files(dir.path()) == files(reference().0.path()));
}

/// Peak memory of this process so far, in KiB.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// The child of the test below, alone in its process so that the peak is its own.
#[test]
#[ignore = "run by memory_does_not_grow_with_the_number_of_findings"]
fn assemble_many_findings() {
    let pieces: u32 = std::env::var("YUJIAN_TEST_PIECES")
        .unwrap()
        .parse()
        .unwrap();
    let dir = TempDir::new().unwrap();
    let one = SyntheticShard::dense("a.jsonl", 500, 20);
    let whole = SyntheticShard::dense("a.jsonl", 500 * pieces as usize, 20);
    let mut recorder = create(
        dir.path(),
        header(std::slice::from_ref(&whole)),
        Mode::Fresh,
    )
    .unwrap();
    for number in 0..pieces {
        let piece = one.piece(ShardIndex(0), number, 0..500);
        recorder.piece(&piece).unwrap();
    }
    recorder.shard(&whole.end(ShardIndex(0), pieces)).unwrap();
    drop(whole);
    let before = peak_memory().unwrap();
    let manifest = recorder.finish(Environment::default()).unwrap();
    assert_eq!(manifest.totals.findings.kept, u64::from(pieces) * 10_000);
    fs::write(
        std::env::var("YUJIAN_TEST_OUT").unwrap(),
        format!("{before} {}", peak_memory().unwrap()),
    )
    .unwrap();
}

#[test]
fn memory_does_not_grow_with_the_number_of_findings() {
    if peak_memory().is_none() {
        return;
    }
    let peak = |pieces: u32| {
        let out = TempDir::new().unwrap();
        let out = out.path().join("peak");
        let status = Command::new(std::env::current_exe().unwrap())
            .args([
                "--ignored",
                "--exact",
                "run::failures::assemble_many_findings",
                "-q",
            ])
            .env("YUJIAN_TEST_PIECES", pieces.to_string())
            .env("YUJIAN_TEST_OUT", &out)
            .stdout(std::process::Stdio::null())
            .status();
        assert!(status.unwrap().success());
        let numbers = fs::read_to_string(out).unwrap();
        let (before, after) = numbers.split_once(' ').unwrap();
        (
            before.parse::<u64>().unwrap(),
            after.parse::<u64>().unwrap(),
        )
    };
    let (before, few) = peak(10); // 100,000 findings
    let (_, many) = peak(40);
    assert!(few - before < 64 << 10, "{before} -> {few} KiB");
    assert!(
        many < few + (24 << 10),
        "{few} KiB for 100,000, {many} KiB for 400,000"
    );
}

//! The run directory: the same bytes whatever happened on the way, and clear refusals.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use tempfile::TempDir;
use yujian::RunError;
use yujian::run::{Environment, Manifest, Mode, Recorder, Run, RunHeader, Status};
use yujian::scan::{PieceOutcome, ShardIndex, ShardOutcome};

#[path = "run_export.rs"]
mod export;
#[path = "run_failures.rs"]
mod failures;
#[path = "run_families.rs"]
mod families;
#[path = "run_judging.rs"]
mod judging;
#[path = "run_refusals.rs"]
mod refusals;
#[path = "run_synthetic.rs"]
mod synthetic;

use synthetic::{Dice, SyntheticShard, header};

/// Every entry of a directory with its contents.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entry = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let contents = if entry.path().is_dir() {
            Vec::new()
        } else {
            fs::read(entry.path()).unwrap()
        };
        (name, contents)
    };
    fs::read_dir(dir).unwrap().map(entry).collect()
}

/// What a thread hands over.
#[derive(Clone)]
enum Event {
    Piece(PieceOutcome),
    Shard(ShardOutcome),
}

impl Event {
    fn record(&self, recorder: &mut Recorder) -> Result<(), RunError> {
        match self {
            Self::Piece(piece) => recorder.piece(piece),
            Self::Shard(shard) => recorder.shard(shard),
        }
    }
}

/// All that a scan of `shards` says; `cut` gives the places where a shard is cut.
fn events(
    shards: &[SyntheticShard],
    mut cut: impl FnMut(&SyntheticShard) -> Vec<usize>,
) -> Vec<Event> {
    let mut events = Vec::new();
    for (index, shard) in (0..).map(ShardIndex).zip(shards) {
        let pieces = shard.pieces(index, &cut(shard));
        let end = shard.end(index, pieces.len() as u32);
        events.extend(pieces.into_iter().map(Event::Piece));
        events.push(Event::Shard(end));
    }
    events
}

fn whole(_: &SyntheticShard) -> Vec<usize> {
    Vec::new()
}

fn halves(shard: &SyntheticShard) -> Vec<usize> {
    vec![shard.records() / 2]
}

fn record(dir: &Path, header: RunHeader, events: &[Event]) -> Result<Manifest, RunError> {
    let (mut recorder, _) = Recorder::create(dir, header, Mode::Fresh)?;
    for event in events {
        event.record(&mut recorder)?;
    }
    recorder.finish(Environment::default())
}

fn corpus() -> Vec<SyntheticShard> {
    vec![
        SyntheticShard::new("a/one.jsonl", 700, 1),
        SyntheticShard::new("b/cut-off.jsonl.gz", 40, 2).failed(),
        SyntheticShard::new("c/two.jsonl", 90, 3),
        SyntheticShard::new("d/three.jsonl", 0, 4),
    ]
}

/// The run over [`corpus`], made in one go.
fn reference() -> (TempDir, Manifest) {
    let dir = TempDir::new().unwrap();
    let corpus = corpus();
    let manifest = record(dir.path(), header(&corpus), &events(&corpus, whole)).unwrap();
    (dir, manifest)
}

/// The message of a [`RunError::State`].
fn refusal<T>(result: Result<T, RunError>) -> String {
    match result {
        Err(error @ RunError::State { .. }) => error.to_string(),
        Err(other) => panic!("not a matter of state: {other}"),
        Ok(_) => panic!("not refused"),
    }
}

fn create(dir: &Path, header: RunHeader, mode: Mode) -> Result<Recorder, RunError> {
    Recorder::create(dir, header, mode).map(|(recorder, _)| recorder)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn neither_order_nor_cuts_nor_interruptions_change_a_byte(seed: u64) {
        let (expected, _) = reference();
        let corpus = corpus();
        let mut dice = Dice::new(seed);
        let mut events = events(&corpus, |shard| {
            let mut cuts: Vec<usize> = (0..dice.roll(9))
                .map(|_| dice.roll(shard.records() as u64 + 1) as usize)
                .collect();
            cuts.sort_unstable();
            cuts
        });
        dice.shuffle(&mut events);
        let dir = TempDir::new().unwrap();
        let stop = dice.roll(events.len() as u64 + 1) as usize;
        for part in [&events[..stop], &events[stop..]] {
            let mut recorder = create(dir.path(), header(&corpus), Mode::Resume).unwrap();
            part.iter().for_each(|event| event.record(&mut recorder).unwrap());
        }
        let recorder = create(dir.path(), header(&corpus), Mode::Resume).unwrap();
        recorder.finish(Environment::default()).unwrap();
        prop_assert!(files(dir.path()) == files(expected.path()));
    }
}

#[test]
fn a_table_of_several_row_groups_does_not_show_the_cuts() {
    let shards = [SyntheticShard::dense("a.jsonl", 4000, 20)];
    let run = |cuts: &[usize]| {
        let dir = TempDir::new().unwrap();
        record(
            dir.path(),
            header(&shards),
            &events(&shards, |_| cuts.to_vec()),
        )
        .unwrap();
        files(dir.path())
    };
    let expected = run(&[]);
    assert!(run(&[1, 1, 409, 410, 3999]) == expected);
    assert!(run(&(1..4000).step_by(37).collect::<Vec<_>>()) == expected);
}

#[test]
fn rows_say_what_the_outcomes_said() {
    let (dir, manifest) = reference();
    let run = Run::open(dir.path()).unwrap();
    assert_eq!(run.manifest(), &manifest);
    run.check_files().unwrap();
    let shards: Vec<_> = run.shards().unwrap().map(Result::unwrap).collect();
    let paths: Vec<_> = shards
        .iter()
        .map(|s| (&s.path[..], s.status.as_str()))
        .collect();
    let expected = [
        ("a/one.jsonl", "scanned"),
        ("b/cut-off.jsonl.gz", "failed"),
        ("c/two.jsonl", "scanned"),
        ("d/three.jsonl", "scanned"),
        ("zz/empty.txt", "skipped"),
        ("zz/locked.jsonl", "failed"),
    ];
    assert_eq!(paths, expected);
    let first = &shards[0];
    assert_eq!((first.records.total(), first.decoded_bytes), (700, 70_000));
    assert_eq!(
        first.issues.len(),
        PieceOutcome::ISSUES_KEPT,
        "the first of many"
    );
    assert_eq!(first.reasons["not-json"], first.records.failed);
    assert_eq!(shards[1].reason.as_deref(), Some("truncated"));
    assert_eq!(shards[1].digest, None);
    assert_eq!(shards[4].format, None);

    let findings: Vec<_> = run.findings().unwrap().map(Result::unwrap).collect();
    let records: Vec<_> = run.records().unwrap().map(Result::unwrap).collect();
    assert_eq!(findings.len() as u64, manifest.totals.findings.kept);
    assert_eq!(
        records.iter().map(|r| r.findings).sum::<u64>(),
        manifest.totals.findings.open
    );
    let places = |path: &str, record: u64| (path.to_owned(), record);
    let order: Vec<_> = findings
        .iter()
        .map(|f| (places(&f.path, f.record), f.span))
        .collect();
    assert!(order.is_sorted());
    let mut ids: Vec<_> = findings.iter().map(|f| &f.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), findings.len());
    assert_eq!(
        run.tally().unwrap().total().records,
        manifest.totals.records
    );
    assert!(!manifest.coverage.whole);
    assert_eq!(manifest.coverage.files.total(), 6);
    assert_eq!(
        shards.iter().filter(|s| s.status == Status::Failed).count(),
        2
    );
}

#[test]
fn an_empty_corpus_makes_a_run() {
    let dir = TempDir::new().unwrap();
    let manifest = record(&dir.path().join("new/run"), header(&[]), &[]).unwrap();
    assert_eq!(manifest.totals.records.total(), 0);
    let run = Run::open(&dir.path().join("new/run")).unwrap();
    assert_eq!(run.findings().unwrap().count(), 0);
    assert_eq!(run.shards().unwrap().count(), 2);
}

//! What is refused, and that the refusal says why and how to mend it.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use yujian::run::{Environment, FORMAT_VERSION, Mode, Recorder, Run, RunHeader};
use yujian::scan::{PieceOutcome, ShardIndex};

use super::synthetic::header;
use super::{Event, corpus, create, events, files, halves, record, reference, refusal, whole};

/// What makes something wrong, and what the refusal says.
type Change<T> = (&'static str, fn(&mut T));

#[test]
fn a_second_scan_into_one_directory_is_refused() {
    let dir = TempDir::new().unwrap();
    let corpus = corpus();
    let recorder = create(dir.path(), header(&corpus), Mode::Fresh).unwrap();
    for mode in [Mode::Fresh, Mode::Resume] {
        let message = refusal(create(dir.path(), header(&corpus), mode));
        assert!(
            message.starts_with("another scan is writing to"),
            "{message}"
        );
    }
    drop(recorder);
    create(dir.path(), header(&corpus), Mode::Resume).unwrap();
}

#[test]
fn resuming_something_else_is_refused() {
    let dir = TempDir::new().unwrap();
    let corpus = corpus();
    let mut recorder = create(dir.path(), header(&corpus), Mode::Fresh).unwrap();
    events(&corpus, whole)[0].record(&mut recorder).unwrap();
    drop(recorder);
    let changes: [Change<RunHeader>; 10] = [
        ("the version of yujian is not", |h| h.tool_version.push('1')),
        (
            "the rule set is not the one this scan began with (rules-1, now rules-11)",
            |h| {
                h.rules_digest.push('1');
            },
        ),
        ("the configuration is not", |h| h.config_digest.push('1')),
        (
            "the hash key is not the one this scan began with (key-1, now none)",
            |h| {
                h.key_id = None;
            },
        ),
        ("a/one.jsonl had 70000 bytes and has 70001", |h| {
            h.shards[0].shard.bytes += 1
        }),
        ("c/two.jsonl was written to", |h| {
            h.shards[2].modified = Some(1)
        }),
        ("a/one.jsonl would be read in another way", |h| {
            h.shards[0].shard.source.clear()
        }),
        ("c/two.jsonl is gone", |h| drop(h.shards.remove(2))),
        ("zz/locked.jsonl is gone", |h| drop(h.shards.pop())),
        ("a/new.jsonl is new", |h| {
            let mut new = h.shards[0].clone();
            new.shard.path = "a/new.jsonl".to_owned();
            h.shards.insert(0, new);
        }),
    ];
    for (expected, change) in changes {
        let mut header = header(&corpus);
        change(&mut header);
        let message = refusal(create(dir.path(), header, Mode::Resume));
        assert!(message.contains(expected), "{message}");
        assert!(message.contains("hint: "), "{message}");
    }
    // Cutting differently is no reason to refuse: the old cuts go on.
    let mut header = header(&corpus);
    header.chunk_bytes = 5;
    let (_, finished) = Recorder::create(dir.path(), header, Mode::Resume).unwrap();
    assert_eq!(finished.chunk_bytes, 1 << 20);
    assert!(finished.piece(ShardIndex(0), 0) && !finished.piece(ShardIndex(0), 1));
    assert!(!finished.shard(ShardIndex(0)));
    assert_eq!(finished.counts(), (1, 0));
}

#[test]
fn a_directory_with_anything_in_it_is_refused() {
    let corpus = corpus();
    let try_in = |dir: &Path, mode| refusal(create(dir, header(&corpus), mode));
    let (complete, _) = reference();
    for mode in [Mode::Fresh, Mode::Resume] {
        let before = files(complete.path());
        assert!(try_in(complete.path(), mode).contains("already holds a complete run"));
        assert!(files(complete.path()) == before);
    }
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("thesis.docx"), "x").unwrap();
    assert!(try_in(dir.path(), Mode::Resume).contains("it has thesis.docx"));
    assert!(try_in(&dir.path().join("thesis.docx"), Mode::Fresh).contains("not a directory"));
    let dir = TempDir::new().unwrap();
    fs::create_dir(dir.path().join("checkpoint")).unwrap();
    fs::write(dir.path().join("checkpoint/model.safetensors"), "x").unwrap();
    assert!(try_in(dir.path(), Mode::Resume).contains("was not made by yujian"));
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("findings.parquet"), "x").unwrap();
    assert!(try_in(dir.path(), Mode::Fresh).contains("has findings.parquet but no run.json"));

    let dir = TempDir::new().unwrap();
    let mut recorder = create(dir.path(), header(&corpus), Mode::Fresh).unwrap();
    events(&corpus, whole)[0].record(&mut recorder).unwrap();
    drop(recorder);
    let message = try_in(dir.path(), Mode::Fresh);
    assert!(
        message.contains("unfinished run") && message.contains("--resume"),
        "{message}"
    );
    // With nothing finished there is nothing to lose.
    let dir = TempDir::new().unwrap();
    drop(create(dir.path(), header(&corpus), Mode::Fresh).unwrap());
    let mut other = header(&corpus);
    other.rules_digest = "rules-2".to_owned();
    create(dir.path(), other, Mode::Fresh).unwrap();
}

#[test]
fn what_is_missing_keeps_a_run_from_being_complete() {
    let corpus = corpus();
    let all = events(&corpus, halves);
    for left_out in 0..all.len() {
        let dir = TempDir::new().unwrap();
        let mut events = all.clone();
        let late = events.remove(left_out);
        let message = refusal(record(dir.path(), header(&corpus), &events));
        assert!(message.contains("the scan is not complete"), "{message}");
        assert_eq!(
            files(dir.path()).into_keys().collect::<Vec<_>>(),
            ["checkpoint"]
        );
        let message = refusal(Run::open(dir.path()));
        assert!(
            message.contains("not complete") && message.contains("--resume"),
            "{message}"
        );
        let mut recorder = create(dir.path(), header(&corpus), Mode::Resume).unwrap();
        late.record(&mut recorder).unwrap();
        recorder.finish(Environment::default()).unwrap();
        Run::open(dir.path()).unwrap();
    }
}

#[test]
fn a_run_whose_sums_do_not_close_is_never_complete() {
    let corpus = corpus();
    let good = events(&corpus, whole);
    let changes: [Change<PieceOutcome>; 8] = [
        ("a/one.jsonl has 70000 decoded bytes", |p| {
            p.bytes.scanned -= 1
        }),
        ("records: Counts", |p| p.records.scanned += 1),
        ("records: Counts", |p| {
            p.tally.sources.get_mut("web").unwrap().records.failed += 1;
        }),
        ("decoded bytes: Counts", |p| {
            p.tally.sources.get_mut("web").unwrap().bytes.scanned += 1;
        }),
        ("findings in the tally", |p| {
            let web = p.tally.sources.get_mut("web").unwrap();
            web.rules.values_mut().next().unwrap().findings += 1;
        }),
        ("open findings in the tally", |p| {
            let web = p.tally.sources.get_mut("web").unwrap();
            let hits = web.rules.values_mut().next().unwrap();
            hits.findings -= 1;
            hits.suppressed += 1;
        }),
        ("source web: ", |p| {
            p.tally.sources.get_mut("web").unwrap().characters += 1;
        }),
        ("records with findings in the tally", |p| {
            p.tally
                .sources
                .get_mut("web")
                .unwrap()
                .records_with_findings += 1;
        }),
    ];
    for (expected, change) in changes {
        let dir = TempDir::new().unwrap();
        let mut events = good.clone();
        if let Event::Piece(piece) = &mut events[0] {
            change(piece);
        }
        let message = refusal(record(dir.path(), header(&corpus), &events));
        assert!(message.contains("coverage does not close"), "{message}");
        assert!(message.contains(expected), "{message}");
        assert_eq!(
            files(dir.path()).into_keys().collect::<Vec<_>>(),
            ["checkpoint"]
        );
    }
}

#[test]
fn what_cannot_be_true_is_not_taken_down() {
    let dir = TempDir::new().unwrap();
    let corpus = corpus();
    let mut recorder = create(dir.path(), header(&corpus), Mode::Fresh).unwrap();
    let piece = corpus[0].piece(ShardIndex(0), 0, 0..50);
    let changes: [Change<PieceOutcome>; 4] = [
        ("no such shard", |p| p.shard = ShardIndex(99)),
        ("not to be read", |p| p.shard = ShardIndex(4)),
        ("record numbers", |p| p.outcomes[0].record = 1000),
        ("a rule that is not", |p| {
            p.outcomes[0].findings[0].rule = yujian::RuleIndex(9)
        }),
    ];
    for (expected, change) in changes {
        let mut piece = piece.clone();
        change(&mut piece);
        let message = refusal(recorder.piece(&piece));
        assert!(message.contains(expected), "{message}");
    }
    recorder.piece(&piece).unwrap();
    assert!(refusal(recorder.piece(&piece)).contains("came twice"));
    let mut unsorted = header(&corpus);
    unsorted.shards.swap(0, 1);
    let message = refusal(create(&dir.path().join("other"), unsorted, Mode::Fresh));
    assert!(message.contains("not in order"), "{message}");
}

#[test]
fn what_is_no_run_is_not_opened() {
    let (dir, _) = reference();
    let path = |name: &str| dir.path().join(name);
    let open = || refusal(Run::open(dir.path()));
    assert!(refusal(Run::open(&path("nowhere"))).contains("there is no run"));
    let good = fs::read_to_string(path("run.json")).unwrap();
    let version = FORMAT_VERSION;
    let from = format!("\"format_version\": {version}");
    let later = good.replace(&from, "\"format_version\": 99");
    fs::write(path("run.json"), later).unwrap();
    let told = format!("has format version 99, this program reads {version}");
    assert!(open().contains(&told));
    fs::write(path("run.json"), &good[..good.len() / 2]).unwrap();
    assert!(open().contains("is damaged"));
    fs::write(
        path("run.json"),
        good.replace("\"complete\": true", "\"complete\": false"),
    )
    .unwrap();
    assert!(open().contains("is damaged"));
    fs::remove_file(path("run.json")).unwrap();
    assert!(open().contains("is not a run"));
    fs::write(path("run.json"), &good).unwrap();

    let table = fs::read(path("findings.parquet")).unwrap();
    let mut flipped = table.clone();
    flipped[table.len() / 2] ^= 1;
    fs::write(path("findings.parquet"), &flipped).unwrap();
    let run = Run::open(dir.path()).unwrap();
    assert!(refusal(run.check_files()).contains("findings.parquet is damaged"));
    for at in (0..table.len()).step_by(11) {
        let mut flipped = table.clone();
        flipped[at] ^= 1 << (at % 8);
        fs::write(path("findings.parquet"), &flipped).unwrap();
        // Rows or an error, but the program goes on; `check_files` is what finds every change.
        if let Ok(rows) = Run::open(dir.path()).unwrap().findings() {
            rows.for_each(drop);
        }
    }
    fs::write(path("findings.parquet"), vec![b'x'; table.len()]).unwrap();
    let run = Run::open(dir.path()).unwrap();
    assert!(refusal(run.findings().map(drop)).contains("findings.parquet is damaged"));
    fs::write(path("findings.parquet"), "x").unwrap();
    assert!(open().contains("findings.parquet is damaged: 1 bytes instead of"));
    fs::remove_file(path("findings.parquet")).unwrap();
    assert!(open().contains("the file is missing"));
}

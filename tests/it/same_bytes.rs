//! The same bytes, whatever the threads, chunks and maps are, and after being killed.

use std::fs;
use std::path::Path;

use super::command::{Bench, told};
use super::formats::{documents, jsonl, table};
use super::packed::{gzip, tar_of, zip_of};

/// Everything in a run but the environment.
pub fn bytes_of(run: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(run)
        .unwrap()
        .map(|e| e.unwrap())
        .map(|e| {
            (
                e.file_name().into_string().unwrap(),
                fs::read(e.path()).unwrap(),
            )
        })
        .collect();
    files.sort();
    for (name, content) in &mut files {
        if name == "run.json" {
            let mut json: serde_json::Value = serde_json::from_slice(content).unwrap();
            json.as_object_mut().unwrap().remove("environment");
            *content = json.to_string().into_bytes();
        }
    }
    files
}

/// A corpus with findings all over, large enough for several pieces.
fn findings_everywhere(bench: &Bench) {
    let line = |i: usize| {
        format!(
            "{{\"id\":\"r{i}\",\"text\":\"第{i}条 手机1390000{:04} 身份证11010519491231002X {}\"}}\n",
            i % 10_000,
            "正文".repeat(i % 300)
        )
    };
    let lines: String = (0..4000).map(line).collect();
    bench.file("a/plain.jsonl", lines.as_bytes());
    bench.file("a/packed.jsonl.gz", &gzip(lines.as_bytes()));
    bench.file("b/text.txt", lines.repeat(3).as_bytes());
}

#[test]
fn threads_chunks_and_mapping_change_no_byte() {
    let bench = Bench::new();
    findings_everywhere(&bench);
    let mut runs = Vec::new();
    for (i, args) in [
        &["--threads", "1"][..],
        &["--threads", "2"],
        &["--threads", "3", "--max-memory", "1M"],
        &["--threads", "2", "--no-mmap", "--max-memory", "1M"],
    ]
    .iter()
    .enumerate()
    {
        let run = format!("run{i}");
        let mut all = vec!["scan", "corpus", "-q", "-o", &run, "--key-file", "key"];
        all.extend(*args);
        let (code, text) = told(&bench.yujian(&all));
        assert_eq!(code, 0, "{text}");
        runs.push(bytes_of(&bench.path(&run)));
    }
    assert!(runs.iter().all(|run| *run == runs[0]));
}

/// Shards with shards inside, and records that are longer than a batch.
fn archives_everywhere(bench: &Bench) {
    let lines = jsonl(&documents()).repeat(200);
    let table = table(&documents(), b',').repeat(20);
    let long = format!("长文\n{}", lines.repeat(3));
    let files: &[(&str, &[u8])] = &[
        ("a.jsonl", lines.as_bytes()),
        ("b/b.csv", table.as_bytes()),
        ("c.txt", long.as_bytes()),
    ];
    bench.file("a.tar", &tar_of(files));
    bench.file(
        "b.zip",
        &zip_of(&[("a.tar", &tar_of(files)), ("d.txt", b"d")]),
    );
    bench.file("c.tar.gz", &gzip(&tar_of(&[("b.zip", &zip_of(files))])));
}

#[test]
fn a_killed_scan_resumes_to_the_same_bytes() {
    let bench = Bench::new();
    findings_everywhere(&bench);
    archives_everywhere(&bench);
    let (code, text) = bench.scan(&["-q", "--max-memory", "1M"]);
    assert_eq!(code, 0, "{text}");
    let whole = bytes_of(&bench.path("run"));
    let mut interrupted = false;
    for (wait, signal) in [
        (0, "KILL"),
        (1, "INT"),
        (3, "KILL"),
        (10, "INT"),
        (30, "TERM"),
    ] {
        let _ = fs::remove_dir_all(bench.path("killed"));
        let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("yujian"))
            .current_dir(bench.path(""))
            .env("YUJIAN_CACHE_DIR", bench.path("cache"))
            .args([
                "scan",
                "corpus",
                "-q",
                "-o",
                "killed",
                "--key-file",
                "key",
                "--max-memory",
                "1M",
            ])
            .spawn()
            .unwrap();
        // Once the first piece is noted down; how long the rules take to load is another matter.
        let log = bench.path("killed/checkpoint/pieces.log");
        while !log.exists() && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        std::thread::sleep(std::time::Duration::from_millis(wait));
        let (signal, id) = (format!("-{signal}"), child.id().to_string());
        let _ = std::process::Command::new("kill")
            .args([signal, id])
            .output();
        child.wait().unwrap();
        if bench.path("killed/run.json").exists() {
            break;
        }
        interrupted |= bench.path("killed/checkpoint").exists();
        let args = [
            "scan",
            "corpus",
            "-q",
            "-o",
            "killed",
            "--key-file",
            "key",
            "--resume",
        ];
        let (code, text) = told(&bench.yujian(&args));
        assert_eq!(code, 0, "{text}");
        assert_eq!(bytes_of(&bench.path("killed")), whole);
    }
    assert!(interrupted, "no scan was killed while it ran");
}

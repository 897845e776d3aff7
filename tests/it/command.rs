//! The command as its user meets it: exit codes, messages, files, whatever is broken.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use tempfile::TempDir;

use super::command_line::command;
use super::packed::{gzip, zstd};

/// A scratch directory with a corpus folder and a key of its own.
pub struct Bench {
    dir: TempDir,
}

impl Bench {
    pub fn new() -> Self {
        let dir = TempDir::new().unwrap();
        fs::create_dir(dir.path().join("corpus")).unwrap();
        fs::write(dir.path().join("key"), "00".repeat(32)).unwrap();
        Self { dir }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path("corpus").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub fn yujian(&self, args: &[&str]) -> Output {
        command(self.dir.path()).args(args).output().unwrap()
    }

    pub fn scan(&self, args: &[&str]) -> (i32, String) {
        let mut all = vec!["scan", "corpus", "-o", "run", "--key-file", "key"];
        all.extend(args);
        told(&self.yujian(&all))
    }

    pub fn export(&self, run: &str, what: &str) -> Vec<serde_json::Value> {
        let output = self.yujian(&["export", run, "--what", what]);
        assert_eq!(output.status.code(), Some(0), "{}", told(&output).1);
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

pub fn told(output: &Output) -> (i32, String) {
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(!text.contains("internal error at"), "{text}");
    (output.status.code().unwrap(), text)
}

pub fn fixtures(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name)
}

#[test]
fn the_main_job_on_the_fixtures() {
    let bench = Bench::new();
    let corpus = fixtures("corpus");
    let corpus = corpus.to_str().unwrap();
    let (code, text) = told(&bench.yujian(&["scan", corpus, "-o", "run", "--key-file", "key"]));
    assert_eq!(code, 0, "{text}");
    let config = format!("{corpus}/yujian.toml");
    let (code, text) = told(&bench.yujian(&["gate", "run", "--config", &config]));
    assert_eq!(code, 1, "{text}");
    let (code, text) = told(&bench.yujian(&["report", "run", "-o", "out", "--config", &config]));
    assert_eq!(code, 0, "{text}");
    let summary: serde_json::Value =
        serde_json::from_slice(&fs::read(bench.path("out/summary.json")).unwrap()).unwrap();
    assert_eq!(summary["coverage"]["whole"], true);
    assert!(
        fs::read_to_string(bench.path("out/summary.md"))
            .unwrap()
            .contains("not passed")
    );
}

#[test]
fn what_is_broken_fails_closed() {
    let bench = Bench::new();
    let broken = fixtures("broken");
    let (code, text) = told(&bench.yujian(&[
        "scan",
        broken.to_str().unwrap(),
        "-o",
        "run",
        "--key-file",
        "key",
    ]));
    assert_eq!(code, 2, "{text}");
    assert!(
        text.contains("cut-off.jsonl.gz") && text.contains("ends early"),
        "{text}"
    );
    let (code, text) = told(&bench.yujian(&["gate", "run"]));
    assert_eq!(code, 2, "{text}");
    assert!(
        !text.contains(" compliant"),
        "nothing unread is clean: {text}"
    );
}

#[test]
fn missing_and_empty_corpora_are_errors_before_anything_is_written() {
    let bench = Bench::new();
    for (args, what) in [
        (vec!["scan", "nowhere", "-o", "run"], "nowhere"),
        (vec!["scan", "corpus", "-o", "run"], "nothing to scan"),
        (
            vec!["scan", "corpus", "-o", "run", "--config", "none.toml"],
            "none.toml",
        ),
        (vec!["gate", "nowhere"], "nowhere"),
        (vec!["export", "corpus"], "corpus"),
    ] {
        let (code, text) = told(&bench.yujian(&args));
        assert_eq!(code, 2, "{text}");
        assert!(text.contains(what), "{text}");
    }
    assert!(!bench.path("run").exists());
}

#[test]
fn a_wrong_rule_file_stops_the_scan_before_any_byte() {
    let bench = Bench::new();
    bench.file("a.jsonl", b"{\"text\":\"x\"}\n");
    fs::write(
        bench.path("bad.toml"),
        "format = 1\n[pack]\nid = \"x\"\nvershun = \"1\"\n",
    )
    .unwrap();
    let (code, text) = bench.scan(&["--rules", "bad.toml"]);
    assert_eq!(code, 2);
    assert!(
        text.contains("bad.toml") && text.contains("vershun"),
        "{text}"
    );
    assert!(!bench.path("run").exists());
}

#[test]
fn every_odd_line_is_counted_with_its_reason() {
    let bench = Bench::new();
    let mut content = Vec::new();
    for line in [
        &b"{\"id\":\"a\",\"text\":\"good\"}"[..],
        b"not json",
        b"[1]",
        b"{\"n\":null}",
        b"{\"text\":null,\"n\":true}",
        b"{\"text\":[\"a\",\"b\"]}",
        b"",
        b"   ",
        b"{\"text\":\"bad \xFF utf8\"}",
        b"{\"text\":\"nul \x00 byte\"}",
        b"{\"text\":\"nul \\u0000 escape\"}",
        b"{\"text\":\"cut",
    ] {
        content.extend_from_slice(line);
        content.push(b'\n');
    }
    content.pop();
    bench.file("odd.jsonl", &content);
    let (code, text) = bench.scan(&[]);
    assert_eq!(code, 2, "{text}");
    let shards = bench.export("run", "shards");
    let shard = &shards[0];
    let reasons = &shard["reasons"];
    // A raw control character is no JSON; a cut line is none either.
    assert_eq!(reasons["not-json"], 3, "{shard}");
    assert_eq!(reasons["note:not-object"], 1);
    assert_eq!(reasons["no-text"], 2);
    assert_eq!(reasons["blank-line"], 2);
    assert_eq!(reasons["note:invalid-utf8"], 1);
    assert_eq!(shard["records_scanned"], 5);
    assert_eq!(shard["records_skipped"], 4);
    assert_eq!(shard["records_failed"], 3);
    let sum = ["decoded_scanned", "decoded_skipped", "decoded_failed"]
        .map(|k| shard[k].as_u64().unwrap());
    assert_eq!(sum.iter().sum::<u64>(), content.len() as u64);
    assert_eq!(shard["issues"][0]["offset"], 25);
}

#[test]
fn unreadable_unsupported_empty_and_special_files_are_accounted_for() {
    let bench = Bench::new();
    bench.file("good.jsonl", b"{\"text\":\"x\"}\n");
    bench.file("empty.jsonl", b"");
    bench.file("picture.png", b"\x89PNG\r\n");
    bench.file(".DS_Store", b"x");
    bench.file(".hidden.jsonl", b"{\"text\":\"y\"}\n");
    std::os::unix::fs::symlink("good.jsonl", bench.path("corpus/link.jsonl")).unwrap();
    std::os::unix::fs::symlink(".", bench.path("corpus/loop")).unwrap();
    std::os::unix::fs::symlink("gone", bench.path("corpus/dangling.jsonl")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(bench.path("corpus/socket")).unwrap();
    let (code, text) = bench.scan(&[]);
    assert_eq!(code, 2, "{text}");
    let shards = bench.export("run", "shards");
    let fate = |path: &str| {
        let shard = shards.iter().find(|s| s["path"] == path);
        let shard = shard.unwrap_or_else(|| panic!("{path} is not accounted for: {shards:?}"));
        format!(
            "{}:{}",
            shard["status"].as_str().unwrap(),
            shard["reason"].as_str().unwrap_or("-")
        )
    };
    assert_eq!(fate("good.jsonl"), "scanned:-");
    assert_eq!(fate(".hidden.jsonl"), "scanned:-");
    assert_eq!(fate("empty.jsonl"), "skipped:empty");
    assert_eq!(fate("picture.png"), "skipped:unsupported-format");
    assert_eq!(fate(".DS_Store"), "skipped:system");
    assert_eq!(fate("link.jsonl"), "skipped:duplicate-link");
    assert_eq!(fate("loop"), "skipped:duplicate-link");
    assert_eq!(fate("dangling.jsonl"), "failed:cannot-open");
    assert_eq!(fate("socket"), "skipped:special-file");
}

#[test]
fn excluding_in_so_many_words_makes_coverage_whole() {
    let bench = Bench::new();
    bench.file("good.jsonl", b"{\"text\":\"x\"}\n");
    bench.file("images/a.png", b"\x89PNG\r\n");
    bench.file("yujian.toml", b"[corpus]\nexclude = [\"images/**\"]\n");
    let (code, text) = bench.scan(&["--gate"]);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn truncated_and_damaged_streams_fail_their_shard_only() {
    let bench = Bench::new();
    let lines: String = (0..2000)
        .map(|i| {
            format!(
                "{{\"id\":{i},\"text\":\"第{i}行 {}\"}}\n",
                blake3::hash(&[i as u8])
            )
        })
        .collect();
    let (gz, zst) = (gzip(lines.as_bytes()), zstd(lines.as_bytes()));
    bench.file("good.jsonl.gz", &gz);
    bench.file("good.jsonl.zst", &zst);
    bench.file("members.jsonl.gz", &[gz.as_slice(), &gz].concat());
    bench.file("frames.jsonl.zst", &[zst.as_slice(), &zst].concat());
    bench.file("cut.jsonl.gz", &gz[..gz.len() / 2]);
    bench.file("cut.jsonl.zst", &zst[..zst.len() / 2]);
    bench.file(
        "garbage.jsonl.gz",
        &[gz.as_slice(), b"garbage behind it"].concat(),
    );
    let mut flipped = gz.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x55;
    bench.file("flipped.jsonl.gz", &flipped);
    let (code, text) = bench.scan(&[]);
    assert_eq!(code, 2, "{text}");
    let shards = bench.export("run", "shards");
    let of = |path: &str| shards.iter().find(|s| s["path"] == path).unwrap();
    for (path, records) in [
        ("good.jsonl.gz", 2000),
        ("good.jsonl.zst", 2000),
        ("members.jsonl.gz", 4000),
        ("frames.jsonl.zst", 4000),
    ] {
        assert_eq!(of(path)["status"], "scanned", "{path}");
        assert_eq!(of(path)["records_scanned"], records, "{path}");
        let digest = blake3::hash(&fs::read(bench.path("corpus").join(path)).unwrap());
        assert_eq!(of(path)["digest"], digest.to_hex().as_str(), "{path}");
    }
    for path in [
        "cut.jsonl.gz",
        "cut.jsonl.zst",
        "garbage.jsonl.gz",
        "flipped.jsonl.gz",
    ] {
        assert_eq!(of(path)["status"], "failed", "{path}: {}", of(path));
    }
    assert_eq!(of("cut.jsonl.gz")["reason"], "truncated");
    assert!(of("cut.jsonl.gz")["records_scanned"].as_u64().unwrap() > 100);
    assert_eq!(of("garbage.jsonl.gz")["records_scanned"], 2000);
}

#[test]
fn a_finished_or_foreign_directory_is_not_written_to() {
    let bench = Bench::new();
    bench.file("a.jsonl", b"{\"text\":\"x\"}\n");
    assert_eq!(bench.scan(&[]).0, 0);
    let (code, text) = bench.scan(&[]);
    assert_eq!(code, 2);
    assert!(text.contains("-o"), "{text}");
    fs::create_dir(bench.path("mine")).unwrap();
    fs::write(bench.path("mine/letter.txt"), "dear").unwrap();
    let (code, _) = told(&bench.yujian(&["scan", "corpus", "-o", "mine"]));
    assert_eq!(code, 2);
    assert_eq!(fs::read_dir(bench.path("mine")).unwrap().count(), 1);
    fs::write(bench.path("file"), "x").unwrap();
    let (code, text) = told(&bench.yujian(&["scan", "corpus", "-o", "file/run"]));
    assert_eq!(code, 2, "{text}");
}

#[test]
fn a_run_inside_the_corpus_is_no_part_of_it() {
    let bench = Bench::new();
    bench.file("a.jsonl", b"{\"text\":\"x\"}\n");
    let args = [
        "scan",
        "corpus",
        "-q",
        "-o",
        "corpus/run",
        "--key-file",
        "key",
    ];
    assert_eq!(told(&bench.yujian(&args)).0, 0);
    assert_eq!(bench.export("corpus/run", "shards").len(), 1);
}

#[test]
fn escapes_find_what_plain_text_finds() {
    let bench = Bench::new();
    let text = "联系人王女士,手机号13900002468,身份证号11010519491231002X";
    let escaped: String = text.encode_utf16().map(|u| format!("\\u{u:04x}")).collect();
    bench.file(
        "plain.jsonl",
        format!("{{\"text\":\"{text}\"}}\n").as_bytes(),
    );
    bench.file(
        "escaped.jsonl",
        format!("{{\"text\":\"{escaped}\"}}\n").as_bytes(),
    );
    let (code, told) = bench.scan(&[]);
    assert_eq!(code, 0, "{told}");
    let findings = bench.export("run", "findings");
    let of = |path: &str| -> Vec<(String, String)> {
        let own = findings.iter().filter(|f| f["path"] == path);
        own.map(|f| (f["rule"].to_string(), f["span"].to_string()))
            .collect()
    };
    assert!(!of("plain.jsonl").is_empty());
    assert_eq!(of("plain.jsonl"), of("escaped.jsonl"));
}

#[test]
fn no_output_shows_a_value() {
    let bench = Bench::new();
    let values = [
        "11010519491231002X",
        "13900002468",
        "wang.fang@mail-demo.cn",
    ];
    let text = format!(
        "{{\"text\":\"身份证{} 手机{} 邮箱{}\"}}\nbroken {}\n",
        values[0], values[1], values[2], values[1]
    );
    bench.file("a.jsonl", text.as_bytes());
    let (_, mut all) = bench.scan(&["-v", "--profile", "--gate"]);
    for what in ["findings", "records", "shards"] {
        all += &bench
            .export("run", what)
            .iter()
            .map(ToString::to_string)
            .collect::<String>();
    }
    bench.yujian(&["report", "run", "-o", "out"]);
    all += &fs::read_to_string(bench.path("out/summary.md")).unwrap();
    all += &fs::read_to_string(bench.path("out/summary.json")).unwrap();
    assert!(!bench.export("run", "findings").is_empty());
    for value in values {
        assert!(!all.contains(value), "{value} is shown");
    }
}

#[test]
fn shard_parts_share_out_the_corpus() {
    let bench = Bench::new();
    for i in 0..5 {
        bench.file(&format!("{i}.jsonl"), b"{\"text\":\"x\"}\n");
    }
    let mut seen = Vec::new();
    for part in ["1/2", "2/2"] {
        let run = format!("run-{}", &part[..1]);
        let args = [
            "scan",
            "corpus",
            "-q",
            "-o",
            &run,
            "--shard",
            part,
            "--key-file",
            "key",
        ];
        assert_eq!(told(&bench.yujian(&args)).0, 0);
        seen.extend(
            bench
                .export(&run, "shards")
                .iter()
                .map(|s| s["path"].to_string()),
        );
    }
    seen.sort();
    assert_eq!(seen.len(), 5);
    seen.dedup();
    assert_eq!(seen.len(), 5);
}

#[test]
fn dry_run_lists_and_writes_nothing() {
    let bench = Bench::new();
    bench.file("a.jsonl", b"{\"text\":\"x\"}\n");
    bench.file("b.png", b"x\x00");
    let (code, text) = told(&bench.yujian(&["scan", "corpus", "--dry-run"]));
    assert_eq!(code, 0);
    assert!(
        text.contains("a.jsonl") && text.contains("unsupported-format"),
        "{text}"
    );
    assert_eq!(fs::read_dir(bench.dir.path()).unwrap().count(), 2);
}

#[test]
fn completions_and_man_page_are_printed() {
    let bench = Bench::new();
    for args in [
        &["completions", "bash"][..],
        &["completions", "zsh"],
        &["man"],
    ] {
        let (code, text) = told(&bench.yujian(args));
        assert!(code == 0 && text.contains("yujian") && text.len() > 500);
    }
}

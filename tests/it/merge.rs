//! Parts of a corpus become the run over all of it, byte for byte; what is no part is refused.

use std::fs;

use super::command::{Bench, told};
use super::packed::{gzip, tar_of, zip_of};
use super::same_bytes::bytes_of;

/// A corpus of many kinds of files, with findings, failures and pictures.
fn corpus(bench: &Bench) {
    let lines = |from: usize| -> String {
        let line = |i: usize| match i % 3 {
            0 => format!(
                "{{\"id\":\"r{i}\",\"url\":\"https://a.cn/{i}\",\"text\":\"手机1390000{:04}\"}}\n",
                i
            ),
            1 => "没有 JSON\n".to_owned(),
            _ => format!("{{\"id\":\"r{i}\",\"text\":\"第{i}条,没有什么\"}}\n"),
        };
        (from..from + 300).map(line).collect()
    };
    for (number, name) in ["a", "b", "b c", "c", "d", "e"].iter().enumerate() {
        bench.file(&format!("{name}.jsonl"), lines(number * 500).as_bytes());
    }
    bench.file("f/packed.jsonl.gz", &gzip(lines(7000).as_bytes()));
    let inner = zip_of(&[
        ("z.jsonl", lines(8000).as_bytes()),
        ("p.png", b"\x89PNG\r\n"),
    ]);
    let members: &[(&str, &[u8])] = &[("b.zip", &inner), ("a.txt", "电话13900002468".as_bytes())];
    bench.file("x.tar", &tar_of(members));
    // Sorts among the names in the archive.
    bench.file("x.tar!b", b"\x00\x01");
    bench.file("x.tar b.txt", "联系电话13900002468".as_bytes());
    bench.file("broken.jsonl.gz", &gzip(lines(1).as_bytes())[..200]);
    bench.file("empty.txt", b"");
    bench.file("p.jpg", b"\xff\xd8\xff\xe0");
    bench.file(
        "yujian.toml",
        b"[[source]]\nid = \"first\"\nmatch = [\"a*\"]\n",
    );
}

fn scan(bench: &Bench, run: &str, more: &[&str]) {
    let mut args = vec!["scan", "corpus", "-q", "-o", run, "--key-file", "key"];
    args.extend(more);
    let (code, text) = told(&bench.yujian(&args));
    assert_eq!(
        code, 2,
        "the broken file is in all of them or nothing was read: {text}"
    );
}

fn parts(bench: &Bench, of: usize, more: &[&str]) -> Vec<String> {
    let part = |index: usize| {
        let (run, part) = (format!("part-{of}-{index}"), format!("{index}/{of}"));
        let mut args = vec!["scan", "corpus", "-q", "-o", &run, "--key-file", "key"];
        args.extend(["--shard", &part]);
        args.extend(more);
        let (code, text) = told(&bench.yujian(&args));
        assert!(code == 0 || code == 2, "{text}");
        assert!(bench.path(&run).join("run.json").exists(), "{text}");
        run
    };
    (1..=of).map(part).collect()
}

fn merge(bench: &Bench, runs: &[&str], out: &str) -> (i32, String) {
    let mut args = vec!["merge", "-o", out];
    args.extend(runs);
    told(&bench.yujian(&args))
}

#[test]
fn parts_in_any_order_make_the_whole_byte_for_byte() {
    let bench = Bench::new();
    corpus(&bench);
    for more in [
        &[][..],
        &["--sidecar", "--digest", "sm3,sha256", "--keep", "1"],
    ] {
        let sub = format!("whole{}", more.len());
        scan(&bench, &sub, more);
        let whole = bytes_of(&bench.path(&sub));
        // Parts 19 and 20 of 20 have no shard at all.
        for (of, orders) in [(3, 3), (20, 1)] {
            let runs = parts(&bench, of, more);
            let mut runs: Vec<&str> = runs.iter().map(String::as_str).collect();
            for order in 0..orders {
                let out = format!("merged-{of}-{order}");
                let (code, text) = merge(&bench, &runs, &out);
                assert_eq!(code, 2, "something was broken in the corpus: {text}");
                assert!(
                    bytes_of(&bench.path(&out)) == whole,
                    "{of} parts, order {order}"
                );
                let (code, text) = told(&bench.yujian(&["verify", &out, "--corpus", "corpus"]));
                assert_eq!(code, 0, "{text}");
                runs.rotate_left(1);
            }
            // Part by part is the same as all at once.
            let _ = merge(&bench, &runs[1..], "some");
            let _ = merge(&bench, &["some", runs[0]], "step");
            assert!(bytes_of(&bench.path("step")) == whole);
            for name in fs::read_dir(bench.path("")).unwrap() {
                let name = name.unwrap().file_name().into_string().unwrap();
                let made = ["part", "merged", "some", "step"];
                if made.iter().any(|beginning| name.starts_with(beginning)) {
                    fs::remove_dir_all(bench.path(&name)).unwrap();
                }
            }
        }
    }
}

#[test]
fn what_was_merged_is_named() {
    let bench = Bench::new();
    corpus(&bench);
    let runs = parts(&bench, 2, &[]);
    merge(&bench, &[&runs[0], &runs[1]], "merged");
    let json = fs::read(bench.path("merged/run.json")).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let merged = json["environment"]["merged"].as_array().unwrap();
    let mut names: Vec<_> = merged.iter().map(|m| m["run"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["part-2-1", "part-2-2"]);
    for part in merged {
        let file = fs::read(bench.path(part["run"].as_str().unwrap()).join("run.json")).unwrap();
        assert_eq!(part["id"], blake3::hash(&file).to_hex().as_str());
        assert!(!part["environment"]["started"].as_str().unwrap().is_empty());
    }
}

#[test]
fn what_cannot_be_one_run_is_refused_by_name() {
    let bench = Bench::new();
    corpus(&bench);
    let runs = parts(&bench, 2, &[]);
    let (first, second) = (runs[0].as_str(), runs[1].as_str());
    fs::write(bench.path("rules.toml"), RULES).unwrap();
    for (run, more) in [
        ("rules", &["--rules", "rules.toml"][..]),
        ("keep", &["--keep", "3"]),
        ("sidecar", &["--sidecar"]),
        ("digest", &["--digest", "sm3"]),
        ("tokens", &["--tokens", "off"]),
        ("keyed", &["--key-file", "other-key"]),
    ] {
        let mut args = vec!["scan", "corpus", "-q", "-o", run, "--shard", "2/2"];
        args.extend(more);
        if run != "keyed" {
            args.extend(["--key-file", "key"]);
        }
        let (_, text) = told(&bench.yujian(&args));
        assert!(bench.path(run).join("run.json").exists(), "{text}");
    }
    let version = bench.path("version");
    copy(&bench.path(second), &version);
    let json = fs::read_to_string(version.join("run.json")).unwrap();
    let json = json.replacen("\"format_version\": ", "\"format_version\": 9", 1);
    fs::write(version.join("run.json"), json).unwrap();
    for (other, what) in [
        (first, "is in two of the runs"),
        ("rules", "the rule set of rules is not that of part-2-1"),
        ("keep", "the configuration of keep"),
        ("sidecar", "the configuration of sidecar"),
        ("digest", "the list of digests"),
        ("tokens", "the counting of tokens"),
        ("keyed", "the hash key of keyed"),
        ("version", "format version"),
        ("nowhere", "no run nowhere"),
        ("corpus", "corpus is not a run"),
    ] {
        let (code, text) = merge(&bench, &[first, other], "out");
        assert!(code == 2 && text.contains(what), "{other}: {text}");
        assert!(text.contains("hint"), "{text}");
        assert!(!bench.path("out").exists(), "{other}");
    }
    // An occupied directory, a part itself, a file.
    fs::create_dir(bench.path("mine")).unwrap();
    fs::write(bench.path("mine/letter.txt"), "dear").unwrap();
    fs::write(bench.path("file"), "x").unwrap();
    for out in ["mine", first, "file", "file/run"] {
        let before = fs::read(bench.path(first).join("run.json")).unwrap();
        let (code, text) = merge(&bench, &[first, second], out);
        assert_eq!(code, 2, "{out}: {text}");
        assert_eq!(
            before,
            fs::read(bench.path(first).join("run.json")).unwrap()
        );
    }
    assert_eq!(fs::read_dir(bench.path("mine")).unwrap().count(), 1);
    // A damaged part.
    let path = bench.path(second).join("records.parquet");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    let (code, text) = merge(&bench, &[first, second], "out");
    assert!(
        code == 2 && text.contains("records.parquet is damaged"),
        "{text}"
    );
    assert!(!bench.path("out").exists());
}

const RULES: &str = r#"format = 1
[pack]
id = "test"
version = "2026.11.23"
title = { zh = "测", en = "test" }
risk = "A.1.h"
source = "a test"
imported = true
[[rule]]
id = "test.word"
title = { zh = "词", en = "word" }
severity = "low"
confidence = 0.5
terms = ["没有什么"]
"#;

fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

#[test]
fn two_at_once_and_what_was_left_behind() {
    let bench = Bench::new();
    corpus(&bench);
    let runs = parts(&bench, 2, &[]);
    let runs: Vec<&str> = runs.iter().map(String::as_str).collect();
    // As a killed merge leaves it.
    fs::create_dir_all(bench.path("out/checkpoint")).unwrap();
    let lock = fs::File::create(bench.path("out/checkpoint/lock")).unwrap();
    fs::write(bench.path("out/findings.parquet"), "half").unwrap();
    let (code, text) = told(&bench.yujian(&["verify", "out"]));
    assert!(code == 2 && text.contains("merge again"), "{text}");
    lock.lock().unwrap();
    let (code, text) = merge(&bench, &runs, "out");
    assert!(
        code == 2 && text.contains("another scan is writing"),
        "{text}"
    );
    drop(lock);
    merge(&bench, &runs, "out");
    assert_eq!(told(&bench.yujian(&["verify", "out"])).0, 0);
    assert!(!bench.path("out/checkpoint").exists());
}

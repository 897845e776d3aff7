//! What became of findings: same, moved, gone, new, and why.

use std::fs;

use serde_json::Value;

use super::command::{Bench, told};

/// Lines with these ids; a number in each.
fn lines(ids: impl Iterator<Item = usize>) -> String {
    let number = |i: usize| 2_718_281 + i * 7919;
    ids.map(|i| {
        format!(
            "{{\"id\":\"r{i}\",\"text\":\"第{i}条 手机1398{}\"}}\n",
            number(i)
        )
    })
    .collect()
}

fn scan(bench: &Bench, run: &str, more: &[&str]) {
    let mut args = vec!["scan", "corpus", "-q", "-o", run, "--key-file", "key"];
    args.extend(more);
    let (code, text) = told(&bench.yujian(&args));
    assert_eq!(code, 0, "{text}");
}

/// Exit code, what `--format json` says, and the lines of the list.
fn diff(bench: &Bench, old: &str, new: &str) -> (i32, Value, Vec<Value>) {
    let output = bench.yujian(&["diff", old, new, "--format", "json", "-o", "list.jsonl"]);
    let (code, text) = told(&output);
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{text}"));
    let list = fs::read_to_string(bench.path("list.jsonl")).unwrap();
    let list = list.lines().map(|line| serde_json::from_str(line).unwrap());
    (code, json, list.collect())
}

fn numbers(counts: &Value) -> [u64; 6] {
    ["same", "moved", "gone", "closed", "new", "reopened"]
        .map(|name| counts[name].as_u64().unwrap())
}

#[test]
fn a_run_is_the_same_as_itself() {
    let bench = Bench::new();
    bench.file("a.jsonl", lines(0..50).as_bytes());
    scan(&bench, "old", &[]);
    scan(&bench, "new", &["--threads", "1"]);
    let (code, json, list) = diff(&bench, "old", "new");
    assert_eq!(code, 0);
    assert_eq!(numbers(&json["total"]), [50, 0, 0, 0, 0, 0], "{json}");
    assert_eq!(json["files"]["same"], 1);
    assert!(list.is_empty() && json["apart"].as_array().unwrap().is_empty());
}

#[test]
fn a_rectified_corpus_is_told_finding_by_finding() {
    let bench = Bench::new();
    bench.file("same.jsonl", lines(0..10).as_bytes());
    // Ten records, of which the first two are taken out: all others move.
    bench.file("edited.jsonl", lines(100..110).as_bytes());
    bench.file("renamed.jsonl", lines(200..205).as_bytes());
    bench.file("removed.jsonl", lines(300..303).as_bytes());
    // Records go to another file.
    bench.file("cut.jsonl", lines(400..410).as_bytes());
    // No ids of their own: the excerpt must do.
    bench.file("plain.txt", "联系电话13900007001。\n".as_bytes());
    scan(&bench, "old", &[]);
    bench.file("edited.jsonl", lines(102..111).as_bytes());
    fs::rename(
        bench.path("corpus/renamed.jsonl"),
        bench.path("corpus/other.jsonl"),
    )
    .unwrap();
    fs::remove_file(bench.path("corpus/removed.jsonl")).unwrap();
    bench.file("cut.jsonl", lines(400..404).as_bytes());
    bench.file("cut-2.jsonl", lines(404..410).as_bytes());
    bench.file("plain.txt", "前言。\n联系电话13900007001。\n".as_bytes());
    bench.file("fresh.jsonl", lines(500..502).as_bytes());
    scan(&bench, "new", &[]);
    let (code, json, list) = diff(&bench, "old", "new");
    assert_eq!(code, 1, "there are new ones");
    let files = &json["files"];
    let files = ["same", "changed", "renamed", "gone", "new"].map(|n| files[n].as_u64().unwrap());
    assert_eq!(files, [1, 3, 1, 1, 2], "{json}");
    let total = numbers(&json["total"]);
    // Moved: 8 in the edited file, 5 renamed, 10 in the cut one; the text may be quoted with
    // what was put before it.
    let plain = total[1] - 23;
    assert!(plain <= 1, "{json}");
    assert_eq!(total[0], 10);
    assert_eq!(total[2], 2 + 3 + (1 - plain), "{json}");
    assert_eq!(total[4], 1 + 2 + (1 - plain), "{json}");
    assert_eq!(json["gone_because"]["file"], 3);
    assert_eq!(json["new_because"]["file"], 2);
    let of = |state: &str, path: &str| {
        let is = |line: &&Value| line["state"] == state && line["path"] == path;
        list.iter().filter(is).count()
    };
    assert_eq!(of("gone", "edited.jsonl"), 2);
    assert_eq!(of("new", "edited.jsonl"), 1);
    assert_eq!(of("moved", "edited.jsonl"), 8);
    assert_eq!(of("moved", "other.jsonl"), 5);
    assert_eq!(of("moved", "cut-2.jsonl"), 6);
    let moved = list
        .iter()
        .find(|line| line["path"] == "cut-2.jsonl")
        .unwrap();
    assert_eq!(moved["was"]["path"], "cut.jsonl");
    let paths: Vec<_> = list
        .iter()
        .map(|line| line["path"].as_str().unwrap())
        .collect();
    assert!(paths.is_sorted());
    // Every finding of both runs is in one of the numbers.
    for (run, sum) in [
        ("old", total[0] + total[1] + total[2]),
        ("new", total[0] + total[1] + total[4]),
    ] {
        assert_eq!(json[run]["findings"]["open"].as_u64().unwrap(), sum);
    }
}

#[test]
fn another_edition_in_another_directory_is_the_same_corpus() {
    let bench = Bench::new();
    bench.file("a.jsonl", lines(0..9).as_bytes());
    scan(&bench, "old", &[]);
    bench.file("a.jsonl", lines(1..9).as_bytes());
    fs::rename(bench.path("corpus"), bench.path("second")).unwrap();
    let args = ["scan", "second", "-q", "-o", "new", "--key-file", "key"];
    assert_eq!(told(&bench.yujian(&args)).0, 0);
    let (code, json, _) = diff(&bench, "old", "new");
    assert_eq!(code, 0);
    assert_eq!(numbers(&json["total"]), [0, 8, 1, 0, 0, 0], "{json}");
    assert_eq!(json["sources"]["corpus"]["gone"], 1, "{json}");
    assert_eq!(json["sources"]["second"]["moved"], 8, "{json}");
}

#[test]
fn equal_files_are_matched_as_often_as_both_have_them() {
    let bench = Bench::new();
    for name in ["a", "b", "c"] {
        bench.file(&format!("{name}.jsonl"), lines(0..4).as_bytes());
    }
    scan(&bench, "old", &[]);
    fs::remove_file(bench.path("corpus/b.jsonl")).unwrap();
    fs::rename(bench.path("corpus/c.jsonl"), bench.path("corpus/d.jsonl")).unwrap();
    scan(&bench, "new", &[]);
    let (code, json, _) = diff(&bench, "old", "new");
    assert_eq!(code, 0);
    assert_eq!(numbers(&json["total"]), [4, 4, 4, 0, 0, 0], "{json}");
    assert_eq!(json["files"]["renamed"], 1);
}

#[test]
fn other_rules_are_told_apart_from_another_corpus() {
    let bench = Bench::new();
    bench.file(
        "a.jsonl",
        "{\"text\":\"好的词语在此,坏的词语在此\"}\n".as_bytes(),
    );
    let rule = |word: &str| {
        format!(
            "[[rule]]\nid = \"t.w{}\"\ntitle = {{ zh = \"词\", en = \"word\" }}\n\
             severity = \"low\"\nconfidence = 0.5\nterms = [\"{word}\"]\n",
            word.len()
        )
    };
    let rules = |words: &str| {
        let rules: String = words.split(' ').map(rule).collect();
        format!(
            "format = 1\n[pack]\nid = \"t\"\nversion = \"2026.11.23\"\nimported = true\n\
             title = {{ zh = \"测\", en = \"t\" }}\nrisk = \"A.1.h\"\nsource = \"t\"\n{rules}"
        )
    };
    fs::write(bench.path("old.toml"), rules("好的词 坏的词语")).unwrap();
    fs::write(bench.path("new.toml"), rules("坏的词语 坏的词语在此")).unwrap();
    for side in ["old", "new"] {
        let file = format!("{side}.toml");
        let args = ["scan", "corpus", "-q", "-o", side, "--key-file", "key"];
        let all = [&args[..], &["--no-builtin", "--rules", &file]].concat();
        let (code, text) = told(&bench.yujian(&all));
        assert_eq!(code, 0, "{text}");
    }
    let (_, json, list) = diff(&bench, "old", "new");
    assert_eq!(json["apart"], serde_json::json!(["rules"]));
    assert_eq!(
        json["gone_because"],
        serde_json::json!({ "rule": 1 }),
        "{json}"
    );
    assert_eq!(
        json["new_because"],
        serde_json::json!({ "rule": 1 }),
        "{json}"
    );
    assert_eq!(numbers(&json["total"]), [1, 0, 1, 0, 1, 0]);
    assert_eq!(list.len(), 2);
    assert!(list.iter().all(|line| line["why"] == "rule"));
}

#[test]
fn tables_and_markdown_hold_the_numbers() {
    let bench = Bench::new();
    bench.file("a.jsonl", lines(0..5).as_bytes());
    scan(&bench, "old", &[]);
    bench.file("a|b.jsonl", lines(10..12).as_bytes());
    scan(&bench, "new", &[]);
    let (_, table) = told(&bench.yujian(&["diff", "old", "new"]));
    let (_, md) = told(&bench.yujian(&["diff", "old", "new", "--format", "md"]));
    for text in [&table, &md] {
        assert!(
            text.contains("pii.cn.mobile") && text.contains("New findings"),
            "{text}"
        );
    }
    assert!(md.contains("| all | 5 | 0 | 0 | 0 | 2 | 0 |"), "{md}");
    assert!(md.contains("a\\|b.jsonl"), "{md}");
    let (_, zh) = told(&bench.yujian(&["--lang", "zh", "diff", "old", "new", "--format", "md"]));
    assert!(zh.contains("新增的发现"), "{zh}");
    let (code, text) = told(&bench.yujian(&["diff", "old", "nowhere"]));
    assert!(code == 2 && text.contains("nowhere"));
}

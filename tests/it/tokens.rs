//! Tokens: against another implementation of the same tokenizers, and from the corpus to the
//! report.
#![allow(
    clippy::print_stdout,
    reason = "says why a test was skipped, and what was measured"
)]

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use tiktoken_rs::{cl100k_base_singleton, o200k_base_singleton};
use yujian::tokens::Builtin;

use crate::command_line::{export, report, scan, tally, try_scan};

/// Lines of an open corpus; none where the test data is absent.
fn open_corpus(name: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data/text")
        .join(name);
    let text = fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: {} is not here", path.display());
    }
    text
}

fn same_as_tiktoken(text: &str) {
    let theirs = [
        (Builtin::Cl100k, cl100k_base_singleton()),
        (Builtin::O200k, o200k_base_singleton()),
    ];
    for (ours, theirs) in theirs {
        let tokens = theirs.encode_ordinary(text).len() as u64;
        assert_eq!(ours.count(text), tokens, "{} {text:?}", ours.name());
    }
}

#[test]
fn counts_are_those_of_tiktoken_on_open_corpora() {
    for file in ["open_zh.jsonl", "open_en.jsonl", "open_mixed.jsonl"] {
        let Some(text) = open_corpus(file) else {
            return;
        };
        for line in text.lines().step_by(7) {
            let record: Value = serde_json::from_str(line).unwrap();
            let text = record["text"].as_str().unwrap();
            same_as_tiktoken(&text[..text.floor_char_boundary(20_000)]);
            // Escapes and brackets split in other ways than prose does.
            same_as_tiktoken(&line[..line.floor_char_boundary(2000)]);
        }
    }
}

#[test]
fn counts_are_those_of_tiktoken_on_odd_texts() {
    for text in [
        "I'LL can'T o'clock 'ſ'S ''s 're 'Ve d'être",
        "HTTPServer XMLHttpRequest iPhone ABCdefGHI Éa ÀÉÎ ﬁnance ǅungla",
        "e\u{301}A\u{301}B \u{301}ABC \u{301}abc  \u{301} x\u{301}中文ABC中",
        "a\n\n  b \r\n\t c  \n\n   ",
        "a   \u{3000}\u{3000}第一条　　",
        "!!!///\n//\r\n/x ...\n\n/a 12345678 ½⅔ Ⅷ〇 ٣٤٥٦",
        "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}\u{FE0F} \u{E0100}",
        "   ",
        "\n",
        " 1  2   3",
        "x\u{85}y\u{2028}\u{2029} z\u{A0}\u{A0}w",
    ] {
        same_as_tiktoken(text);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2000))]
    #[test]
    fn counts_are_those_of_tiktoken_on_any_text(
        text in "([ \r\n\t]{0,3}|[A-Z]{1,3}|[a-zé]{1,4}|'[sStTrRvVeElLmMdDſ]{1,2}|[0-9½Ⅷ]{1,5}|[一-丂語あ]{1,4}|[/!.,。“”]{1,3}|\\p{M}|\\p{Lt}|\\p{Lm}|.){0,24}",
    ) {
        same_as_tiktoken(&text);
    }
}

/// Puts a file into the corpus.
fn write(dir: &Path, name: &str, content: &[u8]) {
    let path = dir.join("corpus").join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// A corpus of several types and formats, with a document that is read in parts, and its tokens.
fn mixed() -> (TempDir, u64) {
    let dir = TempDir::new().unwrap();
    let mut tokens = 0;
    let mut lines = String::new();
    for number in 0..3000 {
        let zh = format!("第{number}条　本办法所称语料，是指用于训练的文本数据。\n");
        let en = format!("Section {number}: it was the best of times, wasn't it?\n\tAnd so on.");
        for text in [zh, en] {
            tokens += Builtin::O200k.count(&text);
            lines += &(serde_json::json!({ "text": text }).to_string() + "\n");
        }
    }
    write(dir.path(), "chat/a.jsonl", lines.as_bytes());
    let document =
        "人间四月芳菲尽，山寺桃花始盛开。\nThe quick brown fox (2024) jumps!\n".repeat(30_000);
    assert!(document.len() > 2 << 20);
    tokens += Builtin::O200k.count(&document);
    write(dir.path(), "books/long.txt", document.as_bytes());
    let table = "id,text\n1,春眠不觉晓\n2,夜来风雨声\n";
    tokens += Builtin::O200k.count("春眠不觉晓") + Builtin::O200k.count("夜来风雨声");
    write(dir.path(), "poems/a.csv", table.as_bytes());
    (dir, tokens)
}

fn total(dir: &Path, run: &str) -> (Value, String) {
    let (summary, markdown) = report(dir, run);
    (summary["tokens"].clone(), markdown)
}

#[test]
fn exact_counts_are_those_of_every_text_by_any_number_of_threads() {
    let (dir, tokens) = mixed();
    let exact = ["--tokens", "exact", "--sidecar"];
    scan(dir.path(), "run", &exact);
    let (told, markdown) = total(dir.path(), "run");
    assert_eq!(told["mode"], "exact");
    assert_eq!(told["total"]["tokens"], tokens);
    assert_eq!(told["total"]["exact"], true);
    assert_eq!(told["tokenizer"]["name"], "o200k_base");
    assert!(
        markdown.contains(&format!("| all |  |  | {tokens} | – |")),
        "{markdown}"
    );
    let records: u64 = export(dir.path(), "run", "records")
        .iter()
        .map(|row| row["tokens"].as_u64().unwrap())
        .sum();
    assert_eq!(records, tokens);
    let bytes = |run: &str, name: &str| fs::read(dir.path().join(run).join(name)).unwrap();
    for (run, args) in [
        ("one", ["--threads", "1", "--max-memory", "4M"]),
        ("four", ["--threads", "4", "--max-memory", "16M"]),
    ] {
        scan(dir.path(), run, &[&exact[..], &args[..]].concat());
        for name in ["tally.json", "records.parquet"] {
            assert!(bytes(run, name) == bytes("run", name), "{name}");
        }
    }
}

#[test]
fn estimates_depend_on_the_corpus_alone_and_add_up() {
    let (dir, tokens) = mixed();
    scan(dir.path(), "run", &[]);
    let (told, _) = total(dir.path(), "run");
    assert_eq!(
        (&told["mode"], &told["one_in"]),
        (&"estimate".into(), &8.into())
    );
    let (low, high) = (&told["total"]["low"], &told["total"]["high"]);
    let covered = low.as_u64().unwrap()..=high.as_u64().unwrap();
    assert!(covered.contains(&tokens), "{tokens} in {covered:?}");
    let sum = |of: &str| -> u64 {
        let values: Vec<&Value> = match &told[of] {
            Value::Array(all) => all.iter().collect(),
            Value::Object(all) => all.values().collect(),
            other => panic!("{other}"),
        };
        values
            .iter()
            .map(|one| one["tokens"].as_u64().unwrap())
            .sum()
    };
    for of in ["types", "sources", "strata"] {
        assert_eq!(sum(of), told["total"]["tokens"], "{of}");
    }
    assert_eq!(export(dir.path(), "run", "records").len(), 0);
    let tallied = tally(dir.path(), "run");
    for threads in ["1", "4"] {
        scan(
            dir.path(),
            threads,
            &["--threads", threads, "--max-memory", "4M"],
        );
        assert_eq!(tally(dir.path(), threads), tallied);
    }
}

#[test]
fn tokens_that_are_not_wanted_are_not_counted() {
    let (dir, _) = mixed();
    write(dir.path(), "yujian.toml", b"[tokens]\nmode = \"off\"\n");
    scan(dir.path(), "run", &[]);
    let (told, markdown) = total(dir.path(), "run");
    assert!(told.is_null() && !markdown.contains("## Tokens"));
    assert!(
        !tally(dir.path(), "run")
            .to_string()
            .contains("\"passages\"")
    );
}

#[test]
fn a_tokenizer_that_is_not_there_is_named_before_anything_is_read() {
    let (dir, _) = mixed();
    let (code, told) = try_scan(dir.path(), "run", &["--tokenizer", "gpt9"]);
    assert!(
        code == 2 && told.contains("`gpt9`") && told.contains("o200k_base"),
        "{told}"
    );
    write(dir.path(), "tokenizer.json", b"{}");
    let (code, told) = try_scan(dir.path(), "run", &["--tokenizer", "corpus/tokenizer.json"]);
    let hint = match cfg!(feature = "tokenizer-json") {
        true => "is no tokenizer",
        false => "--features tokenizer-json",
    };
    assert!(code == 2 && told.contains(hint), "{told}");
    assert!(!dir.path().join("run").exists());
}

#[test]
#[cfg(feature = "tokenizer-json")]
fn the_tokenizer_of_a_file_counts() {
    let (dir, _) = mixed();
    let words = serde_json::json!({
        "version": "1.0",
        "truncation": { "direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0 },
        "padding": null,
        "added_tokens": [],
        "normalizer": null,
        "pre_tokenizer": { "type": "WhitespaceSplit" },
        "post_processor": null,
        "decoder": null,
        "model": { "type": "WordLevel", "vocab": { "[UNK]": 0, "the": 1 }, "unk_token": "[UNK]" },
    });
    fs::write(dir.path().join("words.json"), words.to_string()).unwrap();
    let args = [
        "--tokenizer",
        "words.json",
        "--tokens",
        "exact",
        "--sidecar",
    ];
    scan(dir.path(), "run", &args);
    let rows = export(dir.path(), "run", "records");
    let english = rows
        .iter()
        .find(|row| row["path"] == "chat/a.jsonl" && row["record"] == 1);
    // Section 0: it was the best of times, wasn't it? And so on.
    assert_eq!(english.unwrap()["tokens"], 13);
    let (told, _) = total(dir.path(), "run");
    assert_eq!(told["tokenizer"]["name"], "words.json");
    assert_eq!(told["total"]["exact"], true);
}

/// Estimates of open corpora are within the interval that they give, and it is narrow.
#[test]
fn intervals_cover_what_open_corpora_have() {
    let dir = TempDir::new().unwrap();
    for file in ["open_zh.jsonl", "open_en.jsonl", "open_mixed.jsonl"] {
        let Some(text) = open_corpus(file) else {
            return;
        };
        write(dir.path(), file, text.as_bytes());
    }
    write(
        dir.path(),
        "yujian.toml",
        b"[corpus]\nsource = \"source\"\n",
    );
    scan(dir.path(), "exact", &["--tokens", "exact"]);
    scan(dir.path(), "estimate", &[]);
    let (exact, _) = total(dir.path(), "exact");
    let (told, _) = total(dir.path(), "estimate");
    let (mut covered, mut all) = (0, 0);
    let strata = |told: &Value| told["strata"].as_array().unwrap().clone();
    for (stratum, exact) in strata(&told).iter().zip(strata(&exact)) {
        assert_eq!(stratum["source"], exact["source"]);
        let number = |value: &Value| value.as_u64().unwrap();
        let tokens = number(&exact["tokens"]);
        let inside = (number(&stratum["low"])..=number(&stratum["high"])).contains(&tokens);
        println!("{inside:5} {tokens:9} {stratum}");
        if stratum["exact"] == false && stratum["borrowed"] == false {
            all += 1;
            covered += u32::from(inside);
        }
    }
    assert!(all >= 10 && covered * 100 >= all * 80, "{covered} of {all}");
    let total = &told["total"];
    let (low, high) = (
        total["low"].as_f64().unwrap(),
        total["high"].as_f64().unwrap(),
    );
    let tokens = exact["total"]["tokens"].as_f64().unwrap();
    println!("{tokens} {total}");
    assert!((low..=high).contains(&tokens));
    assert!((high - low) / tokens < 0.04);
}

//! Packs of known works: made, merged, scanned with, and refused when they are not right.

use std::fs;

use serde_json::{Value, json};

use super::command::{Bench, told};
use super::packed::gzip;
use super::same_bytes::bytes_of;

/// Text that says nothing, other for every seed; no two stretches of it are alike.
fn prose(seed: u64, length: usize) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut text = String::new();
    for at in 0..length {
        text.push(char::from_u32(0x4E00 + (next() >> 33) as u32 % 3000).unwrap());
        if at % 13 == 12 {
            text.push(',');
        }
    }
    text
}

fn cut(text: &str, from: usize, length: usize) -> String {
    text.chars().skip(from).take(length).collect()
}

/// A folder of two works with a manifest, and the pack of it.
fn works(bench: &Bench) -> [String; 2] {
    let works = [prose(1, 8000), prose(2, 8000)];
    fs::create_dir(bench.path("works")).unwrap();
    fs::write(bench.path("works/a.txt"), &works[0]).unwrap();
    fs::write(bench.path("works/b.txt"), &works[1]).unwrap();
    fs::write(
        bench.path("works/works.csv"),
        "file,title,author,holder,isbn\na.txt,甲书,某甲,某社,978-7-111-00000-0\n",
    )
    .unwrap();
    let (code, text) = told(&bench.yujian(&["works", "index", "works", "-o", "works.pack"]));
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("2 works"), "{text}");
    works
}

fn of_works(bench: &Bench, run: &str) -> Vec<Value> {
    let mut findings = bench.export(run, "findings");
    findings.retain(|finding| {
        let rule = finding["rule"].as_str().unwrap_or_default();
        rule.starts_with("rights.works.")
    });
    findings
}

#[test]
fn quotations_and_copies_are_told_with_work_place_and_shares() {
    let bench = Bench::new();
    let [a, b] = works(&bench);
    let quoted = format!(
        "{}{}{}",
        prose(10, 3000),
        cut(&a, 1000, 80),
        prose(11, 3000)
    );
    let long = format!("{}{}", prose(12, 700_000), cut(&b, 100, 7000));
    let lines = [
        json!({"id": "quoted", "text": quoted}),
        json!({"id": "copied", "text": cut(&b, 2000, 1200)}),
        json!({"id": "neither", "text": prose(13, 3000)}),
        json!({"id": "two", "messages": [{"content": cut(&a, 5000, 400)}, {"content": cut(&b, 5000, 400)}]}),
        json!({"id": "long", "text": long}),
    ];
    let lines: Vec<String> = lines.iter().map(|line| format!("{line}\n")).collect();
    bench.file("a.jsonl", lines.concat().as_bytes());
    bench.file("escaped.jsonl", escaped(&long).as_bytes());
    bench.file("b.txt", long.as_bytes());
    let (code, text) = bench.scan(&["--works", "works.pack"]);
    assert_eq!(code, 0, "{text}");
    let found = of_works(&bench, "run");
    let of = |shard: &str, record: u64| -> Vec<&Value> {
        let own = |f: &&Value| f["path"] == shard && f["record"] == record;
        found.iter().filter(own).collect()
    };
    let [one] = of("a.jsonl", 0)[..] else {
        panic!("{found:?}")
    };
    assert_eq!(one["rule"], "rights.works.quoted");
    let details = details(one);
    assert_eq!(details["title"], "甲书");
    assert_eq!(details["author"], "某甲");
    assert_eq!(details["holder"], "某社");
    let start = quoted.find(&cut(&a, 1000, 80)).unwrap() as u64;
    assert!(
        one["span"][0].as_u64().unwrap().abs_diff(start) <= 12,
        "{one}"
    );
    let end = start + cut(&a, 1000, 80).len() as u64;
    assert!(
        one["span"][1].as_u64().unwrap().abs_diff(end) <= 12,
        "{one}"
    );
    assert_eq!(of("a.jsonl", 1)[0]["rule"], "rights.works.copied");
    assert!(of("a.jsonl", 2).is_empty());
    let fields: Vec<_> = of("a.jsonl", 3)
        .iter()
        .map(|f| f["field"].clone())
        .collect();
    assert_eq!(fields, ["messages[0].content", "messages[1].content"]);
    // The same text in one piece, escaped, and as a file.
    let places = |found: Vec<&Value>| -> Vec<[Value; 3]> {
        let place = |f: &&Value| ["span", "code_points", "rule"].map(|key| f[key].clone());
        found.iter().map(place).collect()
    };
    let long = places(of("a.jsonl", 4));
    assert_eq!(long.len(), 1);
    assert_eq!(places(of("escaped.jsonl", 0)), long);
    assert_eq!(places(of("b.txt", 0)), long);
}

fn details(finding: &Value) -> Value {
    match &finding["details"] {
        Value::String(text) => serde_json::from_str(text).unwrap(),
        other => other.clone(),
    }
}

/// A line of JSON in which every character is escaped.
fn escaped(text: &str) -> String {
    let units = text.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
    format!("{{\"text\":\"{}\"}}\n", units.collect::<String>())
}

#[test]
fn threads_chunks_and_mapping_change_no_byte_of_overlaps() {
    let bench = Bench::new();
    let [a, b] = works(&bench);
    let line = |n: usize| {
        let text = format!("{}{}", prose(n as u64 + 100, 900), cut(&a, n * 31, 120 + n));
        format!("{}\n", json!({"text": text}))
    };
    bench.file("a.jsonl", (0..200).map(line).collect::<String>().as_bytes());
    bench.file("b.txt", format!("{}{b}", prose(5, 900_000)).as_bytes());
    let mut runs = Vec::new();
    for (number, args) in [
        &["--threads", "1"][..],
        &["--threads", "3", "--max-memory", "1M"],
        &["--threads", "2", "--no-mmap", "--max-memory", "1M"],
    ]
    .iter()
    .enumerate()
    {
        let run = format!("run{number}");
        let mut all = vec!["scan", "corpus", "-q", "-o", &run, "--key-file", "key"];
        all.extend(["--works", "works.pack"]);
        all.extend(*args);
        let (code, text) = told(&bench.yujian(&all));
        assert_eq!(code, 0, "{text}");
        runs.push(bytes_of(&bench.path(&run)));
    }
    assert!(of_works(&bench, "run0").len() > 200);
    assert!(runs.iter().all(|run| *run == runs[0]));
}

#[test]
fn packs_are_part_of_what_a_run_is_of() {
    let bench = Bench::new();
    let [a, _] = works(&bench);
    bench.file("a.jsonl", format!("{}\n", json!({"text": a})).as_bytes());
    fs::write(
        bench.path("corpus/yujian.toml"),
        "[rights]\nworks = [\"../works.pack\"]\n",
    )
    .unwrap();
    assert_eq!(bench.scan(&[]).0, 0);
    assert_eq!(of_works(&bench, "run").len(), 1);
    let run: Value =
        serde_json::from_slice(&fs::read(bench.path("run/run.json")).unwrap()).unwrap();
    assert_eq!(run["works"][0]["name"], "works.pack");
    // With other packs everything is scanned, whatever an earlier run says.
    fs::remove_file(bench.path("corpus/yujian.toml")).unwrap();
    let args = [
        "scan",
        "corpus",
        "-o",
        "next",
        "--key-file",
        "key",
        "--since",
        "run",
    ];
    let (code, text) = told(&bench.yujian(&args));
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("everything is scanned"), "{text}");
    assert!(of_works(&bench, "next").is_empty());
    for (pack, what) in [
        ("nowhere.pack", "nowhere.pack"),
        ("key", "key: it is no pack"),
    ] {
        let args = [
            "scan",
            "corpus",
            "-o",
            "none",
            "--key-file",
            "key",
            "--works",
            pack,
        ];
        let (code, text) = told(&bench.yujian(&args));
        assert_eq!(code, 2);
        assert!(text.contains(what), "{text}");
        assert!(!bench.path("none").exists());
    }
}

#[test]
fn what_is_not_in_the_pack_is_named() {
    let bench = Bench::new();
    works(&bench);
    fs::copy(bench.path("works/a.txt"), bench.path("works/again.txt")).unwrap();
    fs::write(bench.path("works/empty.txt"), "").unwrap();
    fs::write(bench.path("works/marks.txt"), "……。。。").unwrap();
    fs::write(bench.path("works/short.txt"), "床前明月光,疑是地上霜。").unwrap();
    fs::write(
        bench.path("works/cover.txt"),
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    )
    .unwrap();
    let cut_off = gzip(prose(3, 4000).as_bytes());
    fs::write(
        bench.path("works/cut.txt.gz"),
        &cut_off[..cut_off.len() / 2],
    )
    .unwrap();
    let (code, text) = told(&bench.yujian(&["works", "index", "works", "-o", "all.pack"]));
    assert_eq!(code, 2, "{text}");
    for (path, why) in [
        ("again.txt", "the same text as a.txt"),
        ("empty.txt", "empty"),
        ("marks.txt", "no text"),
        ("short.txt", "too short"),
        ("cover.txt", "left out"),
        ("cut.txt.gz", "cannot be read"),
    ] {
        let line = text.lines().find(|line| line.starts_with(path));
        assert!(
            line.is_some_and(|line| line.contains(why)),
            "{path}: {text}"
        );
    }
    assert!(text.contains("2 works"), "{text}");
    let (code, text) = told(&bench.yujian(&["works", "show", "all.pack"]));
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("甲书") && text.contains('b'), "{text}");
    // A manifest that names what is not there.
    fs::write(
        bench.path("works/works.csv"),
        "file,title\na.txt,甲\ngone.txt,乙\n",
    )
    .unwrap();
    let (code, text) = told(&bench.yujian(&["works", "index", "works", "-o", "none.pack"]));
    assert_eq!(code, 2);
    assert!(
        text.contains("works.csv:3") && text.contains("gone.txt"),
        "{text}"
    );
    assert!(!bench.path("none.pack").exists());
}

#[test]
fn packs_are_merged_and_asked() {
    let bench = Bench::new();
    let [a, b] = works(&bench);
    for name in ["a", "b"] {
        let (file, pack) = (format!("works/{name}.txt"), format!("{name}.pack"));
        let (code, text) = told(&bench.yujian(&["works", "index", &file, "-o", &pack]));
        assert_eq!(code, 0, "{text}");
    }
    let args = ["works", "merge", "b.pack", "a.pack", "-o", "both.pack"];
    let (code, text) = told(&bench.yujian(&args));
    assert_eq!(code, 0, "{text}");
    for (query, title) in [
        (cut(&a, 100, 60), Some("a")),
        (cut(&b, 100, 60), Some("b")),
        (prose(9, 60), None),
    ] {
        let args = ["works", "check", "both.pack", "--json", "--query", &query];
        let output = bench.yujian(&args);
        let (code, text) = told(&output);
        assert_eq!(code, i32::from(title.is_some()), "{text}");
        if let Some(title) = title {
            let told: Value = serde_json::from_str(text.trim()).unwrap();
            assert_eq!(told["work"]["title"], title);
            assert_eq!(told["passages"][0]["start"], 0);
        }
    }
}

#[test]
fn items_of_a_test_bank_are_found_in_a_corpus() {
    let bench = Bench::new();
    fs::write(
        bench.path("bank.jsonl"),
        "{\"id\":\"q1\",\"question\":\"请说明为什么河水总是从高处向低处流动\",\"class\":\"A.1.a\"}\n\
         {\"id\":\"q2\",\"question\":\"水的沸点是多少度\",\"class\":\"A.1.b\"}\n",
    )
    .unwrap();
    let args = [
        "works",
        "index",
        "--items",
        "--text",
        "question",
        "bank.jsonl",
        "-o",
        "bank.pack",
    ];
    let (code, text) = told(&bench.yujian(&args));
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("bank.jsonl#q2: too short"), "{text}");
    let leaked = "他问:請說明為什麼河水總是從高處\n向低處流動?";
    let lines = [leaked, "河水总是从高处向低处流动。", "水的沸点是多少度"];
    let lines: Vec<String> = lines
        .iter()
        .map(|text| format!("{}\n", json!({"text": text})))
        .collect();
    bench.file("a.jsonl", lines.concat().as_bytes());
    let (code, text) = bench.scan(&["--works", "bank.pack"]);
    assert_eq!(code, 0, "{text}");
    let found = of_works(&bench, "run");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["rule"], "rights.works.item");
    assert_eq!(details(&found[0])["title"], "bank.jsonl#q1");
}

#[test]
fn a_run_can_be_asked_whether_a_text_is_in_it() {
    let bench = Bench::new();
    let [a, b] = [prose(1, 30_000), prose(2, 2000)];
    let line = |text: &str| format!("{}\n", json!({"text": text}));
    let lines: String = (0..30).map(|n| line(&cut(&a, n * 1000, 1000))).collect();
    bench.file("a.jsonl", lines.as_bytes());
    bench.file("b.txt", b.as_bytes());
    bench.file("c.jsonl.gz", &gzip(lines.repeat(40).as_bytes()));
    let mut runs = Vec::new();
    for (number, threads) in ["1", "3"].iter().enumerate() {
        let run = format!("run{number}");
        let mut all = vec!["scan", "corpus", "-q", "--membership", "-o", &run];
        all.extend([
            "--key-file",
            "key",
            "--threads",
            threads,
            "--max-memory",
            "1M",
        ]);
        let (code, text) = told(&bench.yujian(&all));
        assert_eq!(code, 0, "{text}");
        runs.push(bytes_of(&bench.path(&run)));
    }
    assert_eq!(runs[0], runs[1]);
    for (query, title) in [
        (cut(&a, 7100, 80), Some("a.jsonl")),
        (cut(&b, 900, 80), Some("b.txt")),
        (prose(9, 80), None),
    ] {
        let output = bench.yujian(&["works", "check", "run0", "--json", "--query", &query]);
        let (code, text) = told(&output);
        assert_eq!(code, i32::from(title.is_some()), "{text}");
        let titles: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .collect();
        if let Some(title) = title {
            let named = |of: &Value| {
                let also = of["also"].as_array().unwrap();
                of["work"]["title"] == title || also.iter().any(|other| other == title)
            };
            assert!(titles.iter().any(named), "{text}");
            assert_eq!(titles[0]["query_share"], 1.0, "{text}");
        }
    }
    assert_eq!(bench.scan(&[]).0, 0);
    let (code, text) = told(&bench.yujian(&["works", "check", "run", "--query", "x"]));
    assert!(code == 2 && text.contains("--membership"), "{text}");
}

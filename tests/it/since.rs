//! `scan --since`: whatever changed in rules or corpus, the run is that of a full scan, byte for
//! byte but for the `environment` section of `run.json`.

use std::fs;

use assert_cmd::Command;
use proptest::prelude::*;
use serde_json::Value;

use crate::packed::gzip;

#[path = "since_bench.rs"]
mod bench;
#[path = "since_formats.rs"]
mod formats;

use bench::{
    Bench, Files, RULES, base, corpus, edited, pack, records, rule, scanned, told, unheard,
    with_pack,
};

/// How a scan since another one ended.
fn why_full(since: &Value) -> Option<&str> {
    since["full_scan_because"].as_str()
}

#[test]
fn every_edit_of_keyword_rules_equals_a_full_scan() {
    let bench = scanned(&[]);
    let fresh = |body: &str| with_pack(&[rule("a.more.new", body, "low")]);
    let file = "pack.toml";
    let edits: Vec<(&str, Files)> = vec![
        ("nothing", base()),
        ("a new rule", fresh(r#"terms = ["裸聊", "翻墙软件"]"#)),
        (
            "a new combination",
            fresh(r#"all_of = [["代开发票", "优惠券"], ["加微信"]]"#),
        ),
        (
            "a new rule with a known term",
            fresh(r#"terms = ["刷單返利", "五四一八八"]"#),
        ),
        (
            "a new rule without folds",
            fresh("terms = [\"会员\", \"裸聊\"]\nfolds_off = [\"noise\"]"),
        ),
        (
            "a new rule with a leading word",
            fresh(r#"terms = ["会员"]"#),
        ),
        (
            "a new rule inside words",
            fresh("terms = [\"viagra\", \"agra\"]\nboundary = \"none\""),
        ),
        (
            "a new rule in disguise",
            fresh(
                "terms = [\"散步很好\", \"裸聊软件\"]\nevasion = [\"pinyin\", \"initials\", \"homophone\"]",
            ),
        ),
        (
            "a disguise more",
            edited(
                file,
                r#"terms = ["刷单返利", "兼职打字员"]"#,
                "terms = [\"刷单返利\", \"兼职打字员\"]\nevasion = [\"pinyin\", \"homophone\", \"initials\"]",
            ),
        ),
        (
            "a removed rule",
            edited(file, &rule(RULES[1].0, RULES[1].1, "high"), ""),
        ),
        (
            "a removed combination",
            edited(file, &rule(RULES[2].0, RULES[2].1, "high"), ""),
        ),
        (
            "another term",
            edited(file, r#""兼职打字员""#, r#""兼职打字员", "代开发票""#),
        ),
        ("a term less", edited(file, r#", "兼职打字员""#, "")),
        ("a term exchanged", edited(file, r#""麻古""#, r#""裸聊""#)),
        ("a word of a group less", edited(file, r#""百家乐", "#, "")),
        (
            "a word of a group more",
            edited(file, r#""加微信", "#, r#""加微信", "很多话", "#),
        ),
        ("another window", edited(file, "within = 20", "within = 5")),
        (
            "another threshold",
            edited(file, "min_count = 2", "min_count = 1"),
        ),
        (
            "another severity",
            edited(file, "severity = \"high\"", "severity = \"low\""),
        ),
        (
            "another title",
            edited(file, "zh = \"规则\"", "zh = \"别名\""),
        ),
        (
            "another risk",
            edited(
                file,
                "id = \"t.drugs\"",
                "id = \"t.drugs\"\nrisk = \"A.2.a\"",
            ),
        ),
        (
            "no ecology",
            edited(file, "id = \"t.drugs\"", "id = \"t.drugs\"\necology = []"),
        ),
        (
            "another confidence",
            edited(file, "confidence = 0.7", "confidence = 0.4"),
        ),
        (
            "an allow phrase more",
            edited(
                file,
                r#"allow = ["大麻烦"]"#,
                r#"allow = ["大麻烦", "。大麻"]"#,
            ),
        ),
        (
            "an allow phrase less",
            edited(file, r#"allow = ["大麻烦"]"#, ""),
        ),
        (
            "another not_near word",
            edited(file, r#"words = ["电影"]"#, r#"words = ["公园"]"#),
        ),
        (
            "a not_near word that is a term",
            edited(file, r#"words = ["电影"]"#, r#"words = ["大麻"]"#),
        ),
        (
            "another shared set",
            edited("shared.toml", r#""判处", "依法""#, r#""判处""#),
        ),
        (
            "a shared phrase less",
            edited("shared.toml", "冰毒蘑菇汤", "冰毒冰毒汤"),
        ),
        (
            "a term for values",
            edited(
                file,
                "id = \"t.fraud\"",
                "id = \"t.fraud\"\nentity = \"trick\"",
            ),
        ),
        ("rules in another order", {
            let rules: Vec<String> = RULES
                .iter()
                .rev()
                .map(|(id, body)| rule(id, body, "high"))
                .collect();
            let mut files = base();
            files.insert(file.to_owned(), pack("t", &rules));
            files
        }),
    ];
    for (number, (what, files)) in edits.iter().enumerate() {
        let folder = format!("rules-{number}");
        bench.rules(&folder, files);
        let since = bench.compare(&folder, &[]);
        assert_eq!(why_full(&since), None, "{what}");
        assert_eq!(since["files"], 8, "{what}: {since}");
        let (again, all) = (&since["records_again"], &since["records"]);
        assert!(
            again.as_u64() < all.as_u64().map(|all| all / 2),
            "{what}: {since}"
        );
    }
}

#[test]
fn what_words_cannot_tell_is_scanned_in_full_and_says_why() {
    let bench = scanned(&[]);
    let edits = [
        (
            "p.mobile",
            edited(
                "pack.toml",
                "context_confidence = 0.9",
                "context_confidence = 0.8",
            ),
        ),
        (
            "p.dump",
            edited("pack.toml", "at_least = 3", "at_least = 2"),
        ),
        (
            "p.member",
            edited("pack.toml", &rule(RULES[7].0, RULES[7].1, "high"), ""),
        ),
        (
            "nobody's",
            edited(
                "shared.toml",
                "[[phrase]]",
                "[[value]]\nvalue = \"13812345678\"\nreason = \"a test\"\n[[phrase]]",
            ),
        ),
        ("longest", edited("pack.toml", "within = 10", "within = 90")),
        (
            "order",
            edited("pack.toml", r#""冰毒", "麻古""#, r#""麻古", "冰毒""#),
        ),
        (
            "words differ",
            with_pack(&[rule("a.more.new", &unheard("另一词", 400), "low")]),
        ),
    ];
    for (number, (why, files)) in edits.iter().enumerate() {
        let folder = format!("rules-{number}");
        bench.rules(&folder, files);
        let since = bench.compare(&folder, &[]);
        let told = why_full(&since).unwrap_or_else(|| panic!("{why}: {since}"));
        assert!(told.contains(why), "{told}");
        assert_eq!(since["files"], 0);
    }
}

#[test]
fn options_that_bear_on_findings_mean_a_full_scan() {
    let bench = scanned(&[]);
    bench.write("other-key", "11".repeat(32).as_bytes());
    for (args, why) in [
        (vec!["--keep", "3"], "--keep"),
        (vec!["--sidecar"], "--sidecar"),
        (vec!["--tokens", "exact"], "--tokens"),
        (vec!["--tokenizer", "cl100k_base"], "--tokens"),
        (vec!["--key-file", "other-key"], "key"),
    ] {
        let since = bench.compare("old-rules", &args);
        assert!(why_full(&since).unwrap().contains(why), "{since}");
    }
    let config = "[corpus]\nsource = \"host\"\n";
    bench.write("corpus/yujian.toml", config.as_bytes());
    let since = bench.compare("old-rules", &[]);
    assert!(
        why_full(&since).unwrap().contains("configuration"),
        "{since}"
    );
}

#[test]
fn options_that_were_the_same_carry_over() {
    let more = with_pack(&[rule("a.more.new", r#"terms = ["裸聊", "今天"]"#, "low")]);
    for args in [
        &["--sidecar"][..],
        // Less is kept than is found, so that tables do not hold all values.
        &["--keep", "1"],
        &["--keep", "0"],
        &["--no-mmap"],
        &["--tokens", "exact", "--sidecar"],
        &["--tokens", "off"],
        &["--sidecar", "--keep", "1"],
    ] {
        let bench = scanned(args);
        bench.rules("new-rules", &more);
        let since = bench.compare("new-rules", args);
        assert_eq!(
            (why_full(&since), &since["files"]),
            (None, &8.into()),
            "{args:?}"
        );
        let since = bench.compare("old-rules", args);
        assert_eq!(
            (why_full(&since), &since["files"]),
            (None, &8.into()),
            "{args:?}"
        );
    }
}

#[test]
fn sources_by_record_carry_over() {
    let bench = Bench::new();
    corpus(&bench);
    bench.write(
        "corpus/yujian.toml",
        b"[corpus]\ntext = [\"text\", \"title\"]\nsource = \"host\"\n",
    );
    bench.rules("old-rules", &base());
    bench.scan("old-rules", "old", &[]);
    bench.rules(
        "new-rules",
        &with_pack(&[rule("a.more.new", r#"terms = ["翻墙软件"]"#, "low")]),
    );
    let since = bench.compare("new-rules", &[]);
    assert_eq!((why_full(&since), &since["files"]), (None, &8.into()));
}

#[test]
fn shards_that_are_new_changed_or_gone() {
    let bench = scanned(&[]);
    bench.rules(
        "new-rules",
        &with_pack(&[rule("a.more.new", r#"terms = ["裸聊"]"#, "low")]),
    );
    bench.write("corpus/a/0.jsonl", records(7, 50).as_bytes());
    bench.write("corpus/z.jsonl", records(8, 50).as_bytes());
    bench.write("corpus/a/2.jsonl.gz", &gzip(records(9, 300).as_bytes()));
    fs::remove_file(bench.path("corpus/b/3.jsonl.zst")).unwrap();
    // The same length, other bytes.
    let big = fs::read_to_string(bench.path("corpus/d/big.jsonl")).unwrap();
    bench.write(
        "corpus/d/big.jsonl",
        big.replacen("散步", "刷单", 1).as_bytes(),
    );
    let since = bench.compare("new-rules", &[]);
    assert_eq!(
        (why_full(&since), &since["files"]),
        (None, &5.into()),
        "{since}"
    );
    assert!(since["records_again"].as_u64() < since["records"].as_u64());
}

#[test]
fn a_run_since_another_can_be_built_on() {
    let bench = scanned(&[]);
    bench.rules(
        "second",
        &with_pack(&[rule("a.more.new", r#"terms = ["裸聊"]"#, "low")]),
    );
    bench.rules(
        "third",
        &edited("pack.toml", r#""冰毒", "#, r#""冰毒", "代开发票", "#),
    );
    bench.scan("second", "next", &["--since", "old"]);
    fs::remove_dir_all(bench.path("old")).unwrap();
    fs::rename(bench.path("next"), bench.path("old")).unwrap();
    let since = bench.compare("third", &[]);
    assert_eq!((why_full(&since), &since["files"]), (None, &8.into()));
}

#[test]
fn what_is_no_run_is_refused_and_what_is_another_version_is_not() {
    let bench = scanned(&[]);
    let refused = |what: &str| {
        let output = bench.scan("old-rules", "delta", &["--since", "old"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(told(&output).contains(what), "{}", told(&output));
        assert!(!bench.path("delta").exists(), "nothing is begun");
    };
    // A byte of a table.
    let table = fs::read(bench.path("old/findings.parquet")).unwrap();
    let mut damaged = table.clone();
    damaged[table.len() / 2] ^= 1;
    bench.write("old/findings.parquet", &damaged);
    refused("digest");
    bench.write("old/findings.parquet", &table);
    // Another version of the format, or of the program.
    let manifest = fs::read_to_string(bench.path("old/run.json")).unwrap();
    for (from, to) in [
        ("\"format_version\": ", "\"format_version\": 9"),
        ("\"tool_version\": \"", "\"tool_version\": \"9."),
    ] {
        bench.write("old/run.json", manifest.replacen(from, to, 1).as_bytes());
        let since = bench.compare("old-rules", &[]);
        assert!(why_full(&since).unwrap().contains("version"), "{since}");
    }
    // A run that does not hold its rules.
    let mut bare: Value = serde_json::from_str(&manifest).unwrap();
    bare["files"]
        .as_object_mut()
        .unwrap()
        .remove("basis.jsonl.zst")
        .unwrap();
    bench.write("old/run.json", bare.to_string().as_bytes());
    let since = bench.compare("old-rules", &[]);
    assert!(
        why_full(&since).unwrap().contains("hold the rules"),
        "{since}"
    );
    fs::remove_file(bench.path("old/run.json")).unwrap();
    refused("is not a run");
    fs::create_dir(bench.path("old/checkpoint")).unwrap();
    refused("not complete");
    fs::remove_dir_all(bench.path("old")).unwrap();
    refused("there is no run");
}

#[test]
fn without_a_key_nothing_is_different() {
    let bench = Bench::new();
    corpus(&bench);
    bench.rules("old-rules", &base());
    bench.rules(
        "new-rules",
        &with_pack(&[rule("a.more.new", r#"terms = ["裸聊"]"#, "low")]),
    );
    let scan = |rules: &str, run: &str, args: &[&str]| {
        let mut command = Command::cargo_bin("yujian").unwrap();
        command
            .current_dir(bench.dir.path())
            .env_remove("HOME")
            .env_remove("XDG_CONFIG_HOME");
        command
            .args([
                "scan",
                "corpus",
                "--no-builtin",
                "--rules",
                rules,
                "-o",
                run,
            ])
            .args(args);
        command.output().unwrap();
    };
    scan("old-rules", "old", &["--keep", "1"]);
    scan("new-rules", "full", &["--keep", "1"]);
    scan("new-rules", "delta", &["--keep", "1", "--since", "old"]);
    let since = bench.same("full", "delta");
    assert_eq!((why_full(&since), &since["files"]), (None, &8.into()));
}

#[test]
fn a_killed_scan_since_another_resumes_to_the_same_bytes() {
    let bench = Bench::new();
    for shard in 0..12 {
        let content = records(shard, 4000);
        bench.write(&format!("corpus/{shard}.jsonl"), content.as_bytes());
    }
    bench.rules("old-rules", &base());
    bench.rules(
        "new-rules",
        &with_pack(&[rule("a.more.new", r#"terms = ["公园", "裸聊"]"#, "low")]),
    );
    let args = ["--since", "old", "--max-memory", "4M", "--threads", "2"];
    bench.scan("old-rules", "old", &args[2..]);
    bench.scan("new-rules", "full", &args[2..]);
    let mut interrupted = false;
    for wait in [0, 1, 3, 10, 30, 60, 150, 300, 600, 1200] {
        let _ = fs::remove_dir_all(bench.path("delta"));
        let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("yujian"))
            .current_dir(bench.dir.path())
            .args(["scan", "corpus", "-q", "--no-builtin", "--rules"])
            .args(["new-rules", "-o", "delta", "--key-file", "key"])
            .args(args)
            .spawn()
            .unwrap();
        let log = bench.path("delta/checkpoint/pieces.log");
        while !log.exists() && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        std::thread::sleep(std::time::Duration::from_millis(wait));
        let _ = child.kill();
        child.wait().unwrap();
        if bench.path("delta/run.json").exists() {
            break;
        }
        // With anything taken down, another way to go on is refused.
        if fs::metadata(&log).unwrap().len() > 4096 {
            interrupted = true;
            let output = bench.scan("new-rules", "delta", &["--resume"]);
            assert_eq!(output.status.code(), Some(2));
            assert!(told(&output).contains("--since"), "{}", told(&output));
        }
        let resumed = bench.scan("new-rules", "delta", &["--resume", "--since", "old"]);
        assert_eq!(resumed.status.code(), Some(2), "{}", told(&resumed));
        let since = bench.same("full", "delta");
        assert_eq!((why_full(&since), &since["files"]), (None, &12.into()));
    }
    assert!(interrupted, "no scan was killed while it ran");
}

/// Edits that can be combined, each a text of the pack and what takes its place.
const EDITS: [(&str, &str); 12] = [
    (r#""刷单返利", "#, ""),
    (r#""刷单返利""#, r#""刷单返利", "裸聊""#),
    (r#""麻古""#, r#""麻古", "代开发票""#),
    (r#""百家乐", "时时彩""#, r#""百家乐""#),
    (r#""加微信", "#, r#""加微信", "优惠券", "#),
    ("min_count = 2", "min_count = 3"),
    ("within = 20", "within = 12"),
    (r#"allow = ["大麻烦"]"#, r#"allow = ["大麻烦", "大麻大麻"]"#),
    (r#"terms = ["大麻"]"#, r#"terms = ["大麻", "麻烦"]"#),
    (r#""54188""#, r#""五四一八八""#),
    (r#"words = ["电影"]"#, r#"words = ["电影", "天气"]"#),
    (r#"["viagra", "#, r#"["viagra", "agra", "#),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_edits_of_any_corpus_equal_a_full_scan(seed: u32, before in 0u16..1 << 12, edits in proptest::collection::vec(0..EDITS.len(), 1..4)) {
        let bench = Bench::new();
        let apply = |which: u16| {
            let mut files = base();
            let text = files.get_mut("pack.toml").unwrap();
            for (number, (from, to)) in EDITS.iter().enumerate() {
                if which >> number & 1 == 1 {
                    *text = text.replacen(from, to, 1);
                }
            }
            files
        };
        bench.write("corpus/a.jsonl", records(seed.into(), 300).as_bytes());
        bench.write("corpus/b.jsonl.gz", &gzip(records(u64::from(seed) + 1, 100).as_bytes()));
        bench.rules("old-rules", &apply(before));
        let after = edits.iter().fold(before, |which, edit| which ^ 1 << edit);
        bench.rules("new-rules", &apply(after));
        bench.scan("old-rules", "old", &["--keep", "2"]);
        let since = bench.compare("new-rules", &["--keep", "2"]);
        prop_assert!(why_full(&since).is_none_or(|why| why.contains("order")), "{}", since);
    }
}

//! What is broken or hostile ends in one counted, explained failure, and everything else is read.

use std::collections::BTreeMap;
use std::fs;

use super::command::Bench;
use super::formats::{documents, jsonl, table};
use super::packed::{bzip2, gzip, lz4, tar_of, xz, zip_of};

#[test]
fn what_is_broken_is_read_as_far_as_it_goes_and_fails() {
    let bench = Bench::new();
    let documents = documents();
    let lines = jsonl(&documents).repeat(30);
    let list = format!("[{}]", lines.trim_end().replace('\n', ","));
    let comma = table(&documents, b',').repeat(30);
    let half = |bytes: Vec<u8>| bytes[..bytes.len() / 2].to_vec();
    let tar = tar_of(&[("a.jsonl", lines.as_bytes()), ("b.jsonl", lines.as_bytes())]);
    let zip = zip_of(&[("a.jsonl", lines.as_bytes())]);
    for (name, content) in [
        ("cut.jsonl.xz", half(xz(lines.as_bytes()))),
        ("cut.jsonl.bz2", half(bzip2(lines.as_bytes()))),
        ("cut.jsonl.lz4", half(lz4(lines.as_bytes()))),
        ("cut.json", half(list.clone().into_bytes())),
        ("cut.json.gz", half(gzip(list.as_bytes()))),
        ("cut.csv.gz", half(gzip(comma.as_bytes()))),
        ("cut.tar", tar[..tar.len() * 3 / 4].to_vec()),
        ("cut.tar.gz", half(gzip(&tar))),
        ("cut.zip", half(zip.clone())),
        ("twice.jsonl.gz", gzip(&gzip(lines.as_bytes()))),
        (
            "tail.jsonl.xz",
            [xz(lines.as_bytes()), b"garbage".to_vec()].concat(),
        ),
        (
            "tail.jsonl.bz2",
            [bzip2(lines.as_bytes()), b"garbage".to_vec()].concat(),
        ),
        (
            "tail.jsonl.lz4",
            [lz4(lines.as_bytes()), b"garbage".to_vec()].concat(),
        ),
        ("tail.tar", [tar.clone(), vec![b'x'; 2048]].concat()),
        (
            "garbage.json",
            format!("[{},]", documents.len()).into_bytes(),
        ),
        ("flipped.zip", flipped(&zip)),
    ] {
        bench.file(name, &content);
    }
    let (code, text) = bench.scan(&[]);
    assert_eq!(code, 2, "{text}");
    let shards = bench.export("run", "shards");
    let told: BTreeMap<&str, String> = shards
        .iter()
        .map(|s| {
            let some = s["records_scanned"].as_u64().unwrap() > 100;
            let reason = s["reason"].as_str().unwrap_or("-");
            let read = if some { "read" } else { "nothing" };
            (
                s["path"].as_str().unwrap(),
                format!("{} {reason} {read}", s["status"].as_str().unwrap()),
            )
        })
        .collect();
    let expected: BTreeMap<&str, &str> = [
        ("cut.csv.gz", "failed truncated read"),
        ("cut.json", "failed not-json read"),
        ("cut.json.gz", "failed truncated read"),
        ("cut.jsonl.bz2", "failed truncated read"),
        ("cut.jsonl.lz4", "failed truncated nothing"),
        ("cut.jsonl.xz", "failed truncated nothing"),
        ("cut.tar", "failed bad-archive nothing"),
        ("cut.tar!a.jsonl", "scanned - read"),
        ("cut.tar!b.jsonl", "failed truncated read"),
        ("cut.tar.gz", "failed truncated nothing"),
        ("cut.tar.gz!a.jsonl", "failed truncated read"),
        ("cut.zip", "failed bad-archive nothing"),
        ("flipped.zip", "scanned - nothing"),
        ("flipped.zip!a.jsonl", "failed truncated read"),
        ("garbage.json", "failed not-json nothing"),
        ("tail.jsonl.bz2", "failed corrupt read"),
        ("tail.jsonl.lz4", "failed corrupt read"),
        ("tail.jsonl.xz", "failed truncated read"),
        ("tail.tar", "failed bad-archive nothing"),
        ("tail.tar!a.jsonl", "scanned - read"),
        ("tail.tar!b.jsonl", "scanned - read"),
        ("twice.jsonl.gz", "failed stacked-compression nothing"),
    ]
    .into();
    let told: BTreeMap<&str, &str> = told
        .iter()
        .map(|(path, what)| (*path, what.as_str()))
        .collect();
    assert_eq!(told, expected);
}

/// With one bit of the last byte of the first file's data changed.
fn flipped(zip: &[u8]) -> Vec<u8> {
    let directory = zip.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    let mut zip = zip.to_vec();
    zip[directory - 20] ^= 1;
    zip
}

#[test]
fn hostile_files_end_at_a_limit_that_is_named() {
    let bench = Bench::new();
    let zeros = vec![b' '; 80 << 20];
    let bomb = gzip(&zeros);
    assert!(bomb.len() < 100 << 10);
    bench.file("bomb.jsonl.gz", &bomb);
    bench.file(
        "bomb.tar.gz",
        &gzip(&tar_of(&[("a.jsonl.gz", &bomb), ("b.txt", b"b")])),
    );
    bench.file("bomb.zip", &zip_of(&[("a.txt", &zeros)]));
    let mut nested = tar_of(&[("a.txt", b"text")]);
    for _ in 0..6 {
        nested = tar_of(&[("a.tar", &nested)]);
    }
    bench.file("nested.tar", &nested);
    bench.file(
        "escape.tar",
        &tar_of(&[
            ("../../etc/cron.d/a", b"x"),
            ("/abs.txt", b"y"),
            ("ok.txt", b"z"),
        ]),
    );
    bench.file(
        "escape.zip",
        &zip_of(&[("..\\a.txt", b"x"), ("ok.txt", b"z")]),
    );
    bench.file("overlap.zip", &overlapping());
    let deep = format!(
        "[{{\"text\":\"a\"}},{}{},{{\"text\":\"b\"}}]",
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    bench.file("deep.json", deep.as_bytes());
    bench.file(
        "deep.jsonl",
        format!("{{\"a\":{}{}}}\n", "[".repeat(100_000), "]".repeat(100_000)).as_bytes(),
    );
    bench.file(
        "wide.csv",
        format!("id,text\n1,a\n{}\n2,b\n", "x,".repeat(1_000_000)).as_bytes(),
    );
    bench.file(
        "long.json",
        format!(
            "[{{\"text\":\"{}\",\"手机\":13912345678}},{{\"text\":\"b\"}}]",
            "x".repeat(3 << 20)
        )
        .as_bytes(),
    );
    bench.file(
        "long.jsonl.gz",
        &gzip(
            format!(
                "{{\"text\":\"a\"}}\n{{\"text\":\"{}\"}}\n{{\"text\":\"b\"}}\n",
                rich_text(40 << 20)
            )
            .as_bytes(),
        ),
    );
    let many: Vec<(String, Vec<u8>)> = (0..30).map(|i| (format!("{i}.txt"), vec![b'x'])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(n, c)| (n.as_str(), &c[..])).collect();
    bench.file("many.tar", &tar_of(&many));
    bench.file(
        "yujian.toml",
        b"[limits]\nratio = 100\nmembers = 20\nrecord_bytes = 2097152\n",
    );
    let (code, text) = bench.scan(&[]);
    assert_eq!(code, 2, "{text}");
    let shards = bench.export("run", "shards");
    let of = |path: &str| {
        shards
            .iter()
            .find(|s| s["path"] == path)
            .unwrap_or_else(|| panic!("{path}: {shards:?}"))
    };
    for (path, reason) in [
        ("bomb.jsonl.gz", "limit-ratio"),
        ("bomb.tar.gz", "limit-ratio"),
        ("bomb.tar.gz!a.jsonl.gz", "limit-ratio"),
        ("bomb.zip", "limit-ratio"),
        ("nested.tar!a.tar!a.tar!a.tar!a.tar!a.tar", "limit-nesting"),
        ("escape.tar!../../etc/cron.d/a", "path-escapes"),
        ("escape.tar!/abs.txt", "path-escapes"),
        ("escape.zip!..\\a.txt", "path-escapes"),
        ("overlap.zip", "overlapping-members"),
        ("many.tar", "limit-members"),
    ] {
        assert_eq!(of(path)["status"], "failed", "{path}: {}", of(path));
        assert_eq!(of(path)["reason"], reason, "{path}: {}", of(path));
    }
    for path in [
        "escape.tar!ok.txt",
        "escape.zip!ok.txt",
        "deep.json",
        "wide.csv",
        "long.json",
    ] {
        assert_eq!(of(path)["status"], "scanned", "{}", of(path));
    }
    let sentence = of("bomb.jsonl.gz")["error"].as_str().unwrap();
    assert!(
        sentence.contains("`ratio` in [limits]") && sentence.contains("100"),
        "{sentence}"
    );
    for (path, reason, records) in [
        ("deep.json", "limit-json-depth", 2),
        ("deep.jsonl", "limit-json-depth", 0),
        ("wide.csv", "limit-csv-columns", 2),
        ("long.jsonl.gz", "limit-record-bytes", 2),
    ] {
        assert_eq!(of(path)["reasons"][reason], 1, "{}", of(path));
        assert_eq!(of(path)["records_failed"], 1, "{}", of(path));
        assert_eq!(of(path)["records_scanned"], records, "{}", of(path));
    }
    // A record that cannot be held in memory is read string by string, and finds the same.
    assert_eq!(
        of("long.json")["reasons"]["note:long-record"],
        1,
        "{}",
        of("long.json")
    );
    assert_eq!(of("long.json")["records_scanned"], 2);
    let found = bench.export("run", "findings");
    let found: Vec<_> = found.iter().filter(|f| f["path"] == "long.json").collect();
    assert!(found.iter().any(|f| f["field"] == "手机"), "{found:?}");
    let run = fs::read_to_string(bench.path("run/run.json")).unwrap();
    assert!(run.contains("raise `json_depth` in [limits]"), "{run}");
}

/// Text that does not compress to nothing.
fn rich_text(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 64);
    let mut number = 0u64;
    while text.len() < bytes {
        text += blake3::hash(&number.to_le_bytes()).to_hex().as_str();
        number += 1;
    }
    text
}

/// A zip archive whose two directory entries name the same data.
fn overlapping() -> Vec<u8> {
    let mut zip = zip_of(&[("a.txt", b"text of a file"), ("b.txt", b"text of a file")]);
    let entries: Vec<usize> = zip
        .windows(4)
        .enumerate()
        .filter(|(_, w)| w == b"PK\x01\x02")
        .map(|(i, _)| i)
        .collect();
    // The offset of the local header stands at byte 42 of an entry.
    let first: Vec<u8> = zip[entries[0] + 42..entries[0] + 46].to_vec();
    zip[entries[1] + 42..entries[1] + 46].copy_from_slice(&first);
    zip
}

#[test]
fn links_that_lead_out_of_the_root_are_not_followed() {
    let bench = Bench::new();
    bench.file("a.txt", b"inside");
    fs::create_dir(bench.path("elsewhere")).unwrap();
    fs::write(bench.path("elsewhere/secret.txt"), "outside").unwrap();
    std::os::unix::fs::symlink("../elsewhere/secret.txt", bench.path("corpus/out.txt")).unwrap();
    std::os::unix::fs::symlink("../elsewhere", bench.path("corpus/out")).unwrap();
    let (code, text) = bench.scan(&[]);
    assert_eq!(code, 2, "{text}");
    let shards = bench.export("run", "shards");
    assert_eq!(shards.len(), 3, "{shards:?}");
    for path in ["out.txt", "out"] {
        let shard = shards.iter().find(|s| s["path"] == path).unwrap();
        assert_eq!(shard["reason"], "outside-root", "{shard}");
    }
}

//! Samples for people: the draw, what it refuses, and the sheets.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use calamine::{Data, Reader as _, Xlsx, open_workbook};
use serde_json::Value;

use super::command::{Bench, fixtures, told};
use super::packed::{gzip, tar_of, zstd};
use yujian::review::{Drawn, FileKey, Lowest, Question, allocate, seed_key};

/// A corpus of several formats and sources; every third text holds a number.
fn bench() -> Bench {
    let bench = Bench::new();
    let lines = |name: &str, n: usize| -> String {
        let line = |i: usize| match i % 3 {
            0 => format!(
                "{{\"id\":\"{name}{i}\",\"text\":\"第{i}条 手机1390000{:04} 完\",\"url\":\"https://example.com/{i}\"}}\n",
                i % 10_000
            ),
            // Lines that are no records have numbers too.
            1 if i % 10 == 1 => "\n".to_owned(),
            1 if i % 10 == 4 => "{\"broken\n".to_owned(),
            _ => format!("{{\"id\":\"{name}{i}\",\"text\":\"=没有什么 {i}\"}}\n"),
        };
        (0..n).map(line).collect()
    };
    bench.file("web/one.jsonl", lines("a", 900).as_bytes());
    bench.file("web/two.jsonl.gz", &gzip(lines("b", 300).as_bytes()));
    bench.file("books/three.jsonl.zst", &zstd(lines("c", 200).as_bytes()));
    bench.file(
        "books/four.tar",
        &tar_of(&[
            ("x.jsonl", lines("d", 40).as_bytes()),
            ("y.txt", "电话13900002468".as_bytes()),
        ]),
    );
    bench.file("books/table.csv", "id,text\n1,甲\n2,乙\n3,丙\n".as_bytes());
    bench.file(
        "notes/page.html",
        "<html><body><p>一页</p></body></html>".as_bytes(),
    );
    bench.file("notes/empty.txt", b"");
    // The same bytes at two places.
    bench.file("notes/copy.jsonl", lines("a", 30).as_bytes());
    bench.file("notes/copy2.jsonl", lines("a", 30).as_bytes());
    bench
}

/// Broken lines make a scan end with 2; the run is there all the same.
fn scanned() -> Bench {
    let bench = bench();
    let (code, text) = bench.scan(&["-q"]);
    assert!(bench.path("run/run.json").exists(), "{code} {text}");
    bench
}

fn sample(bench: &Bench, out: &str, more: &[&str]) -> (i32, String) {
    let mut args = vec!["sample", "run", "--corpus", "corpus", "-o", out];
    args.extend(more);
    told(&bench.yujian(&args))
}

fn lines(bench: &Bench, path: &str) -> Vec<Value> {
    let text = fs::read_to_string(bench.path(path)).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn described(bench: &Bench, out: &str) -> Value {
    serde_json::from_slice(&fs::read(bench.path(out).join("sample.json")).unwrap()).unwrap()
}

fn word<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap()
}

#[test]
fn the_same_seed_draws_the_same_on_any_number_of_threads_and_after_merging() {
    let bench = scanned();
    let more = ["--size", "100", "--seed", "7", "--format", "jsonl"];
    let (code, text) = sample(&bench, "one", &[&more[..], &["--threads", "1"]].concat());
    assert_eq!(code, 0, "{text}");
    let (code, text) = sample(&bench, "two", &[&more[..], &["--threads", "4"]].concat());
    assert_eq!(code, 0, "{text}");
    for part in ["1/2", "2/2"] {
        let out = format!("part{}", &part[..1]);
        let args = ["scan", "corpus", "-q", "-o", &out, "--key-file", "key"];
        bench.yujian(&[&args[..], &["--shard", part]].concat());
    }
    bench.yujian(&["merge", "part2", "part1", "-o", "merged"]);
    let args = ["sample", "merged", "--corpus", "corpus", "-o", "three"];
    let (code, text) = told(&bench.yujian(&[&args[..], &more].concat()));
    assert_eq!(code, 0, "{text}");
    for name in [
        "sample.json",
        "content.jsonl",
        "metadata.jsonl",
        "risk-record.jsonl",
        "rights-record.jsonl",
    ] {
        let one = fs::read(bench.path("one").join(name)).unwrap();
        for other in ["two", "three"] {
            let other = fs::read(bench.path(other).join(name)).unwrap();
            assert!(one == other, "{name}");
        }
    }
    // A workbook too, and the part of a run.
    for out in ["x1", "x2"] {
        assert_eq!(sample(&bench, out, &["--seed", "7"]).0, 0);
    }
    for name in ["content.xlsx", "metadata.xlsx"] {
        let read = |out: &str| fs::read(bench.path(out).join(name)).unwrap();
        assert!(read("x1") == read("x2"), "{name}");
    }
    let args = ["sample", "part1", "--corpus", "corpus", "-o", "p"];
    let (code, text) = told(&bench.yujian(&[&args[..], &["--shard", "1/2"]].concat()));
    assert_eq!(code, 0, "{text}");

    let (code, _) = sample(
        &bench,
        "other",
        &["--size", "100", "--seed", "8", "--format", "jsonl"],
    );
    assert_eq!(code, 0);
    let ids = |out: &str| -> BTreeSet<String> {
        let rows = lines(&bench, &format!("{out}/content.jsonl"));
        rows.iter()
            .map(|row| format!("{}#{}", word(row, "path"), row["record"]))
            .collect()
    };
    assert_ne!(ids("one"), ids("other"));
}

#[test]
fn weights_and_populations_are_those_of_the_run_and_rows_hold_the_records_they_name() {
    let bench = scanned();
    let (code, text) = sample(&bench, "out", &["--size", "100", "--format", "jsonl"]);
    assert_eq!(code, 0, "{text}");
    let of = described(&bench, "out");
    let run: Value =
        serde_json::from_slice(&fs::read(bench.path("run/run.json")).unwrap()).unwrap();
    for name in ["skipped", "failed"] {
        assert_eq!(of["frame"][name], run["totals"]["records"][name]);
        assert!(of["frame"][name].as_u64().unwrap() > 0);
    }
    let scanned = run["totals"]["records"]["scanned"].as_u64().unwrap();
    assert_eq!(of["frame"]["records"], scanned);
    let rows = of["rows"].as_array().unwrap();
    for set in of["sets"].as_array().unwrap() {
        let name = word(set, "name");
        assert_eq!(set["population"], scanned, "{name}");
        let mut stands_for = 0.0;
        for stratum in set["strata"].as_array().unwrap() {
            let mine = |row: &&Value| {
                let sets = row["sets"].as_array().unwrap();
                sets.iter()
                    .any(|s| s[0] == *name && s[1] == stratum["name"])
            };
            let drawn = rows.iter().filter(mine).count() as u64;
            assert_eq!(stratum["size"], drawn, "{name} {stratum}");
            let population = stratum["population"].as_u64().unwrap();
            match name {
                "manual" => {}
                "source" => assert_eq!(drawn, population.min(59)),
                _ => assert_eq!(drawn, population.min(100)),
            }
            stands_for += stratum["weight"].as_f64().unwrap() * drawn as f64;
        }
        assert!((stands_for - scanned as f64).abs() < 1e-6, "{name}");
    }
    // Fewer than the standard asks is told.
    assert_eq!(of["sets"][0]["asked"], 4000);
    assert_eq!(of["sets"][0]["enough"], false);
    assert!(text.contains("EVA-02"), "{text}");
    // Each record once a sheet, with the text that stands at its place.
    let mut seen = BTreeSet::new();
    for row in lines(&bench, "out/content.jsonl") {
        let (path, record) = (
            word(&row, "path").to_owned(),
            row["record"].as_u64().unwrap(),
        );
        assert!(seen.insert((path.clone(), record)));
        if path.ends_with(".jsonl") || path.contains("jsonl.") {
            let id = word(&row, "record_id");
            assert_eq!(id[1..].parse(), Ok(record), "{path}");
            assert!(word(&row, "text").contains(&id[1..]));
        }
    }
}

#[test]
fn nothing_is_asked_for_beyond_what_there_is() {
    let bench = scanned();
    let (code, text) = sample(&bench, "out", &["--plan", "manual", "--format", "jsonl"]);
    assert_eq!(code, 0, "{text}");
    let of = described(&bench, "out");
    assert_eq!(of["sets"][0]["enough"], true);
    assert_eq!(of["sets"][0]["size"], of["frame"]["records"]);
    let rows = lines(&bench, "out/content.jsonl");
    assert_eq!(rows.len() as u64, of["frame"]["records"].as_u64().unwrap());
    let paths: BTreeSet<&str> = rows.iter().map(|row| word(row, "path")).collect();
    for path in [
        "books/four.tar!x.jsonl",
        "books/four.tar!y.txt",
        "notes/page.html",
    ] {
        assert!(paths.contains(path), "{paths:?}");
    }
    assert!(of.get("technical").is_none());
}

#[test]
fn a_changed_corpus_is_refused_and_what_changed_is_named() {
    let bench = scanned();
    let path = bench.path("corpus/web/one.jsonl");
    let good = fs::read(&path).unwrap();
    let refused = |what: &str| {
        let (code, text) = sample(&bench, "out", &[]);
        assert_eq!(code, 2, "{text}");
        assert!(text.contains(what), "{text}");
        assert!(!bench.path("out").exists());
    };
    let mut bad = good.clone();
    bad[9] ^= 1;
    fs::write(&path, &bad).unwrap();
    refused("web/one.jsonl: its BLAKE3");
    fs::write(&path, &good[..good.len() - 1]).unwrap();
    refused("web/one.jsonl");
    fs::remove_file(&path).unwrap();
    refused("web/one.jsonl: it is not in the corpus");
    fs::write(&path, &good).unwrap();
    bench.file("web/more.txt", b"new");
    refused("web/more.txt: the run does not know it");
    fs::remove_file(bench.path("corpus/web/more.txt")).unwrap();
    let packed = bench.path("corpus/web/two.jsonl.gz");
    let whole = fs::read(&packed).unwrap();
    fs::write(&packed, gzip(b"{\"text\":\"x\"}\n")).unwrap();
    refused("web/two.jsonl.gz");
    fs::write(&packed, whole).unwrap();
    // The same files, read in another way.
    fs::write(
        bench.path("other.toml"),
        "[[source]]\nid = \"elsewhere\"\nmatch = [\"web/**\"]\n",
    )
    .unwrap();
    let (code, text) = sample(&bench, "out", &["--config", "other.toml"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("source web: 0 records"), "{text}");
    assert_eq!(sample(&bench, "out", &[]).0, 0);
    let (code, text) = sample(&bench, "out", &[]);
    assert!(code == 2 && text.contains("not empty"), "{text}");
}

#[test]
fn a_masked_sheet_holds_no_value_and_a_full_one_is_as_the_corpus() {
    let bench = scanned();
    let more = ["--plan", "manual", "--format", "jsonl"];
    assert_eq!(sample(&bench, "masked", &more).0, 0);
    let full = [&more[..], &["--text", "full"]].concat();
    assert_eq!(sample(&bench, "full", &full).0, 0);
    let masked = fs::read_to_string(bench.path("masked/content.jsonl")).unwrap();
    assert!(!masked.contains("1390000"), "a number is shown");
    assert!(masked.contains("手机*********** 完"));
    let full = fs::read_to_string(bench.path("full/content.jsonl")).unwrap();
    assert!(full.contains("手机13900000006 完"));
    // Rules that are not those of the run hide other things.
    fs::create_dir(bench.path("rules")).unwrap();
    let rule = "format = 1\n[pack]\nid = \"own\"\nversion = \"1\"\n";
    fs::write(bench.path("rules/own.toml"), rule).unwrap();
    let (code, text) = sample(&bench, "out", &["--rules", "rules"]);
    assert_eq!(code, 2, "{text}");
}

#[test]
fn a_value_that_is_cut_off_is_hidden_and_the_cut_is_told() {
    let bench = Bench::new();
    // The number lies across the end of what is shown.
    for (name, before) in [("a", 31_995), ("b", 31_990), ("c", 40_000)] {
        let text = format!(
            "{}电话13900002468{}",
            "字".repeat(before),
            "尾".repeat(90_000)
        );
        bench.file(&format!("{name}.txt"), text.as_bytes());
    }
    assert_eq!(bench.scan(&["-q"]).0, 0);
    let (code, text) = sample(&bench, "out", &["--plan", "manual", "--format", "jsonl"]);
    assert_eq!(code, 0, "{text}");
    let rows = lines(&bench, "out/content.jsonl");
    assert_eq!(rows.len(), 3);
    for row in rows {
        let text = word(&row, "text");
        assert_eq!(text.chars().count(), 32_000);
        assert!(!text.contains("1390"), "{}", word(&row, "path"));
        assert!(row["cut_from"].as_u64().unwrap() > 120_000);
    }
}

#[test]
fn a_workbook_is_as_wide_as_its_head_and_holds_no_formula() {
    let bench = scanned();
    assert_eq!(sample(&bench, "out", &[]).0, 0);
    let path = bench.path("out/content.xlsx");
    let mut book: Xlsx<_> = open_workbook(&path).unwrap();
    let names = book.sheet_names();
    assert_eq!(names, ["抽检表", "风险代码"]);
    let sheet = book.worksheet_range("抽检表").unwrap();
    let mut rows = sheet.rows();
    let head: Vec<String> = rows
        .next()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    let at = |title: &str| head.iter().position(|h| h == title).unwrap();
    let of = described(&bench, "out");
    let ids: BTreeSet<&str> = of["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| word(row, "id"))
        .collect();
    let mut count = 0;
    for row in rows {
        count += 1;
        assert!(ids.contains(row[at("编号")].to_string().as_str()));
        for cell in row {
            if let Data::String(text) = cell {
                assert!(!text.starts_with(['=', '+', '-', '@']), "{text}");
            }
        }
        assert!(row.get(at("结论")).is_none_or(|cell| *cell == Data::Empty));
    }
    assert_eq!(count, of["sheets"][0]["rows"].as_u64().unwrap());
    assert!(book.worksheet_formula("抽检表").unwrap().is_empty());
    let codes = book.worksheet_range("风险代码").unwrap();
    assert_eq!(codes.height(), 32, "31 risks and a head");
}

#[test]
fn the_fixtures_give_a_sample_with_no_planted_value() {
    let bench = Bench::new();
    let corpus = fixtures("corpus");
    let corpus = corpus.to_str().unwrap();
    let (code, text) = told(&bench.yujian(&["scan", corpus, "-o", "run", "--key-file", "key"]));
    assert_eq!(code, 0, "{text}");
    let args = ["sample", "run", "--corpus", corpus, "--format", "jsonl"];
    let run = |out: &str, more: &[&str]| {
        let (code, text) = told(&bench.yujian(&[&args[..], &["-o", out], more].concat()));
        assert_eq!(code, 0, "{text}");
    };
    run("masked", &[]);
    run("full", &["--text", "full"]);
    // Where the run has found a value, the full sheet shows it and the masked one does not.
    let text_of = |out: &str| -> BTreeMap<(String, u64), String> {
        let rows = lines(&bench, &format!("{out}/content.jsonl"));
        let place = |row: &Value| {
            (
                word(row, "path").to_owned(),
                row["record"].as_u64().unwrap(),
            )
        };
        rows.iter()
            .map(|row| (place(row), word(row, "text").to_owned()))
            .collect()
    };
    let (masked, full) = (text_of("masked"), text_of("full"));
    let mut hidden = 0;
    for finding in bench.export("run", "findings") {
        let entity = finding["entity"].as_str().unwrap_or("rights.");
        if entity.starts_with("rights.") || finding["span"][1].is_null() {
            continue;
        }
        let place = (
            word(&finding, "path").to_owned(),
            finding["record"].as_u64().unwrap(),
        );
        let (Some(full), Some(masked)) = (full.get(&place), masked.get(&place)) else {
            continue;
        };
        let span = |i: usize| finding["code_points"][i].as_u64().unwrap() as usize;
        let (from, to) = (span(0), span(1));
        // Aggregates have no characters of their own.
        if from == to {
            continue;
        }
        // Texts of several fields have their paths before them.
        let head = format!("【{}】", word(&finding, "field"));
        let begin = match full.starts_with('【') {
            true => full.find(&head).unwrap() + head.len(),
            false => 0,
        };
        let value: String = full[begin..].chars().skip(from).take(to - from).collect();
        assert!(!masked.contains(&value), "{place:?} {}", finding["rule"]);
        hidden += 1;
    }
    assert!(hidden >= 8, "{hidden}");
}

#[test]
fn sizes_add_up_and_every_record_can_be_drawn() {
    let cases: [(&[u64], u64); 6] = [
        (&[100, 50, 25], 35),
        (&[1_000_000, 1, 1, 1], 4000),
        (&[5, 5, 5], 100),
        (&[], 10),
        (&[1; 500], 40),
        (&[999_999, 3, 7_000_000, 12], 4000),
    ];
    for (populations, size) in cases {
        let total: u64 = populations.iter().sum();
        let allocated = allocate(populations, size);
        let drawn: u64 = allocated.strata.iter().map(|(_, size)| size).sum();
        let wanted = size.min(total);
        assert!(
            drawn >= wanted && drawn <= wanted + 1,
            "{populations:?} {drawn}"
        );
        assert_eq!(allocated.strata.iter().map(|(n, _)| n).sum::<u64>(), total);
        for (n, size) in &allocated.strata {
            assert!(
                *size >= 1 && size <= n,
                "{populations:?} {:?}",
                allocated.strata
            );
        }
    }
}

#[test]
fn keys_never_change() {
    let key = FileKey::new(&seed_key(7), "web/one.jsonl", "00ff").record(Question::Content, 3);
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        hex, "568c6c31fa3df42d33e4533cbf11bd1e",
        "samples that people work on refer to keys"
    );
}

/// Every record is as likely as any other: of 20,000 in two files, each tenth of them gives about a
/// tenth of a sample.
#[test]
fn no_part_of_a_file_is_favoured() {
    let mut tenths = [0u64; 20];
    for seed in 0..20 {
        let mut lowest = Lowest::new(1000);
        for file in 0..2u32 {
            let of = FileKey::new(&seed_key(seed), &format!("{file}"), "");
            for record in 0..10_000 {
                let key = of.record(Question::Content, record);
                lowest.offer(Drawn { key, file, record });
            }
        }
        for drawn in lowest.sorted() {
            tenths[drawn.file as usize * 10 + drawn.record as usize / 1000] += 1;
        }
    }
    // 1,000 expected, variance 950: chi-squared with 19 degrees exceeds 43.8 once in a thousand.
    let chi: f64 = tenths
        .iter()
        .map(|n| (*n as f64 - 1000.0).powi(2) / 950.0)
        .sum();
    assert!(chi < 43.8, "{chi} {tenths:?}");
}

/// `cargo test --release --test it -- --ignored --nocapture a_hundred_million`
#[test]
#[ignore = "takes a while"]
#[allow(clippy::print_stderr, reason = "a measurement is printed")]
fn a_hundred_million_records_take_the_memory_of_the_sample() {
    let began = std::time::Instant::now();
    let mut lowest = Lowest::new(4000);
    for file in 0..100u32 {
        let of = FileKey::new(&seed_key(1), &format!("{file}.jsonl"), "00");
        for record in 0..1_000_000 {
            let key = of.record(Question::Content, record);
            lowest.offer(Drawn { key, file, record });
        }
    }
    assert_eq!(lowest.sorted().len(), 4000);
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM"));
    let peak = peak.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    std::eprintln!("{:?}, peak {peak:?} kB", began.elapsed());
    assert!(peak.is_none_or(|peak| peak < 200_000));
}

//! 整改前后对比: what was removed, replaced, suppressed, is still there or new, and what cannot be said.

use std::fs;
use std::io::{Cursor, Read as _};

use calamine::{Data, Reader as _, Xlsx};
use serde_json::Value;

use super::command::{Bench, told};
use super::docx::part;

fn mobile(i: usize) -> String {
    format!("1398{}", 2_718_281 + i * 7919)
}

fn line(id: usize, text: &str) -> String {
    format!("{{\"id\":\"r{id}\",\"text\":\"{text}\"}}\n")
}

/// Lines with these ids, a number in each.
fn lines(ids: impl Iterator<Item = usize>) -> String {
    ids.map(|i| line(i, &format!("第{i}条 手机{}", mobile(i))))
        .collect()
}

/// Lines without ids.
fn plain(ids: impl Iterator<Item = usize>) -> String {
    ids.map(|i| format!("{{\"text\":\"第{i}条 手机{}\"}}\n", mobile(i)))
        .collect()
}

fn scan(bench: &Bench, run: &str, more: &[&str]) {
    let mut args = vec!["scan", "corpus", "-q", "-o", run, "--key-file", "key"];
    args.extend(more);
    let (code, text) = told(&bench.yujian(&args));
    assert!(code == 0 || code == 2, "{text}");
}

/// The part of the report, which is also a file of its own.
fn report(bench: &Bench) -> Value {
    let args = ["report", "new", "-q", "-o", "out", "--before", "old"];
    let (code, text) = told(&bench.yujian(&args));
    assert_eq!(code, 0, "{text}");
    let json = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(bench.path("out").join(name)).unwrap()).unwrap()
    };
    let part = json("整改对比.json");
    assert_eq!(json("report.json")["rectification"], part);
    closes(&part);
    part
}

/// Every row is a sum, and all rows of a kind add up to the total.
fn closes(part: &Value) {
    let n = |row: &Value, name: &str| row[name].as_u64().unwrap();
    let row = |row: &Value| {
        let before = [
            "removed",
            "replaced",
            "closed",
            "still",
            "unclear",
            "unkept_before",
        ];
        let after = ["carried", "reopened", "new", "unkept_after"];
        assert_eq!(
            n(row, "before"),
            before.iter().map(|name| n(row, name)).sum::<u64>()
        );
        assert_eq!(
            n(row, "after"),
            after.iter().map(|name| n(row, name)).sum::<u64>()
        );
    };
    row(&part["total"]);
    for (list, at) in [("sources", "findings"), ("rules", "total")] {
        let mut sums = [0, 0];
        for one in part[list].as_array().unwrap() {
            row(&one[at]);
            sums[0] += n(&one[at], "before");
            sums[1] += n(&one[at], "after");
        }
        assert_eq!(
            sums,
            [n(&part["total"], "before"), n(&part["total"], "after")],
            "{list}"
        );
    }
    let unclear: u64 = (part["unclear"].as_object().unwrap().values())
        .map(|n| n.as_u64().unwrap())
        .sum();
    assert_eq!(unclear, n(&part["total"], "unclear"));
}

fn numbers<const N: usize>(row: &Value, names: [&str; N]) -> [u64; N] {
    names.map(|name| {
        row[name]
            .as_u64()
            .unwrap_or_else(|| panic!("{name}: {row}"))
    })
}

const BEFORE: [&str; 6] = [
    "before", "removed", "replaced", "closed", "still", "unclear",
];

#[test]
fn what_was_removed_is_told_from_what_was_replaced() {
    let bench = Bench::new();
    bench.file("a/same.jsonl", lines(0..5).as_bytes());
    bench.file("a/edited.jsonl", lines(10..20).as_bytes());
    bench.file("a/renamed.jsonl", lines(30..34).as_bytes());
    bench.file("b/gone.jsonl", lines(40..43).as_bytes());
    bench.file("b/cut.jsonl", lines(50..56).as_bytes());
    // The same record in two files, of which one is taken out.
    bench.file("b/twice-1.jsonl", lines(60..61).as_bytes());
    bench.file("b/twice-2.jsonl", lines(60..61).as_bytes());
    // Without ids: a file is its record.
    bench.file("b/page.txt", format!("电话{}\n", mobile(70)).as_bytes());
    bench.file("b/note.txt", format!("电话{}\n", mobile(71)).as_bytes());
    scan(&bench, "old", &["--sidecar"]);
    // Two records removed, two masked, of one only the text around it changed, one has another
    // number in place of its own, and one is new.
    let mut edited = String::new();
    edited += &line(12, "第12条 手机已删除");
    edited += &line(13, "第13条 手机已删除");
    edited += &line(
        14,
        &format!("另起一段,前面的话全都换过了,手机{}", mobile(14)),
    );
    edited += &line(15, &format!("第15条 手机{}", mobile(115)));
    edited += &lines(16..20);
    edited += &lines(29..30);
    bench.file("a/edited.jsonl", edited.as_bytes());
    fs::rename(
        bench.path("corpus/a/renamed.jsonl"),
        bench.path("corpus/a/other.jsonl"),
    )
    .unwrap();
    fs::remove_file(bench.path("corpus/b/gone.jsonl")).unwrap();
    fs::remove_file(bench.path("corpus/b/twice-2.jsonl")).unwrap();
    fs::remove_file(bench.path("corpus/b/page.txt")).unwrap();
    bench.file("b/note.txt", "电话已删除\n".as_bytes());
    // Three records go to another file, one of them is masked there.
    bench.file("b/cut.jsonl", lines(50..53).as_bytes());
    let moved = lines(53..55) + &line(55, "第55条 手机已删除");
    bench.file("b/cut-2.jsonl", moved.as_bytes());
    scan(&bench, "new", &["--sidecar"]);
    let part = report(&bench);
    assert_eq!(part["comparable"], true);
    let total = &part["total"];
    let of = |name: &str| {
        let all = part["sources"].as_array().unwrap();
        all.iter()
            .find(|row| row["source"] == name)
            .unwrap()
            .clone()
    };
    // a: 5 same, 10 edited (2 removed, 3 replaced, 5 still), 4 renamed.
    assert_eq!(numbers(&of("a")["findings"], BEFORE), [19, 2, 3, 0, 14, 0]);
    assert_eq!(numbers(&of("a")["findings"], ["carried", "new"]), [14, 2]);
    // b: 3 gone; 6 cut, 1 of them masked; twice; the page; the note.
    assert_eq!(numbers(&of("b")["findings"], BEFORE), [13, 5, 2, 0, 6, 0]);
    assert_eq!(numbers(total, BEFORE), [32, 7, 5, 0, 20, 0]);
    assert_eq!(
        numbers(total, ["after", "carried", "new", "reopened"]),
        [22, 20, 2, 0]
    );
    let records = &of("a")["records"];
    assert_eq!(numbers(records, ["before", "after"]), [19, 18]);
    let flagged = [
        "flagged_before",
        "flagged_removed",
        "flagged_there",
        "flagged_unclear",
    ];
    assert_eq!(numbers(records, flagged), [19, 2, 17, 0]);
    assert_eq!(numbers(&of("b")["records"], flagged), [13, 5, 8, 0]);
    // Two lines of 37 bytes each; both without their line ends or both with.
    let removed: usize = [10, 11].map(|i| lines(i..i + 1).len()).iter().sum();
    let told = records["flagged_removed_bytes"].as_u64().unwrap() as usize;
    assert!(told == removed || told == removed - 2, "{told} {removed}");
    let entity = &part["entities"][0];
    assert_eq!(entity["code"], "cn.mobile");
    assert_eq!(numbers(&entity["total"], BEFORE), [32, 7, 5, 0, 20, 0]);
    documents(&bench);
}

/// Documents, sheets and clauses say the same, and nothing of the corpus.
fn documents(bench: &Bench) {
    let out = bench.path("out");
    let bytes = fs::read(out.join("整改对比.docx")).unwrap();
    let body = part(&bytes, "word/document.xml");
    assert!(
        body.contains("整改前检出 32 处") && body.contains("已剔除 7 处"),
        "{body}"
    );
    let mut book: Xlsx<_> =
        Xlsx::new(Cursor::new(fs::read(out.join("整改对比.xlsx")).unwrap())).unwrap();
    let row = |book: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str, line: usize| -> Vec<String> {
        let range = book.worksheet_range(sheet).unwrap();
        let cell = |data: &Data| data.to_string();
        range.rows().nth(line).unwrap().iter().map(cell).collect()
    };
    let all = row(&mut book, "检出按来源", 1);
    assert_eq!(
        all[..7],
        ["合计", "32", "7", "5", "0", "20", "0"],
        "{all:?}"
    );
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(
        fs::read(out.join("语料来源清单.xlsx")).unwrap(),
    ))
    .unwrap();
    let filtered = row(&mut book, "过滤记录表", 1);
    assert!(filtered[0] == "a" && filtered[6] == "2", "{filtered:?}");
    let heads = row(&mut book, "31类风险", 0);
    assert!(heads.contains(&"残留".to_owned()), "{heads:?}");
    let model: Value = serde_json::from_slice(&fs::read(out.join("report.json")).unwrap()).unwrap();
    let clauses = model["matrix"]["clauses"].as_array().unwrap();
    let clause = clauses
        .iter()
        .find(|clause| clause["id"] == "CON-02")
        .unwrap();
    assert_eq!(clause["state"], "compliant", "{clause}");
    let numbers: Vec<String> = (0..80).map(mobile).collect();
    for entry in walkdir::WalkDir::new(&out) {
        let entry = entry.unwrap();
        if !entry.file_type().is_file() {
            continue;
        }
        for text in texts(&fs::read(entry.path()).unwrap()) {
            for number in &numbers {
                assert!(
                    !text.contains(number.as_str()),
                    "{}",
                    entry.path().display()
                );
            }
        }
    }
    let args = [
        "report", "new", "-q", "-o", "again", "--before", "old", "--lang", "en",
    ];
    assert_eq!(told(&bench.yujian(&args)).0, 0);
    let model = |folder: &str| fs::read(bench.path(folder).join("report.json")).unwrap();
    assert_eq!(model("out"), model("again"));
    assert!(bench.path("again/en/rectification.docx").exists());
    // What this command wrote it may replace; without an earlier run the parts are gone.
    assert_eq!(
        told(&bench.yujian(&["report", "new", "-q", "-o", "again"])).0,
        0
    );
    assert!(!bench.path("again/整改对比.xlsx").exists());
    let model: Value = serde_json::from_slice(&model("again")).unwrap();
    assert!(model.get("rectification").is_none());
}

/// The texts of a file, unpacked if it is an archive.
fn texts(bytes: &[u8]) -> Vec<String> {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else {
        return vec![String::from_utf8_lossy(bytes).into_owned()];
    };
    (0..archive.len())
        .map(|at| {
            let mut all = Vec::new();
            archive.by_index(at).unwrap().read_to_end(&mut all).unwrap();
            String::from_utf8_lossy(&all).into_owned()
        })
        .collect()
}

#[test]
fn nothing_is_removed_if_the_rules_are_others() {
    let bench = Bench::new();
    bench.file("a.jsonl", lines(0..6).as_bytes());
    scan(&bench, "old", &["--sidecar"]);
    bench.file("a.jsonl", lines(2..6).as_bytes());
    let rule = "format = 1\n[pack]\nid = \"t\"\nversion = \"2026.11.23\"\nimported = true\n\
        title = { zh = \"测\", en = \"t\" }\nrisk = \"A.1.h\"\nsource = \"t\"\n[[rule]]\nid = \"t.w\"\n\
        title = { zh = \"词\", en = \"word\" }\nseverity = \"low\"\nconfidence = 0.5\nterms = [\"从未出现的词\"]\n";
    fs::write(bench.path("more.toml"), rule).unwrap();
    scan(&bench, "new", &["--sidecar", "--rules", "more.toml"]);
    let part = report(&bench);
    assert_eq!(numbers(&part["total"], BEFORE), [6, 0, 0, 0, 4, 2]);
    assert_eq!(part["unclear"], serde_json::json!({ "other-scan": 2 }));
    let flagged = ["flagged_before", "flagged_removed", "flagged_unclear"];
    assert_eq!(numbers(&part["records"], flagged), [6, 0, 6]);
    let args = [
        "gate",
        "new",
        "--clauses",
        "--before",
        "old",
        "--format",
        "json",
    ];
    let output = bench.yujian(&args);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let clauses = json["matrix"]["clauses"].as_array().unwrap();
    let clause = clauses
        .iter()
        .find(|clause| clause["id"] == "CON-02")
        .unwrap();
    assert_eq!(clause["state"], "needs-evidence", "{clause}");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(
        fs::read(bench.path("out/语料来源清单.xlsx")).unwrap(),
    ))
    .unwrap();
    let sheet = book.worksheet_range("过滤记录表").unwrap();
    assert_eq!(sheet.get((1, 6)).unwrap().to_string(), "待补充");
}

#[test]
fn what_cannot_be_told_is_unclear() {
    // Records without ids: a file with as many as before is edited, with fewer nobody knows.
    let bench = Bench::new();
    bench.file("edited.jsonl", plain(0..4).as_bytes());
    bench.file("fewer.jsonl", plain(10..14).as_bytes());
    bench.file("emptied.jsonl", plain(20..22).as_bytes());
    scan(&bench, "old", &[]);
    let edited = plain(0..3) + "{\"text\":\"手机已删除\"}\n";
    bench.file("edited.jsonl", edited.as_bytes());
    bench.file("fewer.jsonl", plain(10..13).as_bytes());
    bench.file("emptied.jsonl", b"");
    scan(&bench, "new", &[]);
    let part = report(&bench);
    assert_eq!(
        numbers(&part["total"], BEFORE),
        [10, 2, 1, 0, 6, 1],
        "{part}"
    );
    assert_eq!(part["unclear"], serde_json::json!({ "no-ids": 1 }));

    // Records with ids, and no row for every record.
    let bench = Bench::new();
    bench.file("a.jsonl", lines(0..4).as_bytes());
    scan(&bench, "old", &[]);
    bench.file("a.jsonl", (lines(0..2) + &line(2, "手机已删除")).as_bytes());
    scan(&bench, "new", &[]);
    let part = report(&bench);
    assert_eq!(
        numbers(&part["total"], BEFORE),
        [4, 0, 0, 0, 2, 2],
        "{part}"
    );
    assert_eq!(part["unclear"], serde_json::json!({ "no-records": 2 }));

    // Something was not read.
    let bench = Bench::new();
    bench.file("a.jsonl", lines(0..4).as_bytes());
    scan(&bench, "old", &["--sidecar"]);
    bench.file("a.jsonl", lines(0..2).as_bytes());
    bench.file("broken.jsonl.gz", b"\x1f\x8b\x08\x00broken");
    scan(&bench, "new", &["--sidecar"]);
    let part = report(&bench);
    assert_eq!(
        numbers(&part["total"], BEFORE),
        [4, 0, 0, 0, 2, 2],
        "{part}"
    );
    assert_eq!(part["unclear"], serde_json::json!({ "unread": 2 }));
    assert_eq!(part["comparable"], false);
}

#[test]
fn findings_that_were_not_kept_are_neither_removed_nor_there() {
    let bench = Bench::new();
    let many = |ids: std::ops::Range<usize>| -> String {
        ids.map(|i| format!("手机{};", mobile(i))).collect()
    };
    bench.file(
        "a.jsonl",
        (line(1, &many(0..9)) + &line(2, &many(20..29))).as_bytes(),
    );
    scan(&bench, "old", &["--sidecar", "--keep", "3"]);
    // The first six are masked; those that were kept are gone, and others are kept now.
    bench.file("a.jsonl", line(1, &many(5..9)).as_bytes());
    scan(&bench, "new", &["--sidecar", "--keep", "3"]);
    let part = report(&bench);
    let total = &part["total"];
    let [before, removed, replaced, ..] = numbers(total, BEFORE);
    assert_eq!(replaced, 0, "{part}");
    assert!(before >= 18 && removed >= 3, "{part}");
    assert!(
        total["unkept_before"].as_u64().unwrap() > 0 && total["unkept_after"].as_u64().unwrap() > 0
    );
    assert!(part["unclear"]["not-kept"].as_u64().unwrap() > 0, "{part}");
}

#[test]
fn an_earlier_run_that_is_none_is_refused() {
    let bench = Bench::new();
    bench.file("a.jsonl", lines(0..2).as_bytes());
    scan(&bench, "new", &[]);
    let args = ["report", "new", "-o", "out", "--before", "nowhere"];
    let (code, text) = told(&bench.yujian(&args));
    assert!(code == 2 && text.contains("nowhere"), "{text}");
    assert!(!bench.path("out").exists());
}

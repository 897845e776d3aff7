//! What records say of themselves, from the corpus to the tables and counts of a run.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::command_line::{export, scan, tally};

const CONFIG: &str = r#"
[corpus.metadata]
author = ["author", "meta.author"]
score = "quality.score"
"#;

const LINES: &str = concat!(
    r#"{"id":"a1","text":"加微信 13812345678 手机号 13812345678","url":"https://u:secret@a.cn/p/1?id=7&token=abc","meta":{"timestamp":"2024-05-01T00:00:00Z","lang":"zh"},"license":"CC-BY-4.0","author":"张三 zhangsan@corp-mail.cn","quality":{"score":0.75}}"#,
    "\n",
    r#"{"id":2,"text":"第二条","source_url":"https://a.cn/","source":"论坛","images":["1.jpg","x/2.png",{"url":"3.mp4"}]}"#,
    "\n",
    r#"{"text":"第三条","url":null,"language":"","source":" "}"#,
    "\n",
);

fn corpus(lines: &str, config: &str) -> TempDir {
    let dir = TempDir::new().unwrap();
    let corpus = dir.path().join("corpus");
    fs::create_dir(&corpus).unwrap();
    fs::write(corpus.join("a.jsonl"), lines).unwrap();
    fs::write(corpus.join("yujian.toml"), config).unwrap();
    dir
}

fn presence(dir: &Path, run: &str) -> Value {
    let sources = tally(dir, run)["sources"].clone();
    let all = sources.as_object().unwrap();
    assert_eq!(all.len(), 1);
    all.values().next().unwrap()["presence"].clone()
}

#[test]
fn values_reach_the_table_without_passwords_and_personal_data() {
    let dir = corpus(LINES, CONFIG);
    scan(dir.path(), "run", &["--sidecar"]);
    let rows = export(dir.path(), "run", "records");
    let first = &rows[0];
    assert_eq!(first["id"], "a1");
    assert_eq!(first["url"], "https://***@a.cn/p/1?id=7&token=***");
    assert_eq!(first["date"], "2024-05-01T00:00:00Z");
    assert_eq!(first["licence"], "CC-BY-4.0");
    assert_eq!(first["stated_language"], "zh");
    assert_eq!(first["stated_source"], Value::Null);
    assert_eq!(first["metadata"]["score"], "0.75");
    let author = first["metadata"]["author"].as_str().unwrap();
    assert!(
        author.starts_with("张三 ") && !author.contains("zhangsan"),
        "{author}"
    );
    assert_eq!(rows[1]["url"], "https://a.cn/");
    assert_eq!(rows[1]["stated_source"], "论坛");
    for column in ["url", "date", "licence", "stated_language", "stated_source"] {
        assert_eq!(rows[2][column], Value::Null, "{column}");
    }
    // Not in any file of the run.
    for file in fs::read_dir(dir.path().join("run")).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        assert_eq!(memchr::memmem::find(&bytes, b"secret@"), None);
    }
}

#[test]
fn presence_is_counted_by_source_with_or_without_findings() {
    let dir = corpus(LINES, CONFIG);
    scan(dir.path(), "run", &[]);
    let presence = presence(dir.path(), "run");
    let expected = [
        ("id", 2),
        ("url", 2),
        ("page_url", 1),
        ("date", 1),
        ("source", 1),
        ("licence", 1),
        ("language", 1),
        ("images", 2),
        ("videos", 1),
        ("audios", 0),
    ];
    for (field, count) in expected {
        assert_eq!(presence[field], count, "{field}: {presence}");
    }
    assert_eq!(presence["others"]["author"], 1);
    assert_eq!(presence["others"]["score"], 1);
}

#[test]
fn front_matter_gives_the_same_fields() {
    let dir = corpus("", "");
    let corpus = dir.path().join("corpus");
    fs::remove_file(corpus.join("a.jsonl")).unwrap();
    fs::write(
        corpus.join("b.md"),
        "---\nurl: https://a.cn/b?x=1\ndate: 2024-05-01\nlicense: MIT\n---\n正文在此。\n",
    )
    .unwrap();
    scan(dir.path(), "run", &["--sidecar"]);
    let rows = export(dir.path(), "run", "records");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["url"], "https://a.cn/b?x=1");
    assert_eq!(rows[0]["date"], "2024-05-01");
    assert_eq!(rows[0]["licence"], "MIT");
}

#[test]
fn threads_and_chunks_leave_no_trace_in_counts_and_tables() {
    let lines: String = (0..4000)
        .map(|n| {
            let url = if n % 3 == 0 { "" } else { "https://a.cn/p/" };
            format!("{{\"id\":{n},\"text\":\"第{n}条 手机 1381234{n:04}\",\"url\":\"{url}{n}\",\"lang\":\"zh\"}}\n")
        })
        .collect();
    let dir = corpus(&lines, "");
    scan(dir.path(), "one", &["--threads", "1", "--sidecar"]);
    scan(
        dir.path(),
        "four",
        &["--threads", "4", "--sidecar", "--max-memory", "1MiB"],
    );
    for file in ["tally.json", "records.parquet"] {
        let read = |run: &str| fs::read(dir.path().join(run).join(file)).unwrap();
        assert!(read("one") == read("four"), "{file}");
    }
    assert_eq!(presence(dir.path(), "one")["language"], 4000);
}

#[test]
fn a_wrong_path_is_told_with_its_line() {
    let dir = corpus(LINES, "[corpus.metadata]\nurl = \"a..b\"\n");
    let (code, told) = crate::command_line::try_scan(dir.path(), "run", &[]);
    assert_eq!(code, 2);
    assert!(
        told.contains("yujian.toml:2") && told.contains("a..b"),
        "{told}"
    );
}

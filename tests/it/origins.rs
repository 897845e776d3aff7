//! Addresses of records against lists, snapshots and what pages say, from the corpus to the
//! verdict.

use std::fs;

use serde_json::{Value, json};

use super::command::Bench;

const CONFIG: &str = r#"
[origins]
block = ["lists/blocked.csv"]
disallow = ["lists/no.txt"]
robots = "robots"
agent = "FooBot/2.0"

[[source]]
id = "web"
match = ["web.jsonl"]
kind = "self_crawled"
"#;

fn line(id: u32, url: &str) -> String {
    json!({"id": id, "text": format!("第{id}条记录的正文"), "url": url}).to_string() + "\n"
}

/// A corpus with lists and snapshots beside it.
fn bench(config: &str) -> Bench {
    let bench = Bench::new();
    let urls = [
        "https://good.example/a",
        "http://www.BAD.example./x",
        "https://site.example/private/1",
        "https://site.example/open",
        "https://no.example/x",
        "https://sci-hub.se/10.1000/182",
        "no address",
    ];
    let lines: String = (1..).zip(urls).map(|(id, url)| line(id, url)).collect();
    bench.file("web.jsonl", lines.as_bytes());
    bench.file("yujian.toml", config.as_bytes());
    bench.file(
        "lists/blocked.csv",
        "域名,原因\nbad.example,2026 年通知\n不是域名,\n".as_bytes(),
    );
    bench.file("lists/no.txt", b"no.example # asked us\n");
    bench.file(
        "robots/site.example.txt",
        b"User-agent: GPTBot\nDisallow: /\n\nUser-agent: *\nDisallow: /private\n",
    );
    bench.file("robots/good.example.txt", b"");
    bench.file("robots/error.example.txt", b"<html><title>404");
    bench
}

fn origins(bench: &Bench, run: &str) -> Value {
    let text = fs::read_to_string(bench.path(run).join("tally.json")).unwrap();
    let tally: Value = serde_json::from_str(&text).unwrap();
    tally["sources"]["web"]["origins"].clone()
}

/// Rule, record id, details of all findings about origins, by record.
fn found(bench: &Bench, run: &str) -> Vec<(String, String, Value)> {
    let rows = bench.export(run, "findings");
    let of_origin = rows
        .iter()
        .filter(|row| row["rule"].as_str().unwrap().starts_with("rights.origin."));
    let mut found: Vec<_> = of_origin
        .map(|row| {
            assert_eq!((&row["field"], &row["span"]), (&json!(""), &json!([0, 0])));
            let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            (text("record_id"), text("rule"), row["details"].clone())
        })
        .collect();
    found.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    found
}

#[test]
fn addresses_are_found_counted_and_judged() {
    let bench = bench(CONFIG);
    let (code, told) = bench.scan(&["--gate"]);
    assert_eq!(code, 1, "{told}");
    // What was left out is named; lists and snapshots are no corpus.
    assert!(
        told.contains("lists/blocked.csv:3") && told.contains("error.example.txt"),
        "{told}"
    );
    let found = found(&bench, "run");
    let rules: Vec<(&str, &str)> = found.iter().map(|f| (f.0.as_str(), f.1.as_str())).collect();
    assert_eq!(
        rules,
        [
            ("2", "rights.origin.blocked"),
            ("3", "rights.origin.disallowed"),
            ("4", "rights.origin.reserved"),
            ("5", "rights.origin.disallowed"),
            ("6", "rights.origin.pirated"),
        ]
    );
    assert_eq!(
        found[0].2,
        json!({"host": "www.bad.example", "domain": "bad.example", "entry": "bad.example",
            "list": "lists/blocked.csv:2", "reason": "2026 年通知"})
    );
    assert_eq!(found[1].2["rule"], "Disallow: /private");
    assert_eq!(found[1].2["snapshot"], "site.example.txt:5");
    assert_eq!(found[1].2["agent"], "FooBot");
    assert_eq!(found[2].2["agents"], "GPTBot");
    let counts = origins(&bench, "run");
    assert_eq!(
        counts,
        json!({"urls": 7, "hosts": 6, "snapshots": 3, "blocked": 1, "pirated": 1,
            "disallowed": 2, "reserved": 1})
    );
    let manifest = fs::read_to_string(bench.path("run").join("run.json")).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["origins"]["snapshots"], 2);
    assert_eq!(manifest["origins"]["snapshots_left_out"], 1);
    assert_eq!(manifest["totals"]["records"]["scanned"], 7);

    let gate = bench.yujian(&[
        "gate",
        "run",
        "--config",
        "corpus/yujian.toml",
        "--format",
        "json",
    ]);
    let verdict: Value = serde_json::from_slice(&gate.stdout).unwrap();
    let state = |id: &str| {
        let checks = verdict["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["id"] == id).unwrap();
        check["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(state("origin-blocked"), "non-compliant");
    assert_eq!(state("origin-disallowed"), "non-compliant");
    assert_eq!(state("origin-reserved"), "needs-review");
    assert_eq!(state("origin-pirated"), "needs-review");
    let report = [
        "report",
        "run",
        "-o",
        "out",
        "--config",
        "corpus/yujian.toml",
    ];
    assert_eq!(bench.yujian(&report).status.code(), Some(0));
    let summary = fs::read_to_string(bench.path("out").join("summary.md")).unwrap();
    assert!(
        summary.contains("| web | 7 | 7 | 3 | 1 | 2 | 1 | 1 |"),
        "{summary}"
    );
}

#[test]
fn threads_and_chunks_change_nothing() {
    let bench = bench(CONFIG);
    let many: String = (0..3000)
        .map(|id| line(id, &format!("https://h{}.bad.example/{id}", id % 7)))
        .collect();
    bench.file("many.jsonl", many.as_bytes());
    let tally = |run: &str, args: &[&str]| {
        let mut all = vec!["scan", "corpus", "-o", run, "--key-file", "key"];
        all.extend(args);
        assert_eq!(bench.yujian(&all).status.code(), Some(0));
        fs::read(bench.path(run).join("tally.json")).unwrap()
    };
    let one = tally("one", &["--threads", "1"]);
    assert_eq!(
        one,
        tally(
            "four",
            &["--threads", "4", "--max-memory", "1M", "--no-mmap"]
        )
    );
}

#[test]
fn another_list_is_another_configuration() {
    let bench = bench(CONFIG);
    bench.scan(&[]);
    let since = |run: &str| {
        let args = [
            "scan",
            "corpus",
            "-o",
            run,
            "--key-file",
            "key",
            "--since",
            "run",
        ];
        let output = bench.yujian(&args);
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    // The same lists: everything is taken over, and the counts with it.
    let (code, told) = since("same");
    assert_eq!(code, Some(0));
    assert!(!told.contains("everything is scanned"), "{told}");
    assert_eq!(origins(&bench, "same"), origins(&bench, "run"));
    assert_eq!(found(&bench, "same"), found(&bench, "run"));
    bench.file("lists/no.txt", b"other.example\n");
    let (code, told) = since("other");
    assert_eq!(code, Some(0));
    assert!(told.contains("another configuration"), "{told}");
    assert_eq!(origins(&bench, "other")["disallowed"], 1);
    bench.file("robots/site.example.txt", b"");
    assert!(since("third").1.contains("another configuration"));
}

#[test]
fn pages_say_themselves_what_they_reserve() {
    let bench = Bench::new();
    bench.file(
        "a.html",
        "<!doctype html><meta name=robots content='noai, noindex'><p>正文".as_bytes(),
    );
    let body = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTDM-Reservation: 1\r\n\
        TDM-Policy: https://site.example/terms\r\n\r\n<p>第二页";
    let warc = format!(
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\n\
         WARC-Target-URI: http://site.example/1\r\nWARC-Date: 2024-05-18T01:58:10Z\r\n\
         Content-Type: application/http; msgtype=response\r\nContent-Length: {}\r\n\r\n{body}\r\n\r\n",
        body.len()
    );
    bench.file("b.warc", warc.as_bytes());
    bench.file(
        "c.html",
        "<!doctype html><meta name=robots content=noindex><p>第三页".as_bytes(),
    );
    let (code, told) = bench.scan(&[]);
    assert_eq!(code, 0, "{told}");
    let found = found(&bench, "run");
    let details: Vec<&Value> = found.iter().map(|f| &f.2).collect();
    assert_eq!(found.len(), 2);
    assert!(details.contains(&&json!({"signal": "noai"})), "{details:?}");
    let page = details
        .iter()
        .find(|d| d["host"] == "site.example")
        .unwrap();
    assert_eq!(page["signal"], "tdm-reservation");
    assert_eq!(page["policy"], "https://site.example/terms");
}

#[test]
fn a_record_of_a_pirate_site_is_not_told_of_its_own_address_twice() {
    let bench = Bench::new();
    // No text path matches, so the address is scanned like everything else.
    let own = json!({"body": "正文", "url": "https://libgen.is/book/1"}).to_string();
    let linked = json!({"body": "见 https://libgen.is/book/1 下载", "url": "https://a.example/1"})
        .to_string();
    bench.file("a.jsonl", format!("{own}\n{linked}\n").as_bytes());
    bench.scan(&[]);
    let rows = bench.export("run", "findings");
    let rules = rows.iter().map(|row| row["rule"].as_str().unwrap());
    let rules: Vec<&str> = rules
        .filter(|rule| rule.starts_with("rights.origin."))
        .collect();
    assert_eq!(rules, ["rights.origin.pirated", "rights.origin.linked"]);
}

#[test]
fn what_cannot_be_used_at_all_is_refused_with_a_remedy() {
    for (config, what) in [
        ("[origins]\nblock = [\"missing.txt\"]\n", "missing.txt"),
        ("[origins]\nrobots = \"missing\"\n", "missing"),
        ("[origins]\nblocked = []\n", "did you mean `block`?"),
        ("[origins]\nagent = \"*\"\n", "no name of a crawler"),
        (
            "[origins]\nrobots = \"empty\"\n",
            "no snapshot of a robots.txt",
        ),
        ("[origins]\nblock = [\"wrong.txt\"]\n", "wrong.txt:1"),
    ] {
        let bench = bench(config);
        bench.file("wrong.txt", b"no host at all\n");
        bench.file("empty/.keep", b"");
        let (code, told) = bench.scan(&[]);
        assert_eq!(code, 2, "{told}");
        assert!(told.contains(what), "{told}");
        assert!(!bench.path("run").exists());
    }
}

#[test]
fn an_address_can_be_tried() {
    let bench = bench(CONFIG);
    let config = ["--config", "corpus/yujian.toml"];
    let mut args = vec![
        "rules",
        "try",
        "正文",
        "--url",
        "https://site.example/private/1",
    ];
    args.extend(config);
    let output = bench.yujian(&args);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("rights.origin.disallowed"), "{told}");
    assert!(
        told.contains("rule: Disallow: /private") && told.contains("agent: FooBot"),
        "{told}"
    );
}

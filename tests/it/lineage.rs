//! Lineage, drafts for authorities, completeness and metadata of records.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::command::{Bench, fixtures, told};

const DOCUMENTS: [&str; 4] = ["prov", "eu", "ab2013", "completeness"];

fn scanned(bench: &Bench, corpus: &Path, config: &Path, run: &str, more: &[&str]) {
    let (corpus, config) = (corpus.to_str().unwrap(), config.to_str().unwrap());
    let mut args = vec![
        "scan",
        corpus,
        "--config",
        config,
        "-o",
        run,
        "--key-file",
        "key",
        "-q",
    ];
    args.extend(more);
    let (code, text) = told(&bench.yujian(&args));
    assert_eq!(code, 0, "{text}");
}

/// Exit code, document and what was told.
fn exported(bench: &Bench, run: &str, config: &Path, format: &str) -> (i32, String, String) {
    let output = bench.yujian(&[
        "provenance",
        run,
        "--config",
        config.to_str().unwrap(),
        "--format",
        format,
        "--as-of",
        "2026-10-10",
    ]);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn lineage_is_one_graph_in_which_every_reference_leads_somewhere() {
    let bench = Bench::new();
    let filing = fixtures("filing");
    let config = filing.join("yujian.toml");
    scanned(
        &bench,
        &filing.join("corpus"),
        &config,
        "run",
        &["--digest", "sha256"],
    );
    let (code, text, _) = exported(&bench, "run", &config, "prov");
    assert_eq!(code, 0);
    let graph: Value = serde_json::from_str(&text).unwrap();
    let nodes = graph["@graph"].as_array().unwrap();
    let ids: BTreeSet<&str> = nodes.iter().map(|n| n["@id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), nodes.len(), "identifiers are unique");
    let mut references = 0;
    for node in nodes {
        for (key, value) in node.as_object().unwrap() {
            if !key.starts_with("prov:") || key == "prov:atLocation" {
                continue;
            }
            let all = value
                .as_array()
                .cloned()
                .unwrap_or_else(|| vec![value.clone()]);
            for id in all.iter().filter_map(|v| v["@id"].as_str()) {
                assert!(ids.contains(id), "{key} of {node} leads nowhere");
                references += 1;
            }
        }
    }
    assert!(references > 40, "{references}");
    let count = |class: &str| {
        let is = |node: &&Value| node["@type"].to_string().contains(class);
        nodes.iter().filter(is).count()
    };
    // Six collections, six steps of processing, the scan.
    assert_eq!(count("prov:Activity"), 13);
    assert_eq!(count("prov:SoftwareAgent"), 1);
    let files: Vec<&Value> = nodes
        .iter()
        .filter(|n| n["spdx:checksum"].is_array())
        .collect();
    assert_eq!(files.len(), 6);
    for file in files {
        let name = file["rdfs:label"].as_str().unwrap();
        let bytes = fs::read(filing.join("corpus").join(name)).unwrap();
        let blake3 = blake3::hash(&bytes).to_hex().to_string();
        let sums = file["spdx:checksum"].as_array().unwrap();
        assert!(
            sums.iter()
                .any(|sum| sum["spdx:checksumValue"] == blake3.as_str())
        );
        assert_eq!(sums.len(), 2);
    }
}

#[test]
fn drafts_have_every_section_and_say_what_is_missing() {
    let bench = Bench::new();
    let filing = fixtures("filing");
    let config = filing.join("yujian.toml");
    scanned(
        &bench,
        &filing.join("corpus"),
        &config,
        "run",
        &["--tokens", "exact"],
    );
    let (_, eu, _) = exported(&bench, "run", &config, "eu");
    for section in [
        "## 1 General",
        "### 1.1",
        "### 1.2",
        "### 1.3",
        "## 2 List",
        "### 2.1",
        "### 2.2",
        "#### 2.2.1",
        "#### 2.2.2",
        "### 2.3",
        "### 2.4",
        "### 2.5",
        "### 2.6",
        "## 3 Data",
        "### 3.1",
        "### 3.2",
        "### 3.3",
    ] {
        assert!(eu.contains(&format!("\n{section}")), "{section}");
    }
    for value in [
        "Versioned model name: 示例大模型",
        "less than 1 billion tokens",
        "Latest date of data acquisition: 2026-09-30",
        "Crawler: ExampleBot",
        "Representative in the Union: ",
    ] {
        let found = eu.to_lowercase().contains(&value.to_lowercase());
        assert!(found, "{value}\n{eu}");
    }
    assert!(
        eu.contains("DRAFT")
            && eu.contains("Authorised representative in the Union: **to be completed**")
    );
    let (_, ab, _) = exported(&bench, "run", &config, "ab2013");
    for item in 1..=12 {
        assert!(ab.contains(&format!("\n## ({item}) ")), "{item}");
    }
    assert!(
        ab.contains("| Valley Notes 2025 archive | CC0-1.0 |"),
        "{ab}"
    );

    // What is not declared is told with its key.
    let bare = bench.path("bare.toml");
    fs::write(&bare, "[[source]]\nid = \"all\"\nmatch = [\"**\"]\n").unwrap();
    scanned(&bench, &filing.join("corpus"), &bare, "bare", &[]);
    let output = bench.yujian(&[
        "provenance",
        "bare",
        "--config",
        bare.to_str().unwrap(),
        "--format",
        "ab2013",
        "-v",
    ]);
    let text = told(&output).1;
    for key in [
        "publisher",
        "licence_id",
        "[dataset] intended_use",
        "processing",
    ] {
        assert!(text.contains(key), "{key}: {text}");
    }
}

#[test]
fn completeness_tells_of_every_source_what_has_which_field() {
    let bench = Bench::new();
    bench.file(
        "a/a.jsonl",
        "{\"id\":\"1\",\"text\":\"春\",\"url\":\"https://a.example/x\"}\n{\"text\":\"夏\"}\n"
            .as_bytes(),
    );
    let config = bench.path("c.toml");
    fs::write(
        &config,
        "[[source]]\nid = \"=a\"\nmatch = [\"a/**\"]\nname = \"n\"\nkind = \"self_crawled\"\n",
    )
    .unwrap();
    scanned(&bench, &bench.path("corpus"), &config, "run", &[]);
    let (_, text, _) = exported(&bench, "run", &config, "completeness");
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows[0], "source,kind,field,of,with,all,share");
    for row in [
        "'=a,self_crawled,id,record,1,2,0.5000",
        "'=a,self_crawled,page_url,record,1,2,0.5000",
        "'=a,self_crawled,name,declaration,1,1,1.0000",
        "'=a,self_crawled,robots_snapshot,declaration,0,1,0.0000",
    ] {
        assert!(rows.contains(&row), "{row}\n{text}");
    }
}

#[test]
fn every_record_has_a_line_of_metadata_with_the_fields_of_the_format() {
    let bench = Bench::new();
    let filing = fixtures("filing");
    let config = filing.join("yujian.toml");
    scanned(
        &bench,
        &filing.join("corpus"),
        &config,
        "run",
        &["--sidecar"],
    );
    let (code, text, told_of) = exported(&bench, "run", &config, "tc609");
    assert_eq!(code, 0, "{told_of}");
    let rows = lines(&text);
    assert_eq!(rows.len(), 47);
    let ids: BTreeSet<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), rows.len());
    for row in &rows {
        for field in [
            "original_time",
            "last_modified_time",
            "version",
            "license",
            "source",
            "source_details",
        ] {
            assert!(!row[field].as_str().unwrap().is_empty(), "{field} of {row}");
        }
        assert_eq!(row["data_content"][0]["media_type"], "text");
        assert!(row["rid"].is_null() && row["annotation"].is_null());
        if row["source"] == "互联网" {
            assert!(
                row["source_details"]
                    .as_str()
                    .unwrap()
                    .starts_with("https://")
            );
        }
    }
    let of = |source: &str| {
        rows.iter()
            .find(|row| row["yujian"]["source"] == source)
            .unwrap()
    };
    assert_eq!(of("town")["source"], "互联网");
    assert_eq!(of("crafts")["license"], "CC-BY-4.0");
    assert_eq!(
        (
            &of("made")["generated_data_indicator"],
            &of("crafts")["generated_data_indicator"]
        ),
        (&1.into(), &0.into())
    );
    assert!(told_of.contains("license 31"), "{told_of}");

    // Rows for records with findings only are not all records.
    scanned(&bench, &filing.join("corpus"), &config, "part", &[]);
    let (code, text, told_of) = exported(&bench, "part", &config, "tc609");
    assert_eq!((code, text.as_str()), (2, ""), "{told_of}");
    assert!(told_of.contains("--sidecar"), "{told_of}");
}

#[test]
fn documents_are_the_same_on_any_threads_and_hold_no_personal_value_or_text() {
    let bench = Bench::new();
    let corpus = fixtures("corpus");
    let config = corpus.join("yujian.toml");
    scanned(
        &bench,
        &corpus,
        &config,
        "one",
        &["--sidecar", "--threads", "1"],
    );
    scanned(
        &bench,
        &corpus,
        &config,
        "two",
        &["--sidecar", "--threads", "2"],
    );
    let mut values: Vec<String> = vec!["春天".to_owned()];
    for file in ["chat/dialogues.jsonl", "forum/posts-2026-10.jsonl"] {
        let text = fs::read_to_string(corpus.join(file)).unwrap();
        for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || "@._-".contains(c))) {
            let digits = word.bytes().filter(u8::is_ascii_digit).count();
            if digits >= 7 || word.contains('@') {
                values.push(word.to_owned());
            }
        }
    }
    assert!(values.len() > 3, "{values:?}");
    for format in DOCUMENTS.iter().chain(&["tc609"]) {
        let (code, one, _) = exported(&bench, "one", &config, format);
        let (_, two, _) = exported(&bench, "two", &config, format);
        assert_eq!((code, &one), (0, &two), "{format}");
        for value in &values {
            assert!(!one.contains(value.as_str()), "{value} in {format}");
        }
    }
}

#[test]
fn hostile_names_and_empty_runs_leave_documents_whole() {
    let bench = Bench::new();
    let long = "长".repeat(60) + "/" + &"x".repeat(150);
    for path in [
        "quote\"|and\\back/a.jsonl",
        "line\nend/b.jsonl",
        "rtl \u{202e}gpj/😀.jsonl",
        &long,
    ] {
        bench.file(
            &format!("{path}.jsonl"),
            "{\"id\":\"1\",\"text\":\"平常的一句话\"}\n".as_bytes(),
        );
    }
    let config = bench.path("odd.toml");
    let name = "a | b\\n# heading\\n[x](javascript:1) <script>\\u202E **to be completed**";
    fs::write(
        &config,
        format!("[dataset]\nname = \"{name}\"\n\n[[source]]\nid = \"s|\\n\\\"\"\nmatch = [\"**\"]\nname = \"{name}\"\nurl = \"javascript:alert(1)\"\nkind = \"open_cn\"\npublisher = \"{name}\"\n"),
    )
    .unwrap();
    scanned(
        &bench,
        &bench.path("corpus"),
        &config,
        "run",
        &["--sidecar"],
    );
    for format in ["eu", "ab2013"] {
        let (code, text, _) = exported(&bench, "run", &config, format);
        assert_eq!(code, 0);
        for wrong in [
            "\n# heading",
            "\u{202e}",
            "<script>",
            "x](javascript",
            "b | ",
        ] {
            assert!(!text.contains(wrong), "{wrong:?} in {text}");
        }
        // Every row of a table has as many cells as its header.
        let cells = |line: &str| line.replace("\\|", "").matches('|').count();
        let mut header = 0;
        for line in text.lines() {
            match line.starts_with('|') {
                false => header = 0,
                true if header == 0 => header = cells(line),
                true => assert_eq!(cells(line), header, "{line}"),
            }
        }
    }
    let (_, text, _) = exported(&bench, "run", &config, "prov");
    let graph: Value = serde_json::from_str(&text).unwrap();
    for node in graph["@graph"].as_array().unwrap() {
        let id = node["@id"].as_str().unwrap();
        assert!(
            id.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.:#".contains(&b)),
            "{id}"
        );
        assert!(node["prov:atLocation"].is_null());
    }
    let (_, text, _) = exported(&bench, "run", &config, "tc609");
    assert_eq!(lines(&text).len(), 4);
    assert!(!text.contains("javascript:alert"));

    let empty = Bench::new();
    empty.file("a.jsonl", b"");
    let none = empty.path("none.toml");
    fs::write(&none, "").unwrap();
    scanned(&empty, &empty.path("corpus"), &none, "run", &["--sidecar"]);
    for format in DOCUMENTS {
        let (code, text, told_of) = exported(&empty, "run", &none, format);
        assert!(code == 0 && !text.is_empty(), "{format}: {told_of}");
    }
    assert_eq!(exported(&empty, "run", &none, "tc609").1, "");
}

#[test]
fn a_file_that_is_there_stays_and_none_is_left_half_written() {
    let bench = Bench::new();
    bench.file("a.jsonl", "{\"text\":\"春\"}\n".as_bytes());
    let config = bench.path("c.toml");
    fs::write(&config, "").unwrap();
    scanned(
        &bench,
        &bench.path("corpus"),
        &config,
        "run",
        &["--sidecar"],
    );
    let out = bench.path("t.jsonl");
    let args = [
        "provenance",
        "run",
        "--config",
        config.to_str().unwrap(),
        "--format",
        "tc609",
        "-o",
        "t.jsonl",
    ];
    assert_eq!(told(&bench.yujian(&args)).0, 0);
    let written = fs::read(&out).unwrap();
    assert_eq!(lines(std::str::from_utf8(&written).unwrap()).len(), 1);
    fs::write(&out, "mine").unwrap();
    assert_eq!(told(&bench.yujian(&args)).0, 2);
    assert_eq!(fs::read_to_string(&out).unwrap(), "mine");
    let forced = [&args[..], &["--force"]].concat();
    assert_eq!(told(&bench.yujian(&forced)).0, 0);
    assert_eq!(fs::read(&out).unwrap(), written);
    assert!(!bench.path("t.jsonl.new").exists());
}

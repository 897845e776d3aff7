//! Exports of provenance: structure, determinism, and nothing in them that should not be.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::command::{Bench, fixtures, told};

const FILES: [&str; 5] = [
    "croissant.json",
    "spdx.json",
    "cyclonedx.json",
    "dta.json",
    "dta-sources.jsonl",
];

/// Scans fixtures with digests of SHA-256.
fn scanned(bench: &Bench, corpus: &Path, config: &Path, run: &str, more: &[&str]) {
    let mut args = vec![
        "scan",
        corpus.to_str().unwrap(),
        "--config",
        config.to_str().unwrap(),
        "-o",
        run,
        "--key-file",
        "key",
        "--digest",
        "sha256",
        "-q",
    ];
    args.extend(more);
    let (code, text) = told(&bench.yujian(&args));
    assert!(code == 0, "{text}");
}

/// All exports of a run, in the order of [`FILES`].
fn exported(bench: &Bench, run: &str, config: &Path, folder: &str) -> Vec<String> {
    let args = [
        "provenance",
        run,
        "--config",
        config.to_str().unwrap(),
        "--format",
        "all",
        "--as-of",
        "2026-10-10",
        "-o",
        folder,
    ];
    let (code, text) = told(&bench.yujian(&args));
    assert_eq!(code, 0, "{text}");
    let read = |name| fs::read_to_string(bench.path(folder).join(name)).unwrap();
    FILES.iter().map(read).collect()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn every_format_says_what_was_measured_and_declared() {
    let bench = Bench::new();
    let filing = fixtures("filing");
    let config = filing.join("yujian.toml");
    scanned(&bench, &filing.join("corpus"), &config, "run", &[]);
    let all = exported(&bench, "run", &config, "out");
    let croissant = json(&all[0]);
    let files: Vec<&Value> = croissant["distribution"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|part| part["@type"] == "cr:FileObject")
        .collect();
    assert_eq!(files.len(), 6);
    assert!(
        files
            .iter()
            .all(|file| file["sha256"].as_str().unwrap().len() == 64)
    );
    let spdx = json(&all[1]);
    let graph = spdx["@graph"].as_array().unwrap();
    let packages = graph
        .iter()
        .filter(|e| e["type"] == "dataset_DatasetPackage");
    assert_eq!(packages.count(), 7);
    let cyclonedx = json(&all[2]);
    assert_eq!(cyclonedx["components"].as_array().unwrap().len(), 6);
    let dta = json(&all[3]);
    assert_eq!(
        dta["provenance"]["origin-geography"],
        serde_json::json!([{"country": "CN"}, {"country": "NZ"}])
    );
    assert_eq!(all[4].lines().count(), 6);
}

/// Every string in a document, keys left out.
fn strings(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => out.push(text.clone()),
        Value::Array(all) => all.iter().for_each(|one| strings(one, out)),
        Value::Object(all) => all.values().for_each(|one| strings(one, out)),
        _ => {}
    }
}

#[test]
fn a_complete_declaration_leaves_nothing_that_a_format_needs() {
    let bench = Bench::new();
    let filing = fixtures("filing");
    let config = filing.join("yujian.toml");
    scanned(&bench, &filing.join("corpus"), &config, "run", &[]);
    let text = fs::read_to_string(&config).unwrap();
    // Users' questions, bought and synthetic text have no address.
    let expected = "url [ask, made, reader]";
    let config = config.to_str().unwrap();
    let args = [
        "provenance",
        "run",
        "--config",
        config,
        "--format",
        "all",
        "-o",
        "out",
    ];
    let (code, told_of) = told(&bench.yujian(&args));
    assert_eq!(code, 0, "{told_of}");
    let needed: Vec<&str> = told_of
        .lines()
        .filter(|l| l.contains("to be completed"))
        .collect();
    assert!(
        needed.len() == 1 && needed[0].contains(expected),
        "{needed:?}"
    );
    for name in FILES {
        let written = fs::read_to_string(bench.path("out").join(name)).unwrap();
        assert!(!written.contains("to be completed"), "{name}");
    }
    // Each value that is declared of the corpus stands in some document.
    let all: String = FILES
        .iter()
        .map(|name| fs::read_to_string(bench.path("out").join(name)).unwrap())
        .collect();
    let table: toml::Table = toml::from_str(&text).unwrap();
    for (key, value) in table["dataset"].as_table().unwrap() {
        let values = match value {
            toml::Value::Array(values) => values.clone(),
            one => vec![one.clone()],
        };
        for value in values {
            let text = match value {
                toml::Value::String(text) => text,
                other => other.to_string(),
            };
            assert!(
                all.contains(&text),
                "[dataset] {key} is in no document: {text}"
            );
        }
    }
}

#[test]
fn the_same_run_and_day_give_the_same_bytes_on_any_number_of_threads() {
    let bench = Bench::new();
    let corpus = fixtures("corpus");
    let config = corpus.join("yujian.toml");
    scanned(&bench, &corpus, &config, "one", &["--threads", "1"]);
    scanned(&bench, &corpus, &config, "two", &["--threads", "2"]);
    let first = exported(&bench, "one", &config, "a");
    assert_eq!(first, exported(&bench, "one", &config, "b"));
    assert_eq!(first, exported(&bench, "two", &config, "c"));
    // Another declaration is another document with another number.
    let other = bench.path("other.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&other, format!("{text}\n[dataset]\nname = \"other\"\n")).unwrap();
    let changed = exported(&bench, "one", &other, "d");
    let number = |text: &str| json(text)["serialNumber"].clone();
    assert_ne!(number(&first[2]), number(&changed[2]));
}

#[test]
fn counts_are_told_and_no_personal_value_is() {
    let bench = Bench::new();
    let corpus = fixtures("corpus");
    let config = corpus.join("yujian.toml");
    scanned(&bench, &corpus, &config, "run", &[]);
    let all = exported(&bench, "run", &config, "out");
    let mut values = Vec::new();
    for file in [
        "chat/dialogues.jsonl",
        "forum/posts-2026-10.jsonl",
        "encyclopedia/part-0.jsonl",
    ] {
        let text = fs::read_to_string(corpus.join(file)).unwrap();
        for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || "@._-".contains(c))) {
            let digits = word.bytes().filter(u8::is_ascii_digit).count();
            if digits >= 7 || word.contains('@') {
                values.push(word.to_owned());
            }
        }
    }
    assert!(values.len() >= 3, "{values:?}");
    for value in values {
        assert!(all.iter().all(|text| !text.contains(&value)), "{value}");
    }
    let croissant = json(&all[0]);
    let personal = croissant["rai:personalSensitiveInformation"].to_string();
    assert!(
        personal.contains("cn.mobile") && personal.contains("2 findings"),
        "{personal}"
    );
    // What was found is sensitive; what was not found is no assertion.
    let graph = json(&all[1]);
    let sensitive = |name: &str| -> String {
        let graph = graph["@graph"].as_array().unwrap();
        let package = graph
            .iter()
            .find(|e| e["type"] == "dataset_DatasetPackage" && e["name"] == name);
        let value = &package.unwrap()["dataset_hasSensitivePersonalInformation"];
        value.as_str().unwrap().to_owned()
    };
    assert_eq!(sensitive("chat"), "yes");
    assert_eq!(sensitive("books"), "noAssertion");
    let codes: Vec<String> = json(&all[3])["use"]["classification"]
        .as_array()
        .unwrap()
        .iter()
        .map(|class| class["regulation"]["code"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(codes, ["pii", "spi"]);
}

#[test]
fn hostile_names_stay_names() {
    let bench = Bench::new();
    let long = "长".repeat(60) + "/" + &"x".repeat(150);
    let paths = [
        "quote\"and\\back/a.jsonl",
        "line\nend/b.jsonl",
        "emoji 😀/c.jsonl",
        "rtl \u{202e}gpj/d.jsonl",
        "{{\"@id\": \"x\"}}/e.jsonl",
        "%2e%2e/f.jsonl",
        &format!("{long}/g.jsonl"),
    ];
    for path in paths {
        bench.file(
            path,
            "{\"id\":\"1\",\"text\":\"平常的一句话\"}\n".as_bytes(),
        );
    }
    let source = "s\"\\\u{7}\u{202e}😀\n}],\"@graph\":[{";
    let quoted = source
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
        .replace('\u{7}', "\\u0007");
    let config = format!(
        "[dataset]\nname = \"{quoted}\"\nurl = \"javascript:alert(1) x\"\n\n[[source]]\nid = \"{quoted}\"\nmatch = [\"quote*/**\"]\n\
         url = \"no address\"\nlicence_id = \"MIT' OR 1=1\"\n"
    );
    let path = bench.path("odd.toml");
    fs::write(&path, config).unwrap();
    scanned(&bench, &bench.path("corpus"), &path, "run", &[]);
    let all = exported(&bench, "run", &path, "out");
    for text in &all[..4] {
        let document = json(text);
        let mut found = Vec::new();
        strings(&document, &mut found);
        assert!(
            found.iter().any(|text| text == source),
            "the name is there as it is"
        );
        assert!(
            !found
                .iter()
                .any(|text| text.contains("javascript") || text == "no address")
        );
    }
    let croissant = json(&all[0]);
    let objects = croissant["distribution"].as_array().unwrap();
    let names: Vec<&str> = objects
        .iter()
        .filter_map(|o| o["contentUrl"].as_str())
        .collect();
    assert_eq!(names.len(), paths.len());
    for name in names {
        let odd = |c: char| c.is_control() || c.is_whitespace() || "\"\\{}\u{202e}".contains(c);
        assert!(!name.contains(odd), "{name}");
    }
    let mut ids: Vec<&str> = objects.iter().filter_map(|o| o["@id"].as_str()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[test]
fn without_declarations_and_without_records_documents_are_whole() {
    let bench = Bench::new();
    bench.file("empty.jsonl", b"");
    bench.file("a.jsonl", b"{\"text\":\"x\"}\n");
    fs::write(
        bench.path("none.toml"),
        "[corpus]\nexclude = [\"a.jsonl\"]\n",
    )
    .unwrap();
    fs::write(bench.path("empty.toml"), "").unwrap();
    for (config, run) in [("none.toml", "nothing"), ("empty.toml", "bare")] {
        let config = bench.path(config);
        scanned(&bench, &bench.path("corpus"), &config, run, &[]);
        let all = exported(&bench, run, &config, &format!("out-{run}"));
        for text in &all[..4] {
            let document = json(text);
            assert!(
                text.contains("to be completed") && document.is_object(),
                "{text}"
            );
        }
        let packages = json(&all[1])["@graph"].as_array().unwrap().clone();
        let packages = packages
            .iter()
            .filter(|e| e["type"] == "dataset_DatasetPackage");
        // The corpus, and for the bare run the source that files without one count under.
        assert_eq!(packages.count(), if run == "nothing" { 1 } else { 2 });
    }
    assert!(
        fs::read_to_string(bench.path("out-nothing/dta-sources.jsonl"))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn files_whose_records_name_their_sources_are_of_the_corpus() {
    let bench = Bench::new();
    bench.file(
        "mixed.jsonl",
        b"{\"text\":\"x\",\"from\":\"a\"}\n{\"text\":\"y\",\"from\":\"b\"}\n",
    );
    let config = bench.path("c.toml");
    fs::write(&config, "[corpus]\nsource = \"from\"\n").unwrap();
    scanned(&bench, &bench.path("corpus"), &config, "run", &[]);
    let all = exported(&bench, "run", &config, "out");
    let spdx = json(&all[1]);
    let graph = spdx["@graph"].as_array().unwrap();
    let file = graph.iter().find(|e| e["type"] == "software_File").unwrap();
    assert_eq!(file["name"], "mixed.jsonl");
    let within = graph
        .iter()
        .find(|e| e["relationshipType"] == "contains")
        .unwrap();
    assert!(within["from"].as_str().unwrap().ends_with("#dataset"));
    assert!(within["to"].as_array().unwrap().contains(&file["spdxId"]));
    let cyclonedx = json(&all[2]);
    let kinds: Vec<&str> = cyclonedx["components"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["data", "data", "file"]);
    assert_eq!(
        json(&all[3])["provenance"]["format"],
        serde_json::json!(["application/jsonlines"])
    );
}

#[test]
fn more_files_than_asked_for_are_not_listed_in_part() {
    let bench = Bench::new();
    let corpus = fixtures("corpus");
    let config = corpus.join("yujian.toml");
    scanned(&bench, &corpus, &config, "run", &[]);
    let config = config.to_str().unwrap();
    let args = [
        "provenance",
        "run",
        "--config",
        config,
        "--files",
        "3",
        "--format",
        "all",
        "-o",
        "out",
    ];
    let (code, text) = told(&bench.yujian(&args));
    assert!(code == 0 && text.contains("provenance --files"), "{text}");
    let read = |name: &str| json(&fs::read_to_string(bench.path("out").join(name)).unwrap());
    let croissant = read("croissant.json");
    let parts = croissant["distribution"].as_array().unwrap();
    assert!(!parts.is_empty() && parts.iter().all(|part| part["@type"] == "cr:FileSet"));
    assert_eq!(
        read("cyclonedx.json")["compositions"][0]["aggregate"],
        "incomplete"
    );
    let spdx = read("spdx.json");
    assert!(
        spdx["@graph"]
            .as_array()
            .unwrap()
            .iter()
            .all(|e| e["type"] != "software_File")
    );
}

#[test]
fn nothing_unread_is_called_complete() {
    let bench = Bench::new();
    let broken = fixtures("broken");
    let args = [
        "scan",
        broken.to_str().unwrap(),
        "-o",
        "run",
        "--key-file",
        "key",
        "-q",
    ];
    assert_eq!(told(&bench.yujian(&args)).0, 2);
    fs::write(bench.path("empty.toml"), "").unwrap();
    let all = exported(&bench, "run", &bench.path("empty.toml"), "out");
    assert_eq!(json(&all[2])["compositions"][0]["aggregate"], "incomplete");
    let graph = json(&all[1]);
    let dataset = graph["@graph"]
        .as_array()
        .unwrap()
        .iter()
        .find(|e| e["type"] == "dataset_DatasetPackage");
    let noise = dataset.unwrap()["dataset_datasetNoise"].as_str().unwrap();
    assert!(noise.contains("1 files"), "{noise}");
    // Without `--digest sha256` Croissant lacks what it asks for, and says so.
    let told_of = told(&bench.yujian(&[
        "provenance",
        "run",
        "--config",
        "empty.toml",
        "--format",
        "croissant",
    ]));
    assert!(told_of.1.contains("scan --digest sha256"), "{}", told_of.1);
}

#[test]
fn annotation_is_told_in_numbers() {
    let bench = Bench::new();
    let annotation = fixtures("annotation");
    let config = annotation.join("yujian.toml");
    bench.file("a.jsonl", b"{\"text\":\"x\"}\n");
    scanned(&bench, &bench.path("corpus"), &config, "run", &[]);
    let all = exported(&bench, "run", &config, "out");
    let croissant = json(&all[0]);
    assert_eq!(croissant["rai:annotationsPerItem"], "1.25");
    let told_of = croissant["rai:dataAnnotationProtocol"].as_str().unwrap();
    assert!(
        told_of.contains("safety-01") && told_of.contains("3 annotations of 3 items"),
        "{told_of}"
    );
    let people = croissant["rai:annotatorDemographics"].to_string();
    assert!(
        people.contains("internal: 2 registered") && !people.contains("A01"),
        "{people}"
    );
    assert!(
        croissant["rai:dataAnnotationAnalysis"]
            .to_string()
            .contains("alpha = 1.000")
    );
}

#[test]
fn what_is_in_the_way_is_told_and_stays() {
    let bench = Bench::new();
    bench.file("a.jsonl", b"{\"text\":\"x\"}\n");
    assert_eq!(bench.scan(&["-q"]).0, 0);
    fs::create_dir(bench.path("out")).unwrap();
    fs::write(bench.path("out/spdx.json"), "mine").unwrap();
    fs::write(bench.path("out/dta.json"), "mine too").unwrap();
    let all = ["provenance", "run", "--format", "all", "-o", "out"];
    let (code, text) = told(&bench.yujian(&all));
    assert!(
        code == 2 && text.contains("spdx.json") && text.contains("dta.json"),
        "{text}"
    );
    assert_eq!(fs::read_dir(bench.path("out")).unwrap().count(), 2);
    let (code, text) = told(&bench.yujian(&[&all[..], &["--force"]].concat()));
    assert_eq!(code, 0, "{text}");
    assert_eq!(
        fs::read_dir(bench.path("out")).unwrap().count(),
        yujian::provenance::Format::ALL.len()
    );
    assert_ne!(
        fs::read_to_string(bench.path("out/spdx.json")).unwrap(),
        "mine"
    );
    for (args, what) in [
        (vec!["provenance", "run", "--format", "all"], "-o DIR"),
        (vec!["provenance", "nowhere", "--format", "spdx"], "nowhere"),
        (
            vec![
                "provenance",
                "run",
                "--format",
                "spdx",
                "-o",
                "no/such/file",
            ],
            "no/such/file",
        ),
        (
            vec![
                "provenance",
                "run",
                "--format",
                "spdx",
                "--config",
                "gone.toml",
            ],
            "gone.toml",
        ),
        (
            vec!["provenance", "run", "--format", "spdx", "--as-of", "soon"],
            "2026-01-31",
        ),
    ] {
        let (code, text) = told(&bench.yujian(&args));
        assert!(code == 2 && text.contains(what), "{args:?}: {code} {text}");
    }
    fs::write(bench.path("bad.toml"), "[dataset]\nnmae = \"x\"\n").unwrap();
    let args = [
        "provenance",
        "run",
        "--format",
        "spdx",
        "--config",
        "bad.toml",
    ];
    let (code, text) = told(&bench.yujian(&args));
    assert!(
        code == 2 && text.contains("bad.toml:2") && text.contains("did you mean `name`?"),
        "{text}"
    );
}

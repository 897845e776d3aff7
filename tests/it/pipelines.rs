//! What pipelines read of the gate: JUnit, Markdown, SARIF.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::command::{Bench, told};

/// A number that is planted everywhere and must be nowhere.
const NUMBER: &str = "13982718281";
/// So is this text.
const TEXT: &str = "谁也没有写过的这一句话";

/// Names as hard as a file system and a configuration take them.
fn hostile() -> Bench {
    let bench = Bench::new();
    let line = format!("{{\"id\":\"{NUMBER}\",\"text\":\"{TEXT}手机{NUMBER}\"}}\n");
    bench.file("a b#%😀?/x.jsonl", line.as_bytes());
    bench.file("]]><b>|@all/\u{202e}y.jsonl", line.as_bytes());
    #[cfg(unix)]
    bench.file("line\nend\u{1}/z.jsonl", line.as_bytes());
    bench.file("plain.txt", format!("{TEXT}电话{NUMBER}。\n").as_bytes());
    let config = "[[source]]\nid = \"]]><x> | @all \\u0001\\u202e\"\nmatch = [\"plain.txt\"]\nname = \"<![CDATA[\"\n";
    fs::write(bench.path("yujian.toml"), config).unwrap();
    bench
}

fn scan(bench: &Bench, run: &str) -> i32 {
    let args = [
        "scan",
        "corpus",
        "-q",
        "-o",
        run,
        "--key-file",
        "key",
        "--config",
        "yujian.toml",
    ];
    told(&bench.yujian(&args)).0
}

fn gate(bench: &Bench, args: &[&str]) -> (i32, String) {
    let all = [&["gate", "run", "--config", "yujian.toml"], args].concat();
    let output = bench.yujian(&all);
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), text)
}

#[test]
fn every_format_ends_alike_and_holds_nothing_of_the_corpus() {
    let bench = hostile();
    assert_eq!(scan(&bench, "run"), 0);
    for clauses in [&[][..], &["--clauses"]] {
        let mut codes = BTreeSet::new();
        for format in ["table", "json", "junit", "markdown", "sarif"] {
            for lang in ["zh", "en"] {
                let args = [clauses, &["--format", format, "--lang", lang]].concat();
                let (code, text) = gate(&bench, &args);
                codes.insert(code);
                assert!(!text.is_empty(), "{format}");
                assert!(
                    !text.contains(NUMBER) && !text.contains(TEXT),
                    "{format}: {text}"
                );
                assert_eq!(text, gate(&bench, &args).1, "{format}");
            }
        }
        assert_eq!(codes, BTreeSet::from([1]));
    }
    let (_, json) = gate(&bench, &["--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["format"], "yujian-gate/1");
    let (_, json) = gate(&bench, &["--clauses", "--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["format"], "yujian-clauses/1");
}

/// Names of the elements, each with its tag, in order. Attributes hold no `<` and no `>`.
fn elements(xml: &str) -> Vec<(String, String)> {
    let mut reader = quick_xml::Reader::from_str(xml);
    while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
    let tags = xml
        .split('<')
        .skip(1)
        .filter(|tag| !tag.starts_with(['/', '?']));
    tags.map(|tag| {
        let tag = tag.split('>').next().unwrap();
        let name = tag.split([' ', '/']).next().unwrap();
        (name.to_owned(), tag.to_owned())
    })
    .collect()
}

fn attribute(text: &str, name: &str) -> usize {
    let (_, rest) = text.split_once(&format!(" {name}=\"")).unwrap();
    rest.split('"').next().unwrap().parse().unwrap()
}

#[test]
fn junit_counts_what_it_holds_and_lets_nothing_open_pass() {
    let bench = hostile();
    scan(&bench, "run");
    for clauses in [&[][..], &["--clauses"]] {
        let (_, xml) = gate(&bench, &[clauses, &["--format", "junit"]].concat());
        let strange = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!xml.contains(strange) && !xml.contains("]]>"), "{xml}");
        let all = elements(&xml);
        let count = |name: &str| all.iter().filter(|(of, _)| of == name).count();
        let told = |name: &str| -> usize {
            let suites = all.iter().filter(|(of, _)| of == "testsuite");
            suites.map(|(_, text)| attribute(text, name)).sum()
        };
        assert_eq!(count("testcase"), told("tests"));
        assert_eq!(count("failure"), told("failures"));
        assert_eq!(count("error"), told("errors"));
        assert_eq!(count("skipped"), told("skipped"));
        // As many pass as are compliant, and the coverage.
        let (_, json) = gate(&bench, &[clauses, &["--format", "json"]].concat());
        let json: Value = serde_json::from_str(&json).unwrap();
        let list = match clauses.is_empty() {
            true => &json["checks"],
            false => &json["matrix"]["clauses"],
        };
        let list = list.as_array().unwrap();
        let compliant = list
            .iter()
            .filter(|one| one["state"] == "compliant")
            .count();
        let passed = count("testcase") - count("failure") - count("skipped");
        assert_eq!(passed, compliant + 1);
        let open = "type=\"needs-evidence\"";
        assert!(clauses.is_empty() || xml.contains(open), "{xml}");
        assert_eq!(list.len() + 1, count("testcase"));
    }
}

#[test]
fn what_was_not_read_is_an_error() {
    let bench = hostile();
    bench.file("<broken>.jsonl.gz", b"\x1f\x8b\x08\x00broken");
    assert_eq!(scan(&bench, "run"), 2);
    let (code, xml) = gate(&bench, &["--format", "junit"]);
    assert_eq!(code, 2);
    assert!(
        xml.contains("<error type=\"not-read\"") && xml.contains("&lt;broken&gt;"),
        "{xml}"
    );
    let (code, text) = gate(&bench, &["--format", "markdown"]);
    assert!(
        code == 2 && text.contains("⛔") && text.contains("&lt;broken&gt;"),
        "{text}"
    );
    let (code, log) = gate(&bench, &["--format", "sarif"]);
    let log: Value = serde_json::from_str(&log).unwrap();
    let invocation = &log["runs"][0]["invocations"][0];
    assert!(code == 2 && invocation["executionSuccessful"] == false);
    assert_eq!(invocation["exitCode"], 2);
    let told = &invocation["toolExecutionNotifications"][0];
    let uri = &told["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "%3Cbroken%3E.jsonl.gz");
}

#[test]
fn markdown_fits_into_a_comment_and_nothing_in_it_is_markup() {
    let bench = hostile();
    for n in 0..400 {
        bench.file(
            &format!("source-{n}/a.jsonl"),
            b"{\"text\":\"\xe5\xb9\xb3\xe5\xb8\xb8\"}\n",
        );
    }
    scan(&bench, "run");
    let (_, text) = gate(&bench, &["--format", "markdown"]);
    assert!(
        text.len() <= 65_536 && text.len() > 50_000,
        "{}",
        text.len()
    );
    assert!(
        text.contains("more are not shown") || text.contains("未列出"),
        "{text}"
    );
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let bars = line.replace("\\|", "").matches('|').count();
        assert_eq!(bars, 6, "{line}");
    }
    assert!(!text.contains("<x>") && !text.contains("@all"), "{text}");
    let failed = text.find("### ").unwrap();
    assert!(
        text[failed..].starts_with("### Not passed") || text[failed..].starts_with("### 未通过")
    );
}

#[test]
fn sarif_names_places_and_tells_new_from_known() {
    let bench = hostile();
    bench.file("more.jsonl", "{\"text\":\"手机13982797472\"}\n".as_bytes());
    scan(&bench, "old");
    fs::remove_file(bench.path("corpus/more.jsonl")).unwrap();
    bench.file("fresh.jsonl", "{\"text\":\"手机13982734119\"}\n".as_bytes());
    scan(&bench, "run");
    let (_, log) = gate(&bench, &["--format", "sarif", "--before", "old"]);
    assert!(!log.contains("13982797472") && !log.contains("13982734119"));
    let log: Value = serde_json::from_str(&log).unwrap();
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    let mut states = BTreeSet::new();
    for result in results {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(!result["locations"].as_array().unwrap().is_empty());
        assert_eq!(result["kind"] == "fail", result["level"] != "none");
        states.extend(result["baselineState"].as_str());
        for location in result["locations"].as_array().unwrap() {
            assert!(location.get("snippet").is_none());
            let uri = location["physicalLocation"]["artifactLocation"]["uri"]
                .as_str()
                .unwrap();
            let fine = |b: u8| b.is_ascii_alphanumeric() || b"-._~!/%".contains(&b);
            assert!(uri.bytes().all(fine) && !uri.starts_with('/'), "{uri}");
        }
    }
    assert_eq!(states, BTreeSet::from(["absent", "new", "unchanged"]));
    let all = serde_json::to_string(results).unwrap();
    assert!(all.contains("a%20b%23%25%F0%9F%98%80%3F/x.jsonl"), "{all}");
    // Only a whole file has offsets of its own.
    let regions = results
        .iter()
        .flat_map(|r| r["locations"].as_array().unwrap());
    for location in regions {
        let place = &location["physicalLocation"];
        let plain = place["artifactLocation"]["uri"] == "plain.txt";
        assert_eq!(place.get("region").is_some(), plain, "{location}");
    }
    for rule in rules {
        assert!(rule["properties"]["tags"].as_array().unwrap().len() <= 20);
        assert!(
            rule["fullDescription"]["text"]
                .as_str()
                .unwrap()
                .contains(" / ")
        );
    }
}

#[test]
fn a_file_is_written_whole_and_not_overwritten() {
    let bench = hostile();
    scan(&bench, "run");
    let args = ["--format", "junit", "-o", "junit.xml"];
    assert_eq!(gate(&bench, &args).0, 1);
    let whole = fs::read_to_string(bench.path("junit.xml")).unwrap();
    assert_eq!(whole, gate(&bench, &["--format", "junit"]).1);
    fs::write(bench.path("junit.xml"), "mine").unwrap();
    assert_eq!(gate(&bench, &args).0, 2);
    assert_eq!(fs::read_to_string(bench.path("junit.xml")).unwrap(), "mine");
    assert_eq!(gate(&bench, &[&args[..], &["--force"]].concat()).0, 1);
    assert_eq!(fs::read_to_string(bench.path("junit.xml")).unwrap(), whole);
    assert_eq!(gate(&bench, &["-o", "table.txt"]).0, 2);
    assert_eq!(gate(&bench, &["--before", "run"]).0, 2);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(bench.path("junit.xml"))
            .unwrap()
            .permissions()
            .mode();
        let other = fs::metadata(bench.path("yujian.toml"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode, other, "as readable as any file");
    }
}

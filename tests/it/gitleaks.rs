//! Rule files of Gitleaks through the command: imported, told of, scanned with, refused.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::command_line::said as yujian;

/// A rule file with every construct there is, in words of our own.
const RULES: &str = r##"
title = "house rules"
minVersion = "v8.25.0"

[extend]
useDefault = true

[[allowlists]]
description = "house samples"
targetRules = ["maize-key", "no-such-rule"]
stopwords = ["sampleriver"]

[[rules]]
id = "maize-key"
description = "Key of the maize service"
regex = '''(?i)\b(maize)[_-]?(?:key)\s*[=:]\s*["'\x60]?([[:alnum:]_-]{20})(?:['"\x60\s;]|\\[nr]|$)'''
secretGroup = 2
entropy = 3.2
keywords = ["Maize"]
tags = ["house", "key"]

[[rules]]
id = "river-token"
description = "Token of the river service"
regex = '''rvr_[0-9a-f]{24}\b'''
[[rules.allowlists]]
description = "tokens of the test bench"
regexTarget = "line"
regexes = ['''bench\.maize''']
[[rules.allowlists]]
condition = "AND"
regexes = ['''^rvr_00''']
stopwords = ["beef"]
[[rules.allowlists]]
paths = ['''_test\.go$''']
commits = ["c0ffee5"]
stopwords = ["decade"]

[[rules]]
id = "stone-block"
regex = '''(?s)BEGIN STONE.{20,}?END STONE'''
keywords = ["begin stone"]
[rules.allowlist]
regexTarget = "match"
regexes = ['''BEGIN STONE\s+demo''']

[[rules]]
id = "literal-odds"
regex = '''qq{[[&&~~+--\]]{4}\Q.x\E\101{2}'''
keywords = ["qq{"]

[[rules]]
id = "two-groups"
regex = '''lotus-(\w{8})-(\w{8})'''
keywords = ["lotus-"]

[[rules]]
id = "pathed"
regex = '''hbr_[a-z]{12}'''
path = '''\.env$'''
keywords = ["hbr_"]
required = [{ id = "maize-key", withinLines = 3 }]
severity = "high"

[[rules]]
id = "only-path"
path = '''\.pem$'''

[[rules]]
id = "looks-around"
regex = '''tiger(?!lily)[0-9]{8}'''
keywords = ["tiger"]

[[rules]]
id = "no-way-in"
regex = '''[0-9a-f]{40}'''

[[rules]]
id = "bad-group"
regex = '''garden-([0-9]{8})'''
secretGroup = 3
keywords = ["garden-"]

[[rules]]
id = "helper"
regex = '''helper-[0-9]{8}'''
keywords = ["helper-"]
skipReport = true

[[rules]]
id = "river-token"
regex = '''rvr2_[0-9a-f]{24}'''
keywords = ["rvr2_"]
"##;

fn imported(dir: &Path) -> String {
    fs::write(dir.join("house.toml"), RULES).unwrap();
    let (code, told) = yujian(
        dir,
        &[
            "rules",
            "import",
            "--gitleaks",
            "house.toml",
            "-o",
            "rules.toml",
        ],
    );
    assert_eq!(code, 0, "{told}");
    told
}

#[test]
fn what_is_not_taken_over_is_named_with_its_rule() {
    let dir = TempDir::new().unwrap();
    let told = imported(dir.path());
    for wanted in [
        "file    `extend` is not followed",
        "kept  river-token  `paths` and `commits` of an allowlist are not kept",
        "kept  stone-block  matches that reach more than 4000 characters",
        "kept  two-groups  2 groups and no `secretGroup`",
        "kept  pathed  `path` is not kept",
        "kept  pathed  `required` is not kept",
        "kept  pathed  `severity` is not known",
        "left out  only-path  only a `path`",
        "left out  looks-around  ",
        "left out  no-way-in  no `keywords`",
        "left out  bad-group  `secretGroup` is 3, but the pattern has 1 groups",
        "left out  helper  `skipReport`",
        "left out  river-token  another rule of the file has this id",
        "read 12 rules, wrote 6 -> rules.toml",
    ] {
        assert!(told.contains(wanted), "{wanted}\nnot in\n{told}");
    }
    let remark = yujian(
        dir.path(),
        &[
            "rules",
            "import",
            "--gitleaks",
            "house.toml",
            "-o",
            "rules.toml",
            "--json",
        ],
    );
    let first: Value = serde_json::from_str(remark.1.lines().next().unwrap()).unwrap();
    assert_eq!(first["kept"], false);
}

#[test]
fn imported_rules_find_what_they_describe_and_allow_what_they_allow() {
    let dir = TempDir::new().unwrap();
    imported(dir.path());
    fs::create_dir(dir.path().join("corpus")).unwrap();
    // Text, rule, what is found of it; or why it does not count.
    let cases = [
        (
            "配置maize_key=River3Stone9Cloud2Ma;其余不变",
            "maize-key",
            Ok("River3Stone9Cloud2Ma"),
        ),
        ("MAIZE-KEY: \"River3Stone9Cloud2Mapl\"", "maize-key", Ok("")),
        ("maize_key=aaaaaaaaaaaaaaaaaaaa", "maize-key", Ok("")),
        (
            "maize_key=sampleriver3Stone9Cl",
            "maize-key",
            Err("allow:house samples"),
        ),
        (
            "rvr_c0ffee5facade7c0ffee5fac",
            "river-token",
            Ok("rvr_c0ffee5facade7c0ffee5fac"),
        ),
        (
            "my_rvr_c0ffee5facade7c0ffee5fac",
            "river-token",
            Ok("rvr_c0ffee5facade7c0ffee5fac"),
        ),
        (
            "host bench.maize rvr_c0ffee5facade7c0ffee5fac",
            "river-token",
            Err("allow:tokens of the test bench"),
        ),
        (
            "rvr_00beef5facade7c0ffee5fac",
            "river-token",
            Err("allow:allowlist of the imported file"),
        ),
        (
            "rvr_00ffee5facade7c0ffee5fac",
            "river-token",
            Ok("rvr_00ffee5facade7c0ffee5fac"),
        ),
        (
            "rvr_c0ffee5decade7c0ffee5fac",
            "river-token",
            Err("allow:allowlist of the imported file"),
        ),
        (
            "BEGIN STONE\nmaize river garden lotus\nEND STONE",
            "stone-block",
            Ok("BEGIN STONE\nmaize river garden lotus\nEND STONE"),
        ),
        (
            "BEGIN STONE demo maize river garden END STONE",
            "stone-block",
            Err("allow:allowlist of the imported file"),
        ),
        ("qq{[&~].xAA", "literal-odds", Ok("qq{[&~].xAA")),
        ("lotus-maize123-river456", "two-groups", Ok("maize123")),
        ("hbr_maizeriverst", "pathed", Ok("hbr_maizeriverst")),
        ("helper-20260105", "helper", Ok("")),
    ];
    let lines: Vec<String> = cases
        .iter()
        .map(|(text, ..)| serde_json::json!({ "text": text }).to_string())
        .collect();
    fs::write(dir.path().join("corpus/a.jsonl"), lines.join("\n")).unwrap();
    let (code, told) = yujian(
        dir.path(),
        &[
            "-q",
            "scan",
            "corpus",
            "-o",
            "run",
            "--rules",
            "rules.toml",
            "--no-builtin",
        ],
    );
    assert_eq!(code, 0, "{told}");
    let (_, findings) = yujian(dir.path(), &["export", "run"]);
    let findings: Vec<Value> = findings
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for (at, (text, rule, expected)) in cases.iter().enumerate() {
        let id = format!("operator.gitleaks.{rule}");
        let of_case = |f: &&Value| f["record"] == at && f["rule"] == id.as_str();
        let found = findings.iter().find(of_case);
        let value = found.map_or("", |f| {
            let span = |end: usize| f["span"][end].as_u64().unwrap() as usize;
            &text[span(0)..span(1)]
        });
        let reason = found.and_then(|f| f["suppressed_by"].as_str());
        match expected {
            Ok(wanted) => assert_eq!((value, reason), (*wanted, None), "{text}"),
            Err(wanted) => assert_eq!(reason, Some(*wanted), "{text}"),
        }
        if let Some(found) = found.filter(|_| !value.is_empty()) {
            assert_eq!(found["entity"], "secret.imported");
            assert!(
                !found["excerpt"].as_str().unwrap().contains(value),
                "{text}"
            );
            assert_eq!(found["details"]["kind"], *rule);
        }
    }
    let tags = findings
        .iter()
        .find(|f| f["rule"] == "operator.gitleaks.maize-key")
        .unwrap();
    assert_eq!(tags["details"]["tags"], "house, key");
}

#[test]
fn what_is_no_rule_file_is_refused_and_nothing_is_written() {
    let dir = TempDir::new().unwrap();
    for (text, wanted) in [
        ("title = \"x\"\n[[rules]\n", "bad.toml:2"),
        ("title = \"x\"\n", "there are no [[rules]]"),
        ("[[rules]]\nid = 3\n", "bad.toml"),
    ] {
        fs::write(dir.path().join("bad.toml"), text).unwrap();
        let (code, told) = yujian(
            dir.path(),
            &[
                "rules",
                "import",
                "--gitleaks",
                "bad.toml",
                "-o",
                "rules.toml",
            ],
        );
        assert!(code == 2 && told.contains(wanted), "{code} {told}");
        assert!(!dir.path().join("rules.toml").exists());
    }
    fs::write(dir.path().join("house.toml"), RULES).unwrap();
    let (code, told) = yujian(
        dir.path(),
        &[
            "rules",
            "import",
            "--gitleaks",
            "house.toml",
            "-o",
            "folder",
        ],
    );
    assert!(
        code == 2 && told.contains("does not end in .toml"),
        "{told}"
    );
}

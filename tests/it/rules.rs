//! Rules prove themselves, and wrong ones are refused with place and remedy.

use std::sync::Arc;

use yujian::detect::{DetectOptions, Scanner, prove};
use yujian::rules::RuleSet;

#[test]
fn every_builtin_rule_keeps_its_examples() {
    let rules = Arc::new(RuleSet::builtin().unwrap());
    let scanner = Scanner::new(rules, DetectOptions::default()).unwrap();
    let failures: Vec<String> = prove(&scanner).iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A file with one rule that is right but for `body`.
fn file(body: &str) -> Vec<(String, String)> {
    let text = format!(
        r#"format = 1
[pack]
id = "t"
version = "2026.11.23"
title = {{ zh = "测", en = "t" }}
risk = "A.1.h"
source = "none"
[[rule]]
id = "t.one"
title = {{ zh = "测", en = "t" }}
severity = "low"
confidence = 0.5
examples = ["甲乙丙", "甲乙丙丁"]
near_misses = ["甲", "乙"]
{body}
"#
    );
    vec![("t.toml".to_owned(), text)]
}

fn complaint(body: &str) -> String {
    match RuleSet::from_texts(&file(body)) {
        Ok(rules) => match Scanner::new(Arc::new(rules), DetectOptions::default()) {
            Ok(_) => panic!("accepted: {body}"),
            Err(error) => error.to_string(),
        },
        Err(error) => error.to_string(),
    }
}

#[test]
fn wrong_rules_are_refused_with_file_line_and_remedy() {
    assert!(RuleSet::from_texts(&file(r#"terms = ["甲乙丙"]"#)).is_ok());
    for (body, what) in [
        (
            r#"terms = ["甲乙丙"]
termz = []"#,
            "unknown key `termz`",
        ),
        (r#"terms = ["甲"]"#, "single character"),
        (r#"terms = ["ab"]"#, "too few Latin letters"),
        (r#"terms = ["1234"]"#, "short number"),
        (r#"terms = ["。!"]"#, "no letter or digit"),
        ("terms = [\"\\u200B\"]", "empty after folding"),
        (
            r#"terms = ["甲乙", "甲\u200B乙"]"#,
            "the same after folding",
        ),
        (
            r#"terms = ["甲乙丙"]
allow = ["甲乙丙"]"#,
            "allow phrase",
        ),
        (r#"all_of = [["甲乙"]]"#, "two groups"),
        (
            r#"terms = ["甲乙丙"]
pattern = 'x'"#,
            "exactly one of",
        ),
        (
            r#"terms = ["甲乙丙"]
not_near = { sets = ["nowhere"] }"#,
            "no word set is called `nowhere`",
        ),
        (
            r#"terms = ["甲乙丙"]
evasion = ["case"]"#,
            "`evasion` has nothing that is called `case`",
        ),
        (
            r#"terms = ["甲乙丙"]
ecology = ["E6.12"]"#,
            "no ecology code",
        ),
        (
            r#"anchor = "digit"
entity = "x"
pattern = '\b\d{3}\b'"#,
            "word boundary",
        ),
        (
            r#"anchor = "digit"
entity = "x"
pattern = '(\d)\1'"#,
            "pattern",
        ),
        (
            r#"anchor = "digit"
entity = "x"
pattern = '\d*'"#,
            "matches the empty text",
        ),
        (
            r#"anchor = "digit"
entity = "x"
pattern = '\d{3}'
confirm = ["magic"]"#,
            "no confirmation is called `magic`",
        ),
        (
            r#"terms = ["甲乙丙"]
supersedes = ["other"]"#,
            "which is no rule",
        ),
    ] {
        let told = complaint(body);
        assert!(told.contains(what), "{body}\n→ {told}");
        assert!(told.contains("hint"), "{told}");
    }
}

#[test]
fn duplicate_ids_are_refused() {
    let mut files = file(r#"terms = ["甲乙丙"]"#);
    let second = files[0].1.replace("id = \"t\"", "id = \"u\"");
    files.push(("u.toml".to_owned(), second));
    let told = RuleSet::from_texts(&files).err().unwrap().to_string();
    assert!(
        told.contains("u.toml:9") && told.contains("exists already"),
        "{told}"
    );
}

#[test]
fn a_given_pack_takes_the_place_of_the_built_in_one() {
    let builtin = RuleSet::builtin().unwrap();
    let file = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("rules/risks/A.1.d.toml");
    let with_file = RuleSet::load(true, &[file]).unwrap();
    assert_eq!(with_file.rules().len(), builtin.rules().len());
    assert_eq!(with_file.packs().len(), builtin.packs().len());
}

//! Secrets of every kind, planted in running text and in code: found, told, and never shown.

#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use yujian::Finding;
use yujian::detect::{DetectOptions, Scanner, Scratch};
use yujian::rules::RuleSet;
use yujian::rules::syntax::RuleSpec;

fn scanner() -> Scanner {
    let rules = Arc::new(RuleSet::builtin().unwrap());
    let options = DetectOptions {
        keep: 100,
        ..DetectOptions::default()
    };
    Scanner::new(rules, options).unwrap()
}

fn is_secret(rule: &RuleSpec) -> bool {
    rule.entity
        .as_deref()
        .is_some_and(|entity| entity.starts_with("secret."))
}

fn id<'s>(scanner: &'s Scanner, finding: &Finding) -> &'s str {
    &scanner.rules().info(finding.rule).id
}

/// Chinese and English prose, code, and a line of a log around a secret.
fn surroundings(secret: &str) -> Vec<String> {
    vec![
        format!("部署说明如下。\n{secret}\n请在上线前更换,谢谢。"),
        format!("For the staging box we still use this one:\n{secret}\nuntil Friday."),
        format!("fn main() {{\n    // {secret}\n    run();\n}}"),
        format!("2026-01-05 08:00:00 INFO config loaded\n{secret}\n2026-01-05 08:00:01 INFO ready"),
    ]
}

#[test]
fn secrets_are_found_wherever_they_are_planted_and_never_shown() {
    let scanner = scanner();
    let (mut planted, mut failures) = (0, Vec::new());
    for rule in scanner
        .rules()
        .rules()
        .iter()
        .filter(|rule| is_secret(rule))
    {
        let name = rule.id.get_ref().as_str();
        let is_marking = name.starts_with("classified.");
        for example in rule.examples.iter().filter(|_| !is_marking) {
            for text in surroundings(example) {
                planted += 1;
                let findings = scanner.scan_text(&text);
                let Some(found) = findings.iter().find(|f| id(&scanner, f) == name) else {
                    failures.push(format!("{name}: not found in {text:?}"));
                    continue;
                };
                if found.suppressed_by.is_some() {
                    failures.push(format!("{name}: suppressed in {text:?}"));
                }
                for (key, value) in &rule.details {
                    if !found
                        .details
                        .get(key)
                        .is_some_and(|told| told.starts_with(value.as_str()))
                    {
                        failures.push(format!("{name}: `{key}` is not told"));
                    }
                }
                let value = &text[found.span.range()];
                for finding in &findings {
                    for shown in finding
                        .details
                        .iter()
                        .map(|(_, v)| v)
                        .chain([finding.excerpt.as_str()])
                    {
                        if let Some(part) = in_common(value, shown) {
                            failures.push(format!(
                                "{name}: {part:?} is shown by {}",
                                id(&scanner, finding)
                            ));
                        }
                    }
                }
            }
        }
    }
    assert!(planted >= 1_000, "only {planted} were planted");
    assert!(
        failures.is_empty(),
        "{} of {planted}\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// A stretch of eight characters of a secret that is shown; words of the lines of keys are none.
fn in_common<'a>(secret: &'a str, shown: &str) -> Option<&'a str> {
    let secret = secret.split("-----\n").nth(1).unwrap_or(secret);
    let starts: Vec<usize> = secret
        .char_indices()
        .map(|(at, _)| at)
        .chain([secret.len()])
        .collect();
    let mut windows = starts.windows(9).map(|w| &secret[w[0]..w[8]]);
    windows.find(|part| shown.contains(part))
}

#[test]
fn the_key_of_a_record_is_context() {
    let scanner = scanner();
    for (key, text, rule) in [
        ("password", "Mz7River3St", "secrets.password.assigned"),
        (
            "密码",
            "Ｍｚ７Ｒｉｖｅｒ３Ｓｔ",
            "secrets.password.assigned",
        ),
        (
            "api_key",
            "Maize7River3Stone9Cloud2",
            "secrets.generic.assigned",
        ),
        (
            "appsecret",
            "c0ffee5decade7facade9beaded2effa",
            "secrets.wechat.app_secret",
        ),
    ] {
        let mut scratch = Scratch::default();
        let mut record = scanner.record(&mut scratch);
        record.field(&format!("user.{key}"), key, text);
        let findings = record.finish().findings;
        let found: Vec<&str> = findings.iter().map(|f| id(&scanner, f)).collect();
        assert!(found.contains(&rule), "{key}: {found:?}");
        let finding = findings.iter().find(|f| id(&scanner, f) == rule).unwrap();
        assert_eq!(finding.span.range(), 0..text.len());
        assert!(!finding.excerpt.contains("River"), "{}", finding.excerpt);
    }
    let mut scratch = Scratch::default();
    let mut record = scanner.record(&mut scratch);
    record.field("title", "title", "Maize7River3Stone9Cloud2");
    assert!(record.finish().findings.is_empty());
}

#[test]
fn values_of_the_documentation_are_suppressed_with_a_reason() {
    let scanner = scanner();
    let jwt = concat!(
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.",
        "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.",
        "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
    );
    for (text, rule) in [
        (
            "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
            "secrets.aws.key_id",
        ),
        (
            "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "secrets.aws.secret_key",
        ),
        (jwt, "secrets.jwt"),
        (
            "https://river:Mz7Stone9@git.example.com/a.git",
            "secrets.url.userinfo",
        ),
    ] {
        let findings = scanner.scan_text(text);
        let found = findings.iter().find(|f| id(&scanner, f) == rule).unwrap();
        let reason = found.suppressed_by.as_deref().unwrap_or_default();
        assert!(reason.starts_with("allow:"), "{rule}: {reason}");
        let open: Vec<&str> = findings
            .iter()
            .filter(|f| f.suppressed_by.is_none())
            .map(|f| id(&scanner, f))
            .collect();
        assert!(
            !open.iter().any(|rule| rule.starts_with("secrets.")),
            "{open:?}"
        );
    }
}

/// Statutes, classics and documentation hold no secret: what fires there is a false alarm.
#[test]
fn nothing_is_found_in_open_texts() {
    let scanner = scanner();
    let mut fired: BTreeMap<String, usize> = BTreeMap::new();
    for name in ["open_mixed.jsonl", "open_zh.jsonl", "open_en.jsonl"] {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../shared/data/text")
            .join(name);
        let Ok(lines) = std::fs::read_to_string(&file) else {
            eprintln!("skipped: there is no ../shared/data/text/{name}");
            continue;
        };
        for line in lines.lines() {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            for finding in scanner.scan_text(record["text"].as_str().unwrap()) {
                let info = scanner.rules().info(finding.rule);
                if info
                    .entity
                    .as_deref()
                    .is_some_and(|e| e.starts_with("secret."))
                {
                    *fired.entry(info.id.clone()).or_default() += 1;
                }
            }
        }
    }
    assert_eq!(fired, BTreeMap::new());
}

#[test]
fn a_password_before_a_host_is_no_address_of_mail() {
    let scanner = scanner();
    let text = "git clone https://river:Mz7Stone9@git.maize.net/a.git,有问题写信到 lily@maize.net";
    let findings = scanner.scan_text(text);
    let mail: Vec<&str> = findings
        .iter()
        .filter(|f| id(&scanner, f) == "pii.email")
        .map(|f| &text[f.span.range()])
        .collect();
    assert_eq!(mail, ["lily@maize.net"]);
}

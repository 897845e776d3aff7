//! Which licence a text is: measured on the texts of a list that was collected apart from the one
//! the program knows, as they are and with a tenth of their words changed.
//!
//! **When an answer counts as right.** The answer is the id of the file, or one of which this
//! collection has the same words under another name, or one of which the SPDX list has the same
//! words (GPL-3.0-only and -or-later share a text, and the finding names both), or the exception
//! that takes the place of an id that the list has given up (GPL-2.0-with-GCC-exception is
//! GPL-2.0-only with GCC-exception-2.0).

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the share of texts that are identified is the result of these tests"
)]

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use yujian::Finding;
use yujian::detect::rights::licence::Words;
use yujian::detect::{DetectOptions, Scanner};
use yujian::rules::RuleSet;

use crate::command_line::{report, scan, tally, yujian};

const TEXT_RULE: &str = "rights.licence.text";

fn data(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data")
        .join(path);
    if !path.exists() {
        eprintln!("skipped: there is no {}", path.display());
        return None;
    }
    Some(path)
}

fn scanner() -> Scanner {
    let rules = Arc::new(RuleSet::builtin().unwrap());
    Scanner::new(rules, DetectOptions::default()).unwrap()
}

fn of_rule<'f>(scanner: &Scanner, findings: &'f [Finding], rule: &str) -> Vec<&'f Finding> {
    let id = |f: &&Finding| scanner.rules().info(f.rule).id == rule;
    findings.iter().filter(id).collect()
}

fn detail<'f>(finding: &'f Finding, name: &str) -> &'f str {
    let all = finding.details.iter();
    all.into_iter()
        .find(|(n, _)| *n == name)
        .map_or("", |(_, value)| value)
}

/// xorshift64 (Marsaglia): the same numbers in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below as u64) as usize
    }
}

/// `text` with about so many of a hundred words put in place of others.
fn changed(text: &str, percent: usize, words: &[&str], numbers: &mut Numbers) -> String {
    let pieces = text.split_inclusive(char::is_whitespace).map(|piece| {
        let word = piece.trim_end();
        match !word.is_empty() && numbers.next(100) < percent {
            true => format!(
                "{}{}",
                words[numbers.next(words.len())],
                &piece[word.len()..]
            ),
            false => piece.to_owned(),
        }
    });
    pieces.collect()
}

/// Ids under which the exception of an id that the list has given up is known.
fn in_place_of(id: &str) -> Option<&'static str> {
    Some(match id {
        "GPL-2.0-with-GCC-exception" => "GCC-exception-2.0",
        "GPL-2.0-with-autoconf-exception" => "Autoconf-exception-generic",
        "GPL-2.0-with-classpath-exception" => "Classpath-exception-2.0",
        "GPL-2.0-with-font-exception" => "Font-exception-2.0",
        "GPL-3.0-with-GCC-exception" => "GCC-exception-3.1",
        "GPL-3.0-with-autoconf-exception" => "Autoconf-exception-3.0",
        "eCos-2.0" => "eCos-exception-2.0",
        "wxWindows" => "WxWindows-exception-3.1",
        _ => return None,
    })
}

#[test]
fn texts_of_the_list_are_identified() {
    let Some(folder) = data("licences") else {
        return;
    };
    let mut texts: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let id = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (
                id,
                String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned(),
            )
        })
        .collect();
    texts.sort();
    let mut same: HashMap<Vec<u32>, Vec<&str>> = HashMap::new();
    for (id, text) in &texts {
        same.entry(Words::of(text).hashes).or_default().push(id);
    }
    let mut words: Vec<&str> = texts
        .iter()
        .flat_map(|(_, text)| text.split_whitespace())
        .collect();
    words.retain(|word| word.len() > 1 && word.bytes().all(|b| b.is_ascii_alphabetic()));
    words.sort_unstable();
    words.dedup();
    let scanner = scanner();
    for (percent, least) in [(0, 98.0), (10, 95.0)] {
        let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
        let (mut exact, mut equal, mut wrong) = (0, 0, Vec::new());
        for (id, text) in &texts {
            let findings = scanner.scan_text(&changed(text, percent, &words, &mut numbers));
            let found = of_rule(&scanner, &findings, TEXT_RULE);
            let longest = found.iter().max_by_key(|f| f.span.len());
            let Some(longest) = longest else {
                wrong.push(format!("{id}: none"));
                continue;
            };
            let mut told = vec![detail(longest, "licence")];
            told.extend(detail(longest, "same_text").split("; "));
            let equals = &same[&Words::of(text).hashes];
            if told.contains(&id.as_str()) {
                exact += 1;
            } else if equals.iter().any(|id| told.contains(id))
                || in_place_of(id).is_some_and(|id| told.contains(&id))
            {
                equal += 1;
            } else {
                wrong.push(format!("{id}: {}", told[0]));
            }
        }
        let share = 100.0 * f64::from(exact + equal) / texts.len() as f64;
        println!(
            "{} texts, {percent} % of words changed: {exact} by id, {equal} by an equal text, {share:.2} %; wrong: {}",
            texts.len(),
            wrong.join(", ")
        );
        assert!(share >= least, "{share:.2} % < {least} %: {wrong:?}");
    }
}

#[test]
fn novels_statutes_and_manuals_are_no_licences() {
    let scanner = scanner();
    for name in ["open_zh", "open_en", "open_mixed"] {
        let Some(path) = data(&format!("text/{name}.jsonl")) else {
            return;
        };
        let mut by_source: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
        let lines = fs::read_to_string(path).unwrap();
        let mut bytes = 0;
        for line in lines.lines() {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            let source = record["source"].as_str().unwrap_or_default();
            let text = record["text"].as_str().unwrap_or_default();
            if source == "licence-texts" {
                continue;
            }
            bytes += text.len();
            let findings = scanner.scan_text(text);
            for found in findings.iter().filter(|f| {
                scanner.rules().info(f.rule).entity.as_deref() == Some("rights.licence")
            }) {
                let rule = scanner.rules().info(found.rule).id.clone();
                let name = format!("{rule} {}", detail(found, "licence"));
                *by_source
                    .entry(source.to_owned())
                    .or_default()
                    .entry(name)
                    .or_default() += 1;
            }
        }
        println!("{name}: {bytes} bytes, {by_source:?}");
        let texts = by_source
            .values()
            .flatten()
            .filter(|(name, _)| name.starts_with(TEXT_RULE));
        assert_eq!(texts.count(), 0, "{name}: {by_source:?}");
    }
}

/// A licence that is longer than two windows see of each other is told of once, wherever the
/// windows of a long field meet in it.
#[test]
fn a_licence_at_the_edge_of_a_window_is_told_of_once() {
    let text = spdx::license_id("GPL-3.0-only").unwrap().text();
    let scanner = scanner();
    let filler = "话说天下大势,分久必合,合久必分。\n".repeat(22_000);
    for before in [
        1_000usize, 1_014_000, 1_020_000, 1_026_000, 1_030_000, 1_035_000, 1_040_000, 1_046_000,
    ] {
        let mut field = filler[..filler.floor_char_boundary(before)].to_owned();
        field.push_str("\n\n");
        field.push_str(text);
        field.push_str(&filler);
        let findings = scanner.scan_text(&field);
        let found = of_rule(&scanner, &findings, TEXT_RULE);
        let told: Vec<&str> = found.iter().map(|f| detail(f, "licence")).collect();
        assert_eq!(told, ["GPL-3.0-only"], "{before} bytes before");
    }
}

#[test]
fn a_licence_inside_another_text_says_nothing_twice() {
    let scanner = scanner();
    let mit = spdx::license_id("MIT").unwrap().text();
    let readme =
        format!("# Tool\n\nReads files.\n\n## License\n\n{mit}\n\n## 鸣谢\n\n感谢大家。\n");
    let findings = scanner.scan_text(&readme);
    let told: Vec<(&str, &str)> = findings
        .iter()
        .filter(|f| scanner.rules().info(f.rule).entity.as_deref() == Some("rights.licence"))
        .map(|f| (detail(f, "licence"), detail(f, "kind")))
        .collect();
    assert_eq!(told, [("MIT", "text")]);
}

/// What metadata and texts of records state is counted by source, whatever the number of threads,
/// and judged against what the source declares.
#[test]
fn stated_licences_are_counted_and_judged_by_source() {
    let dir = tempfile::TempDir::new().unwrap();
    let corpus = dir.path().join("corpus");
    fs::create_dir_all(corpus.join("a")).unwrap();
    fs::create_dir_all(corpus.join("b")).unwrap();
    let a = concat!(
        r#"{"text":"第一条","license":"cc-by-nc-4.0"}"#,
        "\n",
        r#"{"text":"第二条","license":"cc-by-nc-4.0"}"#,
        "\n",
        r#"{"text":"第三条","license":"某某网所有"}"#,
        "\n",
    );
    let b = concat!(
        r#"{"text":"// SPDX-License-Identifier: MIT OR GPL-3.0-only\nfn main() {}"}"#,
        "\n",
        r#"{"text":"本项目遵循MIT协议。另见 https://opensource.org/licenses/MIT"}"#,
        "\n",
    );
    fs::write(corpus.join("a/1.jsonl"), a).unwrap();
    fs::write(corpus.join("b/1.jsonl"), b).unwrap();
    fs::write(
        corpus.join("yujian.toml"),
        "[[source]]\nid = \"a\"\nmatch = [\"a/**\"]\nlicence_id = \"CC-BY-4.0\"\nlicence_evidence = \"x\"\n[[source]]\nid = \"b\"\nmatch = [\"b/**\"]\n",
    )
    .unwrap();
    let mut tallies = Vec::new();
    for threads in ["1", "3"] {
        let run = format!("run{threads}");
        scan(dir.path(), &run, &["--threads", threads]);
        tallies.push(tally(dir.path(), &run)["sources"].clone());
    }
    assert_eq!(tallies[0], tallies[1]);
    let stated = &tallies[0]["a"]["presence"]["licences"];
    assert_eq!(
        stated,
        &serde_json::json!({"CC-BY-NC-4.0": 2, "NOASSERTION": 1})
    );
    // Of alternatives the one that asks for least is counted, and a record counts once.
    assert_eq!(tallies[0]["b"]["licences"], serde_json::json!({"MIT": 2}));

    let gate = [
        "gate",
        "run1",
        "--config",
        "corpus/yujian.toml",
        "--format",
        "json",
    ];
    let (code, out, told) = yujian(dir.path(), &gate);
    assert_eq!(code, 1, "{told}");
    let verdict: serde_json::Value = serde_json::from_slice(&out).unwrap();
    let of = |source: &str| {
        let checks = verdict["checks"].as_array().unwrap().iter();
        let mut of = checks.filter(|c| c["id"] == "licence" && c["source"] == source);
        let check = of.next().unwrap();
        (
            check["state"].clone(),
            check["reason_en"].as_str().unwrap().to_owned(),
        )
    };
    let (state, reason) = of("a");
    assert_eq!(state, "needs-review");
    assert!(
        reason.contains(
            "CC-BY-NC-4.0 (non-commercial: not for commercial advantage; stated by 2 records)"
        ),
        "{reason}"
    );
    assert!(
        reason.contains("licences that are not declared: CC-BY-NC-4.0 (2)"),
        "{reason}"
    );
    assert_eq!(of("b").0, "not-applicable");

    let (summary, markdown) = report(dir.path(), "run1");
    assert_eq!(
        summary["sources"][0]["licences"][0]["classes"][1],
        "non-commercial"
    );
    assert!(
        markdown.contains("| a | CC-BY-NC-4.0 | attribution, non-commercial | 2 | 0 |"),
        "{markdown}"
    );
}

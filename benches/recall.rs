//! Recall by class of evasion, and false alarms beside it: `cargo bench --bench recall`.
//!
//! Every term of the shipped rules is changed in one way and put into real text; the scanner users
//! run must find it there. Terms of rules that want several matches are left out. False alarms are findings in text that holds no planted term and that
//! would not be found without folding.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that cannot go on should stop, and its output is its result"
)]

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use yujian::detect::{DetectOptions, Scanner};
use yujian::rules::RuleSet;

/// Real text, read from beside the project when it is there, else the fixtures.
const TEXTS: [&str; 3] = ["open_zh", "open_en", "open_mixed"];
/// Characters of real text on each side of a planted term.
const AROUND: usize = 40;

type Change = fn(&str, &Forms) -> String;

/// Ways to write characters, turned round from the tables.
struct Forms {
    traditional: HashMap<char, char>,
    lookalike: HashMap<char, char>,
    numeral: HashMap<char, char>,
}

/// The first way in the table to write each target.
fn turned(file: &str) -> HashMap<char, char> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("rules/data")
        .join(file);
    let mut forms = HashMap::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let pair: Vec<char> = line.chars().collect();
        if let [from, ',', to] = pair[..] {
            forms.entry(to).or_insert(from);
        }
    }
    forms
}

fn each(term: &str, change: impl Fn(char) -> char) -> String {
    term.chars().map(change).collect()
}

fn between(term: &str, what: &str) -> String {
    let characters: Vec<String> = term.chars().map(String::from).collect();
    characters.join(what)
}

const CLASSES: &[(&str, Change)] = &[
    ("as written", |term, _| term.to_owned()),
    ("full width", |term, _| {
        each(term, |c| match c {
            '!'..='~' => char::from_u32(c as u32 + 0xFEE0).unwrap(),
            c => c,
        })
    }),
    ("upper case", |term, _| term.to_uppercase()),
    ("traditional or variant", |term, forms| {
        each(term, |c| *forms.traditional.get(&c).unwrap_or(&c))
    }),
    ("look-alike letters", |term, forms| {
        each(term, |c| *forms.lookalike.get(&c).unwrap_or(&c))
    }),
    ("mathematical letters", |term, _| {
        each(term, |c| match c {
            'a'..='z' => char::from_u32(0x1D41A + c as u32 - 'a' as u32).unwrap(),
            c => c,
        })
    }),
    ("numerals", |term, forms| {
        each(term, |c| *forms.numeral.get(&c).unwrap_or(&c))
    }),
    ("zero-width space", |term, _| between(term, "\u{200B}")),
    ("combining marks", |term, _| between(term, "\u{336}")),
    ("one symbol between", |term, _| between(term, "*")),
    ("one space between", |term, _| between(term, " ")),
    ("three symbols between", |term, _| between(term, "-_-")),
    ("last character three times", |term, _| {
        let last = term.chars().next_back().unwrap();
        format!("{term}{last}{last}")
    }),
    ("second character three times", |term, _| {
        let mut chars = term.chars();
        let first = chars.next().unwrap();
        let second = chars.next().unwrap();
        format!("{first}{second}{second}{second}{}", chars.as_str())
    }),
];

fn main() {
    let rules = Arc::new(RuleSet::builtin().unwrap());
    let scanner = Scanner::new(rules.clone(), DetectOptions::default()).unwrap();
    let forms = Forms {
        traditional: turned("variants.csv"),
        lookalike: turned("lookalikes.csv"),
        numeral: turned("numerals.csv"),
    };
    let texts: Vec<(&str, Vec<String>)> = TEXTS.map(|name| (name, documents(name))).into();
    // Around a planted term stands text in which nothing is found.
    let quiet: Vec<String> = texts[0]
        .1
        .iter()
        .map(|text| text.chars().take(2 * AROUND).collect::<String>())
        .filter(|text| text.chars().count() == 2 * AROUND && scanner.scan_text(text).is_empty())
        .collect();
    println!(
        "{:<30} {:>8} {:>8} {:>8}",
        "class", "planted", "found", "recall"
    );
    for (name, change) in CLASSES {
        let (mut planted, mut found) = (0, 0);
        for rule in rules.rules() {
            // One occurrence is no finding of theirs.
            if rule.min_count.is_some_and(|n| n > 1) || rule.density.is_some() {
                continue;
            }
            for term in &rule.terms {
                let written = change(term, &forms);
                if written == *term && *name != "as written" {
                    continue;
                }
                let text = &quiet[planted % quiet.len()];
                let middle = text.char_indices().nth(AROUND).unwrap().0;
                // A full stop keeps Latin words of text and term apart.
                let text = format!("{}。{written}。{}", &text[..middle], &text[middle..]);
                planted += 1;
                let hits = scanner.scan_text(&text);
                found += usize::from(
                    hits.iter()
                        .any(|f| rules.info(f.rule).id == *rule.id.get_ref()),
                );
            }
        }
        let recall = 100.0 * found as f64 / planted.max(1) as f64;
        println!("{name:<30} {planted:>8} {found:>8} {recall:>7.1}%");
    }
    println!();
    println!(
        "{:<30} {:>8} {:>8} {:>8}",
        "text", "records", "findings", "folded"
    );
    for (name, documents) in &texts {
        let (mut findings, mut folded) = (0, 0);
        for text in documents {
            for finding in scanner.scan_text(text) {
                let is_keyword = rules.info(finding.rule).entity.is_none();
                if is_keyword && finding.suppressed_by.is_none() {
                    findings += 1;
                    folded += usize::from(!finding.folds.is_empty());
                }
            }
        }
        println!(
            "{name:<30} {:>8} {findings:>8} {folded:>8}",
            documents.len()
        );
    }
}

fn documents(name: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let beside = root
        .join("../shared/data/text")
        .join(format!("{name}.jsonl"));
    let lines = std::fs::read_to_string(beside).unwrap_or_else(|_| {
        let folder = root.join("fixtures/corpus/encyclopedia");
        let files = std::fs::read_dir(folder).unwrap();
        files
            .filter_map(|file| std::fs::read_to_string(file.unwrap().path()).ok())
            .collect()
    });
    let records = lines
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    records
        .filter_map(|record| record["text"].as_str().map(str::to_owned))
        .collect()
}

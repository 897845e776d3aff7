//! Speed, with the counts checked first: `cargo bench`.
//!
//! `benches/definitions` says what is measured, `benches/record` keeps what was.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark that cannot go on should stop, and its output is its result"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind};
use serde::Deserialize;
use yujian::Folds;
use yujian::detect::keyword::{CompiledTerms, Hit, Reading, TermMatcher, TermOptions};
use yujian::detect::{DetectOptions, Scanner, Scratch};
use yujian::rules::RuleSet;
use yujian::text::{FoldTable, View};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    text: String,
    fallback: String,
    megabytes: usize,
    rounds: usize,
    peer: String,
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = root.join("benches/definitions/scan.toml");
    let definition: Definition = toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let texts = texts(root, &definition);
    let bytes: usize = texts.iter().map(String::len).sum();
    let folded: Vec<String> = texts.iter().map(|text| folded(text)).collect();
    let rules = Arc::new(RuleSet::builtin().unwrap());
    let terms = CompiledTerms::new(&rules, &mut Vec::new());
    let matcher = |reading| {
        TermMatcher::new(terms.terms.clone(), |term| TermOptions {
            reading,
            inside_words: terms.inside_words(term),
            disguises: Folds::default(),
        })
    };
    let (exact, folding) = (matcher(Reading::Exact), matcher(Reading::Folded));
    let peer = AhoCorasickBuilder::new()
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(&terms.terms)
        .unwrap();
    let scanner = Scanner::new(rules, DetectOptions::default()).unwrap();

    let occurrences = same_occurrences(&terms, &exact, &peer, &folded);
    println!(
        "{} texts, {:.1} MB, {} terms, {occurrences} occurrences, the same as {}",
        texts.len(),
        bytes as f64 / 1e6,
        terms.terms.len(),
        definition.peer
    );

    let mut hits = Vec::new();
    let mut view = View::default();
    let mut scratch = Scratch::default();
    let mut find = |matcher: &TermMatcher, texts: &[String]| -> usize {
        let found = texts.iter().map(|text| {
            hits.clear();
            matcher.find(text, &mut hits);
            hits.len()
        });
        found.sum()
    };
    let mut best = [Duration::MAX; 5];
    for _ in 0..definition.rounds {
        let times = [
            timed(|| {
                folded
                    .iter()
                    .map(|text| peer.find_overlapping_iter(text).count())
                    .sum()
            }),
            timed(|| find(&exact, &folded)),
            timed(|| find(&folding, &texts)),
            timed(|| {
                texts
                    .iter()
                    .map(|text| {
                        view.fold(text, FoldTable::get());
                        view.text().len()
                    })
                    .sum()
            }),
            timed(|| {
                texts
                    .iter()
                    .map(|text| {
                        let mut record = scanner.record(&mut scratch);
                        record.field("text", "text", text);
                        record.finish().findings.len()
                    })
                    .sum()
            }),
        ];
        for (best, time) in best.iter_mut().zip(times) {
            *best = time.min(*best);
        }
    }
    let names = [
        "peer, terms only, text folded before",
        "terms only, text folded before",
        "terms only, text as it stands",
        "folding only",
        "all rules: fold, terms, patterns, settle",
    ];
    for (name, time) in names.iter().zip(best) {
        println!(
            "{name:<42} {:>8.1} MB/s  {:>6.2} x peer",
            bytes as f64 / 1e6 / time.as_secs_f64(),
            best[0].as_secs_f64() / time.as_secs_f64()
        );
    }
}

/// Checks that both find the same occurrences, and counts them.
fn same_occurrences(
    terms: &CompiledTerms,
    matcher: &TermMatcher,
    peer: &AhoCorasick,
    folded: &[String],
) -> usize {
    let mut count = 0;
    for text in folded {
        let mut ours = Vec::new();
        matcher.find(text, &mut ours);
        // The matcher leaves out what begins inside a word; what ends inside one is left to rules.
        let begins = |hit: &Hit| {
            let (bytes, start) = (text.as_bytes(), hit.start as usize);
            terms.inside_words(hit.term as usize)
                || start == 0
                || !bytes[start].is_ascii_alphanumeric()
                || !bytes[start - 1].is_ascii_alphanumeric()
        };
        let mut theirs: Vec<Hit> = peer
            .find_overlapping_iter(text)
            .map(|m| Hit {
                term: m.pattern().as_u32(),
                start: m.start() as u32,
                end: m.end() as u32,
                folds: Folds::default(),
            })
            .filter(begins)
            .collect();
        theirs.sort_unstable_by_key(|hit| (hit.end, hit.start, hit.term));
        assert!(ours == theirs, "the matchers disagree");
        count += ours.len();
    }
    count
}

fn timed(work: impl FnOnce() -> usize) -> Duration {
    let began = Instant::now();
    std::hint::black_box(work());
    began.elapsed()
}

fn folded(text: &str) -> String {
    let mut view = View::default();
    view.fold(text, FoldTable::get());
    view.lowered().to_owned()
}

/// The texts of a jsonl file's records, or of the fixtures, repeated to the wanted size.
fn texts(root: &Path, definition: &Definition) -> Vec<String> {
    let file = root.join(&definition.text);
    let lines = match std::fs::read_to_string(&file) {
        Ok(lines) => lines,
        Err(_) => {
            println!(
                "{} is not there; the fixtures are measured",
                definition.text
            );
            std::fs::read_dir(root.join(&definition.fallback))
                .unwrap()
                .filter_map(|entry| std::fs::read_to_string(entry.unwrap().path()).ok())
                .collect()
        }
    };
    let texts: Vec<String> = lines
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|record| record["text"].as_str().map(str::to_owned))
        .collect();
    let wanted = definition.megabytes * 1_000_000;
    let mut size = 0;
    texts
        .iter()
        .cycle()
        .take_while(|text| {
            let more = size < wanted;
            size += text.len().max(1);
            more
        })
        .cloned()
        .collect()
}

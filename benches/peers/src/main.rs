//! Ours and its peers: the same terms, the same text, one core, one run, counts checked first.
//!
//! `cargo run --release -- <terms.txt> <text.jsonl> [megabytes]`

mod hyperscan;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind};
use daachorse::CharwiseDoubleArrayAhoCorasick;
use hyperscan::Hyperscan;
use yujian::Folds;
use yujian::detect::keyword::{Reading, TermMatcher, TermOptions};
use yujian::text::FoldTable;

const ROUNDS: usize = 5;

fn main() {
    let mut args = std::env::args().skip(1);
    let terms = args.next().expect("a file of terms");
    let text = args.next().expect("a jsonl file with `text`");
    let megabytes: usize = args.next().map_or(32, |n| n.parse().expect("a number"));
    let terms = terms_of(&terms);
    let texts = texts_of(&text, megabytes);
    let bytes: usize = texts.iter().map(String::len).sum();

    let (exact, exact_time) = built(|| ours(terms.clone(), Reading::Exact));
    let (folded, folded_time) = built(|| ours(folded_terms(&terms), Reading::Folded));
    let (evasive, evasive_time) = built(|| ours(folded_terms(&terms), Reading::Evasive));
    let (disguised, disguised_time) = built(|| with_disguises(folded_terms(&terms)));
    let (hs, hs_time) = built(|| Hyperscan::new(&terms));
    let (nfa, nfa_time) = built(|| aho(&terms, AhoCorasickKind::ContiguousNFA));
    let (dfa, dfa_time) = built(|| aho(&terms, AhoCorasickKind::DFA));
    let (daac, daac_time) =
        built(|| CharwiseDoubleArrayAhoCorasick::<u32>::new(&terms).expect("terms differ"));

    let mut hits = Vec::new();
    let mut count_ours = |matcher: &TermMatcher| {
        let mut count = 0;
        for text in &texts {
            hits.clear();
            matcher.find(text, &mut hits);
            count += hits.len();
        }
        count
    };
    let count_hs = || {
        let mut count = 0;
        for text in &texts {
            hs.find(text, |term, end| {
                count += usize::from(begins(text, end as usize - terms[term as usize].len()));
            });
        }
        count
    };
    let count_aho = |automaton: &AhoCorasick| {
        let of = |text: &String| {
            let all = automaton.find_overlapping_iter(text);
            all.filter(|found| begins(text, found.start())).count()
        };
        texts.iter().map(of).sum()
    };
    let count_daac = || {
        let of = |text: &String| {
            let all = daac.find_overlapping_iter(text);
            all.filter(|found| begins(text, found.start())).count()
        };
        texts.iter().map(of).sum()
    };
    let same = [
        count_ours(&exact),
        count_hs(),
        count_aho(&nfa),
        count_daac(),
    ];
    assert!(
        same.iter().all(|n| *n == same[0]),
        "they disagree: {same:?}"
    );
    let (with_folds, with_noise) = (count_ours(&folded), count_ours(&evasive));
    let in_disguise = count_ours(&disguised);
    println!(
        "{} terms; {} texts, {:.1} MB; {} occurrences in all four, {with_folds} with folds, \
         {with_noise} with noise, {in_disguise} with disguises",
        terms.len(),
        texts.len(),
        bytes as f64 / 1e6,
        same[0]
    );

    let mut best = [Duration::MAX; 8];
    for _ in 0..ROUNDS {
        let times = [
            timed(count_hs),
            timed(|| count_ours(&exact)),
            timed(|| count_ours(&folded)),
            timed(|| count_ours(&evasive)),
            timed(|| count_ours(&disguised)),
            timed(|| count_aho(&nfa)),
            timed(|| count_aho(&dfa)),
            timed(count_daac),
        ];
        for (best, time) in best.iter_mut().zip(times) {
            *best = time.min(*best);
        }
    }
    let rows = [
        ("hyperscan, literals", hs_time, Some(hs.bytes())),
        ("yujian, as it stands", exact_time, None),
        ("yujian, folded", folded_time, None),
        ("yujian, folded, with noise", evasive_time, None),
        ("yujian, the same, disguises", disguised_time, None),
        (
            "aho-corasick, contiguous NFA",
            nfa_time,
            Some(nfa.memory_usage()),
        ),
        ("aho-corasick, DFA", dfa_time, Some(dfa.memory_usage())),
        ("daachorse, charwise", daac_time, Some(daac.heap_bytes())),
    ];
    println!(
        "{:<30} {:>9} {:>12} {:>9} {:>9}",
        "", "MB/s", "x hyperscan", "built ms", "MB"
    );
    for ((name, built, memory), time) in rows.into_iter().zip(best) {
        println!(
            "{name:<30} {:>9.0} {:>12.2} {:>9.0} {:>9}",
            bytes as f64 / 1e6 / time.as_secs_f64(),
            best[0].as_secs_f64() / time.as_secs_f64(),
            built.as_secs_f64() * 1e3,
            memory.map_or(String::new(), |m| format!("{:.1}", m as f64 / 1e6)),
        );
    }
}

/// Whether no Latin word goes on at `start`: the rule for terms, which the peers do not know.
fn begins(text: &str, start: usize) -> bool {
    let bytes = text.as_bytes();
    start == 0
        || !(bytes[start - 1].is_ascii_alphanumeric() && bytes[start].is_ascii_alphanumeric())
}

fn aho(terms: &[String], kind: AhoCorasickKind) -> AhoCorasick {
    AhoCorasickBuilder::new()
        .kind(Some(kind))
        .build(terms)
        .expect("not too many terms")
}

fn ours(terms: Vec<String>, reading: Reading) -> TermMatcher {
    matcher(terms, reading, Folds::default())
}

fn with_disguises(terms: Vec<String>) -> TermMatcher {
    matcher(terms, Reading::Evasive, Folds::EVASION)
}

fn matcher(terms: Vec<String>, reading: Reading, disguises: Folds) -> TermMatcher {
    TermMatcher::new(terms, |_| TermOptions {
        reading,
        inside_words: false,
        disguises,
    })
}

fn folded_terms(terms: &[String]) -> Vec<String> {
    let mut seen = HashSet::new();
    let folded = terms.iter().map(|term| FoldTable::get().term(term));
    folded
        .filter(|term| !term.is_empty() && seen.insert(term.clone()))
        .collect()
}

fn terms_of(path: &str) -> Vec<String> {
    let file = std::fs::read_to_string(path).expect("a readable file");
    let mut terms: Vec<String> = file.lines().map(|l| l.trim().to_owned()).collect();
    terms.retain(|term| !term.is_empty());
    terms.sort();
    terms.dedup();
    terms
}

/// The texts of the records, repeated to the wanted size.
fn texts_of(path: &str, megabytes: usize) -> Vec<String> {
    let file = std::fs::read_to_string(path).expect("a readable file");
    let texts: Vec<String> = file
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|record| record["text"].as_str().map(str::to_owned))
        .collect();
    let mut left = megabytes * 1_000_000;
    texts
        .into_iter()
        .take_while(|text| {
            let more = left > 0;
            left = left.saturating_sub(text.len());
            more
        })
        .collect()
}

fn built<T>(build: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    (build(), began.elapsed())
}

fn timed(work: impl FnOnce() -> usize) -> Duration {
    let began = Instant::now();
    std::hint::black_box(work());
    began.elapsed()
}

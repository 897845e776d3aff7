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

use yujian::Folds;
use yujian::detect::{DetectOptions, Scanner};
use yujian::rules::RuleSet;
use yujian::text::{FoldTable, Sounds, Syllable};

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
    /// Frequent characters of each syllable.
    sounding: HashMap<Syllable, Vec<char>>,
}

impl Forms {
    /// Syllables for the characters at some places, where all characters have one.
    fn spelled(&self, term: &str, between: &str, at: impl Fn(usize) -> bool) -> String {
        let sounds = Sounds::get();
        let mut written = String::new();
        for (place, c) in term.chars().enumerate() {
            let Some(syllable) = sounds.readings(c).first() else {
                return term.to_owned();
            };
            if at(place) {
                if place > 0 {
                    written.push_str(between);
                }
                written.push_str(sounds.letters(*syllable));
            } else {
                written.push(c);
            }
        }
        written
    }

    fn initials(&self, term: &str) -> String {
        let sounds = Sounds::get();
        let first = |c: char| Some(&sounds.letters(*sounds.readings(c).first()?)[..1]);
        let letters: Option<String> = term.chars().map(first).collect();
        letters.unwrap_or_else(|| term.to_owned())
    }

    /// Another character of the same sound for one in so many.
    fn sounding(&self, term: &str, parts: usize) -> String {
        let sounds = Sounds::get();
        let count = if parts == 1 {
            1
        } else {
            term.chars().count() / parts
        };
        let mut written = String::new();
        let mut changed = 0;
        for c in term.chars() {
            let other = self.sounding.get(&sounds.syllable(c));
            let other = other.and_then(|all| all.iter().find(|o| **o != c));
            match other.filter(|_| changed < count && sounds.syllable(c) != 0) {
                Some(other) => {
                    changed += 1;
                    written.push(*other);
                }
                None => written.push(c),
            }
        }
        written
    }

    /// The first character that has parts as its parts.
    fn parted(&self, term: &str) -> String {
        let sounds = Sounds::get();
        let mut done = false;
        let mut written = String::new();
        for c in term.chars() {
            match sounds.parts(c).first().filter(|_| !done) {
                Some((first, second)) => {
                    done = true;
                    written.extend([first, second]);
                }
                None => written.push(c),
            }
        }
        written
    }
}

/// Digits for the vowels of every Latin word.
fn leet(term: &str) -> String {
    if !term.is_ascii() {
        return term.to_owned();
    }
    each(term, |c| match c {
        'a' => '4',
        'e' => '3',
        'i' => '1',
        'o' => '0',
        c => c,
    })
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

/// The characters of some texts by how they sound, the frequent ones first.
fn sounding(texts: &[String]) -> HashMap<Syllable, Vec<char>> {
    let mut counts: HashMap<char, usize> = HashMap::new();
    for c in texts.iter().flat_map(|text| text.chars()) {
        *counts.entry(c).or_default() += 1;
    }
    let mut counts: Vec<(usize, char)> = counts.into_iter().map(|(c, n)| (n, c)).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let mut all: HashMap<Syllable, Vec<char>> = HashMap::new();
    for (_, c) in counts {
        // What folding makes another character is another class.
        let keeps = FoldTable::get().term(&c.to_string()) == c.to_string();
        if keeps && !c.is_ascii() {
            all.entry(Sounds::get().syllable(c)).or_default().push(c);
        }
    }
    all
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

/// Disguises, each planted for the rules that ask for it by this name.
const DISGUISES: &[(&str, &str, Change)] = &[
    ("pinyin, joined", "pinyin", |term, forms| {
        forms.spelled(term, "", |_| true)
    }),
    ("pinyin with spaces", "pinyin", |term, forms| {
        forms.spelled(term, " ", |_| true)
    }),
    (
        "pinyin of every other character",
        "pinyin",
        |term, forms| forms.spelled(term, "", |place| place % 2 == 1),
    ),
    ("pinyin of the first character", "pinyin", |term, forms| {
        forms.spelled(term, "", |place| place == 0)
    }),
    ("initials, alone", "initials", |term, forms| {
        forms.initials(term)
    }),
    (
        "initials beside Han",
        "initials",
        |term, forms| match forms.initials(term) {
            same if same == term => same,
            initials => format!("上{initials}吧"),
        },
    ),
    ("one homophone", "homophone", |term, forms| {
        forms.sounding(term, 1)
    }),
    ("homophones for a half", "homophone", |term, forms| {
        forms.sounding(term, 2)
    }),
    ("first character in parts", "split", |term, forms| {
        forms.parted(term)
    }),
    ("leet", "leet", |term, _| leet(term)),
];

fn main() {
    let rules = Arc::new(RuleSet::builtin().unwrap());
    let scanner = Scanner::new(rules.clone(), DetectOptions::default()).unwrap();
    let texts: Vec<(&str, Vec<String>)> = TEXTS.map(|name| (name, documents(name))).into();
    let forms = Forms {
        traditional: turned("variants.csv"),
        lookalike: turned("lookalikes.csv"),
        numeral: turned("numerals.csv"),
        sounding: sounding(&texts[0].1),
    };
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
    let plain = CLASSES.iter().map(|(name, change)| (*name, None, *change));
    let disguised = DISGUISES
        .iter()
        .map(|(name, fold, change)| (*name, Some(*fold), *change));
    for (name, asked, change) in plain.chain(disguised) {
        let (mut planted, mut found) = (0, 0);
        for rule in rules.rules() {
            // One occurrence is no finding of theirs.
            if rule.min_count.is_some_and(|n| n > 1) || rule.density.is_some() {
                continue;
            }
            if asked.is_some_and(|fold| !rule.evasion.iter().any(|name| name == fold)) {
                continue;
            }
            for term in &rule.terms {
                let written = change(term, &forms);
                if written == *term && name != "as written" {
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
        println!("{name:<31} {planted:>8} {found:>8} {recall:>7.1}%");
    }
    println!();
    println!(
        "{:<30} {:>8} {:>8} {:>8} {:>9}",
        "text", "records", "findings", "folded", "disguised"
    );
    for (name, documents) in &texts {
        let (mut findings, mut folded, mut disguised) = (0, 0, 0);
        for text in documents {
            for finding in scanner.scan_text(text) {
                let is_keyword = rules.info(finding.rule).entity.is_none();
                if is_keyword && finding.suppressed_by.is_none() {
                    findings += 1;
                    folded += usize::from(!finding.folds.is_empty());
                    disguised += usize::from(finding.folds.intersects(Folds::EVASION));
                }
            }
        }
        println!(
            "{name:<30} {:>8} {findings:>8} {folded:>8} {disguised:>9}",
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

//! Known works: recall of planted excerpts and how exact their spans are, false matches beside them,
//! and speed: `cargo bench --bench works`.
//!
//! Excerpts of the works in `../shared/data/works` are changed in one way and put between text of
//! `open_zh` that is no classic; the scanner users run must find them there.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that cannot go on should stop, and its output is its result"
)]

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use yujian::detect::{DetectOptions, Scanner};
use yujian::rules::RuleSet;
use yujian::text::FoldTable;
use yujian::works::{Builder, Known, Pack, Scheme, Selected, Stream, Work};

/// Characters of excerpts.
const LENGTHS: [usize; 5] = [20, 50, 80, 200, 2000];
/// Excerpts of each length and form.
const PLANTED: usize = 200;
/// Sources of `open_zh` that may hold the works themselves.
const CLASSICS: [&str; 2] = ["classics-original", "poetry"];

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % end
    }
}

fn main() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if !data.join("works").is_dir() {
        println!("nothing is measured: ../shared/data/works is not there");
        return;
    }
    let works: Vec<(String, String)> = ["三国演义", "红楼梦"]
        .map(|title| {
            let path = data.join(format!("works/{title}.txt"));
            (title.to_owned(), std::fs::read_to_string(path).unwrap())
        })
        .to_vec();
    let began = Instant::now();
    let pack = pack(&works);
    let bytes: usize = works.iter().map(|(_, text)| text.len()).sum();
    println!(
        "indexed {:.1} MB in {:.3} s: {} fingerprints, {} bytes",
        bytes as f64 / 1e6,
        began.elapsed().as_secs_f64(),
        pack.entries(),
        pack.bytes()
    );
    let open = records(&data.join("text/open_zh.jsonl"));
    let plain: Vec<&str> = open
        .iter()
        .filter(|(source, _)| !CLASSICS.contains(&source.as_str()))
        .map(|(_, text)| text.as_str())
        .collect();
    let filler: String = plain.concat();
    select_speed(&filler, &pack);
    let known = Arc::new(Known::new(vec![Arc::new(pack)]));
    let rules = Arc::new(RuleSet::builtin().unwrap());
    let options = DetectOptions {
        works: Some(known),
        keep: 1000,
        ..DetectOptions::default()
    };
    let scanner = Scanner::new(rules, options).unwrap();
    false_matches(&scanner, &plain, &open);
    recall(&scanner, &works, &filler);
}

fn pack(works: &[(String, String)]) -> Pack {
    let builder = Builder::new(Scheme::Works, &std::env::temp_dir(), 1 << 28);
    for (title, text) in works {
        let mut reading = builder.work();
        reading.push(text);
        let title = title.clone();
        reading
            .end(Work {
                title,
                ..Work::default()
            })
            .unwrap();
    }
    builder.finish_in_memory().unwrap()
}

fn records(path: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(path).unwrap();
    let field = |record: &serde_json::Value, name: &str| record[name].as_str().unwrap().to_owned();
    text.lines()
        .map(|line| {
            let record = serde_json::from_str(line).unwrap();
            (field(&record, "source"), field(&record, "text"))
        })
        .collect()
}

/// Speed of selecting and asking the filter alone, in text that is in no work.
fn select_speed(text: &str, pack: &Pack) {
    let mut stream = Stream::new(Scheme::Works);
    let (mut best, mut selected, mut passed) = (f64::MAX, 0u64, 0u64);
    for _ in 0..9 {
        (selected, passed) = (0, 0);
        let began = Instant::now();
        let mut take = |of: &Selected<'_>| {
            selected += 1;
            passed += u64::from(pack.may_hold(of.fingerprint()));
        };
        stream.push(text, &mut take);
        stream.end(&mut take);
        best = best.min(began.elapsed().as_secs_f64());
    }
    println!(
        "selecting and asking the filter: {:.0} MB/s (best of 9, {:.1} MB); {selected} selected, {passed} passed",
        text.len() as f64 / best / 1e6,
        text.len() as f64 / 1e6
    );
}

fn of_works(scanner: &Scanner, text: &str) -> Vec<yujian::Finding> {
    let mut found = scanner.scan_text(text);
    found.retain(|f| scanner.rules().info(f.rule).id.starts_with("rights.works."));
    found
}

fn false_matches(scanner: &Scanner, plain: &[&str], all: &[(String, String)]) {
    let found: Vec<_> = plain.iter().map(|text| of_works(scanner, text)).collect();
    let records = found.iter().filter(|found| !found.is_empty()).count();
    let bytes: usize = plain.iter().map(|text| text.len()).sum();
    println!(
        "open_zh without {CLASSICS:?}: {} records, {:.1} MB, findings in {records}",
        plain.len(),
        bytes as f64 / 1e6
    );
    let mut by_source: HashMap<&str, [usize; 3]> = HashMap::new();
    for (source, text) in all {
        let found = of_works(scanner, text);
        let sums = by_source.entry(source).or_default();
        sums[0] += 1;
        for (at, rule) in ["quoted", "copied"].iter().enumerate() {
            let of = |f: &yujian::Finding| scanner.rules().info(f.rule).id.ends_with(rule);
            sums[at + 1] += usize::from(found.iter().any(of));
        }
    }
    let mut sources: Vec<_> = by_source.into_iter().collect();
    sources.sort_unstable();
    for (source, [records, quoted, copied]) in sources {
        println!("  {source}: {records} records, {quoted} quote, {copied} copy");
    }
}

fn recall(scanner: &Scanner, works: &[(String, String)], filler: &str) {
    let traditional = traditional();
    let works: Vec<Vec<char>> = works
        .iter()
        .map(|(_, text)| text.chars().collect())
        .collect();
    let filler: Vec<char> = filler.chars().collect();
    let mut random = Random(20_261_127);
    println!(
        "\n{:<18}{:>7}{:>9}{:>8}{:>8}{:>8}{:>10}{:>10}{:>9}",
        "form", "length", "planted", "found", "quoted", "copied", "span |d|", "p95 |d|", "covered"
    );
    for form in FORMS {
        for length in LENGTHS {
            let mut row = Row::default();
            for _ in 0..PLANTED {
                let excerpt = excerpt(&works, length, &mut random);
                let excerpt = change(&excerpt, form, &traditional, &mut random);
                let mut around = |length: usize| -> String {
                    let from = random.below(filler.len() - length);
                    filler[from..from + length].iter().collect()
                };
                let (before, after) = (around(1500), around(1500));
                let text = format!("{before}{excerpt}{after}");
                let span = before.len()..before.len() + excerpt.len();
                row.add(scanner, &of_works(scanner, &text), &text, span);
            }
            row.print(form, length);
        }
    }
}

/// `length` letters and digits of a work, from a place in the middle of it.
fn excerpt(works: &[Vec<char>], length: usize, random: &mut Random) -> String {
    let work = &works[random.below(works.len())];
    let mut from = random.below(work.len() - 4 * length - 4000);
    while !work[from].is_alphanumeric() {
        from += 1;
    }
    let mut count = 0;
    work[from..]
        .iter()
        .take_while(|c| {
            let more = count < length;
            count += usize::from(c.is_alphanumeric());
            more
        })
        .collect()
}

const FORMS: [&str; 8] = [
    "as it stands",
    "full-width",
    "traditional",
    "no punctuation",
    "line breaks",
    "all of these",
    "1 % edited",
    "5 % edited",
];

fn change(
    text: &str,
    form: &str,
    traditional: &HashMap<char, char>,
    random: &mut Random,
) -> String {
    let wide = |c: char| match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c),
        ' ' => '\u{3000}',
        c => c,
    };
    let bare = |text: &str| {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .collect::<String>()
    };
    let broken = |text: &str| {
        let mut out = String::new();
        for (at, c) in text.chars().enumerate() {
            out.push(c);
            if at % 17 == 16 {
                out.push_str("\n    ");
            }
        }
        out
    };
    let old = |c: char| traditional.get(&c).copied().unwrap_or(c);
    match form {
        "full-width" => text.chars().map(wide).collect(),
        "traditional" => text.chars().map(old).collect(),
        "no punctuation" => bare(text),
        "line breaks" => broken(text),
        "all of these" => broken(&bare(text)).chars().map(|c| old(wide(c))).collect(),
        "1 % edited" => edited(text, 100, random),
        "5 % edited" => edited(text, 20, random),
        _ => text.to_owned(),
    }
}

/// One letter in `every` is left out, doubled or another one.
fn edited(text: &str, every: usize, random: &mut Random) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if !c.is_alphanumeric() || random.below(every) > 0 {
            out.push(c);
            continue;
        }
        let other = char::from_u32(0x4E00 + random.below(5000) as u32).unwrap_or('某');
        match random.below(3) {
            0 => {}
            1 => out.extend([c, other]),
            _ => out.push(other),
        }
    }
    out
}

/// Simplified → one traditional character that folds to it.
fn traditional() -> HashMap<char, char> {
    let table = FoldTable::get();
    let han = '\u{4E00}'..='\u{9FFF}';
    let mut all = HashMap::new();
    for c in han.clone() {
        for other in table.sources(c).filter(|other| han.contains(other)) {
            all.entry(c).or_insert(other);
        }
    }
    all
}

#[derive(Default)]
struct Row {
    planted: usize,
    found: usize,
    quoted: usize,
    copied: usize,
    /// Characters by which the ends of spans are off.
    off: Vec<usize>,
    /// Characters that spans cover of those planted.
    covered: usize,
    characters: usize,
}

impl Row {
    fn add(
        &mut self,
        scanner: &Scanner,
        found: &[yujian::Finding],
        text: &str,
        span: std::ops::Range<usize>,
    ) {
        self.planted += 1;
        self.characters += text[span.clone()].chars().count();
        let over = |f: &&yujian::Finding| {
            let found = f.span.range();
            found.start < span.end && span.start < found.end
        };
        let own: Vec<_> = found.iter().filter(over).collect();
        let (Some(first), Some(last)) = (
            own.iter().map(|f| f.span.range().start).min(),
            own.iter().map(|f| f.span.range().end).max(),
        ) else {
            return;
        };
        self.found += 1;
        let rule =
            |f: &&yujian::Finding, name: &str| scanner.rules().info(f.rule).id.ends_with(name);
        self.quoted += usize::from(own.iter().any(|f| rule(f, "quoted")));
        self.copied += usize::from(own.iter().any(|f| rule(f, "copied")));
        // In letters and digits: marks at the ends do not count.
        let between = |a: usize, b: usize| {
            let between = &text[a.min(b)..a.max(b)];
            between.chars().filter(|c| c.is_alphanumeric()).count()
        };
        self.off
            .push(between(first, span.start) + between(last, span.end));
        let inside = first.max(span.start)..last.min(span.end);
        self.covered += text[inside].chars().count();
    }

    fn print(mut self, form: &str, length: usize) {
        self.off.sort_unstable();
        let (mean, most) = match self.off.len() {
            0 => (0.0, 0),
            count => (
                self.off.iter().sum::<usize>() as f64 / count as f64,
                self.off[(count - 1) * 95 / 100],
            ),
        };
        println!(
            "{form:<18}{length:>7}{:>9}{:>8}{:>8}{:>8}{mean:>10.1}{most:>10}{:>8.1}%",
            self.planted,
            self.found,
            self.quoted,
            self.copied,
            self.covered as f64 / self.characters as f64 * 100.0
        );
    }
}

//! [`CollectionLog`]: what a crawler wrote down of every address it fetched (`SRC-08`).

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use serde::Serialize;

use super::{Day, Problem};
use crate::corpus::without_secrets;
use crate::dates;
use crate::problem::both;

/// Names under which columns are known, in lower case.
const URL: &[&str] = &["url", "uri", "address", "link", "网址", "链接", "地址"];
const TIME: &[&str] = &[
    "time",
    "fetched_at",
    "collected_at",
    "timestamp",
    "date",
    "时间",
    "采集时间",
    "日期",
];
const METHOD: &[&str] = &["method", "collection_method", "方式", "采集方式"];
const ROBOTS: &[&str] = &[
    "robots",
    "robots_verdict",
    "robots_result",
    "robots结论",
    "robots协议",
];
/// Problems of one file that are told one by one; more are counted.
const PROBLEMS_SHOWN: u64 = 20;

/// One row of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogRow {
    /// What was fetched.
    pub url: String,
    /// When.
    pub day: Option<Day>,
    /// How.
    pub method: String,
    /// Whether robots files allowed it; none if the row does not say.
    pub allowed: Option<bool>,
}

/// The logs of one source together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CollectionLog {
    /// Files.
    pub files: u64,
    /// Rows with an address.
    pub rows: u64,
    /// Rows that cannot be used.
    pub unusable: u64,
    /// Rows that say by what method.
    pub with_method: u64,
    /// Rows that say what robots files said.
    pub with_robots: u64,
    /// Those that say it was not allowed.
    pub disallowed: u64,
    /// First day of a fetch.
    pub first: Option<Day>,
    /// Last day.
    pub last: Option<Day>,
    /// Hashes of addresses, ascending, with whether the fetch was disallowed: eight bytes an
    /// address instead of its text.
    #[serde(skip)]
    addresses: Vec<(u64, bool)>,
}

impl CollectionLog {
    /// Whether an address is in the log, and if so whether its fetch was disallowed.
    pub fn find(&self, url: &str) -> Option<bool> {
        let hash = address(url);
        let at = self.addresses.partition_point(|(h, _)| *h < hash);
        let same = self.addresses[at..].iter().take_while(|(h, _)| *h == hash);
        same.map(|(_, disallowed)| *disallowed)
            .reduce(|a, b| a || b)
    }

    /// Adds the rows of a file: csv with a head, or a JSON object a line.
    pub(super) fn read(
        &mut self,
        source: &str,
        name: &str,
        path: &Path,
        problems: &mut Vec<Problem>,
    ) {
        self.files += 1;
        let mut told = Told {
            source,
            file: name,
            problems,
            count: 0,
        };
        let Ok(file) = File::open(path) else {
            // Told as evidence that is missing.
            return;
        };
        let reader = BufReader::with_capacity(1 << 20, file);
        let lines = path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("jsonl") || e.eq_ignore_ascii_case("json"));
        if lines {
            self.read_lines(reader, &mut told);
        } else {
            self.read_csv(reader, &mut told);
        }
        told.finish();
    }

    /// Sorts what was added.
    pub(super) fn finish(&mut self) {
        self.addresses.sort_unstable();
        self.addresses.dedup();
    }

    fn read_csv(&mut self, reader: impl std::io::Read, told: &mut Told<'_>) {
        let mut csv = csv::ReaderBuilder::new().flexible(true).from_reader(reader);
        let heads: Vec<String> = match csv.byte_headers() {
            Ok(heads) => heads.iter().map(head).collect(),
            Err(_) => Vec::new(),
        };
        let column = |names: &[&str]| heads.iter().position(|h| names.contains(&&**h));
        let (url, time, method, robots) =
            (column(URL), column(TIME), column(METHOD), column(ROBOTS));
        let Some(url) = url else {
            told.problem(1, "缺少网址列(url)", "it has no column of addresses (url)");
            return;
        };
        let mut record = csv::ByteRecord::new();
        loop {
            match csv.read_byte_record(&mut record) {
                Ok(false) => break,
                Ok(true) => {}
                Err(_) => {
                    told.problem(0, "不是合法的 CSV", "it is no csv");
                    break;
                }
            }
            let cell = |at: Option<usize>| {
                let bytes = at.and_then(|at| record.get(at)).unwrap_or_default();
                String::from_utf8_lossy(bytes).trim().to_owned()
            };
            let line = record.position().map_or(0, csv::Position::line);
            let fields = [cell(Some(url)), cell(time), cell(method), cell(robots)];
            self.add(fields, line, told);
        }
    }

    fn read_lines(&mut self, mut reader: impl std::io::BufRead, told: &mut Told<'_>) {
        let mut line = Vec::new();
        let mut number = 0;
        while reader.by_ref().take_line(&mut line) {
            number += 1;
            if line.trim_ascii().is_empty() {
                continue;
            }
            let Ok(row) = serde_json::from_slice::<BTreeMap<String, serde_json::Value>>(&line)
            else {
                self.unusable += 1;
                told.problem(number, "不是 JSON 对象", "the line is no JSON object");
                continue;
            };
            let cell = |names: &[&str]| {
                let mut of = row.iter();
                let found = of.find(|(key, _)| names.contains(&&*key.to_lowercase()));
                match found.map(|(_, value)| value) {
                    Some(serde_json::Value::String(text)) => text.trim().to_owned(),
                    Some(serde_json::Value::Null) | None => String::new(),
                    Some(other) => other.to_string(),
                }
            };
            self.add(
                [cell(URL), cell(TIME), cell(METHOD), cell(ROBOTS)],
                number,
                told,
            );
        }
    }

    fn add(&mut self, [url, time, method, robots]: [String; 4], line: u64, told: &mut Told<'_>) {
        if url.is_empty() {
            self.unusable += 1;
            told.problem(line, "没有网址", "the row has no address");
            return;
        }
        // Crawlers write seconds since 1970 as often as dates.
        let day = dates::parse(&time).ok().map(|(moment, _)| moment.day());
        if day.is_none() && !time.is_empty() {
            told.problem(line, "时间无法识别", "its time cannot be read");
        }
        let allowed = verdict(&robots);
        self.rows += 1;
        self.with_method += u64::from(!method.is_empty());
        self.with_robots += u64::from(allowed.is_some());
        self.disallowed += u64::from(allowed == Some(false));
        self.first = [self.first, day].into_iter().flatten().min();
        self.last = self.last.max(day);
        self.addresses.push((address(&url), allowed == Some(false)));
    }
}

/// What is wrong with a file, told up to a number.
struct Told<'a> {
    source: &'a str,
    file: &'a str,
    problems: &'a mut Vec<Problem>,
    count: u64,
}

impl Told<'_> {
    fn problem(&mut self, line: u64, zh: &str, en: &str) {
        self.count += 1;
        if self.count <= PROBLEMS_SHOWN {
            let problem = Problem::odd(
                "bad-row",
                (self.file, line),
                both(zh, en),
                both(
                    "采集日志每行须有网址(url)、时间(time)、方式(method)、robots 结论(robots)",
                    "each row of a collection log has url, time (2026-01-31), method, robots (allowed or disallowed)",
                ),
            );
            self.problems.push(problem.of(Some(self.source), None));
        }
    }

    fn finish(self) {
        if self.count > PROBLEMS_SHOWN {
            let more = self.count - PROBLEMS_SHOWN;
            let problem = Problem::odd(
                "bad-rows",
                (self.file, 0),
                both(
                    format!("另有 {more} 处问题"),
                    format!("{more} more of its rows have problems"),
                ),
                both("", ""),
            );
            self.problems.push(problem.of(Some(self.source), None));
        }
    }
}

/// Reads one line with its end, of at most [`LONGEST_LINE`] bytes.
trait TakeLine {
    fn take_line(&mut self, line: &mut Vec<u8>) -> bool;
}

/// Longest line of a log, in bytes: a URL and a few words.
const LONGEST_LINE: u64 = 1 << 20;

impl<R: std::io::BufRead> TakeLine for R {
    fn take_line(&mut self, line: &mut Vec<u8>) -> bool {
        line.clear();
        let mut part = std::io::Read::take(self, LONGEST_LINE);
        matches!(part.read_until(b'\n', line), Ok(n) if n > 0)
    }
}

fn head(cell: &[u8]) -> String {
    let text = String::from_utf8_lossy(cell);
    text.trim_start_matches('\u{feff}').trim().to_lowercase()
}

fn verdict(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "allowed" | "allow" | "true" | "1" | "yes" | "允许" | "可采集" | "no_robots" | "无" => {
            Some(true)
        }
        "disallowed" | "disallow" | "false" | "0" | "no" | "禁止" | "不允许" | "不可采集" => {
            Some(false)
        }
        _ => None,
    }
}

/// Addresses are compared as runs keep them, without a fragment, scheme and host in lower case.
fn address(url: &str) -> u64 {
    let url = url.split('#').next().unwrap_or_default();
    let kept = without_secrets(url);
    let host_end = kept
        .find("://")
        .and_then(|at| kept[at + 3..].find('/').map(|slash| at + 3 + slash))
        .unwrap_or(kept.len());
    let (host, path) = kept.split_at(host_end);
    let mut hasher = blake3::Hasher::new();
    hasher.update(host.to_lowercase().as_bytes());
    hasher.update(if path == "/" { b"" } else { path.as_bytes() });
    let mut first = [0; 8];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    u64::from_le_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> (CollectionLog, Vec<Problem>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let mut log = CollectionLog::default();
        let mut problems = Vec::new();
        log.read("crawl", name, &path, &mut problems);
        log.finish();
        (log, problems)
    }

    #[test]
    fn both_forms_say_the_same() {
        let csv = "\u{feff}url,采集时间,method,robots\nhttps://A.example/x,2026-01-02,crawl,allowed\nhttps://a.example/y#top,2026/1/9,crawl,禁止\n";
        let lines = "{\"URL\":\"https://a.example/x\",\"time\":\"2026-01-02\",\"method\":\"crawl\",\"robots\":true}\n\n{\"url\":\"https://a.example/y\",\"time\":\"20260109\",\"method\":\"crawl\",\"robots\":false}\n";
        let (a, wrong) = read("log.csv", csv);
        assert_eq!(wrong, []);
        let (b, wrong) = read("log.jsonl", lines);
        assert_eq!(wrong, []);
        assert_eq!(a, b);
        assert_eq!((a.rows, a.disallowed, a.with_robots), (2, 1, 2));
        assert_eq!(a.last.unwrap().to_string(), "2026-01-09");
        assert_eq!(a.find("https://a.example/x"), Some(false));
        assert_eq!(a.find("HTTPS://a.example/y"), Some(true));
        assert_eq!(a.find("https://a.example/z"), None);
    }

    #[test]
    fn every_bad_row_is_named_up_to_a_number() {
        let (log, problems) = read(
            "log.csv",
            "url,time\n,2026-01-01\nhttps://a.example/,gestern\n",
        );
        assert_eq!((log.rows, log.unusable), (1, 1));
        let places: Vec<String> = problems.iter().map(Problem::place).collect();
        assert_eq!(places, ["crawl: log.csv:2", "crawl: log.csv:3"]);
        let (_, problems) = read("log.csv", "address_of_page,time\nx,2026-01-01\n");
        assert_eq!(problems.len(), 1);
        let many = "{\"url\":\"\"}\n".repeat(30);
        let (log, problems) = read("log.jsonl", &many);
        assert_eq!((log.unusable, problems.len()), (30, 21));
    }
}

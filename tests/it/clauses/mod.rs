//! Every duty of the table: a complete case that meets all of them, and for each duty a change that
//! makes it, and what rests on it, fail and nothing else.

mod declared;
mod lexicon;
mod licences;
mod measured;
mod rejected;
mod statements;
mod whole;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use yujian::judge::Clauses;

use crate::command_line::{copy, yujian};

/// Duties by id, with their results in the words of JSON.
type States = BTreeMap<String, String>;

/// Duties that no change can break, and why. Every other duty of the table is broken by one.
const NEVER: &[(&str, &str)] = &[
    ("EVA-01", "every duty has a result whatever it is"),
    ("RVW-13", "every document is made from one run"),
];

/// One change to the case.
#[derive(Debug)]
enum Change {
    /// In `yujian.toml`, the first occurrence after the source's id; in all of it without one.
    Config(&'static str, &'static str, &'static str),
    /// In a file, every occurrence of what must stand there.
    Replace(&'static str, &'static str, &'static str),
    /// A line at the end of a file, which may be new.
    Append(&'static str, &'static str),
    /// A file without the line that has this in it.
    Cut(&'static str, &'static str),
    /// A file without content.
    Empty(&'static str),
    /// A file that is gone.
    Gone(&'static str),
    /// A statement that is gone.
    Unsaid(&'static str),
}

/// A change, and what becomes of the duties that it is about.
struct Broken {
    changes: &'static [Change],
    fails: &'static [(&'static str, &'static str)],
}

/// The complete case in a folder of its own, scanned.
struct Case {
    dir: TempDir,
    good: States,
    runs: Cell<usize>,
}

impl Case {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/filing");
        copy(&fixture, dir.path());
        lexicon::write(dir.path(), 10_200, |risk| risk);
        let config = dir.path().join("yujian.toml");
        let text = fs::read_to_string(&config).unwrap();
        let packs = "[rules]\npacks = [\"builtin\", \"lexicon\"]\n\n";
        fs::write(&config, format!("{packs}{text}")).unwrap();
        fs::write(dir.path().join("key"), "00".repeat(32)).unwrap();
        let mut case = Self {
            dir,
            good: States::new(),
            runs: Cell::new(0),
        };
        let (run, code) = case.scan(&["--sidecar"]);
        assert_eq!((run.as_str(), code), ("run-1", 0));
        case.good = case.judged("run-1").0;
        case
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Scans the corpus: name of the run, and exit code.
    fn scan(&self, args: &[&str]) -> (String, i32) {
        self.runs.set(self.runs.get() + 1);
        let run = format!("run-{}", self.runs.get());
        let mut all = vec!["scan", "corpus", "-q", "-o", &run];
        all.extend(["--config", "yujian.toml", "--key-file", "key"]);
        all.extend(args);
        let (code, _, _) = yujian(self.dir.path(), &all);
        (run, code)
    }

    /// States by clause, and the whole answer.
    fn judged(&self, run: &str) -> (States, Value) {
        let args = ["gate", run, "--clauses", "--format", "json"];
        let (code, out, told) = yujian(self.dir.path(), &args);
        assert!(code < 3 && !out.is_empty(), "{code}: {told}");
        let all: Value = serde_json::from_slice(&out).unwrap();
        (states(&all), all)
    }

    /// Makes changes, and gives what undoes them.
    fn change(&self, changes: &[Change]) -> Undo {
        let mut undo = Undo(Vec::new());
        for change in changes {
            let name = match change {
                Config(..) | Unsaid(_) => "yujian.toml",
                Replace(name, ..) | Append(name, _) | Cut(name, _) | Empty(name) | Gone(name) => {
                    name
                }
            };
            let path = self.path(name);
            let before = fs::read(&path).ok();
            let text = String::from_utf8(before.clone().unwrap_or_default()).unwrap();
            undo.0.push((path.clone(), before));
            let after = match change {
                Config(source, from, to) => changed(&text, source, from, to),
                Replace(_, from, to) => {
                    assert!(text.contains(from), "{name} lacks {from}");
                    text.replace(from, to)
                }
                Append(_, line) => format!("{text}{line}\n"),
                Cut(_, marked) => {
                    let cut = text.lines().find(|line| line.contains(marked)).unwrap();
                    text.replace(&format!("{cut}\n"), "")
                }
                Empty(_) => String::new(),
                Unsaid(clause) => without_statement(&text, clause),
                Gone(_) => {
                    fs::remove_file(&path).unwrap();
                    continue;
                }
            };
            fs::write(&path, after).unwrap();
        }
        undo
    }

    /// What is otherwise than that exactly what is `expected` fails, and what rests on it.
    fn odd(&self, what: &str, now: &States, expected: &[(&str, &str)]) -> Vec<String> {
        let mut odd = Vec::new();
        for (id, state) in expected {
            if now[*id] != *state {
                odd.push(format!("{what}: {id} is {} and not {state}", now[*id]));
            }
        }
        let allowed = with_dependents(expected.iter().map(|(id, _)| *id));
        for (id, before) in &self.good {
            if now[id] != *before && !allowed.contains(id) {
                odd.push(format!("{what}: {id} became {}", now[id]));
            }
        }
        odd
    }
}

/// What files held before; they hold it again once this goes.
struct Undo(Vec<(PathBuf, Option<Vec<u8>>)>);

impl Drop for Undo {
    fn drop(&mut self) {
        for (path, before) in self.0.iter().rev() {
            match before {
                Some(bytes) => fs::write(path, bytes).unwrap(),
                None => fs::remove_file(path).unwrap(),
            }
        }
    }
}

fn states(all: &Value) -> States {
    let clauses = all["matrix"]["clauses"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let states = clauses.iter().map(|c| (text(&c["id"]), text(&c["state"])));
    states.collect()
}

/// What else must change when these do.
fn with_dependents<'a>(ids: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let clauses = Clauses::builtin();
    let mut all: BTreeSet<String> = ids.into_iter().map(str::to_owned).collect();
    loop {
        let before = all.len();
        for clause in &clauses.all {
            if clause.clauses.iter().any(|id| all.contains(id)) {
                all.insert(clause.id.clone());
            }
        }
        if all.len() == before {
            return all;
        }
    }
}

fn changed(text: &str, source: &str, from: &str, to: &str) -> String {
    let start = match source {
        "" => 0,
        id => text.find(&format!("id = \"{id}\"")).unwrap(),
    };
    let (head, tail) = text.split_at(start);
    assert!(tail.contains(from), "{source}: {from}");
    format!("{head}{}", tail.replacen(from, to, 1))
}

fn without_statement(text: &str, clause: &str) -> String {
    let start = text
        .find(&format!("[[statement]]\nclause = \"{clause}\""))
        .unwrap();
    let next = text[start + 1..].find("[[");
    let end = next.map_or(text.len(), |at| start + 1 + at);
    format!("{}{}", &text[..start], &text[end..])
}

#[test]
fn the_complete_case_meets_every_duty() {
    let case = Case::new();
    let (states, all) = case.judged("run-1");
    let bad: Vec<_> = states
        .iter()
        .filter(|(_, state)| !matches!(state.as_str(), "compliant" | "not-applicable"))
        .collect();
    assert!(bad.is_empty(), "{bad:?}");
    assert_eq!(all["matrix"]["positive"], true);
    assert_eq!(all["problems"], serde_json::json!([]));
    for clause in all["matrix"]["clauses"].as_array().unwrap() {
        for point in clause["points"].as_array().unwrap() {
            let reason = &point["reason"];
            assert!(!reason["zh"].as_str().unwrap().is_empty(), "{clause}");
            assert!(!reason["en"].as_str().unwrap().is_empty(), "{clause}");
        }
    }
}

/// Of the duties of the table, all but [`NEVER`] are broken by a change, or by a statement.
#[test]
fn every_duty_can_be_broken() {
    let tables = [declared::CHANGES, measured::CHANGES];
    let fails = tables.into_iter().flatten().flat_map(|broken| broken.fails);
    let mut broken: BTreeSet<&str> = fails.map(|(id, _)| *id).collect();
    let mistakes = crate::annotation::mistakes::MISTAKES.iter();
    broken.extend(mistakes.map(|(id, ..)| *id));
    broken.extend(statements::STATED.iter().map(|(id, _)| *id));
    broken.extend(whole::broken());
    let broken = with_dependents(broken);
    let clauses = Clauses::builtin();
    let unbroken = clauses.all.iter().filter(|c| !broken.contains(&c.id));
    let unbroken: Vec<&str> = unbroken.map(|c| c.id.as_str()).collect();
    let never: Vec<&str> = NEVER.iter().map(|(id, _)| *id).collect();
    assert_eq!(unbroken, never);
    assert_eq!(clauses.all.len(), 116);
}

use Change::{Append, Config, Cut, Empty, Gone, Replace, Unsaid};

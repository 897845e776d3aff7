//! [`diff`]: which findings of a run are in a later one, which are gone and which are new.
//!
//! Files with the same digest are compared finding by finding, in the order of the tables, and
//! cost no memory. Findings of all other files are paired by id (the file was renamed), then by
//! [likeness](entry::Entry::likeness) (the file was changed around them), through sorted
//! temporary files. What stays alone is gone or new, and it is said why: for whoever reviews a
//! rectification it matters whether a finding went with its record or with its rule.

mod entry;
mod pairs;
mod side;

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::Path;

use serde::Serialize;

pub use entry::Entry;

use super::manifest::{FindingTotals, Manifest};
use super::reader::Run;
use super::sorter::Sorter;
use crate::RunError;
use entry::Side;
use pairs::{Paired, Pairs};
use side::{Reading, Top};

/// Name and version of the form of a [`Diff`] as JSON.
pub const DIFF_FORMAT: &str = "yujian-diff/1";

/// What became of a finding.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// In the old run only.
    Gone,
    /// In the new run only.
    New,
    /// In both, at another place.
    Moved,
    /// It counted and does not count any more.
    Closed,
    /// It did not count and counts now.
    Reopened,
}

/// Why a finding is in one run only.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    schemars::JsonSchema,
    serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The other run does not have the file.
    File,
    /// The file was changed.
    FileChanged,
    /// The other run does not have the rule.
    Rule,
    /// File and rule are the same; the rule sets differ elsewhere.
    RuleSet,
    /// The rule sets are the same too; the program or its configuration differ.
    Settings,
}

/// Numbers of findings by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Counts {
    /// At the same place in both.
    pub same: u64,
    /// In both, at another place.
    pub moved: u64,
    /// In the old run only.
    pub gone: u64,
    /// In the new run only.
    pub new: u64,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.same += other.same;
        self.moved += other.moved;
        self.gone += other.gone;
        self.new += other.new;
    }
}

/// Findings of one source or rule, or all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Changes {
    /// Those that count; of pairs, in both runs.
    #[serde(flatten)]
    pub open: Counts,
    /// Pairs that counted and do not any more.
    pub closed: u64,
    /// Pairs that did not count and do now.
    pub reopened: u64,
    /// Those that do not count; of pairs, in neither run.
    pub suppressed: Counts,
}

impl Changes {
    /// Adds `other`.
    pub fn add(&mut self, other: &Self) {
        self.open.add(&other.open);
        self.suppressed.add(&other.suppressed);
        self.closed += other.closed;
        self.reopened += other.reopened;
    }

    /// Whether nothing changed.
    pub const fn is_idle(&self) -> bool {
        let Counts {
            moved, gone, new, ..
        } = self.open;
        moved + gone + new + self.closed + self.reopened == 0
    }

    /// Findings of the old and of the new run that are in it.
    const fn sums(&self) -> (u64, u64) {
        let both = self.closed + self.reopened;
        let (a, b) = (&self.open, &self.suppressed);
        let pairs = both + a.same + a.moved + b.same + b.moved;
        (pairs + a.gone + b.gone, pairs + a.new + b.new)
    }
}

/// Files of the two corpora.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Files {
    /// In both, with the same bytes.
    pub same: u64,
    /// In both, with other bytes; or not read to their end in one of the runs.
    pub changed: u64,
    /// In both runs, under different names.
    pub renamed: u64,
    /// In the old run only.
    pub gone: u64,
    /// In the new run only.
    pub new: u64,
}

/// One of the runs.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct DiffedRun {
    /// Its directory, as it was typed.
    pub run: String,
    /// Root of everything it says.
    pub root: String,
    /// Digest of its rules.
    pub rules: String,
    /// Whether everything was read.
    pub whole: bool,
    /// Its findings. Those that were counted and not kept cannot be compared.
    pub findings: FindingTotals,
}

/// How two runs differ.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Diff {
    /// [`DIFF_FORMAT`].
    pub format: &'static str,
    /// The earlier one.
    pub old: DiffedRun,
    /// The later one.
    pub new: DiffedRun,
    /// What differs between them besides the corpus: `rules`, `configuration`, `version`, `key`.
    pub apart: Vec<&'static str>,
    /// Files.
    pub files: Files,
    /// All findings that were kept.
    pub total: Changes,
    /// By source, of the new run for pairs.
    pub sources: BTreeMap<String, Changes>,
    /// By rule.
    pub rules: BTreeMap<String, Changes>,
    /// Why those that counted are gone.
    pub gone_because: BTreeMap<Why, u64>,
    /// Why those that count are new.
    pub new_because: BTreeMap<Why, u64>,
    /// The first of those that counted and are gone, by place.
    pub gone: Vec<Entry>,
    /// The first of those that count and are new, by place.
    pub new_ones: Vec<Entry>,
}

impl Diff {
    /// Entries of [`Diff::gone`] and [`Diff::new_ones`].
    pub const SHOWN: usize = 20;

    /// Whether the new run has every finding of the old one at its place, and no other.
    pub fn is_same(&self) -> bool {
        self.total.is_idle() && self.total.suppressed.gone + self.total.suppressed.new == 0
    }
}

/// A line of the list of what is not the same.
#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, serde::Deserialize)]
struct Listed {
    entry: Entry,
    state: State,
    why: Option<Why>,
    /// Where it was, if it was moved: path and record.
    was: Option<(String, u64)>,
}

/// Compares two runs. Everything that is not the same goes to `out`, if given: one JSON object a
/// line, in the order of the paths.
///
/// # Errors
///
/// If a run is damaged or cannot be read, or `out` cannot be written.
pub fn diff(old: &Run, new: &Run, out: Option<&mut dyn Write>) -> Result<Diff, RunError> {
    compare(old, new, out, None)
}

/// Is told of every finding of both runs, once.
pub(super) trait Compared {
    /// One that is in both.
    fn pair(&mut self, then: &Entry, now: &Entry) -> Result<(), RunError>;
    /// One that is in the old run only, or in the new one.
    fn alone(&mut self, old: bool, entry: Entry) -> Result<(), RunError>;
}

/// [`diff`], with someone who is told of everything.
pub(super) fn compare(
    old: &Run,
    new: &Run,
    out: Option<&mut dyn Write>,
    heard: Option<&mut dyn Compared>,
) -> Result<Diff, RunError> {
    old.check_files()?;
    new.check_files()?;
    let mut work = Work {
        diff: begin(old.manifest(), new.manifest(), old.dir(), new.dir()),
        old: Reading::open(old)?,
        new: Reading::open(new)?,
        by_id: Pairs::default(),
        list: out.is_some().then(Sorter::default),
        heard,
    };
    work.diff.files = work.tops()?;
    work.old.end()?;
    work.new.end()?;
    let mut alike = Pairs::default();
    std::mem::take(&mut work.by_id).each(|paired| match paired {
        Paired::Both(both) => work.pair(&both.0, both.1),
        Paired::Alone(side, entry) => alike.push(entry.likeness(), side, *entry),
    })?;
    alike.each(|paired| match paired {
        Paired::Both(both) => work.pair(&both.0, both.1),
        Paired::Alone(side, entry) => work.alone(side, *entry),
    })?;
    work.check()?;
    if let (Some(list), Some(out)) = (work.list.take(), out) {
        write_list(list, out)?;
    }
    Ok(work.diff)
}

fn begin(old: &Manifest, new: &Manifest, old_dir: &Path, new_dir: &Path) -> Diff {
    let side = |manifest: &Manifest, dir: &Path| DiffedRun {
        run: dir.display().to_string(),
        root: manifest.integrity.root.clone(),
        rules: manifest.rules.digest.clone(),
        whole: manifest.coverage.whole,
        findings: manifest.totals.findings,
    };
    let apart = [
        ("version", old.tool_version != new.tool_version),
        ("rules", old.rules.digest != new.rules.digest),
        ("configuration", old.config_digest != new.config_digest),
        ("key", old.key_id != new.key_id),
    ];
    let apart = apart.into_iter().filter(|(_, differs)| *differs);
    Diff {
        format: DIFF_FORMAT,
        old: side(old, old_dir),
        new: side(new, new_dir),
        apart: apart.map(|(what, _)| what).collect(),
        files: Files::default(),
        total: Changes::default(),
        sources: BTreeMap::new(),
        rules: BTreeMap::new(),
        gone_because: BTreeMap::new(),
        new_because: BTreeMap::new(),
        gone: vec![],
        new_ones: vec![],
    }
}

fn write_list(list: Sorter<Listed>, out: &mut dyn Write) -> Result<(), RunError> {
    let fail = |e| RunError::io("write", Path::new("the list of differences"), e);
    let mut sorted = list.sorted()?;
    while let Some(listed) = sorted.next()? {
        let (state, why) = (listed.state, listed.why);
        let was = listed
            .was
            .map(|(path, record)| serde_json::json!({ "path": path, "record": record }));
        let entry = &listed.entry;
        let line = serde_json::json!({
            "state": state,
            "why": why,
            "id": entry.id,
            "rule": entry.rule,
            "severity": entry.severity,
            "source": entry.source,
            "path": entry.path,
            "record": entry.record,
            "record_id": entry.record_id,
            "field": entry.field,
            "span": [entry.span.start, entry.span.end],
            "excerpt": entry.excerpt,
            "suppressed_by": entry.suppressed_by,
            "was": was,
        });
        writeln!(out, "{line}").map_err(fail)?;
    }
    out.flush().map_err(fail)
}

/// A comparison under way.
struct Work<'a> {
    diff: Diff,
    old: Reading,
    new: Reading,
    by_id: Pairs,
    list: Option<Sorter<Listed>>,
    heard: Option<&'a mut dyn Compared>,
}

impl Work<'_> {
    /// Goes through the files of both runs.
    fn tops(&mut self) -> Result<Files, RunError> {
        let (old, new) = (self.old.tops.clone(), self.new.tops.clone());
        let mut files = Files::default();
        // By digest, how many files went minus how many came.
        let mut lost = HashMap::<&str, i64>::new();
        let (mut i, mut j) = (0, 0);
        while i < old.len() || j < new.len() {
            let order = match (old.get(i), new.get(j)) {
                (Some(a), Some(b)) => a.path.cmp(&b.path),
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, _) => std::cmp::Ordering::Greater,
            };
            let (then, now) = match order {
                std::cmp::Ordering::Less => (old.get(i), None),
                std::cmp::Ordering::Equal => (old.get(i), new.get(j)),
                std::cmp::Ordering::Greater => (None, new.get(j)),
            };
            match (then, now) {
                (Some(a), Some(b)) if a.is_same(b) => {
                    files.same += 1;
                    self.same_file(i, j)?;
                }
                _ => {
                    match (then, now) {
                        (Some(_), Some(_)) => files.changed += 1,
                        (Some(_), None) => files.gone += 1,
                        _ => files.new += 1,
                    }
                    for (side, top) in [(Side::Old, then), (Side::New, now)] {
                        let Some(top) = top else { continue };
                        let number = if side == Side::Old { i } else { j };
                        self.other_file(side, number)?;
                        let alone = then.is_none() || now.is_none();
                        if let (Some(digest), true) = (&top.digest, alone) {
                            let balance = lost.entry(digest).or_default();
                            let renamed = match side {
                                Side::Old => *balance < 0,
                                Side::New => *balance > 0,
                            };
                            *balance += if side == Side::Old { 1 } else { -1 };
                            if renamed {
                                files.renamed += 1;
                            }
                        }
                    }
                }
            }
            i += usize::from(then.is_some());
            j += usize::from(now.is_some());
        }
        files.gone -= files.renamed;
        files.new -= files.renamed;
        Ok(files)
    }

    /// Compares a file that has the same bytes in both runs: record by record.
    fn same_file(&mut self, old: usize, new: usize) -> Result<(), RunError> {
        loop {
            let place = [self.old.place(old), self.new.place(new)];
            let Some(first) = place.into_iter().flatten().min() else {
                return Ok(());
            };
            let mut then = self.old.record(old, first)?;
            let mut now = self.new.record(new, first)?;
            then.sort_unstable_by(|a, b| a.id.cmp(&b.id));
            now.sort_unstable_by(|a, b| a.id.cmp(&b.id));
            let mut now = now.into_iter().peekable();
            for then in then {
                while let Some(entry) = now.next_if(|now| now.id < then.id) {
                    self.alone(Side::New, entry)?;
                }
                match now.next_if(|now| now.id == then.id) {
                    Some(now) => self.pair(&then, now)?,
                    None => self.alone(Side::Old, then)?,
                }
            }
            now.try_for_each(|entry| self.alone(Side::New, entry))?;
        }
    }

    /// Puts all findings of a file aside, to be paired by id.
    fn other_file(&mut self, side: Side, number: usize) -> Result<(), RunError> {
        loop {
            let reading = match side {
                Side::Old => &mut self.old,
                Side::New => &mut self.new,
            };
            let Some(entry) = reading.next(number)? else {
                return Ok(());
            };
            self.by_id.push(entry.id.clone(), side, entry)?;
        }
    }

    fn changes(&mut self, entry: &Entry, change: impl Fn(&mut Changes)) {
        change(&mut self.diff.total);
        for (all, name) in [
            (&mut self.diff.sources, &entry.source),
            (&mut self.diff.rules, &entry.rule),
        ] {
            match all.get_mut(name) {
                Some(changes) => change(changes),
                None => change(all.entry(name.clone()).or_default()),
            }
        }
    }

    /// Notes a finding that is in both.
    fn pair(&mut self, then: &Entry, now: Entry) -> Result<(), RunError> {
        if let Some(heard) = &mut self.heard {
            heard.pair(then, &now)?;
        }
        let moved = then.id != now.id || then.path != now.path;
        let state = match (then.is_open(), now.is_open()) {
            (true, false) => Some(State::Closed),
            (false, true) => Some(State::Reopened),
            _ if moved => Some(State::Moved),
            _ => None,
        };
        self.changes(&now, |changes| match (state, now.is_open()) {
            (Some(State::Closed), _) => changes.closed += 1,
            (Some(State::Reopened), _) => changes.reopened += 1,
            (Some(_), true) => changes.open.moved += 1,
            (Some(_), false) => changes.suppressed.moved += 1,
            (None, true) => changes.open.same += 1,
            (None, false) => changes.suppressed.same += 1,
        });
        let (Some(list), Some(state)) = (&mut self.list, state) else {
            return Ok(());
        };
        list.push(Listed {
            state,
            why: None,
            was: moved.then(|| (then.path.clone(), then.record)),
            entry: now,
        })
    }

    /// Notes a finding that is in one run only.
    fn alone(&mut self, side: Side, entry: Entry) -> Result<(), RunError> {
        if let Some(heard) = &mut self.heard {
            heard.alone(side == Side::Old, entry.clone())?;
        }
        let (own, other) = match side {
            Side::Old => (&self.old, &self.new),
            Side::New => (&self.new, &self.old),
        };
        let why = match other.digest_of(&entry.path) {
            None => Why::File,
            Some(digest) if digest.is_none() || own.digest_of(&entry.path) != Some(digest) => {
                Why::FileChanged
            }
            Some(_) if !other.rules.contains(&entry.rule) => Why::Rule,
            Some(_) if self.diff.apart.contains(&"rules") => Why::RuleSet,
            Some(_) => Why::Settings,
        };
        let open = entry.is_open();
        self.changes(&entry, |changes| {
            let counts = match open {
                true => &mut changes.open,
                false => &mut changes.suppressed,
            };
            match side {
                Side::Old => counts.gone += 1,
                Side::New => counts.new += 1,
            }
        });
        let (state, because, shown) = match side {
            Side::Old => (
                State::Gone,
                &mut self.diff.gone_because,
                &mut self.diff.gone,
            ),
            Side::New => (
                State::New,
                &mut self.diff.new_because,
                &mut self.diff.new_ones,
            ),
        };
        if open {
            *because.entry(why).or_default() += 1;
            let place = shown.partition_point(|shown| *shown < entry);
            if place < Diff::SHOWN {
                shown.insert(place, entry.clone());
                shown.truncate(Diff::SHOWN);
            }
        }
        match &mut self.list {
            None => Ok(()),
            Some(list) => list.push(Listed {
                entry,
                state,
                why: Some(why),
                was: None,
            }),
        }
    }

    /// # Errors
    ///
    /// If not every finding of both runs was told of once.
    fn check(&self) -> Result<(), RunError> {
        let kept = (self.diff.old.findings.kept, self.diff.new.findings.kept);
        let mut by = [Changes::default(), Changes::default()];
        self.diff.sources.values().for_each(|one| by[0].add(one));
        self.diff.rules.values().for_each(|one| by[1].add(one));
        let closes = self.diff.total.sums() == kept && by.iter().all(|sum| *sum == self.diff.total);
        if closes {
            return Ok(());
        }
        Err(RunError::state(
            "internal: the comparison does not close: not every finding was told of once",
            "yujian verify says whether one of the runs is damaged; if not, please report this",
        ))
    }
}

impl Top {
    /// Whether it has the same bytes in both runs, as far as that is known.
    fn is_same(&self, other: &Self) -> bool {
        self.digest.is_some() && self.digest == other.digest
    }
}

//! [`Fates`]: what became of findings that are gone, by what became of their records.
//!
//! Three passes through sorted temporary files, in which nothing is held but counts by source and rule:
//! findings that a comparison left alone are paired by record, rule, field and value; records with ids
//! are counted in both runs by id and path; and those that are not where they were by id alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::files::{FileFacts, Place};
use super::{Rectified, RectifiedRecords, RectifiedRun, Unclear};
use crate::RunError;
use crate::run::diff::Entry;
use crate::run::reader::Run;
use crate::run::rows::{Decision, RecordRow};
use crate::run::sorter::Sorter;

/// A finding that is alone so far. In the order of the fields: those of the later run before those of
/// the earlier one, those that count before those that do not.
#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Kin {
    /// Record, rule, field and value.
    key: String,
    old: bool,
    suppressed: bool,
    source: String,
    rule: String,
    path: String,
    /// Names the record; none if it has no id.
    id: Option<String>,
}

/// Something about the records of one id in one file.
#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Placed {
    id: String,
    path: String,
    what: What,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum What {
    /// A record of the later run, and whether all findings in it were kept.
    New { kept: bool },
    /// A record of the earlier run.
    Old {
        source: String,
        flagged: Option<u64>,
    },
    /// A finding of the earlier run that is gone.
    Gone { source: String, rule: String },
}

/// Records of one id that one of the runs has in a file, and the other has not.
#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Moved {
    id: String,
    /// Of the later run.
    more: u64,
    kept: bool,
    group: Group,
    unread: bool,
}

/// Records of the earlier run with what is gone from them.
#[derive(Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Group {
    records: u64,
    /// By source, those with findings that count, and their bytes.
    flagged: BTreeMap<String, (u64, u64)>,
    /// By source and rule.
    gone: Vec<((String, String), u64)>,
}

/// What is known of a record.
#[derive(Clone, Copy)]
enum Fate {
    Gone,
    There { kept: bool },
    Unclear(Unclear),
}

/// What came of it.
#[derive(Default)]
pub(super) struct Told {
    pub findings: BTreeMap<String, BTreeMap<String, Rectified>>,
    pub records: BTreeMap<String, RectifiedRecords>,
    pub unclear: BTreeMap<Unclear, u64>,
}

/// See the module.
pub(super) struct Fates<'a> {
    told: Told,
    files: FileFacts,
    kin: Sorter<Kin>,
    sides: &'a [RectifiedRun; 2],
}

impl<'a> Fates<'a> {
    pub fn new(old: &Run, new: &Run, sides: &'a [RectifiedRun; 2]) -> Result<Self, RunError> {
        Ok(Self {
            told: Told::default(),
            files: FileFacts::new(old, new, sides)?,
            kin: Sorter::default(),
            sides,
        })
    }

    /// Notes a finding that is in both.
    pub fn together(&mut self, then: &Entry, now: &Entry) {
        let (before, after) = (then.is_open(), now.is_open());
        self.told
            .pair((&then.source, before), (&now.source, after), &now.rule);
    }

    /// Notes a finding that is in one run only, as far as the comparison could tell.
    pub fn apart(&mut self, old: bool, entry: Entry) -> Result<(), RunError> {
        let id = entry.record_id.as_deref().map(|id| digest(&["id", id]));
        let record = id.clone().unwrap_or_else(|| digest(&["path", &entry.path]));
        let value = entry.value_hash.as_deref().unwrap_or("");
        self.kin.push(Kin {
            key: digest(&[&record, &entry.rule, &entry.field, value]),
            old,
            suppressed: !entry.is_open(),
            source: entry.source,
            rule: entry.rule,
            path: entry.path,
            id,
        })
    }

    /// Says what became of everything. `apart`: what differs between the runs besides the corpus.
    pub fn told(mut self, apart: &[String], old: &Run, new: &Run) -> Result<Told, RunError> {
        let comparable = apart.is_empty();
        let mut placed = Sorter::default();
        // Files of the later run without ids, of which not every finding was kept.
        let cut = match comparable {
            true => self.later(new, &mut placed)?,
            false => std::collections::HashSet::new(),
        };
        for row in old.records()? {
            let row = row?;
            if self.files.is_same_old(&row.path) {
                continue;
            }
            let flagged = (row.decision == Decision::Flagged).then_some(row.bytes);
            match (&row.id, comparable) {
                (_, false) => {
                    let fate = Fate::Unclear(Unclear::OtherScan);
                    self.told
                        .record(fate, &row.source, flagged.map(|bytes| (1, bytes)));
                }
                (None, true) => {
                    let fate = by_place(self.files.place(&row.path), true);
                    self.told
                        .record(fate, &row.source, flagged.map(|bytes| (1, bytes)));
                }
                (Some(id), true) => placed.push(Placed {
                    id: digest(&["id", id]),
                    path: row.path,
                    what: What::Old {
                        source: row.source,
                        flagged,
                    },
                })?,
            }
        }
        let kin = std::mem::take(&mut self.kin);
        let (files, told) = (&self.files, &mut self.told);
        related(kin, told, |told, gone| match (comparable, gone.id) {
            (false, _) => {
                told.gone(
                    Fate::Unclear(Unclear::OtherScan),
                    (gone.source, gone.rule),
                    1,
                );
                Ok(())
            }
            (true, None) => {
                let fate = match files.is_same_old(&gone.path) {
                    true => Fate::Unclear(Unclear::OtherScan),
                    false => by_place(files.place(&gone.path), !cut.contains(&gone.path)),
                };
                told.gone(fate, (gone.source, gone.rule), 1);
                Ok(())
            }
            (true, Some(_)) if files.is_same_old(&gone.path) => {
                told.gone(
                    Fate::Unclear(Unclear::OtherScan),
                    (gone.source, gone.rule),
                    1,
                );
                Ok(())
            }
            (true, Some(id)) => placed.push(Placed {
                id,
                path: gone.path,
                what: What::Gone {
                    source: gone.source,
                    rule: gone.rule,
                },
            }),
        })?;
        self.settle(placed)?;
        Ok(self.told)
    }

    /// Notes the records of the later run; says which files without ids have findings that were not
    /// kept.
    fn later(
        &self,
        new: &Run,
        placed: &mut Sorter<Placed>,
    ) -> Result<std::collections::HashSet<String>, RunError> {
        let mut cut = std::collections::HashSet::new();
        let mut findings = new.findings()?.peekable();
        for row in new.records()? {
            let row: RecordRow = row?;
            let mut kept = 0;
            // An error is met when its row is asked for.
            while let Some(next) = findings.next_if(|next| match next {
                Ok(next) => next.path == row.path && next.record == row.record,
                Err(_) => true,
            }) {
                next?;
                kept += 1;
            }
            let kept = kept == row.findings + row.suppressed;
            if self.files.is_same_new(&row.path) {
                continue;
            }
            match row.id {
                Some(id) => placed.push(Placed {
                    id: digest(&["id", &id]),
                    path: row.path,
                    what: What::New { kept },
                })?,
                None if !kept => drop(cut.insert(row.path)),
                None => {}
            }
        }
        Ok(cut)
    }

    /// Goes through records with ids.
    fn settle(&mut self, placed: Sorter<Placed>) -> Result<(), RunError> {
        let every_record = self.sides[1].every_record;
        let mut moved: Sorter<Moved> = Sorter::default();
        let mut sorted = placed.sorted()?;
        let mut next = sorted.next()?;
        while let Some(first) = next.take() {
            let (id, path) = (first.id.clone(), first.path.clone());
            let (mut now, mut kept) = (0, true);
            let mut group = Group::default();
            let mut gone: BTreeMap<(String, String), u64> = BTreeMap::new();
            let mut one = Some(first);
            while let Some(this) = one.take() {
                match this.what {
                    What::New { kept: all } => {
                        now += 1;
                        kept &= all;
                    }
                    What::Old { source, flagged } => {
                        group.records += 1;
                        if let Some(bytes) = flagged {
                            let of = group.flagged.entry(source).or_default();
                            *of = (of.0 + 1, of.1 + bytes);
                        }
                    }
                    What::Gone { source, rule } => *gone.entry((source, rule)).or_default() += 1,
                }
                match sorted.next()? {
                    Some(same) if same.id == id && same.path == path => one = Some(same),
                    other => next = other,
                }
            }
            group.gone = gone.into_iter().collect();
            let then = group.records;
            match () {
                () if now >= then && then > 0 => {
                    self.told.group(Fate::There { kept }, group);
                    if now > then {
                        let (more, group, unread) = (now - then, Group::default(), false);
                        moved.push(Moved {
                            id,
                            more,
                            kept,
                            group,
                            unread,
                        })?;
                    }
                }
                () if now > 0 && then > 0 => {
                    self.told.group(Fate::Unclear(Unclear::SameIds), group);
                }
                () if !every_record && then > 0 => {
                    self.told.group(Fate::Unclear(Unclear::NoRecords), group);
                }
                () => {
                    let unread = self.files.may_be_unread(&path).is_some();
                    moved.push(Moved {
                        id,
                        more: now,
                        kept,
                        group,
                        unread,
                    })?;
                }
            }
        }
        self.elsewhere(moved)
    }

    /// Goes through records with ids that are not where they were.
    fn elsewhere(&mut self, moved: Sorter<Moved>) -> Result<(), RunError> {
        // Without a row for every record of the earlier run a record with the same id may have been
        // in the other file before.
        let every_record = self.sides[0].every_record;
        let mut sorted = moved.sorted()?;
        let mut next = sorted.next()?;
        while let Some(first) = next.take() {
            let id = first.id.clone();
            let (mut more, mut kept, mut unread) = (0, true, false);
            let mut all = Group::default();
            let mut one = Some(first);
            while let Some(this) = one.take() {
                more += this.more;
                kept &= this.kept;
                unread |= this.unread;
                all.add(this.group);
                match sorted.next()? {
                    Some(same) if same.id == id => one = Some(same),
                    other => next = other,
                }
            }
            let fate = match () {
                () if more == 0 && unread => Fate::Unclear(Unclear::Unread),
                () if more == 0 => Fate::Gone,
                () if more >= all.records && every_record => Fate::There { kept },
                () => Fate::Unclear(Unclear::SameIds),
            };
            self.told.group(fate, all);
        }
        Ok(())
    }
}

/// Pairs findings of one rule about one value in one record, and hands on those that are gone.
fn related(
    kin: Sorter<Kin>,
    told: &mut Told,
    mut gone: impl FnMut(&mut Told, Kin) -> Result<(), RunError>,
) -> Result<(), RunError> {
    let mut sorted = kin.sorted()?;
    let (mut key, mut rule) = (String::new(), String::new());
    // Those of the later run that wait, by whether they do not count, and source.
    let mut waiting: BTreeMap<(bool, String), u64> = BTreeMap::new();
    while let Some(next) = sorted.next()? {
        if next.key != key {
            told.fresh(std::mem::take(&mut waiting), &rule);
            key.clone_from(&next.key);
            rule.clone_from(&next.rule);
        }
        if !next.old {
            *waiting.entry((next.suppressed, next.source)).or_default() += 1;
            continue;
        }
        let own = (false, next.source.clone());
        let found = match waiting.contains_key(&own) {
            true => Some(own),
            false => waiting.keys().next().cloned(),
        };
        match found {
            Some(found) => {
                told.pair(
                    (&next.source, !next.suppressed),
                    (&found.1, !found.0),
                    &rule,
                );
                let left = waiting.get_mut(&found).map(|left| {
                    *left -= 1;
                    *left
                });
                if left == Some(0) {
                    waiting.remove(&found);
                }
            }
            None if next.suppressed => {}
            None => gone(told, next)?,
        }
    }
    told.fresh(waiting, &rule);
    Ok(())
}

/// What became of records without ids.
const fn by_place(place: Place, kept: bool) -> Fate {
    match place {
        Place::Gone => Fate::Gone,
        Place::SameNumber => Fate::There { kept },
        Place::OtherNumber => Fate::Unclear(Unclear::NoIds),
        Place::Unread => Fate::Unclear(Unclear::Unread),
    }
}

impl Group {
    fn add(&mut self, other: Self) {
        self.records += other.records;
        for (source, (records, bytes)) in other.flagged {
            let of = self.flagged.entry(source).or_default();
            *of = (of.0 + records, of.1 + bytes);
        }
        if self.gone.is_empty() {
            self.gone = other.gone;
        } else {
            let mut all: BTreeMap<_, _> = std::mem::take(&mut self.gone).into_iter().collect();
            for (place, count) in other.gone {
                *all.entry(place).or_default() += count;
            }
            self.gone = all.into_iter().collect();
        }
    }
}

impl Told {
    fn cell(&mut self, source: &str, rule: &str) -> &mut Rectified {
        if !self.findings.contains_key(source) {
            self.findings.insert(source.to_owned(), BTreeMap::new());
        }
        let rules = self.findings.get_mut(source).expect("it was put there");
        if !rules.contains_key(rule) {
            rules.insert(rule.to_owned(), Rectified::default());
        }
        rules.get_mut(rule).expect("it was put there")
    }

    /// A finding that is in both: its source, and whether it counts, before and after.
    fn pair(&mut self, then: (&str, bool), now: (&str, bool), rule: &str) {
        match (then.1, now.1) {
            (true, true) => {
                self.cell(then.0, rule).still += 1;
                self.cell(now.0, rule).carried += 1;
            }
            (true, false) => self.cell(then.0, rule).closed += 1,
            (false, true) => self.cell(now.0, rule).reopened += 1,
            (false, false) => {}
        }
    }

    /// Findings of the later run that nothing was found for.
    fn fresh(&mut self, waiting: BTreeMap<(bool, String), u64>, rule: &str) {
        for ((suppressed, source), count) in waiting {
            if !suppressed {
                self.cell(&source, rule).new += count;
            }
        }
    }

    fn gone(&mut self, fate: Fate, (source, rule): (String, String), count: u64) {
        let why = match fate {
            Fate::Gone => {
                self.cell(&source, &rule).removed += count;
                return;
            }
            Fate::There { kept: true } => {
                self.cell(&source, &rule).replaced += count;
                return;
            }
            Fate::There { kept: false } => Unclear::NotKept,
            Fate::Unclear(why) => why,
        };
        self.cell(&source, &rule).unclear += count;
        *self.unclear.entry(why).or_default() += count;
    }

    /// Records of a source, and their bytes; none if nothing in them counts.
    fn record(&mut self, fate: Fate, source: &str, flagged: Option<(u64, u64)>) {
        let Some((records, bytes)) = flagged else {
            return;
        };
        let of = self.records.entry(source.to_owned()).or_default();
        match fate {
            Fate::Gone => {
                of.flagged_removed += records;
                of.flagged_removed_bytes += bytes;
            }
            // Counted as what is left.
            Fate::There { .. } => {}
            Fate::Unclear(_) => of.flagged_unclear += records,
        }
    }

    fn group(&mut self, fate: Fate, group: Group) {
        for (source, flagged) in group.flagged {
            self.record(fate, &source, Some(flagged));
        }
        for (place, count) in group.gone {
            self.gone(fate, place, count);
        }
    }
}

/// Names what is made of these parts.
fn digest(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

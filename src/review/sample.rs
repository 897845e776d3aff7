//! [`Sample`]: the draw, in one pass over the corpus.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Serialize;

use super::draw::{Drawn, FileKey, Lowest, Question, seed_key};
use super::frame::Frame;
use super::read::{Visit, read};
use super::strata::{Demand, Plan, Set, sets};
use crate::RunError;
use crate::corpus::{FieldName, Meta, Shard};
use crate::run::Run;
use crate::scan::{Counts, ScanOptions};

/// Rows of all sheets of a question; a spreadsheet holds 1,048,576.
const MOST_ROWS: u64 = 1_000_000;
/// Differences that are told; all are counted.
const TOLD: usize = 20;

/// The corpus of a run, as it is found again.
pub struct Corpus<'a> {
    /// Its files, with their sources.
    pub shards: &'a [Shard],
    /// How it is read: as it was scanned.
    pub options: &'a ScanOptions,
    /// Is told now and then how many records were read since.
    pub done: &'a (dyn Fn(u64) + Sync),
}

/// A record that is to be judged, on one question.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Names record, question, seed and frame.
    pub id: String,
    /// What is asked.
    pub question: Question,
    /// The sets it is in, with its stratum in each.
    pub sets: Vec<(String, String)>,
    /// Its file.
    pub path: String,
    /// BLAKE3 of its file; empty if the scan did not read it to its end.
    pub shard_digest: String,
    /// Its number in the file, from 0.
    pub record: u64,
    /// The same for machines.
    #[serde(skip)]
    pub drawn: Drawn,
}

/// What was drawn.
#[derive(Clone, Debug)]
pub struct Sample {
    /// What from.
    pub frame: Frame,
    /// With which seed.
    pub seed: u32,
    /// As what.
    pub sets: Vec<Set>,
    /// The records, by question and key.
    pub rows: Vec<Row>,
}

/// Draws a sample of the records of `run`. Uses the threads of the current rayon pool.
///
/// `seed`: by default it follows from the frame, so that nobody has chosen it.
///
/// # Errors
///
/// If the run cannot be read; if it has no records; if the corpus is not what the run is of; if
/// there are so many strata that no sheet holds the sample.
pub fn draw(
    run: &Run,
    corpus: &Corpus<'_>,
    (plan, demand): (Plan, &Demand),
    seed: Option<u32>,
) -> Result<Sample, RunError> {
    let frame = Frame::of(run)?;
    if frame.records == 0 {
        return Err(RunError::state(
            "the run has no records that a sample could be drawn from",
            "scan a corpus with records",
        ));
    }
    let seed = seed.unwrap_or_else(|| own_seed(&frame.digest));
    let sets = sets(plan, &frame.sources, demand);
    if sets.is_empty() {
        return Err(RunError::state(
            "no record of the run is of a source that is declared to be for fine-tuning",
            "write stages = [\"fine-tuning\"] in its [[source]] of yujian.toml",
        ));
    }
    if let Some(set) = sets.iter().find(|set| set.size > MOST_ROWS) {
        return Err(RunError::state(
            format!(
                "the sample {} would have {} records in {} strata, more than a sheet holds",
                set.name,
                set.size,
                set.strata.len()
            ),
            "put sources together in yujian.toml and scan anew, or draw with --plan manual",
        ));
    }
    let mut changed = found(&frame, corpus);
    if !changed.is_empty() {
        return Err(told(&changed));
    }
    let names: Vec<&str> = frame.sources.keys().map(String::as_str).collect();
    let drawing = Drawing {
        frame: &frame,
        names: &names,
        sets: &sets,
        questions: questions(&sets),
        seed_key: seed_key(seed),
    };
    let one = |mut piles: Piles, shard: &Shard| {
        let mut visit = Visiting {
            drawing: &drawing,
            options: corpus.options,
            shard,
            open: Vec::new(),
            piles: &mut piles,
        };
        let end = read(shard, corpus, &mut visit);
        let changed = Changed::of_frame(&frame, shard, &end.digest);
        piles.changed.extend(changed);
        piles
    };
    let piles = corpus
        .shards
        .par_iter()
        .filter(|shard| has_records(&frame, shard))
        .fold(|| drawing.piles(), one)
        .reduce(|| drawing.piles(), Piles::merge);
    changed.extend(piles.changed.iter().cloned());
    changed.sort();
    if changed.is_empty() {
        changed.extend(drawing.sources_differ(&piles.seen));
    }
    if !changed.is_empty() {
        return Err(told(&changed));
    }
    let rows = drawing.rows(piles, seed);
    Ok(Sample {
        frame,
        seed,
        sets,
        rows,
    })
}

/// Seed of a frame for which none was named: the first four bytes of its digest.
fn own_seed(digest: &str) -> u32 {
    u32::from_str_radix(&digest[..8], 16).expect("a digest is hex")
}

/// The questions of `sets`, each once.
fn questions(sets: &[Set]) -> Vec<Question> {
    let all: BTreeSet<Question> = sets.iter().map(|set| set.question).collect();
    all.into_iter().collect()
}

/// Whether the run has records of the file or of files in it, or knows its bytes.
fn has_records(frame: &Frame, shard: &Shard) -> bool {
    let own = frame.of.find(&shard.path).map(|file| frame.of.get(file));
    own.is_some_and(|file| !file.digest.is_empty() || file.records != Counts::default())
}

/// Something of the corpus that is not what the run says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Changed(String);

impl Changed {
    pub(super) fn of(sample: &Sample, shard: &Shard, digest: &str) -> Option<Self> {
        Self::of_frame(&sample.frame, shard, digest)
    }

    fn of_frame(frame: &Frame, shard: &Shard, digest: &str) -> Option<Self> {
        let file = frame.of.get(frame.of.find(&shard.path)?);
        // The scan may not have read it to its end, and then reading ends here as well.
        if file.digest.is_empty() || file.digest == digest {
            return None;
        }
        Some(Self(match digest {
            "" => format!("{}: it cannot be read to its end", shard.path),
            _ => format!("{}: its BLAKE3 is not the one in the run", shard.path),
        }))
    }
}

/// Files that one of the two does not know, or that have other lengths.
fn found(frame: &Frame, corpus: &Corpus<'_>) -> Vec<Changed> {
    let mut changed = Vec::new();
    let mut missing = frame.of.stored.clone();
    for shard in corpus.shards {
        let what = match missing.remove(&shard.path) {
            None => "the run does not know it".to_owned(),
            Some(bytes) if bytes != shard.bytes => {
                format!("{} bytes, the run says {bytes}", shard.bytes)
            }
            Some(_) => continue,
        };
        changed.push(Changed(format!("{}: {what}", shard.path)));
    }
    for path in missing.keys() {
        changed.push(Changed(format!("{path}: it is not in the corpus")));
    }
    changed.sort();
    changed
}

/// The error about what has changed.
pub(super) fn told(changed: &[Changed]) -> RunError {
    let mut what = "the corpus is not the one that was scanned:".to_owned();
    for Changed(one) in changed.iter().take(TOLD) {
        what.push_str("\n  ");
        what.push_str(one);
    }
    if changed.len() > TOLD {
        what.push_str(&format!("\n  and {} more", changed.len() - TOLD));
    }
    RunError::state(
        what,
        "name the same paths, --config and --shard as in the scan; of a corpus that was changed, make a new run",
    )
}

/// What all threads know.
struct Drawing<'d> {
    frame: &'d Frame,
    /// Sources, in order.
    names: &'d [&'d str],
    sets: &'d [Set],
    questions: Vec<Question>,
    seed_key: [u8; 32],
}

/// What one thread has drawn.
struct Piles {
    /// For each set, for each stratum.
    lowest: Vec<Vec<Lowest>>,
    /// For each source: records that were met.
    seen: Vec<u64>,
    changed: Vec<Changed>,
}

impl Piles {
    fn merge(mut self, other: Self) -> Self {
        for (ours, theirs) in self.lowest.iter_mut().zip(other.lowest) {
            for (ours, theirs) in ours.iter_mut().zip(theirs) {
                ours.merge(theirs);
            }
        }
        for (ours, theirs) in self.seen.iter_mut().zip(other.seen) {
            *ours += theirs;
        }
        self.changed.extend(other.changed);
        self
    }
}

impl Drawing<'_> {
    fn piles(&self) -> Piles {
        let of_set = |set: &Set| {
            let strata = set.strata.iter();
            strata.map(|s| Lowest::new(s.size as usize)).collect()
        };
        Piles {
            lowest: self.sets.iter().map(of_set).collect(),
            seen: vec![0; self.names.len()],
            changed: Vec::new(),
        }
    }

    /// Files can be the same and be read otherwise, with another configuration.
    fn sources_differ(&self, seen: &[u64]) -> Vec<Changed> {
        let expected = self.frame.sources.iter().zip(seen);
        expected
            .filter(|((_, expected), seen)| expected != seen)
            .map(|((source, expected), seen)| {
                Changed(format!(
                    "source {source}: {seen} records, the run says {expected}"
                ))
            })
            .collect()
    }

    /// Everything that was drawn, by question and key.
    fn rows(&self, piles: Piles, seed: u32) -> Vec<Row> {
        let mut all: BTreeMap<(Question, Drawn), Vec<(String, String)>> = BTreeMap::new();
        for (set, strata) in self.sets.iter().zip(piles.lowest) {
            for (stratum, lowest) in set.strata.iter().zip(strata) {
                for drawn in lowest.sorted() {
                    let sets = all.entry((set.question, drawn)).or_default();
                    sets.push((set.name.clone(), stratum.name.clone()));
                }
            }
        }
        let row = |((question, drawn), sets): ((Question, Drawn), _)| {
            let file = self.frame.of.get(drawn.file);
            let place = (file.path.as_str(), drawn.record);
            Row {
                id: row_id(&self.frame.digest, question, place, seed),
                question,
                sets,
                path: file.path.clone(),
                shard_digest: file.digest.clone(),
                record: drawn.record,
                drawn,
            }
        };
        all.into_iter().map(row).collect()
    }
}

/// What a row is called: it names frame, question, record and seed.
pub(super) fn row_id(
    frame: &str,
    question: Question,
    (path, record): (&str, u64),
    seed: u32,
) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [frame, question.as_str(), path] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.update(&seed.to_le_bytes());
    hasher.update(&record.to_le_bytes());
    hasher.finalize().to_hex()[..20].to_owned()
}

/// A file that is open while records are drawn.
struct OpenFile {
    file: Option<u32>,
    key: FileKey,
}

struct Visiting<'v> {
    drawing: &'v Drawing<'v>,
    options: &'v ScanOptions,
    shard: &'v Shard,
    open: Vec<OpenFile>,
    piles: &'v mut Piles,
}

impl Visit for Visiting<'_> {
    fn file_began(&mut self, path: &str) {
        let file = self.drawing.frame.of.find(path);
        let digest = file.map_or("", |file| &self.drawing.frame.of.get(file).digest);
        let key = FileKey::new(&self.drawing.seed_key, path, digest);
        self.open.push(OpenFile { file, key });
    }

    fn wants(&self, _: u64) -> bool {
        false
    }

    fn part(&mut self, _: FieldName<'_>, _: &str) {}

    fn end_field(&mut self) {}

    fn record(&mut self, record: u64, meta: Meta) {
        // A file that the run does not know is told of when it ends.
        let Some(OpenFile {
            file: Some(file),
            key,
        }) = self.open.last()
        else {
            return;
        };
        let sources = &self.options.sources;
        let source = sources.decide(&meta.sources, &self.shard.source);
        // Of a source that the run does not know, others lack what it has.
        let Ok(source) = self.drawing.names.binary_search(&source.as_ref()) else {
            return;
        };
        self.piles.seen[source] += 1;
        for question in &self.drawing.questions {
            let drawn = Drawn {
                key: key.record(*question, record),
                file: *file,
                record,
            };
            for (set, strata) in self.drawing.sets.iter().zip(&mut self.piles.lowest) {
                if set.question == *question
                    && let Some(stratum) = set.of_source[source]
                {
                    strata[stratum].offer(drawn);
                }
            }
        }
    }

    fn forget(&mut self) {}

    fn file_ended(&mut self, path: &str, records: Counts) {
        let open = self.open.pop();
        let of = &self.drawing.frame.of;
        let known = open.and_then(|open| open.file).map(|file| of.get(file));
        if known.is_none_or(|known| known.records != records) {
            let said = known.map_or_else(Counts::default, |known| known.records);
            self.piles.changed.push(Changed(format!(
                "{path}: {} records were read, {} left out, {} not readable; the run says {}, {} and {}",
                records.scanned,
                records.skipped,
                records.failed,
                said.scanned,
                said.skipped,
                said.failed
            )));
        }
    }
}

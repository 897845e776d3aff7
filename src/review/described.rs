//! `sample.json`, read back: what was drawn, so that verdicts can be held against it.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::package::{SAMPLE_FILE, SAMPLE_FORMAT, digest_of, whole};
use super::sample::row_id;
use super::{ALGORITHM, Question, Set};
use crate::RunError;

/// A sample of a million rows takes a third of this.
const LARGEST: u64 = 1 << 30;

/// The run a sample is of.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SampledRun {
    /// Its root.
    pub root: String,
}

/// A row of a sample.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SampledRow {
    /// Names record, question, seed and frame.
    pub id: String,
    /// What is asked.
    pub question: Question,
    /// The sets it is in, with its stratum in each.
    pub sets: Vec<(String, String)>,
    /// Its file.
    pub path: String,
    /// Its number in the file, from 0.
    pub record: u64,
}

#[derive(Deserialize)]
struct SampledFrame {
    digest: String,
}

#[derive(Deserialize)]
struct Content {
    format_version: u32,
    algorithm: String,
    seed: u32,
    run: SampledRun,
    frame: SampledFrame,
    sets: Vec<Set>,
    rows: Vec<SampledRow>,
}

/// A sample as `sample.json` describes it.
#[derive(Clone, Debug)]
pub struct Described {
    /// Names it: BLAKE3 of what it says, hex.
    pub digest: String,
    /// The bytes of the file.
    pub text: Vec<u8>,
    /// The run.
    pub run: SampledRun,
    /// The seed.
    pub seed: u32,
    /// As what it was drawn.
    pub sets: Vec<Set>,
    /// Its rows.
    pub rows: Vec<SampledRow>,
}

impl Described {
    /// Reads the sample in a folder, or the file itself.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is not as it was written.
    pub fn read(place: &Path) -> Result<Self, RunError> {
        let path: PathBuf = match place.is_dir() {
            true => place.join(SAMPLE_FILE),
            false => place.to_owned(),
        };
        let fail = |error| RunError::io("read", &path, error);
        let mut text = Vec::new();
        let file = File::open(&path).map_err(fail)?;
        file.take(LARGEST + 1)
            .read_to_end(&mut text)
            .map_err(fail)?;
        if text.len() as u64 > LARGEST {
            return Err(wrong(&path, "is larger than any sample"));
        }
        Self::parse(text).map_err(|what| wrong(&path, what))
    }

    /// From the bytes of the file; else what is wrong with them.
    pub(super) fn parse(text: Vec<u8>) -> Result<Self, &'static str> {
        let (stated, rest) = whole(&text).ok_or("is no sample.json that yujian sample wrote")?;
        let digest = digest_of(rest);
        if stated != digest {
            return Err("was changed since it was written");
        }
        let content: Content = serde_json::from_slice(&text)
            .map_err(|_| "is no sample.json that this version can read")?;
        if content.format_version != SAMPLE_FORMAT || content.algorithm != ALGORITHM {
            return Err("was written by another version of the program");
        }
        // Whoever makes a file by hand can make its digest too, but not rows that name themselves.
        let named = content.rows.iter().all(|row| {
            let place = (row.path.as_str(), row.record);
            row.id == row_id(&content.frame.digest, row.question, place, content.seed)
        });
        if !named || !closes(&content) {
            return Err("does not hold the rows that it says it drew");
        }
        Ok(Self {
            digest,
            text,
            run: content.run,
            seed: content.seed,
            sets: content.sets,
            rows: content.rows,
        })
    }

    /// Its rows by id.
    pub fn by_id(&self) -> HashMap<&str, &SampledRow> {
        let rows = self.rows.iter();
        rows.map(|row| (row.id.as_str(), row)).collect()
    }
}

/// Whether every stratum has as many rows as it says.
fn closes(content: &Content) -> bool {
    let mut counts: HashMap<(&str, &str), u64> = HashMap::new();
    for row in &content.rows {
        for (set, stratum) in &row.sets {
            *counts.entry((set, stratum)).or_default() += 1;
        }
    }
    let mut strata = 0;
    let right = content.sets.iter().all(|set| {
        strata += set.strata.len();
        let drawn = |name: &str| counts.get(&(set.name.as_str(), name)).copied().unwrap_or(0);
        let each = set.strata.iter();
        each.clone()
            .all(|s| drawn(&s.name) == s.size && s.size <= s.population)
            && each.map(|s| s.population).sum::<u64>() == set.population
    });
    right && counts.len() <= strata
}

fn wrong(path: &Path, what: &str) -> RunError {
    RunError::state(
        format!("{}: {what}", path.display()),
        "name the folder that yujian sample wrote, as it was written; if it is lost, draw the same sample again with the same run and seed",
    )
}

//! [`Reviewed`]: what the verdicts of a store say of the samples of a run, in numbers.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::{Described, Kept, Question, Role, Standing, Standings, StoredVerdict, Verdict};
use crate::RunError;
use crate::annotation::{Agreement, Ratings};
use crate::run::Run;

/// Rows of a stratum, or of all of them, by what stands of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All that were drawn.
    pub drawn: u64,
    /// 合格
    pub pass: u64,
    /// 不合格
    pub fail: u64,
    /// 无法判断: no pass.
    pub undecided: u64,
    /// Reviewers differ and nobody has decided: no pass.
    pub conflicts: u64,
    /// Nobody has judged them.
    pub open: u64,
}

impl Counts {
    /// Those that somebody has judged.
    pub const fn judged(&self) -> u64 {
        self.drawn - self.open
    }

    fn add(&mut self, standing: Standing) {
        self.drawn += 1;
        match standing {
            Standing::Open => self.open += 1,
            Standing::Conflict => self.conflicts += 1,
            Standing::Settled(Verdict::Pass) => self.pass += 1,
            Standing::Settled(Verdict::Fail) => self.fail += 1,
            Standing::Settled(Verdict::Undecided) => self.undecided += 1,
        }
    }
}

/// A stratum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StratumOutcome {
    /// Source, or kind of source.
    pub name: String,
    /// Records that it was drawn from.
    pub population: u64,
    /// Sources in it, if it holds several small ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pooled_sources: Option<u64>,
    /// Its rows.
    #[serde(flatten)]
    pub counts: Counts,
}

/// A set of a sample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SetOutcome {
    /// `manual`, `source`, `metadata`, `risk-record`, `rights-record`.
    pub name: String,
    /// What is asked.
    pub question: Question,
    /// The duties it serves.
    pub clauses: Vec<String>,
    /// Records that it was drawn from.
    pub population: u64,
    /// All its rows.
    pub total: Counts,
    /// By stratum.
    pub strata: Vec<StratumOutcome>,
}

/// A row of which people differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// Its id.
    pub id: String,
    /// What was asked.
    pub question: Question,
    /// Its file.
    pub path: String,
    /// Its number there.
    pub record: u64,
    /// Who says what, in which part.
    pub said: Vec<(String, Role, Verdict)>,
}

/// How far reviewers agree.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Agreed {
    /// What was asked.
    pub question: Question,
    /// Rows that two or more have judged.
    pub doubled: u64,
    /// The measures; none if no row was judged twice.
    pub agreement: Option<Agreement>,
}

/// What was said of a sample.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SampleOutcome {
    /// Its digest.
    pub digest: String,
    /// Root of the run it is of.
    pub run: String,
    /// Its seed.
    pub seed: u32,
    /// Its sets.
    pub sets: Vec<SetOutcome>,
    /// Who has judged, by name, with the number of rows.
    pub reviewers: BTreeMap<String, u64>,
    /// Who has decided where they differ.
    pub adjudicators: BTreeMap<String, u64>,
    /// Days on which the first and the last verdict that stands were imported.
    pub days: Option<(String, String)>,
    /// How far reviewers agree, by question.
    pub agreement: Vec<Agreed>,
    /// Rows of which they differ.
    pub conflicts: Vec<Conflict>,
}

impl SampleOutcome {
    /// The set of that name.
    pub fn set(&self, name: &str) -> Option<&SetOutcome> {
        self.sets.iter().find(|set| set.name == name)
    }

    /// What the verdicts say of a sample.
    pub fn of(sample: &Described, standings: &Standings<'_>) -> Self {
        let mut outcome = Self {
            digest: sample.digest.clone(),
            run: sample.run.root.clone(),
            seed: sample.seed,
            sets: Vec::new(),
            reviewers: BTreeMap::new(),
            adjudicators: BTreeMap::new(),
            days: None,
            agreement: Vec::new(),
            conflicts: Vec::new(),
        };
        let mut counts: HashMap<(&str, &str), Counts> = HashMap::new();
        let mut totals: HashMap<&str, Counts> = HashMap::new();
        for row in &sample.rows {
            let standing = standings.get(&row.id);
            for (set, stratum) in &row.sets {
                counts.entry((set, stratum)).or_default().add(standing);
                totals.entry(set).or_default().add(standing);
            }
            let words = standings.words(&row.id);
            words.iter().for_each(|word| outcome.heard(word));
            if standing == Standing::Conflict {
                outcome.conflicts.push(Conflict {
                    id: row.id.clone(),
                    question: row.question,
                    path: row.path.clone(),
                    record: row.record,
                    said: words
                        .iter()
                        .map(|w| (w.reviewer.clone(), w.role, w.verdict))
                        .collect(),
                });
            }
        }
        for set in &sample.sets {
            let of = |stratum: &str| counts.get(&(set.name.as_str(), stratum)).copied();
            let strata = set.strata.iter().map(|stratum| StratumOutcome {
                name: stratum.name.clone(),
                population: stratum.population,
                pooled_sources: stratum.pooled_sources,
                counts: of(&stratum.name).unwrap_or_default(),
            });
            outcome.sets.push(SetOutcome {
                name: set.name.clone(),
                question: set.question,
                clauses: set.clauses.clone(),
                population: set.population,
                total: totals.get(set.name.as_str()).copied().unwrap_or_default(),
                strata: strata.collect(),
            });
        }
        outcome.agreement = agreement(sample, standings);
        outcome
    }

    fn heard(&mut self, word: &StoredVerdict) {
        let people = match word.role {
            Role::Reviewer => &mut self.reviewers,
            Role::Adjudicator => &mut self.adjudicators,
        };
        *people.entry(word.reviewer.clone()).or_default() += 1;
        let day = word.recorded_at.get(..10).unwrap_or_default();
        match &mut self.days {
            None => self.days = Some((day.to_owned(), day.to_owned())),
            Some((first, last)) => {
                if day < first.as_str() {
                    day.clone_into(first);
                }
                if day > last.as_str() {
                    day.clone_into(last);
                }
            }
        }
    }
}

/// How far reviewers agree on the rows that several have judged. Those who decide do so knowing
/// what others have said, and are not asked.
fn agreement(sample: &Described, standings: &Standings<'_>) -> Vec<Agreed> {
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    let mut names: Vec<&str> = Vec::new();
    let mut all: BTreeMap<Question, (u64, Ratings)> = BTreeMap::new();
    for row in &sample.rows {
        let (doubled, ratings) = all.entry(row.question).or_default();
        let words = standings.words(&row.id);
        let said: Vec<(u32, u32)> = words
            .into_iter()
            .filter(|word| word.role == Role::Reviewer)
            .map(|word| {
                let number = *numbers.entry(&word.reviewer).or_insert_with(|| {
                    names.push(&word.reviewer);
                    names.len() as u32 - 1
                });
                (number, word.verdict as u32)
            })
            .collect();
        *doubled += u64::from(said.len() > 1);
        ratings.unit(&said);
    }
    let name = |number: u32| {
        names
            .get(number as usize)
            .copied()
            .unwrap_or_default()
            .to_owned()
    };
    let each = all
        .into_iter()
        .map(|(question, (doubled, ratings))| Agreed {
            question,
            doubled,
            agreement: ratings.agreement(name),
        });
    each.collect()
}

/// What people say of a risk, in the records of samples and of nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RiskReviewed {
    /// Records of `risk-record` that the scan gave the code to, and that were judged.
    pub recorded: u64,
    /// Of these, that people say it is right of.
    pub confirmed: u64,
    /// Records of `risk-record` that the scan did not give it to, and people do.
    pub missed: u64,
    /// Records of `content` that people say it of.
    pub found: u64,
}

/// What verdicts say of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reviewed {
    /// Samples of it.
    pub samples: Vec<SampleOutcome>,
    /// Samples of other runs, which count for nothing here.
    pub of_other_runs: u64,
    /// Rows of the store.
    pub rows: i64,
    /// The link of the last one, hex.
    pub head: String,
    /// Records of `content` that were judged.
    pub content_judged: u64,
    /// By code of a risk, of the 31.
    pub risks: BTreeMap<String, RiskReviewed>,
}

impl Reviewed {
    /// What the verdicts of a store say of `run`.
    ///
    /// # Errors
    ///
    /// If the run cannot be read.
    pub fn of(kept: &Kept, run: &Run) -> Result<Self, RunError> {
        let root = &run.manifest().integrity.root;
        let standings = Standings::of(kept);
        let of_run = |sample: &&super::StoredSample| sample.described.run.root == *root;
        let samples: Vec<&Described> = kept
            .samples
            .iter()
            .filter(of_run)
            .map(|sample| &sample.described)
            .collect();
        let mut reviewed = Self {
            of_other_runs: (kept.samples.len() - samples.len()) as u64,
            rows: kept.head.seq,
            head: kept.head.hex(),
            content_judged: 0,
            risks: BTreeMap::new(),
            samples: samples
                .iter()
                .map(|sample| SampleOutcome::of(sample, &standings))
                .collect(),
        };
        reviewed.risks(run, &samples, &standings)?;
        Ok(reviewed)
    }

    fn risks(
        &mut self,
        run: &Run,
        samples: &[&Described],
        standings: &Standings<'_>,
    ) -> Result<(), RunError> {
        // A record may be in several samples, with another id in each.
        let mut content: BTreeMap<(&str, u64), BTreeSet<&str>> = BTreeMap::new();
        let mut records: HashMap<(&str, u64), (bool, BTreeSet<&str>)> = HashMap::new();
        for row in samples.iter().flat_map(|sample| &sample.rows) {
            let place = (row.path.as_str(), row.record);
            let standing = standings.get(&row.id);
            match (row.question, standing) {
                (_, Standing::Open) => {}
                (Question::Content, _) => {
                    content
                        .entry(place)
                        .or_default()
                        .extend(standings.risks(&row.id));
                }
                (Question::RiskRecord, Standing::Settled(Verdict::Pass)) => {
                    records.entry(place).or_insert((true, BTreeSet::new()));
                }
                (Question::RiskRecord, Standing::Settled(Verdict::Fail)) => {
                    // In several samples, the worse word stands.
                    records.insert(place, (false, standings.risks(&row.id)));
                }
                _ => {}
            }
        }
        self.content_judged = content.len() as u64;
        for code in content.values().flatten() {
            self.risks.entry((*code).to_owned()).or_default().found += 1;
        }
        if records.is_empty() {
            return Ok(());
        }
        let mut places: Vec<_> = records.into_iter().collect();
        places.sort_unstable_by_key(|(place, _)| *place);
        let numbers: HashMap<(&str, u64), usize> = places
            .iter()
            .enumerate()
            .map(|(number, (place, _))| (*place, number))
            .collect();
        let mut scanned: Vec<BTreeSet<String>> = vec![BTreeSet::new(); places.len()];
        for row in run.records()? {
            let row = row?;
            if let Some(number) = numbers.get(&(row.path.as_str(), row.record)) {
                let codes = row.risks.iter().filter_map(|code| leaf(code));
                scanned[*number].extend(codes.map(str::to_owned));
            }
        }
        for ((_, (right, named)), scanned) in places.iter().zip(&scanned) {
            for code in scanned {
                let risk = self.risks.entry(code.clone()).or_default();
                risk.recorded += 1;
                risk.confirmed += u64::from(*right || named.contains(code.as_str()));
            }
            for code in named.iter().filter(|code| !scanned.contains(**code)) {
                self.risks.entry((*code).to_owned()).or_default().missed += 1;
            }
        }
        Ok(())
    }
}

/// The one of the 31 risks that a code of ours is of.
fn leaf(code: &str) -> Option<&str> {
    let third = code
        .match_indices('.')
        .nth(2)
        .map_or(code.len(), |(at, _)| at);
    let leaf = &code[..third];
    (leaf.matches('.').count() == 2).then_some(leaf)
}

//! What is to be drawn: sets of strata, each with its size.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Question;
use super::allocate::allocate;

/// Which samples are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Over the whole corpus, by source.
    Manual,
    /// Of every source, enough to prove its limit.
    Source,
    /// Of every kind of source, for each record that is kept of it.
    Technical,
    /// Of what is for fine-tuning, for two of these records; nothing where no source is.
    Tuning,
    /// All of them.
    All,
}

impl Plan {
    fn has(self, other: Self) -> bool {
        self == Self::All || self == other
    }
}

/// Sizes, from the table of duties.
#[derive(Clone, Debug)]
pub struct Demand {
    /// Records for review over the whole corpus, as drawn.
    pub manual: u64,
    /// The same as the duty asks.
    pub manual_asked: u64,
    /// Records of each source.
    pub source: u64,
    /// Records of each kind of source and question.
    pub kind: u64,
    /// Source → kind; what has none is `undeclared`.
    pub kinds: BTreeMap<String, String>,
    /// Sources that are for fine-tuning.
    pub tuning: BTreeSet<String>,
    /// Records of these to check their metadata.
    pub tuning_metadata: u64,
    /// Records of these to check what is recorded of risks.
    pub tuning_verified: u64,
}

/// A stratum and its sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stratum {
    /// Source, or kind of source.
    pub name: String,
    /// Records of it in the frame.
    pub population: u64,
    /// Records of its sample.
    pub size: u64,
    /// Records of the frame that one of the sample stands for.
    pub weight: f64,
    /// Sources in it, if it holds several that are too small for strata of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pooled_sources: Option<u64>,
}

/// Strata that make up one sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Set {
    /// `manual`, `source`, `metadata`, `risk-record`, `rights-record`, `tuning-metadata`,
    /// `tuning-risk-record`.
    pub name: String,
    /// What is asked.
    pub question: Question,
    /// The duties it serves.
    pub clauses: Vec<String>,
    /// Records that are asked for: in all of a manual sample, else in each stratum.
    pub asked: u64,
    /// Whether there are so many, or all there are.
    pub enough: bool,
    /// Records of the frame that can be drawn.
    pub population: u64,
    /// Records of the sample.
    pub size: u64,
    /// Its strata.
    pub strata: Vec<Stratum>,
    /// For each source of the frame, in their order: its stratum, if it is in the set.
    #[serde(skip)]
    pub(super) of_source: Vec<Option<usize>>,
}

/// Name of the stratum of small sources; `pooled_sources` tells it from a source of that name.
const POOLED: &str = "(pooled)";
/// Kind of sources of which none is declared.
const UNDECLARED: &str = "undeclared";
/// Name of the stratum of all that is for fine-tuning.
const FINE_TUNING: &str = "fine-tuning";

/// The sets of a plan over `sources`: name → records.
pub(super) fn sets(plan: Plan, sources: &BTreeMap<String, u64>, demand: &Demand) -> Vec<Set> {
    let mut sets = Vec::new();
    if plan.has(Plan::Manual) {
        let named = ("manual", Question::Content, vec!["EVA-02", "D52-17"]);
        let of = sources.keys().map(|_| true).collect();
        sets.push(proportional(
            named,
            sources,
            of,
            (demand.manual, demand.manual_asked),
        ));
    }
    if plan.has(Plan::Source) {
        let strata = sources.iter().map(|(name, n)| (name.clone(), *n)).collect();
        let of_source = (0..sources.len()).map(Some).collect();
        let named = ("source", Question::Content, vec!["SRC-01", "SRC-02"]);
        sets.push(equal(named, strata, of_source, demand.source));
    }
    if plan.has(Plan::Technical) {
        let kind = |source: &String| {
            let kind = demand.kinds.get(source).map(String::as_str);
            kind.unwrap_or(UNDECLARED).to_owned()
        };
        let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
        for (source, records) in sources {
            *kinds.entry(kind(source)).or_default() += records;
        }
        let place = |source| kinds.keys().position(|k| *k == kind(source));
        let of_source: Vec<Option<usize>> = sources.keys().map(place).collect();
        for (question, clauses) in [
            (Question::Metadata, vec!["D52-15", "D52-16"]),
            (Question::RiskRecord, vec!["D52-16"]),
            (Question::RightsRecord, vec!["D52-16"]),
        ] {
            let named = (question.as_str(), question, clauses);
            let strata = kinds.clone().into_iter().collect();
            sets.push(equal(named, strata, of_source.clone(), demand.kind));
        }
    }
    let tuning: Vec<bool> = sources.keys().map(|s| demand.tuning.contains(s)).collect();
    if plan.has(Plan::Tuning) && tuning.contains(&true) {
        let of_source = tuning.iter().map(|of| of.then_some(0)).collect();
        let records = sources.iter().zip(&tuning).filter(|(_, of)| **of);
        let records = records.map(|((_, n), _)| n).sum();
        let named = ("tuning-metadata", Question::Metadata, vec!["D52-18"]);
        let strata = vec![(FINE_TUNING.to_owned(), records)];
        sets.push(equal(named, strata, of_source, demand.tuning_metadata));
        let named = ("tuning-risk-record", Question::RiskRecord, vec!["D52-18"]);
        let size = demand.tuning_verified;
        sets.push(proportional(named, sources, tuning, (size, size)));
    }
    sets
}

/// A sample of the sources that are `of` it: `size` records as drawn, and as the duty asks.
fn proportional(
    (name, question, clauses): (&str, Question, Vec<&'static str>),
    sources: &BTreeMap<String, u64>,
    of: Vec<bool>,
    (size, asked): (u64, u64),
) -> Set {
    let (names, populations): (Vec<&String>, Vec<u64>) = sources
        .iter()
        .zip(&of)
        .filter_map(|(source, of)| of.then_some(source))
        .unzip();
    let allocated = allocate(&populations, size);
    let mut strata: Vec<Stratum> = allocated
        .strata
        .iter()
        .map(|(n, size)| stratum(String::new(), *n, *size))
        .collect();
    for (source, at) in names.into_iter().zip(&allocated.stratum) {
        if Some(*at) == allocated.pooled {
            POOLED.clone_into(&mut strata[*at].name);
            *strata[*at].pooled_sources.get_or_insert(0) += 1;
        } else {
            strata[*at].name.clone_from(source);
        }
    }
    let population: u64 = populations.iter().sum();
    let size = strata.iter().map(|s| s.size).sum();
    let mut places = allocated.stratum.into_iter();
    Set {
        name: name.to_owned(),
        question,
        clauses: clauses.into_iter().map(str::to_owned).collect(),
        asked,
        enough: size >= asked.min(population),
        population,
        size,
        strata,
        of_source: of
            .into_iter()
            .map(|of| of.then(|| places.next()).flatten())
            .collect(),
    }
}

fn equal(
    (name, question, clauses): (&str, Question, Vec<&'static str>),
    strata: Vec<(String, u64)>,
    of_source: Vec<Option<usize>>,
    asked: u64,
) -> Set {
    let strata: Vec<Stratum> = strata
        .into_iter()
        .map(|(name, n)| stratum(name, n, asked.min(n)))
        .collect();
    Set {
        name: name.to_owned(),
        question,
        clauses: clauses.into_iter().map(str::to_owned).collect(),
        asked,
        enough: true,
        population: strata.iter().map(|s| s.population).sum(),
        size: strata.iter().map(|s| s.size).sum(),
        strata,
        of_source,
    }
}

fn stratum(name: String, population: u64, size: u64) -> Stratum {
    Stratum {
        name,
        population,
        size,
        weight: population as f64 / size as f64,
        pooled_sources: None,
    }
}
